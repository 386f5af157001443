/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/threshold.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rubric/rule.h"

enum { DAY_MS = 86400000, COUNT_MAX = 100000 };
static const double OTHER_MAX = 1e9;

struct list {
    struct cqa_threshold *items;
    size_t count;
    size_t capacity;
};

static void add(struct list *list, const char *kind, size_t number, const char *unit, double value,
                double least, double most)
{
    if (list->count == list->capacity)
        return;
    struct cqa_threshold *item = &list->items[list->count++];
    *item = (struct cqa_threshold){.unit = unit, .value = value, .least = least, .most = most};
    snprintf(item->name, sizeof item->name, strchr(kind, '.') ? "%s%zu" : "%s", kind, number);
}

/* Of lengths and values: their unit, and how far they go. */
struct scale {
    const char *unit;
    double least, most;
    double apart; /* between two steps */
};

static struct scale scale_of(const struct cqa_rule *rule)
{
    const char *unit =
        rule->source == CQA_RULE_EVENT ? "ms" : cqa_measure_infos[rule->measure].unit;

    if (strcmp(unit, "ms") == 0)
        return (struct scale){unit, 0, DAY_MS, 1};
    if (strcmp(unit, "ratio") == 0)
        return (struct scale){"share", 0, 1, 0};
    if (unit[0] == '\0')
        return (struct scale){"count", 0, COUNT_MAX, 1};
    return (struct scale){unit, -OTHER_MAX, OTHER_MAX, 0};
}

static int has_steps(const struct cqa_rule *rule)
{
    return rule->points.mode == CQA_POINTS_STEPS && rule->points.step_count > 0;
}

/* Where the rule begins: at what it asks for, or at its first step. */
static double begin_of(const struct cqa_rule *rule, const struct scale *scale)
{
    double begin = isfinite(rule->at_least) ? rule->at_least : scale->least;

    if (has_steps(rule) && rule->points.steps[0].from > begin)
        begin = rule->points.steps[0].from;
    return begin;
}

static void add_steps(struct list *list, const struct cqa_points *points, const char *kind,
                      size_t first, const struct scale *scale)
{
    for (size_t i = first; i < points->step_count; i++) {
        const double least = i == 0 ? 1 : points->steps[i - 1].from + scale->apart;
        const double most =
            i + 1 < points->step_count ? points->steps[i + 1].from - scale->apart : scale->most;
        add(list, kind, i, scale->unit, points->steps[i].from, least, most);
    }
}

static void add_bounds(struct list *list, const struct cqa_rule *rule)
{
    const struct scale scale = scale_of(rule);
    const int is_bounded = isfinite(rule->below);

    /* A measure that is only bounded from above has no beginning. */
    if (rule->source == CQA_RULE_EVENT || isfinite(rule->at_least) || has_steps(rule))
        add(list, "at_least", 0, scale.unit, begin_of(rule, &scale), scale.least,
            is_bounded ? rule->below - scale.apart : scale.most);
    if (is_bounded)
        add(list, "below", 0, scale.unit, rule->below,
            isfinite(rule->at_least) ? rule->at_least + scale.apart : scale.least, scale.most);
    if (has_steps(rule))
        add_steps(list, &rule->points, "step.", 1, &scale);
}

size_t cqa_thresholds(const struct cqa_rubric *rubric, size_t index, struct cqa_threshold *out,
                      size_t capacity)
{
    static const struct scale counts = {"count", 1, COUNT_MAX, 1};
    const struct cqa_rule *rule = &rubric->rules[index];
    struct list list = {out, 0, capacity};

    if (rule->source == CQA_RULE_MANUAL)
        return 0;
    add_bounds(&list, rule);
    if (rule->points.mode == CQA_POINTS_BY_COUNT)
        add_steps(&list, &rule->points, "count.", 0, &counts);
    if (rule->source == CQA_RULE_EVENT) {
        add(&list, "confidence", 0, "share", rule->match.min_confidence / 100.0, 0, 1);
        if (rule->points.mode != CQA_POINTS_NOTE)
            add(&list, "sure", 0, "share", rule->points.min_confidence / 100.0, 0, 1);
    }
    return list.count;
}

/* The first step follows, so that what begins earlier costs as the first step does. */
static void set_begin(struct cqa_rule *rule, double value)
{
    rule->at_least = value;
    if (has_steps(rule) && rule->points.steps[0].from > value)
        rule->points.steps[0].from = value;
}

static void set(struct cqa_rule *rule, const char *name, double value)
{
    const char *number = strchr(name, '.');

    if (number != NULL)
        rule->points.steps[strtoul(number + 1, NULL, 10)].from = value;
    else if (strcmp(name, "at_least") == 0)
        set_begin(rule, value);
    else if (strcmp(name, "below") == 0)
        rule->below = value;
    else if (strcmp(name, "confidence") == 0)
        rule->match.min_confidence = (int)lround(value * 100);
    else
        rule->points.min_confidence = (int)lround(value * 100);
}

enum cqa_status cqa_threshold_set(struct cqa_rubric *rubric, size_t index, const char *name,
                                  double value, struct cqa_error *error)
{
    struct cqa_threshold known[CQA_THRESHOLDS_MAX];
    const size_t count = cqa_thresholds(rubric, index, known, CQA_THRESHOLDS_MAX);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(known[i].name, name) != 0)
            continue;
        if (!(value >= known[i].least && value <= known[i].most))
            return cqa_fail(error, CQA_E_BADDATA, "%s: allowed are %.15g to %.15g", name,
                            known[i].least, known[i].most);
        set(&rubric->rules[index], name, value);
        return CQA_OK;
    }
    return cqa_fail(error, CQA_E_NOTFOUND, "rule %s has no threshold \"%.32s\"",
                    rubric->rules[index].id, name);
}
