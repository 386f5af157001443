/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_IMPORT_ANSWERS_H
#define CQA_APPRAISAL_IMPORT_ANSWERS_H

#include "appraisal/import.h"
#include "base/problems.h"

/*
 * Answers to what an import asks, from a file, so that the same command runs again without asking:
 *   columns: {接通量: calls_handled, 备注2: ""}   # what a heading is; "": it is left out
 *   names: {小李: li, 共三人: ""}                 # whom a name means; "": nobody
 */
struct cqa_import_answers;

/* Owned, free with cqa_import_answers_destroy. NULL: what is wrong is in `problems`. */
struct cqa_import_answers *cqa_import_answers_load(const char *path,
                                                   const struct cqa_scheme *scheme,
                                                   struct cqa_problems *problems);
void cqa_import_answers_destroy(struct cqa_import_answers *answers);

/* Answers for struct cqa_import_how; `answers` has to outlive it, and what was read by it. */
void cqa_import_answers_use(struct cqa_import_answers *answers, struct cqa_import_how *how);

/* After the file was read: each answer that nothing asked for. */
void cqa_import_answers_unused(const struct cqa_import_answers *answers,
                               void (*visit)(void *context, const char *asked, int is_column),
                               void *context);

#endif
