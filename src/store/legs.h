/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_LEGS_H
#define CQA_STORE_LEGS_H

#include "store/recordings.h"

/*
 * Two files of one call, one for each party, are two recordings of which the older one (`main`)
 * carries the call's result, and the other is lent to it: excluded, for this reason, until it
 * changes. What turned out not to be joined says so, and is analysed by itself. One that is scored
 * by itself says why: that, or no other came, or several could be its other.
 */
#define CQA_LEG_LENT "leg"
#define CQA_LEG_APART "leg_apart"
#define CQA_LEG_ALONE "leg_alone"
#define CQA_LEG_UNSURE "leg_unsure"

/* Every recording of a source with that call id, or with it and "#" and something behind it: those
 * whose file is there, oldest first, then the others. Strings in `arena`; fills `out` up to
 * `capacity`, `*count` may exceed it. */
enum cqa_status cqa_legs_find(struct cqa_store *store, const char *source, const char *call_id,
                              struct cqa_arena *arena, struct cqa_recording *out, size_t capacity,
                              size_t *count, struct cqa_error *error) CQA_MUST_CHECK;

/* The content of a lent recording's file, in `arena`; NULL: it was not read by itself. */
enum cqa_status cqa_legs_content(struct cqa_store *store, int64_t id, struct cqa_arena *arena,
                                 const char **sha256, struct cqa_error *error) CQA_MUST_CHECK;

/* Lends a recording that nobody else has claimed: what it had to say by itself is not sent any
 * more. `requeue`: its main one, to be analysed anew with it where it is done; 0: that has been. */
enum cqa_status cqa_legs_lend(struct cqa_store *store, int64_t id, int64_t requeue, int64_t now_ms,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* Whether the server has yet to be told that what it has of the recording is no more. */
enum cqa_status cqa_legs_owe(struct cqa_store *store, int64_t id, int *owes,
                             struct cqa_error *error) CQA_MUST_CHECK;

/* It is to be analysed by itself; one that has been is left as it is. */
enum cqa_status cqa_legs_part(struct cqa_store *store, int64_t id, int64_t now_ms,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* Gives back a recording that this store has claimed, for its turn at `until_ms`. `wake`: another,
 * whose turn is now; 0: none. */
enum cqa_status cqa_legs_wait(struct cqa_store *store, int64_t id, int64_t until_ms, int64_t wake,
                              int64_t now_ms, struct cqa_error *error) CQA_MUST_CHECK;

#endif
