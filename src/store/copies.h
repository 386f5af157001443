/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_COPIES_H
#define CQA_STORE_COPIES_H

#include "store/recordings.h"

/*
 * One call once (docs/decisions/0107-one-call-once.md): which recordings may be the same, and what
 * becomes of two rows that are. Who decides that is the pipeline, which hears results; here is what
 * is known, and what is written. Each plan carries a stamp of what it was made from: where that has
 * changed meanwhile nothing is written, CQA_E_BUSY.
 */

/* A recording with a result that another may be the same as, or that is of the same call. */
struct cqa_kin {
    int64_t id;
    const char *path;
    const char *call_id, *call;
    int named;
    int is_gone;
    int has_sound; /* its content, or a copy's, is the very same */
    const char *json;
    size_t json_length;
};

struct cqa_kindred {
    struct cqa_recording self;
    const char *sha256;  /* its content's */
    struct cqa_kin *kin; /* those of the same content first, then by the time they were made */
    size_t count;
    const char *json; /* the result that `self` has already; NULL: none */
    size_t json_length;
    int64_t vacant; /* the row that has the call's id and no result; 0: none */
    int is_taken;   /* another row has the call's id and a result */
    uint64_t stamp;
};

/*
 * What belongs together with the recording `id`, whose content is `sha256` (NULL: as its result
 * says): recordings of its call,
 * and, where either's id is only the path, those with its content or its name's stem. Strings in
 * `arena`. CQA_E_NOTFOUND.
 */
enum cqa_status cqa_kindred_find(struct cqa_store *store, int64_t id, const char *sha256,
                                 struct cqa_arena *arena, struct cqa_kindred *out,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* What a recording is to the others. */
enum cqa_kinship {
    CQA_KIN_OWN,    /* one by itself: of its call the first, or a further one */
    CQA_KIN_COPY,   /* the same as `of`, which stands */
    CQA_KIN_BETTER, /* the same as `of`, whose result it replaces */
    CQA_KIN_LEG,    /* one party's file of `of`, a call of two: lent to it (store/legs.h) */
};

/* Another recording of the call whose seconds this one is charged for, or the other way round. */
struct cqa_recharged {
    int64_t id;
    const char *json; /* its result from now on */
    size_t json_length;
    const char *key; /* NULL: not to be sent */
};

struct cqa_settlement {
    enum cqa_kinship is;
    int64_t of;
    int is_first;    /* OWN: it gets its call's id, which no other with a result has */
    int sheds;       /* OWN: its content is another than before: its copies are to be read anew */
    int keeps;       /* OWN: the result that it has is of more than this, and stays */
    int parts;       /* OWN: a leg, and its result was of two: the other is one by itself as well */
    int64_t refutes; /* OWN: a joined call that holds no more, as this is not its leg; 0: none */
    int takes_id;    /* `of` has only a path for an id, and gets this one's */
    const struct cqa_recharged *recharged;
    size_t recharged_count;
    uint64_t stamp;
};

/* Rows stored before one call was once, that have not been judged: their ids, at most `limit`. */
enum cqa_status cqa_unjudged(struct cqa_store *store, int64_t *ids, size_t limit, size_t *count,
                             struct cqa_error *error) CQA_MUST_CHECK;

/* Ends the judging of one; NULL as `settlement`: it stays what it is. */
enum cqa_status cqa_unjudged_settle(struct cqa_store *store, int64_t id, const char *sha256,
                                    const struct cqa_settlement *settlement, int64_t now_ms,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* ---- where a recording lies */

/* A recording whose result tells of other places than there are. */
struct cqa_whereabouts {
    int64_t id;
    const char *path;
    const char *source;
    const char *call_id, *call;
    int is_gone;
    const char *json;
    size_t json_length;
    const char *key;          /* of its last delivery; NULL: none was ever made */
    const char *file_sha256;  /* of the file, where the result is of another; NULL */
    const char **copy_sha256; /* of the copies, likewise */
    const char **copies;      /* that are there; those of the very same content first */
    size_t copy_count;
    uint64_t stamp;
};

/* The next one; CQA_E_NOTFOUND: none. Strings in `arena`. */
enum cqa_status cqa_places_next(struct cqa_store *store, struct cqa_arena *arena,
                                struct cqa_whereabouts *out,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* From now on it lies at `path`, its own or a copy's, and `json` says so (NULL: as before). What
 * the server has of it is sent anew under the same key. `met`: the other file of its call has come
 * to where it lies, so it is to be analysed anew. One that lies elsewhere now comes as the next
 * once more: who it meets there is not known yet. */
enum cqa_status cqa_places_put(struct cqa_store *store, const struct cqa_whereabouts *place,
                               const char *path, const char *json, size_t json_length, int met,
                               int64_t now_ms, struct cqa_error *error) CQA_MUST_CHECK;

/* Return 0 to stop. The path lives during the call only. */
typedef int cqa_copies_visit(void *context, const char *path, int64_t size_bytes, int64_t mtime_ns);

/* Every copy that is there. */
enum cqa_status cqa_copies_each(struct cqa_store *store, cqa_copies_visit *visit, void *context,
                                struct cqa_error *error) CQA_MUST_CHECK;

enum { CQA_COPY_NAMES_MAX = 32 };

/* The other paths, there or gone, of the recording whose row has `path`, in order. Strings in
 * `arena`. */
enum cqa_status cqa_copies_of(struct cqa_store *store, const char *path, struct cqa_arena *arena,
                              const char *out[CQA_COPY_NAMES_MAX], size_t *count,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* `*known`: this very file is a copy of something. */
enum cqa_status cqa_copies_know(struct cqa_store *store, const char *path, int64_t size_bytes,
                                int64_t mtime_ns, int *known,
                                struct cqa_error *error) CQA_MUST_CHECK;

#endif
