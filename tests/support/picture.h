/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_SUPPORT_PICTURE_H
#define CQA_TESTS_SUPPORT_PICTURE_H

#include "event/scene.h"

/*
 * A call drawn as text, for tests of what is found in it: a line for each party, a letter for half
 * a second (PICTURE_CELL frames). The classifier's answer is drawn, with the levels that go with
 * it:
 *
 *     s  own speech            .  the line's noise, -65 dBFS
 *     M  music on hold         _  the line 20 dB quieter than its noise: muted
 *     R  music in the room     0  digital zero
 *     A  voice over music      b  a beep of 1400 Hz
 *     v  the same to the second look, while the classifier takes it for the party's
 *     h  music that passes for speech, and is hold to the second look
 *     ,  the noise 4 dB lower  i  the codec's least value, -80 dBFS
 *     -  the noise of a room   m  noise that a machine wrote over the line
 *     r  music as loud as it               T  a tone of 1400 Hz all along
 */
enum { PICTURE_CELL = 16, PICTURE_CELL_MS = PICTURE_CELL * CQA_FRAME_MS };

struct picture {
    struct cqa_frames frames;
    struct cqa_tracks tracks;
    struct cqa_scene scene;
};

/* Both lines must be equally long; `customer` NULL: mono. Agent's is channel 0. */
void picture_draw(struct picture *picture, const char *agent, const char *customer);
void picture_finish(struct picture *picture);

/* Draws, plays, and holds the holds found against `wanted`: M music, A announcement, U mute, B
 * beep, lower case where the customer's line carries it, '.' none. Fails the test with both
 * pictures. */
void picture_expect_holds(const char *agent, const char *customer, const char *wanted);

/* The same for silences: ? unexplained, U agent muted, < initial, > final, p parked. */
void picture_expect_silences(const char *agent, const char *customer, const char *wanted);

/* The same for what lines did: N not recorded, I idle and L lost, lower case where it is the
 * customer's. */
void picture_expect_lines(const char *agent, const char *customer, const char *wanted);

/* How many events of a type there are, and the first of them (NULL for none). */
size_t picture_count(const struct picture *picture, enum cqa_event_type type);
const struct cqa_event *picture_first(const struct picture *picture, enum cqa_event_type type);

#endif
