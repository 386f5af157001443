/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/facts.h"
#include "appraisal/json.h"
#include "appraisal/sheet_parts.h"

static void put_lines(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet, int pay,
                      struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;
    int count = 0;

    cqa_json_put(out, "{");
    for (size_t i = 0; i < scheme->line_count; i++) {
        if (scheme->lines[i].pay != pay)
            continue;
        cqa_json_put(out, count++ ? "," : "");
        cqa_json_text(out, scheme->lines[i].id);
        cqa_json_put(out, ":");
        cqa_json_points(out, sheet->lines[i].value);
    }
    cqa_json_put(out, "}");
}

static void put_passed(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                       int passed, struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;
    int count = 0;

    cqa_json_put(out, "[");
    for (size_t i = 0; i < scheme->item_count; i++)
        if (sheet->points[i].passed == passed) {
            cqa_json_put(out, count++ ? "," : "");
            cqa_json_text(out, scheme->items[i].id);
        }
    cqa_json_put(out, "]");
}

static int has_thresholds(const struct cqa_scheme *scheme)
{
    for (size_t i = 0; i < scheme->item_count; i++)
        if (scheme->items[i].type == CQA_ITEM_THRESHOLD)
            return 1;
    return 0;
}

static void put_shown_of(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                         int is_private, struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;

    for (size_t i = 0; i < scheme->indicator_count; i++) {
        if (scheme->indicators[i].need != CQA_NEED_OPTIONAL ||
            sheet->figures[i].origin == CQA_ORIGIN_ABSENT ||
            (cqa_scheme_private(scheme, i) != 0) != is_private)
            continue;
        cqa_json_put(out, ",");
        cqa_json_text(out, scheme->indicators[i].id);
        cqa_json_put(out, ":");
        cqa_json_points(out, sheet->figures[i].value);
    }
}

/* Optional indicators that were given: shown beside the total, whether or not anything is computed
 * from them. */
static void put_shown(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                      struct cqa_buffer *out)
{
    const size_t shown = cqa_facts_begin("shown", out);

    put_shown_of(appraisal, sheet, 0, out);
    const size_t begun = cqa_facts_begin(CQA_FACTS_FOR_PAY, out);
    put_shown_of(appraisal, sheet, 1, out);
    cqa_facts_end(begun, out);
    cqa_facts_end(shown, out);
}

void cqa_sheet_put_coverage(const struct cqa_measured *measured, struct cqa_buffer *out)
{
    cqa_buffer_print(out, "{\"calls\":%zu,\"recorded\":%zu,\"flagged\":%zu,\"heard\":%zu",
                     measured->taken_count, measured->recorded, measured->flagged, measured->heard);
    cqa_json_value(out, "handled", measured->handled);
    cqa_json_value(out, "coverage_pct",
                   measured->has_coverage ? measured->coverage_pct : cqa_rational_none());
    cqa_json_value(out, "coverage_least_pct", measured->least.pct);
    cqa_buffer_print(out, ",\"least_calls\":%zu", measured->least.calls);
    cqa_json_value(out, "interval_low", measured->interval[0]);
    cqa_json_value(out, "interval_high", measured->interval[1]);
    cqa_json_put(out, "}");
}

/* What stands on calls, and how many of them: too few say little. */
static void put_measured(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                         struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;
    int count = 0;

    cqa_json_put(out, ",\"measured\":{");
    for (size_t i = 0; i < scheme->indicator_count; i++) {
        const struct cqa_measured *measured = sheet->figures[i].measured;
        if (measured == NULL || sheet->figures[i].origin != CQA_ORIGIN_MEASURED)
            continue;
        cqa_json_put(out, count++ ? "," : "");
        cqa_json_text(out, scheme->indicators[i].id);
        cqa_json_put(out, ":");
        cqa_sheet_put_coverage(measured, out);
    }
    cqa_json_put(out, "}");
}

static void put_assumed(const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    cqa_json_put(out, "[");
    for (size_t i = 0; i < sheet->assumed_count; i++) {
        cqa_json_put(out, i ? ",{\"where\":" : "{\"where\":");
        cqa_json_text(out, sheet->assumed[i]->where);
        cqa_json_put(out, ",\"reason\":");
        cqa_json_names(out, sheet->assumed[i]->reason);
        cqa_json_put(out, "}");
    }
    cqa_json_put(out, "]");
}

static void put_preliminary(const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    if (sheet->preliminary > 0)
        cqa_json_said(out, "preliminary",
                      cqa_words("of the group, left out with errors: %zu; what hangs on the whole "
                                "group is not given",
                                sheet->preliminary));
    else
        cqa_json_put(out, ",\"preliminary\":null");
}

/* ---- the sheet */

static void put_grade(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                      struct cqa_buffer *out)
{
    if (appraisal->scheme->distributed)
        cqa_json_member(out, "grade_distribution",
                        sheet->grade_distribution ? sheet->grade_distribution->id : NULL);
    if (sheet->rank > 0)
        cqa_buffer_print(out, ",\"rank\":%zu", sheet->rank);
    if (has_thresholds(appraisal->scheme)) {
        cqa_json_put(out, ",\"passed\":");
        put_passed(appraisal, sheet, 1, out);
        cqa_json_put(out, ",\"failed\":");
        put_passed(appraisal, sheet, 0, out);
    }
}

static void put_pay(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                    struct cqa_buffer *out)
{
    if (cqa_rational_valid(sheet->bonus))
        cqa_json_value(out, "bonus", sheet->bonus);
    if (appraisal->scheme->pay == CQA_NOWHERE)
        return;
    cqa_json_value(out, "pay", sheet->pay);
    cqa_json_put(out, ",\"pay_items\":");
    put_lines(appraisal, sheet, 1, out);
}

enum cqa_status cqa_sheet_put_facts(const struct cqa_appraisal *appraisal,
                                    const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    cqa_json_put(out, "{\"agent\":");
    cqa_json_text(out, sheet->agent);
    if (sheet->name != NULL)
        cqa_json_member(out, "name", sheet->name);
    cqa_json_value(out, "total", sheet->total);
    cqa_json_member(out, "grade", sheet->grade ? sheet->grade->id : NULL);
    cqa_json_put(out, ",\"coefficient\":");
    cqa_json_points(out, sheet->coefficient);
    cqa_json_put(out, ",\"items\":");
    put_lines(appraisal, sheet, 0, out);
    cqa_json_member(out, "scheme", appraisal->scheme->id);
    cqa_json_member(out, "scheme_version", appraisal->scheme->version);
    cqa_sheet_put_rubrics(sheet, out);
    cqa_json_member(out, "post", sheet->post);
    cqa_json_member(out, "team", sheet->team);
    cqa_json_member(out, "period", appraisal->period[0] ? appraisal->period : NULL);
    put_grade(appraisal, sheet, out);
    const size_t begun = cqa_facts_begin(CQA_FACTS_FOR_PAY, out);
    put_pay(appraisal, sheet, out);
    cqa_facts_end(begun, out);
    put_shown(appraisal, sheet, out);
    put_measured(appraisal, sheet, out);
    put_preliminary(sheet, out);
    cqa_buffer_print(out, ",\"undecided_flags\":%zu}", sheet->undecided);
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}

enum cqa_status cqa_sheet_put_trace_facts(const struct cqa_appraisal *appraisal,
                                          const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    cqa_json_put(out, "{\"assumed\":");
    put_assumed(sheet, out);
    cqa_json_put(out, ",\"trace\":");
    cqa_sheet_put_trace(appraisal, sheet, out);
    cqa_sheet_put_standing(appraisal, sheet, out);
    cqa_json_put(out, ",\"costs\":");
    cqa_sheet_put_costs(sheet, out);
    cqa_json_put(out, "}");
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}

enum cqa_status cqa_sheet_to_json_parts(const struct cqa_appraisal *appraisal,
                                        const struct cqa_sheet *sheet, unsigned parts,
                                        struct cqa_buffer *out)
{
    struct cqa_buffer facts = {.limit = out->limit};
    struct cqa_buffer trace = {.limit = out->limit};
    enum cqa_status status = cqa_sheet_put_facts(appraisal, sheet, &facts);

    if (status == CQA_OK && (parts & CQA_SHEET_TRACE))
        status = cqa_sheet_put_trace_facts(appraisal, sheet, &trace);
    if (status == CQA_OK)
        cqa_facts_view_both(facts.text, trace.text ? trace.text : "", parts, out);
    cqa_buffer_finish(&facts);
    cqa_buffer_finish(&trace);
    return status == CQA_OK && out->failed ? CQA_E_LIMIT : status;
}

enum cqa_status cqa_sheet_to_json(const struct cqa_appraisal *appraisal,
                                  const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    const enum cqa_status status = cqa_sheet_to_json_parts(appraisal, sheet, CQA_SHEET_ALL, out);

    return status == CQA_OK ? cqa_buffer_add(out, "\n", 1) : status;
}

/* ---- what a signature is for */

static void put_exact(struct cqa_buffer *out, const char *name, struct cqa_rational number)
{
    char text[CQA_RATIONAL_TEXT];

    cqa_buffer_print(out, "%s=%s\n", name,
                     cqa_rational_valid(number) ? cqa_rational_exact(number, text) : "");
}

enum cqa_status cqa_sheet_numbers(const struct cqa_appraisal *appraisal,
                                  const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;

    cqa_buffer_print(out, "%s %s\n", scheme->id, scheme->version);
    put_exact(out, "total", sheet->total);
    cqa_buffer_print(out, "grade=%s\ngrade_distribution=%s\n", sheet->grade ? sheet->grade->id : "",
                     sheet->grade_distribution ? sheet->grade_distribution->id : "");
    put_exact(out, "coefficient", sheet->coefficient);
    put_exact(out, "bonus", sheet->bonus);
    put_exact(out, "pay", sheet->pay);
    for (size_t i = 0; i < scheme->line_count; i++)
        put_exact(out, scheme->lines[i].id, sheet->lines[i].value);
    return out->failed ? CQA_E_LIMIT : CQA_OK;
}
