/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/pairs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/escape.h"
#include "base/say.h"
#include "recorder/leg.h"

struct leg {
    size_t index; /* of its path */
    struct cqa_leg_file file;
};

struct legs {
    struct cqa_arena arena; /* of the identities */
    struct leg *items;
    size_t count;
};

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? 0 : (size_t)(slash - path);
}

/* By folder and call: what may be a pair comes together. */
static int compare(const struct leg *a, const struct leg *b)
{
    const size_t left = folder_length(a->file.path);
    const size_t right = folder_length(b->file.path);
    const int folder = strncmp(a->file.path, b->file.path, left < right ? left : right);

    if (folder != 0 || left != right)
        return folder != 0 ? folder : left < right ? -1 : 1;
    return strcmp(a->file.identity->call.id, b->file.identity->call.id);
}

static int by_call(const void *a, const void *b)
{
    const int order = compare(a, b);
    const struct leg *left = a;
    const struct leg *right = b;

    return order != 0 ? order : left->index < right->index ? -1 : 1;
}

/* Those of the paths whose names say that they are one of two. */
static enum cqa_status collect(const struct cqa_recorder *recorder, const struct cqa_zone *zone,
                               const struct cqa_paths *paths, struct legs *legs,
                               struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < paths->count && status == CQA_OK; i++) {
        struct cqa_call_identity *identity = cqa_arena_alloc(&legs->arena, sizeof *identity);
        if (identity == NULL)
            return cqa_fail(error, CQA_E_NOMEM, "out of memory");
        status =
            cqa_recorder_identify(recorder, zone, paths->items[i], &legs->arena, identity, error);
        if (status == CQA_OK && identity->leg_channel >= 0)
            legs->items[legs->count++] =
                (struct leg){i, {.path = paths->items[i], .identity = identity}};
    }
    return status;
}

static void tell_unsure(const char *path)
{
    char escaped[PATH_MAX * 4];

    cqa_escape_control(path, escaped, sizeof escaped);
    cqa_say(stderr,
            "%s: nobody knows which of the other files of its call is the other party's; it is "
            "analysed by itself",
            escaped);
}

/* Of `count` files of one call, those that are a pair. */
static enum cqa_status pair(const struct leg *items, size_t count, size_t *partner,
                            struct cqa_error *error)
{
    struct cqa_leg_file *files = calloc(count, sizeof *files);

    if (files == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    for (size_t i = 0; i < count; i++)
        files[i] = items[i].file;
    for (size_t i = 0; i < count; i++) {
        const size_t other = cqa_recorder_partner(files, count, i);
        if (other < count)
            partner[items[i].index] = items[other].index;
        else if (cqa_recorder_is_unsure(files, count, i))
            tell_unsure(files[i].path);
    }
    free(files);
    return CQA_OK;
}

enum cqa_status cqa_pairs_find(const struct cqa_recorder *recorder, const struct cqa_zone *zone,
                               const struct cqa_paths *paths, size_t **partner,
                               struct cqa_error *error)
{
    struct legs legs = {.items = NULL};

    *partner = calloc(paths->count + 1, sizeof **partner);
    if (*partner == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    for (size_t i = 0; i < paths->count; i++)
        (*partner)[i] = CQA_PAIRS_NONE;
    if (!cqa_recorder_has_legs(recorder))
        return CQA_OK;
    legs.items = calloc(paths->count + 1, sizeof *legs.items);
    enum cqa_status status = legs.items == NULL ? cqa_fail(error, CQA_E_NOMEM, "out of memory")
                                                : collect(recorder, zone, paths, &legs, error);
    if (status == CQA_OK && legs.count > 0)
        qsort(legs.items, legs.count, sizeof *legs.items, by_call);
    for (size_t i = 0, end; status == CQA_OK && i < legs.count; i = end) {
        for (end = i + 1; end < legs.count && compare(&legs.items[i], &legs.items[end]) == 0;)
            end++;
        status = pair(&legs.items[i], end - i, *partner, error);
    }
    free(legs.items);
    cqa_arena_finish(&legs.arena);
    return status;
}
