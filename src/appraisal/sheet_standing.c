/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/json.h"
#include "appraisal/sheet_parts.h"

/* Which grade the coefficient and the bonus hang on, and the band of its scores. */
static void put_paying(const struct cqa_scheme *scheme, const struct cqa_sheet *sheet,
                       struct cqa_buffer *out)
{
    const int by_place =
        scheme->pay_by == CQA_PAY_BY_DISTRIBUTION && sheet->grade_distribution != NULL;
    const struct cqa_grade *grade = by_place ? sheet->grade_distribution : sheet->grade;

    cqa_json_member(out, "by", by_place ? "distribution" : "score");
    cqa_json_member(out, "grade", grade->id);
    cqa_json_value(out, "coefficient", sheet->coefficient);
}

static void put_band(const struct cqa_band *band, struct cqa_buffer *out)
{
    cqa_json_put(out, ",\"band\":{\"low_open\":");
    cqa_json_put(out, band->low_open ? "true" : "false");
    cqa_json_put(out, band->high_open ? ",\"high_open\":true" : ",\"high_open\":false");
    cqa_json_value(out, "low", band->low);
    cqa_json_value(out, "high", band->high);
    cqa_json_put(out, "}");
}

static void put_places(const struct cqa_scheme *scheme, const struct cqa_sheet *sheet,
                       struct cqa_buffer *out)
{
    size_t places[CQA_GRADES_MAX] = {0};

    cqa_quotas(scheme, sheet->ranked, places);
    cqa_json_put(out, ",\"places\":[");
    for (size_t i = 0; i < scheme->grade_count; i++)
        cqa_buffer_print(out, i ? ",%zu" : "%zu", places[i]);
    cqa_json_put(out, "]");
}

static void put_limit(const struct cqa_scheme *scheme, const struct cqa_grade_limit *limit,
                      struct cqa_buffer *out)
{
    const struct cqa_ref of = limit->test.of;

    cqa_json_put(out, ",\"no_better\":{\"grade\":");
    cqa_json_text(out, scheme->grades[limit->grade].id);
    cqa_json_member(out, "of",
                    of.kind == CQA_REF_INDICATOR ? scheme->indicators[of.index].id
                                                 : scheme->items[of.index].id);
    cqa_json_put(out, ",\"reason\":");
    cqa_json_names(out, limit->reason);
    cqa_json_put(out, "}");
}

void cqa_sheet_put_standing(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                            struct cqa_buffer *out)
{
    const struct cqa_scheme *scheme = appraisal->scheme;

    if ((sheet->rank == 0 && !sheet->exempt) || sheet->grade == NULL)
        return;
    cqa_buffer_print(out, ",\"standing\":{\"rank\":%zu,\"ranked\":%zu,\"tied\":%zu", sheet->rank,
                     sheet->ranked, sheet->tied);
    cqa_json_member(out, "in_team", scheme->ranked_by_team ? sheet->team : NULL);
    put_paying(scheme, sheet, out);
    cqa_json_member(out, "scored", sheet->scored->id);
    put_band(&sheet->scored->band, out);
    if (sheet->grade_distribution != NULL)
        put_places(scheme, sheet, out);
    if (sheet->limit != NULL)
        put_limit(scheme, sheet->limit, out);
    cqa_json_put(out, "}");
}
