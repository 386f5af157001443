/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/streams.h"
#include "base/version.h"

void cqa_cli_print_version(void)
{
    puts("callqa " CQA_VERSION);
    puts("built with " CQA_LIBRARIES);
    puts("GPL-3.0-or-later; there is no warranty.");
}

int cqa_cli_usage(const char *command, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "callqa %s: ", command);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, " (see callqa %s --help)\n", command);
    return CQA_EXIT_USAGE;
}

int cqa_cli_language(const char *command, const char *text, int *zh)
{
    *zh = strcmp(text, "zh") == 0;
    return *zh || strcmp(text, "en") == 0
               ? -1
               : cqa_cli_usage(command, "--language is en or zh, not \"%s\"", text);
}

int cqa_cli_fail(const char *command, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "callqa %s: ", command);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return CQA_EXIT_FAILED;
}

int cqa_cli_end(int code)
{
    if (code == CQA_EXIT_FAILED) /* it has said why */
        return code;
    return cqa_streams_flush("callqa") || code != CQA_EXIT_DONE ? code : CQA_EXIT_FAILED;
}
