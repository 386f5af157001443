/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_FORMAT_H
#define CQA_REPORT_FORMAT_H

#include <stddef.h>
#include "base/buffer.h"
#include "base/error.h"
#include "base/failure.h"
#include "report/peaks.h"
#include "result/result.h"

/* What `--format` takes. */
enum cqa_format {
    CQA_FORMAT_TEXT,  /* a table and a timeline for a person */
    CQA_FORMAT_JSON,  /* one array of results, indented */
    CQA_FORMAT_JSONL, /* one result a line */
    CQA_FORMAT_CSV, /* a header row, then one row a call; RFC 4180, safe to open in a spreadsheet */
    CQA_FORMAT_RTTM,         /* NIST SPEAKER lines, one a stretch of speech */
    CQA_FORMAT_AUDACITY,     /* a label track */
    CQA_FORMAT_WEBVTT,       /* a metadata track for players */
    CQA_FORMAT_CONTACT_LENS, /* Amazon's ConversationCharacteristics, one object a line */
    CQA_FORMAT_HTML,         /* one page: what costs or is noted, with pictures and links */
    CQA_FORMAT_COUNT
};

/* NULL-ended, in the order above: "text", "json", … */
extern const char *const cqa_format_words[CQA_FORMAT_COUNT + 1];

/* The format of that name, or CQA_FORMAT_COUNT. */
enum cqa_format cqa_format_find(const char *name);

struct cqa_report_options {
    enum cqa_format format;
    int many;  /* more than one recording follows: text ends in a summary, labels name their call */
    int zh;    /* rules and reasons in Chinese, else English */
    int color; /* text may use terminal colours */
    int columns;        /* width of text, 60..400; 0: 100 */
    const char *folder; /* html: where the page will lie, absolute and borrowed; NULL: unknown */
};

struct cqa_day;

/*
 * One report: begin, write for each result, head, end, finish. Of a result no more than sums is
 * kept once its write returned. Text goes to the end of `out`; the caller may print and empty the
 * buffer between calls. All return CQA_E_NOMEM, or CQA_E_LIMIT where `out` is full.
 */
struct cqa_report {
    struct cqa_report_options options;
    size_t count;                  /* results written */
    size_t scored_count;           /* of them with a score */
    size_t deduction_count;        /* that cost points */
    double total_sum;              /* of the scores */
    const struct cqa_peaks *peaks; /* html: outline of the next result, borrowed; NULL: none */
    struct cqa_day *day;           /* html: what becomes the summary */
};

enum cqa_status cqa_report_begin(struct cqa_report *report,
                                 const struct cqa_report_options *options,
                                 struct cqa_buffer *out) CQA_MUST_CHECK;
enum cqa_status cqa_report_write(struct cqa_report *report, const struct cqa_result *result,
                                 struct cqa_buffer *out) CQA_MUST_CHECK;
enum cqa_status cqa_report_end(struct cqa_report *report, struct cqa_buffer *out) CQA_MUST_CHECK;

/* A recording that has no result. Only html tells it. */
void cqa_report_fail(struct cqa_report *report, const char *path,
                     const struct cqa_failure *failure);

/* Whether the format has a head that goes before all that was written, though it is known only once
 * everything was. */
int cqa_format_has_head(enum cqa_format format);
enum cqa_status cqa_report_head(struct cqa_report *report, struct cqa_buffer *out) CQA_MUST_CHECK;

/* Of how many pieces the outline should be that `peaks` should hold when this result is written; 0:
 * none is drawn. */
size_t cqa_report_peak_count(const struct cqa_report *report, const struct cqa_result *result);

void cqa_report_finish(struct cqa_report *report);

/* Whether text written to `fd` may use colours: a terminal, NO_COLOR not set, TERM not "dumb". */
int cqa_report_may_color(int fd);

/* Columns of the terminal at `fd`, else 100. */
int cqa_report_columns(int fd);

#endif
