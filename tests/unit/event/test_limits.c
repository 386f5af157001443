/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the rules about a call turn: each case is a call drawn as text and one number of
 * event/limits.h, at the value with which something is just found, and at the next one. What is
 * found is told by how long the events of a type are in all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "support/picture.h"
#include "track/still.h"

typedef void set(struct cqa_event_limits *limits, double value);

#define NUMBER(rule, field)                                                                        \
    static void set_##rule##_##field(struct cqa_event_limits *limits, double value)                \
    {                                                                                              \
        limits->rule.field = (__typeof__(limits->rule.field))value;                                \
    }
NUMBER(speech, bridge_ms)
NUMBER(speech, shortest_ms)
NUMBER(speech, apart_ms)
NUMBER(speech, lone_ms)
NUMBER(speech, mix_lone_ms)
NUMBER(speech, knock_ms)
NUMBER(speech, voiced_of_255)
NUMBER(speech, word_share)
NUMBER(speech, knock_share)
NUMBER(speech, mix_share)
NUMBER(speech, mumble_share)
NUMBER(speech, mumble_apart_ms)
NUMBER(speech, mumble_longest_ms)
NUMBER(speech, around_share)
NUMBER(speech, around_half_db)
NUMBER(speech, aside_half_db)
NUMBER(speech, aside_percent)
NUMBER(speech, chopped_ms)
NUMBER(speech, parked_not_of_255)
NUMBER(speech, chopped_under_half_db)
NUMBER(speech, chopped_range_half_db)
NUMBER(speech, notes_not_of_255)
NUMBER(speech, loud_half_db)
NUMBER(speech, doubtful_share)
NUMBER(speech, known_share)
NUMBER(speech, plain_share)
NUMBER(speech, faint_near_frames)
NUMBER(speech, faint_reach_frames)
NUMBER(speech, faint_share)
NUMBER(silence, shortest_ms)
NUMBER(overtalk, shortest_ms)
NUMBER(overtalk, mixed_of_255)
NUMBER(lines, still_ms)
NUMBER(lines, click_frames)
NUMBER(lines, parked_bridge_ms)
NUMBER(lines, parked_shortest_ms)
NUMBER(lines, parked_under_half_db)
NUMBER(mute, below_half_db)
NUMBER(mute, bottom_half_db)
NUMBER(mute, shortest_ms)
NUMBER(mute, gated_share)
NUMBER(mute, zero_of_255)
NUMBER(mute, lost_ms)
NUMBER(hold, shortest_ms)
NUMBER(hold, bridge_ms)
NUMBER(hold, word_ms)
NUMBER(hold, customer_percent)
NUMBER(hold, muted_beeps)
NUMBER(hold, train_beeps_floor)
NUMBER(hold, train_least_ms)
NUMBER(hold, train_most_ms)
NUMBER(hold, before_beep_ms)
NUMBER(hold, return_ms)
NUMBER(hold_music, bridge_ms)
NUMBER(hold_music, rest_ms)
NUMBER(hold_music, longest_ms)
NUMBER(hold_music, gap_share)
NUMBER(hold_music, over_stop_half_db)
NUMBER(hold_music, stop_part)
NUMBER(hold_music, stop_frames)
NUMBER(hold_music, stop_share)
NUMBER(hold_music, speaks_ms)
NUMBER(hold_music, anchor_ms)
NUMBER(hold_music, music_percent)
NUMBER(hold_music, piece_ms)
NUMBER(hold_music, parked_share)
NUMBER(hold_music, along_share)
NUMBER(hold_music, uneven_half_db)
NUMBER(hold_music, uneven_share)
NUMBER(hold_music, notes_of_255)
NUMBER(hold_music, voice_ms)
NUMBER(hold_music, voice_share)
NUMBER(hold_music, mix_voice_ms)
NUMBER(hold_music, heard_share)
NUMBER(hold_music, alone_share)
NUMBER(hold_music, sound_ms)
NUMBER(hold_music, drop_ms)
NUMBER(pauses, as_loud_half_db)
NUMBER(faults, clip_shortest_ms)
NUMBER(faults, clip_bridge_ms)
NUMBER(faults, flat_samples)
NUMBER(faults, one_way_ms)
NUMBER(faults, one_way_speech_ms)

enum { C = PICTURE_CELL_MS, ANY = -1 };

struct edge {
    const char *name;
    set *set;
    double value;
    double next;
    enum cqa_event_type type;
    int detail;        /* their kind or cause; ANY */
    int64_t found;     /* ms, with `value` */
    int64_t then;      /* ms, with `next` */
    const char *agent; /* the call */
    const char *customer;
    void (*mend)(struct picture *picture); /* what letters cannot say; NULL: nothing */
};

/* ---- what letters cannot say */

enum { LONE_FIRST = 13 * PICTURE_CELL, LONE_LAST = 14 * PICTURE_CELL }; /* of LONE */

/* The classifier is not sure of the lone word. */
static void doubt(struct picture *picture)
{
    for (size_t t = LONE_FIRST; t < LONE_LAST; t++)
        picture->tracks.channel[0].posterior[CQA_CLASS_SPEECH][t] = 200;
}

/* Neither, but the word has something of a pitch, or much of one. */
static void doubt_with_pitch(struct picture *picture)
{
    doubt(picture);
    for (size_t t = LONE_FIRST; t < LONE_LAST; t++)
        picture->frames.channel[0].harmonicity[t] = 60;
}

/* Of cells 12 and 13. */
static void doubt_long(struct picture *picture)
{
    memset(picture->tracks.channel[0].posterior[CQA_CLASS_SPEECH] + 12 * PICTURE_CELL, 200,
           2 * PICTURE_CELL);
}

/* Less sure. */
static void doubt_more(struct picture *picture)
{
    memset(picture->tracks.channel[0].posterior[CQA_CLASS_SPEECH] + 12 * PICTURE_CELL, 170,
           2 * PICTURE_CELL);
}

/* The same, and they are no louder than the line's noise, but for 1 dB. */
static void doubt_softly(struct picture *picture)
{
    struct cqa_channel_frames *rows = &picture->frames.channel[0];

    doubt_more(picture);
    memset(rows->level + 12 * PICTURE_CELL, rows->level[11 * PICTURE_CELL] + 2, 2 * PICTURE_CELL);
}

/* Half a cell of it. */
static void doubt_shorter(struct picture *picture)
{
    doubt(picture);
    for (size_t t = LONE_FIRST + PICTURE_CELL / 2; t < LONE_LAST; t++) {
        picture->tracks.channel[0].class_[t] = CQA_CLASS_NONE;
        picture->tracks.channel[0].posterior[CQA_CLASS_SPEECH][t] = 0;
        picture->tracks.channel[0].posterior[CQA_CLASS_NONE][t] = 255;
    }
}

/* The lone word is 15 dB softer than the others. */
static void soften(struct picture *picture)
{
    for (size_t t = LONE_FIRST; t < LONE_LAST; t++)
        picture->frames.channel[0].level[t] -= 30;
}

/* It is three times as long, passes for music, and is up and down by 20 dB, 5 dB under the others.
 */
static void chop(struct picture *picture)
{
    for (size_t t = LONE_FIRST; t < LONE_LAST + 2 * PICTURE_CELL; t++) {
        struct cqa_channel_track *track = &picture->tracks.channel[0];
        track->class_[t] = CQA_CLASS_MUSIC;
        track->posterior[CQA_CLASS_SPEECH][t] = track->posterior[CQA_CLASS_NONE][t] = 0;
        track->posterior[CQA_CLASS_MUSIC][t] = 255;
        track->posterior[CQA_TRACK_PARKED][t] = 50;
        picture->frames.channel[0].tonality[t] = 30;
        picture->frames.channel[0].level[t] = t % 2 == 0 ? 160 : 120;
    }
}

/* Of MUMBLED the classifier is not sure, and after its first word it hears something for a cell: of
 * that all frames but the last are faint, and one before the second word. */
static void mumble(struct picture *picture)
{
    struct cqa_channel_track *track = &picture->tracks.channel[0];

    for (size_t t = 0; t < picture->tracks.count; t++)
        track->posterior[CQA_CLASS_SPEECH][t] = track->class_[t] == CQA_CLASS_SPEECH ? 200
                                                : t / PICTURE_CELL == 4              ? 80
                                                                                     : 0;
}

/* It is surer of the words, and hears more after the first. */
static void mumble_less(struct picture *picture)
{
    struct cqa_channel_track *track = &picture->tracks.channel[0];

    for (size_t t = 0; t < picture->tracks.count; t++)
        track->posterior[CQA_CLASS_SPEECH][t] = track->class_[t] == CQA_CLASS_SPEECH ? 215
                                                : t / PICTURE_CELL == 4              ? 110
                                                                                     : 0;
}

/* It is sure of the second word, which is 15 dB softer. */
static void mumble_loudly(struct picture *picture)
{
    mumble(picture);
    for (size_t t = 14 * PICTURE_CELL; t < picture->tracks.count; t++) {
        picture->tracks.channel[0].posterior[CQA_CLASS_SPEECH][t] = 255;
        picture->frames.channel[0].level[t] -= 30;
    }
}

/* Two voices, rather, in cells 2 to 5. */
static void two_voices(struct picture *picture)
{
    for (size_t t = 2 * PICTURE_CELL; t < 6 * PICTURE_CELL; t++)
        picture->tracks.channel[0].posterior[CQA_TRACK_BOTH][t] = 100;
}

/* The muted line falls by 6 dB only. */
static void mute_less(struct picture *picture)
{
    for (size_t t = 0; t < picture->tracks.count; t++)
        if (picture->frames.channel[0].level[t] == 50)
            picture->frames.channel[0].level[t] = 78;
}

/* It does not fall at all, but most of its samples are at the codec's idle value. */
static void mute_to_zeros(struct picture *picture)
{
    for (size_t t = 0; t < picture->tracks.count; t++)
        if (picture->frames.channel[0].level[t] == 50) {
            picture->frames.channel[0].level[t] = 90;
            picture->frames.channel[0].zero[t] = 200;
        }
}

/* A click of three frames on both lines, in cell 24. */
static void click(struct picture *picture)
{
    for (size_t t = 24 * PICTURE_CELL; t < 24 * PICTURE_CELL + 3; t++)
        for (int c = 0; c < 2; c++)
            picture->tracks.channel[c].still[t] = CQA_STILL_NOT;
}

/* The second look is less sure of all that it takes for a hold. */
static void park_less(struct picture *picture)
{
    for (size_t t = 0; t < picture->tracks.count; t++)
        if (picture->tracks.channel[0].posterior[CQA_TRACK_PARKED][t] == 255)
            picture->tracks.channel[0].posterior[CQA_TRACK_PARKED][t] = 230;
}

static void park_speech_less(struct picture *picture)
{
    for (size_t t = 0; t < picture->tracks.count; t++)
        if (picture->tracks.channel[0].class_[t] == CQA_CLASS_SPEECH &&
            picture->tracks.channel[0].posterior[CQA_TRACK_PARKED][t] == 255)
            picture->tracks.channel[0].posterior[CQA_TRACK_PARKED][t] = 200;
}

/* In WORDS the line is 9 dB louder around the voice than it is elsewhere. */
static void loud_pauses(struct picture *picture)
{
    memset(picture->frames.channel[0].level + 32 * PICTURE_CELL, 90 + 18, PICTURE_CELL);
    memset(picture->frames.channel[0].level + 41 * PICTURE_CELL, 90 + 18, PICTURE_CELL);
}

/* And it is up and down by 5 dB from frame to frame. */
static void park_uneven(struct picture *picture)
{
    park_less(picture);
    for (size_t t = 1; t < picture->tracks.count; t += 2)
        if (picture->tracks.channel[0].posterior[CQA_TRACK_PARKED][t] == 230)
            picture->frames.channel[0].level[t] -= 10;
}

/* Notes that the second look was not taught. */
static void notes(struct picture *picture)
{
    for (size_t t = 0; t < picture->tracks.count; t++) {
        picture->tracks.channel[0].posterior[CQA_TRACK_PARKED][t] = 0;
        picture->frames.channel[0].tonality[t] = 70;
    }
}

/* Two moments of six frames on a flat top, ten frames apart. */
static void clip_twice(struct picture *picture)
{
    for (size_t t = 40; t < 62; t++)
        picture->frames.channel[0].flat[t] = t < 46 || t >= 56 ? 10 : 0;
}

static void clip_once(struct picture *picture)
{
    for (size_t t = 40; t < 46; t++)
        picture->frames.channel[0].flat[t] = 10;
}

/* ---- the edges */

#define LONE "sssss........s........sssss"
#define LONE_LONG "sssss.......ss.......sssss"
#define LONE_NEAR "sssss.......ss...sssss"
#define NOBODY "..........................."
#define MUMBLED "ssss..........ssss"
#define MUMBLED_C ".................."
#define TALK_A "sss...sss.....sss..."
#define TALK_C "...sss...ss.ss...sss"
#define TALK_M "ssssss..ss.ss..sssss"
#define ROOM_C "---sss---ss-ss---sss"
#define M12 "MMMMMMMMMMMM"
#define DOTS12 "............"
#define H22 "hhhhhhhhhhhhhhhhhhhhhh"
#define WORDS M12 ".vvvvvvvv." M12
#define DOTS22 "......................"
#define GATED_A "sss..____.."
#define GATED_C ".....ssss.."
#define ONE_WAY "sssss...sssssss.....sssss...sssssss.....sssss"

#define EDGE(rule, field) #rule "." #field, set_##rule##_##field

static const struct edge edges[] = {
    {EDGE(speech, bridge_ms), 10 * C, 10 * C + 1, CQA_EVENT_SILENCE, ANY, 10 * C, 0,
     "ssss..........ssss", "..................", NULL},
    {EDGE(speech, shortest_ms), C, C + 1, CQA_EVENT_SILENCE, ANY, 16 * C, 17 * C, LONE, NOBODY,
     NULL},
    {EDGE(speech, apart_ms), 8 * C + 1, 8 * C, CQA_EVENT_SILENCE, ANY, 16 * C, 17 * C, LONE, NOBODY,
     doubt},
    {EDGE(speech, knock_ms), C, C + 1, CQA_EVENT_SILENCE, ANY, 16 * C, 17 * C, LONE, NOBODY, doubt},
    {EDGE(speech, knock_share), 0.784, 0.785, CQA_EVENT_SILENCE, ANY, 16 * C, 17 * C, LONE, NOBODY,
     doubt},
    {EDGE(speech, voiced_of_255), 60, 61, CQA_EVENT_SILENCE, ANY, 16 * C, 17 * C, LONE, NOBODY,
     doubt_with_pitch},
    {EDGE(speech, lone_ms), C, C + 1, CQA_EVENT_SILENCE, ANY, 16 * C, 17 * C, LONE, NOBODY,
     doubt_with_pitch},
    {EDGE(speech, mix_lone_ms), C, C + 1, CQA_EVENT_SILENCE, ANY, 16 * C, 17 * C, LONE, NULL,
     doubt_with_pitch},
    {EDGE(speech, word_share), 0.784, 0.785, CQA_EVENT_SILENCE, ANY, 16 * C + C / 2, 17 * C, LONE,
     NOBODY, doubt_shorter},
    {EDGE(speech, mix_share), 0.784, 0.785, CQA_EVENT_SILENCE, ANY, 14 * C, 16 * C, LONE_LONG, NULL,
     doubt_long},
    {EDGE(speech, mumble_share), 0.784, 0.785, CQA_EVENT_SILENCE, ANY, 14 * C, 16 * C, LONE_LONG,
     NULL, doubt_long},
    {EDGE(speech, mumble_apart_ms), 7 * C + 1, 7 * C, CQA_EVENT_SILENCE, ANY, 14 * C, 16 * C,
     LONE_LONG, NULL, doubt_more},
    {EDGE(speech, mumble_longest_ms), 2 * C - 1, 2 * C, CQA_EVENT_SILENCE, ANY, 14 * C, 16 * C,
     LONE_LONG, NULL, doubt_more},
    {EDGE(speech, around_share), 0.666, 0.667, CQA_EVENT_SILENCE, ANY, 7 * C, 12 * C, LONE_NEAR,
     NULL, doubt_softly},
    {EDGE(speech, around_half_db), 2, 3, CQA_EVENT_SILENCE, ANY, 7 * C, 12 * C, LONE_NEAR, NULL,
     doubt_softly},
    {EDGE(speech, aside_half_db), 30, 31, CQA_EVENT_SILENCE, ANY, 17 * C, 16 * C, LONE, NOBODY,
     soften},
    /* it is one in eleven */
    {EDGE(speech, aside_percent), 10, 9, CQA_EVENT_SILENCE, ANY, 17 * C, 16 * C, LONE, NOBODY,
     soften},
    {EDGE(speech, chopped_ms), 3 * C, 3 * C + 1, CQA_EVENT_SILENCE, ANY, 14 * C, 17 * C, LONE,
     NOBODY, chop},
    {EDGE(speech, parked_not_of_255), 51, 50, CQA_EVENT_SILENCE, ANY, 14 * C, 17 * C, LONE, NOBODY,
     chop},
    {EDGE(speech, chopped_under_half_db), 10, 9, CQA_EVENT_SILENCE, ANY, 14 * C, 17 * C, LONE,
     NOBODY, chop},
    {EDGE(speech, chopped_range_half_db), 40, 41, CQA_EVENT_SILENCE, ANY, 14 * C, 17 * C, LONE,
     NOBODY, chop},
    {EDGE(speech, notes_not_of_255), 31, 30, CQA_EVENT_SILENCE, ANY, 14 * C, 17 * C, LONE, NOBODY,
     chop},
    {EDGE(speech, doubtful_share), 0.785, 0.783, CQA_EVENT_SILENCE, ANY, 9 * C,
     9 * C + CQA_FRAME_MS, MUMBLED, MUMBLED_C, mumble},
    {EDGE(speech, known_share), 0.884, 0.882, CQA_EVENT_SILENCE, ANY, 9 * C + 2 * CQA_FRAME_MS,
     10 * C - 2 * CQA_FRAME_MS, MUMBLED, MUMBLED_C, mumble_less},
    {EDGE(speech, plain_share), 0.670, 0.671, CQA_EVENT_SILENCE, ANY, 9 * C + 2 * CQA_FRAME_MS,
     10 * C - 2 * CQA_FRAME_MS, MUMBLED, MUMBLED_C, mumble_less},
    /* a border leans towards what is half heard */
    {EDGE(speech, loud_half_db), 29, 30, CQA_EVENT_SILENCE, ANY, 9 * C, 10 * C - 14, MUMBLED,
     MUMBLED_C, mumble_loudly},
    {EDGE(speech, faint_near_frames), 15, 14, CQA_EVENT_SILENCE, ANY, 9 * C, 9 * C + CQA_FRAME_MS,
     MUMBLED, MUMBLED_C, mumble},
    {EDGE(speech, faint_reach_frames), 2, 3, CQA_EVENT_SILENCE, ANY, 9 * C, 9 * C + CQA_FRAME_MS,
     MUMBLED, MUMBLED_C, mumble},
    {EDGE(speech, faint_share), 0.250, 0.252, CQA_EVENT_SILENCE, ANY, 9 * C, 9 * C + CQA_FRAME_MS,
     MUMBLED, MUMBLED_C, mumble},
    {EDGE(silence, shortest_ms), 10 * C, 10 * C + 1, CQA_EVENT_SILENCE, ANY, 10 * C, 0,
     "ssss..........ssss", "..................", NULL},
    {EDGE(overtalk, shortest_ms), 2 * C, 2 * C + 1, CQA_EVENT_OVERTALK, ANY, 2 * C, 0, "ssss....",
     "..ssss..", NULL},
    /* four frames at each end have less around them */
    {EDGE(overtalk, mixed_of_255), 100, 101, CQA_EVENT_OVERTALK, ANY, 56 * CQA_FRAME_MS, 0,
     "ssssssss", NULL, two_voices},

    {EDGE(lines, still_ms), 2 * C, 2 * C + 1, CQA_EVENT_NOT_RECORDED, ANY, 2 * C, 0,
     TALK_A ".00." TALK_A, TALK_C ".00." TALK_C, NULL},
    {EDGE(lines, parked_shortest_ms), 8 * C, 8 * C + 1, CQA_EVENT_SILENCE, CQA_CAUSE_PARKED, 8 * C,
     0, TALK_M "..,,,,,,,,.." TALK_M, NULL, NULL},
    /* 4 dB under it but for three frames at each end, where the mean of nine is higher */
    {EDGE(lines, parked_under_half_db), 8, 9, CQA_EVENT_SILENCE, CQA_CAUSE_PARKED,
     122 * CQA_FRAME_MS, 0, TALK_M "..,,,,,,,,.." TALK_M, NULL, NULL},
    {EDGE(lines, click_frames), 3, 2, CQA_EVENT_NOT_RECORDED, ANY, 8 * C, 8 * C - 3 * CQA_FRAME_MS,
     TALK_A "00000000" TALK_A, TALK_C "00000000" TALK_C, click},
    {EDGE(lines, parked_bridge_ms), 2 * C + 1, 2 * C, CQA_EVENT_SILENCE, CQA_CAUSE_PARKED, 10 * C,
     14 * C, TALK_M "..,,,,..,,,,.." TALK_M, NULL, NULL}, /* too short to part it; most of it */
    /* it drops whenever its party listens */
    {EDGE(mute, gated_share), 1, 0.999, CQA_EVENT_HOLD, CQA_KIND_MUTE, 12 * C, 0,
     GATED_A GATED_A GATED_A "sss..____________.." GATED_A GATED_A,
     GATED_C GATED_C GATED_C "..................." GATED_C GATED_C, NULL},
    {EDGE(mute, zero_of_255), 200, 201, CQA_EVENT_HOLD, CQA_KIND_MUTE, 12 * C, 0,
     TALK_A "____________" TALK_A, TALK_C DOTS12 TALK_C, mute_to_zeros},
    {EDGE(mute, bottom_half_db), 89, 90, CQA_EVENT_HOLD, CQA_KIND_MUTE, 12 * C, 0,
     TALK_A "____________" TALK_A, TALK_C DOTS12 TALK_C, NULL},
    /* at each end six frames are not steady: the fall is in them */
    {EDGE(mute, below_half_db), 12, 13, CQA_EVENT_HOLD, CQA_KIND_MUTE, 180 * CQA_FRAME_MS, 0,
     TALK_A "____________..." TALK_A, TALK_C DOTS12 "..." TALK_C, mute_less},
    {EDGE(mute, shortest_ms), 12 * C, 12 * C + 1, CQA_EVENT_HOLD, CQA_KIND_MUTE, 12 * C, 0,
     TALK_A "____________" TALK_A, TALK_C DOTS12 TALK_C, NULL},
    {EDGE(mute, lost_ms), 12 * C, 12 * C + 1, CQA_EVENT_LINE_LOST, ANY, 12 * C, 0,
     TALK_A TALK_A "____________", TALK_C TALK_C DOTS12, NULL},

    {EDGE(hold, shortest_ms), 12 * C, 12 * C + 1, CQA_EVENT_HOLD, ANY, 12 * C, 0, TALK_A M12 TALK_A,
     TALK_C DOTS12 TALK_C, NULL},
    {EDGE(hold, bridge_ms), 4 * C + 1, 4 * C, CQA_EVENT_HOLD, CQA_KIND_MUTE, 18 * C, 0,
     TALK_A "_______...._______" TALK_A, TALK_C ".................." TALK_C, NULL},
    {EDGE(hold, word_ms), C + 1, C, CQA_EVENT_HOLD, CQA_KIND_MUTE, 15 * C, 0,
     TALK_A "_______s_______" TALK_A, TALK_C "..............." TALK_C, NULL},
    {EDGE(hold, customer_percent), 25, 24, CQA_EVENT_HOLD, ANY, 12 * C, 0,
     TALK_A "____________" TALK_A, TALK_C "....sss....." TALK_C, NULL},
    {EDGE(hold, muted_beeps), 2, 3, CQA_EVENT_HOLD, CQA_KIND_BEEP, 23 * C, 0,
     TALK_A "_____b_________b_______" TALK_A, TALK_C "......................." TALK_C, NULL},
    /* from the agent's word to 0.4 s before the next one */
    {EDGE(hold, train_beeps_floor), 3, 4, CQA_EVENT_HOLD, CQA_KIND_BEEP, 27 * C - 400, 0,
     TALK_A "ss.b...........b...........b.sss", TALK_C "................................", NULL},
    {EDGE(hold, train_least_ms), 12 * C, 12 * C + 1, CQA_EVENT_HOLD, CQA_KIND_BEEP, 27 * C - 400, 0,
     TALK_A "ss.b...........b...........b.sss", TALK_C "................................", NULL},
    {EDGE(hold, train_most_ms), 12 * C, 12 * C - 1, CQA_EVENT_HOLD, CQA_KIND_BEEP, 27 * C - 400, 0,
     TALK_A "ss.b...........b...........b.sss", TALK_C "................................", NULL},

    {EDGE(hold, before_beep_ms), 1750, 1751, CQA_EVENT_HOLD, CQA_KIND_BEEP, 26 * C + 1350,
     26 * C + 1351, TALK_A "ss......b...........b...........b.sss",
     TALK_C ".....................................", NULL},
    {EDGE(hold, return_ms), 400, 401, CQA_EVENT_HOLD, CQA_KIND_BEEP, 27 * C - 400, 27 * C - 401,
     TALK_A "ss.b...........b...........b.sss", TALK_C "................................", NULL},

    {EDGE(hold_music, bridge_ms), 3 * C + 1, 3 * C, CQA_EVENT_HOLD, ANY, 27 * C, 24 * C,
     TALK_A M12 "..." M12 TALK_A, TALK_C DOTS12 "sss" DOTS12 TALK_C, NULL},
    {EDGE(hold_music, rest_ms), 22 * C + 1, 22 * C, CQA_EVENT_HOLD, ANY, 46 * C, 24 * C,
     TALK_A M12 DOTS22 M12 TALK_A, TALK_C DOTS12 DOTS22 DOTS12 TALK_C, NULL},
    /* the second look takes what lies between for a hold: that moves each border by a millisecond
     */
    {EDGE(hold_music, longest_ms), 22 * C + 1, 22 * C, CQA_EVENT_HOLD, ANY, 46 * C, 24 * C + 2,
     TALK_A M12 H22 M12 TALK_A, TALK_C DOTS12 DOTS22 DOTS12 TALK_C, NULL},
    {EDGE(hold_music, gap_share), 0.784, 0.785, CQA_EVENT_HOLD, ANY, 46 * C, 24 * C,
     TALK_A M12 H22 M12 TALK_A, TALK_C DOTS12 DOTS22 DOTS12 TALK_C, park_speech_less},
    /* where the music does not stop the two holds are one */
    {EDGE(hold_music, over_stop_half_db), 81, 80, CQA_EVENT_HOLD, ANY, 34 * C, 24 * C,
     TALK_M WORDS TALK_M, NULL, NULL},
    {EDGE(hold_music, stop_part), 5, 4, CQA_EVENT_HOLD, ANY, 34 * C, 24 * C, TALK_M WORDS TALK_M,
     NULL, loud_pauses},
    {EDGE(hold_music, stop_frames), 2, 3, CQA_EVENT_HOLD, ANY, 34 * C, 24 * C, TALK_M WORDS TALK_M,
     NULL, NULL},
    {EDGE(hold_music, stop_share), 0.81, 0.79, CQA_EVENT_HOLD, ANY, 34 * C, 24 * C,
     TALK_M WORDS TALK_M, NULL, NULL},
    {EDGE(hold_music, speaks_ms), C + 1, C, CQA_EVENT_HOLD, ANY, 29 * C, 24 * C,
     TALK_A M12 "..s.." M12 TALK_A, TALK_C DOTS12 "....." DOTS12 TALK_C, NULL},
    {EDGE(hold_music, anchor_ms), 2 * C, 2 * C + 1, CQA_EVENT_HOLD, ANY, 20 * C, 12 * C,
     TALK_A "MMAAAAAA" M12 TALK_A, TALK_C "........" DOTS12 TALK_C, NULL},
    {EDGE(hold_music, sound_ms), 6 * C, 6 * C + 1, CQA_EVENT_HOLD, ANY, 14 * C, 0,
     TALK_A "____MMMMMM____" TALK_A, TALK_C ".............." TALK_C, NULL},
    {EDGE(hold_music, drop_ms), 4 * C, 4 * C + 1, CQA_EVENT_HOLD, ANY, 14 * C, 0,
     TALK_A "____MMMMMM____" TALK_A, TALK_C ".............." TALK_C, NULL},
    {EDGE(hold_music, music_percent), 66, 67, CQA_EVENT_HOLD, ANY, 18 * C, 0,
     TALK_A "MMMMMMAAAAAAMMMMMM" TALK_A, TALK_C ".................." TALK_C, NULL},
    {EDGE(hold_music, piece_ms), 6 * C, 6 * C + 1, CQA_EVENT_HOLD, ANY, 18 * C, 0,
     TALK_A "MMMMMMAAAAAAMMMMMM" TALK_A, TALK_C ".................." TALK_C, NULL},
    /* 96 frames of a voice are nine tenths of 106 */
    {EDGE(hold_music, voice_ms), 107 * CQA_FRAME_MS - 1, 107 * CQA_FRAME_MS, CQA_EVENT_HOLD,
     CQA_KIND_ANNOUNCEMENT, 18 * C, 0, TALK_A "MMMMMMAAAAAAMMMMMM" TALK_A,
     TALK_C ".................." TALK_C, NULL},
    {EDGE(hold_music, voice_share), 0.999, 1, CQA_EVENT_HOLD, CQA_KIND_ANNOUNCEMENT, 18 * C, 0,
     TALK_A "MMMMMMAAAAAAMMMMMM" TALK_A, TALK_C ".................." TALK_C, NULL},
    /* 96 frames are 0.85 of 112 */
    {EDGE(hold_music, mix_voice_ms), 113 * CQA_FRAME_MS - 1, 113 * CQA_FRAME_MS, CQA_EVENT_HOLD,
     CQA_KIND_ANNOUNCEMENT, 18 * C, 0, TALK_M "MMMMMMAAAAAAMMMMMM" TALK_M, NULL, NULL},
    {EDGE(hold_music, heard_share), 0.999, 1, CQA_EVENT_HOLD, ANY, 12 * C, 0, TALK_A M12 TALK_A,
     TALK_C DOTS12 TALK_C, NULL},
    {EDGE(hold_music, alone_share), 0.999, 1, CQA_EVENT_HOLD, ANY, 24 * C, 0, M12 M12 "s",
     DOTS12 DOTS12 ".", NULL},
    {EDGE(hold_music, parked_share), 0.901, 0.902, CQA_EVENT_HOLD, ANY, 12 * C, 0,
     TALK_A M12 TALK_A, TALK_C DOTS12 TALK_C, park_less},
    {EDGE(hold_music, along_share), 0.921, 0.922, CQA_EVENT_HOLD, ANY, 12 * C, 0,
     TALK_A "..............." TALK_A, ROOM_C "---rrrrrrrrrrrr" ROOM_C, NULL},
    {EDGE(hold_music, uneven_half_db), 11, 10, CQA_EVENT_HOLD, ANY, 12 * C, 0, TALK_A M12 TALK_A,
     TALK_C DOTS12 TALK_C, park_uneven},
    {EDGE(hold_music, uneven_share), 0.901, 0.902, CQA_EVENT_HOLD, ANY, 12 * C, 0,
     TALK_A M12 TALK_A, TALK_C DOTS12 TALK_C, park_uneven},
    {EDGE(hold_music, notes_of_255), 70, 71, CQA_EVENT_HOLD, ANY, 24 * C, 0, M12 M12, DOTS12 DOTS12,
     notes},
    {EDGE(pauses, as_loud_half_db), 0, 1, CQA_EVENT_HOLD, ANY, 12 * C, 0,
     TALK_A "..............." TALK_A, ROOM_C "---rrrrrrrrrrrr" ROOM_C, NULL},

    {EDGE(faults, flat_samples), 10, 11, CQA_EVENT_CLIPPING, ANY, 22 * CQA_FRAME_MS, 0, ONE_WAY,
     NULL, clip_twice},
    {EDGE(faults, clip_bridge_ms), 321, 320, CQA_EVENT_CLIPPING, ANY, 22 * CQA_FRAME_MS, 0, ONE_WAY,
     NULL, clip_twice},
    {EDGE(faults, clip_shortest_ms), 192, 193, CQA_EVENT_CLIPPING, ANY, 6 * CQA_FRAME_MS, 0,
     ONE_WAY, NULL, clip_once},
    {EDGE(faults, clip_shortest_ms), 384, 385, CQA_EVENT_CLIPPING, ANY, 22 * CQA_FRAME_MS, 0,
     ONE_WAY, NULL, clip_twice},
    {EDGE(faults, one_way_ms), 45 * C, 45 * C + 1, CQA_EVENT_ONE_WAY, ANY, 45 * C, 0, ONE_WAY,
     ".............................................", NULL},
    {EDGE(faults, one_way_speech_ms), 29 * C, 29 * C + 1, CQA_EVENT_ONE_WAY, ANY, 45 * C, 0,
     ONE_WAY, ".............................................", NULL},
};

static int64_t length_of(const struct edge *edge, double value)
{
    struct cqa_event_limits limits = cqa_event_limits;
    struct picture picture;
    int64_t sum_ms = 0;

    edge->set(&limits, value);
    picture_draw(&picture, edge->agent, edge->customer);
    if (edge->mend != NULL)
        edge->mend(&picture);
    picture.scene.limits = &limits;
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    for (size_t i = 0; i < picture.scene.events.count; i++) {
        const struct cqa_event *event = &picture.scene.events.items[i];
        const int detail = (int)event->kind + (int)event->cause; /* one of them is NONE */
        if (event->type == edge->type && (edge->detail == ANY || detail == edge->detail))
            sum_ms += event->end_ms - event->start_ms;
    }
    picture_finish(&picture);
    return sum_ms;
}

static void test_edges(void **state)
{
    int wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        const int64_t found = length_of(&edges[i], edges[i].value);
        const int64_t then = length_of(&edges[i], edges[i].next);
        if (found == edges[i].found && then == edges[i].then)
            continue;
        print_error("%s: %lld ms with %g, not %lld; %lld ms with %g, not %lld\n", edges[i].name,
                    (long long)found, edges[i].value, (long long)edges[i].found, (long long)then,
                    edges[i].next, (long long)edges[i].then);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_edges)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
