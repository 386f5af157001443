/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_HTTP_AGAIN_H
#define CQA_HTTP_AGAIN_H

#include "http/http.h"
#include "http/route.h"

/* A request that was kept, to be done in the place of the one under way. */
struct cqa_again {
    const char *method, *path; /* as they came */
    const char *type;          /* Content-Type */
    const char *body;
    size_t length;
};

/* What the request is, for whoever keeps it; all borrowed. */
struct cqa_again cqa_request_as_it_came(struct cqa_request *request);

/* Makes the request that one; who asks stays. 0 with a problem given where they may not. Texts are
 * borrowed, the body is copied. */
int cqa_request_become(struct cqa_request *request, const struct cqa_again *again);

/* 1: it is one that was kept. */
int cqa_request_is_again(const struct cqa_request *request);

/* Who confirms it. */
struct cqa_seconds cqa_request_seconds(const struct cqa_request *request);

/* Runs its endpoint; the status of the reply, 0: it gave none. */
int cqa_request_run(struct cqa_request *request);

#endif
