/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "base/stars.h"

static char text[512];

static const char *numbers(const char *given)
{
    snprintf(text, sizeof text, "%s", given);
    cqa_star_numbers(text, strlen(text));
    return text;
}

static const char *number(const char *given)
{
    snprintf(text, sizeof text, "%s", given);
    cqa_star_number(text, strlen(text));
    return text;
}

static const char *json(const char *given)
{
    snprintf(text, sizeof text, "%s", given);
    cqa_star_json(text, strlen(text));
    return text;
}

/* What finds the file again is no number. */
static void names_keep_days_and_moments(void **state)
{
    (void)state;
    assert_string_equal(numbers("/a/in-8001-13800138001-20251120-101820-1763605100.20.ogg"),
                        "/a/in-8001-138******01-20251120-101820-1763605100.20.ogg");
    assert_string_equal(numbers("02166668888"), "021******88");
    assert_string_equal(numbers("110"), "110");
    assert_string_equal(numbers(""), "");
    assert_string_equal(numbers("1763605100"), "176*****00"); /* no call's id: nothing follows */
}

static void a_number_is_one_however_it_is_written(void **state)
{
    (void)state;
    assert_string_equal(number("13800138000"), "138******00");
    assert_string_equal(number("+86 138-0013-8000"), "+86 1**-****-**00");
    assert_string_equal(number("20251120"), "202***20"); /* a day elsewhere, a number here */
    assert_string_equal(number("8001"), "8001");
    assert_string_equal(number("anonymous"), "anonymous");
}

static void json_is_starred_by_its_members(void **state)
{
    (void)state;
    assert_string_equal(json("{\"customer\": \"13800138000\",\"agent\":\"13800138000\"}"),
                        "{\"customer\": \"138******00\",\"agent\":\"13800138000\"}");
    assert_string_equal(json("{\"call\":{\"id\":\"x-13800138000\",\"n\":13800138000}}"),
                        "{\"call\":{\"id\":\"x-138******00\",\"n\":13800138000}}");
    assert_string_equal(json("{\"copies\":[\"/a/13800138000.wav\",\"\\/13800138000\"]}"),
                        "{\"copies\":[\"/a/138******00.wav\",\"\\/138******00\"]}");
    assert_string_equal(json("{\"text\":\"\\\"customer\\\": 13800138000\"}"),
                        "{\"text\":\"\\\"customer\\\": 13800138000\"}");
    assert_string_equal(json("{\"customer\":null,\"sha256\":\"13800138000\"}"),
                        "{\"customer\":null,\"sha256\":\"13800138000\"}");
    assert_string_equal(json("{\"customer\":\"1380013"), "{\"customer\":\"138**13"); /* cut off */
    assert_string_equal(json("{\"customer\":\"\\"), "{\"customer\":\"\\");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_keep_days_and_moments),
        cmocka_unit_test(a_number_is_one_however_it_is_written),
        cmocka_unit_test(json_is_starred_by_its_members),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
