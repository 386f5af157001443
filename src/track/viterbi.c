/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/viterbi.h"

#include <assert.h>
#include <stdlib.h>

/*
 * The numbers that decide here: docs/detectors.md says how to read and change them.
 * Neighbouring frames share most of their evidence (windows overlap, context reaches seconds), so a
 * posterior counts less than once; and classes last: speech for syllables, music for seconds.
 */
static const struct {
    float evidence; /* how often a frame's log posterior counts */
    float change_cost[CQA_CLASS_COUNT][CQA_CLASS_COUNT]; /* from a class to another, nats */
} limits = {
    .evidence = 0.9f, /* by hand, with the first class tracks; nothing says against what */
    /* likewise; from none, speech, music, tone, announcement to the same */
    .change_cost =
        {
            {0.0f, 3.0f, 9.0f, 2.5f, 9.0f},
            {3.0f, 0.0f, 9.0f, 2.5f, 9.0f},
            {9.0f, 9.0f, 0.0f, 9.0f, 4.0f},
            {2.5f, 2.5f, 9.0f, 0.0f, 9.0f},
            {9.0f, 9.0f, 4.0f, 9.0f, 0.0f},
        },
};

enum cqa_status cqa_viterbi_init(struct cqa_viterbi *viterbi, size_t capacity)
{
    *viterbi = (struct cqa_viterbi){.capacity = capacity};
    viterbi->from = calloc(capacity + 1, sizeof *viterbi->from);
    return viterbi->from == NULL ? CQA_E_NOMEM : CQA_OK;
}

/* Differences matter, not the sum, which would lose precision. */
static void settle(float score[CQA_CLASS_COUNT])
{
    float top = score[0];

    for (int k = 1; k < CQA_CLASS_COUNT; k++)
        top = score[k] > top ? score[k] : top;
    for (int k = 0; k < CQA_CLASS_COUNT; k++)
        score[k] -= top;
}

void cqa_viterbi_feed(struct cqa_viterbi *viterbi, const float *log_posterior, size_t stride)
{
    float next[CQA_CLASS_COUNT];
    uint16_t from = 0;

    assert(viterbi->count < viterbi->capacity);
    for (int to = 0; to < CQA_CLASS_COUNT; to++) {
        int best = 0;
        float most = viterbi->score[0] - limits.change_cost[0][to];
        for (int k = 1; k < CQA_CLASS_COUNT; k++) {
            const float score = viterbi->score[k] - limits.change_cost[k][to];
            best = score > most ? k : best;
            most = score > most ? score : most;
        }
        next[to] = most + limits.evidence * log_posterior[(size_t)to * stride];
        from = (uint16_t)(from | (unsigned)best << (3 * to));
    }
    for (int k = 0; k < CQA_CLASS_COUNT; k++)
        viterbi->score[k] = next[k];
    if (viterbi->count % 16 == 0)
        settle(viterbi->score);
    viterbi->from[viterbi->count++] = from;
}

void cqa_viterbi_trace(const struct cqa_viterbi *viterbi, uint8_t *classes)
{
    unsigned at = 0;

    for (unsigned k = 1; k < CQA_CLASS_COUNT; k++)
        at = viterbi->score[k] > viterbi->score[at] ? k : at;
    for (size_t t = viterbi->count; t-- > 0;) {
        classes[t] = (uint8_t)at;
        at = (unsigned)viterbi->from[t] >> (3 * at) & 7u;
    }
}

void cqa_viterbi_finish(struct cqa_viterbi *viterbi)
{
    free(viterbi->from);
    *viterbi = (struct cqa_viterbi){0};
}
