/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ROUNDS_SIGNS_H
#define CQA_ROUNDS_SIGNS_H

#include "rounds/outcome.h"
#include "scores/rounds/signing.h"

/* Which signatures stand under each sheet, in the outcome's order: bits 1 << side. */
struct cqa_signs {
    unsigned counts;   /* for the numbers as they are */
    unsigned outdated; /* for others; nothing newer counts */
};

/* Of every sheet; the array lives in the outcome's arena. */
enum cqa_status cqa_signs_load(struct cqa_scores *scores, int64_t round,
                               struct cqa_appraisal_outcome *outcome, struct cqa_signs **out,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* The words of a set of sides, as a JSON list. */
void cqa_sides_json(unsigned sides, struct cqa_buffer *out);

enum { CQA_SIDES_ALL = (1 << CQA_SIGN_SIDE_COUNT) - 1 };

#endif
