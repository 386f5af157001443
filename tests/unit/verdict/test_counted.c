/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers that are counted from events: over what the recording bears. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>
#include "support/near.h"
#include "verdict/verdict.h"

/* A call of a minute of which only the events are known, and what it bears. */
struct call {
    struct cqa_scene scene;
    struct cqa_measurable measurable;
    struct cqa_measures measures;
};

static void call_set(struct call *call)
{
    *call = (struct call){.scene = {.duration_ms = 60000}};
}

static void happen(struct call *call, struct cqa_event event)
{
    assert_true(cqa_events_add(&call->scene.events, &event));
}

static void count(struct call *call)
{
    cqa_verdict_count(&call->scene, &call->measurable, &call->measures);
    cqa_scene_finish(&call->scene);
    cqa_measurable_finish(&call->measurable);
}

static double value(const struct call *call, const char *name)
{
    const enum cqa_measure_id id = cqa_measure_find(name);

    assert_true(id < CQA_MEASURE_COUNT);
    return call->measures.value[id];
}

static void lower(struct call *call, enum cqa_aspect what, enum cqa_quality state, int64_t start_ms,
                  int64_t end_ms)
{
    assert_int_equal(
        cqa_measurable_add(&call->measurable,
                           &(struct cqa_unmeasured){what, state, start_ms, end_ms, "noise", 0.9f}),
        CQA_OK);
}

static void add_events(struct call *call)
{
    happen(call, (struct cqa_event){.type = CQA_EVENT_SILENCE, .start_ms = 0, .end_ms = 5000});
    happen(call, (struct cqa_event){.type = CQA_EVENT_SILENCE, .start_ms = 9000, .end_ms = 13000});
    happen(call, (struct cqa_event){.type = CQA_EVENT_OVERTALK,
                                    .start_ms = 14000,
                                    .end_ms = 14700,
                                    .by = CQA_PARTY_AGENT,
                                    .kind = CQA_KIND_INTERRUPTION});
    happen(call, (struct cqa_event){.type = CQA_EVENT_OVERTALK,
                                    .start_ms = 15000,
                                    .end_ms = 15400,
                                    .by = CQA_PARTY_CUSTOMER,
                                    .kind = CQA_KIND_BACKCHANNEL});
    happen(call, (struct cqa_event){.type = CQA_EVENT_OVERTALK,
                                    .start_ms = 16000,
                                    .end_ms = 16100,
                                    .by = CQA_PARTY_NONE,
                                    .kind = CQA_KIND_INTERRUPTION});
    happen(call, (struct cqa_event){.type = CQA_EVENT_HOLD,
                                    .start_ms = 20000,
                                    .end_ms = 28000,
                                    .phase = CQA_PHASE_QUEUE});
    happen(call, (struct cqa_event){.type = CQA_EVENT_HOLD,
                                    .start_ms = 30000,
                                    .end_ms = 36000,
                                    .phase = CQA_PHASE_TALK});
    happen(call,
           (struct cqa_event){.type = CQA_EVENT_RINGBACK, .start_ms = 40000, .end_ms = 44000});
    happen(call,
           (struct cqa_event){.type = CQA_EVENT_NOT_RECORDED, .start_ms = 50000, .end_ms = 53500});
}

/* Where nothing says what is inside (old results), all of it is. */
static void test_events(void **state)
{
    struct call call;

    (void)state;
    call_set(&call);
    add_events(&call);
    count(&call);
    assert_near(value(&call, "silence_total_ms"), 9000, 0);
    assert_near(value(&call, "silence_count"), 2, 0);
    assert_near(value(&call, "silence_longest_ms"), 5000, 0);
    assert_near(value(&call, "silence_share"), 0.15, 1e-9);
    assert_near(value(&call, "overtalk_total_ms"), 1200, 0);
    assert_near(value(&call, "overtalk_count"), 3, 0);
    assert_near(value(&call, "overtalk_ratio"), 0.02, 1e-9);
    assert_near(value(&call, "interruptions_agent_count"), 1, 0);
    assert_near(value(&call, "interruptions_customer_count"), 0, 0);
    assert_near(value(&call, "backchannels_agent_count"), 0, 0);
    assert_near(value(&call, "backchannels_customer_count"), 1, 0);
    assert_near(value(&call, "hold_total_ms"), 14000, 0);
    assert_near(value(&call, "hold_count"), 2, 0);
    assert_near(value(&call, "hold_longest_ms"), 8000, 0);
    assert_near(value(&call, "queue_wait_ms"), 8000, 0);
    assert_near(value(&call, "ring_ms"), 4000, 0);
    assert_near(value(&call, "not_recorded_ms"), 3500, 0);
}

/* On one channel nobody can say who broke in; silence and hold are as on two. */
static void test_mono(void **state)
{
    static const char *const unknown[] = {"overtalk_total_ms",
                                          "overtalk_count",
                                          "overtalk_ratio",
                                          "interruptions_agent_count",
                                          "interruptions_customer_count",
                                          "backchannels_agent_count",
                                          "backchannels_customer_count"};
    struct call call;

    (void)state;
    call_set(&call);
    call.scene.mono = 1;
    add_events(&call);
    count(&call);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_near(value(&call, unknown[i]), NAN, 0);
    assert_near(value(&call, "silence_total_ms"), 9000, 0);
    assert_near(value(&call, "hold_total_ms"), 14000, 0);
}

/* What lies outside the conversation is not counted; of what lies in it by more than half, the part
 * inside is, and of a hold that begins inside all. What says what the recording is like, is. */
static void test_inside_the_conversation(void **state)
{
    struct call call;

    (void)state;
    call_set(&call);
    call.measurable.conversation = (struct cqa_conversation){1, 1, 10000, 33000, 0.9f};
    add_events(&call);
    count(&call);
    assert_near(value(&call, "silence_total_ms"), 3000, 0);
    assert_near(value(&call, "silence_count"), 1, 0);
    assert_near(value(&call, "silence_longest_ms"), 3000, 0);
    assert_near(value(&call, "silence_share"), 0.05, 1e-9);
    assert_near(value(&call, "overtalk_count"), 3, 0);
    assert_near(value(&call, "hold_total_ms"), 14000, 0);
    assert_near(value(&call, "ring_ms"), 4000, 0);
    assert_near(value(&call, "not_recorded_ms"), 3500, 0);
}

static void test_nobody_talks(void **state)
{
    struct call call;

    (void)state;
    call_set(&call);
    call.measurable.conversation = (struct cqa_conversation){.known = 1};
    add_events(&call);
    count(&call);
    assert_near(value(&call, "silence_total_ms"), 0, 0);
    assert_near(value(&call, "overtalk_count"), 0, 0);
    assert_near(value(&call, "hold_count"), 0, 0);
    assert_near(value(&call, "queue_wait_ms"), 8000, 0);
}

/* A second of the second silence could not be measured, and most of the first overtalk; what is
 * degraded counts here, a rule decides for itself. */
static void test_unmeasured(void **state)
{
    struct call call;

    (void)state;
    call_set(&call);
    lower(&call, CQA_ASPECT_SILENCE, CQA_QUALITY_NOT_MEASURABLE, 12000, 20000);
    lower(&call, CQA_ASPECT_OVERTALK, CQA_QUALITY_NOT_MEASURABLE, 14000, 14400);
    lower(&call, CQA_ASPECT_HOLD, CQA_QUALITY_DEGRADED, 0, 60000);
    add_events(&call);
    count(&call);
    assert_near(value(&call, "silence_total_ms"), 8000, 0);
    assert_near(value(&call, "silence_count"), 2, 0);
    assert_near(value(&call, "overtalk_total_ms"), 500, 0);
    assert_near(value(&call, "interruptions_agent_count"), 0, 0);
    assert_near(value(&call, "hold_total_ms"), 14000, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_mono),
        cmocka_unit_test(test_inside_the_conversation),
        cmocka_unit_test(test_nobody_talks),
        cmocka_unit_test(test_unmeasured),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
