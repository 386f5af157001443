/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_SUPPORT_NEAR_H
#define CQA_TESTS_SUPPORT_NEAR_H

#include <math.h>

/* Fails the test where two numbers lie further apart than `tolerance`, or only one is NaN. cmocka's
 * own compares as float. Include after <cmocka.h>. */
#define assert_near(found, wanted, tolerance)                                                      \
    near_check((double)(found), (double)(wanted), (double)(tolerance), __FILE__, __LINE__)

static inline void near_check(double found, double wanted, double tolerance, const char *file,
                              int line)
{
    if ((isnan(found) && isnan(wanted)) || fabs(found - wanted) <= tolerance)
        return;
    print_error("%g is not %g (within %g)\n", found, wanted, tolerance);
    _fail(file, line);
}

#endif
