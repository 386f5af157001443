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
    const char *body; /* exact bytes, NUL-terminated besides; begins with its "generation" */
    size_t body_length;
    int64_t made_ms;
    const char *text; /* what the last attempt said; NULL */
    const char *path; /* of its recording */
    int attempts;     /* this one included */
    int http_status;  /* of the last attempt; 0: none came */
    int aside;        /* how often it was put aside */
};

enum cqa_lane {
    CQA_LANE_DUE,
    CQA_LANE_ASIDE /* what the server did not take for a reason that may lie in it: one at a time */
};

/*
 * Takes up to `limit` due deliveries of a lane for this process: half of them the oldest, half the
 * newest, so that neither a backlog nor what comes fresh has to wait for the other. Strings in
 * `arena`; `out` has room for the limit.
 */
enum cqa_status cqa_deliveries_claim(struct cqa_store *store, enum cqa_lane lane, size_t limit,
                                     int64_t now_ms, struct cqa_arena *arena,
                                     struct cqa_delivery *out, size_t *count,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* The server has them. Bodies are dropped (the result stays). CQA_E_REFUSED: one is not claimed by
 * this process. */
enum cqa_status cqa_deliveries_acked(struct cqa_store *store, const int64_t *ids, size_t count,
                                     int64_t now_ms, struct cqa_error *error) CQA_MUST_CHECK;

enum cqa_aside {
    CQA_ASIDE_NOT,     /* at `at_ms`, in the lane where it was */
    CQA_ASIDE_AT_ONCE, /* by itself, at `at_ms` */
    CQA_ASIDE_LONGER   /* by itself, each time twice as long after `at_ms`, an hour at most */
};

struct cqa_retry {
    enum cqa_aside aside;
    int64_t at_ms;
    int http_status;
    const char *text; /* why; NULL: it was not tried */
};

/* To be tried again. */
enum cqa_status cqa_deliveries_retry(struct cqa_store *store, const int64_t *ids, size_t count,
                                     const struct cqa_retry *how,
                                     struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_refusal {
    int http_status;
    const char *text;
    const char *by; /* which programs did not agree: their versions */
};

/* The server names it and will never take it: kept and visible, until a new result of the recording
 * supersedes it, other programs may agree, or somebody asks (store/refused.h). */
enum cqa_status cqa_deliveries_quarantine(struct cqa_store *store, int64_t id,
                                          const struct cqa_refusal *refusal, int64_t now_ms,
                                          struct cqa_error *error) CQA_MUST_CHECK;

/* Gives back all that this process holds, as if not tried. */
enum cqa_status cqa_deliveries_release(struct cqa_store *store,
                                       struct cqa_error *error) CQA_MUST_CHECK;

/* When the next pending one is due (1: it is); 0: there is none. Reads only. */
enum cqa_status cqa_deliveries_next(struct cqa_store *store, int64_t *at_ms,
                                    struct cqa_error *error) CQA_MUST_CHECK;

#endif
