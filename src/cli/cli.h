/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CLI_CLI_H
#define CQA_CLI_CLI_H

#include <stdio.h>
#include "base/message.h"
#include "base/program.h"

/* The commands: argv[0] is the command's own name. Each returns an enum cqa_exit. */
int cqa_cli_analyze(int argc, char **argv);
int cqa_cli_status(int argc, char **argv);
int cqa_cli_sweep(int argc, char **argv);
int cqa_cli_deliveries(int argc, char **argv);
int cqa_cli_appraise(int argc, char **argv);
int cqa_cli_identify(int argc, char **argv);
int cqa_cli_check_config(int argc, char **argv);
int cqa_cli_check_rubric(int argc, char **argv);
int cqa_cli_check_scheme(int argc, char **argv);
int cqa_cli_erase(int argc, char **argv);
int cqa_cli_hold(int argc, char **argv);
int cqa_cli_plot(int argc, char **argv);

/*
 * Becomes the program that is the command argv[0], in libexec/callqa. Returns an enum cqa_exit only
 * where that cannot be started.
 */
int cqa_cli_run_apart(char **argv);

/* "callqa 0.1.0" and the libraries that it runs on, for --version. */
void cqa_cli_print_version(void);

/* "callqa COMMAND: text (see callqa COMMAND --help)" on stderr; returns CQA_EXIT_USAGE. */
int cqa_cli_usage(const char *command, const char *format, ...) CQA_MESSAGE(2, 3);

/* What getopt_long() has returned and the command knows nothing of: 'h' says `help` (a CQA_N()) and
 * 'V' the version, anything else is refused. Returns an enum cqa_exit. */
int cqa_cli_other_option(const char *command, const char *help, int option, char **argv);

/*
 * The options of a command that takes one file, the last of argv, and else --help (which says
 * `help`) and --version; -1: go on, else an enum cqa_exit.
 */
int cqa_cli_one_file(const char *command, const char *help, int argc, char **argv);

/* Takes what --language says, "en" or "zh", for what the command itself says as well; -1: go on,
 * else CQA_EXIT_USAGE, said on stderr. Without it the environment's language counts. */
int cqa_cli_language(const char *command, const char *text, int *zh);

/* Prints a word that is CQA_N() somewhere, in the language of people. */
void cqa_cli_say_word(FILE *out, const char *word);

/* Takes what --format says where that is "text" or "jsonl"; -1: go on, else CQA_EXIT_USAGE, said on
 * stderr. */
int cqa_cli_format(const char *command, const char *text, int *json_lines);

/*
 * How a program of callqa ends whose command ended with `code`: CQA_EXIT_FAILED, said on stderr,
 * where what it printed has not arrived.
 */
int cqa_cli_end(int code);

/* "callqa COMMAND: text" on stderr; returns CQA_EXIT_FAILED. */
int cqa_cli_fail(const char *command, const char *format, ...) CQA_MESSAGE(2, 3);

#endif
