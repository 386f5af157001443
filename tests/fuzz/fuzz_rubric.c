/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include "rubric/rubric.h"

/* Any bytes as a rubric; one that is valid is applied to a call with one event of each type. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void apply(const struct cqa_rubric *rubric)
{
    struct cqa_event events[CQA_EVENT_TYPE_COUNT] = {0};
    const struct cqa_measurable measurable = {0};
    struct cqa_measures measures;
    struct cqa_arena arena = {0};
    struct cqa_score score;

    for (int i = 0; i < CQA_EVENT_TYPE_COUNT; i++)
        events[i] = (struct cqa_event){.id = i + 1,
                                       .type = (enum cqa_event_type)i,
                                       .start_ms = 1000 * i,
                                       .end_ms = 40000 * (i + 1),
                                       .confidence = 1};
    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        measures.value[i] = i % 5 == 0 ? (double)NAN : 3000.0 * i;
    const struct cqa_rubric_input input = {.events = events,
                                           .event_count = CQA_EVENT_TYPE_COUNT,
                                           .measures = &measures,
                                           .measurable = &measurable,
                                           .duration_ms = 600000};
    if (cqa_rubric_apply(rubric, &input, &arena, &score) != CQA_OK)
        abort();
    if (!(score.total >= cqa_rubric_info(rubric).floor && score.total <= score.base))
        abort();
    for (size_t i = 0; i < score.deduction_count; i++)
        if (!(score.deductions[i].points >= 0) ||
            score.deductions[i].end_ms < score.deductions[i].start_ms)
            abort();
    cqa_arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cqa_problems problems = {0};
    struct cqa_rubric *rubric = cqa_rubric_parse((const char *)data, size, &problems);

    if ((rubric == NULL) != (problems.count > 0))
        abort();
    if (rubric != NULL) {
        for (size_t i = 0; i < cqa_rubric_rule_count(rubric); i++)
            if (cqa_rubric_rule(rubric, i).points_least > cqa_rubric_rule(rubric, i).points_most)
                abort();
        apply(rubric);
    }
    cqa_rubric_destroy(rubric);
    cqa_problems_finish(&problems);
    return 0;
}
