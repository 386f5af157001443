/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server refuses, in two languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "base/error.h"
#include "server/words.h"

static const char *chinese(const char *english)
{
    static char text[4096];
    struct cqa_buffer out = {.limit = sizeof text - 1};

    const int known = cqa_words_chinese(english, &out);
    snprintf(text, sizeof text, "%s", known ? out.text : "");
    cqa_buffer_finish(&out);
    return text;
}

/* A format with "7" for each of its conversions; 0 when it has a %T, which takes no 7. */
static int write_sample(const char *format, char out[1024])
{
    size_t used = 0;
    int takes_any = 1;

    while (*format != '\0') {
        const size_t conversion = cqa_words_conversion(format);
        takes_any &= conversion == 0 || format[conversion - 1] != 'T';
        out[used++] = conversion > 0 ? '7' : *format;
        format += conversion > 0 ? conversion : 1;
    }
    out[used] = '\0';
    return takes_any;
}

/* None is hidden by another that fits its sentence as well. */
static void each_sentence_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < CQA_WORD_LISTS; i++)
        for (size_t j = 0; j < cqa_word_lists[i]->count; j++) {
            const struct cqa_words *words = &cqa_word_lists[i]->items[j];
            char english[1024];
            char expected[1024];
            write_sample(words->en, english);
            if (write_sample(words->zh, expected) && strcmp(chinese(english), expected) != 0)
                fail_msg("%s: %s, not %s", english, chinese(english), expected);
        }
}

static const struct {
    const char *en;
    const char *zh;
} said[] = {
    {"nobody decides on their own calls", "不能复核本人的通话"},
    {"someone else has decided meanwhile: the flag is overturned now",
     "其他人刚刚复核了此标记，现为“已驳回”"},
    {"reason: must be given", "理由：必填"},
    {"points: rule dead-air allows 0.5 to 4 (rubric standard version 1)",
     "分数：规则 dead-air 允许 0.5 至 4（评分标准 standard 版本 1）"},
    {"severity: allowed are note, minor, major, critical",
     "severity：允许 note, minor, major, critical"},
    /* one sentence in another, and several in one */
    {"ratings: \"attitude\" of \"Wu, \"Lei\" of B\": each rates themselves",
     "评分：“attitude”（坐席“Wu, \"Lei\" of B”）：只能由本人自评"},
    {"the appraisal is not ready: 2 undecided flags, 3 people left out",
     "考核尚不能定稿：2 条标记待复核，3 人尚无考核表"},
    {"agent \"Zhang\": \"94,5\" of \"quality\" is not a number; allowed: a decimal such as 94.5",
     "坐席“Zhang”：“94,5”（指标“quality”）不是数字；允许 94.5 这样的小数"},
    /* "open" is said of flags, and of appraisals */
    {"someone else has decided meanwhile: the flag is open now",
     "其他人刚刚复核了此标记，现为“待复核”"},
    {"objections are taken in the stage objections; it is open",
     "仅在“结果确认与申诉”阶段受理申诉；当前阶段为“数据收集”"},
    {"objections are taken in the stage objections; it is interview",
     "仅在“结果确认与申诉”阶段受理申诉；当前阶段为“绩效面谈”"},
    /* lines, of which one is not known */
    {"rubric:3:5: \"points\" is missing; allowed: a map with each, or least and most\n"
     "rubric:9:1: something new\n",
     "第 3 行第 5 列：缺少“points”；允许：含 each，或含 least 与 most 的映射\n"
     "第 9 行第 1 列：something new"},
    {"roster:2:7: \"Li\" is in two posts at once: \"a\" and (line 4) \"b\"",
     "第 2 行第 7 列：“Li”同时有两个岗位：“a”与（第 4 行）“b”"},
    {"roster:3:1: extension \"8001\" is held at once by \"li\" and (line 2) \"zhang\"",
     "第 3 行第 1 列：extension“8001”同时属于“li”与（第 2 行）“zhang”"},
    /* not known */
    {"something new", ""},
    {"something new: and newer, at 100 %", ""},
    {"", ""},
};

static void sentences_are_found_by_what_they_were_made_of(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        assert_string_equal(chinese(said[i].en), said[i].zh);
}

static void what_was_there_stays(void **state)
{
    struct cqa_buffer out = {.limit = 64};

    (void)state;
    cqa_buffer_print(&out, "before: ");
    assert_false(cqa_words_chinese("something new", &out));
    assert_string_equal(out.text, "before: ");
    assert_true(cqa_words_chinese("no such flag", &out));
    assert_string_equal(out.text, "before: 没有此标记");
    assert_false(cqa_words_chinese("this needs a person's name: log in instead of using a token",
                                   &out)); /* no room */
    assert_string_equal(out.text, "before: 没有此标记");
    cqa_buffer_finish(&out);
}

/* Quotes, colons and commas without end lead nowhere, soon. */
static void a_hostile_name_takes_no_time(void **state)
{
    char english[1000];

    (void)state;
    for (size_t i = 0; i + 9 < sizeof english; i += 8)
        memcpy(english + i, "\": \", %s ", 9);
    chinese(english);
    for (size_t i = 0; i + 3 < sizeof english; i += 2)
        memcpy(english + i, ", ", 3);
    assert_string_equal(chinese(english), "");
    for (size_t i = 0; i + 13 < sizeof english; i += 12)
        memcpy(english + i, "note: note, ", 13);
    const clock_t start = clock();
    chinese(english);
    assert_true(clock() - start < CLOCKS_PER_SEC);
}

/* Else a reply that quotes it is no JSON, and says nothing at all. */
static void errors_are_cut_between_characters(void **state)
{
    struct cqa_error error = {0};
    char name[3 * 100 + 1] = "";

    (void)state;
    for (int i = 0; i < 100; i++)
        strcat(name, "坐");
    for (int before = 0; before < 3; before++) {
        assert_int_equal(cqa_fail(&error, CQA_E_NOTFOUND, "%.*s%s", before, "ab", name),
                         CQA_E_NOTFOUND);
        assert_int_equal((strlen(error.text) - (size_t)before) % 3, 0);
        cqa_fail_within(&error, "a file");
        assert_int_equal((strlen(error.text) - strlen("a file: ") - (size_t)before) % 3, 0);
        assert_true(strlen(error.text) > sizeof error.text - 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sentence_is_said),
        cmocka_unit_test(sentences_are_found_by_what_they_were_made_of),
        cmocka_unit_test(what_was_there_stays),
        cmocka_unit_test(a_hostile_name_takes_no_time),
        cmocka_unit_test(errors_are_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
