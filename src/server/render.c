/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/render.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/buffer.h"
#include "server/place.h"
#include "server/render_frame.h"

enum { TIMEOUT_S = 120, RATE_HZ = 8000 };
static const uint64_t OUTPUT_BYTES_MAX = 1ull
                                         << 30; /* past the 8 hours that a recording may last */

extern char **environ;

static int send_descriptor(int socket, int fd)
{
    char byte = 'F';
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.bytes = {0}};
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return sendmsg(socket, &message, MSG_NOSIGNAL) == 1;
}

/* "START-END,START-END", "-" for none. */
static void print_spans(const struct cqa_span *spans, size_t count, struct cqa_buffer *out)
{
    for (size_t i = 0; i < count; i++)
        cqa_buffer_print(out, "%s%lld-%lld", i ? "," : "", (long long)spans[i].start_ms,
                         (long long)spans[i].end_ms);
    if (count == 0)
        cqa_buffer_add(out, "-", 1);
}

static enum cqa_status spawn(const struct cqa_render_order *order, int socket, const char *name,
                             pid_t *pid, struct cqa_error *error)
{
    char program[4096];
    char channels[16];
    char bucket[16];
    char duration[24];
    struct cqa_buffer mutes = {.limit = 8192};
    struct cqa_buffer spans = {.limit = 8192};
    posix_spawn_file_actions_t actions;

    if (!cqa_place_program(program, sizeof program))
        return cqa_fail(error, CQA_E_IO, "callqa-server is not beside this program");
    print_spans(order->mutes, order->mute_count, &mutes);
    print_spans(order->spans, order->span_count, &spans);
    snprintf(duration, sizeof duration, "%lld", (long long)order->duration_ms);
    snprintf(channels, sizeof channels, "%d", order->channels);
    snprintf(bucket, sizeof bucket, "%d", order->bucket_ms);
    char *const arguments[] = {"callqa-server",
                               "--render",
                               order->kind == CQA_RENDER_WAV ? "wav" : "peaks",
                               channels,
                               bucket,
                               (char *)name,
                               mutes.text,
                               spans.text,
                               duration,
                               NULL};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, 3);
    const int code = mutes.failed || spans.failed
                         ? ENOMEM
                         : posix_spawn(pid, program, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    cqa_buffer_finish(&mutes);
    cqa_buffer_finish(&spans);
    errno = code;
    return code == 0 ? CQA_OK : cqa_fail_errno(error, "%s", program);
}

/* Reads exactly `size` bytes within the deadline. */
static int read_all(int socket, void *bytes, size_t size, time_t deadline)
{
    size_t done = 0;

    while (done < size) {
        struct pollfd wait = {.fd = socket, .events = POLLIN};
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec >= deadline || (poll(&wait, 1, 1000) < 0 && errno != EINTR))
            return 0;
        if (wait.revents == 0)
            continue;
        const ssize_t count = read(socket, (char *)bytes + done, size - done);
        if (count <= 0)
            return 0;
        done += (size_t)count;
    }
    return 1;
}

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

/* A hole in the file is as good as zeros. 0: not what a child may say. */
static int skip(const char *bytes, size_t length, uint64_t *size)
{
    uint64_t count = 0;

    if (length != sizeof count)
        return 0;
    memcpy(&count, bytes, sizeof count);
    if (count > OUTPUT_BYTES_MAX || *size + count > OUTPUT_BYTES_MAX)
        return 0;
    *size += count;
    return 1;
}

/* What the child says is checked: it has read a stranger's file. */
static enum cqa_status receive(int socket, int out, uint64_t *size, struct cqa_error *error)
{
    static const char broke_off[] = "decoding broke off or took too long";
    char bytes[CQA_RENDER_FRAME_BYTES];
    struct cqa_render_frame frame;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    const time_t deadline = now.tv_sec + TIMEOUT_S;
    for (;;) {
        if (!read_all(socket, &frame, sizeof frame, deadline) || frame.size > sizeof bytes ||
            !read_all(socket, bytes, frame.size, deadline))
            return cqa_fail(error, CQA_E_BADDATA, "%s", broke_off);
        if (frame.type == CQA_RENDER_DONE)
            return CQA_OK;
        if (frame.type == CQA_RENDER_FAILED)
            return cqa_fail(error, CQA_E_BADDATA, "the recording cannot be decoded: %.*s",
                            (int)frame.size, bytes);
        if (frame.type == CQA_RENDER_SKIP && skip(bytes, frame.size, size))
            continue;
        if (frame.type != CQA_RENDER_DATA || *size + frame.size > OUTPUT_BYTES_MAX)
            return cqa_fail(error, CQA_E_BADDATA, "%s", broke_off);
        if (!write_at(out, bytes, frame.size, *size))
            return cqa_fail_errno(error, "writing the rendered audio");
        *size += frame.size;
    }
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

static enum cqa_status run(const struct cqa_render_order *order, int fd, const char *name, int out,
                           uint64_t *size, struct cqa_error *error)
{
    int pair[2];
    pid_t pid = -1;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return cqa_fail_errno(error, "socketpair");
    enum cqa_status status = spawn(order, pair[1], name, &pid, error);
    close(pair[1]);
    if (status == CQA_OK) {
        *size = order->kind == CQA_RENDER_WAV ? CQA_RENDER_HEADER_BYTES : 0;
        status = send_descriptor(pair[0], fd)
                     ? receive(pair[0], out, size, error)
                     : cqa_fail(error, CQA_E_BADDATA, "the decoder did not start");
        kill(pid, SIGKILL); /* it has nothing left to do, or is stuck */
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    close(pair[0]);
    return status;
}

enum cqa_status cqa_render(const struct cqa_render_order *order, int fd, const char *name,
                           const char *folder, int *out_fd, uint64_t *out_size,
                           struct cqa_error *error)
{
    uint64_t size = 0;
    const int out = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (out < 0)
        return cqa_fail_errno(error, "%s", folder);
    enum cqa_status status = run(order, fd, name, out, &size, error);
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
