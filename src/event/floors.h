/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_FLOORS_H
#define CQA_EVENT_FLOORS_H

#include "event/scene.h"

/*
 * Inside event/: whether channel c carries in the span another floor than between its party's words
 * elsewhere: softer, though not by enough to be a drop (event/mute.h), steady, and of another
 * colour. So is the comfort noise that many telephones and exchanges send for a muted line, while a
 * room or a line that goes on keeps its colour. Needs the scene's lines; 0 where too little of
 * either is heard.
 */
int cqa_has_other_floor(const struct cqa_scene *scene, int c, struct cqa_span span);

#endif
