/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_SUPPORT_RECORDING_H
#define CQA_TESTS_SUPPORT_RECORDING_H

#include <stddef.h>
#include "audio/audio.h"

/* Recordings in memory (memfd): every function returns a descriptor at offset 0, or fails the test.
 */

int recording_of_bytes(const void *bytes, size_t count);

/* Interleaved frames written through libsndfile; `format` is SF_FORMAT_… of it. */
int recording_of_frames(int format, int rate_hz, int channels, const float *frames, size_t count);

/* A tone of 1 kHz with TONE_LEFT and TONE_RIGHT as its amplitudes; mono has only the left one. */
#define TONE_LEFT 0.5F
#define TONE_RIGHT 0.125F
int recording_of_tone(int format, int rate_hz, int channels, double seconds);

/* The bytes of a descriptor, owned, free with free(). */
unsigned char *recording_bytes(int fd, size_t *count);

/* What cqa_audio makes of a descriptor, which is closed. */
struct heard {
    enum cqa_status status;
    struct cqa_failure failure;
    struct cqa_audio_facts facts;
    size_t pairs;
    double level_dbfs[2]; /* of the tone at 1 kHz, its peak, over the middle half */
    float *samples;       /* the pairs; free with heard_finish */
};

struct heard recording_hear(int fd, const char *name, size_t block_pairs);

/* With what a recorder's profile says of files without a header. */
struct heard recording_hear_as(int fd, const char *name, const struct cqa_raw *said,
                               size_t block_pairs);
void heard_finish(struct heard *heard);

#endif
