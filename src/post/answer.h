/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_POST_ANSWER_H
#define CQA_POST_ANSWER_H

#include <stddef.h>
#include "post/post.h"

/* What a status of HTTP means for what was sent. */
enum cqa_verdict cqa_answer_meaning(long http_status);

/*
 * Reads `[{"key", "status", "error"}, …]`, the answer to many items, and settles the receipt of
 * each parcel. What the server does not mention counts as LATER. Returns how many items it
 * mentioned; CQA_ANSWER_UNREADABLE when it is no such list.
 */
enum { CQA_ANSWER_UNREADABLE = -1 };
int cqa_answer_read(const char *text, size_t length, const char *const *keys,
                    struct cqa_receipt *receipts, size_t count);

/* What a problem+json says ("title: detail"), or the beginning of any other text, on one line. */
void cqa_answer_explain(const char *text, size_t length, long http_status, char *out, size_t size);

#endif
