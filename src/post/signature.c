/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "post/signature.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "post/post.h"

static const char PREFIX[] = "whsec_";

enum cqa_status cqa_secret_parse(struct cqa_secret *secret, const char *text,
                                 struct cqa_error *error)
{
    const size_t length = strlen(text);

    if (strncmp(text, PREFIX, sizeof PREFIX - 1) == 0) {
        if (sodium_base642bin(secret->bytes, sizeof secret->bytes, text + sizeof PREFIX - 1,
                              length - (sizeof PREFIX - 1), NULL, &secret->length, NULL,
                              sodium_base64_VARIANT_ORIGINAL) != 0)
            return cqa_fail(error, CQA_E_BADDATA,
                            "a secret is whsec_ and base64 of at most %d bytes", CQA_SECRET_MAX);
    } else {
        if (length > sizeof secret->bytes)
            return cqa_fail(error, CQA_E_LIMIT, "a secret has at most %d bytes", CQA_SECRET_MAX);
        memcpy(secret->bytes, text, length);
        secret->length = length;
    }
    if (secret->length < 24)
        return cqa_fail(error, CQA_E_BADDATA, "a secret has at least 24 bytes");
    return CQA_OK;
}

void cqa_sign(const struct cqa_secret *secret, const char *id, int64_t timestamp_s,
              const char *body, size_t length, char out[CQA_SIGNATURE_SIZE])
{
    crypto_auth_hmacsha256_state state;
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    char head[128];
    const int used = snprintf(head, sizeof head, "%s.%" PRId64 ".", id, timestamp_s);
    const unsigned long long head_length = (unsigned long long)used;

    crypto_auth_hmacsha256_init(&state, secret->bytes, secret->length);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)head, head_length);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)body, length);
    crypto_auth_hmacsha256_final(&state, mac);
    memcpy(out, "v1,", sizeof "v1,");
    sodium_bin2base64(out + 3, CQA_SIGNATURE_SIZE - 3, mac, sizeof mac,
                      sodium_base64_VARIANT_ORIGINAL);
}

void cqa_message_id(const struct cqa_parcel *parcels, size_t count, char out[CQA_MESSAGE_ID_SIZE])
{
    crypto_generichash_state state;
    unsigned char digest[16];

    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    for (size_t i = 0; i < count; i++) /* the NUL too, so that keys cannot run together */
        crypto_generichash_update(&state, (const unsigned char *)parcels[i].key,
                                  strlen(parcels[i].key) + 1);
    crypto_generichash_final(&state, digest, sizeof digest);
    memcpy(out, "msg_", sizeof "msg_");
    sodium_bin2hex(out + 4, CQA_MESSAGE_ID_SIZE - 4, digest, sizeof digest);
}
