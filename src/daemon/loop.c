/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only file that knows sd-event and sd_notify. */
#include "daemon/loop.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include "base/log.h"
#include "daemon/course.h"
#include "daemon/sending.h"
#include "pipeline/pipeline.h"

enum {
    STATUS_MS = 5000, /* between two status lines for systemd */
    BROKEN = 1,       /* exit code of the event loop */
};

struct loop {
    const char *path;
    const struct cqa_clock *clock;
    struct cqa_config *config;
    struct cqa_pipeline *pipeline;
    sd_event *event;
    sd_event_source *turn;   /* the pipeline's next turn */
    sd_event_source *status; /* the next status line */
    sd_event_source *io[CQA_PIPELINE_FDS_MAX];
    sd_event_source *sender; /* a look at the sender, which runs apart */
    sd_event_source *news;   /* what it says */
    struct cqa_sending sending;
    struct cqa_course course;
};

static int64_t now_ms(const struct loop *loop)
{
    return cqa_clock_monotonic_ms(loop->clock);
}

static int arm(sd_event_source *timer, int64_t after_ms)
{
    int failed = sd_event_source_set_time_relative(timer, (uint64_t)after_ms * 1000);

    if (failed >= 0)
        failed = sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
    return failed;
}

static void status_of(struct loop *loop, struct cqa_pipeline_status *status)
{
    cqa_pipeline_status(loop->pipeline, status);
    cqa_sending_tell(&loop->sending, status);
}

static int tell_status(sd_event_source *source, uint64_t usec, void *context)
{
    struct loop *loop = context;
    struct cqa_pipeline_status status;
    char line[CQA_COURSE_LINE_SIZE];

    (void)usec;
    status_of(loop, &status);
    const int is_for_log = cqa_course_tell(&loop->course, &status, now_ms(loop), line);
    sd_notifyf(0, "STATUS=%s", line);
    if (is_for_log)
        cqa_log(CQA_LOG_INFO, "%s", line);
    return arm(source, STATUS_MS);
}

/* --- the sender --- */

static int turn(struct loop *loop);
static int on_news(sd_event_source *source, int fd, uint32_t events, void *context);

/* Starts, hears and watches it; its socket may be another after each turn, with the same number.
 * The last one's end may be what the daemon's own waits for. */
static int turn_sender(struct loop *loop)
{
    loop->news = sd_event_source_disable_unref(loop->news);
    const int64_t next_ms = cqa_sending_turn(&loop->sending, loop->config->posts);
    int failed = arm(loop->sender, next_ms);

    if (failed >= 0 && loop->sending.socket >= 0)
        failed =
            sd_event_add_io(loop->event, &loop->news, loop->sending.socket, EPOLLIN, on_news, loop);
    return failed < 0 || !loop->course.stopping ? failed : turn(loop);
}

static int on_news(sd_event_source *source, int fd, uint32_t events, void *context)
{
    (void)source;
    (void)fd;
    (void)events;
    return turn_sender(context);
}

static int on_sender(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    return turn_sender(context);
}

/* --- turning --- */

static int turn(struct loop *loop)
{
    struct cqa_pipeline_status status = {0};
    const int64_t next_ms = cqa_pipeline_turn(loop->pipeline);

    if (loop->course.stopping)
        status_of(loop, &status);
    switch (cqa_course_turned(&loop->course, next_ms, status.running, now_ms(loop))) {
    case CQA_COURSE_END_BROKEN:
        return sd_event_exit(loop->event, BROKEN);
    case CQA_COURSE_END:
        if (status.running > 0)
            cqa_log(CQA_LOG_NOTICE, "some recordings take longer: they go back to the queue");
        return sd_event_exit(loop->event, 0);
    default:
        return arm(loop->turn, next_ms);
    }
}

static int on_time(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    return turn(context);
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *context)
{
    (void)source;
    (void)fd;
    (void)events;
    return turn(context);
}

/* Listens to the pipeline's descriptors, which a new configuration may have changed. */
static int listen_to_pipeline(struct loop *loop)
{
    int fds[CQA_PIPELINE_FDS_MAX];
    const size_t count = cqa_pipeline_fds(loop->pipeline, fds);
    int failed = 0;

    for (size_t i = 0; i < CQA_PIPELINE_FDS_MAX; i++)
        loop->io[i] = sd_event_source_disable_unref(loop->io[i]);
    for (size_t i = 0; failed >= 0 && i < count; i++)
        failed = sd_event_add_io(loop->event, &loop->io[i], fds[i], EPOLLIN, on_readable, loop);
    return failed;
}

/* --- signals --- */

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
    struct loop *loop = context;

    (void)source;
    if (cqa_course_stop(&loop->course, now_ms(loop)) == CQA_COURSE_END)
        return sd_event_exit(loop->event, 0);
    cqa_log(CQA_LOG_INFO, "stopping (signal %u)", info->ssi_signo);
    sd_notify(0, "STOPPING=1");
    cqa_pipeline_wind_down(loop->pipeline);
    cqa_sending_wind_down(&loop->sending);
    const int64_t patience_ms = cqa_course_patience_ms(&loop->course, now_ms(loop));
    const int failed = sd_event_add_time_relative(
        loop->event, NULL, CLOCK_MONOTONIC, (uint64_t)(patience_ms + 1) * 1000, 0, on_time, loop);
    return failed < 0 ? failed : turn(loop);
}

/* Reads the configuration again; a bad one changes nothing. */
static void reload(struct loop *loop)
{
    struct cqa_config *config = calloc(1, sizeof *config);
    struct cqa_problems problems = {0};
    struct cqa_error error = {0};

    if (config == NULL)
        return;
    if (!cqa_config_load(config, loop->path, &problems)) {
        cqa_log(CQA_LOG_ERROR, "%s has %zu problems and is not used; the first, in line %zu: %p",
                loop->path, problems.count, problems.items != NULL ? problems.items[0].line : 0,
                cqa_problem_message(&problems, 0));
    } else if (cqa_pipeline_reconfigure(loop->pipeline, config, &error) != CQA_OK) {
        cqa_log(CQA_LOG_ERROR, "the new configuration is not used: %p", &error.message);
    } else {
        struct cqa_config *old = loop->config;
        loop->config = config;
        config = old;
        cqa_sending_renew(&loop->sending);
        cqa_log_set_level((enum cqa_log_level)loop->config->log_level);
        cqa_log_set_masking(loop->config->mask_private);
        cqa_log(CQA_LOG_NOTICE, "%s is in force", loop->path);
    }
    cqa_config_finish(config);
    free(config);
    cqa_problems_finish(&problems);
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
    struct loop *loop = context;

    (void)source;
    (void)info;
    if (loop->course.stopping)
        return 0;
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, now_ms(loop) * 1000);
    reload(loop);
    const int failed = listen_to_pipeline(loop);
    sd_notify(0, "READY=1");
    return failed < 0 ? failed : turn(loop);
}

/* --- making and ending --- */

static int set_up(struct loop *loop)
{
    sigset_t ours;
    int failed;

    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGHUP);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    failed = sd_event_new(&loop->event);
    if (failed >= 0)
        failed = sd_event_add_signal(loop->event, NULL, SIGTERM, on_stop, loop);
    if (failed >= 0)
        failed = sd_event_add_signal(loop->event, NULL, SIGINT, on_stop, loop);
    if (failed >= 0)
        failed = sd_event_add_signal(loop->event, NULL, SIGHUP, on_reload, loop);
    if (failed >= 0)
        failed = sd_event_add_time_relative(loop->event, &loop->turn, CLOCK_MONOTONIC, 0, 0,
                                            on_time, loop);
    if (failed >= 0)
        failed = sd_event_add_time_relative(loop->event, &loop->status, CLOCK_MONOTONIC, 0, 0,
                                            tell_status, loop);
    if (failed >= 0)
        failed = sd_event_add_time_relative(loop->event, &loop->sender, CLOCK_MONOTONIC, 0, 0,
                                            on_sender, loop);
    if (failed >= 0)
        failed = sd_event_set_watchdog(loop->event, 1); /* pings only while turns come to an end */
    if (failed >= 0)
        failed = listen_to_pipeline(loop);
    return failed;
}

static void take_down(struct loop *loop)
{
    for (size_t i = 0; i < CQA_PIPELINE_FDS_MAX; i++)
        sd_event_source_disable_unref(loop->io[i]);
    sd_event_source_disable_unref(loop->turn);
    sd_event_source_disable_unref(loop->status);
    sd_event_source_disable_unref(loop->sender);
    sd_event_source_disable_unref(loop->news);
    sd_event_unref(loop->event);
    cqa_sending_end(&loop->sending);
    cqa_pipeline_destroy(loop->pipeline);
}

enum cqa_status cqa_daemon_run(const char *path, struct cqa_config *config,
                               const struct cqa_engine *engine, const struct cqa_clock *clock,
                               struct cqa_error *error)
{
    const struct cqa_pipeline_options options = {.watches = 1, .leaves_sending = 1};
    struct loop loop = {.path = path,
                        .clock = clock,
                        .config = config,
                        .sending = cqa_sending_begin(path, clock),
                        .course = cqa_course_begin(cqa_clock_monotonic_ms(clock))};
    enum cqa_status status;
    int failed = 0;

    signal(SIGPIPE, SIG_IGN);
    status = cqa_pipeline_create(&loop.pipeline, config, engine, clock, &options, error);
    if (status == CQA_OK) {
        failed = set_up(&loop);
        if (failed >= 0) {
            cqa_log(CQA_LOG_INFO, "watching %zu folders with %d workers", config->watch_count,
                    config->workers);
            sd_notify(0, "READY=1");
            failed = sd_event_loop(loop.event);
        }
        if (failed == BROKEN)
            status = cqa_fail(error, CQA_E_IO, "the store is beyond use: starting anew may help");
        if (failed < 0)
            status = cqa_fail(error, CQA_E_IO, "event loop: error %d", -failed);
    }
    take_down(&loop);
    cqa_config_finish(loop.config);
    free(loop.config);
    return status;
}
