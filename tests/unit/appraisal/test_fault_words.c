/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong with an input, in two languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "appraisal/fault_words.h"
#include "appraisal/input.h"

/* The conversions of a format, in order: "%s%zu". */
static void conversions(const char *format, char out[64])
{
    size_t used = 0;

    for (const char *at = strchr(format, '%'); at != NULL; at = strchr(at, '%')) {
        const size_t length = at[1] == 'z' ? 3 : 2;
        memcpy(out + used, at, length);
        used += length;
        at += length;
    }
    out[used] = '\0';
}

/* Else the Chinese would print a number as a text. */
static void both_take_the_same_arguments(void **state)
{
    (void)state;
    for (size_t i = 0; i < cqa_fault_word_count; i++) {
        char en[64];
        char zh[64];
        conversions(cqa_fault_words[i].en, en);
        conversions(cqa_fault_words[i].zh, zh);
        if (strcmp(en, zh) != 0)
            fail_msg("%s: %s, %s: %s", cqa_fault_words[i].en, en, cqa_fault_words[i].zh, zh);
    }
}

static void a_fault_is_said_in_both(void **state)
{
    struct cqa_faults faults = {0};
    const struct cqa_place at = {"in.csv", 2, 1};
    char longest[700];

    (void)state;
    cqa_faults_add(&faults, "A", at, "agent \"%s\": %zu cells under %zu columns", "A", (size_t)3,
                   (size_t)2);
    assert_string_equal(faults.items[0].text, "agent \"A\": 3 cells under 2 columns");
    assert_string_equal(faults.items[0].zh, "坐席“A”：3 个单元格，却只有 2 列");
    cqa_faults_add(&faults, "A", at, "%s", "a quote is never closed");
    assert_string_equal(faults.items[1].zh, "引号没有结束");
    /* cut between characters, never within one */
    for (size_t i = 0; i + 3 < sizeof longest; i += 3)
        memcpy(longest + i, "坐", 4);
    cqa_faults_add(&faults, "A", at, "agent \"%s\": no grade takes the total", longest);
    const size_t length = strlen(faults.items[2].zh);
    assert_true(length > 590 && length < 600);
    assert_memory_equal(faults.items[2].zh + length - 3, "坐", 3);
    cqa_faults_finish(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_take_the_same_arguments),
        cmocka_unit_test(a_fault_is_said_in_both),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
