/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/audit.h"

#include "api/cursor.h"
#include "api/endpoints.h"
#include "api/query.h"
#include "review/flag_json.h"
#include "scores/when.h"

struct page {
    json_t *list;
    int64_t limit, last_id;
    int has_more;
};

static int add_row(void *context, const struct cqa_audit_row *row)
{
    struct page *page = context;
    char at[CQA_WHEN_SIZE];

    if ((int64_t)json_array_size(page->list) == page->limit) {
        page->has_more = 1;
        return 1;
    }
    cqa_when_write(row->at_ms, at);
    page->last_id = row->id;
    return json_array_append_new(page->list,
                                 json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "row",
                                           (json_int_t)row->id, "at", at, "actor", row->actor,
                                           "address", row->address, "action", row->action, "object",
                                           row->object, "detail", row->detail)) != 0;
}

void cqa_get_audit(struct cqa_request *request)
{
    static const char *const known[] = {"limit", "cursor", NULL};
    const char *cursor = cqa_request_query(request, "cursor");
    struct page page = {0};
    struct cqa_error error = {0};
    char next[CQA_CURSOR_SIZE];
    int64_t after_id = 0;

    if (!cqa_query_only(request, known) || !cqa_query_limit(request, 200, 1000, &page.limit))
        return;
    if (cursor != NULL && cursor[0] != '\0' && !cqa_cursor_read(cursor, 't', &after_id, 1)) {
        cqa_reply_problem(request, 400, "cursor", "cursor: not one that this list gave");
        return;
    }
    page.list = json_array();
    const enum cqa_status status = cqa_audit_list(cqa_request_scores(request), after_id,
                                                  page.limit + 1, add_row, &page, &error);
    if (status != CQA_OK) {
        json_decref(page.list);
        cqa_reply_error(request, status, &error);
        return;
    }
    if (page.has_more)
        cqa_cursor_write('t', &page.last_id, 1, next);
    cqa_reply_json(request, 200,
                   json_pack("{s:o, s:o, s:s?}", "rows", page.list, "reasons",
                             cqa_reasons_json(cqa_request_config(request)), "next",
                             page.has_more ? next : NULL));
}
