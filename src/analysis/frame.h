/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ANALYSIS_FRAME_H
#define CQA_ANALYSIS_FRAME_H

#include <stdint.h>
#include <sys/types.h>
#include "analysis/analyze.h"

/*
 * What parent and worker say to each other over a stream socket: a head, then `length` bytes. A
 * request carries its open file beside the head (SCM_RIGHTS). Both run the same program on the same
 * machine, so heads travel as they lie in memory; the parent still believes nothing that comes
 * back.
 */
enum cqa_frame_kind {
    CQA_FRAME_READY,   /* worker: in its sandbox, waiting. No body */
    CQA_FRAME_BROKEN,  /* worker: cannot enter the sandbox; the body says why */
    CQA_FRAME_JOB,     /* parent: the body is the recording's name */
    CQA_FRAME_RESULT,  /* worker: the body is callqa.result/1 without call and score */
    CQA_FRAME_FAILURE, /* worker: the body is "reason\0text\0" */
    CQA_FRAME_CUT,     /* parent: the body is a struct cqa_clip_order and the recording's name */
    CQA_FRAME_CLIPS,   /* worker: the body is clips, packed (clips.h) */
};

enum {
    CQA_FRAME_MAGIC = 0x63716131,
    CQA_FRAME_NAME_MAX = 4096,
    CQA_FRAME_BODY_MAX = 64 << 20, /* an eight-hour result is a few MiB */
};

struct cqa_frame_head {
    uint32_t magic;
    uint32_t kind;
    uint32_t length;
    struct cqa_call_lines lines; /* of a job */
};

/* The worker's life: enters the sandbox, says READY, then answers jobs until the socket closes. */
_Noreturn void cqa_worker_live(const struct cqa_engine *engine, int socket, pid_t parent,
                               int64_t memory_bytes);

#endif
