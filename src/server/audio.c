/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "server/audit.h"
#include "server/endpoints.h"
#include "server/evidence.h"
#include "server/limit.h"
#include "server/peaks.h"
#include "server/playback.h"
#include "server/query.h"
#include "server/recording.h"

enum { BUCKETS_MAX = 6000 };

/* What playing needs to know of a call. */
struct playable {
    struct cqa_arena *arena;
    const char *path;
    const char *leg_path[CQA_LEGS]; /* of a call in two files */
    int64_t duration_ms;
    struct cqa_render_order order;
    struct cqa_render_source source; /* closed by close_call */
    struct stat facts[CQA_LEGS];
};

/* Digits keyed in may be card numbers: nobody hears them. */
static void collect_mutes(const json_t *root, struct cqa_render_order *order)
{
    const json_t *events = json_object_get(root, "events");
    const json_t *event;
    size_t index;

    json_array_foreach((json_t *)events, index, event)
    {
        const char *type = json_string_value(json_object_get(event, "type"));
        if (type == NULL || strcmp(type, "dtmf") != 0)
            continue;
        const struct cqa_span span = {json_integer_value(json_object_get(event, "start_ms")),
                                      json_integer_value(json_object_get(event, "end_ms"))};
        if (order->mute_count < CQA_RENDER_MUTES_MAX)
            order->mutes[order->mute_count++] = span;
        else /* more than fit: silence from the last on */
            order->mutes[CQA_RENDER_MUTES_MAX - 1].end_ms = INT32_MAX;
    }
}

static struct cqa_raw raw_of(const json_t *file, int channels)
{
    return cqa_raw_of_facts(json_string_value(json_object_get(file, "container")),
                            json_string_value(json_object_get(file, "encoding")),
                            (int)json_integer_value(json_object_get(file, "rate_hz")), channels);
}

/* How the recording's one file is read, or its two. */
static void read_legs(const json_t *recording, struct playable *playable)
{
    const json_t *list = json_object_get(recording, "legs");
    struct cqa_legs *legs = &playable->order.legs;

    legs->joined = json_array_size(list) == CQA_LEGS;
    if (!legs->joined)
        legs->leg[0].raw = raw_of(recording, playable->order.channels);
    for (size_t i = 0; legs->joined && i < CQA_LEGS; i++) {
        const json_t *leg = json_array_get(list, i);
        playable->leg_path[i] =
            cqa_arena_string(playable->arena, json_string_value(json_object_get(leg, "path")));
        legs->leg[i] = (struct cqa_leg_place){
            .raw = raw_of(leg, 1),
            .offset_ms = json_integer_value(json_object_get(leg, "offset_ms")),
            .drift_ppm = json_number_value(json_object_get(leg, "drift_ppm"))};
    }
    if (!cqa_legs_are_sound(legs))
        *legs = (struct cqa_legs){0};
}

static int read_row(void *context, const struct cqa_call_row *row)
{
    struct playable *playable = context;
    json_t *root = json_loads(row->body, 0, NULL);
    const json_t *recording = json_object_get(root, "recording");

    playable->path = cqa_arena_string(playable->arena, row->path);
    playable->duration_ms = json_integer_value(json_object_get(recording, "duration_ms"));
    playable->order.channels =
        json_integer_value(json_object_get(recording, "channels")) == 2 ? 2 : 1;
    read_legs(recording, playable);
    collect_mutes(root, &playable->order);
    json_decref(root);
    return 1;
}

static void reply_gone(struct cqa_request *request, const struct cqa_error *error)
{
    if (error->status == CQA_E_NOTFOUND)
        cqa_reply_problem(request, 410, "recording-gone", "%p", &error->message);
    else if (error->status == CQA_E_REFUSED)
        cqa_reply_problem(request, 404, "recording-outside", "%p", &error->message);
    else
        cqa_reply_problem(request, 503, "recording", "the recording cannot be read now");
}

/* ---- evidence clips, where the recording itself cannot be opened */

struct gathering {
    struct cqa_render_order *order;
    int fd;
    crypto_generichash_state state;
    int64_t bytes;
    int failed;
};

/* Files of Ogg may be chained: one after another they are one file again. */
static int gather_clip(void *context, const struct cqa_item_clip *clip)
{
    struct gathering *gathering = context;

    if (gathering->order->span_count == CQA_RENDER_SPANS_MAX)
        return 1;
    gathering->order->spans[gathering->order->span_count++] = clip->span;
    crypto_generichash_update(&gathering->state, clip->bytes, clip->length);
    gathering->bytes += (int64_t)clip->length;
    gathering->failed |= write(gathering->fd, clip->bytes, clip->length) != (ssize_t)clip->length;
    return gathering->failed;
}

/* The clips of a call as one file; -1: it has none, or they cannot be read. `facts` are made up:
 * they tell these clips from all other files. */
static int open_evidence(struct cqa_request *request, int64_t call, struct playable *playable)
{
    struct stat *facts = &playable->facts[0];
    struct cqa_error error = {0};
    struct gathering gathering = {.order = &playable->order};
    unsigned char digest[16];

    gathering.fd = cqa_playback_scratch(cqa_request_playback(request), &error);
    if (gathering.fd < 0)
        return -1;
    crypto_generichash_init(&gathering.state, NULL, 0, sizeof digest);
    const enum cqa_status status =
        cqa_evidence_read(cqa_request_scores(request), call, gather_clip, &gathering, &error);
    crypto_generichash_final(&gathering.state, digest, sizeof digest);
    if (status != CQA_OK || gathering.failed || playable->order.span_count == 0) {
        close(gathering.fd);
        return -1;
    }
    *facts = (struct stat){.st_size = gathering.bytes};
    memcpy(&facts->st_ino, digest, sizeof facts->st_ino);
    memcpy(&facts->st_dev, digest + 8, sizeof facts->st_dev);
    playable->order.duration_ms = playable->duration_ms;
    playable->order.legs = (struct cqa_legs){0};
    playable->path = "clips.ogg";
    return gathering.fd;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void close_call(struct playable *playable)
{
    for (size_t i = 0; i < playable->source.files.count; i++)
        close(playable->source.files.fd[i]);
    playable->source.files.count = 0;
}

/* Opens the recording's files. 0: one of them cannot be had. */
static int open_files(struct cqa_request *request, struct playable *playable,
                      struct cqa_error *error)
{
    const size_t count = playable->order.legs.joined ? CQA_LEGS : 1;
    struct cqa_frame_files *files = &playable->source.files;

    for (size_t i = 0; i < count; i++) {
        const char *path = count > 1 ? playable->leg_path[i] : playable->path;
        const int fd = path == NULL ? -1
                                    : cqa_recording_open(cqa_request_config(request), path,
                                                         &playable->facts[i], error);
        if (fd < 0) {
            close_call(playable);
            return 0;
        }
        files->fd[files->count++] = fd;
        playable->source.name[i] = last_part(path);
    }
    return 1;
}

/* Finds the call and opens its recording, or what clips there are of it; 0 with a problem given. */
static int open_call(struct cqa_request *request, int64_t *call, struct playable *playable)
{
    static const char *const known[] = {"source", NULL};
    struct cqa_error error = {0};

    if (!cqa_query_only(request, known) || !cqa_query_call(request, call))
        return 0;
    playable->arena = cqa_request_arena(request);
    const enum cqa_status status =
        cqa_scores_call(cqa_request_scores(request), *call, read_row, playable, &error);
    if (status != CQA_OK || playable->path == NULL) {
        cqa_reply_error(request, status, &error);
        return 0;
    }
    if (open_files(request, playable, &error))
        return 1;
    const int fd = open_evidence(request, *call, playable);
    if (fd < 0) {
        reply_gone(request, &error);
        return 0;
    }
    playable->source = (struct cqa_render_source){{1, {fd, -1}}, {playable->path, NULL}};
    return 1;
}

/* 0 with a problem given: what can't be noted is not played. */
static int note_play(struct cqa_request *request, int64_t call)
{
    char object[32];
    struct cqa_error error = {0};
    const char *name = cqa_request_who(request)->name;

    if (!cqa_playback_is_new(cqa_request_playback(request), name, call,
                             cqa_request_now_ms(request)))
        return 1;
    snprintf(object, sizeof object, "call %lld", (long long)call);
    const enum cqa_status status = cqa_audit_write(cqa_request_scores(request), name, "play",
                                                   object, cqa_request_peer(request), &error);
    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    return status == CQA_OK;
}

/* What a browser plays as it is; NULL: it has to be rendered. */
static const char *media_type(const struct playable *playable)
{
    return playable->order.mute_count == 0 && playable->order.span_count == 0 &&
                   !playable->order.legs.joined
               ? cqa_recording_type(playable->source.files.fd[0],
                                    (uint64_t)playable->facts[0].st_size)
               : NULL;
}

static enum cqa_status render(struct cqa_request *request, const struct playable *playable,
                              const struct cqa_render_order *order, int *rendered, uint64_t *size,
                              struct cqa_error *error)
{
    return cqa_playback_render(cqa_request_playback(request), order, &playable->source,
                               playable->facts, rendered, size, error);
}

/* The one file as it is, from here on the reply's. */
static void reply_as_it_is(struct cqa_request *request, struct playable *playable, const char *type)
{
    cqa_reply_file(request, type, playable->source.files.fd[0],
                   (uint64_t)playable->facts[0].st_size);
    playable->source.files.count = 0;
}

void cqa_get_audio(struct cqa_request *request)
{
    struct playable playable = {.order = {.kind = CQA_RENDER_WAV}};
    struct cqa_error error = {0};
    int64_t call;
    int rendered;
    uint64_t size;

    if (!open_call(request, &call, &playable))
        return;
    const char *type = media_type(&playable);
    if (!note_play(request, call)) {
        close_call(&playable);
        return;
    }
    if (type != NULL)
        reply_as_it_is(request, &playable, type);
    else if (render(request, &playable, &playable.order, &rendered, &size, &error) == CQA_OK)
        cqa_reply_file(request, "audio/wav", rendered, size);
    else
        cqa_reply_error(request, error.status, &error);
    close_call(&playable);
}

/* {"bucket_ms", "channels": [[least, greatest, …], …]}, ±127; "only_ms" where there are clips only.
 */
static void reply_peaks(struct cqa_request *request, const struct cqa_render_order *order,
                        const struct cqa_buffer *peaks)
{
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
    cqa_buffer_print(&text, order->span_count > 0 ? "]}" : "}");
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
static enum cqa_status make_peaks(struct cqa_request *request, const struct playable *playable,
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
    struct playable playable = {.order = {.kind = CQA_RENDER_PEAKS}};
    struct cqa_buffer peaks = {.limit = 1 << 20};
    struct cqa_error error = {0};
    int64_t call;

    if (!open_call(request, &call, &playable))
        return;
    playable.order.bucket_ms = (int)(playable.duration_ms / BUCKETS_MAX) + 1;
    if (playable.order.bucket_ms < 10)
        playable.order.bucket_ms = 10;
    const enum cqa_status status = make_peaks(request, &playable, &peaks, &error);
    close_call(&playable);
    if (status == CQA_OK)
        reply_peaks(request, &playable.order, &peaks);
    else
        cqa_reply_error(request, status, &error);
    cqa_buffer_finish(&peaks);
}
