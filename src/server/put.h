/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_PUT_H
#define CQA_SERVER_PUT_H

#include "report/changes.h"
#include "server/previews.h"
#include "server/store_internal.h"

/* What the files that store results share. Everything here runs inside the caller's transaction. */

enum cqa_put_mode {
    CQA_PUT_AS_POSTED, /* counts, unless the period is closed or a person's decision would be lost:
                          then it is kept back */
    CQA_PUT_APART,     /* is kept to be looked at, and counts nothing */
    CQA_PUT_ACCEPTED   /* was kept, and counts from now on if the period is open */
};

struct cqa_put_order {
    enum cqa_put_mode mode;
    enum cqa_preview_kept kept; /* why, where the mode keeps it */
    int by_name;                /* accepted by a person who saw that decisions would be lost */
    const char *actor;          /* for the audit log */
    int never_keeps;            /* what a closed period refuses is dropped (scored anew) */
};

/* One result or failure. */
enum cqa_status cqa_put_item(struct cqa_scores *scores, struct cqa_sql *db,
                             const struct cqa_poster *poster, const struct cqa_item *item,
                             const struct cqa_put_order *order, int64_t now_ms,
                             enum cqa_put *outcome, struct cqa_error *error) CQA_MUST_CHECK;

/* ---- a revision (store_put_revision.c) */

enum { CQA_KEY_HASH_SIZE = 16 };

/* What is known of the call that an item is about. */
struct cqa_known {
    int64_t id; /* 0: nothing */
    int64_t revision;
    int64_t day; /* 0: unknown */
    int same_recorder;
    int same_audio;
};

/* Makes the item the call's current result; a new call gets its number. */
enum cqa_status cqa_put_revision(struct cqa_sql *db, const struct cqa_poster *poster,
                                 const struct cqa_item *item, struct cqa_known *known,
                                 const unsigned char *key_hash, int64_t now_ms,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* ---- flags of a new revision (store_put_flags.c) */

/* Makes the item's deductions the call's current flags. One that is there already keeps its row,
 * and so its decision and objection; `is_first`: the call has none yet. */
enum cqa_status cqa_put_flags(struct cqa_sql *db, const struct cqa_item *item, int64_t call,
                              int is_first, struct cqa_error *error) CQA_MUST_CHECK;

/* How many current flags cost points because a person decided so, or while an objection waits. */
enum cqa_status cqa_put_standing(struct cqa_sql *db, int64_t call, int64_t *count,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* ---- what a revision changes (store_changes.c) */

/* The difference between the call's current result and the item's; points that people decided on
 * count as decided. Nothing where the stored one cannot be read. Borrows from `arena`. */
enum cqa_status cqa_put_find_changes(struct cqa_sql *db, int64_t call, const struct cqa_item *item,
                                     struct cqa_arena *arena, struct cqa_change **out,
                                     size_t *count, struct cqa_error *error) CQA_MUST_CHECK;

/* Keeps them with the revision that brought them; 0: of the waiting preview. */
enum cqa_status cqa_put_changes(struct cqa_sql *db, int64_t call, int64_t revision,
                                const struct cqa_change *changes, size_t count, int64_t now_ms,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* Each into the audit log: points given back, or taken, with the reason in both languages. */
enum cqa_status cqa_put_audit_changes(struct cqa_scores *scores, struct cqa_sql *db, int64_t call,
                                      const char *actor, const struct cqa_change *changes,
                                      size_t count, struct cqa_error *error) CQA_MUST_CHECK;

/* ---- previews (store_previews.c) */

struct cqa_preview_new {
    int64_t call;
    enum cqa_preview_kept kept;
    const int64_t *after_c; /* NULL: would not be scored */
    int needs_person;
    const struct cqa_change *changes;
    size_t change_count;
};

/* In place of one that waits already. */
enum cqa_status cqa_put_preview(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, const struct cqa_preview_new *preview,
                                int64_t now_ms, struct cqa_error *error) CQA_MUST_CHECK;

enum cqa_status cqa_put_drop_preview(struct cqa_sql *db, int64_t call,
                                     struct cqa_error *error) CQA_MUST_CHECK;

#endif
