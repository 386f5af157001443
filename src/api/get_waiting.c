/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/endpoints.h"
#include "api/query.h"
#include "rounds/raters.h"
#include "scores/waiting.h"
#include "settings/config.h"

void cqa_get_waiting(struct cqa_request *request)
{
    static const char *const known[] = {NULL};
    const struct cqa_identity *who = cqa_request_who(request);
    struct cqa_waiting waiting = {0};
    int64_t evaluations = 0;
    struct cqa_error error = {0};

    if (!cqa_query_only(request, known))
        return;
    enum cqa_status status = cqa_waiting_read(cqa_request_scores(request), who,
                                              cqa_request_config(request)->zone, &waiting, &error);
    if (status == CQA_OK && who->person != NULL)
        status = cqa_ratings_waiting(cqa_request_scores(request), who, &evaluations, &error);
    if (status == CQA_OK)
        cqa_reply_json(
            request, 200,
            json_pack("{s:I, s:I, s:I, s:I}", "objections", (json_int_t)waiting.objections,
                      "follow_ups", (json_int_t)waiting.follow_ups, "samples",
                      (json_int_t)waiting.samples, "evaluations", (json_int_t)evaluations));
    else
        cqa_reply_error(request, status, &error);
}
