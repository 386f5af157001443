#include "appraisal/sheet.h"

#include <string.h>

static const char *const origin_words[] = {"absent", "import", "measured", "default"};

/* ---- values */

static void put(struct cqa_buffer *out, const char *text)
{
    cqa_buffer_add(out, text, strlen(text));
}

static void put_text(struct cqa_buffer *out, const char *text)
{
    const char *start = text;

    if (text == NULL) {
        put(out, "null");
        return;
    }
    put(out, "\"");
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text >= 0x20 && *text != '"' && *text != '\\')
            continue;
        cqa_buffer_add(out, start, (size_t)(text - start));
        if ((unsigned char)*text < 0x20)
            cqa_buffer_print(out, "\\u%04x", (unsigned)(unsigned char)*text);
        else
            cqa_buffer_print(out, "\\%c", *text);
        start = text + 1;
    }
    put(out, start);
    put(out, "\"");
}

static void put_number(struct cqa_buffer *out, struct cqa_rational number)
{
    char text[CQA_RATIONAL_TEXT];

    put(out, cqa_rational_valid(number) ? cqa_rational_fixed(number, 2, text) : "null");
}

/* With the exact fraction beside it where two places are not all of it: a band may turn on the
 * rest. */
static void put_value(struct cqa_buffer *out, const char *key, struct cqa_rational number)
{
    char text[CQA_RATIONAL_TEXT];

    cqa_buffer_print(out, ",\"%s\":", key);
    put_number(out, number);
    if (cqa_rational_valid(number) && 100 % number.denominator != 0)
        cqa_buffer_print(out, ",\"%s_exact\":\"%s\"", key, cqa_rational_exact(number, text));
}

static void put_key_text(struct cqa_buffer *out, const char *key, const char *text)
{
    cqa_buffer_print(out, ",\"%s\":", key);
    put_text(out, text);
}

static void put_names(struct cqa_buffer *out, struct cqa_text text)
{
    put(out, "{\"en\":");
    put_text(out, text.en);
    put(out, ",\"zh\":");
    put_text(out, text.zh);
    put(out, "}");
}

static void put_place(struct cqa_buffer *out, struct cqa_place at)
{
    put(out, "\"at\":");
    if (at.file == NULL) {
        put(out, "null");
        return;
    }
    put_text(out, at.file);
    out->length -= !out->failed; /* the closing quote comes after the line */
    cqa_buffer_print(out, ":%zu\"", at.line);
}

/* ---- lines */

static void put_lines(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet, int pay,
                      struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;
    int count = 0;

    put(out, "{");
    for (size_t i = 0; i < scheme->line_count; i++) {
        if (scheme->lines[i].pay != pay)
            continue;
        put(out, count++ ? "," : "");
        put_text(out, scheme->lines[i].id);
        put(out, ":");
        put_number(out, sheet->lines[i].value);
    }
    put(out, "}");
}

static void put_passed(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                       int passed, struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;
    int count = 0;

    put(out, "[");
    for (size_t i = 0; i < scheme->item_count; i++)
        if (sheet->points[i].passed == passed) {
            put(out, count++ ? "," : "");
            put_text(out, scheme->items[i].id);
        }
    put(out, "]");
}

static int has_thresholds(const struct cqa_scheme *scheme)
{
    for (size_t i = 0; i < scheme->item_count; i++)
        if (scheme->items[i].type == CQA_ITEM_THRESHOLD)
            return 1;
    return 0;
}

/* Optional indicators that were given: shown beside the total, whether or not anything is computed
 * from them. */
static void put_shown(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                      struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;
    int count = 0;

    put(out, ",\"shown\":{");
    for (size_t i = 0; i < scheme->indicator_count; i++) {
        if (scheme->indicators[i].need != CQA_NEED_OPTIONAL ||
            sheet->figures[i].origin == CQA_ORIGIN_ABSENT)
            continue;
        put(out, count++ ? "," : "");
        put_text(out, scheme->indicators[i].id);
        put(out, ":");
        put_number(out, sheet->figures[i].value);
    }
    put(out, "}");
}

static void put_assumed(const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    put(out, "[");
    for (size_t i = 0; i < sheet->assumed_count; i++) {
        put(out, i ? ",{\"where\":" : "{\"where\":");
        put_text(out, sheet->assumed[i]->where);
        put(out, ",\"reason\":");
        put_names(out, sheet->assumed[i]->reason);
        put(out, "}");
    }
    put(out, "]");
}

/* ---- the trace */

static void put_rows(const struct cqa_figure *figure, struct cqa_buffer *out)
{
    put(out, ",\"rows\":[");
    for (size_t i = 0; i < figure->row_count; i++) {
        const struct cqa_row *row = figure->rows[i];
        put(out, i ? ",{" : "{");
        put_place(out, row->at);
        put_value(out, "value", row->value);
        if (cqa_rational_compare(row->count, cqa_rational_whole(1)) != 0)
            put_value(out, "count", row->count);
        if (row->rater != NULL)
            put_key_text(out, "rater", row->rater);
        if (row->period != NULL)
            put_key_text(out, "period", row->period);
        put(out, "}");
    }
    put(out, "]");
}

static void put_flags(const struct cqa_scored_call *call, struct cqa_buffer *out)
{
    put(out, ",\"flags\":[");
    for (size_t i = 0; i < call->flag_count; i++) {
        const struct cqa_flag *flag = &call->flags[i];
        put(out, i ? ",{\"rule\":" : "{\"rule\":");
        put_text(out, flag->rule);
        put_value(out, "points", flag->points);
        cqa_buffer_print(out, ",\"start_ms\":%lld,\"end_ms\":%lld,\"state\":\"%s\"}",
                         (long long)flag->start_ms, (long long)flag->end_ms,
                         cqa_flag_words[flag->state]);
    }
    put(out, "]");
}

static void put_calls(const struct cqa_measured *measured, struct cqa_buffer *out)
{
    put(out, ",\"calls\":[");
    for (size_t i = 0; i < measured->taken_count; i++) {
        const struct cqa_taken *taken = &measured->taken[i];
        put(out, i ? ",{\"call\":" : "{\"call\":");
        put_text(out, taken->call->id);
        put(out, ",");
        put_place(out, taken->call->at);
        put_value(out, "value", taken->value);
        put_flags(taken->call, out);
        put(out, "}");
    }
    put(out, "]");
}

static void put_left_out(const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    int count = 0;

    put(out, ",\"left_out\":[");
    for (size_t i = 0; i < sheet->call_count; i++) {
        const struct cqa_scored_call *call = sheet->calls[i];
        if (call->left_out == NULL)
            continue;
        put(out, count++ ? ",{\"call\":" : "{\"call\":");
        put_text(out, call->id);
        put(out, ",");
        put_place(out, call->at);
        put_key_text(out, "why", call->left_out);
        put(out, "}");
    }
    put(out, "]");
}

static void put_measured(const struct cqa_indicator *indicator, const struct cqa_sheet *sheet,
                         const struct cqa_figure *figure, struct cqa_buffer *out)
{
    const struct cqa_measured *measured = figure->measured;

    if (figure->origin == CQA_ORIGIN_IMPORTED)
        put_value(out, "overrides", measured->value);
    if (measured->how != NULL)
        put_key_text(out, "how", measured->how);
    if (measured->has_coverage)
        put_value(out, "coverage_pct", measured->coverage_pct);
    cqa_buffer_print(out, ",\"undecided_flags\":%zu", measured->undecided);
    put_calls(measured, out);
    if (strcmp(indicator->measuring->take, "score") == 0)
        put_left_out(sheet, out);
}

static void put_figure(const struct cqa_indicator *indicator, const struct cqa_sheet *sheet,
                       const struct cqa_figure *figure, struct cqa_buffer *out)
{
    put(out, "{\"indicator\":");
    put_text(out, indicator->id);
    put_value(out, "value", figure->value);
    if (cqa_rational_compare(figure->value, figure->raw) != 0)
        put_value(out, "unrounded", figure->raw);
    put_key_text(out, "origin", origin_words[figure->origin]);
    if (figure->row_count > 0)
        put_rows(figure, out);
    if (figure->measured != NULL)
        put_measured(indicator, sheet, figure, out);
    put(out, "}");
}

static void put_trace(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                      struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;
    int count = 0;

    put(out, "[");
    for (size_t i = 0; i < scheme->indicator_count; i++) {
        if (sheet->figures[i].origin == CQA_ORIGIN_ABSENT)
            continue;
        put(out, count++ ? "," : "");
        put_figure(&scheme->indicators[i], sheet, &sheet->figures[i], out);
    }
    for (size_t i = 0; i < scheme->item_count; i++) {
        const struct cqa_points *points = &sheet->points[i];
        if (points->how == NULL)
            continue;
        put(out, count++ ? ",{\"item\":" : "{\"item\":");
        put_text(out, scheme->items[i].id);
        put_value(out, "points", points->value);
        put_key_text(out, "how", points->how);
        if (points->passed != CQA_NOWHERE)
            put(out, points->passed ? ",\"passed\":true" : ",\"passed\":false");
        put(out, "}");
    }
    put(out, "]");
}

/* ---- the sheet */

static void put_rewards(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                        struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;

    if (scheme->distributed)
        put_key_text(out, "grade_distribution",
                     sheet->grade_distribution ? sheet->grade_distribution->id : NULL);
    if (sheet->rank > 0)
        cqa_buffer_print(out, ",\"rank\":%zu", sheet->rank);
    if (cqa_rational_valid(sheet->bonus))
        put_value(out, "bonus", sheet->bonus);
    if (scheme->pay != CQA_NOWHERE) {
        put_value(out, "pay", sheet->pay);
        put(out, ",\"pay_items\":");
        put_lines(appraisal, sheet, 1, out);
    }
    if (has_thresholds(scheme)) {
        put(out, ",\"passed\":");
        put_passed(appraisal, sheet, 1, out);
        put(out, ",\"failed\":");
        put_passed(appraisal, sheet, 0, out);
    }
}

enum cqa_status cqa_sheet_to_json(const struct cqa_appraisal *appraisal,
                                  const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    put(out, "{\"agent\":");
    put_text(out, sheet->agent);
    put_value(out, "total", sheet->total);
    put_key_text(out, "grade", sheet->grade ? sheet->grade->id : NULL);
    put(out, ",\"coefficient\":");
    put_number(out, sheet->coefficient);
    put(out, ",\"items\":");
    put_lines(appraisal, sheet, 0, out);
    put(out, ",\"assumed\":");
    put_assumed(sheet, out);
    put(out, ",\"trace\":");
    put_trace(appraisal, sheet, out);
    put_key_text(out, "scheme", appraisal->scheme->id);
    put_key_text(out, "scheme_version", appraisal->scheme->version);
    put_key_text(out, "post", sheet->post);
    put_rewards(appraisal, sheet, out);
    put_shown(appraisal, sheet, out);
    cqa_buffer_print(out, ",\"undecided_flags\":%zu}\n", sheet->undecided);
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}
