/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/config.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>
#include "base/checks.h"
#include "base/log.h"
#include "base/models.h"
#include "base/yaml.h"
#include "pipeline/surroundings.h"
#include "recorder/leg.h"

static const char *const top_keys[] = {
    "state_dir",  "watch",     "rubric",       "workers",     "settle",           "scan_interval",
    "unfinished", "log_level", "mask_private", "show_digits", "analysis_timeout", "retention_days",
    "retention",  "post",      "clips",        "leg_wait",    "settle_streams",   NULL};
static const char *const watch_keys[] = {"path", "recorder", "time_zone", "facts", NULL};
static const char *const post_keys[] = {
    "url", "token_file", "webhook_secret_file", "ca_file", "proxy", "timeout", "batch", NULL};
static const char *const log_levels[] = {"error", "warning", "notice", "info", "debug", NULL};

/* A form that does not know its length is waited for so many times as long as one that does. */
enum { STREAMS_TIMES = 30 };
enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS, RETENTION_DAYS_MOST = 36500 };

static int processors(void)
{
    const long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count < 1 ? 1 : count > CQA_WORKERS_MAX ? CQA_WORKERS_MAX : (int)count;
}

/* A string under `key`, kept; the default stays when it is absent. */
static const char *read_string(struct cqa_config *config, const struct cqa_yaml_node *map,
                               const char *key, int required, const char *otherwise,
                               struct cqa_problems *problems)
{
    const char *text = NULL;

    if (!cqa_yaml_get_string(map, key, required, &text, problems))
        return otherwise;
    return cqa_arena_string(&config->arena, text);
}

/* An absolute path without slashes at its end. */
static const char *read_path(struct cqa_config *config, const struct cqa_yaml_node *map,
                             const char *key, int required, struct cqa_problems *problems)
{
    const char *text = NULL;

    if (!cqa_yaml_get_string(map, key, required, &text, problems))
        return NULL;
    if (text[0] != '/' || strlen(text) >= PATH_MAX) {
        cqa_yaml_problem(cqa_yaml_find(map, key), problems, "\"%.100s\" is not an absolute path",
                         text);
        return NULL;
    }
    char *path = cqa_arena_string(&config->arena, text);
    for (size_t length = path != NULL ? strlen(path) : 0; length > 1 && path[length - 1] == '/';
         length--)
        path[length - 1] = '\0';
    return path;
}

/* --- watch --- */

static void load_recorder(struct cqa_watch_config *watch, const struct cqa_yaml_node *node,
                          const char *name, struct cqa_problems *problems)
{
    const struct cqa_yaml_node *at = cqa_yaml_find(node, "recorder");
    struct cqa_problems inside = {0};
    struct cqa_error error = {0};
    char path[PATH_MAX] = "";

    if (cqa_recorder_load(name, &watch->recorder, path, &inside, &error) != CQA_OK) {
        if (inside.count > 0)
            cqa_yaml_problem(at != NULL ? at : node, problems,
                             "recorder \"%s\" has %zu problems; the first: %s:%zu:%zu: %p", name,
                             inside.count, path, inside.items != NULL ? inside.items[0].line : 0,
                             inside.items != NULL ? inside.items[0].column : 0,
                             cqa_problem_message(&inside, 0));
        else
            cqa_yaml_problem(at != NULL ? at : node, problems, "recorder: %p", &error.message);
    }
    cqa_problems_finish(&inside);
}

static void check_watched(const struct cqa_config *config, const struct cqa_yaml_node *node,
                          const char *path, const struct cqa_surroundings *around)
{
    cqa_check_watched(around, node, path);
    for (size_t i = 0; i < config->watch_count; i++)
        if (config->watches[i].path != NULL && cqa_check_overlap(config->watches[i].path, path))
            cqa_yaml_problem(node, around->problems,
                             "lies in the same tree as %s: every recording belongs to one folder",
                             config->watches[i].path);
}

static void check_sources(const struct cqa_yaml_node *map, const struct cqa_facts_config *facts,
                          const struct cqa_surroundings *around)
{
    const struct cqa_yaml_node *list = cqa_yaml_find(map, "sources");

    for (size_t i = 0; i < facts->count; i++) {
        const struct cqa_fact_origin *origin = &facts->origins[i];
        const struct cqa_yaml_node *item = cqa_yaml_item(list, i);
        if (origin->path != NULL)
            cqa_check_source(around, cqa_yaml_find(item, "path"), origin->path);
        if (origin->kind > CQA_ORIGIN_SQLITE)
            cqa_check_database(around, cqa_yaml_find(item, "host"), &origin->place);
    }
}

static void read_watch(struct cqa_config *config, const struct cqa_yaml_node *node,
                       const struct cqa_surroundings *around)
{
    struct cqa_watch_config *watch = &config->watches[config->watch_count];
    struct cqa_problems *problems = around->problems;
    struct cqa_error error = {0};
    const char *recorder = "generic";
    const char *zone = NULL;

    if (cqa_yaml_kind(node) != CQA_YAML_MAP) {
        cqa_yaml_problem(node, problems,
                         "a watched folder is a map: path, recorder, time_zone, facts");
        return;
    }
    cqa_yaml_only(node, watch_keys, problems);
    watch->path = read_path(config, node, "path", 1, problems);
    cqa_yaml_get_string(node, "recorder", 0, &recorder, problems);
    watch->recorder_word = cqa_arena_string(&config->arena, recorder);
    load_recorder(watch, node, recorder, problems);
    if (cqa_yaml_get_string(node, "time_zone", 0, &zone, problems) || zone == NULL)
        if (cqa_zone_load(zone, &watch->zone, &error) != CQA_OK)
            cqa_yaml_problem(zone != NULL ? cqa_yaml_find(node, "time_zone") : node, problems,
                             "time_zone: %p", &error.message);
    watch->zone_name = cqa_arena_string(&config->arena, zone);
    const struct cqa_yaml_node *facts = cqa_yaml_want(node, "facts", CQA_YAML_MAP, 0, problems);
    if (facts != NULL) {
        cqa_facts_config_read(facts, &config->arena, &watch->facts, problems);
        check_sources(facts, &watch->facts, around);
    }
    if (watch->path != NULL)
        check_watched(config, cqa_yaml_find(node, "path"), watch->path, around);
    config->watch_count++;
}

static void read_watches(struct cqa_config *config, const struct cqa_yaml_node *root,
                         const struct cqa_surroundings *around)
{
    struct cqa_problems *problems = around->problems;
    const struct cqa_yaml_node *list = cqa_yaml_want(root, "watch", CQA_YAML_LIST, 1, problems);

    if (list == NULL)
        return;
    const size_t count = cqa_yaml_count(list);
    if (count == 0 || count > CQA_WATCHES_MAX) {
        cqa_yaml_problem(list, problems, "watch has 1 to %d folders, not %zu", CQA_WATCHES_MAX,
                         count);
        return;
    }
    config->watches = cqa_arena_alloc(&config->arena, count * sizeof *config->watches);
    for (size_t i = 0; config->watches != NULL && i < count; i++)
        read_watch(config, cqa_yaml_item(list, i), around);
}

/* --- rubric --- */

/* Of a file that was read well a moment ago. */
static uint32_t fingerprint(const char *path)
{
    struct cqa_problems problems = {0};
    struct cqa_yaml *yaml = cqa_yaml_load(path, &problems);
    const struct cqa_yaml_node *root = yaml == NULL ? NULL : cqa_yaml_root(yaml, &problems);
    const uint32_t found = root == NULL ? 0 : cqa_yaml_fingerprint(root, 0);

    cqa_yaml_destroy(yaml);
    cqa_problems_finish(&problems);
    return found;
}

static void read_rubric(struct cqa_config *config, const struct cqa_yaml_node *root,
                        struct cqa_problems *problems)
{
    struct cqa_problems inside = {0};
    struct cqa_error error = {0};
    char path[PATH_MAX];
    const char *name = "standard";

    cqa_yaml_get_string(root, "rubric", 0, &name, problems);
    const struct cqa_yaml_node *at = cqa_yaml_find(root, "rubric");
    if (at == NULL)
        at = root;
    if (cqa_models_find("rubrics", name, path, sizeof path, &error) != CQA_OK) {
        cqa_yaml_problem(at, problems, "rubric: %p", &error.message);
        return;
    }
    config->rubric = cqa_rubric_load(path, &inside);
    if (config->rubric == NULL)
        cqa_yaml_problem(at, problems, "rubric \"%s\" has %zu problems: see callqa check-rubric %s",
                         name, inside.count, path);
    else
        config->rubric_fingerprint = fingerprint(path);
    cqa_problems_finish(&inside);
}

/* --- post --- */

static const char *read_secret(struct cqa_config *config, const struct cqa_yaml_node *map,
                               const char *key, int is_webhook,
                               const struct cqa_surroundings *around)
{
    const char *path = read_path(config, map, key, 0, around->problems);

    if (path != NULL)
        cqa_check_secret(around, cqa_yaml_find(map, key), path, is_webhook);
    return path;
}

static void read_post(struct cqa_config *config, const struct cqa_yaml_node *root,
                      const struct cqa_surroundings *around)
{
    struct cqa_problems *problems = around->problems;
    const struct cqa_yaml_node *map = cqa_yaml_want(root, "post", CQA_YAML_MAP, 0, problems);
    struct cqa_post_config *post = &config->post;

    if (map == NULL)
        return;
    config->posts = 1;
    cqa_yaml_only(map, post_keys, problems);
    post->url = read_string(config, map, "url", 1, NULL, problems);
    if (post->url != NULL)
        cqa_check_address(around, cqa_yaml_find(map, "url"), post->url);
    post->token_file = read_secret(config, map, "token_file", 0, around);
    post->webhook_secret_file = read_secret(config, map, "webhook_secret_file", 1, around);
    post->ca_file = read_path(config, map, "ca_file", 0, problems);
    if (post->ca_file != NULL)
        (void)cqa_check_file(cqa_yaml_find(map, "ca_file"), post->ca_file, problems);
    post->proxy = read_string(config, map, "proxy", 0, NULL, problems);
    cqa_yaml_get_duration(map, "timeout", 0, 1000, 10 * MINUTE_MS, &post->timeout_ms, problems);
    cqa_yaml_get_whole(map, "batch", 0, 1, CQA_BATCH_MAX, &config->batch, problems);
    post->single = config->batch == 1;
}

/* --- all --- */

static void set_defaults(struct cqa_config *config)
{
    *config = (struct cqa_config){
        .workers = processors(),
        .settle_ms = 2000,
        .scan_interval_ms = MINUTE_MS,
        .unfinished_ms = 6 * HOUR_MS,
        .leg_wait_ms = 120 * 1000,
        .analysis_timeout_ms = 10 * MINUTE_MS,
        .retention = {730, 730, 730},
        .post.timeout_ms = 30 * 1000,
        .batch = 100,
        .clips = {.bytes_max = 1 << 20, .around_ms = 5000},
        .log_level = CQA_LOG_INFO,
    };
}

static void check_state(const struct cqa_config *config, const struct cqa_yaml_node *node,
                        const struct cqa_surroundings *around)
{
    int apart = config->state_dir != NULL;

    for (size_t i = 0; apart && i < config->watch_count; i++)
        if (config->watches[i].path != NULL)
            apart = cqa_check_apart(around, node, config->state_dir, config->watches[i].path);
    if (apart)
        cqa_check_state(around, node, config->state_dir);
}

/* A number for all classes, and a map for each. */
static void read_retention(struct cqa_retention_days *out, const struct cqa_yaml_node *root,
                           struct cqa_problems *problems)
{
    static const char *const known[] = {"results", "failures", "vanished", NULL};
    const struct cqa_yaml_node *map = cqa_yaml_want(root, "retention", CQA_YAML_MAP, 0, problems);

    if (cqa_yaml_get_whole(root, "retention_days", 0, 0, RETENTION_DAYS_MOST, &out->results,
                           problems))
        out->failures = out->vanished = out->results;
    if (map == NULL)
        return;
    cqa_yaml_only(map, known, problems);
    cqa_yaml_get_whole(map, "results", 0, 0, RETENTION_DAYS_MOST, &out->results, problems);
    cqa_yaml_get_whole(map, "failures", 0, 0, RETENTION_DAYS_MOST, &out->failures, problems);
    cqa_yaml_get_whole(map, "vanished", 0, 0, RETENTION_DAYS_MOST, &out->vanished, problems);
}

/* Of two files of a call the one may be closed, and the other take `settle_streams` to settle. */
static void check_leg_wait(const struct cqa_config *config, const struct cqa_yaml_node *root,
                           const struct cqa_surroundings *around)
{
    static const char *const keys[] = {"leg_wait", "settle_streams", "settle"};
    const struct cqa_yaml_node *node = NULL;
    int has_legs = 0;

    for (size_t i = 0; node == NULL && i < sizeof keys / sizeof *keys; i++)
        node = cqa_yaml_find(root, keys[i]);
    for (size_t i = 0; i < config->watch_count; i++)
        has_legs |= config->watches[i].recorder != NULL &&
                    cqa_recorder_has_legs(config->watches[i].recorder);
    if (around->notes != NULL && node != NULL && has_legs &&
        config->leg_wait_ms < config->settle_streams_ms)
        cqa_yaml_problem(node, around->notes,
                         "leg_wait is shorter than settle_streams: one of a call's two files may "
                         "be analysed alone before the other has settled");
}

static void read_all(struct cqa_config *config, const struct cqa_yaml_node *root,
                     const struct cqa_surroundings *around)
{
    struct cqa_problems *problems = around->problems;
    int64_t workers = config->workers;
    int level = config->log_level - CQA_LOG_ERROR;
    int masking = CQA_LOG_MASK_NUMBERS;

    cqa_yaml_only(root, top_keys, problems);
    config->state_dir = read_path(config, root, "state_dir", 1, problems);
    cqa_yaml_get_whole(root, "workers", 0, 1, CQA_WORKERS_MAX, &workers, problems);
    cqa_yaml_get_duration(root, "settle", 0, 100, HOUR_MS, &config->settle_ms, problems);
    config->settle_streams_ms = config->settle_ms * STREAMS_TIMES;
    cqa_yaml_get_duration(root, "settle_streams", 0, 100, 6 * HOUR_MS, &config->settle_streams_ms,
                          problems);
    cqa_yaml_get_duration(root, "scan_interval", 0, 1000, 24 * HOUR_MS, &config->scan_interval_ms,
                          problems);
    cqa_yaml_get_duration(root, "leg_wait", 0, 0, HOUR_MS / 2, &config->leg_wait_ms, problems);
    cqa_yaml_get_duration(root, "unfinished", 0, 1000, 48 * HOUR_MS, &config->unfinished_ms,
                          problems);
    cqa_yaml_get_duration(root, "analysis_timeout", 0, 1000, 24 * HOUR_MS,
                          &config->analysis_timeout_ms, problems);
    read_retention(&config->retention, root, problems);
    cqa_yaml_get_word(root, "log_level", 0, log_levels, &level, problems);
    cqa_yaml_get_word(root, "mask_private", 0, cqa_log_masking_words, &masking, problems);
    cqa_yaml_get_bool(root, "show_digits", 0, &config->show_digits, problems);
    config->mask_private = (enum cqa_log_masking)masking;
    config->workers = (int)workers;
    config->log_level = CQA_LOG_ERROR + level;
    read_watches(config, root, around);
    check_leg_wait(config, root, around);
    check_state(config, cqa_yaml_find(root, "state_dir"), around);
    read_rubric(config, root, problems);
    read_post(config, root, around);
    cqa_clips_config_read(&config->clips, root, config->rubric, &config->arena, problems);
}

static int load(struct cqa_config *config, const char *path, const struct cqa_surroundings *around)
{
    struct cqa_yaml *yaml = cqa_yaml_load(path, around->problems);
    const struct cqa_yaml_node *root = yaml != NULL ? cqa_yaml_root(yaml, around->problems) : NULL;

    set_defaults(config);
    if (root != NULL)
        read_all(config, root, around);
    cqa_yaml_destroy(yaml);
    return around->problems->count == 0;
}

int cqa_config_load(struct cqa_config *config, const char *path, struct cqa_problems *problems)
{
    return load(config, path, &(struct cqa_surroundings){.problems = problems});
}

int cqa_config_check(struct cqa_config *config, const char *path, struct cqa_problems *problems,
                     struct cqa_problems *notes)
{
    return load(config, path, &(struct cqa_surroundings){problems, notes});
}

static void finish_watch(struct cqa_watch_config *watch)
{
    cqa_recorder_destroy(watch->recorder);
    cqa_zone_destroy(watch->zone);
    cqa_facts_config_finish(&watch->facts);
}

void cqa_config_keep(struct cqa_config *config,
                     int (*keep)(void *context, const struct cqa_watch_config *watch),
                     void *context)
{
    size_t kept = 0;

    for (size_t i = 0; i < config->watch_count; i++) {
        if (keep(context, &config->watches[i]))
            config->watches[kept++] = config->watches[i];
        else
            finish_watch(&config->watches[i]);
    }
    config->watch_count = kept;
}

void cqa_config_finish(struct cqa_config *config)
{
    for (size_t i = 0; i < config->watch_count; i++)
        finish_watch(&config->watches[i]);
    cqa_rubric_destroy(config->rubric);
    cqa_arena_finish(&config->arena);
    *config = (struct cqa_config){0};
}

int cqa_config_is_servers(const char *path)
{
    struct cqa_problems problems = {0};
    struct cqa_yaml *yaml = cqa_yaml_load(path, &problems);
    const struct cqa_yaml_node *root = yaml != NULL ? cqa_yaml_root(yaml, &problems) : NULL;
    const int is_servers =
        root != NULL && cqa_yaml_find(root, "watch") == NULL &&
        (cqa_yaml_find(root, "listen") != NULL || cqa_yaml_find(root, "store") != NULL);

    cqa_yaml_destroy(yaml);
    cqa_problems_finish(&problems);
    return is_servers;
}
