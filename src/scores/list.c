/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include "scores/store_internal.h"

enum cqa_status cqa_row_step(struct cqa_sql_rows *row, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    if (cqa_sql_next(row, &status, error))
        return CQA_OK;
    return status == CQA_OK ? CQA_E_NOTFOUND : status;
}

const char *cqa_row_text(const struct cqa_sql_rows *row, int column)
{
    const char *text = cqa_sql_text(row, column);

    return text ? text : "";
}

enum cqa_status cqa_scores_find(struct cqa_sql *db, int64_t *out, struct cqa_error *error,
                                const struct cqa_sql_statement *statement, ...)
{
    struct cqa_sql_rows *row = NULL;
    va_list arguments;

    va_start(arguments, statement);
    enum cqa_status status = cqa_sql_start_va(db, &row, error, statement, &arguments);
    va_end(arguments);
    if (status == CQA_OK)
        status = cqa_row_step(row, error);
    if (status == CQA_OK)
        *out = cqa_sql_int(row, 0);
    cqa_sql_end(row);
    return status;
}

void cqa_list_start(struct cqa_scores *scores, struct cqa_list *list, struct cqa_error *error,
                    const struct cqa_sql_statement *statement, ...)
{
    va_list arguments;

    *list = (struct cqa_list){0};
    list->status = cqa_scores_take(scores, &list->db, error);
    if (list->status != CQA_OK)
        return;
    va_start(arguments, statement);
    list->status = cqa_sql_start_va(list->db, &list->row, error, statement, &arguments);
    va_end(arguments);
}

struct cqa_sql *cqa_list_take(struct cqa_scores *scores, struct cqa_list *list,
                              struct cqa_error *error)
{
    *list = (struct cqa_list){0};
    list->status = cqa_scores_take(scores, &list->db, error);
    return list->status == CQA_OK ? list->db : NULL;
}

void cqa_list_ask(struct cqa_list *list, struct cqa_query *query, int columns,
                  struct cqa_error *error)
{
    list->query = query;
    list->status = cqa_query_start(query, list->db, columns, &list->row, error);
}

int cqa_list_next(struct cqa_list *list, struct cqa_error *error)
{
    return list->status == CQA_OK /* the last row may have been found wrong */
           && cqa_sql_next(list->row, &list->status, error);
}

int cqa_list_first(struct cqa_list *list, struct cqa_error *error)
{
    if (cqa_list_next(list, error))
        return 1;
    if (list->status == CQA_OK)
        list->status = CQA_E_NOTFOUND;
    return 0;
}

enum cqa_status cqa_list_end(struct cqa_scores *scores, struct cqa_list *list)
{
    cqa_sql_end(list->row);
    if (list->query != NULL)
        cqa_query_finish(list->query);
    if (list->db != NULL)
        cqa_scores_give(scores, list->db);
    return list->status;
}
