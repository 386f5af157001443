/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_LINES_H
#define CQA_EVENT_LINES_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "base/span.h"

struct cqa_scene;

/* One line as it is where its party says nothing. */
struct cqa_line {
    size_t count;      /* frames */
    uint8_t *distance; /* frames to the nearest own speech, at most 255 */
    int floor;         /* of talk gaps, half dB, their 25th percentile; -1 unknown */
    int zero_tells;    /* digital zero is not what the line does in every gap */
};

/*
 * Where the recorder wrote nothing, and where one line is not there: a line that stands still
 * (track/still.h) although it does not do so between its party's words, as gated lines and noise
 * suppressors do all the call long.
 */
struct cqa_lines {
    struct cqa_line line[2];
    struct cqa_spans not_recorded; /* both lines, or the mix */
    struct cqa_spans idle[2];      /* this line alone, and it comes back */
    int64_t lost_ms[2];      /* from here on the line is gone for good; the duration: it is not */
    struct cqa_spans parked; /* on a mix: the floor lies under that of the call's own pauses */
};

/* `lines` is the caller's ({0}); finish it whatever comes back. Needs the scene's speech. */
enum cqa_status cqa_lines_find(const struct cqa_scene *scene,
                               struct cqa_lines *lines) CQA_MUST_CHECK;
void cqa_lines_finish(struct cqa_lines *lines);

/* A line's drop that lasts to the end takes it away for good. */
void cqa_lines_lose(struct cqa_lines *lines, int c, int64_t from_ms);

#endif
