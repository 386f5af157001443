/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SIGNAL_HOT_H
#define CQA_SIGNAL_HOT_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#include "base/hot.h"

/* Neighbours in time that are worked on together: one register, two or four. */
enum { CQA_LANES = 16 };

/* Instead of fminf and fmaxf, which call the library where NaN has to be minded. */
CQA_INLINE float cqa_min(float a, float b)
{
    return a < b ? a : b;
}

CQA_INLINE float cqa_max(float a, float b)
{
    return a > b ? a : b;
}

CQA_INLINE float cqa_clamp(float x, float least, float most)
{
    return cqa_min(most, cqa_max(least, x));
}

/* log2 of a positive number to 0.001: the exponent bits, plus a polynomial fitted to the mantissa.
 * Vectorises. */
CQA_INLINE float cqa_fast_log2(float x)
{
    uint32_t bits;
    float m;

    memcpy(&bits, &x, sizeof bits);
    const float exponent = (float)((int32_t)(bits >> 23) - 127);
    bits = (bits & 0x007FFFFFu) | 0x3F800000u;
    memcpy(&m, &bits, sizeof m);
    return exponent + (m - 1.0f) * (1.0f + (m - 2.0f) * (0.15921951f * m - 0.58208445f));
}

/* 10 log10 of a power. */
CQA_INLINE float cqa_power_db(float power)
{
    return 3.0102999566f * cqa_fast_log2(power + 1e-12f);
}

/* e to the power of x for -80 <= x <= 0, to 0.0002 of it. Vectorises. */
CQA_INLINE float cqa_fast_exp(float x)
{
    const float y = cqa_max(x, -80.0f) * 1.44269504f;
    const int32_t whole = (int32_t)y - 1; /* y <= 0: towards minus infinity or one below */
    const float part = y - (float)whole;  /* 0..2 */
    const float half = 0.5f * part;       /* 2^part is the square of 2^half, 0..1 */
    const float root = 1.0f + half * (0.6951786f + half * (0.2276431f + half * 0.0780245f));
    const int32_t bits = (whole + 127) << 23;
    float power;

    memcpy(&power, &bits, sizeof power);
    return power * root * root;
}

#endif
