/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_LOGGED_H
#define CQA_PIPELINE_LOGGED_H

#include "result/result.h"

/*
 * Holds that the exchange logged, beside those that were heard: one that was heard too is
 * confirmed, one of 5 s or more that was not becomes an event of its own, which costs nobody
 * anything; what else was found in its seconds (a silence, voices over each other) is not charged
 * either. May be called again after the call's facts have changed. CQA_E_NOMEM only.
 */
enum cqa_status cqa_logged_apply(struct cqa_result *result) CQA_MUST_CHECK;

#endif
