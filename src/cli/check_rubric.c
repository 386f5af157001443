#include "cli/check_rubric.h"

#include <stdio.h>
#include <string.h>
#include "base/models.h"
#include "base/problems.h"
#include "rubric/rubric.h"

enum { DONE = 0, USAGE = 2, INVALID = 4 };

static const char usage[] = "usage: callqa check-rubric FILE\n";
static const char help[] =
    "Checks a rubric and tells all its problems at once, each with its line and column.\n"
    "\n"
    "FILE is a path, or the bare name of a rubric that is installed.\n"
    "\n"
    "  -h, --help   this text\n"
    "\n"
    "Exit code: 0 the rubric is valid, 4 it is not or cannot be read, 2 wrong usage.\n"
    "\n"
    "Example:\n"
    "  $ callqa check-rubric my.yaml\n"
    "  my.yaml:12:14: unknown measure \"greeting_delay\"; nearest: greeting_delay_ms\n"
    "  my.yaml:31:9: steps must ascend: this \"from\" is not above the one before\n"
    "  my.yaml: 2 problems\n";

static void print_summary(const struct cqa_rubric *rubric, const char *path)
{
    size_t manual = 0;

    for (size_t i = 0; i < cqa_rubric_rule_count(rubric); i++)
        manual += cqa_rubric_rule(rubric, i).manual != 0;
    printf("%s: valid: rubric \"%s\", version %s, %zu rules", path, cqa_rubric_name(rubric),
           cqa_rubric_version(rubric), cqa_rubric_rule_count(rubric));
    if (manual > 0)
        printf(" (%zu by hand)", manual);
    putchar('\n');
}

static int check(const char *path)
{
    struct cqa_problems problems = {0};
    struct cqa_rubric *rubric = cqa_rubric_load(path, &problems);

    if (rubric != NULL) {
        print_summary(rubric, path);
    } else {
        cqa_problems_print(&problems, path, stderr);
        fprintf(stderr, "%s: %zu problem%s\n", path, problems.count,
                problems.count == 1 ? "" : "s");
    }
    const int code = rubric != NULL ? DONE : INVALID;
    cqa_rubric_destroy(rubric);
    cqa_problems_finish(&problems);
    return code;
}

static int is_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

int cqa_cli_check_rubric(int argc, char **argv)
{
    char path[4096];
    struct cqa_error error = {0};

    if (argc > 1 && is_help(argv[1])) {
        fputs(usage, stdout);
        fputs(help, stdout);
        return DONE;
    }
    const int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    if (argc != first + 1 || argv[first][0] == '\0' || (first == 1 && argv[1][0] == '-')) {
        fputs(usage, stderr);
        return USAGE;
    }
    if (cqa_models_find("rubrics", argv[first], path, sizeof path, &error) != CQA_OK) {
        fprintf(stderr, "%s\n", error.text);
        return INVALID;
    }
    return check(path);
}
