/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a rubric makes of events that the recording does not bear: notes with the reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "unit/rubric/scored.h"

#define TALK                                                                                       \
    (struct cqa_conversation)                                                                      \
    {                                                                                              \
        1, 1, 100000, 500000, 0.95f                                                                \
    }
#define STEPS                                                                                      \
    "points: {steps: [{from: 10s, points: note}, {from: 15s, points: 2}, {from: 30s, points: 5}]}"

/* Silences of which the first lies before the conversation, the last behind it. */
static void set_talk(struct scene *scene, int64_t length_ms)
{
    static const int64_t starts_ms[] = {20000, 150000, 200000, 250000, 550000};

    set_scene(scene);
    scene->measurable.conversation = TALK;
    for (size_t i = 0; i < sizeof starts_ms / sizeof starts_ms[0]; i++)
        add_event(scene, CQA_EVENT_SILENCE, starts_ms[i], length_ms);
}

static void expect_rule(const char *rule, const struct scene *scene, const char *expected)
{
    char text[1024];

    snprintf(text, sizeof text, HEAD "rules:\n- {id: r, " TEXT ", on: silence, %s}\n", rule);
    expect(text, scene, expected);
}

static const struct {
    const char *rule;
    const char *expected; /* of silences of 16 s: the first and last outside */
} rules[] = {
    {STEPS, "0n 2 2 2 0n = 94"},
    {"points: {each: 1}", "0n 1 1 1 0n = 97"},
    {"points: note", "0n 0n 0n 0n 0n = 100"},
    {"points: {per_minute: 1, minutes: started}", "0n 1 1 1 0n = 97"},
    {"automatic_fail: true", "0n 0! 0! 0! 0n = 0"},
    {"points: {each: 1}, cap: 2", "0n 1 1 0 0n = 98"},
    /* What is not borne uses no allowance up, and makes no step. */
    {"allowed: 1, points: {each: 1}", "0n 1 1 0n = 98"},
    {"allowed: 3, points: {each: 1}", "0n 0n = 100"},
    {"points: {once: 3}", "0n 3 0n = 97"},
    {"allowed: 2, points: {once: 3}", "0n 3 0n = 97"},
    {"allowed: 3, points: {once: 3}", "0n 0n = 100"},
    {"points: {by_count: [{from: 3, points: 2}]}", "0n 2 0n = 98"},
    {"points: {by_count: [{from: 4, points: 2}]}", "0n 0n = 100"},
};

static void test_outside_the_conversation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct scene scene;
        set_talk(&scene, 16000);
        expect_rule(rules[i].rule, &scene, rules[i].expected);
    }
}

/* In an old result all counts as inside. */
static void test_old_results(void **state)
{
    struct scene scene;

    (void)state;
    set_talk(&scene, 16000);
    scene.measurable.conversation = (struct cqa_conversation){.known = 0};
    expect_rule(STEPS, &scene, "2 2 2 2 2 = 90");
}

static void test_nobody_talks(void **state)
{
    struct scene scene;

    (void)state;
    set_talk(&scene, 16000);
    scene.measurable.conversation = (struct cqa_conversation){.known = 1};
    expect_rule(STEPS, &scene, "0n 0n 0n 0n 0n = 100");
}

/* The deduction says why it costs nothing; one that costs says nothing of it. */
static void test_reason(void **state)
{
    struct cqa_rubric *rubric =
        parse(HEAD "rules:\n- {id: r, " TEXT ", on: silence, points: {each: 1}}\n");
    struct cqa_arena arena = {0};
    struct cqa_score score;
    struct scene scene;

    (void)state;
    set_talk(&scene, 16000);
    assert_int_equal(cqa_rubric_apply(rubric, &scene.input, &arena, &score), CQA_OK);
    assert_int_equal(score.deduction_count, 5);
    assert_string_equal(score.deductions[0].ground, "before_conversation");
    assert_string_equal(score.deductions[4].ground, "after_conversation");
    assert_string_equal(score.deductions[0].ground_text.en, "before both parties had been heard");
    assert_string_equal(score.deductions[0].severity, "note");
    for (size_t i = 1; i < 4; i++)
        assert_null(score.deductions[i].ground);
    cqa_arena_finish(&arena);
    cqa_rubric_destroy(rubric);
}

/* ---- how long an event is to a rule */

static void lower(struct scene *scene, enum cqa_aspect what, enum cqa_quality state,
                  int64_t start_ms, int64_t end_ms)
{
    scene->measurable.reasons[0] = (struct cqa_reason){"noise", what, {"noise", "噪声"}};
    scene->measurable.reason_count = 1;
    assert_int_equal(
        cqa_measurable_add(&scene->measurable,
                           &(struct cqa_unmeasured){what, state, start_ms, end_ms, "noise", 0.9f}),
        CQA_OK);
}

/* Of 20 s, 12 were measured: a note, not 2 points. Where nothing is borne the note is for all. */
static void test_counted_length(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    add_event(&scene, CQA_EVENT_SILENCE, 150000, 20000);
    lower(&scene, CQA_ASPECT_SILENCE, CQA_QUALITY_NOT_MEASURABLE, 140000, 158000);
    expect_rule(STEPS, &scene, "0n = 100");
    expect_rule("where: {at_least: 13s}, points: {each: 1}", &scene, "= 100");
    expect_rule("where: {below: 13s}, points: {each: 1}", &scene, "1 = 99");
    expect_rule("points: {per_minute: 5, minutes: pro_rata}", &scene, "1 = 99");
    cqa_measurable_finish(&scene.measurable);

    set_scene(&scene);
    add_event(&scene, CQA_EVENT_SILENCE, 95000, 20000); /* 15 s inside */
    scene.measurable.conversation = TALK;
    expect_rule(STEPS, &scene, "2 = 98");
    scene.measurable.conversation.start_ms++;
    expect_rule(STEPS, &scene, "0n = 100");
    scene.measurable.conversation.start_ms = 200000;
    expect_rule("where: {at_least: 20s}, points: {each: 1}", &scene, "0n = 100");
}

/* A rule says whether degraded stretches count; what was not measurable never does. */
static void test_degraded(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    add_event(&scene, CQA_EVENT_SILENCE, 150000, 20000);
    lower(&scene, CQA_ASPECT_SILENCE, CQA_QUALITY_DEGRADED, 140000, 180000);
    expect_rule("points: {each: 1}", &scene, "0n = 100");
    expect_rule("degraded: count, points: {each: 1}", &scene, "1 = 99");
    cqa_measurable_finish(&scene.measurable);
    set_scene(&scene);
    add_event(&scene, CQA_EVENT_SILENCE, 150000, 20000);
    lower(&scene, CQA_ASPECT_SILENCE, CQA_QUALITY_NOT_MEASURABLE, 140000, 180000);
    expect_rule("degraded: count, points: {each: 1}", &scene, "0n = 100");
    cqa_measurable_finish(&scene.measurable);
}

/* Spans that take most of the call lower its state; the events outside of them are charged all the
 * same, one by one. */
static void test_whole_call_by_span(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    add_event(&scene, CQA_EVENT_SILENCE, 20000, 16000);
    add_event(&scene, CQA_EVENT_SILENCE, 150000, 16000);
    lower(&scene, CQA_ASPECT_SILENCE, CQA_QUALITY_NOT_MEASURABLE, 100000, 600000);
    scene.measurable.aspect[CQA_ASPECT_SILENCE] = CQA_QUALITY_NOT_MEASURABLE;
    expect_rule(STEPS, &scene, "2 0n = 98");
    cqa_measurable_finish(&scene.measurable);
}

static void test_parked(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    add_event(&scene, CQA_EVENT_SILENCE, 150000, 20000)->cause = CQA_CAUSE_PARKED;
    expect_rule("degraded: count, where: {cause: [unexplained, parked]}, points: {each: 1}", &scene,
                "0n = 100");
}

/* ---- measures */

static void test_measures(void **state)
{
    static const char late[] = HEAD "rules:\n- {id: r, " TEXT
                                    ", measure: greeting_delay_ms, where: {at_least: 5s}, points: "
                                    "{once: 3}}\n";
    struct scene scene;

    (void)state;
    set_scene(&scene);
    scene.measures.value[CQA_MEASURE_GREETING_DELAY] = 9000;
    expect(late, &scene, "3 = 97");
    scene.measurable.conversation = TALK;
    expect(late, &scene, "3 = 97");
    scene.measurable.conversation = (struct cqa_conversation){.known = 1};
    expect(late, &scene, "0n = 100");
}

/* ---- the standard rubric */

/* What is noted for the lead: long holes and parks, never at a cost. */
static void test_standard_notes(void **state)
{
    struct cqa_problems problems = {0};
    struct cqa_rubric *rubric =
        cqa_rubric_load(CQA_SOURCE_DIR "/models/rubrics/standard.yaml", &problems);
    struct cqa_arena arena = {0};
    struct cqa_score score;
    struct scene scene;

    (void)state;
    assert_non_null(rubric);
    set_scene(&scene);
    scene.measurable.conversation = TALK;
    scene.measurable.aspect[CQA_ASPECT_SPEECH] = CQA_QUALITY_DEGRADED; /* a mix */
    add_event(&scene, CQA_EVENT_NOT_RECORDED, 120000, 9999);
    add_event(&scene, CQA_EVENT_NOT_RECORDED, 150000, 10000);
    add_event(&scene, CQA_EVENT_SILENCE, 200000, 9999)->cause = CQA_CAUSE_PARKED;
    add_event(&scene, CQA_EVENT_SILENCE, 250000, 40000)->cause = CQA_CAUSE_PARKED;
    assert_int_equal(cqa_rubric_apply(rubric, &scene.input, &arena, &score), CQA_OK);
    assert_int_equal(score.deduction_count, 2);
    assert_string_equal(score.deductions[0].rule, "not-recorded");
    assert_string_equal(score.deductions[0].ground, "not_recorded");
    assert_string_equal(score.deductions[1].rule, "line-parked");
    assert_string_equal(score.deductions[1].ground, "parked");
    assert_true(score.total == 100);
    cqa_arena_finish(&arena);
    cqa_rubric_destroy(rubric);
    cqa_problems_finish(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outside_the_conversation),
        cmocka_unit_test(test_old_results),
        cmocka_unit_test(test_nobody_talks),
        cmocka_unit_test(test_reason),
        cmocka_unit_test(test_counted_length),
        cmocka_unit_test(test_degraded),
        cmocka_unit_test(test_whole_call_by_span),
        cmocka_unit_test(test_parked),
        cmocka_unit_test(test_measures),
        cmocka_unit_test(test_standard_notes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
