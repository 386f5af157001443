/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_MUTE_H
#define CQA_EVENT_MUTE_H

#include "base/error.h"
#include "base/span.h"

struct cqa_scene;

/*
 * Where the agent's line falls below its own talk-gap floor: the trace that a mute or a park
 * leaves. Lines drop their floor without any hold too (gates, DTX, noise suppression: whenever the
 * party listens), so a line on which that is seen while the customer talks tells nothing
 * (`informative` 0, nothing dropped).
 */
struct cqa_mute {
    int informative;
    struct cqa_spans dropped; /* agent's line, in time order, short gaps bridged */
    int away_informative;  /* the same of the customer's line, which a hold of theirs, a mute or */
    struct cqa_spans away; /* a lost connection makes fall */
};

/* `mute` is the caller's ({0}); finish it whatever comes back. Needs the scene's speech and lines;
 * a drop that lasts to the end of the recording is a line lost, and goes there. */
enum cqa_status cqa_mute_find(struct cqa_scene *scene, struct cqa_mute *mute) CQA_MUST_CHECK;
void cqa_mute_finish(struct cqa_mute *mute);

#endif
