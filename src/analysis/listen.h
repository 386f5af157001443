/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ANALYSIS_LISTEN_H
#define CQA_ANALYSIS_LISTEN_H

#include <stdint.h>
#include "audio/audio.h"
#include "base/failure.h"
#include "recorder/call.h"
#include "signal/extract.h"

/* From files to frames: for the files of this folder only. */

/* A call's open files, borrowed: one, or channel 0's and channel 1's. */
struct cqa_call_files {
    const int *fd;
    const char *const *name; /* tell raw formats by their endings */
};

/* The whole recording through the spectral pass. Finish `frames` whatever comes back. */
enum cqa_status cqa_listen(const struct cqa_signal_plan *plan, const struct cqa_call_files *files,
                           const struct cqa_legs *legs, struct cqa_frames *frames,
                           struct cqa_audio_facts *facts,
                           struct cqa_failure *failure) CQA_MUST_CHECK;

/*
 * The same of two files of which it is to be found out how they lie to each other: by `order`, and
 * where that does not tell, by one party's voice that leaks into the other's line. `raw` is the
 * recorder's. CQA_FAILURE_NOT_JOINED where neither tells: nothing is joined by guess
 * (docs/decisions/0125-legs.md).
 */
enum cqa_status cqa_listen_legs(const struct cqa_signal_plan *plan,
                                const struct cqa_call_files *files,
                                const struct cqa_align_order *order, const struct cqa_raw *raw,
                                struct cqa_frames *frames, struct cqa_audio_facts *facts,
                                struct cqa_failure *failure) CQA_MUST_CHECK;

#endif
