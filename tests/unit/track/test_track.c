/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/track.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { COUNT = 1000 };

/* Whether channels of talk are one mix, of which channel 0 is louder by `usual` half dB in four of
 * ten frames and as much softer in four others, and by `rare` in so many of a thousand. */
static int speak_alike(int usual, int rare, size_t of_thousand)
{
    static uint8_t level[2][COUNT];
    static uint8_t class_[COUNT];
    struct cqa_frames frames = {.count = COUNT};
    const struct cqa_tracks tracks = {
        .count = COUNT, .channel_count = 2, .channel = {{.class_ = class_}, {.class_ = class_}}};

    memset(class_, CQA_CLASS_SPEECH, sizeof class_);
    for (size_t t = 0; t < COUNT; t++) {
        const int more = t % 2 ? rare : -rare;
        const int rest = t % 5 == 4 ? 0 : t % 2 ? usual : -usual;
        level[0][t] = (uint8_t)(100 + (t < of_thousand ? more : rest));
        level[1][t] = 100;
    }
    for (int c = 0; c < 2; c++)
        for (int b = 0; b < CQA_BANDS; b++)
            frames.channel[c].band[b] = level[c];
    return cqa_tracks_speak_alike(&frames, &tracks);
}

/* A filter or a codec makes one mix of two channels differ by some dB. */
static void test_one_mix(void **state)
{
    (void)state;
    assert_true(speak_alike(0, 0, 0));
    assert_true(speak_alike(11, 11, 0));
    assert_true(speak_alike(9, 24, 60));
    assert_true(speak_alike(9, 60, 30));
}

/* Who speaks is louder on their own line. */
static void test_two_lines(void **state)
{
    (void)state;
    assert_false(speak_alike(12, 12, 0));
    assert_false(speak_alike(30, 30, 0));
}

/* A gain that rises in pauses evens that out but where words begin, before it has fallen. */
static void test_two_lines_of_one_loudness(void **state)
{
    (void)state;
    assert_false(speak_alike(9, 25, 60));
    assert_false(speak_alike(11, 29, 60));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_mix),
        cmocka_unit_test(test_two_lines),
        cmocka_unit_test(test_two_lines_of_one_loudness),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
