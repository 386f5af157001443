/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_SHEET_PARTS_H
#define CQA_APPRAISAL_SHEET_PARTS_H

#include "appraisal/sheet.h"

/* What the writers of a sheet's facts share (facts.h). Not for others. */
void cqa_sheet_put_trace(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                         struct cqa_buffer *out);

/* On how many calls a measured number stands: {calls, recorded, handled, …}. */
void cqa_sheet_put_coverage(const struct cqa_measured *measured, struct cqa_buffer *out);

/* ,"standing":{…}: how total, rank and quota gave the grade, and which grade pays. */
void cqa_sheet_put_standing(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                            struct cqa_buffer *out);

/* The rules that cost most: a list of {rule, points, flags, calls}. */
void cqa_sheet_put_costs(const struct cqa_sheet *sheet, struct cqa_buffer *out);

/* ,"rubrics":[…]: those that scored its calls. */
void cqa_sheet_put_rubrics(const struct cqa_sheet *sheet, struct cqa_buffer *out);

#endif
