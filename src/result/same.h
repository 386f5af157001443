/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RESULT_SAME_H
#define CQA_RESULT_SAME_H

#include "result/result.h"

/*
 * Which results are of one recording, which of them counts, and which seconds two recordings of one
 * call share (docs/decisions/0107-one-call-once.md). Pure, but for memory.
 */

/* Why a deduction is a note where another recording of its call is charged. */
#define CQA_OTHER_RECORDING "other_recording"

/* A second or more that is not idle: equal content then says that it is the same recording. Two
 * recordings of nothing are equal by chance. */
int cqa_result_is_heard(const struct cqa_result *result);

/* What the names of two recordings say, before anybody listens. */
enum cqa_names_say {
    CQA_NAMES_EQUAL, /* one call's id, and one name but for its ending and its folder */
    CQA_NAMES_ID,    /* one call's id: others of its recordings have it too */
    CQA_NAMES_STEM   /* one name, and no id: in another folder another call may have it */
};

/*
 * Was the same heard in both? Somebody speaks at the same moments from the start on, as far as the
 * shorter goes: copies, conversions, mixes of two channels, and what was cut off at its end. What
 * tells little (few turns, silence, an announcement) is the same only where the names are equal:
 * docs/decisions/0136-little-heard-is-two.md. To be asked only of recordings whose names belong
 * together. CQA_E_NOMEM.
 */
enum cqa_status cqa_result_same(const struct cqa_result *left, const struct cqa_result *right,
                                enum cqa_names_say names, int *same,
                                struct cqa_error *error) CQA_MUST_CHECK;

/*
 * Is `leg`, one party's file, part of `joined`, a call put together from two? The very same
 * content, or that party speaks at the same moments there: a copy of it, a conversion, what is left
 * of it when it is cut off, but not what goes on behind the call's end. 0 for results that are
 * neither. CQA_E_NOMEM.
 */
enum cqa_status cqa_result_is_leg_of(const struct cqa_result *leg, const struct cqa_result *joined,
                                     int *is_leg_of, struct cqa_error *error) CQA_MUST_CHECK;

/*
 * > 0: `left` is the better source, < 0: `right` is. Longer by more than a second, two channels
 * before a mix, lossless before lossy, the higher rate; 0 where nothing tells them apart.
 */
int cqa_result_better(const struct cqa_result *left, const struct cqa_result *right);

/*
 * The seconds of `left` that `right` holds too, another recording of the same call: by what is
 * heard in both, else by the clock where they began at different times. Empty (0, 0): none, or
 * nobody can say. CQA_E_NOMEM.
 */
enum cqa_status cqa_result_shared(const struct cqa_result *left, const struct cqa_result *right,
                                  struct cqa_span *out, struct cqa_error *error) CQA_MUST_CHECK;

/*
 * Deductions that lie for more than half in `shared` cost nothing here, because another recording
 * of the call is charged for these seconds: they become notes with the ground "other_recording".
 * `*changed`: how many.
 */
void cqa_result_charge_elsewhere(struct cqa_result *result, struct cqa_span shared,
                                 size_t *changed);

#endif
