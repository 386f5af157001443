/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/tones.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "event/tone_keys.h"
#include "event/tone_plans.h"
#include "event/tone_runs.h"
#include "signal/extract.h"

#define PLANS CQA_SOURCE_DIR "/models/tones/standard.yaml"

/* Sounds are put on a line of faint noise, and go through the very pass that recordings go through.
 */

enum { RATE = 8000, LONGEST_S = 130 };

struct line {
    float *pairs; /* RATE of them a second */
    double seconds;
    uint8_t *class_[2]; /* what the classifier is made to say, a frame each */
    struct cqa_frames frames;
    struct cqa_tones tones;
    struct cqa_events events;
};

static struct cqa_tone_plans *plans;
static struct cqa_signal_plan *signal_plan;

static void open_line(struct line *line, double seconds)
{
    uint32_t seed = 1;

    *line = (struct line){.seconds = seconds};
    line->pairs = calloc((size_t)LONGEST_S * RATE, 2 * sizeof *line->pairs);
    for (size_t i = 0; i < (size_t)(2 * seconds * RATE); i++) {
        seed = seed * 1664525u + 1013904223u;
        line->pairs[i] = 0.0008f * ((float)(seed >> 8) / 8388608.0f - 1.0f); /* -66 dBFS */
    }
    for (int c = 0; c < 2; c++)
        line->class_[c] = calloc((size_t)LONGEST_S * 32, 1);
}

static void close_line(struct line *line)
{
    free(line->pairs);
    free(line->class_[0]);
    free(line->class_[1]);
    cqa_frames_finish(&line->frames);
    cqa_tones_finish(&line->tones);
    cqa_events_finish(&line->events);
}

/* Sine of an amplitude, with ramps of 3 ms; `am_hz` modulates it as ringing in Japan is. */
static void add_sine(struct line *line, int channel, double start_s, double seconds, double hz,
                     double amplitude, double am_hz)
{
    const size_t first = (size_t)(start_s * RATE);
    const size_t count = (size_t)(seconds * RATE);

    for (size_t i = 0; i < count && first + i < (size_t)LONGEST_S * RATE; i++) {
        const double t = (double)i / RATE;
        const double edge = fmin(1.0, fmin((double)i, (double)(count - 1 - i)) / 24.0);
        const double envelope = am_hz > 0 ? 0.55 + 0.45 * sin(2 * M_PI * am_hz * t) : 1.0;
        line->pairs[2 * (first + i) + (size_t)channel] +=
            (float)(amplitude * edge * envelope * sin(2 * M_PI * hz * t));
    }
}

static void add_tone(struct line *line, int channel, double start_s, double seconds, double hz1,
                     double hz2)
{
    add_sine(line, channel, start_s, seconds, hz1, 0.1, 0);
    if (hz2 > 0)
        add_sine(line, channel, start_s, seconds, hz2, 0.1, 0);
}

/* On, off, on, off … in seconds; returns where the last burst ends. */
static double add_cadence(struct line *line, int channel, double start_s, int bursts,
                          const double hz[2], double am_hz, const double *beats, int beat_count)
{
    double at = start_s;
    double end = start_s;

    for (int n = 0; n < bursts; n++) {
        const double on = beats[2 * (n % beat_count)];
        add_sine(line, channel, at, on, hz[0], 0.1, am_hz);
        if (hz[1] > 0)
            add_sine(line, channel, at, on, hz[1], 0.1, 0);
        end = at + on;
        at = end + beats[2 * (n % beat_count) + 1];
    }
    return end;
}

static void add_speech_class(struct line *line, int channel, double start_s, double end_s)
{
    for (size_t t = (size_t)(start_s * 31.25); t < (size_t)(end_s * 31.25); t++)
        line->class_[channel][t] = CQA_CLASS_SPEECH;
}

static void make_frames(struct line *line)
{
    struct cqa_extractor *extractor;
    size_t done = 0;

    assert_int_equal(cqa_extractor_create(&extractor, signal_plan, NULL), CQA_OK);
    while (done < (size_t)(line->seconds * RATE)) {
        size_t capacity;
        float *room = cqa_extractor_room(extractor, &capacity);
        const size_t left = (size_t)(line->seconds * RATE) - done;
        const size_t count = left < capacity ? left : capacity;
        memcpy(room, line->pairs + 2 * done, count * 2 * sizeof *room);
        assert_int_equal(cqa_extractor_take(extractor, count), CQA_OK);
        done += count;
    }
    assert_int_equal(cqa_extractor_end(extractor, &line->frames), CQA_OK);
    cqa_extractor_destroy(extractor);
}

/* Channel 0 is the agent's. */
static void listen(struct line *line, int channels)
{
    make_frames(line);
    const struct cqa_tracks tracks = {
        .count = line->frames.count,
        .channel_count = channels,
        .channel = {{.class_ = line->class_[0]}, {.class_ = line->class_[1]}},
    };
    assert_int_equal(cqa_tones_find(plans, &line->frames, &tracks, 0, &line->tones, &line->events),
                     CQA_OK);
    cqa_events_number(&line->events);
}

static void assert_near_ms(int64_t found_ms, double wanted_s, int64_t within_ms)
{
    if (llabs(found_ms - llround(1000 * wanted_s)) > within_ms)
        fail_msg("%lld ms is not within %lld ms of %.3f s", (long long)found_ms,
                 (long long)within_ms, wanted_s);
}

static void assert_only_event(const struct line *line, enum cqa_event_type type, double start_s,
                              double end_s)
{
    assert_int_equal(line->events.count, 1);
    assert_int_equal(line->events.items[0].type, type);
    assert_near_ms(line->events.items[0].start_ms, start_s, 24);
    assert_near_ms(line->events.items[0].end_ms, end_s, 24);
    assert_int_equal(line->tones.signalling.count, 1);
    assert_int_equal(line->tones.signalling.items[0].start_ms, line->events.items[0].start_ms);
    assert_int_equal(line->tones.signalling.items[0].end_ms, line->events.items[0].end_ms);
}

/* ---- the cadences of the countries */

struct cadence {
    const char *what;
    enum cqa_event_type type;
    double hz[2];
    double am_hz;
    int beat_count;
    double beats[8];
};

static const struct cadence cadences[] = {
    {"CN ringing", CQA_EVENT_RINGBACK, {450}, 0, 1, {1, 4}},
    {"US ringing", CQA_EVENT_RINGBACK, {440, 480}, 0, 1, {2, 4}},
    {"UK ringing", CQA_EVENT_RINGBACK, {400, 450}, 0, 2, {0.4, 0.2, 0.4, 2}},
    {"DE ringing", CQA_EVENT_RINGBACK, {425}, 0, 1, {1, 4}},
    {"FR ringing", CQA_EVENT_RINGBACK, {440}, 0, 1, {1.5, 3.5}},
    {"JP ringing", CQA_EVENT_RINGBACK, {400}, 15, 1, {1, 2}},
    {"RU ringing, 1 % off", CQA_EVENT_RINGBACK, {429.2}, 0, 1, {1.03, 4.12}},
    {"AU ringing", CQA_EVENT_RINGBACK, {413, 438}, 0, 2, {0.4, 0.2, 0.4, 2}},
    {"CN busy", CQA_EVENT_BUSY, {450}, 0, 1, {0.35, 0.35}},
    {"US busy", CQA_EVENT_BUSY, {480, 620}, 0, 1, {0.5, 0.5}},
    {"UK busy", CQA_EVENT_BUSY, {400}, 0, 1, {0.375, 0.375}},
    {"DE busy", CQA_EVENT_BUSY, {425}, 0, 1, {0.48, 0.48}},
    {"FR busy", CQA_EVENT_BUSY, {440}, 0, 1, {0.5, 0.5}},
    {"RU congestion", CQA_EVENT_BUSY, {425}, 0, 1, {0.175, 0.175}},
    {"US congestion", CQA_EVENT_BUSY, {480, 620}, 0, 1, {0.25, 0.25}},
    {"JP busy", CQA_EVENT_BUSY, {400}, 0, 1, {0.5, 0.5}},
    {"RU busy", CQA_EVENT_BUSY, {425}, 0, 1, {0.35, 0.35}},
    {"AU busy", CQA_EVENT_BUSY, {425}, 0, 1, {0.375, 0.375}},
    {"CN congestion", CQA_EVENT_BUSY, {450}, 0, 1, {0.7, 0.7}},
    {"DE congestion", CQA_EVENT_BUSY, {425}, 0, 1, {0.24, 0.24}},
    {"FR congestion", CQA_EVENT_BUSY, {440}, 0, 1, {0.25, 0.25}},
    {"UK congestion", CQA_EVENT_BUSY, {400}, 0, 2, {0.4, 0.35, 0.225, 0.525}},
    {"CN unobtainable", CQA_EVENT_BUSY, {450}, 0, 4, {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.4, 0.4}},
};

static void cadences_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cadences / sizeof cadences[0]; i++) {
        const struct cadence *cadence = &cadences[i];
        struct line line;
        print_message("%s\n", cadence->what);
        open_line(&line, 30);
        add_speech_class(&line, 0, 0, 2);
        const double end = add_cadence(&line, 1, 3, 4 * cadence->beat_count, cadence->hz,
                                       cadence->am_hz, cadence->beats, cadence->beat_count);
        listen(&line, 2);
        assert_only_event(&line, cadence->type, 3, end);
        assert_int_equal(line.events.items[0].side, CQA_PARTY_CUSTOMER);
        assert_int_equal(line.tones.burst_count, 0);
        close_line(&line);
    }
}

static void one_ring_is_enough_only_before_anybody_speaks(void **state)
{
    (void)state;
    for (int spoken = 0; spoken < 2; spoken++) {
        struct line line;
        open_line(&line, 10);
        add_speech_class(&line, 0, 0, spoken ? 2 : 0);
        add_tone(&line, 1, 3, 1, 425, 0);
        listen(&line, 2);
        if (spoken)
            assert_int_equal(line.events.count, 0);
        else
            assert_only_event(&line, CQA_EVENT_RINGBACK, 3, 4);
        close_line(&line);
    }
}

static void a_missing_cycle_and_a_cut_last_ring_belong_to_the_ringing(void **state)
{
    struct line line;

    (void)state;
    open_line(&line, 30);
    add_tone(&line, 1, 1, 1, 450, 0);
    add_tone(&line, 1, 6, 1, 450, 0);
    add_tone(&line, 1, 16, 1, 450, 0);
    add_tone(&line, 1, 21, 0.4, 450, 0);
    listen(&line, 2);
    assert_only_event(&line, CQA_EVENT_RINGBACK, 1, 21.4);
    close_line(&line);
}

/* Three rings of so many dB more, or less, than the one before. */
static void ring_in_steps(struct line *line, double first, double second_db, double third_db)
{
    open_line(line, 20);
    add_sine(line, 1, 1, 1, 450, first, 0);
    add_sine(line, 1, 6, 1, 450, first * pow(10, second_db / 20), 0);
    add_sine(line, 1, 11, 1, 450, first * pow(10, (second_db + third_db) / 20), 0);
    listen(line, 2);
}

/* A gain that rises in pauses leaves the first ring softer than the others, by more than rings of
 * one exchange differ. */
static void a_rising_gain_rings_from_the_first_ring_on(void **state)
{
    const double steps_db[][2] = {{5.5, 0}, {11, 0}, {6, 6}, {11, -4}};

    (void)state;
    for (size_t i = 0; i < sizeof steps_db / sizeof steps_db[0]; i++) {
        struct line line;
        ring_in_steps(&line, 0.02, steps_db[i][0], steps_db[i][1]);
        assert_only_event(&line, CQA_EVENT_RINGBACK, 1, 12);
        close_line(&line);
    }
}

static size_t doubtful_bursts(double hz, double seconds, double step_db)
{
    struct line line;

    open_line(&line, 20);
    add_speech_class(&line, 0, 0, 2);
    for (int i = 0; i < 3; i++)
        add_sine(&line, 1, 3 + 5 * i, seconds, hz, 0.06 * pow(10, i * step_db / 20), 0);
    listen(&line, 2);
    const size_t found = line.tones.doubtful.count;
    close_line(&line);
    return found;
}

/* What falls as no exchange rings, or lasts otherwise, is kept in mind: it may ring all the same.
 * What rings for sure is an event, and another pitch is no ringing. */
static void bursts_like_ringing_are_kept_in_mind(void **state)
{
    (void)state;
    assert_int_equal(doubtful_bursts(450, 1, -9), 3);
    assert_int_equal(doubtful_bursts(450, 0.6, 0), 3);
    assert_int_equal(doubtful_bursts(450, 0.25, -9), 3);
    assert_int_equal(doubtful_bursts(450, 0.15, -9), 0);
    assert_int_equal(doubtful_bursts(450, 1, 0), 0);
    assert_int_equal(doubtful_bursts(900, 1, -9), 0);
}

static void no_gain_rises_without_end_nor_falls(void **state)
{
    const double steps_db[][2] = {{-6, 0}, {0, -6}, {14, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof steps_db / sizeof steps_db[0]; i++) {
        struct line line;
        ring_in_steps(&line, 0.06, steps_db[i][0], steps_db[i][1]);
        assert_true(line.events.count == 0 || line.events.items[0].start_ms > 1100 ||
                    line.events.items[0].end_ms < 11900);
        close_line(&line);
    }
}

static void ringing_is_heard_through_noise_and_lost_packets(void **state)
{
    struct line line;
    uint32_t seed = 7;

    (void)state;
    open_line(&line, 20);
    for (int k = 0; k < 3; k++)
        add_tone(&line, 1, 1 + 6 * k, 2, 440, 480);
    for (size_t i = 0; i < (size_t)(20 * RATE); i++) {
        seed = seed * 1664525u + 1013904223u;
        line.pairs[2 * i + 1] +=
            0.08f * ((float)(seed >> 8) / 8388608.0f - 1.0f); /* 6 dB under the tone */
    }
    for (size_t i = (size_t)(7.5 * RATE); i < (size_t)(7.52 * RATE); i++)
        line.pairs[2 * i + 1] = 0;
    listen(&line, 2);
    assert_int_equal(line.events.count, 1);
    assert_int_equal(line.events.items[0].type, CQA_EVENT_RINGBACK);
    assert_near_ms(line.events.items[0].start_ms, 1, 64);
    assert_near_ms(line.events.items[0].end_ms, 15, 64);
    close_line(&line);
}

/* ---- what is no ringing */

static void notes_ring_nowhere(void **state)
{
    static const double scale[] = {392, 440, 466.2, 440, 415.3, 440, 440, 493.9};
    struct line line;

    (void)state;
    open_line(&line, 24);
    add_sine(&line, 0, 1, 1, 440, 0.1, 0); /* a long note, with harmonics */
    for (int h = 2; h < 5; h++)
        add_sine(&line, 0, 1, 1, 440 * h, 0.025, 0);
    for (int n = 0; n < 32; n++) { /* a melody that fades from note to note, over a bass */
        for (int part = 0; part < 6; part++)
            add_sine(&line, 0, 3 + 0.5 * n + 0.08 * part, 0.09, scale[n % 8], 0.1 / (1 + part), 0);
        add_sine(&line, 0, 3 + 0.5 * n, 0.49, 220, 0.05, 0);
        add_sine(&line, 0, 3 + 0.5 * n, 0.49, 659.3, 0.03, 0);
    }
    listen(&line, 2);
    assert_int_equal(line.events.count, 0);
    assert_int_equal(line.tones.signalling.count, 0);
    close_line(&line);
}

static void voiced_sounds_press_no_keys(void **state)
{
    struct line line;

    (void)state;
    open_line(&line, 20);
    for (int n = 0; n < 60;
         n++) { /* a gliding voice with two loud harmonics, now and then where keys are */
        const double f0 = 115 + 1.3 * n;
        for (int h = 1; h < 16; h++)
            for (int part = 0; part < 8; part++)
                add_sine(&line, 0, 1 + 0.3 * n + 0.025 * part, 0.027, h * f0 * (1 + 0.006 * part),
                         h == 6 || h == 10 ? 0.1 : 0.02, 0);
    }
    listen(&line, 2);
    assert_int_equal(line.events.count, 0);
    close_line(&line);
}

static void two_bursts_are_no_busy(void **state)
{
    struct line line;

    (void)state;
    open_line(&line, 12);
    add_speech_class(&line, 0, 0, 2);
    add_tone(&line, 1, 3, 0.48, 425, 0);
    add_tone(&line, 1, 3.96, 0.48, 425, 0);
    listen(&line, 2);
    assert_int_equal(line.events.count, 0);
    assert_int_equal(line.tones.burst_count, 2);
    close_line(&line);
}

/* ---- special information, fax, dial tone */

static void three_rising_tones_inform(void **state)
{
    (void)state;
    for (int falling = 0; falling < 2; falling++) {
        struct line line;
        open_line(&line, 8);
        add_speech_class(&line, 0, 0, 1.5);
        add_tone(&line, 1, 3, 0.33, falling ? 1800 : 950, 0);
        add_tone(&line, 1, 3.35, 0.33, 1400, 0);
        add_tone(&line, 1, 3.7, 0.33, falling ? 950 : 1800, 0);
        listen(&line, 2);
        if (falling)
            assert_int_equal(line.events.count, 0);
        else
            assert_only_event(&line, CQA_EVENT_SIT, 3, 4.03);
        close_line(&line);
    }
}

static void fax_calls_and_answers(void **state)
{
    struct line line;

    (void)state;
    open_line(&line, 12);
    add_speech_class(&line, 1, 0, 1.5);
    for (int k = 0; k < 3; k++)
        add_tone(&line, 0, 2 + 3.5 * k, 0.5, 1090, 0);
    listen(&line, 2);
    assert_only_event(&line, CQA_EVENT_FAX, 2, 9.5);
    assert_int_equal(line.events.items[0].side, CQA_PARTY_AGENT);
    close_line(&line);

    open_line(&line, 8);
    for (int k = 0; k < 6; k++) /* with phase reversals */
        add_sine(&line, 1, 2 + 0.45 * k, 0.45, 2100, k % 2 ? -0.1 : 0.1, 0);
    listen(&line, 2);
    assert_only_event(&line, CQA_EVENT_FAX, 2, 4.7);
    close_line(&line);
}

static void a_dial_tone_is_no_silence_and_no_event(void **state)
{
    struct line line;

    (void)state;
    open_line(&line, 10);
    add_tone(&line, 0, 1, 3, 350, 440);
    listen(&line, 2);
    assert_int_equal(line.events.count, 0);
    assert_int_equal(line.tones.signalling.count, 1);
    assert_near_ms(line.tones.signalling.items[0].start_ms, 1, 24);
    assert_near_ms(line.tones.signalling.items[0].end_ms, 4, 24);
    close_line(&line);
}

/* ---- keys */

static double dial(struct line *line, double start_s, const char *keys, double on_s, double off_s,
                   double high_gain)
{
    static const double rows[] = {697, 770, 852, 941};
    static const double columns[] = {1209, 1336, 1477, 1633};
    static const char pad[] = "123A456B789C*0#D";
    double at = start_s;

    for (const char *key = keys; *key != 0; key++) {
        const size_t k = (size_t)(strchr(pad, *key) - pad);
        add_sine(line, 1, at, on_s, rows[k / 4], 0.1, 0);
        add_sine(line, 1, at, on_s, columns[k % 4], 0.1 * high_gain, 0);
        at += on_s + off_s;
    }
    return at - off_s;
}

/* What the keys were stays inside; the event has stars. */
static void read_keys(const struct line *line, char *keys)
{
    struct cqa_tone_runs runs = {0};

    assert_int_equal(cqa_tone_runs_find(&line->frames, 1, &runs), CQA_OK);
    for (size_t i = 0; i < runs.count; i++)
        if (cqa_tone_is_key(&runs.items[i]))
            *keys++ = cqa_tone_key(&runs.items[i]);
    *keys = 0;
    cqa_tone_runs_finish(&runs);
}

static void keys_are_counted_and_masked(void **state)
{
    static const struct {
        const char *keys;
        double on_s, off_s, high_gain;
    } rows[] = {{"1234567890*#ABCD", 0.1, 0.1, 1},
                {"5550011", 0.05, 0.05, 1},
                {"24681", 0.2, 0.4, 2.4},    /* twist of 7.6 dB */
                {"97531", 0.08, 0.08, 0.65}, /* and of 3.7 dB the other way */
                {"7", 0.15, 0.1, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct line line;
        char keys[64];
        open_line(&line, 8);
        add_speech_class(&line, 0, 0, 1.5);
        const double end =
            dial(&line, 2, rows[i].keys, rows[i].on_s, rows[i].off_s, rows[i].high_gain);
        listen(&line, 2);
        read_keys(&line, keys);
        assert_string_equal(keys, rows[i].keys);
        assert_only_event(&line, CQA_EVENT_DTMF, 2, end);
        assert_int_equal(line.tones.sounding[0].count, 0);
        assert_int_equal(line.tones.sounding[1].count, /* pauses of 0.3 s part them */
                         rows[i].off_s < 0.3 ? 1 : strlen(rows[i].keys));
        assert_near_ms(line.tones.sounding[1].items[0].start_ms, 2, 24);
        assert_string_equal(line.events.items[0].digits, rows[i].keys);
        close_line(&line);
    }
}

static void two_seconds_part_runs_of_keys(void **state)
{
    struct line line;

    (void)state;
    open_line(&line, 12);
    const double first = dial(&line, 1, "123", 0.1, 0.1, 1);
    const double second = dial(&line, first + 1.9, "45", 0.1, 0.1, 1);
    dial(&line, second + 2.1, "678", 0.1, 0.1, 1);
    listen(&line, 2);
    assert_int_equal(line.events.count, 2);
    assert_string_equal(line.events.items[0].digits, "12345");
    assert_string_equal(line.events.items[1].digits, "678");
    close_line(&line);
}

static void long_runs_of_keys_are_cut(void **state)
{
    struct line line;

    (void)state;
    open_line(&line, 12);
    dial(&line, 1, "12345678901234567890123456789012345678901234567890", 0.08, 0.08, 1);
    listen(&line, 2);
    assert_int_equal(line.events.count, 1);
    assert_string_equal(line.events.items[0].digits, "12345678901234567890123456789012345678+");
    close_line(&line);
}

static void frequencies_beside_the_keys_press_none(void **state)
{
    struct line line;

    (void)state;
    open_line(&line, 8);
    for (int k = 0; k < 4; k++)
        add_tone(&line, 1, 1 + 0.3 * k, 0.15, 697 * 1.035, 1336 * 1.035); /* Q.24 rejects 3.5 % */
    listen(&line, 2);
    assert_int_equal(line.events.count, 0);
    close_line(&line);
}

/* ---- beeps */

static int count_notices(const struct line *line)
{
    int count = 0;

    for (size_t i = 0; i < line->tones.burst_count; i++)
        count += line->tones.bursts[i].notice;
    return count;
}

static void a_notice_goes_through_the_whole_call(void **state)
{
    struct line line;

    (void)state;
    open_line(&line, 120);
    for (int k = 0; k < 8; k++)
        add_tone(&line, 0, 2 + 15 * k, 0.5, 1400, 0);
    listen(&line, 2);
    assert_int_equal(line.events.count, 0);
    assert_int_equal(line.tones.burst_count, 8);
    assert_int_equal(count_notices(&line), 8);
    assert_near_ms(line.tones.bursts[3].start_ms, 47, 24);
    assert_near_ms(line.tones.bursts[3].end_ms, 47.5, 24);
    assert_float_equal(line.tones.bursts[3].hz[0], 1400, 3);
    close_line(&line);
}

static void beeps_within_a_hold_are_no_notice(void **state)
{
    static const double pitches[] = {440, 950, 1400};

    (void)state;
    for (size_t p = 0; p < 3; p++)
        for (int every = 4; every < 20; every += 11) { /* 15 s, too, is a period of notices */
            struct line line;
            open_line(&line, 120);
            add_speech_class(&line, 0, 0, 30);
            for (int k = 0; k < 3; k++)
                add_tone(&line, 0, 35 + every * k, 0.4, pitches[p], 0);
            listen(&line, 2);
            assert_int_equal(line.events.count, 0);
            assert_int_equal(line.tones.burst_count, 3);
            assert_int_equal(count_notices(&line), 0);
            close_line(&line);
        }
}

/* A tone of a dozen dB over the noise is nine tenths of what sounds with it. */
static void beeps_in_noise_are_beeps(void **state)
{
    struct line line;
    double worst = 0;

    (void)state;
    open_line(&line, 40);
    for (size_t i = 0; i < (size_t)(2 * line.seconds * RATE); i++)
        line.pairs[i] *= 20; /* to 12 dB under a beep of -29 dBFS */
    for (int k = 0; k < 5; k++)
        add_sine(&line, 1, 10 + 4.13 * k, 0.25, 1400, 0.05, 0);
    listen(&line, 2);
    assert_int_equal(line.tones.burst_count, 5);
    for (size_t i = 0; i < line.tones.burst_count; i++)
        worst = fmax(worst, fabs((double)line.tones.bursts[i].hz[0] - 1400));
    assert_float_equal(worst, 0, 5);
    close_line(&line);
}

static void call_waiting_is_a_notice_while_the_agent_talks(void **state)
{
    (void)state;
    for (int talks = 0; talks < 2; talks++) {
        struct line line;
        open_line(&line, 30);
        add_speech_class(&line, talks ? 0 : 1, 0, 29);
        for (int k = 0; k < 3; k++)
            add_tone(&line, 0, 4 + 4.4 * k, 0.4, 450, 0);
        listen(&line, 2);
        assert_int_equal(line.tones.burst_count, 3);
        assert_int_equal(count_notices(&line), talks ? 3 : 0);
        close_line(&line);
    }
}

/* ---- channels */

static void what_leaks_is_told_once(void **state)
{
    struct line line;

    (void)state;
    open_line(&line, 20);
    for (int k = 0; k < 3; k++)
        add_tone(&line, 1, 1 + 5 * k, 1, 450, 0);
    dial(&line, 16, "123", 0.1, 0.1, 1);
    for (size_t i = (size_t)(20 * RATE) - 1; i > 1000; i--) /* 125 ms later and 20 dB weaker */
        line.pairs[2 * i] += 0.1f * line.pairs[2 * (i - 1000) + 1];
    listen(&line, 2);
    assert_int_equal(line.events.count, 2);
    assert_int_equal(line.events.items[0].type, CQA_EVENT_RINGBACK);
    assert_int_equal(line.events.items[0].side, CQA_PARTY_CUSTOMER);
    assert_int_equal(line.events.items[1].type, CQA_EVENT_DTMF);
    assert_int_equal(line.events.items[1].side, CQA_PARTY_CUSTOMER);
    assert_int_equal(line.tones.burst_count, 0);
    close_line(&line);
}

static void mono_has_no_side(void **state)
{
    struct line line;

    (void)state;
    open_line(&line, 12);
    add_tone(&line, 0, 1, 1, 450, 0);
    add_tone(&line, 0, 6, 1, 450, 0);
    listen(&line, 1);
    assert_only_event(&line, CQA_EVENT_RINGBACK, 1, 7);
    assert_int_equal(line.events.items[0].side, CQA_PARTY_NONE);
    close_line(&line);
}

static void nothing_is_found_in_nothing(void **state)
{
    struct line line;

    (void)state;
    open_line(&line, 0);
    listen(&line, 2);
    assert_int_equal(line.events.count, 0);
    assert_int_equal(line.tones.burst_count, 0);
    close_line(&line);
}

/* ---- plans */

static void the_standard_plans_name_every_tone(void **state)
{
    unsigned tones = 0;

    (void)state;
    for (size_t i = 0; i < plans->count; i++)
        tones |= 1u << plans->items[i].tone;
    assert_int_equal(tones, (1u << (CQA_TONE_CED + 1)) - 1);
}

static void every_problem_of_a_plan_is_told_with_its_place(void **state)
{
    static const char text[] = "version: 1\n"
                               "countries:\n"
                               "  CN:\n"
                               "    - {tone: ringing, hz: [450], cadence: [1s, 4s]}\n"
                               "    - {tone: busy, hz: [450, 300], cadence: [350ms, 350ms]}\n"
                               "    - {tone: busy, hz: [450], cadence: [350ms]}\n"
                               "    - {tone: busy, hz: [450], cadence: [350, 350ms]}\n"
                               "    - {tone: dial, hz: [450], pause: 1s}\n"
                               "    - {tone: sit, hz: [950, 1400]}\n"
                               "    - {tone: ringback, hz: [45000], cadence: [1s, 4s]}\n"
                               "    - 7\n"
                               "  US: none\n";
    static const struct {
        size_t line;
        const char *says;
    } wanted[] = {{4, "ringback"},      {5, "lower"}, {6, "on, off"},
                  {7, "350"},           {8, "pause"}, {8, "least"},
                  {9, "three"},         {10, "3900"}, {11, "a tone is a map"},
                  {12, "list of tones"}};
    struct cqa_problems problems = {0};
    char path[] = "/tmp/test_tones.XXXXXX";
    const int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, sizeof text - 1), (ssize_t)sizeof text - 1);
    close(fd);
    assert_null(cqa_tone_plans_load(path, &problems));
    unlink(path);
    cqa_problems_print(&problems, "plans.yaml", CQA_ENGLISH, stderr);
    assert_int_equal(problems.count, sizeof wanted / sizeof wanted[0]);
    for (size_t i = 0; i < problems.count; i++) {
        int told = 0;
        for (size_t p = 0; p < problems.count; p++)
            told |= problems.items[p].line == wanted[i].line && problems.items[p].column > 0 &&
                    strstr(cqa_english(problems.items[p].message), wanted[i].says) != NULL;
        if (!told)
            fail_msg("no problem at line %zu says '%s'", wanted[i].line, wanted[i].says);
    }
    cqa_problems_finish(&problems);

    assert_null(cqa_tone_plans_load("/nonexistent/plans.yaml", &problems));
    assert_int_equal(problems.count, 1);
    cqa_problems_finish(&problems);
}

static int set_up(void **state)
{
    struct cqa_problems problems = {0};

    (void)state;
    plans = cqa_tone_plans_load(PLANS, &problems);
    cqa_problems_print(&problems, PLANS, CQA_ENGLISH, stderr);
    cqa_problems_finish(&problems);
    return plans == NULL || cqa_signal_plan_create(&signal_plan, NULL) != CQA_OK;
}

static int tear_down(void **state)
{
    (void)state;
    cqa_tone_plans_destroy(plans);
    cqa_signal_plan_destroy(signal_plan);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cadences_are_found),
        cmocka_unit_test(one_ring_is_enough_only_before_anybody_speaks),
        cmocka_unit_test(a_missing_cycle_and_a_cut_last_ring_belong_to_the_ringing),
        cmocka_unit_test(a_rising_gain_rings_from_the_first_ring_on),
        cmocka_unit_test(bursts_like_ringing_are_kept_in_mind),
        cmocka_unit_test(no_gain_rises_without_end_nor_falls),
        cmocka_unit_test(ringing_is_heard_through_noise_and_lost_packets),
        cmocka_unit_test(notes_ring_nowhere),
        cmocka_unit_test(voiced_sounds_press_no_keys),
        cmocka_unit_test(two_bursts_are_no_busy),
        cmocka_unit_test(three_rising_tones_inform),
        cmocka_unit_test(fax_calls_and_answers),
        cmocka_unit_test(a_dial_tone_is_no_silence_and_no_event),
        cmocka_unit_test(keys_are_counted_and_masked),
        cmocka_unit_test(two_seconds_part_runs_of_keys),
        cmocka_unit_test(long_runs_of_keys_are_cut),
        cmocka_unit_test(frequencies_beside_the_keys_press_none),
        cmocka_unit_test(a_notice_goes_through_the_whole_call),
        cmocka_unit_test(beeps_within_a_hold_are_no_notice),
        cmocka_unit_test(beeps_in_noise_are_beeps),
        cmocka_unit_test(call_waiting_is_a_notice_while_the_agent_talks),
        cmocka_unit_test(what_leaks_is_told_once),
        cmocka_unit_test(mono_has_no_side),
        cmocka_unit_test(nothing_is_found_in_nothing),
        cmocka_unit_test(the_standard_plans_name_every_tone),
        cmocka_unit_test(every_problem_of_a_plan_is_told_with_its_place),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
