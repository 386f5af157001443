/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_MEASURE_MAKE_H
#define CQA_MEASURE_MAKE_H

#include "base/error.h"
#include "event/scene.h"
#include "measure/measure.h"
#include "recorder/call.h"

/* What one channel sounds like, apart from what is said. NaN: not measured. */
struct cqa_channel_sound {
    double active_level_dbfs; /* of the party's own speech, measure/active_level.h */
    double noise_dbfs; /* 20th percentile of the level outside anyone's speech, digital silence left
                          out */
    double clipped_ms;
    double leak_db; /* NaN where none was found */
    double leak_delay_ms;
};

struct cqa_measure_input {
    const struct cqa_scene *scene; /* played */
    int starts_at_answer;          /* the recording begins when the call is answered */
    int64_t answer_ms;             /* when the exchange logged the answer; 0: it did not */
    enum cqa_leg leg;              /* what the recorder says of it */
    const struct cqa_spans *talk; /* of both channels, the speech that turns are counted from; NULL:
                                     all of the scene's */
    double offset[2];             /* mean of each channel's samples, ±1 */
};

/* What is measured here; verdict/ says over which seconds, and what of it counts. */
/* The parts, one file each. */
void cqa_sound_measure(const struct cqa_measure_input *input, struct cqa_channel_sound sound[2]);
enum cqa_status cqa_turns_measure(const struct cqa_measure_input *input,
                                  struct cqa_measures *measures) CQA_MUST_CHECK;
enum cqa_status cqa_voice_measure(const struct cqa_scene *scene,
                                  const struct cqa_channel_sound sound[2],
                                  struct cqa_measures *measures) CQA_MUST_CHECK;

#endif
