/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_TONE_BEEPS_H
#define CQA_EVENT_TONE_BEEPS_H

#include "event/tone_plans.h"
#include "event/tone_runs.h"
#include "event/tones.h"

/* Fills the bursts of `tones` from those of the runs that are no events, and drops the others.
 * CQA_E_NOMEM only. */
enum cqa_status cqa_tone_beeps_gather(struct cqa_tone_runs *runs,
                                      const struct cqa_tone_plans *plans,
                                      const struct cqa_tracks *tracks, int agent,
                                      struct cqa_tones *tones) CQA_MUST_CHECK;

#endif
