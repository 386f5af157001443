/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ANALYSIS_ANALYZE_H
#define CQA_ANALYSIS_ANALYZE_H

#include "analysis/listen.h"
#include "base/error.h"
#include "base/failure.h"
#include "recorder/call.h"
#include "result/result.h"

/* The acoustic model and the tone plans, FFT plans and tables: made once a process, read-only
 * afterwards. */
struct cqa_instruments;

/* Loads models/acoustic and models/tones (found by base/models.h). Owned, free with
 * cqa_instruments_destroy. */
enum cqa_status cqa_instruments_create(struct cqa_instruments **out,
                                       struct cqa_error *error) CQA_MUST_CHECK;
void cqa_instruments_destroy(struct cqa_instruments *instruments);

/* "sha256:…" over the model files. */
const char *cqa_instruments_models(const struct cqa_instruments *instruments);

/*
 * Analyses one recording: the only place that chains audio, signal, track, event, measure and
 * verdict. Fills everything of `result` but `path`, `call` and `score`. `files` are borrowed: one,
 * or two where `align` is not NULL, which become channel 0 and channel 1 (listen.h). `call` gives
 * the channel roles and the answer anchor. On failure `failure` says why; finish `result` whatever
 * comes back.
 */
enum cqa_status cqa_analyze(const struct cqa_instruments *instruments,
                            const struct cqa_call_files *files, const struct cqa_align_order *align,
                            const struct cqa_call *call, struct cqa_result *result,
                            struct cqa_failure *failure) CQA_MUST_CHECK;

#endif
