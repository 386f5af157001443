/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_EXCHANGE_H
#define CQA_EVENT_EXCHANGE_H

#include <stdint.h>

struct cqa_scene;

/* From the first to the last moment that two parties are heard to talk with each other; first_ms is
 * the recording's length and last_ms 0 where they never are. */
struct cqa_exchange {
    int64_t first_ms;
    int64_t last_ms;
    int64_t voices_ms; /* on a mix: first_ms as the change of voices tells it, or more talk than any
                          menu's: from there on keys are pressed in a conversation */
    int64_t sure_ms;   /* on a mix: from where on two have surely answered each other, be it by more
                          talk than any menu's; the recording's length where they never have */
    int plain; /* on a mix: how often the voices were so far apart that there are surely two */
};

/*
 * On two channels: from when both have been heard to the last word of whichever falls silent first.
 * On a mix: where the voice changes, and again within half a minute, each time within 2 s, or half
 * a minute of talk without a pause of 2 s; voices are told apart by pitch, level and colour, so two
 * that are alike may be taken for one. Then who is heard before a hold or keys and after them tells
 * that they lie in talk. Needs the scene's speech, holds and keys. Pure.
 */
struct cqa_exchange cqa_exchange_find(const struct cqa_scene *scene);

#endif
