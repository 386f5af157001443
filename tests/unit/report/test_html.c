/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of a day's calls: what it lists, that no name can become markup, where its links lead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "report/day.h"
#include "report/format.h"
#include "report/words.h"
#include "support/example_result.h"

/* Head, body and foot as they stand in the file. Owned, free with free(). */
static char *page_of(const struct cqa_result *results, size_t count, int zh,
                     const struct cqa_failure *failure)
{
    const struct cqa_report_options options = {
        .format = CQA_FORMAT_HTML, .zh = zh, .folder = "/rec"};
    struct cqa_buffer body = {.limit = 1 << 22};
    struct cqa_buffer head = {.limit = 1 << 22};
    struct cqa_report report;
    char *page = NULL;

    assert_int_equal(cqa_report_begin(&report, &options, &body), CQA_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(cqa_report_write(&report, &results[i], &body), CQA_OK);
    if (failure != NULL)
        cqa_report_fail(&report, "/rec/<i>\xff\n.wav", failure);
    assert_int_equal(cqa_report_end(&report, &body), CQA_OK);
    assert_int_equal(cqa_report_head(&report, &head), CQA_OK);
    assert_true(asprintf(&page, "%s%s", head.text, body.text) > 0);
    cqa_report_finish(&report);
    cqa_buffer_finish(&head);
    cqa_buffer_finish(&body);
    return page;
}

static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;

    for (; (text = strstr(text, part)) != NULL; text++)
        count++;
    return count;
}

static void expect(const char *page, const char *part)
{
    if (strstr(page, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, page);
}

/* What costs, what is noted for over 10 s, and what was not recorded for as long; not the final
 * silence of 6 s. */
static void test_lists_what_is_to_be_checked(void **state)
{
    struct cqa_result result;

    (void)state;
    example_bounded_result(&result);
    char *page = page_of(&result, 1, 0, NULL);
    assert_int_equal(occurrences(page, "<article"), 3);
    assert_int_equal(occurrences(page, "<article class=\"costs\""), 1);
    expect(page, "Nobody spoke for 12.1 s.");
    expect(page, "costs nothing: a line was muted, parked or cut");
    expect(page, "costs nothing: the recorder wrote nothing here");
    assert_null(strstr(page, "Nobody spoke for 6.4 s."));
    expect(page, "confidence 98&nbsp;%");
    expect(page, "agent <bdi>8001</bdi>");
    expect(page, "#t=12.040,24.100\"");
    assert_int_equal(occurrences(page, "<svg viewBox"), 3);
    expect(page, "fill=\"url(#h17b8794)\"");
    expect(page, "id=\"h17b8794\"");
    expect(page, "<dt>points</dt><dd>2</dd>");
    free(page);
    page = page_of(&result, 1, 1, NULL);
    expect(page, "<html lang=\"zh-CN\">");
    expect(page, "不扣分：此处录音系统未写入声音");
    free(page);
    cqa_result_finish(&result);
}

static void test_opens_anywhere(void **state)
{
    struct cqa_result results[2];

    (void)state;
    example_bounded_result(&results[0]);
    example_unknown_roles(&results[1]);
    char *page = page_of(results, 2, 0, NULL);
    assert_null(strstr(page, "http://"));
    assert_null(strstr(page, "https://"));
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "src="));
    expect(page, "default-src 'none'");
    free(page);
    cqa_result_finish(&results[0]);
    cqa_result_finish(&results[1]);
}

static void test_names_are_no_markup(void **state)
{
    struct cqa_failure failure;
    struct cqa_result result;
    char page_without[] = "<img";

    (void)state;
    cqa_failure_set(&failure, "not_audio", "%s", "<b>\"no\" & 'none'");
    example_bounded_result(&result);
    result.path = "/rec/a<img src=x>\"'&\x1b\xff?#%.wav";
    result.call.agent = "<img onerror=x>";
    result.call.customer = "\"><img>";
    result.call.id = "'<img>";
    result.score.rubric = "<img>";
    result.score.deductions[0].rule = "<img>";
    char *page = page_of(&result, 1, 0, &failure);
    assert_null(strstr(page, page_without));
    assert_null(strchr(page, '\x1b'));
    assert_null(strchr(page, '\xff'));
    expect(page, "a&lt;img src=x&gt;&quot;&#39;&amp;\\x1b\\xff?#%.wav");
    expect(page, "href=\"a%3Cimg%20src%3Dx%3E%22%27%26%1B%FF%3F%23%25.wav#t=12.040,24.100\"");
    expect(page, "<li><bdi>/rec/&lt;i&gt;\\xff\\x0a.wav</bdi>: not_audio: &lt;b&gt;&quot;no&quot;");
    expect(page, "<dt>recordings that could not be read</dt><dd>1</dd>");
    free(page);
    result.score.deductions[0].rule = "dead-air";
    cqa_result_finish(&result);
}

static void expect_link(const char *path, const char *folder, const char *expected)
{
    struct cqa_buffer out = {.limit = 10000};

    cqa_html_link(path, folder, 1005, 61000, &out);
    assert_string_equal(out.text, expected);
    cqa_buffer_finish(&out);
}

static void test_links(void **state)
{
    char real[] = "/tmp/callqa-link-XXXXXX";
    char link[64];
    char path[64];
    char file[64];

    (void)state;
    expect_link("/rec/a.wav", "/rec", "a.wav#t=1.005,61.000");
    expect_link("/rec/a.wav", "/rec/", "a.wav#t=1.005,61.000");
    expect_link("/rec//d/a b.wav", "/rec", "d/a%20b.wav#t=1.005,61.000");
    expect_link("/rec/a:b.wav", "/rec", "a%3Ab.wav#t=1.005,61.000");
    expect_link("/a.wav", "/", "a.wav#t=1.005,61.000");
    expect_link("/record/a.wav", "/rec", "file:///record/a.wav#t=1.005,61.000");
    expect_link("/rec/录.wav", NULL, "file:///rec/%E5%BD%95.wav#t=1.005,61.000");
    /* The folder under another name. */
    assert_non_null(mkdtemp(real));
    snprintf(link, sizeof link, "%s-link", real);
    snprintf(file, sizeof file, "%s/a.wav", real);
    snprintf(path, sizeof path, "%s/a.wav", link);
    assert_int_equal(symlink(real, link), 0);
    FILE *made = fopen(file, "w");
    assert_non_null(made);
    fclose(made);
    expect_link(path, real, "a.wav#t=1.005,61.000");
    unlink(file);
    unlink(link);
    rmdir(real);
}

/* Every type has its colour in a picture, and its name in the language of the page. */
static void test_every_type(void **state)
{
    (void)state;
    for (int type = 0; type < CQA_EVENT_TYPE_COUNT; type++) {
        const struct cqa_event event = {
            .type = (enum cqa_event_type)type, .start_ms = 40000, .end_ms = 60000};
        struct cqa_deduction note = {.rule = "any",
                                     .severity = "note",
                                     .event = 1,
                                     .start_ms = 40000,
                                     .end_ms = 60000,
                                     .text = {"It.", "它。"}};
        struct cqa_result result;
        char color[16];
        example_mono_result(&result);
        result.scored = 1;
        result.score = (struct cqa_score){.rubric = "r",
                                          .version = "1",
                                          .base = 100,
                                          .total = 100,
                                          .deductions = &note,
                                          .deduction_count = 1};
        assert_true(cqa_events_add(&result.events, &event));
        cqa_events_number(&result.events);
        char *page = page_of(&result, 1, 1, NULL);
        snprintf(color, sizeof color, "\"#%06x\"", (unsigned)cqa_event_looks[type].color);
        expect(page, color);
        expect(page, cqa_event_type_word(event.type, 1));
        free(page);
        cqa_result_finish(&result);
    }
}

static void test_nothing_to_check(void **state)
{
    struct cqa_result result;

    (void)state;
    example_mono_result(&result);
    char *page = page_of(&result, 1, 0, NULL);
    expect(page, "Nothing to check.");
    expect(page, "Both parties are on one channel.");
    assert_null(strstr(page, "<section>"));
    free(page);
    cqa_result_finish(&result);
    page = page_of(NULL, 0, 1, NULL);
    expect(page, "没有需要核查的内容。");
    free(page);
}

/* Neither many rules nor many reasons take more room than there is. */
static void test_many_rules(void **state)
{
    struct cqa_day *day = calloc(1, sizeof *day);
    char rules[CQA_DAY_ROWS_MAX + 20][16];
    struct cqa_deduction deductions[CQA_DAY_ROWS_MAX + 20] = {0};
    const size_t count = sizeof rules / sizeof rules[0];
    struct cqa_stretches none = {0};
    struct cqa_result result;

    (void)state;
    assert_non_null(day);
    example_mono_result(&result);
    for (size_t i = 0; i < count; i++) {
        snprintf(rules[i], sizeof rules[i], "rule%zu", i);
        deductions[i] = (struct cqa_deduction){.rule = rules[i], .points = 1};
    }
    result.scored = 1;
    result.score = (struct cqa_score){
        .rubric = "r", .version = "1", .deductions = deductions, .deduction_count = count};
    cqa_day_add(day, &result, &none, 0, 1);
    assert_int_equal(day->rule_count, CQA_DAY_ROWS_MAX);
    assert_int_equal(day->rules[CQA_DAY_ROWS_MAX - 1].charged, 21);
    assert_true(day->points == (double)count);
    free(day);
    cqa_result_finish(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_what_is_to_be_checked),
        cmocka_unit_test(test_opens_anywhere),
        cmocka_unit_test(test_names_are_no_markup),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_every_type),
        cmocka_unit_test(test_nothing_to_check),
        cmocka_unit_test(test_many_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
