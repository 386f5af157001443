/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_DUE_H
#define CQA_SCORES_ROUNDS_DUE_H

#include "scores/rounds/disputed.h"

/* The objections to flags for which a closed round needs a correction that nobody has opened. {0}
 * is empty; finish frees. */
struct cqa_due_list {
    struct cqa_due {
        int64_t objection, round;
    } * items;
    size_t count, capacity;
    int no_memory;
};

enum cqa_status cqa_due_read(struct cqa_scores *scores, struct cqa_due_list *out,
                             struct cqa_error *error) CQA_MUST_CHECK;

/* The newest such round of the objection's; 0: none. */
int64_t cqa_due_of(const struct cqa_due_list *list, int64_t objection);
void cqa_due_finish(struct cqa_due_list *list);

#endif
