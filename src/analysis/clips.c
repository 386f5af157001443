/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/clips.h"

#include <string.h>
#include "audio/audio.h"
#include "audio/opus_write.h"

enum { PAIRS = 4096, PAIRS_PER_MS = CQA_AUDIO_RATE_HZ / 1000 };

struct packed_head {
    int64_t start_ms, end_ms;
    uint64_t length;
};

struct cutter {
    const struct cqa_clip_order *order;
    struct cqa_buffer *out;
    struct cqa_opus_writer *writer; /* of the clip under way */
    struct cqa_buffer clip;
    size_t index; /* of the span under way, or next */
    size_t mute;  /* the first that does not lie behind */
    int64_t pair; /* number of the next sample pair of the recording */
    struct cqa_error error;
};

int cqa_clip_order_is_sound(const struct cqa_clip_order *order)
{
    int64_t end_ms = 0;

    if (order->span_count > CQA_CLIPS_MAX || order->mute_count > CQA_CLIP_MUTES_MAX ||
        order->channels < 1 || order->channels > 2 || !cqa_legs_are_sound(&order->legs))
        return 0;
    for (size_t i = 0; i < order->span_count; i++) {
        if (order->spans[i].start_ms < end_ms || order->spans[i].end_ms <= order->spans[i].start_ms)
            return 0;
        end_ms = order->spans[i].end_ms;
    }
    return end_ms <= (int64_t)CQA_AUDIO_HOURS_MAX * 3600 * 1000;
}

static int is_muted(struct cutter *cutter)
{
    const struct cqa_clip_order *order = cutter->order;
    const int64_t at_ms = cutter->pair / PAIRS_PER_MS;

    while (cutter->mute < order->mute_count && order->mutes[cutter->mute].end_ms <= at_ms)
        cutter->mute++;
    return cutter->mute < order->mute_count && order->mutes[cutter->mute].start_ms <= at_ms;
}

/* Ends the clip under way and packs it. 0 when there is no more room: the cutting is over. */
static int end_clip(struct cutter *cutter)
{
    const struct cqa_span span = cutter->order->spans[cutter->index++];
    const int good = cqa_opus_writer_end(cutter->writer, &cutter->error) == CQA_OK;
    const struct packed_head head = {span.start_ms, span.end_ms, cutter->clip.length};
    const int fits =
        good && cutter->out->length + sizeof head + head.length <= cutter->order->bytes_max;

    if (fits) {
        cqa_buffer_add(cutter->out, &head, sizeof head);
        cqa_buffer_add(cutter->out, cutter->clip.text, cutter->clip.length);
    }
    cqa_opus_writer_destroy(cutter->writer);
    cutter->writer = NULL;
    cqa_buffer_finish(&cutter->clip);
    return fits && !cutter->out->failed;
}

static int begin_clip(struct cutter *cutter)
{
    const struct cqa_span span = cutter->order->spans[cutter->index];

    cutter->clip = (struct cqa_buffer){.limit = cutter->order->bytes_max};
    return cqa_opus_writer_create(&cutter->writer, cutter->order->channels, (int)span.start_ms,
                                  &cutter->clip, &cutter->error) == CQA_OK;
}

/* Takes the next sample pair. 0: the last clip is done, or there is no more room. */
static int take_pair(struct cutter *cutter, const float *pair)
{
    static const float silence[2] = {0.0F, 0.0F};
    const struct cqa_clip_order *order = cutter->order;

    if (cutter->index == order->span_count)
        return 0;
    const int64_t start = order->spans[cutter->index].start_ms * PAIRS_PER_MS;
    const int64_t end = order->spans[cutter->index].end_ms * PAIRS_PER_MS;
    if (cutter->pair >= start) {
        if (cutter->writer == NULL && !begin_clip(cutter))
            return 0;
        if (cqa_opus_writer_add(cutter->writer, is_muted(cutter) ? silence : pair, 1,
                                &cutter->error) != CQA_OK)
            return 0; /* over the limit: this clip and what follows are left out */
    }
    cutter->pair++;
    return cutter->pair < end || end_clip(cutter);
}

enum cqa_status cqa_clips_cut(const int fd[CQA_LEGS], const char *const name[CQA_LEGS],
                              const struct cqa_clip_order *order, struct cqa_buffer *out,
                              struct cqa_failure *failure)
{
    float pairs[2 * PAIRS];
    static const float silence[2] = {0.0F, 0.0F};
    struct cutter cutter = {.order = order, .out = out};
    struct cqa_audio *audio = NULL;
    ptrdiff_t count = 0;
    int goes_on = 1;
    enum cqa_status status = cqa_audio_open_legs(&audio, fd, name, &order->legs, failure);

    if (status != CQA_OK)
        return status;
    while (goes_on && (count = cqa_audio_read(audio, pairs, PAIRS, failure)) > 0)
        for (ptrdiff_t i = 0; goes_on && i < count; i++)
            goes_on = take_pair(&cutter, pairs + 2 * i);
    /* A duration rounded up to a millisecond is a few samples longer than the file. */
    while (goes_on && count == 0 && cutter.writer != NULL)
        goes_on = take_pair(&cutter, silence);
    cqa_audio_close(audio);
    cqa_opus_writer_destroy(cutter.writer);
    cqa_buffer_finish(&cutter.clip);
    if (out->failed)
        return cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
    return count < 0 ? CQA_E_BADDATA : CQA_OK;
}

int cqa_clips_next(const char *packed, size_t length, size_t *at, struct cqa_clip *out)
{
    static const char magic[4] = {'O', 'g', 'g', 'S'};
    struct packed_head head;
    const size_t left = length - *at;

    if (left == 0)
        return 0;
    if (left < sizeof head)
        return -1;
    memcpy(&head, packed + *at, sizeof head);
    if (head.length > left - sizeof head || head.length < sizeof magic || head.start_ms < 0 ||
        head.end_ms <= head.start_ms)
        return -1;
    *out = (struct cqa_clip){.span = {head.start_ms, head.end_ms},
                             .bytes = packed + *at + sizeof head,
                             .length = (size_t)head.length};
    *at += sizeof head + out->length;
    return memcmp(out->bytes, magic, sizeof magic) == 0 ? 1 : -1;
}
