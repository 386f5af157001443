/* SPDX-License-Identifier: GPL-3.0-or-later */
/* escape, error, failure, problems, log, models: what people get to read, and where files are
 * found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/error.h"
#include "base/escape.h"
#include "base/failure.h"
#include "base/log.h"
#include "base/models.h"
#include "base/problems.h"

/* ---- escape */

static void expect_escape(const char *text, const char *wanted)
{
    char out[100];

    cqa_escape_control(text, out, sizeof out);
    assert_string_equal(out, wanted);
}

static void test_escape(void **state)
{
    (void)state;
    expect_escape("", "");
    expect_escape("plain 坐席 é 😀", "plain 坐席 é 😀");
    expect_escape("a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f");
    expect_escape("C:\\x0a", "C:\\\\x0a");
    expect_escape("\x1b[31m", "\\x1b[31m");
    expect_escape("\xc2\x85", "\\xc2\\x85"); /* next line, a C1 control */
    expect_escape("\xc2\xa0", "\xc2\xa0");
    expect_escape("\xff\xfe", "\\xff\\xfe");
    expect_escape("\xc0\xaf", "\\xc0\\xaf");                   /* overlong '/' */
    expect_escape("\xe0\x80\xaf", "\\xe0\\x80\\xaf");          /* the same in three */
    expect_escape("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* a surrogate */
    expect_escape("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* above U+10FFFF */
    expect_escape("\xe5\x9d", "\\xe5\\x9d");                   /* cut off */
    expect_escape("\xe5"
                  "A",
                  "\\xe5"
                  "A");
}

/* What was made of a name that is no UTF-8 leads back to the file; nothing else does. */
static void test_unescape_bytes(void **state)
{
    static const char *const names[] = {"\xd5\xc5\xc8\xfd.wav", "a\\b\xff", "\xff\nx", "\xe5\\x41"};
    static const char *const others[] = {"",        "plain",  "\xe5\x9d\x90",
                                         "a\\x41",  "a\\x0a", "\\xd5\\x4",
                                         "\\xd5\\", "\\xD5",  "\\x00\\xd5"};
    char escaped[64];
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_ptr_equal(cqa_escape_bytes(names[i], escaped, sizeof escaped), escaped);
        assert_true(cqa_unescape_bytes(escaped, out, sizeof out));
        assert_string_equal(out, names[i]);
        assert_false(cqa_unescape_bytes(escaped, out, strlen(names[i])));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(cqa_unescape_bytes(others[i], out, sizeof out));
}

/* Cut at a whole character, never inside one or inside an escape. */
static void test_escape_cut(void **state)
{
    char out[8];

    (void)state;
    cqa_escape_control("12345坐", out, sizeof out);
    assert_string_equal(out, "12345");
    cqa_escape_control("1234坐", out, sizeof out);
    assert_string_equal(out, "1234坐");
    cqa_escape_control("1234\n", out, sizeof out);
    assert_string_equal(out, "1234");
    cqa_escape_control("x", out, 1);
    assert_string_equal(out, "");
    out[0] = 'k';
    cqa_escape_control("x", out, 0);
    assert_int_equal(out[0], 'k');
}

static void test_escape_only_where_it_must(void **state)
{
    const char *utf8 = "C:\\坐席\n.wav";
    char out[64];

    (void)state;
    assert_ptr_equal(cqa_escape_bytes(utf8, out, sizeof out), utf8);
    assert_string_equal(cqa_escape_bytes("C:\\\xd7\xf8\n", out, sizeof out),
                        "C:\\\\\\xd7\\xf8\\x0a");
}

/* ---- error and failure */

static void test_error(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    assert_int_equal(cqa_fail(&error, CQA_E_BUSY, "locked by %s", "A"), CQA_E_BUSY);
    assert_int_equal(error.status, CQA_E_BUSY);
    assert_int_equal(error.sys_errno, 0);
    assert_string_equal(cqa_english(&error.message), "locked by A");
    assert_int_equal(cqa_fail_within(&error, "store %d", 3), CQA_E_BUSY);
    assert_string_equal(cqa_english(&error.message), "store 3: locked by A");
    assert_int_equal(cqa_fail(NULL, CQA_E_LIMIT, "nobody listens"), CQA_E_LIMIT);
}

static void test_error_errno(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    errno = ENOENT;
    assert_int_equal(cqa_fail_errno(&error, "%s", "/f"), CQA_E_IO);
    assert_int_equal(error.sys_errno, ENOENT);
    assert_string_equal(cqa_english(&error.message), "/f: No such file or directory");
    errno = ENOMEM;
    assert_int_equal(cqa_fail_errno(&error, "x"), CQA_E_NOMEM);
    errno = ENOENT;
    assert_int_equal(cqa_fail_errno(NULL, "x"), CQA_E_IO);
}

static void test_failure(void **state)
{
    struct cqa_failure failure = {0};

    (void)state;
    assert_int_equal(cqa_failure_set(&failure, CQA_FAILURE_TRUNCATED, "%d of %d bytes", 3, 9),
                     CQA_E_BADDATA);
    assert_string_equal(failure.reason, "truncated");
    assert_string_equal(cqa_english(&failure.message), "3 of 9 bytes");
    assert_int_equal(cqa_failure_set(NULL, CQA_FAILURE_EMPTY, "x"), CQA_E_BADDATA);
}

/* ---- problems */

static void test_problems_in_file_order(void **state)
{
    struct cqa_problems problems = {0};
    char text[300] = "";
    FILE *out = fmemopen(text, sizeof text, "w");

    (void)state;
    assert_non_null(out);
    cqa_problems_add(&problems, 12, 3, "third");
    cqa_problems_add(&problems, 2, 9, "second, %s", "with words");
    cqa_problems_add(&problems, 2, 1, "first");
    cqa_problems_add(&problems, 0, 0, "whole");
    assert_int_equal(problems.count, 4);
    cqa_problems_print(&problems, "r.yaml", CQA_ENGLISH, out);
    fclose(out);
    assert_string_equal(text, "r.yaml:0:0: whole\nr.yaml:2:1: first\n"
                              "r.yaml:2:9: second, with words\nr.yaml:12:3: third\n");
    cqa_problems_finish(&problems);
    assert_int_equal(problems.count, 0);
}

/* ---- log */

/* What `line` writes to stderr. */
static void read_log(enum cqa_log_level level, const char *line, char *out, size_t size)
{
    int ends[2];
    const int saved = dup(STDERR_FILENO);

    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    fflush(stderr);
    dup2(ends[1], STDERR_FILENO);
    cqa_log(level, "%s", line);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    const ssize_t count = read(ends[0], out, size - 1);
    out[count > 0 ? count : 0] = '\0';
    close(saved);
    close(ends[0]);
    close(ends[1]);
}

static void test_log_levels(void **state)
{
    char out[2000];
    char much[1500];

    (void)state;
    unsetenv("JOURNAL_STREAM");
    read_log(CQA_LOG_WARNING, "disk low", out, sizeof out);
    assert_string_equal(out, "level=warning disk low\n");
    read_log(CQA_LOG_DEBUG, "detail", out, sizeof out);
    assert_string_equal(out, "");
    cqa_log_set_level(CQA_LOG_DEBUG);
    read_log(CQA_LOG_DEBUG, "detail", out, sizeof out);
    assert_string_equal(out, "level=debug detail\n");
    cqa_log_set_level(CQA_LOG_INFO);
    setenv("JOURNAL_STREAM", "1:2", 1); /* somebody else's stream */
    read_log(CQA_LOG_ERROR, "e", out, sizeof out);
    assert_string_equal(out, "level=error e\n");
    unsetenv("JOURNAL_STREAM");
    memset(much, 'z', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    read_log(CQA_LOG_INFO, much, out, sizeof out);
    assert_non_null(strstr(out, "zzz…\n"));
}

static void test_log_private(void **state)
{
    char first[32];

    (void)state;
    assert_string_equal(cqa_log_private("a\nb"), "a\\x0ab");
    assert_string_equal(cqa_log_private(NULL), "-");
    cqa_log_set_masking(CQA_LOG_MASK_ALL);
    snprintf(first, sizeof first, "%s", cqa_log_private("13800138000"));
    assert_int_equal(strlen(first), 9);
    assert_int_equal(first[0], '#');
    assert_null(strstr(first, "138001"));
    assert_string_equal(cqa_log_private("13800138000"), first);
    assert_string_not_equal(cqa_log_private("13800138001"), first);
    assert_string_equal(cqa_log_private(NULL), "-");
    cqa_log_set_masking(CQA_LOG_MASK_NUMBERS);
    assert_string_equal(cqa_log_private("13800138000"), "138******00");
    assert_string_equal(cqa_log_private("/m/in-8001-13800138000-20251120-101502-1763604902.17.wav"),
                        "/m/in-8001-138******00-20251120-101502-1763604902.17.wav");
    assert_string_equal(cqa_log_private("+8613800138000, 4155550"), "+861********00, 415**50");
    assert_string_equal(cqa_log_private("20251120101502.wav"), "20251120101502.wav");
    cqa_log_set_masking(CQA_LOG_MASK_NOTHING);
    const char *four[] = {cqa_log_private("1"), cqa_log_private("2"), cqa_log_private("3"),
                          cqa_log_private("4")};
    for (int i = 0; i < 4; i++)
        assert_int_equal(four[i][0], '1' + i);
}

/* ---- models */

static void put_file(const char *folder, const char *name)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/rubrics", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/rubrics/%s", folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fclose(file);
}

static void drop_file(const char *folder, const char *name)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/rubrics/%s", folder, name);
    unlink(path);
    snprintf(path, sizeof path, "%s/rubrics", folder);
    rmdir(path);
}

static void test_models_order(void **state)
{
    char folder[] = "/tmp/callqa-models-XXXXXX";
    char path[PATH_MAX];
    char wanted[PATH_MAX];
    struct cqa_error error = {0};

    (void)state;
    assert_non_null(mkdtemp(folder));
    put_file(folder, "standard.yaml");
    setenv("CALLQA_MODELS", folder, 1);
    snprintf(wanted, sizeof wanted, "%s/rubrics/standard.yaml", folder);
    assert_int_equal(cqa_models_find("rubrics", "standard", path, sizeof path, &error), CQA_OK);
    assert_string_equal(path, wanted);
    drop_file(folder, "standard.yaml"); /* then the checkout's own */
    assert_int_equal(cqa_models_find("rubrics", "standard", path, sizeof path, &error), CQA_OK);
    assert_non_null(strstr(path, "models/rubrics/standard.yaml"));
    assert_int_equal(cqa_models_find("acoustic", "callqa.model", path, sizeof path, &error),
                     CQA_OK);
    assert_non_null(strstr(path, "models/acoustic/callqa.model"));
    unsetenv("CALLQA_MODELS");
    rmdir(folder);
}

static void test_models_missing(void **state)
{
    char path[PATH_MAX];
    char small[8];
    struct cqa_error error = {0};

    (void)state;
    assert_int_equal(cqa_models_find("rubrics", "nosuch", path, sizeof path, &error),
                     CQA_E_NOTFOUND);
    assert_non_null(
        strstr(cqa_english(&error.message), "no rubric named \"nosuch\" in /etc/callqa/rubrics"));
    assert_int_equal(cqa_models_find("rubrics", "/no/such.yaml", path, sizeof path, &error),
                     CQA_E_IO);
    assert_string_equal(cqa_english(&error.message), "/no/such.yaml: No such file or directory");
    assert_int_equal(cqa_models_find("rubrics", "here.yaml", path, sizeof path, &error), CQA_E_IO);
    assert_int_equal(cqa_models_find("rubrics", "/a/long/name.yaml", small, sizeof small, &error),
                     CQA_E_LIMIT);
    assert_int_equal(cqa_models_find("rubrics", CQA_SOURCE_DIR "/models/rubrics/standard.yaml",
                                     path, sizeof path, &error),
                     CQA_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape),       cmocka_unit_test(test_unescape_bytes),
        cmocka_unit_test(test_escape_cut),   cmocka_unit_test(test_escape_only_where_it_must),
        cmocka_unit_test(test_error),        cmocka_unit_test(test_error_errno),
        cmocka_unit_test(test_failure),      cmocka_unit_test(test_problems_in_file_order),
        cmocka_unit_test(test_log_levels),   cmocka_unit_test(test_log_private),
        cmocka_unit_test(test_models_order), cmocka_unit_test(test_models_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
