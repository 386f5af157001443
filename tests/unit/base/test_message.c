/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message keeps a format and its arguments, and is put into words later, in either language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include "base/catalogue.h"
#include "base/error.h"
#include "base/escape.h"
#include "base/failure.h"
#include "base/message_json.h"
#include "base/problems.h"

#define SAYS(expected, ...) assert_string_equal(cqa_english(cqa_words(__VA_ARGS__)), expected)

/* As printf says it: the tests' own expectation. */
#define AS_PRINTF(...)                                                                             \
    do {                                                                                           \
        char expected[512];                                                                        \
        (void)snprintf(expected, sizeof expected, __VA_ARGS__);                                    \
        SAYS(expected, __VA_ARGS__);                                                               \
    } while (0)

static void each_conversion_is_said_as_printf_says_it(void **state)
{
    (void)state;
    AS_PRINTF("%d %i %u", -3, INT_MIN, UINT_MAX);
    AS_PRINTF("%ld %lu %lld %llu", LONG_MIN, ULONG_MAX, LLONG_MIN, ULLONG_MAX);
    AS_PRINTF("%zu %jd %td", (size_t)7, (intmax_t)-8, (ptrdiff_t)9);
    AS_PRINTF("%hhd %hd", (signed char)-1, (short)-2);
    AS_PRINTF("%x %X %o %#x %04X", 255U, 255U, 8U, 255U, 10U);
    AS_PRINTF("%g %.15g %e %.1f %08.3f %+g", 0.1, 0.1, 1e300, 2.25, -3.5, 4.0);
    AS_PRINTF("%c%s|%5s|%-5s|%.3s|%.*s|", 'x', "word", "ab", "cd", "abcdef", 2, "xyz");
    AS_PRINTF("100 %% of %s%%", "it");
    AS_PRINTF("%d%%%d", 1, 2);
    SAYS("", "%s", "");
    SAYS("(null)", "%s", (const char *)NULL);
}

static void a_precision_needs_no_terminator(void **state)
{
    const char three[3] = {'a', 'b', 'c'};
    const char half[4] = {'a', '\xe5', '\x9d', 'x'};

    (void)state;
    SAYS("abc", "%.3s", three);
    SAYS("ab", "%.*s", 2, three);
    SAYS("a", "%.*s", 3, "a\xe5\x9d\x90"); /* the character that it cuts is left out */
    SAYS("a\\xe5\\x9dx", "%.*s", 4, half);
}

static void messages_stand_in_messages(void **state)
{
    struct cqa_message inner;
    struct cqa_message outer;

    (void)state;
    cqa_message_set(&inner, "\"%s\" is missing", "points");
    cqa_message_set(&outer, "%s: %p; %p, %d", "f", &inner, cqa_words("%g", 0.5), 7);
    memset(&inner, 0, sizeof inner);
    assert_string_equal(cqa_english(&outer), "f: \"points\" is missing; 0.5, 7");
    cqa_message_set(&outer, "%p and %p", &outer, &outer);
    assert_string_equal(cqa_english(&outer),
                        "f: \"points\" is missing; 0.5, 7 and f: \"points\" is missing; 0.5, 7");
    SAYS("nothing: ", "nothing: %p", (const struct cqa_message *)NULL);
    SAYS("nothing: ", "nothing: %p", cqa_words_named(NULL));
}

static void both_languages_come_of_one(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    cqa_fail(&error, CQA_E_BADDATA, "\"%s\" must be %p", "rules", cqa_words_named(CQA_N("a list")));
    assert_string_equal(cqa_english(&error.message), "\"rules\" must be a list");
    assert_string_equal(cqa_said(&error.message, CQA_CHINESE), "“rules”须为列表");
    cqa_fail_within(&error, "%s", "/f");
    assert_string_equal(cqa_english(&error.message), "/f: \"rules\" must be a list");
    assert_string_equal(cqa_said(&error.message, CQA_CHINESE), "/f：“rules”须为列表");
    assert_string_equal(cqa_said(cqa_words_of(((struct cqa_text){"one", "一"})), CQA_CHINESE),
                        "一");
    assert_string_equal(cqa_said(cqa_words_of(((struct cqa_text){NULL, "一"})), CQA_ENGLISH), "一");
    assert_string_equal(cqa_said(cqa_words("something new"), CQA_CHINESE), "something new");
    errno = ENOENT;
    cqa_fail_errno(&error, "%s", "/f");
    assert_string_equal(cqa_said(&error.message, CQA_CHINESE), "/f：没有那个文件或文件夹");
    /* another order of arguments */
    cqa_message_set(&error.message, "not a %s model of format %d", "callqa", 2);
    assert_string_equal(cqa_said(&error.message, CQA_CHINESE), "不是格式 2 的 callqa 模型");
}

static void a_code_outlives_its_words(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    cqa_fail(&error, CQA_E_BADDATA, "\"%s\" is missing", "rules");
    const char *code = cqa_message_code(&error.message);
    assert_string_equal(code, cqa_catalogue_code("\"%s\" is missing"));
    assert_string_equal(cqa_catalogue_format(code), "\"%s\" is missing");
    cqa_fail_within(&error, "%s", "/f"); /* what only joins has the code of what it joins */
    assert_string_equal(cqa_message_code(&error.message), code);
    assert_string_equal(cqa_message_code(cqa_words("something new")), "");
    assert_string_equal(cqa_message_code(cqa_words("%s", "said elsewhere")), "");
}

/* ---- what does not fit, and what means harm */

static int ends_with(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

static void what_is_too_long_is_cut_where_it_shows(void **state)
{
    char much[3 * 700 + 1] = "";
    struct cqa_error error = {0};

    (void)state;
    for (size_t i = 0; i + 3 < sizeof much; i += 3)
        memcpy(much + i, "坐", 4);
    cqa_fail(&error, CQA_E_IO, "at %d: %s: then %d of %p", 3, much, 4, cqa_words("%g", 0.5));
    const char *said = cqa_english(&error.message);
    assert_memory_equal(said, "at 3: 坐坐", strlen("at 3: 坐坐"));
    assert_true(ends_with(said, "坐…: then 4 of 0.5"));
    for (int i = 0; i < 40; i++) { /* what comes last says the least, the places stay */
        cqa_fail_within(&error, "%s %d", "folder", i);
        said = cqa_english(&error.message);
        for (const char *at = said; *at != '\0';) {
            const size_t length = cqa_utf8_length(at, strlen(at));
            assert_true(length > 0);
            at += length;
        }
    }
    assert_memory_equal(said, "folder 39: folder 38: ", 22);
    assert_non_null(strstr(said, "…"));
}

/* Any number of arguments, each of any length: nothing is written beyond, the format is whole. */
static void no_length_breaks_it(void **state)
{
    char much[1200];

    (void)state;
    memset(much, 'y', sizeof much);
    for (size_t length = 0; length < sizeof much; length += 7) {
        struct cqa_message message;
        much[length] = '\0';
        cqa_message_set(&message, "<%s|%s|%p|%llu|%s>", much, much, cqa_words("(%s)", much),
                        ULLONG_MAX, much);
        assert_true(message.used <= CQA_MESSAGE_BYTES);
        const char *said = cqa_english(&message);
        assert_int_equal(said[0], '<');
        assert_true(ends_with(said, ">"));
        assert_non_null(strstr(said, ")|18446744073709551615|"));
        much[length] = 'y';
    }
}

static void hostile_arguments_stay_arguments(void **state)
{
    char small[8];

    (void)state;
    SAYS("a %s%n%999d b", "a %s b", "%s%n%999d");
    SAYS("a\\x0aLEVEL=err\\x1b[2J\\x7f", "a%s", "\nLEVEL=err\x1b[2J\x7f");
    SAYS("\\xff\\xc0\\x80\\xed\\xa0\\x80\\xc2\\x85", "%s", "\xff\xc0\x80\xed\xa0\x80\xc2\x85");
    SAYS("\\xe5\\x9d", "%s", "\xe5\x9d");
    SAYS("坐席\\", "%s", "坐席\\");
    cqa_message_write(cqa_words("%s", "坐席坐席"), CQA_ENGLISH, small, sizeof small);
    assert_string_equal(small, "坐…");
    cqa_message_write(cqa_words("%s", "坐席"), CQA_ENGLISH, small, sizeof small);
    assert_string_equal(small, "坐席");
    cqa_message_write(cqa_words("%s", "x"), CQA_ENGLISH, small, 1);
    assert_string_equal(small, "");
}

/* ---- between programs */

static void a_message_survives_the_way_to_another_program(void **state)
{
    struct cqa_message message;
    struct cqa_message back;
    struct cqa_failure failure;
    struct cqa_failure read = {.reason = ""};
    char told[CQA_FAILURE_BYTES_MAX];

    (void)state;
    cqa_message_set(&message, "%p: %p", cqa_words("%s", "/a\n.wav"),
                    cqa_words("Ogg Opus at %.1f s: %p", 2.5, cqa_words("a page is missing")));
    char *text = cqa_message_to_text(&message);
    assert_true(cqa_message_from_text(text, &back));
    assert_string_equal(cqa_said(&back, CQA_CHINESE), cqa_said(&message, CQA_CHINESE));
    assert_string_equal(cqa_message_code(&back), cqa_message_code(&message));
    free(text);
    /* a format that the other side may not know goes as its English words */
    text = cqa_message_to_text(cqa_words("something %d new", 1));
    assert_true(cqa_message_from_text(text, &back));
    assert_string_equal(cqa_english(&back), "something 1 new");
    free(text);
    cqa_failure_set(&failure, CQA_FAILURE_EMPTY, "%llu frames", 7ULL);
    const size_t length = cqa_failure_write(&failure, told);
    assert_true(cqa_failure_read(told, length, &read));
    assert_string_equal(read.reason, CQA_FAILURE_EMPTY);
    assert_string_equal(cqa_said(&read.message, CQA_CHINESE), "共 7 帧");
    assert_false(cqa_failure_read(told, length - 1, &read));
    assert_false(cqa_failure_read("empty", 6, &read));
    assert_false(cqa_failure_read("EMPTY\0{}", 9, &read));
}

/* Whoever sends it: another program's message is one of ours, or nothing. */
static void what_comes_from_elsewhere_is_checked(void **state)
{
    static const char *const hostile[] = {
        "",
        "[]",
        "{}",
        "null",
        "{\"code\":\"nosuch\",\"arguments\":[]}",
        "{\"code\":7,\"arguments\":[]}",
        "{\"code\":\"frames\"}",
        "{\"code\":\"frames\",\"arguments\":[]}",
        "{\"code\":\"frames\",\"arguments\":[\"7\"]}",
        "{\"code\":\"frames\",\"arguments\":[7.5]}",
        "{\"code\":\"frames\",\"arguments\":[7,8]}",
        "{\"code\":\"frames\",\"arguments\":{\"0\":7}}",
        "{\"code\":\"join.p\",\"arguments\":[\"text\"]}",
        "{\"code\":\"join.p\",\"arguments\":[{\"en\":\"a\",\"zh\":\"b\"}]}",
        "{\"code\":\"join.p\",\"arguments\":[{\"code\":\"frames\",\"arguments\":[null]}]}",
        "{\"code\":\"join.s\",\"arguments\":[{\"en\":\"a\"}]}",
    };
    struct cqa_message out = {.format = "as it was"};
    char deep[2000] = "";

    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++)
        if (cqa_message_from_text(hostile[i], &out))
            fail_msg("%s was taken", hostile[i]);
    for (int i = 0; i < 40; i++)
        strcat(deep, "{\"code\":\"join.p\",\"arguments\":[");
    assert_false(cqa_message_from_text(deep, &out));
    strcat(deep, "{\"code\":\"frames\",\"arguments\":[1]}");
    for (int i = 0; i < 40; i++)
        strcat(deep, "]}");
    assert_false(cqa_message_from_text(deep, &out));
    assert_string_equal(out.format, "as it was");
    assert_true(cqa_message_from_text(
        "{\"code\":\"join.s\",\"arguments\":[{\"en\":\"a\",\"zh\":\"b\"}]}", &out));
    assert_string_equal(cqa_said(&out, CQA_CHINESE), "b");
}

/* ---- the catalogue */

/* Each code of src/base/po/codes.po finds its format, and that its Chinese. */
static void every_message_is_said_in_both(void **state)
{
    FILE *codes = fopen(CQA_SOURCE_DIR "/src/base/po/codes.po", "r");
    char line[512];
    char code[64];
    size_t count = 0;

    (void)state;
    assert_non_null(codes);
    while (fgets(line, sizeof line, codes) != NULL) {
        if (sscanf(line, "msgstr \"%63[^\"]\"", code) != 1)
            continue;
        const char *format = cqa_catalogue_format(code);
        if (format == NULL)
            fail_msg("%s: no format", code);
        assert_string_equal(cqa_catalogue_code(format), code);
        if (cqa_catalogue_say(format, CQA_CHINESE)[0] == '\0')
            fail_msg("%s: no Chinese", format);
        assert_string_equal(cqa_catalogue_say(format, CQA_ENGLISH), format);
        count++;
    }
    (void)fclose(codes);
    assert_true(count > 800);
}

static void problems_are_said_in_both(void **state)
{
    struct cqa_problems problems = {0};
    struct cqa_buffer out[2] = {{.limit = 1000}, {.limit = 1000}};

    (void)state;
    assert_string_equal(cqa_english(cqa_problem_message(&problems, 0)), "out of memory");
    cqa_problems_add(&problems, 9, 1, "\"%s\" is empty", "title");
    cqa_problems_add(&problems, 3, 5, "\"%s\" is missing", "points");
    for (int i = 0; i < CQA_LANGUAGE_COUNT; i++)
        cqa_problems_put(&problems, CQA_N("rubric"), (enum cqa_language)i, &out[i]);
    assert_string_equal(out[CQA_ENGLISH].text,
                        "rubric:3:5: \"points\" is missing\nrubric:9:1: \"title\" is empty\n");
    assert_string_equal(out[CQA_CHINESE].text, "评分标准第 3 行第 5 列：缺少“points”\n"
                                               "评分标准第 9 行第 1 列：“title”为空\n");
    cqa_buffer_finish(&out[0]);
    cqa_buffer_finish(&out[1]);
    cqa_problems_finish(&problems);
}

/* ---- the environment */

static void the_environment_chooses(void **state)
{
    static const struct {
        const char *all, *messages, *lang, *language;
        enum cqa_language chosen;
    } cases[] = {
        {NULL, NULL, NULL, NULL, CQA_ENGLISH},
        {NULL, NULL, "zh_CN.UTF-8", NULL, CQA_CHINESE},
        {NULL, NULL, "zh_CN.utf8", NULL, CQA_CHINESE},
        {NULL, NULL, "zh_CN", NULL, CQA_CHINESE},
        {NULL, NULL, "zh_SG.UTF-8@x", NULL, CQA_CHINESE},
        {NULL, NULL, "zh_TW.UTF-8", NULL, CQA_ENGLISH},
        {NULL, NULL, "zh_CN.GB18030", NULL, CQA_ENGLISH},
        {NULL, "en_US.UTF-8", "zh_CN.UTF-8", NULL, CQA_ENGLISH},
        {"", "", "zh_CN.UTF-8", "", CQA_CHINESE},
        {"C", NULL, "zh_CN.UTF-8", "zh", CQA_ENGLISH},
        {"C.UTF-8", NULL, NULL, "zh_CN", CQA_CHINESE},
        {"POSIX", "zh_CN.UTF-8", NULL, NULL, CQA_ENGLISH},
        {NULL, NULL, "de_DE.UTF-8", "fr:zh_CN:en", CQA_CHINESE},
        {NULL, NULL, "zh_CN.UTF-8", "en:zh", CQA_ENGLISH},
        {NULL, NULL, "zh_CN.UTF-8", "fr", CQA_CHINESE},
        {NULL, NULL, "de_DE.UTF-8", NULL, CQA_ENGLISH},
        {NULL, NULL, "zhx.UTF-8", NULL, CQA_ENGLISH},
    };
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const values[] = {cases[i].all, cases[i].messages, cases[i].lang,
                                      cases[i].language};
        for (size_t k = 0; k < 4; k++)
            if (values[k] == NULL)
                unsetenv(names[k]);
            else
                setenv(names[k], values[k], 1);
        if (cqa_language_of_environment() != cases[i].chosen)
            fail_msg("case %zu", i);
    }
    for (size_t k = 0; k < 4; k++)
        unsetenv(names[k]);
}

/* ---- threads */

static void *speak(void *context)
{
    const int number = *(const int *)context;
    char expected[2][64];

    (void)snprintf(expected[CQA_ENGLISH], 64, "/%d: %d frames", number, number);
    (void)snprintf(expected[CQA_CHINESE], 64, "/%d：共 %d 帧", number, number);
    for (int i = 0; i < 2000; i++) {
        struct cqa_error error = {0};
        cqa_fail(&error, CQA_E_BADDATA, "%llu frames", (unsigned long long)number);
        cqa_fail_within(&error, "/%d", number);
        const enum cqa_language language = i % 2 ? CQA_CHINESE : CQA_ENGLISH;
        if (strcmp(cqa_said(&error.message, language), expected[language]) != 0)
            return context;
    }
    return NULL;
}

static void threads_do_not_mix(void **state)
{
    enum { COUNT = 8 };
    pthread_t threads[COUNT];
    int numbers[COUNT];

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, speak, &numbers[i]), 0);
    }
    for (int i = 0; i < COUNT; i++) {
        void *wrong = NULL;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_conversion_is_said_as_printf_says_it),
        cmocka_unit_test(a_precision_needs_no_terminator),
        cmocka_unit_test(messages_stand_in_messages),
        cmocka_unit_test(both_languages_come_of_one),
        cmocka_unit_test(a_code_outlives_its_words),
        cmocka_unit_test(what_is_too_long_is_cut_where_it_shows),
        cmocka_unit_test(no_length_breaks_it),
        cmocka_unit_test(hostile_arguments_stay_arguments),
        cmocka_unit_test(a_message_survives_the_way_to_another_program),
        cmocka_unit_test(what_comes_from_elsewhere_is_checked),
        cmocka_unit_test(every_message_is_said_in_both),
        cmocka_unit_test(problems_are_said_in_both),
        cmocka_unit_test(the_environment_chooses),
        cmocka_unit_test(threads_do_not_mix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
