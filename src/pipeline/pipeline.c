/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/pipeline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "pipeline/parts.h"
#include "store/believed.h"
#include "store/mend.h"

enum {
    SOON_MS = 15000,        /* a delivery that is due so soon is worth a sweep's waiting */
    BUSY_MS = 500,          /* another process held the database */
    FULL_MS = 5000,         /* the disk has no room */
    RUNNING_MS = 1000,      /* workers' time limits are looked at as often */
    IDLE_MS = 5000,         /* recordings whose pause is over */
    FORGET_MS = 10 * 60000, /* between two rounds of retention */
    FORGET_COUNT = 200,
    BELIEVE_MS = 10 * 60000, /* between two times that what is believed is written */
    WATCHING_WAIT_MS = 1500, /* for a process that has the store, and may stand still with it … */
    ENDING_WAIT_MS = 200,    /* … which does not hold up the end */
};
static const int64_t LONG_MS = INT64_C(100) * 366 * 24 * 60 * 60 * 1000;
static const int64_t DAY_MS = INT64_C(24) * 60 * 60 * 1000;

int cqa_pipeline_took(struct cqa_pipeline *pipeline, enum cqa_status status,
                      const struct cqa_error *error, const char *what)
{
    const int64_t now_ms = cqa_pipeline_now_ms(pipeline);

    if (status == CQA_OK) {
        if (pipeline->counts.intake_paused)
            cqa_log(CQA_LOG_NOTICE, "the store takes recordings again");
        pipeline->counts.intake_paused = 0;
        return 1;
    }
    if (status == CQA_E_REFUSED && error->sys_errno == EPERM) {
        cqa_life_refused(error);
        return 1;
    }
    if (status == CQA_E_REFUSED || status == CQA_E_NOTFOUND) { /* another process has it now */
        cqa_log(CQA_LOG_NOTICE, "%p: %p", cqa_words_named(what), &error->message);
        return 1;
    }
    if (status == CQA_E_BUSY || status == CQA_E_NOMEM) {
        pipeline->pause_until_ms = now_ms + BUSY_MS;
        return 0;
    }
    if (status == CQA_E_IO && error->sys_errno == ENOSPC) {
        if (!pipeline->counts.intake_paused)
            cqa_log(CQA_LOG_ERROR, "no room for %p: intake pauses until there is (%p)",
                    cqa_words_named(what), &error->message);
        pipeline->counts.intake_paused = 1;
        pipeline->pause_until_ms = now_ms + FULL_MS;
        return 0;
    }
    cqa_log(CQA_LOG_ERROR, "the store cannot take %p: %p", cqa_words_named(what), &error->message);
    pipeline->broken = status;
    pipeline->pause_until_ms = now_ms + FULL_MS;
    return 0;
}

/* --- making and ending --- */

void cqa_pipeline_owes(struct cqa_pipeline *pipeline)
{
    if (pipeline->sender != NULL)
        cqa_sender_wake(pipeline->sender);
}

static enum cqa_status make_sender(const struct cqa_pipeline *pipeline,
                                   const struct cqa_config *config, struct cqa_sender **out,
                                   struct cqa_error *error)
{
    return config->posts && !pipeline->options.leaves_sending
               ? cqa_sender_create(out, config, pipeline->store, pipeline->clock, error)
               : CQA_OK;
}

static enum cqa_status start_workers(struct cqa_pipeline *pipeline, const struct cqa_config *config,
                                     struct cqa_error *error)
{
    const struct cqa_workers_config workers = {.count = config->workers,
                                               .timeout_ms = config->analysis_timeout_ms};
    const int task_count = 2 * config->workers; /* one being stored while the next is analysed */
    struct cqa_task *tasks = calloc((size_t)task_count, sizeof *tasks);
    struct cqa_workers *pool = NULL;

    if (tasks == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    const enum cqa_status status = cqa_workers_create(&pool, pipeline->engine, &workers, error);
    if (status != CQA_OK) {
        free(tasks);
        return status;
    }
    cqa_workers_destroy(pipeline->workers);
    cqa_analyse_drop(pipeline);
    free(pipeline->tasks);
    for (int i = 0; i < task_count; i++)
        tasks[i].fd = -1;
    pipeline->workers = pool;
    pipeline->tasks = tasks;
    pipeline->task_count = task_count;
    return CQA_OK;
}

static enum cqa_status mend(struct cqa_pipeline *pipeline, struct cqa_error *error)
{
    struct cqa_mended mended;
    const enum cqa_status status =
        cqa_store_mend(pipeline->config->state_dir, pipeline->options.mends_anyway, &mended, error);

    if (status != CQA_OK || !mended.replaced)
        return status;
    pipeline->mended = 1;
    cqa_log(CQA_LOG_ERROR,
            "the store in %s could not be used: a new one is built from the recordings, which are "
            "analysed and sent anew",
            pipeline->config->state_dir);
    if (mended.kept[0] != '\0')
        cqa_log(CQA_LOG_ERROR, "the old store is kept as %s", mended.kept);
    cqa_log(CQA_LOG_NOTICE,
            "%" PRId64 " recordings stay left out; of what the old one knew, these are not in the "
            "new one: %" PRId64 " refused deliveries, %" PRId64 " vanished recordings, %" PRId64
            " results to be sent whose recordings are gone",
            mended.excluded, mended.refused, mended.vanished, mended.unsent);
    if (mended.incomplete)
        cqa_log(CQA_LOG_ERROR,
                "not all that was left out, erased or held could be read of it: have requests for "
                "erasure and legal holds made again");
    if (mended.listed[0] != '\0')
        cqa_log(CQA_LOG_NOTICE, "they are listed in %s", mended.listed);
    return CQA_OK;
}

static enum cqa_status begin_clock(struct cqa_pipeline *pipeline, struct cqa_error *error)
{
    const int64_t wall_ms = cqa_pipeline_wall_ms(pipeline);
    int64_t last_ms = 0;
    const enum cqa_status status = cqa_believed_read(pipeline->store, &last_ms, error);

    pipeline->believed = cqa_believed_begin(last_ms, wall_ms, cqa_pipeline_now_ms(pipeline));
    if (pipeline->believed.believed_ms < wall_ms)
        cqa_log(CQA_LOG_WARNING,
                "the clock is %" PRId64 " days ahead of when it was last believed: nothing is "
                "forgotten by it before it has been right for long",
                (wall_ms - pipeline->believed.believed_ms) / DAY_MS);
    return status;
}

enum cqa_status cqa_pipeline_create(struct cqa_pipeline **out, const struct cqa_config *config,
                                    const struct cqa_engine *engine, const struct cqa_clock *clock,
                                    const struct cqa_pipeline_options *options,
                                    struct cqa_error *error)
{
    struct cqa_pipeline *pipeline = calloc(1, sizeof *pipeline);
    enum cqa_status status;

    if (pipeline == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    pipeline->config = config;
    pipeline->engine = engine;
    pipeline->clock = clock;
    pipeline->options = *options;
    cqa_analyzer_name(config, engine, pipeline->analyzer);
    status = cqa_life_has_place(config->state_dir, error);
    /* Workers before secrets and database, so that none of them inherits either. */
    if (status == CQA_OK)
        status = start_workers(pipeline, config, error);
    if (status == CQA_OK && options->mends)
        status = mend(pipeline, error);
    if (status == CQA_OK)
        status = cqa_life_open(config->state_dir, &pipeline->store, error);
    if (status == CQA_OK)
        status = begin_clock(pipeline, error);
    if (status == CQA_OK)
        status = cqa_kin_mend(pipeline, error);
    if (status == CQA_OK)
        status = cqa_intake_create(pipeline, error);
    if (status == CQA_OK)
        status = cqa_facts_create(config, &pipeline->facts, error);
    if (status == CQA_OK && options->again != CQA_ASKED_NOT)
        status = cqa_again_ask(pipeline, error);
    if (status == CQA_OK)
        status = make_sender(pipeline, config, &pipeline->sender, error);
    if (status != CQA_OK) {
        cqa_pipeline_destroy(pipeline);
        return status;
    }
    if (options->watches) /* signals are heard between two turns */
        cqa_store_set_wait(pipeline->store, WATCHING_WAIT_MS);
    *out = pipeline;
    return CQA_OK;
}

/* Gives back the recordings that this process holds. */
static void release(struct cqa_pipeline *pipeline)
{
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_recordings_release(pipeline->store, 0, cqa_pipeline_wall_ms(pipeline), &error);

    if (status != CQA_OK) /* the next process that opens the store frees them */
        cqa_log(CQA_LOG_WARNING, "store: %p", &error.message);
}

void cqa_pipeline_destroy(struct cqa_pipeline *pipeline)
{
    if (pipeline == NULL)
        return;
    cqa_workers_destroy(pipeline->workers);
    cqa_analyse_drop(pipeline);
    free(pipeline->tasks);
    cqa_sender_destroy(pipeline->sender);
    cqa_intake_destroy(pipeline->intake);
    cqa_facts_destroy(pipeline->facts);
    if (pipeline->store != NULL)
        release(pipeline);
    cqa_store_close(pipeline->store);
    free(pipeline);
}

/* --- a new configuration --- */

enum cqa_status cqa_pipeline_reconfigure(struct cqa_pipeline *pipeline,
                                         const struct cqa_config *config, struct cqa_error *error)
{
    const struct cqa_config *old = pipeline->config;
    struct cqa_intake *old_intake = pipeline->intake;
    struct cqa_facts_room *facts = NULL;
    struct cqa_sender *sender = NULL;
    const int other_workers =
        config->workers != old->workers || config->analysis_timeout_ms != old->analysis_timeout_ms;
    enum cqa_status status = CQA_OK;

    if (strcmp(config->state_dir, old->state_dir) != 0)
        return cqa_fail(error, CQA_E_REFUSED, "state_dir cannot change while running: restart");
    status = make_sender(pipeline, config, &sender, error);
    pipeline->config = config;
    if (status == CQA_OK)
        status = cqa_facts_create(config, &facts, error);
    if (status == CQA_OK)
        status = cqa_intake_create(pipeline, error);
    if (status == CQA_OK && other_workers) {
        status = start_workers(pipeline, config, error);
        if (status != CQA_OK) {
            cqa_intake_destroy(pipeline->intake);
            pipeline->intake = old_intake;
        }
    }
    if (status != CQA_OK) {
        pipeline->config = old;
        cqa_facts_destroy(facts);
        cqa_sender_destroy(sender);
        return status;
    }
    cqa_analyzer_name(config, pipeline->engine, pipeline->analyzer);
    cqa_analyse_unscore(pipeline);
    cqa_intake_destroy(old_intake);
    cqa_facts_destroy(pipeline->facts);
    pipeline->facts = facts;
    cqa_sender_destroy(pipeline->sender);
    pipeline->sender = sender;
    if (other_workers)
        release(pipeline);
    return CQA_OK;
}

/* --- turning --- */

size_t cqa_pipeline_fds(const struct cqa_pipeline *pipeline, int fds[CQA_PIPELINE_FDS_MAX])
{
    size_t count = 0;

    fds[count++] = cqa_workers_fd(pipeline->workers);
    if (pipeline->sender != NULL)
        fds[count++] = cqa_sender_fd(pipeline->sender);
    if (cqa_intake_fd(pipeline->intake) >= 0)
        fds[count++] = cqa_intake_fd(pipeline->intake);
    return count;
}

/* Says when the clock is set, and keeps what time is believed. */
static void watch_clock(struct cqa_pipeline *pipeline)
{
    const int64_t now_ms = cqa_pipeline_now_ms(pipeline);
    const int64_t wall_ms = cqa_pipeline_wall_ms(pipeline);
    const int64_t set_ms = cqa_believed_look(&pipeline->believed, wall_ms, now_ms);
    struct cqa_error error = {0};

    if (set_ms != 0)
        cqa_log(CQA_LOG_WARNING,
                "the clock was set %p by %" PRId64 " s: what waits goes on; nothing is forgotten "
                "by it before it has been right for long",
                set_ms > 0 ? cqa_words("forward") : cqa_words("back"),
                (set_ms > 0 ? set_ms : -set_ms) / 1000);
    if (pipeline->believe_at_ms > now_ms || pipeline->pause_until_ms > now_ms)
        return;
    const enum cqa_status status =
        cqa_believed_write(pipeline->store, cqa_believed_now(&pipeline->believed, wall_ms), &error);
    if (cqa_pipeline_took(pipeline, status, &error, CQA_N("the time")))
        pipeline->believe_at_ms = now_ms + BELIEVE_MS;
}

int64_t cqa_pipeline_unfinished_ms(const struct cqa_pipeline *pipeline)
{
    const int64_t unfinished_ms = pipeline->config->unfinished_ms;
    const int64_t jumped_ms = pipeline->believed.jumped_ms;

    return jumped_ms >= 0 && cqa_pipeline_now_ms(pipeline) - jumped_ms < unfinished_ms
               ? LONG_MS
               : unfinished_ms;
}

/* 0: never. */
static int64_t before_ms(int64_t wall_ms, int64_t days)
{
    return days == 0 ? 0 : wall_ms - days * DAY_MS;
}

static void forget_old(struct cqa_pipeline *pipeline)
{
    const int64_t now_ms = cqa_pipeline_now_ms(pipeline);
    const int64_t wall_ms = cqa_believed_now(&pipeline->believed, cqa_pipeline_wall_ms(pipeline));
    struct cqa_error error = {0};
    size_t count = 0;

    if (pipeline->forget_at_ms > now_ms || pipeline->pause_until_ms > now_ms)
        return;
    const struct cqa_retention_days *days = &pipeline->config->retention;
    const struct cqa_retention retention = {before_ms(wall_ms, days->results),
                                            before_ms(wall_ms, days->failures),
                                            before_ms(wall_ms, days->vanished)};
    enum cqa_status status =
        cqa_store_forget(pipeline->store, &retention, FORGET_COUNT, wall_ms, &count, &error);
    if (status == CQA_OK)
        status = cqa_facts_forget(pipeline->store, retention.scored_ms, FORGET_COUNT, &error);
    if (!cqa_pipeline_took(pipeline, status, &error, CQA_N("retention")))
        return;
    if (count > 0)
        cqa_log(CQA_LOG_INFO, "retention: %zu recordings are forgotten, or found to be held",
                count);
    pipeline->forget_at_ms = now_ms + (count == FORGET_COUNT ? 0 : FORGET_MS);
}

static int running(const struct cqa_pipeline *pipeline)
{
    int count = 0;

    for (int i = 0; i < pipeline->task_count; i++)
        count += pipeline->tasks[i].life != CQA_LIFE_UNKNOWN;
    return count;
}

static int64_t at_most(int64_t delay_ms, int64_t at_ms, int64_t now_ms)
{
    const int64_t left_ms = at_ms > now_ms ? at_ms - now_ms : 0;

    return left_ms < delay_ms ? left_ms : delay_ms;
}

/* Until something is due that no descriptor tells. */
static int64_t next_turn_ms(const struct cqa_pipeline *pipeline, int64_t scan_at_ms)
{
    const int64_t now_ms = cqa_pipeline_now_ms(pipeline);
    int64_t delay_ms = running(pipeline) > 0 ? RUNNING_MS : IDLE_MS;

    if (pipeline->pause_until_ms > now_ms)
        return at_most(delay_ms, pipeline->pause_until_ms, now_ms);
    for (int i = 0; i < pipeline->task_count; i++)
        if (pipeline->tasks[i].life == CQA_LIFE_ENDED)
            return 0; /* failed before it reached a worker */
    if (!pipeline->winding_down)
        delay_ms = at_most(delay_ms, scan_at_ms, now_ms);
    return delay_ms;
}

/* While the disk is full nothing but sending may write: that is what makes room. */
static int has_room(struct cqa_pipeline *pipeline)
{
    const int is_tight = cqa_store_room(pipeline->store) == CQA_ROOM_TIGHT;

    if (is_tight && !pipeline->tight)
        cqa_log(CQA_LOG_ERROR, "the disk of the store is full: analysis waits until there is room");
    else if (!is_tight && pipeline->tight)
        cqa_log(CQA_LOG_NOTICE, "there is room for the store again: analysis goes on");
    pipeline->tight = is_tight;
    return !is_tight;
}

/* What is written into a file that has no name any more is lost with this process. */
static void check_place(struct cqa_pipeline *pipeline)
{
    const int64_t now_ms = cqa_pipeline_now_ms(pipeline);

    if (pipeline->check_at_ms > now_ms)
        return;
    pipeline->check_at_ms = now_ms + IDLE_MS;
    if (cqa_store_is_current(pipeline->store))
        return;
    cqa_log(CQA_LOG_ERROR, "%s: the store was taken away or replaced", pipeline->config->state_dir);
    pipeline->broken = CQA_E_BADDATA;
}

int cqa_pipeline_mended(const struct cqa_pipeline *pipeline)
{
    return pipeline->mended;
}

enum cqa_status cqa_pipeline_broken(const struct cqa_pipeline *pipeline)
{
    return pipeline->broken;
}

/* What comes from outside; monotonic time of the next look. */
static int64_t step_in(struct cqa_pipeline *pipeline)
{
    const int64_t scan_at_ms = cqa_intake_step(pipeline);
    const int64_t facts_at_ms = cqa_facts_step(pipeline);

    return facts_at_ms < scan_at_ms ? facts_at_ms : scan_at_ms;
}

int64_t cqa_pipeline_turn(struct cqa_pipeline *pipeline)
{
    int64_t scan_at_ms = INT64_MAX;
    int64_t send_ms = INT64_MAX;

    check_place(pipeline);
    watch_clock(pipeline);
    if (pipeline->broken != CQA_OK)
        return -1;
    if (has_room(pipeline)) {
        if (!pipeline->winding_down)
            scan_at_ms = step_in(pipeline);
        cqa_analyse_step(pipeline);
        cqa_place_step(pipeline);
        forget_old(pipeline);
    } else if (!pipeline->winding_down) {
        (void)cqa_intake_step(pipeline); /* takes nothing, counts what waits */
    }
    if (pipeline->sender != NULL)
        send_ms = cqa_sender_step(pipeline->sender);
    if (pipeline->broken != CQA_OK || send_ms < 0)
        return -1;
    const int64_t next_ms = pipeline->tight ? FULL_MS : next_turn_ms(pipeline, scan_at_ms);
    return send_ms < next_ms ? send_ms : next_ms;
}

void cqa_pipeline_wind_down(struct cqa_pipeline *pipeline)
{
    pipeline->winding_down = 1;
    cqa_store_set_wait(pipeline->store, ENDING_WAIT_MS);
    if (pipeline->sender != NULL)
        cqa_sender_wind_down(pipeline->sender);
}

static void tell_sending(const struct cqa_pipeline *pipeline, struct cqa_pipeline_status *status)
{
    if (pipeline->sender == NULL) {
        status->sent_all = 1;
        return;
    }
    const struct cqa_sender_status sender = cqa_sender_status(pipeline->sender);
    status->delivered = sender.delivered;
    status->kept_back = sender.kept_back;
    status->refused = sender.refused;
    status->running += (size_t)sender.busy;
    status->sent_all = !sender.busy && sender.idle_ms > SOON_MS;
    status->server_failures = sender.failures;
    status->halted = sender.halted;
    status->trouble = sender.trouble;
}

void cqa_pipeline_news(struct cqa_pipeline *pipeline)
{
    cqa_pipeline_owes(pipeline);
}

uint64_t cqa_pipeline_done(const struct cqa_pipeline *pipeline)
{
    return pipeline->counts.analysed + pipeline->counts.failed;
}

void cqa_pipeline_status(struct cqa_pipeline *pipeline, struct cqa_pipeline_status *status)
{
    const int64_t now_ms = cqa_pipeline_now_ms(pipeline);
    struct cqa_counts counts = {0};
    struct cqa_error error = {0};

    *status = pipeline->counts;
    cqa_intake_passed_over(pipeline, status->passed_over);
    status->unread = cqa_intake_unread(pipeline);
    status->facts_unread = cqa_facts_unread(pipeline);
    status->running = (size_t)running(pipeline);
    status->analysed_all = cqa_intake_complete(pipeline) && cqa_facts_complete(pipeline) &&
                           status->running == 0 && !pipeline->claimed &&
                           pipeline->pause_until_ms <= now_ms;
    status->intake_paused |= pipeline->tight;
    tell_sending(pipeline, status);
    status->settling = cqa_intake_settling(pipeline);
    if (cqa_store_counts(pipeline->store, &counts, &error) != CQA_OK)
        return;
    status->waiting = (size_t)(counts.recordings[CQA_RECORDING_READY] +
                               counts.recordings[CQA_RECORDING_SETTLING]);
    status->unsent = (size_t)(counts.deliveries[CQA_DELIVERY_PENDING] +
                              counts.deliveries[CQA_DELIVERY_IN_FLIGHT]);
    status->aside = (size_t)counts.aside;
    status->untaken = (size_t)(counts.deliveries[CQA_DELIVERY_QUARANTINED] + counts.aside);
    if (counts.oldest_unsent_ms > 0)
        status->oldest_unsent_ms = cqa_pipeline_wall_ms(pipeline) - counts.oldest_unsent_ms;
}
