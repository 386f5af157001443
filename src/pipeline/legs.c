/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two files of one call find each other (docs/decisions/0125-legs.md). */
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "pipeline/family.h"
#include "pipeline/parts.h"
#include "recorder/leg.h"
#include "store/legs.h"

enum {
    LOOK_AGAIN_MS = 2000,
    WAIT_STEP_MS = 300000,
};

struct finding {
    struct cqa_pipeline *pipeline;
    const struct cqa_watch_config *watch;
    const struct cqa_recording *recording;
    struct cqa_task *task;
    struct cqa_error *error;
};

static int64_t mtime_ms(int64_t mtime_ns)
{
    return mtime_ns / 1000000;
}

/* Whose call a file of the family is; its sidecar too, where that may tell when it began. */
static enum cqa_status identify(const struct finding *finding, const char *path,
                                struct cqa_call_identity *identity)
{
    struct cqa_task *task = finding->task;
    struct cqa_error sidecar = {0};
    enum cqa_status status = cqa_recorder_identify(finding->watch->recorder, finding->watch->zone,
                                                   path, &task->arena, identity, finding->error);

    if (status == CQA_OK && identity->leg_channel >= 0 &&
        cqa_recorder_read_sidecar(
            finding->watch->recorder, cqa_engine_children(finding->pipeline->engine),
            finding->watch->zone, path, &task->arena, identity, NULL, &sidecar) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "%s: its metadata is not used: %p", cqa_log_private(path),
                &sidecar.message);
    return status;
}

/* The one that makes a pair with it. `*found`: NULL where there is none, or nobody knows which: the
 * task's `leg` says why. */
static enum cqa_status find_partner(const struct finding *finding,
                                    const struct cqa_call_identity *own,
                                    struct cqa_recording **found,
                                    struct cqa_call_identity *identity)
{
    struct cqa_arena *arena = &finding->task->arena;
    struct cqa_family *family = cqa_arena_alloc(arena, sizeof *family);

    *found = NULL;
    finding->task->leg = CQA_LEG_ALONE;
    if (family == NULL)
        return cqa_fail(finding->error, CQA_E_NOMEM, "out of memory");
    const enum cqa_status status = cqa_family_find(finding->pipeline, own->call.source,
                                                   own->call.id, arena, family, finding->error);
    const size_t self =
        status == CQA_OK ? cqa_family_member(family, finding->recording->id) : family->count;
    if (status == CQA_OK && self == family->count) /* more than are looked at */
        finding->task->leg = CQA_LEG_UNSURE;
    if (status != CQA_OK || self == family->count)
        return status;
    const size_t other = cqa_family_partner(family, self);
    if (other == family->count) {
        if (cqa_recorder_is_unsure(family->file, family->count, self))
            finding->task->leg = CQA_LEG_UNSURE;
        return CQA_OK;
    }
    finding->task->leg = NULL;
    *found = &family->recording[other];
    return identify(finding, (*found)->path, identity);
}

/* Opens the other file and makes both one call. 0: it cannot be had. */
static int join(const struct finding *finding, const struct cqa_call_identity *own,
                const struct cqa_recording *partner, const struct cqa_call_identity *identity)
{
    struct cqa_task *task = finding->task;
    struct cqa_task_other *other = &task->other;
    const char *id = task->call.id;
    struct cqa_failure failure = {0};
    const int fd = cqa_open_recording(partner->path, &failure);

    if (fd < 0 || fstat(fd, &other->before) != 0) {
        if (fd >= 0)
            close(fd);
        return 0;
    }
    const struct cqa_leg_file mine = {task->path, own, mtime_ms(finding->recording->mtime_ns)};
    const struct cqa_leg_file theirs = {partner->path, identity, mtime_ms(partner->mtime_ns)};
    other->id = partner->id;
    other->fd = fd;
    other->path = partner->path;
    other->is_first = cqa_recorder_is_pair(&mine, &theirs) == 2;
    cqa_recorder_join(finding->watch->recorder, other->is_first ? &theirs : &mine,
                      other->is_first ? &mine : &theirs, &task->call, &other->align);
    task->call.id = id;
    return 1;
}

/* Whether a task of ours has it, or somebody else. */
static int is_under_way(const struct cqa_recording *other)
{
    return other->state == CQA_RECORDING_LEASED || other->state == CQA_RECORDING_READY ||
           other->state == CQA_RECORDING_SETTLING;
}

/* The younger of two: what it has goes into the other one's call. */
static enum cqa_leg_turn follow(const struct finding *finding, const struct cqa_recording *main)
{
    struct cqa_store *store = finding->pipeline->store;
    const int64_t now_ms = cqa_pipeline_wall_ms(finding->pipeline);
    const int64_t id = finding->recording->id;

    if (is_under_way(main))
        return cqa_legs_wait(store, id, now_ms + LOOK_AGAIN_MS, main->id, now_ms, finding->error) ==
                       CQA_OK
                   ? CQA_LEG_WAITS
                   : CQA_LEG_FAILS;
    return cqa_legs_lend(store, id, main->id, now_ms, finding->error) == CQA_OK ? CQA_LEG_IS_LENT
                                                                                : CQA_LEG_FAILS;
}

/* One that was not joined goes by itself: after its other, where that is being analysed, or where
 * the server has both as one call so far and would take this for a part of it. A sweep does not
 * wait for a server. */
static enum cqa_leg_turn go_apart(const struct finding *finding,
                                  const struct cqa_call_identity *own)
{
    struct cqa_pipeline *pipeline = finding->pipeline;
    const struct cqa_recording *recording = finding->recording;
    const int64_t now_ms = cqa_pipeline_wall_ms(pipeline);
    struct cqa_recording *main = NULL;
    struct cqa_call_identity identity;
    int owes = 0;
    enum cqa_status status = find_partner(finding, own, &main, &identity);

    finding->task->leg = CQA_LEG_APART;
    if (status == CQA_OK && main != NULL && main->id < recording->id && pipeline->options.watches)
        status = cqa_legs_owe(pipeline->store, main->id, &owes, finding->error);
    if (status != CQA_OK)
        return CQA_LEG_FAILS;
    if (main == NULL || main->id > recording->id || (!owes && main->state != CQA_RECORDING_LEASED))
        return CQA_LEG_GOES;
    return cqa_legs_wait(pipeline->store, recording->id, now_ms + LOOK_AGAIN_MS, 0, now_ms,
                         finding->error) == CQA_OK
               ? CQA_LEG_WAITS
               : CQA_LEG_FAILS;
}

/* One whose other is not there yet: the other may settle later than this has. What a sweep finds is
 * all that there is, but for what is being written. A long wait is made of short ones: further
 * ahead the store believes no time. */
static enum cqa_leg_turn wait(const struct finding *finding)
{
    const struct cqa_pipeline *pipeline = finding->pipeline;
    const int64_t now_ms = cqa_pipeline_wall_ms(pipeline);
    const int64_t since_ms = pipeline->options.watches ? finding->recording->revised_ms
                                                       : mtime_ms(finding->recording->mtime_ns);
    const int64_t until_ms = since_ms + pipeline->config->leg_wait_ms;
    const int64_t step_ms = now_ms + WAIT_STEP_MS;

    if (until_ms <= now_ms || until_ms > now_ms + pipeline->config->leg_wait_ms)
        return CQA_LEG_GOES;
    return cqa_legs_wait(pipeline->store, finding->recording->id,
                         until_ms < step_ms ? until_ms : step_ms, 0, now_ms,
                         finding->error) == CQA_OK
               ? CQA_LEG_WAITS
               : CQA_LEG_FAILS;
}

/* One that was tried with its other has been told of. */
static void tell_alone(const struct cqa_task *task)
{
    if (strcmp(task->leg, CQA_LEG_UNSURE) == 0)
        cqa_log(CQA_LOG_NOTICE,
                "%s: nobody knows which of the other files of its call is the other party's; it is "
                "analysed by itself",
                cqa_log_private(task->path));
    else
        cqa_log(CQA_LOG_INFO, "%s: the other party's file has not come; it is analysed by itself",
                cqa_log_private(task->path));
}

enum cqa_leg_turn cqa_legs_turn(struct cqa_pipeline *pipeline, const struct cqa_watch_config *watch,
                                const struct cqa_recording *recording,
                                const struct cqa_call_identity *own, struct cqa_task *task,
                                struct cqa_error *error)
{
    const struct finding finding = {pipeline, watch, recording, task, error};
    struct cqa_recording *partner = NULL;
    struct cqa_call_identity identity;

    if (own->leg_channel < 0)
        return CQA_LEG_GOES;
    if (recording->reason != NULL && strcmp(recording->reason, CQA_LEG_APART) == 0)
        return go_apart(&finding, own);
    if (find_partner(&finding, own, &partner, &identity) != CQA_OK)
        return CQA_LEG_FAILS;
    if (partner == NULL) {
        const enum cqa_leg_turn turn = wait(&finding);
        if (turn == CQA_LEG_GOES)
            tell_alone(task);
        return turn;
    }
    if (partner->id < recording->id)
        return follow(&finding, partner);
    if (!join(&finding, own, partner, &identity))
        task->leg = CQA_LEG_ALONE;
    return CQA_LEG_GOES;
}

int cqa_legs_end(struct cqa_pipeline *pipeline, struct cqa_task *task, int joined)
{
    const int64_t now_ms = cqa_pipeline_wall_ms(pipeline);
    const int64_t id = task->other.id;
    struct cqa_error error = {0};

    if (id == 0)
        return 1;
    const enum cqa_status status = joined ? cqa_legs_lend(pipeline->store, id, 0, now_ms, &error)
                                          : cqa_legs_part(pipeline->store, id, now_ms, &error);
    return cqa_pipeline_took(pipeline, status, &error, CQA_N("what became of a leg"));
}

void cqa_legs_let_go(struct cqa_task *task)
{
    if (task->other.id != 0)
        close(task->other.fd);
    task->other = (struct cqa_task_other){0};
}

/* ---- where they lie */

/* A joined call, and where its files were when it was written. */
struct joined {
    const struct cqa_pipeline *pipeline;
    struct cqa_result result;
    struct cqa_arena *arena;
};

/* Where each file of a pair may be either, the same word was in the name of the one that it is. */
static int channel_of_word(const struct joined *joined, const struct cqa_watch_config *watch,
                           const char *word)
{
    for (int i = 0; i < CQA_LEGS; i++) {
        const char *path = joined->result.leg_path[i];
        struct cqa_call_identity was;
        struct cqa_error error = {0};
        if (path != NULL &&
            cqa_recorder_identify(watch->recorder, watch->zone, path, joined->arena, &was,
                                  &error) == CQA_OK &&
            was.leg != NULL && strcmp(was.leg, word) == 0)
            return i;
    }
    return -1;
}

/* Which channel of its call a file is, as its name says; -1: nobody knows. */
static int channel_of(const struct joined *joined, const char *path)
{
    const struct cqa_watch_config *watch = cqa_watch_of(joined->pipeline, path);
    struct cqa_call_identity identity;
    struct cqa_error error = {0};

    if (watch == NULL || cqa_recorder_identify(watch->recorder, watch->zone, path, joined->arena,
                                               &identity, &error) != CQA_OK)
        return -1;
    return identity.leg_channel == CQA_LEG_ANY ? channel_of_word(joined, watch, identity.leg)
                                               : identity.leg_channel;
}

/* `sha256`: the content of what lies there; NULL: nobody knows. */
static void lies_at(const struct joined *joined, const char *path, const char *sha256,
                    struct cqa_result_place *out)
{
    const int channel = channel_of(joined, path);

    if (channel < 0 || out->leg_path[channel] != NULL)
        return;
    out->leg_path[channel] = cqa_arena_string(joined->arena, path);
    if (sha256 != NULL && strcmp(sha256, joined->result.recording.leg[channel].sha256) != 0)
        out->leg_file_sha256[channel] = sha256;
}

/* A file that was lent without having been read, and has another length than what was measured: it
 * is a conversion, and nobody knows its content. */
static int is_unread(const struct joined *joined, const struct cqa_recording *recording,
                     const char *sha256)
{
    const int channel = channel_of(joined, recording->path);

    return sha256 == NULL && channel >= 0 && joined->result.recording.leg[channel].bytes > 0 &&
           joined->result.recording.leg[channel].bytes != (uint64_t)recording->size_bytes;
}

/* What nobody has read is read by itself first, and lies there from then on: whoever plays it is
 * told the content that it must have. */
static enum cqa_status recording_lies(const struct joined *joined,
                                      const struct cqa_recording *recording,
                                      struct cqa_result_place *out, struct cqa_error *error)
{
    struct cqa_store *store = joined->pipeline->store;
    const char *sha256 = NULL;
    const enum cqa_status status =
        cqa_legs_content(store, recording->id, joined->arena, &sha256, error);

    if (status == CQA_OK && recording->state == CQA_RECORDING_EXCLUDED &&
        is_unread(joined, recording, sha256))
        return cqa_legs_part(store, recording->id, cqa_pipeline_wall_ms(joined->pipeline), error);
    if (status == CQA_OK)
        lies_at(joined, recording->path, sha256, out);
    return status;
}

enum cqa_status cqa_legs_lie(struct cqa_pipeline *pipeline, const struct cqa_whereabouts *place,
                             struct cqa_arena *arena, struct cqa_result_place *out,
                             struct cqa_error *error)
{
    struct cqa_recording family[CQA_FAMILY_MAX];
    struct joined joined = {.pipeline = pipeline, .arena = arena};
    struct cqa_error ignored = {0};
    size_t count = 0;
    enum cqa_status status = CQA_OK;

    if (cqa_result_from_json(place->json, place->json_length, CQA_RESULT_OURS, &joined.result,
                             &ignored) == CQA_OK &&
        joined.result.recording.legs.joined)
        status = cqa_legs_find(pipeline->store, place->source, place->call, arena, family,
                               CQA_FAMILY_MAX, &count, error);
    for (size_t i = 0; status == CQA_OK && i < count && i < CQA_FAMILY_MAX; i++)
        if (!family[i].is_gone &&
            (family[i].id == place->id ||
             (family[i].state == CQA_RECORDING_EXCLUDED && cqa_is_there(&family[i]))))
            status = recording_lies(&joined, &family[i], out, error);
    for (size_t i = 0; status == CQA_OK && i < place->copy_count; i++)
        if (joined.result.recording.legs.joined)
            lies_at(&joined, place->copies[i], place->copy_sha256[i], out);
    cqa_result_finish(&joined.result);
    return status;
}

/* ---- which a move has brought together */

/* Whether it was analysed by itself, or is being: the one that is had looked for its other before
 * that came. Two that were tried as one call are not tried again. */
static int is_alone(const struct cqa_recording *recording)
{
    return (recording->reason == NULL || strcmp(recording->reason, CQA_LEG_APART) != 0) &&
           (recording->state == CQA_RECORDING_SCORED || recording->state == CQA_RECORDING_LEASED);
}

enum cqa_status cqa_legs_meet(const struct cqa_pipeline *pipeline,
                              const struct cqa_whereabouts *place, struct cqa_arena *arena,
                              int *met, struct cqa_error *error)
{
    struct cqa_family family;
    const enum cqa_status status =
        cqa_family_find(pipeline, place->source, place->call, arena, &family, error);
    const size_t self = status == CQA_OK ? cqa_family_member(&family, place->id) : 0;

    *met = 0;
    if (status != CQA_OK || self == family.count)
        return status;
    const size_t other = cqa_family_partner(&family, self);
    *met = other < family.count && is_alone(&family.recording[self]) &&
           is_alone(&family.recording[other]);
    return CQA_OK;
}
