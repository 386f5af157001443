/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <string.h>
#include "result/changes.h"
#include "support/example_result.h"

/* What a new analysis takes back and takes, on the example's silence of 12.04 to 24.1 s. */

static struct cqa_result before, after;
static struct cqa_arena arena;
static struct cqa_change *changes;
static size_t count;

static struct cqa_deduction dead_air(double points, int64_t start_ms, int64_t end_ms)
{
    return (struct cqa_deduction){.rule = "dead-air",
                                  .severity = points > 0 ? "minor" : "note",
                                  .points = points,
                                  .event = 1,
                                  .start_ms = start_ms,
                                  .end_ms = end_ms,
                                  .text = {"quiet", "静默"}};
}

static void score(struct cqa_result *result, struct cqa_deduction *deductions, size_t length)
{
    result->scored = 1;
    result->score = (struct cqa_score){.rubric = "standard",
                                       .version = "1",
                                       .base = 100,
                                       .total = 100,
                                       .deductions = deductions,
                                       .deduction_count = length};
    for (size_t i = 0; i < length; i++)
        result->score.total -= deductions[i].points;
}

static int set_up(void **state)
{
    (void)state;
    before = (struct cqa_result){0};
    after = (struct cqa_result){0};
    example_result(&before);
    example_result(&after);
    after.rules = 2;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cqa_result_finish(&before);
    cqa_result_finish(&after);
    cqa_arena_finish(&arena);
    return 0;
}

static void find(void)
{
    struct cqa_error error = {0};

    assert_int_equal(cqa_changes_find(&before, &after, &arena, &changes, &count, &error), CQA_OK);
}

static void test_the_same_is_no_change(void **state)
{
    struct cqa_deduction old[] = {dead_air(2, 12040, 24100)};
    struct cqa_deduction new[] = {dead_air(2, 12060, 24120)};

    (void)state;
    score(&before, old, 1);
    score(&after, new, 1);
    find();
    assert_int_equal(count, 0);
}

static void test_a_note_says_what_takes_the_ground_away(void **state)
{
    struct cqa_deduction old[] = {dead_air(2, 12040, 24100)};
    struct cqa_deduction new[] = {dead_air(0, 12040, 24100)};

    (void)state;
    new[0].ground = "parked";
    new[0].ground_text = (struct cqa_text){"a line was parked", "线路被停放"};
    score(&before, old, 1);
    score(&after, new, 1);
    find();
    assert_int_equal(count, 1);
    assert_int_equal(changes[0].kind, CQA_CHANGE_NOTED);
    assert_string_equal(changes[0].ground, "parked");
    assert_string_equal(changes[0].reason.zh, "线路被停放");
    assert_true(changes[0].points_before == 2 && changes[0].points_after == 0);
}

static void test_what_is_gone_asks_the_new_ground_about_the_old_event(void **state)
{
    struct cqa_deduction old[] = {dead_air(2, 12040, 24100)};
    const struct cqa_unmeasured idle = {.what = CQA_ASPECT_SILENCE,
                                        .state = CQA_QUALITY_NOT_MEASURABLE,
                                        .start_ms = 12000,
                                        .end_ms = 24000,
                                        .reason = "not_recorded"};

    (void)state;
    score(&before, old, 1);
    score(&after, NULL, 0);
    assert_int_equal(cqa_measurable_add(&after.measurable, &idle), CQA_OK);
    after.measurable.reasons[after.measurable.reason_count++] =
        (struct cqa_reason){.id = "not_recorded",
                            .what = CQA_ASPECT_SILENCE,
                            .text = {"the recorder wrote nothing", "录音系统未写入"}};
    find();
    assert_int_equal(count, 1);
    assert_int_equal(changes[0].kind, CQA_CHANGE_GONE);
    assert_string_equal(changes[0].ground, "not_recorded");
    assert_string_equal(changes[0].reason.en, "the recorder wrote nothing");

    after.measurable.span_count = 0;
    after.measurable.conversation =
        (struct cqa_conversation){.known = 1, .talked = 1, .start_ms = 30000, .end_ms = 70000};
    find();
    assert_string_equal(changes[0].ground, "before_conversation");

    after.measurable.conversation = (struct cqa_conversation){0};
    find();
    assert_null(changes[0].ground);
    assert_non_null(strstr(changes[0].reason.en, "any more"));
    after.score.version = "2";
    find();
    assert_non_null(strstr(changes[0].reason.en, "rubric"));
}

static void test_less_more_and_new(void **state)
{
    struct cqa_deduction old[] = {dead_air(4, 0, 1000), dead_air(1, 12040, 24100),
                                  dead_air(0, 30000, 31000)};
    struct cqa_deduction new[] = {dead_air(2, 100, 900), dead_air(3, 12040, 24100),
                                  dead_air(2, 30000, 31000), dead_air(0, 40000, 41000)};

    (void)state;
    score(&before, old, 3);
    score(&after, new, 4);
    find();
    assert_int_equal(count, 3);
    assert_int_equal(changes[0].kind, CQA_CHANGE_LESS);
    assert_int_equal(changes[1].kind, CQA_CHANGE_MORE);
    assert_int_equal(changes[2].kind, CQA_CHANGE_NEW);
    assert_int_equal(changes[2].start_ms, 30000);
    assert_string_equal(changes[2].reason.en, "quiet");
}

static void test_a_silence_in_pieces_is_one_change_and_one_new(void **state)
{
    struct cqa_deduction old[] = {dead_air(4, 10000, 40000)};
    struct cqa_deduction new[] = {dead_air(0, 10000, 12000), dead_air(1, 20000, 30000),
                                  dead_air(1, 31000, 36000)};

    (void)state;
    score(&before, old, 1);
    score(&after, new, 3);
    find();
    assert_int_equal(count, 2);
    assert_int_equal(changes[0].kind, CQA_CHANGE_LESS);
    assert_int_equal(changes[1].kind, CQA_CHANGE_NEW);
    assert_int_equal(changes[1].start_ms, 31000);
}

static void test_a_call_without_a_score_has_had_nothing(void **state)
{
    struct cqa_deduction new[] = {dead_air(2, 12040, 24100)};

    (void)state;
    before.scored = 0;
    score(&after, new, 1);
    find();
    assert_int_equal(count, 1);
    assert_int_equal(changes[0].kind, CQA_CHANGE_NEW);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_same_is_no_change),
        TEST(test_a_note_says_what_takes_the_ground_away),
        TEST(test_what_is_gone_asks_the_new_ground_about_the_old_event),
        TEST(test_less_more_and_new),
        TEST(test_a_silence_in_pieces_is_one_change_and_one_new),
        TEST(test_a_call_without_a_score_has_had_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
