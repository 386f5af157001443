/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ANALYSIS_OUTLINE_H
#define CQA_ANALYSIS_OUTLINE_H

#include <stdint.h>
#include "analysis/engine.h"
#include "audio/audio.h"
#include "base/failure.h"
#include "report/plot.h"

/*
 * Reads the outline of a recording for a picture: `count` pieces over `duration_ms`, which an
 * analysis has counted before. The decoder is not trusted (docs/decisions/0001), so it runs in a
 * sandboxed process made for this one recording. `fd` and `name` are of
 * the recording's files and borrowed; names tell raw formats by their endings, `legs` how the files
 * were read before. On failure `failure` says why, and `peaks` is {0}; finish it otherwise.
 */
enum cqa_status cqa_outline_read(const struct cqa_engine *engine, const int fd[CQA_LEGS],
                                 const char *const name[CQA_LEGS], const struct cqa_legs *legs,
                                 int64_t duration_ms, size_t count, struct cqa_peaks *peaks,
                                 struct cqa_failure *failure) CQA_MUST_CHECK;

#endif
