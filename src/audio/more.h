/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_MORE_H
#define CQA_AUDIO_MORE_H

#include "audio/decoder.h"

/*
 * What only FFmpeg's libraries decode (CQA_CODING_MORE), as the other cqa_…_open. This room has one
 * that refuses with CQA_FAILURE_CODEC; programs that are linked to FFmpeg bring another
 * (src/codecs/ffmpeg.c), which the linker takes instead.
 */
enum cqa_status cqa_more_open(struct cqa_decoder **out, struct cqa_source *source,
                              const struct cqa_probe *probe,
                              struct cqa_failure *failure) CQA_MUST_CHECK;

#endif
