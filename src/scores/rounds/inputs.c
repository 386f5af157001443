/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/inputs.h"
#include "base/message_json.h"
#include "scores/rounds/rounds_internal.h"

enum { IMPORTED_LISTED = 10000, CHANGES_LISTED = 1000 };

/* ---- what counts now */

static const char *text_or_null(struct cqa_rows *rows, struct cqa_sql_rows *row, int column)
{
    const char *text = cqa_row_text(row, column);

    return text[0] ? cqa_arena_string(&rows->arena, text) : NULL;
}

static struct cqa_rational read_exact(const char *text)
{
    struct cqa_rational number;

    return cqa_rational_read_exact(text, &number) ? number : cqa_rational_none();
}

static enum cqa_status add_row(struct cqa_rows *rows, struct cqa_sql_rows *row,
                               struct cqa_error *error)
{
    const struct cqa_row item = {.agent = cqa_arena_string(&rows->arena, cqa_row_text(row, 0)),
                                 .indicator = cqa_arena_string(&rows->arena, cqa_row_text(row, 1)),
                                 .value = read_exact(cqa_row_text(row, 2)),
                                 .count = read_exact(cqa_row_text(row, 3)),
                                 .rater = text_or_null(rows, row, 4),
                                 .post = text_or_null(rows, row, 5),
                                 .period = text_or_null(rows, row, 6),
                                 .at = {text_or_null(rows, row, 7), (size_t)cqa_sql_int(row, 8),
                                        (size_t)cqa_sql_int(row, 9)},
                                 .import = cqa_sql_int(row, 10),
                                 .rating = cqa_sql_int(row, 11)};

    if (item.agent == NULL || item.indicator == NULL || cqa_rows_add(rows, &item) != CQA_OK)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (!cqa_rational_valid(item.value) || !cqa_rational_valid(item.count))
        return cqa_fail(error, CQA_E_IO, "a stored value of \"%.64s\" cannot be read", item.agent);
    return CQA_OK;
}

/* Imported first, in the order of their imports: the first row of an agent is where messages point.
 * What a person entered gives way where an import has the same rater's value. */
CQA_SQL_STATEMENT(
    list_rows, "tt", 12,
    "SELECT * FROM (SELECT r.agent, r.indicator, r.value, r.weight, r.rater, r.post, r.row_period,"
    " i.file, r.line, r.col, r.import, 0 FROM import_rows r JOIN imports i ON i.id = r.import"
    " WHERE r.current = 1 AND r.scheme = ?1 AND r.period = ?2 ORDER BY r.import, r.id) a"
    " UNION ALL SELECT * FROM (SELECT g.agent, g.indicator, g.value, '1', g.rater, '', '', '', 0, "
    "0,"
    " 0, g.id FROM ratings g WHERE g.current = 1 AND g.scheme = ?1 AND g.period = ?2"
    " AND NOT EXISTS(SELECT 1 FROM import_rows r WHERE r.current = 1 AND r.scheme = ?1"
    "  AND r.period = ?2 AND r.agent = g.agent AND r.indicator = g.indicator AND r.rater = g.rater)"
    " ORDER BY g.id) b");

/* Of agent, text, file, line, column, zh, about, said. An old row has only its words. */
static struct cqa_fault read_fault(const struct cqa_sql_rows *row, const char *file,
                                   struct cqa_message *message)
{
    const char *about = cqa_sql_text(row, 6);
    const char *said = cqa_sql_text(row, 7);

    if (said == NULL || !cqa_message_from_text(said, message))
        cqa_message_set_text(message,
                             (struct cqa_text){cqa_row_text(row, 1), cqa_sql_text(row, 5)});
    return (struct cqa_fault){cqa_sql_text(row, 0),
                              about != NULL && about[0] == '\0' ? cqa_about_unknown : about,
                              {file, (size_t)cqa_sql_int(row, 3), (size_t)cqa_sql_int(row, 4)},
                              message};
}

CQA_SQL_STATEMENT(
    list_held, "tt", 8,
    "SELECT f.agent, f.text, i.file, f.line, f.col, f.zh, f.about, f.said FROM import_faults f "
    "JOIN imports i"
    " ON i.id = f.import WHERE f.current = 1 AND f.agent IS NOT NULL AND f.scheme = ?1"
    " AND f.period = ?2 ORDER BY f.id");

static enum cqa_status load_faults(struct cqa_scores *scores, const struct cqa_round *round,
                                   struct cqa_rows *rows, struct cqa_faults *faults,
                                   struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_held, round->scheme, round->period);
    while (cqa_list_next(&list, error)) {
        struct cqa_message message;
        const struct cqa_fault fault =
            read_fault(list.row, text_or_null(rows, list.row, 2), &message);
        cqa_faults_add_known(faults, &fault);
    }
    return cqa_list_end(scores, &list);
}

enum cqa_status cqa_inputs_load(struct cqa_scores *scores, const struct cqa_round *round,
                                struct cqa_rows *rows, struct cqa_faults *faults,
                                struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_rows, round->scheme, round->period);
    while (cqa_list_next(&list, error))
        list.status = add_row(rows, list.row, error);
    const enum cqa_status status = cqa_list_end(scores, &list);
    return status == CQA_OK ? load_faults(scores, round, rows, faults, error) : status;
}

/* ---- lists */

CQA_SQL_STATEMENT(
    list_imports, "tti", 7,
    "SELECT i.id, i.at_ms, i.row_count, i.fault_count, i.file, i.sha256, u.name FROM imports i"
    " JOIN users u ON u.id = i.user WHERE i.scheme = ?1 AND i.period = ?2"
    " AND (?3 = 0 OR i.id = ?3) ORDER BY i.id DESC");

enum cqa_status cqa_inputs_imports(struct cqa_scores *scores, const struct cqa_round *round,
                                   int64_t only,
                                   void (*visit)(void *context, const struct cqa_import_row *row),
                                   void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_imports, round->scheme, round->period, only);
    while (cqa_list_next(&list, error)) {
        const struct cqa_import_row import = {cqa_sql_int(list.row, 0),  cqa_sql_int(list.row, 1),
                                              cqa_sql_int(list.row, 2),  cqa_sql_int(list.row, 3),
                                              cqa_row_text(list.row, 4), cqa_row_text(list.row, 5),
                                              cqa_row_text(list.row, 6)};
        visit(context, &import);
    }
    return cqa_list_end(scores, &list);
}

CQA_SQL_STATEMENT(
    list_imported, "itti", 11,
    "SELECT r.agent, r.indicator, r.value, r.weight, r.rater, r.post, r.row_period, o.value,"
    " r.line, r.col, r.current FROM import_rows r LEFT JOIN import_rows o ON o.id = r.replaces"
    " WHERE r.import = ?1 AND r.scheme = ?2 AND r.period = ?3 ORDER BY r.line, r.col LIMIT ?4");

enum cqa_status
cqa_inputs_imported(struct cqa_scores *scores, const struct cqa_round *round, int64_t import,
                    void (*visit)(void *context, const struct cqa_imported_row *row), void *context,
                    struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_imported, import, round->scheme, round->period,
                   (int64_t)IMPORTED_LISTED);
    while (cqa_list_next(&list, error)) {
        const struct cqa_imported_row imported = {.agent = cqa_row_text(list.row, 0),
                                                  .indicator = cqa_row_text(list.row, 1),
                                                  .value = cqa_row_text(list.row, 2),
                                                  .weight = cqa_row_text(list.row, 3),
                                                  .rater = cqa_row_text(list.row, 4),
                                                  .post = cqa_row_text(list.row, 5),
                                                  .period = cqa_row_text(list.row, 6),
                                                  .before = cqa_sql_text(list.row, 7),
                                                  .line = cqa_sql_int(list.row, 8),
                                                  .column = cqa_sql_int(list.row, 9),
                                                  .current = (int)cqa_sql_int(list.row, 10)};
        visit(context, &imported);
    }
    return cqa_list_end(scores, &list);
}

CQA_SQL_STATEMENT(list_faults, "itt", 8,
                  "SELECT f.agent, f.text, i.file, f.line, f.col, f.zh, f.about, f.said FROM "
                  "import_faults f JOIN imports i"
                  " ON i.id = f.import WHERE f.import = ?1 AND f.scheme = ?2 AND f.period = ?3"
                  " ORDER BY f.line, f.col, f.id");

enum cqa_status cqa_inputs_faults(struct cqa_scores *scores, const struct cqa_round *round,
                                  int64_t import, struct cqa_faults *faults,
                                  struct cqa_error *error)
{
    struct cqa_list list;
    const char *file = NULL; /* one import is of one file */

    cqa_list_start(scores, &list, error, &list_faults, import, round->scheme, round->period);
    while (cqa_list_next(&list, error)) {
        struct cqa_message message;
        if (file == NULL)
            file = cqa_arena_string(&faults->arena, cqa_row_text(list.row, 2));
        const struct cqa_fault fault = read_fault(list.row, file, &message);
        cqa_faults_add_known(faults, &fault);
    }
    return cqa_list_end(scores, &list);
}

CQA_SQL_STATEMENT(
    list_changes, "tttti", 9,
    "SELECT * FROM (SELECT r.agent, r.indicator, o.value AS before, r.value, u.name, r.rater,"
    "  r.row_period, r.import, i.at_ms AS at FROM import_rows r JOIN import_rows o"
    "  ON o.id = r.replaces JOIN imports i ON i.id = r.import JOIN users u ON u.id = i.user"
    "  WHERE r.scheme = ?1 AND r.period = ?2 AND o.value <> r.value"
    " UNION ALL SELECT g.agent, g.indicator, o.value, g.value, u.name, g.rater, '', 0, g.at_ms"
    "  FROM ratings g JOIN ratings o ON o.id = g.replaces JOIN users u ON u.id = g.user"
    "  WHERE g.scheme = ?1 AND g.period = ?2 AND o.value <> g.value) c"
    " WHERE (?3 IS NULL OR agent = ?3) AND (?4 IS NULL OR indicator = ?4)"
    " ORDER BY at DESC LIMIT ?5");

enum cqa_status cqa_inputs_changes(struct cqa_scores *scores, const struct cqa_round *round,
                                   const char *agent, const char *indicator,
                                   void (*visit)(void *context, const struct cqa_input_change *row),
                                   void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_changes, round->scheme, round->period, agent,
                   indicator, (int64_t)CHANGES_LISTED);
    while (cqa_list_next(&list, error)) {
        const struct cqa_input_change change = {.agent = cqa_row_text(list.row, 0),
                                                .indicator = cqa_row_text(list.row, 1),
                                                .before = cqa_row_text(list.row, 2),
                                                .after = cqa_row_text(list.row, 3),
                                                .by = cqa_row_text(list.row, 4),
                                                .rater = cqa_row_text(list.row, 5),
                                                .period = cqa_row_text(list.row, 6),
                                                .import = cqa_sql_int(list.row, 7),
                                                .at_ms = cqa_sql_int(list.row, 8)};
        visit(context, &change);
    }
    return cqa_list_end(scores, &list);
}
