/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "recorder/zone.h"

static struct cqa_zone *zone_of(const char *name)
{
    struct cqa_zone *zone = NULL;
    struct cqa_error error = {0};

    if (cqa_zone_load(name, &zone, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    return zone;
}

static int64_t local_s(int year, int month, int day, int hour, int minute)
{
    int64_t out = 0;

    assert_true(cqa_zone_civil_s(year, month, day, hour, minute, 0, &out));
    return out;
}

static void assert_shown(const struct cqa_zone *zone, int64_t utc_s, const char *expected)
{
    char text[CQA_ZONE_TEXT_SIZE];

    cqa_zone_format(zone, utc_s, text);
    assert_string_equal(text, expected);
}

static void test_offsets_of_known_instants(void **state)
{
    (void)state;
    struct cqa_zone *shanghai = zone_of("Asia/Shanghai");
    struct cqa_zone *kathmandu = zone_of("Asia/Kathmandu");
    struct cqa_zone *utc = zone_of("UTC");

    assert_shown(shanghai, 1763604902, "2025-11-20T10:15:02+08:00");
    assert_shown(kathmandu, 1763604902, "2025-11-20T08:00:02+05:45");
    assert_shown(utc, 1763604902, "2025-11-20T02:15:02+00:00");
    assert_shown(utc, -1, "1969-12-31T23:59:59+00:00");
    assert_int_equal(cqa_zone_from_local(shanghai, local_s(2025, 11, 20, 10, 15)), 1763604900);
    cqa_zone_destroy(shanghai);
    cqa_zone_destroy(kathmandu);
    cqa_zone_destroy(utc);
}

static void test_time_that_comes_twice_is_the_first(void **state)
{
    (void)state;
    struct cqa_zone *berlin = zone_of("Europe/Berlin");

    assert_shown(berlin, cqa_zone_from_local(berlin, local_s(2025, 10, 26, 2, 30)),
                 "2025-10-26T02:30:00+02:00");
    cqa_zone_destroy(berlin);
}

static void test_skipped_time_goes_on_by_the_old_clock(void **state)
{
    (void)state;
    struct cqa_zone *berlin = zone_of("Europe/Berlin");

    assert_shown(berlin, cqa_zone_from_local(berlin, local_s(2025, 3, 30, 2, 30)),
                 "2025-03-30T03:30:00+02:00");
    cqa_zone_destroy(berlin);
}

/* Against libc, which reads the same files with other code: instants from 1900 to 2100, far beyond
 * the tables. */
static void test_agrees_with_libc(void **state)
{
    static const char *const names[] = {
        "America/New_York",  "Europe/Dublin",     "Australia/Lord_Howe",
        "America/Sao_Paulo", "Africa/Casablanca", "Asia/Tehran",
        "Pacific/Chatham",   "America/St_Johns",  "Asia/Jerusalem"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct cqa_zone *zone = zone_of(names[i]);
        assert_int_equal(setenv("TZ", names[i], 1), 0);
        tzset();
        for (int64_t at = -2208988800; at < 4102444800; at += 1234567) {
            const time_t instant = (time_t)at;
            struct tm parts;
            assert_non_null(localtime_r(&instant, &parts));
            if (cqa_zone_offset_s(zone, at) != parts.tm_gmtoff)
                fail_msg("%s at %lld: %d, libc has %ld", names[i], (long long)at,
                         cqa_zone_offset_s(zone, at), parts.tm_gmtoff);
        }
        cqa_zone_destroy(zone);
    }
}

static void test_refuses_what_is_no_zone(void **state)
{
    static const char *const names[] = {"",     "/etc/passwd", "../localtime", "Asia/Nowhere",
                                        "Asia", "tzdata.zi",   "A\nB"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct cqa_zone *zone = NULL;
        struct cqa_error error = {0};
        assert_int_not_equal(cqa_zone_load(names[i], &zone, &error), CQA_OK);
        assert_null(zone);
        assert_true(cqa_english(&error.message)[0] != '\0');
    }
}

static void test_refuses_dates_that_do_not_exist(void **state)
{
    int64_t out = 0;

    (void)state;
    assert_true(cqa_zone_civil_s(2024, 2, 29, 23, 59, 60, &out));
    assert_false(cqa_zone_civil_s(2025, 2, 29, 0, 0, 0, &out));
    assert_false(cqa_zone_civil_s(2100, 2, 29, 0, 0, 0, &out));
    assert_false(cqa_zone_civil_s(2025, 13, 1, 0, 0, 0, &out));
    assert_false(cqa_zone_civil_s(2025, 1, 1, 24, 0, 0, &out));
    assert_false(cqa_zone_civil_s(0, 1, 1, 0, 0, 0, &out));
}

/* Hour by hour: the offset is another only from a change on that was told before. */
static void test_tells_each_change(void **state)
{
    static const char *const names[] = {"Asia/Shanghai", "Europe/Berlin", "EST5EDT",
                                        "Australia/Lord_Howe", "Africa/Casablanca"};
    int64_t change_s = 0;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct cqa_zone *zone = zone_of(names[i]);
        int64_t utc_s = -2000000000;
        int changes = 0;
        while (cqa_zone_next_change(zone, utc_s, &change_s) && change_s < 4000000000) {
            const int32_t offset_s = cqa_zone_offset_s(zone, utc_s);
            assert_true(change_s > utc_s);
            for (; utc_s < change_s; utc_s += 3600)
                assert_int_equal(cqa_zone_offset_s(zone, utc_s), offset_s);
            assert_int_equal(cqa_zone_offset_s(zone, change_s - 1), offset_s);
            utc_s = change_s;
            changes++;
        }
        assert_true(changes > 10);
        cqa_zone_destroy(zone);
    }
    struct cqa_zone *utc = zone_of("UTC");
    assert_int_equal(cqa_zone_next_change(utc, 0, &change_s), 0);
    cqa_zone_destroy(utc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offsets_of_known_instants),
        cmocka_unit_test(test_time_that_comes_twice_is_the_first),
        cmocka_unit_test(test_skipped_time_goes_on_by_the_old_clock),
        cmocka_unit_test(test_agrees_with_libc),
        cmocka_unit_test(test_refuses_what_is_no_zone),
        cmocka_unit_test(test_refuses_dates_that_do_not_exist),
        cmocka_unit_test(test_tells_each_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
