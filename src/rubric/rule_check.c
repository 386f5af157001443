/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/rule.h"

#include <math.h>
#include <string.h>

enum {
    BACKCHANNEL_MS_MOST = 1000, /* the contract: that turn is at most 1 s */
    RESPONSE_MS_BELOW = 3000    /* the contract: a longer gap is a silence */
};

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

static int is_response(const struct cqa_rule *rule)
{
    return rule->source == CQA_RULE_MEASURE &&
           strncmp(cqa_measure_infos[rule->measure].name, "response_", strlen("response_")) == 0;
}

static void name_no_response(const struct cqa_rubric_reader *reader,
                             const struct cqa_yaml_node *where)
{
    cqa_yaml_problem(where, reader->problems,
                     "never fires: a gap of %dms is a silence, and no response", RESPONSE_MS_BELOW);
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
    else if (is_response(rule) && rule->at_least >= RESPONSE_MS_BELOW)
        name_no_response(reader, place(where, "at_least"));
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

/* By its definition a backchannel's turn is at most 1 s, and it lies within that turn. */
static void check_backchannel(const struct cqa_rubric_reader *reader,
                              const struct cqa_yaml_node *node, const struct cqa_rule *rule)
{
    if (rule->type == CQA_EVENT_OVERTALK && rule->match.kinds == 1u << CQA_KIND_BACKCHANNEL &&
        rule->at_least > BACKCHANNEL_MS_MOST)
        cqa_yaml_problem(place(place(node, "where"), "at_least"), reader->problems,
                         "never fires: a backchannel lasts at most %dms", BACKCHANNEL_MS_MOST);
}

/* Who judges people by how they sound judges sex, age and origin: such a number may be shown, and
 * listened to, but not charged. */
static void check_voice(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                        const struct cqa_rule *rule)
{
    static const char *const voices[] = {"pitch_", "raised_voice_", "syllable_rate_"};
    const char *name = cqa_measure_infos[rule->measure].name;
    int64_t least;
    int64_t most;

    cqa_rule_range(rule, CQA_POINTS_MAX, &least, &most);
    if (most == 0 && !rule->automatic_fail)
        return;
    for (size_t i = 0; i < sizeof voices / sizeof *voices; i++)
        if (strncmp(name, voices[i], strlen(voices[i])) == 0)
            cqa_yaml_problem(place(node, "measure"), reader->problems,
                             "%s tells how a voice sounds, which nobody is charged for; allowed: "
                             "\"points: note\"",
                             name);
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
        if (is_response(rule) && points->steps[i].from >= RESPONSE_MS_BELOW)
            name_no_response(reader, cqa_yaml_item(list, i));
        else if (points->steps[i].from >= rule->below)
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
        check_backchannel(reader, node, rule);
        check_mono(reader, node, rule);
    }
    if (rule->source == CQA_RULE_MEASURE) {
        check_measure(reader, node, rule);
        check_voice(reader, node, rule);
    }
    check_bounds(reader, node, rule);
    check_points(reader, node, rule);
}

static int always_with(const struct cqa_rule *a, const struct cqa_rule *b)
{
    const struct cqa_match *x = &a->match;
    const struct cqa_match *y = &b->match;

    return a->source == CQA_RULE_EVENT && b->source == CQA_RULE_EVENT && a->type == b->type &&
           !(a->at_least < b->at_least) && !(a->at_least > b->at_least) && !(a->below < b->below) &&
           !(a->below > b->below) && a->except_count == 0 && b->except_count == 0 &&
           x->causes == y->causes && x->kinds == y->kinds && x->by == y->by &&
           x->sides == y->sides && x->phases == y->phases &&
           x->min_confidence == y->min_confidence && x->in_first_ms == y->in_first_ms &&
           x->not_in_first_ms == y->not_in_first_ms && x->in_last_ms == y->in_last_ms &&
           x->not_in_last_ms == y->not_in_last_ms;
}

/* Do both charge for one event at a time? A rule on their number is another thing. */
static int charges_each(const struct cqa_rule *rule)
{
    return rule->points.mode == CQA_POINTS_EACH || rule->points.mode == CQA_POINTS_PER_MINUTE ||
           rule->points.mode == CQA_POINTS_STEPS;
}

void cqa_rules_check(const struct cqa_rubric_reader *reader, const struct cqa_rubric *rubric)
{
    for (size_t i = 0; i < rubric->rule_count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct cqa_rule *rule = &rubric->rules[i];
            const struct cqa_rule *before = &rubric->rules[k];
            if (charges_each(rule) && charges_each(before) && always_with(rule, before) &&
                !rule->count_same_event && !before->count_same_event)
                cqa_yaml_problem(rule->node, reader->problems,
                                 "fires on every event that \"%s\" (line %zu) fires on, and only "
                                 "the dearer of them counts; allowed: one rule, or \"same_event: "
                                 "count\"",
                                 before->id, cqa_yaml_line(before->node));
        }
}
