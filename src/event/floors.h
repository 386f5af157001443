/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_FLOORS_H
#define CQA_EVENT_FLOORS_H

#include "event/scene.h"
#include "signal/levels.h"

/* What a line carries over some frames. */
struct cqa_floor {
    struct cqa_levels whole;
    struct cqa_levels band[CQA_BANDS];
};

/* Inside event/: over all talk gaps of channel c. Once for a channel: a recording has as many
 * frames as it is long, and as many silences. */
void cqa_floor_of_gaps(const struct cqa_scene *scene, int c, struct cqa_floor *out);

/*
 * Inside event/: whether channel c carries in the span another floor than between its party's words
 * elsewhere: softer, though not by enough to be a drop (event/mute.h), steady, and of another
 * colour. So is the comfort noise that many telephones and exchanges send for a muted line, while a
 * room or a line that goes on keeps its colour. Needs the scene's lines; 0 where too little of
 * either is heard. `of_gaps`: cqa_floor_of_gaps of the channel. `is_any`: a louder one, too: so is
 * what stands in for a line that is lost, though not what a mute leaves.
 */
int cqa_has_other_floor(const struct cqa_scene *scene, int c, const struct cqa_floor *of_gaps,
                        struct cqa_span span, int is_any);

#endif
