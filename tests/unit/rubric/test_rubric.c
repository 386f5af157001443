/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/rubric.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "rubric/measured.h"
#include "unit/rubric/scored.h"

/* Tables read as: these rules, these events, and what it costs, worked out by hand. */

/* ---- points */

static const struct {
    const char *rule; /* after "- {id: r, text, on: silence, " */
    int64_t lengths_ms[6];
    const char *expected;
} silences[] = {
    /* Graded steps at their very edges. */
    {"points: {steps: [{from: 10s, points: note}, {from: 15s, points: 2}, {from: 30s, points: 5}]}",
     {9999},
     "= 100"},
    {"points: {steps: [{from: 10s, points: note}, {from: 15s, points: 2}, {from: 30s, points: 5}]}",
     {10000, 14999, 15000, 29999, 30000},
     "0n 0n 2 2 5 = 91"},
    /* Each, with what it asks of the length: from at_least on, under below. */
    {"points: {each: 0.5}", {3000, 4000, 5000}, "0.5 0.5 0.5 = 98.5"},
    {"where: {at_least: 4s, below: 5s}, points: {each: 1}", {3999, 4000, 4999, 5000}, "1 1 = 98"},
    /* Hundredths are exact: ten times 0.1 is 1. */
    {"points: {each: 0.1}", {3000, 3000, 3000, 3000, 3000, 3000}, "0.1 0.1 0.1 0.1 0.1 0.1 = 99.4"},
    {"points: {each: 33.33}", {3000, 3000, 3000}, "33.33 33.33 33.33 = 0.01"},
    /* Allowed ones are free, and only those that would have cost use the allowance up. */
    {"allowed: 2, points: {each: 1}", {3000, 3000}, "= 100"},
    {"allowed: 2, points: {each: 1}", {3000, 3000, 3000, 3000}, "1 1 = 98"},
    {"allowed: 1, points: {steps: [{from: 3s, points: note}, {from: 9s, points: 2}]}",
     {3000, 9000, 3000, 9000},
     "0n 0n 2 = 98"},
    /* Once, whatever the number. */
    {"points: {once: 3}", {3000, 3000, 3000}, "3 = 97"},
    {"allowed: 2, points: {once: 3}", {3000, 3000}, "= 100"},
    {"allowed: 2, points: {once: 3}", {3000, 3000, 3000, 3000}, "3 = 97"},
    /* By count: more than 3 of them. */
    {"points: {by_count: [{from: 4, points: 2}, {from: 6, points: 5}]}",
     {3000, 3000, 3000},
     "= 100"},
    {"points: {by_count: [{from: 4, points: 2}, {from: 6, points: 5}]}",
     {3000, 3000, 3000, 3000},
     "2 = 98"},
    {"points: {by_count: [{from: 4, points: 2}, {from: 6, points: 5}]}",
     {3000, 3000, 3000, 3000, 3000, 3000},
     "5 = 95"},
    /* Per minute: 90 s are 1.5 minutes or two started ones; 61 s after 60 s are 1/60 minute, cut to
       hundredths. */
    {"points: {per_minute: 2, minutes: pro_rata}", {90000}, "3 = 97"},
    {"points: {per_minute: 2, minutes: started}", {90000, 60000, 60001}, "4 2 4 = 90"},
    {"points: {per_minute: 1, minutes: pro_rata, after: 60s}",
     {60000, 61000, 120000},
     "0.01 1 = 98.99"},
    {"points: {per_minute: 1, minutes: started, after: 60s}", {60000, 60001, 120001}, "1 2 = 97"},
    {"points: {per_minute: 0.01, minutes: pro_rata}", {59999}, "= 100"},
    /* A rule's cap cuts the later ones; they stay to be seen. */
    {"cap: 3, points: {each: 2}", {3000, 3000, 3000}, "2 1 0 = 97"},
    {"points: note", {3000, 3000}, "0n 0n = 100"},
    {"severity: critical, points: {each: 60}", {3000, 3000}, "60 60 = 0"},
    /* Failing outright. */
    {"automatic_fail: true", {3000}, "0! = 0"},
    {"automatic_fail: true, points: {each: 5}", {3000}, "5! = 0"},
    {"automatic_fail: true, points: {steps: [{from: 3s, points: note}, {from: 9s, points: 1}]}",
     {3000},
     "0n = 100"},
    {"automatic_fail: true, points: {steps: [{from: 3s, points: note}, {from: 9s, points: 1}]}",
     {9000},
     "1! = 0"},
    {"automatic_fail: true, allowed: 1, points: {each: 5}", {3000}, "= 100"},
};

static void test_points(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof silences / sizeof silences[0]; i++) {
        struct scene scene;
        char text[1024];
        set_scene(&scene);
        for (size_t j = 0; j < 6 && silences[i].lengths_ms[j] > 0; j++)
            add_event(&scene, CQA_EVENT_SILENCE, 20000 + 90000 * (int64_t)j,
                      silences[i].lengths_ms[j]);
        snprintf(text, sizeof text, HEAD "rules:\n- {id: r, " TEXT ", on: silence, %s}\n",
                 silences[i].rule);
        expect(text, &scene, silences[i].expected);
    }
}

/* 30 points off at most, taken in the order of the call; 60 stay at least. */
static void test_total_cap_and_floor(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    add_event(&scene, CQA_EVENT_OVERTALK, 10000, 3000);
    add_event(&scene, CQA_EVENT_SILENCE, 20000, 3000);
    add_event(&scene, CQA_EVENT_OVERTALK, 30000, 3000);
    expect(HEAD "cap: 30\nrules:\n- {id: a, " TEXT ", on: silence, points: {each: 20}}\n"
                "- {id: b, " TEXT ", on: overtalk, points: {each: 8}}\n",
           &scene, "8 20 2 = 70");
    expect(HEAD "base: 80\nfloor: 60.5\nrules:\n- {id: a, " TEXT
                ", on: silence, points: {each: 19.6}}\n",
           &scene, "19.6 = 60.5");
    expect(HEAD "base: 80\nfloor: 60\nrules:\n- {id: a, " TEXT
                ", on: silence, points: {each: 19.6}}\n"
                "- {id: f, " TEXT ", on: overtalk, automatic_fail: true, points: {once: 0.5}}\n",
           &scene, "0.5! 19.6 = 60");
}

/* ---- which events */

static const struct {
    const char *type;
    const char *where;
    const char *expected; /* of the events below, each 1 point */
} matches[] = {
    {"silence", "{}", "1 1 = 98"},
    {"silence", "{cause: unexplained}", "1 = 99"},
    {"silence", "{cause: [unexplained, agent_muted]}", "1 = 99"},
    {"silence", "{cause: [initial, unexplained]}", "1 1 = 98"},
    {"overtalk", "{by: agent}", "1 = 99"},
    {"overtalk", "{by: customer}", "= 100"},
    {"overtalk", "{by: [customer, unknown]}", "1 = 99"},
    {"overtalk", "{kind: interruption}", "1 = 99"},
    {"overtalk", "{kind: [interruption, unknown]}", "1 1 = 98"},
    {"hold", "{phase: talk}", "1 = 99"},
    {"hold", "{side: agent, kind: music}", "1 = 99"},
    {"hold", "{kind: [beep, mute, announcement]}", "1 = 99"},
    {"hold", "{side: customer, phase: queue}", "1 = 99"},
    {"clipping", "{side: customer}", "= 100"},
    /* Confidence 0.5 unless asked otherwise; 0.8 of the clipping. */
    {"clipping", "{min_confidence: 0.8}", "1 = 99"},
    {"clipping", "{min_confidence: 0.81}", "= 100"},
    {"dtmf", "{}", "= 100"},
    {"dtmf", "{min_confidence: 0.4}", "1 = 99"},
    /* Places: silence [0, 5 s) and [100 s, 110 s) of 600 s, clipping [595 s, 600 s). */
    {"silence", "{in_first: 30s}", "1 = 99"},
    {"silence", "{not_in_first: 30s}", "1 = 99"},
    {"silence", "{in_first: 100s}", "1 = 99"},
    {"silence", "{in_first: 101s}", "1 1 = 98"},
    {"silence", "{not_in_first: 100s}", "1 = 99"},
    {"silence", "{not_in_first: 1ms, in_first: 100s}", "= 100"},
    {"silence", "{in_last: 490s}", "= 100"},
    {"silence", "{in_last: 491s}", "1 = 99"},
    {"silence", "{not_in_last: 490s}", "1 1 = 98"},
    {"silence", "{not_in_last: 491s}", "1 = 99"},
    {"clipping", "{in_last: 1ms}", "1 = 99"},
    {"clipping", "{not_in_last: 1ms}", "= 100"},
};

static void set_mixed_scene(struct scene *scene)
{
    set_scene(scene);
    add_event(scene, CQA_EVENT_SILENCE, 0, 5000)->cause = CQA_CAUSE_INITIAL;
    struct cqa_event *queue = add_event(scene, CQA_EVENT_HOLD, 10000, 9000);
    queue->phase = CQA_PHASE_QUEUE;
    queue->side = CQA_PARTY_CUSTOMER;
    queue->kind = CQA_KIND_BEEP;
    add_event(scene, CQA_EVENT_DTMF, 50000, 500)->confidence = 0.4f;
    add_event(scene, CQA_EVENT_SILENCE, 100000, 10000);
    add_event(scene, CQA_EVENT_OVERTALK, 120000, 2000);
    struct cqa_event *mono = add_event(scene, CQA_EVENT_OVERTALK, 130000, 2000);
    mono->by = CQA_PARTY_NONE;
    mono->kind = CQA_KIND_NONE;
    add_event(scene, CQA_EVENT_HOLD, 200000, 9000);
    struct cqa_event *clipping = add_event(scene, CQA_EVENT_CLIPPING, 595000, 5000);
    clipping->side = CQA_PARTY_AGENT;
    clipping->confidence = 0.8f;
}

static void test_matching(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof matches / sizeof matches[0]; i++) {
        struct scene scene;
        char text[1024];
        set_mixed_scene(&scene);
        snprintf(text, sizeof text,
                 HEAD "rules:\n- {id: r, " TEXT ", on: %s, where: %s, points: {each: 1}}\n",
                 matches[i].type, matches[i].where);
        expect(text, &scene, matches[i].expected);
    }
}

/* What is not sure enough to cost is noted, and neither counts nor fails. */
static void test_unsure_events_are_only_noted(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    add_event(&scene, CQA_EVENT_SILENCE, 0, 5000)->confidence = 0.494f;
    add_event(&scene, CQA_EVENT_SILENCE, 10000, 5000)->confidence = 0.496f; /* a result says 0.50 */
    add_event(&scene, CQA_EVENT_SILENCE, 20000, 5000)->confidence = 0.89f;
    add_event(&scene, CQA_EVENT_SILENCE, 30000, 5000)->confidence = 0.9f;
    add_event(&scene, CQA_EVENT_SILENCE, 40000, 5000)->confidence = NAN;
    expect(HEAD "rules:\n- {id: r, " TEXT
                ", on: silence, points: {each: 2, min_confidence: 0.9}}\n",
           &scene, "0n 0n 2 = 98");
    expect(HEAD "rules:\n- {id: r, " TEXT
                ", on: silence, points: {once: 2, min_confidence: 0.9}}\n",
           &scene, "2 = 98");
    expect(HEAD "rules:\n- {id: r, " TEXT
                ", on: silence, allowed: 1, points: {each: 2, min_confidence: 0.9}}\n",
           &scene, "0n 0n = 100");
    expect(HEAD "rules:\n- {id: r, " TEXT ", on: silence, automatic_fail: true, "
                "points: {each: 2, min_confidence: 0.95}}\n",
           &scene, "0n 0n 0n = 100");
}

/* ---- measures */

static const struct {
    const char *rule;
    enum cqa_measure_id measure;
    double value;
    const char *expected;
} measured[] = {
    {"greeting_delay_ms, points: {steps: [{from: 5s, points: note}, {from: 10s, points: 3}]}",
     CQA_MEASURE_GREETING_DELAY, 4999, "= 100"},
    {"greeting_delay_ms, points: {steps: [{from: 5s, points: note}, {from: 10s, points: 3}]}",
     CQA_MEASURE_GREETING_DELAY, 5000, "0n = 100"},
    {"greeting_delay_ms, points: {steps: [{from: 5s, points: note}, {from: 10s, points: 3}]}",
     CQA_MEASURE_GREETING_DELAY, 9999.4, "0n = 100"},
    {"greeting_delay_ms, points: {steps: [{from: 5s, points: note}, {from: 10s, points: 3}]}",
     CQA_MEASURE_GREETING_DELAY, 10000, "3 = 97"},
    {"greeting_delay_ms, points: {steps: [{from: 5s, points: note}, {from: 10s, points: 3}]}",
     CQA_MEASURE_GREETING_DELAY, NAN, "= 100"},
    {"interruptions_agent_count, where: {at_least: 4}, points: {once: 2}",
     CQA_MEASURE_INTERRUPTIONS_AGENT, 3, "= 100"},
    {"interruptions_agent_count, where: {at_least: 4}, points: {once: 2}",
     CQA_MEASURE_INTERRUPTIONS_AGENT, 4, "2 = 98"},
    {"agent_talk_share_of_talk, where: {at_least: 0.65}, points: {once: 2}",
     CQA_MEASURE_TALK_SHARE_TALK, 0.64994, "= 100"},
    {"agent_talk_share_of_talk, where: {at_least: 0.65}, points: {once: 2}",
     CQA_MEASURE_TALK_SHARE_TALK, 0.64996, "2 = 98"},
    {"snr_agent_db, where: {below: 10.5}, points: {once: 2}", CQA_MEASURE_SNR_AGENT, 10.5, "= 100"},
    {"snr_agent_db, where: {below: 10.5}, points: {once: 2}", CQA_MEASURE_SNR_AGENT, -3, "2 = 98"},
    {"snr_agent_db, where: {below: 10.5}, points: {once: 2}", CQA_MEASURE_SNR_AGENT, -INFINITY,
     "= 100"},
    {"hold_total_ms, points: {per_minute: 1, minutes: started, after: 2min}",
     CQA_MEASURE_HOLD_TOTAL, 120000, "= 100"},
    {"hold_total_ms, points: {per_minute: 1, minutes: started, after: 2min}",
     CQA_MEASURE_HOLD_TOTAL, 180001, "2 = 98"},
    {"level_agent_dbfs, where: {below: 0}, automatic_fail: true", CQA_MEASURE_LEVEL_AGENT, -20,
     "0! = 0"},
};

static void test_measures(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++) {
        struct scene scene;
        char text[1024];
        set_scene(&scene);
        scene.measures.value[measured[i].measure] = measured[i].value;
        snprintf(text, sizeof text, HEAD "rules:\n- {id: r, " TEXT ", measure: %s}\n",
                 measured[i].rule);
        expect(text, &scene, measured[i].expected);
    }
}

/* ---- what may not be judged */

static const struct {
    const char *rule;
    enum cqa_aspect aspect;
    enum cqa_quality quality;
    int mono;
    const char *expected;
} unmeasurable[] = {
    {"on: silence, points: {each: 1}", CQA_ASPECT_SILENCE, CQA_QUALITY_OK, 0, "1 = 99"},
    {"on: silence, points: {each: 1}", CQA_ASPECT_SILENCE, CQA_QUALITY_DEGRADED, 0, "= 100"},
    {"on: silence, points: {each: 1}", CQA_ASPECT_SILENCE, CQA_QUALITY_NOT_MEASURABLE, 0, "= 100"},
    {"on: silence, points: {each: 1}", CQA_ASPECT_LEVEL, CQA_QUALITY_NOT_MEASURABLE, 0, "1 = 99"},
    {"on: silence, degraded: count, points: {each: 1}", CQA_ASPECT_SILENCE, CQA_QUALITY_DEGRADED, 0,
     "1 = 99"},
    {"on: silence, degraded: count, points: {each: 1}", CQA_ASPECT_SILENCE,
     CQA_QUALITY_NOT_MEASURABLE, 0, "= 100"},
    {"on: silence, automatic_fail: true", CQA_ASPECT_SILENCE, CQA_QUALITY_NOT_MEASURABLE, 0,
     "= 100"},
    {"on: silence, points: {each: 1}, except: [{not_ok: [level]}]", CQA_ASPECT_LEVEL,
     CQA_QUALITY_DEGRADED, 0, "= 100"},
    {"on: hold, points: {each: 1}", CQA_ASPECT_HOLD, CQA_QUALITY_DEGRADED, 0, "= 100"},
    {"on: clipping, points: {each: 1}", CQA_ASPECT_LEVEL, CQA_QUALITY_DEGRADED, 0, "= 100"},
    {"on: one_way, points: {each: 1}", CQA_ASPECT_SPEECH, CQA_QUALITY_DEGRADED, 0, "= 100"},
    {"on: not_recorded, points: {each: 1}", CQA_ASPECT_SPEECH, CQA_QUALITY_DEGRADED, 0, "= 100"},
    {"measure: hold_total_ms, where: {at_least: 1s}, points: {once: 1}", CQA_ASPECT_HOLD,
     CQA_QUALITY_OK, 0, "1 = 99"},
    {"measure: hold_total_ms, where: {at_least: 1s}, points: {once: 1}", CQA_ASPECT_HOLD,
     CQA_QUALITY_NOT_MEASURABLE, 0, "= 100"},
    {"on: overtalk, points: {each: 1}", CQA_ASPECT_LEVEL, CQA_QUALITY_OK, 0, "1 = 99"},
    {"on: overtalk, points: {each: 1}", CQA_ASPECT_LEVEL, CQA_QUALITY_OK, 1, "= 100"},
    {"on: overtalk, mono: count, points: {each: 1}", CQA_ASPECT_LEVEL, CQA_QUALITY_OK, 1, "1 = 99"},
    {"on: silence, points: {each: 1}", CQA_ASPECT_LEVEL, CQA_QUALITY_OK, 1, "1 = 99"},
    {"on: silence, points: {each: 1}, except: [{mono: true}]", CQA_ASPECT_LEVEL, CQA_QUALITY_OK, 1,
     "= 100"},
    {"on: silence, points: {each: 1}, except: [{mono: true}]", CQA_ASPECT_LEVEL, CQA_QUALITY_OK, 0,
     "1 = 99"},
    {"manual: true, points: {each: 1}", CQA_ASPECT_LEVEL, CQA_QUALITY_OK, 0, "= 100"},
};

static void test_nothing_is_taken_on_what_was_not_measured(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof unmeasurable / sizeof unmeasurable[0]; i++) {
        struct scene scene;
        char text[1024];
        set_scene(&scene);
        add_event(&scene, CQA_EVENT_SILENCE, 10000, 5000);
        add_event(&scene, CQA_EVENT_OVERTALK, 20000, 5000);
        add_event(&scene, CQA_EVENT_HOLD, 30000, 6000);
        add_event(&scene, CQA_EVENT_ONE_WAY, 40000, 6000);
        add_event(&scene, CQA_EVENT_CLIPPING, 50000, 6000);
        add_event(&scene, CQA_EVENT_NOT_RECORDED, 60000, 6000);
        scene.measures.value[CQA_MEASURE_HOLD_TOTAL] = 6000;
        scene.measurable.aspect[unmeasurable[i].aspect] = unmeasurable[i].quality;
        scene.input.mono = unmeasurable[i].mono;
        snprintf(text, sizeof text, HEAD "rules:\n- {id: r, " TEXT ", %s}\n", unmeasurable[i].rule);
        expect(text, &scene, unmeasurable[i].expected);
    }
}

/* ---- exceptions */

static const struct {
    const char *when;
    const char *queue;
    const char *direction;
    int64_t duration_ms;
    int excepted;
} exceptions[] = {
    {"{shorter_than: 30s}", NULL, NULL, 29999, 1},
    {"{shorter_than: 30s}", NULL, NULL, 30000, 0},
    {"{queue: training}", "training", NULL, 60000, 1},
    {"{queue: [test, training]}", "training", NULL, 60000, 1},
    {"{queue: [test, training]}", "sales", NULL, 60000, 0},
    {"{queue: [test, training]}", NULL, NULL, 60000, 0},
    {"{direction: [out, internal]}", NULL, "internal", 60000, 1},
    {"{direction: [out, internal]}", NULL, "in", 60000, 0},
    {"{direction: [out, internal]}", NULL, NULL, 60000, 0},
    {"{mono: false}", NULL, NULL, 60000, 1},
    {"{mono: true}", NULL, NULL, 60000, 0},
    {"{not_ok: [level, hold]}", NULL, NULL, 60000, 1}, /* level is degraded below */
    {"{not_ok: hold}", NULL, NULL, 60000, 0},
    {"{direction: out, shorter_than: 30s}", NULL, "out", 20000, 1}, /* both must hold */
    {"{direction: out, shorter_than: 30s}", NULL, "out", 60000, 0},
    {"{direction: out, shorter_than: 30s}", NULL, "in", 20000, 0},
};

/* A silence of 40 s, which complementary lists of exceptions both let through. */
static void test_one_event_costs_once(void **state)
{
    static const struct {
        const char *rules;
        const char *expected;
    } table[] = {
        {"- {id: a, " TEXT ", on: silence, except: [{queue: vip}], points: {each: 2}}\n"
         "- {id: b, " TEXT ", on: silence, except: [{queue: desk}], points: {each: 5}}\n",
         "0n 5 = 95"},
        {"- {id: a, " TEXT ", on: silence, where: {at_least: 5s}, points: {each: 2}}\n"
         "- {id: b, " TEXT ", on: silence, where: {at_least: 9s}, points: {each: 2}}\n",
         "2 0n = 98"},
        {"- {id: a, " TEXT ", on: silence, where: {at_least: 5s}, points: {each: 2}}\n"
         "- {id: b, " TEXT ", on: silence, where: {at_least: 9s}, points: {each: 3}}\n"
         "- {id: c, " TEXT ", on: silence, where: {at_least: 8s}, points: {each: 1}}\n",
         "0n 3 0n = 97"},
        {"- {id: a, " TEXT ", on: silence, points: {each: 2}, same_event: count}\n"
         "- {id: b, " TEXT ", on: silence, points: {each: 5}}\n",
         "2 5 = 93"},
        {"- {id: a, " TEXT ", on: silence, points: {each: 2}}\n" /* their number is another thing */
         "- {id: b, " TEXT ", on: silence, points: {by_count: [{from: 1, points: 5}]}}\n",
         "2 5 = 93"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[1000];
        struct scene scene;
        set_scene(&scene);
        add_event(&scene, CQA_EVENT_SILENCE, 20000, 40000);
        snprintf(text, sizeof text, HEAD "rules:\n%s", table[i].rules);
        expect(text, &scene, table[i].expected);
    }
}

static void test_exceptions_of_calls_and_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        struct scene scene;
        struct cqa_arena arena = {0};
        struct cqa_score score;
        char text[1024];
        set_scene(&scene);
        add_event(&scene, CQA_EVENT_SILENCE, 10000, 5000);
        scene.measurable.aspect[CQA_ASPECT_LEVEL] = CQA_QUALITY_DEGRADED;
        scene.input.queue = exceptions[i].queue;
        scene.input.direction = exceptions[i].direction;
        scene.input.duration_ms = exceptions[i].duration_ms;
        snprintf(text, sizeof text,
                 HEAD "exceptions:\n- {id: x, " TEXT ", when: %s}\n"
                      "rules:\n- {id: r, " TEXT ", on: silence, points: {each: 1}}\n",
                 exceptions[i].when);
        struct cqa_rubric *rubric = parse(text);
        assert_int_equal(cqa_rubric_apply(rubric, &scene.input, &arena, &score), CQA_OK);
        assert_int_equal(score.excepted, exceptions[i].excepted);
        assert_int_equal(score.deduction_count, !exceptions[i].excepted);
        assert_true(score.excepted ? strcmp(score.exception, "x") == 0 && score.total == 100
                                   : score.exception == NULL && score.total == 99);
        cqa_rubric_destroy(rubric);
        cqa_arena_finish(&arena);
        snprintf(text, sizeof text,
                 HEAD "rules:\n- {id: r, " TEXT ", on: silence, points: {each: 1}, except: [%s]}\n",
                 exceptions[i].when);
        expect(text, &scene, exceptions[i].excepted ? "= 100" : "1 = 99");
    }
}

/* ---- what a deduction says */

static void test_deductions_point_and_tell(void **state)
{
    struct scene scene;
    struct cqa_arena arena = {0};
    struct cqa_score score;

    (void)state;
    set_scene(&scene);
    scene.input.duration_ms = 4000000;
    add_event(&scene, CQA_EVENT_RINGBACK, 0, 8000);
    add_event(&scene, CQA_EVENT_SILENCE, 65000, 14999);
    add_event(&scene, CQA_EVENT_SILENCE, 3725000, 16000);
    scene.measures.value[CQA_MEASURE_GREETING_DELAY] = 12349;
    scene.measures.value[CQA_MEASURE_SILENCE_SHARE] = 0.1234;
    struct cqa_rubric *rubric = parse(
        HEAD
        "rules:\n"
        "- {id: s, text: {en: '#{count} {start}-{end} {seconds}s -{points}', zh: '静{seconds}秒'}, "
        "on: silence, "
        "points: {each: 2.5}, severity: critical}\n"
        "- {id: g, text: {en: '{value}s {end}', zh: 迟}, measure: greeting_delay_ms, where: "
        "{at_least: 10s}, "
        "points: {once: 0.05}}\n"
        "- {id: p, text: {en: '{value}%', zh: 占}, measure: silence_share, where: {at_least: 0.1}, "
        "points: note}\n");
    assert_int_equal(cqa_rubric_apply(rubric, &scene.input, &arena, &score), CQA_OK);
    assert_int_equal(score.deduction_count, 4);
    const struct cqa_deduction *share = &score.deductions[0];
    const struct cqa_deduction *late = &score.deductions[1];
    const struct cqa_deduction *silence = &score.deductions[2];
    assert_string_equal(share->text.en, "12.3%");
    assert_int_equal(share->event, 0);
    assert_int_equal(share->end_ms, 4000000);
    assert_string_equal(late->rule, "g");
    assert_int_equal(late->start_ms, 8000);
    assert_int_equal(late->end_ms, 20349);
    assert_string_equal(late->text.en, "12.3s 0:20");
    assert_string_equal(silence->text.en, "#1 1:05-1:19 14.9s -2.5");
    assert_string_equal(silence->text.zh, "静14.9秒");
    assert_string_equal(silence->severity, "critical");
    assert_int_equal(silence->event, 2);
    assert_string_equal(score.deductions[3].text.en, "#2 1:02:05-1:02:21 16s -2.5");
    assert_true(score.total == 94.95);
    cqa_rubric_destroy(rubric);
    cqa_arena_finish(&arena);
}

/* The event that went too far is the one to listen to, not the first. */
static void test_counting_rules_point_at_the_one_too_many(void **state)
{
    static const char *const texts[] = {HEAD "rules:\n- {id: r, text: {en: '{count}', zh: 次}, on: "
                                             "silence, allowed: 2, points: {once: 1}}\n",
                                        HEAD
                                        "rules:\n- {id: r, text: {en: '{count}', zh: 次}, on: "
                                        "silence, points: {by_count: [{from: 3, points: 1}]}}\n"};
    struct scene scene;
    struct cqa_score score;

    (void)state;
    set_scene(&scene);
    for (int i = 0; i < 5; i++)
        add_event(&scene, CQA_EVENT_SILENCE, 10000 * (i + 1), 5000);
    for (size_t i = 0; i < 2; i++) {
        struct cqa_arena arena = {0};
        struct cqa_rubric *rubric = parse(texts[i]);
        assert_int_equal(cqa_rubric_apply(rubric, &scene.input, &arena, &score), CQA_OK);
        assert_int_equal(score.deduction_count, 1);
        assert_int_equal(score.deductions[0].event, 3);
        assert_string_equal(score.deductions[0].text.en, "5");
        cqa_rubric_destroy(rubric);
        cqa_arena_finish(&arena);
    }
}

/* The shipped ranges of a rule are what an auditor may choose from. */
static void test_rules_are_listed(void **state)
{
    static const struct {
        const char *rule;
        double least;
        double most;
        int manual;
    } rules[] = {
        {"on: silence, points: {each: 2}", 2, 2, 0},
        {"on: silence, points: {steps: [{from: 5s, points: note}, {from: 9s, points: 1}, {from: "
         "12s, points: 4.5}]}",
         1, 4.5, 0},
        {"on: silence, points: note", 0, 0, 0},
        {"on: silence, points: {per_minute: 1, minutes: started}, cap: 7", 1, 7, 0},
        {"on: silence, points: {per_minute: 1, minutes: pro_rata}", 0, 90, 0},
        {"manual: true, points: {least: 0.5, most: 3}", 0.5, 3, 1},
        {"manual: true, points: {each: 0.5}", 0.5, 0.5, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 HEAD "floor: 10\nrules:\n- {id: r, severity: major, " TEXT ", %s}\n",
                 rules[i].rule);
        struct cqa_rubric *rubric = parse(text);
        assert_int_equal(cqa_rubric_rule_count(rubric), 1);
        const struct cqa_rule_info info = cqa_rubric_rule(rubric, 0);
        assert_string_equal(info.id, "r");
        assert_string_equal(info.severity, "major");
        assert_string_equal(info.title.zh, "中");
        assert_true(info.points_least == rules[i].least && info.points_most == rules[i].most);
        assert_int_equal(info.manual, rules[i].manual);
        assert_true(isnan(cqa_rubric_info(rubric).cap));
        cqa_rubric_destroy(rubric);
    }
}

static void test_numbers_are_judged_as_results_tell_them(void **state)
{
    (void)state;
    assert_int_equal(cqa_measured_confidence(0.894f), 89);
    assert_int_equal(cqa_measured_confidence(0.896f), 90);
    assert_int_equal(cqa_measured_confidence(1.01f), -1);
    assert_int_equal(cqa_measured_confidence(NAN), -1);
    assert_true(cqa_measured_round(CQA_MEASURE_GREETING_DELAY, 9999.5) == 10000);
    assert_true(cqa_measured_round(CQA_MEASURE_SNR_AGENT, 9.96) == 10);
    assert_true(isnan(cqa_measured_round(CQA_MEASURE_SNR_AGENT, NAN)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_total_cap_and_floor),
        cmocka_unit_test(test_matching),
        cmocka_unit_test(test_unsure_events_are_only_noted),
        cmocka_unit_test(test_measures),
        cmocka_unit_test(test_nothing_is_taken_on_what_was_not_measured),
        cmocka_unit_test(test_one_event_costs_once),
        cmocka_unit_test(test_exceptions_of_calls_and_rules),
        cmocka_unit_test(test_deductions_point_and_tell),
        cmocka_unit_test(test_counting_rules_point_at_the_one_too_many),
        cmocka_unit_test(test_rules_are_listed),
        cmocka_unit_test(test_numbers_are_judged_as_results_tell_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
