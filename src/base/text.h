/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_TEXT_H
#define CQA_BASE_TEXT_H

/* What a user reads, in both languages. Neither is NULL once read from a file. */
struct cqa_text {
    const char *en;
    const char *zh;
};

#endif
