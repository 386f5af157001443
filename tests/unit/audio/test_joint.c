/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two files of one party each, read as one recording of two channels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "audio/audio.h"
#include "support/recording.h"

enum { RATE_HZ = CQA_AUDIO_RATE_HZ, MOST = 40 * RATE_HZ };

struct joined {
    enum cqa_status status;
    struct cqa_failure failure;
    struct cqa_audio_facts facts;
    size_t pairs;
    float samples[2 * MOST];
};

static struct joined joined;

/* A click of one sample in every second, at `at` of a second. */
static int clicks(int format, int rate_hz, int channels, int seconds, double at)
{
    const size_t count = (size_t)rate_hz * (size_t)seconds;
    float *frames = calloc(count * (size_t)channels, sizeof *frames);

    assert_non_null(frames);
    for (int s = 0; s < seconds; s++)
        frames[(size_t)((s + at) * rate_hz) * (size_t)channels] = 0.5F;
    const int fd = recording_of_frames(format, rate_hz, channels, frames, count);
    free(frames);
    return fd;
}

/* Takes the descriptors. */
static void join(int first, int second, const struct cqa_legs *legs, size_t block)
{
    const int fd[CQA_LEGS] = {first, second};
    const char *const name[CQA_LEGS] = {"a.wav", "b.wav"};
    struct cqa_audio *audio = NULL;
    ptrdiff_t got = -1;

    memset(&joined, 0, sizeof joined);
    joined.status = cqa_audio_open_legs(&audio, fd, name, legs, &joined.failure);
    while (joined.status == CQA_OK && joined.pairs + block <= MOST &&
           (got = cqa_audio_read(audio, joined.samples + 2 * joined.pairs, block,
                                 &joined.failure)) > 0)
        joined.pairs += (size_t)got;
    if (joined.status == CQA_OK)
        joined.status =
            got == 0 ? cqa_audio_facts(audio, &joined.facts, &joined.failure) : CQA_E_BADDATA;
    cqa_audio_close(audio);
    close(first);
    close(second);
}

/* Where the channel's loudest sample of a second is, in samples of the whole. */
static size_t loudest(int channel, size_t second)
{
    size_t best = second * RATE_HZ;

    for (size_t i = best; i < (second + 1) * RATE_HZ && i < joined.pairs; i++)
        if (fabsf(joined.samples[2 * i + (size_t)channel]) >
            fabsf(joined.samples[2 * best + (size_t)channel]))
            best = i;
    return best;
}

static void files_lie_where_they_are_placed(void **state)
{
    static const size_t blocks[] = {1, 7, 1000, 8192};

    (void)state;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        for (int later = 0; later < CQA_LEGS; later++) {
            struct cqa_legs legs = {.joined = 1};
            legs.leg[later].offset_ms = 400;
            join(clicks(SF_FORMAT_WAV | SF_FORMAT_ULAW, 8000, 1, 3, 0.25),
                 clicks(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1, 3, 0.25), &legs, blocks[i]);
            assert_int_equal(joined.status, CQA_OK);
            assert_int_equal(joined.pairs, 3 * RATE_HZ + 3200);
            assert_int_equal(loudest(later, 1), RATE_HZ + 2000 + 3200);
            assert_int_equal(loudest(1 - later, 1), RATE_HZ + 2000);
            assert_int_equal(joined.facts.channels, 2);
            assert_int_equal(joined.facts.layout, CQA_LAYOUT_STEREO);
            assert_int_equal(joined.facts.duration_ms, 3400);
            assert_int_equal(joined.facts.leg[0].duration_ms, 3000);
            assert_string_equal(joined.facts.leg[0].encoding, "ULAW");
            assert_string_equal(joined.facts.leg[1].encoding, "PCM_16");
            assert_int_equal(joined.facts.bytes,
                             joined.facts.leg[0].bytes + joined.facts.leg[1].bytes);
        }
}

static void lengths_and_rates_may_differ(void **state)
{
    const struct cqa_legs legs = {.joined = 1};

    (void)state;
    join(clicks(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1, 5, 0.5),
         clicks(SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 1, 2, 0.5), &legs, 4096);
    assert_int_equal(joined.status, CQA_OK);
    assert_int_equal(joined.pairs, 5 * RATE_HZ);
    assert_in_range(loudest(1, 1), RATE_HZ + 3999, RATE_HZ + 4001);
    assert_int_equal(joined.facts.leg[1].rate_hz, 16000);
    for (size_t i = 2 * RATE_HZ; i < joined.pairs; i++)
        assert_true(joined.samples[2 * i + 1] == 0.0F);
}

/* A clock 100 ppm too fast makes 3 samples more of 4 s. */
static void drift_is_taken_out(void **state)
{
    struct cqa_legs legs = {.joined = 1};

    (void)state;
    legs.leg[1].drift_ppm = 100;
    join(clicks(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1, 30, 0.5),
         clicks(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1, 30, 0.5), &legs, 4096);
    assert_int_equal(joined.status, CQA_OK);
    assert_int_equal(loudest(0, 29), 29 * RATE_HZ + 4000);
    assert_in_range(loudest(1, 29), 29 * RATE_HZ + 4000 - 25, 29 * RATE_HZ + 4000 - 22);
}

static void the_hash_is_over_both_in_their_order(void **state)
{
    const struct cqa_legs legs = {.joined = 1};
    char hashes[2][65];

    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        const double at[2] = {turn ? 0.7 : 0.3, turn ? 0.3 : 0.7};
        join(clicks(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1, 1, at[0]),
             clicks(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1, 1, at[1]), &legs, 4096);
        assert_int_equal(joined.status, CQA_OK);
        assert_int_equal(strlen(joined.facts.sha256), 64);
        memcpy(hashes[turn], joined.facts.sha256, 65);
    }
    assert_string_not_equal(hashes[0], hashes[1]);
}

static void a_file_of_both_parties_is_no_leg(void **state)
{
    const struct cqa_legs legs = {.joined = 1};

    (void)state;
    join(clicks(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1, 1, 0.5),
         clicks(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 2, 1, 0.5), &legs, 4096);
    assert_int_not_equal(joined.status, CQA_OK);
    assert_string_equal(joined.failure.reason, CQA_FAILURE_LAYOUT);
    join(clicks(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1, 1, 0.5),
         recording_of_bytes("no recording at all, only words", 31), &legs, 4096);
    assert_string_equal(joined.failure.reason, CQA_FAILURE_NOT_AUDIO);
}

/* A recorder, or a conversion, that writes one party's line twice: one of both is it. */
static void equal_channels_are_one(void **state)
{
    static const float levels[] = {0.5F, 0};
    const struct cqa_legs legs = {.joined = 1};
    float twice[2 * RATE_HZ] = {0};

    (void)state;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        twice[2 * 2000] = twice[2 * 2000 + 1] = levels[i];
        join(recording_of_frames(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 2, twice, RATE_HZ),
             clicks(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1, 1, 0.75), &legs, 4096);
        assert_int_equal(joined.status, CQA_OK);
        assert_int_equal(joined.pairs, RATE_HZ);
        assert_true(fabsf(joined.samples[2 * 2000] - levels[i]) < 0.01F);
        assert_true(fabsf(joined.samples[2 * 2000 + 1]) < 0.01F);
        assert_int_equal(loudest(1, 0), 6000);
        assert_int_equal(joined.facts.layout, CQA_LAYOUT_STEREO);
    }
}

static void numbers_from_elsewhere_are_checked(void **state)
{
    const struct cqa_legs good = {.joined = 1, .leg = {{.offset_ms = 3000, .drift_ppm = -50}}};
    const struct cqa_legs early = {.joined = 1, .leg = {{.offset_ms = -1}}};
    const struct cqa_legs late = {.joined = 1, .leg = {{.offset_ms = INT64_MAX}}};
    const struct cqa_legs fast = {.joined = 1, .leg = {{.drift_ppm = 1e9}}};
    const struct cqa_legs none = {.joined = 1, .leg = {{.drift_ppm = NAN}}};

    (void)state;
    assert_true(cqa_legs_are_sound(&good));
    assert_false(cqa_legs_are_sound(&early));
    assert_false(cqa_legs_are_sound(&late));
    assert_false(cqa_legs_are_sound(&fast));
    assert_false(cqa_legs_are_sound(&none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_lie_where_they_are_placed),
        cmocka_unit_test(lengths_and_rates_may_differ),
        cmocka_unit_test(drift_is_taken_out),
        cmocka_unit_test(the_hash_is_over_both_in_their_order),
        cmocka_unit_test(a_file_of_both_parties_is_no_leg),
        cmocka_unit_test(equal_channels_are_one),
        cmocka_unit_test(numbers_from_elsewhere_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
