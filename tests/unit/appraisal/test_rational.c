/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "appraisal/rational.h"

static struct cqa_rational number(const char *text)
{
    struct cqa_rational result = cqa_rational_none();

    if (!cqa_rational_parse(text, &result))
        fail_msg("\"%s\" was not read", text);
    return result;
}

static struct cqa_rational fraction(int64_t above, int64_t below)
{
    return cqa_rational_divide(cqa_rational_whole(above), cqa_rational_whole(below));
}

static void assert_fixed(struct cqa_rational a, int places, const char *expected)
{
    char text[CQA_RATIONAL_TEXT];

    assert_string_equal(cqa_rational_fixed(a, places, text), expected);
}

static void assert_exact(struct cqa_rational a, const char *expected)
{
    char text[CQA_RATIONAL_TEXT];

    assert_string_equal(cqa_rational_exact(a, text), expected);
}

static void reads_decimals_exactly(void **state)
{
    (void)state;
    assert_exact(number("0.1"), "0.1");
    assert_exact(number("-0.50"), "-0.5");
    assert_exact(number("+2300"), "2300");
    assert_exact(number("1.2E+3"), "1200");
    assert_exact(number("95e-1"), "9.5");
    assert_exact(cqa_rational_add(number("0.1"), number("0.2")), "0.3");
    assert_exact(number("123456789012345678901234567890"), "123456789012345678901234567890");
}

static void refuses_what_is_no_number(void **state)
{
    static const char *const bad[] = {"",
                                      "-",
                                      ".",
                                      ".5.",
                                      "5.",
                                      "1,5",
                                      "0x10",
                                      "nan",
                                      "inf",
                                      "1e",
                                      "1e+",
                                      "1 ",
                                      " 1",
                                      "1e99",
                                      "--1",
                                      "1234567890123456789012345678901",
                                      "123456789012345678901234567890e30"};
    struct cqa_rational untouched = cqa_rational_whole(7);

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (cqa_rational_parse(bad[i], &untouched))
            fail_msg("\"%s\" was taken for a number", bad[i]);
        assert_int_equal(cqa_rational_compare(untouched, cqa_rational_whole(7)), 0);
    }
}

static void rounds_half_away_from_zero(void **state)
{
    (void)state;
    assert_fixed(number("94.5"), 0, "95");
    assert_fixed(number("94.49"), 0, "94");
    assert_fixed(number("-94.5"), 0, "-95");
    assert_fixed(number("0.005"), 2, "0.01");
    assert_fixed(number("-0.005"), 2, "-0.01");
    assert_fixed(number("-0.004"), 2, "0.00");
    assert_fixed(number("1.005"), 2, "1.01"); /* a double would give 1.00 */
    assert_fixed(number("2.675"), 2, "2.68"); /* a double would give 2.67 */
    assert_fixed(fraction(650, 3), 2, "216.67");
    assert_fixed(fraction(500000, 3), 2, "166666.67");
    assert_fixed(fraction(1, 8), 2, "0.13");
    assert_fixed(cqa_rational_whole(5), 2, "5.00");
}

static void writes_a_fraction_where_no_decimal_is_exact(void **state)
{
    (void)state;
    assert_exact(fraction(284, 3), "284/3");
    assert_exact(fraction(-1, 3), "-1/3");
    assert_exact(fraction(1, 64), "0.015625");
    assert_exact(fraction(4, 2), "2");
}

static void overflow_is_no_number_and_sticks(void **state)
{
    const struct cqa_rational big = number("100000000000000000000000000000");
    const struct cqa_rational bigger = cqa_rational_multiply(big, big);

    (void)state;
    assert_false(cqa_rational_valid(bigger));
    assert_false(cqa_rational_valid(cqa_rational_add(bigger, cqa_rational_whole(1))));
    assert_false(
        cqa_rational_valid(cqa_rational_divide(cqa_rational_whole(1), cqa_rational_whole(0))));
    assert_false(cqa_rational_valid(cqa_rational_round(bigger, 2)));
    /* What fits is not lost on the way: big × 3 ÷ big. */
    assert_exact(cqa_rational_divide(cqa_rational_multiply(big, cqa_rational_whole(3)), big), "3");
}

static void compares_where_cross_products_would_overflow(void **state)
{
    const struct cqa_rational big = number("100000000000000000000000000000");
    const struct cqa_rational one = cqa_rational_whole(1);
    const struct cqa_rational low = cqa_rational_divide(big, cqa_rational_add(big, one));
    const struct cqa_rational high = cqa_rational_divide(
        cqa_rational_add(big, one), cqa_rational_add(big, cqa_rational_whole(2)));

    (void)state;
    assert_true(cqa_rational_compare(low, high) < 0);
    assert_true(cqa_rational_compare(high, low) > 0);
    assert_int_equal(cqa_rational_compare(low, low), 0);
    assert_true(cqa_rational_compare(fraction(-1, 3), fraction(-1, 4)) < 0);
    assert_true(cqa_rational_compare(number("95.01"), number("95")) > 0);
    assert_true(cqa_rational_compare(fraction(-7, 2), cqa_rational_whole(-3)) < 0);
}

/* Against plain 64-bit fractions, on numbers small enough for those. */
static void agrees_with_small_fractions(void **state)
{
    unsigned seed = 20251120;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        const int64_t a = rand_r(&seed) % 2001 - 1000;
        const int64_t b = rand_r(&seed) % 999 + 1;
        const int64_t c = rand_r(&seed) % 2001 - 1000;
        const int64_t d = rand_r(&seed) % 999 + 1;
        const struct cqa_rational x = fraction(a, b);
        const struct cqa_rational y = fraction(c, d);
        const int64_t cross = a * d - c * b;
        assert_int_equal(cqa_rational_compare(x, y), cross < 0 ? -1 : cross > 0);
        assert_int_equal(
            cqa_rational_compare(cqa_rational_add(x, y), fraction(a * d + c * b, b * d)), 0);
        assert_int_equal(cqa_rational_compare(cqa_rational_subtract(x, y), fraction(cross, b * d)),
                         0);
        assert_int_equal(cqa_rational_compare(cqa_rational_multiply(x, y), fraction(a * c, b * d)),
                         0);
    }
}

static void takes_the_decimal_that_a_double_stands_for(void **state)
{
    (void)state;
    assert_exact(cqa_rational_from_double(94.4), "94.4");
    assert_exact(cqa_rational_from_double(0.1), "0.1");
    assert_exact(cqa_rational_from_double(-2.5), "-2.5");
    assert_exact(cqa_rational_from_double(1e6), "1000000");
    assert_false(cqa_rational_valid(cqa_rational_from_double(0.0 / 0.0)));
}

static void reads_back_what_it_writes(void **state)
{
    (void)state;
    static const char *const texts[] = {"94.6", "-0.05", "284/3", "-1/7", "123456789012345678901",
                                        "0"};
    struct cqa_rational number;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_true(cqa_rational_read_exact(texts[i], &number));
        assert_exact(number, texts[i]);
    }
    assert_false(cqa_rational_read_exact("1/0", &number));
    assert_false(cqa_rational_read_exact("1/", &number));
    assert_false(cqa_rational_read_exact("/3", &number));
    assert_false(cqa_rational_read_exact("one", &number));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_decimals_exactly),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(rounds_half_away_from_zero),
        cmocka_unit_test(writes_a_fraction_where_no_decimal_is_exact),
        cmocka_unit_test(overflow_is_no_number_and_sticks),
        cmocka_unit_test(compares_where_cross_products_would_overflow),
        cmocka_unit_test(agrees_with_small_fractions),
        cmocka_unit_test(takes_the_decimal_that_a_double_stands_for),
        cmocka_unit_test(reads_back_what_it_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
