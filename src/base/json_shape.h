/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_JSON_SHAPE_H
#define CQA_BASE_JSON_SHAPE_H

#include <stddef.h>
#include "base/buffer.h"
#include "base/error.h"

/* CQA_E_LIMIT when the text nests deeper than a result can, or has so many values that they would
 * take more memory than any result does: what a few bytes say may take a hundred. Before it is
 * read. */
enum cqa_status cqa_json_check_shape(const char *text, size_t length,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* Appends the text of an object, with null for what its own members of these names (which need no
 * escapes; NULL ends them) hold: who looks at little of a long text reads little. Text that is no
 * object, or damaged, is left as it is, or is as damaged behind. CQA_E_NOMEM, CQA_E_LIMIT. */
enum cqa_status cqa_json_leave_out(const char *text, size_t length, const char *const names[],
                                   struct cqa_buffer *out) CQA_MUST_CHECK;

#endif
