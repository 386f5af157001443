/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_EXCHANGE_H
#define CQA_EVENT_EXCHANGE_H

#include <stdint.h>

#include "base/error.h"
#include "base/span.h"

struct cqa_scene;

/* From when on two parties talk with each other; the recording's length where they never do. {0} is
 * empty; finish frees. */
struct cqa_exchange {
    int64_t first_ms;
    int64_t keys_ms;        /* on a mix: from there on keys are pressed in a conversation */
    int64_t sure_ms;        /* on a mix: from there on both are surely on the line */
    int two;                /* on a mix: two voices are surely heard */
    struct cqa_spans parts; /* on a mix: what is said in voices that go on, until `keys_ms` and
                               `sure_ms` at least */
    struct cqa_spans both;  /* on a mix: where two are surely heard before and after */
};

/*
 * On two channels: from when both have been heard.
 * On a mix by voices, which are told apart by pitch, level and colour. A machine falls silent when
 * somebody answers; so who has said something, and says a good part of all that follows, is a
 * party. That some voice is one tells that there is talk, and that two are, which are far apart,
 * that both are on the line. A survey begins when somebody leaves, so the same is asked of all that
 * was said before; and anew behind keys and rings. Where voices cannot be told, it is so much talk
 * that it is no menu's. Needs the scene's speech. Pure; finish `out` whatever comes back.
 */
enum cqa_status cqa_exchange_find(const struct cqa_scene *scene,
                                  struct cqa_exchange *out) CQA_MUST_CHECK;
void cqa_exchange_finish(struct cqa_exchange *exchange);

#endif
