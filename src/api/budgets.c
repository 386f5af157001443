/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/budgets.h"

#include <stdio.h>
#include <string.h>
#include "base/log.h"

enum { NAME_TRIES = 5, ADDRESS_TRIES = 20 };

void cqa_budgets_read(struct cqa_request *request, const char *name, struct cqa_budgets *budgets)
{
    const char *peer = cqa_request_peer(request);
    const int has_address = strncmp(peer, "127.", 4) != 0 && strcmp(peer, "::1") != 0;

    snprintf(budgets->of_name, CQA_BUDGET_KEY_SIZE, "name %s from %s", name, peer);
    snprintf(budgets->of_address, CQA_BUDGET_KEY_SIZE, "from %s", peer);
    budgets->keys[0] = (struct cqa_tries_key){budgets->of_name, NAME_TRIES};
    budgets->keys[1] = (struct cqa_tries_key){budgets->of_address, ADDRESS_TRIES};
    budgets->count = has_address ? 2 : 1;
}

int cqa_budgets_allow(struct cqa_request *request, const struct cqa_budgets *budgets)
{
    char seconds[24];
    struct cqa_error error = {0};
    int64_t wait_ms = 0;
    const enum cqa_status status = cqa_tries_wait(cqa_request_scores(request), budgets->keys,
                                                  budgets->count, &wait_ms, &error);

    if (status != CQA_OK) {
        cqa_reply_error(request, status, &error);
        return 0;
    }
    if (wait_ms == 0)
        return 1;
    snprintf(seconds, sizeof seconds, "%lld", (long long)(wait_ms + 999) / 1000);
    cqa_reply_header(request, "Retry-After", seconds);
    cqa_reply_problem(request, 429, "too-many-tries", "too many wrong passwords; wait %s s",
                      seconds);
    return 0;
}

int cqa_budgets_count(struct cqa_request *request, const struct cqa_budgets *budgets)
{
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_tries_failed(cqa_request_scores(request), budgets->keys, budgets->count, &error);

    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    return status == CQA_OK;
}

void cqa_budgets_forget(struct cqa_request *request, const struct cqa_budgets *budgets)
{
    struct cqa_error error = {0};

    if (cqa_tries_succeeded(cqa_request_scores(request), budgets->of_name, &error) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "%p", &error.message);
}
