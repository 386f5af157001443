/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_LIKENESS_H
#define CQA_AUDIO_LIKENESS_H

#include "audio/source.h"
#include "base/raw.h"

/*
 * How the bytes of a headerless file want to be read, where they say so.
 *
 * Encoding: of linear samples the three highest bits are equal but in the loudest moments, of the
 * laws' codes they are in half of them at most. The right law makes neighbouring samples more alike
 * than the other.
 * Where no such reading finds anything alike, that of G.722 may.
 * Channels: neighbouring samples of one channel are more alike than those two apart; of two, it is
 * the other way round, and of two that hold the same, each pair is.
 */
struct cqa_likeness {
    enum cqa_raw_encoding encoding; /* CQA_RAW_UNSAID: not told */
    int channels;                   /* read in that encoding, else as `said`; 0: not told */
    bool is_noise;                  /* nothing is alike, however it is read: compressed bytes */
};

/* Reads 1 MiB at most, spread over the file. `said` is an encoding. */
enum cqa_status cqa_likeness_measure(struct cqa_source *source, enum cqa_raw_encoding said,
                                     struct cqa_likeness *out,
                                     struct cqa_failure *failure) CQA_MUST_CHECK;

#endif
