/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/budgets.h"

#include <stdio.h>
#include <string.h>
#include "http/limit.h"

/*
 * What failed tries are counted under. A name counts together with the address, so that a stranger
 * elsewhere keeps nobody out; an address by itself, for who tries one password against many names.
 * A loopback address is a proxy that "proxies" does not name: everybody's.
 */
enum { NAME_TRIES = 5, ADDRESS_TRIES = 20 };

struct cqa_budgets cqa_budgets_of(struct cqa_request *request, const char *name)
{
    struct cqa_budgets budgets;
    const char *peer = cqa_request_peer(request);

    snprintf(budgets.of_name, CQA_BUDGET_KEY_SIZE, "name %s from %s", name, peer);
    snprintf(budgets.of_address, CQA_BUDGET_KEY_SIZE, "from %s", peer);
    budgets.has_address = strncmp(peer, "127.", 4) != 0 && strcmp(peer, "::1") != 0;
    return budgets;
}

int cqa_budgets_allow(struct cqa_request *request, const struct cqa_budgets *budgets)
{
    char seconds[24];
    struct cqa_limiter *limiter = cqa_request_limiter(request);
    const int64_t now_ms = cqa_request_now_ms(request);
    int64_t wait_ms = cqa_limiter_wait_ms(limiter, budgets->of_name, NAME_TRIES, now_ms);

    if (wait_ms == 0 && budgets->has_address)
        wait_ms = cqa_limiter_wait_ms(limiter, budgets->of_address, ADDRESS_TRIES, now_ms);
    if (wait_ms == 0)
        return 1;
    snprintf(seconds, sizeof seconds, "%lld", (long long)(wait_ms + 999) / 1000);
    cqa_reply_header(request, "Retry-After", seconds);
    cqa_reply_problem(request, 429, "too-many-tries", "too many wrong passwords; wait %s s",
                      seconds);
    return 0;
}

void cqa_budgets_count(struct cqa_request *request, const struct cqa_budgets *budgets)
{
    struct cqa_limiter *limiter = cqa_request_limiter(request);

    cqa_limiter_failed(limiter, budgets->of_name, cqa_request_now_ms(request));
    if (budgets->has_address)
        cqa_limiter_failed(limiter, budgets->of_address, cqa_request_now_ms(request));
}
