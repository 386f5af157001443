/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_BELIEVED_H
#define CQA_PIPELINE_BELIEVED_H

#include <stdint.h>

/*
 * A clock that nobody can set: what is deleted because its time is over goes by it. It begins with
 * the wall clock and goes on as the monotonic one does. A wall clock that is ahead is followed only
 * slowly, eleven days a day, so that one that is years ahead deletes nothing before a person has
 * had time to set it right, and a machine that was off for a month is right again in three days;
 * across a restart it is believed at once where it has gone on by a month or less
 * (docs/decisions/0105-clocks-that-jump.md).
 */
struct cqa_believed {
    int64_t believed_ms;
    int64_t at_ms;     /* monotonic: when it was so late */
    int64_t offset_ms; /* of the wall clock against the monotonic one, when last looked at */
    int64_t jumped_ms; /* monotonic: when that last changed by a minute or more; -1: it did not */
};

/* `last_ms`: what was believed last, by an earlier process; 0: nothing. */
struct cqa_believed cqa_believed_begin(int64_t last_ms, int64_t wall_ms, int64_t monotonic_ms);

/* By how much the clock was set since the last call (milliseconds, forward above 0); 0: not by a
 * minute or more. */
int64_t cqa_believed_look(struct cqa_believed *believed, int64_t wall_ms, int64_t monotonic_ms);

/* What time it is, for whoever deletes: never later than the wall clock says. */
int64_t cqa_believed_now(const struct cqa_believed *believed, int64_t wall_ms);

#endif
