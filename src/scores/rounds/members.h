/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_MEMBERS_H
#define CQA_SCORES_ROUNDS_MEMBERS_H

#include <stddef.h>
#include "appraisal/names.h"
#include "appraisal/roster.h"
#include "base/arena.h"
#include "scores/store.h"

/* Who was there in a period, by the roster: one entry a person, with the last team and post. */
struct cqa_member {
    const char *person;
    const char *team; /* NULL: none */
    const char *post; /* NULL: none */
};

/* {0} is empty; finish frees. */
struct cqa_members {
    struct cqa_arena arena;
    struct cqa_names names;
    struct cqa_member *items; /* in the order of `names` */
    size_t count;
    struct cqa_roster roster; /* the seats of the period, by extension, then time */
};

enum cqa_status cqa_members_load(struct cqa_scores *scores, const char *period,
                                 struct cqa_members *out, struct cqa_error *error) CQA_MUST_CHECK;
void cqa_members_finish(struct cqa_members *members);

/* NULL: the roster does not know the person in this period. */
const struct cqa_member *cqa_members_find(const struct cqa_members *members, const char *person);

#endif
