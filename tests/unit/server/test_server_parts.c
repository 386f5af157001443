/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "api/cursor.h"
#include "api/routes.h"
#include "http/range.h"
#include "result/item.h"
#include "scores/decided.h"
#include "scores/when.h"

static void ranges(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        uint64_t size;
        enum cqa_range_kind kind;
        uint64_t start, end;
    } rows[] = {
        {"bytes=0-0", 10, CQA_RANGE_PART, 0, 1},
        {"bytes=0-", 10, CQA_RANGE_PART, 0, 10},
        {"bytes=3-5", 10, CQA_RANGE_PART, 3, 6},
        {"bytes=3-99", 10, CQA_RANGE_PART, 3, 10},
        {"bytes=-4", 10, CQA_RANGE_PART, 6, 10},
        {"bytes=-40", 10, CQA_RANGE_PART, 0, 10},
        {"bytes=9-", 10, CQA_RANGE_PART, 9, 10},
        {"bytes=10-", 10, CQA_RANGE_NONE, 0, 0},
        {"bytes=-0", 10, CQA_RANGE_NONE, 0, 0},
        {"bytes=0-", 0, CQA_RANGE_NONE, 0, 0},
        {"bytes=99999999999999999999999-", 10, CQA_RANGE_NONE, 0, 0},
        {"bytes=0-18446744073709551615", 10, CQA_RANGE_PART, 0, 10},
        {"bytes=5-3", 10, CQA_RANGE_WHOLE, 0, 0},
        {"bytes=0-1,4-5", 10, CQA_RANGE_WHOLE, 0, 0},
        {"bytes=-", 10, CQA_RANGE_WHOLE, 0, 0},
        {"bytes=", 10, CQA_RANGE_WHOLE, 0, 0},
        {"seconds=1-2", 10, CQA_RANGE_WHOLE, 0, 0},
        {"bytes=a-b", 10, CQA_RANGE_WHOLE, 0, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cqa_range range = {0, 0};
        assert_int_equal(cqa_range_read(rows[i].header, rows[i].size, &range), rows[i].kind);
        if (rows[i].kind == CQA_RANGE_PART) {
            assert_int_equal(range.start, rows[i].start);
            assert_int_equal(range.end, rows[i].end);
        }
    }
}

static void cursors_come_back(void **state)
{
    (void)state;
    const int64_t values[6] = {0, -1, INT64_MAX, INT64_MIN, 1763604902000, 42};
    int64_t read[6];
    char text[CQA_CURSOR_SIZE];

    cqa_cursor_write('q', values, 6, text);
    assert_true(cqa_cursor_read(text, 'q', read, 6));
    assert_memory_equal(values, read, sizeof values);
    assert_false(cqa_cursor_read(text, 'r', read, 6));
    assert_false(cqa_cursor_read(text, 'q', read, 5));
    assert_false(cqa_cursor_read("", 'q', read, 6));
    assert_false(cqa_cursor_read("&&&", 'q', read, 1));
    text[8] = '\0';
    assert_false(cqa_cursor_read(text, 'q', read, 6));
}

static void decided_totals(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct cqa_flag_sums sums;
        int64_t decided_c;
    } rows[] = {
        /* of a rubric that is not known here */
        {"nothing changed", {{10000, 0, 0}, 0, 9600, 400, 400, 0, 0}, 9600},
        {"one overturned", {{10000, 0, 0}, 0, 9600, 400, 200, 0, 0}, 9800},
        {"all overturned", {{10000, 0, 0}, 0, 9600, 400, 0, 0, 0}, 10000},
        {"points raised", {{10000, 0, 0}, 0, 9600, 400, 700, 0, 0}, 9300},
        {"manual past the floor", {{10000, 0, 0}, 0, 9600, 400, 20000, 0, 0}, 0},
        {"never above the base", {{10000, 0, 0}, 0, 9990, 400, 0, 0, 0}, 10000},
        {"at the floor, some back but still under it",
         {{10000, 0, 0}, 0, 6000, 9000, 5000, 0, 0},
         6000},
        {"at the floor, enough back", {{10000, 0, 0}, 0, 6000, 9000, 1000, 0, 0}, 9000},
        {"failed, and the failing flag stands", {{10000, 0, 0}, 0, 0, 200, 0, 1, 1}, 0},
        {"failed, but the failing flag was overturned",
         {{10000, 0, 0}, 0, 0, 200, 200, 1, 0},
         9800},
        /* of a known one */
        {"manual past the floor of 60", {{10000, 6000, -1}, 1, 9600, 400, 6000, 0, 0}, 6000},
        {"manual past the cap of 30", {{10000, 6000, 3000}, 1, 9600, 400, 3700, 0, 0}, 7000},
        {"failed by hand", {{10000, 6000, 3000}, 1, 9600, 400, 400, 0, 1}, 6000},
        {"failed by the analyzer, and taken back",
         {{10000, 6000, -1}, 1, 6000, 400, 400, 1, 0},
         9600},
        {"at the cap, some back", {{10000, 0, 3000}, 1, 7000, 3000, 2500, 0, 0}, 7500},
        {"a total that is not what its flags come to keeps the difference",
         {{10000, 6000, -1}, 1, 9400, 400, 200, 0, 0},
         9600},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (cqa_decided_total(&rows[i].sums) != rows[i].decided_c)
            fail_msg("%s: %lld", rows[i].what, (long long)cqa_decided_total(&rows[i].sums));
}

static void times(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms, day;
    } good[] = {
        {"1970-01-01T00:00:00Z", 0, 19700101},
        {"2025-11-20T10:15:02+08:00", 1763604902000, 20251120},
        {"2025-11-20T10:15:02.5+0800", 1763604902500, 20251120},
        {"2024-02-29T23:59:59-03:30", 1709263799000, 20240229},
    };
    static const char *const bad[] = {"",
                                      "2025-11-20",
                                      "2025-11-20T10:15:02",
                                      "2025-13-20T10:15:02Z",
                                      "2025-11-20T24:15:02Z",
                                      "2025-11-20T10:15:02Zx",
                                      "2025-11-20T10:15:02+99:00",
                                      "x025-11-20T10:15:02Z"};
    int64_t ms;
    int64_t day;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(cqa_item_read_time(good[i].text, &ms, &day));
        assert_int_equal(ms, good[i].ms);
        assert_int_equal(day, good[i].day);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(cqa_item_read_time(bad[i], &ms, &day));
}

static void days(void **state)
{
    (void)state;
    char text[CQA_WHEN_SIZE];

    assert_int_equal(cqa_when_read_day("2025-11-20"), 20251120);
    assert_int_equal(cqa_when_read_day("2025-11-2"), 0);
    assert_int_equal(cqa_when_read_day("2025-13-20"), 0);
    assert_int_equal(cqa_when_read_day("2025-11-31"), 0);
    cqa_when_write(1763604902007, text);
    assert_string_equal(text, "2025-11-20T02:15:02.007Z");
}

static void routes(void **state)
{
    (void)state;
    struct cqa_arena arena = {0};
    const char *parts[CQA_PATH_PARTS_MAX];
    char allowed[64];

    const struct cqa_route *route = cqa_route_find(&cqa_api_routes, "GET", "/api/v1/calls/a%2Fb",
                                                   &arena, parts, allowed, sizeof allowed);
    assert_non_null(route);
    assert_string_equal(route->pattern, "/api/v1/calls/{id}");
    assert_string_equal(parts[0], "a/b");
    assert_non_null(cqa_route_find(&cqa_api_routes, "HEAD", "/metrics", &arena, parts, allowed,
                                   sizeof allowed));
    assert_null(cqa_route_find(&cqa_api_routes, "PATCH", "/api/v1/results", &arena, parts, allowed,
                               sizeof allowed));
    assert_string_equal(allowed, "POST");
    assert_null(cqa_route_find(&cqa_api_routes, "GET", "/api/v1/calls/", &arena, parts, allowed,
                               sizeof allowed));
    assert_null(cqa_route_find(&cqa_api_routes, "GET", "/api/v1/calls/a%2", &arena, parts, allowed,
                               sizeof allowed));
    assert_null(cqa_route_find(&cqa_api_routes, "GET", "/api/v1/calls/%c0%af", &arena, parts,
                               allowed, sizeof allowed));
    assert_null(cqa_route_find(&cqa_api_routes, "GET", "", &arena, parts, allowed, sizeof allowed));
    cqa_arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges),         cmocka_unit_test(cursors_come_back),
        cmocka_unit_test(decided_totals), cmocka_unit_test(times),
        cmocka_unit_test(days),           cmocka_unit_test(routes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
