/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_DAEMON_COURSE_H
#define CQA_DAEMON_COURSE_H

#include <stddef.h>
#include <stdint.h>
#include "pipeline/pipeline.h"

/*
 * What the daemon decides, without its event loop: when to go on, when to end, what to tell of
 * itself. Times are monotonic milliseconds that the caller hands in.
 */

enum cqa_course_next {
    CQA_COURSE_GO_ON,
    CQA_COURSE_WIND_DOWN, /* take nothing new, finish what is under way */
    CQA_COURSE_END,
    CQA_COURSE_END_BROKEN /* the store is beyond use */
};

enum { CQA_COURSE_LINE_SIZE = 512 };

struct cqa_course {
    int stopping;
    int64_t end_at_ms;    /* while stopping: what still runs then goes back to the queue */
    int64_t line_at_ms;   /* when the last status line was written */
    int64_t logged_at_ms; /* and when one went into the log */
    uint64_t analysed;    /* at the last status line, for the rate */
    uint64_t logged;      /* analysed and failed when one went into the log */
};

struct cqa_course cqa_course_begin(int64_t now_ms);

/* A signal asks for the end: the first time WIND_DOWN, the second time END. */
enum cqa_course_next cqa_course_stop(struct cqa_course *course, int64_t now_ms);

/* How long what is under way may still take; -1: it is not asked to end. */
int64_t cqa_course_patience_ms(const struct cqa_course *course, int64_t now_ms);

/* After a turn that said `next_ms`, with `running` recordings and requests under way. */
enum cqa_course_next cqa_course_turned(const struct cqa_course *course, int64_t next_ms,
                                       size_t running, int64_t now_ms);

/* Writes the status line; `hanging` shared mounts do not answer. 1: it is for the log as well
 * (something happened, or waits, and the last one there is ten minutes old). */
int cqa_course_tell(struct cqa_course *course, const struct cqa_pipeline_status *status,
                    size_t hanging, int64_t now_ms, char line[CQA_COURSE_LINE_SIZE]);

#endif
