/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "measure/make.h"
#include "support/near.h"

/* A call of a minute of which only the turns and events are known. */
struct call {
    struct cqa_tracks tracks;
    struct cqa_scene scene;
    int starts_at_answer;
    struct cqa_measures measures;
};

/* "0-5000 6000-7000" as spans. */
static void say(struct cqa_spans *spans, const char *text)
{
    long long start;
    long long end;
    int used;

    while (sscanf(text, " %lld-%lld%n", &start, &end, &used) == 2) {
        assert_int_equal(cqa_spans_add(spans, start, end), CQA_OK);
        text += used;
    }
}

static void call_set(struct call *call, const char *agent, const char *customer)
{
    *call = (struct call){.tracks = {.channel_count = 2}};
    call->scene = (struct cqa_scene){.tracks = &call->tracks, .duration_ms = 60000};
    say(&call->scene.speech[0], agent);
    say(&call->scene.speech[1], customer);
}

static void happen(struct call *call, struct cqa_event event)
{
    assert_true(cqa_events_add(&call->scene.events, &event));
}

static void measure(struct call *call)
{
    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        call->measures.value[i] = (double)NAN;
    assert_int_equal(
        cqa_turns_measure(&(struct cqa_measure_input){.scene = &call->scene,
                                                      .starts_at_answer = call->starts_at_answer},
                          &call->measures),
        CQA_OK);
    cqa_scene_finish(&call->scene);
}

static double value(const struct call *call, const char *name)
{
    const enum cqa_measure_id id = cqa_measure_find(name);

    assert_true(id < CQA_MEASURE_COUNT);
    return call->measures.value[id];
}

#define AGENT "2000-2200 3000-8000 12000-13000 20000-24000"
#define CUSTOMER "8500-11000 13400-18000 23000-26000"

static void test_talk(void **state)
{
    struct call call;

    (void)state;
    call_set(&call, AGENT, CUSTOMER);
    measure(&call);
    assert_near(value(&call, "duration_ms"), 60000, 0);
    assert_near(value(&call, "talk_agent_ms"), 10200, 0);
    assert_near(value(&call, "talk_customer_ms"), 10100, 0);
    assert_near(value(&call, "talk_union_ms"), 19300, 0);
    assert_near(value(&call, "agent_talk_share_of_call"), 0.17, 1e-9);
    assert_near(value(&call, "agent_talk_share_of_talk"), 10200.0 / 20300, 1e-9);
}

/* Agent: 11.0 to 12.0 s and 18.0 to 20.0 s. Customer: 8.0 to 8.5 s and 13.0 to 13.4 s; 23 s is in
 * the agent's turn. */
static void test_responses(void **state)
{
    struct call call;

    (void)state;
    call_set(&call, AGENT, CUSTOMER);
    measure(&call);
    assert_near(value(&call, "response_agent_median_ms"), 1000, 0);
    assert_near(value(&call, "response_agent_p90_ms"), 2000, 0);
    assert_near(value(&call, "response_customer_median_ms"), 400, 0);
    assert_near(value(&call, "response_customer_p90_ms"), 500, 0);
}

/* A gap of 3 s is a silence, one with a hold in it no response, and going on after oneself neither.
 */
static void test_no_response(void **state)
{
    struct call call;

    (void)state;
    call_set(&call, "0-1000 5000-6000", "1000-2000 6500-7000 8000-9000");
    say(&call.scene.holds, "6100-6300");
    measure(&call);
    assert_near(value(&call, "response_agent_median_ms"), NAN, 0);
    assert_near(value(&call, "response_customer_median_ms"), 0, 0);
    assert_near(value(&call, "response_customer_p90_ms"), 0, 0);
}

/* Who begins while the other speaks does not respond, though the other paused before. */
static void test_talking_over_is_no_response(void **state)
{
    struct call call;

    (void)state;
    call_set(&call, "3000-4000 6500-8000", "0-2000 2500-6000");
    measure(&call);
    assert_near(value(&call, "response_agent_median_ms"), 500, 0);
    assert_near(value(&call, "response_agent_p90_ms"), 500, 0);
}

/* Agent: 2.0 to 8.0 s over a short pause. Customer: 8.5 to 18.0 s, the agent's second inside being
 * a backchannel. */
static void test_monologues_and_switches(void **state)
{
    struct call call;

    (void)state;
    call_set(&call, AGENT, CUSTOMER);
    measure(&call);
    assert_near(value(&call, "longest_monologue_agent_ms"), 6000, 0);
    assert_near(value(&call, "longest_monologue_customer_ms"), 9500, 0);
    assert_near(value(&call, "speaker_switches_per_minute"), 5, 1e-9);
    call_set(&call, "0-1000 3999-5000 8000-9000", "");
    measure(&call);
    assert_near(value(&call, "longest_monologue_agent_ms"), 5000, 0); /* 3 s of pause end it */
    assert_near(value(&call, "longest_monologue_customer_ms"), 0, 0);
    assert_near(value(&call, "speaker_switches_per_minute"), 0, 0);
    assert_near(value(&call, "agent_talk_share_of_talk"), 1, 0);
}

/* Words of less than a second, with hardly a pause between them, are a turn together. */
static void test_a_turn_of_short_words(void **state)
{
    struct call call;

    (void)state;
    call_set(&call, "0-5000 7500-10000", "5100-5700 6000-6600");
    measure(&call);
    assert_near(value(&call, "longest_monologue_agent_ms"), 5000, 0);
    call_set(&call, "0-5000 7500-10000", "5100-5700");
    measure(&call);
    assert_near(value(&call, "longest_monologue_agent_ms"), 10000, 0);
    /* One that had ended by then does not end it, one inside the speech neither. */
    call_set(&call, "0-5000 7500-10000", "1000-3000 8000-10000");
    measure(&call);
    assert_near(value(&call, "longest_monologue_agent_ms"), 10000, 0);
}

static void test_nobody_speaks(void **state)
{
    struct call call;

    (void)state;
    call_set(&call, "", "");
    call.starts_at_answer = 1;
    measure(&call);
    assert_near(value(&call, "talk_agent_ms"), 0, 0);
    assert_near(value(&call, "agent_talk_share_of_talk"), NAN, 0);
    assert_near(value(&call, "greeting_delay_ms"), NAN, 0);
    assert_near(value(&call, "response_agent_p90_ms"), NAN, 0);
}

/* On one channel nobody can say who. */
static void test_mono(void **state)
{
    static const char *const unknown[] = {"talk_agent_ms",
                                          "talk_customer_ms",
                                          "agent_talk_share_of_call",
                                          "agent_talk_share_of_talk",
                                          "greeting_delay_ms",
                                          "response_agent_median_ms",
                                          "longest_monologue_agent_ms",
                                          "speaker_switches_per_minute"};
    struct call call;

    (void)state;
    call_set(&call, AGENT, "");
    call.scene.mono = 1;
    call.tracks.channel_count = 1;
    call.starts_at_answer = 1;
    measure(&call);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_near(value(&call, unknown[i]), NAN, 0);
    assert_near(value(&call, "talk_union_ms"), 10200, 0);
}

static void test_agent_on_the_right(void **state)
{
    struct call call;

    (void)state;
    call_set(&call, CUSTOMER, AGENT);
    call.scene.agent = 1;
    measure(&call);
    assert_near(value(&call, "talk_agent_ms"), 10200, 0);
    assert_near(value(&call, "response_agent_p90_ms"), 2000, 0);
    assert_near(value(&call, "longest_monologue_customer_ms"), 9500, 0);
}

/* ---- greeting delay */

/* `rings`: ringback events. */
static void expect_greeting_after(const char *agent, const char *customer, const char *rings,
                                  int starts_at_answer, double wanted)
{
    struct cqa_spans ringing = {0};
    struct call call;

    call_set(&call, agent, customer);
    call.starts_at_answer = starts_at_answer;
    say(&ringing, rings);
    for (size_t i = 0; i < ringing.count; i++)
        happen(&call, (struct cqa_event){.type = CQA_EVENT_RINGBACK,
                                         .start_ms = ringing.items[i].start_ms,
                                         .end_ms = ringing.items[i].end_ms});
    cqa_spans_finish(&ringing);
    measure(&call);
    assert_near(value(&call, "greeting_delay_ms"), wanted, 0);
}

static void expect_greeting(const char *agent, const char *rings, int starts_at_answer,
                            double wanted)
{
    expect_greeting_after(agent, "", rings, starts_at_answer, wanted);
}

static void test_greeting(void **state)
{
    (void)state;
    expect_greeting("3000-8000", "", 1, 3000);
    expect_greeting("3000-8000", "", 0, NAN); /* nobody knows when it was answered */
    expect_greeting("3000-8000", "0-1500", 0, 1500);
    expect_greeting("3000-8000", "0-1500", 1, 1500);
    expect_greeting("2000-2299 3000-3300", "0-1500", 0, 1500); /* 299 ms greet nobody */
    expect_greeting("2000-2299", "0-1500", 0, NAN);
    expect_greeting("2000-5000", "0-2300", 0, 0); /* the last ring's tail under the first word */
    expect_greeting("3000-8000", "20000-25000", 0, NAN); /* a transfer later rings too */
    expect_greeting("3000-8000", "20000-25000", 1, 3000);
    expect_greeting("", "0-1500", 0, NAN);
    expect_greeting("9000-9500", "0-1500 4000-5000", 0, 4000);
}

/* While the customer speaks, or a menu does on that line, nobody waits for a greeting. */
static void test_greeting_after_the_other(void **state)
{
    (void)state;
    expect_greeting_after("9000-9500", "2000-5000 8000-20000", "", 1, 5000);
    expect_greeting_after("9000-9500", "0-9000", "", 1, 0);
    expect_greeting_after("9000-9500", "500-2500", "0-1500", 0, 6500);
}

/* Who presses keys on the agent's line was there, and has called a machine, whom nobody greets. */
static void expect_greeting_with_keys(enum cqa_party side, int64_t at_ms, double wanted)
{
    struct call call;

    call_set(&call, "15000-18000", "2000-5000");
    call.starts_at_answer = 1;
    happen(&call,
           (struct cqa_event){
               .type = CQA_EVENT_DTMF, .side = side, .start_ms = at_ms, .end_ms = at_ms + 500});
    measure(&call);
    assert_near(value(&call, "greeting_delay_ms"), wanted, 0);
}

static void test_greeting_of_a_machine(void **state)
{
    (void)state;
    expect_greeting_with_keys(CQA_PARTY_AGENT, 6000, NAN);
    expect_greeting_with_keys(CQA_PARTY_AGENT, 20000, 12000);
    expect_greeting_with_keys(CQA_PARTY_CUSTOMER, 6000, 12000);
}

/* ---- the table */

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < CQA_MEASURE_COUNT; i++) {
        const struct cqa_measure_info *info = &cqa_measure_infos[i];
        assert_int_equal(cqa_measure_find(info->name), i);
        assert_true(strlen(info->text.en) > 0 && strlen(info->text.zh) > 0);
        const char *ending = strrchr(info->name, '_');
        if (strcmp(info->unit, "ms") == 0)
            assert_string_equal(ending, "_ms");
        if (strcmp(info->unit, "Hz") == 0)
            assert_string_equal(ending, "_hz");
    }
    assert_int_equal(cqa_measure_find("nosuch"), CQA_MEASURE_COUNT);
}

/* Both pages define every measure. */
static void test_pages(void **state)
{
    static const char *const pages[] = {"measures.md", "measures.zh-CN.md"};
    static char text[65536];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/docs/%s", CQA_SOURCE_DIR, pages[i]);
        FILE *file = fopen(path, "re");
        assert_non_null(file);
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
        for (int m = 0; m < CQA_MEASURE_COUNT; m++) {
            char quoted[64];
            snprintf(quoted, sizeof quoted, "`%s`", cqa_measure_infos[m].name);
            if (strstr(text, quoted) == NULL)
                fail_msg("%s does not define %s", pages[i], cqa_measure_infos[m].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_talk),
        cmocka_unit_test(test_responses),
        cmocka_unit_test(test_talking_over_is_no_response),
        cmocka_unit_test(test_a_turn_of_short_words),
        cmocka_unit_test(test_no_response),
        cmocka_unit_test(test_monologues_and_switches),
        cmocka_unit_test(test_nobody_speaks),
        cmocka_unit_test(test_mono),
        cmocka_unit_test(test_agent_on_the_right),
        cmocka_unit_test(test_greeting),
        cmocka_unit_test(test_greeting_after_the_other),
        cmocka_unit_test(test_greeting_of_a_machine),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
