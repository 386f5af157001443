/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worker's side: runs on foreign bytes, in the sandbox, with nothing but a socket and one open
 * recording. */
#include "analysis/frame.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "analysis/clips.h"
#include "analysis/sandbox.h"

/* Where the parent has gone there is nobody to report to: the worker ends. */
static void send_all(const void *bytes, size_t count)
{
    const char *at = bytes;

    while (count > 0) {
        const ssize_t sent = send(CQA_SANDBOX_FD, at, count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            _exit(1);
        at += sent;
        count -= (size_t)sent;
    }
}

static void answer(enum cqa_frame_kind kind, const void *body, size_t length)
{
    const struct cqa_frame_head head = {
        .magic = CQA_FRAME_MAGIC, .kind = (uint32_t)kind, .length = (uint32_t)length};

    send_all(&head, sizeof head);
    send_all(body, length);
}

static void answer_failure(const struct cqa_failure *failure)
{
    char body[sizeof failure->reason + sizeof failure->text];
    const size_t reason = strlen(failure->reason) + 1;
    const size_t text = strlen(failure->text) + 1;

    memcpy(body, failure->reason, reason);
    memcpy(body + reason, failure->text, text);
    answer(CQA_FRAME_FAILURE, body, reason + text);
}

/* The descriptor that came with a message, or -1. */
static int passed_descriptor(struct msghdr *message)
{
    const struct cmsghdr *part = CMSG_FIRSTHDR(message);
    int fd = -1;

    if (part != NULL && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS &&
        part->cmsg_len == CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(part), sizeof fd);
    return fd;
}

enum { BODY_MAX = sizeof(struct cqa_clip_order) + CQA_FRAME_NAME_MAX };

/* The next job; ends the process when the parent has closed the socket. The parent sends head, name
 * and file in one message that fits the socket's buffer, so it arrives whole. */
static int receive_job(struct cqa_frame_head *head, char body[BODY_MAX + 1])
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec parts[] = {{head, sizeof *head}, {body, BODY_MAX}};
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
    const int fd = passed_descriptor(&message);
    if (fd < 0 || (size_t)got < sizeof *head || (size_t)got != sizeof *head + head->length)
        _exit(1);
    body[head->length] = '\0';
    return fd;
}

static void do_job(const struct cqa_engine *engine, const struct cqa_frame_head *head, int fd,
                   const char *name)
{
    const struct cqa_call call = {.id = "-", .lines = head->lines};
    struct cqa_result result = {.path = "/", .call = call}; /* the parent knows better */
    struct cqa_buffer json = {.limit = CQA_FRAME_BODY_MAX};
    struct cqa_failure failure = {0};

    if (cqa_analyze(engine, fd, name, &call, &result, &failure) != CQA_OK) {
        if (failure.reason[0] == '\0')
            cqa_failure_set(&failure, CQA_FAILURE_INTERNAL, "the analysis failed without a reason");
        answer_failure(&failure);
    } else if (cqa_result_to_json(&result, &json) != CQA_OK) {
        cqa_failure_set(&failure, CQA_FAILURE_INTERNAL, "the result does not fit in memory");
        answer_failure(&failure);
    } else {
        answer(CQA_FRAME_RESULT, json.text, json.length);
    }
    cqa_buffer_finish(&json);
    cqa_result_finish(&result);
}

/* `body` is an order and a name. */
static void cut(const struct cqa_frame_head *head, int fd, const char *body)
{
    struct cqa_clip_order order;
    struct cqa_failure failure = {0};

    if (head->length < sizeof order)
        _exit(1);
    memcpy(&order, body, sizeof order);
    if (!cqa_clip_order_is_sound(&order))
        _exit(1);
    struct cqa_buffer clips = {.limit = CQA_FRAME_BODY_MAX};
    if (cqa_clips_cut(fd, body + sizeof order, &order, &clips, &failure) == CQA_OK)
        answer(CQA_FRAME_CLIPS, clips.text, clips.length);
    else
        answer_failure(&failure);
    cqa_buffer_finish(&clips);
}

_Noreturn void cqa_worker_live(const struct cqa_engine *engine, int socket, pid_t parent,
                               int64_t memory_bytes)
{
    static char body[BODY_MAX + 1];
    struct cqa_frame_head head;
    struct cqa_error error = {0};

    if (cqa_sandbox_enter(socket, parent, memory_bytes, &error) != CQA_OK) {
        dup2(socket, CQA_SANDBOX_FD); /* harmless when it was done already */
        answer(CQA_FRAME_BROKEN, error.text, strlen(error.text));
        _exit(1);
    }
    answer(CQA_FRAME_READY, NULL, 0);
    for (;;) {
        const int fd = receive_job(&head, body);
        if (head.kind == CQA_FRAME_CUT)
            cut(&head, fd, body);
        else
            do_job(engine, &head, fd, body);
        close(fd);
    }
}
