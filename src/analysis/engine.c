/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/engine.h"

#include <stdlib.h>
#include "analysis/roles.h"
#include "recorder/sidecar_child.h"

struct cqa_engine {
    struct cqa_children *children;
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

    if (engine == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the engine");
    const enum cqa_status status =
        cqa_children_create(&engine->children, roles, ROLE_COUNT, start, error);
    if (status != CQA_OK) {
        free(engine);
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
