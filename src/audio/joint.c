/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/joint.h"

#include <math.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_PAIRS = 4096 };

struct leg {
    struct cqa_audio *audio;
    int64_t lead; /* frames of silence before it that are still to be given */
    int64_t skip; /* frames of its beginning that are to be left out */
    int ended;
    int differs;  /* its two channels do, somewhere */
    size_t first; /* of `pairs` that was not given yet */
    size_t count; /* from there on */
    float pairs[2 * BLOCK_PAIRS];
};

struct cqa_joint {
    struct cqa_legs legs;
    struct leg leg[CQA_LEGS];
};

static enum cqa_status open_leg(struct leg *leg, int fd, const char *name,
                                const struct cqa_leg_place *place, struct cqa_failure *failure)
{
    leg->lead = place->offset_ms * (CQA_AUDIO_RATE_HZ / 1000);
    const enum cqa_status status =
        cqa_audio_open_drifting(&leg->audio, fd, name, &place->raw, place->drift_ppm, failure);
    if (status == CQA_OK) /* alone it may be late by that; beside another it answers too late */
        leg->skip = cqa_audio_lead(leg->audio);
    return status;
}

enum cqa_status cqa_joint_open(struct cqa_joint **out, const int fd[CQA_LEGS],
                               const char *const name[CQA_LEGS], const struct cqa_legs *legs,
                               struct cqa_failure *failure)
{
    struct cqa_joint *joint = calloc(1, sizeof *joint);
    enum cqa_status status = CQA_OK;

    *out = NULL;
    if (joint == NULL) {
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
        return CQA_E_NOMEM;
    }
    joint->legs = *legs;
    for (int c = 0; c < CQA_LEGS && status == CQA_OK; c++)
        status = open_leg(&joint->leg[c], fd[c], name[c], &legs->leg[c], failure);
    if (status == CQA_OK)
        *out = joint;
    else
        cqa_joint_close(joint);
    return status;
}

void cqa_joint_close(struct cqa_joint *joint)
{
    if (joint == NULL)
        return;
    for (int c = 0; c < CQA_LEGS; c++)
        cqa_audio_close(joint->leg[c].audio);
    free(joint);
}

static int channels_differ(const float *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pairs[2 * i] < pairs[2 * i + 1] || pairs[2 * i] > pairs[2 * i + 1])
            return 1;
    return 0;
}

/* Sees to it that there is something to give, but at the end. -1 on failure. */
static int refill(struct leg *leg, struct cqa_failure *failure)
{
    if (leg->count > 0 || leg->ended)
        return 0;
    leg->first = 0;
    if (leg->lead > 0) {
        leg->count = leg->lead < BLOCK_PAIRS ? (size_t)leg->lead : BLOCK_PAIRS;
        memset(leg->pairs, 0, 2 * leg->count * sizeof *leg->pairs);
        leg->lead -= (int64_t)leg->count;
        return 0;
    }
    do {
        const ptrdiff_t got = cqa_audio_read(leg->audio, leg->pairs, BLOCK_PAIRS, failure);
        if (got < 0)
            return -1;
        leg->ended = got == 0;
        if (!leg->differs && cqa_audio_channels(leg->audio) == 2)
            leg->differs = channels_differ(leg->pairs, (size_t)got);
        leg->first = leg->skip < got ? (size_t)leg->skip : (size_t)got;
        leg->count = (size_t)got - leg->first;
        leg->skip -= (int64_t)leg->first;
    } while (leg->count == 0 && !leg->ended);
    return 0;
}

/* The next `count` samples as one channel of `pairs`; silence after the end. */
static void give(struct leg *leg, size_t channel, float *pairs, size_t count)
{
    const size_t given = leg->count < count ? leg->count : count;

    for (size_t i = 0; i < given; i++)
        pairs[2 * i + channel] = leg->pairs[2 * (leg->first + i)];
    for (size_t i = given; i < count; i++)
        pairs[2 * i + channel] = 0;
    leg->first += given;
    leg->count -= given;
}

ptrdiff_t cqa_joint_read(struct cqa_joint *joint, float *pairs, size_t capacity,
                         struct cqa_failure *failure)
{
    size_t count = 0;

    for (int c = 0; c < CQA_LEGS; c++)
        if (refill(&joint->leg[c], failure) != 0)
            return -1;
    for (int c = 0; c < CQA_LEGS; c++)
        if (joint->leg[c].count > 0 && (count == 0 || joint->leg[c].count < count))
            count = joint->leg[c].count;
    count = count < capacity ? count : capacity;
    for (size_t c = 0; c < CQA_LEGS; c++)
        give(&joint->leg[c], c, pairs, count);
    return (ptrdiff_t)count;
}

/* A leg without any sound is one that nobody was heard on. */
static enum cqa_status leg_facts(struct leg *leg, struct cqa_leg_facts *out,
                                 struct cqa_failure *failure)
{
    struct cqa_audio_facts facts;
    const enum cqa_status status = cqa_audio_facts(leg->audio, &facts, failure);

    if (status != CQA_OK)
        return status;
    if (leg->differs && facts.layout != CQA_LAYOUT_DUAL_MONO)
        return cqa_failure_set(failure, CQA_FAILURE_LAYOUT,
                               "one party's file should have one channel, one of the two has more");
    *out = (struct cqa_leg_facts){
        .bytes = facts.bytes, .rate_hz = facts.rate_hz, .duration_ms = facts.duration_ms};
    memcpy(out->sha256, facts.sha256, sizeof out->sha256);
    memcpy(out->container, facts.container, sizeof out->container);
    memcpy(out->encoding, facts.encoding, sizeof out->encoding);
    return CQA_OK;
}

/* One hash over both. */
static enum cqa_status hash_legs(const struct cqa_leg_facts legs[CQA_LEGS], char hex[65],
                                 struct cqa_failure *failure)
{
    char both[2 * 64 + 1];
    unsigned char sum[32];

    snprintf(both, sizeof both, "%s%s", legs[0].sha256, legs[1].sha256);
    if (EVP_Digest(both, strlen(both), sum, NULL, EVP_sha256(), NULL) != 1)
        return cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "SHA-256 does not start");
    for (size_t i = 0; i < sizeof sum; i++)
        snprintf(hex + 2 * i, 3, "%02x", sum[i]);
    return CQA_OK;
}

enum cqa_status cqa_joint_facts(struct cqa_joint *joint, struct cqa_audio_facts *out,
                                struct cqa_failure *failure)
{
    enum cqa_status status = CQA_OK;

    for (int c = 0; c < CQA_LEGS && status == CQA_OK; c++)
        status = leg_facts(&joint->leg[c], &out->leg[c], failure);
    if (status != CQA_OK)
        return status;
    out->legs = joint->legs;
    out->bytes = out->leg[0].bytes + out->leg[1].bytes;
    out->rate_hz = out->leg[0].rate_hz;
    memcpy(out->container, out->leg[0].container, sizeof out->container);
    memcpy(out->encoding, out->leg[0].encoding, sizeof out->encoding);
    return hash_legs(out->leg, out->sha256, failure);
}

int cqa_legs_are_sound(const struct cqa_legs *legs)
{
    for (int i = 0; i < CQA_LEGS; i++)
        if (legs->leg[i].offset_ms < 0 || legs->leg[i].offset_ms > CQA_LEG_OFFSET_MS_MAX ||
            !(fabs(legs->leg[i].drift_ppm) <= CQA_LEG_DRIFT_PPM_MAX))
            return 0;
    return 1;
}

struct cqa_legs cqa_audio_legs(const struct cqa_audio_facts *facts)
{
    struct cqa_legs legs = facts->legs;

    for (int i = 0; legs.joined && i < CQA_LEGS; i++)
        legs.leg[i].raw = cqa_raw_of_facts(facts->leg[i].container, facts->leg[i].encoding,
                                           facts->leg[i].rate_hz, 1);
    if (!legs.joined)
        legs.leg[0].raw =
            cqa_raw_of_facts(facts->container, facts->encoding, facts->rate_hz, facts->channels);
    return legs;
}
