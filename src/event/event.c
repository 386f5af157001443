/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/event.h"

#include <stdlib.h>

#define WORD(symbol, word, ...) word,
const char *const cqa_event_type_words[CQA_EVENT_TYPE_COUNT + 1] = {CQA_EVENT_TYPES(WORD) NULL};
const char *const cqa_event_cause_words[CQA_CAUSE_COUNT + 1] = {CQA_EVENT_CAUSES(WORD) NULL};
const char *const cqa_event_kind_words[CQA_KIND_COUNT + 1] = {CQA_EVENT_KINDS(WORD) NULL};
#undef WORD
#define LOOK(symbol, word, letter, sgr, color, aspect, en, zh) {letter, sgr, color, {en, zh}},
const struct cqa_event_look cqa_event_looks[CQA_EVENT_TYPE_COUNT] = {CQA_EVENT_TYPES(LOOK)};
#undef LOOK
#define TEXT(symbol, word, en, zh) {en, zh},
const struct cqa_text cqa_event_cause_texts[CQA_CAUSE_COUNT] = {CQA_EVENT_CAUSES(TEXT)};
const struct cqa_text cqa_event_kind_texts[CQA_KIND_COUNT] = {CQA_EVENT_KINDS(TEXT)};
#undef TEXT
const char *const cqa_party_words[CQA_PARTY_COUNT + 1] = {"", "agent", "customer", NULL};
const char *const cqa_event_phase_words[CQA_PHASE_COUNT + 1] = {"", "queue", "talk", NULL};

int cqa_events_add(struct cqa_events *events, const struct cqa_event *event)
{
    if (events->count == events->capacity) {
        const size_t capacity = events->capacity ? events->capacity * 2 : 32;
        struct cqa_event *items = realloc(events->items, capacity * sizeof *items);
        if (items == NULL)
            return 0;
        events->items = items;
        events->capacity = capacity;
    }
    events->items[events->count++] = *event;
    return 1;
}

void cqa_events_finish(struct cqa_events *events)
{
    free(events->items);
    *events = (struct cqa_events){0};
}

static int by_time(const void *left, const void *right)
{
    const struct cqa_event *a = left;
    const struct cqa_event *b = right;

    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    return a->end_ms < b->end_ms ? -1 : a->end_ms > b->end_ms;
}

void cqa_events_number(struct cqa_events *events)
{
    if (events->count > 0)
        qsort(events->items, events->count, sizeof *events->items, by_time);
    for (size_t i = 0; i < events->count; i++)
        events->items[i].id = (int)i + 1;
}

void cqa_events_drop(struct cqa_events *events, unsigned types)
{
    size_t kept = 0;

    for (size_t i = 0; i < events->count; i++)
        if (!(types & 1u << events->items[i].type))
            events->items[kept++] = events->items[i];
    events->count = kept;
    cqa_events_number(events);
}
