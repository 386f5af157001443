/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where reports go: whole or not at all, and nothing beside them is left. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "cli/output.h"

static char folder[] = "/tmp/callqa-output-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/day.html", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static size_t file_count(void)
{
    DIR *directory = opendir(folder);
    size_t count = 0;

    assert_non_null(directory);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count - 2;
}

static void expect_file(const char *expected)
{
    char text[64] = "";
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof text - 1, file), strlen(expected));
    fclose(file);
    assert_string_equal(text, expected);
}

static void put(const char *body, const char *head)
{
    struct cqa_output output;

    assert_int_equal(cqa_output_open(&output, path, 1, NULL), CQA_OK);
    assert_int_equal(cqa_output_write(&output, body, strlen(body), NULL), CQA_OK);
    assert_int_equal(cqa_output_commit(&output, head, strlen(head), NULL), CQA_OK);
    cqa_output_close(&output);
}

static void test_whole_or_not_at_all(void **state)
{
    struct cqa_output output;
    struct stat info;

    (void)state;
    put("body", "head ");
    expect_file("head body");
    assert_int_equal(chmod(path, 0640), 0);
    put("again", "");
    expect_file("again");
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    assert_int_equal(cqa_output_open(&output, path, 1, NULL), CQA_OK);
    assert_int_equal(cqa_output_write(&output, "half", 4, NULL), CQA_OK);
    assert_int_equal(file_count(), 1);
    cqa_output_close(&output);
    expect_file("again");
    assert_int_equal(file_count(), 1);
    unlink(path);
}

static void test_folder_of_links(void **state)
{
    struct cqa_output output;
    char link[80];

    (void)state;
    put("one", "");
    snprintf(link, sizeof link, "%s-link.html", folder);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(cqa_output_open(&output, link, 0, NULL), CQA_OK);
    char *real = cqa_output_folder(&output);
    assert_string_equal(real, folder);
    free(real);
    assert_int_equal(cqa_output_write(&output, "two", 3, NULL), CQA_OK);
    assert_int_equal(cqa_output_commit(&output, NULL, 0, NULL), CQA_OK);
    cqa_output_close(&output);
    expect_file("two");
    unlink(link);
    unlink(path);
}

static void expect_refused(const char *name, const char *why)
{
    struct cqa_error error = {0};
    struct cqa_output output;

    assert_int_equal(cqa_output_open(&output, name, 1, &error), CQA_E_IO);
    assert_non_null(strstr(cqa_english(&error.message), name));
    assert_non_null(strstr(cqa_english(&error.message), why));
    cqa_output_close(&output);
}

static void test_refused(void **state)
{
    char name[100];

    (void)state;
    expect_refused(folder, "Is a directory");
    snprintf(name, sizeof name, "%s/", folder);
    expect_refused(name, "Is a directory");
    snprintf(name, sizeof name, "%s/no/day.html", folder);
    expect_refused(name, "No such file");
    assert_int_equal(file_count(), 0);
}

/* What is no regular file is written, not replaced; a full disk is told with its reason. */
static void test_full_disk(void **state)
{
    struct cqa_error error = {0};
    struct cqa_output output;
    struct stat info;

    (void)state;
    assert_int_equal(cqa_output_open(&output, "/dev/full", 1, &error), CQA_OK);
    assert_null(cqa_output_folder(&output));
    assert_int_equal(cqa_output_write(&output, "body", 4, &error), CQA_OK);
    assert_int_equal(cqa_output_commit(&output, "head", 4, &error), CQA_E_IO);
    assert_string_equal(cqa_english(&error.message),
                        "cannot write /dev/full: No space left on device");
    cqa_output_close(&output);
    assert_int_equal(stat("/dev/full", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_or_not_at_all),
        cmocka_unit_test(test_folder_of_links),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
