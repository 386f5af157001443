/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_TONE_CADENCE_H
#define CQA_EVENT_TONE_CADENCE_H

#include <stddef.h>
#include <stdint.h>
#include "event/tone_plans.h"
#include "event/tone_runs.h"

/* A row of bursts in the cadence of a plan. `bursts` 0: there is none, and the rest says nothing.
 */
struct cqa_tone_chain {
    const struct cqa_tone_plan *plan;
    size_t first; /* its first and last run */
    size_t last;
    int phase;   /* the beat of the plan that the first run is */
    int bursts;  /* all */
    int missing; /* cycles left out between them */
    int whole;   /* those of the plan's length; others are cut short */
    int clean; /* whole ones without harmonics: what is beside the tone is no louder than the noise
                  around it */
    float contrast_db; /* least rise or fall of the whole ones */
    float purity;      /* least of the whole ones */
    float fall_db;     /* most by which a whole one is softer than one before it */
};

/* Within a tenth of a length of time, or what frames and codecs leave of its edges. */
int cqa_tone_about(int64_t value_ms, int64_t wanted_ms);

/* Within the plan's tolerance of a frequency. */
int cqa_tone_close(float hz, float wanted_hz, const struct cqa_tone_plan *plan);

/* Whether the run has the pitch of the plan, as far as it shows. */
int cqa_tone_has_pitch(const struct cqa_tone_run *run, const struct cqa_tone_plan *plan);

/* Less beside the tone than harmonics of a note would be, by `floor` (a share). */
int cqa_tone_is_clean(const struct cqa_tone_run *run, float floor);

/* The row with most bursts that begins with run `first` under any plan of the tones (1 <<
 * CQA_TONE_…). */
struct cqa_tone_chain cqa_tone_chain_best(const struct cqa_tone_plans *plans,
                                          const struct cqa_tone_runs *runs, size_t first,
                                          unsigned tones);

/* Marks the runs of the row. */
void cqa_tone_chain_mark(struct cqa_tone_runs *runs, const struct cqa_tone_chain *chain,
                         enum cqa_tone_use use);

#endif
