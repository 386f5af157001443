/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RUBRIC_RULE_H
#define CQA_RUBRIC_RULE_H

#include <stddef.h>
#include <stdint.h>
#include "base/yaml.h"
#include "rubric/rubric.h"
#include "rubric/total.h"

/* A rubric as it is held in memory: private to this folder. Points are whole hundredths, never
 * binary fractions. */

enum { CQA_POINTS_MAX = 1000000 };

/* All that is given must hold. */
struct cqa_condition {
    int64_t shorter_than_ms; /* 0: not asked */
    const char **queues;
    size_t queue_count;
    unsigned directions; /* bit i: i-th of cqa_rubric_direction_words; 0: not asked */
    int mono;            /* -1: not asked */
    unsigned not_ok;     /* bit per aspect: at least one of them is not ok; 0: not asked */
};
extern const char *const cqa_rubric_direction_words[4];

struct cqa_exception {
    const char *id;
    struct cqa_text text;
    struct cqa_condition when;
};

enum cqa_rule_source { CQA_RULE_EVENT, CQA_RULE_MEASURE, CQA_RULE_MANUAL };

/* Which events. Bit sets: bit i is the i-th of the enum, bit 0 (NONE) "unknown"; 0: any. */
struct cqa_match {
    unsigned causes;
    unsigned kinds;
    unsigned by;
    unsigned sides;
    unsigned phases;
    int min_confidence;  /* hundredths */
    int64_t in_first_ms; /* -1: not asked, and so the three below */
    int64_t not_in_first_ms;
    int64_t in_last_ms;
    int64_t not_in_last_ms;
};

enum cqa_points_mode {
    CQA_POINTS_NOTE,
    CQA_POINTS_EACH,
    CQA_POINTS_ONCE,
    CQA_POINTS_PER_MINUTE,
    CQA_POINTS_STEPS,
    CQA_POINTS_BY_COUNT,
    CQA_POINTS_RANGE /* manual rules */
};

struct cqa_step {
    double from; /* ms, a number of events, or the measure's own unit */
    int64_t points;
    int is_note;
};

struct cqa_points {
    enum cqa_points_mode mode;
    int64_t points;     /* each, once, per minute */
    int started_minute; /* per minute: a minute that has begun counts whole, else in proportion */
    int64_t after_ms;   /* per minute: counted from here on */
    struct cqa_step *steps;
    size_t step_count;
    int64_t least; /* range */
    int64_t most;
    int min_confidence; /* hundredths; what is less sure is only noted */
};

struct cqa_rule {
    const struct cqa_yaml_node *node; /* as written */
    const char *id;
    struct cqa_text title;
    struct cqa_text text;
    enum cqa_severity severity;
    enum cqa_rule_source source;
    enum cqa_event_type type;
    enum cqa_measure_id measure;
    double at_least; /* of the event's ms, or the measure's value */
    double below;
    struct cqa_match match;
    struct cqa_points points;
    int64_t allowed;
    int64_t cap;         /* CQA_NO_CAP */
    int64_t range_least; /* what a person may change a deduction to; -1: as the points allow */
    int64_t range_most;
    int automatic_fail;
    int count_degraded;
    int count_mono;
    int count_same_event;         /* also where a dearer rule charges the same event */
    struct cqa_condition *except; /* any of them */
    size_t except_count;
};

struct cqa_rubric {
    struct cqa_arena arena;
    struct cqa_yaml *yaml; /* strings live here */
    const char *name;
    const char *version;
    struct cqa_text title;
    int64_t base;
    int64_t floor;
    int64_t cap;
    struct cqa_exception *exceptions;
    size_t exception_count;
    struct cqa_rule *rules;
    size_t rule_count;
};

/* What a file's reader needs everywhere. */
struct cqa_rubric_reader {
    struct cqa_arena *arena;
    struct cqa_problems *problems;
};

/* The aspect that a rule stands on. Not for manual rules. */
enum cqa_aspect cqa_rule_aspect(const struct cqa_rule *rule);

/* What one deduction of the rule may cost; `base` less `floor` where nothing else bounds it. */
void cqa_rule_range(const struct cqa_rule *rule, int64_t most_of_all, int64_t *least,
                    int64_t *most);

/* What a person may change one deduction of the rule to, and choose from when adding one. */
void cqa_rule_decided_range(const struct cqa_rule *rule, int64_t most_of_all, int64_t *least,
                            int64_t *most);

/* Reads one rule, adding all its problems. */
void cqa_rule_read(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                   struct cqa_rule *rule);

/* Reads the map under "points" into a rule whose source is known. */
void cqa_points_read(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *rule_node,
                     struct cqa_rule *rule);

/* Reads {least, most} under "range" of a rule, where it is given. */
void cqa_decided_range_read(const struct cqa_rubric_reader *reader,
                            const struct cqa_yaml_node *rule_node, struct cqa_rule *rule);

/* Adds what is wrong between two rules: those that always fire together. */
void cqa_rules_check(const struct cqa_rubric_reader *reader, const struct cqa_rubric *rubric);

/* Adds what is wrong between the fields of a rule that were each fine: contradictions, what can
 * never fire. */
void cqa_rule_check(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                    const struct cqa_rule *rule);

/* Reads {shorter_than, queue, direction, mono, not_ok}. */
void cqa_condition_read(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                        struct cqa_condition *out);
int cqa_condition_holds(const struct cqa_condition *condition,
                        const struct cqa_rubric_input *input);

/* A decimal of at most two places, as hundredths within [least, most]. 1 when it was read. */
int cqa_hundredths_read(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *map,
                        const char *key, int required, int64_t least, int64_t most, int64_t *out);

/* An id: lower-case letters, digits, '-' and '_', up to 64. */
int cqa_id_read(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *map,
                const char *key, const char **out);

/* One word or a list of them as a bit set; bit of word i is `first` + i. 0 when absent or wrong. */
unsigned cqa_words_read(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *map,
                        const char *key, const char *const *words, int first);

/* ---- texts */

struct cqa_fill {
    int64_t start_ms;
    int64_t end_ms;
    int64_t count;
    int64_t points;
    double value;
    enum cqa_measure_id measure; /* whose value; CQA_MEASURE_COUNT: none */
};

/* Adds a problem for each {placeholder} that the rule has nothing for. `node` is the map {en, zh}.
 */
void cqa_text_check(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                    const struct cqa_rule *rule);

/* The text with its placeholders filled; NULL when there is no memory. */
const char *cqa_text_fill(const char *text, const struct cqa_fill *fill, struct cqa_arena *arena);

#endif
