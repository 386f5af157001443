/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_FORMATS_H
#define CQA_REPORT_FORMATS_H

#include "report/format.h"

/*
 * The formats behind format.h, for the table in format.c. Each adds to `out`, whose `failed` tells
 * in the end; a status is returned only by those that can fail in another way.
 */
void cqa_text_write(struct cqa_report *report, const struct cqa_result *result,
                    struct cqa_buffer *out);
void cqa_text_end(struct cqa_report *report, struct cqa_buffer *out);

enum cqa_status cqa_json_write(struct cqa_report *report, const struct cqa_result *result,
                               struct cqa_buffer *out);
void cqa_json_end(struct cqa_report *report, struct cqa_buffer *out);
enum cqa_status cqa_jsonl_write(const struct cqa_result *result, struct cqa_buffer *out);

void cqa_csv_begin(struct cqa_buffer *out);
void cqa_csv_write(const struct cqa_result *result, struct cqa_buffer *out);

void cqa_rttm_write(const struct cqa_result *result, struct cqa_buffer *out);
void cqa_audacity_write(struct cqa_report *report, const struct cqa_result *result,
                        struct cqa_buffer *out);
void cqa_webvtt_write(struct cqa_report *report, const struct cqa_result *result,
                      struct cqa_buffer *out);
enum cqa_status cqa_contact_lens_write(const struct cqa_result *result, int zh,
                                       struct cqa_buffer *out);

/* The page of many calls: report->day from begin to finish. */
enum cqa_status cqa_html_begin(struct cqa_report *report);
enum cqa_status cqa_html_write(struct cqa_report *report, const struct cqa_result *result,
                               struct cqa_buffer *out);
void cqa_html_fail(struct cqa_report *report, const char *path, const struct cqa_failure *failure);
void cqa_html_head(struct cqa_report *report, struct cqa_buffer *out);
void cqa_html_end(struct cqa_report *report, struct cqa_buffer *out);
void cqa_html_finish(struct cqa_report *report);
size_t cqa_html_peak_count(const struct cqa_result *result);

#endif
