/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The children of a program (CQA_ENTER, of which CMakeLists.txt makes one each), linked to FFmpeg's
 * libraries: started by that program where a recording needs them, and useless by itself
 * (docs/decisions/0122).
 */
#include <stdio.h>
#include "analysis/engine.h"
#include "media/render.h"

int main(int argc, char **argv)
{
    CQA_ENTER(argc, argv);
    (void)fputs("This program decodes for callqa, which starts it itself.\n", stderr);
    return 2;
}
