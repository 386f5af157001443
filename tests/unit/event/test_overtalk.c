/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "event/scene.h"

/* "0-5000 6000-7000" as spans. */
static struct cqa_spans parse(const char *text)
{
    struct cqa_spans spans = {0};
    long long start;
    long long end;
    int used;

    while (sscanf(text, " %lld-%lld%n", &start, &end, &used) == 2) {
        assert_int_equal(cqa_spans_add(&spans, start, end), CQA_OK);
        text += used;
    }
    return spans;
}

/* A scene in which only the speech is known. */
struct stage {
    struct cqa_frames frames;
    struct cqa_tracks tracks;
    struct cqa_scene scene;
};

static void stage_set(struct stage *stage, const char *agent, const char *customer)
{
    *stage = (struct stage){.tracks = {.channel_count = 2}};
    stage->scene = (struct cqa_scene){
        .frames = &stage->frames, .tracks = &stage->tracks, .duration_ms = 60000};
    stage->scene.speech[0] = parse(agent);
    stage->scene.speech[1] = parse(customer);
}

/* Plays overtalk and holds it against "START-END BY KIND; …". */
static void stage_expect(struct stage *stage, const char *wanted)
{
    char found[400] = "";
    size_t used = 0;

    assert_int_equal(cqa_scene_find_overtalk(&stage->scene), CQA_OK);
    for (size_t i = 0; i < stage->scene.events.count; i++) {
        const struct cqa_event *event = &stage->scene.events.items[i];
        assert_int_equal(event->type, CQA_EVENT_OVERTALK);
        used += (size_t)snprintf(
            found + used, sizeof found - used, "%s%lld-%lld %s %s", i > 0 ? "; " : "",
            (long long)event->start_ms, (long long)event->end_ms,
            event->by ? cqa_party_words[event->by] : "nobody", cqa_event_kind_words[event->kind]);
    }
    assert_string_equal(found, wanted);
    cqa_scene_finish(&stage->scene);
    cqa_frames_finish(&stage->frames);
}

static void expect(const char *agent, const char *customer, const char *wanted)
{
    struct stage stage;

    stage_set(&stage, agent, customer);
    stage_expect(&stage, wanted);
}

static void test_shortest(void **state)
{
    (void)state;
    expect("0-5000", "4800-9000", "4800-5000 customer interruption");
    expect("0-5000", "4801-9000", "");
    expect("0-5000", "5000-9000", "");
}

static void test_interruption(void **state)
{
    (void)state;
    expect("0-5000", "4000-5500", "4000-5000 customer interruption");
    expect("0-5000", "4000-5499", "4000-5000 customer other");
    expect("4000-5500", "0-5000", "4000-5000 agent interruption");
}

static void test_backchannel(void **state)
{
    (void)state;
    expect("0-6000", "3000-4100", "3000-4100 customer backchannel"); /* 1 s, and 0.1 s too wide */
    expect("0-6000", "3000-4101", "3000-4101 customer other");
    expect("0-6000", "4500-5500", "4500-5500 customer backchannel");
    expect("0-5999", "4500-5500", "4500-5500 customer other");
    expect("3000-3400", "0-6000", "3000-3400 agent backchannel");
}

/* Both began within 100 ms: nobody was first. */
static void test_together(void **state)
{
    (void)state;
    expect("0-3000", "99-4000", "99-3000 nobody interruption");
    expect("0-3000", "100-4000", "100-3000 customer interruption");
    expect("99-4000", "0-3000", "99-3000 nobody interruption");
    expect("100-4000", "0-3000", "100-3000 agent interruption");
    expect("500-3000", "500-3000", "500-3000 nobody other");
}

/* Turns bridge pauses under 1.0 s, for the first speaker and for the second. */
static void test_turns(void **state)
{
    (void)state;
    expect("0-3000 3999-6000", "2500-3300", "2500-3000 customer backchannel");
    expect("0-3000 4000-6000", "2500-3300", "2500-3000 customer other");
    /* who began is the turn's beginning, not the span's */
    expect("0-1000 1900-5000", "1500-9000", "1900-5000 customer interruption");
    expect("0-1000 2000-5000", "1500-9000", "2000-5000 agent other");
    /* two spans of one turn make it too long for a backchannel */
    expect("0-9000", "3000-3500 4400-4900", "3000-3500 customer other; 4400-4900 customer other");
    expect("0-9000", "3000-3500 4500-5000",
           "3000-3500 customer backchannel; 4500-5000 customer backchannel");
}

static void test_hold_and_mono(void **state)
{
    struct stage stage;

    (void)state;
    stage_set(&stage, "0-5000 20000-25000", "4000-9000 24000-29000");
    assert_int_equal(cqa_spans_add(&stage.scene.holds, 4900, 10000), CQA_OK);
    stage_expect(&stage, "24000-25000 customer interruption");
    stage_set(&stage, "0-5000", "");
    stage.scene.mono = 1;
    stage.tracks.channel_count = 1;
    stage_expect(&stage, "");
}

/* The agent may be on either channel. */
static void test_agent_on_the_right(void **state)
{
    struct stage stage;

    (void)state;
    stage_set(&stage, "0-5000", "4000-9000");
    stage.scene.agent = 1;
    stage_expect(&stage, "4000-5000 agent interruption");
}

/* ---- one voice on both channels */

enum { FRAMES = 400 };

/* Levels that jump about, another row for each voice. */
static uint8_t voice_at(int voice, int band, size_t t)
{
    uint32_t x = (uint32_t)voice * 40503u + (uint32_t)band * 69069u + (uint32_t)t * 2654435761u;

    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    return (uint8_t)(100 + x % 60);
}

/* Channel 0 carries voice 0; channel 1 the same, 20 dB softer and `late` frames later, with `other`
 * parts of voice 1 in ten. */
static void fill_voices(struct stage *stage, size_t late, int other)
{
    assert_int_equal(cqa_frames_grow(&stage->frames, FRAMES), CQA_OK);
    stage->frames.count = FRAMES;
    for (size_t t = 0; t < FRAMES; t++)
        for (int b = 0; b < CQA_BANDS; b++) {
            const int leak = t >= late ? voice_at(0, b, t - late) : 0;
            stage->frames.channel[0].band[b][t] = voice_at(0, b, t);
            stage->frames.channel[1].band[b][t] =
                (uint8_t)(((10 - other) * leak + other * voice_at(1, b, t)) / 10 - 40);
        }
    memset(stage->frames.channel[0].level, 150, FRAMES);
    memset(stage->frames.channel[1].level, 110, FRAMES);
}

static void expect_voices(const char *customer, size_t late, int other, const char *wanted)
{
    struct stage stage;

    stage_set(&stage, "0-9000", customer);
    fill_voices(&stage, late, other);
    stage_expect(&stage, wanted);
}

static void test_one_voice_on_both(void **state)
{
    (void)state;
    expect_voices("4000-6000", 0, 0, "");
    expect_voices("4000-6000", 3, 0, "");
    expect_voices("4000-6000", 16, 0, ""); /* half a second */
    expect_voices("4000-6000", 17, 0, "4000-6000 customer other");
    expect_voices("4000-6000", 3, 4, "");
    expect_voices("4000-6000", 3, 7, "4000-6000 customer other");
    expect_voices("4000-6000", 0, 10, "4000-6000 customer other");
}

/* Two voices are alike by chance over less than a second. */
static void test_one_voice_too_short_to_tell(void **state)
{
    (void)state;
    expect_voices("4000-5000", 0, 0, "");
    expect_voices("4000-4999", 0, 0, "4000-4999 customer backchannel");
}

/* A voice leaks into either channel, and from the recording's beginning on. */
static void test_one_voice_on_either(void **state)
{
    struct stage stage;

    (void)state;
    stage_set(&stage, "0-2000", "0-9000");
    fill_voices(&stage, 0, 0);
    memset(stage.frames.channel[0].level, 100, FRAMES);
    stage_expect(&stage, "");
    expect_voices("0-2000", 0, 0, "");
}

/* Spans of overtalk on a mix of 20 s of talk: two voices are heard as much as `all_along`, and as
 * much as `then` in frames 200 to 239. */
static void expect_mixed(uint8_t all_along, uint8_t then, int64_t start_ms, int64_t end_ms)
{
    static uint8_t both[625];
    struct stage stage;

    stage_set(&stage, "0-20000", "");
    stage.scene.mono = 1;
    stage.tracks = (struct cqa_tracks){.channel_count = 1, .count = sizeof both};
    stage.tracks.channel[0].posterior[CQA_TRACK_BOTH] = both;
    memset(both, all_along, sizeof both);
    for (size_t t = 0; t < sizeof both; t += 3)
        both[t] -= 9; /* no voice is always the same */
    memset(both + 200, then, 40);
    assert_int_equal(cqa_scene_find_overtalk(&stage.scene), CQA_OK);
    assert_int_equal(stage.scene.events.count, end_ms > 0);
    if (end_ms > 0) {
        assert_in_range(stage.scene.events.items[0].start_ms, start_ms - 64, start_ms + 64);
        assert_in_range(stage.scene.events.items[0].end_ms, end_ms - 64, end_ms + 64);
    }
    stage.tracks = (struct cqa_tracks){0};
    cqa_scene_finish(&stage.scene);
}

/* A voice that sounds like two all along is one; what sounds more so then is two. */
static void test_a_voice_like_two_on_a_mix(void **state)
{
    (void)state;
    expect_mixed(10, 120, 6400, 7680);
    expect_mixed(120, 220, 6400, 7680);
    expect_mixed(10, 66, 0, 0);
}

/* ---- another voice on the line */

enum { LONG_FRAMES = 1000 };

/* How sure it is that the agent interrupts at 13 s. The agent's line says something before, then
 * and after, of these lags (pitch). */
static float sureness_of(uint8_t before, uint8_t then, uint8_t after)
{
    static uint8_t sure[LONG_FRAMES];
    struct stage stage;

    stage_set(&stage, "0-8000 13000-19000 22000-30000", "8500-15500 19500-21500");
    assert_int_equal(cqa_frames_grow(&stage.frames, LONG_FRAMES), CQA_OK);
    stage.frames.count = LONG_FRAMES;
    memset(sure, 255, sizeof sure);
    stage.tracks.count = LONG_FRAMES;
    for (int c = 0; c < 2; c++) {
        struct cqa_channel_frames *rows = &stage.frames.channel[c];
        stage.tracks.channel[c].posterior[CQA_CLASS_SPEECH] = sure;
        memset(rows->level, 150, LONG_FRAMES);
        memset(rows->harmonicity, 220, LONG_FRAMES);
        for (size_t t = 0; t < LONG_FRAMES; t++) {
            rows->lag[t] = t < 300 ? before : t < 650 ? then : after;
            for (int b = 0; b < CQA_BANDS; b++)
                rows->band[b][t] = voice_at(c, b, t);
        }
    }
    assert_int_equal(cqa_scene_find_overtalk(&stage.scene), CQA_OK);
    assert_int_equal(stage.scene.events.count, 1);
    assert_int_equal(stage.scene.events.items[0].by, CQA_PARTY_AGENT);
    assert_int_equal(stage.scene.events.items[0].kind, CQA_KIND_INTERRUPTION);
    const float sureness = stage.scene.events.items[0].confidence;
    stage.tracks = (struct cqa_tracks){0};
    cqa_scene_finish(&stage.scene);
    cqa_frames_finish(&stage.frames);
    return sureness;
}

/* A supervisor or an interpreter between the agent's words is not the agent; a colleague who takes
 * over goes on. */
static void test_another_voice_between(void **state)
{
    (void)state;
    assert_true(sureness_of(80, 80, 80) > 0.95f);
    assert_true(sureness_of(80, 40, 80) == 0.85f);
    assert_true(sureness_of(80, 40, 40) > 0.95f);
    assert_true(sureness_of(40, 40, 80) > 0.95f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shortest),
        cmocka_unit_test(test_interruption),
        cmocka_unit_test(test_backchannel),
        cmocka_unit_test(test_together),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_hold_and_mono),
        cmocka_unit_test(test_agent_on_the_right),
        cmocka_unit_test(test_one_voice_on_both),
        cmocka_unit_test(test_one_voice_too_short_to_tell),
        cmocka_unit_test(test_one_voice_on_either),
        cmocka_unit_test(test_a_voice_like_two_on_a_mix),
        cmocka_unit_test(test_another_voice_between),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
