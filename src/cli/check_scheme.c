/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa check-scheme: every problem of an appraisal scheme, each with its place. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include "appraisal/scheme.h"
#include "base/models.h"
#include "base/say.h"
#include "cli/cli.h"

static const char NAME[] = "check-scheme";

static const char HELP[] = "Usage: callqa check-scheme FILE\n"
                           "Checks an appraisal scheme and prints every problem as "
                           "FILE:LINE:COLUMN: what is wrong, what is\n"
                           "allowed. A bare name is a scheme of models/schemes.\n\n"
                           "  -h, --help            this\n"
                           "  -V, --version         versions of callqa and its libraries\n\n"
                           "Example: callqa check-scheme /etc/callqa/schemes/agent-2013.yaml";

static int check(const char *path)
{
    struct cqa_problems problems = {0};
    struct cqa_scheme *scheme = cqa_scheme_load(path, &problems);

    if (scheme != NULL)
        cqa_say(stdout, "%s: no problems: %s %s, %zu indicators", path, scheme->id, scheme->version,
                scheme->indicator_count);
    else
        cqa_problems_print(&problems, path, cqa_say_language(), stdout);
    const int result = scheme != NULL ? CQA_EXIT_DONE : CQA_EXIT_INVALID;
    cqa_problems_finish(&problems);
    cqa_scheme_destroy(scheme);
    return result;
}

int cqa_cli_check_scheme(int argc, char **argv)
{
    static const struct option longs[] = {
        {"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'}, {NULL, 0, NULL, 0}};
    char path[PATH_MAX];
    struct cqa_error error = {0};
    int option;

    while ((option = getopt_long(argc, argv, "hV", longs, NULL)) != -1) {
        if (option == 'h')
            cqa_say(stdout, HELP);
        else if (option == 'V')
            cqa_cli_print_version();
        else
            return cqa_cli_bad_option(NAME, argv);
        return CQA_EXIT_DONE;
    }
    if (optind != argc - 1)
        return cqa_cli_usage(NAME, "one file, please");
    if (cqa_models_find("schemes", argv[optind], path, sizeof path, &error) != CQA_OK) {
        cqa_cli_fail(NAME, "%p", &error.message);
        return CQA_EXIT_INVALID;
    }
    return check(path);
}
