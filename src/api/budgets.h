/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_BUDGETS_H
#define CQA_API_BUDGETS_H

#include "http/http.h"
#include "scores/tries.h"

/*
 * What failed tries of passwords and codes are counted under. A name counts together with the
 * address, so that a stranger elsewhere keeps nobody out; an address by itself, for who tries one
 * password against many names. A loopback address is a proxy that "proxies" does not name:
 * everybody's.
 */
enum { CQA_BUDGET_KEY_SIZE = 160 };
struct cqa_budgets {
    char of_name[CQA_BUDGET_KEY_SIZE], of_address[CQA_BUDGET_KEY_SIZE];
    struct cqa_tries_key keys[2]; /* they point into the two above */
    size_t count;
};

void cqa_budgets_read(struct cqa_request *request, const char *name, struct cqa_budgets *budgets);

/* 0 with a 429 given. */
int cqa_budgets_allow(struct cqa_request *request, const struct cqa_budgets *budgets);

/* Counts a wrong guess. A failure that cannot be counted is not told either: the store is in
 * trouble. 0 with a 503 given. */
int cqa_budgets_count(struct cqa_request *request, const struct cqa_budgets *budgets);

/* A right one. */
void cqa_budgets_forget(struct cqa_request *request, const struct cqa_budgets *budgets);

#endif
