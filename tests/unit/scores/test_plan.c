/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of a call's flags with a new revision, without a database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "scores/put/plan.h"

static const int64_t base_c = 10000;
static struct cqa_arena arena;

static int tear_down(void **state)
{
    (void)state;
    cqa_arena_finish(&arena);
    arena = (struct cqa_arena){0};
    return 0;
}

/* A current flag of 10 to 20 s that costs 2 points. */
static struct cqa_put_row row(int64_t id)
{
    return (struct cqa_put_row){.id = id,
                                .rule = "air",
                                .start_ms = 10000,
                                .end_ms = 20000,
                                .event = 1,
                                .points_c = 200,
                                .is_current = 1};
}

static struct cqa_item_flag flag(int64_t start_ms, int64_t points_c)
{
    return (struct cqa_item_flag){.rule = "air",
                                  .event = 1,
                                  .start_ms = start_ms,
                                  .end_ms = start_ms + 10000,
                                  .points_c = points_c};
}

static struct cqa_put_plan plan(const struct cqa_put_row *rows, size_t row_count,
                                struct cqa_item_flag *flags, size_t flag_count, int64_t total_c,
                                const struct cqa_put_limits *limits)
{
    static const struct cqa_put_limits usual = {.is_known = 1, .cap_c = CQA_NO_CAP};
    const struct cqa_item item = {
        .base_c = &base_c, .total_c = &total_c, .flags = flags, .flag_count = flag_count};
    struct cqa_error error = {0};
    struct cqa_put_plan out = {0};

    assert_int_equal(
        cqa_put_plan_make(rows, row_count, &item, limits ? limits : &usual, &arena, &out, &error),
        CQA_OK);
    return out;
}

static void the_same_flag_keeps_its_row_and_what_was_decided(void **state)
{
    struct cqa_put_row rows[] = {row(7), row(8)};
    struct cqa_item_flag flags[] = {flag(10000, 200)};

    (void)state;
    rows[1].state = CQA_FLAG_OVERTURNED;
    rows[1].has_decided = 1;
    const struct cqa_put_plan made = plan(rows, 2, flags, 1, 9800, NULL);
    assert_int_equal(made.rows[0], 1); /* the one that somebody spoke of */
    assert_int_equal(made.stands_c[0], 0);
    assert_int_equal(made.after_c, 10000);
    assert_int_equal(made.unsettled, 0);
}

static void equal_twins_pair_up_one_by_one(void **state)
{
    struct cqa_put_row rows[] = {row(7), row(8)};
    struct cqa_item_flag flags[] = {flag(10000, 200), flag(10000, 200), flag(10000, 200)};

    (void)state;
    const struct cqa_put_plan made = plan(rows, 2, flags, 3, 9400, NULL);
    assert_int_equal(made.rows[0], 0);
    assert_int_equal(made.rows[1], 1);
    assert_true(made.rows[2] == CQA_PUT_NO_ROW);
}

static void what_was_decided_moves_with_its_flag(void **state)
{
    struct cqa_put_row rows[] = {row(7)};
    struct cqa_item_flag flags[] = {flag(12000, 500)};

    (void)state;
    rows[0].state = CQA_FLAG_CHANGED;
    rows[0].has_decided = 1;
    rows[0].decided_c = 100;
    const struct cqa_put_plan made = plan(rows, 1, flags, 1, 9500, NULL);
    assert_int_equal(made.rows[0], 0);
    assert_int_equal(made.stands_c[0], 100);
    assert_int_equal(made.after_c, 9900);
}

static void what_nobody_spoke_of_does_not_move(void **state)
{
    struct cqa_put_row rows[] = {row(7)};
    struct cqa_item_flag flags[] = {flag(12000, 500)};

    (void)state;
    const struct cqa_put_plan made = plan(rows, 1, flags, 1, 9500, NULL);
    assert_true(made.rows[0] == CQA_PUT_NO_ROW);
    assert_int_equal(made.after_c, 9500);
}

static void a_confirmed_flag_that_goes_is_for_a_person(void **state)
{
    struct cqa_put_row rows[] = {row(7)};

    (void)state;
    rows[0].state = CQA_FLAG_CONFIRMED;
    assert_int_equal(plan(rows, 1, NULL, 0, 10000, NULL).unsettled, 1);
    rows[0].state = CQA_FLAG_OPEN;
    assert_int_equal(plan(rows, 1, NULL, 0, 10000, NULL).unsettled, 0);
    rows[0].is_objected = rows[0].waits = 1;
    assert_int_equal(plan(rows, 1, NULL, 0, 10000, NULL).unsettled, 1);
}

static void flags_by_hand_count_and_are_nobodys_row(void **state)
{
    struct cqa_put_row rows[] = {row(7)};
    struct cqa_item_flag flags[] = {flag(10000, 200)};

    (void)state;
    rows[0].is_by_hand = 1;
    const struct cqa_put_plan made = plan(rows, 1, flags, 1, 9800, NULL);
    assert_true(made.rows[0] == CQA_PUT_NO_ROW);
    assert_int_equal(made.after_c, 9600);
}

static void caps_and_floors_bind_what_stands(void **state)
{
    const char *rules[] = {"air"};
    int64_t caps_c[] = {300};
    struct cqa_put_limits limits = {.is_known = 1,
                                    .floor_c = 9500,
                                    .cap_c = CQA_NO_CAP,
                                    .rules = rules,
                                    .rule_caps_c = caps_c,
                                    .rule_count = 1};
    struct cqa_put_row rows[] = {row(7)};
    struct cqa_item_flag flags[] = {flag(10000, 200), flag(40000, 100)};

    (void)state;
    rows[0].state = CQA_FLAG_CHANGED;
    rows[0].has_decided = 1;
    rows[0].decided_c = 50;
    assert_int_equal(plan(rows, 1, flags, 2, 9700, &limits).after_c, 9850);
    rows[0].decided_c = 900; /* within the rule's cap of 3 */
    assert_int_equal(plan(rows, 1, flags, 2, 9700, &limits).after_c, 9700);
    limits.rule_count = 0;
    assert_int_equal(plan(rows, 1, flags, 2, 9700, &limits).after_c, 9500);
}

static void what_fails_a_call_fails_it_until_it_is_overturned(void **state)
{
    struct cqa_put_row rows[] = {row(7)};
    struct cqa_item_flag flags[] = {flag(10000, 200)};

    (void)state;
    rows[0].automatic_fail = flags[0].automatic_fail = 1;
    rows[0].state = CQA_FLAG_CONFIRMED;
    assert_int_equal(plan(rows, 1, flags, 1, 0, NULL).after_c, 0);
    rows[0].state = CQA_FLAG_OVERTURNED;
    rows[0].has_decided = 1;
    assert_int_equal(plan(rows, 1, flags, 1, 0, NULL).after_c, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_same_flag_keeps_its_row_and_what_was_decided, tear_down),
        cmocka_unit_test_teardown(equal_twins_pair_up_one_by_one, tear_down),
        cmocka_unit_test_teardown(what_was_decided_moves_with_its_flag, tear_down),
        cmocka_unit_test_teardown(what_nobody_spoke_of_does_not_move, tear_down),
        cmocka_unit_test_teardown(a_confirmed_flag_that_goes_is_for_a_person, tear_down),
        cmocka_unit_test_teardown(flags_by_hand_count_and_are_nobodys_row, tear_down),
        cmocka_unit_test_teardown(caps_and_floors_bind_what_stands, tear_down),
        cmocka_unit_test_teardown(what_fails_a_call_fails_it_until_it_is_overturned, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
