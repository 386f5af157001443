/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The zygote's side: a process that holds models and plans, no secret, and forks children. */
#include "child/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "child/sandbox.h"

enum {
    ROLES_MAX = 8,
    DISMISSED_MAX = 1024,
    REAP_MS = 5,
    BURY_MS = 1, /* between two looks whether a killed child is dead */
    BURIALS_MAX = 2000,
};

struct zygote {
    const struct cqa_child_role *roles;
    size_t role_count;
    void *contexts[ROLES_MAX];
    int is_warm[ROLES_MAX];
    struct cqa_sandbox_filter filter;
    pid_t dismissed[DISMISSED_MAX]; /* killed, to be buried when they are dead */
    size_t dismissed_count;
};

/* --- a child --- */

static _Noreturn void live(const struct zygote *zygote, const struct cqa_zygote_order *order,
                           int socket, pid_t parent)
{
    const struct cqa_sandbox_limits limits = {order->memory_bytes, order->processor_s};
    struct cqa_error error = {0};

    if (cqa_sandbox_enter(socket, parent, &limits, &zygote->filter, &error) != CQA_OK) {
        dup2(socket, CQA_SANDBOX_FD); /* harmless when it was done already */
        const char *why = cqa_english(&error.message);
        cqa_frame_say(CQA_FRAME_BROKEN, why, strlen(why));
        _exit(1);
    }
    cqa_frame_say(CQA_FRAME_READY, NULL, 0);
    zygote->roles[order->role].live(zygote->contexts[order->role]);
    _exit(0);
}

static void warm(struct zygote *zygote, uint32_t role)
{
    if (!zygote->is_warm[role] && zygote->roles[role].warm != NULL)
        zygote->roles[role].warm();
    zygote->is_warm[role] = 1;
}

static enum cqa_status start(struct zygote *zygote, const struct cqa_zygote_order *order,
                             int socket, pid_t *pid, struct cqa_error *error)
{
    const pid_t parent = getpid();

    if (socket < 0 || order->role >= zygote->role_count)
        return cqa_fail(error, CQA_E_BADDATA, "no such child");
    warm(zygote, order->role);
    *pid = fork();
    if (*pid == 0)
        live(zygote, order, socket, parent);
    return *pid > 0 ? CQA_OK : cqa_fail_errno(error, "cannot start a child");
}

/* --- its end --- */

/* A dying process takes its time to give back its memory: nobody waits for that. With no room left
 * it becomes the zygote's that comes after, or the system's. */
static void dismiss(struct zygote *zygote, pid_t pid)
{
    kill(pid, SIGKILL);
    if (zygote->dismissed_count < DISMISSED_MAX)
        zygote->dismissed[zygote->dismissed_count++] = pid;
}

/* One that reads from a mount that hangs cannot be killed before that answers: after a while it is
 * dismissed, and counts as killed. */
static int bury(struct zygote *zygote, pid_t pid)
{
    const struct timespec pause = {0, BURY_MS * 1000000L};
    int status = 0;

    kill(pid, SIGKILL);
    for (int i = 0; i < BURIALS_MAX; i++) {
        const pid_t dead = waitpid(pid, &status, WNOHANG);
        if (dead == pid || (dead < 0 && errno != EINTR))
            return status;
        (void)nanosleep(&pause, NULL);
    }
    dismiss(zygote, pid);
    return SIGKILL;
}

static void bury_dismissed(struct zygote *zygote)
{
    size_t left = 0;

    for (size_t i = 0; i < zygote->dismissed_count; i++)
        if (waitpid(zygote->dismissed[i], NULL, WNOHANG) == 0)
            zygote->dismissed[left++] = zygote->dismissed[i];
    zygote->dismissed_count = left;
}

/* Children that nobody dismissed go with this process. */
static _Noreturn void leave(struct zygote *zygote)
{
    const struct timespec pause = {0, BURY_MS * 1000000L};

    for (int i = 0; i < BURIALS_MAX && zygote->dismissed_count > 0; i++) {
        bury_dismissed(zygote);
        if (zygote->dismissed_count > 0)
            (void)nanosleep(&pause, NULL);
    }
    _exit(0);
}

/* --- orders --- */

/* Leaves with the parent. The socket that came along is the caller's; -1 when none did. */
static int take_order(struct zygote *zygote, struct cqa_zygote_order *order)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec part = {order, sizeof *order};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct pollfd ready = {.fd = CQA_ZYGOTE_FD, .events = POLLIN};
    int fd = -1;

    while (zygote->dismissed_count > 0 && poll(&ready, 1, REAP_MS) == 0)
        bury_dismissed(zygote);
    if (recvmsg(CQA_ZYGOTE_FD, &message, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof *order)
        leave(zygote);
    const struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    if (rights != NULL && rights->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(rights), sizeof fd);
    return fd;
}

static void answer(const struct cqa_zygote_answer *answer_)
{
    if (send(CQA_ZYGOTE_FD, answer_, sizeof *answer_, MSG_NOSIGNAL) != (ssize_t)sizeof *answer_)
        _exit(0);
}

static void say_error(struct cqa_zygote_answer *out, enum cqa_status status,
                      const struct cqa_error *error)
{
    out->status = status;
    if (status == CQA_OK)
        return;
    out->sys_errno = error->sys_errno;
    cqa_message_write(&error->message, CQA_ENGLISH, out->text, sizeof out->text);
}

static void serve(struct zygote *zygote, const struct cqa_zygote_order *order, int socket)
{
    struct cqa_zygote_answer reply = {0};
    struct cqa_error error = {0};

    if (order->wish == CQA_ZYGOTE_START)
        say_error(&reply, start(zygote, order, socket, &reply.pid, &error), &error);
    else if (order->wish == CQA_ZYGOTE_END)
        reply.wait_status = bury(zygote, order->pid);
    else
        dismiss(zygote, order->pid);
    if (socket >= 0)
        close(socket);
    if (order->wish != CQA_ZYGOTE_DISMISS)
        answer(&reply);
}

static enum cqa_status prepare(struct zygote *zygote, char *name, size_t size,
                               struct cqa_error *error)
{
    enum cqa_status status = cqa_sandbox_prepare(&zygote->filter, error);

    for (size_t i = 0; i < zygote->role_count && status == CQA_OK; i++)
        if (zygote->roles[i].prepare != NULL)
            status = zygote->roles[i].prepare(&zygote->contexts[i], name, size, error);
    return status;
}

/* Nothing of the parent's but the control socket and stderr. */
static void settle(void)
{
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    cqa_sandbox_reset_signals();
    for (int stream = 0; stream < 2 && null >= 0; stream++)
        dup2(null, stream);
    close_range(CQA_ZYGOTE_FD + 1, ~0U, 0);
}

_Noreturn void cqa_zygote_live(const struct cqa_child_role *roles, size_t role_count)
{
    static struct zygote zygote;
    struct cqa_zygote_answer first = {0};
    struct cqa_zygote_order order;
    struct cqa_error error = {0};

    settle();
    zygote.roles = roles;
    zygote.role_count = role_count < ROLES_MAX ? role_count : ROLES_MAX;
    say_error(&first, prepare(&zygote, first.text, sizeof first.text, &error), &error);
    answer(&first);
    for (;;) {
        const int socket = take_order(&zygote, &order);
        serve(&zygote, &order, socket);
    }
}

void cqa_zygote_enter(int argc, char **argv, const struct cqa_child_role *roles, size_t role_count)
{
    if (argc == 2 && strcmp(argv[1], CQA_ZYGOTE_ARGUMENT) == 0)
        cqa_zygote_live(roles, role_count);
}
