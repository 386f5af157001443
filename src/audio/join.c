/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "audio/audio.h"
#include "audio/decoder.h"

/* Two files of one party each as the two channels of one recording. */
enum { BLOCK = 4096 };

struct leg {
    struct cqa_decoder *inner; /* owned; one channel at CQA_AUDIO_RATE_HZ */
    int64_t lead;              /* frames of silence before it that are still to be given */
    int64_t frames;            /* read so far */
    bool ended;
    size_t first; /* of `block` that was not given yet */
    size_t count; /* from there on */
    float block[BLOCK];
};

struct join {
    struct cqa_decoder base;
    struct leg leg[CQA_LEGS];
};

/* Sees to it that there is something to give, but at the end. -1 on failure. */
static int refill(struct leg *leg, struct cqa_failure *failure)
{
    if (leg->count > 0 || leg->ended)
        return 0;
    leg->first = 0;
    if (leg->lead > 0) {
        leg->count = leg->lead < BLOCK ? (size_t)leg->lead : BLOCK;
        memset(leg->block, 0, leg->count * sizeof *leg->block);
        leg->lead -= (int64_t)leg->count;
        return 0;
    }
    const ptrdiff_t got = leg->inner->read(leg->inner, leg->block, BLOCK, failure);
    if (got < 0)
        return -1;
    leg->ended = got == 0;
    leg->count = (size_t)got;
    leg->frames += got;
    return 0;
}

/* The next `count` frames as one channel of `pairs`; silence after the end. */
static void give(struct leg *leg, int channel, float *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        pairs[2 * i + (size_t)channel] = leg->count > i ? leg->block[leg->first + i] : 0.0F;
    const size_t given = leg->count < count ? leg->count : count;
    leg->first += given;
    leg->count -= given;
}

static ptrdiff_t join_read(struct cqa_decoder *decoder, float *pairs, size_t capacity,
                           struct cqa_failure *failure)
{
    struct join *join = (struct join *)decoder;
    size_t count = 0;

    for (int c = 0; c < CQA_LEGS; c++)
        if (refill(&join->leg[c], failure) != 0)
            return -1;
    for (int c = 0; c < CQA_LEGS; c++)
        if (join->leg[c].count > 0 && (count == 0 || join->leg[c].count < count))
            count = join->leg[c].count;
    count = count < capacity ? count : capacity;
    for (int c = 0; c < CQA_LEGS; c++)
        give(&join->leg[c], c, pairs, count);
    return (ptrdiff_t)count;
}

static void join_close(struct cqa_decoder *decoder)
{
    struct join *join = (struct join *)decoder;

    for (int c = 0; c < CQA_LEGS; c++)
        join->leg[c].inner->close(join->leg[c].inner);
    free(join);
}

enum cqa_status cqa_join_open(struct cqa_decoder **out, struct cqa_decoder *const inner[CQA_LEGS],
                              const struct cqa_legs *legs, struct cqa_failure *failure)
{
    struct join *join = calloc(1, sizeof *join);

    if (join == NULL) {
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
        for (int c = 0; c < CQA_LEGS; c++)
            inner[c]->close(inner[c]);
        return CQA_E_NOMEM;
    }
    join->base = *inner[0];
    join->base.channels = 2;
    join->base.read = join_read;
    join->base.close = join_close;
    for (int c = 0; c < CQA_LEGS; c++) {
        join->leg[c].inner = inner[c];
        join->leg[c].lead = legs->leg[c].offset_ms * (CQA_AUDIO_RATE_HZ / 1000);
    }
    *out = &join->base;
    return CQA_OK;
}

int64_t cqa_join_frames(const struct cqa_decoder *decoder, int c)
{
    return ((const struct join *)decoder)->leg[c].frames;
}
