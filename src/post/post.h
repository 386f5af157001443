/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_POST_POST_H
#define CQA_POST_POST_H

#include <stddef.h>
#include <stdint.h>
#include "base/clock.h"
#include "base/error.h"

/*
 * Sends results to the scoring server, one request at a time over a kept connection, without ever
 * blocking the caller's loop. Nothing is kept here: what is not DELIVERED is still the caller's to
 * send. One thread.
 */
struct cqa_post;

/* Strings are copied. NULL where a setting does not apply. */
struct cqa_post_config {
    const char *url;                 /* http only to this machine itself, https everywhere else */
    const char *token_file;          /* sent as Authorization: Bearer */
    const char *webhook_secret_file; /* signs each request after Standard Webhooks */
    const char *ca_file;             /* instead of the system's certificates */
    const char *proxy;               /* the environment's proxies are never used */
    int64_t timeout_ms;              /* for one request; 0: 30 s */
    const struct cqa_clock *clock;   /* dates signatures; NULL: the machine's */
    int single;                      /* one item a request, as plain JSON with Idempotency-Key */
    int trusts_status;               /* any 2xx is a receipt: who gets webhooks writes none */
};

/* One JSON object to deliver. */
struct cqa_parcel {
    int64_t id;      /* the caller's */
    const char *key; /* idempotency key: printable ASCII */
    const char *body;
    size_t length;
};

enum cqa_verdict {
    CQA_DELIVERED, /* the server has it, for good: it gave a receipt that names the item */
    CQA_LATER,     /* passing trouble: send again */
    CQA_ASIDE,     /* not taken, and it may be for this item: send it again by itself, slowly */
    CQA_NEVER,     /* the server names this very item and refuses it: again cannot help */
    CQA_HALTED, /* address, token or certificate are wrong: a person must act, nothing is the item's
                   fault */
};

struct cqa_receipt {
    int64_t id;
    enum cqa_verdict verdict;
    int http_status; /* 0: none came */
    char text[160];  /* why it was not delivered */
};

enum { CQA_SERVER_VERSION_SIZE = 48 };

/* The end of one request. */
struct cqa_reply {
    enum cqa_verdict verdict;             /* of the request as a whole: DELIVERED: some of it was */
    int http_status;                      /* 0: none came */
    int refused;                          /* the server could, but would not take any of it */
    int64_t retry_after_ms;               /* the server's wish; 0: none */
    char text[200];                       /* why, where not DELIVERED */
    char server[CQA_SERVER_VERSION_SIZE]; /* version that the server gives itself; "": none */
    const struct cqa_receipt *receipts;   /* one an item, borrowed until the next send */
    size_t count;
};

/* Whether results may go to `url`: a full http or https address, https unless it is this machine's.
 */
enum cqa_status cqa_post_check_url(const char *url, struct cqa_error *error) CQA_MUST_CHECK;

/*
 * Whether the file's first line is a token, or with `is_webhook` a secret to sign with, as
 * cqa_post_create wants it. `*is_open`: others than its owner and its group can read it, or its
 * group can write it. CQA_E_IO, CQA_E_BADDATA.
 */
enum cqa_status cqa_post_check_secret(const char *path, int is_webhook, int *is_open,
                                      struct cqa_error *error) CQA_MUST_CHECK;

/* Reads the token and secret files. Call it before other threads are made. Owned, free with
 * cqa_post_destroy. */
enum cqa_status cqa_post_create(struct cqa_post **out, const struct cqa_post_config *config,
                                struct cqa_error *error) CQA_MUST_CHECK;
void cqa_post_destroy(struct cqa_post *post);

/* Starts one request with all parcels (1..); copies what it needs. CQA_E_BUSY while one is under
 * way. */
enum cqa_status cqa_post_send(struct cqa_post *post, const struct cqa_parcel *parcels, size_t count,
                              struct cqa_error *error) CQA_MUST_CHECK;
int cqa_post_busy(const struct cqa_post *post);

/* An epoll descriptor that is readable when cqa_post_take has work to do, for an outer event loop.
 */
int cqa_post_fd(const struct cqa_post *post);

/* Goes on with the request for up to `timeout_ms` (0: not at all). 1 when it ended and `reply` is
 * filled. */
int cqa_post_take(struct cqa_post *post, int timeout_ms, struct cqa_reply *reply);

#endif
