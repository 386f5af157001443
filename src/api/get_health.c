/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/endpoints.h"
#include "base/log.h"
#include "scores/accounts.h"

void cqa_get_health(struct cqa_request *request)
{
    struct cqa_error error = {0};
    int has_accounts = 1;
    enum cqa_status status = cqa_scores_check(cqa_request_scores(request), &error);

    if (status == CQA_OK)
        status = cqa_user_any(cqa_request_scores(request), &has_accounts, &error);

    if (status != CQA_OK)
        cqa_log(CQA_LOG_ERROR, "%p", &error.message);
    cqa_reply_json(request, status == CQA_OK ? 200 : 503,
                   json_pack("{s:s, s:s, s:b}", "status", status == CQA_OK ? "ok" : "failing",
                             "store", status == CQA_OK ? "ok" : "failing", "accounts",
                             has_accounts));
}
