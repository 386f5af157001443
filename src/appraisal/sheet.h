/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_SHEET_H
#define CQA_APPRAISAL_SHEET_H

#include "appraisal/appraisal.h"
#include "base/buffer.h"
#include "base/error.h"

/* An appraisal written down. All append to `out` and fail with CQA_E_NOMEM or CQA_E_LIMIT (`out`
 * has a limit). Numbers are rounded here and nowhere else: to two places, half away from zero. */

/* One line of JSON with its newline: agent, total, grade, coefficient, items, assumed, trace, and
 * more. */
enum cqa_status cqa_sheet_to_json(const struct cqa_appraisal *appraisal,
                                  const struct cqa_sheet *sheet,
                                  struct cqa_buffer *out) CQA_MUST_CHECK;

/* What a sheet is made of, for nobody yet: facts.h shows of it what a reader may see. An object of
 * the numbers, and one of how they came about, which goes behind it. */
enum cqa_status cqa_sheet_put_facts(const struct cqa_appraisal *appraisal,
                                    const struct cqa_sheet *sheet,
                                    struct cqa_buffer *out) CQA_MUST_CHECK;
enum cqa_status cqa_sheet_put_trace_facts(const struct cqa_appraisal *appraisal,
                                          const struct cqa_sheet *sheet,
                                          struct cqa_buffer *out) CQA_MUST_CHECK;

/* The JSON without the newline, and with only what its reader may see. */
enum {
    CQA_SHEET_PAY = 1,   /* wages, bonus, and the indicators that only they are made of */
    CQA_SHEET_PEERS = 2, /* the names of peers who rated */
    CQA_SHEET_TRACE = 4, /* trace, assumptions, and what cost most */
    CQA_SHEET_ALL = CQA_SHEET_PAY | CQA_SHEET_PEERS | CQA_SHEET_TRACE
};
enum cqa_status cqa_sheet_to_json_parts(const struct cqa_appraisal *appraisal,
                                        const struct cqa_sheet *sheet, unsigned parts,
                                        struct cqa_buffer *out) CQA_MUST_CHECK;

/* The exact numbers and grades of a sheet, as text: what a signature under it is for. */
enum cqa_status cqa_sheet_numbers(const struct cqa_appraisal *appraisal,
                                  const struct cqa_sheet *sheet,
                                  struct cqa_buffer *out) CQA_MUST_CHECK;

/* ,"programs":[{program, models, calls}]: the analyzers that made the results of its calls. */
void cqa_sheet_put_programs(const struct cqa_sheet *sheet, struct cqa_buffer *out);

/* A line of headings; a line for each sheet. Texts are safe to open in a spreadsheet. */
enum cqa_status cqa_sheets_csv_head(const struct cqa_appraisal *appraisal,
                                    struct cqa_buffer *out) CQA_MUST_CHECK;
enum cqa_status cqa_sheet_to_csv(const struct cqa_appraisal *appraisal,
                                 const struct cqa_sheet *sheet,
                                 struct cqa_buffer *out) CQA_MUST_CHECK;

/* For a person, in `language`: the scheme, then each sheet with its arithmetic, then what was
 * assumed and left out. English keeps the Chinese of what the document itself says. */
enum cqa_status cqa_sheets_text_head(const struct cqa_appraisal *appraisal,
                                     enum cqa_language language,
                                     struct cqa_buffer *out) CQA_MUST_CHECK;
enum cqa_status cqa_sheet_to_text(const struct cqa_appraisal *appraisal,
                                  const struct cqa_sheet *sheet, enum cqa_language language,
                                  struct cqa_buffer *out) CQA_MUST_CHECK;
enum cqa_status cqa_sheets_text_foot(const struct cqa_appraisal *appraisal,
                                     enum cqa_language language,
                                     struct cqa_buffer *out) CQA_MUST_CHECK;

#endif
