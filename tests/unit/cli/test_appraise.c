/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa appraise and check-scheme as they are called: exit codes, what goes to stdout and what to
 * stderr. */
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/cli.h"

#define SCHEMES CQA_SOURCE_DIR "/models/schemes/"

static char folder[] = "/tmp/cqa-appraise-XXXXXX";
static char out[1 << 16];
static char err[1 << 16];

static const char *const names[] = {"good.csv",   "bad.csv", "r.jsonl",
                                    "wrong.yaml", "stdout",  "stderr"};
enum { NAME_COUNT = sizeof names / sizeof *names };

/* The same pointer for the same name, for as long as the program runs. */
static const char *path_of(const char *name)
{
    static char paths[NAME_COUNT][300];
    size_t i = 0;

    while (strcmp(names[i], name) != 0)
        i++;
    snprintf(paths[i], sizeof paths[i], "%s/%s", folder, name);
    return paths[i];
}

static const char *file_with(const char *name, const char *text)
{
    const char *path = path_of(name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

static int captured(const char *name, FILE *stream)
{
    const int kept = dup(fileno(stream));
    const int file = open(path_of(name), O_CREAT | O_TRUNC | O_WRONLY, 0600);

    fflush(stream);
    assert_true(kept >= 0 && file >= 0 && dup2(file, fileno(stream)) >= 0);
    close(file);
    return kept;
}

static void released(const char *name, FILE *stream, int kept, char *text, size_t size)
{
    fflush(stream);
    assert_true(dup2(kept, fileno(stream)) >= 0);
    close(kept);
    FILE *file = fopen(path_of(name), "r");
    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

/* Runs a command with NULL-ended arguments, its output in `out` and `err`. */
static int run(int (*command)(int, char **), const char *first, ...)
{
    char *argv[16] = {(char *)(uintptr_t)first};
    int argc = 1;
    va_list arguments;

    va_start(arguments, first);
    while (argc < 15 && (argv[argc] = va_arg(arguments, char *)) != NULL)
        argc++;
    va_end(arguments);
    const int kept_out = captured("stdout", stdout);
    const int kept_err = captured("stderr", stderr);
    optind = 0;
    const int result = command(argc, argv);
    released("stdout", stdout, kept_out, out, sizeof out);
    released("stderr", stderr, kept_err, err, sizeof err);
    return result;
}

static void prints_one_object_an_agent(void **state)
{
    const char *csv =
        file_with("good.csv", "agent,calls_handled,wrong_orders\nA,2300,4\nB,2301,11\n");
    const char *results =
        file_with("r.jsonl", "{\"schema\":\"callqa.result/"
                             "1\",\"call\":{\"id\":\"1\",\"agent\":\"A\"},\"score\":{\"total\":95,"
                             "\"deductions\":[{\"rule\":\"x\",\"points\":5,\"decision\":null}]}}\n"
                             "{\"schema\":\"callqa.result/"
                             "1\",\"call\":{\"id\":\"2\",\"agent\":\"B\"},\"score\":{\"total\":100,"
                             "\"deductions\":[]}}\n");

    (void)state;
    assert_int_equal(run(cqa_cli_appraise, "appraise", "--scheme", SCHEMES "agent-2013.yaml",
                         "--indicators", csv, "--results", results, "--format", "jsonl", NULL),
                     CQA_EXIT_DONE);
    assert_non_null(strstr(err, "undecided flags: 1;"));
    const char *end = strchr(out, '\n');
    assert_non_null(end);
    json_t *first = json_loadb(out, (size_t)(end - out), 0, NULL);
    json_t *second = json_loads(end + 1, 0, NULL);
    assert_non_null(first);
    assert_true(json_real_value(json_object_get(first, "total")) == 1205.0); /* 1150 + 28 + 27 */
    assert_true(json_real_value(json_object_get(second, "total")) ==
                1295.55); /* 1265.55 + 0 + 30 */
    json_decref(first);
    json_decref(second);
}

static void wrong_input_is_three_and_spares_the_others(void **state)
{
    const char *csv = file_with(
        "bad.csv", "agent,calls_handled,wrong_orders,recording_qa\nA,many,4,95\nB,2301,11,100\n");
    char expected[400];

    (void)state;
    snprintf(expected, sizeof expected,
             "%s:2:3: agent \"A\": \"many\" of \"calls_handled\" is not a number", csv);
    assert_int_equal(run(cqa_cli_appraise, "appraise", "-s", SCHEMES "agent-2013.yaml", "-i", csv,
                         "-f", "csv", NULL),
                     CQA_EXIT_UNREADABLE);
    assert_non_null(strstr(err, expected));
    assert_null(strstr(out, "\nA,"));
    assert_non_null(strstr(out, "\nB,,1295.55,"));
}

static void other_ends(void **state)
{
    const char *csv =
        file_with("good.csv", "agent,calls_handled,wrong_orders,recording_qa\nB,2301,11,100\n");
    const char *scheme = file_with("wrong.yaml", "scheme: x\nmood: good\n");

    (void)state;
    assert_int_equal(run(cqa_cli_appraise, "appraise", "-s", SCHEMES "agent-2013.yaml", NULL),
                     CQA_EXIT_USAGE);
    assert_int_equal(run(cqa_cli_appraise, "appraise", "-s", SCHEMES "agent-2013.yaml", "-i", csv,
                         "-f", "xml", NULL),
                     CQA_EXIT_USAGE);
    assert_int_equal(run(cqa_cli_appraise, "appraise", "-s", SCHEMES "agent-2013.yaml", "-i", csv,
                         "-p", "May", NULL),
                     CQA_EXIT_USAGE);
    assert_int_equal(
        run(cqa_cli_appraise, "appraise", "-s", SCHEMES "agent-2013.yaml", "-i", "/nowhere", NULL),
        CQA_EXIT_FAILED);
    assert_int_equal(run(cqa_cli_appraise, "appraise", "-s", scheme, "-i", csv, NULL),
                     CQA_EXIT_INVALID);
    assert_non_null(strstr(err, "wrong.yaml:2:1: unknown key \"mood\""));
    assert_int_equal(run(cqa_cli_appraise, "appraise", "-s", "/nowhere.yaml", "-i", csv, NULL),
                     CQA_EXIT_INVALID);
    assert_int_equal(run(cqa_cli_appraise, "appraise", "--help", NULL), CQA_EXIT_DONE);
}

static void checks_schemes(void **state)
{
    const char *scheme = file_with("wrong.yaml", "scheme: x\nmood: good\n");

    (void)state;
    assert_int_equal(run(cqa_cli_check_scheme, "check-scheme", SCHEMES "levels.yaml", NULL),
                     CQA_EXIT_DONE);
    assert_int_equal(run(cqa_cli_check_scheme, "check-scheme", scheme, NULL), CQA_EXIT_INVALID);
    assert_non_null(strstr(out, "wrong.yaml:2:1: unknown key \"mood\""));
    assert_int_equal(run(cqa_cli_check_scheme, "check-scheme", NULL), CQA_EXIT_USAGE);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAME_COUNT; i++)
        unlink(path_of(names[i]));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_one_object_an_agent),
        cmocka_unit_test(wrong_input_is_three_and_spares_the_others),
        cmocka_unit_test(other_ends),
        cmocka_unit_test(checks_schemes),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
