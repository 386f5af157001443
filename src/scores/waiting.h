/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_WAITING_H
#define CQA_SCORES_WAITING_H

#include "recorder/zone.h"
#include "scores/accounts.h"

/* What waits for somebody to do it; what is not theirs to do is 0. */
struct cqa_waiting {
    int64_t objections; /* a lead's to settle */
    int64_t follow_ups; /* a lead's, due today by the site's clocks or before */
    int64_t samples;    /* drawn for this person, not yet heard */
};

enum cqa_status cqa_waiting_read(struct cqa_scores *scores, const struct cqa_identity *who,
                                 const struct cqa_zone *zone, struct cqa_waiting *out,
                                 struct cqa_error *error) CQA_MUST_CHECK;

#endif
