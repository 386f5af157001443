/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_SCHEMES_H
#define CQA_APPRAISAL_SCHEMES_H

#include "appraisal/scheme.h"
#include "base/error.h"

/* Reads the scheme of this id from the models. CQA_E_NOTFOUND: there is none; CQA_E_BADDATA: the
 * file is wrong, with its first problem. Owned, free with cqa_scheme_destroy. */
enum cqa_status cqa_schemes_load(const char *id, struct cqa_scheme **out,
                                 struct cqa_error *error) CQA_MUST_CHECK;

#endif
