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
    struct cqa_spans idle;    /* both lines at the codec's idle value, where neither is gated */
};

/* `mute` is the caller's ({0}); finish it whatever comes back. Needs the scene's speech. */
enum cqa_status cqa_mute_find(const struct cqa_scene *scene, struct cqa_mute *mute) CQA_MUST_CHECK;
void cqa_mute_finish(struct cqa_mute *mute);

/* Both sides idle for most of the span. */
int cqa_mute_not_recorded(const struct cqa_mute *mute, struct cqa_span span);

#endif
