/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include "base/log.h"
#include "scores/audit_tell.h"
#include "scores/evidence.h"
#include "scores/put/meet.h"
#include "server/command.h"
#include "server/server.h"

/* Written whole or not at all: whoever waits for the file may read it as soon as it is there. */
static int write_port_file(const char *path, int port)
{
    char temporary[4096];

    if ((size_t)snprintf(temporary, sizeof temporary, "%s.new", path) >= sizeof temporary)
        return 0;
    FILE *file = fopen(temporary, "we");
    if (file == NULL)
        return 0;
    const int written = fprintf(file, "%d\n", port) > 0;
    return (fclose(file) == 0) & written && rename(temporary, path) == 0;
}

/* Blocked in every thread, so that only sigwait sees them. */
static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Evidence clips that were kept for as long as the configuration says. */
static void tidy_clips(const struct cqa_server_config *config, struct cqa_scores *scores)
{
    static const int64_t day_ms = 24 * 3600000LL;
    struct cqa_error error = {0};
    int64_t calls = 0;

    if (config->clip_days == 0)
        return;
    if (cqa_evidence_tidy(scores, cqa_clock_wall_ms(&cqa_clock_system) - config->clip_days * day_ms,
                          &calls, &error) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "clips: %p", &error.message);
    else if (calls > 0)
        cqa_log(CQA_LOG_NOTICE, "clips of %lld calls were kept for %lld days and are gone",
                (long long)calls, (long long)config->clip_days);
}

/* Until a signal ends it; once an hour what is old goes. */
static void wait_for_end(const sigset_t *set, const struct cqa_server_config *config,
                         struct cqa_scores *scores)
{
    const struct timespec hour = {.tv_sec = 3600};
    int64_t told_day = 0;
    int number;

    do {
        cqa_audit_tell(scores, &told_day);
        number = sigtimedwait(set, NULL, &hour);
        if (number == SIGHUP)
            cqa_log(CQA_LOG_NOTICE, "SIGHUP: settings take effect at the next start");
        else if (number < 0 && errno == EAGAIN)
            tidy_clips(config, scores);
    } while (number < 0 || number == SIGHUP);
}

static void warn_of_exposure(const struct cqa_server_config *config)
{
    const int loopback =
        strncmp(config->listen_host, "127.", 4) == 0 || strcmp(config->listen_host, "::1") == 0;

    if (!loopback && config->tls_certificate == NULL)
        cqa_log(CQA_LOG_WARNING,
                "listening on %s without TLS: tokens and audio pass in the clear unless a "
                "reverse proxy on this host takes care of it",
                config->listen_host);
}

int cqa_command_serve(const struct cqa_server_config *config, struct cqa_scores *scores)
{
    struct cqa_server *server = NULL;
    struct cqa_error error = {0};
    sigset_t signals;
    const int handed = sd_listen_fds(1);

    block_signals(&signals);
    if (handed > 1)
        return cqa_command_fail(CQA_EXIT_INVALID, "systemd handed over %d sockets; one is expected",
                                handed);
    warn_of_exposure(config);
    if (cqa_scores_mend(scores, &error) != CQA_OK)
        return cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
    tidy_clips(config, scores);
    if (cqa_server_start(&server, config, scores, &cqa_clock_system,
                         handed == 1 ? SD_LISTEN_FDS_START : -1, &error) != CQA_OK)
        return cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
    cqa_log(CQA_LOG_NOTICE, "listening on %s", cqa_server_address(server));
    if (config->port_file != NULL && !write_port_file(config->port_file, cqa_server_port(server))) {
        cqa_command_fail(CQA_EXIT_FAILED, "%s: %p", config->port_file, cqa_words_of_errno(errno));
        cqa_server_stop(server);
        return CQA_EXIT_FAILED;
    }
    sd_notifyf(0, "READY=1\nSTATUS=Listening on %s", cqa_server_address(server));
    wait_for_end(&signals, config, scores);
    sd_notify(0, "STOPPING=1\nSTATUS=Finishing requests");
    cqa_server_stop(server);
    cqa_log(CQA_LOG_NOTICE, "stopped");
    return CQA_EXIT_DONE;
}
