/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two files of one call find each other (docs/decisions/0125-legs.md). */
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "pipeline/parts.h"
#include "recorder/leg.h"
#include "store/legs.h"

enum {
    FAMILY_MAX = 16, /* recordings of one call that are looked at */
    LOOK_AGAIN_MS = 2000,
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

static int is_there(const struct cqa_recording *other)
{
    return other->state != CQA_RECORDING_VANISHED &&
           (other->state != CQA_RECORDING_EXCLUDED ||
            (other->reason != NULL && strcmp(other->reason, CQA_LEG_LENT) == 0));
}

/* The one that makes a pair with it. `*found`: NULL where there is none, or more than one. */
static enum cqa_status find_partner(const struct finding *finding,
                                    const struct cqa_call_identity *own,
                                    struct cqa_recording *family, struct cqa_recording **found,
                                    struct cqa_call_identity *identity)
{
    const struct cqa_recording *self = finding->recording;
    const struct cqa_leg_file mine = {self->path, own, mtime_ms(self->mtime_ns)};
    size_t count = 0;
    enum cqa_status status =
        cqa_legs_find(finding->pipeline->store, own->call.source, own->call.id,
                      &finding->task->arena, family, FAMILY_MAX, &count, finding->error);

    *found = NULL;
    for (size_t i = 0; i < count && i < FAMILY_MAX && status == CQA_OK; i++) {
        struct cqa_call_identity other;
        if (family[i].id == self->id || !is_there(&family[i]))
            continue;
        status = identify(finding, family[i].path, &other);
        const struct cqa_leg_file file = {family[i].path, &other, mtime_ms(family[i].mtime_ns)};
        if (status != CQA_OK || cqa_recorder_is_pair(&mine, &file) == 0)
            continue;
        if (*found != NULL) { /* nobody knows which */
            *found = NULL;
            return CQA_OK;
        }
        *found = &family[i];
        *identity = other;
    }
    if (count > FAMILY_MAX) /* one of those not looked at might be another */
        *found = NULL;
    return status;
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

/* One whose other is not there yet. */
static enum cqa_leg_turn wait(const struct finding *finding)
{
    const int64_t now_ms = cqa_pipeline_wall_ms(finding->pipeline);
    const int64_t until_ms =
        mtime_ms(finding->recording->mtime_ns) + finding->pipeline->config->leg_wait_ms;

    if (until_ms <= now_ms || until_ms > now_ms + finding->pipeline->config->leg_wait_ms)
        return CQA_LEG_GOES;
    return cqa_legs_wait(finding->pipeline->store, finding->recording->id, until_ms, 0, now_ms,
                         finding->error) == CQA_OK
               ? CQA_LEG_WAITS
               : CQA_LEG_FAILS;
}

enum cqa_leg_turn cqa_legs_turn(struct cqa_pipeline *pipeline, const struct cqa_watch_config *watch,
                                const struct cqa_recording *recording,
                                const struct cqa_call_identity *own, struct cqa_task *task,
                                struct cqa_error *error)
{
    const struct finding finding = {pipeline, watch, recording, task, error};
    struct cqa_recording family[FAMILY_MAX];
    struct cqa_recording *partner = NULL;
    struct cqa_call_identity identity;

    if (own->leg_channel < 0 ||
        (recording->reason != NULL && strcmp(recording->reason, CQA_LEG_APART) == 0))
        return CQA_LEG_GOES;
    if (find_partner(&finding, own, family, &partner, &identity) != CQA_OK)
        return CQA_LEG_FAILS;
    if (partner == NULL)
        return wait(&finding);
    if (partner->id < recording->id)
        return follow(&finding, partner);
    (void)join(&finding, own, partner, &identity);
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
