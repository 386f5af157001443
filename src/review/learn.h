/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_LEARN_H
#define CQA_REVIEW_LEARN_H

#include "scores/store.h"

/* Keeps every rubric found in the folders of models; what cannot be read or kept is logged. */
void cqa_rubrics_learn(struct cqa_scores *scores);

#endif
