/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_AUDIT_TELL_H
#define CQA_SCORES_AUDIT_TELL_H

#include "scores/store.h"

/*
 * Says once a day (and when called the first time) how the audit log ends, in the log of this
 * program and to the receivers of notices that wish it: kept there, it shows later that nothing was
 * cut off (cqa_audit_verify). `*told_day` is what was told last, 0 before; it is set here.
 */
void cqa_audit_tell(struct cqa_scores *scores, int64_t *told_day);

#endif
