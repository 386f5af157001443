/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_NAMES_H
#define CQA_APPRAISAL_NAMES_H

#include <stddef.h>
#include "base/error.h"

/* Names to dense numbers, in order of first sight. {0} is empty; finish frees. The strings are
 * borrowed. */
struct cqa_names {
    const char **items;
    size_t count;
    size_t capacity;
    size_t *slots; /* index plus 1; 0: free */
    size_t slot_count;
};

/* The number of `name`, given one when it is new. */
enum cqa_status cqa_names_add(struct cqa_names *names, const char *name,
                              size_t *index) CQA_MUST_CHECK;

/* 1 and its number when the name is known. */
int cqa_names_find(const struct cqa_names *names, const char *name, size_t *index);

void cqa_names_finish(struct cqa_names *names);

#endif
