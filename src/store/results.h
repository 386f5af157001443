/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_RESULTS_H
#define CQA_STORE_RESULTS_H

#include "store/facts.h"
#include "store/recordings.h"
#include "store/store.h"

struct cqa_settlement;

/* Each recording has one current result; a new one replaces it. */

/* An analysis that is done. All strings are given; borrowed during the call. */
struct cqa_finished {
    int64_t id;         /* the recording */
    int64_t size_bytes; /* of the file that was read */
    int64_t mtime_ns;
    int64_t begun_ms;        /* when the recording began, since 1970; 0: not known */
    const char *sha256;      /* of its content, 64 hex digits */
    const char *file_sha256; /* of the file that was read, where the result is what was measured of
                                a better source before; NULL */
    const char *rubric;
    const char *rubric_version;
    const char *analyzer; /* version and models in one */
    const char *json;     /* callqa.result/1 */
    size_t json_length;
    const char
        *key; /* idempotency key of the delivery (store/deliveries.h); NULL: not to be sent */
    const char *body; /* the exact bytes to send; NULL: the JSON */
    size_t body_length;
    const struct cqa_facts_link *link; /* by what facts find it; NULL: facts are not looked for */
    const struct cqa_settlement *settlement; /* what it is to other recordings (store/copies.h);
                                                NULL: one by itself */
    const char *leg; /* why one party's file was analysed by itself (store/legs.h); NULL: it is none
                        or nobody knows */
    int apart; /* kept beside the current result, which stays (previews.h); `key` and `body` are not
                  looked at */
};

/*
 * Ends a claimed recording's analysis: result, delivery and state in one transaction. `*kept` is 0
 * when the file has changed since it was read: the result is dropped and the recording is ready
 * again. Older deliveries of the recording that have not been sent are superseded. A file that was
 * only touched keeps the result that another analyzer or rubric made of the same content, unless
 * somebody asked for it again. Where it is a copy of another recording, or a better source of one,
 * its row ends: the other's stands, with the better result. CQA_E_BUSY: what that was decided by is
 * no longer so. CQA_E_REFUSED: not claimed by this process.
 */
enum cqa_status cqa_results_put(struct cqa_store *store, const struct cqa_finished *finished,
                                int64_t now_ms, int *kept, struct cqa_error *error) CQA_MUST_CHECK;

/* Which result would do for other facts of the same call: of this very file, by this analyzer,
 * measured with these lines (cqa_call_hash). */
struct cqa_result_wish {
    int64_t id; /* the recording's */
    int64_t size_bytes;
    int64_t mtime_ns;
    const char *analyzer;
    const char *lines;
};

/* Its JSON in `arena`; CQA_E_NOTFOUND when there is none. */
enum cqa_status cqa_results_find(struct cqa_store *store, const struct cqa_result_wish *wish,
                                 struct cqa_arena *arena, const char **json, size_t *length,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* A result that another analyzer or rubric made than those of now. */
struct cqa_outdated {
    int64_t id; /* the recording's */
    const char *path;
    const char *analyzer, *rubric, *rubric_version; /* it was made by */
};

/* Return 0 to stop. The strings live during the call only. */
typedef int cqa_outdated_visit(void *context, const struct cqa_outdated *outdated);

/* What cqa_recordings_requeue would make ready of what has a result. */
enum cqa_status cqa_results_outdated(struct cqa_store *store, const struct cqa_requeue *wish,
                                     cqa_outdated_visit *visit, void *context,
                                     struct cqa_error *error) CQA_MUST_CHECK;

#endif
