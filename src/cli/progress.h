/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CLI_PROGRESS_H
#define CQA_CLI_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

/* A bar with the time left, on stderr and only when that is a terminal. Start with
 * cqa_progress_start. */
struct cqa_progress {
    int on;
    int drawn; /* a bar stands on the line */
    int64_t started_ms;
    int64_t drawn_ms;
};

void cqa_progress_start(struct cqa_progress *progress);

/* Draws at most ten times a second. */
void cqa_progress_draw(struct cqa_progress *progress, size_t done, size_t total);

/* Takes the bar away, so that other lines may be written. */
void cqa_progress_clear(struct cqa_progress *progress);

#endif
