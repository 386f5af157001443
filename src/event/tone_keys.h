/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_TONE_KEYS_H
#define CQA_EVENT_TONE_KEYS_H

#include "event/tone_runs.h"

/* The key whose frequencies the run has, '0'..'9', '*', '#', 'A'..'D'; 0 for none. */
char cqa_tone_key(const struct cqa_tone_run *run);

/* Whether the run is a key pressed, in a row of others. */
int cqa_tone_is_key(const struct cqa_tone_run *run);

/* What a single key needs more, against notes and vowels. */
int cqa_tone_is_lone_key(const struct cqa_tone_run *run);

#endif
