/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BOOK_DECIMAL_H
#define CQA_BOOK_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

/* A decimal number of at most 15 digits, which is what a spreadsheet keeps: 0.28999999999999998 is
 * its 0.29. For the files of this folder only. */
enum { CQA_DECIMAL_DIGITS = 15 };
struct cqa_book_decimal {
    char digits[CQA_DECIMAL_DIGITS + 2]; /* '0' to '9', the first and the last not '0' */
    int count;                           /* 0: the number 0 */
    int point;                           /* digits before the point; below 0: zeros after it */
    int negative;
};

/* As XML has numbers: 8.001E+03. 0: it is none. */
int cqa_book_decimal_read(const char *text, struct cqa_book_decimal *out);

/* Half away from zero, as spreadsheets do. 1: something was rounded off. */
int cqa_book_decimal_round(struct cqa_book_decimal *number, int places);

/* Without sign or exponent: "0.0012", "350.00". At least `least_whole` digits before the point and
 * `least_places` after it. 0: does not fit. */
int cqa_book_decimal_write(const struct cqa_book_decimal *number, int least_whole, int least_places,
                           char *out, size_t size);

/* Whole days, and the seconds of the rest, rounded; 0 to 86400. 0: below 0, or no day that a
 * calendar has. */
int cqa_book_decimal_moment(const struct cqa_book_decimal *number, int64_t *days, int *seconds);

#endif
