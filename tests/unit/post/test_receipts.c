/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "post/answer.h"

static struct cqa_receipt receipts[2];

static int read_answer(const char *text)
{
    static const char *const keys[] = {"k1", "k2"};

    return cqa_answer_read(text, strlen(text), keys, receipts, 2);
}

static void each_parcel_is_counted_once(void **state)
{
    (void)state;
    assert_int_equal(
        read_answer("[{\"key\":\"k1\",\"status\":201},{\"key\":\"k2\",\"status\":200}]"), 2);
    assert_int_equal(receipts[0].verdict, CQA_DELIVERED);
    assert_int_equal(
        read_answer("[{\"key\":\"k1\",\"status\":201},{\"key\":\"k1\",\"status\":201}]"), 1);
    assert_int_equal(receipts[0].verdict, CQA_DELIVERED);
    assert_int_equal(read_answer("[{\"key\":\"k1\"},{\"key\":\"k1\",\"status\":\"stored\"}]"), 1);
    assert_int_equal(receipts[0].http_status, 0);
}

/* Of a receipt that says nothing and one that says it was stored, the item is not settled. */
static void a_second_receipt_does_not_mend_the_first(void **state)
{
    static const char *const firsts[] = {"", ",\"status\":\"x\"", ",\"status\":0",
                                         ",\"status\":-201", ",\"status\":503"};
    char text[128];

    (void)state;
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
        (void)snprintf(text, sizeof text, "[{\"key\":\"k1\"%s},{\"key\":\"k1\",\"status\":201}]",
                       firsts[i]);
        assert_int_equal(read_answer(text), 1);
        assert_int_equal(receipts[0].verdict, CQA_LATER);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_parcel_is_counted_once),
        cmocka_unit_test(a_second_receipt_does_not_mend_the_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
