/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>
#include "signal/extract.h"
#include "support/telephone.h"

uint32_t telephone_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

float telephone_noise(uint32_t *seed)
{
    return (float)((double)telephone_random(seed) / 2147483648.0 - 1.0);
}

static double between(uint32_t *seed, double least, double most)
{
    return least + (most - least) * (0.5 + 0.5 * (double)telephone_noise(seed));
}

/* One voiced piece; its envelope rises and falls. */
static void add_syllable(float *samples, size_t count, float level, uint32_t *seed)
{
    const double pitch_hz = between(seed, 95, 220);
    const double glide = between(seed, -0.2, 0.2);
    const double formant_hz[2] = {between(seed, 300, 900), between(seed, 1100, 2600)};
    double phase = 0;

    for (size_t i = 0; i < count; i++) {
        const double along = (double)i / (double)count;
        const double hz = pitch_hz * (1 + glide * along);
        double sum = 0;
        phase += 2 * M_PI * hz / 8000;
        for (int h = 1; h * hz < 3600; h++) {
            const double near =
                fmin(fabs(h * hz - formant_hz[0]) / 180, fabs(h * hz - formant_hz[1]) / 300);
            sum += sin(h * phase) / (1 + near * near);
        }
        samples[i] += level * (float)(0.25 * sin(M_PI * along) * sum);
    }
}

void telephone_voice(float *samples, size_t count, float level, uint32_t seed)
{
    size_t at = 0;

    for (;;) {
        const size_t syllable = (size_t)between(&seed, 800, 2000);
        const size_t pause = (size_t)(between(&seed, 0, 1) < 0.2 ? between(&seed, 2000, 5000)
                                                                 : between(&seed, 100, 500));
        if (at + syllable > count)
            return;
        add_syllable(samples + at, syllable, level, &seed);
        at += syllable + pause;
    }
}

void telephone_tone(float *samples, size_t count, double hz, float amplitude)
{
    for (size_t i = 0; i < count; i++)
        samples[i] += amplitude * (float)sin(2 * M_PI * hz * (double)i / 8000);
}

struct cqa_frames telephone_frames(const float *left, const float *right, size_t count,
                                   uint32_t cuts)
{
    struct cqa_signal_plan *plan = NULL;
    struct cqa_extractor *extractor = NULL;
    struct cqa_frames frames = {0};
    struct cqa_error error;
    size_t done = 0;

    assert_int_equal(cqa_signal_plan_create(&plan, &error), CQA_OK);
    assert_int_equal(cqa_extractor_create(&extractor, plan, &error), CQA_OK);
    while (done < count) {
        size_t capacity;
        float *room = cqa_extractor_room(extractor, &capacity);
        size_t taken = cuts > 0 ? telephone_random(&cuts) % 3000 : capacity;
        taken = taken < capacity ? taken : capacity;
        taken = taken < count - done ? taken : count - done;
        for (size_t i = 0; i < taken; i++) {
            room[2 * i] = left[done + i];
            room[2 * i + 1] = right[done + i];
        }
        assert_int_equal(cqa_extractor_take(extractor, taken), CQA_OK);
        done += taken;
    }
    assert_int_equal(cqa_extractor_end(extractor, &frames), CQA_OK);
    cqa_extractor_destroy(extractor);
    cqa_signal_plan_destroy(plan);
    return frames;
}
