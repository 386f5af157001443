/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/error.h"
#include "base/program.h"
#include "cli/cli.h"

int cqa_cli_run_apart(char **argv)
{
    char name[64];
    char path[PATH_MAX];

    (void)snprintf(name, sizeof name, "callqa-%s", argv[0]);
    if (cqa_program_beside(name, path, sizeof path) == NULL)
        return cqa_cli_fail(argv[0], "where callqa lies is not known");
    execv(path, argv);
    return cqa_cli_fail(argv[0], "%s: %p; is callqa installed in whole?", path,
                        cqa_words_of_errno(errno));
}
