/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only file that knows sd-event and sd_notify. */
#include "daemon/loop.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>
#include "base/log.h"
#include "daemon/alone.h"
#include "daemon/apart.h"
#include "daemon/course.h"
#include "daemon/sending.h"
#include "pipeline/life.h"
#include "pipeline/pipeline.h"

enum {
    STATUS_MS = 5000,    /* between two status lines for systemd */
    REVIVE_MS = 600000,  /* a store that is beyond use twice in so long … */
    FORCE_MS = 86400000, /* … is replaced, at most so often */
    BROKEN = 1,          /* exit code of the event loop */
};

struct loop {
    const char *path;
    const char *const *only; /* NULL: of all folders */
    struct cqa_apart *apart; /* NULL where `only` is not */
    const struct cqa_clock *clock;
    const struct cqa_engine *engine;
    struct cqa_config *config;
    struct cqa_pipeline *pipeline;
    sd_event *event;
    sd_event_source *turn;   /* the pipeline's next turn */
    sd_event_source *status; /* the next status line */
    sd_event_source *io[CQA_PIPELINE_FDS_MAX];
    sd_event_source *sender; /* a look at the sender, which runs apart */
    sd_event_source *news;   /* what it says */
    int alone;               /* holds the state folder; -1 */
    struct cqa_sending sending;
    struct cqa_course course;
    int64_t watchdog_ms; /* between two words to the watchdog; 0: there is none */
    int64_t fed_ms;      /* monotonic */
    int64_t revived_ms;  /* monotonic: when the store was last found beyond use; 0: never */
    int64_t forced_ms;   /* and replaced though it looked sound */
    uint64_t told_done;  /* recordings that the main process has been told of */
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

/* To the main process, where this is one for some folders alone. Lost where that is busy: the next
 * one comes soon. */
static void tell_main(struct loop *loop, const struct cqa_pipeline_status *status)
{
    const struct cqa_apart_word word = {.analysed = status->analysed,
                                        .failed = status->failed,
                                        .running = status->running,
                                        .settling = status->settling};

    if (loop->only == NULL)
        return;
    loop->told_done = cqa_pipeline_done(loop->pipeline);
    (void)send(CQA_APART_FD, &word, sizeof word, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* With what the others said, where this is the main process. */
static void read_status(struct loop *loop, struct cqa_pipeline_status *status, size_t *hanging)
{
    size_t alive = 0;

    *hanging = 0;
    cqa_pipeline_status(loop->pipeline, status);
    cqa_sending_tell(&loop->sending, status);
    if (loop->apart == NULL)
        return;
    const struct cqa_apart_word sum = cqa_apart_sum(loop->apart, hanging, &alive);
    status->analysed += sum.analysed;
    status->failed += sum.failed;
    status->running += sum.running;
    status->settling += sum.settling;
    if (loop->course.stopping)
        status->running += alive; /* they are waited for, as what is under way is */
}

static int tell_status(sd_event_source *source, uint64_t usec, void *context)
{
    struct loop *loop = context;
    struct cqa_pipeline_status status;
    char line[CQA_COURSE_LINE_SIZE];
    size_t hanging = 0;

    (void)usec;
    read_status(loop, &status, &hanging);
    tell_main(loop, &status);
    const int is_for_log = cqa_course_tell(&loop->course, &status, hanging, now_ms(loop), line);
    sd_notifyf(0, "STATUS=%s", line);
    if (is_for_log)
        cqa_log(CQA_LOG_INFO, "%s", line);
    return arm(source, STATUS_MS);
}

static void reload(struct loop *loop);
static int vital(sd_event_source *source);
static int revive(struct loop *loop);

/* The event loop itself fails: said, and then the process ends, to be started anew. */
static void give_up(const struct loop *loop, int failed)
{
    cqa_log(CQA_LOG_ERROR, "event loop: %p", cqa_words_of_errno(-failed));
    (void)sd_event_exit(loop->event, failed);
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

    if (failed >= 0 && loop->sending.socket >= 0) {
        failed =
            sd_event_add_io(loop->event, &loop->news, loop->sending.socket, EPOLLIN, on_news, loop);
        if (failed >= 0)
            failed = vital(loop->news);
    }
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

/* Only what turns may feed the watchdog: a loop that runs and does nothing is to be ended. */
static void feed_watchdog(struct loop *loop)
{
    if (loop->watchdog_ms == 0 || now_ms(loop) - loop->fed_ms < loop->watchdog_ms)
        return;
    sd_notify(0, "WATCHDOG=1");
    loop->fed_ms = now_ms(loop);
}

/* The processes of other folders: what is due there, and when it is again. */
static int64_t step_apart(struct loop *loop, int64_t next_ms)
{
    int news = 0;

    if (loop->apart == NULL || next_ms < 0)
        return next_ms;
    const int64_t due_ms = cqa_apart_step(loop->apart, &news);
    if (news) {
        cqa_pipeline_news(loop->pipeline);
        return 0;
    }
    return due_ms < next_ms ? due_ms : next_ms;
}

static int turn(struct loop *loop)
{
    struct cqa_pipeline_status status = {0};
    size_t hanging = 0;
    const int64_t next_ms = step_apart(loop, cqa_pipeline_turn(loop->pipeline));

    feed_watchdog(loop);
    if (loop->apart != NULL && !loop->course.stopping && cqa_apart_outdated(loop->apart))
        reload(loop);
    if (loop->course.stopping ||
        (loop->only != NULL && loop->told_done != cqa_pipeline_done(loop->pipeline)))
        read_status(loop, &status, &hanging);
    if (loop->only != NULL && loop->told_done != cqa_pipeline_done(loop->pipeline))
        tell_main(loop, &status);
    switch (cqa_course_turned(&loop->course, next_ms, status.running, now_ms(loop))) {
    case CQA_COURSE_END_BROKEN:
        if (revive(loop))
            return arm(loop->turn, 0);
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

/* A source that fails is switched off by sd-event, which says nothing and goes on without it: that
 * must end the loop instead. */
static int vital(sd_event_source *source)
{
    return sd_event_source_set_exit_on_failure(source, 1);
}

/* Listens to the pipeline's descriptors, which a new configuration may have changed. */
static int listen_to_pipeline(struct loop *loop)
{
    int fds[CQA_PIPELINE_FDS_MAX];
    const size_t count = cqa_pipeline_fds(loop->pipeline, fds);
    int failed = 0;

    for (size_t i = 0; i < CQA_PIPELINE_FDS_MAX; i++)
        loop->io[i] = sd_event_source_disable_unref(loop->io[i]);
    for (size_t i = 0; failed >= 0 && i < count; i++) {
        failed = sd_event_add_io(loop->event, &loop->io[i], fds[i], EPOLLIN, on_readable, loop);
        if (failed >= 0)
            failed = vital(loop->io[i]);
    }
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
    if (loop->apart != NULL)
        cqa_apart_stop(loop->apart);
    const int64_t patience_ms = cqa_course_patience_ms(&loop->course, now_ms(loop));
    const int failed = sd_event_add_time_relative(
        loop->event, NULL, CLOCK_MONOTONIC, (uint64_t)(patience_ms + 1) * 1000, 0, on_time, loop);
    return failed < 0 ? failed : turn(loop);
}

static int is_ours(void *context, const struct cqa_watch_config *watch)
{
    const char *const *only = context;

    while (*only != NULL && strcmp(*only, watch->path) != 0)
        only++;
    return *only != NULL;
}

/* Leaves in a configuration what this process is to watch, and has others watch the rest. */
static enum cqa_status keep_ours(struct loop *loop, struct cqa_config *config,
                                 struct cqa_error *error)
{
    if (loop->only == NULL)
        return cqa_apart_take(loop->apart, config, error);
    cqa_config_keep(config, is_ours, (void *)loop->only);
    return CQA_OK;
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
    } else if (keep_ours(loop, config, &error) != CQA_OK) {
        cqa_log(CQA_LOG_ERROR, "the new configuration is not used: %p", &error.message);
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
    const int failed = listen_to_pipeline(loop);
    if (failed < 0)
        give_up(loop, failed);
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
    sd_notify(0, "READY=1");
    return turn(loop);
}

/* --- making and ending --- */

/* The main process has gone, or was never there. */
static int on_main_gone(sd_event_source *source, int fd, uint32_t events, void *context)
{
    struct loop *loop = context;

    (void)source;
    (void)fd;
    (void)events;
    return sd_event_exit(loop->event, 0);
}

static int on_signal(struct loop *loop, int signal_number, sd_event_signal_handler_t handler)
{
    sd_event_source *source = NULL;
    int failed = sd_event_add_signal(loop->event, &source, signal_number, handler, loop);

    if (failed >= 0)
        failed = vital(source);
    if (failed >= 0)
        failed = sd_event_source_set_floating(source, 1);
    sd_event_source_unref(source);
    return failed;
}

static int on_timer(struct loop *loop, sd_event_source **source, sd_event_time_handler_t handler)
{
    const int failed =
        sd_event_add_time_relative(loop->event, source, CLOCK_MONOTONIC, 0, 0, handler, loop);

    return failed < 0 ? failed : vital(*source);
}

/* The processes of other folders, or the main one, as far as there are any. */
static int listen_to_others(struct loop *loop)
{
    sd_event_source *source = NULL;
    int failed =
        loop->only != NULL
            ? sd_event_add_io(loop->event, &source, CQA_APART_FD, EPOLLHUP, on_main_gone, loop)
            : sd_event_add_io(loop->event, &source, cqa_apart_fd(loop->apart), EPOLLIN, on_readable,
                              loop);

    if (failed >= 0)
        failed = vital(source);
    if (failed >= 0)
        failed = sd_event_source_set_floating(source, 1);
    sd_event_source_unref(source);
    return failed;
}

static int set_up(struct loop *loop)
{
    uint64_t watchdog_us = 0;
    sigset_t ours;
    int failed;

    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGHUP);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    if (loop->only == NULL && sd_watchdog_enabled(0, &watchdog_us) > 0)
        loop->watchdog_ms = (int64_t)(watchdog_us / 4000) + 1;
    failed = sd_event_new(&loop->event);
    if (failed >= 0)
        failed = on_signal(loop, SIGTERM, on_stop);
    if (failed >= 0)
        failed = on_signal(loop, SIGINT, on_stop);
    if (failed >= 0)
        failed = on_signal(loop, SIGHUP, on_reload);
    if (failed >= 0)
        failed = on_timer(loop, &loop->turn, on_time);
    if (failed >= 0)
        failed = on_timer(loop, &loop->status, tell_status);
    if (failed >= 0 && loop->only == NULL)
        failed = on_timer(loop, &loop->sender, on_sender);
    if (failed >= 0)
        failed = listen_to_pipeline(loop);
    if (failed >= 0)
        failed = listen_to_others(loop);
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
    cqa_apart_destroy(loop->apart);
    cqa_pipeline_destroy(loop->pipeline);
    if (loop->alone >= 0)
        close(loop->alone);
}

/* The sender is the main process's, and a process of its own. */
static struct cqa_pipeline_options options_of(void)
{
    return (struct cqa_pipeline_options){.watches = 1, .mends = 1, .leaves_sending = 1};
}

/* With a new pipeline, after the store has been found beyond use: mended, where it can be. A store
 * that is found so again, and looks sound, is not what it looks like, and is replaced, once a day.
 * 0: it is of no use; whoever starts the process anew may have more luck. */
static int revive(struct loop *loop)
{
    struct cqa_pipeline_options options = options_of();
    const int again = loop->revived_ms != 0 && now_ms(loop) - loop->revived_ms < REVIVE_MS;
    enum cqa_status status;
    struct cqa_error error = {0};

    options.mends_anyway = again && cqa_pipeline_broken(loop->pipeline) == CQA_E_BADDATA &&
                           (loop->forced_ms == 0 || now_ms(loop) - loop->forced_ms > FORCE_MS);
    if (loop->course.stopping)
        return 0;
    if (options.mends_anyway)
        loop->forced_ms = now_ms(loop);
    loop->revived_ms = now_ms(loop);
    cqa_pipeline_destroy(loop->pipeline);
    loop->pipeline = NULL;
    status = cqa_pipeline_create(&loop->pipeline, loop->config, loop->engine, loop->clock, &options,
                                 &error);
    if (status != CQA_OK)
        cqa_log(CQA_LOG_ERROR, "%p", &error.message);
    else if (!again || cqa_pipeline_mended(loop->pipeline))
        return listen_to_pipeline(loop) >= 0;
    return 0;
}

static enum cqa_status begin(struct loop *loop, struct cqa_error *error)
{
    const struct cqa_pipeline_options options = options_of();
    enum cqa_status status = CQA_OK;

    if (loop->only == NULL)
        status = cqa_alone_take(loop->config->state_dir, &loop->alone, error);
    if (status == CQA_OK && loop->only == NULL)
        status = cqa_apart_create(&loop->apart, "/proc/self/exe", loop->path, loop->clock, error);
    if (status == CQA_OK)
        status = keep_ours(loop, loop->config, error);
    if (status == CQA_OK)
        status = cqa_pipeline_create(&loop->pipeline, loop->config, loop->engine, loop->clock,
                                     &options, error);
    return status;
}

enum cqa_status cqa_daemon_run(const char *path, const char *const *only, struct cqa_config *config,
                               const struct cqa_engine *engine, const struct cqa_clock *clock,
                               struct cqa_error *error)
{
    struct loop loop = {.path = path,
                        .only = only,
                        .clock = clock,
                        .engine = engine,
                        .config = config,
                        .alone = -1,
                        .sending = cqa_sending_begin(path, clock),
                        .course = cqa_course_begin(cqa_clock_monotonic_ms(clock))};
    enum cqa_status status;
    int failed = 0;

    if (only != NULL) /* the service manager hears the main process alone */
        unsetenv("NOTIFY_SOCKET");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGIO, SIG_IGN); /* of leases, should one be broken between two calls */
    status = begin(&loop, error);
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
