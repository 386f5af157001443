/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/again.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/checks.h"
#include "base/log.h"
#include "base/program.h"
#include "pipeline/parts.h"
#include "result/result.h"
#include "store/previews.h"

const char *const cqa_again_words[CQA_AGAIN_WHY_COUNT + 1] = {
    "version", "models", "rules", "digits", "rubric", "profile", "zone", NULL};

/* Results with digits and without are of two analyzers: `sweep --redo` makes the one of the other,
 * and a server takes either as a revision. The same holds of the rules. */
void cqa_analyzer_name(const struct cqa_config *config, const struct cqa_engine *engine,
                       char out[CQA_ANALYZER_NAME_SIZE])
{
    (void)snprintf(out, CQA_ANALYZER_NAME_SIZE, "%s %s rules%d%s r:%08" PRIx32,
                   cqa_program_version(), cqa_engine_models(engine), CQA_RESULT_RULES,
                   config->show_digits ? " digits" : "", config->rubric_fingerprint);
}

void cqa_analyzer_origin(const struct cqa_watch_config *watch, char out[CQA_ORIGIN_SIZE])
{
    (void)snprintf(out, CQA_ORIGIN_SIZE, "p:%08" PRIx32 " z:%s",
                   cqa_recorder_fingerprint(watch->recorder),
                   watch->zone_name == NULL ? "local" : watch->zone_name);
}

void cqa_analyzer_with(const char *analyzer, const char *origin, char out[CQA_ANALYZER_NAME_SIZE])
{
    (void)snprintf(out, CQA_ANALYZER_NAME_SIZE, "%s %s", analyzer, origin);
}

const char *cqa_again_folder(const struct cqa_watch_config *watch,
                             const struct cqa_again_scope *scope)
{
    if (scope->recorder != NULL && strcmp(scope->recorder, watch->recorder_word) != 0 &&
        strcmp(scope->recorder, cqa_recorder_name(watch->recorder)) != 0)
        return NULL;
    if (scope->path == NULL || cqa_path_lies_in(watch->path, scope->path))
        return watch->path;
    return cqa_path_lies_in(scope->path, watch->path) ? scope->path : NULL;
}

/* ---- why */

/* The word of `name` that begins with `prefix`; its length, 0 where there is none. NULL: the first
 * word. */
static size_t word_of(const char *name, const char *prefix, const char **out)
{
    size_t length = strcspn(name, " ");

    while (prefix != NULL && strncmp(name, prefix, strlen(prefix)) != 0) {
        if (name[length] == '\0')
            return 0;
        name += length + 1;
        length = strcspn(name, " ");
    }
    *out = name;
    return length;
}

static int differs(const char *was, const char *is, const char *prefix)
{
    const char *words[2] = {"", ""};
    const size_t length = word_of(was, prefix, &words[0]);

    return word_of(is, prefix, &words[1]) != length || memcmp(words[0], words[1], length) != 0;
}

unsigned cqa_again_why(const struct cqa_outdated *outdated, const struct cqa_requeue *wish)
{
    const int is_other_rubric = strcmp(outdated->rubric, wish->rubric) != 0 ||
                                strcmp(outdated->rubric_version, wish->rubric_version) != 0;

    const char *was = outdated->analyzer;
    const char *is = wish->analyzer;
    const int says_other = differs(was, is, "r:");

    return (differs(was, is, NULL) ? CQA_AGAIN_VERSION : 0U) |
           (differs(was, is, "sha256:") ? CQA_AGAIN_MODELS : 0U) |
           (differs(was, is, "rules") ? CQA_AGAIN_RULES : 0U) |
           (differs(was, is, "digits") ? CQA_AGAIN_DIGITS : 0U) |
           (is_other_rubric || says_other ? CQA_AGAIN_RUBRIC : 0U) |
           (differs(was, is, "p:") ? CQA_AGAIN_PROFILE : 0U) |
           (differs(was, is, "z:") ? CQA_AGAIN_ZONE : 0U);
}

int64_t cqa_again_instant_ns(const struct cqa_watch_config *watch, int64_t local_s)
{
    return local_s == 0 ? 0 : cqa_zone_from_local(watch->zone, local_s) * 1000000000;
}

int64_t cqa_again_begun_ms(const struct cqa_watch_config *watch,
                           const struct cqa_again_scope *scope, struct cqa_children *children,
                           const char *path, const struct cqa_call_identity *named,
                           struct cqa_arena *arena)
{
    struct cqa_call_identity identity = *named;
    struct cqa_error error = {0};

    if (identity.call.begun_ms > 0 || (scope->since_s == 0 && scope->until_s == 0) ||
        !cqa_recorder_has_sidecars(watch->recorder))
        return identity.call.begun_ms;
    if (cqa_recorder_read_sidecar(watch->recorder, children, watch->zone, path, arena, &identity,
                                  NULL, &error) != CQA_OK) {
        cqa_log(CQA_LOG_WARNING, "%s: its metadata is not used: %p", cqa_log_private(path),
                &error.message);
        return 0;
    }
    return identity.call.begun_ms;
}

int cqa_again_part(const struct cqa_config *config, const struct cqa_watch_config *watch,
                   const struct cqa_again_scope *scope, const char *analyzer, enum cqa_asked asked,
                   struct cqa_again_part *part)
{
    char origin[CQA_ORIGIN_SIZE];
    const char *under = cqa_again_folder(watch, scope);

    if (under == NULL)
        return 0;
    cqa_analyzer_origin(watch, origin);
    cqa_analyzer_with(analyzer, origin, part->analyzer);
    part->wish = (struct cqa_requeue){.analyzer = part->analyzer,
                                      .rubric = cqa_rubric_name(config->rubric),
                                      .rubric_version = cqa_rubric_version(config->rubric),
                                      .under = under,
                                      .since_ns = cqa_again_instant_ns(watch, scope->since_s),
                                      .until_ns = cqa_again_instant_ns(watch, scope->until_s),
                                      .asked = asked};
    return 1;
}

/* ---- asking and owing, of a pipeline */

/* 0 when nothing of that watched folder is meant. */
static int part_of(const struct cqa_pipeline *pipeline, size_t watch, struct cqa_again_part *part)
{
    return cqa_again_part(pipeline->config, &pipeline->config->watches[watch],
                          &pipeline->options.scope, pipeline->analyzer, pipeline->options.again,
                          part);
}

enum cqa_status cqa_again_ask(struct cqa_pipeline *pipeline, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < pipeline->config->watch_count; i++) {
        struct cqa_again_part part;
        size_t count = 0;
        if (part_of(pipeline, i, &part))
            status = cqa_recordings_requeue(pipeline->store, &part.wish,
                                            cqa_pipeline_wall_ms(pipeline), &count, error);
    }
    return status;
}

struct owing {
    struct cqa_pipeline *pipeline;
    const char *analyzer; /* of the folder at hand */
    size_t count;
    enum cqa_status status;
    struct cqa_error *error;
};

/* The key is another than that of the result itself: what was looked at may be sent to count. */
static void write_key(const struct owing *owing, const struct cqa_kept_apart *preview,
                      char out[CQA_DELIVERY_KEY_SIZE])
{
    const struct cqa_rubric *rubric = owing->pipeline->config->rubric;
    char analyzer[CQA_ANALYZER_NAME_SIZE + 16];
    char version[128];

    (void)snprintf(analyzer, sizeof analyzer, "%s preview", owing->analyzer);
    (void)snprintf(version, sizeof version, "%s@%s", cqa_rubric_name(rubric),
                   cqa_rubric_version(rubric));
    const struct cqa_delivery_parts parts = {.source = preview->source,
                                             .call_id = preview->call_id,
                                             .sha256 = preview->sha256,
                                             .rubric_version = version,
                                             .analyzer = analyzer};
    cqa_delivery_key(&parts, out);
}

static int owe_one(void *context, const struct cqa_kept_apart *preview)
{
    static const char head[] = "{\"schema\":\"callqa.preview/1\",\"result\":";
    struct owing *owing = context;
    struct cqa_buffer body = {.limit = preview->apart_length + sizeof head + 1};
    char key[CQA_DELIVERY_KEY_SIZE];
    int owed = 0;

    write_key(owing, preview, key);
    cqa_buffer_add(&body, head, sizeof head - 1);
    cqa_buffer_add(&body, preview->apart, preview->apart_length);
    owing->status = cqa_buffer_add(&body, "}", 1);
    if (owing->status == CQA_OK)
        owing->status =
            cqa_previews_owe(owing->pipeline->store, preview->id, key, body.text, body.length,
                             cqa_pipeline_wall_ms(owing->pipeline), &owed, owing->error);
    owing->count += (size_t)owed;
    cqa_buffer_finish(&body);
    return owing->status == CQA_OK;
}

enum cqa_status cqa_pipeline_owe_previews(struct cqa_pipeline *pipeline, size_t *count,
                                          struct cqa_error *error)
{
    struct owing owing = {.pipeline = pipeline, .status = CQA_OK, .error = error};
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < pipeline->config->watch_count; i++) {
        struct cqa_again_part part;
        if (!part_of(pipeline, i, &part))
            continue;
        owing.analyzer = part.analyzer;
        status = cqa_previews_each(pipeline->store, &part.wish, owe_one, &owing, error);
        if (status == CQA_OK)
            status = owing.status;
    }
    *count = owing.count;
    cqa_pipeline_owes(pipeline);
    return status;
}
