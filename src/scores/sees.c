/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/sees.h"
#include "scores/store_internal.h"

enum cqa_status cqa_scores_sees(struct cqa_scores *scores, const struct cqa_scope *scope,
                                enum cqa_object object, int64_t id, struct cqa_error *error)
{
    static const struct {
        const char *from, *alias;
    } objects[CQA_OBJECT_COUNT] = {
        [CQA_OBJECT_FLAG] = {"flags o JOIN calls c ON c.id = o.call WHERE o.id = ?", "c"},
        [CQA_OBJECT_OBJECTION] = {"objections o JOIN calls c ON c.id = o.call WHERE o.id = ?", "c"},
        [CQA_OBJECT_SAMPLE] = {"samples o JOIN calls c ON c.id = o.call WHERE o.id = ?", "c"},
        [CQA_OBJECT_NOTE] = {"coaching n WHERE n.id = ?", "n"},
    };
    struct cqa_query query = {0};
    struct cqa_list list;

    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    cqa_query_add(&query, "SELECT 1 FROM ");
    cqa_query_number(&query, objects[object].from, id);
    cqa_query_scope(&query, objects[object].alias, scope);
    cqa_list_ask(&list, &query, 1, error);
    cqa_list_first(&list, error);
    const enum cqa_status status = cqa_list_end(scores, &list);
    return status == CQA_E_NOTFOUND
               ? cqa_fail(error, CQA_E_NOTFOUND, "there is nothing of this number that you may see")
               : status;
}
