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

/* The list with room for `more` items before those that are there: what a profile says itself comes
 * before what it takes over. */
static void *with_room(struct cqa_recorder *recorder, const void *items, size_t count, size_t more,
                       size_t size)
{
    char *grown = cqa_arena_alloc(&recorder->arena, (count + more + 1) * size);

    if (grown != NULL && count > 0)
        memcpy(grown + more * size, items, count * size);
    return grown;
}

static void load_words(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                       const char *key, const char ***words, size_t *count,
                       struct cqa_problems *problems)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(root, key, CQA_YAML_LIST, 0, problems);
    const size_t more = list == NULL ? 0 : cqa_yaml_count(list);
    const char **grown =
        more == 0 ? NULL : with_room(recorder, *words, *count, more, sizeof *grown);

    if (grown == NULL)
        return;
    for (size_t i = 0; i < more; i++) {
        const struct cqa_yaml_node *item = cqa_yaml_item(list, i);
        grown[i] = cqa_yaml_text(item);
        if (grown[i] == NULL)
            cqa_yaml_problem(item, problems, "a word is expected");
    }
    *words = grown;
    *count += more;
}

static void load_directions(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                            struct cqa_problems *problems)
{
    static const char *const allowed[] = {"in", "out", "internal", NULL};
    const struct cqa_yaml_node *map = cqa_yaml_want(root, "directions", CQA_YAML_MAP, 0, problems);
    const size_t more = map == NULL ? 0 : cqa_yaml_count(map);
    struct cqa_word_pair *grown = more == 0
                                      ? NULL
                                      : with_room(recorder, recorder->directions,
                                                  recorder->direction_count, more, sizeof *grown);

    if (grown == NULL)
        return;
    for (size_t i = 0; i < more; i++) {
        int word = 0;
        (void)cqa_yaml_as_word(cqa_yaml_item(map, i), allowed, &word, problems);
        grown[i] = (struct cqa_word_pair){cqa_yaml_text(cqa_yaml_key(map, i)), allowed[word]};
    }
    recorder->directions = grown;
    recorder->direction_count += more;
}

/* "agent_channel: 0", or a map by direction with "other" for the rest. */
void cqa_agent_channel_load(const struct cqa_yaml_node *map, int out[CQA_DIRECTION_COUNT],
                            struct cqa_problems *problems)
{
    const struct cqa_yaml_node *node = cqa_yaml_find(map, "agent_channel");
    int64_t channel = 0;

    if (node == NULL)
        return;
    if (cqa_yaml_kind(node) == CQA_YAML_MAP) {
        cqa_yaml_only(node, cqa_direction_words, problems);
        (void)cqa_yaml_get_whole(node, "other", 0, 0, 1, &channel, problems);
    } else {
        (void)cqa_yaml_get_whole(map, "agent_channel", 0, 0, 1, &channel, problems);
    }
    for (int i = 0; i < CQA_DIRECTION_COUNT; i++) {
        int64_t own = channel;
        if (cqa_yaml_kind(node) == CQA_YAML_MAP)
            (void)cqa_yaml_get_whole(node, cqa_direction_words[i], 0, 0, 1, &own, problems);
        out[i] = (int)own;
    }
}

static void load_raw(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                     struct cqa_problems *problems)
{
    static const char *const keys[] = {"encoding", "rate_hz", "channels", NULL};
    static const char *const encodings[] = {"slin", "ulaw", "alaw", "g722", NULL};
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
    if (recorder->raw.encoding == CQA_RAW_G722 &&
        ((rate_hz != 0 && rate_hz != 16000) || channels == 2))
        cqa_yaml_problem(map, problems, "G.722 has one channel at 16000 Hz");
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

/* Owned; NULL with a problem added. */
static struct cqa_regex *compile(struct cqa_recorder *recorder, const struct cqa_yaml_node *node,
                                 struct cqa_problems *problems)
{
    const char *text = cqa_definitions_expand(recorder, node, problems);
    struct cqa_regex *regex = NULL;
    struct cqa_error error = {0};
    size_t offset = 0;

    if (text != NULL && cqa_regex_compile(text, &regex, &offset, &error) != CQA_OK)
        cqa_yaml_problem(node, problems, "not a regular expression, at its character %zu: %p",
                         offset + 1, &error.message);
    return regex;
}

/* {en: …, zh: …}, or one text for both languages. */
static void load_pattern_name(const struct cqa_yaml_node *node, struct cqa_text *out,
                              struct cqa_problems *problems)
{
    const struct cqa_yaml_node *name = cqa_yaml_find(node, "name");

    if (name != NULL && cqa_yaml_kind(name) == CQA_YAML_MAP)
        (void)cqa_yaml_get_text(node, "name", 1, out, problems);
    else if (cqa_yaml_get_string(node, "name", 1, &out->en, problems))
        out->zh = out->en;
}

static void load_pattern(struct cqa_recorder *recorder, const struct cqa_yaml_node *node,
                         struct cqa_pattern *pattern, struct cqa_problems *problems)
{
    static const char *const keys[] = {"name", "match", "regex", "fields", "types", NULL};
    static const char *const subjects[] = {"name", "path", NULL};
    const char *regex = NULL;

    cqa_yaml_only(node, keys, problems);
    load_pattern_name(node, &pattern->name, problems);
    (void)cqa_yaml_get_word(node, "match", 0, subjects, &pattern->whole_path, problems);
    if (cqa_yaml_get_string(node, "regex", 1, &regex, problems))
        pattern->regex = compile(recorder, cqa_yaml_find(node, "regex"), problems);
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
    const int required = !recorder->takes_any && recorder->pattern_count == 0;
    const struct cqa_yaml_node *list =
        cqa_yaml_want(root, "patterns", CQA_YAML_LIST, required, problems);
    const size_t more = list == NULL ? 0 : cqa_yaml_count(list);
    struct cqa_pattern *grown = more == 0 ? NULL
                                          : with_room(recorder, recorder->patterns,
                                                      recorder->pattern_count, more, sizeof *grown);

    if (grown == NULL)
        return;
    recorder->patterns = grown;
    recorder->pattern_count += more;
    for (size_t i = 0; i < more; i++) {
        const struct cqa_yaml_node *item = cqa_yaml_item(list, i);
        if (cqa_yaml_kind(item) == CQA_YAML_MAP)
            load_pattern(recorder, item, &grown[i], problems);
        else
            cqa_yaml_problem(item, problems, "a map with name and regex is expected");
    }
}

/* What a number of ours looks like, as a whole. */
static void load_extensions(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                            struct cqa_problems *problems)
{
    const char *text = NULL;

    if (!cqa_yaml_get_string(root, "extensions", 0, &text, problems))
        return;
    cqa_regex_destroy(recorder->extensions); /* of the profile that this one is like */
    recorder->extensions = compile(recorder, cqa_yaml_find(root, "extensions"), problems);
}

/* ---- the profile */

static void load_root(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                      struct cqa_problems *problems)
{
    static const char *const keys[] = {
        "name",           "like",     "takes_any", "times",      "starts_at_answer",
        "agent_channel",  "ignore",   "unknown",   "define",     "directions",
        "patterns",       "sidecars", "raw",       "extensions", "decade",
        "without_domain", "leg",      NULL};
    static const char *const times[] = {"local", "utc", NULL};
    int64_t decade = recorder->decade;

    cqa_yaml_only(root, keys, problems);
    (void)cqa_yaml_get_string(root, "name", 1, &recorder->name, problems);
    (void)cqa_yaml_get_bool(root, "takes_any", 0, &recorder->takes_any, problems);
    (void)cqa_yaml_get_word(root, "times", 0, times, &recorder->utc, problems);
    (void)cqa_yaml_get_whole(root, "decade", 0, 1970, 2090, &decade, problems);
    recorder->decade = (int)decade;
    (void)cqa_yaml_get_bool(root, "starts_at_answer", 0, &recorder->starts_at_answer, problems);
    (void)cqa_yaml_get_bool(root, "without_domain", 0, &recorder->without_domain, problems);
    cqa_agent_channel_load(root, recorder->agent_channel, problems);
    cqa_leg_load(recorder, root, problems);
    load_raw(recorder, root, problems);
    load_extensions(recorder, root, problems);
    load_words(recorder, root, "ignore", &recorder->ignore, &recorder->ignore_count, problems);
    load_words(recorder, root, "unknown", &recorder->unknown, &recorder->unknown_count, problems);
    load_directions(recorder, root, problems);
    load_patterns(recorder, root, problems);
    cqa_sidecars_load(recorder, root, problems);
}

/* Reads a profile's file and, before it, what it is like: its own words come on top. */
static enum cqa_status load_file(struct cqa_recorder *recorder, const char *name, char *path,
                                 struct cqa_problems *problems, struct cqa_error *error)
{
    char other[PATH_MAX];
    const char *like = NULL;
    struct cqa_problems its = {0};
    enum cqa_status status = cqa_models_find("recorders", name, path, PATH_MAX, error);

    if (status != CQA_OK)
        return status;
    struct cqa_yaml *yaml = cqa_yaml_load(path, problems);
    const struct cqa_yaml_node *root = yaml == NULL ? NULL : cqa_yaml_root(yaml, problems);
    if (yaml != NULL)
        recorder->yaml[recorder->yaml_count++] = yaml;
    if (root == NULL)
        return CQA_OK;
    recorder->fingerprint = cqa_yaml_fingerprint(root, recorder->fingerprint);
    cqa_definitions_load(recorder, root, problems);
    if (cqa_yaml_get_string(root, "like", 0, &like, problems)) {
        if (recorder->yaml_count == CQA_RECORDER_FILES_MAX)
            cqa_yaml_problem(cqa_yaml_find(root, "like"), problems,
                             "more than %d profiles that are like each other",
                             CQA_RECORDER_FILES_MAX);
        else
            status = load_file(recorder, like, other, &its, error);
        if (status != CQA_OK || its.count > 0)
            cqa_yaml_problem(cqa_yaml_find(root, "like"), problems,
                             "the profile \"%s\" is not there or not valid", like);
        cqa_problems_finish(&its);
    }
    load_root(recorder, root, problems);
    return CQA_OK;
}

enum cqa_status cqa_recorder_load(const char *name, struct cqa_recorder **out, char *path,
                                  struct cqa_problems *problems, struct cqa_error *error)
{
    const size_t before = problems->count;
    struct cqa_recorder *recorder = calloc(1, sizeof *recorder);

    if (recorder == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the recorder profile %s", name);
    const enum cqa_status status = load_file(recorder, name, path, problems, error);
    if (status != CQA_OK || recorder->name == NULL || problems->count > before) {
        cqa_recorder_destroy(recorder);
        return status != CQA_OK
                   ? status
                   : cqa_fail(error, CQA_E_BADDATA, "the recorder profile %s is not valid", path);
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
    cqa_regex_destroy(recorder->extensions);
    for (size_t i = 0; i < recorder->yaml_count; i++)
        cqa_yaml_destroy(recorder->yaml[i]);
    cqa_arena_finish(&recorder->arena);
    free(recorder);
}

int cqa_recorder_has_sidecars(const struct cqa_recorder *recorder)
{
    return recorder->sidecar_count > 0;
}

const char *cqa_recorder_name(const struct cqa_recorder *recorder)
{
    return recorder->name;
}

uint32_t cqa_recorder_fingerprint(const struct cqa_recorder *recorder)
{
    return recorder->fingerprint;
}

enum cqa_litter cqa_recorder_ignores(const struct cqa_recorder *recorder, const char *name)
{
    const enum cqa_litter litter = cqa_litter_file(name);

    for (size_t i = 0; litter == CQA_LITTER_NONE && i < recorder->ignore_count; i++)
        if (fnmatch(recorder->ignore[i], name, FNM_CASEFOLD) == 0)
            return CQA_LITTER_PROFILE;
    return litter;
}
