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
    char folder[PATH_MAX];
    char path[PATH_MAX];
    const char *here = cqa_program_folder(folder, sizeof folder);
    const int length =
        snprintf(path, sizeof path, "%s/../libexec/callqa/callqa-%s", here ? here : "", argv[0]);

    if (here == NULL || length >= (int)sizeof path)
        return cqa_cli_fail(argv[0], "where callqa lies is not known");
    execv(path, argv);
    return cqa_cli_fail(argv[0], "%s: %p; is callqa installed in whole?", path,
                        cqa_words_of_errno(errno));
}
