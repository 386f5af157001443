/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/buffer.h"
#include "base/yaml.h"

/* A document at hand with its problems; `root` is NULL where there is no top map. */
struct sheet {
    struct cqa_problems problems;
    struct cqa_yaml *yaml;
    const struct cqa_yaml_node *root;
};

static struct sheet read_sheet(const char *text)
{
    struct sheet sheet = {0};

    sheet.yaml = cqa_yaml_parse(text, strlen(text), &sheet.problems);
    sheet.root = cqa_yaml_root(sheet.yaml, &sheet.problems);
    return sheet;
}

/* Closes the sheet: its only problem reads `wanted` ("LINE:COLUMN: text"), or it has none (NULL).
 */
static void expect(struct sheet *sheet, const char *wanted)
{
    char found[700] = "";

    if (sheet->problems.count > 0)
        snprintf(found, sizeof found, "%zu:%zu: %s", sheet->problems.items[0].line,
                 sheet->problems.items[0].column, cqa_english(sheet->problems.items[0].message));
    assert_string_equal(found, wanted == NULL ? "" : wanted);
    assert_int_equal(sheet->problems.count, wanted == NULL ? 0 : 1);
    cqa_problems_finish(&sheet->problems);
    cqa_yaml_destroy(sheet->yaml);
    *sheet = (struct sheet){0};
}

static void expect_text(const char *text, const char *wanted)
{
    struct sheet sheet = read_sheet(text);

    expect(&sheet, wanted);
}

/* ---- typed reads: what is read, and what is said where it is not */

static void expect_number(const char *text, double value, const char *wanted)
{
    struct sheet sheet = read_sheet(text);
    double out = -99;

    assert_int_equal(cqa_yaml_get_number(sheet.root, "n", 1, -10, 10, &out, &sheet.problems),
                     wanted == NULL);
    assert_true(out == (wanted == NULL ? value : -99));
    expect(&sheet, wanted);
}

static void test_number(void **state)
{
    (void)state;
    expect_number("n: 5.5", 5.5, NULL);
    expect_number("n: -10", -10, NULL);
    expect_number("n: +1e1", 10, NULL);
    expect_number("a: 1\nn:   .nan", 0, "2:6: \".nan\" is not a number; allowed: -10 to 10");
    expect_number("n: nan", 0, "1:4: \"nan\" is not a number; allowed: -10 to 10");
    expect_number("n: inf", 0, "1:4: \"inf\" is not a number; allowed: -10 to 10");
    expect_number("n: 1e999", 0, "1:4: \"1e999\" is not a number; allowed: -10 to 10");
    expect_number("n: 5,5", 0, "1:4: \"5,5\" is not a number; allowed: -10 to 10");
    expect_number("n: 5 s", 0, "1:4: \"5 s\" is not a number; allowed: -10 to 10");
    expect_number("n: 0x5", 0, "1:4: \"0x5\" is not a number; allowed: -10 to 10");
    expect_number("n: 1-2", 0, "1:4: \"1-2\" is not a number; allowed: -10 to 10");
    expect_number("n: \"5\"", 0, "1:4: \"5\" is not a number; allowed: -10 to 10");
    expect_number("n:", 0, "1:3: \"\" is not a number; allowed: -10 to 10");
    expect_number("n: 10.01", 0, "1:4: 10.01 is out of range; allowed: -10 to 10");
    expect_number("n: [1]", 0, "1:4: \"n\" must be a single value");
    expect_number("m: 1", 0, "1:1: \"n\" is missing");
}

static void expect_whole(const char *text, int64_t value, const char *wanted)
{
    struct sheet sheet = read_sheet(text);
    int64_t out = -99;

    assert_int_equal(cqa_yaml_get_whole(sheet.root, "n", 1, 0, 1000, &out, &sheet.problems),
                     wanted == NULL);
    assert_int_equal(out, wanted == NULL ? value : -99);
    expect(&sheet, wanted);
}

static void test_whole(void **state)
{
    (void)state;
    expect_whole("n: 1000", 1000, NULL);
    expect_whole("n: 1e2", 100, NULL);
    expect_whole("n: 2.5", 0, "1:4: 2.5 is not a whole number; allowed: 0 to 1000");
    expect_whole("n: -1", 0, "1:4: -1 is out of range; allowed: 0 to 1000");
    expect_whole("n: 1001", 0, "1:4: 1001 is out of range; allowed: 0 to 1000");
}

static void expect_duration(const char *text, int64_t value_ms, const char *wanted)
{
    struct sheet sheet = read_sheet(text);
    int64_t out = -99;

    assert_int_equal(
        cqa_yaml_get_duration(sheet.root, "d", 1, 100, 86400000, &out, &sheet.problems),
        wanted == NULL);
    assert_int_equal(out, wanted == NULL ? value_ms : -99);
    expect(&sheet, wanted);
}

static void test_duration(void **state)
{
    static const char *const form =
        "1:4: \"%s\" is not a length of time; write it as 500ms, 10s, 3min or 6h";
    static const char *const wrong[] = {"10",     "10 s",  "s",
                                        "1.2.3s", "10sec", "-3s",
                                        "1e3s",   "5,5s",  "99999999999999999999999999999999999s"};
    char text[100];
    char problem[200];

    (void)state;
    expect_duration("d: 500ms", 500, NULL);
    expect_duration("d: 10s", 10000, NULL);
    expect_duration("d: 2.5s", 2500, NULL);
    expect_duration("d: 3min", 180000, NULL);
    expect_duration("d: 6h", 21600000, NULL);
    expect_duration("d: 99ms", 0, "1:4: 99ms is out of range; allowed: 100ms to 86400000ms");
    expect_duration("d: 25h", 0, "1:4: 25h is out of range; allowed: 100ms to 86400000ms");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(text, sizeof text, "d: %s", wrong[i]);
        snprintf(problem, sizeof problem, form, wrong[i]);
        expect_duration(text, 0, problem);
    }
}

static void expect_bool(const char *text, int value, const char *wanted)
{
    struct sheet sheet = read_sheet(text);
    int out = -99;

    assert_int_equal(cqa_yaml_get_bool(sheet.root, "b", 1, &out, &sheet.problems), wanted == NULL);
    assert_int_equal(out, wanted == NULL ? value : -99);
    expect(&sheet, wanted);
}

static void test_bool(void **state)
{
    (void)state;
    expect_bool("b: true", 1, NULL);
    expect_bool("b: false", 0, NULL);
    expect_bool("b: yes", 0, "1:4: \"yes\" is not one of: false, true");
    expect_bool("b: 1", 0, "1:4: \"1\" is not one of: false, true");
    expect_bool("b: True", 0, "1:4: \"True\" is not one of: false, true");
}

static void test_word(void **state)
{
    static const char *const words[] = {"queue", "talk", NULL};
    struct sheet sheet = read_sheet("w: talk");
    int out = -99;

    (void)state;
    assert_true(cqa_yaml_get_word(sheet.root, "w", 1, words, &out, &sheet.problems));
    assert_int_equal(out, 1);
    expect(&sheet, NULL);
    sheet = read_sheet("w: [talk]\n");
    assert_false(cqa_yaml_as_word(cqa_yaml_find(sheet.root, "w"), words, &out, &sheet.problems));
    expect(&sheet, "1:4: \"this\" is not one of: queue, talk");
    sheet = read_sheet("w: Talk\n");
    assert_false(cqa_yaml_get_word(sheet.root, "w", 1, words, &out, &sheet.problems));
    expect(&sheet, "1:4: \"Talk\" is not one of: queue, talk");
}

static void test_string(void **state)
{
    struct sheet sheet = read_sheet("s: \"1.0\"\nempty: ''");
    const char *out = NULL;

    (void)state;
    assert_true(cqa_yaml_get_string(sheet.root, "s", 1, &out, &sheet.problems));
    assert_string_equal(out, "1.0");
    assert_false(cqa_yaml_get_string(sheet.root, "absent", 0, &out, &sheet.problems));
    assert_string_equal(out, "1.0");
    assert_int_equal(sheet.problems.count, 0);
    assert_false(cqa_yaml_get_string(sheet.root, "empty", 0, &out, &sheet.problems));
    expect(&sheet, "2:8: \"empty\" is empty");
}

static void test_text_in_both_languages(void **state)
{
    struct sheet sheet = read_sheet("t: {en: dead air, zh: 冷场}");
    struct cqa_text out = {"default", "default"};

    (void)state;
    assert_true(cqa_yaml_get_text(sheet.root, "t", 1, &out, &sheet.problems));
    assert_string_equal(out.en, "dead air");
    assert_string_equal(out.zh, "冷场");
    expect(&sheet, NULL);

    out = (struct cqa_text){"default", "default"};
    sheet = read_sheet("t:\n  en: dead air");
    assert_false(cqa_yaml_get_text(sheet.root, "t", 1, &out, &sheet.problems));
    assert_string_equal(out.en, "default");
    expect(&sheet, "2:3: \"zh\" is missing");
    sheet = read_sheet("t: {en: a, zh: b, fr: c}");
    cqa_yaml_get_text(sheet.root, "t", 1, &out, &sheet.problems);
    expect(&sheet, "1:19: unknown key \"fr\"; allowed: en, zh");
    sheet = read_sheet("t: hello");
    assert_false(cqa_yaml_get_text(sheet.root, "t", 1, &out, &sheet.problems));
    expect(&sheet, "1:4: \"t\" must be a map (key: value)");
}

/* ---- the tree */

static void test_tree(void **state)
{
    struct sheet sheet = read_sheet("list:\n  - one\n  - {two: 2}\nmap: {a: 1, b: 2}\n");
    const struct cqa_yaml_node *list = cqa_yaml_find(sheet.root, "list");
    const struct cqa_yaml_node *map =
        cqa_yaml_want(sheet.root, "map", CQA_YAML_MAP, 1, &sheet.problems);

    (void)state;
    assert_int_equal(cqa_yaml_count(sheet.root), 2);
    assert_string_equal(cqa_yaml_text(cqa_yaml_key(sheet.root, 1)), "map");
    assert_int_equal(cqa_yaml_kind(list), CQA_YAML_LIST);
    assert_int_equal(cqa_yaml_count(list), 2);
    assert_string_equal(cqa_yaml_text(cqa_yaml_item(list, 0)), "one");
    assert_int_equal(cqa_yaml_line(cqa_yaml_item(list, 1)), 3);
    assert_int_equal(cqa_yaml_column(cqa_yaml_item(list, 1)), 5);
    assert_null(cqa_yaml_item(list, 2));
    assert_null(cqa_yaml_key(list, 0));
    assert_null(cqa_yaml_text(list));
    assert_null(cqa_yaml_find(list, "one"));
    assert_null(cqa_yaml_find(NULL, "one"));
    assert_string_equal(cqa_yaml_text(cqa_yaml_find(map, "b")), "2");
    assert_null(cqa_yaml_find(map, "c"));
    expect(&sheet, NULL);
}

/* All at once, each with its place. */
static void test_only(void **state)
{
    static const char *const allowed[] = {"path", "recorder", NULL};
    struct sheet sheet = read_sheet("path: x\nrecoder: y\npth: z\n");

    (void)state;
    cqa_yaml_only(sheet.root, allowed, &sheet.problems);
    assert_int_equal(sheet.problems.count, 2);
    assert_int_equal(sheet.problems.items[1].line, 3);
    assert_string_equal(cqa_english(sheet.problems.items[0].message),
                        "unknown key \"recoder\"; allowed: path, recorder");
    cqa_problems_finish(&sheet.problems);
    cqa_yaml_destroy(sheet.yaml);
}

/* ---- what is refused as a whole */

static void test_refused(void **state)
{
    (void)state;
    expect_text("a: 1\nb: 2\na: 3\n", "3:1: \"a\" is given twice");
    expect_text("a: &x 1\nb: *x\n", "2:4: aliases (*name) are not taken: write the value out");
    expect_text("{a: 1}: 2\n", "1:1: a key must be a word");
    expect_text("- a\n- b\n", "1:1: must hold a map (key: value) at the top");
    expect_text("word", "1:1: must hold a map (key: value) at the top");
    expect_text("", "1:1: must hold a map (key: value) at the top");
    expect_text("# only words\n", "1:1: must hold a map (key: value) at the top");
    expect_text("a: \"x\\0y\"\n", "1:4: text with a NUL character");
    expect_text("a: 1\n---\na: 2\n", "2:1: a second document; one is taken");
}

static void test_syntax(void **state)
{
    static const char *const broken[] = {"a: [1, 2\n", "a: \"x\n", "a: 1\n\tb: 2\n", "a: b: c\n",
                                         "a: \x80\n"};

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct sheet sheet = read_sheet(broken[i]);
        assert_null(sheet.yaml);
        assert_null(sheet.root);
        assert_int_equal(sheet.problems.count, 1);
        assert_true(sheet.problems.items[0].line >= 1);
        assert_memory_equal(cqa_english(sheet.problems.items[0].message), "not YAML: ", 10);
        cqa_problems_finish(&sheet.problems);
    }
}

static void test_depth(void **state)
{
    char text[400] = "a: ";

    (void)state;
    for (int i = 0; i < 31; i++)
        strcat(text, "[");
    for (int i = 0; i < 31; i++)
        strcat(text, "]");
    expect_text(text, NULL);
    text[3] = '\0';
    for (int i = 0; i < 33; i++)
        strcat(text, "[");
    for (int i = 0; i < 33; i++)
        strcat(text, "]");
    expect_text(text, "1:36: nested deeper than 32 levels");
}

/* A megabyte of the same piece ends at once, and says where and why. */
static void expect_of_many(const char *head, const char *piece, const char *wanted)
{
    struct cqa_buffer text = {.limit = 1 << 20};
    const clock_t begun = clock();

    cqa_buffer_add(&text, head, strlen(head));
    while (text.length + strlen(piece) < text.limit)
        cqa_buffer_add(&text, piece, strlen(piece));
    expect_text(text.text, wanted);
    assert_true(clock() - begun < CLOCKS_PER_SEC); /* milliseconds; sanitizers, a busy machine */
    cqa_buffer_finish(&text);
}

static void test_bombs(void **state)
{
    (void)state;
    expect_of_many("a: ", "[", "1:36: nested deeper than 32 levels");
    expect_of_many("a: ", "{", "1:36: nested deeper than 32 levels");
    expect_of_many("", "- ", "1:67: nested deeper than 32 levels");
    expect_of_many("a: [", "a,", "1:39999: more than 20000 values in one file");
    expect_of_many("a: [", "&a 1,", "1:99990: more than 20000 values in one file");
    expect_of_many("a: &a 1\nb: [", "*a,",
                   "2:5: aliases (*name) are not taken: write the value out");
    expect_of_many("", "%TAG !a! b\n", "17:1: more than 16 directives (%); none is needed");
    expect_of_many("", "---\n", "2:1: a second document; one is taken");
}

static void test_many_keys(void **state)
{
    struct cqa_buffer text = {.limit = 1 << 20};

    (void)state;
    for (int i = 0; i <= 1000; i++)
        cqa_buffer_print(&text, "k%d: 1\n", i);
    expect_text(text.text, "1001:1: more than 1000 keys in one map");
    cqa_buffer_finish(&text);
}

static void test_too_large(void **state)
{
    struct cqa_buffer text = {.limit = 2 << 20};
    struct cqa_problems problems = {0};

    (void)state;
    while (text.length <= 1 << 20)
        assert_int_equal(cqa_buffer_add(&text, "# filling up the file\n", 22), CQA_OK);
    assert_null(cqa_yaml_parse(text.text, text.length, &problems));
    assert_int_equal(problems.count, 1);
    assert_string_equal(cqa_english(problems.items[0].message), "larger than 1048576 bytes");
    cqa_problems_finish(&problems);

    char path[] = "/tmp/callqa-yaml-XXXXXX";
    const int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    assert_int_equal(fwrite(text.text, 1, text.length, file), text.length);
    fclose(file);
    assert_null(cqa_yaml_load(path, &problems));
    assert_int_equal(problems.count, 1);
    assert_string_equal(cqa_english(problems.items[0].message), "larger than 1048576 bytes");
    cqa_problems_finish(&problems);
    remove(path);
    cqa_buffer_finish(&text);
}

static void test_load(void **state)
{
    struct cqa_problems problems = {0};

    (void)state;
    assert_null(cqa_yaml_load("/no/such/file.yaml", &problems));
    assert_int_equal(problems.count, 1);
    assert_string_equal(cqa_english(problems.items[0].message),
                        "cannot be read: No such file or directory");
    cqa_problems_finish(&problems);
    assert_null(cqa_yaml_load("/tmp", &problems));
    assert_int_equal(problems.count, 1);
    assert_string_equal(cqa_english(problems.items[0].message), "not a regular file");
    cqa_problems_finish(&problems);
    struct cqa_yaml *yaml =
        cqa_yaml_load(CQA_SOURCE_DIR "/models/rubrics/standard.yaml", &problems);
    assert_non_null(cqa_yaml_root(yaml, &problems));
    assert_int_equal(problems.count, 0);
    cqa_yaml_destroy(yaml);
}

static void expect_of_path(const char *path, const char *wanted)
{
    struct sheet sheet = {0};

    sheet.yaml = cqa_yaml_load(path, &sheet.problems);
    assert_null(sheet.yaml);
    expect(&sheet, wanted);
}

/* A pipe that nobody writes to, and what has no end. */
static void test_no_regular_file(void **state)
{
    char folder[] = "/tmp/callqa-yaml-XXXXXX";
    char pipe[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(pipe, sizeof pipe, "%s/pipe.yaml", folder);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    alarm(20); /* in place of waiting for ever */
    expect_of_path(pipe, "0:0: not a regular file");
    expect_of_path("/dev/zero", "0:0: not a regular file");
    expect_of_path("/dev/urandom", "0:0: not a regular file");
    alarm(0);
    remove(pipe);
    remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_duration),
        cmocka_unit_test(test_bool),
        cmocka_unit_test(test_word),
        cmocka_unit_test(test_string),
        cmocka_unit_test(test_text_in_both_languages),
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_only),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_syntax),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_no_regular_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
