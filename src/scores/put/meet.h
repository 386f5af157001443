/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_PUT_MEET_H
#define CQA_SCORES_PUT_MEET_H

#include "scores/put/put.h"

/*
 * One call once (docs/decisions/0107-one-call-once.md): which known call a posted result is about,
 * and whether it says anything but where that lies now. Everything here runs inside the caller's
 * transaction.
 */

/*
 * `item` is what was posted; what it is known by here becomes its `call_id` (and its body's, where
 * a path was all there was). `*moved` 1: it is the known result, or a worse source of it, at
 * another place: that place is written, and it is to be counted (put.h). Strings in `arena`.
 * `writes` 0: only the call is looked for.
 */
enum cqa_status cqa_put_meet(struct cqa_scores *scores, struct cqa_sql *db,
                             const struct cqa_poster *poster, int writes, struct cqa_arena *arena,
                             struct cqa_item *item, int *moved,
                             struct cqa_error *error) CQA_MUST_CHECK;

/* Whether both are of one row of one recorder's store: what comes later of that is what lies there
 * now. */
int cqa_put_same_row(const char *left_body, const char *right_body);

/* Whether both come from one recorder's store, where a path is one place. */
int cqa_put_same_store(const char *left_body, const char *right_body);

/* Are two results of one recording? `left_path` and so on: where no name says whose call it was,
 * the content has to be the very same, or the stem in the same folder. */
struct cqa_met {
    int64_t id;
    const char *call_id;
    const char *path;
    const char *sha256;
    const char *body;
    const char *file_sha256; /* of what lies at `path`, where it is not what was measured; NULL */
};
enum cqa_status cqa_put_is_same(const struct cqa_met *left, const struct cqa_met *right, int *same,
                                int *left_is_better, struct cqa_error *error) CQA_MUST_CHECK;

/* `self` counts nothing any more: it is of `of`, which stays as it is and gets what people did to
 * it. Nothing where either lies in a closed period. */
enum cqa_status cqa_put_merge(struct cqa_scores *scores, struct cqa_sql *db,
                              const struct cqa_met *self, const struct cqa_met *of,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* ---- one party's file, and the call put together from two (meet_legs.c) */

/* Whether the item says of itself that it is one, as far as that is told without reading it. */
int cqa_put_may_be_leg(const struct cqa_item *item);

/* `*is_leg`: the item is a leg of a call that counts here, joined: it tells nothing new. */
enum cqa_status cqa_put_is_leg(struct cqa_sql *db, const struct cqa_poster *poster,
                               const struct cqa_item *item, int *is_leg,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* What counts here of single legs of the item, which was joined from two and counts, is taken into
 * its call; and what lay where the item, which counts, says that a copy of it lies now. */
enum cqa_status cqa_put_take_legs(struct cqa_scores *scores, struct cqa_sql *db,
                                  const struct cqa_poster *poster, const struct cqa_item *item,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* The name at the end of a path, without its ending. */
void cqa_put_write_stem(const char *path, char *out, size_t size);

/* An id that is nothing but a path. */
int cqa_is_path_id(const char *call_id);

/*
 * Merges what a store of before held twice, and leaves closed periods alone. Decisions, objections,
 * comments and flags by hand of either stand. Each merge is a line of the log and of the audit
 * trail; in transactions of its own.
 */
enum cqa_status cqa_scores_mend(struct cqa_scores *scores, struct cqa_error *error) CQA_MUST_CHECK;

#endif
