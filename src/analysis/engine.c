/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/engine.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "analysis/roles.h"
#include "base/log.h"
#include "base/program.h"
#include "recorder/sidecar_child.h"

/* Behind a pointer: it comes to be while the engine is used by many. */
struct more {
    pthread_mutex_t lock;
    struct cqa_children *children;
    int is_asked_for;
};

struct cqa_engine {
    struct cqa_children *children;
    struct more *more;
};

static const struct cqa_child_role roles[] = {
    {CQA_ROLE_WORKER, cqa_worker_prepare, NULL, cqa_worker_live},
    {CQA_ROLE_OUTLINE, NULL, NULL, cqa_outline_live},
    {CQA_ROLE_SIDECAR, NULL, cqa_sidecar_warm, cqa_sidecar_live},
};
enum { ROLE_COUNT = sizeof roles / sizeof roles[0] };

void cqa_engine_enter(int argc, char **argv)
{
    cqa_zygote_enter(argc, argv, roles, ROLE_COUNT);
}

enum cqa_status cqa_engine_create(struct cqa_engine **out, enum cqa_zygote_start start,
                                  struct cqa_error *error)
{
    struct cqa_engine *engine = calloc(1, sizeof *engine);
    struct more *more = calloc(1, sizeof *more);

    if (engine == NULL || more == NULL) {
        free(engine);
        free(more);
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the engine");
    }
    pthread_mutex_init(&more->lock, NULL);
    engine->more = more;
    const enum cqa_status status =
        cqa_children_create(&engine->children, roles, ROLE_COUNT, start, error);
    if (status != CQA_OK) {
        cqa_engine_destroy(engine);
        return status;
    }
    *out = engine;
    return CQA_OK;
}

void cqa_engine_destroy(struct cqa_engine *engine)
{
    if (engine == NULL)
        return;
    cqa_children_destroy(engine->children);
    cqa_children_destroy(engine->more->children);
    pthread_mutex_destroy(&engine->more->lock);
    free(engine->more);
    free(engine);
}

const char *cqa_engine_models(const struct cqa_engine *engine)
{
    return cqa_children_name(engine->children);
}

struct cqa_children *cqa_engine_children(const struct cqa_engine *engine)
{
    return engine->children;
}

/* Results of both have to be those of the same models. */
static void start_more(const struct cqa_engine *engine)
{
    char path[PATH_MAX];
    struct cqa_error error = {0};
    struct more *more = engine->more;

    if (cqa_program_beside("callqa-codecs", path, sizeof path) == NULL || access(path, X_OK) != 0)
        return;
    enum cqa_status status =
        cqa_children_create_of(&more->children, path, roles, ROLE_COUNT, &error);
    if (status == CQA_OK &&
        strcmp(cqa_children_name(more->children), cqa_engine_models(engine)) != 0) {
        cqa_children_destroy(more->children);
        more->children = NULL;
        status = cqa_fail(&error, CQA_E_REFUSED,
                          "the model files have changed since this process began: restart it");
    }
    if (status != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "%s: %p", path, &error.message);
}

struct cqa_children *cqa_engine_more(const struct cqa_engine *engine)
{
    struct more *more = engine->more;

    pthread_mutex_lock(&more->lock);
    if (!more->is_asked_for)
        start_more(engine);
    more->is_asked_for = 1;
    pthread_mutex_unlock(&more->lock);
    return more->children;
}
