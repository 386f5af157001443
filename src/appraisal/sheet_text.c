/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/sheet.h"

#include <string.h>
#include "base/escape.h"

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
    cqa_buffer_print(out, ",undecided_flags,assumed\r\n");
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
    cqa_buffer_add(out, "\r\n", 2);
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}

/* ---- text */

static void put_line(struct cqa_buffer *out, const char *name, struct cqa_rational value,
                     const char *how)
{
    char text[CQA_RATIONAL_TEXT];

    cqa_buffer_print(out, "  %-48s %12s  %s\n", name,
                     cqa_rational_valid(value) ? number(value, text) : "–", how ? how : "");
}

enum cqa_status cqa_sheets_text_head(const struct cqa_appraisal *appraisal, struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;

    cqa_buffer_print(out, "%s %s: %s\n%s\n", scheme->id, scheme->version, scheme->names.en,
                     scheme->names.zh);
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}

static void put_outcome(const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    char text[CQA_RATIONAL_TEXT];

    if (cqa_rational_valid(sheet->total))
        cqa_buffer_print(out, "  total %s", number(sheet->total, text));
    if (sheet->grade != NULL)
        cqa_buffer_print(out, "  grade %s (%s)", sheet->grade->id, sheet->grade->names.en);
    if (sheet->grade_distribution != NULL)
        cqa_buffer_print(out, "  by distribution %s (%s)", sheet->grade_distribution->id,
                         sheet->grade_distribution->names.en);
    if (sheet->rank > 0)
        cqa_buffer_print(out, "  rank %zu", sheet->rank);
    if (cqa_rational_valid(sheet->coefficient))
        cqa_buffer_print(out, "  coefficient %s", number(sheet->coefficient, text));
    if (cqa_rational_valid(sheet->bonus))
        cqa_buffer_print(out, "  bonus %s", number(sheet->bonus, text));
    if (cqa_rational_valid(sheet->pay))
        cqa_buffer_print(out, "  pay %s", number(sheet->pay, text));
    cqa_buffer_print(out, "\n");
}

static void put_measured(const struct cqa_indicator *indicator, const struct cqa_figure *figure,
                         struct cqa_buffer *out)
{
    char text[CQA_RATIONAL_TEXT];

    if (figure->measured == NULL || figure->measured->how == NULL)
        return;
    put_line(out, indicator->id, figure->raw, NULL);
    out->length -= !out->failed;
    cqa_buffer_print(
        out, figure->origin == CQA_ORIGIN_IMPORTED ? "imported; measured %s: %s" : "%s%s",
        figure->origin == CQA_ORIGIN_IMPORTED ? number(figure->measured->value, text) : "",
        figure->measured->how);
    if (figure->measured->undecided > 0)
        cqa_buffer_print(out, ", %zu flags undecided", figure->measured->undecided);
    if (figure->measured->has_coverage)
        cqa_buffer_print(out, ", coverage %s %%", number(figure->measured->coverage_pct, text));
    cqa_buffer_print(out, "\n");
}

enum cqa_status cqa_sheet_to_text(const struct cqa_appraisal *appraisal,
                                  const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;
    char name[NAME_TEXT];

    cqa_escape_control(sheet->agent, name, sizeof name);
    cqa_buffer_print(out, "\n%s", name);
    put_outcome(sheet, out);
    for (size_t i = 0; i < scheme->indicator_count; i++)
        if (scheme->indicators[i].measuring != NULL)
            put_measured(&scheme->indicators[i], &sheet->figures[i], out);
    for (size_t i = 0; i < scheme->line_count; i++)
        put_line(out, scheme->lines[i].names.en, sheet->lines[i].value, sheet->lines[i].how);
    if (scheme->total != CQA_NOWHERE)
        put_line(out, scheme->items[scheme->total].names.en, sheet->total,
                 sheet->points[scheme->total].how);
    if (scheme->pay != CQA_NOWHERE)
        put_line(out, scheme->items[scheme->pay].names.en, sheet->pay,
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

enum cqa_status cqa_sheets_text_foot(const struct cqa_appraisal *appraisal, struct cqa_buffer *out)
{
    char name[NAME_TEXT];
    int count = 0;

    for (size_t i = 0; i < appraisal->sheet_count; i++)
        for (size_t k = 0; k < appraisal->sheets[i].assumed_count; k++) {
            const struct cqa_assumption *assumption = appraisal->sheets[i].assumed[k];
            if (!used_before(appraisal, i, assumption))
                cqa_buffer_print(out, "%s  %s: %s %s\n",
                                 count++ ? "" : "\nAssumed, because the document does not say:\n",
                                 assumption->where, assumption->reason.en, assumption->reason.zh);
        }
    for (size_t i = 0; i < appraisal->left_out_count; i++) {
        cqa_escape_control(appraisal->left_out[i].agent, name, sizeof name);
        cqa_buffer_print(out, "%s  %s: %s\n", i ? "" : "\nLeft out:\n", name,
                         appraisal->left_out[i].why);
    }
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}
