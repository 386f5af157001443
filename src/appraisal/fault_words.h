/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_FAULT_WORDS_H
#define CQA_APPRAISAL_FAULT_WORDS_H

#include <stddef.h>

/* What is wrong with an input, in Chinese: for the English printf format the Chinese one, which
 * takes the same arguments in the same order. NULL: there is none. */
const char *cqa_fault_chinese(const char *format);

/* All of them, for whoever checks that they match. */
struct cqa_fault_words {
    const char *en;
    const char *zh;
};
extern const struct cqa_fault_words cqa_fault_words[];
extern const size_t cqa_fault_word_count;

#endif
