/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of a period come to that an indicator has: the lowest month, the sum of them. */
#include "appraisal/engine.h"

const char *const cqa_over_words[CQA_OVER_COUNT + 1] = {"mean",    "sum",   "lowest",
                                                        "highest", "count", NULL};

const char *const cqa_compare_signs[] = {" ≥ ", " ≤ ", " > ", " < "};

int cqa_compare_holds(enum cqa_compare compare, int order)
{
    switch (compare) {
    case CQA_AT_LEAST:
        return order >= 0;
    case CQA_AT_MOST:
        return order <= 0;
    case CQA_ABOVE:
        return order > 0;
    case CQA_BELOW:
        break;
    }
    return order < 0;
}

/* A value of the whole period stands for each of its parts, and is their sum. */
static struct cqa_rational of_whole(const struct cqa_scheme_item *item, int parts,
                                    struct cqa_rational value)
{
    if (item->over_by != CQA_OVER_HITS)
        return value;
    return cqa_rational_whole(
        cqa_compare_holds(item->compare, cqa_rational_compare(value, item->against.number)) ? parts
                                                                                            : 0);
}

static struct cqa_rational join(const struct cqa_scheme_item *item, struct cqa_rational so_far,
                                struct cqa_rational value)
{
    const int order = cqa_rational_compare(value, so_far);

    switch (item->over_by) {
    case CQA_OVER_LOWEST:
        return order < 0 ? value : so_far;
    case CQA_OVER_HIGHEST:
        return order > 0 ? value : so_far;
    case CQA_OVER_HITS:
    case CQA_OVER_MEAN:
    case CQA_OVER_SUM:
    case CQA_OVER_COUNT:
        break;
    }
    return cqa_rational_add(so_far, value);
}

struct cqa_rational cqa_figure_over(const struct cqa_scheme_item *item,
                                    const struct cqa_figure *figure, int parts,
                                    struct cqa_buffer *how)
{
    const struct cqa_rational count = cqa_rational_whole((int64_t)figure->month_count);
    struct cqa_rational result = cqa_rational_none();
    char text[CQA_RATIONAL_TEXT];

    cqa_buffer_print(how, "%s(", cqa_over_words[item->over_by]);
    for (size_t i = 0; i < figure->month_count; i++) {
        const struct cqa_month *month = &figure->months[i];
        const struct cqa_rational value =
            figure->month_count == 1 ? of_whole(item, parts, month->value)
            : item->over_by == CQA_OVER_HITS
                ? cqa_rational_whole(cqa_compare_holds(
                      item->compare, cqa_rational_compare(month->value, item->against.number)))
                : month->value;
        cqa_buffer_print(how, "%s%s%s%s", i ? "; " : "", month->period ? month->period : "",
                         month->period ? ": " : "", cqa_rational_exact(month->value, text));
        result = i == 0 ? value : join(item, result, value);
    }
    cqa_buffer_print(how, ")");
    if (item->over_by == CQA_OVER_HITS)
        cqa_buffer_print(how, "%s%s", cqa_compare_signs[item->compare],
                         cqa_rational_exact(item->against.number, text));
    return item->over_by == CQA_OVER_MEAN ? cqa_rational_divide(result, count) : result;
}
