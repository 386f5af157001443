/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include "audio/audio.h"
#include "base/message_json.h"
#include "base/program.h"
#include "book/book_child.h"
#include "media/render.h"
#include "media/render_frame.h"

enum { PAIRS = 4096, PAIRS_PER_MS = CQA_AUDIO_RATE_HZ / 1000 };

struct renderer {
    struct cqa_render_order order;
    int64_t pair;       /* index of the next sample pair */
    size_t span;        /* that the file comes to next */
    int64_t place, end; /* of the next pair, within the span that the file is in */
    float least[2], greatest[2];
    int filled; /* pairs in the bucket */
    unsigned char bytes[CQA_RENDER_FRAME_BYTES];
    size_t used;
};

static int send_frame(uint32_t kind, const void *bytes, size_t size)
{
    cqa_frame_say(kind, bytes, size);
    return 1;
}

static int flush(struct renderer *renderer)
{
    const size_t size = renderer->used;

    renderer->used = 0;
    return size == 0 || send_frame(CQA_RENDER_DATA, renderer->bytes, size);
}

static int put_byte(struct renderer *renderer, int value)
{
    renderer->bytes[renderer->used++] = (unsigned char)value;
    return renderer->used < sizeof renderer->bytes || flush(renderer);
}

static int is_muted(const struct renderer *renderer)
{
    const int64_t at_ms = renderer->pair * 1000 / CQA_AUDIO_RATE_HZ;

    for (size_t i = 0; i < renderer->order.mute_count; i++)
        if (at_ms >= renderer->order.mutes[i].start_ms && at_ms < renderer->order.mutes[i].end_ms)
            return 1;
    return 0;
}

static int put_sample(struct renderer *renderer, float sample)
{
    const long value = lrintf(fmaxf(-1.0f, fminf(1.0f, sample)) * 32767.0f);

    return put_byte(renderer, (int)(value & 0xff)) &&
           put_byte(renderer, (int)((value >> 8) & 0xff));
}

static int put_bucket(struct renderer *renderer)
{
    int good = 1;

    for (int i = 0; i < renderer->order.channels; i++)
        good = good &&
               put_byte(renderer, (int)floorf(fmaxf(renderer->least[i], -1.0f) * 127.0f) & 0xff) &&
               put_byte(renderer, (int)ceilf(fminf(renderer->greatest[i], 1.0f) * 127.0f) & 0xff);
    renderer->filled = 0;
    return good;
}

static int add_pair(struct renderer *renderer, const float *pair)
{
    int good = 1;
    const int muted = is_muted(renderer);

    for (int i = 0; i < renderer->order.channels; i++) {
        const float sample = muted ? 0.0f : pair[i];
        if (renderer->order.kind == CQA_RENDER_WAV)
            good = good && put_sample(renderer, sample);
        renderer->least[i] = renderer->filled ? fminf(renderer->least[i], sample) : sample;
        renderer->greatest[i] = renderer->filled ? fmaxf(renderer->greatest[i], sample) : sample;
    }
    renderer->pair++;
    if (renderer->order.kind == CQA_RENDER_PEAKS &&
        ++renderer->filled == renderer->order.bucket_ms * (CQA_AUDIO_RATE_HZ / 1000))
        good = good && put_bucket(renderer);
    return good;
}

/* Silence up to a sample pair. */
static int skip_to(struct renderer *renderer, int64_t pair)
{
    static const float silence[2];
    const int64_t pairs = pair - renderer->pair;
    int good = 1;

    if (pairs <= 0)
        return 1;
    if (renderer->order.kind == CQA_RENDER_WAV) {
        const uint64_t bytes = (uint64_t)pairs * (uint64_t)renderer->order.channels * 2;
        good = flush(renderer) && send_frame(CQA_RENDER_SKIP, &bytes, sizeof bytes);
        renderer->pair = pair;
    }
    while (good && renderer->pair < pair)
        good = add_pair(renderer, silence);
    return good;
}

/* The next pair of the file, at its place in the recording. What is more than the spans is left
 * out, and what a span before has brought already. */
static int put_pair(struct renderer *renderer, const float *pair)
{
    const struct cqa_render_order *order = &renderer->order;

    if (order->span_count == 0)
        return add_pair(renderer, pair);
    if (renderer->place == renderer->end) {
        if (renderer->span == order->span_count)
            return 1;
        renderer->place = order->spans[renderer->span].start_ms * PAIRS_PER_MS;
        renderer->end = order->spans[renderer->span++].end_ms * PAIRS_PER_MS;
    }
    const int64_t place = renderer->place++;
    return place < renderer->pair || (skip_to(renderer, place) && add_pair(renderer, pair));
}

/* Plays what there is: a recording that breaks off is heard up to there. */
static int render(struct renderer *renderer, const struct cqa_frame_named *files,
                  struct cqa_failure *failure)
{
    static float pairs[2 * PAIRS];
    struct cqa_audio *audio = NULL;
    ptrdiff_t count;
    int good = 1;

    if (cqa_audio_open_legs(&audio, files->open.fd, files->name, &renderer->order.legs, failure) !=
        CQA_OK)
        return 0;
    while (good && (count = cqa_audio_read(audio, pairs, PAIRS, failure)) > 0)
        for (ptrdiff_t i = 0; good && i < count; i++)
            good = put_pair(renderer, pairs + 2 * i);
    cqa_audio_close(audio);
    if (renderer->order.span_count > 0)
        good = good && skip_to(renderer, renderer->order.duration_ms * PAIRS_PER_MS);
    if (renderer->order.kind == CQA_RENDER_PEAKS && renderer->filled > 0)
        good = good && put_bucket(renderer);
    return good && (renderer->pair > 0 || failure->reason[0] == '\0');
}

static int is_sound(const struct cqa_render_order *order, size_t file_count)
{
    return (order->channels == 1 || order->channels == 2) &&
           (order->kind == CQA_RENDER_WAV || order->bucket_ms > 0) &&
           order->mute_count <= CQA_RENDER_MUTES_MAX && order->span_count <= CQA_RENDER_SPANS_MAX &&
           cqa_legs_are_sound(&order->legs) &&
           (file_count == CQA_LEGS) == (order->legs.joined != 0);
}

/* Why there is no sound, for the parent to put into words. */
static void say_failure(const struct cqa_failure *failure)
{
    char *text = cqa_message_to_text(&failure->message);
    const int undecoded = strcmp(failure->reason, CQA_FAILURE_CODEC) == 0;

    cqa_frame_say(undecoded ? CQA_RENDER_UNDECODED : CQA_RENDER_FAILED, text ? text : "",
                  text ? strlen(text) : 0);
    free(text);
}

static void live(void *context)
{
    static char body[sizeof(struct cqa_render_order) + CQA_FRAME_NAMES_MAX];
    static struct renderer renderer;
    struct cqa_failure failure = {{0}, {0}};
    struct cqa_frame_head head;
    struct cqa_frame_named files;

    (void)context;
    cqa_frame_take_files(&head, body, sizeof body, &files.open);
    cqa_frame_find_names(&files, &head, body, sizeof renderer.order);
    if (head.kind != CQA_FRAME_RENDER)
        _exit(1);
    memcpy(&renderer.order, body, sizeof renderer.order);
    if (!is_sound(&renderer.order, files.open.count))
        _exit(1);
    if (render(&renderer, &files, &failure) && flush(&renderer))
        cqa_frame_say(CQA_RENDER_DONE, NULL, 0);
    else
        say_failure(&failure);
}

/* Recordings, and the workbooks that are imported. */
static const struct cqa_child_role roles[] = {{CQA_ROLE_RENDER, NULL, NULL, live},
                                              {CQA_ROLE_BOOK, NULL, cqa_book_warm, cqa_book_live}};
enum { ROLE_COUNT = sizeof roles / sizeof roles[0] };

void cqa_render_enter(int argc, char **argv)
{
    cqa_zygote_enter(argc, argv, roles, ROLE_COUNT);
}

enum cqa_status cqa_render_children(struct cqa_children **out, struct cqa_error *error)
{
    return cqa_children_create(out, roles, ROLE_COUNT, CQA_ZYGOTE_EXECUTED, error);
}

enum cqa_status cqa_render_more(struct cqa_children **out, struct cqa_error *error)
{
    char path[PATH_MAX];

    *out = NULL;
    if (cqa_program_beside("callqa-server-codecs", path, sizeof path) == NULL ||
        access(path, X_OK) != 0)
        return CQA_OK;
    return cqa_children_create_of(out, path, roles, ROLE_COUNT, error);
}
