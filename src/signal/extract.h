/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SIGNAL_EXTRACT_H
#define CQA_SIGNAL_EXTRACT_H

#include <stddef.h>
#include "base/error.h"
#include "signal/frames.h"

/* FFT plans, windows, tables: made once a process, read-only afterwards, shared by any number of
 * extractors. */
struct cqa_signal_plan;
enum cqa_status cqa_signal_plan_create(struct cqa_signal_plan **out,
                                       struct cqa_error *error) CQA_MUST_CHECK;
void cqa_signal_plan_destroy(struct cqa_signal_plan *plan);

/*
 * Turns a stream of sample pairs at 8 kHz into frames: the one spectral pass. Both channels share
 * each transform.
 *
 *     float *room = cqa_extractor_room(extractor, &capacity);
 *     … put up to `capacity` pairs there …
 *     cqa_extractor_take(extractor, count)
 *
 * until the end, then cqa_extractor_end hands the frames over. Memory besides the frames is fixed
 * (about 1 MB).
 */
struct cqa_extractor;
enum cqa_status cqa_extractor_create(struct cqa_extractor **out, const struct cqa_signal_plan *plan,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* Where the next pairs go (interleaved, ±1), and how many fit; at least one. */
float *cqa_extractor_room(struct cqa_extractor *extractor, size_t *capacity);

/* Takes `count` pairs that were put into the room. CQA_E_NOMEM only. */
enum cqa_status cqa_extractor_take(struct cqa_extractor *extractor, size_t count) CQA_MUST_CHECK;

/* No more pairs will come: fills `frames` (owned by the caller, cqa_frames_finish). A last piece
 * shorter than a hop is padded with silence. */
enum cqa_status cqa_extractor_end(struct cqa_extractor *extractor,
                                  struct cqa_frames *frames) CQA_MUST_CHECK;

void cqa_extractor_destroy(struct cqa_extractor *extractor);

#endif
