/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_SUPPORT_JUDGED_H
#define CQA_TESTS_SUPPORT_JUDGED_H

#include "support/picture.h"
#include "verdict/verdict.h"

/* A drawn call (support/picture.h), with what is measured in it and what it bears. */
struct judged {
    struct picture picture;
    enum cqa_leg leg; /* what the recorder says of it */
    struct cqa_measures measures;
    struct cqa_measurable measurable;
    struct cqa_channel_sound sound[2];
};

/* Draws, plays and judges; `customer` NULL: mono. */
void judged_draw(struct judged *judged, const char *agent, const char *customer);

/* The parts, for pictures that are touched up in between. */
void judged_begin(struct judged *judged, const char *agent, const char *customer);
void judged_play(struct judged *judged);
void judged_finish(struct judged *judged);

/* Draws a mix, whose voice it is a digit a cell, 1 to 3: "11.33"; plays and judges. */
void judged_play_voices(struct judged *judged, const char *voices);

double judged_value(const struct judged *judged, const char *measure);
int judged_has_reason(const struct judged *judged, const char *id, enum cqa_aspect what);

/* The spans of an aspect as "START-END state reason; …", in cells of the picture. */
void judged_expect_spans(const struct judged *judged, enum cqa_aspect what, const char *wanted);

/* "START-END" in cells, rounded to whole ones; "" where nobody talked with anybody. */
void judged_expect_conversation(const struct judged *judged, const char *wanted);

#endif
