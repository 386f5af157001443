/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules, events and what they cost, for tests of the rubric: one rule, everything measurable. */
#ifndef CQA_TESTS_RUBRIC_SCORED_H
#define CQA_TESTS_RUBRIC_SCORED_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "rubric/rubric.h"

#define HEAD "name: t\nversion: '1'\ntitle: {en: T, zh: 测}\n"
#define TEXT "text: {en: e, zh: 中}"

static inline struct cqa_rubric *parse(const char *text)
{
    struct cqa_problems problems = {0};
    struct cqa_rubric *rubric = cqa_rubric_parse(text, strlen(text), &problems);

    if (rubric == NULL) {
        cqa_problems_print(&problems, "rubric", CQA_ENGLISH, stderr);
        fprintf(stderr, "%s\n", text);
    }
    cqa_problems_finish(&problems);
    assert_non_null(rubric);
    return rubric;
}

struct scene {
    struct cqa_event events[8];
    size_t event_count;
    struct cqa_measures measures;
    struct cqa_measurable measurable;
    struct cqa_rubric_input input;
};

static inline void set_scene(struct scene *scene)
{
    *scene = (struct scene){0};
    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        scene->measures.value[i] = NAN;
    scene->input = (struct cqa_rubric_input){.events = scene->events,
                                             .measures = &scene->measures,
                                             .measurable = &scene->measurable,
                                             .duration_ms = 600000};
}

static inline struct cqa_event *add_event(struct scene *scene, enum cqa_event_type type,
                                          int64_t start_ms, int64_t length_ms)
{
    struct cqa_event *event = &scene->events[scene->event_count];

    *event = (struct cqa_event){.id = (int)++scene->event_count,
                                .type = type,
                                .start_ms = start_ms,
                                .end_ms = start_ms + length_ms,
                                .confidence = 1};
    scene->input.event_count = scene->event_count;
    if (type == CQA_EVENT_SILENCE)
        event->cause = CQA_CAUSE_UNEXPLAINED;
    if (type == CQA_EVENT_OVERTALK) {
        event->by = CQA_PARTY_AGENT;
        event->kind = CQA_KIND_INTERRUPTION;
    }
    if (type == CQA_EVENT_HOLD) {
        event->kind = CQA_KIND_MUSIC;
        event->side = CQA_PARTY_AGENT;
        event->phase = CQA_PHASE_TALK;
    }
    return event;
}

/* "2 0 5n": the points of each deduction, n for a note, ! for an automatic fail; then "= total". */
static inline void describe(const struct cqa_score *score, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < score->deduction_count; i++) {
        const struct cqa_deduction *deduction = &score->deductions[i];
        used += (size_t)snprintf(out + used, size - used, "%g%s%s ", deduction->points,
                                 strcmp(deduction->severity, "note") == 0 ? "n" : "",
                                 deduction->automatic_fail ? "!" : "");
    }
    snprintf(out + used, size - used, "= %g", score->total);
}

static inline void expect(const char *rubric_text, const struct scene *scene, const char *expected)
{
    struct cqa_rubric *rubric = parse(rubric_text);
    struct cqa_arena arena = {0};
    struct cqa_score score;
    char described[256];

    assert_int_equal(cqa_rubric_apply(rubric, &scene->input, &arena, &score), CQA_OK);
    describe(&score, described, sizeof described);
    if (strcmp(described, expected) != 0)
        fail_msg("\"%s\", not \"%s\", by:\n%s", described, expected, rubric_text);
    cqa_arena_finish(&arena);
    cqa_rubric_destroy(rubric);
}

#endif
