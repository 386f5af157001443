/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CLI_OUTPUT_H
#define CQA_CLI_OUTPUT_H

#include <stddef.h>
#include <stdio.h>
#include "base/error.h"

/*
 * Where a report goes: standard output, or a file that is there whole or not at all. What is
 * written waits in a file without a name where a file is named or a head will go before it, so that
 * memory does not grow with the report.
 */
struct cqa_output {
    const char *path; /* borrowed; NULL: standard output */
    char *target;     /* the file in the end, links followed; owned */
    FILE *body;
    int waits; /* `body` has to be copied */
    int plain; /* the file is no regular one (a pipe, a terminal): written as it stands */
};

/* Opens it, before anything is done that would be lost. `has_head`: cqa_output_commit will be given
 * one. CQA_E_IO: a folder has that name, or its folder cannot be written to; CQA_E_NOMEM. Close it
 * whatever comes back. */
enum cqa_status cqa_output_open(struct cqa_output *output, const char *path, int has_head,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* The folder of the file, absolute; NULL for standard output. Owned, free with free(). */
char *cqa_output_folder(const struct cqa_output *output);

enum cqa_status cqa_output_write(struct cqa_output *output, const char *text, size_t length,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* Puts `head` before all that was written, and the file in its place. */
enum cqa_status cqa_output_commit(struct cqa_output *output, const char *head, size_t length,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* Without cqa_output_commit nothing of it stays. */
void cqa_output_close(struct cqa_output *output);

#endif
