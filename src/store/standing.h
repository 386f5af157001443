/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_STANDING_H
#define CQA_STORE_STANDING_H

#include "store/recordings.h"
#include "store/store.h"

/* What somebody asks who wants to know whether all is accounted for, and what is stuck. Nothing
 * here writes. */

/*
 * Opens the store in `state_dir` to look at it: writes nothing, claims nothing, and takes no part
 * in the turns of those who write, so that neither a full disk nor one that cannot be written to
 * matters. CQA_E_NOTFOUND: there is none yet. CQA_E_REFUSED: it is of another version's schema,
 * older or newer. Else as cqa_store_open.
 */
enum cqa_status cqa_store_open_to_look(const char *state_dir, struct cqa_store **out,
                                       struct cqa_error *error) CQA_MUST_CHECK;

/* Whether analysis waits for room, or would by the next write: the ballast is given up, or has to
 * be, and what the store has inside is little. `*free_bytes`: what the disk has; -1: not known. */
int cqa_standing_is_full(struct cqa_store *store, int64_t *free_bytes);

/* Runs `body` so that all that it reads belongs together. It may be run again from its beginning.
 */
enum cqa_status cqa_standing_snapshot(struct cqa_store *store,
                                      enum cqa_status (*body)(void *context,
                                                              struct cqa_error *error),
                                      void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* Every row, whatever stands in it. */
enum cqa_status cqa_standing_recordings(struct cqa_store *store, int64_t *count,
                                        struct cqa_error *error) CQA_MUST_CHECK;

/* Files that are there and copies of a recording (store/copies.h): none of them has a row of its
 * own. */
enum cqa_status cqa_standing_copies(struct cqa_store *store, int64_t *count,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* How many recordings of a state have a reason; "" where they have none. */
struct cqa_reason_count {
    const char *state;
    const char *reason;
    int64_t count;
};
typedef int cqa_reasons_visit(void *context, const struct cqa_reason_count *count);

/* By state, the most frequent first. Return 0 to stop. */
enum cqa_status cqa_standing_reasons(struct cqa_store *store, cqa_reasons_visit *visit,
                                     void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* Up to `limit` recordings that wait (ready, leased, settling), oldest first; strings in `arena`.
 */
enum cqa_status cqa_standing_waiting(struct cqa_store *store, size_t limit, struct cqa_arena *arena,
                                     struct cqa_recording *out, size_t *count,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* Up to `limit` that have vanished, the latest first. */
enum cqa_status cqa_standing_vanished(struct cqa_store *store, size_t limit,
                                      struct cqa_arena *arena, struct cqa_recording *out,
                                      size_t *count, struct cqa_error *error) CQA_MUST_CHECK;

/* Recordings below a folder whose file is there, and the copies there. */
enum cqa_status cqa_standing_present(struct cqa_store *store, const char *folder, int64_t *count,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* When, up to now, a recording last came to an end or a delivery to the server; 0: never. `*ahead`:
 * how many did at a time that is still to come, by a clock that was wrong. */
enum cqa_status cqa_standing_progress(struct cqa_store *store, int64_t now_ms, int64_t *at_ms,
                                      int64_t *ahead, struct cqa_error *error) CQA_MUST_CHECK;

/* How many processes have the store open to write. */
enum cqa_status cqa_standing_owners(struct cqa_store *store, int64_t *count,
                                    struct cqa_error *error) CQA_MUST_CHECK;

#endif
