/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/audio.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "audio/decoder.h"
#include "audio/joint.h"
#include "audio/layout.h"
#include "audio/more.h"

enum { PARTS_MAX = 1024 };

struct cqa_audio {
    struct cqa_joint *joint; /* of two files; then of the rest only what is counted */
    struct cqa_source source;
    double drift_ppm;
    struct cqa_decoder *decoder; /* of the part that is read */
    uint64_t next;               /* where in the file the next part begins; 0: there is none */
    int parts;
    int channels;
    char container[16]; /* these of the first part */
    char encoding[24];
    int file_rate_hz;
    int64_t lead;    /* as cqa_audio_lead */
    int64_t pairs;   /* given so far */
    int64_t call_ms; /* as cqa_raw has it */
    struct cqa_layout_sums sums;
};

/* A file that grew or shrank explains any failure better than what the decoder made of it. */
static enum cqa_status explain(const struct cqa_audio *audio, struct cqa_failure *failure)
{
    if (cqa_source_changed(&audio->source))
        return cqa_failure_set(failure, CQA_FAILURE_CHANGED, "it changed while it was read");
    return CQA_E_BADDATA;
}

static enum cqa_status open_decoder(struct cqa_audio *audio, const struct cqa_probe *probe,
                                    struct cqa_failure *failure)
{
    switch (probe->coding) {
    case CQA_CODING_PCM16:
    case CQA_CODING_ULAW:
    case CQA_CODING_ALAW:
    case CQA_CODING_G722:
        return cqa_pcm_open(&audio->decoder, &audio->source, probe, failure);
    case CQA_CODING_OPUS:
        return cqa_opus_open(&audio->decoder, &audio->source, failure);
    case CQA_CODING_MORE:
        return cqa_more_open(&audio->decoder, &audio->source, probe, failure);
    case CQA_CODING_GSM610:
    case CQA_CODING_VOX:
    case CQA_CODING_SNDFILE:
        break;
    }
    return cqa_sndfile_open(&audio->decoder, &audio->source, probe, failure);
}

/* Opens what lies in the source's view, and narrows the view to it. */
static enum cqa_status open_part(struct cqa_audio *audio, struct cqa_probe *probe, const char *name,
                                 const struct cqa_raw *said, struct cqa_failure *failure)
{
    struct cqa_source *const source = &audio->source;
    enum cqa_status status = cqa_probe_file(probe, source, name, said, failure);

    if (status != CQA_OK)
        return status;
    audio->next = probe->next > 0 ? source->start + probe->next : 0;
    if (probe->next > 0)
        cqa_source_view(source, source->start, probe->next);
    return open_decoder(audio, probe, failure);
}

static enum cqa_status resample(struct cqa_audio *audio, struct cqa_failure *failure)
{
    struct cqa_decoder *const inner = audio->decoder;

    if (inner->rate_hz == CQA_AUDIO_RATE_HZ && !(fabs(audio->drift_ppm) > 0))
        return CQA_OK;
    audio->decoder = NULL;
    return cqa_resampler_open(&audio->decoder, inner, audio->drift_ppm, failure);
}

static enum cqa_status open_first(struct cqa_audio *audio, const char *name,
                                  const struct cqa_raw *said, struct cqa_failure *failure)
{
    struct cqa_probe probe;
    const enum cqa_status status = open_part(audio, &probe, name, said, failure);

    if (status != CQA_OK)
        return status;
    memcpy(audio->container, probe.container, sizeof audio->container);
    memcpy(audio->encoding, audio->decoder->encoding, sizeof audio->encoding);
    audio->file_rate_hz = audio->decoder->file_rate_hz;
    audio->channels = audio->decoder->channels;
    audio->lead =
        llround((double)audio->decoder->lead * CQA_AUDIO_RATE_HZ / (double)audio->decoder->rate_hz);
    audio->parts = 1;
    return resample(audio, failure);
}

static enum cqa_status check_next(struct cqa_audio *audio, struct cqa_failure *failure)
{
    if (audio->parts++ == PARTS_MAX)
        return cqa_failure_set(failure, CQA_FAILURE_LAYOUT,
                               "more than %d recordings joined in one file", PARTS_MAX);
    if (audio->decoder->channels != audio->channels)
        return cqa_failure_set(failure, CQA_FAILURE_LAYOUT,
                               "channels change from %d to %d within the file", audio->channels,
                               audio->decoder->channels);
    return resample(audio, failure);
}

/* Goes over to the recording that was joined behind the one that has ended. */
static enum cqa_status open_next(struct cqa_audio *audio, struct cqa_failure *failure)
{
    static const struct cqa_raw nobody_says = {0};
    const uint64_t start = audio->next;
    struct cqa_failure inner = {0};
    struct cqa_probe probe;

    audio->decoder->close(audio->decoder);
    audio->decoder = NULL;
    cqa_source_view(&audio->source, start, audio->source.whole - start);
    enum cqa_status status = open_part(audio, &probe, NULL, &nobody_says, &inner);
    if (status == CQA_OK)
        status = check_next(audio, &inner);
    if (status != CQA_OK)
        cqa_failure_set(failure, inner.reason,
                        "in the recording that is joined behind the first, at byte %llu: %p",
                        (unsigned long long)start, &inner.message);
    return status;
}

enum cqa_status cqa_audio_open_drifting(struct cqa_audio **out, int fd, const char *name,
                                        const struct cqa_raw *said, double drift_ppm,
                                        struct cqa_failure *failure)
{
    struct cqa_audio *audio = calloc(1, sizeof *audio);

    *out = NULL;
    if (audio == NULL) {
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
        return CQA_E_NOMEM;
    }
    audio->drift_ppm = drift_ppm;
    enum cqa_status status = cqa_source_open(&audio->source, fd, failure);
    if (status != CQA_OK)
        goto fail;
    audio->call_ms = said->call_ms;
    status = open_first(audio, name, said, failure);
    if (status != CQA_OK) {
        explain(audio, failure);
        goto fail;
    }
    *out = audio;
    return CQA_OK;

fail:
    cqa_audio_close(audio);
    return status;
}

enum cqa_status cqa_audio_open(struct cqa_audio **out, int fd, const char *name,
                               const struct cqa_raw *said, struct cqa_failure *failure)
{
    return cqa_audio_open_drifting(out, fd, name, said, 0, failure);
}

enum cqa_status cqa_audio_open_legs(struct cqa_audio **out, const int fd[CQA_LEGS],
                                    const char *const name[CQA_LEGS], const struct cqa_legs *legs,
                                    struct cqa_failure *failure)
{
    if (!legs->joined)
        return cqa_audio_open(out, fd[0], name[0], &legs->leg[0].raw, failure);
    struct cqa_audio *audio = calloc(1, sizeof *audio);
    *out = NULL;
    if (audio == NULL) {
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
        return CQA_E_NOMEM;
    }
    audio->channels = CQA_LEGS;
    const enum cqa_status status = cqa_joint_open(&audio->joint, fd, name, legs, failure);
    if (status == CQA_OK)
        *out = audio;
    else
        cqa_audio_close(audio);
    return status;
}

int cqa_audio_channels(const struct cqa_audio *audio)
{
    return audio->channels;
}

int64_t cqa_audio_lead(const struct cqa_audio *audio)
{
    return audio->lead;
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

/* The next frames of the one file. */
static ptrdiff_t read_parts(struct cqa_audio *audio, float *pairs, size_t capacity,
                            struct cqa_failure *failure)
{
    ptrdiff_t got;

    while ((got = audio->decoder->read(audio->decoder, pairs, capacity, failure)) == 0 &&
           audio->next > 0) {
        if (open_next(audio, failure) != CQA_OK) {
            got = -1;
            break;
        }
    }
    if (got < 0)
        explain(audio, failure);
    return got;
}

ptrdiff_t cqa_audio_read(struct cqa_audio *audio, float *pairs, size_t capacity,
                         struct cqa_failure *failure)
{
    const ptrdiff_t got = audio->joint != NULL
                              ? cqa_joint_read(audio->joint, pairs, capacity, failure)
                              : read_parts(audio, pairs, capacity, failure);

    if (got <= 0)
        return got;
    audio->pairs += got;
    if (audio->pairs > (int64_t)CQA_AUDIO_HOURS_MAX * 3600 * CQA_AUDIO_RATE_HZ) {
        cqa_failure_set(failure, CQA_FAILURE_TOO_LONG, "longer than %d hours", CQA_AUDIO_HOURS_MAX);
        return -1;
    }
    if (audio->channels == 1)
        audio->sums.left += (double)widen(pairs, (size_t)got);
    else
        cqa_layout_add(&audio->sums, pairs, (size_t)got);
    return got;
}

/*
 * A headerless file's rate is told by nothing in it. One that is read at a wrong one is a simple
 * part of the call's length, or longer than the call; a recording that began late is any part of
 * it.
 */
static enum cqa_status check_call(const struct cqa_audio *audio, int64_t duration_ms,
                                  struct cqa_failure *failure)
{
    static const double parts[] = {1.0 / 2, 1.0 / 3, 1.0 / 4, 1.0 / 6, 1.0 / 12};

    if (audio->call_ms <= 0 || strcmp(audio->container, "RAW") != 0)
        return CQA_OK;
    const double part = (double)duration_ms / (double)audio->call_ms;
    bool is_wrong = duration_ms > audio->call_ms + audio->call_ms / 10 + 5000;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        is_wrong |= fabs(part / parts[i] - 1) < 0.02;
    if (!is_wrong)
        return CQA_OK;
    return cqa_failure_set(
        failure, CQA_FAILURE_LAYOUT,
        "no header, and as it is read it lasts %.1f s where the call's record says "
        "%.1f s: set raw: in the profile",
        (double)duration_ms / 1000, (double)audio->call_ms / 1000);
}

enum cqa_status cqa_audio_facts(struct cqa_audio *audio, struct cqa_audio_facts *out,
                                struct cqa_failure *failure)
{
    if (audio->joint == NULL && cqa_source_changed(&audio->source))
        return explain(audio, failure);
    if (audio->pairs == 0)
        return cqa_failure_set(failure, CQA_FAILURE_EMPTY,
                               "the file is complete and holds no audio");

    *out = (struct cqa_audio_facts){
        .bytes = audio->source.whole,
        .rate_hz = audio->file_rate_hz,
        .channels = audio->channels,
        .duration_ms = (audio->pairs * 1000 + CQA_AUDIO_RATE_HZ / 2) / CQA_AUDIO_RATE_HZ,
        .layout = audio->channels == 1 ? CQA_LAYOUT_MONO : cqa_layout_of_two(&audio->sums),
        .offset = {audio->sums.left / (double)audio->pairs,
                   audio->sums.right / (double)audio->pairs},
    };
    if (audio->joint != NULL)
        return cqa_joint_facts(audio->joint, out, failure);
    if (check_call(audio, out->duration_ms, failure) != CQA_OK)
        return CQA_E_BADDATA;
    memcpy(out->container, audio->container, sizeof out->container);
    memcpy(out->encoding, audio->encoding, sizeof out->encoding);
    const enum cqa_status status = cqa_source_hash(&audio->source, out->sha256, failure);
    if (status != CQA_OK)
        explain(audio, failure);
    return status;
}

void cqa_audio_close(struct cqa_audio *audio)
{
    if (audio == NULL)
        return;
    cqa_joint_close(audio->joint);
    if (audio->decoder != NULL)
        audio->decoder->close(audio->decoder);
    cqa_source_close(&audio->source);
    free(audio);
}
