/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/rule.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STEPS_MAX = 50 };
static const int64_t LENGTH_MS_MAX = 86400000;

static int is_in_ms(const struct cqa_rule *rule)
{
    return rule->source == CQA_RULE_EVENT ||
           strcmp(cqa_measure_infos[rule->measure].unit, "ms") == 0;
}

/* "from" in the unit of what is stepped: events, milliseconds or the measure's own. */
static int read_from(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                     const struct cqa_rule *rule, double *out)
{
    int64_t whole;

    if (rule->points.mode == CQA_POINTS_BY_COUNT) {
        if (!cqa_yaml_get_whole(node, "from", 1, 1, 100000, &whole, reader->problems))
            return 0;
    } else if (is_in_ms(rule)) {
        if (!cqa_yaml_get_duration(node, "from", 1, 0, LENGTH_MS_MAX, &whole, reader->problems))
            return 0;
    } else {
        return cqa_yaml_get_number(node, "from", 1, -1e9, 1e9, out, reader->problems);
    }
    *out = (double)whole;
    return 1;
}

static int read_step(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                     const struct cqa_rule *rule, struct cqa_step *out)
{
    static const char *const known[] = {"from", "points", NULL};
    const struct cqa_yaml_node *points = cqa_yaml_find(node, "points");

    *out = (struct cqa_step){0};
    if (cqa_yaml_kind(node) != CQA_YAML_MAP) {
        cqa_yaml_problem(node, reader->problems, "a step must be {from: …, points: …}");
        return 0;
    }
    cqa_yaml_only(node, known, reader->problems);
    out->is_note = points != NULL && cqa_yaml_text(points) != NULL &&
                   strcmp(cqa_yaml_text(points), "note") == 0;
    const int is_from = read_from(reader, node, rule, &out->from);
    return (out->is_note ||
            cqa_hundredths_read(reader, node, "points", 1, 1, CQA_POINTS_MAX, &out->points)) &&
           is_from;
}

static void check_order(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                        const struct cqa_step *before, const struct cqa_step *step)
{
    if (step->from <= before->from)
        cqa_yaml_problem(node, reader->problems,
                         "steps must ascend: this \"from\" is not above the one before");
    else if (step->points < before->points || (step->is_note && !before->is_note))
        cqa_yaml_problem(node, reader->problems,
                         "a later step must not cost less than the one before");
}

static void read_steps(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *map,
                       const char *key, struct cqa_rule *rule)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(map, key, CQA_YAML_LIST, 1, reader->problems);
    const size_t count = list == NULL ? 0 : cqa_yaml_count(list);

    if (list == NULL)
        return;
    if (count == 0 || count > STEPS_MAX) {
        cqa_yaml_problem(list, reader->problems, "%zu steps; allowed: 1 to %d", count, STEPS_MAX);
        return;
    }
    struct cqa_step *steps = cqa_arena_alloc(reader->arena, count * sizeof *steps);
    if (steps == NULL) {
        cqa_yaml_problem(list, reader->problems, "out of memory");
        return;
    }
    int was_read = 0; /* the step before this one */
    for (size_t i = 0; i < count; i++) {
        const struct cqa_yaml_node *item = cqa_yaml_item(list, i);
        const int is_read = read_step(reader, item, rule, &steps[i]);
        if (is_read && was_read)
            check_order(reader, item, &steps[i - 1], &steps[i]);
        was_read = is_read;
    }
    rule->points.steps = steps;
    rule->points.step_count = count;
}

static void read_per_minute(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *map,
                            struct cqa_rule *rule)
{
    static const char *const words[] = {"pro_rata", "started", NULL};

    if (!is_in_ms(rule))
        cqa_yaml_problem(map, reader->problems, "%s is no length of time: \"per_minute\" needs one",
                         cqa_measure_infos[rule->measure].name);
    cqa_hundredths_read(reader, map, "per_minute", 1, 1, CQA_POINTS_MAX, &rule->points.points);
    cqa_yaml_get_word(map, "minutes", 1, words, &rule->points.started_minute, reader->problems);
    cqa_yaml_get_duration(map, "after", 0, 0, LENGTH_MS_MAX, &rule->points.after_ms,
                          reader->problems);
}

static void read_range(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *map,
                       int64_t most_least, int64_t *least, int64_t *most)
{
    if (cqa_hundredths_read(reader, map, "least", 1, 0, CQA_POINTS_MAX, least) &&
        cqa_hundredths_read(reader, map, "most", 1, most_least, CQA_POINTS_MAX, most) &&
        *least > *most)
        cqa_yaml_problem(map, reader->problems, "\"least\" is above \"most\"");
}

void cqa_decided_range_read(const struct cqa_rubric_reader *reader,
                            const struct cqa_yaml_node *rule_node, struct cqa_rule *rule)
{
    static const char *const known[] = {"least", "most", NULL};
    const struct cqa_yaml_node *map =
        cqa_yaml_want(rule_node, "range", CQA_YAML_MAP, 0, reader->problems);

    if (map == NULL)
        return;
    cqa_yaml_only(map, known, reader->problems);
    read_range(reader, map, 0, &rule->range_least, &rule->range_most);
}

/* The ways to cost points: the key that names each, what else may stand beside it, and for which
 * rules it is. */
static const struct way {
    const char *key;
    const char *known[6];
    enum cqa_points_mode mode;
    int of_source[3]; /* event, measure, manual */
} ways[] = {
    {"each", {"each", "min_confidence", NULL}, CQA_POINTS_EACH, {1, 0, 1}},
    {"once", {"once", "min_confidence", NULL}, CQA_POINTS_ONCE, {1, 1, 0}},
    {"per_minute",
     {"per_minute", "minutes", "after", "min_confidence", NULL},
     CQA_POINTS_PER_MINUTE,
     {1, 1, 0}},
    {"steps", {"steps", "min_confidence", NULL}, CQA_POINTS_STEPS, {1, 1, 0}},
    {"by_count", {"by_count", "min_confidence", NULL}, CQA_POINTS_BY_COUNT, {1, 0, 0}},
    {"least", {"least", "most", NULL}, CQA_POINTS_RANGE, {0, 0, 1}},
};
static const char *const ways_allowed[] = {
    CQA_N("note, or a map with one of: each, once, per_minute, steps, by_count"),
    CQA_N("note, or a map with one of: once, per_minute, steps"),
    CQA_N("a map with each, or least and most")};

static const struct way *find_way(const struct cqa_yaml_node *map, enum cqa_rule_source source)
{
    const struct way *found = NULL;

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (cqa_yaml_find(map, ways[i].key) == NULL)
            continue;
        if (found != NULL || !ways[i].of_source[source])
            return NULL;
        found = &ways[i];
    }
    return found;
}

static void read_way(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *map,
                     const struct way *way, struct cqa_rule *rule)
{
    struct cqa_points *out = &rule->points;
    int64_t confidence;

    cqa_yaml_only(map, way->known, reader->problems);
    out->mode = way->mode;
    switch (way->mode) {
    case CQA_POINTS_STEPS:
    case CQA_POINTS_BY_COUNT:
        read_steps(reader, map, way->key, rule);
        break;
    case CQA_POINTS_PER_MINUTE:
        read_per_minute(reader, map, rule);
        break;
    case CQA_POINTS_RANGE:
        read_range(reader, map, 1, &out->least, &out->most);
        break;
    default:
        cqa_hundredths_read(reader, map, way->key, 1, 1, CQA_POINTS_MAX, &out->points);
        break;
    }
    if (!cqa_hundredths_read(reader, map, "min_confidence", 0, 0, 100, &confidence))
        return;
    out->min_confidence = (int)confidence;
    if (rule->source != CQA_RULE_EVENT)
        cqa_yaml_problem(cqa_yaml_find(map, "min_confidence"), reader->problems,
                         "\"min_confidence\" is for rules on events: only these have a confidence");
}

void cqa_points_read(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *rule_node,
                     struct cqa_rule *rule)
{
    const struct cqa_yaml_node *node = cqa_yaml_find(rule_node, "points");
    const char *text = node == NULL ? NULL : cqa_yaml_text(node);

    rule->points.mode = CQA_POINTS_NOTE;
    if (node == NULL) {
        if (!rule->automatic_fail || rule->source == CQA_RULE_MANUAL)
            cqa_yaml_problem(rule_node, reader->problems, "\"points\" is missing; allowed: %p",
                             cqa_words_named(ways_allowed[rule->source]));
        return;
    }
    if (text != NULL && strcmp(text, "note") == 0 && rule->source != CQA_RULE_MANUAL)
        return;
    const struct way *way =
        cqa_yaml_kind(node) == CQA_YAML_MAP ? find_way(node, rule->source) : NULL;
    if (way == NULL)
        cqa_yaml_problem(node, reader->problems, "\"points\" must be %p",
                         cqa_words_named(ways_allowed[rule->source]));
    else
        read_way(reader, node, way, rule);
}

static void steps_range(const struct cqa_points *points, int64_t *least, int64_t *most)
{
    *least = 0;
    *most = 0;
    for (size_t i = 0; i < points->step_count; i++) {
        if (points->steps[i].is_note)
            continue;
        if (*most == 0)
            *least = points->steps[i].points;
        *most = points->steps[i].points;
    }
}

void cqa_rule_range(const struct cqa_rule *rule, int64_t most_of_all, int64_t *least, int64_t *most)
{
    const struct cqa_points *points = &rule->points;

    switch (points->mode) {
    case CQA_POINTS_NOTE:
        *least = *most = 0;
        break;
    case CQA_POINTS_EACH:
    case CQA_POINTS_ONCE:
        *least = *most = points->points;
        break;
    case CQA_POINTS_PER_MINUTE:
        *least = points->started_minute ? points->points : 0;
        *most = rule->cap != CQA_NO_CAP ? rule->cap : most_of_all;
        break;
    case CQA_POINTS_RANGE:
        *least = points->least;
        *most = points->most;
        break;
    default:
        steps_range(points, least, most);
        break;
    }
}

void cqa_rule_decided_range(const struct cqa_rule *rule, int64_t most_of_all, int64_t *least,
                            int64_t *most)
{
    cqa_rule_range(rule, most_of_all, least, most);
    if (rule->range_least >= 0) {
        *least = rule->range_least;
        *most = rule->range_most;
    } else if (rule->points.mode != CQA_POINTS_RANGE) {
        *least = 0;
    }
}
