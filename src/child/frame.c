/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "child/frame.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/clock.h"
#include "child/sandbox.h"

enum { PIECE_BYTES = 64 << 10 };

/* --- what a child says --- */

static const struct cqa_frame_rule *find_rule(const struct cqa_frame_reader *reader, uint32_t kind)
{
    for (size_t i = 0; i < reader->rule_count; i++)
        if (reader->rules[i].kind == kind)
            return &reader->rules[i];
    return NULL;
}

/* The head, once it is whole; 0 before. */
static int have_head(const struct cqa_frame_reader *reader, struct cqa_frame_head *head)
{
    if (reader->in.length < sizeof *head)
        return 0;
    memcpy(head, reader->in.text, sizeof *head);
    return 1;
}

static int is_allowed(const struct cqa_frame_reader *reader, const struct cqa_frame_head *head)
{
    const struct cqa_frame_rule *rule = find_rule(reader, head->kind);

    return head->magic == CQA_FRAME_MAGIC && rule != NULL && head->length >= rule->least &&
           head->length <= rule->most && head->length <= CQA_FRAME_BODY_MAX;
}

size_t cqa_frame_wanted(const struct cqa_frame_reader *reader)
{
    struct cqa_frame_head head;
    const size_t whole = sizeof head + (have_head(reader, &head) ? head.length : 0);

    return whole - reader->in.length;
}

static enum cqa_frame_state look(const struct cqa_frame_reader *reader, struct cqa_frame *frame)
{
    struct cqa_frame_head head;

    if (!have_head(reader, &head))
        return CQA_FRAME_PARTIAL;
    if (!is_allowed(reader, &head))
        return CQA_FRAME_REFUSED;
    if (reader->in.length < sizeof head + head.length)
        return CQA_FRAME_PARTIAL;
    *frame = (struct cqa_frame){head.kind, head.length, reader->in.text + sizeof head};
    return CQA_FRAME_WHOLE;
}

enum cqa_frame_state cqa_frame_feed(struct cqa_frame_reader *reader, const void *bytes,
                                    size_t count, struct cqa_frame *frame)
{
    reader->in.limit = sizeof(struct cqa_frame_head) + CQA_FRAME_BODY_MAX + 1;
    if (count > cqa_frame_wanted(reader) || cqa_buffer_add(&reader->in, bytes, count) != CQA_OK)
        return CQA_FRAME_REFUSED;
    return look(reader, frame);
}

enum cqa_frame_state cqa_frame_receive(struct cqa_frame_reader *reader, int socket,
                                       struct cqa_frame *frame)
{
    char piece[PIECE_BYTES];

    for (;;) {
        const size_t wanted = cqa_frame_wanted(reader);
        /* recv() and not recvmsg(): without room for them, the kernel closes passed descriptors. */
        const ssize_t got =
            recv(socket, piece, wanted < sizeof piece ? wanted : sizeof piece, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return CQA_FRAME_PARTIAL;
        if (got <= 0)
            return CQA_FRAME_ENDED;
        const enum cqa_frame_state state = cqa_frame_feed(reader, piece, (size_t)got, frame);
        if (state != CQA_FRAME_PARTIAL)
            return state;
    }
}

enum cqa_frame_state cqa_frame_await(struct cqa_frame_reader *reader, int socket, int64_t due_ms,
                                     struct cqa_frame *frame)
{
    for (;;) {
        const enum cqa_frame_state state = cqa_frame_receive(reader, socket, frame);
        const int64_t left_ms = due_ms - cqa_clock_monotonic_ms(&cqa_clock_system);
        struct pollfd ready = {.fd = socket, .events = POLLIN};
        if (state != CQA_FRAME_PARTIAL || left_ms <= 0)
            return state;
        (void)poll(&ready, 1, left_ms < 60000 ? (int)left_ms : 60000);
    }
}

void cqa_frame_next(struct cqa_frame_reader *reader)
{
    cqa_buffer_finish(&reader->in);
    reader->in = (struct cqa_buffer){0};
}

void cqa_frame_finish(struct cqa_frame_reader *reader)
{
    cqa_frame_next(reader);
}

/* --- what a parent orders --- */

union control {
    char bytes[CMSG_SPACE(CQA_FRAME_FILES * sizeof(int))];
    struct cmsghdr align;
};

int cqa_frame_order_files(int socket, uint32_t kind, const struct iovec *parts, size_t part_count,
                          const struct cqa_frame_files *files)
{
    const size_t bytes = files->count * sizeof files->fd[0];
    struct cqa_frame_head head = {CQA_FRAME_MAGIC, kind, 0};
    struct iovec all[1 + CQA_FRAME_ORDER_PARTS] = {{&head, sizeof head}};
    union control control = {{0}};
    struct msghdr message = {.msg_iov = all,
                             .msg_iovlen = 1 + part_count,
                             .msg_control = control.bytes,
                             .msg_controllen = CMSG_SPACE(bytes)};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    size_t length = 0;

    for (size_t i = 0; i < part_count && i < CQA_FRAME_ORDER_PARTS; i++) {
        all[1 + i] = parts[i];
        length += parts[i].iov_len;
    }
    if (part_count > CQA_FRAME_ORDER_PARTS || length > CQA_FRAME_ORDER_MAX)
        return 0;
    head.length = (uint32_t)length;
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(bytes);
    memcpy(CMSG_DATA(rights), files->fd, bytes);
    return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) ==
           (ssize_t)(sizeof head + length);
}

int cqa_frame_order(int socket, uint32_t kind, const struct iovec *parts, size_t part_count, int fd)
{
    const struct cqa_frame_files files = {1, {fd, -1}};

    return cqa_frame_order_files(socket, kind, parts, part_count, &files);
}

size_t cqa_frame_named_parts(const void *order, size_t size, const char *name, const char *other,
                             struct iovec *parts)
{
    const size_t length = strlen(name);

    parts[0] = (struct iovec){(void *)(uintptr_t)order, size};
    if (other == NULL) {
        parts[1] = (struct iovec){(void *)(uintptr_t)name,
                                  length < CQA_FRAME_NAME_MAX ? length : CQA_FRAME_NAME_MAX};
        return 2;
    }
    /* Of what is too long for a path only the ending would tell anything. */
    parts[1] = (struct iovec){(void *)(uintptr_t)(length < CQA_FRAME_NAME_MAX ? name : ""),
                              length < CQA_FRAME_NAME_MAX ? length + 1 : 1};
    parts[2] = (struct iovec){(void *)(uintptr_t)other, strnlen(other, CQA_FRAME_NAME_MAX)};
    return 3;
}

/* The descriptors that came with a message. */
static void take_descriptors(struct msghdr *message, struct cqa_frame_files *files)
{
    const struct cmsghdr *part = CMSG_FIRSTHDR(message);

    *files = (struct cqa_frame_files){0, {-1, -1}};
    if (part == NULL || part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
        return;
    for (size_t count = 1; count <= CQA_FRAME_FILES; count++)
        if (part->cmsg_len == CMSG_LEN(count * sizeof files->fd[0]))
            files->count = count;
    memcpy(files->fd, CMSG_DATA(part), files->count * sizeof files->fd[0]);
}

/* A message with a file is handed out up to the end of its first piece: the rest follows. */
static int read_rest(char *bytes, size_t count)
{
    while (count > 0) {
        const ssize_t got = recv(CQA_SANDBOX_FD, bytes, count, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return 0;
        bytes += got;
        count -= (size_t)got;
    }
    return 1;
}

void cqa_frame_take_files(struct cqa_frame_head *head, char *body, size_t capacity,
                          struct cqa_frame_files *files)
{
    union control control;
    struct iovec parts[] = {{head, sizeof *head}, {body, capacity - 1}};
    struct msghdr message = {.msg_iov = parts,
                             .msg_iovlen = 2,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t got;

    do {
        got = recvmsg(CQA_SANDBOX_FD, &message, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got <= 0)
        _exit(0);
    take_descriptors(&message, files);
    if (files->count == 0 || (size_t)got < sizeof *head || head->magic != CQA_FRAME_MAGIC ||
        head->length >= capacity || (size_t)got > sizeof *head + head->length)
        _exit(1);
    const size_t had = (size_t)got - sizeof *head;
    if (!read_rest(body + had, head->length - had))
        _exit(1);
    body[head->length] = '\0';
}

int cqa_frame_take_order(struct cqa_frame_head *head, char *body, size_t capacity)
{
    struct cqa_frame_files files;

    cqa_frame_take_files(head, body, capacity, &files);
    if (files.count != 1)
        _exit(1);
    return files.fd[0];
}

void cqa_frame_find_names(struct cqa_frame_named *files, const struct cqa_frame_head *head,
                          const char *body, size_t size)
{
    const char *const end = body + head->length + 1; /* the last NUL is the frame's */
    const char *at = body + size;

    for (size_t i = 0; i < CQA_FRAME_FILES; i++)
        files->name[i] = NULL;
    for (size_t i = 0; i < files->open.count; i++) {
        if (head->length < size || at >= end)
            _exit(1);
        files->name[i] = at;
        at += strlen(at) + 1;
    }
}

/* --- what the child's own side sends --- */

static void say_bytes(const void *bytes, size_t count)
{
    const char *at = bytes;

    while (count > 0) {
        const ssize_t sent = send(CQA_SANDBOX_FD, at, count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            _exit(1); /* there is nobody to report to */
        at += sent;
        count -= (size_t)sent;
    }
}

void cqa_frame_say_parts(uint32_t kind, const struct iovec *parts, size_t part_count)
{
    struct cqa_frame_head head = {CQA_FRAME_MAGIC, kind, 0};

    for (size_t i = 0; i < part_count; i++)
        head.length += (uint32_t)parts[i].iov_len;
    say_bytes(&head, sizeof head);
    for (size_t i = 0; i < part_count; i++)
        say_bytes(parts[i].iov_base, parts[i].iov_len);
}

void cqa_frame_say(uint32_t kind, const void *body, size_t length)
{
    const struct iovec part = {(void *)(uintptr_t)body, length};

    cqa_frame_say_parts(kind, &part, 1);
}
