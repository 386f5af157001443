/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recorder/profile.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/models.h"
#include "recorder/parts.h"

const char *const cqa_field_words[CQA_FIELD_COUNT + 1] = {"id",    "agent",     "customer",
                                                          "queue", "direction", NULL};
const char *const cqa_direction_words[CQA_DIRECTION_COUNT + 1] = {CQA_N("in"), CQA_N("out"),
                                                                  CQA_N("internal"), "other", NULL};

/* Half-written files and the file system's own, whatever the recorder. */
static const char *const ignored_anywhere[] = {".*", "*.tmp", "*.part", "*.mcf"};

static const char **load_words(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                               const char *key, size_t *count, struct cqa_problems *problems)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(root, key, CQA_YAML_LIST, 0, problems);

    if (list == NULL)
        return NULL;
    const char **words =
        cqa_arena_alloc(&recorder->arena, (cqa_yaml_count(list) + 1) * sizeof *words);
    for (size_t i = 0; words != NULL && i < cqa_yaml_count(list); i++) {
        const struct cqa_yaml_node *item = cqa_yaml_item(list, i);
        if (cqa_yaml_text(item) == NULL)
            cqa_yaml_problem(item, problems, "a word is expected");
        else
            words[(*count)++] = cqa_yaml_text(item);
    }
    return words;
}

static void load_directions(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                            struct cqa_problems *problems)
{
    static const char *const allowed[] = {"in", "out", "internal", NULL};
    const struct cqa_yaml_node *map = cqa_yaml_want(root, "directions", CQA_YAML_MAP, 0, problems);

    if (map == NULL)
        return;
    recorder->directions =
        cqa_arena_alloc(&recorder->arena, (cqa_yaml_count(map) + 1) * sizeof *recorder->directions);
    for (size_t i = 0; recorder->directions != NULL && i < cqa_yaml_count(map); i++) {
        int word = 0;
        if (!cqa_yaml_as_word(cqa_yaml_item(map, i), allowed, &word, problems))
            continue;
        recorder->directions[recorder->direction_count++] =
            (struct cqa_word_pair){cqa_yaml_text(cqa_yaml_key(map, i)), allowed[word]};
    }
}

/* "agent_channel: 0", or a map by direction with "other" for the rest. */
static void load_agent_channel(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                               struct cqa_problems *problems)
{
    const struct cqa_yaml_node *node = cqa_yaml_find(root, "agent_channel");
    int64_t channel = 0;

    if (node == NULL)
        return;
    if (cqa_yaml_kind(node) == CQA_YAML_MAP) {
        cqa_yaml_only(node, cqa_direction_words, problems);
        (void)cqa_yaml_get_whole(node, "other", 0, 0, 1, &channel, problems);
    } else {
        (void)cqa_yaml_get_whole(root, "agent_channel", 0, 0, 1, &channel, problems);
    }
    for (int i = 0; i < CQA_DIRECTION_COUNT; i++) {
        int64_t own = channel;
        if (cqa_yaml_kind(node) == CQA_YAML_MAP)
            (void)cqa_yaml_get_whole(node, cqa_direction_words[i], 0, 0, 1, &own, problems);
        recorder->agent_channel[i] = (int)own;
    }
}

static void load_raw(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                     struct cqa_problems *problems)
{
    static const char *const keys[] = {"encoding", "rate_hz", "channels", NULL};
    static const char *const encodings[] = {"slin", "ulaw", "alaw", NULL};
    const struct cqa_yaml_node *map = cqa_yaml_want(root, "raw", CQA_YAML_MAP, 0, problems);
    int encoding = 0;
    int64_t rate_hz = 0;
    int64_t channels = 0;

    if (map == NULL)
        return;
    cqa_yaml_only(map, keys, problems);
    if (cqa_yaml_get_word(map, "encoding", 1, encodings, &encoding, problems))
        recorder->raw.encoding = (enum cqa_raw_encoding)(CQA_RAW_SLIN + encoding);
    (void)cqa_yaml_get_whole(map, "rate_hz", 0, 8000, 192000, &rate_hz, problems);
    (void)cqa_yaml_get_whole(map, "channels", 0, 1, 2, &channels, problems);
    recorder->raw.rate_hz = (int)rate_hz;
    recorder->raw.channels = (int)channels;
}

/* ---- patterns */

static void load_mapping(const struct cqa_yaml_node *node, const struct cqa_pattern *pattern,
                         struct cqa_mapping *map, struct cqa_problems *problems)
{
    for (int i = 0; i < CQA_FIELD_COUNT; i++) {
        const char *group = NULL;
        if (!cqa_yaml_get_string(node, cqa_field_words[i], 0, &group, problems))
            continue;
        if (i == CQA_FIELD_DIRECTION && cqa_direction_index(group) != CQA_DIRECTION_OTHER)
            map->direction = group;
        else if (pattern->regex != NULL && !cqa_regex_has_group(pattern->regex, group))
            cqa_yaml_problem(cqa_yaml_find(node, cqa_field_words[i]), problems,
                             "the regex has no group \"%s\"%p", group,
                             i == CQA_FIELD_DIRECTION
                                 ? cqa_words("; in, out and internal stand for themselves")
                                 : NULL);
        else
            map->group[i] = group;
    }
}

static void load_types(struct cqa_recorder *recorder, const struct cqa_yaml_node *node,
                       struct cqa_pattern *pattern, struct cqa_problems *problems)
{
    const struct cqa_yaml_node *types = cqa_yaml_want(node, "types", CQA_YAML_MAP, 0, problems);

    if (types == NULL)
        return;
    if (pattern->regex != NULL && !cqa_regex_has_group(pattern->regex, "type"))
        cqa_yaml_problem(types, problems, "the regex has no group \"type\" to choose by");
    pattern->types =
        cqa_arena_alloc(&recorder->arena, (cqa_yaml_count(types) + 1) * sizeof *pattern->types);
    for (size_t i = 0; pattern->types != NULL && i < cqa_yaml_count(types); i++) {
        const struct cqa_yaml_node *item = cqa_yaml_item(types, i);
        if (cqa_yaml_kind(item) != CQA_YAML_MAP) {
            cqa_yaml_problem(item, problems, "a map of fields to groups is expected");
            continue;
        }
        cqa_yaml_only(item, cqa_field_words, problems);
        struct cqa_mapping *map = &pattern->types[pattern->type_count++];
        *map = pattern->map;
        map->type = cqa_yaml_text(cqa_yaml_key(types, i));
        load_mapping(item, pattern, map, problems);
    }
}

static void load_pattern(struct cqa_recorder *recorder, const struct cqa_yaml_node *node,
                         struct cqa_pattern *pattern, struct cqa_problems *problems)
{
    static const char *const keys[] = {"name", "match", "regex", "fields", "types", NULL};
    static const char *const subjects[] = {"name", "path", NULL};
    const char *regex = NULL;
    struct cqa_error error = {0};
    size_t offset = 0;

    cqa_yaml_only(node, keys, problems);
    (void)cqa_yaml_get_string(node, "name", 1, &pattern->name, problems);
    (void)cqa_yaml_get_word(node, "match", 0, subjects, &pattern->whole_path, problems);
    if (cqa_yaml_get_string(node, "regex", 1, &regex, problems) &&
        cqa_regex_compile(regex, &pattern->regex, &offset, &error) != CQA_OK)
        cqa_yaml_problem(cqa_yaml_find(node, "regex"), problems,
                         "not a regular expression, at its character %zu: %p", offset + 1,
                         &error.message);
    for (int i = 0; pattern->regex != NULL && i < CQA_FIELD_COUNT; i++)
        if (cqa_regex_has_group(pattern->regex, cqa_field_words[i]))
            pattern->map.group[i] = cqa_field_words[i];
    const struct cqa_yaml_node *fields = cqa_yaml_want(node, "fields", CQA_YAML_MAP, 0, problems);
    if (fields != NULL) {
        cqa_yaml_only(fields, cqa_field_words, problems);
        load_mapping(fields, pattern, &pattern->map, problems);
    }
    load_types(recorder, node, pattern, problems);
}

static void load_patterns(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                          struct cqa_problems *problems)
{
    const struct cqa_yaml_node *list =
        cqa_yaml_want(root, "patterns", CQA_YAML_LIST, !recorder->takes_any, problems);

    if (list == NULL)
        return;
    recorder->patterns =
        cqa_arena_alloc(&recorder->arena, (cqa_yaml_count(list) + 1) * sizeof *recorder->patterns);
    for (size_t i = 0; recorder->patterns != NULL && i < cqa_yaml_count(list); i++) {
        const struct cqa_yaml_node *item = cqa_yaml_item(list, i);
        if (cqa_yaml_kind(item) == CQA_YAML_MAP)
            load_pattern(recorder, item, &recorder->patterns[recorder->pattern_count++], problems);
        else
            cqa_yaml_problem(item, problems, "a map with name and regex is expected");
    }
}

/* ---- the profile */

static void load_root(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                      struct cqa_problems *problems)
{
    static const char *const keys[] = {"name",          "takes_any", "times",   "starts_at_answer",
                                       "agent_channel", "ignore",    "unknown", "directions",
                                       "patterns",      "sidecars",  "raw",     NULL};
    static const char *const times[] = {"local", "utc", NULL};

    cqa_yaml_only(root, keys, problems);
    (void)cqa_yaml_get_string(root, "name", 1, &recorder->name, problems);
    (void)cqa_yaml_get_bool(root, "takes_any", 0, &recorder->takes_any, problems);
    (void)cqa_yaml_get_word(root, "times", 0, times, &recorder->utc, problems);
    (void)cqa_yaml_get_bool(root, "starts_at_answer", 0, &recorder->starts_at_answer, problems);
    load_agent_channel(recorder, root, problems);
    load_raw(recorder, root, problems);
    recorder->ignore = load_words(recorder, root, "ignore", &recorder->ignore_count, problems);
    recorder->unknown = load_words(recorder, root, "unknown", &recorder->unknown_count, problems);
    load_directions(recorder, root, problems);
    load_patterns(recorder, root, problems);
    cqa_sidecars_load(recorder, root, problems);
}

enum cqa_status cqa_recorder_load(const char *name, struct cqa_recorder **out, char *path,
                                  struct cqa_problems *problems, struct cqa_error *error)
{
    const size_t before = problems->count;
    enum cqa_status status = cqa_models_find("recorders", name, path, PATH_MAX, error);

    if (status != CQA_OK)
        return status;
    struct cqa_recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the recorder profile %s", name);
    recorder->yaml = cqa_yaml_load(path, problems);
    const struct cqa_yaml_node *root =
        recorder->yaml == NULL ? NULL : cqa_yaml_root(recorder->yaml, problems);
    if (root != NULL)
        load_root(recorder, root, problems);
    if (root == NULL || problems->count > before) {
        cqa_recorder_destroy(recorder);
        return cqa_fail(error, CQA_E_BADDATA, "the recorder profile %s is not valid", path);
    }
    *out = recorder;
    return CQA_OK;
}

void cqa_recorder_destroy(struct cqa_recorder *recorder)
{
    if (recorder == NULL)
        return;
    for (size_t i = 0; i < recorder->pattern_count; i++)
        cqa_regex_destroy(recorder->patterns[i].regex);
    cqa_yaml_destroy(recorder->yaml);
    cqa_arena_finish(&recorder->arena);
    free(recorder);
}

int cqa_recorder_has_sidecars(const struct cqa_recorder *recorder)
{
    return recorder->sidecar_count > 0;
}

int cqa_recorder_ignores(const struct cqa_recorder *recorder, const char *name)
{
    for (size_t i = 0; i < sizeof ignored_anywhere / sizeof *ignored_anywhere; i++)
        if (fnmatch(ignored_anywhere[i], name, FNM_CASEFOLD) == 0)
            return 1;
    for (size_t i = 0; i < recorder->ignore_count; i++)
        if (fnmatch(recorder->ignore[i], name, FNM_CASEFOLD) == 0)
            return 1;
    return 0;
}
