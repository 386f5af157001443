/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_STORE_H
#define CQA_STORE_STORE_H

#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"

/*
 * The one durable place: every recording's state, result and delivery in STATE_DIR/callqa.db
 * (SQLite). Daemon and sweep may have it open at once; what one has claimed, the other does not get
 * (docs/decisions/0031-store.md).
 *
 * A store belongs to one thread, and a process opens a folder's store once. Every function is one
 * transaction: it took place wholly or not at all. All of them may fail with CQA_E_BUSY     another
 * process held the database for longer than 10 s: try again CQA_E_IO       the disk: sys_errno is
 * ENOSPC when it is full (nothing is lost; go on when there is room), else EIO: the process should
 * end and be started anew, never go on as if it had been written CQA_E_BADDATA  the file is no
 * database of ours, or damaged CQA_E_NOMEM Times are milliseconds since 1970 by the caller's clock.
 */
struct cqa_store;

/*
 * Opens or makes the store in the folder `state_dir`, which must exist; brings an older schema up
 * to date. Owned, free with cqa_store_close. CQA_E_REFUSED: the folder is on a network file system,
 * where locks cannot be trusted, or the store was written by a newer version.
 */
enum cqa_status cqa_store_open(const char *state_dir, struct cqa_store **out,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* What this store has claimed and not finished is free for others from here on. NULL is fine. */
void cqa_store_close(struct cqa_store *store);

/* How long it waits for another process from the next transaction on, before CQA_E_BUSY; at first
 * 10 s. */
void cqa_store_set_wait(struct cqa_store *store, int wait_ms);

enum cqa_recording_state {
    CQA_RECORDING_READY,    /* to be analysed, perhaps not before a time */
    CQA_RECORDING_LEASED,   /* being analysed by a process that lives */
    CQA_RECORDING_SETTLING, /* its header says that it is still being written */
    CQA_RECORDING_SCORED,   /* has a result */
    CQA_RECORDING_FAILED,   /* cannot be analysed: reason and text */
    CQA_RECORDING_EXCLUDED, /* by policy, or forgotten: reason */
    CQA_RECORDING_VANISHED, /* gone before it was analysed */
    CQA_RECORDING_STATE_COUNT
};
extern const char *const cqa_recording_state_words[CQA_RECORDING_STATE_COUNT + 1];

/* One way in which a recording's state may change; CQA_RECORDING_STATE_COUNT: it has no row. */
struct cqa_store_step {
    enum cqa_recording_state from, to;
};

/*
 * From here on this store takes no other changes of a recording's state than these (to stay as it
 * is may each). What would make another is a bug: it changes nothing, CQA_E_REFUSED with EPERM as
 * sys_errno. Recordings begin and end as the schema says.
 */
enum cqa_status cqa_store_hold_to(struct cqa_store *store, const struct cqa_store_step *steps,
                                  size_t count, struct cqa_error *error) CQA_MUST_CHECK;

/* Runs `body` with everything that it reads of the same moment, which is quicker than one by one.
 * It may be run again. */
typedef enum cqa_status cqa_store_body(void *context, struct cqa_error *error);
enum cqa_status cqa_store_reading(struct cqa_store *store, cqa_store_body *body, void *context,
                                  struct cqa_error *error) CQA_MUST_CHECK;

enum cqa_delivery_state {
    CQA_DELIVERY_PENDING,     /* to be sent, perhaps not before a time */
    CQA_DELIVERY_IN_FLIGHT,   /* being sent by a process that lives */
    CQA_DELIVERY_ACKED,       /* the server has it */
    CQA_DELIVERY_QUARANTINED, /* the server will never take it: status and text */
    CQA_DELIVERY_SUPERSEDED,  /* never sent, because a newer one of the same recording came first */
    CQA_DELIVERY_STATE_COUNT
};
extern const char *const cqa_delivery_state_words[CQA_DELIVERY_STATE_COUNT + 1];

/*
 * Room on the disk: the store keeps a file as ballast, which it gives up for the sender when the
 * disk is full, so that what has been sent can be struck (docs/decisions/0098-ballast.md).
 */
enum cqa_room {
    CQA_ROOM,      /* as far as this is known */
    CQA_ROOM_TIGHT /* the ballast is given up, and what the store has inside is little: nothing but
                      sending may write, a few deliveries at a time */
};
enum cqa_room cqa_store_room(struct cqa_store *store);

/* recordings[*] sum up to every recording ever discovered and not forgotten. */
struct cqa_counts {
    int64_t recordings[CQA_RECORDING_STATE_COUNT];
    int64_t deliveries[CQA_DELIVERY_STATE_COUNT];
    int64_t oldest_waiting_ms; /* when the oldest ready, leased or settling recording was
                                  discovered; 0: none waits */
    int64_t oldest_unsent_ms;  /* when the oldest pending or in-flight delivery was made; 0: none */
    int64_t aside;             /* of the pending deliveries: not taken so far, sent by themselves */
};
enum cqa_status cqa_store_counts(struct cqa_store *store, struct cqa_counts *out,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* How long each class is kept: moments before which what was done is forgotten; 0: never. */
struct cqa_retention {
    int64_t scored_ms;   /* results and what was sent of them */
    int64_t failed_ms;   /* recordings without a result */
    int64_t vanished_ms; /* those that went before they were analysed, and the excluded */
};

/*
 * Forgets up to `limit` recordings that have been done (scored, failed, excluded, vanished) since
 * before their class's moment, have nothing left to send and are under no legal hold (erase.h):
 * result and deliveries are deleted and overwritten. One whose file is still there stays as an
 * empty "excluded" row, reason "expired", so that a scan does not bring it back.
 * `*count`: how many were looked at; fewer than `limit` means that no more are due. What was
 * done at a time that is more than a day ahead of `now_ms`, by a clock that has been put back
 * since, counts as done now.
 */
enum cqa_status cqa_store_forget(struct cqa_store *store, const struct cqa_retention *retention,
                                 size_t limit, int64_t now_ms, size_t *count,
                                 struct cqa_error *error) CQA_MUST_CHECK;

#endif
