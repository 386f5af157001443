/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/scheme_json.h"

#include "appraisal/json.h"

static void put_exact(struct cqa_buffer *out, const char *key, struct cqa_rational number)
{
    char text[CQA_RATIONAL_TEXT];

    /* A fraction that no decimal says is rounded: a reader gets a number whatever happens. */
    cqa_buffer_print(out, ",\"%s\":", key);
    if (!cqa_rational_valid(number))
        cqa_json_put(out, "null");
    else if (1000000 % number.denominator == 0)
        cqa_json_put(out, cqa_rational_exact(number, text));
    else
        cqa_json_put(out, cqa_rational_fixed(number, 6, text));
}

static void put_flag(struct cqa_buffer *out, const char *key, int is_set)
{
    cqa_buffer_print(out, ",\"%s\":%s", key, is_set ? "true" : "false");
}

static void put_named(struct cqa_buffer *out, const char *key, const char *id,
                      struct cqa_text names)
{
    cqa_buffer_print(out, "{\"%s\":", key);
    cqa_json_text(out, id);
    cqa_json_put(out, ",\"names\":");
    cqa_json_names(out, names);
}

/* ---- assumptions */

static void put_assumption(struct cqa_buffer *out, const struct cqa_assumption *assumption)
{
    if (assumption == NULL) {
        cqa_json_put(out, "null");
        return;
    }
    cqa_json_put(out, "{\"where\":");
    cqa_json_text(out, assumption->where);
    cqa_json_put(out, ",\"reason\":");
    cqa_json_names(out, assumption->reason);
    cqa_json_put(out, "}");
}

static void add_assumption(struct cqa_buffer *out, const struct cqa_assumption *assumption,
                           int *count)
{
    if (assumption == NULL)
        return;
    cqa_json_put(out, (*count)++ ? "," : "");
    put_assumption(out, assumption);
}

static void put_assumed(struct cqa_buffer *out, const struct cqa_scheme *scheme)
{
    int count = 0;

    cqa_json_put(out, ",\"assumed\":[");
    for (size_t i = 0; i < scheme->note_count; i++)
        add_assumption(out, scheme->notes[i], &count);
    for (size_t i = 0; i < scheme->indicator_count; i++)
        add_assumption(out, scheme->indicators[i].assumed, &count);
    for (size_t i = 0; i < scheme->item_count; i++) {
        const struct cqa_scheme_item *item = &scheme->items[i];
        add_assumption(out, item->assumed, &count);
        for (size_t k = 0; k < item->part_count; k++)
            add_assumption(out, item->parts[k].assumed, &count);
        for (size_t k = 0; k < item->band_count; k++)
            add_assumption(out, item->bands[k].assumed, &count);
    }
    add_assumption(out, scheme->grades_assumed, &count);
    for (size_t i = 0; i < scheme->grade_count; i++)
        add_assumption(out, scheme->grades[i].band.assumed, &count);
    add_assumption(out, scheme->distribution_assumed, &count);
    add_assumption(out, scheme->rank_bonus.assumed, &count);
    cqa_json_put(out, "]");
}

/* ---- indicators */

static void put_indicator(struct cqa_buffer *out, const struct cqa_scheme *scheme, size_t index)
{
    static const char *const needs[] = {"required", "optional", "measured"};
    const struct cqa_indicator *indicator = &scheme->indicators[index];

    put_named(out, "indicator", indicator->id, indicator->names);
    cqa_json_member(out, "unit", indicator->unit);
    cqa_json_member(out, "need", needs[indicator->need]);
    cqa_json_member(out, "period", cqa_period_words[indicator->period]);
    cqa_json_member(out, "rated_by",
                    indicator->rated_by ? cqa_rated_by_words[indicator->rated_by] : NULL);
    put_exact(out, "low", indicator->low);
    put_exact(out, "high", indicator->high);
    put_flag(out, "or_zero", indicator->or_zero);
    put_flag(out, "whole", indicator->whole);
    put_flag(out, "yes_no", indicator->yes_no);
    put_flag(out, "private", cqa_scheme_private(scheme, index));
    put_exact(out, "coverage_least",
              indicator->measuring ? indicator->measuring->least_pct : cqa_rational_none());
    cqa_json_put(out, ",\"assumed\":");
    put_assumption(out, indicator->assumed);
    cqa_json_put(out, "}");
}

static void put_posts(struct cqa_buffer *out, const struct cqa_scheme *scheme)
{
    cqa_json_put(out, ",\"applies_to\":{\"posts\":");
    cqa_json_put(out, scheme->posts ? "[" : "null");
    for (size_t i = 0; scheme->posts != NULL && i < scheme->post_count; i++) {
        cqa_json_put(out, i ? "," : "");
        cqa_json_text(out, scheme->posts[i]);
    }
    cqa_json_put(out, scheme->posts ? "]" : "");
    put_flag(out, "except", scheme->posts_excluded);
    cqa_json_put(out, "}");
}

/* ---- grades and lines */

static void put_grades(struct cqa_buffer *out, const struct cqa_scheme *scheme)
{
    cqa_json_put(out, ",\"grades\":[");
    for (size_t i = 0; i < scheme->grade_count; i++) {
        const struct cqa_grade *grade = &scheme->grades[i];
        cqa_json_put(out, i ? "," : "");
        put_named(out, "grade", grade->id, grade->names);
        put_exact(out, "low", grade->band.low);
        put_exact(out, "high", grade->band.high);
        put_flag(out, "low_open", grade->band.low_open);
        put_flag(out, "high_open", grade->band.high_open);
        put_exact(out, "coefficient", grade->coefficient);
        put_exact(out, "bonus", grade->bonus);
        put_exact(out, "quota", scheme->distributed ? grade->quota_pct : cqa_rational_none());
        cqa_json_put(out, "}");
    }
    cqa_json_put(out, "]");
}

void cqa_scheme_put_lines(const struct cqa_scheme *scheme, const char *for_pay,
                          struct cqa_buffer *out)
{
    cqa_json_put(out, "[");
    for (size_t i = 0; i < scheme->line_count; i++) {
        const struct cqa_line_spec *line = &scheme->lines[i];
        const int is_within = line->pay && for_pay != NULL;
        cqa_json_put(out, i ? "," : "");
        if (is_within)
            cqa_buffer_print(out, "{\"%s\":", for_pay);
        put_named(out, "line", line->id, line->names);
        cqa_json_member(out, "unit", scheme->items[line->item].unit);
        put_flag(out, "pay", line->pay);
        cqa_json_put(out, is_within ? "}}" : "}");
    }
    cqa_json_put(out, "]");
}

/* What the amount is called: a bonus is no pay. */
static void put_pay(struct cqa_buffer *out, const struct cqa_scheme *scheme)
{
    cqa_json_put(out, ",\"pay\":");
    if (scheme->pay == CQA_NOWHERE) {
        cqa_json_put(out, "null");
        return;
    }
    put_named(out, "item", scheme->items[scheme->pay].id, scheme->items[scheme->pay].names);
    cqa_json_put(out, "}");
}

void cqa_scheme_to_json(const struct cqa_scheme *scheme, int whole, struct cqa_buffer *out)
{
    put_named(out, "scheme", scheme->id, scheme->names);
    cqa_json_member(out, "version", scheme->version);
    cqa_json_member(out, "source", scheme->source);
    cqa_json_member(out, "period", cqa_period_words[scheme->period]);
    put_flag(out, "units", scheme->units);
    put_posts(out, scheme);
    cqa_json_put(out, ",\"indicators\":[");
    for (size_t i = 0; i < scheme->indicator_count; i++) {
        cqa_json_put(out, i ? "," : "");
        put_indicator(out, scheme, i);
    }
    cqa_json_put(out, "]");
    put_assumed(out, scheme);
    if (whole) {
        cqa_json_put(out, ",\"lines\":");
        cqa_scheme_put_lines(scheme, NULL, out);
        cqa_json_member(out, "total",
                        scheme->total == CQA_NOWHERE ? NULL : scheme->items[scheme->total].id);
        put_pay(out, scheme);
        put_flag(out, "distributed", scheme->distributed);
        cqa_buffer_print(out, ",\"group_least\":%zu", scheme->group_least);
        cqa_json_member(out, "pay_by",
                        scheme->pay_by == CQA_PAY_BY_SCORE ? "score" : "distribution");
        put_grades(out, scheme);
    }
    cqa_json_put(out, "}");
}
