/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "event/scene.h"

/* One channel, a letter for a frame of 32 ms: s speech, c speech of which the classifier is not
 * sure, k the same without a pitch, f the same as soft as the pauses, d speech of which it is still
 * less sure, A voice over music, M music, t tone, '.' none, of which m is louder. */
struct line {
    struct cqa_frames frames;
    struct cqa_tracks tracks;
    struct cqa_scene scene;
};

static void line_set(struct line *line, const char *picture)
{
    const size_t count = strlen(picture);

    *line =
        (struct line){.tracks = {.count = count, .channel_count = 1}, .frames = {.count = count}};
    line->frames.channel[0].harmonicity = calloc(count + 1, 1);
    line->frames.channel[0].tonality = calloc(count + 1, 1);
    line->frames.channel[0].level = calloc(count + 1, 1);
    line->tracks.channel[0].class_ = calloc(count + 1, 1);
    for (int k = 0; k < CQA_TRACK_COUNT; k++)
        line->tracks.channel[0].posterior[k] = calloc(count + 1, 1);
    for (size_t t = 0; t < count; t++) {
        line->tracks.channel[0].class_[t] = strchr("sckfd", picture[t]) ? CQA_CLASS_SPEECH
                                            : picture[t] == 'A'         ? CQA_CLASS_ANNOUNCEMENT
                                            : picture[t] == 'M'         ? CQA_CLASS_MUSIC
                                            : picture[t] == 't'         ? CQA_CLASS_TONE
                                                                        : CQA_CLASS_NONE;
        line->tracks.channel[0].posterior[CQA_CLASS_SPEECH][t] = picture[t] == 's'           ? 250
                                                                 : strchr("ckf", picture[t]) ? 160
                                                                 : picture[t] == 'd'         ? 140
                                                                                             : 0;
        line->tracks.channel[0].posterior[CQA_CLASS_ANNOUNCEMENT][t] = picture[t] == 'A' ? 250 : 0;
        line->tracks.channel[0].posterior[CQA_CLASS_NONE][t] = strchr(".m", picture[t]) ? 255 : 0;
        line->frames.channel[0].harmonicity[t] = strchr("scfdA", picture[t]) ? 150 : 20;
        line->frames.channel[0].level[t] = strchr(".f", picture[t]) ? 90
                                           : picture[t] == 'm'      ? 160
                                                                    : 170;
    }
    line->scene = (struct cqa_scene){.frames = &line->frames,
                                     .tracks = &line->tracks,
                                     .duration_ms = (int64_t)count * CQA_FRAME_MS};
}

static void line_expect(struct line *line, const char *wanted)
{
    char found[200];
    const struct cqa_spans *speech = &line->scene.speech[0];

    assert_int_equal(cqa_scene_find_speech(&line->scene), CQA_OK);
    memset(found, '.', line->tracks.count);
    found[line->tracks.count] = '\0';
    for (size_t i = 0; i < speech->count; i++)
        for (size_t t = cqa_border_at(speech->items[i].start_ms);
             t < cqa_border_at(speech->items[i].end_ms); t++)
            found[t] = '=';
    assert_string_equal(found, wanted);
    cqa_scene_finish(&line->scene);
    cqa_tracks_finish(&line->tracks);
    free(line->frames.channel[0].harmonicity);
    free(line->frames.channel[0].tonality);
    free(line->frames.channel[0].level);
}

static void expect(const char *picture, const char *wanted)
{
    struct line line;

    line_set(&line, picture);
    line_expect(&line, wanted);
}

/* 9 frames are 288 ms, 10 are 320. */
static void test_bridging(void **state)
{
    (void)state;
    expect(".ssss.........ssss.", ".=================.");
    expect(".ssss..........ssss.", ".====..........====.");
}

/* 3 frames are 96 ms, 4 are 128; pauses are bridged first. */
static void test_bursts(void **state)
{
    (void)state;
    expect("..............sss..............ssss.", "...............................====.");
    expect("....sss....sss....sss...............", "....=================...............");
}

/* A short burst far from the party's other words counts when the classifier is sure of it. */
static void test_lone_noises(void **state)
{
    (void)state;
    expect("....................cccccccccc....................",
           "..................................................");
    expect("....................ssssssssss....................",
           "....................==========....................");
    expect("....................cccccccccccccccc..............", /* 512 ms are no click */
           "....................================..............");
    expect("sssssssssssss.............cccccc..................", /* 416 ms from a word */
           "=============.............======..................");
    expect("sssssssssssss................cccccc...............",
           "=============.....................................");
    expect(
        "cccccc.................cccccc.................cccc", /* nor do noises vouch for noises */
        "..................................................");
}

/* Where the classifier is not sure of the party's voice, what lies within half a second of it and
 * sounds a little like speech is speech. Not before holds are known: it may be a singer's. */
static void test_faint_words(void **state)
{
    static const struct {
        int holds_known;
        uint8_t posterior; /* of the words */
        const char *wanted;
    } cases[] = {
        {1, 150,
         "....................========================================...................."},
        {1, 250,
         "....................========================...................................."},
        {0, 150,
         "....................========================...................................."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct line line;
        line_set(
            &line,
            "....................cccccccccccccccccccccccc....................................");
        uint8_t *speech = line.tracks.channel[0].posterior[CQA_CLASS_SPEECH];
        memset(speech + 20, cases[i].posterior, 24);
        memset(speech + 44, 70, 36);
        line.scene.holds_known = cases[i].holds_known;
        line_expect(&line, cases[i].wanted);
    }
}

/* A knock in a room lasts longer than a click and has no pitch. */
static void test_lone_knocks(void **state)
{
    (void)state;
    expect("....................kkkkkkkkkkkkkkkkkkkkk..................", /* 672 ms */
           "...........................................................");
    expect("....................ccccccccccccccccccccc..................",
           "....................=====================..................");
    expect("....................kkkkkkkkkkkkkkkkkkkkkk.................", /* 704 ms */
           "....................======================.................");
}

static void expect_on_a_mix(const char *picture, const char *wanted)
{
    struct line line;

    line_set(&line, picture);
    line.scene.mono = 1;
    line_expect(&line, wanted);
}

/* On a mix of both parties a burst may be longer, 672 ms here, and is no word. */
static void test_lone_noises_on_a_mix(void **state)
{
    (void)state;
    expect_on_a_mix("....................ccccccccccccccccccccc..................",
                    "...........................................................");
    expect_on_a_mix("....................cccccccccccccccccccccc.................",
                    "....................======================.................");
}

/* On a mix, however long: what the classifier half believes, and is no louder than what is around
 * it, is the room. Loud it is a word, and so it is where there is nothing to compare it with, or
 * the classifier is sure. On two lines it may be somebody across the room. */
static void test_as_loud_as_around(void **state)
{
    static const char soft[] =
        "....................ffffffffffffffffffffffffffffffffffff..............";
    static const char kept[] =
        "....................====================================..............";

    (void)state;
    expect_on_a_mix(soft, "......................................................................");
    expect(soft, kept);
    expect_on_a_mix("....................cccccccccccccccccccccccccccccccccccc..............", kept);
    expect_on_a_mix("mmmmmmmmmmmmmmmmmmmmssssssssssssssssssssssssssssssssssssmmmmmmmmmmmmmm", kept);
    expect_on_a_mix("mmmmmmmmmmmmmmmmmmmmffffffffffffffffffffffffffffffffffffmmmmmmmmmmmmmm",
                    "......................................................................");
    expect_on_a_mix("....ffffffffffffffffffffffffffffffffffff.....",
                    "....====================================.....");
    expect_on_a_mix("....................ssssssssssssfffffffffffffffff..............",
                    "....................=============================..............");
}

/* Of what stands alone on a mix more is asked, however long it is. */
static void test_alone_on_a_mix(void **state)
{
    static const char alone[] =
        "....................dddddddddddddddddddddddddddddddddddd..............";

    (void)state;
    expect_on_a_mix(alone,
                    "......................................................................");
    expect(alone, "....................====================================..............");
    expect_on_a_mix("ssssssssss............dddddddddddddddddddddddddddddddddddd........",
                    "==========............====================================........");
}

/* On a mix: who talks answers, and is answered, within 2 s. Few words that stand out of that and
 * are half heard are a room's, though there are two of them; surely heard they are words. */
static void test_mumbled(void **state)
{
#define FAR ".............................................................." /* 1.98 s */
    (void)state;
    expect_on_a_mix("ssssssssss" FAR ".cccccccccccc...........cccccccccccc",
                    "==========" FAR "....................................");
    expect_on_a_mix("ssssssssss" FAR "cccccccccccc...........cccccccccccc",
                    "==========" FAR "============...........============");
    expect_on_a_mix("ssssssssss" FAR ".ssssssssssss...........cccccccccccc",
                    "==========" FAR ".============...........============");
    expect("ssssssssss" FAR ".cccccccccccc...........cccccccccccc",
           "==========" FAR ".============...........============");
    expect_on_a_mix(FAR ".cccccccccccc...........cccccccccccc", /* all that is said */
                    FAR ".============...........============");
#undef FAR
}

static void test_what_is_speech(void **state)
{
    (void)state;
    expect("MMMMMMMMMMttttttttttttttttt........", "...................................");
    expect("............AAAAAAAA...............",
           "............========..............."); /* music in the room */
}

/* On a line that carries hold music no voice is the party's. */
static void test_holds_are_left_out(void **state)
{
    struct line line;

    (void)state;
    line_set(&line, "ssssssssMMMMMMMMAAAAAAAAssssssssMMMMMMMM..........ssss");
    assert_int_equal(cqa_spans_add(&line.scene.heard[0], 8 * 32, 40 * 32), CQA_OK);
    line_expect(&line, "========..........................................====");
}

/* Keys are no speech, whatever the classes take them for; what is said before and after is. */
static void test_keys(void **state)
{
    struct line line;

    (void)state;
    line_set(&line, "ssssssssssssssssssssssssssssss");
    assert_int_equal(
        cqa_spans_add(&line.scene.tones.sounding[0], 10LL * CQA_FRAME_MS, 22LL * CQA_FRAME_MS),
        CQA_OK);
    line_expect(&line, "==========............========");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bridging),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_bursts),
        cmocka_unit_test(test_lone_noises),
        cmocka_unit_test(test_faint_words),
        cmocka_unit_test(test_lone_knocks),
        cmocka_unit_test(test_lone_noises_on_a_mix),
        cmocka_unit_test(test_as_loud_as_around),
        cmocka_unit_test(test_alone_on_a_mix),
        cmocka_unit_test(test_mumbled),
        cmocka_unit_test(test_what_is_speech),
        cmocka_unit_test(test_holds_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
