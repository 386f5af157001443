/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/buffer.h"
#include "facts/follow.h"

/* A log that grows and is rotated in every way that people do it: each line is read once. */

static char folder[64];
static char path[96];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/callqa-follow-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/Master.csv", folder);
    return 0;
}

static int remove_folder(void **state)
{
    char command[96];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void append(const char *to, const char *text)
{
    FILE *out = fopen(to, "a");

    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
}

static void collect(void *context, const char *line, size_t length)
{
    cqa_buffer_add(context, line, length);
    cqa_buffer_add(context, " ", 1);
}

/* What reading on tells, through a text as the store keeps it. */
static void expect(struct cqa_follow *follow, const char *expected)
{
    struct cqa_buffer lines = {.limit = 1 << 20};
    struct cqa_error error = {0};
    char text[CQA_FOLLOW_TEXT_SIZE];
    int more = 1;

    cqa_follow_to_text(follow, text);
    cqa_follow_from_text(text, follow);
    while (more)
        assert_int_equal(cqa_follow_read(path, 1, follow, collect, &lines, &more, &error), CQA_OK);
    assert_string_equal(lines.text == NULL ? "" : lines.text, expected);
    cqa_buffer_finish(&lines);
}

static void other(char out[128], const char *name)
{
    (void)snprintf(out, 128, "%s/%s", folder, name);
}

static void test_growing(void **state)
{
    struct cqa_follow follow = {0};

    (void)state;
    append(path, "a\nb");
    expect(&follow, "a ");
    expect(&follow, "");
    append(path, "b\nc\n");
    expect(&follow, "bb c ");
    expect(&follow, "");
}

static void test_renamed(void **state)
{
    struct cqa_follow follow = {0};
    char old[128];

    (void)state;
    other(old, "Master.csv.1");
    append(path, "a\n");
    expect(&follow, "a ");
    append(path, "b\nlast without an end");
    assert_int_equal(rename(path, old), 0);
    append(path, "c\n");
    expect(&follow, "b last without an end c ");
    expect(&follow, "");
}

static void test_copied_and_cut(void **state)
{
    struct cqa_follow follow = {0};
    char old[128];

    (void)state;
    other(old, "Master.csv-20251120");
    append(path, "a line of some length\n");
    expect(&follow, "a line of some length ");
    append(path, "b\n");
    append(old, "a line of some length\nb\n");
    assert_int_equal(truncate(path, 0), 0);
    expect(&follow, "b ");
    append(path, "c\n");
    expect(&follow, "c ");
}

/* Cut, and grown beyond where reading stopped before anybody looked. */
static void test_cut_and_grown(void **state)
{
    struct cqa_follow follow = {0};

    (void)state;
    append(path, "a\n");
    expect(&follow, "a ");
    assert_int_equal(truncate(path, 0), 0);
    append(path, "a new line\nand another\n");
    expect(&follow, "a new line and another ");
}

static void test_compressed_and_gone(void **state)
{
    struct cqa_follow follow = {0};
    struct cqa_error error = {0};
    int more = 0;

    (void)state;
    append(path, "a\n");
    expect(&follow, "a ");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(cqa_follow_read(path, 1, &follow, collect, NULL, &more, &error), CQA_E_IO);
    append(path, "c\nd\n");
    expect(&follow, "c d ");
}

static void test_a_line_without_end(void **state)
{
    enum { HUGE = 200000 };
    struct cqa_follow follow = {0};
    char *huge = malloc(HUGE + 1);

    (void)state;
    assert_non_null(huge);
    memset(huge, 'x', HUGE);
    huge[HUGE] = '\0';
    append(path, "a\n");
    append(path, huge);
    append(path, "\nb\n");
    free(huge);
    struct cqa_buffer lines = {.limit = 1 << 20};
    struct cqa_error error = {0};
    int more = 1;
    while (more)
        assert_int_equal(cqa_follow_read(path, 1, &follow, collect, &lines, &more, &error), CQA_OK);
    assert_string_equal(lines.text + lines.length - 3, " b ");
    assert_true(lines.length < 2 * CQA_FOLLOW_LINE_MAX);
    cqa_buffer_finish(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_growing, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_renamed, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_copied_and_cut, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_cut_and_grown, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_compressed_and_gone, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_a_line_without_end, make_folder, remove_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
