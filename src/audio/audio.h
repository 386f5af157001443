/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_AUDIO_H
#define CQA_AUDIO_AUDIO_H

#include <stddef.h>
#include <stdint.h>
#include "base/failure.h"
#include "base/raw.h"

enum { CQA_AUDIO_RATE_HZ = 8000 }; /* the analysis rate: what a telephone line carries */
enum { CQA_AUDIO_HOURS_MAX = 12 }; /* longer recordings are refused: CQA_FAILURE_TOO_LONG */

/* LEG: one party's file of a call whose other file is not there. */
enum cqa_layout {
    CQA_LAYOUT_STEREO,
    CQA_LAYOUT_MONO,
    CQA_LAYOUT_DUAL_MONO,
    CQA_LAYOUT_LEG,
    CQA_LAYOUT_COUNT
};
extern const char *const cqa_layout_words[CQA_LAYOUT_COUNT + 1];

/*
 * How a call lies in its files: one, or one for each party, which become channel 0 and channel 1.
 * Plain data: it travels to children as it lies in memory.
 */
enum { CQA_LEGS = 2, CQA_LEG_OFFSET_MS_MAX = 3600000, CQA_LEG_DRIFT_PPM_MAX = 200 };
struct cqa_leg_place {
    struct cqa_raw raw;
    int64_t offset_ms; /* from the call's first moment to the file's; 0..CQA_LEG_OFFSET_MS_MAX */
    double drift_ppm;  /* how much faster than the other's its clock ran */
};
struct cqa_legs {
    int joined; /* two files; else one, and of all this only the first `raw` counts */
    struct cqa_leg_place leg[CQA_LEGS];
};

/* What a leg of a call was, beside its place. */
struct cqa_leg_facts {
    char sha256[65];
    uint64_t bytes;
    char container[16];
    char encoding[24];
    int rate_hz;
    int64_t duration_ms;
};

/* The facts of one recording, counted rather than believed. Of two files: bytes are the sum, the
 * hash is that of both hashes' hex digits one after another, container, encoding and rate the first
 * one's. */
struct cqa_audio_facts {
    char sha256[65];     /* of the whole file, lower-case hex */
    uint64_t bytes;      /* of the whole file */
    char container[16];  /* "WAV", "FLAC", "OGG", "MP3", … */
    char encoding[24];   /* "PCM_16", "ULAW", "ALAW", "GSM610", "IMA_ADPCM", "OPUS", … */
    int rate_hz;         /* of the file */
    int channels;        /* of the file: 1 or 2 */
    int64_t duration_ms; /* of what was decoded */
    enum cqa_layout layout;
    double offset[2]; /* mean of each channel's samples, ±1; sound has none */
    struct cqa_legs legs;
    struct cqa_leg_facts leg[CQA_LEGS]; /* where there are two files */
};

/*
 * A recording as a stream of sample pairs at 8 kHz. Memory is bounded whatever the length. One
 * thread at a time.
 */
struct cqa_audio;

/*
 * Opens what `fd` holds (borrowed; read through pread, no path is opened). `name` only tells raw
 * formats by their ending (.gsm .ulaw .alaw .sln .raw .g722 …); it may be any text. `said`, what
 * the recorder writes where there is no header, {0} if nobody says; it is held against the samples,
 * and refused where they contradict it. On failure `failure` says which of the ids of
 * base/failure.h it is.
 */
enum cqa_status cqa_audio_open(struct cqa_audio **out, int fd, const char *name,
                               const struct cqa_raw *said,
                               struct cqa_failure *failure) CQA_MUST_CHECK;

/*
 * Opens the files of one call, as many descriptors and names as `legs` says. Two must hold one
 * channel each, or two that are alike, of which the first is taken; what differs is told by
 * cqa_audio_facts (CQA_FAILURE_LAYOUT). One is the same as cqa_audio_open.
 */
enum cqa_status cqa_audio_open_legs(struct cqa_audio **out, const int fd[CQA_LEGS],
                                    const char *const name[CQA_LEGS], const struct cqa_legs *legs,
                                    struct cqa_failure *failure) CQA_MUST_CHECK;

/* Whether numbers that came from another process are such as are said above. */
int cqa_legs_are_sound(const struct cqa_legs *legs);

/*
 * Reads up to `capacity` sample pairs, interleaved (channel 0, channel 1), ±1 full scale, NaN and
 * infinities made 0. A mono file gives 0 for channel 1. Returns the pairs read, 0 at the end, -1 on
 * failure.
 */
ptrdiff_t cqa_audio_read(struct cqa_audio *audio, float *pairs, size_t capacity,
                         struct cqa_failure *failure);

/*
 * After cqa_audio_read returned 0: the facts, with what was counted and the hash. Fails where the
 * count shows a truncated, empty or changed file.
 */
enum cqa_status cqa_audio_facts(struct cqa_audio *audio, struct cqa_audio_facts *out,
                                struct cqa_failure *failure) CQA_MUST_CHECK;

void cqa_audio_close(struct cqa_audio *audio);

/* What to hand to cqa_audio_open_legs to have a recording read as it was when these are its facts.
 */
struct cqa_legs cqa_audio_legs(const struct cqa_audio_facts *facts);

#endif
