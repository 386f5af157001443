/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_VERDICT_VERDICT_H
#define CQA_VERDICT_VERDICT_H

#include "measure/make.h"
#include "verdict/ground.h"

/*
 * What this recording bears, and where: between what was found in it (event/, measure/) and what is
 * charged for it (rubric/). Fills everything; a number that cannot be measured is NaN, and
 * `measurable` says why. CQA_E_NOMEM only; finish `measurable` whatever comes back.
 */
enum cqa_status cqa_verdict_make(const struct cqa_measure_input *input,
                                 struct cqa_measures *measures, struct cqa_measurable *measurable,
                                 struct cqa_channel_sound sound[2]) CQA_MUST_CHECK;

/* The parts, one file each. */
void cqa_verdict_judge(const struct cqa_scene *scene, const struct cqa_channel_sound sound[2],
                       struct cqa_measurable *measurable);
enum cqa_status cqa_verdict_find_spans(const struct cqa_scene *scene,
                                       const struct cqa_channel_sound sound[2],
                                       struct cqa_measurable *measurable) CQA_MUST_CHECK;
void cqa_verdict_find_conversation(const struct cqa_scene *scene,
                                   struct cqa_conversation *conversation);

enum cqa_status cqa_verdict_find_leg(const struct cqa_scene *scene, enum cqa_leg known,
                                     struct cqa_measurable *measurable) CQA_MUST_CHECK;
enum cqa_status cqa_verdict_find_step(const struct cqa_scene *scene,
                                      int *out_of_step) CQA_MUST_CHECK;
enum cqa_status cqa_verdict_find_late_leak(const struct cqa_scene *scene, int *late)
    CQA_MUST_CHECK; /* of a call on two channels */
void cqa_verdict_count(const struct cqa_scene *scene, const struct cqa_measurable *measurable,
                       struct cqa_measures *measures);

/* Lowers the aspects, a bit each, to `state` over a span. CQA_E_NOMEM only. */
enum cqa_status cqa_verdict_take(struct cqa_measurable *measurable, struct cqa_span span,
                                 unsigned aspects, enum cqa_quality state,
                                 enum cqa_ground_reason reason, float confidence) CQA_MUST_CHECK;

/* Lowers an aspect of the whole call, and says why. */
void cqa_verdict_lower(struct cqa_measurable *measurable, enum cqa_aspect what, enum cqa_quality to,
                       const char *id, struct cqa_text text);

#endif
