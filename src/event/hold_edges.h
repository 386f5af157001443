/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_HOLD_EDGES_H
#define CQA_EVENT_HOLD_EDGES_H

#include "event/scene.h"

/* Inside event/: where the music of a hold on channel c begins and ends. */

/* What the line carries between its party's words, half dB; -1 where that was not to be heard. */
int cqa_hold_floor(const struct cqa_scene *scene, int c);

/* `heard`, in whole frames, without what is no louder than that floor: the classifier hears music
 * on into the pause beside it, and into the word beyond. */
struct cqa_span cqa_hold_trim(const struct cqa_scene *scene, int c, int floor,
                              struct cqa_span heard);

/* Whether the music is gone around the voice in `gap`, which lies between two pieces in `music`:
 * the line falls to that floor before its first word and after its last one. Only where soft music
 * stands so far over the floor that music turned down for an announcement would be heard. */
int cqa_hold_stops(const struct cqa_scene *scene, int c, int floor, struct cqa_span music,
                   struct cqa_span gap);

/* Its borders between frames, inside `room` (track/borders.h). */
struct cqa_span cqa_hold_refine(const struct cqa_scene *scene, int c, int floor,
                                struct cqa_span heard, struct cqa_span room);

#endif
