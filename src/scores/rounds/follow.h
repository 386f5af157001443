/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_FOLLOW_H
#define CQA_SCORES_ROUNDS_FOLLOW_H

#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"

/* What was imported under a name goes with whom the name means (docs/decisions/0194). */
struct cqa_sql;

/* How many rows of a round go from one person to another. */
struct cqa_moved {
    int64_t round;
    const char *scheme, *period;
    const char *from, *to; /* `to` "": nobody */
    long long rows;
};
/* {0} is empty; finish frees. */
struct cqa_moves {
    struct cqa_arena arena;
    struct cqa_moved *items; /* owned */
    size_t count, capacity;
};
void cqa_moves_finish(struct cqa_moves *moves);

struct cqa_followed {
    long long rows;  /* that count for somebody else now, or for nobody */
    long long clash; /* of them: that counted for somebody who had such a value already: a fault */
};

/* `written` means `person` from now on ("": nobody), inside the caller's transaction: the rows of
 * all open rounds follow, and are added to `moves`. */
enum cqa_status cqa_rows_follow(struct cqa_sql *db, const char *written, const char *person,
                                struct cqa_followed *out, struct cqa_moves *moves,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* Forgets what was answered about a person, by the name that was written or that was meant.
 * `dry`: only counts. */
enum cqa_status cqa_answers_forget(struct cqa_sql *db, const char *person, int dry, int64_t *count,
                                   struct cqa_error *error) CQA_MUST_CHECK;

#endif
