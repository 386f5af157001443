/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RESULT_CHANGES_H
#define CQA_RESULT_CHANGES_H

#include "result/result.h"

/*
 * What a new analysis of a recording takes back and what it takes more, deduction by deduction,
 * each with its reason (docs/decisions/0067-switching-on-new-rules.md).
 */
enum cqa_change_kind {
    CQA_CHANGE_GONE,  /* it is not there any more */
    CQA_CHANGE_NOTED, /* it is a note now, and costs nothing */
    CQA_CHANGE_LESS,  /* it costs less */
    CQA_CHANGE_MORE,  /* it costs more */
    CQA_CHANGE_NEW,   /* it was not there */
    CQA_CHANGE_KIND_COUNT
};
extern const char *const cqa_change_words[CQA_CHANGE_KIND_COUNT + 1];

/* Texts are borrowed from the two results, or static. */
struct cqa_change {
    enum cqa_change_kind kind;
    const char *rule;
    double points_before, points_after;
    int64_t start_ms, end_ms; /* of the deduction before; of a new one its own */
    const char *ground;       /* id of what the recording does not bear; NULL: another reason */
    struct cqa_text reason;   /* its sentence, or what there is to say without; never NULL */
};

/*
 * Deductions that cost before or cost after and do not cost the same, in the order of `before`,
 * then the new ones. Two are the same where their rules are and their seconds overlap, or both
 * stand on the call as a whole. `*out` in `arena`. CQA_E_NOMEM only. Pure.
 */
enum cqa_status cqa_changes_find(const struct cqa_result *before, const struct cqa_result *after,
                                 struct cqa_arena *arena, struct cqa_change **out, size_t *count,
                                 struct cqa_error *error) CQA_MUST_CHECK;

#endif
