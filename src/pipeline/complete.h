/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_COMPLETE_H
#define CQA_PIPELINE_COMPLETE_H

#include "analysis/worker.h"
#include "base/error.h"
#include "recorder/call.h"
#include "result/result.h"
#include "rubric/rubric.h"

/* What stands around a worker: opening the recording for it, and making its facts a whole result.
 */

/*
 * Opens a recording for reading, without blocking on what is no file. -1, and `failure` says
 * "unreadable" or "not_audio", otherwise. Close it with close().
 */
int cqa_open_recording(const char *path, struct cqa_failure *failure);

/*
 * Adds to a worker's facts what only the parent knows: where the recording lies, whose call it was,
 * what the rubric says; masks keyed digits unless `show_digits`. Everything is copied into the
 * result's arena but the texts of `rubric`, which stay borrowed.
 */
enum cqa_status cqa_complete(struct cqa_result *result, const char *path,
                             const struct cqa_call *call, const struct cqa_rubric *rubric,
                             int show_digits, struct cqa_error *error) CQA_MUST_CHECK;

/* The same of a call in two files, before: where they lie, in the order of the channels. */
enum cqa_status cqa_complete_legs(struct cqa_result *result, const char *const paths[CQA_LEGS],
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* Finishes and frees what a pool handed over; NULL is fine. */
void cqa_result_destroy(struct cqa_result *result);

#endif
