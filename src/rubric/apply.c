/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "rubric/measured.h"
#include "rubric/rule.h"

/* A deduction on its way: in hundredths, with what its order and its text need. */
struct finding {
    const struct cqa_rule *rule;
    int event;
    int64_t start_ms;
    int64_t end_ms;
    int64_t points;
    int is_note;
    int64_t count; /* which of the rule's occurrences it is */
    double value;
    struct cqa_ground ground;
    size_t order; /* as found: keeps the sort stable */
};

struct findings {
    struct finding *items;
    size_t count;
    size_t capacity;
    int failed;
};

static void add(struct findings *findings, const struct finding *finding)
{
    if (findings->count == findings->capacity) {
        const size_t capacity = findings->capacity ? findings->capacity * 2 : 32;
        struct finding *items = realloc(findings->items, capacity * sizeof *items);
        if (items == NULL) {
            findings->failed = 1;
            return;
        }
        findings->items = items;
        findings->capacity = capacity;
    }
    findings->items[findings->count] = *finding;
    findings->items[findings->count].order = findings->count;
    findings->count++;
}

/* ---- what something costs */

/* The highest step that `value` has reached, or NULL. */
static const struct cqa_step *step_of(const struct cqa_points *points, double value)
{
    const struct cqa_step *reached = NULL;

    for (size_t i = 0; i < points->step_count && value >= points->steps[i].from; i++)
        reached = &points->steps[i];
    return reached;
}

static int64_t minutes_cost(const struct cqa_points *points, int64_t length_ms)
{
    const int64_t counted_ms = length_ms - points->after_ms;

    if (counted_ms <= 0)
        return 0;
    if (points->started_minute)
        return (counted_ms + 59999) / 60000 * points->points;
    return points->points * counted_ms / 60000; /* cut: a part of a hundredth is nobody's */
}

/* The cost of one occurrence of this size; 0 when it costs nothing and is not worth a note either.
 */
static int cost_of(const struct cqa_rule *rule, double size, struct finding *finding)
{
    const struct cqa_points *points = &rule->points;
    const struct cqa_step *step;

    switch (points->mode) {
    case CQA_POINTS_NOTE:
        finding->is_note = !rule->automatic_fail;
        return 1;
    case CQA_POINTS_EACH:
    case CQA_POINTS_ONCE:
        finding->points = points->points;
        return 1;
    case CQA_POINTS_PER_MINUTE:
        finding->points = minutes_cost(points, (int64_t)size);
        return finding->points > 0;
    case CQA_POINTS_STEPS:
        step = step_of(points, size);
        if (step == NULL)
            return 0;
        finding->points = step->points;
        finding->is_note = step->is_note;
        return 1;
    default:
        return 1; /* by count: the number costs, not the one */
    }
}

/* ---- rules on events */

static int has(unsigned set, unsigned bit)
{
    return set == 0 || (set >> bit & 1u) != 0;
}

static int is_placed(const struct cqa_match *match, const struct cqa_event *event,
                     int64_t duration_ms)
{
    const int64_t from_end_ms = duration_ms - event->end_ms;

    if (match->in_first_ms >= 0 && event->start_ms >= match->in_first_ms)
        return 0;
    if (match->not_in_first_ms >= 0 && event->start_ms < match->not_in_first_ms)
        return 0;
    if (match->in_last_ms >= 0 && from_end_ms >= match->in_last_ms)
        return 0;
    return match->not_in_last_ms < 0 || from_end_ms >= match->not_in_last_ms;
}

static int is_match(const struct cqa_rule *rule, const struct cqa_event *event, double length_ms,
                    int64_t duration_ms)
{
    const struct cqa_match *match = &rule->match;

    return cqa_measured_confidence(event->confidence) >= match->min_confidence &&
           length_ms >= rule->at_least && length_ms < rule->below &&
           has(match->causes, event->cause) && has(match->kinds, event->kind) &&
           has(match->by, event->by) && has(match->sides, event->side) &&
           has(match->phases, event->phase) && is_placed(match, event, duration_ms);
}

/* One finding for all: at the event that reached the step, naming how many there are. */
static void add_by_count(const struct cqa_rule *rule, const struct finding *nth, int64_t count,
                         struct findings *findings)
{
    const struct cqa_step *step = step_of(&rule->points, (double)count);

    if (step == NULL)
        return;
    struct finding finding = *nth;
    finding.points = step->points;
    finding.is_note = step->is_note;
    finding.count = count;
    add(findings, &finding);
}

/* How many events the rule counts: sure ones that cost or fail, where the recording bears it. */
static int is_counted(const struct cqa_rule *rule, const struct cqa_event *event,
                      const struct finding *finding)
{
    return !finding->is_note && finding->ground.bears &&
           cqa_measured_confidence(event->confidence) >= rule->points.min_confidence;
}

/* Of an event that is only noted, all of it. */
static int64_t length_for_rule(const struct cqa_event *event, const struct cqa_ground *ground)
{
    return ground->bears ? ground->counted_ms : event->end_ms - event->start_ms;
}

/* What the rule finds in an event; 0 when nothing. */
static int find_event(const struct cqa_rule *rule, const struct cqa_rubric_input *input,
                      const struct cqa_event *event, struct finding *finding)
{
    if (event->type != rule->type) /* most are not: what the recording bears is looked at behind */
        return 0;
    const struct cqa_ground ground =
        cqa_ground_of_event(input->measurable, event, rule->count_degraded);
    const double length_ms = (double)length_for_rule(event, &ground);

    *finding = (struct finding){.rule = rule,
                                .event = event->id,
                                .start_ms = event->start_ms,
                                .end_ms = event->end_ms,
                                .ground = ground};
    return is_match(rule, event, length_ms, input->duration_ms) &&
           cost_of(rule, length_ms, finding);
}

static void make_note(struct finding *finding)
{
    finding->points = 0;
    finding->is_note = 1;
}

static void apply_to_events(const struct cqa_rule *rule, const struct cqa_rubric_input *input,
                            struct findings *findings)
{
    const int once = rule->points.mode == CQA_POINTS_ONCE;
    const int by_count = rule->points.mode == CQA_POINTS_BY_COUNT;
    struct finding single = {0}; /* of once and by count: where the limit was passed */
    int64_t count = 0;

    for (size_t i = 0; i < input->event_count; i++) {
        const struct cqa_event *event = &input->events[i];
        struct finding finding;
        if (!find_event(rule, input, event, &finding))
            continue;
        const int counted = is_counted(rule, event, &finding);
        if (counted)
            count++;
        finding.count = counted ? count : count + 1;
        if (by_count && counted &&
            step_of(&rule->points, (double)count) != step_of(&rule->points, (double)(count - 1)))
            single = finding;
        if (once && counted && count == rule->allowed + 1)
            single = finding;
        if (finding.ground.bears && (by_count || once || (counted && count <= rule->allowed)))
            continue;
        if (!counted)
            make_note(&finding);
        add(findings, &finding);
    }
    if (by_count)
        add_by_count(rule, &single, count, findings);
    if (once && count > rule->allowed) {
        single.count = count;
        add(findings, &single);
    }
}

/* ---- rules on measures */

/* The seconds to listen to: a late greeting is the wait from the answer on, all else is the whole
 * call. */
static void measure_span(const struct cqa_rule *rule, const struct cqa_rubric_input *input,
                         double value, struct finding *finding)
{
    finding->end_ms = input->duration_ms;
    if (rule->measure != CQA_MEASURE_GREETING_DELAY)
        return;
    for (size_t i = 0; i < input->event_count; i++) {
        if (input->events[i].type != CQA_EVENT_RINGBACK)
            continue;
        finding->start_ms = input->events[i].end_ms;
        break;
    }
    const int64_t end_ms = finding->start_ms + (int64_t)value;
    if (end_ms > finding->start_ms && end_ms < finding->end_ms)
        finding->end_ms = end_ms;
}

static void apply_to_measure(const struct cqa_rule *rule, const struct cqa_rubric_input *input,
                             struct findings *findings)
{
    const double value = cqa_measured_round(rule->measure, input->measures->value[rule->measure]);
    struct finding finding = {.rule = rule, .value = value, .count = 1};

    if (!isfinite(value) || fabs(value) > 1e12 || value < rule->at_least || value >= rule->below)
        return;
    if (!cost_of(rule, value, &finding))
        return;
    measure_span(rule, input, value, &finding);
    finding.ground = cqa_ground_of_measure(input->measurable, rule->measure);
    if (!finding.ground.bears)
        make_note(&finding);
    add(findings, &finding);
}

/* ---- the whole rubric */

/* Whether what the rule stands on could be measured here, and nothing excepts it. */
static int is_in_force(const struct cqa_rule *rule, const struct cqa_rubric_input *input)
{
    if (rule->source == CQA_RULE_MANUAL)
        return 0;
    const enum cqa_aspect aspect = cqa_rule_aspect(rule);
    const enum cqa_quality quality = input->measurable->aspect[aspect];
    const int by_span =
        rule->source == CQA_RULE_EVENT &&
        cqa_ground_state(input->measurable, aspect, input->duration_ms) != CQA_QUALITY_OK;
    if (quality != CQA_QUALITY_OK && !by_span &&
        !(quality == CQA_QUALITY_DEGRADED && rule->count_degraded))
        return 0;
    const int on_overtalk = aspect == CQA_ASPECT_OVERTALK;
    if (input->mono && on_overtalk && !rule->count_mono)
        return 0;
    for (size_t i = 0; i < rule->except_count; i++)
        if (cqa_condition_holds(&rule->except[i], input))
            return 0;
    return 1;
}

static int by_time(const void *left, const void *right)
{
    const struct finding *a = left;
    const struct finding *b = right;

    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    if (a->end_ms != b->end_ms)
        return a->end_ms < b->end_ms ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* Does the finding charge for its event alone, and not for how many there are? */
static int is_of_one_event(const struct finding *finding)
{
    const enum cqa_points_mode mode = finding->rule->points.mode;

    return finding->event > 0 && finding->points > 0 && !finding->rule->count_same_event &&
           (mode == CQA_POINTS_EACH || mode == CQA_POINTS_PER_MINUTE || mode == CQA_POINTS_STEPS);
}

/* Of rules that charge for the same event the dearest counts, of equal ones the first of the
 * rubric; the others say so. Findings of one event lie side by side. */
static void charge_once(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        struct finding *dearest = &findings->items[i];
        if (!is_of_one_event(dearest))
            continue;
        for (size_t k = i + 1;
             k < findings->count && findings->items[k].start_ms == dearest->start_ms; k++) {
            struct finding *other = &findings->items[k];
            if (!is_of_one_event(other) || other->event != dearest->event)
                continue;
            struct finding *cheaper = other->points > dearest->points ? dearest : other;
            dearest = cheaper == other ? dearest : other;
            make_note(cheaper);
            cheaper->ground.reason = cqa_ground_ids[CQA_GROUND_CHARGED];
            cheaper->ground.text = cqa_ground_texts[CQA_GROUND_CHARGED];
        }
    }
}

static int64_t cut_to(int64_t points, int64_t cap, int64_t spent)
{
    if (cap == CQA_NO_CAP || points <= cap - spent)
        return points;
    return cap - spent;
}

/* Caps take from what comes later: the first ones in the call stay whole. Returns the sum. */
static int64_t apply_caps(const struct cqa_rubric *rubric, struct findings *findings,
                          int64_t *spent)
{
    int64_t sum = 0;

    for (size_t i = 0; i < findings->count; i++) {
        struct finding *finding = &findings->items[i];
        int64_t *of_rule = &spent[finding->rule - rubric->rules];
        finding->points = cut_to(finding->points, finding->rule->cap, *of_rule);
        finding->points = cut_to(finding->points, rubric->cap, sum);
        *of_rule += finding->points;
        sum += finding->points;
    }
    return sum;
}

/* 0: out of memory. */
static int write_text(const struct finding *finding, struct cqa_arena *arena, struct cqa_text *out)
{
    const struct cqa_rule *rule = finding->rule;
    const struct cqa_fill fill = {.start_ms = finding->start_ms,
                                  .end_ms = finding->end_ms,
                                  .count = finding->count,
                                  .points = finding->points,
                                  .value = finding->value,
                                  .measure = rule->measure};

    out->en = cqa_text_fill(rule->text.en, &fill, arena);
    out->zh = cqa_text_fill(rule->text.zh, &fill, arena);
    return out->en != NULL && out->zh != NULL;
}

static struct cqa_deduction deduction_of(const struct finding *finding)
{
    const struct cqa_rule *rule = finding->rule;

    return (struct cqa_deduction){
        .rule = rule->id,
        .severity = cqa_severity_words[finding->is_note ? CQA_SEVERITY_NOTE : rule->severity],
        .points = (double)finding->points / 100,
        .event = finding->event,
        .start_ms = finding->start_ms,
        .end_ms = finding->end_ms,
        .automatic_fail = rule->automatic_fail && !finding->is_note,
        .ground = finding->ground.reason,
        .ground_text = finding->ground.text,
    };
}

static enum cqa_status write_score(const struct cqa_rubric *rubric, const struct findings *findings,
                                   int64_t sum, int wordless, struct cqa_arena *arena,
                                   struct cqa_score *score)
{
    const struct cqa_total_limits limits = {rubric->base, rubric->floor, rubric->cap};
    int fails = 0;

    score->deductions = cqa_arena_alloc(arena, (findings->count + 1) * sizeof *score->deductions);
    if (score->deductions == NULL)
        return CQA_E_NOMEM;
    for (size_t i = 0; i < findings->count; i++) {
        score->deductions[i] = deduction_of(&findings->items[i]);
        if (!wordless && !write_text(&findings->items[i], arena, &score->deductions[i].text))
            return CQA_E_NOMEM;
        fails |= score->deductions[i].automatic_fail;
    }
    score->deduction_count = findings->count;
    score->total = (double)cqa_total_of(&limits, sum, fails) / 100;
    return CQA_OK;
}

static const struct cqa_exception *exception_of(const struct cqa_rubric *rubric,
                                                const struct cqa_rubric_input *input)
{
    for (size_t i = 0; i < rubric->exception_count; i++)
        if (cqa_condition_holds(&rubric->exceptions[i].when, input))
            return &rubric->exceptions[i];
    return NULL;
}

enum cqa_status cqa_rubric_apply(const struct cqa_rubric *rubric,
                                 const struct cqa_rubric_input *input, struct cqa_arena *arena,
                                 struct cqa_score *score)
{
    const struct cqa_exception *exception = exception_of(rubric, input);
    struct findings findings = {0};
    enum cqa_status status = CQA_E_NOMEM;

    *score = (struct cqa_score){.rubric = rubric->name,
                                .version = rubric->version,
                                .base = (double)rubric->base / 100,
                                .total = (double)rubric->base / 100};
    if (exception != NULL) {
        score->excepted = 1;
        score->exception = exception->id;
        return CQA_OK;
    }
    for (size_t i = 0; i < rubric->rule_count; i++) {
        const struct cqa_rule *rule = &rubric->rules[i];
        if (!is_in_force(rule, input))
            continue;
        if (rule->source == CQA_RULE_EVENT)
            apply_to_events(rule, input, &findings);
        else
            apply_to_measure(rule, input, &findings);
    }
    assert(rubric->rule_count > 0); /* or the rubric would not have been loaded */
    int64_t *spent = calloc(rubric->rule_count, sizeof *spent);
    if (findings.failed || spent == NULL)
        goto done;
    if (findings.count > 0)
        qsort(findings.items, findings.count, sizeof *findings.items, by_time);
    charge_once(&findings);
    const int64_t sum = apply_caps(rubric, &findings, spent);
    status = write_score(rubric, &findings, sum, input->wordless, arena, score);
done:
    free(spent);
    free(findings.items);
    return status;
}
