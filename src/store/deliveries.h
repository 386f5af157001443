/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_DELIVERIES_H
#define CQA_STORE_DELIVERIES_H

#include "store/store.h"

/*
 * What is owed to the scoring server. A delivery is written with its result and struck only when
 * the server has said that it has it. Of one recording only one is in flight at a time, and an
 * older one never goes after a newer.
 */

enum { CQA_DELIVERY_KEY_SIZE = 256 };

/* What makes two deliveries the same. */
struct cqa_delivery_parts {
    const char *source;
    const char *call_id;
    const char *sha256;         /* "" when the content is not known */
    const char *rubric_version; /* "NAME@VERSION"; of a failure: its reason */
    const char *analyzer;       /* version and models */
    const char *facts;          /* hash of what is known of the call; NULL: of a failure */
};

/* "source|call id|sha256|rubric version|analyzer|facts"; parts that are too long or hold a "|" or
 * anything but printable ASCII make it "h1|" and the first parts' hash instead, so that it is a
 * valid header value, at most 255 bytes. */
void cqa_delivery_key(const struct cqa_delivery_parts *parts, char out[CQA_DELIVERY_KEY_SIZE]);

struct cqa_delivery {
    int64_t id;
    int64_t recording_id;
    const char *key;
    const char *body; /* exact bytes, NUL-terminated besides */
    size_t body_length;
    int64_t made_ms;
    const char *text; /* what the last attempt said; NULL */
    int attempts;     /* this one included */
    int http_status;  /* of the last attempt; 0: none came */
};

/*
 * Takes up to `limit` due deliveries for this process: half of them the oldest, half the newest, so
 * that neither a backlog nor what comes fresh has to wait for the other. Strings in `arena`; `out`
 * has room for the limit.
 */
enum cqa_status cqa_deliveries_claim(struct cqa_store *store, size_t limit, int64_t now_ms,
                                     struct cqa_arena *arena, struct cqa_delivery *out,
                                     size_t *count, struct cqa_error *error) CQA_MUST_CHECK;

/* The server has them. Bodies are dropped (the result stays). CQA_E_REFUSED: one is not claimed by
 * this process. */
enum cqa_status cqa_deliveries_acked(struct cqa_store *store, const int64_t *ids, size_t count,
                                     int64_t now_ms, struct cqa_error *error) CQA_MUST_CHECK;

/* To be tried again at `at_ms`, which the caller's backoff chose. */
enum cqa_status cqa_deliveries_retry(struct cqa_store *store, const int64_t *ids, size_t count,
                                     int64_t at_ms, int http_status, const char *text,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* The server will never take it: kept and visible. Only a new result of the recording is sent. */
enum cqa_status cqa_deliveries_quarantine(struct cqa_store *store, int64_t id, int http_status,
                                          const char *text, int64_t now_ms,
                                          struct cqa_error *error) CQA_MUST_CHECK;

/* Gives back all that this process holds, as if not tried. */
enum cqa_status cqa_deliveries_release(struct cqa_store *store,
                                       struct cqa_error *error) CQA_MUST_CHECK;

/* When the next pending one is due; 0: there is none. */
enum cqa_status cqa_deliveries_next(struct cqa_store *store, int64_t now_ms, int64_t *at_ms,
                                    struct cqa_error *error) CQA_MUST_CHECK;

#endif
