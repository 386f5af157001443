/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_FILLER_H
#define CQA_SERVER_FILLER_H

#include "base/clock.h"
#include "scores/store.h"

/*
 * The thread that puts what rules need beside results of before (scores/bases.h), a few at a time
 * and half of the time, until none is left; it says how far it is. What it has not come to is read
 * from its text meanwhile. Everything is borrowed until it is stopped. Owned, free with
 * cqa_filler_stop.
 */
struct cqa_filler;

enum cqa_status cqa_filler_start(struct cqa_filler **out, struct cqa_scores *scores,
                                 const struct cqa_clock *clock,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* It goes on where it was when it is started again. NULL is nothing. */
void cqa_filler_stop(struct cqa_filler *filler);

#endif
