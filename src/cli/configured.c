/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/configured.h"

#include "base/problems.h"
#include "base/program.h"
#include "base/say.h"

int cqa_cli_configured(const char *path, int (*run)(const struct cqa_config *config, void *context),
                       void *context)
{
    struct cqa_problems problems = {0};
    struct cqa_config config;
    int code = CQA_EXIT_INVALID;

    if (cqa_config_load(&config, path, &problems))
        code = run(&config, context);
    else
        cqa_problems_print(&problems, path, cqa_say_language(), stderr);
    cqa_problems_finish(&problems);
    cqa_config_finish(&config);
    return code;
}
