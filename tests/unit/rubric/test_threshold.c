/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/threshold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define HEAD                                                                                       \
    "name: t\nversion: '1'\ntitle: {en: T, zh: 测}\nrules:\n- id: r\n  text: {en: e, zh: 中}\n"
#define STEPS                                                                                      \
    HEAD "  on: silence\n  points: {min_confidence: 0.9, steps: [{from: 10s, points: note},"       \
         " {from: 15s, points: 2}, {from: 30s, points: 5}]}\n"

static struct cqa_rubric *parse(const char *text)
{
    struct cqa_problems problems = {0};
    struct cqa_rubric *rubric = cqa_rubric_parse(text, strlen(text), &problems);

    cqa_problems_print(&problems, "rubric", CQA_ENGLISH, stderr);
    cqa_problems_finish(&problems);
    assert_non_null(rubric);
    return rubric;
}

/* Every threshold of the one rule, as "name=value[least..most]unit ". */
static const char *thresholds(const char *text)
{
    static char printed[1024];
    struct cqa_threshold found[CQA_THRESHOLDS_MAX];
    struct cqa_rubric *rubric = parse(text);
    const size_t count = cqa_thresholds(rubric, 0, found, CQA_THRESHOLDS_MAX);
    size_t used = 0;

    printed[0] = '\0';
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(printed + used, sizeof printed - used, "%s=%g[%g..%.9g]%s ",
                                 found[i].name, found[i].value, found[i].least, found[i].most,
                                 found[i].unit);
    cqa_rubric_destroy(rubric);
    return printed;
}

static void each_kind_of_rule_has_its_thresholds(void **state)
{
    (void)state;
    assert_string_equal(thresholds(STEPS),
                        "at_least=10000[0..86400000]ms step.1=15000[10001..29999]ms "
                        "step.2=30000[15001..86400000]ms confidence=0.5[0..1]share "
                        "sure=0.9[0..1]share ");
    assert_string_equal(
        thresholds(HEAD "  on: hold\n  where: {at_least: 6s, below: 60s}\n  points: note\n"),
        "at_least=6000[0..59999]ms below=60000[6001..86400000]ms confidence=0.5[0..1]share ");
    assert_string_equal(
        thresholds(HEAD "  on: overtalk\n  points: {by_count: [{from: 4, points: 3}]}\n"),
        "at_least=0[0..86400000]ms count.0=4[1..100000]count confidence=0.5[0..1]share "
        "sure=0[0..1]share ");
    assert_string_equal(thresholds(HEAD "  measure: agent_talk_share_of_talk\n"
                                        "  where: {at_least: 0.85}\n  points: note\n"),
                        "at_least=0.85[0..1]share ");
    assert_string_equal(thresholds(HEAD "  measure: level_agent_dbfs\n  where: {below: -40}\n"
                                        "  points: note\n"),
                        "below=-40[-1e+09..1e+09]dBFS ");
    assert_string_equal(thresholds(HEAD "  manual: true\n  points: {each: 1}\n"), "");
}

/* What one silence of `length_ms`, `confidence` sure, costs; -1: no flag. */
static double cost(struct cqa_rubric *rubric, int64_t length_ms, float confidence)
{
    const struct cqa_event event = {.id = 1,
                                    .type = CQA_EVENT_SILENCE,
                                    .start_ms = 100000,
                                    .end_ms = 100000 + length_ms,
                                    .cause = CQA_CAUSE_UNEXPLAINED,
                                    .confidence = confidence};
    const struct cqa_measures measures = {{0}};
    const struct cqa_measurable measurable = {.reason_count = 0};
    const struct cqa_rubric_input input = {.events = &event,
                                           .event_count = 1,
                                           .measures = &measures,
                                           .measurable = &measurable,
                                           .duration_ms = 300000};
    struct cqa_arena arena = {0};
    struct cqa_score score;

    assert_int_equal(cqa_rubric_apply(rubric, &input, &arena, &score), CQA_OK);
    const double points = score.deduction_count > 0 ? score.deductions[0].points : -1;
    cqa_arena_finish(&arena);
    return points;
}

static void set(struct cqa_rubric *rubric, const char *name, double value)
{
    struct cqa_error error = {0};

    if (cqa_threshold_set(rubric, 0, name, value, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
}

static void another_threshold_finds_other_things(void **state)
{
    (void)state;
    struct cqa_rubric *rubric = parse(STEPS);

    assert_float_equal(cost(rubric, 9999, 1), -1, 0);
    assert_float_equal(cost(rubric, 16000, 1), 2, 0);
    set(rubric, "step.1", 17000);
    assert_float_equal(cost(rubric, 16000, 1), 0, 0);
    set(rubric, "sure", 0.95);
    assert_float_equal(cost(rubric, 40000, 0.94f), 0, 0);
    assert_float_equal(cost(rubric, 40000, 0.95f), 5, 0);
    set(rubric, "confidence", 0.97);
    assert_float_equal(cost(rubric, 40000, 0.95f), -1, 0);
    set(rubric, "at_least", 4000); /* the first step begins with it */
    assert_float_equal(cost(rubric, 4000, 1), 0, 0);
    assert_float_equal(cost(rubric, 3999, 1), -1, 0);
    set(rubric, "at_least", 20000); /* and what lies above it stays */
    assert_float_equal(cost(rubric, 19000, 1), -1, 0);
    assert_float_equal(cost(rubric, 20000, 1), 2, 0);
    cqa_rubric_destroy(rubric);
}

static void what_cannot_be_asked_is_refused(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    struct cqa_rubric *rubric = parse(STEPS);
    assert_int_equal(cqa_threshold_set(rubric, 0, "step.1", 30000, &error), CQA_E_BADDATA);
    assert_string_equal(cqa_english(&error.message), "step.1: allowed are 10001 to 29999");
    assert_int_equal(cqa_threshold_set(rubric, 0, "sure", 1.01, &error), CQA_E_BADDATA);
    assert_int_equal(cqa_threshold_set(rubric, 0, "step.0", 5000, &error), CQA_E_NOTFOUND);
    assert_string_equal(cqa_english(&error.message), "rule r has no threshold \"step.0\"");
    cqa_rubric_destroy(rubric);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_rule_has_its_thresholds),
        cmocka_unit_test(another_threshold_finds_other_things),
        cmocka_unit_test(what_cannot_be_asked_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
