/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ROUNDS_GOING_H
#define CQA_ROUNDS_GOING_H

#include <stdint.h>
#include "base/error.h"

/* Who is told how far what takes long is, and says whether it is wanted still. */
struct cqa_going {
    int (*goes_on)(void *context, int64_t done, int64_t total);
    void *context;
};

/* CQA_E_REFUSED where it is not. `going` NULL: nobody is told, and it is. */
enum cqa_status cqa_going_check(const struct cqa_going *going, int64_t done, int64_t total,
                                struct cqa_error *error) CQA_MUST_CHECK;

#endif
