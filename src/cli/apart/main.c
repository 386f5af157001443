/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A command that is a program of its own: CQA_COMMAND, of which CMakeLists.txt makes one each. */
#include <getopt.h>
#include <locale.h>
#include "analysis/engine.h"
#include "base/streams.h"
#include "cli/cli.h"

int main(int argc, char **argv)
{
    cqa_streams_open();
    cqa_engine_enter(argc, argv);
    setlocale(LC_MESSAGES, "");
    opterr = 0; /* cqa_cli_other_option says it */
    return cqa_cli_end(CQA_COMMAND(argc, argv));
}
