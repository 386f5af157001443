/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the daemon decides, by a clock of the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "daemon/course.h"

static void test_going_on(void **state)
{
    const struct cqa_course course = cqa_course_begin(1000);

    (void)state;
    assert_int_equal(cqa_course_turned(&course, 500, 0, 1000), CQA_COURSE_GO_ON);
    assert_int_equal(cqa_course_turned(&course, 0, 3, 900000), CQA_COURSE_GO_ON);
    assert_int_equal(cqa_course_patience_ms(&course, 1000), -1);
}

static void test_a_broken_store_ends_it(void **state)
{
    struct cqa_course course = cqa_course_begin(0);

    (void)state;
    assert_int_equal(cqa_course_turned(&course, -1, 2, 5), CQA_COURSE_END_BROKEN);
    (void)cqa_course_stop(&course, 10);
    assert_int_equal(cqa_course_turned(&course, -1, 0, 11), CQA_COURSE_END_BROKEN);
}

static void test_stopping_waits_for_what_is_under_way(void **state)
{
    struct cqa_course course = cqa_course_begin(0);

    (void)state;
    assert_int_equal(cqa_course_stop(&course, 100000), CQA_COURSE_WIND_DOWN);
    assert_int_equal(cqa_course_turned(&course, 1000, 2, 100001), CQA_COURSE_GO_ON);
    assert_int_equal(cqa_course_turned(&course, 1000, 0, 100002), CQA_COURSE_END);
}

static void test_stopping_has_an_end(void **state)
{
    struct cqa_course course = cqa_course_begin(0);

    (void)state;
    (void)cqa_course_stop(&course, 100000);
    assert_int_equal(cqa_course_patience_ms(&course, 100000), 6500);
    assert_int_equal(cqa_course_turned(&course, 1000, 1, 106499), CQA_COURSE_GO_ON);
    assert_int_equal(cqa_course_turned(&course, 1000, 1, 106500), CQA_COURSE_END);
    assert_int_equal(cqa_course_patience_ms(&course, 110000), 0);
}

static void test_asked_twice_it_ends_at_once(void **state)
{
    struct cqa_course course = cqa_course_begin(0);

    (void)state;
    assert_int_equal(cqa_course_stop(&course, 5), CQA_COURSE_WIND_DOWN);
    assert_int_equal(cqa_course_stop(&course, 6), CQA_COURSE_END);
}

static void test_the_status_line(void **state)
{
    struct cqa_course course = cqa_course_begin(0);
    const struct cqa_pipeline_status first = {.waiting = 4,
                                              .running = 2,
                                              .analysed = 10,
                                              .failed = 1,
                                              .delivered = 9,
                                              .unsent = 1,
                                              .oldest_unsent_ms = 61000,
                                              .trouble = cqa_words("server: %s", "busy")};
    const struct cqa_pipeline_status second = {.analysed = 25};
    char line[CQA_COURSE_LINE_SIZE];

    (void)state;
    assert_false(cqa_course_tell(&course, &first, 0, 60000, line));
    assert_string_equal(line, "4 waiting, 2 running, 10 a minute; 1 unsent, the oldest for 61 s; "
                              "since the start 10 analysed, 1 unreadable, 9 delivered, 0 refused; "
                              "server: busy");
    assert_false(cqa_course_tell(&course, &second, 0, 90000, line)); /* 15 in half a minute */
    assert_string_equal(line, "0 waiting, 0 running, 30 a minute; 0 unsent; since the start "
                              "25 analysed, 0 unreadable, 0 delivered, 0 refused");
    assert_false(
        cqa_course_tell(&course, &second, 0, 90000, line)); /* no time has passed: no rate */
    assert_non_null(strstr(line, " 0 a minute"));
}

static void test_the_log_hears_of_news_every_ten_minutes(void **state)
{
    struct cqa_course course = cqa_course_begin(0);
    struct cqa_pipeline_status status = {.analysed = 3};
    char line[CQA_COURSE_LINE_SIZE];

    (void)state;
    assert_false(cqa_course_tell(&course, &status, 0, 599999, line));
    assert_true(cqa_course_tell(&course, &status, 0, 600000, line));
    assert_false(cqa_course_tell(&course, &status, 0, 1200000, line)); /* nothing new */
    status.failed = 1;
    assert_false(cqa_course_tell(&course, &status, 0, 1300000, line)); /* too soon */
    assert_true(cqa_course_tell(&course, &status, 0, 1800000, line));
    status.unsent = 1; /* what waits is told every time */
    assert_true(cqa_course_tell(&course, &status, 0, 2400000, line));
    assert_true(cqa_course_tell(&course, &status, 0, 3000000, line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_going_on),
        cmocka_unit_test(test_a_broken_store_ends_it),
        cmocka_unit_test(test_stopping_waits_for_what_is_under_way),
        cmocka_unit_test(test_stopping_has_an_end),
        cmocka_unit_test(test_asked_twice_it_ends_at_once),
        cmocka_unit_test(test_the_status_line),
        cmocka_unit_test(test_the_log_hears_of_news_every_ten_minutes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
