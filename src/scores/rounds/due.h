/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_DUE_H
#define CQA_SCORES_ROUNDS_DUE_H

#include "scores/rounds/disputed.h"

/* The closed rounds that nobody has corrected, for asking which of them an objection to a flag
 * makes wrong. {0} is empty; finish frees. */
struct cqa_due {
    struct cqa_arena arena;
    struct cqa_due_round *rounds; /* the newest first */
    size_t count;
};

enum cqa_status cqa_due_read(struct cqa_scores *scores, struct cqa_due *out,
                             struct cqa_error *error) CQA_MUST_CHECK;

/* What of an objection, its flag and its call tells. */
struct cqa_due_objection {
    const char *agent; /* whose call it is; NULL: nobody's */
    int64_t day;       /* of the call, yyyymmdd; 0: unknown */
    int64_t at_ms, decided_ms;
    enum cqa_objection_outcome outcome;
};

/* The newest round that needs a correction for it; 0: none. Schemes and kept sheets are looked at
 * only where days and times say that it may be so. */
enum cqa_status cqa_due_of(struct cqa_scores *scores, struct cqa_due *due,
                           const struct cqa_due_objection *objection, int64_t *round,
                           struct cqa_error *error) CQA_MUST_CHECK;
void cqa_due_finish(struct cqa_due *due);

#endif
