/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_VOICE_H
#define CQA_EVENT_VOICE_H

#include <stddef.h>
#include "base/span.h"
#include "signal/frames.h"

/* Inside event/ and for verdict/: what a voice sounds like, enough to tell two on one line apart.
 */
struct cqa_voice {
    float pitch; /* semitones; NAN unknown */
    float level; /* dB */
    float colour[CQA_BANDS];
    float weight; /* frames that it stands on; 0: nobody */
};

/* The voice in frames [first, last). `voiced_of_255`: least harmonicity of a frame that tells its
 * pitch. */
struct cqa_voice cqa_voice_hear(const struct cqa_channel_frames *rows, int voiced_of_255,
                                size_t first, size_t last);

/* How far apart two voices are: pitch, level and colour, each over what it varies by. */
float cqa_voice_difference(const struct cqa_voice *a, const struct cqa_voice *b);

/* What was heard of the voice becomes the mean of both; of nobody, what is more. */
void cqa_voice_add(struct cqa_voice *voice, const struct cqa_voice *more);

/* The voice goes on with the word: it becomes the mean of all that was heard of it. */
void cqa_voice_add_word(struct cqa_voice *voice, const struct cqa_channel_frames *rows,
                        struct cqa_span word, int voiced_of_255);

#endif
