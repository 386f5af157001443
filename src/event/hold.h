/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_HOLD_H
#define CQA_EVENT_HOLD_H

#include "event/scene.h"

/* Inside event/: what speaks for a hold, found by several searches; hold.c makes holds of it. */
struct cqa_hold_candidate {
    struct cqa_span span;
    int channel;
    enum cqa_event_kind kind;
    float confidence;
};

struct cqa_hold_candidates {
    struct cqa_hold_candidate *items;
    size_t count;
    size_t capacity;
};

/* CQA_E_NOMEM only, as with the search. */
enum cqa_status cqa_hold_add(struct cqa_hold_candidates *all,
                             const struct cqa_hold_candidate *candidate) CQA_MUST_CHECK;

/* Music and voices over it on channel c. */
enum cqa_status cqa_hold_find_music(const struct cqa_scene *scene, int c,
                                    struct cqa_hold_candidates *all) CQA_MUST_CHECK;

/* Whether two like beeps follow each other there as on hold, in a train or not. */
int cqa_hold_may_beep(const struct cqa_scene *scene, struct cqa_span span);

#endif
