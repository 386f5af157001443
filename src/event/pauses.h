/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_PAUSES_H
#define CQA_EVENT_PAUSES_H

#include "event/scene.h"

/*
 * Inside event/: whether what channel c carries in the span is no louder than the pauses around the
 * party's own words elsewhere. A radio in the room, unlike music on hold, plays on between them,
 * and so does noise. Needs the first look at speech; 0 where too few pauses are seen.
 */
int cqa_plays_along(const struct cqa_scene *scene, int c, struct cqa_span span);

#endif
