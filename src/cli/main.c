/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * callqa: one command a file; this one only finds it. A command that needs libraries which
 * analysing does not (libcurl, libcairo and what these drag in) is a program of its own: their
 * loading would take half of the start of them all.
 */
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include "base/say.h"
#include "analysis/engine.h"
#include "base/streams.h"
#include "cli/cli.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv); /* NULL: a program of its own */
    const char *what;                  /* a CQA_N */
} commands[] = {
    {"analyze", cqa_cli_analyze, CQA_N("analyse recordings and print what happened in them")},
    {"sweep", NULL, CQA_N("analyse and post what lies unanalysed in the watched folders")},
    {"deliveries", NULL, CQA_N("what the scoring server does not have yet, and why")},
    {"status", NULL, CQA_N("whether all recordings are accounted for, and what is stuck")},
    {"appraise", cqa_cli_appraise, CQA_N("a period's appraisal by a scheme")},
    {"identify", cqa_cli_identify, CQA_N("what a recorder profile makes of file names")},
    {"erase", NULL, CQA_N("delete what is kept of a customer, an agent or a call")},
    {"hold", NULL, CQA_N("legal holds: what neither retention nor erase takes")},
    {"plot", NULL, CQA_N("a picture of a recording: lanes, events, deductions")},
    {"check-config", NULL, CQA_N("all problems of a callqad configuration")},
    {"check-rubric", cqa_cli_check_rubric, CQA_N("all problems of a rubric")},
    {"check-scheme", cqa_cli_check_scheme, CQA_N("all problems of an appraisal scheme")},
};

static void print_help(FILE *out)
{
    cqa_say(out, "Usage: callqa COMMAND [OPTION]... [ARGUMENT]...\n"
                 "Quality assurance of recorded telephone calls: silence, overtalk, hold, and what "
                 "they cost.");
    (void)fputc('\n', out);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        cqa_say(out, "  %-13s %p", commands[i].name, cqa_words_named(commands[i].what));
    (void)fputc('\n', out);
    cqa_say(out, "  --help        this, or a command's own help: callqa COMMAND --help\n"
                 "  --version     versions of callqa and its libraries\n\n"
                 "Example: callqa analyze /var/spool/asterisk/monitor/2025/11/20\n"
                 "Exit codes: 0 done, 1 failed, 2 usage, 3 some recordings unreadable, 4 "
                 "configuration\n"
                 "invalid, 5 results not on the server (out of reach, or it refuses them: they are "
                 "kept),\n6 (erase) all or some of it is under a legal hold.");
}

static int act(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run != NULL ? commands[i].run(argc - 1, argv + 1)
                                           : cqa_cli_run_apart(argv + 1);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_help(stdout);
        return CQA_EXIT_DONE;
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        cqa_cli_print_version();
        return CQA_EXIT_DONE;
    }
    if (argc > 1)
        cqa_say(stderr, "callqa: no command \"%s\"", name);
    print_help(stderr);
    return CQA_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    cqa_streams_open();
    cqa_engine_enter(argc, argv);
    setlocale(LC_MESSAGES, "");
    opterr = 0; /* cqa_cli_other_option says it, in the reader's language */
    return cqa_cli_end(act(argc, argv));
}
