/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_TEXT_H
#define CQA_BASE_TEXT_H

#include <string.h>

/* What a user reads, in both languages. Neither is NULL once read from a file. */
struct cqa_text {
    const char *en;
    const char *zh;
};

/* NULL is as empty as "". */
static inline int cqa_same_text(const char *left, const char *right)
{
    return strcmp(left != NULL ? left : "", right != NULL ? right : "") == 0;
}

#endif
