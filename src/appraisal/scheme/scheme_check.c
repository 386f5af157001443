/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "appraisal/scheme/scheme_load.h"

static struct cqa_rational lesser(struct cqa_rational a, struct cqa_rational b)
{
    if (!cqa_rational_valid(a) || !cqa_rational_valid(b))
        return cqa_rational_none();
    return cqa_rational_compare(a, b) < 0 ? a : b;
}

static struct cqa_rational greater(struct cqa_rational a, struct cqa_rational b)
{
    if (!cqa_rational_valid(a) || !cqa_rational_valid(b))
        return cqa_rational_none();
    return cqa_rational_compare(a, b) > 0 ? a : b;
}

static struct cqa_extent reach_anything(void)
{
    return (struct cqa_extent){cqa_rational_none(), cqa_rational_none(), 0};
}

static struct cqa_extent reach_scaled(struct cqa_extent reach, struct cqa_rational factor)
{
    const struct cqa_rational low = cqa_rational_multiply(reach.low, factor);
    const struct cqa_rational high = cqa_rational_multiply(reach.high, factor);

    if (!cqa_rational_valid(factor))
        return reach_anything();
    if (cqa_rational_sign(factor) < 0)
        return (struct cqa_extent){high, low, 0};
    return (struct cqa_extent){low, high, 0};
}

static struct cqa_extent reach_of_indicator(const struct cqa_indicator *indicator)
{
    struct cqa_extent reach = {indicator->low, indicator->high,
                               indicator->whole || indicator->yes_no};

    if (indicator->or_zero)
        reach.low = lesser(reach.low, cqa_rational_whole(0));
    if (indicator->round_places == 0)
        reach.whole = 1;
    if (cqa_rational_valid(indicator->cap))
        reach.high = lesser(reach.high, indicator->cap);
    if (cqa_rational_valid(indicator->absent)) {
        reach.low = lesser(reach.low, indicator->absent);
        reach.high = greater(reach.high, indicator->absent);
        reach.whole &= cqa_rational_is_whole(indicator->absent);
    }
    return reach;
}

struct cqa_extent cqa_scheme_reach(const struct cqa_scheme *scheme, const struct cqa_extent *items,
                                   struct cqa_ref ref)
{
    if (ref.kind == CQA_REF_INDICATOR)
        return reach_of_indicator(&scheme->indicators[ref.index]);
    if (ref.kind == CQA_REF_ITEM)
        return items[ref.index];
    if (ref.kind == CQA_REF_NUMBER)
        return (struct cqa_extent){ref.number, ref.number, 0};
    return reach_anything();
}

static struct cqa_extent reach_of_parts(const struct cqa_scheme *scheme,
                                        const struct cqa_extent *items,
                                        const struct cqa_scheme_item *item)
{
    struct cqa_extent sum = {cqa_rational_whole(0), cqa_rational_whole(0), 0};

    for (size_t i = 0; i < item->part_count; i++) {
        struct cqa_rational weight = item->parts[i].weight;
        if (item->type == CQA_ITEM_WEIGHTED)
            weight = cqa_rational_divide(item->parts[i].weighs.number, cqa_rational_whole(100));
        const struct cqa_extent part =
            reach_scaled(cqa_scheme_reach(scheme, items, item->parts[i].of), weight);
        sum.low = cqa_rational_add(sum.low, part.low);
        sum.high = cqa_rational_add(sum.high, part.high);
    }
    if (item->type == CQA_ITEM_MEAN)
        return reach_scaled(sum,
                            cqa_rational_divide(cqa_rational_whole(1),
                                                cqa_rational_whole((int64_t)item->part_count)));
    return sum;
}

static void widen(struct cqa_extent *reach, struct cqa_rational value)
{
    reach->low = lesser(reach->low, value);
    reach->high = greater(reach->high, value);
}

/* From the least to the greatest of all parts. */
static struct cqa_extent reach_of_all(const struct cqa_scheme *scheme,
                                      const struct cqa_extent *items,
                                      const struct cqa_scheme_item *item)
{
    struct cqa_extent reach = cqa_scheme_reach(scheme, items, item->parts[0].of);

    for (size_t i = 1; i < item->part_count; i++) {
        const struct cqa_extent part = cqa_scheme_reach(scheme, items, item->parts[i].of);
        reach.low = lesser(reach.low, part.low);
        reach.high = greater(reach.high, part.high);
    }
    reach.whole = 0;
    return reach;
}

/* Weights that are shared out, or come from data: each may be all or nothing. */
static struct cqa_extent reach_of_weighted(const struct cqa_scheme *scheme,
                                           const struct cqa_extent *items,
                                           const struct cqa_scheme_item *item)
{
    int fixed = !item->shared;

    for (size_t i = 0; i < item->part_count; i++)
        fixed &= item->parts[i].weighs.kind == CQA_REF_NUMBER;
    if (fixed)
        return reach_of_parts(scheme, items, item);
    return reach_scaled(reach_of_all(scheme, items, item),
                        cqa_rational_divide(item->weights_sum, cqa_rational_whole(100)));
}

static struct cqa_extent reach_of_product(const struct cqa_scheme *scheme,
                                          const struct cqa_extent *items,
                                          const struct cqa_scheme_item *item)
{
    struct cqa_extent reach = cqa_scheme_reach(scheme, items, item->parts[0].of);

    for (size_t i = 1; i < item->part_count; i++) {
        const struct cqa_extent part = cqa_scheme_reach(scheme, items, item->parts[i].of);
        const struct cqa_rational first = cqa_rational_multiply(reach.low, part.low);
        struct cqa_extent product = {first, first, 0};
        widen(&product, cqa_rational_multiply(reach.low, part.high));
        widen(&product, cqa_rational_multiply(reach.high, part.low));
        widen(&product, cqa_rational_multiply(reach.high, part.high));
        reach = product;
    }
    return reach;
}

/* The least of several is at most the least of their greatest. */
static struct cqa_extent reach_of_extreme(const struct cqa_scheme *scheme,
                                          const struct cqa_extent *items,
                                          const struct cqa_scheme_item *item)
{
    struct cqa_extent reach = cqa_scheme_reach(scheme, items, item->parts[0].of);
    const int is_min = item->type == CQA_ITEM_MIN;

    for (size_t i = 1; i < item->part_count; i++) {
        const struct cqa_extent part = cqa_scheme_reach(scheme, items, item->parts[i].of);
        reach.low = is_min ? lesser(reach.low, part.low) : greater(reach.low, part.low);
        reach.high = is_min ? lesser(reach.high, part.high) : greater(reach.high, part.high);
    }
    reach.whole = 0;
    return reach;
}

static struct cqa_extent reach_of_bands(const struct cqa_scheme_item *item)
{
    struct cqa_extent reach = {item->bands[0].points, item->bands[0].points, 0};

    if (item->marginal)
        return reach_anything();
    for (size_t i = 0; i < item->band_count; i++) {
        const struct cqa_band *band = &item->bands[i];
        if (band->is_rate && (!cqa_rational_valid(band->low) || !cqa_rational_valid(band->high)))
            return reach_anything();
        widen(&reach,
              band->is_rate ? cqa_rational_multiply(band->points, band->low) : band->points);
        widen(&reach,
              band->is_rate ? cqa_rational_multiply(band->points, band->high) : band->points);
    }
    return reach;
}

static struct cqa_rational linear_at(const struct cqa_scheme_item *item, struct cqa_rational value)
{
    const struct cqa_rational away = cqa_rational_subtract(value, item->target);

    if (!cqa_rational_valid(away))
        return away;
    if (cqa_rational_sign(away) >= 0)
        return cqa_rational_add(item->at_target, cqa_rational_multiply(away, item->above));
    return cqa_rational_subtract(item->at_target, cqa_rational_multiply(away, item->below));
}

static struct cqa_extent reach_of_linear(const struct cqa_scheme_item *item, struct cqa_extent of)
{
    const struct cqa_rational low = linear_at(item, of.low);
    struct cqa_extent reach = {low, low, 0};

    widen(&reach, linear_at(item, of.high));
    if (cqa_rational_valid(item->step))
        return reach_anything();
    if (cqa_rational_valid(of.low) && cqa_rational_valid(of.high) &&
        cqa_rational_compare(of.low, item->target) < 0 &&
        cqa_rational_compare(item->target, of.high) < 0)
        widen(&reach, item->at_target);
    return reach;
}

static struct cqa_extent reach_of_ratio(const struct cqa_scheme_item *item, struct cqa_extent of,
                                        struct cqa_extent over)
{
    const struct cqa_rational first = cqa_rational_divide(of.low, over.low);
    struct cqa_extent reach = {first, first, 0};

    widen(&reach, cqa_rational_divide(of.low, over.high));
    widen(&reach, cqa_rational_divide(of.high, over.low));
    widen(&reach, cqa_rational_divide(of.high, over.high));
    return reach_scaled(reach, item->times);
}

static struct cqa_extent reach_of_either(const struct cqa_scheme *scheme,
                                         const struct cqa_extent *items,
                                         const struct cqa_scheme_item *item)
{
    const struct cqa_extent then = cqa_scheme_reach(scheme, items, item->then);
    const struct cqa_extent otherwise = cqa_scheme_reach(scheme, items, item->otherwise);

    return (struct cqa_extent){lesser(then.low, otherwise.low), greater(then.high, otherwise.high),
                               0};
}

static struct cqa_extent reach_of_parts_of_period(const struct cqa_scheme *scheme,
                                                  const struct cqa_scheme_item *item,
                                                  struct cqa_extent of)
{
    const struct cqa_rational parts = cqa_rational_whole(
        cqa_period_part_count(cqa_period_examples[scheme->period], CQA_PERIOD_MONTHLY));

    if (item->over_by == CQA_OVER_HITS)
        return (struct cqa_extent){cqa_rational_whole(0), parts, 1};
    if (item->over_by == CQA_OVER_SUM)
        widen(&of, cqa_rational_multiply(of.low, parts));
    if (item->over_by == CQA_OVER_SUM)
        widen(&of, cqa_rational_multiply(of.high, parts));
    return (struct cqa_extent){of.low, of.high, 0};
}

/* Rounding keeps the order: the ends are rounded like what lies between them. */
static struct cqa_extent rounded(struct cqa_extent reach, const struct cqa_scheme_item *item)
{
    if (item->round_places == CQA_NOWHERE)
        return reach;
    if (cqa_rational_valid(reach.low))
        reach.low = cqa_rational_round(reach.low, item->round_places);
    if (cqa_rational_valid(reach.high))
        reach.high = cqa_rational_round(reach.high, item->round_places);
    reach.whole |= item->round_places == 0;
    return reach;
}

static struct cqa_extent reach_of_item(const struct cqa_scheme *scheme,
                                       const struct cqa_extent *items,
                                       const struct cqa_scheme_item *item)
{
    const struct cqa_extent first = cqa_scheme_reach(scheme, items, item->parts[0].of);

    switch (item->type) {
    case CQA_ITEM_SUM:
    case CQA_ITEM_MEAN:
        return reach_of_parts(scheme, items, item);
    case CQA_ITEM_WEIGHTED:
        return reach_of_weighted(scheme, items, item);
    case CQA_ITEM_PRODUCT:
        return reach_of_product(scheme, items, item);
    case CQA_ITEM_MIN:
    case CQA_ITEM_MAX:
        return reach_of_extreme(scheme, items, item);
    case CQA_ITEM_IF:
        return reach_of_either(scheme, items, item);
    case CQA_ITEM_OCCURRENCES:
        return reach_scaled(reach_of_parts(scheme, items, item), item->each);
    case CQA_ITEM_BANDS:
        return reach_of_bands(item);
    case CQA_ITEM_LINEAR:
        return reach_of_linear(item, first);
    case CQA_ITEM_THRESHOLD:
        return (struct cqa_extent){lesser(item->pass, item->fail), greater(item->pass, item->fail),
                                   0};
    case CQA_ITEM_VALUE:
        if (!item->times_coefficient)
            return reach_scaled(first, cqa_rational_divide(item->percent, cqa_rational_whole(100)));
        return reach_anything();
    case CQA_ITEM_RATIO:
        if (cqa_rational_valid(item->over_zero))
            return reach_anything();
        return reach_of_ratio(item, first, cqa_scheme_reach(scheme, items, item->over));
    case CQA_ITEM_TEAM_MEAN:
        return (struct cqa_extent){first.low, first.high, 0};
    case CQA_ITEM_PARTS:
        return reach_of_parts_of_period(scheme, item, first);
    case CQA_ITEM_TYPE_COUNT:
        break;
    }
    return reach_anything();
}

static struct cqa_extent within_ends(struct cqa_extent reach, const struct cqa_scheme_item *item)
{
    if (cqa_rational_valid(item->floor)) {
        reach.low = cqa_rational_valid(reach.low) ? greater(reach.low, item->floor) : item->floor;
        reach.high = greater(reach.high, item->floor);
    }
    if (cqa_rational_valid(item->ceiling)) {
        reach.high =
            cqa_rational_valid(reach.high) ? lesser(reach.high, item->ceiling) : item->ceiling;
        reach.low = lesser(reach.low, item->ceiling);
    }
    return reach;
}

/* ---- bands: neither gap nor overlap over all that can come */

/* On whole numbers "above 3" is "from 4" and "below 3" is "to 2", so that 95–98 and 99–100 touch.
 */
static struct cqa_band on_whole_numbers(struct cqa_band band)
{
    if (cqa_rational_valid(band.low) && band.low_open && cqa_rational_is_whole(band.low)) {
        band.low = cqa_rational_add(band.low, cqa_rational_whole(1));
        band.low_open = 0;
    }
    if (cqa_rational_valid(band.high) && !band.high_open && cqa_rational_is_whole(band.high)) {
        band.high = cqa_rational_add(band.high, cqa_rational_whole(1));
        band.high_open = 1;
    }
    return band;
}

static int by_low_end(const void *left, const void *right)
{
    const struct cqa_band *a = left;
    const struct cqa_band *b = right;

    if (!cqa_rational_valid(a->low) || !cqa_rational_valid(b->low))
        return cqa_rational_valid(a->low) - cqa_rational_valid(b->low);
    const int order = cqa_rational_compare(a->low, b->low);
    return order != 0 ? order : a->low_open - b->low_open;
}

static void band_problem(struct cqa_scheme_loader *loader, const struct cqa_band *band,
                         const char *what, struct cqa_rational at)
{
    char text[CQA_RATIONAL_TEXT];

    cqa_problems_add(loader->problems, band->line, band->column, "%p %s", cqa_words_named(what),
                     cqa_rational_exact(at, text));
}

/* How one band goes on where the one before it ended. */
static void check_neighbours(struct cqa_scheme_loader *loader, const struct cqa_band *before,
                             const struct cqa_band *band)
{
    if (!cqa_rational_valid(before->high) || !cqa_rational_valid(band->low)) {
        cqa_problems_add(
            loader->problems, band->line, band->column,
            "the row overlaps another: only the lowest may be open below, only the highest above");
        return;
    }
    const int order = cqa_rational_compare(before->high, band->low);
    if (order > 0 || (order == 0 && !before->high_open && !band->low_open))
        band_problem(loader, band, CQA_N("the row overlaps the one below it at"), band->low);
    else if (order < 0 || (before->high_open && band->low_open))
        band_problem(loader, band, CQA_N("the rows leave a gap at or above"), before->high);
}

static void check_ends(struct cqa_scheme_loader *loader, const struct cqa_band *first,
                       const struct cqa_band *last, struct cqa_extent reach)
{
    if (cqa_rational_valid(first->low)) {
        if (!cqa_rational_valid(reach.low))
            band_problem(loader, first,
                         CQA_N("values may be lower than the lowest row, which starts at"),
                         first->low);
        else if (cqa_rational_compare(first->low, reach.low) > 0 ||
                 (first->low_open && cqa_rational_compare(first->low, reach.low) == 0))
            band_problem(loader, first, CQA_N("no row for values from"), reach.low);
    }
    if (cqa_rational_valid(last->high)) {
        if (!cqa_rational_valid(reach.high))
            band_problem(loader, last,
                         CQA_N("values may be higher than the highest row, which ends at"),
                         last->high);
        else if (cqa_rational_compare(last->high, reach.high) < 0 ||
                 (last->high_open && cqa_rational_compare(last->high, reach.high) == 0))
            band_problem(loader, last, CQA_N("no row for values up to"), reach.high);
    }
}

static void check_bands(struct cqa_scheme_loader *loader, const struct cqa_band *bands,
                        size_t count, struct cqa_ref of, struct cqa_extent reach)
{
    struct cqa_band *sorted = cqa_scheme_alloc(loader, count, sizeof *sorted);

    if (sorted == NULL || count == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = reach.whole ? on_whole_numbers(bands[i]) : bands[i];
        if (cqa_rational_valid(bands[i].low) && cqa_rational_valid(bands[i].high) &&
            cqa_rational_compare(bands[i].low, bands[i].high) > 0)
            cqa_problems_add(loader->problems, bands[i].line, bands[i].column,
                             "the row ends below its start");
        cqa_scheme_check_row(loader, &bands[i], of, reach);
    }
    qsort(sorted, count, sizeof *sorted, by_low_end);
    for (size_t i = 1; i < count; i++)
        check_neighbours(loader, &sorted[i - 1], &sorted[i]);
    check_ends(loader, &sorted[0], &sorted[count - 1], reach);
}

/* ---- the whole */

static void check_divisor(struct cqa_scheme_loader *loader, const struct cqa_scheme_item *item,
                          struct cqa_extent over)
{
    const int above = cqa_rational_valid(over.low) && cqa_rational_sign(over.low) > 0;
    const int below = cqa_rational_valid(over.high) && cqa_rational_sign(over.high) < 0;

    if (!above && !below)
        cqa_problems_add(loader->problems, item->line, item->column,
                         "\"over\" may be 0; allowed: something whose range leaves 0 out");
}

static int may_be_absent(const struct cqa_scheme *scheme, const unsigned char *absent,
                         struct cqa_ref ref)
{
    if (ref.kind == CQA_REF_INDICATOR) {
        const struct cqa_indicator *indicator = &scheme->indicators[ref.index];
        return indicator->need == CQA_NEED_OPTIONAL && !cqa_rational_valid(indicator->absent);
    }
    return ref.kind == CQA_REF_ITEM && absent[ref.index];
}

/* Where the weights of what is absent are shared out, one part that is there is enough. */
static int item_may_be_absent(const struct cqa_scheme *scheme, const unsigned char *absent,
                              const struct cqa_scheme_item *item)
{
    const struct cqa_ref *ref;
    size_t parts = 0;

    for (size_t i = 0; (ref = cqa_item_ref(item, i)) != NULL; i++) {
        const int missing = may_be_absent(scheme, absent, *ref);
        if (missing && !(item->shared && i < item->part_count))
            return 1;
        parts += missing && i < item->part_count;
    }
    return parts == item->part_count;
}

static void check_items(struct cqa_scheme_loader *loader, struct cqa_extent *reaches,
                        unsigned char *absent)
{
    const struct cqa_scheme *scheme = loader->scheme;

    for (size_t i = 0; i < scheme->item_count; i++) {
        const struct cqa_scheme_item *item = &scheme->items[i];
        absent[i] = (unsigned char)item_may_be_absent(scheme, absent, item);
        if (item->type == CQA_ITEM_RATIO && !cqa_rational_valid(item->over_zero))
            check_divisor(loader, item, cqa_scheme_reach(scheme, reaches, item->over));
        if (item->type == CQA_ITEM_BANDS)
            check_bands(loader, item->bands, item->band_count, item->parts[0].of,
                        cqa_scheme_reach(scheme, reaches, item->parts[0].of));
        reaches[i] = rounded(within_ends(reach_of_item(scheme, reaches, item), item), item);
    }
}

/* A divisor that is imported must not be 0 either. */
static void check_measuring(struct cqa_scheme_loader *loader)
{
    const struct cqa_scheme *scheme = loader->scheme;

    for (size_t i = 0; i < scheme->indicator_count; i++) {
        const struct cqa_indicator *indicator = &scheme->indicators[i];
        if (indicator->measuring == NULL)
            continue;
        const int divisors[] = {indicator->measuring->over, indicator->measuring->handled};
        for (size_t k = 0; k < 2; k++)
            if (divisors[k] == (int)i)
                cqa_problems_add(loader->problems, indicator->line, indicator->column,
                                 "\"%s\" is measured by itself", indicator->id);
    }
}

void cqa_scheme_check(struct cqa_scheme_loader *loader)
{
    const struct cqa_scheme *scheme = loader->scheme;
    struct cqa_extent *reaches = cqa_scheme_alloc(loader, scheme->item_count, sizeof *reaches);
    unsigned char *absent = cqa_scheme_alloc(loader, scheme->item_count, sizeof *absent);
    struct cqa_band *bands = cqa_scheme_alloc(loader, scheme->grade_count, sizeof *bands);

    if (reaches == NULL || absent == NULL || bands == NULL)
        return;
    check_measuring(loader);
    check_items(loader, reaches, absent);
    cqa_scheme_check_conditions(loader, reaches);
    if (scheme->total == CQA_NOWHERE)
        return;
    for (size_t i = 0; i < scheme->grade_count; i++)
        bands[i] = scheme->grades[i].band;
    if (scheme->grade_count > 0)
        check_bands(loader, bands, scheme->grade_count,
                    (struct cqa_ref){.kind = CQA_REF_ITEM, .index = (size_t)scheme->total},
                    reaches[scheme->total]);
    if (absent[scheme->total]) {
        const struct cqa_scheme_item *total = &scheme->items[scheme->total];
        cqa_problems_add(
            loader->problems, total->line, total->column,
            "the total hangs on an optional indicator; allowed: required or measured ones, or a "
            "\"default\"");
    }
}
