/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result/same.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

enum { MINUTE_MS = 60000 };

/* A call of a minute with its own turns: `seed` says which. `from_ms` on, `length_ms` long. */
static void fill(struct cqa_result *result, unsigned seed, int64_t from_ms, int64_t length_ms)
{
    *result = (struct cqa_result){
        .channel_count = 2,
        .recording = {
            .duration_ms = length_ms, .rate_hz = 8000, .channels = 2, .layout = CQA_LAYOUT_STEREO}};
    (void)strcpy(result->recording.container, "WAV");
    (void)strcpy(result->recording.encoding, "PCM_16");
    memset(result->recording.sha256, 'a' + (int)(seed % 6), 64);
    int64_t at_ms = 0;
    for (int turn = 0; at_ms < MINUTE_MS; turn++) {
        seed = seed * 1103515245U + 12345U;
        const int64_t start_ms = at_ms + 200 + (int64_t)(seed >> 16) % 1500 - from_ms;
        const int64_t end_ms = start_ms + 700 + (int64_t)(seed >> 8) % 2500;
        at_ms = end_ms + from_ms;
        if (start_ms >= 0 && end_ms <= length_ms)
            assert_int_equal(cqa_spans_add(&result->channels[turn % 2].speech, start_ms, end_ms),
                             CQA_OK);
    }
}

static void encode(struct cqa_result *result, int64_t delay_ms)
{
    (void)strcpy(result->recording.container, "MP3");
    (void)strcpy(result->recording.encoding, "MPEG_LAYER_III");
    memset(result->recording.sha256, 'f', 64);
    result->recording.duration_ms += delay_ms;
    for (int i = 0; i < 2; i++)
        for (size_t k = 0; k < result->channels[i].speech.count; k++) {
            result->channels[i].speech.items[k].start_ms += delay_ms + 30;
            result->channels[i].speech.items[k].end_ms += delay_ms - 30;
        }
}

static int is_same_by(enum cqa_names_say names, const struct cqa_result *left,
                      const struct cqa_result *right)
{
    struct cqa_error error = {0};
    int there = 0;
    int back = 0;

    assert_int_equal(cqa_result_same(left, right, names, &there, &error), CQA_OK);
    assert_int_equal(cqa_result_same(right, left, names, &back, &error), CQA_OK);
    assert_int_equal(there, back);
    return there;
}

static int is_same(const struct cqa_result *left, const struct cqa_result *right)
{
    return is_same_by(CQA_NAMES_EQUAL, left, right);
}

static void test_a_conversion_is_the_same_and_worse(void **state)
{
    struct cqa_result wav;
    struct cqa_result mp3;

    (void)state;
    fill(&wav, 1, 0, MINUTE_MS);
    fill(&mp3, 1, 0, MINUTE_MS);
    encode(&mp3, 180);
    assert_true(is_same(&wav, &mp3));
    assert_true(is_same_by(CQA_NAMES_ID, &wav, &mp3));
    assert_true(is_same_by(CQA_NAMES_STEM, &wav, &mp3));
    assert_true(cqa_result_better(&wav, &mp3) > 0);
    assert_true(cqa_result_better(&mp3, &wav) < 0);
    cqa_result_finish(&wav);
    cqa_result_finish(&mp3);
}

static void test_another_recording_is_not(void **state)
{
    (void)state;
    for (unsigned seed = 2; seed < 60; seed++) {
        struct cqa_result one;
        struct cqa_result other;
        fill(&one, 1, 0, MINUTE_MS);
        fill(&other, seed, 0, MINUTE_MS);
        memset(other.recording.sha256, 'e', 64);
        assert_false(is_same(&one, &other));
        cqa_result_finish(&one);
        cqa_result_finish(&other);
    }
}

/* Cut off at its end it is the same; what begins later is another recording of the call. */
static void test_a_beginning_is_the_same_an_end_is_not(void **state)
{
    struct cqa_result whole;
    struct cqa_result head;
    struct cqa_result tail;

    (void)state;
    fill(&whole, 1, 0, MINUTE_MS);
    fill(&head, 1, 0, MINUTE_MS / 2);
    fill(&tail, 1, MINUTE_MS / 2, MINUTE_MS / 2);
    memset(head.recording.sha256, 'd', 64);
    memset(tail.recording.sha256, 'e', 64);
    assert_true(is_same(&whole, &head));
    assert_true(cqa_result_better(&whole, &head) > 0);
    assert_false(is_same(&whole, &tail));
    cqa_result_finish(&whole);
    cqa_result_finish(&head);
    cqa_result_finish(&tail);
}

/* Two calls whose pauses lie at other moments are two, however much time both fill with speech. */
static void fill_evenly(struct cqa_result *result, int64_t pause_ms, int64_t shift_ms, char hash)
{
    fill(result, 1, 0, 0);
    result->recording.duration_ms = MINUTE_MS;
    memset(result->recording.sha256, hash, 64);
    for (int64_t at_ms = shift_ms; at_ms + 6000 <= MINUTE_MS; at_ms += 6000)
        for (int i = 0; i < 2; i++)
            assert_int_equal(cqa_spans_add(&result->channels[i].speech, at_ms + 300 * i,
                                           at_ms + 6000 - pause_ms - (at_ms * 7) % 350),
                             CQA_OK);
}

static void test_as_much_speech_is_not_the_same(void **state)
{
    (void)state;
    for (int64_t shift_ms = 500; shift_ms < 3000; shift_ms += 500) {
        struct cqa_result one;
        struct cqa_result other;
        fill_evenly(&one, 400, 0, 'd');
        fill_evenly(&other, 700, shift_ms, 'e');
        assert_false(is_same(&one, &other));
        cqa_result_finish(&one);
        cqa_result_finish(&other);
    }
}

static void add_turns(struct cqa_result *result, char hash, const struct cqa_span (*turns)[2])
{
    fill(result, 1, 0, 0);
    result->recording.duration_ms = 15000;
    memset(result->recording.sha256, hash, 64);
    for (int i = 0; i < 4; i++)
        assert_int_equal(cqa_spans_add(&result->channels[i / 2].speech,
                                       turns[i / 2][i % 2].start_ms, turns[i / 2][i % 2].end_ms),
                         CQA_OK);
}

/* Four short turns, as they are and as Opus of 24 kbit/s leaves them: who answers at once follows
 * without a pause there. */
static void test_a_short_call_of_quick_turns_is_the_same(void **state)
{
    static const struct cqa_span wav[][2] = {{{64, 1536}, {12128, 13280}},
                                             {{1600, 3040}, {13536, 15000}}};
    static const struct cqa_span opus[][2] = {{{64, 1632}, {12128, 13536}},
                                              {{1568, 3040}, {13536, 15000}}};
    /* as MP3 leaves others: a pause of 0.3 s is a little shorter */
    static const struct cqa_span slow[][2] = {{{128, 1536}, {12096, 13536}},
                                              {{1856, 3040}, {13504, 15000}}};
    static const struct cqa_span mp3[][2] = {{{128, 1568}, {12096, 13536}},
                                             {{1856, 3040}, {13504, 15000}}};
    static const struct cqa_span another[][2] = {{{64, 1536}, {11328, 13280}},
                                                 {{1600, 3040}, {13536, 15000}}};
    struct cqa_result results[5];

    (void)state;
    add_turns(&results[3], 'd', slow);
    add_turns(&results[4], 'e', mp3);
    assert_true(is_same(&results[3], &results[4]));
    add_turns(&results[0], 'd', wav);
    add_turns(&results[1], 'e', opus);
    add_turns(&results[2], 'c', another);
    assert_true(is_same(&results[0], &results[1]));
    assert_false(is_same(&results[1], &results[2]));
    assert_false(is_same_by(CQA_NAMES_ID, &results[0], &results[1])); /* too little to tell */
    for (int i = 0; i < 5; i++)
        cqa_result_finish(&results[i]);
}

/* An announcement that two callers hear, or silence: only names can tell that it is one call. */
static void test_what_tells_little_is_two_but_for_equal_names(void **state)
{
    struct cqa_result one;
    struct cqa_result other;

    (void)state;
    for (int is_silent = 0; is_silent < 2; is_silent++) {
        fill(&one, 1, 0, MINUTE_MS);
        fill(&other, 1, 0, MINUTE_MS);
        memset(other.recording.sha256, 'e', 64);
        one.channels[1].speech.count = other.channels[1].speech.count = 0;
        if (is_silent)
            one.channels[0].speech.count = other.channels[0].speech.count = 0;
        assert_true(is_same_by(CQA_NAMES_EQUAL, &one, &other));
        assert_int_equal(is_same_by(CQA_NAMES_ID, &one, &other), !is_silent);
        assert_false(is_same_by(CQA_NAMES_STEM, &one, &other));
        other.recording.duration_ms += 2000; /* the second caller waits for longer */
        assert_false(is_same_by(CQA_NAMES_STEM, &one, &other));
        if (is_silent)
            assert_false(is_same_by(CQA_NAMES_EQUAL, &one, &other));
        cqa_result_finish(&one);
        cqa_result_finish(&other);
    }
}

static void test_a_mix_is_worse_though_lossless(void **state)
{
    struct cqa_result mp3;
    struct cqa_result mix;

    (void)state;
    fill(&mp3, 1, 0, MINUTE_MS);
    encode(&mp3, 0);
    fill(&mix, 1, 0, MINUTE_MS);
    mix.recording.layout = CQA_LAYOUT_MONO;
    assert_true(cqa_result_better(&mp3, &mix) > 0);
    cqa_result_finish(&mp3);
    cqa_result_finish(&mix);
}

static struct cqa_span shared_of(const struct cqa_result *left, const struct cqa_result *right)
{
    struct cqa_error error = {0};
    struct cqa_span out;

    assert_int_equal(cqa_result_shared(left, right, &out, &error), CQA_OK);
    return out;
}

static void test_shared_seconds_are_heard(void **state)
{
    struct cqa_result whole;
    struct cqa_result tail;
    struct cqa_result after;

    (void)state;
    fill(&whole, 1, 0, MINUTE_MS);
    fill(&tail, 1, 22000, MINUTE_MS - 22000);
    fill(&after, 9, 0, MINUTE_MS);
    struct cqa_span span = shared_of(&whole, &tail);
    assert_int_equal(span.start_ms, 22000);
    assert_int_equal(span.end_ms, MINUTE_MS);
    span = shared_of(&tail, &whole);
    assert_int_equal(span.start_ms, 0);
    assert_int_equal(span.end_ms, MINUTE_MS - 22000);
    span = shared_of(&whole, &after);
    assert_int_equal(span.end_ms, 0);
    /* Nothing alike is heard: the clock says, unless it is the call's. */
    whole.call.started_at = "2025-11-20T10:15:02+08:00";
    after.call.started_at = "2025-11-20T02:15:32Z";
    span = shared_of(&whole, &after);
    assert_int_equal(span.start_ms, 30000);
    assert_int_equal(span.end_ms, MINUTE_MS);
    after.call.started_at = "2025-11-20T02:15:02Z";
    span = shared_of(&whole, &after);
    assert_int_equal(span.end_ms, 0);
    cqa_result_finish(&whole);
    cqa_result_finish(&tail);
    cqa_result_finish(&after);
}

static void test_what_lies_in_shared_seconds_costs_once(void **state)
{
    struct cqa_deduction deductions[] = {
        {.rule = "a", .severity = "major", .points = 5, .start_ms = 0, .end_ms = 10000},
        {.rule = "b", .severity = "major", .points = 3, .start_ms = 28000, .end_ms = 34000},
        {.rule = "c", .severity = "major", .points = 2, .start_ms = 26000, .end_ms = 32000},
    };
    struct cqa_result result = {
        .scored = 1,
        .score = {.base = 100, .total = 90, .deductions = deductions, .deduction_count = 3}};
    size_t changed = 0;

    (void)state;
    cqa_result_charge_elsewhere(&result, (struct cqa_span){30000, 60000}, &changed);
    assert_int_equal(changed, 1);
    assert_true(deductions[1].points == 0 && deductions[2].points == 2);
    assert_string_equal(deductions[1].severity, "note");
    assert_string_equal(deductions[1].ground, CQA_OTHER_RECORDING);
    assert_true(result.score.total == 93);
    /* A floor that held the total up still does. */
    result.score.total = 97;
    cqa_result_charge_elsewhere(&result, (struct cqa_span){0, 60000}, &changed);
    assert_int_equal(changed, 2);
    assert_true(result.score.total == 100);
}

/* A minute of a joined call in which the agent speaks three times. */
static void fill_joined(struct cqa_result *joined)
{
    static const int64_t words_ms[][2] = {{2000, 5000}, {9000, 14000}, {40000, 44000}};

    *joined = (struct cqa_result){.channel_count = 2,
                                  .recording = {.duration_ms = MINUTE_MS,
                                                .layout = CQA_LAYOUT_STEREO,
                                                .legs = {.joined = 1}}};
    memset(joined->recording.leg[0].sha256, 'a', 64);
    memset(joined->recording.leg[1].sha256, 'b', 64);
    joined->channels[0].role = CQA_ROLE_AGENT;
    joined->channels[1].role = CQA_ROLE_CUSTOMER;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(cqa_spans_add(&joined->channels[0].speech, words_ms[i][0], words_ms[i][1]),
                         CQA_OK);
}

static int is_leg_with(const struct cqa_result *joined, int64_t length_ms, int64_t later_ms,
                       size_t words)
{
    struct cqa_result leg = {.channel_count = 1,
                             .recording = {.duration_ms = length_ms, .layout = CQA_LAYOUT_LEG}};
    struct cqa_error error = {0};
    int is_leg = -1;

    memset(leg.recording.sha256, 'c', 64);
    leg.channels[0].role = CQA_ROLE_AGENT;
    for (size_t i = 0; i < words; i++) {
        const struct cqa_span span = joined->channels[0].speech.items[i];
        assert_int_equal(cqa_spans_add(&leg.channels[0].speech, span.start_ms + later_ms,
                                       span.end_ms + later_ms * (i == 1 ? 2 : 1)),
                         CQA_OK);
    }
    assert_int_equal(cqa_result_is_leg_of(&leg, joined, &is_leg, &error), CQA_OK);
    cqa_result_finish(&leg);
    return is_leg;
}

static void test_what_is_left_of_a_leg_is_part_of_its_call(void **state)
{
    struct cqa_result joined;

    (void)state;
    fill_joined(&joined);
    assert_true(is_leg_with(&joined, MINUTE_MS, 0, 3));          /* in another encoding */
    assert_true(is_leg_with(&joined, 20000, 50, 2));             /* its beginning */
    assert_false(is_leg_with(&joined, 20000, 1500, 2));          /* something else */
    assert_false(is_leg_with(&joined, 20000, 0, 1));             /* that lacks what was said */
    assert_false(is_leg_with(&joined, MINUTE_MS + 20000, 0, 3)); /* that goes on */
    cqa_result_finish(&joined);
}

static void test_nothing_but_idle_is_not_heard(void **state)
{
    struct cqa_event idle = {.type = CQA_EVENT_NOT_RECORDED, .start_ms = 0, .end_ms = 9500};
    struct cqa_result result = {.recording = {.duration_ms = 10000},
                                .events = {.items = &idle, .count = 1}};

    (void)state;
    assert_false(cqa_result_is_heard(&result));
    idle.end_ms = 9000;
    assert_true(cqa_result_is_heard(&result));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_conversion_is_the_same_and_worse),
        cmocka_unit_test(test_another_recording_is_not),
        cmocka_unit_test(test_a_beginning_is_the_same_an_end_is_not),
        cmocka_unit_test(test_as_much_speech_is_not_the_same),
        cmocka_unit_test(test_a_short_call_of_quick_turns_is_the_same),
        cmocka_unit_test(test_what_tells_little_is_two_but_for_equal_names),
        cmocka_unit_test(test_a_mix_is_worse_though_lossless),
        cmocka_unit_test(test_shared_seconds_are_heard),
        cmocka_unit_test(test_what_lies_in_shared_seconds_costs_once),
        cmocka_unit_test(test_what_is_left_of_a_leg_is_part_of_its_call),
        cmocka_unit_test(test_nothing_but_idle_is_not_heard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
