/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <string.h>

static void add(struct cqa_calls *calls, const char *id, const char *path, char content,
                const char *part, int idle_ms)
{
    const struct cqa_scheme scheme = {0};
    struct cqa_faults faults = {0};
    char sha256[65] = "";
    char json[1024];

    memset(sha256, content, 64);
    const int length = snprintf(
        json, sizeof json,
        "{\"schema\":\"callqa.result/1\",\"recording\":{\"path\":\"%s\",\"sha256\":\"%s\","
        "\"duration_ms\":60000%s%s%s},\"call\":{\"id\":\"%s\",\"agent\":\"8001\",\"source\":\"r\"},"
        "\"measurable\":{\"speech\":\"ok\"},\"measures\":{\"not_recorded_ms\":%d},"
        "\"score\":{\"rubric\":\"s\",\"rubric_version\":\"1\",\"base\":100,\"total\":90,"
        "\"deductions\":[]}}",
        path, sha256, part != NULL ? ",\"part\":\"" : "", part != NULL ? part : "",
        part != NULL ? "\"" : "", id, idle_ms);
    assert_int_equal(
        cqa_calls_add(calls, &scheme, json, (size_t)length, (struct cqa_place){"f", 1, 1}, &faults),
        CQA_OK);
    assert_int_equal(faults.count, 0);
    cqa_faults_finish(&faults);
}

/* Two ids are two calls, whatever they hold; a further recording of a call counts beside it. */
static void test_names_win(void **state)
{
    struct cqa_calls calls = {0};

    (void)state;
    add(&calls, "1", "/m/a.wav", 'a', NULL, 0);
    add(&calls, "1", "/m/backup/a.wav", 'a', NULL, 0);
    add(&calls, "2", "/m/b.wav", 'a', NULL, 0);
    assert_int_equal(calls.count, 2);
    add(&calls, "1", "/m/q.wav", 'c', "0a1b2c3d", 0);
    assert_int_equal(calls.count, 3);
    assert_int_equal(calls.replaced, 1);
    cqa_calls_finish(&calls);
}

/* Where the id is only the path, content says, or the stem in one folder. */
static void test_paths_are_compared(void **state)
{
    struct cqa_calls calls = {0};

    (void)state;
    add(&calls, "/m/a.wav", "/m/a.wav", 'a', NULL, 0);
    add(&calls, "/m/backup/x.wav", "/m/backup/x.wav", 'a', NULL, 0);
    add(&calls, "/m/a.mp3", "/m/a.mp3", 'b', NULL, 0);
    add(&calls, "/m/backup/x.mp3", "/m/backup/x.mp3", 'b', NULL, 0);
    assert_int_equal(calls.count, 1);
    add(&calls, "/m/other/a.wav", "/m/other/a.wav", 'c', NULL, 0);
    assert_int_equal(calls.count, 2);
    /* Nothing but idle is equal by chance. */
    add(&calls, "/m/e1.wav", "/m/e1.wav", 'e', NULL, 59500);
    add(&calls, "/m/e2.wav", "/m/e2.wav", 'e', NULL, 59500);
    assert_int_equal(calls.count, 4);
    cqa_calls_finish(&calls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_win),
        cmocka_unit_test(test_paths_are_compared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
