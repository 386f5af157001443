/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "api/beside.h"
#include "api/endpoints.h"
#include "api/playable.h"
#include "media/peaks.h"
#include "media/recording.h"
#include "scores/audit.h"
#include "scores/when.h"

enum { BUCKETS_MAX = 6000 };

/* 0 with a problem given: what can't be noted is not played. */
static int note_play(struct cqa_request *request, int64_t call, const struct cqa_playable *playable)
{
    char object[32];
    char detail[192];
    struct cqa_error error = {0};
    const char *name = cqa_request_who(request)->name;

    if (!cqa_playback_is_new(cqa_request_playback(request), name, call,
                             cqa_request_now_ms(request)))
        return 1;
    snprintf(object, sizeof object, "call %lld", (long long)call);
    snprintf(detail, sizeof detail, playable->is_clips ? "clips of %s" : "%s", playable->sha256);
    const enum cqa_status status =
        cqa_audit_write(cqa_request_scores(request), name, "play", object, detail, &error);
    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    return status == CQA_OK;
}

/* What a browser plays as it is; NULL: it has to be rendered. */
static const char *media_type(const struct cqa_playable *playable)
{
    return playable->order.mute_count == 0 && playable->order.span_count == 0 &&
                   !playable->order.legs.joined
               ? cqa_recording_type(playable->source.files.fd[0],
                                    (uint64_t)playable->facts[0].st_size)
               : NULL;
}

static enum cqa_status render(struct cqa_request *request, const struct cqa_playable *playable,
                              const struct cqa_render_order *order, int *rendered, uint64_t *size,
                              struct cqa_error *error)
{
    return cqa_playback_render(cqa_request_playback(request), order, &playable->source,
                               playable->facts, rendered, size, error);
}

/* The one file as it is, from here on the reply's. */
static void reply_as_it_is(struct cqa_request *request, struct cqa_playable *playable,
                           const char *type)
{
    cqa_reply_file(request, type, playable->source.files.fd[0],
                   (uint64_t)playable->facts[0].st_size);
    playable->source.files.count = 0;
}

void cqa_get_audio(struct cqa_request *request)
{
    struct cqa_playable playable = {.order = {.kind = CQA_RENDER_WAV}};
    struct cqa_error error = {0};
    int64_t call;
    int rendered;
    uint64_t size;

    if (!cqa_playable_open(request, &call, &playable))
        return;
    const char *type = media_type(&playable);
    if (!note_play(request, call, &playable)) {
        cqa_playable_close(&playable);
        return;
    }
    if (type != NULL)
        reply_as_it_is(request, &playable, type);
    else if (render(request, &playable, &playable.order, &rendered, &size, &error) == CQA_OK)
        cqa_reply_file(request, "audio/wav", rendered, size);
    else
        cqa_reply_error(request, error.status, &error);
    cqa_playable_close(&playable);
}

/* Why it is not the recording, or not all of it: "recording": {"state", "sha256", "since"}. */
static void write_state(const struct cqa_playable *playable, struct cqa_buffer *text)
{
    char since[CQA_WHEN_SIZE];

    if (playable->heard == CQA_HEARD_WHOLE)
        return;
    cqa_buffer_print(text, ",\"recording\":{\"state\":\"%s\",\"sha256\":\"%s\"",
                     cqa_heard_words[playable->heard], playable->sha256);
    if (playable->since_ms > 0) {
        cqa_when_write(playable->since_ms, since);
        cqa_buffer_print(text, ",\"since\":\"%s\"", since);
    }
    cqa_buffer_print(text, "}");
}

/* {"bucket_ms", "channels": [[least, greatest, …], …]}, ±127; "only_ms" where there are clips only.
 */
static void reply_peaks(struct cqa_request *request, const struct cqa_playable *playable,
                        const struct cqa_buffer *peaks)
{
    const struct cqa_render_order *order = &playable->order;
    struct cqa_buffer text = {.limit = 8 << 20};
    const signed char *bytes = (const signed char *)peaks->text;
    const size_t stride = (size_t)order->channels * 2;

    cqa_buffer_print(&text, "{\"bucket_ms\":%d,\"channels\":[", order->bucket_ms);
    for (size_t channel = 0; channel < (size_t)order->channels; channel++) {
        cqa_buffer_print(&text, channel ? ",[" : "[");
        for (size_t at = channel * 2; at + 1 < peaks->length; at += stride)
            cqa_buffer_print(&text, "%s%d,%d", at == channel * 2 ? "" : ",", bytes[at],
                             bytes[at + 1]);
        cqa_buffer_print(&text, "]");
    }
    cqa_buffer_print(&text, "]");
    for (size_t i = 0; i < order->span_count; i++)
        cqa_buffer_print(&text, "%s[%lld,%lld]", i ? "," : ",\"only_ms\":[",
                         (long long)order->spans[i].start_ms, (long long)order->spans[i].end_ms);
    cqa_buffer_print(&text, order->span_count > 0 ? "]" : "");
    write_state(playable, &text);
    cqa_buffer_print(&text, "}");
    cqa_reply_text(request, 200, "application/json", &text);
    cqa_buffer_finish(&text);
}

static enum cqa_status read_whole(int fd, uint64_t size, struct cqa_buffer *out,
                                  struct cqa_error *error)
{
    char *bytes = malloc(size + 1);
    const ssize_t count = bytes ? pread(fd, bytes, size, 0) : -1;

    if (count >= 0)
        cqa_buffer_add(out, bytes, (size_t)count);
    free(bytes);
    return count == (ssize_t)size && !out->failed
               ? CQA_OK
               : cqa_fail(error, CQA_E_BUSY, "the waveform cannot be read now");
}

/*
 * A recording that has to be rendered to be heard is rendered now, and its waveform taken from
 * that: whoever looks at it presses space next, and should not wait for the decoder then.
 */
static enum cqa_status make_peaks(struct cqa_request *request, const struct cqa_playable *playable,
                                  struct cqa_buffer *peaks, struct cqa_error *error)
{
    struct cqa_render_order order = playable->order;
    const int is_wav = media_type(playable) == NULL;
    int rendered;
    uint64_t size;

    if (is_wav) {
        order.kind = CQA_RENDER_WAV;
        order.bucket_ms = 0;
    }
    enum cqa_status status = render(request, playable, &order, &rendered, &size, error);
    if (status != CQA_OK)
        return status;
    status = is_wav ? cqa_peaks_of_wav(rendered, size, order.channels, playable->order.bucket_ms,
                                       peaks, error)
                    : read_whole(rendered, size, peaks, error);
    close(rendered);
    return status;
}

void cqa_get_peaks(struct cqa_request *request)
{
    struct cqa_playable playable = {.order = {.kind = CQA_RENDER_PEAKS}};
    struct cqa_buffer peaks = {.limit = 1 << 20};
    struct cqa_error error = {0};
    int64_t call;

    if (!cqa_playable_open(request, &call, &playable))
        return;
    playable.order.bucket_ms = (int)(playable.duration_ms / BUCKETS_MAX) + 1;
    if (playable.order.bucket_ms < 10)
        playable.order.bucket_ms = 10;
    const enum cqa_status status = make_peaks(request, &playable, &peaks, &error);
    cqa_playable_close(&playable);
    if (status == CQA_OK)
        reply_peaks(request, &playable, &peaks);
    else
        cqa_reply_error(request, status, &error);
    cqa_buffer_finish(&peaks);
}
