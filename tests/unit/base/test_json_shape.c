/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/buffer.h"
#include "base/json_shape.h"

/* So many of one text, in a list. */
static enum cqa_status check(const char *one, size_t count)
{
    struct cqa_buffer text = {.limit = 64 << 20};
    struct cqa_error error = {0};

    cqa_buffer_add(&text, "[", 1);
    for (size_t i = 0; i < count; i++)
        cqa_buffer_add(&text, one, strlen(one));
    cqa_buffer_add(&text, "0]", 2);
    assert_false(text.failed);
    const enum cqa_status status = cqa_json_check_shape(text.text, text.length, &error);
    cqa_buffer_finish(&text);
    return status;
}

/* Bytes that say little and would take much. */
static void more_values_than_any_result_has_are_refused(void **state)
{
    (void)state;
    assert_int_equal(check("[],", 2466666), CQA_E_LIMIT); /* 7.4 MB */
    assert_int_equal(check("{},", 1000000), CQA_E_LIMIT);
    assert_int_equal(check("0,", 4000000), CQA_E_LIMIT);
    assert_int_equal(check("[100,200],", 100000), CQA_OK);
    assert_int_equal(check("{\"a\":1,\"b\":2,\"c\":3,\"d\":4},", 40000), CQA_OK);
}

static void what_stands_in_texts_is_no_value(void **state)
{
    (void)state;
    assert_int_equal(check("\"[[[[[[[[[[[[[[[[[[[[{{{{,,,,::::\",", 100000), CQA_OK);
    assert_int_equal(check("\"\\\"[[[[[[[[[[[[[[[[[[[[\\\\\",", 1000), CQA_OK);
    assert_int_equal(check("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]],", 1), CQA_E_LIMIT);
    assert_int_equal(check("[[[[[[[[[[[[[[[]]]]]]]]]]]]]]],", 1), CQA_OK);
    assert_int_equal(check("\"[", 1), CQA_OK); /* it does not end: for the parser to say */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_values_than_any_result_has_are_refused),
        cmocka_unit_test(what_stands_in_texts_is_no_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
