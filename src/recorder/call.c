/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recorder/call.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/arena.h"

const char *const cqa_fact_source_words[CQA_FACT_SOURCE_COUNT + 1] = {
    "", "name", "sidecar", "cdr", "queue_log", "roster", "profile", NULL};
const char *const cqa_call_field_words[CQA_CALL_FIELD_COUNT + 1] = {
    "id", "agent", "customer", "queue", "direction", "started_at", "answered_at", "roles", NULL};

const char **cqa_call_field(struct cqa_call *call, enum cqa_call_field field)
{
    switch (field) {
    case CQA_CALL_ID:
        return &call->id;
    case CQA_CALL_AGENT:
        return &call->agent;
    case CQA_CALL_CUSTOMER:
        return &call->customer;
    case CQA_CALL_QUEUE:
        return &call->queue;
    case CQA_CALL_DIRECTION:
        return &call->direction;
    case CQA_CALL_STARTED_AT:
        return &call->started_at;
    case CQA_CALL_ANSWERED_AT:
        return &call->answered_at;
    default:
        return NULL;
    }
}

void cqa_call_set(struct cqa_call *call, enum cqa_call_field field, const char *value,
                  enum cqa_fact_source from)
{
    const char **place = cqa_call_field(call, field);

    if (place == NULL)
        return;
    *place = value;
    call->from[field] = value == NULL ? CQA_FACT_NONE : from;
}

void cqa_call_credit(struct cqa_call *call, enum cqa_fact_source from)
{
    for (int i = CQA_CALL_AGENT; i < CQA_CALL_ROLES; i++)
        if (*cqa_call_field(call, (enum cqa_call_field)i) != NULL && call->from[i] == CQA_FACT_NONE)
            call->from[i] = from;
}

void cqa_call_answered(struct cqa_call *call, int64_t begun_ms, int64_t answered_ms)
{
    enum { SECOND_MS = 1000, DAY_MS = 24 * 3600 * 1000 };
    const int64_t into_ms = answered_ms - begun_ms;

    if (begun_ms > 0 && into_ms >= 0 && into_ms < DAY_MS && !call->lines.starts_at_answer)
        call->lines.answer_ms = into_ms + SECOND_MS - 1;
}

void cqa_call_doubt(struct cqa_call *call, enum cqa_call_field field, const char *taken,
                    enum cqa_fact_source taken_from, const char *other,
                    enum cqa_fact_source other_from)
{
    if (call->doubt_count < CQA_CALL_DOUBTS_MAX)
        call->doubts[call->doubt_count++] =
            (struct cqa_call_doubt){field, {taken, other}, {taken_from, other_from}};
}

/* ---- hashes: FNV-1a over everything, each part with its end */

static uint64_t add_bytes(uint64_t hash, const void *bytes, size_t size)
{
    for (const unsigned char *at = bytes; size-- > 0; at++)
        hash = (hash ^ *at) * 0x100000001b3;
    return hash;
}

static uint64_t add_text(uint64_t hash, const char *text)
{
    hash = add_bytes(hash, text == NULL ? "-" : "+", 1);
    return text == NULL ? hash : add_bytes(hash, text, strlen(text) + 1);
}

/* In an order of bytes that is the same everywhere. */
static uint64_t add_number(uint64_t hash, int64_t number)
{
    unsigned char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)number >> (8 * i));
    return add_bytes(hash, bytes, sizeof bytes);
}

static uint64_t add_lines(uint64_t hash, const struct cqa_call_lines *lines)
{
    const int64_t numbers[] = {lines->agent_channel,         lines->starts_at_answer,
                               lines->roles_unknown,         (int64_t)lines->leg,
                               (int64_t)lines->raw.encoding, lines->raw.rate_hz,
                               lines->raw.channels,          lines->answer_ms};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        hash = add_number(hash, numbers[i]);
    return hash;
}

static uint64_t add_call(uint64_t hash, const struct cqa_call *call)
{
    struct cqa_call copy = *call;

    for (int i = 0; i < CQA_CALL_FIELD_COUNT; i++) {
        const char **place = cqa_call_field(&copy, (enum cqa_call_field)i);
        hash = add_number(place == NULL ? hash : add_text(hash, *place), (int64_t)call->from[i]);
    }
    for (int i = 0; i < call->doubt_count; i++) {
        const struct cqa_call_doubt *doubt = &call->doubts[i];
        hash = add_number(hash, (int64_t)doubt->field);
        hash = add_text(add_text(hash, doubt->values[0]), doubt->values[1]);
    }
    for (size_t i = 0; i < call->hold_count; i++)
        hash = add_number(add_number(hash, call->holds[i].start_ms), call->holds[i].end_ms);
    return hash;
}

void cqa_call_hash(const struct cqa_call *call, char facts[CQA_CALL_HASH_SIZE],
                   char lines[CQA_CALL_HASH_SIZE])
{
    const uint64_t of_lines = add_lines(0xcbf29ce484222325, &call->lines);

    (void)snprintf(lines, CQA_CALL_HASH_SIZE, "%016" PRIx64, of_lines);
    (void)snprintf(facts, CQA_CALL_HASH_SIZE, "%016" PRIx64, add_call(of_lines, call));
}

/* ---- copying */

static int copy_text(struct cqa_arena *arena, const char **text)
{
    const char *copy = cqa_arena_string(arena, *text);
    const int done = (copy == NULL) == (*text == NULL);

    *text = copy;
    return done;
}

static int copy_holds(struct cqa_arena *arena, struct cqa_call *call)
{
    struct cqa_logged_hold *holds = NULL;

    if (call->hold_count > 0) {
        holds = cqa_arena_alloc(arena, call->hold_count * sizeof *holds);
        if (holds == NULL)
            return 0;
        memcpy(holds, call->holds, call->hold_count * sizeof *holds);
    }
    call->holds = holds;
    return 1;
}

int cqa_call_copy(struct cqa_arena *arena, const struct cqa_call *from, struct cqa_call *to)
{
    int done = 1;

    *to = *from;
    for (int i = 0; i < CQA_CALL_ROLES; i++)
        done &= copy_text(arena, cqa_call_field(to, (enum cqa_call_field)i));
    done &= copy_text(arena, &to->source);
    for (int i = 0; i < to->doubt_count; i++) {
        done &= copy_text(arena, &to->doubts[i].values[0]);
        done &= copy_text(arena, &to->doubts[i].values[1]);
    }
    return copy_holds(arena, to) && done;
}
