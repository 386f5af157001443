/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "book/parts.h"

int cqa_book_fault_at(struct cqa_book_fault *fault, enum cqa_book_why why, size_t row,
                      size_t column)
{
    if (fault->why == CQA_BOOK_GOOD)
        *fault = (struct cqa_book_fault){why, (uint32_t)row, (uint32_t)column};
    return 0;
}

int cqa_book_fault(struct cqa_book_fault *fault, enum cqa_book_why why)
{
    return cqa_book_fault_at(fault, why, 0, 0);
}
