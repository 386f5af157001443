/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa check-config: every problem of a daemon's configuration, each with its place. */
#include <stdio.h>
#include <unistd.h>
#include "base/say.h"
#include "cli/cli.h"
#include "pipeline/config.h"

static const char NAME[] = "check-config";

static const char HELP[] = CQA_N(
    "Usage: callqa check-config FILE\n"
    "Checks a configuration of callqad, with the recorder profiles, time zones, rubric, folders "
    "and\n"
    "files that it names, and prints every problem as FILE:LINE:COLUMN: what is wrong, what is\n"
    "allowed. Run it as the user of the service: only that user knows what it may read and write.\n"
    "What is odd but may be meant, as a folder that is not there yet, goes to standard error and "
    "is\n"
    "no problem.\n\n"
    "  -h, --help            this\n"
    "  -V, --version         versions of callqa and its libraries\n\n"
    "The scoring server checks its own: callqa-server --check-config FILE.\n"
    "Example: sudo -u callqa callqa check-config /etc/callqa/callqad.yaml");

static void print_notes(struct cqa_problems *notes, const char *path)
{
    cqa_problems_print(notes, path, cqa_say_language(), stderr);
    if (geteuid() == 0)
        cqa_say(stderr,
                "checked as root, who may do everything: sudo -u callqa callqa %s %s says what the "
                "service may",
                NAME, path);
}

int cqa_cli_check_config(int argc, char **argv)
{
    struct cqa_problems problems = {0};
    struct cqa_problems notes = {0};
    struct cqa_config config;
    const int code = cqa_cli_one_file(NAME, HELP, argc, argv);

    if (code >= 0)
        return code;
    const char *path = argv[argc - 1];
    if (cqa_config_is_servers(path))
        return cqa_cli_usage(NAME, "%s is a scoring server's: callqa-server --check-config %s",
                             path, path);
    const int good = cqa_config_check(&config, path, &problems, &notes);
    if (good)
        cqa_say(stdout, "%s: no problems", path);
    else
        cqa_problems_print(&problems, path, cqa_say_language(), stdout);
    print_notes(&notes, path);
    cqa_problems_finish(&notes);
    cqa_problems_finish(&problems);
    cqa_config_finish(&config);
    return good ? CQA_EXIT_DONE : CQA_EXIT_INVALID;
}
