/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_RATIONAL_H
#define CQA_APPRAISAL_RATIONAL_H

#include <stddef.h>
#include <stdint.h>

/*
 * An exact fraction: points and money are never binary floats.
 *
 * Kept in lowest terms with a denominator above 0. A denominator of 0 stands for "no number": the
 * outcome of an overflow or of a division by zero. It is sticky (any operation on it gives it
 * again), so that a chain of operations is checked once, at its end, with cqa_rational_valid.
 */
struct cqa_rational {
    __int128 numerator;
    __int128 denominator;
};

enum { CQA_RATIONAL_TEXT = 96 }; /* room for any printed fraction */

struct cqa_rational cqa_rational_whole(int64_t number);
struct cqa_rational cqa_rational_none(void);
int cqa_rational_valid(struct cqa_rational a);

struct cqa_rational cqa_rational_add(struct cqa_rational a, struct cqa_rational b);
struct cqa_rational cqa_rational_subtract(struct cqa_rational a, struct cqa_rational b);
struct cqa_rational cqa_rational_multiply(struct cqa_rational a, struct cqa_rational b);
struct cqa_rational cqa_rational_divide(struct cqa_rational a, struct cqa_rational b);

/* Below, at or above 0 as `a` is below, equal to or above `b`. Never overflows; both must be valid.
 */
int cqa_rational_compare(struct cqa_rational a, struct cqa_rational b);
int cqa_rational_sign(struct cqa_rational a);
int cqa_rational_is_whole(struct cqa_rational a);

/* Rounds to `places` decimals, half away from zero. */
struct cqa_rational cqa_rational_round(struct cqa_rational a, int places);

/* The greatest whole number that is not above it. */
struct cqa_rational cqa_rational_floor(struct cqa_rational a);

/* Reads [+-]digits[.digits][e[+-]digits], the whole of `text`, at most 30 digits. 1 when it was
 * read. */
int cqa_rational_parse(const char *text, struct cqa_rational *out);

/* Reads what cqa_rational_exact writes: a decimal as above, or "284/3". 1 when it was read. */
int cqa_rational_read_exact(const char *text, struct cqa_rational *out);

/* The decimal of 15 significant digits that a JSON reader's double stands for; none for NaN and
 * infinity. */
struct cqa_rational cqa_rational_from_double(double number);

/* Rounded to `places` decimals and written with exactly that many: "94.60". Returns `out`. */
const char *cqa_rational_fixed(struct cqa_rational a, int places, char out[CQA_RATIONAL_TEXT]);

/* As short as it can be said exactly: "94.6", or "284/3" where no decimal of six places is exact.
 * Returns `out`. */
const char *cqa_rational_exact(struct cqa_rational a, char out[CQA_RATIONAL_TEXT]);

#endif
