/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line that is muted and carries noise all the same. Calls of a minute are made as sound, of
 * noises with levels and colours of their own; only who speaks is told to the rules.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "event/scene.h"
#include "signal/extract.h"

enum {
    RATE = 8000,
    SECONDS = 60,
    STRETCH_S = 20, /* where the agent's line is muted, or nobody speaks, */
    RESUME_S = 40,  /* and until when */
};

/* A noise: level of the whole, dBFS; colour: 0 white, towards 1 dark, under 0 bright; swing: how
 * much it comes and goes, dB. */
struct noise {
    double dbfs;
    double colour;
    double swing_db;
};

static const struct noise room = {-66, 0.6, 0};

struct call {
    float *pairs;
    struct cqa_frames frames;
    struct cqa_tracks tracks;
    struct cqa_scene scene;
};

static struct cqa_signal_plan *signal_plan;
static uint32_t seed;

/* About normal, variance 1; the same in every run. */
static double dice(void)
{
    double sum = 0;

    for (int i = 0; i < 3; i++) {
        seed = seed * 1664525u + 1013904223u;
        sum += (double)(seed >> 8) / 16777216.0;
    }
    return 2 * (sum - 1.5);
}

/* Noise of one pole, at its level whatever its colour. */
static void add_noise(struct call *call, int c, int from_s, int to_s, struct noise noise)
{
    const double scale = pow(10, noise.dbfs / 20) * sqrt(1.0 - noise.colour * noise.colour);
    double state = 0;

    for (int i = from_s * RATE; i < to_s * RATE; i++) {
        const double swing = noise.swing_db * sin(2 * M_PI * 0.3 * i / RATE);
        state = noise.colour * state + dice();
        call->pairs[2 * i + c] += (float)(scale * pow(10, swing / 20) * state);
    }
}

static int speaks(int c, double at_s)
{
    if (at_s >= STRETCH_S && at_s < RESUME_S)
        return 0;
    if (at_s >= 45 && at_s < 52) /* the agent listens */
        return c == 1;
    return c == 0 && fmod(at_s, 2.0) < 1.4;
}

static void speak(struct call *call)
{
    for (int c = 0; c < 2; c++)
        for (size_t t = 0; t < call->tracks.count; t++) {
            const int spoken = speaks(c, (double)t * CQA_FRAME_MS / 1000);
            call->tracks.channel[c].class_[t] = spoken ? CQA_CLASS_SPEECH : CQA_CLASS_NONE;
            for (size_t i = t * CQA_HOP; spoken && i < (t + 1) * CQA_HOP; i++)
                call->pairs[2 * i + (size_t)c] += (float)(0.1 * dice());
        }
}

static void make_frames(struct call *call)
{
    struct cqa_extractor *extractor;
    size_t done = 0;

    assert_int_equal(cqa_extractor_create(&extractor, signal_plan, NULL), CQA_OK);
    while (done < (size_t)SECONDS * RATE) {
        size_t capacity;
        float *space = cqa_extractor_room(extractor, &capacity);
        const size_t left = (size_t)SECONDS * RATE - done;
        const size_t count = left < capacity ? left : capacity;
        memcpy(space, call->pairs + 2 * done, count * 2 * sizeof *space);
        assert_int_equal(cqa_extractor_take(extractor, count), CQA_OK);
        done += count;
    }
    assert_int_equal(cqa_extractor_end(extractor, &call->frames), CQA_OK);
    cqa_extractor_destroy(extractor);
}

static void make_tracks(struct cqa_tracks *tracks)
{
    *tracks = (struct cqa_tracks){.count = (size_t)SECONDS * RATE / CQA_HOP, .channel_count = 2};
    for (int c = 0; c < 2; c++) {
        struct cqa_channel_track *track = &tracks->channel[c];
        track->class_ = calloc(tracks->count, 1);
        track->still = calloc(tracks->count, 1);
        assert_true(track->class_ != NULL && track->still != NULL);
        for (int k = 0; k < CQA_TRACK_COUNT; k++)
            assert_non_null(track->posterior[k] = calloc(tracks->count, 1));
    }
}

/* `agent`: what the agent's line carries where it is not in the stretch. */
static void call_make(struct call *call, struct noise agent, struct noise stretch)
{
    *call = (struct call){.pairs = calloc((size_t)SECONDS * RATE, 2 * sizeof(float))};
    assert_non_null(call->pairs);
    seed = 1;
    make_tracks(&call->tracks);
    add_noise(call, 0, 0, STRETCH_S, agent);
    add_noise(call, 0, STRETCH_S, RESUME_S, stretch);
    add_noise(call, 0, RESUME_S, SECONDS, agent);
    add_noise(call, 1, 0, SECONDS, room);
    speak(call);
    make_frames(call);
    call->scene = (struct cqa_scene){
        .frames = &call->frames, .tracks = &call->tracks, .duration_ms = (int64_t)SECONDS * 1000};
}

static void call_finish(struct call *call)
{
    free(call->pairs);
    cqa_scene_finish(&call->scene);
    cqa_frames_finish(&call->frames);
    cqa_tracks_finish(&call->tracks);
}

/* What is found as the steps before leave it: one silence, and no drop by which it were a mute.
 * `agent`: channel; where it is the other line, the agent speaks just before and after. */
static float confidence(int agent, struct noise line, struct noise stretch)
{
    struct call call;

    call_make(&call, line, stretch);
    struct cqa_scene *scene = &call.scene;
    scene->agent = agent;
    for (int c = 0; c < 2; c++)
        assert_int_equal(
            cqa_tracks_spans(&call.tracks, c, 1 << CQA_CLASS_SPEECH, &scene->speech[c]), CQA_OK);
    cqa_spans_bridge(&scene->speech[0], cqa_event_limits.speech.bridge_ms);
    if (agent == 1) {
        cqa_spans_finish(&scene->speech[1]);
        assert_int_equal(cqa_spans_add(&scene->speech[1], 19500, 20000), CQA_OK);
        assert_int_equal(cqa_spans_add(&scene->speech[1], 40000, 52000), CQA_OK);
    }
    assert_int_equal(cqa_lines_find(scene, &scene->lines), CQA_OK);
    assert_int_equal(cqa_mute_find(scene, &scene->mute), CQA_OK);
    assert_true(agent == 0 ? scene->mute.informative : scene->mute.away_informative);
    assert_int_equal(agent == 0 ? scene->mute.dropped.count : scene->mute.away.count, 0);
    assert_int_equal(cqa_scene_find_silence(scene), CQA_OK);
    assert_int_equal(scene->events.count, 1);
    assert_int_equal(scene->events.items[0].cause, CQA_CAUSE_UNEXPLAINED);
    const float found = scene->events.items[0].confidence;
    call_finish(&call);
    return found;
}

static int is_charged(struct noise agent, struct noise stretch)
{
    return confidence(0, agent, stretch) >= 0.9f; /* min_confidence of the standard rubric */
}

static int is_charged_on_customers(struct noise customer, struct noise stretch)
{
    return confidence(1, customer, stretch) >= 0.9f;
}

/* White, or what else a telephone makes, in the place of a room's noise. */
static void test_comfort_noise(void **state)
{
    static const double colours[] = {0, -0.4, 0.2};

    (void)state;
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
        for (int under = 1; under <= 4; under += 3)
            assert_false(is_charged(room, (struct noise){room.dbfs - under, colours[i], 0}));
}

/* The room goes on, or somebody turns it down: nobody was muted. */
static void test_own_noise(void **state)
{
    (void)state;
    assert_true(is_charged(room, room));
    for (int under = 1; under <= 4; under += 3)
        assert_true(is_charged(room, (struct noise){room.dbfs - under, room.colour, 0}));
}

/* A machine's noise is steady; a room may come and go, and change its colour with it. */
static void test_unsteady(void **state)
{
    (void)state;
    assert_true(is_charged(room, (struct noise){room.dbfs - 1, 0, 3}));
}

/* A rising gain lets other noise be heard; no mute does. */
static void test_louder(void **state)
{
    (void)state;
    assert_true(is_charged(room, (struct noise){room.dbfs + 6, 0, 0}));
}

/* A mobile out of reach, or a customer who takes another call: the exchange's noise is as loud as
 * it likes. The customer's own noise, or a room's, tells nothing. */
static void test_customers_line(void **state)
{
    (void)state;
    assert_false(is_charged_on_customers(room, (struct noise){room.dbfs - 4, 0, 0}));
    assert_false(is_charged_on_customers(room, (struct noise){room.dbfs + 6, 0, 0}));
    assert_true(is_charged_on_customers(room, room));
    assert_true(is_charged_on_customers(room, (struct noise){room.dbfs + 6, room.colour, 0}));
    assert_true(is_charged_on_customers(room, (struct noise){room.dbfs + 6, 0, 3}));
}

/* A room of its own comings and goings is known by its quiet moments. */
static void test_against_unsteady_room(void **state)
{
    const struct noise lively = {-64, 0.6, 4};
    const struct noise comfort = {-70, 0, 0};

    (void)state;
    assert_false(is_charged(lively, comfort));
    assert_true(is_charged(lively, lively));
}

static int make_plan(void **state)
{
    struct cqa_error error;

    (void)state;
    return cqa_signal_plan_create(&signal_plan, &error) == CQA_OK ? 0 : -1;
}

static int drop_plan(void **state)
{
    (void)state;
    cqa_signal_plan_destroy(signal_plan);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comfort_noise),  cmocka_unit_test(test_own_noise),
        cmocka_unit_test(test_unsteady),       cmocka_unit_test(test_louder),
        cmocka_unit_test(test_customers_line), cmocka_unit_test(test_against_unsteady_room),
    };

    return cmocka_run_group_tests(tests, make_plan, drop_plan);
}
