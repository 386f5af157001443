/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_PROGRAM_H
#define CQA_BASE_PROGRAM_H

#include <stddef.h>

/*
 * The folder of the running program, without a trailing slash, in `path`; NULL where that is not
 * known. A command of libexec/callqa gives the bin beside it: all is found from there.
 */
const char *cqa_program_folder(char *path, size_t size);

#endif
