/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the store through a worker back to the store. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "pipeline/parts.h"
#include "store/legs.h"

enum { JSON_BYTES_MAX = 64 << 20 };

static int64_t mtime_ns(const struct stat *facts)
{
    return (int64_t)facts->st_mtim.tv_sec * 1000000000 + facts->st_mtim.tv_nsec;
}

static void finish_task(struct cqa_task *task)
{
    cqa_result_destroy(task->outcome.result);
    cqa_buffer_finish(&task->outcome.clips);
    cqa_arena_finish(&task->arena);
    if (task->fd >= 0)
        close(task->fd);
    cqa_legs_let_go(task);
    *task = (struct cqa_task){.fd = -1};
}

/* The one place where a task's recording changes its state. */
static void take_step(struct cqa_pipeline *pipeline, struct cqa_task *task,
                      enum cqa_life_event event)
{
    switch (cqa_life_take(&task->life, event)) {
    case CQA_LIFE_SEND:
        cqa_pipeline_owes(pipeline);
        finish_task(task);
        break;
    case CQA_LIFE_PUT_DOWN:
        finish_task(task);
        break;
    case CQA_LIFE_NOTHING:
    case CQA_LIFE_START:
    case CQA_LIFE_ACTION_COUNT:
        break;
    }
}

/* --- after analysis --- */

/* What the parent knows of an analysed call, and what it costs. */
static enum cqa_status complete(struct cqa_pipeline *pipeline, struct cqa_task *task,
                                struct cqa_error *error)
{
    const struct cqa_task_other *other = &task->other;
    const char *const paths[CQA_LEGS] = {other->is_first ? other->path : task->path,
                                         other->is_first ? task->path : other->path};

    if (other->id != 0 && cqa_complete_legs(task->outcome.result, paths, error) != CQA_OK)
        return CQA_E_NOMEM;
    return cqa_complete(task->outcome.result, paths[0], &task->call, pipeline->config->rubric,
                        pipeline->config->show_digits, error);
}

static void write_key(const struct cqa_task *task, const char *analyzer, const char *sha256,
                      const char *version, char out[CQA_DELIVERY_KEY_SIZE])
{
    const struct cqa_delivery_parts parts = {.source = task->call.source,
                                             .call_id = task->call.id,
                                             .sha256 = sha256,
                                             .rubric_version = version,
                                             .analyzer = analyzer,
                                             .facts = sha256[0] == '\0' ? NULL : task->known.facts};

    cqa_delivery_key(&parts, out);
}

/* What is sent of a result: with its clips, where it has some and they fit; else empty. */
static struct cqa_buffer with_clips(const struct cqa_task *task, const struct cqa_buffer *json)
{
    struct cqa_buffer body = {0};
    struct cqa_error error = {0};

    if (task->outcome.clips.length == 0 ||
        cqa_clips_attach(json, &task->order, &task->outcome.clips, &body, &error) == CQA_OK)
        return body;
    cqa_log(CQA_LOG_WARNING, "%s: sent without clips: %p", cqa_log_private(task->path),
            &error.message);
    cqa_buffer_finish(&body);
    return (struct cqa_buffer){0};
}

/* Facts that do not agree, with both values. */
static void say_doubts(const struct cqa_task *task)
{
    for (int i = 0; i < task->call.doubt_count; i++) {
        const struct cqa_call_doubt *doubt = &task->call.doubts[i];
        cqa_log(CQA_LOG_NOTICE, "%s: facts do not agree: %s is %s by %s, %s by %s",
                cqa_log_private(task->path), cqa_call_field_words[doubt->field],
                cqa_log_private(doubt->values[0] == NULL ? "-" : doubt->values[0]),
                cqa_fact_source_words[doubt->from[0]],
                cqa_log_private(doubt->values[1] == NULL ? "-" : doubt->values[1]),
                cqa_fact_source_words[doubt->from[1]]);
    }
}

/* The event that came of storing; EVENT_COUNT: not stored yet. */
static enum cqa_life_event store_result(struct cqa_pipeline *pipeline, struct cqa_task *task,
                                        const struct cqa_buffer *json,
                                        const struct cqa_kin_plan *plan)
{
    const struct cqa_result *result = task->outcome.result;
    char version[128];
    char analyzer[CQA_ANALYZER_NAME_SIZE];
    char key[CQA_DELIVERY_KEY_SIZE];
    struct cqa_error error = {0};
    int kept = 0;

    assert(result != NULL);
    cqa_kin_version(result, version, sizeof version);
    cqa_analyzer_with(pipeline->analyzer, task->origin, analyzer);
    write_key(task, analyzer, result->recording.sha256, version, key);
    struct cqa_buffer body = with_clips(task, json);
    const struct cqa_facts_link link = cqa_facts_link_of(pipeline, &task->known);
    const struct cqa_finished finished = {
        .id = task->id,
        .size_bytes = task->before.st_size,
        .mtime_ns = mtime_ns(&task->before),
        .begun_ms = task->call.begun_ms,
        .sha256 = result->recording.sha256,
        .file_sha256 = result->file_sha256,
        .rubric = result->score.rubric,
        .rubric_version = result->score.version,
        .analyzer = analyzer,
        .json = json->text,
        .json_length = json->length,
        .key = pipeline->config->posts ? key : NULL,
        .body = body.text,
        .body_length = body.length,
        .link = &link,
        .leg = result->recording.layout == CQA_LAYOUT_LEG ? task->leg : NULL,
        .settlement = task->apart ? NULL : &plan->settlement,
        .apart = task->apart,
    };
    const enum cqa_status status =
        cqa_results_put(pipeline->store, &finished, cqa_pipeline_wall_ms(pipeline), &kept, &error);
    cqa_buffer_finish(&body);
    if (!cqa_pipeline_took(pipeline, status, &error, "a result"))
        return CQA_LIFE_EVENT_COUNT;
    if (status != CQA_OK)
        return CQA_LIFE_TAKEN;
    cqa_facts_stored(pipeline);
    say_doubts(task);
    pipeline->counts.analysed += (uint64_t)(kept != 0);
    pipeline->counts.apart += (uint64_t)(kept && task->apart);
    if (kept && plan->of != NULL)
        cqa_log(CQA_LOG_INFO, "%s: the same recording as %s%p", cqa_log_private(task->path),
                cqa_log_private(plan->of),
                plan->settlement.is == CQA_KIN_BETTER ? cqa_words(", and the better source of it")
                                                      : NULL);
    return !kept ? CQA_LIFE_OUTDATED : plan->of != NULL ? CQA_LIFE_COPIED : CQA_LIFE_KEPT;
}

static void count_failure(struct cqa_pipeline_status *counts, const char *reason)
{
    counts->failed++;
    for (size_t i = 0; i < CQA_FAILED_REASONS_MAX; i++) {
        if (counts->reasons[i].reason[0] == '\0')
            snprintf(counts->reasons[i].reason, sizeof counts->reasons[i].reason, "%s", reason);
        if (strcmp(counts->reasons[i].reason, reason) == 0) {
            counts->reasons[i].count++;
            return;
        }
    }
}

static void tell_failure(struct cqa_pipeline *pipeline, const struct cqa_task *task,
                         enum cqa_recording_state state)
{
    const struct cqa_failure *failure = &task->outcome.failure;
    const int stays = state == CQA_RECORDING_SCORED;
    const int is_end = state == CQA_RECORDING_FAILED || stays;

    cqa_log(is_end ? CQA_LOG_WARNING : CQA_LOG_INFO, "%s: %s: %p%p", cqa_log_private(task->path),
            failure->reason, &failure->message,
            stays    ? cqa_words(" (its result stays as it is)")
            : is_end ? NULL
                     : cqa_words(" (will be tried again)"));
    if (is_end)
        count_failure(&pipeline->counts, failure->reason);
}

/* Two files of one call may fail, each for itself. */
static void name_failure(const struct cqa_task *task, char *out, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

    for (const char *at = task->path; at != NULL && *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
    (void)snprintf(out, size, "%s#%08x", task->outcome.failure.reason,
                   (unsigned)(hash ^ hash >> 32));
}

/* As store_result. */
static enum cqa_life_event store_failure(struct cqa_pipeline *pipeline, struct cqa_task *task)
{
    const struct cqa_failure *failure = &task->outcome.failure;
    struct cqa_buffer json = {.limit = 1 << 20};
    char analyzer[CQA_ANALYZER_NAME_SIZE];
    char key[CQA_DELIVERY_KEY_SIZE];
    struct cqa_error error = {0};
    enum cqa_recording_state state = CQA_RECORDING_LEASED;

    enum cqa_status status = cqa_failure_to_json(task->path, &task->call, failure, &json);
    char which[sizeof failure->reason + 16];
    name_failure(task, which, sizeof which);
    cqa_analyzer_with(pipeline->analyzer, task->origin, analyzer);
    write_key(task, analyzer, "", which, key);
    const struct cqa_failed failed = {
        .id = task->id,
        .size_bytes = task->before.st_size,
        .mtime_ns = mtime_ns(&task->before),
        .reason = failure->reason,
        .text = cqa_english(&failure->message),
        .unfinished_ms = cqa_pipeline_unfinished_ms(pipeline),
        .analyzer = analyzer,
        .key = key,
        .body = pipeline->config->posts && status == CQA_OK ? json.text : NULL,
        .body_length = json.length,
    };
    status = cqa_recordings_fail(pipeline->store, &failed, cqa_pipeline_wall_ms(pipeline), &state,
                                 &error);
    cqa_buffer_finish(&json);
    if (!cqa_pipeline_took(pipeline, status, &error, "a failure"))
        return CQA_LIFE_EVENT_COUNT;
    if (status != CQA_OK)
        return CQA_LIFE_TAKEN;
    tell_failure(pipeline, task, state);
    return cqa_life_failure(state);
}

static int file_has_changed(int fd, const struct stat *before)
{
    struct stat after;

    return fstat(fd, &after) != 0 || after.st_size != before->st_size ||
           mtime_ns(&after) != mtime_ns(before);
}

/* The files must be those that were read: same bytes, not written to while the worker read. */
static int has_changed(const struct cqa_task *task)
{
    return file_has_changed(task->fd, &task->before) ||
           (task->other.id != 0 && file_has_changed(task->other.fd, &task->other.before));
}

/* Scores a result and finds out what its recording is to others. 0: the store cannot be asked now.
 */
static int prepare(struct cqa_pipeline *pipeline, struct cqa_task *task, struct cqa_kin_plan *plan)
{
    struct cqa_outcome *outcome = &task->outcome;
    struct cqa_error error = {0};

    if (!outcome->result->scored && complete(pipeline, task, &error) != CQA_OK) {
        cqa_failure_set(&outcome->failure, CQA_FAILURE_INTERNAL, "%p", &error.message);
        return 1;
    }
    if (task->apart)
        return 1;
    const enum cqa_status status =
        cqa_kin_decide(pipeline, task->id, outcome->result, plan, &error);
    return cqa_pipeline_took(pipeline, status, &error, CQA_N("what is known of a call"));
}

/* Makes an ended task's outcome durable. 0: the store takes nothing now, the task stays. */
static int settle(struct cqa_pipeline *pipeline, struct cqa_task *task)
{
    struct cqa_buffer json = {.limit = JSON_BYTES_MAX};
    struct cqa_outcome *outcome = &task->outcome;
    struct cqa_kin_plan plan = {0};

    if (outcome->result != NULL && has_changed(task))
        cqa_failure_set(&outcome->failure, CQA_FAILURE_CHANGED,
                        "the file changed while it was read");
    else if (outcome->result != NULL && !prepare(pipeline, task, &plan)) {
        cqa_arena_finish(&plan.arena);
        return 0;
    } else if (outcome->result != NULL && outcome->failure.reason[0] == '\0' &&
               cqa_result_to_json(outcome->result, &json) != CQA_OK)
        cqa_failure_set(&outcome->failure, CQA_FAILURE_INTERNAL,
                        "the result does not fit in memory");
    if (outcome->failure.reason[0] == '\0' && !task->apart && !cqa_legs_end(pipeline, task, 1)) {
        cqa_buffer_finish(&json);
        cqa_arena_finish(&plan.arena);
        if (outcome->result != NULL)
            outcome->result->scored = 0;
        return 0;
    }
    const enum cqa_life_event event = outcome->failure.reason[0] != '\0'
                                          ? store_failure(pipeline, task)
                                          : store_result(pipeline, task, &json, &plan);
    cqa_buffer_finish(&json);
    cqa_arena_finish(&plan.arena);
    if (event == CQA_LIFE_EVENT_COUNT) {
        if (outcome->result != NULL) /* others may be there when it is tried again */
            outcome->result->scored = 0;
        return 0;
    }
    take_step(pipeline, task, event);
    return 1;
}

/* --- before analysis --- */

/* What the store knows of it: a task can be told of by that, whatever goes wrong behind it. */
static enum cqa_status name(const struct cqa_recording *recording, struct cqa_task *task,
                            struct cqa_error *error)
{
    const char *path = cqa_arena_string(&task->arena, recording->path);
    const char *source = cqa_arena_string(&task->arena, recording->source);
    const char *call = cqa_arena_string(&task->arena, recording->call);

    task->path = path != NULL ? path : "";
    task->call.source = source != NULL ? source : "";
    task->call.id = call != NULL ? call : "";
    return path != NULL && source != NULL && call != NULL
               ? CQA_OK
               : cqa_fail(error, CQA_E_NOMEM, "out of memory");
}

/* Whose call it is, but with the id that the store gave it. */
static enum cqa_status identify(struct cqa_pipeline *pipeline, const struct cqa_watch_config *watch,
                                const struct cqa_recording *recording, struct cqa_task *task,
                                struct cqa_call_identity *identity, struct cqa_error *error)
{
    enum cqa_status status = name(recording, task, error);
    const char *id = task->call.id;

    if (status == CQA_OK)
        status =
            cqa_facts_know(pipeline, watch, recording->path, &task->arena, &task->known, error);
    if (status != CQA_OK)
        return status;
    task->call = task->known.call;
    task->call.id = id;
    *identity = task->known.identity;
    task->known.link.keys.watch = cqa_arena_string(&task->arena, watch->path);
    return task->known.link.keys.watch != NULL ? CQA_OK
                                               : cqa_fail(error, CQA_E_NOMEM, "out of memory");
}

/*
 * Where other facts change nothing that was measured, what was measured stays: 1 when it is the
 * task's outcome. Clips want a worker anyway.
 */
static int measured_before(struct cqa_pipeline *pipeline, const struct cqa_recording *recording,
                           struct cqa_task *task)
{
    char analyzer[CQA_ANALYZER_NAME_SIZE];
    const struct cqa_result_wish wish = {.id = task->id,
                                         .size_bytes = task->before.st_size,
                                         .mtime_ns = mtime_ns(&task->before),
                                         .analyzer = analyzer,
                                         .lines = task->known.lines};
    struct cqa_result *result = NULL;
    struct cqa_error error = {0};
    const char *json = NULL;
    size_t length = 0;

    cqa_analyzer_with(pipeline->analyzer, task->origin, analyzer);
    if (recording->asked != CQA_ASKED_AGAIN || task->call.lines.leg != CQA_LEG_NONE ||
        pipeline->config->clips.sends ||
        cqa_results_find(pipeline->store, &wish, &task->arena, &json, &length, &error) != CQA_OK)
        return 0;
    result = calloc(1, sizeof *result);
    if (result == NULL ||
        cqa_result_from_json(json, length, CQA_RESULT_OURS, result, &error) != CQA_OK) {
        cqa_result_destroy(result);
        return 0;
    }
    result->scored = 0;
    result->score = (struct cqa_score){0};
    result->call = (struct cqa_call){0};
    task->outcome.result = result;
    return 1;
}

/* Hands a task's open files to a worker. */
static enum cqa_status hand_over(struct cqa_pipeline *pipeline, const struct cqa_task *task,
                                 const struct cqa_clip_order *clips, struct cqa_error *error)
{
    const struct cqa_task_other *leg = &task->other;
    const int turned = leg->id != 0 && leg->is_first;
    const struct cqa_job_other other = {turned ? task->fd : leg->fd,
                                        turned ? task->path : leg->path, leg->align};
    const struct cqa_job job = {.id = (uint64_t)task->id,
                                .fd = turned ? leg->fd : task->fd,
                                .name = turned ? leg->path : task->path,
                                .lines = task->call.lines,
                                .other = leg->id != 0 ? &other : NULL,
                                .clips = clips};

    return cqa_workers_submit(pipeline->workers, &job, error);
}

/* Opens a claimed recording, with the other file of its call, and hands it to a worker: SUBMIT when
 * one has it. */
static enum cqa_life_event submit(struct cqa_pipeline *pipeline,
                                  const struct cqa_watch_config *watch,
                                  const struct cqa_recording *recording, struct cqa_task *task)
{
    struct cqa_call_identity identity = {0};
    struct cqa_error error = {0};
    enum cqa_leg_turn turn = CQA_LEG_GOES;

    enum cqa_status status = identify(pipeline, watch, recording, task, &identity, &error);
    task->alone = task->call;
    if (status == CQA_OK)
        turn = cqa_legs_turn(pipeline, watch, recording, &identity, task, &error);
    if (turn == CQA_LEG_WAITS)
        return CQA_LIFE_RETURNED;
    if (turn == CQA_LEG_IS_LENT)
        return CQA_LIFE_BARRED;
    if (turn == CQA_LEG_FAILS)
        status = CQA_E_BUSY;
    if (status == CQA_OK)
        task->fd = cqa_open_recording(task->path, &task->outcome.failure);
    if (status == CQA_OK && task->fd < 0)
        return CQA_LIFE_ANSWER;
    if (status == CQA_OK && fstat(task->fd, &task->before) != 0)
        status = cqa_fail_errno(&error, "the recording");
    if (status == CQA_OK && task->other.id == 0 && measured_before(pipeline, recording, task))
        return CQA_LIFE_ANSWER;
    if (status == CQA_OK)
        status = hand_over(pipeline, task, NULL, &error);
    if (status != CQA_OK)
        cqa_failure_set(&task->outcome.failure, CQA_FAILURE_INTERNAL, "%p", &error.message);
    return status == CQA_OK ? CQA_LIFE_SUBMIT : CQA_LIFE_ANSWER;
}

/* Takes a claimed recording as a task. What goes wrong here ends it like a worker's failure. */
static void start(struct cqa_pipeline *pipeline, const struct cqa_watch_config *watch,
                  const struct cqa_recording *recording, struct cqa_task *task)
{
    *task = (struct cqa_task){.life = CQA_LIFE_READY, .id = recording->id, .fd = -1};
    task->apart = recording->asked == CQA_ASKED_APART;
    cqa_analyzer_origin(watch, task->origin);
    task->before.st_size = recording->size_bytes;
    task->before.st_mtim = (struct timespec){.tv_sec = recording->mtime_ns / 1000000000,
                                             .tv_nsec = recording->mtime_ns % 1000000000};
    take_step(pipeline, task, CQA_LIFE_CLAIM);
    take_step(pipeline, task, submit(pipeline, watch, recording, task));
}

/* How many recordings can be begun now. */
static size_t room(const struct cqa_pipeline *pipeline)
{
    const int idle = cqa_workers_idle(pipeline->workers);
    int unused = 0;

    for (int i = 0; i < pipeline->task_count; i++)
        unused += pipeline->tasks[i].life == CQA_LIFE_UNKNOWN;
    return (size_t)(idle < unused ? idle : unused);
}

/* Claims and starts up to `limit` recordings of one folder; how many. What the store knows of
 * folders that are no longer watched is left alone. */
static size_t begin(struct cqa_pipeline *pipeline, const struct cqa_watch_config *watch,
                    size_t limit)
{
    const struct cqa_again_scope *scope = &pipeline->options.scope;
    const struct cqa_claim claim = {.limit = limit,
                                    .under = cqa_again_folder(watch, scope),
                                    .since_ns = cqa_again_instant_ns(watch, scope->since_s),
                                    .until_ns = cqa_again_instant_ns(watch, scope->until_s),
                                    .only_apart = pipeline->options.again == CQA_ASKED_APART,
                                    .rest_ms = pipeline->options.watches ? watch->facts.wait_ms : 0,
                                    .unfinished_ms = cqa_pipeline_unfinished_ms(pipeline)};
    struct cqa_arena arena = {0};
    struct cqa_recording *claimed = cqa_arena_alloc(&arena, limit * sizeof *claimed);
    struct cqa_error error = {0};
    size_t count = 0;

    if (claimed == NULL || claim.under == NULL) {
        cqa_arena_finish(&arena);
        return 0;
    }
    const enum cqa_status status = cqa_recordings_claim(
        pipeline->store, &claim, cqa_pipeline_wall_ms(pipeline), &arena, claimed, &count, &error);
    if (!cqa_pipeline_took(pipeline, status, &error, CQA_N("a claim")))
        count = 0;
    struct cqa_task *task = pipeline->tasks;
    for (size_t i = 0; i < count; i++) {
        while (task->life != CQA_LIFE_UNKNOWN)
            task++;
        start(pipeline, watch, &claimed[i], task);
    }
    cqa_arena_finish(&arena);
    return count;
}

/* Gives each folder its turn to be the first. */
static void begin_all(struct cqa_pipeline *pipeline)
{
    const size_t watch_count = pipeline->config->watch_count;
    size_t left = room(pipeline);

    /* A sweep begins with all that is known. */
    if (!pipeline->options.watches && !cqa_facts_complete(pipeline)) {
        pipeline->claimed = 1;
        return;
    }
    pipeline->claimed = left == 0;
    for (size_t i = 0; i < watch_count && left > 0; i++) {
        const size_t turn = (pipeline->first_watch + i) % watch_count;
        const size_t begun = begin(pipeline, &pipeline->config->watches[turn], left);
        pipeline->claimed |= begun > 0;
        left -= begun;
    }
    pipeline->first_watch++;
}

static struct cqa_task *find_task(struct cqa_pipeline *pipeline, uint64_t id)
{
    for (int i = 0; i < pipeline->task_count; i++)
        if (pipeline->tasks[i].life != CQA_LIFE_UNKNOWN && (uint64_t)pipeline->tasks[i].id == id)
            return &pipeline->tasks[i];
    return NULL;
}

/* Has the clips of an analysed recording cut, where some are to be sent: 1 when that is under way.
 * The worker that has just answered is idle, so there is one. */
static int cut_clips(struct cqa_pipeline *pipeline, struct cqa_task *task)
{
    struct cqa_result *result = task->outcome.result;
    struct cqa_error error = {0};

    if (result == NULL || !pipeline->config->posts || task->apart ||
        complete(pipeline, task, &error) != CQA_OK ||
        !cqa_clips_plan(&pipeline->config->clips, result, &task->order))
        return 0;
    const enum cqa_status status = hand_over(pipeline, task, &task->order, &error);
    if (status != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "%s: no clips: %p", cqa_log_private(task->path), &error.message);
    return status == CQA_OK;
}

static void take_clips(struct cqa_task *task, const struct cqa_outcome *outcome)
{
    task->outcome.clips = outcome->clips;
    if (outcome->failure.reason[0] != '\0')
        cqa_log(CQA_LOG_WARNING, "%s: no clips: %s: %p", cqa_log_private(task->path),
                outcome->failure.reason, &outcome->failure.message);
}

/* Whether the same may go well the next time. */
static int is_passing(const struct cqa_failure *failure)
{
    static const char *const passing[] = {CQA_FAILURE_UNREADABLE, CQA_FAILURE_CHANGED,
                                          CQA_FAILURE_INTERNAL, CQA_FAILURE_CRASHED,
                                          CQA_FAILURE_TIMED_OUT};

    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (strcmp(failure->reason, passing[i]) == 0)
            return 1;
    return 0;
}

/* Two files that do not become one call are analysed each by itself, this one now: 1 when that is
 * under way. */
static int go_alone(struct cqa_pipeline *pipeline, struct cqa_task *task,
                    struct cqa_outcome *outcome)
{
    struct cqa_error error = {0};

    if (task->other.id == 0 || outcome->result != NULL || is_passing(&outcome->failure))
        return 0;
    cqa_log(CQA_LOG_NOTICE, "%s and %s: %p; each is analysed by itself",
            cqa_log_private(task->path), cqa_log_private(task->other.path),
            &outcome->failure.message);
    if (!cqa_legs_end(pipeline, task, 0)) {
        cqa_failure_set(&outcome->failure, CQA_FAILURE_INTERNAL, "the store is busy");
        return 0;
    }
    cqa_legs_let_go(task);
    task->leg = CQA_LEG_APART;
    task->call = task->alone;
    if (hand_over(pipeline, task, NULL, &error) == CQA_OK)
        return 1;
    cqa_failure_set(&outcome->failure, CQA_FAILURE_INTERNAL, "%p", &error.message);
    return 0;
}

static void take_outcome(struct cqa_pipeline *pipeline, struct cqa_outcome *outcome)
{
    struct cqa_task *task = find_task(pipeline, outcome->id);

    if (task == NULL) {
        cqa_result_destroy(outcome->result);
        cqa_buffer_finish(&outcome->clips);
    } else if (task->life == CQA_LIFE_CUTTING) {
        take_clips(task, outcome);
        take_step(pipeline, task, CQA_LIFE_ANSWER);
    } else if (!go_alone(pipeline, task, outcome)) {
        task->outcome = *outcome;
        take_step(pipeline, task, cut_clips(pipeline, task) ? CQA_LIFE_CUT : CQA_LIFE_ANSWER);
    }
}

void cqa_analyse_step(struct cqa_pipeline *pipeline)
{
    struct cqa_outcome outcome;

    while (cqa_workers_take(pipeline->workers, 0, &outcome))
        take_outcome(pipeline, &outcome);
    if (pipeline->pause_until_ms > cqa_pipeline_now_ms(pipeline))
        return;
    if (!pipeline->winding_down) /* before the store is written, so that no worker waits for it */
        begin_all(pipeline);
    for (int i = 0; i < pipeline->task_count; i++)
        if (pipeline->tasks[i].life == CQA_LIFE_ENDED && !settle(pipeline, &pipeline->tasks[i]))
            return;
}

void cqa_analyse_unscore(struct cqa_pipeline *pipeline)
{
    for (int i = 0; i < pipeline->task_count; i++)
        if (pipeline->tasks[i].outcome.result != NULL)
            pipeline->tasks[i].outcome.result->scored = 0;
}

void cqa_analyse_drop(struct cqa_pipeline *pipeline)
{
    for (int i = 0; i < pipeline->task_count; i++)
        if (pipeline->tasks[i].life != CQA_LIFE_UNKNOWN)
            take_step(pipeline, &pipeline->tasks[i], CQA_LIFE_RETURNED);
}
