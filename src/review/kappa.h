/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_KAPPA_H
#define CQA_REVIEW_KAPPA_H

#include <stddef.h>

enum { CQA_VERDICTS = 2 }; /* stands, does not stand */

/*
 * Agreement beyond chance; NaN where it is not defined (nothing judged, or chance agreement is
 * complete). Cohen: J. Cohen, "A coefficient of agreement for nominal scales", 1960. `table[i][j]`:
 * items that the one judged i and the other j.
 */
double cqa_kappa_cohen(const double table[CQA_VERDICTS][CQA_VERDICTS]);

/*
 * Fleiss: J. L. Fleiss, "Measuring nominal scale agreement among many raters", 1971.
 * `counts[i][v]`: how many judged item i to be v. Items with fewer than two judgements are left
 * out; where their number differs, each item weighs by its pairs of judgements.
 */
double cqa_kappa_fleiss(const double (*counts)[CQA_VERDICTS], size_t items);

#endif
