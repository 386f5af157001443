/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_PLACE_H
#define CQA_API_PLACE_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"

/*
 * Opens a file that is installed with the server: `name` ("server/openapi.yaml") below
 * ../share/callqa beside the program's folder, or, when the program runs from a checkout's build
 * folder, below that folder (what was built) or src. -1 when there is none. `path` gets where it
 * was found.
 */
int cqa_place_open(const char *name, uint64_t *file_size, char *path, size_t path_size,
                   struct cqa_error *error);

#endif
