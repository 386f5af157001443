/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_HTTP_LIMIT_H
#define CQA_HTTP_LIMIT_H

#include <stdint.h>

/* Slows down guessing: after so many failed tries under one key (a name from an address, an
 * address) the next must wait. Any thread. */
struct cqa_limiter;
struct cqa_request;

/* Owned, free with cqa_limiter_destroy; NULL without memory. */
struct cqa_limiter *cqa_limiter_create(void);
void cqa_limiter_destroy(struct cqa_limiter *limiter);

/* How long a try under `key`, of which `free_tries` may fail, must still wait; 0: not at all. */
int64_t cqa_limiter_wait_ms(struct cqa_limiter *limiter, const char *key, int free_tries,
                            int64_t now_ms);
void cqa_limiter_failed(struct cqa_limiter *limiter, const char *key, int64_t now_ms);
void cqa_limiter_succeeded(struct cqa_limiter *limiter, const char *key);

struct cqa_limiter *cqa_request_limiter(const struct cqa_request *request);
int64_t cqa_request_now_ms(const struct cqa_request *request);

#endif
