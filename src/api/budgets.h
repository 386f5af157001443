/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_BUDGETS_H
#define CQA_API_BUDGETS_H

#include "http/http.h"

/* How often somebody may guess a password or a code (docs/decisions/0152). */
enum { CQA_BUDGET_KEY_SIZE = 160 };
struct cqa_budgets {
    char of_name[CQA_BUDGET_KEY_SIZE], of_address[CQA_BUDGET_KEY_SIZE];
    int has_address;
};

struct cqa_budgets cqa_budgets_of(struct cqa_request *request, const char *name);

/* 0 with a 429 given. */
int cqa_budgets_allow(struct cqa_request *request, const struct cqa_budgets *budgets);

/* Counts a wrong guess. */
void cqa_budgets_count(struct cqa_request *request, const struct cqa_budgets *budgets);

#endif
