/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SIGNAL_LEAK_ESTIMATE_H
#define CQA_SIGNAL_LEAK_ESTIMATE_H

#include "base/error.h"
#include "signal/leak.h"

/* Gathers cross-spectra of one-second blocks where one side talks and the other
 * does not. */
enum { CQA_LEAK_BLOCK = 8192, CQA_LEAK_STEP = 4096 };

struct cqa_leak_plan;
struct cqa_leak_plan *cqa_leak_plan_create(void); /* NULL: no memory */
void cqa_leak_plan_destroy(struct cqa_leak_plan *plan);

struct cqa_leak_estimator;
struct cqa_leak_estimator *
cqa_leak_estimator_create(const struct cqa_leak_plan *plan); /* NULL: no memory */
void cqa_leak_estimator_destroy(struct cqa_leak_estimator *estimator);

/* Looks for delays of half a second either way, as of files that do not lie in step. */
void cqa_leak_estimator_widen(struct cqa_leak_estimator *estimator);

/* Looks at one block: CQA_LEAK_BLOCK interleaved pairs, CQA_LEAK_STEP after the block before. */
void cqa_leak_look(struct cqa_leak_estimator *estimator, const float *pairs);

/* What it came to: leak[c] is the other channel heard on c. */
void cqa_leak_conclude(struct cqa_leak_estimator *estimator, struct cqa_leak leak[2],
                       struct cqa_sameness *same);

#endif
