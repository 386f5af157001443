/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa check-rubric: every problem of a rubric, each with its place. */
#include <stdio.h>
#include "base/models.h"
#include "base/say.h"
#include "cli/cli.h"
#include "rubric/rubric.h"

static const char NAME[] = "check-rubric";

static const char HELP[] = CQA_N(
    "Usage: callqa check-rubric FILE\n"
    "Checks a rubric (a file, or the name of one that is installed) and prints every problem as\n"
    "FILE:LINE:COLUMN: what is wrong, what is allowed. docs/rubrics.md tells how to write one.\n\n"
    "  -h, --help            this\n"
    "  -V, --version         versions of callqa and its libraries\n\n"
    "Example:\n"
    "  $ callqa check-rubric my.yaml\n"
    "  my.yaml:12:14: unknown measure \"greeting_delay\"; nearest: greeting_delay_ms\n"
    "  my.yaml:31:9: steps must ascend: this \"from\" is not above the one before");

static void print_summary(const struct cqa_rubric *rubric, const char *path)
{
    const size_t count = cqa_rubric_rule_count(rubric);
    size_t manual = 0;

    for (size_t i = 0; i < count; i++)
        manual += cqa_rubric_rule(rubric, i).manual != 0;
    cqa_say_part(stdout, "%s: no problems: %s %s, %zu rules", path, cqa_rubric_name(rubric),
                 cqa_rubric_version(rubric), count);
    if (manual > 0)
        cqa_say_part(stdout, ", %zu of them by hand", manual);
    putchar('\n');
}

static int check(const char *path)
{
    struct cqa_problems problems = {0};
    struct cqa_rubric *rubric = cqa_rubric_load(path, &problems);

    if (rubric != NULL)
        print_summary(rubric, path);
    else
        cqa_problems_print(&problems, path, cqa_say_language(), stdout);
    const int failed = rubric == NULL;
    cqa_rubric_destroy(rubric);
    cqa_problems_finish(&problems);
    return failed ? CQA_EXIT_INVALID : CQA_EXIT_DONE;
}

int cqa_cli_check_rubric(int argc, char **argv)
{
    char path[4096];
    struct cqa_error error = {0};
    const int code = cqa_cli_one_file(NAME, HELP, argc, argv);

    if (code >= 0)
        return code;
    if (cqa_models_find("rubrics", argv[argc - 1], path, sizeof path, &error) != CQA_OK) {
        cqa_cli_fail(NAME, "%p", &error.message);
        return CQA_EXIT_INVALID;
    }
    return check(path);
}
