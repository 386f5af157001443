/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/names.h"

#include <string.h>
#include "base/checks.h"
#include "facts/join.h"
#include "store/copies.h"

static const enum cqa_call_field fields[] = {CQA_CALL_AGENT, CQA_CALL_CUSTOMER, CQA_CALL_QUEUE,
                                             CQA_CALL_DIRECTION, CQA_CALL_STARTED_AT};
enum { FIELD_COUNT = sizeof fields / sizeof *fields };

static enum cqa_status read_name(const struct cqa_config *config, const char *path,
                                 struct cqa_arena *arena, struct cqa_call *call,
                                 struct cqa_error *error)
{
    struct cqa_call_identity identity = {0};
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < config->watch_count; i++) {
        const struct cqa_watch_config *watch = &config->watches[i];
        if (!cqa_path_lies_in(path, watch->path))
            continue;
        status = cqa_recorder_identify(watch->recorder, watch->zone, path, arena, &identity, error);
        break;
    }
    *call = identity.call;
    return status;
}

enum cqa_status cqa_names_hear(const struct cqa_config *config, struct cqa_store *store,
                               const char *path, struct cqa_arena *arena, struct cqa_call *call,
                               struct cqa_error *error)
{
    const char *others[CQA_COPY_NAMES_MAX];
    size_t count = 0;
    enum cqa_status status = cqa_copies_of(store, path, arena, others, &count, error);

    for (size_t i = 0; status == CQA_OK && i < count; i++) {
        struct cqa_call named;
        status = read_name(config, others[i], arena, &named, error);
        if (status == CQA_OK)
            cqa_facts_other_name(&named, call);
    }
    return status;
}

static int count_told(struct cqa_call *call)
{
    int count = 0;

    for (size_t i = 0; i < FIELD_COUNT; i++)
        count += *cqa_call_field(call, fields[i]) != NULL;
    return count;
}

/* Both tell equally many; what one lacks comes last. */
static int compare_texts(struct cqa_call *left, struct cqa_call *right)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const char *a = *cqa_call_field(left, fields[i]);
        const char *b = *cqa_call_field(right, fields[i]);
        const int order = a == NULL || b == NULL ? (a != NULL) - (b != NULL) : strcmp(b, a);
        if (order != 0)
            return order;
    }
    return 0;
}

enum cqa_status cqa_names_compare(const struct cqa_config *config, const char *left,
                                  const char *right, int *order, struct cqa_error *error)
{
    struct cqa_arena arena = {0};
    struct cqa_call calls[2] = {{0}};
    enum cqa_status status = read_name(config, left, &arena, &calls[0], error);

    if (status == CQA_OK)
        status = read_name(config, right, &arena, &calls[1], error);
    *order = (calls[0].agent != NULL) - (calls[1].agent != NULL);
    if (*order == 0)
        *order = count_told(&calls[0]) - count_told(&calls[1]);
    if (*order == 0)
        *order = compare_texts(&calls[0], &calls[1]);
    cqa_arena_finish(&arena);
    return status;
}
