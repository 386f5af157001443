/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/playable.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>
#include "api/beside.h"
#include "api/query.h"
#include "base/log.h"
#include "media/genuine.h"
#include "media/recording.h"
#include "scores/evidence.h"

const char *const cqa_heard_words[CQA_HEARD_COUNT + 1] = {"whole",   "gone",       "outside",
                                                          "changed", "unreadable", NULL};

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

static const char *text_of(const struct cqa_playable *playable, const json_t *object,
                           const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return cqa_arena_string(playable->arena, text != NULL ? text : "");
}

/* How the recording's one file is read, or its two. */
static void read_legs(const json_t *recording, struct cqa_playable *playable)
{
    const json_t *list = json_object_get(recording, "legs");
    struct cqa_legs *legs = &playable->order.legs;

    legs->joined = json_array_size(list) == CQA_LEGS;
    if (!legs->joined)
        legs->leg[0].raw = raw_of(recording, playable->order.channels);
    for (size_t i = 0; legs->joined && i < CQA_LEGS; i++) {
        const json_t *leg = json_array_get(list, i);
        playable->leg_path[i] = text_of(playable, leg, "path");
        playable->file_sha256[i] = text_of(
            playable, leg, json_object_get(leg, "file_sha256") != NULL ? "file_sha256" : "sha256");
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
    struct cqa_playable *playable = context;
    json_t *root = json_loads(row->body, 0, NULL);
    const json_t *recording = json_object_get(root, "recording");

    const char *moved = json_string_value(json_object_get(recording, "file_sha256"));

    playable->site = cqa_arena_string(playable->arena, row->site);
    playable->path = cqa_arena_string(playable->arena, row->path);
    playable->sha256 = text_of(playable, recording, "sha256");
    playable->file_sha256[0] =
        moved != NULL ? cqa_arena_string(playable->arena, moved) : playable->sha256;
    playable->duration_ms = json_integer_value(json_object_get(recording, "duration_ms"));
    playable->order.channels =
        json_integer_value(json_object_get(recording, "channels")) == 2 ? 2 : 1;
    read_legs(recording, playable);
    collect_mutes(root, &playable->order);
    json_decref(root);
    return 1;
}

static void reply_gone(struct cqa_request *request, const struct cqa_playable *playable,
                       const struct cqa_error *error)
{
    if (playable->heard == CQA_HEARD_CHANGED)
        cqa_reply_problem(request, 409, "recording-changed",
                          "the file that lies there now is not the recording that was judged "
                          "(%.12s), and no clip of that was kept",
                          playable->sha256);
    else if (error->status == CQA_E_NOTFOUND)
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
static int open_evidence(struct cqa_request *request, int64_t call, struct cqa_playable *playable)
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

void cqa_playable_close(struct cqa_playable *playable)
{
    for (size_t i = 0; i < playable->source.files.count; i++)
        close(playable->source.files.fd[i]);
    playable->source.files.count = 0;
}

/* Opens the recording's files. 0: one of them cannot be had. */
static int open_files(struct cqa_request *request, struct cqa_playable *playable,
                      struct cqa_error *error)
{
    const size_t count = playable->order.legs.joined ? CQA_LEGS : 1;
    struct cqa_frame_files *files = &playable->source.files;

    for (size_t i = 0; i < count; i++) {
        const char *path = count > 1 ? playable->leg_path[i] : playable->path;
        const int fd = path == NULL
                           ? -1
                           : cqa_recording_open(&cqa_request_config(request)->audio, playable->site,
                                                path, &playable->facts[i], error);
        if (fd < 0) {
            cqa_playable_close(playable);
            return 0;
        }
        files->fd[files->count++] = fd;
        playable->source.name[i] = last_part(path);
    }
    return 1;
}

/* Whether what lies there is what was judged. */
static int is_genuine(struct cqa_request *request, const struct cqa_playable *playable)
{
    struct cqa_genuine *genuine = cqa_playback_genuine(cqa_request_playback(request));

    for (size_t i = 0; i < playable->source.files.count; i++)
        if (!cqa_genuine_is(genuine, playable->source.files.fd[i], &playable->facts[i],
                            playable->file_sha256[i]))
            return 0;
    return 1;
}

static enum cqa_heard why_not(const struct cqa_error *error)
{
    return error->status == CQA_E_NOTFOUND  ? CQA_HEARD_GONE
           : error->status == CQA_E_REFUSED ? CQA_HEARD_OUTSIDE
                                            : CQA_HEARD_UNREADABLE;
}

/* That it is not noted is no reason to play nothing. */
static void note_missing(struct cqa_request *request, int64_t call, struct cqa_playable *playable)
{
    struct cqa_error error = {0};

    if (cqa_evidence_miss(cqa_request_scores(request), call, playable->heard != CQA_HEARD_GONE,
                          &playable->since_ms, &error) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "clips: %p", &error.message);
}

/* Opens the files where they are right, else the clips. 0: neither can be heard. */
static int open_either(struct cqa_request *request, int64_t call, struct cqa_playable *playable,
                       struct cqa_error *error)
{
    const int opened = open_files(request, playable, error);

    playable->heard = !opened                         ? why_not(error)
                      : is_genuine(request, playable) ? CQA_HEARD_WHOLE
                                                      : CQA_HEARD_CHANGED;
    note_missing(request, call, playable);
    if (playable->heard == CQA_HEARD_WHOLE)
        return 1;
    cqa_playable_close(playable);
    const int fd = open_evidence(request, call, playable);
    if (fd < 0)
        return 0;
    playable->is_clips = 1;
    playable->source = (struct cqa_render_source){{1, {fd, -1}}, {playable->path, NULL}};
    return 1;
}

int cqa_playable_open(struct cqa_request *request, int64_t *call, struct cqa_playable *playable)
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
    if (open_either(request, *call, playable, &error))
        return 1;
    reply_gone(request, playable, &error);
    return 0;
}
