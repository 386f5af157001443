/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/decoder.h"

#include <endian.h>
#include <stdlib.h>
#include <stdio.h>
#include "audio/audio.h"
#include "audio/g711.h"
#include "audio/g722.h"
#include "base/hot.h"

/*
 * PCM 16, µ-law, A-law and G.722 without libsndfile, which does not read the last: most recordings
 * are one of these, and reading straight into the conversion costs a fifth.
 */
enum { BLOCK_BYTES = 64 * 1024 };

struct pcm {
    struct cqa_decoder base;
    struct cqa_source *source;
    uint64_t offset;
    uint64_t end;
    size_t frame_bytes;
    enum cqa_coding coding;
    float levels[256]; /* of each code of µ-law or A-law */
    struct cqa_g722 g722;
    int16_t block[BLOCK_BYTES / 2];
};

CQA_HOT static void from_pcm16(const int16_t *restrict samples, size_t count, float *restrict out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (float)(int16_t)le16toh((uint16_t)samples[i]) * (1.0F / 32768.0F);
}

static void from_levels(const unsigned char *restrict codes, size_t count,
                        const float *restrict levels, float *restrict out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = levels[codes[i]];
}

static ptrdiff_t pcm_read(struct cqa_decoder *decoder, float *frames, size_t capacity,
                          struct cqa_failure *failure)
{
    struct pcm *pcm = (struct pcm *)decoder;
    const uint64_t left = (pcm->end - pcm->offset) / pcm->frame_bytes;
    size_t count = sizeof pcm->block / pcm->frame_bytes;

    if (count > capacity)
        count = capacity;
    if (count > left)
        count = (size_t)left;
    const ptrdiff_t got =
        cqa_source_read(pcm->source, pcm->offset, pcm->block, count * pcm->frame_bytes);
    if (got < 0) {
        cqa_source_unreadable(pcm->source, failure);
        return -1;
    }
    if ((size_t)got < count * pcm->frame_bytes) {
        cqa_failure_set(failure, CQA_FAILURE_CHANGED, "it became shorter while it was read");
        return -1;
    }
    pcm->offset += (uint64_t)got;

    const size_t samples = count * (size_t)decoder->channels;
    if (pcm->coding == CQA_CODING_G722)
        cqa_g722_decode(&pcm->g722, (const unsigned char *)pcm->block, samples, frames);
    else if (pcm->coding == CQA_CODING_PCM16)
        from_pcm16(pcm->block, samples, frames);
    else
        from_levels((const unsigned char *)pcm->block, samples, pcm->levels, frames);
    return (ptrdiff_t)count;
}

static void pcm_close(struct cqa_decoder *decoder)
{
    free(decoder);
}

static void prepare(struct pcm *pcm)
{
    struct cqa_decoder *const base = &pcm->base;
    const bool ulaw = pcm->coding == CQA_CODING_ULAW;

    if (pcm->coding == CQA_CODING_G722) {
        snprintf(base->encoding, sizeof base->encoding, "G722");
        base->rate_hz = CQA_AUDIO_RATE_HZ; /* its lower half */
        cqa_g722_start(&pcm->g722);
    } else if (pcm->coding != CQA_CODING_PCM16) {
        snprintf(base->encoding, sizeof base->encoding, "%s", ulaw ? "ULAW" : "ALAW");
        for (unsigned code = 0; code < 256; code++)
            pcm->levels[code] = ulaw ? cqa_ulaw_level(code) : cqa_alaw_level(code);
    }
}

enum cqa_status cqa_pcm_open(struct cqa_decoder **out, struct cqa_source *source,
                             const struct cqa_probe *probe, struct cqa_failure *failure)
{
    const size_t frame_bytes =
        (size_t)probe->channels * (probe->coding == CQA_CODING_PCM16 ? 2 : 1);
    const uint64_t frames = (probe->data_end - probe->data_start) / frame_bytes;

    /* The count while reading would tell it too, hours of reading later. */
    const int byte_rate_hz =
        probe->coding == CQA_CODING_G722 ? CQA_AUDIO_RATE_HZ : probe->rate_hz; /* of frames */
    if (frames > (uint64_t)CQA_AUDIO_HOURS_MAX * 3600 * (uint64_t)byte_rate_hz)
        return cqa_failure_set(failure, CQA_FAILURE_TOO_LONG, "longer than %d hours",
                               CQA_AUDIO_HOURS_MAX);
    struct pcm *pcm = calloc(1, sizeof *pcm);
    if (pcm == NULL) {
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
        return CQA_E_NOMEM;
    }
    pcm->base = (struct cqa_decoder){.channels = probe->channels,
                                     .rate_hz = probe->rate_hz,
                                     .file_rate_hz = probe->rate_hz,
                                     .encoding = "PCM_16",
                                     .read = pcm_read,
                                     .close = pcm_close};
    pcm->source = source;
    pcm->offset = probe->data_start;
    pcm->end = probe->data_end;
    pcm->frame_bytes = frame_bytes;
    pcm->coding = probe->coding;
    prepare(pcm);
    *out = &pcm->base;
    return CQA_OK;
}
