/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the watched folders into the store. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "audio/whole.h"
#include "base/log.h"
#include "pipeline/parts.h"
#include "store/folders.h"
#include "watch/inotify.h"
#include "watch/scan.h"

enum {
    BATCH = 256,       /* files a transaction */
    LOOK_MS_MIN = 200, /* between two looks, whatever the events say */
    LOOK_SHARE = 10,   /* of the time goes into looking, at most one part in so many */
    SETTLE_ROUNDS = 3, /* a sweep waits so many settling times for what still grows */
    WRITE_MS = 30000,  /* what looks find is written as often, or where it is another */
};

struct folder {
    const struct cqa_watch_config *watch;
    struct cqa_scan *scan; /* NULL: to be made from the store */
    struct cqa_inotify *inotify;
    int64_t look_at_ms; /* monotonic */
    int64_t looked_ms;  /* monotonic; when the last look began */
    int64_t look_took_ms;
    int64_t first_ms; /* of the first look that came to its end; 0: none yet */
    size_t settling;
    struct cqa_scan_report found; /* by the last look */
    int64_t told_pause_ms;        /* the longest pause that the log has been told of */
    struct cqa_folder written;    /* strings: NULL */
    int64_t written_ms;           /* monotonic; 0: not yet */
    int troubled;                 /* it was said that it cannot be read, or not be watched */
    int limited;
};

struct cqa_intake {
    struct folder *folders;
    size_t count;
    int epoll; /* over the folders' inotify; -1: none */
};

/* --- making and ending --- */

static void wake_by_inotify(struct cqa_intake *intake, struct folder *folder)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = folder};
    struct cqa_error error = {0};

    if (cqa_inotify_create(folder->watch->path, &folder->inotify, &error) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "%s is only looked at from time to time: %p", folder->watch->path,
                &error.message);
    else if (epoll_ctl(intake->epoll, EPOLL_CTL_ADD, cqa_inotify_fd(folder->inotify), &event) !=
             0) {
        cqa_log(CQA_LOG_WARNING, "%s is only looked at from time to time: %p", folder->watch->path,
                cqa_words_of_errno(errno));
        cqa_inotify_destroy(folder->inotify);
        folder->inotify = NULL;
    }
}

enum cqa_status cqa_intake_create(struct cqa_pipeline *pipeline, struct cqa_error *error)
{
    const struct cqa_config *config = pipeline->config;
    struct cqa_intake *intake = calloc(1, sizeof *intake);

    if (intake == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    intake->epoll = -1;
    intake->folders = calloc(config->watch_count, sizeof *intake->folders);
    if (intake->folders == NULL)
        goto fail;
    if (pipeline->options.watches) {
        intake->epoll = epoll_create1(EPOLL_CLOEXEC);
        if (intake->epoll < 0)
            goto fail;
    }
    for (intake->count = 0; intake->count < config->watch_count; intake->count++) {
        struct folder *folder = &intake->folders[intake->count];
        folder->watch = &config->watches[intake->count];
        if (intake->epoll >= 0)
            wake_by_inotify(intake, folder);
    }
    pipeline->intake = intake;
    return CQA_OK;
fail:
    cqa_intake_destroy(intake);
    return cqa_fail_errno(error, "cannot watch folders");
}

void cqa_intake_destroy(struct cqa_intake *intake)
{
    if (intake == NULL)
        return;
    for (size_t i = 0; i < intake->count; i++) {
        cqa_scan_destroy(intake->folders[i].scan);
        cqa_inotify_destroy(intake->folders[i].inotify);
    }
    free(intake->folders);
    if (intake->epoll >= 0)
        close(intake->epoll);
    free(intake);
}

int cqa_intake_fd(const struct cqa_intake *intake)
{
    return intake->epoll;
}

/* --- what the store knows already --- */

struct recall {
    struct cqa_scan *scan;
    struct cqa_error *error;
    enum cqa_status status;
};

static int recall_one(void *context, const struct cqa_recording *recording)
{
    struct recall *recall = context;

    /* What is gone may come back as it was, and is then to be told as new. */
    if (recording->state != CQA_RECORDING_VANISHED && !recording->is_gone)
        recall->status = cqa_scan_know(recall->scan, recording->path, recording->size_bytes,
                                       recording->mtime_ns, recall->error);
    return recall->status == CQA_OK;
}

static int recall_copy(void *context, const char *path, int64_t size_bytes, int64_t mtime_ns)
{
    struct recall *recall = context;

    recall->status = cqa_scan_know(recall->scan, path, size_bytes, mtime_ns, recall->error);
    return recall->status == CQA_OK;
}

static int ignores(void *context, const char *name)
{
    return (int)cqa_recorder_ignores(context, name);
}

static enum cqa_status recall_all(struct cqa_scan *scan, struct cqa_store *store,
                                  struct cqa_error *error)
{
    struct recall recall = {.scan = scan, .error = error, .status = CQA_OK};
    enum cqa_status status =
        cqa_recordings_each(store, CQA_RECORDING_STATE_COUNT, recall_one, &recall, error);
    if (status == CQA_OK && recall.status == CQA_OK)
        status = cqa_copies_each(store, recall_copy, &recall, error);

    return status != CQA_OK ? status : recall.status;
}

static int make_scan(struct cqa_pipeline *pipeline, struct folder *folder)
{
    struct cqa_scan_config config = {.folder = folder->watch->path,
                                     .settle_ms = pipeline->config->settle_ms,
                                     .stream_ms = pipeline->config->settle_streams_ms,
                                     .clock = pipeline->clock,
                                     .is_whole = cqa_audio_is_whole,
                                     .ignores = ignores,
                                     .context = folder->watch->recorder};
    struct cqa_arena arena = {0};
    struct cqa_folder known = {0};
    struct cqa_error error = {0};
    enum cqa_status status =
        cqa_folders_find(pipeline->store, folder->watch->path, &arena, &known, &error);

    cqa_arena_finish(&arena);
    config.learned = (struct cqa_scan_learned){known.stream_pause_ms, known.whole_pause_ms,
                                               known.whole_growths, known.closes};
    folder->told_pause_ms = known.stream_pause_ms;
    if (status == CQA_OK)
        status = cqa_scan_create(&config, &folder->scan, &error);
    if (status == CQA_OK)
        status = recall_all(folder->scan, pipeline->store, &error);
    if (cqa_pipeline_took(pipeline, status, &error, CQA_N("a look at what is known")))
        return 1;
    cqa_scan_destroy(folder->scan);
    folder->scan = NULL;
    return 0;
}

/* --- one look --- */

struct look {
    struct cqa_pipeline *pipeline;
    const struct folder *folder;
    struct cqa_arena arena; /* strings of the batch */
    struct cqa_file files[BATCH];
    size_t count;
    struct cqa_file missed[BATCH];
    size_t missed_count;
    const char *gone[BATCH];
    size_t gone_count;
    int failed; /* the store did not take a batch */
};

static void flush(struct look *look)
{
    struct cqa_pipeline *pipeline = look->pipeline;
    const int64_t now_ms = cqa_pipeline_wall_ms(pipeline);
    struct cqa_added added = {0};
    struct cqa_error error = {0};
    enum cqa_status status = CQA_OK;
    size_t missed = 0;

    if (look->count + look->gone_count + look->missed_count == 0)
        return;
    if (look->missed_count > 0)
        status = cqa_recordings_missed(pipeline->store, look->missed, look->missed_count, now_ms,
                                       &missed, &error);
    if (status == CQA_OK && look->gone_count > 0)
        status = cqa_recordings_gone(pipeline->store, look->gone, look->gone_count, now_ms, &error);
    if (status == CQA_OK && look->count > 0)
        status =
            cqa_recordings_add(pipeline->store, look->files, look->count, now_ms, &added, &error);
    if (!cqa_pipeline_took(pipeline, status, &error, CQA_N("new recordings")))
        look->failed = 1;
    else if (added.added + added.changed > 0)
        cqa_log(CQA_LOG_DEBUG, "%s: %zu new, %zu changed", look->folder->watch->path, added.added,
                added.changed);
    if (missed > 0)
        cqa_log(CQA_LOG_WARNING, "%s: %zu recordings went before they had settled",
                look->folder->watch->path, missed);
    look->count = look->gone_count = look->missed_count = 0;
    cqa_arena_finish(&look->arena);
}

static int tell(void *context, const struct cqa_scan_file *file)
{
    struct look *look = context;
    const struct cqa_watch_config *watch = look->folder->watch;
    struct cqa_call_identity identity = {0};
    const char *path = cqa_arena_string(&look->arena, file->path);

    if (look->failed || look->pipeline->tight || path == NULL)
        return 0;
    if (file->news == CQA_SCAN_GONE) {
        look->gone[look->gone_count++] = path;
    } else {
        if (cqa_recorder_identify(watch->recorder, watch->zone, path, &look->arena, &identity,
                                  NULL) != CQA_OK)
            return 0;
        struct cqa_pipeline *pipeline = look->pipeline;
        const int64_t begun_ms = cqa_again_begun_ms(watch, &pipeline->options.scope,
                                                    cqa_engine_children(pipeline->engine), path,
                                                    &identity, &look->arena);
        const struct cqa_file told = {.path = path,
                                      .size_bytes = file->size_bytes,
                                      .mtime_ns = file->mtime_ns,
                                      .source = identity.call.source,
                                      .call_id = identity.call.id,
                                      .path_is_id = identity.path_is_id,
                                      .begun_ms = begun_ms};
        if (file->news == CQA_SCAN_MISSED)
            look->missed[look->missed_count++] = told;
        else
            look->files[look->count++] = told;
    }
    if (look->count == BATCH || look->gone_count == BATCH || look->missed_count == BATCH)
        flush(look);
    return !look->failed;
}

/* Says once what is wrong with a folder, and once that it is well again. */
static void report_trouble(struct folder *folder, int is_troubled, const struct cqa_message *why)
{
    if (is_troubled && !folder->troubled)
        cqa_log(CQA_LOG_ERROR, "%s%s%s: %p; looked at again from time to time", folder->watch->path,
                folder->found.trouble[0] == '\0' ? "" : "/", folder->found.trouble, why);
    else if (!is_troubled && folder->troubled)
        cqa_log(CQA_LOG_NOTICE, "%s: can be read again", folder->watch->path);
    folder->troubled = is_troubled;
}

static void sync_inotify(struct folder *folder)
{
    struct cqa_inotify_state state = {0};
    struct cqa_error error = {0};

    if (folder->inotify == NULL)
        return;
    if (cqa_inotify_sync(folder->inotify, &state, &error) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "%s: %p", folder->watch->path, &error.message);
    if (state.limited && !folder->limited)
        cqa_log(
            CQA_LOG_WARNING,
            "%s: the system allows no more than %d watched folders (fs.inotify.max_user_watches); "
            "the rest is only looked at from time to time",
            folder->watch->path, state.watches);
    folder->limited = state.limited;
}

static void plan_next(const struct cqa_pipeline *pipeline, struct folder *folder,
                      int64_t settles_in_ms)
{
    const int64_t interval_ms = pipeline->config->scan_interval_ms;
    const int64_t delay_ms =
        settles_in_ms >= 0 && settles_in_ms < interval_ms ? settles_in_ms : interval_ms;
    const int64_t pause_ms = folder->look_took_ms * LOOK_SHARE;

    folder->look_at_ms =
        cqa_pipeline_now_ms(pipeline) + (delay_ms > pause_ms ? delay_ms : pause_ms);
}

/* What a look found, for whoever asks (store/folders.h); `path` of `out` is not set. */
static void write_report(const struct cqa_pipeline *pipeline, const struct folder *folder,
                         const struct cqa_scan_report *report, int unread, struct cqa_folder *out)
{
    const struct cqa_scan_learned *learned = cqa_scan_learned(folder->scan);
    const int64_t now_ms = cqa_pipeline_wall_ms(pipeline);

    *out = (struct cqa_folder){.looked_ms = now_ms - folder->look_took_ms,
                               .took_ms = folder->look_took_ms,
                               .files = (int64_t)report->files,
                               .settling = (int64_t)report->settling,
                               .held = (int64_t)report->held,
                               .ignored = (int64_t)report->ignored,
                               .not_regular = (int64_t)report->not_regular,
                               .errors = (int64_t)report->errors,
                               .sys_errno = report->sys_errno,
                               .held_back = (int64_t)report->held_back,
                               .unread = unread,
                               .settling_since_ms =
                                   report->settling > 0 ? now_ms - report->longest_ms : 0,
                               .settling_path = report->longest_path,
                               .stream_pause_ms = learned->stream_pause_ms,
                               .whole_pause_ms = learned->whole_pause_ms,
                               .whole_growths = learned->whole_growths,
                               .closes = learned->closes};
}

/* As far as it is worth writing at once. */
static int is_news(const struct cqa_folder *was, const struct cqa_folder *is)
{
    return was->files != is->files || was->settling != is->settling || was->held != is->held ||
           was->ignored != is->ignored || was->not_regular != is->not_regular ||
           was->errors != is->errors || was->held_back != is->held_back ||
           was->unread != is->unread || was->stream_pause_ms != is->stream_pause_ms ||
           was->whole_pause_ms != is->whole_pause_ms || was->whole_growths != is->whole_growths;
}

static void keep_report(struct cqa_pipeline *pipeline, struct folder *folder,
                        const struct cqa_scan_report *report, int unread)
{
    const int64_t now_ms = cqa_pipeline_now_ms(pipeline);
    struct cqa_folder found;
    struct cqa_error error = {0};

    write_report(pipeline, folder, report, unread, &found);
    if (folder->written_ms != 0 && now_ms - folder->written_ms < WRITE_MS &&
        !is_news(&folder->written, &found))
        return;
    found.path = folder->watch->path;
    const enum cqa_status status = cqa_folders_put(pipeline->store, &found, &error);
    if (pipeline->tight ? status != CQA_OK
                        : !cqa_pipeline_took(pipeline, status, &error, CQA_N("what a look found")))
        return;
    found.path = NULL;
    found.settling_path = NULL;
    folder->written = found;
    folder->written_ms = now_ms;
}

/* A folder in which recordings pause for longer than they are waited for is worth a word. */
static void tell_learned(const struct cqa_pipeline *pipeline, struct folder *folder)
{
    const int64_t pause_ms = cqa_scan_learned(folder->scan)->stream_pause_ms;

    if (pause_ms <= folder->told_pause_ms ||
        pause_ms + pause_ms / 2 <= pipeline->config->settle_streams_ms)
        return;
    folder->told_pause_ms = pause_ms;
    cqa_log(CQA_LOG_NOTICE,
            "%s: a recording grew again after %" PRId64 " s: what does not know its length is "
            "waited for %" PRId64 " s here from now on",
            folder->watch->path, pause_ms / 1000, (pause_ms + pause_ms / 2) / 1000);
}

static void look_at(struct cqa_pipeline *pipeline, struct folder *folder)
{
    struct look *look = calloc(1, sizeof *look);
    struct cqa_scan_report report = {.next_ms = -1};
    struct cqa_error error = {0};

    if (look == NULL || (folder->scan == NULL && !make_scan(pipeline, folder))) {
        free(look);
        return;
    }
    look->pipeline = pipeline;
    look->folder = folder;
    folder->looked_ms = cqa_pipeline_now_ms(pipeline);
    sync_inotify(folder);
    const enum cqa_status status = cqa_scan_look(folder->scan, tell, look, &report, &error);
    flush(look);
    folder->look_took_ms = cqa_pipeline_now_ms(pipeline) - folder->looked_ms;
    folder->settling = report.settling + report.untold;
    folder->found = report;
    folder->found.longest_path = NULL; /* lives until the next look */
    if (folder->first_ms == 0)
        folder->first_ms = folder->looked_ms;
    if (status != CQA_OK)
        report_trouble(folder, 1, &error.message);
    else
        report_trouble(folder, report.errors > 0, cqa_words_of_errno(report.sys_errno));
    if (!look->failed)
        keep_report(pipeline, folder, &report, status != CQA_OK);
    tell_learned(pipeline, folder);
    if (look->failed) { /* what was told is not stored: learn anew from the store, and tell all
                           again */
        cqa_scan_destroy(folder->scan);
        folder->scan = NULL;
    }
    cqa_arena_finish(&look->arena);
    free(look);
    plan_next(pipeline, folder, report.next_ms);
}

/* --- all folders --- */

static void take_hint(void *context, const char *path, enum cqa_inotify_news news)
{
    static const enum cqa_scan_hint hints[] = {[CQA_INOTIFY_APPEARED] = CQA_SCAN_APPEARED,
                                               [CQA_INOTIFY_CLOSED] = CQA_SCAN_CLOSED,
                                               [CQA_INOTIFY_ARRIVED] = CQA_SCAN_ARRIVED,
                                               [CQA_INOTIFY_LEFT] = CQA_SCAN_LEFT};
    struct folder *folder = context;

    if (folder->scan != NULL)
        cqa_scan_hint(folder->scan, path, hints[news]);
}

/* Events make a look due now, but not more often than is fit. */
static void take_events(struct cqa_pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->intake->count; i++) {
        struct folder *folder = &pipeline->intake->folders[i];
        const int64_t pause_ms = folder->look_took_ms * LOOK_SHARE;
        const int64_t soonest_ms = folder->looked_ms + folder->look_took_ms +
                                   (pause_ms > LOOK_MS_MIN ? pause_ms : LOOK_MS_MIN);
        if (folder->inotify != NULL && cqa_inotify_take(folder->inotify, take_hint, folder) &&
            soonest_ms < folder->look_at_ms)
            folder->look_at_ms = soonest_ms;
    }
}

int64_t cqa_intake_step(struct cqa_pipeline *pipeline)
{
    int64_t next_ms = INT64_MAX;

    take_events(pipeline);
    for (size_t i = 0; i < pipeline->intake->count; i++) {
        struct folder *folder = &pipeline->intake->folders[i];
        const int64_t now_ms = cqa_pipeline_now_ms(pipeline);
        if (folder->look_at_ms <= now_ms && pipeline->pause_until_ms <= now_ms)
            look_at(pipeline, folder);
        if (folder->look_at_ms < next_ms)
            next_ms = folder->look_at_ms;
    }
    return next_ms;
}

void cqa_intake_passed_over(const struct cqa_pipeline *pipeline, size_t counts[CQA_LITTER_COUNT])
{
    for (size_t i = 0; i < pipeline->intake->count; i++) {
        const struct cqa_scan_report *found = &pipeline->intake->folders[i].found;
        size_t told = 0;
        for (int reason = 0; reason < CQA_LITTER_COUNT; reason++) {
            counts[reason] += found->litter[reason];
            told += found->litter[reason];
        }
        counts[CQA_LITTER_PROFILE] += found->ignored - told;
    }
}

size_t cqa_intake_unread(const struct cqa_pipeline *pipeline)
{
    size_t count = 0;

    for (size_t i = 0; i < pipeline->intake->count; i++)
        count += (size_t)(pipeline->intake->folders[i].troubled != 0);
    return count;
}

int cqa_intake_complete(const struct cqa_pipeline *pipeline)
{
    const int64_t patience_ms =
        pipeline->config->settle_streams_ms + pipeline->config->settle_ms * SETTLE_ROUNDS;

    for (size_t i = 0; i < pipeline->intake->count; i++) {
        const struct folder *folder = &pipeline->intake->folders[i];
        if (folder->first_ms == 0 ||
            (folder->settling > 0 &&
             cqa_pipeline_now_ms(pipeline) - folder->first_ms < patience_ms))
            return 0;
    }
    return 1;
}

size_t cqa_intake_settling(const struct cqa_pipeline *pipeline)
{
    size_t settling = 0;

    for (size_t i = 0; i < pipeline->intake->count; i++)
        settling += pipeline->intake->folders[i].settling;
    return settling;
}
