/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parent's side: keeps a zygote alive and asks it for children. */
#include "child/child.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "child/zygote.h"

enum {
    FIRST_S = 30, /* a zygote that loads its models on a machine under load */
    ANSWER_S = 5, /* and one that has: it waits up to 2 s for the death of a child */
    LEAVE_S = 1,  /* to bury its dead */
    BURY_MS = 1,  /* between two looks whether it is dead */
    BURIALS_MAX = 1000,
};

extern char **environ;

struct cqa_children {
    const struct cqa_child_role *roles;
    size_t role_count;
    pthread_mutex_t lock; /* over all below: one order at a time */
    pid_t pid;            /* of the zygote; 0: none */
    int control;
    unsigned generation; /* of zygotes: a pid of an earlier one's is nobody's */
    char name[256];
    char *program; /* whose zygote it is; NULL: this one's */
};

/* --- making and ending the zygote --- */

/* What a zygote may know of the environment: where models and libraries lie, which language and
 * time, how sanitizers report. Everything else might be a secret. */
static int may_keep(const char *variable)
{
    static const char *const names[] = {"CALLQA_MODELS=",
                                        "LD_LIBRARY_PATH=",
                                        "LANG=",
                                        "LANGUAGE=",
                                        "LC_",
                                        "TZ=",
                                        "ASAN_OPTIONS=",
                                        "UBSAN_OPTIONS=",
                                        "TSAN_OPTIONS=",
                                        "LSAN_OPTIONS=",
                                        "GCOV_PREFIX",
                                        "LLVM_PROFILE_FILE="};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strncmp(variable, names[i], strlen(names[i])) == 0)
            return 1;
    return 0;
}

static char **make_environment(void)
{
    size_t count = 0;
    size_t kept = 0;

    while (environ[count] != NULL)
        count++;
    char **out = calloc(count + 1, sizeof *out);
    for (size_t i = 0; out != NULL && i < count; i++)
        if (may_keep(environ[i]))
            out[kept++] = environ[i];
    return out;
}

static enum cqa_status execute(const struct cqa_children *children, int socket, pid_t *pid,
                               struct cqa_error *error)
{
    char *const arguments[] = {program_invocation_short_name, CQA_ZYGOTE_ARGUMENT, NULL};
    char **environment = make_environment();
    posix_spawn_file_actions_t actions;

    if (environment == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, CQA_ZYGOTE_FD);
    /* Of this program the file that runs, also when another has taken its name since. */
    const char *program = children->program != NULL ? children->program : "/proc/self/exe";
    errno = posix_spawn(pid, program, &actions, NULL, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    free(environment);
    return errno == 0 ? CQA_OK : cqa_fail_errno(error, "cannot start the zygote");
}

static enum cqa_status fork_it(const struct cqa_children *children, int socket, pid_t *pid,
                               struct cqa_error *error)
{
    *pid = fork();
    if (*pid == 0) {
        dup2(socket, CQA_ZYGOTE_FD);
        cqa_zygote_live(children->roles, children->role_count);
    }
    return *pid > 0 ? CQA_OK : cqa_fail_errno(error, "cannot start the zygote");
}

/* For a word of the zygote's, and for room to tell it one. */
static void have_patience(const struct cqa_children *children, int for_s)
{
    const struct timeval patience = {.tv_sec = for_s};

    (void)setsockopt(children->control, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(children->control, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

/* One that a mount holds cannot be killed before that answers: nobody waits for it. */
static void bury(pid_t pid)
{
    const struct timespec pause = {0, BURY_MS * 1000000L};

    for (int i = 0; i < BURIALS_MAX; i++) {
        const pid_t dead = waitpid(pid, NULL, WNOHANG);
        if (dead == pid || (dead < 0 && errno != EINTR))
            return;
        (void)nanosleep(&pause, NULL);
    }
    cqa_log(CQA_LOG_WARNING, "the process that starts children does not die: it is left behind");
}

/* It buries its dead and goes when our side closes; one that is stuck does not. */
static void end_zygote(struct cqa_children *children)
{
    char none;

    if (children->pid == 0)
        return;
    have_patience(children, LEAVE_S);
    (void)shutdown(children->control, SHUT_WR);
    while (recv(children->control, &none, sizeof none, 0) > 0)
        continue;
    close(children->control);
    kill(children->pid, SIGKILL);
    bury(children->pid);
    children->pid = 0;
}

/* It has gone, or stands still, and its children go with it. */
static void give_up_zygote(struct cqa_children *children)
{
    if (children->pid == 0)
        return;
    cqa_log(CQA_LOG_WARNING,
            "the process that starts children has gone, or does not answer, and is ended");
    kill(children->pid, SIGKILL);
    end_zygote(children);
}

/* 0: the zygote is beyond use. */
static int hear(const struct cqa_children *children, struct cqa_zygote_answer *answer)
{
    ssize_t got;

    do {
        got = recv(children->control, answer, sizeof *answer, 0);
    } while (got < 0 && errno == EINTR);
    answer->text[sizeof answer->text - 1] = '\0';
    return got == (ssize_t)sizeof *answer;
}

static enum cqa_status hear_first(struct cqa_children *children, struct cqa_error *error)
{
    struct cqa_zygote_answer first;

    if (!hear(children, &first))
        return cqa_fail(error, CQA_E_IO, "the process that starts children does not start");
    if (first.status != CQA_OK) {
        cqa_fail(error, first.status, "%s", first.text);
        if (error != NULL)
            error->sys_errno = first.sys_errno;
        return first.status;
    }
    if (children->generation++ == 0)
        memcpy(children->name, first.text, sizeof children->name);
    else if (strcmp(children->name, first.text) != 0)
        return cqa_fail(error, CQA_E_REFUSED,
                        "the model files have changed since this process began: restart it");
    return CQA_OK;
}

static enum cqa_status start_zygote(struct cqa_children *children, enum cqa_zygote_start how,
                                    struct cqa_error *error)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return cqa_fail_errno(error, "cannot make the zygote's socket");
    enum cqa_status status = how == CQA_ZYGOTE_FORKED
                                 ? fork_it(children, pair[1], &children->pid, error)
                                 : execute(children, pair[1], &children->pid, error);
    close(pair[1]);
    if (status != CQA_OK) {
        close(pair[0]);
        children->pid = 0;
        return status;
    }
    children->control = pair[0];
    have_patience(children, FIRST_S);
    status = hear_first(children, error);
    have_patience(children, ANSWER_S);
    if (status != CQA_OK)
        end_zygote(children);
    return status;
}

/* Takes `program` over. */
static enum cqa_status create(struct cqa_children **out, char *program,
                              const struct cqa_child_role *roles, size_t role_count,
                              enum cqa_zygote_start how, struct cqa_error *error)
{
    struct cqa_children *children = calloc(1, sizeof *children);

    if (children == NULL) {
        free(program);
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    children->program = program;
    children->roles = roles;
    children->role_count = role_count;
    pthread_mutex_init(&children->lock, NULL);
    const enum cqa_status status = start_zygote(children, how, error);
    if (status != CQA_OK) {
        cqa_children_destroy(children);
        return status;
    }
    *out = children;
    return CQA_OK;
}

enum cqa_status cqa_children_create(struct cqa_children **out, const struct cqa_child_role *roles,
                                    size_t role_count, enum cqa_zygote_start how,
                                    struct cqa_error *error)
{
    return create(out, NULL, roles, role_count, how, error);
}

enum cqa_status cqa_children_create_of(struct cqa_children **out, const char *program,
                                       const struct cqa_child_role *roles, size_t role_count,
                                       struct cqa_error *error)
{
    char *own = strdup(program);

    if (own == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    return create(out, own, roles, role_count, CQA_ZYGOTE_EXECUTED, error);
}

void cqa_children_destroy(struct cqa_children *children)
{
    if (children == NULL)
        return;
    end_zygote(children);
    pthread_mutex_destroy(&children->lock);
    free(children->program);
    free(children);
}

const char *cqa_children_name(const struct cqa_children *children)
{
    return children->name;
}

/* --- orders --- */

/* `fd` -1: none goes along. */
static int send_order(const struct cqa_children *children, const struct cqa_zygote_order *order,
                      int fd)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct iovec part = {(void *)(uintptr_t)order, sizeof *order};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(rights), &fd, sizeof fd);
    }
    return sendmsg(children->control, &message, MSG_NOSIGNAL) == (ssize_t)sizeof *order;
}

static int ask(const struct cqa_children *children, const struct cqa_zygote_order *order, int fd,
               struct cqa_zygote_answer *answer)
{
    return children->pid != 0 && send_order(children, order, fd) && hear(children, answer);
}

/* Asks for a child; once more of a new zygote when the old one turns out to be gone. */
static enum cqa_status ask_for_child(struct cqa_children *children,
                                     const struct cqa_zygote_order *order, int socket,
                                     struct cqa_child *out, struct cqa_error *error)
{
    struct cqa_zygote_answer answer = {0};

    if (!ask(children, order, socket, &answer)) {
        give_up_zygote(children);
        const enum cqa_status status = start_zygote(children, CQA_ZYGOTE_EXECUTED, error);
        if (status != CQA_OK)
            return status;
        if (!ask(children, order, socket, &answer)) {
            give_up_zygote(children);
            return cqa_fail(error, CQA_E_IO, "the process that starts children died");
        }
    }
    if (answer.status != CQA_OK)
        return cqa_fail(error, answer.status, "%s", answer.text);
    out->pid = answer.pid;
    out->generation = children->generation;
    return CQA_OK;
}

/* One past the last for a role that is none: the zygote refuses it. */
static uint32_t find_role(const struct cqa_children *children, const char *name)
{
    uint32_t role = 0;

    while (role < children->role_count && strcmp(children->roles[role].name, name) != 0)
        role++;
    return role;
}

enum cqa_status cqa_child_start(struct cqa_children *children, const struct cqa_child_order *order,
                                const struct cqa_frame_rule *rules, size_t rule_count,
                                struct cqa_child *out, struct cqa_error *error)
{
    const struct cqa_zygote_order wish = {.wish = CQA_ZYGOTE_START,
                                          .role = find_role(children, order->role),
                                          .memory_bytes = order->memory_bytes,
                                          .processor_s = order->processor_s};
    int pair[2];

    *out = (struct cqa_child){0};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return cqa_fail_errno(error, "cannot make a child's socket");
    pthread_mutex_lock(&children->lock);
    const enum cqa_status status = ask_for_child(children, &wish, pair[1], out, error);
    pthread_mutex_unlock(&children->lock);
    close(pair[1]);
    if (status != CQA_OK) {
        close(pair[0]);
        return status;
    }
    out->socket = pair[0];
    out->reader = (struct cqa_frame_reader){.rules = rules, .rule_count = rule_count};
    return CQA_OK;
}

static void let_go(struct cqa_child *child)
{
    close(child->socket);
    cqa_frame_finish(&child->reader);
    *child = (struct cqa_child){0};
}

enum cqa_frame_state cqa_child_answer(struct cqa_child *child, int64_t wait_ms,
                                      struct cqa_frame *frame)
{
    const int64_t due_ms = cqa_clock_monotonic_ms(&cqa_clock_system) + wait_ms;
    enum cqa_frame_state state = cqa_frame_await(&child->reader, child->socket, due_ms, frame);

    if (state == CQA_FRAME_WHOLE && frame->kind == CQA_FRAME_READY) {
        cqa_frame_next(&child->reader);
        state = cqa_frame_await(&child->reader, child->socket, due_ms, frame);
    }
    return state;
}

int cqa_child_end(struct cqa_children *children, struct cqa_child *child)
{
    const struct cqa_zygote_order wish = {.wish = CQA_ZYGOTE_END, .pid = child->pid};
    struct cqa_zygote_answer answer = {.wait_status = SIGKILL};

    pthread_mutex_lock(&children->lock);
    if (child->generation != children->generation) {
        answer.wait_status = SIGKILL; /* it went with its zygote */
    } else if (!ask(children, &wish, -1, &answer)) {
        answer.wait_status = SIGKILL;
        give_up_zygote(children);
    }
    pthread_mutex_unlock(&children->lock);
    let_go(child);
    return answer.wait_status;
}

enum cqa_status cqa_child_lost(struct cqa_children *children, struct cqa_child *child,
                               enum cqa_frame_state state, struct cqa_error *error)
{
    const int ended = cqa_child_end(children, child);

    if (state == CQA_FRAME_PARTIAL || (WIFSIGNALED(ended) && WTERMSIG(ended) == SIGXCPU))
        return cqa_fail(error, CQA_E_LIMIT, "reading it takes too long");
    return cqa_fail(error, CQA_E_BADDATA, "the process that read it died");
}

void cqa_child_dismiss(struct cqa_children *children, struct cqa_child *child)
{
    const struct cqa_zygote_order wish = {.wish = CQA_ZYGOTE_DISMISS, .pid = child->pid};

    pthread_mutex_lock(&children->lock);
    if (child->generation == children->generation && children->pid != 0 &&
        !send_order(children, &wish, -1))
        give_up_zygote(children);
    pthread_mutex_unlock(&children->lock);
    let_go(child);
}
