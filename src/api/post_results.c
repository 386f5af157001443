/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "api/endpoints.h"
#include "base/escape.h"
#include "base/json_shape.h"
#include "base/log.h"
#include "base/version.h"
#include "http/counters.h"
#include "review/learn.h"
#include "scores/rubrics.h"

_Static_assert((int)CQA_PUT_COUNT <= (int)CQA_POSTED_OUTCOMES_MAX, "each outcome has its counter");

enum { ITEMS_MAX = 20000 };

/* One posted object: where it lies in the body, and what became of it. */
struct entry {
    struct cqa_item item;
    const char *key;           /* as given; NULL: none that could be read */
    int status;                /* of HTTP; 0: not answered yet */
    struct cqa_message *error; /* NULL: none; owned, of the size that it needs */
    size_t stored_at;          /* index among the valid ones */
};

struct batch {
    struct entry *entries;
    size_t count;
    size_t capacity;
};

static const struct {
    int status;
    const char *error; /* a CQA_N */
} answers[CQA_PUT_COUNT] = {
    [CQA_PUT_STORED] = {201, NULL},
    [CQA_PUT_REPLACED] = {200, NULL},
    [CQA_PUT_UNCHANGED] = {200, NULL},
    [CQA_PUT_OUTDATED] = {200, NULL},
    [CQA_PUT_MOVED] = {200, NULL},
    [CQA_PUT_PREVIEWED] = {202, NULL},
    [CQA_PUT_KEPT_BACK] = {202, NULL},
    [CQA_PUT_KEY_REUSED] = {422, CQA_N("this idempotency key came with other content before")},
    [CQA_PUT_OTHER_RECORDER] =
        {409, CQA_N("another recorder posted other audio under this call id; tokens made with "
                    "--site keep the calls of several PBXs apart")},
    [CQA_PUT_PERIOD_CLOSED] = {409, CQA_N("the period of this call is closed")},
    [CQA_PUT_NO_CALL] = {409, CQA_N("there is no result of this call that a preview could be "
                                    "compared with")},
};

static struct entry *add_entry(struct batch *batch)
{
    if (batch->count == batch->capacity) {
        const size_t capacity = batch->capacity ? batch->capacity * 2 : 64;
        struct entry *entries = realloc(batch->entries, capacity * sizeof *entries);
        if (entries == NULL)
            return NULL;
        batch->entries = entries;
        batch->capacity = capacity;
    }
    batch->entries[batch->count] = (struct entry){0};
    return &batch->entries[batch->count++];
}

static void finish_entry(struct entry *entry)
{
    cqa_item_finish(&entry->item);
    free(entry->error);
}

static void finish_batch(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        finish_entry(&batch->entries[i]);
    free(batch->entries);
}

static void refuse_entry(struct entry *entry, int status, const struct cqa_message *why)
{
    entry->status = status;
    entry->error = cqa_message_keep(why);
}

static void note_read(struct entry *entry, enum cqa_status status, const struct cqa_error *error)
{
    if (status == CQA_E_NOMEM)
        refuse_entry(entry, 503, cqa_words("out of memory"));
    else if (status != CQA_OK)
        refuse_entry(entry, 422, &error->message);
}

static void read_object(struct entry *entry, const char *text, size_t length, const char *key,
                        size_t limit)
{
    struct cqa_error error = {0};

    if (length > limit) {
        refuse_entry(entry, 422,
                     cqa_words("the object is larger than this server takes (item_bytes_max)"));
        return;
    }
    note_read(entry, cqa_item_read(&entry->item, text, length, key, &error), &error);
}

/* Results of a rubric that is not known yet may have come with a new file of models/rubrics; it is
 * looked for once a minute at most. */
static void meet_rubrics(struct cqa_request *request, const struct cqa_item *items, size_t count)
{
    enum { PAUSE_MS = 60000 };
    struct cqa_scores *scores = cqa_request_scores(request);
    atomic_llong *learned_ms = &cqa_request_counters(request)->rubrics_learned_ms;
    const struct cqa_item *before = NULL;

    for (size_t i = 0; i < count; i++) {
        const struct cqa_item *item = &items[i];
        if (item->rubric == NULL || item->rubric_version == NULL ||
            (before != NULL && strcmp(before->rubric, item->rubric) == 0 &&
             strcmp(before->rubric_version, item->rubric_version) == 0))
            continue;
        before = item;
        const int64_t now_ms = cqa_request_now_ms(request);
        if (cqa_rubric_is_known(scores, item->rubric, item->rubric_version) ||
            now_ms < atomic_load(learned_ms) + PAUSE_MS)
            continue;
        atomic_store(learned_ms, now_ms);
        cqa_rubrics_learn(scores);
    }
}

/* The store takes it nowhere and never, as a text that is too long for an index. */
static int is_of_an_item(enum cqa_status status, const struct cqa_error *error)
{
    return status == CQA_E_LIMIT || (status == CQA_E_BADDATA && error->sys_errno == 0);
}

/* Each in a transaction of its own, so that what the store does not take costs no other. */
static enum cqa_status put_each(struct cqa_scores *scores, const struct cqa_poster *poster,
                                struct batch *batch, enum cqa_put *outcomes,
                                struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < batch->count; i++) {
        struct entry *entry = &batch->entries[i];
        struct cqa_error why = {0};
        if (entry->status != 0)
            continue;
        status = cqa_scores_put(scores, poster, &entry->item, 1, &outcomes[entry->stored_at], &why);
        if (is_of_an_item(status, &why)) {
            refuse_entry(entry, 422, &why.message);
            status = CQA_OK;
        } else if (status != CQA_OK) {
            *error = why;
        }
    }
    return status;
}

static void note_outcome(struct cqa_counters *counters, struct entry *entry,
                         const enum cqa_put *outcomes)
{
    if (entry->status != 0) {
        atomic_fetch_add(&counters->refused_items, 1);
        return;
    }
    const enum cqa_put outcome = outcomes[entry->stored_at];
    atomic_fetch_add(&counters->put[outcome], 1);
    entry->status = answers[outcome].status;
    if (answers[outcome].error != NULL)
        refuse_entry(entry, entry->status, cqa_words_named(answers[outcome].error));
}

/* Views of what is valid: the entries own it. */
static size_t list_items(struct batch *batch, struct cqa_item *items)
{
    size_t count = 0;

    for (size_t i = 0; i < batch->count; i++)
        if (batch->entries[i].status == 0) {
            batch->entries[i].stored_at = count;
            items[count++] = batch->entries[i].item;
        }
    return count;
}

/* Stores what is valid, in one transaction unless the store does not take one of them. 0 with a
 * problem given when the store could not. */
static int store_batch(struct cqa_request *request, struct batch *batch)
{
    const struct cqa_identity *who = cqa_request_who(request);
    const struct cqa_poster poster = {.recorder = who->name, .site = who->site};
    struct cqa_scores *scores = cqa_request_scores(request);
    struct cqa_item *items = calloc(batch->count + 1, sizeof *items);
    enum cqa_put *outcomes = calloc(batch->count + 1, sizeof *outcomes);
    struct cqa_error error = {0};
    enum cqa_status status = CQA_E_NOMEM;
    const size_t count = items != NULL ? list_items(batch, items) : 0;

    if (items != NULL && outcomes != NULL)
        status = cqa_scores_put(scores, &poster, items, count, outcomes, &error);
    if (is_of_an_item(status, &error))
        status = put_each(scores, &poster, batch, outcomes, &error);
    for (size_t i = 0; status == CQA_OK && i < batch->count; i++)
        note_outcome(cqa_request_counters(request), &batch->entries[i], outcomes);
    if (status == CQA_OK)
        meet_rubrics(request, items, count);
    free(items);
    free(outcomes);
    if (status == CQA_OK)
        return 1;
    cqa_reply_error(request, status, &error);
    return 0;
}

/* ---- one object */

static void post_one(struct cqa_request *request, const char *text, size_t length)
{
    struct batch batch = {0};
    const char *key = cqa_request_header(request, "Idempotency-Key");

    if (key != NULL && !cqa_is_utf8(key)) { /* a header may hold any bytes */
        cqa_reply_problem(request, 400, "idempotency-key",
                          "the Idempotency-Key header must be UTF-8");
        return;
    }
    struct entry *entry = add_entry(&batch);
    if (entry == NULL) {
        cqa_reply_problem(request, 503, "memory", "out of memory");
        return;
    }
    read_object(entry, text, length, key, (size_t)cqa_request_config(request)->item_bytes_max);
    if (!entry->item.is_failure && (key == NULL || key[0] == '\0')) {
        cqa_reply_problem(request, 400, "idempotency-key", "the Idempotency-Key header is missing");
    } else if (store_batch(request, &batch)) {
        if (entry->error != NULL)
            cqa_reply_refusal(request, entry->status, entry->status == 409 ? "conflict" : "invalid",
                              key, entry->error);
        else
            cqa_reply_json(
                request, entry->status,
                json_pack("{s:s?, s:i, s:n}", "key", key, "status", entry->status, "error"));
    }
    finish_batch(&batch);
}

/* ---- many: one envelope {"key", "result"} a line */

static void read_line(struct entry *entry, const char *line, size_t length, struct cqa_arena *arena,
                      size_t limit)
{
    struct cqa_error error = {0};
    json_error_t where;

    if (length > limit || cqa_json_check_shape(line, length, &error) != CQA_OK) {
        refuse_entry(entry, 422,
                     length > limit ? cqa_words("the line is larger than this server takes")
                                    : &error.message);
        return;
    }
    json_t *envelope = json_loadb(line, length, JSON_REJECT_DUPLICATES, &where);
    const json_t *key = json_object_get(envelope, "key");
    json_t *result = json_object_get(envelope, "result");
    entry->key = cqa_arena_string(arena, json_string_value(key));
    if (envelope == NULL)
        refuse_entry(entry, 422, cqa_words("not JSON: %s", where.text));
    else if (!json_is_object(result) || (key != NULL && !json_is_string(key) && !json_is_null(key)))
        refuse_entry(entry, 422, cqa_words("a line must be {\"key\": text, \"result\": object}"));
    else
        note_read(entry, cqa_item_read_value(&entry->item, result, entry->key, &error), &error);
    json_decref(envelope);
}

/* 0: no memory, or more lines than we take. */
static int read_lines(struct cqa_request *request, struct batch *batch, const char *text,
                      size_t length)
{
    const size_t limit = (size_t)cqa_request_config(request)->item_bytes_max;
    const char *end = text + length;

    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline ? newline : end;
        size_t size = (size_t)(stop - text);
        if (size > 0 && text[size - 1] == '\r')
            size--;
        if (size > 0) {
            struct entry *entry = batch->count < ITEMS_MAX ? add_entry(batch) : NULL;
            if (entry == NULL)
                return 0;
            read_line(entry, text, size, cqa_request_arena(request), limit);
        }
        text = newline ? newline + 1 : end;
    }
    return 1;
}

static json_t *entry_answer(const struct entry *entry)
{
    json_t *answer = json_pack("{s:s?, s:i, s:s?}", "key", entry->key, "status", entry->status,
                               "error", entry->error ? cqa_english(entry->error) : NULL);

    if (entry->error != NULL)
        json_object_set_new(answer, "code", json_string(cqa_message_code(entry->error)));
    return answer;
}

static void post_many(struct cqa_request *request, const char *text, size_t length)
{
    struct batch batch = {0};

    if (!read_lines(request, &batch, text, length)) {
        cqa_reply_problem(request, 413, "too-large", "more than %d lines in one body", ITEMS_MAX);
    } else if (store_batch(request, &batch)) {
        json_t *list = json_array();
        for (size_t i = 0; i < batch.count; i++)
            json_array_append_new(list, entry_answer(&batch.entries[i]));
        cqa_reply_json(request, 200, list);
    }
    finish_batch(&batch);
}

void cqa_post_results(struct cqa_request *request)
{
    const char *type = cqa_request_content_type(request);
    size_t length;
    const char *text = cqa_request_body(request, &length);

    cqa_reply_header(request, "Callqa-Server", CQA_VERSION);
    if (strcmp(type, "application/x-ndjson") == 0)
        post_many(request, text, length);
    else if (strcmp(type, "application/json") == 0)
        post_one(request, text, length);
    else
        cqa_reply_problem(request, 415, "media-type",
                          "Content-Type must be application/json or application/x-ndjson");
}
