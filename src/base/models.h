/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_MODELS_H
#define CQA_BASE_MODELS_H

#include <stddef.h>
#include "base/error.h"

/*
 * Finds a model file. `folder` is a folder of models/ ("rubrics", "recorders", "acoustic", …),
 * `name` either a file path (it holds a slash or ends in .yaml) or a bare name, looked for as
 * FOLDER/NAME.yaml (FOLDER/NAME when it has an ending of its own) in this order: $CALLQA_MODELS,
 * /etc/callqa, ../share/callqa beside the program's folder, and ../../models when the program runs
 * from a checkout's build/bin. CQA_E_NOTFOUND says where it looked.
 */
enum cqa_status cqa_models_find(const char *folder, const char *name, char *path, size_t size,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* Visits the names (without .yaml) of a folder's models in alphabetical order, each once, whichever
 * of those places has it. CQA_E_NOMEM only. */
enum cqa_status cqa_models_list(const char *folder, void (*visit)(void *context, const char *name),
                                void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
