/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RUBRIC_MEASURED_H
#define CQA_RUBRIC_MEASURED_H

#include "measure/measure.h"

/*
 * Numbers as a result tells them. A rubric judges these and not what was computed before rounding,
 * so that scoring a stored result again cannot come out otherwise than the first time.
 */

/* Decimal places of a measure: 0 for milliseconds and counts. */
int cqa_measured_places(enum cqa_measure_id id);

/* Its steps in one: 10 to the power of those places. */
double cqa_measured_scale(enum cqa_measure_id id);

/* `value` rounded to those places, half away from zero; NaN stays. */
double cqa_measured_round(enum cqa_measure_id id, double value);

/* Confidence in hundredths, 0..100; -1 when it is not a number from 0 to 1. */
int cqa_measured_confidence(float confidence);

#endif
