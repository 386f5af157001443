/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ANALYSIS_ROLES_H
#define CQA_ANALYSIS_ROLES_H

#include <stdint.h>
#include "audio/audio.h"
#include "base/failure.h"
#include "child/child.h"
#include "recorder/call.h"

/* What children of this folder do, and what they and their parents say to each other (child/frame.h
 * says how). For the files of this folder only. */

#define CQA_ROLE_WORKER "worker"
#define CQA_ROLE_OUTLINE "outline"

enum cqa_analysis_frame {
    CQA_FRAME_JOB = CQA_FRAME_OF_ROLE, /* order: struct cqa_job_order, the names of its files */
    CQA_FRAME_CUT,                     /* order: struct cqa_clip_order, the same */
    CQA_FRAME_DRAW,                    /* order: struct cqa_outline_order, the same */
    CQA_FRAME_RESULT,                  /* answer: callqa.result/1 without call and score */
    CQA_FRAME_CLIPS,                   /* answer: clips, packed (clips.h) */
    CQA_FRAME_PEAKS,   /* answer: all the lows, then all the highs, of two channels */
    CQA_FRAME_FAILURE, /* answer: "reason\0text\0" */
};

enum {
    CQA_RESULT_BYTES_MAX = CQA_FRAME_BODY_MAX, /* an eight-hour result is a few MiB */
};

struct cqa_outline_order {
    int64_t duration_ms;
    uint64_t count;
    struct cqa_legs legs;
};

/* What a job is, beside the names of its files. */
struct cqa_job_order {
    struct cqa_call_lines lines;
    struct cqa_align_order align; /* of two files */
};

/* As struct cqa_child_role wants them. */
enum cqa_status cqa_worker_prepare(void **context, char *name, size_t size,
                                   struct cqa_error *error) CQA_MUST_CHECK;
void cqa_worker_live(void *context);
void cqa_outline_live(void *context);

/* The child's side: says why there is no answer. */
void cqa_role_say_failure(const struct cqa_failure *failure);

#endif
