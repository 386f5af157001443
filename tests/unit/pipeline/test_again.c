/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "pipeline/again.h"

/* Why a stored result is not one of now. */

static unsigned why(const char *analyzer, const char *rubric, const char *version)
{
    const struct cqa_outdated outdated = {
        .analyzer = analyzer, .rubric = rubric, .rubric_version = version};
    const struct cqa_requeue now = {.analyzer = "0.2.0 sha256:b rules2 r:1 p:2 z:UTC",
                                    .rubric = "standard",
                                    .rubric_version = "1"};

    return cqa_again_why(&outdated, &now);
}

static void test_each_reason_is_told(void **state)
{
    (void)state;
    assert_int_equal(why("0.2.0 sha256:b rules2 r:1 p:2 z:UTC", "standard", "1"), 0);
    assert_int_equal(why("0.2.0 sha256:b r:1 p:2 z:UTC", "standard", "1"), CQA_AGAIN_RULES);
    assert_int_equal(why("0.2.0 sha256:b rules1 r:1 p:2 z:UTC", "standard", "1"), CQA_AGAIN_RULES);
    assert_int_equal(why("0.2.0 sha256:a rules2 r:1 p:2 z:UTC", "standard", "1"), CQA_AGAIN_MODELS);
    assert_int_equal(why("0.1.0 sha256:b rules2 r:1 p:2 z:UTC", "standard", "1"),
                     CQA_AGAIN_VERSION);
    assert_int_equal(why("0.2.0 sha256:b rules2 digits r:1 p:2 z:UTC", "standard", "1"),
                     CQA_AGAIN_DIGITS);
    assert_int_equal(why("0.2.0 sha256:b rules2 r:1 p:2 z:UTC", "standard", "2"), CQA_AGAIN_RUBRIC);
    assert_int_equal(why("0.2.0 sha256:b rules2 r:1 p:2 z:UTC", "strict", "1"), CQA_AGAIN_RUBRIC);
    assert_int_equal(why("0.2.0 sha256:b rules2 r:3 p:2 z:UTC", "standard", "1"), CQA_AGAIN_RUBRIC);
    assert_int_equal(why("0.2.0 sha256:b rules2 r:1 p:3 z:UTC", "standard", "1"),
                     CQA_AGAIN_PROFILE);
    assert_int_equal(why("0.2.0 sha256:b rules2 r:1 p:2 z:Asia/Shanghai", "standard", "1"),
                     CQA_AGAIN_ZONE);
    /* Made before anybody wrote down what from. */
    assert_int_equal(why("0.2.0 sha256:b rules2", "standard", "1"),
                     CQA_AGAIN_RUBRIC | CQA_AGAIN_PROFILE | CQA_AGAIN_ZONE);
    assert_int_equal(why("0.1.0 sha256:a digits r:1 p:2 z:UTC", "strict", "1"),
                     CQA_AGAIN_VERSION | CQA_AGAIN_MODELS | CQA_AGAIN_RULES | CQA_AGAIN_DIGITS |
                         CQA_AGAIN_RUBRIC);
}

static void test_odd_names_are_read_too(void **state)
{
    const unsigned all_but =
        CQA_AGAIN_MODELS | CQA_AGAIN_RULES | CQA_AGAIN_RUBRIC | CQA_AGAIN_PROFILE | CQA_AGAIN_ZONE;

    (void)state;
    assert_int_equal(why("", "standard", "1"), CQA_AGAIN_VERSION | all_but);
    assert_int_equal(why("0.2.0 ", "standard", "1"), all_but);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_reason_is_told),
        cmocka_unit_test(test_odd_names_are_read_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
