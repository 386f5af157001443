/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>
#include "event/event.h"
#include "result/item.h"
#include "rubric/rubric.h"
#include "rubric/total.h"

static const int64_t *points_of(struct cqa_item *item, double points)
{
    int64_t *copy = cqa_arena_alloc(&item->arena, sizeof *copy);

    if (copy != NULL)
        *copy = cqa_points_c(points);
    return copy;
}

static const struct cqa_event *event_of(const struct cqa_event *events, size_t count, int id)
{
    size_t low = 0;

    for (size_t high = count; low < high;) {
        const size_t middle = low + (high - low) / 2;
        if (events[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && events[low].id == id ? &events[low] : NULL;
}

static enum cqa_flag_severity severity_of(const struct cqa_deduction *deduction)
{
    for (int i = 0; i < CQA_FLAG_SEVERITY_COUNT; i++)
        if (deduction->severity != NULL &&
            strcmp(deduction->severity, cqa_flag_severity_words[i]) == 0)
            return (enum cqa_flag_severity)i;
    return deduction->points > 0 ? CQA_FLAG_SEVERITY_MINOR : CQA_FLAG_SEVERITY_NOTE;
}

static struct cqa_item_flag flag_of(struct cqa_item *item, const struct cqa_deduction *deduction,
                                    const struct cqa_event *event)
{
    return (struct cqa_item_flag){.rule = cqa_arena_string(&item->arena, deduction->rule),
                                  .event_type = event ? cqa_event_type_words[event->type] : NULL,
                                  .severity = severity_of(deduction),
                                  .points_c = cqa_points_c(deduction->points),
                                  .confidence =
                                      event ? llround((double)event->confidence * 1000) : 1000,
                                  .event = deduction->event,
                                  .start_ms = deduction->start_ms,
                                  .end_ms = deduction->end_ms,
                                  .automatic_fail = deduction->automatic_fail};
}

enum cqa_status cqa_item_take_score(struct cqa_item *item, const struct cqa_score *score,
                                    const struct cqa_event *events, size_t event_count,
                                    struct cqa_error *error)
{
    item->rubric = cqa_arena_string(&item->arena, score->rubric);
    item->rubric_version = cqa_arena_string(&item->arena, score->version);
    item->base_c = points_of(item, score->base);
    item->total_c = points_of(item, score->total);
    item->flags = cqa_arena_alloc(&item->arena, (score->deduction_count + 1) * sizeof *item->flags);
    if (item->rubric == NULL || item->rubric_version == NULL || item->base_c == NULL ||
        item->total_c == NULL || item->flags == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    for (item->flag_count = 0; item->flag_count < score->deduction_count; item->flag_count++) {
        const struct cqa_deduction *deduction = &score->deductions[item->flag_count];
        struct cqa_item_flag *flag = &item->flags[item->flag_count];
        *flag = flag_of(item, deduction, event_of(events, event_count, deduction->event));
        if (flag->rule == NULL)
            return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    return CQA_OK;
}
