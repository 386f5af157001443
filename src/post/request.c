/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes over the wire: one request's body and headers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "post/request.h"

static const size_t BODY_BYTES_MAX = (size_t)256 << 20;

void cqa_request_clear(struct cqa_post *post)
{
    for (size_t i = 0; i < post->count; i++)
        free(post->keys[i]);
    free(post->keys);
    free(post->receipts);
    curl_slist_free_all(post->headers);
    cqa_buffer_finish(&post->body);
    cqa_buffer_finish(&post->answer);
    post->keys = NULL;
    post->receipts = NULL;
    post->headers = NULL;
    post->count = 0;
    post->body = (struct cqa_buffer){.limit = BODY_BYTES_MAX};
    post->answer = (struct cqa_buffer){.limit = CQA_ANSWER_BYTES_MAX};
}

static enum cqa_status remember(struct cqa_post *post, const struct cqa_parcel *parcels,
                                size_t count)
{
    post->keys = calloc(count, sizeof *post->keys);
    post->receipts = calloc(count, sizeof *post->receipts);
    if (post->keys == NULL || post->receipts == NULL)
        return CQA_E_NOMEM;
    for (post->count = 0; post->count < count; post->count++) {
        post->receipts[post->count].id = parcels[post->count].id;
        post->keys[post->count] = strdup(parcels[post->count].key);
        if (post->keys[post->count] == NULL)
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

/* Keys are printable ASCII, so that quotes and backslashes are all that JSON wants escaped. */
static void add_quoted(struct cqa_buffer *body, const char *key)
{
    cqa_buffer_add(body, "\"", 1);
    for (; *key != '\0'; key++) {
        if (*key == '"' || *key == '\\')
            cqa_buffer_add(body, "\\", 1);
        cqa_buffer_add(body, key, 1);
    }
    cqa_buffer_add(body, "\"", 1);
}

static enum cqa_status write_body(struct cqa_post *post, const struct cqa_parcel *parcels,
                                  size_t count)
{
    struct cqa_buffer *body = &post->body;

    if (post->single)
        return cqa_buffer_add(body, parcels[0].body, parcels[0].length);
    for (size_t i = 0; i < count; i++) {
        cqa_buffer_print(body, "{\"key\":");
        add_quoted(body, parcels[i].key);
        cqa_buffer_print(body, ",\"result\":");
        cqa_buffer_add(body, parcels[i].body, parcels[i].length);
        cqa_buffer_add(body, "}\n", 2);
    }
    return body->failed ? CQA_E_NOMEM : CQA_OK;
}

static int add_header(struct cqa_post *post, const char *line)
{
    struct curl_slist *longer = curl_slist_append(post->headers, line);

    if (longer != NULL)
        post->headers = longer;
    return longer != NULL;
}

static int add_signature(struct cqa_post *post, const struct cqa_parcel *parcels, size_t count)
{
    const int64_t now_s = cqa_clock_wall_ms(post->clock) / 1000;
    char id[CQA_MESSAGE_ID_SIZE];
    char signature[CQA_SIGNATURE_SIZE];
    char line[128];

    cqa_message_id(parcels, count, id);
    cqa_sign(&post->secret, id, now_s, post->body.text, post->body.length, signature);
    snprintf(line, sizeof line, "webhook-id: %s", id);
    int done = add_header(post, line);
    snprintf(line, sizeof line, "webhook-timestamp: %lld", (long long)now_s);
    done = done && add_header(post, line);
    snprintf(line, sizeof line, "webhook-signature: %s", signature);
    return done && add_header(post, line);
}

static enum cqa_status write_headers(struct cqa_post *post, const struct cqa_parcel *parcels,
                                     size_t count)
{
    char line[1024];
    int done = add_header(post, "Expect:") &&
               add_header(post, post->single ? "Content-Type: application/json"
                                             : "Content-Type: application/x-ndjson");

    if (post->single) {
        snprintf(line, sizeof line, "Idempotency-Key: %s", parcels[0].key);
        done = done && add_header(post, line);
    }
    if (post->authorization[0] != '\0')
        done = done && add_header(post, post->authorization);
    if (post->signs)
        done = done && add_signature(post, parcels, count);
    return done ? CQA_OK : CQA_E_NOMEM;
}

enum cqa_status cqa_request_write(struct cqa_post *post, const struct cqa_parcel *parcels,
                                  size_t count)
{
    cqa_request_clear(post);
    enum cqa_status status = remember(post, parcels, count);
    if (status == CQA_OK)
        status = write_body(post, parcels, count);
    if (status == CQA_OK)
        status = write_headers(post, parcels, count);
    return status;
}
