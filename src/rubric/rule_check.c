/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/rule.h"

#include <math.h>
#include <string.h>

/* A problem at the key's value, or at the rule where the key is not given. */
static const struct cqa_yaml_node *place(const struct cqa_yaml_node *node, const char *key)
{
    const struct cqa_yaml_node *value = cqa_yaml_find(node, key);

    return value != NULL ? value : node;
}

/* What an event of this type lasts at least, by its definition; 0: anything. */
static int64_t shortest_ms(enum cqa_event_type type)
{
    switch (type) {
    case CQA_EVENT_SILENCE:
        return 3000;
    case CQA_EVENT_OVERTALK:
        return 200;
    case CQA_EVENT_HOLD:
        return 5000;
    default:
        return 0;
    }
}

static void check_bounds(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                         const struct cqa_rule *rule)
{
    const struct cqa_yaml_node *where = place(node, "where");
    const int is_ratio = rule->source == CQA_RULE_MEASURE &&
                         strcmp(cqa_measure_infos[rule->measure].unit, "ratio") == 0;

    if (rule->at_least >= rule->below)
        cqa_yaml_problem(place(where, "below"), reader->problems,
                         "never fires: \"below\" must be greater than \"at_least\"");
    else if (rule->source == CQA_RULE_EVENT && rule->below <= (double)shortest_ms(rule->type))
        cqa_yaml_problem(place(where, "below"), reader->problems,
                         "never fires: every %s lasts %lldms or more",
                         cqa_event_type_words[rule->type], (long long)shortest_ms(rule->type));
    else if (is_ratio && (rule->at_least > 1 || rule->below <= 0))
        cqa_yaml_problem(where, reader->problems, "never fires: %s is a ratio from 0 to 1",
                         cqa_measure_infos[rule->measure].name);
}

static void check_places(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                         const struct cqa_match *match)
{
    const struct cqa_yaml_node *where = place(node, "where");

    if (match->in_first_ms >= 0 && match->not_in_first_ms >= match->in_first_ms)
        cqa_yaml_problem(place(where, "in_first"), reader->problems,
                         "never fires: \"in_first\" must be greater than \"not_in_first\"");
    if (match->in_last_ms >= 0 && match->not_in_last_ms >= match->in_last_ms)
        cqa_yaml_problem(place(where, "in_last"), reader->problems,
                         "never fires: \"in_last\" must be greater than \"not_in_last\"");
}

/* On mono nobody can tell whose doing an overtalk is. */
static void check_mono(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                       const struct cqa_rule *rule)
{
    const unsigned unknown = 1u;

    if (cqa_yaml_find(node, "mono") == NULL)
        return;
    if (rule->type != CQA_EVENT_OVERTALK)
        cqa_yaml_problem(place(node, "mono"), reader->problems,
                         "\"mono\" is for rules on overtalk; others count on mono unless "
                         "\"except\" says otherwise");
    else if (rule->count_mono && ((rule->match.by != 0 && (rule->match.by & unknown) == 0) ||
                                  (rule->match.kinds != 0 && (rule->match.kinds & unknown) == 0)))
        cqa_yaml_problem(place(node, "mono"), reader->problems,
                         "\"mono: count\" never fires: on mono \"by\" and \"kind\" are unknown");
}

static void check_steps(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                        const struct cqa_rule *rule)
{
    const struct cqa_points *points = &rule->points;
    const struct cqa_yaml_node *list = place(place(node, "points"), "steps");

    for (size_t i = 0; i < points->step_count; i++) {
        if (points->steps[i].from >= rule->below)
            cqa_yaml_problem(cqa_yaml_item(list, i), reader->problems,
                             "is never reached: \"below\" is not above it");
        else if (i + 1 < points->step_count && points->steps[i + 1].from <= rule->at_least)
            cqa_yaml_problem(cqa_yaml_item(list, i), reader->problems,
                             "is never reached: \"at_least\" leads past it to the next step");
    }
}

static void check_points(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                         const struct cqa_rule *rule)
{
    const struct cqa_points *points = &rule->points;
    int64_t least;
    int64_t most;

    cqa_rule_range(rule, CQA_POINTS_MAX, &least, &most);
    if (points->mode == CQA_POINTS_STEPS)
        check_steps(reader, node, rule);
    if (points->mode == CQA_POINTS_PER_MINUTE && (double)points->after_ms >= rule->below)
        cqa_yaml_problem(place(place(node, "points"), "after"), reader->problems,
                         "never costs anything: \"below\" is not above \"after\"");
    if (points->mode == CQA_POINTS_BY_COUNT && rule->allowed > 0)
        cqa_yaml_problem(place(node, "allowed"), reader->problems,
                         "\"allowed\" has no place beside \"by_count\": its first \"from\" says "
                         "how many are free");
    if (points->min_confidence > 0 && points->min_confidence < rule->match.min_confidence)
        cqa_yaml_problem(
            place(place(node, "points"), "min_confidence"), reader->problems,
            "has no effect: \"where\" already asks for more (0.5 unless it says otherwise)");
    if (rule->cap != CQA_NO_CAP && most == 0)
        cqa_yaml_problem(place(node, "cap"), reader->problems,
                         "a rule that only notes has nothing to cap");
    else if (rule->cap != CQA_NO_CAP && rule->cap < most)
        cqa_yaml_problem(place(node, "cap"), reader->problems,
                         "%g is under the %g that one deduction of this rule may cost",
                         (double)rule->cap / 100, (double)most / 100);
    if (most == 0 && rule->automatic_fail && cqa_yaml_find(node, "points") != NULL)
        cqa_yaml_problem(place(node, "automatic_fail"), reader->problems,
                         "a note cannot fail a call: leave \"points\" out, or give some");
}

/* A number that every call has would make every call pay. */
static void check_measure(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                          const struct cqa_rule *rule)
{
    const int is_graded = rule->points.mode == CQA_POINTS_STEPS || rule->points.after_ms > 0;

    if (!is_graded && isinf(rule->at_least) && isinf(rule->below))
        cqa_yaml_problem(
            node, reader->problems,
            "fires on every call: give \"where\" an at_least or below, or \"points\" steps");
}

void cqa_rule_check(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                    const struct cqa_rule *rule)
{
    if (rule->source == CQA_RULE_EVENT) {
        check_places(reader, node, &rule->match);
        check_mono(reader, node, rule);
    }
    if (rule->source == CQA_RULE_MEASURE)
        check_measure(reader, node, rule);
    check_bounds(reader, node, rule);
    check_points(reader, node, rule);
}
