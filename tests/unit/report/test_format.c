/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each format against a file in golden/, byte for byte. CQA_UPDATE_GOLDEN=1 writes the files anew:
 * look at the difference before committing it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "report/format.h"
#include "report/width.h"
#include "report/words.h"
#include "support/example_result.h"

/* One result of support/example_result.h in `options`. */
static void report_one(void (*fill)(struct cqa_result *), const struct cqa_report_options *options,
                       struct cqa_buffer *out)
{
    struct cqa_result result;
    struct cqa_report report;

    fill(&result);
    assert_int_equal(cqa_report_begin(&report, options, out), CQA_OK);
    assert_int_equal(cqa_report_write(&report, &result, out), CQA_OK);
    assert_int_equal(cqa_report_end(&report, out), CQA_OK);
    cqa_report_finish(&report);
    cqa_result_finish(&result);
}

/* Fails with the report where `part` is not in it. */
static void expect_part(void (*fill)(struct cqa_result *), enum cqa_format format, int zh,
                        const char *part, int there)
{
    const struct cqa_report_options options = {.format = format, .zh = zh, .columns = 300};
    struct cqa_buffer out = {.limit = 1 << 20};

    report_one(fill, &options, &out);
    if ((strstr(out.text, part) != NULL) != there)
        fail_msg("\"%s\" is %s in:\n%s", part, there ? "not" : "", out.text);
    cqa_buffer_finish(&out);
}

/* Why a note costs nothing is said where the note is. */
static void test_ground_is_said(void **state)
{
    (void)state;
    expect_part(example_bounded_result, CQA_FORMAT_TEXT, 0,
                "costs nothing: a line was muted, parked or cut", 1);
    expect_part(example_bounded_result, CQA_FORMAT_TEXT, 1, "不扣分：线路被停放、静音或中断", 1);
    expect_part(example_bounded_result, CQA_FORMAT_AUDACITY, 0,
                "costs nothing: after one party had said its last word", 1);
    expect_part(example_bounded_result, CQA_FORMAT_WEBVTT, 1, "不扣分：一方说完最后一句话之后", 1);
    expect_part(example_bounded_result, CQA_FORMAT_CSV, 0, "dead-air 0:56-1:07 0 parked", 1);
    expect_part(example_bounded_result, CQA_FORMAT_CONTACT_LENS, 0, "\"Ground\":\"parked\"", 1);
}

/* A reason that holds for some seconds is told with them, and not as one of the whole call. */
static void test_stretches_are_listed(void **state)
{
    (void)state;
    expect_part(example_bounded_result, CQA_FORMAT_TEXT, 0, "0:26–0:44", 1);
    expect_part(example_bounded_result, CQA_FORMAT_TEXT, 0,
                "speech, silence, hold: the recorder wrote nothing here (97\u00a0%)", 1);
    expect_part(example_bounded_result, CQA_FORMAT_TEXT, 0,
                "silence     degraded        the recorder wrote nothing here", 0);
    expect_part(example_bounded_result, CQA_FORMAT_TEXT, 0, "before both parties had been heard",
                1);
    expect_part(example_mono_result, CQA_FORMAT_TEXT, 0, "whole call", 1);
    expect_part(example_bounded_result, CQA_FORMAT_AUDACITY, 0,
                "26.000\t44.000\tnot measurable: the recorder wrote nothing here", 1);
    expect_part(example_bounded_result, CQA_FORMAT_WEBVTT, 0,
                "not measurable: the recorder wrote nothing here", 1);
    expect_part(example_bounded_result, CQA_FORMAT_CSV, 0, "conversation_start_ms", 1);
    expect_part(example_bounded_result, CQA_FORMAT_CSV, 0, ",5000,68000,", 1);
    expect_part(example_bounded_result, CQA_FORMAT_CONTACT_LENS, 0,
                "\"Conversation\":{\"BeginOffsetMillis\":5000", 1);
    expect_part(example_bounded_result, CQA_FORMAT_CONTACT_LENS, 0, "\"Reason\":\"not_recorded\"",
                1);
}

/* Two channels, and nobody knows whose: told apart, and no party is said to have done nothing. */
static void test_unknown_roles(void **state)
{
    (void)state;
    expect_part(example_unknown_roles, CQA_FORMAT_RTTM, 0, " <NA> <NA> party1 <NA> <NA>\n", 1);
    expect_part(example_unknown_roles, CQA_FORMAT_RTTM, 0, " <NA> <NA> party2 <NA> <NA>\n", 1);
    expect_part(example_unknown_roles, CQA_FORMAT_TEXT, 0, "unknown party", 1);
    expect_part(example_unknown_roles, CQA_FORMAT_TEXT, 0, "agent    customer", 0);
    expect_part(example_unknown_roles, CQA_FORMAT_CONTACT_LENS, 0,
                "\"Interruptions\":{\"InterruptionsByInterrupter\":{},\"TotalCount\":null", 1);
    expect_part(example_unknown_roles, CQA_FORMAT_AUDACITY, 1, "未知一方", 1);
}

static void report_both(const struct cqa_report_options *options, struct cqa_buffer *out)
{
    struct cqa_result stereo;
    struct cqa_result mono;
    struct cqa_report report;

    example_result(&stereo);
    example_mono_result(&mono);
    /* Ours names what it was built of. */
    (void)snprintf(stereo.version, sizeof stereo.version, "0.1.0");
    (void)snprintf(mono.version, sizeof mono.version, "0.1.0");
    assert_int_equal(cqa_report_begin(&report, options, out), CQA_OK);
    assert_int_equal(cqa_report_write(&report, &stereo, out), CQA_OK);
    assert_int_equal(cqa_report_write(&report, &mono, out), CQA_OK);
    assert_int_equal(cqa_report_end(&report, out), CQA_OK);
    cqa_report_finish(&report);
    cqa_result_finish(&stereo);
    cqa_result_finish(&mono);
}

static void expect_golden(const char *name, const struct cqa_buffer *out)
{
    char path[512];
    const char *update = getenv("CQA_UPDATE_GOLDEN");

    snprintf(path, sizeof path, "%s/tests/unit/report/golden/%s", CQA_SOURCE_DIR, name);
    FILE *file = fopen(path, update != NULL ? "wb" : "rb");
    assert_non_null(file);
    if (update != NULL) {
        assert_int_equal(fwrite(out->text, 1, out->length, file), out->length);
    } else {
        char *expected = calloc(1, out->length + 2);
        assert_non_null(expected);
        const size_t length = fread(expected, 1, out->length + 1, file);
        assert_string_equal(out->text, expected);
        assert_int_equal(length, out->length);
        free(expected);
    }
    fclose(file);
}

static void test_golden(void **state)
{
    static const struct {
        const char *file;
        struct cqa_report_options options;
    } cases[] = {
        {"text-en.txt", {.format = CQA_FORMAT_TEXT, .many = 1}},
        {"text-zh.txt", {.format = CQA_FORMAT_TEXT, .many = 1, .zh = 1}},
        {"text-color-70.txt", {.format = CQA_FORMAT_TEXT, .color = 1, .columns = 70}},
        {"calls.json", {.format = CQA_FORMAT_JSON}},
        {"calls.jsonl", {.format = CQA_FORMAT_JSONL}},
        {"calls.csv", {.format = CQA_FORMAT_CSV}},
        {"calls.rttm", {.format = CQA_FORMAT_RTTM}},
        {"labels.txt", {.format = CQA_FORMAT_AUDACITY}},
        {"labels-many-zh.txt", {.format = CQA_FORMAT_AUDACITY, .many = 1, .zh = 1}},
        {"calls.vtt", {.format = CQA_FORMAT_WEBVTT}},
        {"contact-lens.jsonl", {.format = CQA_FORMAT_CONTACT_LENS}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cqa_buffer out = {.limit = 1 << 20};
        report_both(&cases[i].options, &out);
        expect_golden(cases[i].file, &out);
        cqa_buffer_finish(&out);
    }
}

static void test_golden_bounds(void **state)
{
    static const struct {
        const char *file;
        struct cqa_report_options options;
    } cases[] = {
        {"bounds-en.txt", {.format = CQA_FORMAT_TEXT}},
        {"bounds-zh-70.txt", {.format = CQA_FORMAT_TEXT, .zh = 1, .columns = 70}},
        {"bounds-labels.txt", {.format = CQA_FORMAT_AUDACITY}},
        {"bounds.vtt", {.format = CQA_FORMAT_WEBVTT}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cqa_buffer out = {.limit = 1 << 20};
        report_one(example_bounded_result, &cases[i].options, &out);
        expect_golden(cases[i].file, &out);
        cqa_buffer_finish(&out);
    }
}

static void test_no_results(void **state)
{
    static const char *const expected[CQA_FORMAT_COUNT] = {
        [CQA_FORMAT_JSON] = "[]\n",
    };

    (void)state;
    for (int format = 0; format < CQA_FORMAT_COUNT; format++) {
        const struct cqa_report_options options = {.format = (enum cqa_format)format};
        struct cqa_buffer out = {.limit = 1 << 20};
        struct cqa_report report;
        if (format == CQA_FORMAT_CSV || format == CQA_FORMAT_HTML)
            continue; /* a header row: in the golden file; a frame: test_html.c */
        assert_int_equal(cqa_report_begin(&report, &options, &out), CQA_OK);
        assert_int_equal(cqa_report_end(&report, &out), CQA_OK);
        if (expected[format] == NULL)
            assert_int_equal(out.length, 0);
        else
            assert_string_equal(out.text, expected[format]);
        cqa_buffer_finish(&out);
    }
}

/* One result with an odd name and odd numbers, in `format`. */
static void report_odd(enum cqa_format format, const char *path, const char *customer,
                       struct cqa_buffer *out)
{
    const struct cqa_report_options options = {.format = format};
    struct cqa_result result;
    struct cqa_report report;

    example_result(&result);
    result.path = path;
    result.call.customer = customer;
    assert_int_equal(cqa_report_begin(&report, &options, out), CQA_OK);
    assert_int_equal(cqa_report_write(&report, &result, out), CQA_OK);
    assert_int_equal(cqa_report_end(&report, out), CQA_OK);
    cqa_report_finish(&report);
    cqa_result_finish(&result);
}

static void test_csv_defuses_formulas(void **state)
{
    struct cqa_buffer out = {.limit = 1 << 20};

    (void)state;
    report_odd(CQA_FORMAT_CSV, "/rec/=1,\"2\".wav", "+4930123", &out);
    assert_non_null(strstr(out.text, "\r\n\"/rec/=1,\"\"2\"\".wav\","));
    assert_non_null(strstr(out.text, ",8001,\"'+4930123\",,in,"));
    assert_non_null(strstr(out.text, ",-23.9,-27.1,"));
    cqa_buffer_finish(&out);
    report_odd(CQA_FORMAT_CSV, "=cmd|' /C calc'!A0", "@SUM(1)", &out);
    assert_non_null(strstr(out.text, "\r\n\"'=cmd|' /C calc'!A0\","));
    assert_non_null(strstr(out.text, ",\"'@SUM(1)\","));
    cqa_buffer_finish(&out);
    report_odd(CQA_FORMAT_CSV, "＝cmd", "\n+1", &out); /* in full width, as Excel reads it too */
    assert_non_null(strstr(out.text, "\r\n\"'＝cmd\","));
    assert_non_null(strstr(out.text, ",\"'\n+1\","));
    cqa_buffer_finish(&out);
}

static void test_names_cannot_forge(void **state)
{
    struct cqa_buffer out = {.limit = 1 << 20};

    (void)state;
    report_odd(CQA_FORMAT_RTTM, "/rec/a b\nSPEAKER x.wav", "1", &out);
    assert_ptr_equal(strstr(out.text, "SPEAKER a_b_SPEAKER_x 1 0.812 2.558 "), out.text);
    cqa_buffer_finish(&out);
    report_odd(CQA_FORMAT_WEBVTT, "/rec/a --> <b>\n\n00.wav", "1", &out);
    assert_non_null(strstr(out.text, "NOTE a --&gt; &lt;b&gt;\\x0a\\x0a00.wav\n"));
    cqa_buffer_finish(&out);
    report_odd(CQA_FORMAT_TEXT, "/rec/\033[2J.wav", "\033]0;x\a", &out);
    assert_null(strchr(out.text, '\033'));
    cqa_buffer_finish(&out);
    report_odd(CQA_FORMAT_CONTACT_LENS, "/rec/\xff.wav", "\xff", &out);
    assert_non_null(strstr(out.text, "\"Path\":\"/rec/\\\\xff.wav\""));
    cqa_buffer_finish(&out);
}

static void test_full_buffer_is_an_error(void **state)
{
    (void)state;
    for (int format = 0; format < CQA_FORMAT_COUNT; format++) {
        const struct cqa_report_options options = {.format = (enum cqa_format)format};
        struct cqa_buffer out = {.limit = 40};
        struct cqa_result result;
        struct cqa_report report;
        example_result(&result);
        enum cqa_status status = cqa_report_begin(&report, &options, &out);
        if (status == CQA_OK)
            status = cqa_report_write(&report, &result, &out);
        assert_int_equal(status, CQA_E_LIMIT);
        cqa_report_finish(&report);
        cqa_result_finish(&result);
        cqa_buffer_finish(&out);
    }
}

static void test_long_call_in_rows(void **state)
{
    const struct cqa_report_options options = {.format = CQA_FORMAT_TEXT};
    struct cqa_buffer out = {.limit = 1 << 20};
    struct cqa_result result;
    struct cqa_report report;
    size_t rows = 0;

    (void)state;
    example_result(&result);
    result.recording.duration_ms = 8 * 3600 * INT64_C(1000);
    assert_int_equal(cqa_report_begin(&report, &options, &out), CQA_OK);
    assert_int_equal(cqa_report_write(&report, &result, &out), CQA_OK);
    for (const char *at = out.text; (at = strstr(at, "\n  customer")) != NULL; at++)
        rows++;
    assert_int_equal(rows, 6);
    assert_non_null(strstr(out.text, "7:30:00"));
    for (char *line = strtok(out.text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        assert_true(cqa_width(line) <= 100);
    cqa_result_finish(&result);
    cqa_buffer_finish(&out);
}

static void test_find(void **state)
{
    (void)state;
    for (int format = 0; format < CQA_FORMAT_COUNT; format++)
        assert_int_equal(cqa_format_find(cqa_format_words[format]), format);
    assert_int_equal(cqa_format_find("xml"), CQA_FORMAT_COUNT);
}

static void test_clock_and_points(void **state)
{
    char text[32];

    (void)state;
    cqa_clock_text(0, text, sizeof text);
    assert_string_equal(text, "0:00");
    cqa_clock_text(3599999, text, sizeof text);
    assert_string_equal(text, "59:59");
    cqa_clock_text(3600000, text, sizeof text);
    assert_string_equal(text, "1:00:00");
    cqa_points_text(2, text, sizeof text);
    assert_string_equal(text, "2");
    cqa_points_text(100, text, sizeof text);
    assert_string_equal(text, "100");
    cqa_points_text(0.25, text, sizeof text);
    assert_string_equal(text, "0.25");
    cqa_points_text(97.5, text, sizeof text);
    assert_string_equal(text, "97.5");
}

static void expect_cost(double points, const char *severity, const char *en, const char *zh)
{
    const struct cqa_deduction deduction = {.points = points, .severity = severity};
    char text[32];

    cqa_cost_text(&deduction, 0, text, sizeof text);
    assert_string_equal(text, en);
    cqa_cost_text(&deduction, 1, text, sizeof text);
    assert_string_equal(text, zh);
}

/* What costs nothing because the rubric takes no more is told from what never costs. */
static void test_cost(void **state)
{
    (void)state;
    expect_cost(2, "major", "−2", "−2");
    expect_cost(0.5, NULL, "−0.5", "−0.5");
    expect_cost(0, "note", "note", "提示");
    expect_cost(0, NULL, "note", "提示");
    expect_cost(0, "major", "0, cap", "0，封顶");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_golden_bounds),
        cmocka_unit_test(test_ground_is_said),
        cmocka_unit_test(test_stretches_are_listed),
        cmocka_unit_test(test_unknown_roles),
        cmocka_unit_test(test_cost),
        cmocka_unit_test(test_no_results),
        cmocka_unit_test(test_csv_defuses_formulas),
        cmocka_unit_test(test_names_cannot_forge),
        cmocka_unit_test(test_full_buffer_is_an_error),
        cmocka_unit_test(test_long_call_in_rows),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_clock_and_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
