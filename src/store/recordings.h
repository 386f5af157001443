/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_RECORDINGS_H
#define CQA_STORE_RECORDINGS_H

#include "base/failure.h"
#include "store/store.h"

/*
 * A recording is known by its source and call id; size and mtime are its revision until it has been
 * read, the content's SHA-256 after.
 *
 *   (new) -> ready -> leased -> scored | failed
 *                       |-> settling   header not final; ready again when the file changes or the
 * wait is over
 *                       |-> ready      given back, a passing error, or one death of three
 *   any   -> ready     when the file's size or mtime changes
 *   ready, settling -> vanished when the file goes; ready again when it comes back
 */

/* A settled file, as a scan found it. */
struct cqa_file {
    const char *path; /* absolute; any bytes but NUL */
    int64_t size_bytes;
    int64_t mtime_ns;
    const char *source;  /* recorder profile */
    const char *call_id; /* as the profile says; UTF-8 */
    int path_is_id;      /* nothing but the path says whose call it was */
    int64_t begun_ms;    /* when the recording began, as its name says; 0: it does not */
};

struct cqa_added {
    size_t added;   /* not known before */
    size_t changed; /* known with another size or mtime: to be analysed again */
    size_t moved;   /* known at another path: only that is written, or that it is a copy */
    size_t unchanged;
};

/*
 * Tells the store of settled files, in one transaction (some hundreds at a time). The same
 * size, time and name's stem of a call (or, where the id is only the path, of any) is the same
 * recording, moved or copied. Another file with the call id of one that is known is a row of its
 * own until it has been read (store/copies.h): its call id gets "#" and 8 hex digits of its path's
 * hash, or the next that no other has.
 */
enum cqa_status cqa_recordings_add(struct cqa_store *store, const struct cqa_file *files,
                                   size_t count, int64_t now_ms, struct cqa_added *out,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* Files that a scan of a mounted folder no longer found. Paths that are not known are passed over.
 */
enum cqa_status cqa_recordings_gone(struct cqa_store *store, const char *const *paths, size_t count,
                                    int64_t now_ms, struct cqa_error *error) CQA_MUST_CHECK;

/* Why a recording has vanished, where no failure of its own is the reason. */
#define CQA_VANISHED_UNSETTLED "unsettled"   /* it went while it was still growing, or just after */
#define CQA_VANISHED_UNREAD "unread"         /* it was to be analysed */
#define CQA_VANISHED_UNFINISHED "unfinished" /* its header said that it was still being written */

/* Files that went before they had settled: each leaves a vanished recording, unless its path is
 * known already. `*count`: how many did. */
enum cqa_status cqa_recordings_missed(struct cqa_store *store, const struct cqa_file *files,
                                      size_t count, int64_t now_ms, size_t *missed,
                                      struct cqa_error *error) CQA_MUST_CHECK;

/* Whether a person asked to have a recording analysed again, whose file is as it was. */
enum cqa_asked {
    CQA_ASKED_NOT,
    CQA_ASKED_AGAIN, /* the new result replaces the old one */
    CQA_ASKED_APART, /* the new result is kept beside it (previews.h) and counts nothing */
    CQA_ASKED_COUNT
};
extern const char *const cqa_asked_words[CQA_ASKED_COUNT + 1];

/* One recording as it stands in the store. */
struct cqa_recording {
    int64_t id;
    const char *path;
    const char *source;
    const char *call_id; /* one row's: `call`, with "#" and a part behind it where it is a further
                            recording of that call */
    const char *call;
    int is_named; /* its id is from a name or a fact, else from the path */
    int64_t size_bytes;
    int64_t mtime_ns;
    enum cqa_recording_state state;
    int attempts;       /* how often its analysis was begun, this one included */
    int deaths;         /* how often a worker died or hung on it */
    const char *reason; /* failed, excluded, vanished, or why it waits: CQA_FAILURE_…,
                           CQA_VANISHED_…; NULL */
    const char *text;
    int64_t discovered_ms;
    int64_t revised_ms; /* when its content was first seen, settled */
    int64_t begun_ms;   /* when it began, as its name or its result says; 0: not known */
    int64_t changed_ms; /* last change of state */
    enum cqa_asked asked;
    int is_gone; /* its file was not there when last looked for, whatever came of it before */
};

struct cqa_claim {
    size_t limit;
    int64_t since_ns;      /* what began at this or later (mtime where that is not known); 0: all */
    int64_t until_ns;      /* and before this; 0: all */
    int only_apart;        /* nothing but what was asked to be kept apart */
    const char *under;     /* files below this folder, without a slash at the end; NULL: all */
    int64_t rest_ms;       /* not what has changed since less than this, unless facts of it are
                              there; 0: everything */
    int64_t unfinished_ms; /* settling recordings that have not changed for so long are claimed too;
                              0: never */
};

/*
 * Takes up to `claim->limit` recordings for this process, the least tried and newest first; what a
 * dead process held is ready again. The attempt is on disk before this returns, so that a recording
 * that kills the whole program is not tried for ever. Strings in `arena`; `out` has room for the
 * limit.
 */
enum cqa_status cqa_recordings_claim(struct cqa_store *store, const struct cqa_claim *claim,
                                     int64_t now_ms, struct cqa_arena *arena,
                                     struct cqa_recording *out, size_t *count,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* Gives a claimed recording back as if it had not been claimed; 0 as `id`: all that this process
 * holds. */
enum cqa_status cqa_recordings_release(struct cqa_store *store, int64_t id, int64_t now_ms,
                                       struct cqa_error *error) CQA_MUST_CHECK;

/* A failure's end, and what to tell the server of it. */
struct cqa_failed {
    int64_t id;         /* claimed by this process */
    int64_t size_bytes; /* of the file that was read */
    int64_t mtime_ns;
    const char *reason; /* CQA_FAILURE_… */
    const char *text;
    int64_t
        unfinished_ms; /* for "unfinished": how long after the last change it is given up (6 h) */
    const char *analyzer; /* version and models: a newer one tries again (cqa_recordings_requeue) */
    const char
        *key; /* idempotency key and exact bytes of a callqa.failure/1, stored for delivery if */
    const char *body; /* the recording is given up; NULL: nothing to send */
    size_t body_length;
};

/*
 * `*state` tells what became of it:
 *   crashed, timed_out: ready again after a pause, failed with the third death
 *   unfinished: settling, failed when it has not changed for `unfinished_ms`
 *   unreadable, changed, internal: ready again after a pause (5 s, doubling to 10 min), without end
 *   everything else: failed
 *   scored in place of failed, with the result that it has, when it was analysed again on request
 *   and ready, whatever the reason, if the file has changed meanwhile.
 * CQA_E_REFUSED: not claimed by this process.
 */
enum cqa_status cqa_recordings_fail(struct cqa_store *store, const struct cqa_failed *failed,
                                    int64_t now_ms, enum cqa_recording_state *state,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* What is to be analysed again. */
struct cqa_requeue {
    const char *analyzer; /* of now: version, models, rules */
    const char *rubric, *rubric_version;
    int64_t since_ns, until_ns; /* as of a claim */
    const char *under;
    enum cqa_asked asked; /* AGAIN or APART */
};

/*
 * Makes ready every recording whose file is still there and whose result was made by another
 * analyzer or rubric; with AGAIN also what another analyzer could not read, with APART not what is
 * kept apart already. What an earlier request left waiting is now waiting for this one. `*count`:
 * how many were made ready. Nothing else ever brings a recording with a result back while its file
 * stays as it is.
 */
enum cqa_status cqa_recordings_requeue(struct cqa_store *store, const struct cqa_requeue *wish,
                                       int64_t now_ms, size_t *count,
                                       struct cqa_error *error) CQA_MUST_CHECK;

/* CQA_E_NOTFOUND when there is none. Strings in `arena`. */
enum cqa_status cqa_recordings_find(struct cqa_store *store, const char *path,
                                    struct cqa_arena *arena, struct cqa_recording *out,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* Return 0 to stop. The strings live during the call only. The visitor may use the store. */
typedef int cqa_recordings_visit(void *context, const struct cqa_recording *recording);

/* Every recording of a state (CQA_RECORDING_STATE_COUNT: of all), oldest id first. Reads in pages,
 * so that a long listing keeps nobody from writing; one that changes state meanwhile may be missed.
 */
enum cqa_status cqa_recordings_each(struct cqa_store *store, enum cqa_recording_state state,
                                    cqa_recordings_visit *visit, void *context,
                                    struct cqa_error *error) CQA_MUST_CHECK;

#endif
