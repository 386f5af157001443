/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_FAILURE_H
#define CQA_BASE_FAILURE_H

#include "base/error.h"

/*
 * Why a recording has no result. `reason` is one of the ids below, fit for programs; `message` is
 * for a person. An empty reason: no failure. docs/failures.md explains each to the people who meet
 * it.
 */
#define CQA_FAILURE_UNFINISHED                                                                     \
    "unfinished" /* header not final: still being written, or the recorder crashed */
#define CQA_FAILURE_TRUNCATED "truncated"     /* the header announces more than the file holds */
#define CQA_FAILURE_EMPTY "empty"             /* no audio at all, though the file is complete */
#define CQA_FAILURE_NOT_AUDIO "not_audio"     /* no container that we know */
#define CQA_FAILURE_CODEC "unsupported_codec" /* known container, unknown codec inside */
#define CQA_FAILURE_LAYOUT                                                                         \
    "unsupported_layout"                    /* more than 2 channels, or a rate outside 8..192 kHz */
#define CQA_FAILURE_TOO_LONG "too_long"     /* longer than the configured limit */
#define CQA_FAILURE_UNREADABLE "unreadable" /* the system refused to read it */
#define CQA_FAILURE_CHANGED                                                                        \
    "changed" /* it grew or changed while it was read: will be read again                          \
               */
#define CQA_FAILURE_DECODE "decode_error" /* the decoder gave up inside */
#define CQA_FAILURE_CRASHED "crashed"     /* the worker process died on it */
#define CQA_FAILURE_TIMED_OUT "timed_out" /* the worker process took too long */
#define CQA_FAILURE_NOT_JOINED                                                                     \
    "not_joined" /* two files of a call, and nothing tells how they lie to each other */
#define CQA_FAILURE_ERASED "erased"     /* on request: never analysed again */
#define CQA_FAILURE_INTERNAL "internal" /* ours: out of memory and the like */

struct cqa_failure {
    char reason[32];
    struct cqa_message message;
};

/* Fills it (may be NULL). Returns CQA_E_BADDATA for one line of error paths. */
enum cqa_status cqa_failure_set(struct cqa_failure *failure, const char *reason, const char *format,
                                ...) CQA_MESSAGE(3, 4);

/* A failure between two processes, as "reason\0message\0": bytes written, at most
 * CQA_FAILURE_BYTES_MAX. */
enum { CQA_FAILURE_BYTES_MAX = 8192 };
size_t cqa_failure_write(const struct cqa_failure *failure, char out[CQA_FAILURE_BYTES_MAX]);

/* 0: it is none, and `out` is as it was. Whatever is in it, nothing but a message comes of it. */
int cqa_failure_read(const char *bytes, size_t length, struct cqa_failure *out);

#endif
