/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sender's own process: its loop waits for its request, its time, and its daemon's end. */
#include "daemon/sender_process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/log.h"
#include "base/program.h"
#include "base/say.h"
#include "pipeline/sender.h"

enum { NEWS_MS = 2000 };

struct life {
    struct cqa_config config;
    struct cqa_store *store;
    struct cqa_sender *sender;
    int signals; /* a descriptor */
    int ending;
};

/* What the daemon's end and the terminal's keys do to it is the daemon's to say. */
static int take_signals(void)
{
    sigset_t ours;

    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    (void)sigprocmask(SIG_SETMASK, &ours, NULL);
    return signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum cqa_status set_up(struct life *life, const char *path, struct cqa_error *error)
{
    struct cqa_problems problems = {0};
    const int good = cqa_config_load(&life->config, path, &problems);
    enum cqa_status status = CQA_OK;

    if (!good)
        status = cqa_fail(error, CQA_E_BADDATA, "%s has %zu problems", path, problems.count);
    cqa_problems_finish(&problems);
    if (status != CQA_OK)
        return status;
    cqa_log_set_level((enum cqa_log_level)life->config.log_level);
    cqa_log_set_masking(life->config.mask_private);
    status = cqa_store_open(life->config.state_dir, &life->store, error);
    return status == CQA_OK ? cqa_sender_create(&life->sender, &life->config, life->store,
                                                &cqa_clock_system, error)
                            : status;
}

/* A daemon that does not listen has not ended for that. */
static void tell(const struct life *life)
{
    const struct cqa_sender_status status = cqa_sender_status(life->sender);
    struct cqa_sending_news news = {.delivered = status.delivered,
                                    .refused = status.refused,
                                    .failures = status.failures,
                                    .halted = status.halted,
                                    .busy = status.busy};

    if (status.trouble != NULL)
        cqa_message_write(status.trouble, cqa_say_language(), news.trouble, sizeof news.trouble);
    (void)send(CQA_SENDER_FD, &news, sizeof news, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* 0: the daemon has gone. */
static int wait_for(struct life *life, int64_t next_ms)
{
    struct pollfd fds[] = {{.fd = cqa_sender_fd(life->sender), .events = POLLIN},
                           {.fd = CQA_SENDER_FD, .events = POLLIN},
                           {.fd = life->signals, .events = POLLIN}};

    if (poll(fds, sizeof fds / sizeof *fds, (int)(next_ms < NEWS_MS ? next_ms : NEWS_MS)) < 0)
        return errno == EINTR || errno == ENOMEM;
    if (fds[2].revents != 0 && !life->ending) {
        life->ending = 1;
        cqa_sender_wind_down(life->sender);
    }
    fds[2].fd = -1;
    return fds[1].revents == 0;
}

/* The exit code. */
static int live(struct life *life)
{
    for (;;) {
        const int64_t next_ms = cqa_sender_step(life->sender);
        if (next_ms < 0)
            return CQA_EXIT_FAILED;
        tell(life);
        if (life->ending && !cqa_sender_status(life->sender).busy)
            return CQA_EXIT_DONE;
        if (!wait_for(life, next_ms))
            return CQA_EXIT_DONE;
    }
}

static int run(const char *path)
{
    struct life life = {.signals = take_signals()};
    struct cqa_error error = {0};
    int code = CQA_EXIT_FAILED;

    if (life.signals < 0)
        cqa_log(CQA_LOG_ERROR, "sender: %p", cqa_words_of_errno(errno));
    else if (set_up(&life, path, &error) != CQA_OK)
        cqa_log(CQA_LOG_ERROR, "sender: %p", &error.message);
    else
        code = live(&life);
    cqa_sender_destroy(life.sender);
    cqa_store_close(life.store);
    cqa_config_finish(&life.config);
    return code;
}

void cqa_sender_enter(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], CQA_SENDER_ARGUMENT) == 0)
        exit(run(argv[2]));
}
