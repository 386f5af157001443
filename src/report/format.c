/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/format.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "report/formats.h"

const char *const cqa_format_words[CQA_FORMAT_COUNT + 1] = {
    "text", "json", "jsonl", "csv", "rttm", "audacity", "webvtt", "contact-lens", "html", NULL};

enum cqa_format cqa_format_find(const char *name)
{
    int format = 0;

    while (format < CQA_FORMAT_COUNT && strcmp(cqa_format_words[format], name) != 0)
        format++;
    return (enum cqa_format)format;
}

static enum cqa_status outcome(const struct cqa_buffer *out)
{
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}

enum cqa_status cqa_report_begin(struct cqa_report *report,
                                 const struct cqa_report_options *options, struct cqa_buffer *out)
{
    *report = (struct cqa_report){.options = *options};
    if (options->format == CQA_FORMAT_CSV)
        cqa_csv_begin(out);
    if (options->format == CQA_FORMAT_HTML)
        return cqa_html_begin(report);
    return outcome(out);
}

static enum cqa_status write_one(struct cqa_report *report, const struct cqa_result *result,
                                 struct cqa_buffer *out)
{
    switch (report->options.format) {
    case CQA_FORMAT_TEXT:
        cqa_text_write(report, result, out);
        break;
    case CQA_FORMAT_JSON:
        return cqa_json_write(report, result, out);
    case CQA_FORMAT_JSONL:
        return cqa_jsonl_write(result, out);
    case CQA_FORMAT_CSV:
        cqa_csv_write(result, out);
        break;
    case CQA_FORMAT_RTTM:
        cqa_rttm_write(result, out);
        break;
    case CQA_FORMAT_AUDACITY:
        cqa_audacity_write(report, result, out);
        break;
    case CQA_FORMAT_WEBVTT:
        cqa_webvtt_write(report, result, out);
        break;
    case CQA_FORMAT_CONTACT_LENS:
        return cqa_contact_lens_write(result, report->options.zh, out);
    case CQA_FORMAT_HTML:
        return cqa_html_write(report, result, out);
    case CQA_FORMAT_COUNT:
        break;
    }
    return CQA_OK;
}

enum cqa_status cqa_report_write(struct cqa_report *report, const struct cqa_result *result,
                                 struct cqa_buffer *out)
{
    const enum cqa_status status = write_one(report, result, out);

    if (status != CQA_OK)
        return status;
    report->count++;
    if (result->scored) {
        report->scored_count++;
        report->total_sum += result->score.total;
        for (size_t i = 0; i < result->score.deduction_count; i++)
            report->deduction_count += result->score.deductions[i].points > 0;
    }
    return outcome(out);
}

enum cqa_status cqa_report_end(struct cqa_report *report, struct cqa_buffer *out)
{
    if (report->options.format == CQA_FORMAT_JSON)
        cqa_json_end(report, out);
    else if (report->options.format == CQA_FORMAT_TEXT)
        cqa_text_end(report, out);
    else if (report->options.format == CQA_FORMAT_HTML)
        cqa_html_end(report, out);
    return outcome(out);
}

void cqa_report_fail(struct cqa_report *report, const char *path, const struct cqa_failure *failure)
{
    if (report->options.format == CQA_FORMAT_HTML)
        cqa_html_fail(report, path, failure);
}

int cqa_format_has_head(enum cqa_format format)
{
    return format == CQA_FORMAT_HTML;
}

enum cqa_status cqa_report_head(struct cqa_report *report, struct cqa_buffer *out)
{
    if (cqa_format_has_head(report->options.format))
        cqa_html_head(report, out);
    return outcome(out);
}

size_t cqa_report_peak_count(const struct cqa_report *report, const struct cqa_result *result)
{
    return report->options.format == CQA_FORMAT_HTML ? cqa_html_peak_count(result) : 0;
}

void cqa_report_finish(struct cqa_report *report)
{
    cqa_html_finish(report);
}

int cqa_report_may_color(int fd)
{
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");

    return isatty(fd) && (no_color == NULL || no_color[0] == '\0') && terminal != NULL &&
           strcmp(terminal, "dumb") != 0;
}

int cqa_report_columns(int fd)
{
    enum { FEWEST = 60, USUAL = 100, MOST = 400 };
    struct winsize size;

    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return USUAL;
    return size.ws_col < FEWEST ? FEWEST : size.ws_col > MOST ? MOST : size.ws_col;
}
