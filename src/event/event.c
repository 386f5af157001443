#include "event/event.h"

#include <stdlib.h>

const char *const cqa_event_type_words[CQA_EVENT_TYPE_COUNT + 1] = {
    "silence", "overtalk", "hold",    "ringback", "busy",         "sit",
    "fax",     "dtmf",     "one_way", "clipping", "not_recorded", NULL};
const char *const cqa_event_cause_words[CQA_CAUSE_COUNT + 1] = {
    "", "unexplained", "agent_muted", "initial", "final", "not_recorded", NULL};
const char *const cqa_event_kind_words[CQA_KIND_COUNT + 1] = {
    "", "backchannel", "interruption", "other", "music", "beep", "mute", "announcement", NULL};
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
