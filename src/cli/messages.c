/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/program.h"
#include "base/streams.h"
#include "base/say.h"
#include "base/version.h"

void cqa_cli_print_version(void)
{
    printf("callqa %s\n", cqa_program_version());
    cqa_say(stdout, "built with %s", CQA_LIBRARIES);
    cqa_say(stdout, "GPL-3.0-or-later; there is no warranty.");
}

int cqa_cli_usage(const char *command, const char *format, ...)
{
    struct cqa_message message;
    va_list arguments;

    va_start(arguments, format);
    cqa_message_set_va(&message, format, &arguments);
    va_end(arguments);
    cqa_say(stderr, "callqa %s: %p (see callqa %s --help)", command, &message, command);
    return CQA_EXIT_USAGE;
}

/* What getopt_long() has just refused; it says nothing itself (opterr). */
static int refuse(const char *command, char **argv)
{
    if (optopt == 0)
        return cqa_cli_usage(command, "no option \"%s\"", argv[optind - 1]);
    return cqa_cli_usage(command, "no option -%c, or its argument is missing or one too many",
                         optopt);
}

int cqa_cli_other_option(const char *command, const char *help, int option, char **argv)
{
    if (option == 'h') {
        cqa_cli_say_word(stdout, help);
        putchar('\n');
    } else if (option == 'V') {
        cqa_cli_print_version();
    } else {
        return refuse(command, argv);
    }
    return CQA_EXIT_DONE;
}

int cqa_cli_one_file(const char *command, const char *help, int argc, char **argv)
{
    static const struct option longs[] = {
        {"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'}, {NULL, 0, NULL, 0}};
    const int option = getopt_long(argc, argv, "hV", longs, NULL);

    if (option != -1)
        return cqa_cli_other_option(command, help, option, argv);
    return optind == argc - 1 ? -1 : cqa_cli_usage(command, "one file, please");
}

int cqa_cli_language(const char *command, const char *text, int *zh)
{
    const int is_chinese = strcmp(text, "zh") == 0;

    if (!is_chinese && strcmp(text, "en") != 0)
        return cqa_cli_usage(command, "--language is en or zh, not \"%s\"", text);
    cqa_say_set_language(is_chinese ? CQA_CHINESE : CQA_ENGLISH);
    *zh = is_chinese;
    return -1;
}

void cqa_cli_say_word(FILE *out, const char *word)
{
    const struct cqa_message said = {.format = word};

    cqa_say_part(out, "%p", &said);
}

int cqa_cli_format(const char *command, const char *text, int *json_lines)
{
    *json_lines = strcmp(text, "jsonl") == 0;
    if (!*json_lines && strcmp(text, "text") != 0)
        return cqa_cli_usage(command, "no format \"%s\"; allowed: text, jsonl", text);
    return -1;
}

int cqa_cli_fail(const char *command, const char *format, ...)
{
    struct cqa_message message;
    va_list arguments;

    va_start(arguments, format);
    cqa_message_set_va(&message, format, &arguments);
    va_end(arguments);
    cqa_say(stderr, "callqa %s: %p", command, &message);
    return CQA_EXIT_FAILED;
}

int cqa_cli_end(int code)
{
    if (code == CQA_EXIT_FAILED) /* it has said why */
        return code;
    return cqa_streams_flush("callqa") || code != CQA_EXIT_DONE ? code : CQA_EXIT_FAILED;
}
