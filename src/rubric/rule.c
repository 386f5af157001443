/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/rule.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 1000, CONDITIONS_MAX = 50 };
static const int64_t LENGTH_MS_MAX = 86400000;

const char *const cqa_severity_words[CQA_SEVERITY_COUNT + 1] = {"note", "minor", "major",
                                                                "critical", NULL};

enum cqa_aspect cqa_rule_aspect(const struct cqa_rule *rule)
{
    return rule->source == CQA_RULE_EVENT ? cqa_event_aspects[rule->type]
                                          : cqa_measure_infos[rule->measure].aspect;
}

/* ---- what the rule looks for */

/* Letters to change, insert or drop to get from one name to the other. */
static size_t distance(const char *left, const char *right)
{
    enum { LONGEST = 63 };
    size_t row[LONGEST + 1];
    const size_t count = strlen(right);

    if (count > LONGEST)
        return SIZE_MAX;
    for (size_t i = 0; i <= count; i++)
        row[i] = i;
    for (size_t i = 1; left[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= count; j++) {
            const size_t changed = diagonal + (left[i - 1] != right[j - 1]);
            const size_t shorter = row[j - 1] < row[j] ? row[j - 1] : row[j];
            diagonal = row[j];
            row[j] = changed < shorter + 1 ? changed : shorter + 1;
        }
    }
    return row[count];
}

static const char *nearest_measure(const char *name)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX;

    for (int i = 0; i < CQA_MEASURE_COUNT; i++) {
        const size_t away = distance(name, cqa_measure_infos[i].name);
        if (away < least) {
            least = away;
            nearest = cqa_measure_infos[i].name;
        }
    }
    return nearest;
}

static int read_measure(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                        struct cqa_rule *out)
{
    const char *name;

    if (!cqa_yaml_get_string(node, "measure", 1, &name, reader->problems))
        return 0;
    out->measure = cqa_measure_find(name);
    if (out->measure != CQA_MEASURE_COUNT)
        return 1;
    cqa_yaml_problem(cqa_yaml_find(node, "measure"), reader->problems,
                     "unknown measure \"%.80s\"; nearest: %s (docs/rubrics.md lists all)", name,
                     nearest_measure(name));
    return 0;
}

/* Exactly one of on, measure, manual. 0 when the rest of the rule cannot be judged without it. */
static int read_source(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                       struct cqa_rule *out)
{
    const int on = cqa_yaml_find(node, "on") != NULL;
    const int measure = cqa_yaml_find(node, "measure") != NULL;
    int manual = 0;
    int type;

    if (cqa_yaml_get_bool(node, "manual", 0, &manual, reader->problems) && !manual)
        cqa_yaml_problem(cqa_yaml_find(node, "manual"), reader->problems,
                         "\"manual\" must be true or left out");
    if (on + measure + (cqa_yaml_find(node, "manual") != NULL) != 1) {
        cqa_yaml_problem(node, reader->problems,
                         "a rule has exactly one of: on (an event), measure, manual: true");
        return 0;
    }
    if (on) {
        out->source = CQA_RULE_EVENT;
        if (!cqa_yaml_get_word(node, "on", 1, cqa_event_type_words, &type, reader->problems))
            return 0;
        out->type = (enum cqa_event_type)type;
        return 1;
    }
    out->source = measure ? CQA_RULE_MEASURE : CQA_RULE_MANUAL;
    return !measure || read_measure(reader, node, out);
}

/* ---- where */

static const char *const overtalk_kinds[] = {"unknown", "backchannel", "interruption", "other",
                                             NULL};
static const char *const hold_kinds[] = {"music", "beep", "mute", "announcement", NULL};
static const char *const parties[] = {"unknown", "agent", "customer", NULL};
static const char *const phases[] = {"unknown", "queue", "talk", NULL};

/* The keys of "where" by type: what such an event has, then what every event has. */
#define COMMON_KEYS                                                                                \
    "at_least", "below", "min_confidence", "in_first", "not_in_first", "in_last", "not_in_last",   \
        NULL
static const char *const silence_keys[] = {"cause", COMMON_KEYS};
static const char *const overtalk_keys[] = {"by", "kind", COMMON_KEYS};
static const char *const hold_keys[] = {"kind", "side", "phase", COMMON_KEYS};
static const char *const side_keys[] = {"side", COMMON_KEYS};
static const char *const measure_keys[] = {"at_least", "below", NULL};

static const char *const *where_keys(const struct cqa_rule *rule)
{
    if (rule->source == CQA_RULE_MEASURE)
        return measure_keys;
    switch (rule->type) {
    case CQA_EVENT_SILENCE:
        return silence_keys;
    case CQA_EVENT_OVERTALK:
        return overtalk_keys;
    case CQA_EVENT_HOLD:
        return hold_keys;
    default:
        return side_keys;
    }
}

static void read_match(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *where,
                       struct cqa_rule *out)
{
    struct cqa_match *match = &out->match;
    struct cqa_problems *problems = reader->problems;
    int64_t confidence;

    switch (out->type) {
    case CQA_EVENT_SILENCE:
        match->causes = cqa_words_read(reader, where, "cause", cqa_event_cause_words + 1,
                                       CQA_CAUSE_UNEXPLAINED);
        break;
    case CQA_EVENT_OVERTALK:
        match->by = cqa_words_read(reader, where, "by", parties, CQA_PARTY_NONE);
        match->kinds = cqa_words_read(reader, where, "kind", overtalk_kinds, CQA_KIND_NONE);
        break;
    case CQA_EVENT_HOLD:
        match->kinds = cqa_words_read(reader, where, "kind", hold_kinds, CQA_KIND_MUSIC);
        match->phases = cqa_words_read(reader, where, "phase", phases, CQA_PHASE_NONE);
        match->sides = cqa_words_read(reader, where, "side", parties, CQA_PARTY_NONE);
        break;
    default:
        match->sides = cqa_words_read(reader, where, "side", parties, CQA_PARTY_NONE);
        break;
    }
    if (cqa_hundredths_read(reader, where, "min_confidence", 0, 0, 100, &confidence))
        match->min_confidence = (int)confidence;
    cqa_yaml_get_duration(where, "in_first", 0, 1, LENGTH_MS_MAX, &match->in_first_ms, problems);
    cqa_yaml_get_duration(where, "not_in_first", 0, 1, LENGTH_MS_MAX, &match->not_in_first_ms,
                          problems);
    cqa_yaml_get_duration(where, "in_last", 0, 1, LENGTH_MS_MAX, &match->in_last_ms, problems);
    cqa_yaml_get_duration(where, "not_in_last", 0, 1, LENGTH_MS_MAX, &match->not_in_last_ms,
                          problems);
}

/* at_least and below: lengths of time for events and for measures in ms, else plain numbers. */
static void read_bound(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *where,
                       const char *key, const struct cqa_rule *rule, double *out)
{
    int64_t length_ms;

    if (rule->source == CQA_RULE_MEASURE &&
        strcmp(cqa_measure_infos[rule->measure].unit, "ms") != 0)
        cqa_yaml_get_number(where, key, 0, -1e9, 1e9, out, reader->problems);
    else if (cqa_yaml_get_duration(where, key, 0, 0, LENGTH_MS_MAX, &length_ms, reader->problems))
        *out = (double)length_ms;
}

static void read_where(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                       struct cqa_rule *out)
{
    const struct cqa_yaml_node *where =
        cqa_yaml_want(node, "where", CQA_YAML_MAP, 0, reader->problems);

    if (where == NULL)
        return;
    cqa_yaml_only(where, where_keys(out), reader->problems);
    read_bound(reader, where, "at_least", out, &out->at_least);
    read_bound(reader, where, "below", out, &out->below);
    if (out->source == CQA_RULE_EVENT)
        read_match(reader, where, out);
}

/* ---- the rest */

static void read_except(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                        struct cqa_rule *out)
{
    const struct cqa_yaml_node *list =
        cqa_yaml_want(node, "except", CQA_YAML_LIST, 0, reader->problems);
    const size_t count = list == NULL ? 0 : cqa_yaml_count(list);

    if (list == NULL)
        return;
    if (count == 0 || count > CONDITIONS_MAX) {
        cqa_yaml_problem(list, reader->problems, "%zu exceptions; allowed: 1 to %d", count,
                         CONDITIONS_MAX);
        return;
    }
    out->except = cqa_arena_alloc(reader->arena, count * sizeof *out->except);
    if (out->except == NULL) {
        cqa_yaml_problem(list, reader->problems, "out of memory");
        return;
    }
    for (size_t i = 0; i < count; i++)
        cqa_condition_read(reader, cqa_yaml_item(list, i), &out->except[i]);
    out->except_count = count;
}

static void read_text(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                      struct cqa_rule *out)
{
    const struct cqa_yaml_node *text = cqa_yaml_find(node, "text");

    if (cqa_yaml_get_text(node, "text", 1, &out->text, reader->problems) &&
        (strlen(out->text.en) > TEXT_BYTES_MAX || strlen(out->text.zh) > TEXT_BYTES_MAX))
        cqa_yaml_problem(text, reader->problems, "a text is at most %d bytes", TEXT_BYTES_MAX);
    if (!cqa_yaml_get_text(node, "title", 0, &out->title, reader->problems))
        out->title = out->text;
}

static void read_flags(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                       struct cqa_rule *out)
{
    static const char *const words[] = {"skip", "count", NULL};
    int severity = CQA_SEVERITY_MINOR;

    cqa_yaml_get_word(node, "severity", 0, cqa_severity_words, &severity, reader->problems);
    out->severity = (enum cqa_severity)severity;
    cqa_yaml_get_bool(node, "automatic_fail", 0, &out->automatic_fail, reader->problems);
    cqa_yaml_get_word(node, "degraded", 0, words, &out->count_degraded, reader->problems);
    cqa_yaml_get_word(node, "mono", 0, words, &out->count_mono, reader->problems);
    cqa_yaml_get_word(node, "same_event", 0, words, &out->count_same_event, reader->problems);
    cqa_yaml_get_whole(node, "allowed", 0, 0, 100000, &out->allowed, reader->problems);
    cqa_hundredths_read(reader, node, "cap", 0, 1, CQA_POINTS_MAX, &out->cap);
}

#define EVERY_KEY "id", "title", "text", "severity", "points", "range", "cap", "automatic_fail"
static const char *const rule_keys[3][18] = {
    {EVERY_KEY, "on", "where", "allowed", "degraded", "mono", "same_event", "except", NULL},
    {EVERY_KEY, "measure", "where", "degraded", "except", NULL},
    {EVERY_KEY, "manual", NULL},
};

void cqa_rule_read(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                   struct cqa_rule *rule)
{
    *rule = (struct cqa_rule){.node = node,
                              .id = "",
                              .at_least = -INFINITY,
                              .below = INFINITY,
                              .cap = CQA_NO_CAP,
                              .range_least = -1};
    rule->match = (struct cqa_match){.min_confidence = 50,
                                     .in_first_ms = -1,
                                     .not_in_first_ms = -1,
                                     .in_last_ms = -1,
                                     .not_in_last_ms = -1};
    if (cqa_yaml_kind(node) != CQA_YAML_MAP) {
        cqa_yaml_problem(node, reader->problems, "a rule must be a map (key: value)");
        return;
    }
    cqa_id_read(reader, node, "id", &rule->id);
    read_text(reader, node, rule);
    read_flags(reader, node, rule);
    if (!read_source(reader, node, rule))
        return;
    const size_t before = reader->problems->count;
    cqa_yaml_only(node, rule_keys[rule->source], reader->problems);
    cqa_text_check(reader, cqa_yaml_find(node, "text"), rule);
    read_where(reader, node, rule);
    read_except(reader, node, rule);
    cqa_points_read(reader, node, rule);
    cqa_decided_range_read(reader, node, rule);
    if (reader->problems->count == before)
        cqa_rule_check(reader, node, rule);
}
