/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "report/width.h"

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(cqa_width(""), 0);
    assert_int_equal(cqa_width("agent"), 5);
    assert_int_equal(cqa_width("坐席"), 4);
    assert_int_equal(cqa_width("−2"), 2);
    assert_int_equal(cqa_width("█░"), 2);
    assert_int_equal(cqa_width("e\xcc\x81"), 1); /* e and a combining accent */
    assert_int_equal(cqa_width("\xff\xe5"), 2);  /* no characters */
}

static void expect_wrapped(const char *text, size_t columns, size_t indent, const char *expected)
{
    struct cqa_buffer out = {.limit = 1000};

    cqa_wrap(&out, text, columns, indent);
    assert_string_equal(out.text, expected);
    cqa_buffer_finish(&out);
}

static void test_wrap(void **state)
{
    (void)state;
    expect_wrapped("", 10, 2, "\n");
    expect_wrapped("one two", 10, 2, "one two\n");
    expect_wrapped("one two three", 8, 2, "one two\n  three\n");
    expect_wrapped("abcdefghijk", 4, 0, "abcd\nefgh\nijk\n"); /* nothing to break at */
    expect_wrapped("坐席等候客户", 8, 1, "坐席等候\n 客户\n");
    expect_wrapped("坐席等候，客户", 8, 0, "坐席等\n候，客户\n"); /* no comma at a line's head */
}

static void test_pad(void **state)
{
    struct cqa_buffer out = {.limit = 1000};

    (void)state;
    cqa_pad(&out, "坐席", 6, 0);
    cqa_pad(&out, "9", 3, 1);
    cqa_pad(&out, "longer", 2, 0);
    assert_string_equal(out.text, "坐席    9longer");
    cqa_buffer_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_pad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
