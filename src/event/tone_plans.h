/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_TONE_PLANS_H
#define CQA_EVENT_TONE_PLANS_H

#include <stddef.h>
#include <stdint.h>
#include "event/tones.h"

/* What cqa_tone_plans_load (event/tones.h) makes of a file. */

enum cqa_tone {
    CQA_TONE_RINGBACK,
    CQA_TONE_BUSY,
    CQA_TONE_CONGESTION,
    CQA_TONE_UNOBTAINABLE,
    CQA_TONE_DIAL,
    CQA_TONE_CALL_WAITING,
    CQA_TONE_RECORDING,
    CQA_TONE_SIT,
    CQA_TONE_CNG,
    CQA_TONE_CED,
};

enum { CQA_BEATS_MAX = 4, CQA_PLAN_HZ_MAX = 3 };

struct cqa_tone_plan {
    enum cqa_tone tone;
    int hz_count;
    float hz[CQA_PLAN_HZ_MAX];
    float within_hz; /* 0: a share of the frequency */
    int beats;       /* pairs of on and off; 0: continuous */
    int64_t on_ms[CQA_BEATS_MAX];
    int64_t off_ms[CQA_BEATS_MAX];
    int64_t least_ms; /* of a continuous tone */
};

struct cqa_tone_plans {
    size_t count;
    size_t capacity;
    struct cqa_tone_plan *items;
};

#endif
