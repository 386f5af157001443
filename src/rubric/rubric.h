/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RUBRIC_RUBRIC_H
#define CQA_RUBRIC_RUBRIC_H

#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/problems.h"
#include "base/text.h"
#include "base/yaml.h"
#include "event/event.h"
#include "measure/measure.h"
#include "verdict/ground.h"

/* A rubric: which events and measures cost how many points. Pure data once loaded; shared by
 * threads. */
struct cqa_rubric;

/* Reads and checks a rubric file; NULL when there were problems (all of them are in `problems`).
 * Owned, free with cqa_rubric_destroy. */
struct cqa_rubric *cqa_rubric_load(const char *path, struct cqa_problems *problems);
struct cqa_rubric *cqa_rubric_parse(const char *text, size_t length, struct cqa_problems *problems);
void cqa_rubric_destroy(struct cqa_rubric *rubric);

const char *cqa_rubric_name(const struct cqa_rubric *rubric);    /* "standard" */
const char *cqa_rubric_version(const struct cqa_rubric *rubric); /* "1" */

/* The rubric as a whole, and its rules as pages and reports show them. Everything is borrowed from
 * the rubric. */
struct cqa_rubric_info {
    struct cqa_text title;
    double base;
    double floor;
    double cap; /* of all deductions together; NaN: none */
};

/* As words in the order of how much they weigh: "note", "minor", "major", "critical". */
enum cqa_severity {
    CQA_SEVERITY_NOTE,
    CQA_SEVERITY_MINOR,
    CQA_SEVERITY_MAJOR,
    CQA_SEVERITY_CRITICAL,
    CQA_SEVERITY_COUNT
};
extern const char *const cqa_severity_words[CQA_SEVERITY_COUNT + 1];

struct cqa_rule_info {
    const char *id;
    struct cqa_text title;
    struct cqa_text text; /* with its {placeholders} */
    const char *severity; /* "note", "minor", "major", "critical" */
    double points_least;  /* what one deduction may cost, but for notes */
    double points_most;
    double range_least; /* what a person may change one to */
    double range_most;
    double cap; /* of all its deductions in a call; NaN: none */
    int manual; /* never found by the analyzer: an auditor adds it by hand */
    int automatic_fail;
};

struct cqa_rubric_info cqa_rubric_info(const struct cqa_rubric *rubric);
size_t cqa_rubric_rule_count(const struct cqa_rubric *rubric);
struct cqa_rule_info cqa_rubric_rule(const struct cqa_rubric *rubric, size_t index);

/* The rule as it was written, a map of docs/rubrics.md. */
const struct cqa_yaml_node *cqa_rubric_rule_node(const struct cqa_rubric *rubric, size_t index);

/* What a rubric looks at. Everything is borrowed for the call. */
struct cqa_rubric_input {
    const struct cqa_event *events; /* in time order */
    size_t event_count;
    const struct cqa_measures *measures;
    const struct cqa_measurable *measurable;
    int64_t duration_ms;
    int mono;              /* both parties on one channel */
    const char *queue;     /* NULL: unknown */
    const char *direction; /* NULL: unknown */
    int wordless;          /* deductions are to have no texts (NULL): only points are wanted */
};

/* One deduction, at seconds of audio. `event` is 0 where it stands on a measure of the whole call.
 */
struct cqa_deduction {
    const char *rule;     /* the rule's id */
    const char *severity; /* "note", "minor", "major", "critical" */
    double points;        /* >= 0; a note costs 0 */
    int event;            /* id of the event, or 0 */
    int64_t start_ms;
    int64_t end_ms;
    struct cqa_text text; /* with the seconds filled in */
    int automatic_fail;
    const char *ground; /* why it is a note only: the id of what the recording does not bear;
                           NULL where that is not why */
    struct cqa_text ground_text; /* its sentence */
};

struct cqa_score {
    const char *rubric;
    const char *version;
    double base;
    double total; /* base less all deductions, never under the rubric's floor; the floor when a rule
                     fails the call */
    struct cqa_deduction *deductions; /* in time order */
    size_t deduction_count;
    int excepted; /* the rubric does not apply to this call (too short, queue, direction): no
                     deductions */
    const char *exception; /* id of the exception, or NULL */
};

/* Applies the rubric. All of the score's memory comes from `arena` (texts of the rubric are
 * borrowed from it). Takes no deduction on what was not measurable. CQA_E_NOMEM only. */
enum cqa_status cqa_rubric_apply(const struct cqa_rubric *rubric,
                                 const struct cqa_rubric_input *input, struct cqa_arena *arena,
                                 struct cqa_score *score) CQA_MUST_CHECK;

#endif
