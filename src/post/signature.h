/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_POST_SIGNATURE_H
#define CQA_POST_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"

enum { CQA_SECRET_MAX = 256 };

/* A Standard Webhooks secret as the file has it: "whsec_" and base64, or the bytes themselves. */
struct cqa_secret {
    unsigned char bytes[CQA_SECRET_MAX];
    size_t length;
};

enum cqa_status cqa_secret_parse(struct cqa_secret *secret, const char *text,
                                 struct cqa_error *error) CQA_MUST_CHECK;

enum { CQA_SIGNATURE_SIZE = 64 };

/* "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body". */
void cqa_sign(const struct cqa_secret *secret, const char *id, int64_t timestamp_s,
              const char *body, size_t length, char out[CQA_SIGNATURE_SIZE]);

/* A name for a request that is the same whenever it carries the same keys: "msg_" and 32 hex
 * digits. */
enum { CQA_MESSAGE_ID_SIZE = 40 };
struct cqa_parcel;
void cqa_message_id(const struct cqa_parcel *parcels, size_t count, char out[CQA_MESSAGE_ID_SIZE]);

#endif
