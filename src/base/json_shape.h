/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_JSON_SHAPE_H
#define CQA_BASE_JSON_SHAPE_H

#include <stddef.h>
#include "base/error.h"

/* CQA_E_LIMIT when the text nests deeper than a result can, or has so many values that they would
 * take more memory than any result does: what a few bytes say may take a hundred. Before it is
 * read. */
enum cqa_status cqa_json_check_shape(const char *text, size_t length,
                                     struct cqa_error *error) CQA_MUST_CHECK;

#endif
