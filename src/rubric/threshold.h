/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RUBRIC_THRESHOLD_H
#define CQA_RUBRIC_THRESHOLD_H

#include "rubric/rubric.h"

/* The numbers of a rule that decide what it finds, so that one can ask what another number would
 * have found. */
enum { CQA_THRESHOLDS_MAX = 64 };

struct cqa_threshold {
    /*
     * at_least    from where on the rule looks at all: of an event's length, or a measure's value
     * below       up to where
     * confidence  how sure the analyzer must be for a flag, 0..1
     * sure        how sure it must be for more than a note, 0..1
     * step.N      where the N-th step begins, from 1 (the 0th begins at at_least)
     * count.N     how many events make the N-th step of by_count, from 0
     */
    char name[16];
    const char *unit; /* "ms", "share" (0..1), "count", else the measure's own */
    double value;     /* as the rubric has it */
    double least;     /* what may be asked for */
    double most;
};

/* Writes the thresholds of the rule at `index` to `out` and returns how many there are, up to
 * `capacity`; a manual rule has none. */
size_t cqa_thresholds(const struct cqa_rubric *rubric, size_t index, struct cqa_threshold *out,
                      size_t capacity);

/* Changes one, in a rubric that no other thread uses. CQA_E_NOTFOUND: the rule has none of this
 * name; CQA_E_BADDATA: outside of what may be asked for. */
enum cqa_status cqa_threshold_set(struct cqa_rubric *rubric, size_t index, const char *name,
                                  double value, struct cqa_error *error) CQA_MUST_CHECK;

#endif
