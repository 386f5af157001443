/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_RESCORE_H
#define CQA_SERVER_RESCORE_H

#include "base/buffer.h"
#include "report/result.h"
#include "rubric/rubric.h"
#include "server/rubrics.h"
#include "server/store.h"

/* What a rubric looks at in a stored result; everything is borrowed from it. */
struct cqa_rubric_input cqa_rescore_input(const struct cqa_result *result);

/* What another rubric makes of a stored result, from its events, never from audio: the result with
 * the new score, decisions null; finish `out`. CQA_E_BADDATA when the stored text can't be read. */
enum cqa_status cqa_rescore(const struct cqa_rubric *rubric, const char *body,
                            struct cqa_buffer *out, struct cqa_error *error) CQA_MUST_CHECK;

/* ---- many of them, in the store */

/* Flags of one rule that the analyzer found, and what stands of their points after decisions. */
struct cqa_rule_count {
    const char *rule;
    int64_t flags, points_c;
};

/* One call, and what became of it. Texts and lists lie in `arena`, which is the caller's. */
struct cqa_rescored_call {
    int64_t call;
    const struct cqa_item *item; /* with the new score */
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
    int stays; /* 0: it is tried out, and everything taken back */
};

/* All in one transaction. What is only tried comes to what would stay: closed days refuse it, and
 * what people decided stands. */
enum cqa_status cqa_rescore_put(struct cqa_scores *scores, const struct cqa_rescoring *rescoring,
                                struct cqa_rescored_call *calls, size_t count,
                                struct cqa_error *error) CQA_MUST_CHECK;

#endif
