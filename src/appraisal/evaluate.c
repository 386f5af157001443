/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "appraisal/engine.h"

/* One item at work. */
struct evaluation {
    struct cqa_engine_run *run;
    struct cqa_sheet *sheet;
    const struct cqa_scheme_item *item;
};

void cqa_run_assume(struct cqa_engine_run *run, struct cqa_sheet *sheet,
                    const struct cqa_assumption *assumption)
{
    if (assumption == NULL)
        return;
    for (size_t i = 0; i < sheet->assumed_count; i++)
        if (sheet->assumed[i] == assumption)
            return;
    if (sheet->assumed_count % 8 == 0) {
        const struct cqa_assumption **assumed =
            cqa_run_alloc(run, sheet->assumed_count + 8, sizeof(const struct cqa_assumption *));
        if (assumed == NULL)
            return;
        if (sheet->assumed_count > 0)
            memcpy(assumed, sheet->assumed,
                   sheet->assumed_count * sizeof(const struct cqa_assumption *));
        sheet->assumed = assumed;
    }
    sheet->assumed[sheet->assumed_count++] = assumption;
}

/* ---- explaining: the formula with the numbers in it, the same in every language */

static void say(struct evaluation *at, const char *words)
{
    cqa_buffer_add(&at->run->text, words, strlen(words));
}

static void say_number(struct evaluation *at, struct cqa_rational number)
{
    char text[CQA_RATIONAL_TEXT];

    say(at, cqa_rational_exact(number, text));
}

static void say_band(struct evaluation *at, const struct cqa_band *band)
{
    say(at, " (");
    if (cqa_rational_valid(band->low)) {
        say_number(at, band->low);
        say(at, band->low_open ? " < " : " ≤ ");
    }
    say(at, "x");
    if (cqa_rational_valid(band->high)) {
        say(at, band->high_open ? " < " : " ≤ ");
        say_number(at, band->high);
    }
    say(at, ")");
}

/* ---- values that items look at */

static struct cqa_rational value_of(struct evaluation *at, struct cqa_ref ref)
{
    switch (ref.kind) {
    case CQA_REF_INDICATOR:
        cqa_run_assume(at->run, at->sheet, at->run->scheme->indicators[ref.index].assumed);
        return at->sheet->figures[ref.index].value;
    case CQA_REF_ITEM:
        return at->sheet->points[ref.index].value;
    case CQA_REF_BONUS:
        return at->sheet->bonus;
    case CQA_REF_NUMBER:
        break;
    }
    return ref.number;
}

/* Is there a value at all? An overflow is none as well, but is reported where it happened. */
static int is_there(const struct evaluation *at, struct cqa_ref ref)
{
    if (ref.kind == CQA_REF_INDICATOR)
        return at->sheet->figures[ref.index].origin != CQA_ORIGIN_ABSENT;
    if (ref.kind == CQA_REF_ITEM)
        return cqa_rational_valid(at->sheet->points[ref.index].value);
    if (ref.kind == CQA_REF_BONUS)
        return cqa_rational_valid(at->sheet->bonus);
    return 1;
}

static int all_there(const struct evaluation *at)
{
    const struct cqa_scheme_item *item = at->item;
    const struct cqa_ref *ref;
    size_t there = 0;

    for (size_t i = 0; (ref = cqa_item_ref(item, i)) != NULL; i++) {
        there += i < item->part_count && is_there(at, *ref);
        if (!is_there(at, *ref) && !(item->shared && i < item->part_count))
            return 0;
    }
    return there > 0 && (!item->times_coefficient || cqa_rational_valid(at->sheet->coefficient));
}

/* ---- each type of item: points for one value, its formula said */

static struct cqa_rational points_value(struct evaluation *at, struct cqa_rational value)
{
    const struct cqa_scheme_item *item = at->item;
    struct cqa_rational points =
        cqa_rational_divide(cqa_rational_multiply(value, item->percent), cqa_rational_whole(100));

    say_number(at, value);
    if (cqa_rational_compare(item->percent, cqa_rational_whole(100)) != 0) {
        say(at, " × ");
        say_number(at, item->percent);
        say(at, " %");
    }
    if (item->times_coefficient) {
        points = cqa_rational_multiply(points, at->sheet->coefficient);
        say(at, " × ");
        say_number(at, at->sheet->coefficient);
    }
    return points;
}

/* Each unit at the rate of the row that it lies in: "10000 × 0.05 + 5000 × 0.07". */
static struct cqa_rational points_marginal(struct evaluation *at, struct cqa_rational value)
{
    struct cqa_rational sum = cqa_rational_whole(0);
    int count = 0;

    for (size_t i = 0; i < at->item->band_count; i++) {
        const struct cqa_band *band = &at->item->bands[i];
        const struct cqa_rational low =
            cqa_rational_valid(band->low) ? band->low : cqa_rational_whole(0);
        if (cqa_rational_compare(value, low) <= 0)
            continue;
        const int is_last =
            !cqa_rational_valid(band->high) || cqa_rational_compare(value, band->high) <= 0;
        const struct cqa_rational width = cqa_rational_subtract(is_last ? value : band->high, low);
        cqa_run_assume(at->run, at->sheet, band->assumed);
        say(at, count++ ? " + " : "");
        say_number(at, width);
        say(at, " × ");
        say_number(at, band->points);
        sum = cqa_rational_add(sum, cqa_rational_multiply(width, band->points));
    }
    if (count == 0)
        say(at, "0");
    return sum;
}

static struct cqa_rational points_bands(struct evaluation *at, struct cqa_rational value)
{
    if (at->item->marginal)
        return points_marginal(at, value);
    for (size_t i = 0; i < at->item->band_count; i++) {
        const struct cqa_band *band = &at->item->bands[i];
        if (!cqa_band_holds(band, value))
            continue;
        cqa_run_assume(at->run, at->sheet, band->assumed);
        say_number(at, value);
        if (band->is_rate) {
            say(at, " × ");
            say_number(at, band->points);
        }
        say_band(at, band);
        return band->is_rate ? cqa_rational_multiply(value, band->points) : band->points;
    }
    return cqa_rational_none(); /* between two whole numbers: the mean of two raters */
}

/* Of how far it is from the target only whole steps count: "每满 0.1". */
static struct cqa_rational points_steps(struct evaluation *at, struct cqa_rational slope,
                                        struct cqa_rational away)
{
    const struct cqa_scheme_item *item = at->item;
    const struct cqa_rational steps = cqa_rational_floor(cqa_rational_divide(away, item->step));

    say_number(at, item->at_target);
    say(at, " + ");
    say_number(at, slope);
    say(at, " × ⌊");
    say_number(at, away);
    say(at, " ÷ ");
    say_number(at, item->step);
    say(at, "⌋");
    return cqa_rational_add(item->at_target, cqa_rational_multiply(steps, slope));
}

static struct cqa_rational points_linear(struct evaluation *at, struct cqa_rational value)
{
    const struct cqa_scheme_item *item = at->item;
    const struct cqa_rational away = cqa_rational_subtract(value, item->target);

    if (!cqa_rational_valid(away))
        return away;
    const int above = cqa_rational_sign(away) >= 0;
    const struct cqa_rational slope = above ? item->above : item->below;
    const struct cqa_rational units = above ? away : cqa_rational_subtract(item->target, value);
    if (cqa_rational_valid(item->step))
        return points_steps(at, slope, units);
    say_number(at, item->at_target);
    say(at, " + ");
    say_number(at, slope);
    say(at, " × (");
    say_number(at, above ? value : item->target);
    say(at, " − ");
    say_number(at, above ? item->target : value);
    say(at, ")");
    return cqa_rational_add(item->at_target, cqa_rational_multiply(units, slope));
}

/* 1 or 0, said with its sign; -1: there is nothing to compare with. */
static int compared(struct evaluation *at, struct cqa_rational value)
{
    const struct cqa_rational against = value_of(at, at->item->against);

    if (!cqa_rational_valid(against))
        return -1;
    const int holds = cqa_compare_holds(at->item->compare, cqa_rational_compare(value, against));
    say_number(at, value);
    say(at, cqa_compare_signs[at->item->compare]);
    say_number(at, against);
    say(at, holds ? " ✓" : " ✗");
    return holds;
}

static struct cqa_rational points_threshold(struct evaluation *at, struct cqa_rational value,
                                            int *passed)
{
    const int holds = compared(at, value);

    if (holds < 0)
        return cqa_rational_none();
    if (passed != NULL)
        *passed = holds;
    return holds ? at->item->pass : at->item->fail;
}

static struct cqa_rational points_if(struct evaluation *at, struct cqa_rational value)
{
    const int holds = compared(at, value);

    if (holds < 0)
        return cqa_rational_none();
    const struct cqa_rational points = value_of(at, holds ? at->item->then : at->item->otherwise);
    say(at, " → ");
    say_number(at, points);
    return points;
}

static struct cqa_rational points_ratio(struct evaluation *at, struct cqa_rational value)
{
    const struct cqa_scheme_item *item = at->item;
    const struct cqa_rational over = value_of(at, item->over);

    say_number(at, value);
    say(at, " ÷ ");
    say_number(at, over);
    if (cqa_rational_compare(item->times, cqa_rational_whole(1)) != 0) {
        say(at, " × ");
        say_number(at, item->times);
    }
    if (cqa_rational_valid(item->over_zero) && cqa_rational_sign(over) == 0) {
        say(at, " → ");
        say_number(at, item->over_zero);
        return item->over_zero;
    }
    return cqa_rational_multiply(cqa_rational_divide(value, over), item->times);
}

/* ---- several of them */

static struct cqa_rational points_product(struct evaluation *at)
{
    struct cqa_rational product = cqa_rational_whole(1);

    for (size_t i = 0; i < at->item->part_count; i++) {
        const struct cqa_rational value = value_of(at, at->item->parts[i].of);
        say(at, i ? " × " : "");
        say_number(at, value);
        product = cqa_rational_multiply(product, value);
    }
    return product;
}

static struct cqa_rational points_extreme(struct evaluation *at, int sign)
{
    struct cqa_rational best = value_of(at, at->item->parts[0].of);

    say(at, sign < 0 ? "min(" : "max(");
    for (size_t i = 0; i < at->item->part_count; i++) {
        const struct cqa_rational value = value_of(at, at->item->parts[i].of);
        say(at, i ? ", " : "");
        say_number(at, value);
        if (cqa_rational_compare(value, best) * sign > 0)
            best = value;
    }
    say(at, ")");
    return best;
}

/* In %, of those that are there where the others leave theirs to them. */
static struct cqa_rational weight_at(struct evaluation *at, const struct cqa_part *part)
{
    const struct cqa_scheme_item *item = at->item;
    struct cqa_rational sum = cqa_rational_whole(0);

    if (item->type != CQA_ITEM_WEIGHTED)
        return part->weight;
    for (size_t i = 0; item->shared && i < item->part_count; i++)
        if (is_there(at, item->parts[i].of))
            sum = cqa_rational_add(sum, value_of(at, item->parts[i].weighs));
    const struct cqa_rational weight = value_of(at, part->weighs);
    if (!item->shared)
        return weight;
    return cqa_rational_divide(cqa_rational_multiply(weight, item->weights_sum), sum);
}

/* What one part of a sum, mean or weighting brings. */
static struct cqa_rational part_points(struct evaluation *at, const struct cqa_part *part)
{
    const struct cqa_rational points =
        cqa_rational_multiply(value_of(at, part->of), weight_at(at, part));

    if (at->item->type == CQA_ITEM_WEIGHTED)
        return cqa_rational_divide(points, cqa_rational_whole(100));
    return points;
}

static struct cqa_rational points_parts(struct evaluation *at)
{
    const struct cqa_scheme_item *item = at->item;
    struct cqa_rational sum = cqa_rational_whole(0);
    int count = 0;

    say(at, item->part_count > 1 && item->type != CQA_ITEM_SUM && item->type != CQA_ITEM_WEIGHTED
                ? "("
                : "");
    for (size_t i = 0; i < item->part_count; i++) {
        const struct cqa_part *part = &item->parts[i];
        const int minus = item->type == CQA_ITEM_SUM && cqa_rational_sign(part->weight) < 0;
        if (item->shared && !is_there(at, part->of))
            continue;
        say(at, minus ? (count ? " − " : "−") : count ? " + " : "");
        count++;
        say_number(at, value_of(at, part->of));
        if (item->type == CQA_ITEM_WEIGHTED) {
            say(at, " × ");
            say_number(at, weight_at(at, part));
            say(at, " %");
        }
        cqa_run_assume(at->run, at->sheet, part->assumed);
        sum = cqa_rational_add(sum, part_points(at, part));
    }
    say(at, item->part_count > 1 && item->type != CQA_ITEM_SUM && item->type != CQA_ITEM_WEIGHTED
                ? ")"
                : "");
    return sum;
}

static struct cqa_rational points_mean(struct evaluation *at)
{
    const struct cqa_rational count = cqa_rational_whole((int64_t)at->item->part_count);
    const struct cqa_rational sum = points_parts(at);

    say(at, " ÷ ");
    say_number(at, count);
    return cqa_rational_divide(sum, count);
}

static struct cqa_rational points_occurrences(struct evaluation *at)
{
    const struct cqa_scheme_item *item = at->item;
    struct cqa_rational points = cqa_rational_multiply(points_parts(at), item->each);

    say(at, " × ");
    say_number(at, item->each);
    if (!cqa_rational_valid(points) || !cqa_rational_valid(item->cap))
        return points;
    const struct cqa_rational negative = cqa_rational_subtract(cqa_rational_whole(0), item->cap);
    const int over = cqa_rational_compare(points, item->cap) > 0;
    const int under = cqa_rational_compare(points, negative) < 0;
    if (over || under) {
        points = over ? item->cap : negative;
        say(at, " → ");
        say_number(at, points);
    }
    return points;
}

static struct cqa_rational points_over_parts(struct evaluation *at)
{
    const struct cqa_engine_run *run = at->run;
    const size_t index = at->item->parts[0].of.index;
    const char *period = cqa_period_examples[run->scheme->period];

    cqa_run_assume(at->run, at->sheet, run->scheme->indicators[index].assumed);
    return cqa_figure_over(at->item, &at->sheet->figures[index],
                           cqa_period_part_count(period, run->scheme->indicators[index].period),
                           &at->run->text);
}

/* ---- an item */

/* Weights that come from data must sum to what was declared. */
static int weights_fit(struct evaluation *at, struct cqa_subject *subject)
{
    const struct cqa_scheme_item *item = at->item;
    struct cqa_rational sum = cqa_rational_whole(0);
    char text[2][CQA_RATIONAL_TEXT];

    if (item->type != CQA_ITEM_WEIGHTED)
        return 1;
    for (size_t i = 0; i < item->part_count; i++)
        sum = cqa_rational_add(sum, value_of(at, item->parts[i].weighs));
    if (cqa_rational_valid(sum) && cqa_rational_compare(sum, item->weights_sum) == 0)
        return 1;
    cqa_run_fault(at->run, subject, item->id, subject->first,
                  "agent \"%s\": the weights of \"%s\" sum to %s; allowed: %s",
                  subject->sheet.agent, item->id,
                  cqa_rational_valid(sum) ? cqa_rational_exact(sum, text[0]) : "–",
                  cqa_rational_exact(item->weights_sum, text[1]));
    return 0;
}

/* Never below the floor, never above the ceiling. */
static struct cqa_rational within(struct evaluation *at, struct cqa_rational points)
{
    const struct cqa_scheme_item *item = at->item;
    const struct cqa_rational before = points;

    if (!cqa_rational_valid(points))
        return points;
    if (cqa_rational_valid(item->floor) && cqa_rational_compare(points, item->floor) < 0)
        points = item->floor;
    if (cqa_rational_valid(item->ceiling) && cqa_rational_compare(points, item->ceiling) > 0)
        points = item->ceiling;
    if (cqa_rational_compare(before, points) != 0) {
        say(at, " → ");
        say_number(at, points);
    }
    return points;
}

struct cqa_rational cqa_run_rounded(struct cqa_engine_run *run, const struct cqa_scheme_item *item,
                                    struct cqa_rational points)
{
    char text[CQA_RATIONAL_TEXT];

    if (item->round_places == CQA_NOWHERE || !cqa_rational_valid(points))
        return points;
    const struct cqa_rational rounded = cqa_rational_round(points, item->round_places);
    if (cqa_rational_valid(rounded) && cqa_rational_compare(points, rounded) != 0)
        cqa_buffer_print(&run->text, " ≈ %s", cqa_rational_exact(rounded, text));
    return rounded;
}

/* `passed`, where it is not NULL: whether a threshold was met. */
static struct cqa_rational points_of(struct evaluation *at, struct cqa_rational value, int *passed)
{
    switch (at->item->type) {
    case CQA_ITEM_VALUE:
        return points_value(at, value);
    case CQA_ITEM_SUM:
    case CQA_ITEM_WEIGHTED:
        return points_parts(at);
    case CQA_ITEM_MEAN:
        return points_mean(at);
    case CQA_ITEM_BANDS:
        return points_bands(at, value);
    case CQA_ITEM_LINEAR:
        return points_linear(at, value);
    case CQA_ITEM_THRESHOLD:
        return points_threshold(at, value, passed);
    case CQA_ITEM_OCCURRENCES:
        return points_occurrences(at);
    case CQA_ITEM_RATIO:
        return points_ratio(at, value);
    case CQA_ITEM_PRODUCT:
        return points_product(at);
    case CQA_ITEM_MIN:
        return points_extreme(at, -1);
    case CQA_ITEM_MAX:
        return points_extreme(at, 1);
    case CQA_ITEM_IF:
        return points_if(at, value);
    case CQA_ITEM_PARTS:
        return points_over_parts(at);
    case CQA_ITEM_TEAM_MEAN: /* teams.c */
    case CQA_ITEM_TYPE_COUNT:
        break;
    }
    return cqa_rational_none();
}

/* The months of a figure that an item scores one by one: bands and slopes do not survive a mean
 * taken before them. */
static const struct cqa_figure *monthly_figure(const struct evaluation *at)
{
    const enum cqa_item_type type = at->item->type;
    const struct cqa_ref ref = at->item->parts[0].of;

    if (ref.kind != CQA_REF_INDICATOR ||
        (type != CQA_ITEM_BANDS && type != CQA_ITEM_LINEAR && type != CQA_ITEM_VALUE))
        return NULL;
    return at->sheet->figures[ref.index].month_count > 1 ? &at->sheet->figures[ref.index] : NULL;
}

static struct cqa_rational points_by_month(struct evaluation *at, const struct cqa_figure *figure)
{
    struct cqa_rational sum = cqa_rational_whole(0);

    cqa_run_assume(at->run, at->sheet,
                   at->run->scheme->indicators[at->item->parts[0].of.index].assumed);
    say(at, "(");
    for (size_t i = 0; i < figure->month_count; i++) {
        cqa_buffer_print(&at->run->text, "%s%s: ", i ? "; " : "", figure->months[i].period);
        sum = cqa_rational_add(sum, within(at, points_of(at, figure->months[i].value, NULL)));
    }
    cqa_buffer_print(&at->run->text, ") ÷ %zu", figure->month_count);
    return cqa_rational_divide(sum, cqa_rational_whole((int64_t)figure->month_count));
}

static void evaluate(struct evaluation *at, struct cqa_subject *subject,
                     struct cqa_item_points *points)
{
    const struct cqa_scheme_item *item = at->item;
    const struct cqa_figure *monthly = monthly_figure(at);

    points->passed = CQA_NOWHERE;
    points->value = cqa_rational_none();
    if (!all_there(at) || !weights_fit(at, subject))
        return;
    if (monthly != NULL)
        points->value = points_by_month(at, monthly);
    else
        points->value = within(at, points_of(at, value_of(at, item->parts[0].of), &points->passed));
    points->value = cqa_run_rounded(at->run, item, points->value);
    points->how = cqa_run_text(at->run);
    cqa_run_assume(at->run, at->sheet, item->assumed);
    if (!cqa_rational_valid(points->value))
        cqa_run_fault(at->run, subject, item->id, subject->first,
                      "agent \"%s\": \"%s\" cannot be computed: no row of the scheme takes %p, or "
                      "the number is too "
                      "large",
                      subject->sheet.agent, item->id,
                      points->how ? cqa_words("%s", points->how) : cqa_words("it"));
}

void cqa_run_items(struct cqa_engine_run *run, struct cqa_subject *subject, size_t first,
                   size_t end)
{
    struct evaluation at = {.run = run, .sheet = &subject->sheet};

    for (size_t i = first; i < end && !subject->blocked; i++) {
        at.item = &run->scheme->items[i];
        evaluate(&at, subject, &subject->sheet.points[i]);
    }
}

void cqa_run_lines(struct cqa_engine_run *run, struct cqa_subject *subject)
{
    const struct cqa_scheme *scheme = run->scheme;
    struct cqa_sheet *sheet = &subject->sheet;

    for (size_t i = 0; i < scheme->line_count; i++) {
        const struct cqa_line_spec *spec = &scheme->lines[i];
        struct evaluation at = {run, sheet, &scheme->items[spec->item]};
        if (spec->part == CQA_NOWHERE) {
            sheet->lines[i] = sheet->points[spec->item];
            continue;
        }
        const struct cqa_part *part = &at.item->parts[spec->part];
        sheet->lines[i].passed = CQA_NOWHERE;
        sheet->lines[i].value =
            is_there(&at, part->of) ? part_points(&at, part) : cqa_rational_none();
    }
}
