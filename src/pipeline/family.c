/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/family.h"

#include <string.h>
#include "pipeline/parts.h"
#include "store/legs.h"

const struct cqa_watch_config *cqa_watch_of(const struct cqa_pipeline *pipeline, const char *path)
{
    for (size_t i = 0; i < pipeline->config->watch_count; i++) {
        const struct cqa_watch_config *watch = &pipeline->config->watches[i];
        const size_t length = strlen(watch->path);
        if (strncmp(path, watch->path, length) == 0 &&
            (path[length] == '/' || watch->path[length - 1] == '/'))
            return watch;
    }
    return NULL;
}

/* Not one that was erased, or whose time was over. */
static int is_known(const struct cqa_recording *recording)
{
    return recording->state != CQA_RECORDING_EXCLUDED ||
           (recording->reason != NULL && strcmp(recording->reason, CQA_LEG_LENT) == 0);
}

int cqa_is_there(const struct cqa_recording *recording)
{
    return !recording->is_gone && recording->state != CQA_RECORDING_VANISHED && is_known(recording);
}

/* Adds it, where its name can be read. */
static void take(const struct cqa_pipeline *pipeline, const struct cqa_recording *recording,
                 struct cqa_arena *arena, struct cqa_family *family)
{
    const struct cqa_watch_config *watch = cqa_watch_of(pipeline, recording->path);
    const size_t i = family->count;

    if (watch == NULL || !is_known(recording) ||
        cqa_recorder_identify(watch->recorder, watch->zone, recording->path, arena,
                              &family->identity[i], NULL) != CQA_OK)
        return;
    family->recording[i] = *recording;
    family->file[i] =
        (struct cqa_leg_file){recording->path, &family->identity[i], recording->mtime_ns / 1000000};
    family->count++;
}

enum cqa_status cqa_family_find(const struct cqa_pipeline *pipeline, const char *source,
                                const char *call, struct cqa_arena *arena, struct cqa_family *out,
                                struct cqa_error *error)
{
    struct cqa_recording found[CQA_FAMILY_MAX];
    size_t count = 0;
    const enum cqa_status status =
        cqa_legs_find(pipeline->store, source, call, arena, found, CQA_FAMILY_MAX, &count, error);

    out->count = 0;
    if (status != CQA_OK || count > CQA_FAMILY_MAX)
        count = 0;
    for (size_t i = 0; i < count; i++)
        if (cqa_is_there(&found[i]))
            take(pipeline, &found[i], arena, out);
    out->there = out->count;
    for (size_t i = 0; i < count; i++)
        if (!cqa_is_there(&found[i]))
            take(pipeline, &found[i], arena, out);
    return status;
}

size_t cqa_family_member(const struct cqa_family *family, int64_t id)
{
    size_t i = 0;

    while (i < family->there && family->recording[i].id != id)
        i++;
    return i < family->there ? i : family->count;
}

size_t cqa_family_partner(const struct cqa_family *family, size_t self)
{
    const size_t other = cqa_recorder_partner(family->file, family->count, self);

    return other < family->there ? other : family->count;
}
