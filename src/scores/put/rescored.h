/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_PUT_RESCORED_H
#define CQA_SCORES_PUT_RESCORED_H

#include "base/arena.h"
#include "scores/rubrics.h"
#include "scores/store.h"

/* Calls that were scored anew (review/rescore.h), stored or only tried. */

/* Flags of a rule that the analyzer found, and what stands of their points after decisions. A rule
 * may come several times. */
struct cqa_rule_count {
    const char *rule;
    int64_t flags, points_c;
};

/* One call, and what became of it. Lists lie in `arena`, which is the caller's. */
struct cqa_rescored_call {
    int64_t call;
    const struct cqa_item *item; /* with the new score; where it is tried maybe nothing but that */
    struct cqa_poster poster;
    struct cqa_arena *arena;
    enum cqa_put outcome;
    int64_t before_c, after_c; /* what it counts, decisions included; 0: it was not scored */
    struct cqa_rule_count *before, *after;
    size_t before_count, after_count;
};

struct cqa_rescoring {
    const struct cqa_rubric *rubric;
    const char *text; /* it was read from */
    const char *actor;
};

/* Puts all in one transaction: closed days refuse it, and what people decided stands. */
enum cqa_status cqa_rescore_put(struct cqa_scores *scores, const struct cqa_rescoring *rescoring,
                                struct cqa_rescored_call *calls, size_t count,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* What that would come to, by the same plan; nothing is written, and no writer waited for. The
 * calls in the order of their numbers. */
enum cqa_status cqa_rescore_try(struct cqa_scores *scores, const struct cqa_rescoring *rescoring,
                                struct cqa_rescored_call *calls, size_t count,
                                struct cqa_error *error) CQA_MUST_CHECK;

#endif
