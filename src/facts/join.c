/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "facts/join.h"

#include <stdlib.h>
#include <string.h>

/* A value and who says it. */
struct said {
    const char *value;
    enum cqa_fact_source from;
};

/* What all facts together say of one field. */
struct voices {
    struct said first;
    struct said other; /* one that does not agree; NULL: all do */
};

static int is_extension(const char *text)
{
    return text[strspn(text, "0123456789")] == '\0';
}

/* A name and an extension may be the same person; two extensions, or two names, are two. */
static int same_agent(const char *left, const char *right)
{
    return strcmp(left, right) == 0 || is_extension(left) != is_extension(right);
}

static int same_text(const char *left, const char *right)
{
    return strcmp(left, right) == 0;
}

/* One number in two ways of writing: +86 10 8888 8888 and 01088888888. */
static int same_number(const char *left, const char *right)
{
    char digits[2][CQA_FACT_CALLER_SIZE];

    return cqa_fact_caller_digits(left, digits[0]) && cqa_fact_caller_digits(right, digits[1])
               ? strcmp(digits[0], digits[1]) == 0
               : strcmp(left, right) == 0;
}

static void hear(struct voices *voices, const char *value, enum cqa_fact_source from,
                 int (*same)(const char *, const char *))
{
    if (value == NULL)
        return;
    if (voices->first.value == NULL)
        voices->first = (struct said){value, from};
    else if (voices->other.value == NULL && !same(voices->first.value, value))
        voices->other = (struct said){value, from};
}

typedef const char *field_of(const struct cqa_fact *fact);

static const char *agent_of(const struct cqa_fact *fact)
{
    return fact->agent;
}

/* Of a colleague's part of the call, the other is no customer. */
static const char *customer_of(const struct cqa_fact *fact)
{
    const int is_internal = fact->direction != NULL && strcmp(fact->direction, "internal") == 0;

    return is_internal ? NULL : fact->customer;
}

static const char *anyone_of(const struct cqa_fact *fact)
{
    return fact->customer;
}

static const char *queue_of(const struct cqa_fact *fact)
{
    return fact->queue;
}

static const char *direction_of(const struct cqa_fact *fact)
{
    return fact->direction != NULL && strcmp(fact->direction, "internal") != 0 ? fact->direction
                                                                               : NULL;
}

/* The queue's log is heard first, and of each what names an agent: a queue that the call only
 * passed through comes last. */
static void hear_all(const struct cqa_recorder *recorder, const struct cqa_fact *facts,
                     size_t count, field_of *field, int (*same)(const char *, const char *),
                     struct voices *out)
{
    static const enum cqa_fact_source ranks[] = {CQA_FACT_QUEUE_LOG, CQA_FACT_CDR};

    *out = (struct voices){0};
    for (size_t rank = 0; rank < 4; rank++)
        for (size_t i = 0; i < count; i++) {
            const char *value = field(&facts[i]);
            if (facts[i].source == ranks[rank / 2] && (facts[i].agent == NULL) == (int)(rank % 2) &&
                value != NULL && !cqa_recorder_is_unknown(recorder, value))
                hear(out, value, facts[i].source, same);
        }
}

static void take(struct cqa_call *call, enum cqa_call_field field, const struct said *said,
                 struct cqa_arena *arena)
{
    cqa_call_set(call, field, cqa_arena_string(arena, said->value), said->from);
}

static void doubt(struct cqa_call *call, enum cqa_call_field field, const struct said *taken,
                  const struct said *other, struct cqa_arena *arena)
{
    cqa_call_doubt(call, field, cqa_arena_string(arena, taken->value), taken->from,
                   cqa_arena_string(arena, other->value), other->from);
}

static struct said own(struct cqa_call *call, enum cqa_call_field field)
{
    return (struct said){*cqa_call_field(call, field), call->from[field]};
}

/* ---- field by field */

static void take_agent_away(struct cqa_call *call)
{
    cqa_call_set(call, CQA_CALL_AGENT, NULL, CQA_FACT_NONE);
    call->lines.roles_unknown = 1;
}

void cqa_facts_other_name(const struct cqa_call *named, struct cqa_call *call)
{
    if (named->agent == NULL || call->agent == NULL || same_agent(call->agent, named->agent))
        return;
    cqa_call_doubt(call, CQA_CALL_AGENT, call->agent, call->from[CQA_CALL_AGENT], named->agent,
                   CQA_FACT_NAME);
    take_agent_away(call);
}

static void join_agent(struct voices *voices, struct cqa_arena *arena, struct cqa_call *call)
{
    const struct said was = own(call, CQA_CALL_AGENT);

    if (voices->first.value == NULL)
        return;
    hear(voices, was.value, was.from, same_agent);
    if (voices->other.value == NULL) {
        take(call, CQA_CALL_AGENT, &voices->first, arena);
        return;
    }
    doubt(call, CQA_CALL_AGENT, &voices->first, &voices->other, arena);
    take_agent_away(call);
}

static void join_direction(const struct cqa_recorder *recorder, struct voices *voices,
                           const struct cqa_fact *facts, size_t count, struct cqa_arena *arena,
                           struct cqa_call *call)
{
    const struct said was = own(call, CQA_CALL_DIRECTION);
    const int sure = call->from[CQA_CALL_ROLES] == CQA_FACT_SIDECAR;
    const struct cqa_call_lines lines = call->lines;

    for (size_t i = 0; i < count && voices->first.value == NULL && was.value == NULL; i++)
        hear(voices, facts[i].direction, facts[i].source, same_text);
    if (voices->first.value == NULL)
        return;
    if (was.value != NULL && strcmp(was.value, "internal") != 0)
        hear(voices, was.value, was.from, same_text);
    if (voices->other.value != NULL)
        doubt(call, CQA_CALL_DIRECTION, &voices->first, &voices->other, arena);
    else if (was.value != NULL && strcmp(was.value, voices->first.value) == 0)
        return;
    cqa_recorder_set_direction(recorder, voices->other.value != NULL ? NULL : voices->first.value,
                               call);
    call->from[CQA_CALL_DIRECTION] =
        voices->other.value != NULL ? CQA_FACT_NONE : voices->first.from;
    if (sure)
        call->lines = lines;
}

/* Customer and queue: a better source corrects. */
static void join_plain(struct voices *voices, enum cqa_call_field field,
                       int (*same)(const char *, const char *), struct cqa_arena *arena,
                       struct cqa_call *call)
{
    const struct said was = own(call, field);

    if (voices->first.value == NULL)
        return;
    hear(voices, was.value, was.from, same);
    if (voices->other.value != NULL)
        doubt(call, field, &voices->first, &voices->other, arena);
    if (was.value == NULL || !same(was.value, voices->first.value))
        take(call, field, &voices->first, arena);
}

static void set_time(const struct cqa_zone *zone, int64_t utc_ms, enum cqa_call_field field,
                     enum cqa_fact_source from, struct cqa_arena *arena, struct cqa_call *call)
{
    char text[CQA_ZONE_TEXT_SIZE];

    cqa_zone_format(zone, utc_ms / 1000, text);
    if (text[0] != '\0')
        cqa_call_set(call, field, cqa_arena_string(arena, text), from);
}

static void join_started(const struct cqa_zone *zone, const struct cqa_fact *facts, size_t count,
                         struct cqa_arena *arena, struct cqa_call *call)
{
    const struct cqa_fact *first = NULL;

    for (size_t i = 0; i < count; i++)
        if (facts[i].started_ms > 0 && facts[i].source == CQA_FACT_CDR &&
            (first == NULL || facts[i].started_ms < first->started_ms))
            first = &facts[i];
    if (first == NULL || call->started_at != NULL)
        return;
    set_time(zone, first->started_ms, CQA_CALL_STARTED_AT, first->source, arena, call);
    if (call->begun_ms == 0)
        call->begun_ms = first->started_ms;
}

/* The last answer that an agent gave. */
static void join_answered(const struct cqa_zone *zone, const struct cqa_fact *facts, size_t count,
                          int64_t begun_ms, struct cqa_arena *arena, struct cqa_call *call)
{
    const struct cqa_fact *last = NULL;

    for (size_t i = 0; i < count; i++)
        if (facts[i].answered_ms > 0 &&
            (last == NULL || facts[i].source > last->source ||
             (facts[i].source == last->source && facts[i].answered_ms > last->answered_ms)))
            last = &facts[i];
    if (last == NULL)
        return;
    set_time(zone, last->answered_ms, CQA_CALL_ANSWERED_AT, last->source, arena, call);
    cqa_call_answered(call, begun_ms, last->answered_ms);
}

static int by_start(const void *left, const void *right)
{
    const struct cqa_logged_hold *a = left;
    const struct cqa_logged_hold *b = right;

    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    return a->end_ms < b->end_ms ? -1 : a->end_ms > b->end_ms;
}

static int join_holds(const struct cqa_fact *facts, size_t count, struct cqa_arena *arena,
                      struct cqa_call *call)
{
    struct cqa_logged_hold *holds =
        cqa_arena_alloc(arena, (count + call->hold_count + 1) * sizeof *holds);
    size_t filled = 0;
    size_t kept = 0;

    if (holds == NULL)
        return 0;
    for (size_t i = 0; i < call->hold_count; i++)
        holds[filled++] = call->holds[i];
    for (size_t i = 0; i < count; i++)
        if (facts[i].hold_start_ms > 0)
            holds[filled++] =
                (struct cqa_logged_hold){facts[i].hold_start_ms, facts[i].hold_end_ms};
    if (filled > 0)
        qsort(holds, filled, sizeof *holds, by_start);
    for (size_t i = 0; i < filled; i++)
        if (kept == 0 || by_start(&holds[kept - 1], &holds[i]) != 0)
            holds[kept++] = holds[i];
    call->holds = holds;
    call->hold_count = kept;
    return 1;
}

enum cqa_status cqa_facts_join(const struct cqa_recorder *recorder, const struct cqa_zone *zone,
                               const struct cqa_fact *facts, size_t count, struct cqa_arena *arena,
                               struct cqa_call *call, struct cqa_error *error)
{
    const int64_t begun_ms = call->begun_ms;
    struct voices voices;

    if (count == 0)
        return CQA_OK;
    hear_all(recorder, facts, count, direction_of, same_text, &voices);
    join_direction(recorder, &voices, facts, count, arena, call);
    hear_all(recorder, facts, count, agent_of, same_agent, &voices);
    join_agent(&voices, arena, call); /* after the direction, which sets the lines */
    hear_all(recorder, facts, count, customer_of, same_number, &voices);
    if (voices.first.value == NULL && call->customer == NULL)
        hear_all(recorder, facts, count, anyone_of, same_number, &voices);
    join_plain(&voices, CQA_CALL_CUSTOMER, same_number, arena, call);
    hear_all(recorder, facts, count, queue_of, same_text, &voices);
    voices.other = (struct said){0}; /* a call may pass through several queues */
    join_plain(&voices, CQA_CALL_QUEUE, same_text, arena, call);
    join_started(zone, facts, count, arena, call);
    join_answered(zone, facts, count, begun_ms, arena, call);
    return join_holds(facts, count, arena, call) ? CQA_OK
                                                 : cqa_fail(error, CQA_E_NOMEM, "out of memory");
}

static int same_call(const struct cqa_fact *left, const struct cqa_fact *right)
{
    if (left->id != NULL && right->id != NULL)
        return strcmp(left->id, right->id) == 0 ||
               (left->linked_id != NULL && right->linked_id != NULL &&
                strcmp(left->linked_id, right->linked_id) == 0);
    return left->started_ms / 1000 == right->started_ms / 1000;
}

int cqa_facts_are_of_one(const struct cqa_fact *facts, size_t count, struct cqa_call *call)
{
    for (size_t i = 1; i < count; i++)
        if (!same_call(&facts[0], &facts[i])) {
            cqa_call_doubt(call, CQA_CALL_ID, facts[0].id, facts[0].source, facts[i].id,
                           facts[i].source);
            return 0;
        }
    return 1;
}
