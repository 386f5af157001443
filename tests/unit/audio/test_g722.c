/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "audio/g722.h"
#include "support/recording.h"

enum { COUNT = 65536 };

/* Every code after every other, many times: what libspandsp 0.0.6 gives for the same bytes at
 * 8 kHz, whose sums these are. */
static void decodes_any_bytes_as_the_standard_has_it(void **state)
{
    static unsigned char codes[COUNT];
    static float samples[COUNT];
    struct cqa_g722 g722;
    uint32_t seed = 1;
    uint32_t sum = 0;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        codes[i] = (unsigned char)((seed = seed * 1103515245U + 12345U) >> 16);
    cqa_g722_start(&g722);
    cqa_g722_decode(&g722, codes, 1000, samples); /* in pieces of any size */
    cqa_g722_decode(&g722, codes + 1000, COUNT - 1000, samples + 1000);
    for (size_t i = 0; i < COUNT; i++)
        sum = sum * 31 + (uint32_t)(int32_t)(samples[i] * 16384.0F);
    assert_int_equal(sum, 2335306174U);
}

/* Silence as the standard codes it stays silence. */
static void silence_is_silent(void **state)
{
    unsigned char codes[800];
    float samples[800];
    struct cqa_g722 g722;

    (void)state;
    for (size_t i = 0; i < sizeof codes; i++)
        codes[i] = 0xFA;
    cqa_g722_start(&g722);
    cqa_g722_decode(&g722, codes, sizeof codes, samples);
    for (size_t i = 0; i < sizeof codes; i++)
        assert_true(samples[i] > -0.01F && samples[i] < 0.01F);
}

static void reads_a_file_as_half_its_samples(void **state)
{
    static const unsigned char bytes[16000];

    (void)state;
    struct heard heard = recording_hear(recording_of_bytes(bytes, sizeof bytes), "a.g722", 4096);
    assert_int_equal(heard.status, CQA_OK);
    assert_int_equal(heard.pairs, 16000);
    assert_string_equal(heard.facts.encoding, "G722");
    assert_int_equal(heard.facts.rate_hz, 16000);
    assert_int_equal(heard.facts.channels, 1);
    assert_int_equal(heard.facts.duration_ms, 2000);
    heard_finish(&heard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_any_bytes_as_the_standard_has_it),
        cmocka_unit_test(silence_is_silent),
        cmocka_unit_test(reads_a_file_as_half_its_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
