/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/bases.h"

#include <string.h>
#include "scores/store_internal.h"

/* ---- reading */

enum { COLUMN_COUNT = 5 };
#define BODY "(SELECT r.body FROM revisions r WHERE r.call = c.id AND r.revision = c.revision)"

/* The text lies elsewhere, and is not touched where it is not needed. */
static void add_columns(struct cqa_query *query, const char *rubric, const char *version)
{
    cqa_query_add(query, "SELECT c.id, c.revision, c.call_id, c.basis,"
                         " CASE WHEN coalesce(length(c.basis), 0) < 2 THEN " BODY);
    if (rubric != NULL) {
        cqa_query_text(query, " WHEN c.rubric = ?", rubric);
        cqa_query_text(query, " AND c.rubric_version = ? THEN " BODY, version);
    }
    cqa_query_add(query, " END FROM calls c");
}

enum cqa_status cqa_bases_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                               const struct cqa_call_filter *filter, const char *rubric,
                               const char *version,
                               int (*visit)(void *context, const struct cqa_basis_row *row),
                               void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;
    struct cqa_sql *db = cqa_list_take(scores, &list, error);

    if (db == NULL)
        return list.status;
    add_columns(&query, rubric, version);
    cqa_query_calls(&query, db, scope, filter);
    cqa_list_ask(&list, &query, COLUMN_COUNT, error);
    while (cqa_list_next(&list, error)) {
        const struct cqa_basis_row row = {
            .call = cqa_sql_int(list.row, 0),
            .revision = cqa_sql_int(list.row, 1),
            .call_id = cqa_row_text(list.row, 2),
            .bytes = cqa_sql_bytes(list.row, 3),
            .size = cqa_sql_size(list.row, 3),
            .body = cqa_sql_text(list.row, 4),
        };
        if (visit(context, &row))
            break;
    }
    return cqa_list_end(scores, &list);
}

enum cqa_status cqa_basis_read_row(struct cqa_basis *basis, const struct cqa_basis_row *row,
                                   struct cqa_error *error)
{
    return row->body != NULL ? cqa_basis_read_text(basis, row->body, error)
                             : cqa_basis_read(basis, row->bytes, row->size, error);
}

/* ---- filling in what was stored before */

CQA_SQL_STATEMENT(count_left, "", 1, "SELECT count(*) FROM calls WHERE basis IS NULL");

enum cqa_status cqa_bases_left(struct cqa_scores *scores, int64_t *left, struct cqa_error *error)
{
    struct cqa_sql *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_sql_number(db, left, error, &count_left);
    cqa_scores_give(scores, db);
    return status;
}

enum { BATCH = 50 };

struct filling {
    struct cqa_buffer forms[BATCH];
    int64_t calls[BATCH], revisions[BATCH];
    size_t count;
};

CQA_SQL_STATEMENT(next_without, "i", 3,
                  "SELECT c.id, c.revision, r.body FROM calls c JOIN revisions r ON r.call = c.id"
                  " AND r.revision = c.revision WHERE c.basis IS NULL ORDER BY c.id LIMIT ?1");

/* What cannot be read is as what is too large: whoever wants it reads the text, and finds out. */
static enum cqa_status form_of(const char *body, struct cqa_buffer *out, struct cqa_error *error)
{
    struct cqa_result result;
    struct cqa_error unread;
    enum cqa_status status =
        cqa_result_from_json(body, strlen(body), CQA_RESULT_FOREIGN, &result, &unread);

    if (status == CQA_OK) {
        const struct cqa_rubric_input input = cqa_basis_of(&result);
        status = cqa_basis_write(&input, out);
    } else if (status != CQA_E_NOMEM) {
        status = cqa_basis_write_none(out);
    }
    cqa_result_finish(&result);
    return status == CQA_OK ? CQA_OK : cqa_fail(error, CQA_E_NOMEM, "out of memory");
}

static enum cqa_status read_batch(struct cqa_scores *scores, struct filling *it,
                                  struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &next_without, (int64_t)BATCH);
    while (it->count < BATCH && cqa_list_next(&list, error)) {
        it->calls[it->count] = cqa_sql_int(list.row, 0);
        it->revisions[it->count] = cqa_sql_int(list.row, 1);
        it->forms[it->count].limit = CQA_BASIS_BYTES_MAX;
        list.status = form_of(cqa_row_text(list.row, 2), &it->forms[it->count++], error);
        if (list.status != CQA_OK)
            break;
    }
    return cqa_list_end(scores, &list);
}

CQA_SQL_STATEMENT(set_basis, "bii", 0,
                  "UPDATE calls SET basis = ?1 WHERE id = ?2 AND revision = ?3 AND basis IS NULL");

static enum cqa_status write_batch(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct filling *it = context;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < it->count; i++)
        status = cqa_sql_do(db, error, &set_basis, it->forms[i].text, it->forms[i].length,
                            it->calls[i], it->revisions[i]);
    return status;
}

enum cqa_status cqa_bases_fill(struct cqa_scores *scores, int64_t *filled, struct cqa_error *error)
{
    struct filling it = {.count = 0};
    enum cqa_status status = read_batch(scores, &it, error);

    if (status == CQA_OK && it.count > 0)
        status = cqa_scores_write(scores, write_batch, &it, error);
    *filled = (int64_t)it.count;
    for (size_t i = 0; i < it.count; i++)
        cqa_buffer_finish(&it.forms[i]);
    return status;
}
