/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sheets for a spreadsheet: a line each. */
#include <string.h>
#include "appraisal/sheet.h"
#include "base/escape.h"

/* In quotes; what a spreadsheet would take for a formula gets an apostrophe before it. */
static void put_cell(struct cqa_buffer *out, const char *text)
{
    if (text == NULL)
        return;
    const int formula = cqa_looks_like_formula(text);
    if (!formula && text[strcspn(text, ",\"\r\n")] == '\0') {
        cqa_buffer_add(out, text, strlen(text));
        return;
    }
    cqa_buffer_print(out, "\"%s", formula ? "'" : "");
    for (; *text != '\0'; text++)
        cqa_buffer_print(out, *text == '"' ? "\"\"" : "%c", *text);
    cqa_buffer_add(out, "\"", 1);
}

static void put_number_cell(struct cqa_buffer *out, struct cqa_rational a)
{
    char text[CQA_RATIONAL_TEXT];

    cqa_buffer_print(out, ",%s", cqa_rational_valid(a) ? cqa_rational_fixed(a, 2, text) : "");
}

/* ---- where it comes from: in every row, for a spreadsheet sorts them and takes some away */

/* "standard 1: 120; courier 2: 3": calls by the rubric that scored them. */
static void put_rubrics(const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    const struct cqa_rubric_used *used = sheet->tally ? sheet->tally->rubrics : NULL;
    const size_t count = sheet->tally ? sheet->tally->rubric_count : 0;
    struct cqa_buffer text = {.limit = out->limit};

    for (size_t i = 0; i < count; i++)
        cqa_buffer_print(&text, "%s%s%s%s: %zu", i ? "; " : "", used[i].rubric,
                         used[i].version ? " " : "", used[i].version ? used[i].version : "",
                         used[i].calls);
    put_cell(out, text.text);
    out->failed |= text.failed;
    cqa_buffer_finish(&text);
}

/* "recording_qa: 4 of 2300 calls handled, heard 1": on what each measured number stands. */
static void put_coverage(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                         struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;
    struct cqa_buffer text = {.limit = out->limit};
    char handled[CQA_RATIONAL_TEXT];

    for (size_t i = 0; i < scheme->indicator_count; i++) {
        const struct cqa_measured *measured = sheet->figures[i].measured;
        if (measured == NULL || sheet->figures[i].origin != CQA_ORIGIN_MEASURED)
            continue;
        cqa_buffer_print(&text, "%s%s: %zu of ", text.length > 0 ? "; " : "",
                         scheme->indicators[i].id, measured->taken_count);
        if (cqa_rational_valid(measured->handled))
            cqa_buffer_print(&text, "%s handled", cqa_rational_exact(measured->handled, handled));
        else
            cqa_buffer_print(&text, "%zu recorded", measured->recorded);
        cqa_buffer_print(&text, ", heard %zu", measured->heard);
    }
    put_cell(out, text.text);
    out->failed |= text.failed;
    cqa_buffer_finish(&text);
}

static void put_source(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                       struct cqa_buffer *out)
{
    cqa_buffer_add(out, ",", 1);
    put_cell(out, appraisal->scheme->id);
    cqa_buffer_add(out, ",", 1);
    put_cell(out, appraisal->scheme->version);
    cqa_buffer_print(out, ",%s,", appraisal->period);
    put_rubrics(sheet, out);
    cqa_buffer_add(out, ",", 1);
    put_coverage(appraisal, sheet, out);
    cqa_buffer_add(out, "\r\n", 2);
}

/* ---- lines */

enum cqa_status cqa_sheets_csv_head(const struct cqa_appraisal *appraisal, struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;

    cqa_buffer_print(out, "%s,post,total,grade,grade_distribution,rank,coefficient,bonus,pay",
                     scheme->units ? "subject" : "agent");
    for (size_t i = 0; i < scheme->line_count; i++) {
        cqa_buffer_add(out, ",", 1);
        put_cell(out, scheme->lines[i].id);
    }
    cqa_buffer_print(out, ",undecided_flags,assumed,preliminary,scheme,scheme_version,period,"
                          "rubrics,coverage\r\n");
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}

enum cqa_status cqa_sheet_to_csv(const struct cqa_appraisal *appraisal,
                                 const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;

    put_cell(out, sheet->agent);
    cqa_buffer_add(out, ",", 1);
    put_cell(out, sheet->post);
    put_number_cell(out, sheet->total);
    cqa_buffer_add(out, ",", 1);
    put_cell(out, sheet->grade ? sheet->grade->id : NULL);
    cqa_buffer_add(out, ",", 1);
    put_cell(out, sheet->grade_distribution ? sheet->grade_distribution->id : NULL);
    if (sheet->rank > 0)
        cqa_buffer_print(out, ",%zu", sheet->rank);
    else
        cqa_buffer_add(out, ",", 1);
    put_number_cell(out, sheet->coefficient);
    put_number_cell(out, sheet->bonus);
    put_number_cell(out, sheet->pay);
    for (size_t i = 0; i < scheme->line_count; i++)
        put_number_cell(out, sheet->lines[i].value);
    cqa_buffer_print(out, ",%zu,", sheet->undecided);
    for (size_t i = 0; i < sheet->assumed_count; i++)
        cqa_buffer_print(out, "%s%s", i ? "; " : "", sheet->assumed[i]->where);
    if (sheet->preliminary > 0)
        cqa_buffer_print(out, ",%zu left out", sheet->preliminary);
    else
        cqa_buffer_add(out, ",", 1);
    put_source(appraisal, sheet, out);
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}
