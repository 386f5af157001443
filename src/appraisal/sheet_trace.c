/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/sheet_parts.h"

#include <string.h>
#include "appraisal/engine.h"
#include "appraisal/facts.h"
#include "appraisal/json.h"

static const char *const origin_words[] = {"absent",  "import", "measured",
                                           "default", "roster", "carried"};

static void put_place(struct cqa_buffer *out, struct cqa_place at)
{
    cqa_json_put(out, "\"at\":");
    if (at.file == NULL) {
        cqa_json_put(out, "null");
        return;
    }
    cqa_json_text(out, at.file);
    out->length -= !out->failed; /* the closing quote comes after the line */
    cqa_buffer_print(out, ":%zu\"", at.line);
}

/* Peers and subordinates rate under their names towards those who check, not towards the one they
 * rate. */
static void put_rater(const struct cqa_indicator *indicator, const struct cqa_row *row,
                      struct cqa_buffer *out)
{
    if (row->rater == NULL)
        return;
    if (indicator->rated_by < CQA_RATED_BY_PEERS) {
        cqa_json_member(out, "rater", row->rater);
        return;
    }
    const size_t begun = cqa_facts_begin(CQA_FACTS_FOR_PEERS, out);
    cqa_json_member(out, "rater", row->rater);
    cqa_facts_end(begun, out);
}

static void put_rows(const struct cqa_indicator *indicator, const struct cqa_figure *figure,
                     struct cqa_buffer *out)
{
    cqa_json_put(out, ",\"rows\":[");
    for (size_t i = 0; i < figure->row_count; i++) {
        const struct cqa_row *row = figure->rows[i];
        cqa_json_put(out, i ? ",{" : "{");
        put_place(out, row->at);
        cqa_json_value(out, "value", row->value);
        if (cqa_rational_compare(row->count, cqa_rational_whole(1)) != 0)
            cqa_json_value(out, "count", row->count);
        if (row->import != 0)
            cqa_buffer_print(out, ",\"import\":%lld", (long long)row->import);
        if (row->rating != 0)
            cqa_buffer_print(out, ",\"rating\":%lld", (long long)row->rating);
        put_rater(indicator, row, out);
        if (row->period != NULL)
            cqa_json_member(out, "period", row->period);
        if (cqa_row_is_trimmed(indicator, figure, row))
            cqa_json_put(out, ",\"trimmed\":true");
        cqa_json_put(out, "}");
    }
    cqa_json_put(out, "]");
}

static void put_flags(const struct cqa_scored_call *call, struct cqa_buffer *out)
{
    cqa_json_put(out, ",\"flags\":[");
    for (size_t i = 0; i < call->flag_count; i++) {
        const struct cqa_flag *flag = &call->flags[i];
        cqa_json_put(out, i ? ",{\"rule\":" : "{\"rule\":");
        cqa_json_text(out, flag->rule);
        cqa_json_value(out, "points", flag->points);
        cqa_json_value(out, "computed", flag->computed);
        cqa_buffer_print(out, ",\"start_ms\":%lld,\"end_ms\":%lld,\"state\":\"%s\"",
                         (long long)flag->start_ms, (long long)flag->end_ms,
                         cqa_flag_words[flag->state]);
        if (flag->decided_by != NULL)
            cqa_json_member(out, "decided_by", flag->decided_by);
        if (flag->decided_at != NULL)
            cqa_json_member(out, "decided_at", flag->decided_at);
        if (flag->reason != NULL)
            cqa_json_member(out, "reason", flag->reason);
        if (flag->reason_code != NULL)
            cqa_json_member(out, "reason_code", flag->reason_code);
        cqa_json_put(out, flag->fails ? ",\"automatic_fail\":true" : ",\"automatic_fail\":false");
        cqa_json_put(out, "}");
    }
    cqa_json_put(out, "]");
}

static void put_call(const struct cqa_scored_call *call, struct cqa_buffer *out)
{
    cqa_json_put(out, "{\"call\":");
    cqa_json_text(out, call->id);
    if (call->number != 0)
        cqa_buffer_print(out, ",\"number\":%lld", (long long)call->number);
    cqa_json_member(out, "started_at", call->started_at);
    cqa_json_put(out, ",");
    put_place(out, call->at);
}

static void put_calls(const struct cqa_measured *measured, struct cqa_buffer *out)
{
    cqa_json_put(out, ",\"calls\":[");
    for (size_t i = 0; i < measured->taken_count; i++) {
        const struct cqa_taken *taken = &measured->taken[i];
        cqa_json_put(out, i ? "," : "");
        put_call(taken->call, out);
        cqa_json_value(out, "value", taken->value);
        put_flags(taken->call, out);
        cqa_json_put(out, "}");
    }
    cqa_json_put(out, "]");
}

static void put_left_out(const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    int count = 0;

    cqa_json_put(out, ",\"left_out\":[");
    for (size_t i = 0; i < sheet->call_count; i++) {
        const struct cqa_scored_call *call = sheet->calls[i];
        if (call->left_out == NULL)
            continue;
        cqa_json_put(out, count++ ? "," : "");
        put_call(call, out);
        cqa_json_member(out, "why", call->left_out);
        cqa_json_put(out, "}");
    }
    cqa_json_put(out, "]");
}

static void put_measured(const struct cqa_indicator *indicator, const struct cqa_sheet *sheet,
                         const struct cqa_figure *figure, struct cqa_buffer *out)
{
    const struct cqa_measured *measured = figure->measured;

    if (figure->origin == CQA_ORIGIN_IMPORTED)
        cqa_json_value(out, "overrides", measured->value);
    if (measured->how != NULL)
        cqa_json_member(out, "how", measured->how);
    if (measured->has_coverage)
        cqa_json_value(out, "coverage_pct", measured->coverage_pct);
    if (measured->empty_months != NULL)
        cqa_json_member(out, "months_without_calls", measured->empty_months);
    cqa_json_put(out, ",\"coverage\":");
    cqa_sheet_put_coverage(measured, out);
    cqa_buffer_print(out, ",\"undecided_flags\":%zu", measured->undecided);
    put_calls(measured, out);
    if (strcmp(indicator->measuring->take, "score") == 0)
        put_left_out(sheet, out);
}

static void put_figure(const struct cqa_indicator *indicator, const struct cqa_sheet *sheet,
                       const struct cqa_figure *figure, struct cqa_buffer *out)
{
    cqa_json_put(out, "{\"indicator\":");
    cqa_json_text(out, indicator->id);
    cqa_json_value(out, "value", figure->value);
    if (cqa_rational_compare(figure->value, figure->raw) != 0)
        cqa_json_value(out, "unrounded", figure->raw);
    cqa_json_member(out, "origin", origin_words[figure->origin]);
    if (figure->row_count > 0)
        put_rows(indicator, figure, out);
    if (figure->measured != NULL)
        put_measured(indicator, sheet, figure, out);
    cqa_json_put(out, "}");
}

/* ---- what an item is made of */

static void put_ref(const struct cqa_scheme *scheme, struct cqa_ref ref, int *count,
                    struct cqa_buffer *out)
{
    const int is_item = ref.kind == CQA_REF_ITEM;

    if (ref.kind == CQA_REF_NUMBER)
        return;
    cqa_json_put(out, (*count)++ ? "," : "");
    if (ref.kind == CQA_REF_BONUS) {
        cqa_json_put(out, "\"bonus\"");
        return;
    }
    cqa_buffer_print(out, is_item ? "\"items.%s\"" : "\"indicators.%s\"",
                     is_item ? scheme->items[ref.index].id : scheme->indicators[ref.index].id);
}

/* The entries of the trace that the item looks at. */
static void put_refs(const struct cqa_scheme *scheme, const struct cqa_scheme_item *item,
                     struct cqa_buffer *out)
{
    int count = 0;

    cqa_json_put(out, ",\"of\":[");
    const struct cqa_ref *ref;
    for (size_t i = 0; (ref = cqa_item_ref(item, i)) != NULL; i++)
        put_ref(scheme, *ref, &count, out);
    if (item->times_coefficient)
        cqa_json_put(out, count++ ? ",\"coefficient\"" : "\"coefficient\"");
    cqa_json_put(out, "]");
}

static void put_item(const struct cqa_scheme *scheme, const struct cqa_scheme_item *item,
                     const struct cqa_item_points *points, struct cqa_buffer *out)
{
    cqa_json_put(out, "{\"item\":");
    cqa_json_text(out, item->id);
    cqa_json_value(out, "points", points->value);
    cqa_json_member(out, "how", points->how);
    put_refs(scheme, item, out);
    if (points->passed != CQA_NOWHERE)
        cqa_json_put(out, points->passed ? ",\"passed\":true" : ",\"passed\":false");
    cqa_json_put(out, "}");
}

/* Before an entry, the count of those before it; behind it its end. */
static void open_entry(int is_private, int count, struct cqa_buffer *out)
{
    cqa_json_put(out, count ? "," : "");
    if (is_private)
        cqa_json_put(out, "{\"" CQA_FACTS_FOR_PAY "\":");
}

static void close_entry(int is_private, struct cqa_buffer *out)
{
    cqa_json_put(out, is_private ? "}" : "");
}

void cqa_sheet_put_trace(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                         struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;
    int count = 0;

    cqa_json_put(out, "[");
    for (size_t i = 0; i < scheme->indicator_count; i++) {
        const int is_private = cqa_scheme_private(scheme, i);
        if (sheet->figures[i].origin == CQA_ORIGIN_ABSENT)
            continue;
        open_entry(is_private, count++, out);
        put_figure(&scheme->indicators[i], sheet, &sheet->figures[i], out);
        close_entry(is_private, out);
    }
    for (size_t i = 0; i < scheme->item_count; i++) {
        const int is_private = i >= scheme->pay_first;
        if (sheet->points[i].how == NULL)
            continue;
        open_entry(is_private, count++, out);
        put_item(scheme, &scheme->items[i], &sheet->points[i], out);
        close_entry(is_private, out);
    }
    cqa_json_put(out, "]");
}
