/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/audio.h"

#include <math.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audio/decoder.h"
#include "audio/layout.h"

/* One file of the recording. */
struct file {
    struct cqa_source source;
    struct cqa_probe probe;
    char encoding[24];
    int rate_hz;
};

struct cqa_audio {
    struct file files[CQA_LEGS];
    struct cqa_legs legs;
    struct cqa_decoder *decoder;
    int64_t pairs; /* given so far */
    struct cqa_layout_sums sums;
};

static int file_count(const struct cqa_audio *audio)
{
    return audio->legs.joined ? CQA_LEGS : 1;
}

static bool has_changed(const struct cqa_audio *audio)
{
    for (int i = 0; i < file_count(audio); i++)
        if (cqa_source_changed(&audio->files[i].source))
            return true;
    return false;
}

/* A file that grew or shrank explains any failure better than what the decoder made of it. */
static enum cqa_status explain(const struct cqa_audio *audio, struct cqa_failure *failure)
{
    if (has_changed(audio))
        return cqa_failure_set(failure, CQA_FAILURE_CHANGED, "it changed while it was read");
    return CQA_E_BADDATA;
}

static enum cqa_status open_decoder(struct file *file, struct cqa_decoder **out,
                                    struct cqa_failure *failure)
{
    switch (file->probe.coding) {
    case CQA_CODING_PCM16:
    case CQA_CODING_ULAW:
    case CQA_CODING_ALAW:
        return cqa_pcm_open(out, &file->source, &file->probe, failure);
    case CQA_CODING_OPUS:
        return cqa_opus_open(out, &file->source, failure);
    case CQA_CODING_GSM610:
    case CQA_CODING_VOX:
    case CQA_CODING_SNDFILE:
        break;
    }
    return cqa_sndfile_open(out, &file->source, &file->probe, failure);
}

/* The file as a stream at CQA_AUDIO_RATE_HZ. */
static enum cqa_status open_chain(struct file *file, const char *name,
                                  const struct cqa_leg_place *place, struct cqa_decoder **out,
                                  struct cqa_failure *failure)
{
    struct cqa_decoder *decoder = NULL;
    enum cqa_status status =
        cqa_probe_file(&file->probe, &file->source, name, &place->raw, failure);

    if (status == CQA_OK)
        status = open_decoder(file, &decoder, failure);
    if (status != CQA_OK)
        return status;
    memcpy(file->encoding, decoder->encoding, sizeof file->encoding);
    file->rate_hz = decoder->file_rate_hz;
    if (decoder->rate_hz != CQA_AUDIO_RATE_HZ || fabs(place->drift_ppm) > 0)
        return cqa_resampler_open(out, decoder, place->drift_ppm, failure);
    *out = decoder;
    return CQA_OK;
}

static enum cqa_status join(struct cqa_audio *audio, struct cqa_decoder *legs[CQA_LEGS],
                            struct cqa_failure *failure)
{
    for (int i = 0; i < CQA_LEGS; i++)
        if (legs[i]->channels != 1) {
            for (int k = 0; k < CQA_LEGS; k++)
                legs[k]->close(legs[k]);
            return cqa_failure_set(failure, CQA_FAILURE_LAYOUT,
                                   "one party's file should have one channel, this has %d", 2);
        }
    return cqa_join_open(&audio->decoder, legs, &audio->legs, failure);
}

static enum cqa_status open_files(struct cqa_audio *audio, const int fd[CQA_LEGS],
                                  const char *const name[CQA_LEGS], struct cqa_failure *failure)
{
    struct cqa_decoder *legs[CQA_LEGS] = {NULL, NULL};
    enum cqa_status status = CQA_OK;

    for (int i = 0; i < file_count(audio) && status == CQA_OK; i++) {
        struct file *file = &audio->files[i];
        status = cqa_source_open(&file->source, fd[i], failure);
        if (status == CQA_OK)
            status = open_chain(file, name[i], &audio->legs.leg[i], &legs[i], failure);
    }
    if (status == CQA_OK && audio->legs.joined)
        return join(audio, legs, failure);
    if (status == CQA_OK)
        audio->decoder = legs[0];
    else if (legs[0] != NULL)
        legs[0]->close(legs[0]);
    return status;
}

int cqa_legs_are_sound(const struct cqa_legs *legs)
{
    for (int i = 0; i < CQA_LEGS; i++)
        if (legs->leg[i].offset_ms < 0 || legs->leg[i].offset_ms > CQA_LEG_OFFSET_MS_MAX ||
            !(fabs(legs->leg[i].drift_ppm) <= CQA_LEG_DRIFT_PPM_MAX))
            return 0;
    return 1;
}

enum cqa_status cqa_audio_open_legs(struct cqa_audio **out, const int fd[CQA_LEGS],
                                    const char *const name[CQA_LEGS], const struct cqa_legs *legs,
                                    struct cqa_failure *failure)
{
    struct cqa_audio *audio = calloc(1, sizeof *audio);

    *out = NULL;
    if (audio == NULL) {
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
        return CQA_E_NOMEM;
    }
    audio->legs = *legs;
    const enum cqa_status status = open_files(audio, fd, name, failure);
    if (status != CQA_OK) {
        explain(audio, failure);
        cqa_audio_close(audio);
        return status;
    }
    *out = audio;
    return CQA_OK;
}

enum cqa_status cqa_audio_open(struct cqa_audio **out, int fd, const char *name,
                               const struct cqa_raw *said, struct cqa_failure *failure)
{
    const int fds[CQA_LEGS] = {fd, -1};
    const char *const names[CQA_LEGS] = {name, NULL};
    const struct cqa_legs legs = {.leg = {{.raw = *said}}};

    return cqa_audio_open_legs(out, fds, names, &legs, failure);
}

/* Channel 0 of a mono file lies at the front of `pairs`. Returns its sum. */
static float widen(float *pairs, size_t count)
{
    float sum = 0;

    for (size_t i = count; i-- > 0;) {
        sum += pairs[i];
        pairs[2 * i] = pairs[i];
        pairs[2 * i + 1] = 0;
    }
    return sum;
}

ptrdiff_t cqa_audio_read(struct cqa_audio *audio, float *pairs, size_t capacity,
                         struct cqa_failure *failure)
{
    struct cqa_decoder *const decoder = audio->decoder;
    const ptrdiff_t got = decoder->read(decoder, pairs, capacity, failure);

    if (got < 0)
        explain(audio, failure);
    if (got <= 0)
        return got;
    audio->pairs += got;
    if (audio->pairs > (int64_t)CQA_AUDIO_HOURS_MAX * 3600 * CQA_AUDIO_RATE_HZ) {
        cqa_failure_set(failure, CQA_FAILURE_TOO_LONG, "longer than %d hours", CQA_AUDIO_HOURS_MAX);
        return -1;
    }
    if (decoder->channels == 1)
        audio->sums.left += (double)widen(pairs, (size_t)got);
    else
        cqa_layout_add(&audio->sums, pairs, (size_t)got);
    return got;
}

static int64_t duration_ms(int64_t frames)
{
    return (frames * 1000 + CQA_AUDIO_RATE_HZ / 2) / CQA_AUDIO_RATE_HZ;
}

static enum cqa_status fill_leg(struct cqa_audio *audio, int i, struct cqa_leg_facts *out,
                                struct cqa_failure *failure)
{
    struct file *file = &audio->files[i];

    *out = (struct cqa_leg_facts){.bytes = file->source.bytes, .rate_hz = file->rate_hz};
    memcpy(out->container, file->probe.container, sizeof out->container);
    memcpy(out->encoding, file->encoding, sizeof out->encoding);
    out->duration_ms = duration_ms(audio->legs.joined
                                       ? cqa_join_frames(audio->decoder, i)
                                       : audio->pairs);
    const enum cqa_status status = cqa_source_hash(&file->source, out->sha256, failure);
    if (status != CQA_OK)
        explain(audio, failure);
    return status;
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

/* What the files have in common; `leg` is filled. */
static enum cqa_status fill_whole(const struct cqa_audio *audio, struct cqa_audio_facts *out,
                                  struct cqa_failure *failure)
{
    const struct cqa_leg_facts *first = &out->leg[0];

    out->bytes = first->bytes;
    out->rate_hz = first->rate_hz;
    memcpy(out->sha256, first->sha256, sizeof out->sha256);
    memcpy(out->container, first->container, sizeof out->container);
    memcpy(out->encoding, first->encoding, sizeof out->encoding);
    out->legs = audio->legs;
    if (!audio->legs.joined)
        return CQA_OK;
    out->bytes += out->leg[1].bytes;
    return hash_legs(out->leg, out->sha256, failure);
}

enum cqa_status cqa_audio_facts(struct cqa_audio *audio, struct cqa_audio_facts *out,
                                struct cqa_failure *failure)
{
    enum cqa_status status = CQA_OK;

    if (has_changed(audio))
        return explain(audio, failure);
    if (audio->pairs == 0)
        return cqa_failure_set(failure, CQA_FAILURE_EMPTY,
                               "the file is complete and holds no audio");

    *out = (struct cqa_audio_facts){
        .channels = audio->decoder->channels,
        .duration_ms = duration_ms(audio->pairs),
        .layout = audio->decoder->channels == 1 ? CQA_LAYOUT_MONO : cqa_layout_of_two(&audio->sums),
        .offset = {audio->sums.left / (double)audio->pairs,
                   audio->sums.right / (double)audio->pairs},
    };
    for (int i = 0; i < file_count(audio) && status == CQA_OK; i++)
        status = fill_leg(audio, i, &out->leg[i], failure);
    return status == CQA_OK ? fill_whole(audio, out, failure) : status;
}

void cqa_audio_close(struct cqa_audio *audio)
{
    if (audio == NULL)
        return;
    if (audio->decoder != NULL)
        audio->decoder->close(audio->decoder);
    for (int i = 0; i < CQA_LEGS; i++)
        cqa_source_close(&audio->files[i].source);
    free(audio);
}

struct cqa_legs cqa_audio_legs(const struct cqa_audio_facts *facts)
{
    struct cqa_legs legs = facts->legs;

    for (int i = 0; legs.joined && i < CQA_LEGS; i++)
        legs.leg[i].raw = cqa_raw_of_facts(facts->leg[i].container, facts->leg[i].encoding,
                                           facts->leg[i].rate_hz, 1);
    if (!legs.joined)
        legs.leg[0].raw = cqa_raw_of_facts(facts->container, facts->encoding, facts->rate_hz,
                                           facts->channels);
    return legs;
}
