/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa check-scheme: every problem of an appraisal scheme, each with its place. */
#include <limits.h>
#include <stdio.h>
#include "appraisal/scheme.h"
#include "base/models.h"
#include "base/say.h"
#include "cli/cli.h"

static const char NAME[] = "check-scheme";

static const char HELP[] =
    CQA_N("Usage: callqa check-scheme FILE\n"
          "Checks an appraisal scheme and prints every problem as "
          "FILE:LINE:COLUMN: what is wrong, what is\n"
          "allowed. A bare name is a scheme of models/schemes.\n\n"
          "  -h, --help            this\n"
          "  -V, --version         versions of callqa and its libraries\n\n"
          "Example: callqa check-scheme /etc/callqa/schemes/agent-2013.yaml");

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
    char path[PATH_MAX];
    struct cqa_error error = {0};
    const int code = cqa_cli_one_file(NAME, HELP, argc, argv);

    if (code >= 0)
        return code;
    if (cqa_models_find("schemes", argv[argc - 1], path, sizeof path, &error) != CQA_OK) {
        cqa_cli_fail(NAME, "%p", &error.message);
        return CQA_EXIT_INVALID;
    }
    return check(path);
}
