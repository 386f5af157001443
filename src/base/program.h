/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_PROGRAM_H
#define CQA_BASE_PROGRAM_H

#include <stddef.h>

/* How every program of the house ends. */
enum cqa_exit {
    CQA_EXIT_DONE = 0,
    CQA_EXIT_FAILED = 1,
    CQA_EXIT_USAGE = 2,
    CQA_EXIT_UNREADABLE = 3, /* some recordings could not be read; the others are done */
    CQA_EXIT_INVALID = 4,    /* configuration, rubric or scheme */
    CQA_EXIT_SPOOLED = 5,    /* results that the server did not get or take are kept */
    CQA_EXIT_HELD = 6,       /* what was to be erased, or some of it, is under a legal hold */
};

/*
 * The folder of the running program, without a trailing slash, in `path`; NULL where that is not
 * known. A command of libexec/callqa gives the bin beside it: all is found from there.
 */
const char *cqa_program_folder(char *path, size_t size);

/* Its version and what it was built of: "0.1.0+g0123456789ab" from a checkout or an archive of one,
 * with
 * "-dirty" where that was changed, "0.1.0" where nothing is known. Static. */
const char *cqa_program_version(void);

/* The path of a program of the installation that others start: libexec/callqa/NAME. NULL: too long,
 * or where it would be is not known. */
const char *cqa_program_beside(const char *name, char *path, size_t size);

#endif
