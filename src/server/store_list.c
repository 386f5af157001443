/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include "server/store_internal.h"

void cqa_list_start(struct cqa_scores *scores, struct cqa_list *list, struct cqa_error *error,
                    const char *sql, const char *format, ...)
{
    va_list arguments;

    *list = (struct cqa_list){0};
    list->status = cqa_scores_take(scores, &list->db, error);
    if (list->status != CQA_OK)
        return;
    va_start(arguments, format);
    list->status = cqa_db_start_va(list->db, &list->row, error, sql, format, &arguments);
    va_end(arguments);
}

int cqa_list_next(struct cqa_list *list, struct cqa_error *error)
{
    if (list->status == CQA_OK) /* the last row may have been found wrong */
        list->status = cqa_db_step(list->db, list->row, error);
    return list->status == CQA_OK;
}

enum cqa_status cqa_list_end(struct cqa_scores *scores, struct cqa_list *list)
{
    if (list->row != NULL)
        cqa_db_end(list->row);
    if (list->db != NULL)
        cqa_scores_give(scores, list->db);
    return list->status == CQA_E_NOTFOUND ? CQA_OK : list->status;
}
