/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/endpoints.h"
#include "api/query.h"
#include "review/flag_json.h"
#include "scores/people.h"

static void add_share(void *context, const struct cqa_reason_row *row)
{
    json_array_append_new(context, json_pack("{s:s, s:o, s:s?, s:I}", "rule", row->rule, "title",
                                             cqa_title_json(row->title_en, row->title_zh), "code",
                                             row->code, "flags", (json_int_t)row->flags));
}

void cqa_get_reasons(struct cqa_request *request)
{
    static const char *const known[] = {"from", "to", NULL};
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct cqa_error error = {0};
    int64_t day_from = 0;
    int64_t day_to = 0;

    if (!cqa_query_only(request, known) || !cqa_query_day(request, "from", &day_from) ||
        !cqa_query_day(request, "to", &day_to))
        return;
    json_t *used = json_array();
    const enum cqa_status status = cqa_reasons_used(cqa_request_scores(request), &scope, day_from,
                                                    day_to, add_share, used, &error);
    if (status != CQA_OK) {
        json_decref(used);
        cqa_reply_error(request, status, &error);
        return;
    }
    cqa_reply_json(request, 200,
                   json_pack("{s:o, s:o}", "reasons", cqa_reasons_json(cqa_request_config(request)),
                             "used", used));
}
