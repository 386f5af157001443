/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BOOK_BOOK_CHILD_H
#define CQA_BOOK_BOOK_CHILD_H

/* The role of a child that reads one workbook (child/child.h), for the table of roles of a program
 * that reads workbooks. */
#define CQA_ROLE_BOOK "book"

/* As struct cqa_child_role wants them. */
void cqa_book_warm(void);
void cqa_book_live(void *context);

#endif
