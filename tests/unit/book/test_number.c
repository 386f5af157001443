/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person sees of a number in a sheet, and what becomes of it on its way into an import. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "book/parts.h"

static void assert_shown(const char *raw, const char *format, const char *expected)
{
    char out[CQA_BOOK_NUMBER_SIZE];
    int rounded;

    if (!cqa_book_show(raw, format, 0, out, &rounded))
        fail_msg("%s is no number", raw);
    if (strcmp(out, expected) != 0)
        fail_msg("%s under %s is %s, not %s", raw, format ? format : "General", out, expected);
}

/* 15 digits are what a spreadsheet keeps; what has more has lost some. */
static void numbers_are_as_they_were_typed(void **state)
{
    (void)state;
    assert_shown("0.28999999999999998", NULL, "0.29");
    assert_shown("8.001E+03", NULL, "8001");
    assert_shown("8001.0", NULL, "8001");
    assert_shown("-0", NULL, "0");
    assert_shown("1E-7", NULL, "0.0000001");
    assert_shown("99999999999999.9", NULL, "99999999999999.9");
    assert_shown("0.99999999999999999", NULL, "1");
    assert_shown("320123199001011234", NULL, "3.20123199001011E+17");
    assert_shown("350", "General\"元\"", "350元");
    assert_shown("350", "G/通用格式", "350");
}

static void formats_round_and_scale_as_they_show(void **state)
{
    (void)state;
    assert_shown("0.85", "0%", "85%");
    assert_shown("0.8547", "0%", "85%");
    assert_shown("0.8547", "0.00%", "85.47%");
    assert_shown("1.005", "0.00", "1.01"); /* as Excel shows it, of decimal digits */
    assert_shown("-1234.5", "#,##0.00", "-1234.50");
    assert_shown("-100", "\"¥\"#,##0;[Red]\"¥\"\\-#,##0", "-¥100");
    assert_shown("350", "_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", "350.00");
    assert_shown("0", "_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", "0");
    assert_shown("35", "0\"万\"", "35万");
    assert_shown("12345", "0!.0,\"万\"", "12345"); /* shown as 1.2万 */
    assert_shown("12345", "#,##0,", "12345");
    assert_shown("801", "00000", "00801");
    assert_shown("2.5", "# ?/?", "2.5");
    assert_shown("350", "[$¥-804]#,##0", "¥350");
    assert_shown("85", "0.0\"%\"", "85.0%");
    assert_shown("5", "[>100]0\"大\";0\"小\"", "5");
}

static void days_have_one_spelling(void **state)
{
    char out[CQA_BOOK_NUMBER_SIZE];
    int rounded;

    (void)state;
    assert_shown("45962", "yyyy\"年\"m\"月\"d\"日\"", "2025-11-01");
    assert_shown("45962", "yyyy\"年\"m\"月\"", "2025-11");
    assert_shown("45962.25", "yyyy/m/d h:mm", "2025-11-01 06:00:00");
    assert_shown("45962", "m\"月\"d\"日\"", "2025-11-01");
    assert_shown("1", "yyyy-mm-dd", "1900-01-01");
    assert_shown("59", "yyyy-mm-dd", "1900-02-28");
    assert_shown("61", "yyyy-mm-dd", "1900-03-01");
    assert_shown("0.5", "h:mm:ss", "12:00:00");
    assert_shown("1.5", "[h]:mm:ss", "36:00:00");
    assert_shown("0.0069444444444444", "mm:ss", "0:10:00");
    /* 1:30 may be minutes: it is no number of seconds */
    assert_shown("0.0625", "h:mm", "1:30");
    assert_shown("0.5625", "h:mm AM/PM", "13:30");
    assert_shown("0.0625", "mm:ss", "30:00");
    assert_shown("0.0625", "h:mm:ss", "1:30:00");
    assert_shown("1.0625", "[h]:mm", "25:30:00");
    assert_shown("0.0625", "[mm]:ss", "1:30:00");
    assert_shown("0.0625", "h\"时\"mm\"分\"", "1:30:00");
    assert_true(cqa_book_show("0", "yyyy-mm-dd", 1, out, &rounded));
    assert_string_equal(out, "1904-01-01");
    assert_true(cqa_book_show("44500", cqa_book_known_format(14), 1, out, &rounded));
    assert_string_equal(out, "2025-11-01");
}

static void what_is_cut_off_is_known(void **state)
{
    char out[CQA_BOOK_NUMBER_SIZE];
    int rounded;

    (void)state;
    assert_true(cqa_book_show("92.3333333333333", "0.00", 0, out, &rounded));
    assert_int_equal(rounded, 1);
    assert_true(cqa_book_show("0.28999999999999998", "0.00", 0, out, &rounded));
    assert_int_equal(rounded, 0);
    assert_false(cqa_book_show("1,5", NULL, 0, out, &rounded));
    assert_false(cqa_book_show("", NULL, 0, out, &rounded));
    assert_false(cqa_book_show("nan", NULL, 0, out, &rounded));
    assert_false(cqa_book_show("1E999999999999", NULL, 0, out, &rounded));
}

static void cells_have_names(void **state)
{
    char name[CQA_CELL_NAME_SIZE];
    size_t row, column;

    (void)state;
    assert_string_equal(cqa_cell_name(7, 3, name), "C7");
    assert_string_equal(cqa_cell_name(1, 26, name), "Z1");
    assert_string_equal(cqa_cell_name(1, 27, name), "AA1");
    assert_string_equal(cqa_cell_name(1048576, 16384, name), "XFD1048576");
    assert_true(cqa_book_read_reference("XFD1048576", '\0', &row, &column));
    assert_int_equal(row, 1048576);
    assert_int_equal(column, 16384);
    assert_false(cqa_book_read_reference("7C", '\0', &row, &column));
    assert_false(cqa_book_read_reference("A0", '\0', &row, &column));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_as_they_were_typed),
        cmocka_unit_test(formats_round_and_scale_as_they_show),
        cmocka_unit_test(days_have_one_spelling),
        cmocka_unit_test(what_is_cut_off_is_known),
        cmocka_unit_test(cells_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
