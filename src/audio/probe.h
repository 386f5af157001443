/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_PROBE_H
#define CQA_AUDIO_PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include "audio/source.h"
#include "base/failure.h"
#include "base/raw.h"

/* Which decoder a file needs. */
enum cqa_coding {
    CQA_CODING_PCM16,   /* little-endian, straight from the file */
    CQA_CODING_ULAW,    /* straight from the file */
    CQA_CODING_ALAW,    /* straight from the file */
    CQA_CODING_G722,    /* one channel, straight from the file */
    CQA_CODING_GSM610,  /* headerless, by libsndfile */
    CQA_CODING_VOX,     /* headerless, by libsndfile */
    CQA_CODING_OPUS,    /* in Ogg, by libopus */
    CQA_CODING_MORE,    /* what only FFmpeg's libraries decode (more.h) */
    CQA_CODING_SNDFILE, /* whatever else libsndfile makes of the container */
};

struct cqa_probe {
    char container[16]; /* as cqa_audio_facts.container */
    enum cqa_coding coding;
    int channels;        /* 0: the decoder finds out */
    int rate_hz;         /* 0: the decoder finds out */
    uint64_t data_start; /* of the samples; for codings that come straight from the file */
    uint64_t data_end;
    const char *demuxer; /* of CQA_CODING_MORE: FFmpeg's name of the container */
    const char *what;    /* … and what it is, to a person */
    int code_bits;       /* of headerless ADPCM: bits a sample; 0: it needs no such thing */
    uint64_t next;  /* where another recording begins that was joined behind this one; 0: none */
    int64_t frames; /* that the file says it has, where that can be trusted to be exact; -1: it does
                       not say */
    bool tells_lead; /* MP3: its table says what of the beginning the coding added, and the decoder
                        leaves it out */
};

/*
 * Reads the headers of a file, believing none of them, and says which decoder to use, or which of
 * the ids of base/failure.h it is. Libraries do not tell an unfinished or cut recording from a
 * whole one; this does. `said` tells of headerless files what nothing in them does.
 */
enum cqa_status cqa_probe_file(struct cqa_probe *out, struct cqa_source *source, const char *name,
                               const struct cqa_raw *said,
                               struct cqa_failure *failure) CQA_MUST_CHECK;

/* CQA_FAILURE_LAYOUT unless it is 1 or 2 channels at 8 to 192 kHz. */
enum cqa_status cqa_probe_layout(long channels, long rate_hz,
                                 struct cqa_failure *failure) CQA_MUST_CHECK;

#endif
