/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_POST_REQUEST_H
#define CQA_POST_REQUEST_H

#include <curl/curl.h>
#include "base/buffer.h"
#include "post/post.h"
#include "post/signature.h"

/* A request under way: what post.c sends is written here. */

enum { CQA_TOKEN_MAX = 4096, CQA_ANSWER_BYTES_MAX = 1 << 20 };

struct cqa_post {
    CURLM *multi;
    CURL *easy;
    int epoll;
    int timer;
    const struct cqa_clock *clock;
    int single;
    int trusts_status;
    int signs;
    int busy;
    int deaf;           /* the system would not wake us for what libcurl waits for */
    int64_t timeout_ms; /* for one request */
    int64_t end_ms;     /* monotonic: the request under way ends then at the latest */
    struct cqa_secret secret;
    char authorization[CQA_TOKEN_MAX + 32];
    struct curl_slist *headers; /* of the request under way */
    struct cqa_buffer body;
    struct cqa_buffer answer;
    char **keys; /* of the parcels under way, as receipts */
    struct cqa_receipt *receipts;
    size_t count;
    char curl_error[CURL_ERROR_SIZE];
};

/* Writes body, headers, keys and blank receipts of the next request. CQA_E_NOMEM. */
enum cqa_status cqa_request_write(struct cqa_post *post, const struct cqa_parcel *parcels,
                                  size_t count) CQA_MUST_CHECK;

/* Forgets the request and its answer. */
void cqa_request_clear(struct cqa_post *post);

#endif
