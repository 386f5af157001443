/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/sheet.h"

#include <stdarg.h>
#include <string.h>
#include "appraisal/sheet_parts.h"
#include "base/escape.h"
#include "base/message.h"

enum { NAME_TEXT = 400 };

static const char *number(struct cqa_rational a, char out[CQA_RATIONAL_TEXT])
{
    return cqa_rational_valid(a) ? cqa_rational_fixed(a, 2, out) : "";
}

/* ---- CSV */

/* In quotes; what a spreadsheet would take for a formula gets an apostrophe before it. */
static void put_cell(struct cqa_buffer *out, const char *text)
{
    if (text == NULL)
        return;
    const int formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
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

    cqa_buffer_print(out, ",%s", number(a, text));
}

enum cqa_status cqa_sheets_csv_head(const struct cqa_appraisal *appraisal, struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;

    cqa_buffer_print(out, "%s,post,total,grade,grade_distribution,rank,coefficient,bonus,pay",
                     scheme->units ? "subject" : "agent");
    for (size_t i = 0; i < scheme->line_count; i++) {
        cqa_buffer_add(out, ",", 1);
        put_cell(out, scheme->lines[i].id);
    }
    cqa_buffer_print(out, ",undecided_flags,assumed,preliminary\r\n");
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
        cqa_buffer_print(out, ",%zu left out\r\n", sheet->preliminary);
    else
        cqa_buffer_add(out, ",\r\n", 3);
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}

/* ---- text */

/* A sheet that is being written for a person. */
struct page {
    struct cqa_buffer *out;
    enum cqa_language language;
};

static void put_words(const struct page *page, const char *format, ...) CQA_MESSAGE(2, 3);

static void put_words(const struct page *page, const char *format, ...)
{
    struct cqa_message message;
    va_list arguments;

    va_start(arguments, format);
    cqa_message_set_va(&message, format, &arguments);
    va_end(arguments);
    cqa_message_put(&message, page->language, page->out);
}

static const char *in_language(struct cqa_text text, enum cqa_language language)
{
    return language == CQA_CHINESE ? text.zh : text.en;
}

static void put_line(const struct page *page, const char *name, struct cqa_rational value,
                     const char *how)
{
    char text[CQA_RATIONAL_TEXT];

    if (page->language == CQA_CHINESE)
        put_words(page, "  %-48s ", name); /* of columns, not of bytes */
    else
        cqa_buffer_print(page->out, "  %-48s ", name);
    cqa_buffer_print(page->out, "%12s  %s\n", cqa_rational_valid(value) ? number(value, text) : "–",
                     how ? how : "");
}

enum cqa_status cqa_sheets_text_head(const struct cqa_appraisal *appraisal,
                                     enum cqa_language language, struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;

    cqa_buffer_print(out, "%s %s: ", scheme->id, scheme->version);
    if (language == CQA_ENGLISH)
        cqa_buffer_print(out, "%s\n", scheme->names.en);
    cqa_buffer_print(out, "%s\n", scheme->names.zh);
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}

static void put_outcome(const struct cqa_sheet *sheet, const struct page *page)
{
    const struct cqa_grade *grade = sheet->grade;
    const struct cqa_grade *distributed = sheet->grade_distribution;
    char text[CQA_RATIONAL_TEXT];

    if (cqa_rational_valid(sheet->total))
        put_words(page, "  total %s", number(sheet->total, text));
    if (grade != NULL)
        put_words(page, "  grade %s (%s)", grade->id, in_language(grade->names, page->language));
    if (distributed != NULL)
        put_words(page, "  by distribution %s (%s)", distributed->id,
                  in_language(distributed->names, page->language));
    if (sheet->rank > 0)
        put_words(page, "  rank %zu", sheet->rank);
    if (cqa_rational_valid(sheet->coefficient))
        put_words(page, "  coefficient %s", number(sheet->coefficient, text));
    if (cqa_rational_valid(sheet->bonus))
        put_words(page, "  bonus %s", number(sheet->bonus, text));
    if (cqa_rational_valid(sheet->pay))
        put_words(page, "  pay %s", number(sheet->pay, text));
    cqa_buffer_print(page->out, "\n");
    if (sheet->limit == NULL)
        return;
    put_words(page, "  no better grade: %s", in_language(sheet->limit->reason, page->language));
    cqa_buffer_print(page->out, "\n");
}

/* What the trace holds as `how`, in words. */
static void put_how(const struct cqa_scheme *scheme, const struct cqa_measuring *measuring,
                    const struct cqa_measured *measured, const struct page *page)
{
    if (measuring->by == CQA_BY_MEAN)
        put_words(page, "mean of %zu calls", measured->taken_count);
    else if (measuring->by == CQA_BY_MEDIAN)
        put_words(page, "median of %zu calls", measured->taken_count);
    else
        put_words(page, "sum of %zu calls", measured->taken_count);
    if (measuring->over != CQA_NOWHERE)
        cqa_buffer_print(page->out, " ÷ %s", scheme->indicators[measuring->over].id);
}

static void put_coverage(const struct cqa_measured *measured, const struct page *page)
{
    char text[2][CQA_RATIONAL_TEXT];

    if (measured->has_coverage)
        put_words(page, ", %s %% of the calls handled", number(measured->coverage_pct, text[0]));
    else
        put_words(page, ", of %zu recorded; how many were handled is not known",
                  measured->recorded);
    put_words(page, "; flagged: %zu, heard: %zu", measured->flagged, measured->heard);
    if (cqa_rational_valid(measured->interval[0]))
        put_words(page, "; 95 %% interval of the mean: %s to %s",
                  number(measured->interval[0], text[0]), number(measured->interval[1], text[1]));
}

static void put_measured(const struct cqa_scheme *scheme, const struct cqa_indicator *indicator,
                         const struct cqa_figure *figure, const struct page *page)
{
    const struct cqa_measured *measured = figure->measured;
    char text[CQA_RATIONAL_TEXT];

    if (measured == NULL || measured->how == NULL)
        return;
    put_line(page, indicator->id, figure->raw, NULL);
    page->out->length -= !page->out->failed;
    if (figure->origin == CQA_ORIGIN_IMPORTED)
        put_words(page, "imported; measured %s: ", number(measured->value, text));
    put_how(scheme, indicator->measuring, measured, page);
    if (measured->undecided > 0)
        put_words(page, ", %zu flags undecided", measured->undecided);
    put_coverage(measured, page);
    if (measured->empty_months != NULL)
        put_words(page, "; no call in %s", measured->empty_months);
    cqa_buffer_print(page->out, "\n");
}

/* By what the calls were scored: without it no mean of scores can be checked. */
static void put_rubrics(const struct cqa_sheet *sheet, const struct page *page)
{
    struct cqa_rubric_used used[CQA_RUBRICS_USED];
    const size_t count = cqa_sheet_rubrics(sheet, used, CQA_RUBRICS_USED);

    for (size_t i = 0; i < count; i++) {
        put_words(page, "  Rubric %s, version %s: %zu calls", used[i].rubric,
                  used[i].version ? used[i].version : "–", used[i].calls);
        cqa_buffer_print(page->out, "\n");
    }
}

enum cqa_status cqa_sheet_to_text(const struct cqa_appraisal *appraisal,
                                  const struct cqa_sheet *sheet, enum cqa_language language,
                                  struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;
    const struct page page = {out, language};
    char name[NAME_TEXT];

    cqa_escape_control(sheet->agent, name, sizeof name);
    cqa_buffer_print(out, "\n%s", name);
    if (sheet->name != NULL) {
        cqa_escape_control(sheet->name, name, sizeof name);
        cqa_buffer_print(out, " %s", name);
    }
    put_outcome(sheet, &page);
    if (sheet->preliminary > 0) {
        put_words(&page,
                  "  Preliminary: of the group, left out with errors: %zu; what hangs on the whole "
                  "group is not given",
                  sheet->preliminary);
        cqa_buffer_print(out, "\n");
    }
    for (size_t i = 0; i < scheme->indicator_count; i++)
        if (scheme->indicators[i].measuring != NULL)
            put_measured(scheme, &scheme->indicators[i], &sheet->figures[i], &page);
    put_rubrics(sheet, &page);
    for (size_t i = 0; i < scheme->line_count; i++)
        put_line(&page, in_language(scheme->lines[i].names, language), sheet->lines[i].value,
                 sheet->lines[i].how);
    if (scheme->total != CQA_NOWHERE)
        put_line(&page, in_language(scheme->items[scheme->total].names, language), sheet->total,
                 sheet->points[scheme->total].how);
    if (scheme->pay != CQA_NOWHERE)
        put_line(&page, in_language(scheme->items[scheme->pay].names, language), sheet->pay,
                 sheet->points[scheme->pay].how);
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}

/* Did any sheet before `end` use it? */
static int used_before(const struct cqa_appraisal *appraisal, size_t end,
                       const struct cqa_assumption *assumption)
{
    for (size_t i = 0; i < end; i++)
        for (size_t k = 0; k < appraisal->sheets[i].assumed_count; k++)
            if (appraisal->sheets[i].assumed[k] == assumption)
                return 1;
    return 0;
}

static void put_heading(const struct page *page, const char *literal)
{
    cqa_buffer_print(page->out, "\n");
    put_words(page, "%p", cqa_words_named(literal));
    cqa_buffer_print(page->out, "\n");
}

static void put_assumption(const struct cqa_assumption *assumption, const struct page *page)
{
    cqa_buffer_print(page->out, "  %s: ", assumption->where);
    if (page->language == CQA_ENGLISH)
        cqa_buffer_print(page->out, "%s ", assumption->reason.en);
    cqa_buffer_print(page->out, "%s\n", assumption->reason.zh);
}

enum cqa_status cqa_sheets_text_foot(const struct cqa_appraisal *appraisal,
                                     enum cqa_language language, struct cqa_buffer *out)
{
    const struct page page = {out, language};
    int count = 0;

    for (size_t i = 0; i < appraisal->sheet_count; i++)
        for (size_t k = 0; k < appraisal->sheets[i].assumed_count; k++) {
            const struct cqa_assumption *assumption = appraisal->sheets[i].assumed[k];
            if (used_before(appraisal, i, assumption))
                continue;
            if (count++ == 0)
                put_heading(&page, CQA_N("Assumed, because the document does not say:"));
            put_assumption(assumption, &page);
        }
    for (size_t i = 0; i < appraisal->left_out_count; i++) {
        char name[NAME_TEXT];
        cqa_escape_control(appraisal->left_out[i].agent, name, sizeof name);
        if (i == 0)
            put_heading(&page, CQA_N("Left out:"));
        cqa_buffer_print(out, "  %s: ", name);
        put_words(&page, "%p", cqa_words_named(appraisal->left_out[i].why));
        cqa_buffer_print(out, "\n");
    }
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}
