/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_PUT_PUT_H
#define CQA_SCORES_PUT_PUT_H

#include "result/changes.h"
#include "scores/put/plan.h"
#include "scores/put/previews.h"
#include "scores/store_internal.h"

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
    int is_posted;              /* by a recorder, now: it has its place among the call's outcomes */
    int by_name;                /* accepted by a person who saw that decisions would be lost */
    const char *actor;          /* for the audit log */
    int never_keeps;            /* scored anew here: what a closed period refuses is dropped */
};

/* One result or failure. */
enum cqa_status cqa_put_item(struct cqa_scores *scores, struct cqa_sql *db,
                             const struct cqa_poster *poster, const struct cqa_item *item,
                             const struct cqa_put_order *order, int64_t now_ms,
                             enum cqa_put *outcome, struct cqa_error *error) CQA_MUST_CHECK;

/* What becomes of a further revision of a known call; `unsettled` as of its plan. Pure. */
enum cqa_put cqa_put_judge(const struct cqa_put_order *order, int closed, size_t unsettled);

/* As a person has it scored anew: what a closed period refuses is dropped. */
struct cqa_rescoring;
struct cqa_put_order cqa_rescore_order(const struct cqa_rescoring *rescoring);

/* ---- a revision (put_revision.c) */

enum { CQA_KEY_HASH_SIZE = 16 };

/* How keys of results begin that were scored anew here. */
#define CQA_RESCORE_KEY "rescore:"

/* What is known of the call that an item is about. */
struct cqa_known {
    int64_t id; /* 0: nothing */
    int64_t revision;
    int64_t posted; /* the last revision that was not scored anew here */
    int64_t next;   /* number of the next revision */
    int64_t day;    /* 0: unknown */
    int same_recorder;
    int same_audio;
    int has_key;   /* the item's key came before, with this very content */
    int is_merged; /* it counts nothing: it was found to be another call, or a leg of one */
};

/* Makes the item the call's current result, its flags as planned (`rows`, `plan`; NULL: of a new
 * call, which gets its number). */
enum cqa_status cqa_put_revision(struct cqa_sql *db, const struct cqa_poster *poster,
                                 const struct cqa_item *item, struct cqa_known *known,
                                 const struct cqa_put_row *rows, const struct cqa_put_plan *plan,
                                 int64_t now_ms, struct cqa_error *error) CQA_MUST_CHECK;

/* Keeps the item among the call's revisions without making it current, unless it is among them. */
enum cqa_status cqa_put_history(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, const struct cqa_known *known,
                                int64_t now_ms, struct cqa_error *error) CQA_MUST_CHECK;

/* ---- what was known before (put_known.c) */

/* What is known of the item's key and call. `*key_reused`: the key came with other content. */
enum cqa_status cqa_put_look_up(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, struct cqa_known *known,
                                int *key_reused, struct cqa_error *error) CQA_MUST_CHECK;

/* Whether nothing is known here that the item could have to do with: no call of its name, key or
 * recording, nothing that waits, no count of its store, no closed day. As most that is posted. */
enum cqa_status cqa_put_is_first(struct cqa_sql *db, const struct cqa_poster *poster,
                                 const struct cqa_item *item, int *is_first,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* Whether revision `revision` of the call has the item's content. */
enum cqa_status cqa_put_is_revision(struct cqa_sql *db, const struct cqa_known *known,
                                    int64_t revision, const struct cqa_item *item, int *same,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* The hash of a key, within its site; `again` 0, or which revision takes a known key once more. */
void cqa_put_hash_key(const struct cqa_poster *poster, const char *key, int64_t again,
                      unsigned char out[CQA_KEY_HASH_SIZE]);

/* ---- which of two outcomes is the later one (put_order.c, decision 0093) */

/* Whether a later outcome of the item's call came before it, by the count of the same store. What
 * has no generation is never late. */
enum cqa_status cqa_put_is_late(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, const struct cqa_known *known,
                                int *late, struct cqa_error *error) CQA_MUST_CHECK;

/* Of an item that its store counted: what its call is known by among the counts. */
void cqa_put_hash_call(const struct cqa_poster *poster, const struct cqa_item *item,
                       unsigned char out[CQA_KEY_HASH_SIZE]);

/* From here on what the store counted before it is late. */
enum cqa_status cqa_put_count(struct cqa_sql *db, const struct cqa_poster *poster,
                              const struct cqa_item *item, struct cqa_error *error) CQA_MUST_CHECK;

/* A failure, in its place among the outcomes of its recording. */
enum cqa_status cqa_put_failure(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, int64_t now_ms, enum cqa_put *outcome,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* The recording is whole, whatever failed before this result of it. */
enum cqa_status cqa_put_resolve(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, int64_t now_ms,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* ---- flags of a new revision (put_flags.c) */

/* All flags of a call, whoever found them and whether they are current, by number; in `arena`. */
enum cqa_status cqa_put_read_rows(struct cqa_sql *db, int64_t call, struct cqa_arena *arena,
                                  struct cqa_put_row **out, size_t *count,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* A row of CQA_PUT_ROW_COLUMNS; its text in `arena`. */
#define CQA_PUT_ROW_COLUMNS                                                                        \
    "SELECT f.call, f.id, f.rule, f.start_ms, f.end_ms, coalesce(f.event, 0), f.points_c,"         \
    " f.automatic_fail, f.state, f.decided_c, f.current, f.author IS NOT NULL, o.id IS NOT NULL,"  \
    " o.outcome = 0 FROM flags f LEFT JOIN objections o ON o.flag = f.id"
enum { CQA_PUT_ROW_COLUMN_COUNT = 14 };
struct cqa_put_row cqa_put_row_of(const struct cqa_sql_rows *row, struct cqa_arena *arena);

/* Makes the item's deductions the call's current flags. One that is there already keeps its row,
 * and so its decision and objection: `rows` and which of them, as they were planned (plan.h); NULL:
 * the call has none yet. */
enum cqa_status cqa_put_flags(struct cqa_sql *db, const struct cqa_item *item, int64_t call,
                              const struct cqa_put_row *rows, const struct cqa_put_plan *plan,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* What bounds totals under a rubric (NULL: none) as the store knows it; texts in `arena`. */
enum cqa_status cqa_put_read_limits(struct cqa_sql *db, const char *rubric, const char *version,
                                    struct cqa_arena *arena, struct cqa_put_limits *out,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* ---- what a revision changes (changes.c) */

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

/* ---- previews (previews.c) */

struct cqa_preview_new {
    int64_t call; /* 0: nothing counts of it yet */
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

/* What waits of the item's call, if anything does; of which `only_posted` leaves what somebody
 * asked to look at. `call` is 0 where nothing counts of it yet. */
enum cqa_status cqa_put_drop_preview(struct cqa_sql *db, const struct cqa_poster *poster,
                                     const struct cqa_item *item, int64_t call, int only_posted,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* The outcome of the item that waits already, with this very content; COUNT: none does. */
enum cqa_status cqa_put_find_preview(struct cqa_sql *db, const struct cqa_poster *poster,
                                     const struct cqa_item *item, enum cqa_put *outcome,
                                     struct cqa_error *error) CQA_MUST_CHECK;

#endif
