/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conditions that hold always or never, and rows that nothing reaches: somebody meant another
 * number, and no agent's sheet would show it. */
#include "appraisal/scheme/scheme_load.h"

/* Where a condition stands, and what it is about. */
struct condition {
    size_t line, column;
    struct cqa_ref of;
    enum cqa_compare compare;
    struct cqa_extent against;
};

enum verdict { MAY_HOLD, HOLDS_BY_LOW, HOLDS_BY_HIGH, FAILS_BY_LOW, FAILS_BY_HIGH };

/* a < b, or a <= b; what has no end is never less. */
static int is_less(struct cqa_rational a, struct cqa_rational b, int or_equal)
{
    if (!cqa_rational_valid(a) || !cqa_rational_valid(b))
        return 0;
    const int order = cqa_rational_compare(a, b);
    return order < 0 || (or_equal && order == 0);
}

static enum verdict judge(struct cqa_extent of, enum cqa_compare compare, struct cqa_extent against)
{
    const int or_equal = compare == CQA_AT_LEAST || compare == CQA_AT_MOST;

    if (compare == CQA_AT_LEAST || compare == CQA_ABOVE) {
        if (is_less(against.high, of.low, or_equal))
            return HOLDS_BY_LOW;
        return is_less(of.high, against.low, !or_equal) ? FAILS_BY_HIGH : MAY_HOLD;
    }
    if (is_less(of.high, against.low, or_equal))
        return HOLDS_BY_HIGH;
    return is_less(against.high, of.low, !or_equal) ? FAILS_BY_LOW : MAY_HOLD;
}

/* The id of what a condition looks at, and the line that says what it can be. */
static const char *described(const struct cqa_scheme *scheme, struct cqa_ref of, size_t *line)
{
    *line = of.kind == CQA_REF_INDICATOR ? scheme->indicators[of.index].line
                                         : scheme->items[of.index].line;
    return of.kind == CQA_REF_INDICATOR ? scheme->indicators[of.index].id
                                        : scheme->items[of.index].id;
}

static void name_problem(struct cqa_scheme_loader *loader, const struct condition *condition,
                         struct cqa_extent reach, enum verdict verdict)
{
    static const char *const words[] = {
        [HOLDS_BY_LOW] =
            CQA_N("the condition always holds: \"%s\" (line %zu) is never less than %s"),
        [HOLDS_BY_HIGH] =
            CQA_N("the condition always holds: \"%s\" (line %zu) is never more than %s"),
        [FAILS_BY_LOW] =
            CQA_N("the condition never holds: \"%s\" (line %zu) is never less than %s"),
        [FAILS_BY_HIGH] =
            CQA_N("the condition never holds: \"%s\" (line %zu) is never more than %s"),
    };
    const int is_low = verdict == HOLDS_BY_LOW || verdict == FAILS_BY_LOW;
    char text[CQA_RATIONAL_TEXT];
    size_t line;
    const char *id = described(loader->scheme, condition->of, &line);

    cqa_rational_exact(is_low ? reach.low : reach.high, text);
    cqa_problems_add(loader->problems, condition->line, condition->column, words[verdict], id, line,
                     text);
}

static void check(struct cqa_scheme_loader *loader, const struct cqa_extent *items,
                  const struct condition *condition)
{
    if (condition->of.kind != CQA_REF_INDICATOR && condition->of.kind != CQA_REF_ITEM)
        return;
    const struct cqa_extent reach = cqa_scheme_reach(loader->scheme, items, condition->of);
    const enum verdict verdict = judge(reach, condition->compare, condition->against);

    if (verdict != MAY_HOLD)
        name_problem(loader, condition, reach, verdict);
}

static struct cqa_extent just(struct cqa_rational number)
{
    return (struct cqa_extent){number, number, 0};
}

/* ---- rows of bands */

void cqa_scheme_check_row(struct cqa_scheme_loader *loader, const struct cqa_band *band,
                          struct cqa_ref of, struct cqa_extent reach)
{
    char text[CQA_RATIONAL_TEXT];
    size_t line;

    if (of.kind != CQA_REF_INDICATOR && of.kind != CQA_REF_ITEM)
        return;
    const int is_above = is_less(reach.high, band->low, band->low_open);
    const int is_below = is_less(band->high, reach.low, band->high_open);
    if (!is_above && !is_below)
        return;
    const char *id = described(loader->scheme, of, &line);
    cqa_rational_exact(is_above ? reach.high : reach.low, text);
    cqa_problems_add(loader->problems, band->line, band->column,
                     is_above ? "nothing reaches the row: \"%s\" (line %zu) is never more than %s"
                              : "nothing reaches the row: \"%s\" (line %zu) is never less than %s",
                     id, line, text);
}

/* ---- all of them */

static void check_items(struct cqa_scheme_loader *loader, const struct cqa_extent *items)
{
    const struct cqa_scheme *scheme = loader->scheme;

    for (size_t i = 0; i < scheme->item_count; i++) {
        const struct cqa_scheme_item *item = &scheme->items[i];
        const int is_count = item->type == CQA_ITEM_PARTS && item->over_by == CQA_OVER_HITS;
        if (item->type != CQA_ITEM_IF && item->type != CQA_ITEM_THRESHOLD && !is_count)
            continue;
        const struct condition condition = {item->line, item->column, item->parts[0].of,
                                            item->compare,
                                            cqa_scheme_reach(scheme, items, item->against)};
        check(loader, items, &condition);
    }
}

static void check_test(struct cqa_scheme_loader *loader, const struct cqa_extent *items,
                       const struct cqa_test *test)
{
    const struct condition condition = {test->line, test->column, test->of, test->compare,
                                        just(test->against)};

    if (test->is_given)
        check(loader, items, &condition);
}

void cqa_scheme_check_conditions(struct cqa_scheme_loader *loader, const struct cqa_extent *items)
{
    const struct cqa_scheme *scheme = loader->scheme;

    check_items(loader, items);
    check_test(loader, items, &scheme->exempt);
    for (size_t i = 0; i < scheme->limit_count; i++)
        check_test(loader, items, &scheme->limits[i].test);
    if (scheme->total == CQA_NOWHERE || !cqa_rational_valid(scheme->low_total))
        return;
    const struct condition low = {
        scheme->low_line, scheme->low_column,
        (struct cqa_ref){.kind = CQA_REF_ITEM, .index = (size_t)scheme->total}, CQA_BELOW,
        just(scheme->low_total)};
    check(loader, items, &low);
}
