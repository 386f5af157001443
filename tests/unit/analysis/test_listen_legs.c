/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sample cut apart into one file a party, in other codecs, begun at other times and by other
 * clocks: what is found in it is what was found in the whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "analysis/analyze.h"
#include "support/recording.h"

#define SAMPLE CQA_SOURCE_DIR "/samples/in-8001-13800138000-20251120-101502-1763604902.17.wav"
enum { RATE_HZ = CQA_AUDIO_RATE_HZ, MOST = 240 * RATE_HZ, WITHIN_MS = 64 };

static struct cqa_instruments *instruments;
static float whole[2 * MOST];
static size_t count;     /* pairs */
static size_t times = 1; /* so often they are written, one after the other */
static struct cqa_result expected;
static const struct cqa_call call = {.id = "1"};

static void read_sample(void)
{
    const struct cqa_raw unsaid = {0};
    struct cqa_failure failure = {0};
    struct cqa_audio *audio = NULL;
    ptrdiff_t got;
    const char *name = SAMPLE;
    const int fd = open(SAMPLE, O_RDONLY | O_CLOEXEC);

    assert_int_equal(cqa_audio_open(&audio, fd, SAMPLE, &unsaid, &failure), CQA_OK);
    while (count + 4096 <= MOST &&
           (got = cqa_audio_read(audio, whole + 2 * count, 4096, &failure)) > 0)
        count += (size_t)got;
    cqa_audio_close(audio);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(cqa_analyze(instruments, &(struct cqa_call_files){&fd, &name}, NULL, &call,
                                 &expected, &failure),
                     CQA_OK);
    close(fd);
}

static int set_up(void **state)
{
    struct cqa_error error;

    (void)state;
    if (cqa_instruments_create(&instruments, &error) != CQA_OK)
        return -1;
    read_sample();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cqa_result_finish(&expected);
    cqa_instruments_destroy(instruments);
    return 0;
}

/* How one party's file was written. */
struct cut {
    int format;
    int skew_ms;  /* begun so much later */
    int short_ms; /* ended so much earlier */
    double ppm;   /* of its clock */
    float leak;   /* of the other party's voice, 10 ms late */
};

static float at(size_t frame, int channel)
{
    return frame < count ? whole[2 * frame + (size_t)channel] : 0.0F;
}

/* How much later each file has the sound in the background that both lines hear; 0: none. */
static int background_ms[2];

/* The same at the same moment whichever line it is asked for: of even strength, and of no voice. */
static float background(int64_t frame)
{
    uint32_t state = (uint32_t)(frame + 1000000) * 2654435761U;

    state ^= state >> 15;
    state *= 2246822519U;
    state ^= state >> 13;
    return ((float)(state >> 8) / (float)(1U << 24) - 0.5F) * 0.004F;
}

static int write_leg(const struct cut *cut, int channel)
{
    const size_t first = (size_t)cut->skew_ms * RATE_HZ / 1000;
    const size_t last = times * count - (size_t)cut->short_ms * RATE_HZ / 1000;
    const double step = 1 / (1 + cut->ppm * 1e-6);
    const size_t frames = (size_t)((double)(last - first) / step);
    float *out = calloc(frames + 1, sizeof *out);

    assert_non_null(out);
    for (size_t i = 0; i < frames; i++) {
        const double place = (double)first + (double)i * step;
        const size_t frame = (size_t)place % count;
        const float part = (float)(place - floor(place));
        out[i] = (1 - part) * at(frame, channel) + part * at(frame + 1, channel) +
                 (frame >= 80 ? cut->leak * at(frame - 80, 1 - channel) : 0.0F) +
                 (background_ms[channel] == 0
                      ? 0.0F
                      : background((int64_t)i - (int64_t)background_ms[channel] * RATE_HZ / 1000));
    }
    const int fd = recording_of_frames(cut->format, RATE_HZ, 1, out, frames);
    free(out);
    return fd;
}

static enum cqa_status analyze(const struct cut cuts[2], const struct cqa_align_order *align,
                               struct cqa_result *result, struct cqa_failure *failure)
{
    const int fd[CQA_LEGS] = {write_leg(&cuts[0], 0), write_leg(&cuts[1], 1)};
    const char *const name[CQA_LEGS] = {"a.wav", "b.mp3"};
    const struct cqa_call_files files = {fd, name};

    *result = (struct cqa_result){.path = NULL};
    *failure = (struct cqa_failure){{0}, {0}};
    const enum cqa_status status = cqa_analyze(instruments, &files, align, &call, result, failure);
    close(fd[0]);
    close(fd[1]);
    return status;
}

static int is_near(const struct cqa_event *a, const struct cqa_event *b)
{
    return a->type == b->type && a->kind == b->kind && a->side == b->side && a->by == b->by &&
           llabs(a->start_ms - b->start_ms) <= WITHIN_MS &&
           llabs(a->end_ms - b->end_ms) <= WITHIN_MS;
}

static void assert_same_events(const struct cqa_result *result)
{
    for (size_t i = 0; i < expected.events.count; i++) {
        size_t found = 0;
        for (size_t k = 0; k < result->events.count; k++)
            found += is_near(&expected.events.items[i], &result->events.items[k]) != 0;
        if (found != 1)
            fail_msg("%s at %lld ms: found %zu times",
                     cqa_event_type_words[expected.events.items[i].type],
                     (long long)expected.events.items[i].start_ms, found);
    }
    for (size_t i = 0; result->events.count > expected.events.count && i < result->events.count;
         i++)
        print_message("%s %lld-%lld\n", cqa_event_type_words[result->events.items[i].type],
                      (long long)result->events.items[i].start_ms,
                      (long long)result->events.items[i].end_ms);
    assert_int_equal(result->events.count, expected.events.count);
}

static void assert_joined(const struct cut cuts[2], const struct cqa_align_order *align,
                          int offset_ms, int within_ms)
{
    struct cqa_result result;
    struct cqa_failure failure;

    if (analyze(cuts, align, &result, &failure) != CQA_OK)
        fail_msg("%s: %s", failure.reason, cqa_english(&failure.message));
    const struct cqa_legs *legs = &result.recording.legs;
    assert_true(legs->joined);
    assert_int_equal(result.recording.layout, CQA_LAYOUT_STEREO);
    const int64_t later = legs->leg[1].offset_ms - legs->leg[0].offset_ms;
    if (llabs(later - offset_ms) > within_ms)
        fail_msg("the second begins %lld ms later, not %d", (long long)later, offset_ms);
    assert_same_events(&result);
    cqa_result_finish(&result);
}

static void assert_apart(const struct cut cuts[2], const struct cqa_align_order *align)
{
    struct cqa_result result;
    struct cqa_failure failure;

    assert_int_not_equal(analyze(cuts, align, &result, &failure), CQA_OK);
    assert_string_equal(failure.reason, CQA_FAILURE_NOT_JOINED);
    cqa_result_finish(&result);
}

#define MP3 (SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III)
#define ULAW (SF_FORMAT_WAV | SF_FORMAT_ULAW)
#define PCM (SF_FORMAT_WAV | SF_FORMAT_PCM_16)

static void start_times_join(void **state)
{
    static const int skews_ms[] = {0, 400, 3000};

    (void)state;
    for (size_t i = 0; i < sizeof skews_ms / sizeof *skews_ms; i++) {
        const struct cqa_align_order later = {CQA_STARTS_TOLD, skews_ms[i]};
        const struct cut second[2] = {{.format = ULAW}, {MP3, skews_ms[i], 0, 50, 0}};
        assert_joined(second, &later, skews_ms[i], 0);
        const struct cqa_align_order earlier = {CQA_STARTS_TOLD, -skews_ms[i]};
        const struct cut first[2] = {{ULAW, skews_ms[i], 0, 0, 0}, {.format = PCM, .ppm = 50}};
        assert_joined(first, &earlier, -skews_ms[i], 0);
    }
}

static void ends_join(void **state)
{
    const struct cqa_align_order align = {CQA_STARTS_WRITTEN, -40};
    const struct cut cuts[2] = {{.format = ULAW}, {PCM, 3000, 40, 0, 0}};

    (void)state;
    assert_joined(cuts, &align, 3000, 1);
}

static void a_recorder_that_begins_both_at_once_joins(void **state)
{
    const struct cqa_align_order align = {CQA_STARTS_TOGETHER, 0};
    const struct cut cuts[2] = {{.format = ULAW}, {.format = MP3, .ppm = 50}};

    (void)state;
    assert_joined(cuts, &align, 0, 0);
}

static void leakage_joins(void **state)
{
    static const struct cqa_align_order orders[] = {{CQA_STARTS_UNKNOWN, 0},
                                                    {CQA_STARTS_TOGETHER, 0}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct cut both[2] = {{PCM, 0, 0, 0, 0.05F}, {PCM, 400, 0, 0, 0.05F}};
        struct cqa_result result;
        struct cqa_failure failure;
        assert_int_equal(analyze(both, &orders[i], &result, &failure), CQA_OK);
        assert_in_range(result.recording.legs.leg[1].offset_ms, 395, 405);
        cqa_result_finish(&result);
        const struct cut one[2] = {{PCM, 400, 0, 0, 0.1F}, {.format = PCM}};
        assert_int_equal(analyze(one, &orders[i], &result, &failure), CQA_OK);
        assert_in_range(result.recording.legs.leg[0].offset_ms, 370, 430);
        cqa_result_finish(&result);
    }
}

/* Two hosts write a leg each, and the one's clock is off. Far away only what is plain is found. */
static void what_leaks_refutes_a_clock(void **state)
{
    static const int off_ms[] = {300, -300, 2000, -2000};

    (void)state;
    for (size_t i = 0; i < sizeof off_ms / sizeof *off_ms; i++) {
        const struct cqa_align_order told = {CQA_STARTS_TOLD, off_ms[i]};
        const float leak = abs(off_ms[i]) > 500 ? 0.1F : 0.05F;
        const struct cut both[2] = {{PCM, 0, 0, 0, leak}, {PCM, 0, 0, 0, leak}};
        assert_joined(both, &told, 0, 5);
        const struct cut late[2] = {{PCM, 0, 0, 0, leak}, {PCM, 400, 0, 0, leak}};
        const struct cqa_align_order later = {CQA_STARTS_TOLD, 400 + off_ms[i]};
        struct cqa_result result;
        struct cqa_failure failure;
        assert_int_equal(analyze(late, &later, &result, &failure), CQA_OK);
        assert_in_range(result.recording.legs.leg[1].offset_ms, 395, 405);
        cqa_result_finish(&result);
    }
}

/* Heard on one line alone, and later: the way may be as long, and what was told stands. */
static void what_may_be_an_echo_refutes_nothing(void **state)
{
    const struct cut one[2] = {{PCM, 0, 0, 0, 0.1F}, {.format = PCM}};
    const struct cqa_align_order may_be = {CQA_STARTS_TOLD, -300};
    const struct cqa_align_order cannot_be = {CQA_STARTS_TOLD, 300};
    struct cqa_result result;
    struct cqa_failure failure;

    (void)state;
    assert_int_equal(analyze(one, &may_be, &result, &failure), CQA_OK);
    assert_int_equal(result.recording.legs.leg[0].offset_ms, 300);
    cqa_result_finish(&result);
    assert_joined(one, &cannot_be, 0, 30);
}

/* What both lines have and neither party says tells nothing of where the files lie. */
static void what_both_lines_have_refutes_nothing(void **state)
{
    const struct cqa_align_order told = {CQA_STARTS_TOLD, 0};
    const struct cut cuts[2] = {{.format = PCM}, {.format = PCM}};
    struct cqa_result result;
    struct cqa_failure failure;

    (void)state;
    background_ms[0] = 150;
    background_ms[1] = 1;
    assert_int_equal(analyze(cuts, &told, &result, &failure), CQA_OK);
    background_ms[0] = background_ms[1] = 0;
    assert_int_equal(result.recording.legs.leg[0].offset_ms, 0);
    assert_int_equal(result.recording.legs.leg[1].offset_ms, 0);
    cqa_result_finish(&result);
}

/* Whose start times are known: in step they stay what they are, to the sample. */
static void clocks_that_run_apart_are_brought_together(void **state)
{
    static const struct cqa_align_order orders[] = {{CQA_STARTS_TOLD, 0}, {CQA_STARTS_TOLD, 400}};
    static const double of_first_ppm[] = {0, 50, -20};

    (void)state;
    times = 3;
    for (size_t i = 0; i < 3; i++) {
        const struct cqa_align_order *order = &orders[i % 2];
        const struct cut cuts[2] = {{PCM, 0, 0, of_first_ppm[i], 0.05F},
                                    {PCM, (int)order->later_ms, 0, 0, 0.05F}};
        struct cqa_result result;
        struct cqa_failure failure;
        assert_int_equal(analyze(cuts, order, &result, &failure), CQA_OK);
        const struct cqa_leg_place *leg = result.recording.legs.leg;
        assert_true(result.recording.duration_ms > 90000);
        assert_int_equal(leg[1].offset_ms, order->later_ms);
        assert_true(fabs(leg[0].drift_ppm) <= 0);
        if (fabs(leg[1].drift_ppm + of_first_ppm[i]) > (i == 0 ? 0 : 3))
            fail_msg("the second's clock is said to be off by %.1f ppm, and the first's is by %.0f",
                     leg[1].drift_ppm, of_first_ppm[i]);
        cqa_result_finish(&result);
    }
    times = 1;
}

static void nothing_is_joined_by_guess(void **state)
{
    const struct cqa_align_order unknown = {CQA_STARTS_UNKNOWN, 0};
    const struct cqa_align_order together = {CQA_STARTS_TOGETHER, 0};
    const struct cqa_align_order hours = {CQA_STARTS_TOLD, 7200000};
    const struct cqa_align_order minutes = {CQA_STARTS_TOLD, 600000};
    const struct cut equal[2] = {{.format = ULAW}, {.format = MP3}};
    const struct cut skewed[2] = {{.format = ULAW}, {PCM, 3000, 0, 0, 0}};
    const struct cut little[2] = {{.format = ULAW}, {PCM, 400, 0, 0, 0}};

    (void)state;
    assert_apart(equal, &unknown);
    assert_apart(skewed, &unknown);
    assert_apart(skewed, &together);
    assert_apart(little, &together);
    assert_apart(equal, &hours);
    assert_apart(equal, &minutes);
}

/* A recorder that writes one party's line into both files. */
static void one_party_twice_is_not_two(void **state)
{
    static const struct cut cuts[] = {{.format = PCM}, {.format = ULAW}, {PCM, 400, 0, 0, 0}};
    static const struct cqa_align_order orders[] = {
        {CQA_STARTS_TOLD, 0}, {CQA_STARTS_TOLD, 0}, {CQA_STARTS_TOLD, 400}};
    const char *const name[CQA_LEGS] = {"a.wav", "b.wav"};

    (void)state;
    for (int i = 0; i < 6; i++) {
        const int fd[CQA_LEGS] = {write_leg(&cuts[0], i % 2), write_leg(&cuts[i / 2], i % 2)};
        const struct cqa_call_files files = {fd, name};
        struct cqa_result result = {.path = NULL};
        struct cqa_failure failure = {{0}, {0}};
        assert_int_not_equal(
            cqa_analyze(instruments, &files, &orders[i / 2], &call, &result, &failure), CQA_OK);
        assert_string_equal(failure.reason, CQA_FAILURE_NOT_JOINED);
        cqa_result_finish(&result);
        close(fd[0]);
        close(fd[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(start_times_join),
        cmocka_unit_test(ends_join),
        cmocka_unit_test(a_recorder_that_begins_both_at_once_joins),
        cmocka_unit_test(leakage_joins),
        cmocka_unit_test(what_leaks_refutes_a_clock),
        cmocka_unit_test(what_may_be_an_echo_refutes_nothing),
        cmocka_unit_test(what_both_lines_have_refutes_nothing),
        cmocka_unit_test(clocks_that_run_apart_are_brought_together),
        cmocka_unit_test(nothing_is_joined_by_guess),
        cmocka_unit_test(one_party_twice_is_not_two),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
