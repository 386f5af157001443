/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/render.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/failure.h"
#include "base/message_json.h"
#include "media/render_frame.h"

enum { TIMEOUT_S = 120, RATE_HZ = 8000 };
/* With what 200 libraries take of the address space before anything is read. */
static const int64_t MEMORY_BYTES = INT64_C(1) << 30;
static const uint64_t OUTPUT_BYTES_MAX = 1ull
                                         << 30; /* past the 8 hours that a recording may last */

static int write_at(int fd, const void *bytes, size_t size, uint64_t offset)
{
    for (size_t done = 0; done < size;) {
        const ssize_t count =
            pwrite(fd, (const char *)bytes + done, size - done, (off_t)(offset + done));
        if (count <= 0)
            return 0;
        done += (size_t)count;
    }
    return 1;
}

static const struct cqa_frame_rule RULES[] = {
    CQA_FRAME_RULES_COMMON,
    {CQA_RENDER_DATA, 1, CQA_RENDER_FRAME_BYTES},
    {CQA_RENDER_FAILED, 0, CQA_FAILURE_BYTES_MAX - 1},
    {CQA_RENDER_DONE, 0, 0},
    {CQA_RENDER_SKIP, sizeof(uint64_t), sizeof(uint64_t)},
    {CQA_RENDER_UNDECODED, 0, CQA_FAILURE_BYTES_MAX - 1},
};
enum { RULE_COUNT = sizeof RULES / sizeof RULES[0] };

/* A hole in the file is as good as zeros. 0: not what a child may say. */
static int skip(const char *bytes, uint64_t *size)
{
    uint64_t count = 0;

    memcpy(&count, bytes, sizeof count);
    if (count > OUTPUT_BYTES_MAX || *size + count > OUTPUT_BYTES_MAX)
        return 0;
    *size += count;
    return 1;
}

/* Why, as the child put it; its words are ours or none. */
static enum cqa_status not_decoded(const struct cqa_frame *frame, struct cqa_error *error)
{
    char text[CQA_FAILURE_BYTES_MAX];
    struct cqa_message why;

    memcpy(text, frame->body, frame->length);
    text[frame->length] = '\0';
    if (!cqa_message_from_text(text, &why))
        return cqa_fail(error, CQA_E_BADDATA, "decoding broke off or took too long");
    return cqa_fail(error, frame->kind == CQA_RENDER_UNDECODED ? CQA_E_REFUSED : CQA_E_BADDATA,
                    "the recording cannot be decoded: %p", &why);
}

/* What the child says is checked: it has read a stranger's file. 1: more is to come. */
static int take(const struct cqa_frame *frame, int out, uint64_t *size, enum cqa_status *status,
                struct cqa_error *error)
{
    if (frame->kind == CQA_FRAME_READY || frame->kind == CQA_RENDER_DONE)
        return frame->kind == CQA_FRAME_READY;
    if (frame->kind == CQA_RENDER_SKIP && skip(frame->body, size))
        return 1;
    if (frame->kind == CQA_RENDER_FAILED || frame->kind == CQA_RENDER_UNDECODED)
        *status = not_decoded(frame, error);
    else if (frame->kind != CQA_RENDER_DATA || *size + frame->length > OUTPUT_BYTES_MAX)
        *status = cqa_fail(error, CQA_E_BADDATA, "decoding broke off or took too long");
    else if (!write_at(out, frame->body, frame->length, *size))
        *status = cqa_fail_errno(error, "writing the rendered audio");
    *size += frame->kind == CQA_RENDER_DATA ? frame->length : 0;
    return *status == CQA_OK;
}

static enum cqa_status receive(struct cqa_child *child, int out, uint64_t *size,
                               struct cqa_error *error)
{
    const int64_t due_ms = cqa_clock_monotonic_ms(&cqa_clock_system) + (int64_t)TIMEOUT_S * 1000;
    enum cqa_status status = CQA_OK;
    struct cqa_frame frame;
    int more = 1;

    while (more) {
        if (cqa_clock_monotonic_ms(&cqa_clock_system) >= due_ms ||
            cqa_frame_await(&child->reader, child->socket, due_ms, &frame) != CQA_FRAME_WHOLE)
            return cqa_fail(error, CQA_E_BADDATA, "decoding broke off or took too long");
        more = take(&frame, out, size, &status, error);
        cqa_frame_next(&child->reader);
    }
    return status;
}

static void put_le(unsigned char *at, uint32_t value, int count)
{
    for (int i = 0; i < count; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

/* The header's sizes are known only now. */
static int write_header(int out, int channels, uint64_t size)
{
    unsigned char header[CQA_RENDER_HEADER_BYTES] = "RIFF....WAVEfmt ....................data";
    const uint32_t data = (uint32_t)(size - sizeof header);
    const uint32_t block = (uint32_t)channels * 2;

    put_le(header + 4, (uint32_t)size - 8, 4);
    put_le(header + 16, 16, 4);
    put_le(header + 20, 1, 2);
    put_le(header + 22, (uint32_t)channels, 2);
    put_le(header + 24, RATE_HZ, 4);
    put_le(header + 28, RATE_HZ * block, 4);
    put_le(header + 32, block, 2);
    put_le(header + 34, 16, 2);
    put_le(header + 40, data, 4);
    return write_at(out, header, sizeof header, 0);
}

static enum cqa_status run(struct cqa_children *children, const struct cqa_render_order *order,
                           const struct cqa_render_source *source, int out, uint64_t *size,
                           struct cqa_error *error)
{
    const struct cqa_child_order wanted = {CQA_ROLE_RENDER, MEMORY_BYTES, TIMEOUT_S};
    struct iovec parts[CQA_FRAME_ORDER_PARTS];
    const size_t part_count =
        cqa_frame_named_parts(order, sizeof *order, source->name[0],
                              source->files.count > 1 ? source->name[1] : NULL, parts);
    struct cqa_child child;
    enum cqa_status status = cqa_child_start(children, &wanted, RULES, RULE_COUNT, &child, error);

    if (status != CQA_OK)
        return status;
    *size = order->kind == CQA_RENDER_WAV ? CQA_RENDER_HEADER_BYTES : 0;
    status =
        cqa_frame_order_files(child.socket, CQA_FRAME_RENDER, parts, part_count, &source->files)
            ? receive(&child, out, size, error)
            : cqa_fail(error, CQA_E_BADDATA, "the decoder did not start");
    cqa_child_dismiss(children, &child);
    return status;
}

enum cqa_status cqa_render(struct cqa_children *children, const struct cqa_render_order *order,
                           const struct cqa_render_source *source, const char *folder, int *out_fd,
                           uint64_t *out_size, struct cqa_error *error)
{
    uint64_t size = 0;
    const int out = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (out < 0)
        return cqa_fail_errno(error, "%s", folder);
    enum cqa_status status = run(children, order, source, out, &size, error);
    if (status == CQA_OK && ftruncate(out, (off_t)size) != 0) /* a hole at the end */
        status = cqa_fail_errno(error, "writing the rendered audio");
    if (status == CQA_OK && order->kind == CQA_RENDER_WAV &&
        !write_header(out, order->channels, size))
        status = cqa_fail_errno(error, "writing the rendered audio");
    if (status == CQA_OK) {
        *out_fd = out;
        *out_size = size;
    } else {
        close(out);
    }
    return status;
}
