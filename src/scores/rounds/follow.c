/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/follow.h"

#include <stdlib.h>
#include <string.h>
#include "appraisal/input.h"
#include "base/message_json.h"
#include "scores/store_internal.h"

/* A row that was imported under the name. */
struct row {
    int64_t id, import, line, column, round;
    const char *scheme, *period, *agent, *indicator, *value, *weight, *rater, *post, *row_period;
};

struct rows {
    struct cqa_arena arena;
    struct row *items; /* owned */
    size_t count, capacity;
};

static int add(struct rows *rows, const struct row *row)
{
    if (rows->count == rows->capacity) {
        const size_t capacity = rows->capacity ? rows->capacity * 2 : 64;
        struct row *items = realloc(rows->items, capacity * sizeof *items);
        if (items == NULL)
            return 0;
        rows->items = items;
        rows->capacity = capacity;
    }
    rows->items[rows->count++] = *row;
    return 1;
}

#define OPEN_ROWS                                                                                  \
    "SELECT r.id, r.import, r.line, r.col, r.scheme, r.period, r.agent, r.indicator, r.value,"     \
    " r.weight, r.rater, r.post, r.row_period, o.id FROM rounds o JOIN import_rows r"              \
    " ON r.scheme = o.scheme AND r.period = o.period AND r.current = 1 WHERE o.stage <> 3 AND "
CQA_SQL_STATEMENT(rows_written, "t", 14,
                  OPEN_ROWS "r.agent = ?1 AND r.written IS NULL UNION ALL " OPEN_ROWS
                            "r.written = ?1 ORDER BY 1");

static enum cqa_status read_rows(struct cqa_sql *db, const char *written, struct rows *out,
                                 struct cqa_error *error)
{
    struct cqa_sql_rows *at = NULL;
    enum cqa_status status = cqa_sql_start(db, &at, error, &rows_written, written);

    while (status == CQA_OK && cqa_sql_next(at, &status, error)) {
        const char *texts[9];
        int good = 1;
        for (int i = 0; i < 9; i++) {
            texts[i] = cqa_sql_copy(at, 4 + i, &out->arena);
            good = good && texts[i] != NULL;
        }
        const struct row row = {cqa_sql_int(at, 0),
                                cqa_sql_int(at, 1),
                                cqa_sql_int(at, 2),
                                cqa_sql_int(at, 3),
                                cqa_sql_int(at, 13),
                                texts[0],
                                texts[1],
                                texts[2],
                                texts[3],
                                texts[4],
                                texts[5],
                                texts[6],
                                texts[7],
                                texts[8]};
        if (!good || !add(out, &row))
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    cqa_sql_end(at);
    return status;
}

/* ---- one row */

CQA_SQL_STATEMENT(unset_row, "i", 0, "UPDATE import_rows SET current = 0 WHERE id = ?1");
CQA_SQL_STATEMENT(
    standing_row, "tttttt", 1,
    "SELECT line FROM import_rows WHERE current = 1 AND scheme = ?1 AND period = ?2 AND agent = ?3"
    " AND indicator = ?4 AND rater = ?5 AND row_period = ?6");
CQA_SQL_STATEMENT(
    move_row, "itt", 0,
    "INSERT INTO import_rows(import, scheme, period, agent, indicator, value, weight, rater, post,"
    " row_period, line, col, replaces, written) SELECT import, scheme, period, ?2, indicator,"
    " value, weight, rater, post, row_period, line, col, id, ?3 FROM import_rows"
    " WHERE id = ?1");
CQA_SQL_STATEMENT(insert_fault, "itttiitttt", 0,
                  "INSERT INTO import_faults(import, scheme, period, agent, line, col, text, zh,"
                  " about, said) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");

/* Two values for one: whoever it is has no sheet until a file is imported again. */
static enum cqa_status write_clash(struct cqa_sql *db, const struct row *row, const char *written,
                                   const char *person, int64_t line, struct cqa_error *error)
{
    const struct cqa_message *message =
        cqa_words("agent \"%s\": \"%s\" is given twice, as \"%s\" and in line %lld: import the "
                  "file again without one of them",
                  person, row->indicator, written, (long long)line);
    char *said = cqa_message_to_text(message);
    const enum cqa_status status =
        cqa_sql_do(db, error, &insert_fault, row->import, row->scheme, row->period, person,
                   row->line, row->column, cqa_said(message, CQA_ENGLISH),
                   cqa_said(message, CQA_CHINESE), row->indicator, said);

    free(said);
    return status;
}

static enum cqa_status move(struct cqa_sql *db, const struct row *row, const char *written,
                            const char *person, struct cqa_followed *out, struct cqa_error *error)
{
    int64_t line = 0;
    enum cqa_status status = cqa_sql_do(db, error, &unset_row, row->id);

    out->rows++;
    if (status != CQA_OK || person[0] == '\0')
        return status;
    status = cqa_scores_find(db, &line, error, &standing_row, row->scheme, row->period, person,
                             row->indicator, row->rater, row->row_period);
    if (status == CQA_OK) {
        out->clash++;
        return write_clash(db, row, written, person, line, error);
    }
    return status == CQA_E_NOTFOUND ? cqa_sql_do(db, error, &move_row, row->id, person,
                                                 strcmp(written, person) == 0 ? NULL : written)
                                    : status;
}

/* ---- what moved */

void cqa_moves_finish(struct cqa_moves *moves)
{
    free(moves->items);
    cqa_arena_finish(&moves->arena);
    *moves = (struct cqa_moves){0};
}

static enum cqa_status add_move(struct cqa_moves *moves, const struct row *row, const char *person)
{
    for (size_t i = 0; i < moves->count; i++) {
        struct cqa_moved *one = &moves->items[i];
        if (one->round == row->round && strcmp(one->from, row->agent) == 0 &&
            strcmp(one->to, person) == 0) {
            one->rows++;
            return CQA_OK;
        }
    }
    if (moves->count == moves->capacity) {
        const size_t capacity = moves->capacity ? moves->capacity * 2 : 8;
        struct cqa_moved *items = realloc(moves->items, capacity * sizeof *items);
        if (items == NULL)
            return CQA_E_NOMEM;
        moves->items = items;
        moves->capacity = capacity;
    }
    struct cqa_moved *one = &moves->items[moves->count];
    *one = (struct cqa_moved){row->round,
                              cqa_arena_string(&moves->arena, row->scheme),
                              cqa_arena_string(&moves->arena, row->period),
                              cqa_arena_string(&moves->arena, row->agent),
                              cqa_arena_string(&moves->arena, person),
                              1};
    if (one->scheme == NULL || one->period == NULL || one->from == NULL || one->to == NULL)
        return CQA_E_NOMEM;
    moves->count++;
    return CQA_OK;
}

/* ---- all of them */

/* What was wrong with rows under the name is wrong with whom it means, until a file comes that
 * is right; with nobody nothing is wrong. */
#define OF_OPEN_ROUNDS                                                                             \
    " WHERE current = 1 AND agent = ?1 AND EXISTS(SELECT 1 FROM rounds o WHERE o.stage <> 3"       \
    " AND o.scheme = import_faults.scheme AND o.period = import_faults.period)"
CQA_SQL_STATEMENT(unset_faults, "t", 0, "UPDATE import_faults SET current = 0" OF_OPEN_ROUNDS);
CQA_SQL_STATEMENT(move_faults, "tt", 0, "UPDATE import_faults SET agent = ?2" OF_OPEN_ROUNDS);

enum cqa_status cqa_rows_follow(struct cqa_sql *db, const char *written, const char *person,
                                struct cqa_followed *out, struct cqa_moves *moves,
                                struct cqa_error *error)
{
    struct rows rows = {0};
    enum cqa_status status = read_rows(db, written, &rows, error);

    *out = (struct cqa_followed){0};
    if (status == CQA_OK)
        status = person[0] == '\0' ? cqa_sql_do(db, error, &unset_faults, written)
                                   : cqa_sql_do(db, error, &move_faults, written, person);
    for (size_t i = 0; i < rows.count && status == CQA_OK; i++) {
        if (strcmp(rows.items[i].agent, person) == 0)
            continue;
        status = move(db, &rows.items[i], written, person, out, error);
        if (status == CQA_OK && add_move(moves, &rows.items[i], person) != CQA_OK)
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    free(rows.items);
    cqa_arena_finish(&rows.arena);
    return status;
}

/* ---- what is remembered of a person */

CQA_SQL_STATEMENT(count_names, "t", 1,
                  "SELECT (SELECT count(*) FROM import_names WHERE written = ?1 OR person = ?1)"
                  " + (SELECT count(*) FROM import_columns WHERE heading = ?1)");
CQA_SQL_STATEMENT(drop_names, "t", 0, "DELETE FROM import_names WHERE written = ?1 OR person = ?1");
CQA_SQL_STATEMENT(drop_columns, "t", 0, "DELETE FROM import_columns WHERE heading = ?1");
CQA_SQL_STATEMENT(drop_written, "t", 0,
                  "UPDATE import_rows SET written = NULL WHERE written IS NOT NULL"
                  " AND (written = ?1 OR agent = ?1)");

enum cqa_status cqa_answers_forget(struct cqa_sql *db, const char *person, int dry, int64_t *count,
                                   struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_number(db, count, error, &count_names, person);

    if (status == CQA_OK && !dry)
        status = cqa_sql_do(db, error, &drop_names, person);
    if (status == CQA_OK && !dry)
        status = cqa_sql_do(db, error, &drop_columns, person);
    return status == CQA_OK && !dry ? cqa_sql_do(db, error, &drop_written, person) : status;
}
