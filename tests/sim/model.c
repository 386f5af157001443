/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every recording that is there was scored, once, as it is now; what cannot be read was reported;
 * nothing is held, nothing waits, and nothing counts as sent that the server does not have.
 */
#include "sim/model.h"

#include <stdio.h>
#include <string.h>
#include "pipeline/life.h"
#include "sim/world.h"
#include "store/recordings.h"
#include "support/stored.h"

static const struct sim_revision *find_key(const char *key)
{
    for (int i = 0; i < sim->revision_count; i++)
        if (strcmp(sim->revisions[i].key, key) == 0)
            return &sim->revisions[i];
    return NULL;
}

/* What the server has of a call with the latest generation. */
static const struct sim_revision *newest_of(const char *call)
{
    const struct sim_revision *newest = NULL;

    for (int i = 0; i < sim->revision_count; i++)
        if (strcmp(sim->revisions[i].call, call) == 0 &&
            (newest == NULL || sim->revisions[i].number >= newest->number))
            newest = &sim->revisions[i];
    return newest;
}

/* ---- each recording that is there */

/* Forgotten is done, where things are forgotten. */
static int is_in(const struct cqa_recording *row, enum cqa_recording_state state)
{
    return row->state == state || (row->state == CQA_RECORDING_EXCLUDED && sim->retention_days > 0);
}

static void check_failed(const struct cqa_recording *row, const char *name,
                         const char *const *reasons)
{
    const struct sim_revision *told = newest_of(row->call_id);

    if (!is_in(row, CQA_RECORDING_FAILED)) {
        sim_fault("%s cannot be read, but is %s", name, cqa_recording_state_words[row->state]);
        return;
    }
    for (; *reasons != NULL; reasons++)
        if (told != NULL && told->is_failure && strcmp(told->reason, *reasons) == 0)
            return;
    sim_fault("%s cannot be read, and the server was not told", name);
}

static void check_scored(const struct cqa_recording *row, const char *name,
                         const struct sim_content *content)
{
    const struct sim_revision *current = newest_of(row->call_id);

    if (!is_in(row, CQA_RECORDING_SCORED))
        sim_fault("%s should be scored, but is %s (%s)", name,
                  cqa_recording_state_words[row->state], row->reason != NULL ? row->reason : "");
    else if (content->kind == SIM_REFUSED)
        return;
    else if (current == NULL)
        sim_fault("%s was never scored on the server", name);
    else if (current->is_failure)
        sim_fault("%s is whole, and the server still lists it as a failure", name);
    else if (strcmp(current->sha256, content->sha256) != 0)
        sim_fault("%s counts on the server as it was, not as it is", name);
}

static void check_file(struct cqa_store *store, const struct sim_file *file)
{
    static const char *const crashed[] = {"crashed", NULL};
    static const char *const noise[] = {"not_audio", NULL};
    static const char *const unfinished[] = {"unfinished", NULL};
    const struct sim_content *content = &sim->contents[file->content];
    struct cqa_arena arena = {0};
    struct cqa_recording row;
    char path[256];

    (void)snprintf(path, sizeof path, "%s/calls/%s", sim->folder, file->name);
    if (cqa_recordings_find(store, path, &arena, &row, NULL) != CQA_OK)
        sim_fault("%s is lost", file->name);
    else if (content->kind == SIM_CALL || content->kind == SIM_REFUSED)
        check_scored(&row, file->name, content);
    else
        check_failed(&row, file->name,
                     content->kind == SIM_NOISE        ? noise
                     : content->kind == SIM_UNFINISHED ? unfinished
                                                       : crashed);
    cqa_arena_finish(&arena);
}

/* ---- the store's rows */

static int check_row(void *context, const struct cqa_recording *row)
{
    (void)context;
    if (row->state == CQA_RECORDING_READY || row->state == CQA_RECORDING_LEASED ||
        row->state == CQA_RECORDING_SETTLING)
        sim_fault("%s is stuck: %s", row->path, cqa_recording_state_words[row->state]);
    return 1;
}

static int is_refused(const char *key)
{
    for (int i = 0; i < sim->content_count; i++)
        if (sim->contents[i].kind == SIM_REFUSED && strstr(key, sim->contents[i].sha256) != NULL)
            return 1;
    return 0;
}

static void check_delivery(const char *key, const char *state)
{
    const int is_there = key == NULL || find_key(key) != NULL;

    if (strcmp(state, cqa_delivery_state_words[CQA_DELIVERY_PENDING]) == 0 ||
        strcmp(state, cqa_delivery_state_words[CQA_DELIVERY_IN_FLIGHT]) == 0)
        sim_fault("delivery %s is stuck: %s", key != NULL ? key : "without key", state);
    else if (strcmp(state, cqa_delivery_state_words[CQA_DELIVERY_ACKED]) == 0 && !is_there)
        sim_fault("%s counts as sent, but the server does not have it", key);
    /* The server refuses a key that it has with other content: so after a recording was forgotten
     * and came back elsewhere. */
    else if (strcmp(state, cqa_delivery_state_words[CQA_DELIVERY_QUARANTINED]) == 0 && !is_there &&
             !is_refused(key))
        sim_fault("%s was given up, though the server would take it", key);
}

/* ---- the server's rows: one content of one call is taken once, unless another came between */

static int is_same(const struct sim_revision *left, const struct sim_revision *right)
{
    return strcmp(left->call, right->call) == 0 && strcmp(left->sha256, right->sha256) == 0 &&
           strcmp(left->reason, right->reason) == 0;
}

/* The same key but for a number behind it: for the server it is what it has. */
static int is_one_key(const char *left, const char *right)
{
    const size_t length = strlen(left) < strlen(right) ? strlen(left) : strlen(right);
    const char *longer = strlen(left) < strlen(right) ? right : left;

    return strncmp(left, right, length) == 0 &&
           (longer[length] == '\0' ||
            (longer[length] == '|' &&
             longer[length + 1 + strspn(longer + length + 1, "0123456789")] == '\0'));
}

static void check_once(int index)
{
    const struct sim_revision *revision = &sim->revisions[index];

    for (int i = index; i-- > 0;) {
        if (strcmp(sim->revisions[i].call, revision->call) != 0)
            continue;
        if (is_same(&sim->revisions[i], revision) &&
            !is_one_key(sim->revisions[i].key, revision->key))
            sim_fault("%s was scored twice, as %s and as %s", revision->call, sim->revisions[i].key,
                      revision->key);
        return;
    }
}

void sim_model_check(void)
{
    struct cqa_store *store = NULL;
    struct cqa_error error = {0};
    char state_dir[128];

    (void)snprintf(state_dir, sizeof state_dir, "%s/state", sim->folder);
    enum cqa_status status = cqa_life_open(state_dir, &store, &error);
    if (status == CQA_OK)
        status = stored_check(state_dir, &error);
    if (status == CQA_OK)
        status = cqa_recordings_each(store, CQA_RECORDING_STATE_COUNT, check_row, NULL, &error);
    if (status == CQA_OK)
        status = stored_deliveries(state_dir, check_delivery, &error);
    if (status != CQA_OK)
        sim_fault("the store: %s", cqa_english(&error.message));
    for (int i = 0; i < sim->file_count && status == CQA_OK; i++)
        if (sim->files[i].exists)
            check_file(store, &sim->files[i]);
    for (int i = 0; i < sim->revision_count; i++)
        check_once(i);
    cqa_store_close(store);
}
