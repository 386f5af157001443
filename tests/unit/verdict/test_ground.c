/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the recording bears of one event: a table of what is known, and what may be charged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "verdict/ground.h"

#define NOT CQA_QUALITY_NOT_MEASURABLE
#define DEG CQA_QUALITY_DEGRADED
#define NOTHING {{0}}, 0, CQA_CAUSE_NONE
#define NONE 0, CQA_CAUSE_NONE
#define COUNT 1, CQA_CAUSE_NONE

/* The conversation is from 10 to 50 s; in OLD results nobody says so. */
enum talk { TALK, NOBODY, OLD };

static const struct cqa_conversation talks[] = {
    [TALK] = {1, 1, 10000, 50000, 0.95f}, [NOBODY] = {.known = 1}, [OLD] = {.known = 0}};

struct span {
    enum cqa_aspect what;
    enum cqa_quality state;
    int64_t start_ms;
    int64_t end_ms;
    const char *reason;
};

static const struct known {
    const char *name;
    enum cqa_event_type type;
    int64_t start_ms;
    int64_t end_ms;
    enum talk talk;
    int64_t counted_ms; /* -1: it bears nothing, for */
    const char *reason;
    struct span spans[2]; /* up to the first of no length */
    int with_degraded;
    enum cqa_event_cause cause;
} cases[] = {
    {"inside", CQA_EVENT_SILENCE, 20000, 30000, TALK, 10000, NULL, NOTHING},
    {"at its bounds", CQA_EVENT_SILENCE, 10000, 50000, TALK, 40000, NULL, NOTHING},
    {"before", CQA_EVENT_SILENCE, 0, 9000, TALK, -1, "before_conversation", NOTHING},
    {"after", CQA_EVENT_SILENCE, 51000, 59000, TALK, -1, "after_conversation", NOTHING},
    {"half before", CQA_EVENT_SILENCE, 5000, 15000, TALK, -1, "before_conversation", NOTHING},
    {"less than half before", CQA_EVENT_SILENCE, 5001, 15001, TALK, 5001, NULL, NOTHING},
    {"half after", CQA_EVENT_SILENCE, 45000, 55000, TALK, -1, "after_conversation", NOTHING},
    {"less than half after", CQA_EVENT_SILENCE, 44999, 54999, TALK, 5001, NULL, NOTHING},
    {"hold from inside", CQA_EVENT_HOLD, 49000, 90000, TALK, 41000, NULL, NOTHING},
    {"hold from the end", CQA_EVENT_HOLD, 50000, 90000, TALK, 40000, NULL, NOTHING},
    {"hold behind it", CQA_EVENT_HOLD, 50001, 90000, TALK, -1, "after_conversation", NOTHING},
    {"hold before it", CQA_EVENT_HOLD, 1000, 12000, TALK, -1, "before_conversation", NOTHING},
    {"nobody talks", CQA_EVENT_SILENCE, 20000, 30000, NOBODY, -1, "no_conversation", NOTHING},
    {"old", CQA_EVENT_SILENCE, 0, 9000, OLD, 9000, NULL, NOTHING},
    {"old hold", CQA_EVENT_HOLD, 0, 9000, OLD, 9000, NULL, NOTHING},
    {"half unmeasured",
     CQA_EVENT_SILENCE,
     20000,
     30000,
     TALK,
     5000,
     NULL,
     {{CQA_ASPECT_SILENCE, NOT, 15000, 25000, "line_lost"}},
     NONE},
    {"more than half",
     CQA_EVENT_SILENCE,
     20000,
     30000,
     TALK,
     -1,
     "line_lost",
     {{CQA_ASPECT_SILENCE, NOT, 15000, 25001, "line_lost"}},
     NONE},
    {"another aspect",
     CQA_EVENT_SILENCE,
     20000,
     30000,
     TALK,
     10000,
     NULL,
     {{CQA_ASPECT_HOLD, NOT, 15000, 35000, "line_lost"}},
     NONE},
    {"two pieces",
     CQA_EVENT_SILENCE,
     20000,
     30000,
     TALK,
     -1,
     "line_idle",
     {{CQA_ASPECT_SILENCE, NOT, 20000, 22000, "noise"},
      {CQA_ASPECT_SILENCE, NOT, 24000, 28000, "line_idle"}},
     NONE},
    {"the same seconds twice",
     CQA_EVENT_SILENCE,
     20000,
     30000,
     TALK,
     6000,
     NULL,
     {{CQA_ASPECT_SILENCE, NOT, 20000, 24000, "noise"},
      {CQA_ASPECT_SILENCE, NOT, 21000, 24000, "line_idle"}},
     NONE},
    {"one in the other",
     CQA_EVENT_SILENCE,
     20000,
     30000,
     TALK,
     5500,
     NULL,
     {{CQA_ASPECT_SILENCE, NOT, 20000, 24500, "noise"},
      {CQA_ASPECT_SILENCE, NOT, 21000, 22000, "line_idle"}},
     NONE},
    {"degraded",
     CQA_EVENT_SILENCE,
     20000,
     30000,
     TALK,
     -1,
     "noise",
     {{CQA_ASPECT_SILENCE, DEG, 20000, 30000, "noise"}},
     NONE},
    {"degraded, counted",
     CQA_EVENT_SILENCE,
     20000,
     30000,
     TALK,
     10000,
     NULL,
     {{CQA_ASPECT_SILENCE, DEG, 20000, 30000, "noise"}},
     COUNT},
    {"unmeasured, counted",
     CQA_EVENT_SILENCE,
     20000,
     30000,
     TALK,
     -1,
     "noise",
     {{CQA_ASPECT_SILENCE, NOT, 20000, 30000, "noise"}},
     COUNT},
    {"before and unmeasured",
     CQA_EVENT_SILENCE,
     6000,
     20000,
     TALK,
     8000,
     NULL,
     {{CQA_ASPECT_SILENCE, NOT, 5000, 12000, "noise"}},
     NONE},
    {"an old span",
     CQA_EVENT_SILENCE,
     20000,
     30000,
     OLD,
     -1,
     "noise",
     {{CQA_ASPECT_SILENCE, NOT, 0, 60000, "noise"}},
     NONE},
    {"parked", CQA_EVENT_SILENCE, 20000, 30000, TALK, -1, "parked", {{0}}, 1, CQA_CAUSE_PARKED},
    {"old parked", CQA_EVENT_SILENCE, 20000, 30000, OLD, -1, "parked", {{0}}, 1, CQA_CAUSE_PARKED},
    {"not recorded", CQA_EVENT_NOT_RECORDED, 20000, 30000, TALK, -1, "not_recorded", {{0}}, COUNT},
    {"idle", CQA_EVENT_LINE_IDLE, 20000, 30000, TALK, -1, "line_idle", {{0}}, COUNT},
    {"lost", CQA_EVENT_LINE_LOST, 20000, 30000, TALK, -1, "line_lost", {{0}}, COUNT},
};

static void know(const struct known *known, struct cqa_measurable *measurable)
{
    *measurable = (struct cqa_measurable){.conversation = talks[known->talk]};
    for (size_t i = 0; i < 2 && known->spans[i].end_ms > 0; i++) {
        const struct span *span = &known->spans[i];
        assert_int_equal(
            cqa_measurable_add(measurable,
                               &(struct cqa_unmeasured){span->what, span->state, span->start_ms,
                                                        span->end_ms, span->reason, 0.9f}),
            CQA_OK);
        measurable->reasons[measurable->reason_count++] =
            (struct cqa_reason){span->reason, span->what, {span->reason, "原因"}};
    }
}

static void test_event(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct known *known = &cases[i];
        const struct cqa_event event = {.type = known->type,
                                        .cause = known->cause,
                                        .start_ms = known->start_ms,
                                        .end_ms = known->end_ms};
        struct cqa_measurable measurable;
        know(known, &measurable);
        const struct cqa_ground ground =
            cqa_ground_of_event(&measurable, &event, known->with_degraded);
        if (ground.bears != (known->counted_ms >= 0) ||
            (ground.bears && ground.counted_ms != known->counted_ms))
            fail_msg("%s: bears %d, %g ms", known->name, ground.bears, (double)ground.counted_ms);
        if (known->reason == NULL) {
            assert_null(ground.reason);
        } else {
            assert_string_equal(ground.reason, known->reason);
            assert_true(ground.text.en != NULL && ground.text.zh != NULL);
        }
        cqa_measurable_finish(&measurable);
    }
}

/* A number of the whole call stands on somebody having talked with somebody. */
static void test_call(void **state)
{
    struct cqa_measurable measurable = {.conversation = talks[TALK]};

    (void)state;
    assert_true(cqa_ground_of_measure(&measurable, CQA_MEASURE_COUNT).bears);
    measurable.conversation = (struct cqa_conversation){.known = 0};
    assert_true(cqa_ground_of_measure(&measurable, CQA_MEASURE_COUNT).bears);
    measurable.conversation.known = 1;
    assert_false(cqa_ground_of_measure(&measurable, CQA_MEASURE_COUNT).bears);
    assert_string_equal(cqa_ground_of_measure(&measurable, CQA_MEASURE_COUNT).reason,
                        "no_conversation");
}

/* What spans make of the whole call: what holds for over half of it. */
static void test_state(void **state)
{
    static const struct {
        enum cqa_quality quality[2];
        int64_t end_ms[2]; /* both begin at 0 and at 50 s */
        enum cqa_quality whole;
    } spans[] = {{{NOT, NOT}, {0, 0}, CQA_QUALITY_OK},
                 {{NOT, NOT}, {50000, 0}, CQA_QUALITY_OK},
                 {{NOT, NOT}, {50000, 50001}, CQA_QUALITY_NOT_MEASURABLE},
                 {{DEG, DEG}, {50000, 50001}, CQA_QUALITY_DEGRADED},
                 {{NOT, DEG}, {50000, 90000}, CQA_QUALITY_DEGRADED}};

    (void)state;
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        struct cqa_measurable measurable = {.span_count = 0};
        for (size_t k = 0; k < 2; k++)
            if (spans[i].end_ms[k] > 0)
                assert_int_equal(
                    cqa_measurable_add(&measurable,
                                       &(struct cqa_unmeasured){
                                           CQA_ASPECT_SILENCE, spans[i].quality[k],
                                           (int64_t)k * 50000, spans[i].end_ms[k], "noise", 0.9f}),
                    CQA_OK);
        assert_int_equal(cqa_ground_state(&measurable, CQA_ASPECT_SILENCE, 100000), spans[i].whole);
        assert_int_equal(cqa_ground_state(&measurable, CQA_ASPECT_HOLD, 100000), CQA_QUALITY_OK);
        cqa_measurable_finish(&measurable);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event),
        cmocka_unit_test(test_call),
        cmocka_unit_test(test_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
