/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/audit.h"

#include <stdio.h>
#include "api/endpoints.h"
#include "api/page.h"
#include "api/query.h"
#include "review/flag_json.h"
#include "scores/rounds/rounds.h"
#include "scores/rubrics.h"
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

/* ---- what ids in the rows are called */

static void add_rule(void *context, const char *rule, struct cqa_text title)
{
    json_object_set_new(context, rule, cqa_title_json(title.en, title.zh));
}

static void add_appraisal(void *context, const struct cqa_round *round)
{
    char number[24];

    (void)snprintf(number, sizeof number, "%lld", (long long)round->id);
    json_object_set_new(context, number, json_string(round->scheme));
}

static json_t *names_of(struct cqa_request *request, enum cqa_status *status,
                        struct cqa_error *error)
{
    struct cqa_scores *scores = cqa_request_scores(request);
    json_t *rules = json_object();
    json_t *appraisals = json_object();

    if (*status == CQA_OK)
        *status = cqa_rubric_rules(scores, add_rule, rules, error);
    if (*status == CQA_OK)
        *status = cqa_round_list(scores, NULL, NULL, -1, add_appraisal, appraisals, error);
    return json_pack("{s:o, s:o, s:o}", "reasons", cqa_reasons_json(cqa_request_config(request)),
                     "rules", rules, "appraisals", appraisals);
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
    enum cqa_status status = cqa_audit_list(cqa_request_scores(request), after_id, page.limit + 1,
                                            add_row, &page, &error);
    page.also = names_of(request, &status, &error);
    cqa_page_reply(request, "rows", 't', 1, &page, status, &error);
}
