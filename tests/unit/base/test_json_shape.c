/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
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

static void left(const char *text, const char *expected)
{
    static const char *const names[] = {"events", "channels", NULL};
    struct cqa_buffer out = {.limit = 1 << 20};

    assert_int_equal(cqa_json_leave_out(text, strlen(text), names, &out), CQA_OK);
    assert_string_equal(out.text, expected);
    cqa_buffer_finish(&out);
}

static void what_is_not_asked_for_is_left_out(void **state)
{
    (void)state;
    left("{\"events\":[{\"a\":\"]}\\\"\"}],\"b\":1}", "{\"events\":null,\"b\":1}");
    left("{ \"b\" : {\"events\":[1]} , \"channels\" : [[1],[2]] }",
         "{ \"b\" : {\"events\":[1]} , \"channels\" :null}");
    left("{\"a\":\"events\",\"events\":{},\"channels\":\"x,\\\\\"}",
         "{\"a\":\"events\",\"events\":null,\"channels\":null}");
    left("{\"event\":1,\"eventss\":2}", "{\"event\":1,\"eventss\":2}");
    left("[1,2]", "[1,2]");
    left("", "");
}

/* It is cut off anywhere: as damaged behind, and nothing is read beyond it. */
static void damaged_text_stays_damaged(void **state)
{
    static const char whole[] =
        "{\"x\":[\"\\\"\",{}],\"events\":[{\"t\":\"\\u0041\"}],\"channels\":[],\"y\":2}";
    static const char *const names[] = {"events", "channels", NULL};

    (void)state;
    for (size_t length = 0; length < sizeof whole - 1; length++) {
        struct cqa_buffer out = {.limit = 1 << 20};
        char *text = malloc(length + 1); /* so that the sanitizer sees its end */
        assert_non_null(text);
        memcpy(text, whole, length);
        text[length] = '\0';
        assert_int_equal(cqa_json_leave_out(text, length, names, &out), CQA_OK);
        assert_true(length == 0 || out.text[out.length - 1] != '}' || text[length - 1] == '}');
        free(text);
        cqa_buffer_finish(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_values_than_any_result_has_are_refused),
        cmocka_unit_test(what_stands_in_texts_is_no_value),
        cmocka_unit_test(what_is_not_asked_for_is_left_out),
        cmocka_unit_test(damaged_text_stays_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
