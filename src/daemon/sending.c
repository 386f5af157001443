/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's side of its sender: starts it, listens to it, ends it when it hangs. */
#include "daemon/sending.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/log.h"

enum {
    HUNG_MS = 40000, /* longer than anything that it waits for: a lock of the database 10 s */
    PAUSE_MS = 1000, /* before a start after an end, doubled each time */
    PAUSE_MS_MAX = 60000,
    LOOK_MS = 5000,
};

struct cqa_sending cqa_sending_begin(const char *path, const struct cqa_clock *clock)
{
    return (struct cqa_sending){
        .path = path, .clock = clock, .wanted = 1, .socket = -1, .pause_ms = PAUSE_MS};
}

static int64_t now_of(const struct cqa_sending *sending)
{
    return cqa_clock_monotonic_ms(sending->clock);
}

/* ---- start */

static int spawn(struct cqa_sending *sending, int theirs)
{
    char *const arguments[] = {program_invocation_short_name, (char[]){CQA_SENDER_ARGUMENT},
                               (char *)(uintptr_t)sending->path, NULL};
    posix_spawn_file_actions_t actions;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, theirs, CQA_SENDER_FD);
    /* The file that runs, also when another has taken its name since. */
    errno = posix_spawn(&sending->pid, "/proc/self/exe", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return errno == 0;
}

static void wait_before_next(struct cqa_sending *sending)
{
    sending->start_at_ms = now_of(sending) + sending->pause_ms;
    sending->pause_ms = sending->pause_ms * 2 < PAUSE_MS_MAX ? sending->pause_ms * 2 : PAUSE_MS_MAX;
}

static void start(struct cqa_sending *sending)
{
    int pair[2] = {-1, -1};

    sending->pid = 0;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 ||
        !spawn(sending, pair[1])) {
        cqa_log(CQA_LOG_ERROR, "the sender cannot be started: %p", cqa_words_of_errno(errno));
        if (pair[0] >= 0)
            (void)close(pair[0]);
        sending->pid = 0;
        wait_before_next(sending);
    } else {
        sending->socket = pair[0];
        sending->killed = 0;
        sending->news = (struct cqa_sending_news){0};
        sending->started_ms = sending->heard_ms = now_of(sending);
    }
    if (pair[1] >= 0)
        (void)close(pair[1]);
}

/* ---- end */

static void say_end(const struct cqa_sending *sending, int status)
{
    if (sending->killed)
        cqa_log(CQA_LOG_ERROR, "the sender hung and was ended; another is started");
    else if (WIFSIGNALED(status))
        cqa_log(CQA_LOG_ERROR, "the sender was ended by signal %d; another is started",
                WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        cqa_log(CQA_LOG_ERROR, "the sender ended with code %d; another is started",
                WEXITSTATUS(status));
}

/* Its socket is closed: only the process may still be there, and only for a moment. 0: it is. */
static int bury(struct cqa_sending *sending)
{
    int status = 0;
    const pid_t got = waitpid(sending->pid, &status, WNOHANG);

    if (got == 0)
        return 0;
    if (got == sending->pid && sending->wanted)
        say_end(sending, status);
    if (now_of(sending) - sending->started_ms > PAUSE_MS_MAX)
        sending->pause_ms = PAUSE_MS;
    if (got == sending->pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        sending->start_at_ms = now_of(sending); /* it was asked to */
    else
        wait_before_next(sending);
    sending->delivered += sending->news.delivered;
    sending->refused += sending->news.refused;
    sending->news = (struct cqa_sending_news){0};
    (void)close(sending->socket);
    sending->socket = -1;
    sending->pid = 0;
    return 1;
}

/* ---- its news */

/* 0: it says no more. */
static int hear(struct cqa_sending *sending)
{
    struct cqa_sending_news news;

    for (;;) {
        const ssize_t got = recv(sending->socket, &news, sizeof news, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got != (ssize_t)sizeof news)
            return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
        news.trouble[sizeof news.trouble - 1] = '\0';
        sending->news = news;
        sending->heard_ms = now_of(sending);
    }
}

/* Killing never waits: one that a disk holds stays until that lets it go. */
static void watch(struct cqa_sending *sending)
{
    const int64_t silent_ms = now_of(sending) - sending->heard_ms;

    if (silent_ms < HUNG_MS || sending->killed)
        return;
    cqa_log(CQA_LOG_ERROR, "the sender has not come on for %" PRId64 " s and is killed",
            silent_ms / 1000);
    sending->killed = 1;
    (void)kill(sending->pid, SIGKILL);
}

int64_t cqa_sending_turn(struct cqa_sending *sending, int wanted)
{
    const int runs = wanted && sending->wanted;

    if (sending->pid != 0) {
        if (!hear(sending) && !bury(sending)) {
            watch(sending);
            return PAUSE_MS / 10;
        }
        if (sending->pid != 0)
            watch(sending);
        if (sending->pid != 0 && !runs)
            (void)kill(sending->pid, SIGTERM);
    }
    if (sending->pid == 0 && runs && sending->start_at_ms <= now_of(sending))
        start(sending);
    if (sending->pid != 0 || !runs)
        return LOOK_MS;
    const int64_t left_ms = sending->start_at_ms - now_of(sending);
    return left_ms > 0 ? left_ms : 0;
}

void cqa_sending_renew(struct cqa_sending *sending)
{
    sending->pause_ms = PAUSE_MS;
    sending->start_at_ms = now_of(sending);
    if (sending->pid != 0)
        (void)kill(sending->pid, SIGTERM);
}

void cqa_sending_wind_down(struct cqa_sending *sending)
{
    sending->wanted = 0;
    if (sending->pid != 0)
        (void)kill(sending->pid, SIGTERM);
}

void cqa_sending_end(struct cqa_sending *sending)
{
    if (sending->pid == 0)
        return;
    (void)kill(sending->pid, SIGKILL);
    (void)waitpid(sending->pid, NULL, WNOHANG); /* what is left of it goes with this process */
    (void)close(sending->socket);
    sending->pid = 0;
    sending->socket = -1;
}

void cqa_sending_tell(struct cqa_sending *sending, struct cqa_pipeline_status *status)
{
    const struct cqa_sending_news *news = &sending->news;

    status->delivered += sending->delivered + news->delivered;
    status->refused += sending->refused + news->refused;
    status->server_failures = news->failures;
    status->halted = news->halted;
    status->running += (size_t)(sending->pid != 0 && (!sending->wanted || news->busy));
    if (news->trouble[0] == '\0')
        return;
    cqa_message_set(&sending->trouble, "%s", news->trouble);
    status->trouble = &sending->trouble;
}
