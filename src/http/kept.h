/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_HTTP_KEPT_H
#define CQA_HTTP_KEPT_H

#include "http/http.h"

/*
 * A request that is answered without its connection: kept as it came, and done later, maybe by
 * another server, as if whoever asked had sent it then (docs/decisions/0207).
 */
struct cqa_kept {
    const char *method, *path;
    const char *query;   /* "a=b&c=d", as it came; "": none */
    const char *type;    /* Content-Type */
    const char *address; /* of whoever asked */
    const char *body;
    size_t length;
};

/* The request at hand, whole; borrowed from it. */
struct cqa_kept cqa_request_keep(struct cqa_request *request);

/* What it was answered. Finish it. */
struct cqa_kept_reply {
    int status; /* of HTTP */
    char type[64];
    char name[64];          /* of the file that it is to become; "": none */
    struct cqa_buffer body; /* owned */
};
enum { CQA_KEPT_BYTES_MAX = 256 << 20 };
void cqa_kept_reply_finish(struct cqa_kept_reply *reply);

/* Who does it: asked now and then how far it is, and whether it is still wanted. */
struct cqa_kept_doer {
    int (*goes_on)(void *context, int64_t done, int64_t total);
    void *context;
};

/* Answers it on this thread, as the rights of `who` are now. */
struct cqa_http;
void cqa_kept_do(struct cqa_http *http, const struct cqa_kept *kept, const struct cqa_identity *who,
                 const struct cqa_kept_doer *doer, struct cqa_kept_reply *out);

/* As an endpoint that refuses it with `why` would have answered. */
void cqa_kept_refuse(struct cqa_http *http, int status, const char *kind,
                     const struct cqa_message *why, struct cqa_kept_reply *out);

#endif
