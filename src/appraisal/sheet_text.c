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

/* A formula has two words: min and max. */
static void put_formula(const struct page *page, const char *how)
{
    static const char *const words[][2] = {{"min(", "最小("}, {"max(", "最大("}};

    while (page->language == CQA_CHINESE && *how != '\0') {
        const size_t plain = strcspn(how, "m");
        size_t i = 0;
        cqa_buffer_add(page->out, how, plain);
        how += plain;
        while (i < 2 && strncmp(how, words[i][0], strlen(words[i][0])) != 0)
            i++;
        if (i < 2)
            cqa_buffer_print(page->out, "%s", words[i][1]);
        else
            cqa_buffer_add(page->out, how, *how != '\0');
        how += i < 2 ? strlen(words[i][0]) : *how != '\0';
    }
    cqa_buffer_print(page->out, "%s", how);
}

static void put_line(const struct page *page, const char *name, struct cqa_rational value,
                     const char *how)
{
    char text[CQA_RATIONAL_TEXT];

    if (page->language == CQA_CHINESE)
        put_words(page, "  %-48s ", name); /* of columns, not of bytes */
    else
        cqa_buffer_print(page->out, "  %-48s ", name);
    cqa_buffer_print(page->out, "%12s  ", cqa_rational_valid(value) ? number(value, text) : "–");
    put_formula(page, how ? how : "");
    cqa_buffer_print(page->out, "\n");
}

enum cqa_status cqa_sheets_text_head(const struct cqa_appraisal *appraisal,
                                     enum cqa_language language, struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;
    const struct page page = {out, language};

    cqa_buffer_print(out, "%s %s: ", scheme->id, scheme->version);
    if (language == CQA_ENGLISH)
        cqa_buffer_print(out, "%s\n", scheme->names.en);
    cqa_buffer_print(out, "%s\n", scheme->names.zh);
    if (appraisal->period[0] != '\0')
        put_words(&page, "Period: %s", appraisal->period);
    else
        put_words(&page, "Period: nobody said it");
    cqa_buffer_print(out, "\n");
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}

/* In the scheme's word: what one calls pay is another's bonus. */
static void put_pay(const struct cqa_scheme *scheme, const struct cqa_sheet *sheet,
                    const struct page *page)
{
    char text[CQA_RATIONAL_TEXT];

    if (page->language == CQA_CHINESE)
        cqa_buffer_print(page->out, "  %s %s", scheme->items[scheme->pay].names.zh,
                         number(sheet->pay, text));
    else
        put_words(page, "  pay %s", number(sheet->pay, text));
}

static void put_outcome(const struct cqa_scheme *scheme, const struct cqa_sheet *sheet,
                        const struct page *page)
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
        put_pay(scheme, sheet, page);
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
        cqa_buffer_print(
            page->out, " ÷ %s",
            in_language(cqa_label_of(&scheme->indicators[measuring->over]), page->language));
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
    put_line(page, in_language(cqa_label_of(indicator), page->language), figure->raw, NULL);
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
    const struct cqa_rubric_used *used = sheet->tally ? sheet->tally->rubrics : NULL;
    const size_t count = sheet->tally ? sheet->tally->rubric_count : 0;

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
    put_outcome(scheme, sheet, &page);
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

/* "items.wrong_orders" by its name, in Chinese. */
static const char *where_of(const struct cqa_scheme *scheme, const char *where,
                            enum cqa_language language)
{
    const char *id = strchr(where, '.');

    if (language != CQA_CHINESE || id == NULL)
        return where;
    for (size_t i = 0; i < scheme->item_count && strncmp(where, "items.", 6) == 0; i++)
        if (strcmp(scheme->items[i].id, id + 1) == 0)
            return scheme->items[i].names.zh;
    for (size_t i = 0; i < scheme->indicator_count && strncmp(where, "indicators.", 11) == 0; i++)
        if (strcmp(scheme->indicators[i].id, id + 1) == 0)
            return scheme->indicators[i].names.zh;
    return strncmp(where, "grades.", 7) == 0 ? id + 1 : where;
}

static void put_assumption(const struct cqa_scheme *scheme, const struct cqa_assumption *assumption,
                           const struct page *page)
{
    cqa_buffer_print(page->out, "  %s: ", where_of(scheme, assumption->where, page->language));
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
            put_assumption(appraisal->scheme, assumption, &page);
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
