/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result/item.h"

#include <jansson.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/json_shape.h"
#include "event/event.h"
#include "result/basis.h"
#include "result/item_clips.h"
#include "result/result.h"

enum { ID_BYTES_MAX = 512, KEY_BYTES_MAX = 255 };

const char *const cqa_flag_severity_words[CQA_FLAG_SEVERITY_COUNT + 1] = {"note", "minor", "major",
                                                                          "critical", NULL};

/* ---- from jansson's tree to the item; cqa_result_from_json has checked types and ranges by now */

static int64_t *number_copy(struct cqa_item *item, int64_t value)
{
    int64_t *copy = cqa_arena_alloc(&item->arena, sizeof *copy);

    if (copy != NULL)
        *copy = value;
    return copy;
}

static const char *text_of(struct cqa_item *item, const json_t *object, const char *key)
{
    return cqa_arena_string(&item->arena, json_string_value(json_object_get(object, key)));
}

static const int64_t *measure(struct cqa_item *item, const json_t *root, const char *name)
{
    const json_t *value = json_object_get(json_object_get(root, "measures"), name);

    return json_is_number(value) ? number_copy(item, llround(json_number_value(value))) : NULL;
}

static enum cqa_status too_long(struct cqa_error *error, const char *field)
{
    return cqa_fail(error, CQA_E_BADDATA, "%s: longer than %d bytes", field, ID_BYTES_MAX);
}

/* A further recording of a call is known by both. */
static int name_part(struct cqa_item *item)
{
    const size_t size = strlen(item->call_of) + strlen(item->part) + 2;
    char *both = cqa_arena_alloc(&item->arena, size);

    if (both != NULL)
        snprintf(both, size, "%s#%s", item->call_of, item->part);
    item->call_id = both;
    return both != NULL;
}

static enum cqa_status read_call(struct cqa_item *item, const json_t *root, struct cqa_error *error)
{
    const json_t *call = json_object_get(root, "call");
    const json_t *recording = json_object_get(root, "recording");
    int64_t started_ms;
    int64_t day;

    item->path = text_of(item, recording, "path");
    item->call_id = item->call_of = text_of(item, call, "id");
    item->file_sha256 = text_of(item, recording, "file_sha256");
    item->part = text_of(item, recording, "part");
    item->source = text_of(item, call, "source");
    item->agent = text_of(item, call, "agent");
    item->customer = text_of(item, call, "customer");
    item->queue = text_of(item, call, "queue");
    item->direction = text_of(item, call, "direction");
    item->started_at = text_of(item, call, "started_at");
    if (item->source == NULL)
        item->source = "";
    if (item->path == NULL || item->path[0] == '\0')
        return cqa_fail(error, CQA_E_BADDATA, "recording.path: must be a text");
    if (item->call_id != NULL && strlen(item->call_id) > 4096)
        return cqa_fail(error, CQA_E_BADDATA, "call.id: longer than 4096 bytes");
    if (item->part != NULL && strlen(item->part) > 64)
        return cqa_fail(error, CQA_E_BADDATA, "recording.part: longer than 64 bytes");
    if (item->part != NULL && item->call_of != NULL && !name_part(item))
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (strlen(item->path) > 4096)
        return cqa_fail(error, CQA_E_BADDATA, "recording.path: longer than 4096 bytes");
    if ((item->agent && strlen(item->agent) > ID_BYTES_MAX) ||
        strlen(item->source) > ID_BYTES_MAX ||
        (item->queue && strlen(item->queue) > ID_BYTES_MAX) ||
        (item->customer && strlen(item->customer) > ID_BYTES_MAX))
        return too_long(error, "call");
    if (item->started_at == NULL)
        return CQA_OK;
    if (!cqa_item_read_time(item->started_at, &started_ms, &day))
        return cqa_fail(error, CQA_E_BADDATA,
                        "call.started_at: not a time with offset (2025-11-20T10:15:02+08:00)");
    item->started_ms = number_copy(item, started_ms);
    item->day = number_copy(item, day);
    return CQA_OK;
}

/* A flag on an event of a type that we do not know is told as it was. */
static enum cqa_status name_strange_events(struct cqa_item *item, const json_t *root,
                                           struct cqa_error *error)
{
    const json_t *events = json_object_get(root, "events");

    for (size_t i = 0; i < item->flag_count; i++) {
        struct cqa_item_flag *flag = &item->flags[i];
        if (flag->event == 0 || flag->event_type != NULL)
            continue;
        const json_t *event = json_array_get(events, (size_t)flag->event - 1);
        flag->event_type = text_of(item, event, "type");
        flag->confidence = llround(json_number_value(json_object_get(event, "confidence")) * 1000);
        if (flag->event_type == NULL)
            return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    return CQA_OK;
}

/* Decisions are made here, never by a recorder. */
static void drop_decisions(json_t *root)
{
    json_t *score = json_object_get(root, "score");
    json_t *deduction;
    size_t index;

    json_array_foreach(json_object_get(score, "deductions"), index, deduction)
        json_object_set_new(deduction, "decision", json_null());
    if (json_is_object(score))
        json_object_set_new(score, "decided_total", json_null());
}

static enum cqa_status keep_basis(struct cqa_item *item, const struct cqa_result *result,
                                  struct cqa_error *error)
{
    const struct cqa_rubric_input input = cqa_basis_of(result);
    struct cqa_buffer form = {.limit = CQA_BASIS_BYTES_MAX};

    if (cqa_basis_write(&input, &form) == CQA_OK) {
        item->basis = cqa_arena_bytes(&item->arena, form.text, form.length);
        item->basis_size = form.length;
    }
    cqa_buffer_finish(&form);
    return item->basis != NULL ? CQA_OK : cqa_fail(error, CQA_E_NOMEM, "out of memory");
}

/* Checks the whole, and takes its score and what scores are made of. */
static enum cqa_status read_result(struct cqa_item *item, json_t *root, struct cqa_error *error)
{
    struct cqa_result result = {0};
    enum cqa_status status = cqa_result_from_value(root, CQA_RESULT_FOREIGN, &result, error);

    if (status == CQA_OK)
        status = keep_basis(item, &result, error);
    if (status == CQA_OK && result.scored)
        status = cqa_item_take_score(item, &result.score, result.events.items, result.events.count,
                                     error);
    if (status == CQA_OK)
        status = name_strange_events(item, root, error);
    cqa_result_finish(&result);
    return status;
}

static void read_facts(struct cqa_item *item, const json_t *root)
{
    const json_t *recording = json_object_get(root, "recording");
    const json_t *quality;
    const char *aspect;

    item->sha256 = text_of(item, recording, "sha256");
    item->duration_ms = json_integer_value(json_object_get(recording, "duration_ms"));
    item->measurable = 1;
    json_object_foreach(json_object_get(root, "measurable"), aspect, quality)
    {
        const char *word = json_string_value(quality);
        if (word != NULL && strcmp(word, "not_measurable") == 0)
            item->measurable = 0;
    }
    item->talk_agent_ms = measure(item, root, "talk_agent_ms");
    item->talk_customer_ms = measure(item, root, "talk_customer_ms");
    item->silence_ms = measure(item, root, "silence_total_ms");
    item->hold_ms = measure(item, root, "hold_total_ms");
    item->overtalk_ms = measure(item, root, "overtalk_total_ms");
    item->response_ms = measure(item, root, "response_agent_median_ms");
    item->greeting_ms = measure(item, root, "greeting_delay_ms");
}

/* Card numbers are not kept here, whatever a recorder was told to send: nobody who reads or exports
 * results needs them, and a database that has none loses none. */
static void mask_digits(const json_t *root)
{
    json_t *event;
    size_t index;

    json_array_foreach(json_object_get(root, "events"), index, event)
    {
        json_t *digits = json_object_get(event, "digits");
        char masked[sizeof((struct cqa_event *)0)->digits] = "";
        if (digits == NULL)
            continue;
        snprintf(masked, sizeof masked, "%s", json_string_value(digits));
        cqa_digits_mask(masked);
        json_string_set(digits, masked);
    }
}

static enum cqa_status read_failure(struct cqa_item *item, const json_t *root,
                                    struct cqa_error *error)
{
    item->is_failure = 1;
    item->reason = text_of(item, root, "reason");
    if (item->reason == NULL || item->reason[0] == '\0' || strlen(item->reason) > 31)
        return cqa_fail(error, CQA_E_BADDATA, "reason: must be a text of 1 to 31 bytes");
    if (!json_is_string(json_object_get(root, "text")))
        return cqa_fail(error, CQA_E_BADDATA, "text: must be a text");
    return CQA_OK;
}

static enum cqa_status check_key(const char *key, struct cqa_error *error)
{
    if (key == NULL || key[0] == '\0')
        return cqa_fail(error, CQA_E_BADDATA, "an idempotency key is missing");
    if (strlen(key) > KEY_BYTES_MAX)
        return cqa_fail(error, CQA_E_BADDATA, "the idempotency key is longer than %d bytes",
                        KEY_BYTES_MAX);
    return CQA_OK;
}

/* ---- which outcome of its recording it is */

enum { STORE_BYTES_MAX = 64 };
static const int64_t GENERATION_MAX = INT64_C(1) << 53;

static enum cqa_status read_generation(struct cqa_item *item, const json_t *root,
                                       struct cqa_error *error)
{
    const json_t *generation = json_object_get(root, "generation");
    const json_t *number = json_object_get(generation, "number");
    const char *store = json_string_value(json_object_get(generation, "store"));

    if (generation == NULL || json_is_null(generation))
        return CQA_OK;
    if (store == NULL || store[0] == '\0' || strlen(store) > STORE_BYTES_MAX)
        return cqa_fail(error, CQA_E_BADDATA, "generation.store: must be a text of 1 to %d bytes",
                        STORE_BYTES_MAX);
    if (!json_is_integer(number) || json_integer_value(number) < 1 ||
        json_integer_value(number) > GENERATION_MAX)
        return cqa_fail(error, CQA_E_BADDATA,
                        "generation.number: must be a whole number, 1 to %lld",
                        (long long)GENERATION_MAX);
    item->store = cqa_arena_string(&item->arena, store);
    item->generation = json_integer_value(number);
    return item->store != NULL ? CQA_OK : cqa_fail(error, CQA_E_NOMEM, "out of memory");
}

/* The text without the generation, which two outcomes of equal content do not share, and what is
 * kept of it: the same with the generation put back before it. */
static const char *with_generation(struct cqa_item *item, const json_t *generation,
                                   const char *text)
{
    char *before = json_dumps(generation, JSON_COMPACT);
    const size_t size = strlen(text) + (before != NULL ? strlen(before) : 0) + 20;
    char *body = before != NULL ? cqa_arena_alloc(&item->arena, size) : NULL;

    if (body != NULL)
        snprintf(body, size, "{\"generation\":%s,%s", before, text + 1);
    free(before);
    return body;
}

int cqa_item_digest(const char *body, unsigned char out[CQA_ITEM_DIGEST_SIZE])
{
    json_t *root = json_loads(body, 0, NULL);
    (void)json_object_del(root, "generation");
    char *text = root != NULL ? json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    const int done = text != NULL;

    if (done)
        crypto_generichash(out, CQA_ITEM_DIGEST_SIZE, (const unsigned char *)text, strlen(text),
                           NULL, 0);
    free(text);
    json_decref(root);
    return done;
}

static enum cqa_status keep_body(struct cqa_item *item, json_t *root, struct cqa_error *error)
{
    json_t *generation = json_incref(json_object_get(root, "generation"));
    if (generation != NULL)
        json_object_del(root, "generation");
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(15));

    if (text != NULL) {
        crypto_generichash(item->digest, sizeof item->digest, (const unsigned char *)text,
                           strlen(text), NULL, 0);
        item->body = generation != NULL ? with_generation(item, generation, text)
                                        : cqa_arena_string(&item->arena, text);
    }
    free(text);
    json_decref(generation);
    return item->body != NULL ? CQA_OK : cqa_fail(error, CQA_E_NOMEM, "out of memory");
}

static enum cqa_status read_root(struct cqa_item *item, json_t *root, const char *key,
                                 struct cqa_error *error)
{
    const char *schema = json_string_value(json_object_get(root, "schema"));
    enum cqa_status status = CQA_OK;

    if (schema != NULL && strcmp(schema, "callqa.failure/1") == 0)
        status = read_failure(item, root, error);
    else if (schema != NULL && strcmp(schema, "callqa.result/1") == 0)
        status = check_key(key, error) == CQA_OK ? read_result(item, root, error) : CQA_E_BADDATA;
    else
        return cqa_fail(error, CQA_E_BADDATA,
                        "schema: must be \"callqa.result/1\", \"callqa.failure/1\" or "
                        "\"callqa.preview/1\"");
    if (status == CQA_OK)
        status = read_call(item, root, error);
    if (status == CQA_OK)
        status = read_generation(item, root, error);
    if (status != CQA_OK)
        return status;
    if (!item->is_failure) {
        mask_digits(root);
        read_facts(item, root);
        drop_decisions(root);
        status = cqa_item_read_clips(item, root, error);
    }
    return status == CQA_OK ? keep_body(item, root, error) : status;
}

/* A result in an envelope of its own, which servers of before refuse: none takes it for one that
 * counts. */
static enum cqa_status read_preview(struct cqa_item *item, json_t *root, const char *key,
                                    struct cqa_error *error)
{
    json_t *result = json_object_get(root, "result");
    const char *schema = json_string_value(json_object_get(result, "schema"));

    if (schema == NULL || strcmp(schema, "callqa.result/1") != 0)
        return cqa_fail(error, CQA_E_BADDATA, "result.schema: must be \"callqa.result/1\"");
    if (json_object_get(root, "generation") != NULL) /* which the store counted as it was sent */
        json_object_set(result, "generation", json_object_get(root, "generation"));
    item->is_preview = 1;
    return read_root(item, result, key, error);
}

static int is_preview(const json_t *root)
{
    const char *schema = json_string_value(json_object_get(root, "schema"));

    return schema != NULL && strcmp(schema, "callqa.preview/1") == 0;
}

enum cqa_status cqa_item_read_value(struct cqa_item *item, struct json_t *value, const char *key,
                                    struct cqa_error *error)
{
    *item = (struct cqa_item){0};
    item->key = cqa_arena_string(&item->arena, key);
    if (!json_is_object(value))
        return cqa_fail(error, CQA_E_BADDATA, "must be an object");
    return is_preview(value) ? read_preview(item, value, key, error)
                             : read_root(item, value, key, error);
}

enum cqa_status cqa_item_read(struct cqa_item *item, const char *text, size_t length,
                              const char *key, struct cqa_error *error)
{
    json_error_t where;

    *item = (struct cqa_item){0};
    enum cqa_status status = cqa_json_check_shape(text, length, error);
    if (status != CQA_OK)
        return status;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    if (root == NULL)
        return cqa_fail(error, CQA_E_BADDATA, "not JSON: %s at column %d", where.text,
                        where.column);
    status = cqa_item_read_value(item, root, key, error);
    json_decref(root);
    return status;
}

void cqa_item_finish(struct cqa_item *item)
{
    cqa_arena_finish(&item->arena);
}
