/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/audit.h"

#include "api/endpoints.h"
#include "api/page.h"
#include "api/query.h"
#include "review/flag_json.h"
#include "scores/when.h"

static int add_row(void *context, const struct cqa_audit_row *row)
{
    struct cqa_list_page *page = context;
    char at[CQA_WHEN_SIZE];

    if (cqa_page_is_full(page))
        return 1;
    cqa_when_write(row->at_ms, at);
    page->last[0] = row->id;
    return cqa_page_add(page,
                        json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "row", (json_int_t)row->id,
                                  "at", at, "actor", row->actor, "address", row->address, "action",
                                  row->action, "object", row->object, "detail", row->detail));
}

void cqa_get_audit(struct cqa_request *request)
{
    static const char *const known[] = {"limit", "cursor", NULL};
    struct cqa_list_page page = {0};
    struct cqa_error error = {0};
    int64_t after_id = 0;
    int is_there;

    if (!cqa_query_only(request, known) || !cqa_query_limit(request, 200, 1000, &page.limit) ||
        !cqa_page_begin(request, 't', &after_id, 1, &is_there))
        return;
    const enum cqa_status status = cqa_audit_list(cqa_request_scores(request), after_id,
                                                  page.limit + 1, add_row, &page, &error);
    page.also = json_pack("{s:o}", "reasons", cqa_reasons_json(cqa_request_config(request)));
    cqa_page_reply(request, "rows", 't', 1, &page, status, &error);
}
