/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "analysis/sandbox.h"
#include "audio/audio.h"
#include "server/render.h"
#include "server/render_frame.h"

enum { PAIRS = 4096, PAIRS_PER_MS = CQA_AUDIO_RATE_HZ / 1000 };
static const int64_t MEMORY_BYTES = 512ll << 20;

struct renderer {
    struct cqa_render_order order;
    int64_t pair; /* index of the next sample pair */
    size_t span;  /* that the next pair of the file belongs to, or a later one */
    float least[2], greatest[2];
    int filled; /* pairs in the bucket */
    unsigned char bytes[CQA_RENDER_FRAME_BYTES];
    size_t used;
};

static int write_all(const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        const ssize_t count = write(CQA_SANDBOX_FD, (const char *)bytes + done, size - done);
        if (count <= 0)
            return 0;
        done += (size_t)count;
    }
    return 1;
}

static int send_frame(uint32_t type, const void *bytes, size_t size)
{
    const struct cqa_render_frame frame = {type, (uint32_t)size};

    return write_all(&frame, sizeof frame) && write_all(bytes, size);
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
 * out. */
static int put_pair(struct renderer *renderer, const float *pair)
{
    const struct cqa_render_order *order = &renderer->order;

    if (order->span_count == 0)
        return add_pair(renderer, pair);
    while (renderer->span < order->span_count &&
           renderer->pair >= order->spans[renderer->span].end_ms * PAIRS_PER_MS)
        renderer->span++;
    if (renderer->span == order->span_count)
        return 1;
    return skip_to(renderer, order->spans[renderer->span].start_ms * PAIRS_PER_MS) &&
           add_pair(renderer, pair);
}

/* Plays what there is: a recording that breaks off is heard up to there. */
static int render(struct renderer *renderer, int fd, const char *name, struct cqa_failure *failure)
{
    static float pairs[2 * PAIRS];
    struct cqa_audio *audio = NULL;
    ptrdiff_t count;
    int good = 1;

    if (cqa_audio_open(&audio, fd, name, failure) != CQA_OK)
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

static int receive_descriptor(void)
{
    char byte;
    int fd = -1;
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};

    if (recvmsg(CQA_SANDBOX_FD, &message, 0) != 1)
        return -1;
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

/* How many there are. */
static size_t read_spans(const char *text, struct cqa_span *spans, size_t capacity)
{
    size_t count = 0;
    char *end;

    while (count < capacity && *text >= '0' && *text <= '9') {
        struct cqa_span *span = &spans[count++];
        span->start_ms = strtoll(text, &end, 10);
        span->end_ms = *end == '-' ? strtoll(end + 1, &end, 10) : span->start_ms;
        text = *end == ',' ? end + 1 : end;
    }
    return count;
}

int cqa_render_child(int argc, char **argv)
{
    static struct renderer renderer;
    struct cqa_failure failure = {{0}, {0}};
    struct cqa_error error;

    if (argc != 9)
        return 2;
    renderer.order.kind = strcmp(argv[2], "wav") == 0 ? CQA_RENDER_WAV : CQA_RENDER_PEAKS;
    renderer.order.channels = strcmp(argv[3], "2") == 0 ? 2 : 1;
    renderer.order.bucket_ms = (int)strtol(argv[4], NULL, 10);
    if (renderer.order.bucket_ms < 1)
        renderer.order.bucket_ms = 10;
    renderer.order.mute_count = read_spans(argv[6], renderer.order.mutes, CQA_RENDER_MUTES_MAX);
    renderer.order.span_count = read_spans(argv[7], renderer.order.spans, CQA_RENDER_SPANS_MAX);
    renderer.order.duration_ms = strtoll(argv[8], NULL, 10);
    if (cqa_sandbox_enter(CQA_SANDBOX_FD, getppid(), MEMORY_BYTES, &error) != CQA_OK) {
        send_frame(CQA_RENDER_FAILED, error.text, strlen(error.text));
        return 1;
    }
    const int fd = receive_descriptor();
    if (fd < 0)
        return 1;
    const int good = render(&renderer, fd, argv[5], &failure) && flush(&renderer);
    const int told = good ? send_frame(CQA_RENDER_DONE, "", 0)
                          : send_frame(CQA_RENDER_FAILED, failure.text, strlen(failure.text));
    _exit(good && told ? 0 : 1);
}
