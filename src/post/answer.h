/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_POST_ANSWER_H
#define CQA_POST_ANSWER_H

#include <stddef.h>
#include "post/post.h"

/* What a status of HTTP means for a request as a whole; DELIVERED is only the promise of receipts.
 */
enum cqa_verdict cqa_answer_meaning(long http_status);

/*
 * Reads the receipts `[{"key", "status", "error"}, …]` and settles that of each parcel. Of one
 * parcel the receipt may also come alone, as a reply to a single item, or as a problem that names
 * the key. Whatever does not name the parcel's key is no receipt: what nothing is said about counts
 * as LATER. Returns for how many parcels there was one.
 */
int cqa_answer_read(const char *text, size_t length, const char *const *keys,
                    struct cqa_receipt *receipts, size_t count);

/* What a problem+json says ("title: detail"), or the beginning of any other text, on one line. */
void cqa_answer_explain(const char *text, size_t length, long http_status, char *out, size_t size);

#endif
