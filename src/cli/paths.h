/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CLI_PATHS_H
#define CQA_CLI_PATHS_H

#include <stddef.h>
#include "base/error.h"
#include "recorder/profile.h"

/* The recordings that the arguments of a command name, in their order. {0} is empty; finish frees.
 */
struct cqa_paths {
    char **items; /* absolute */
    size_t count;
    size_t capacity;
};

/*
 * Adds each argument: a file as it is, a folder as everything below it, by name, without pages and
 * what `recorder` says is no recording. What does not exist is added too: opening it will say so.
 * CQA_E_NOMEM or CQA_E_IO.
 */
enum cqa_status cqa_paths_collect(struct cqa_paths *paths, const struct cqa_recorder *recorder,
                                  char *const *arguments, struct cqa_error *error) CQA_MUST_CHECK;

/* Adds a copy of one as it is. CQA_E_NOMEM. */
enum cqa_status cqa_paths_add(struct cqa_paths *paths, const char *path,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* Takes a file out that is no recording: the report itself, of the last time. `path` is real; NULL
 * takes nothing. */
void cqa_paths_drop(struct cqa_paths *paths, const char *path);
void cqa_paths_finish(struct cqa_paths *paths);

#endif
