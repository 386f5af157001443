/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "recorder/parts.h"

/* The metadata that a recorder leaves beside its recordings. */

enum { SIDECAR_BYTES_MAX = 1 << 20 };

const char *const cqa_sidecar_words[CQA_SIDECAR_COUNT + 1] = {
    "id", "agent", "customer", "queue", "direction", "started_at", "channel_0", "channel_1", NULL};

/* ---- the profile's part */

static void load_paths(struct cqa_recorder *recorder, const struct cqa_yaml_node *node,
                       struct cqa_sidecar_paths *out, struct cqa_problems *problems)
{
    const int is_list = cqa_yaml_kind(node) == CQA_YAML_LIST;
    const size_t count = is_list ? cqa_yaml_count(node) : 1;

    out->items = cqa_arena_alloc(&recorder->arena, (count + 1) * sizeof *out->items);
    for (size_t i = 0; out->items != NULL && i < count; i++) {
        const struct cqa_yaml_node *item = is_list ? cqa_yaml_item(node, i) : node;
        const char *text = cqa_yaml_text(item);
        if (text == NULL || text[0] == '\0')
            cqa_yaml_problem(item, problems, "a word, or a list of words, is expected");
        else
            out->items[out->count++] = text;
    }
}

static void load_map(struct cqa_recorder *recorder, const struct cqa_yaml_node *node,
                     const char *key, int required, struct cqa_sidecar_paths *paths,
                     struct cqa_problems *problems)
{
    const struct cqa_yaml_node *map = cqa_yaml_want(node, key, CQA_YAML_MAP, required, problems);

    if (map == NULL)
        return;
    cqa_yaml_only(map, cqa_sidecar_words + 1, problems); /* the id is the name's alone */
    for (int i = 1; i < CQA_SIDECAR_COUNT; i++) {
        const struct cqa_yaml_node *value = cqa_yaml_find(map, cqa_sidecar_words[i]);
        if (value != NULL)
            load_paths(recorder, value, &paths[i], problems);
    }
}

static void load_sidecar(struct cqa_recorder *recorder, const struct cqa_yaml_node *node,
                         struct cqa_sidecar *sidecar, struct cqa_problems *problems)
{
    static const char *const keys[] = {"format", "file",    "url_encoded",  "agent_word", "map",
                                       "map_in", "map_out", "map_internal", NULL};
    static const char *const formats[] = {"json", "xml", NULL};
    static const char *const maps[] = {"map_in", "map_out", "map_internal", "map"};
    int format = 0;

    cqa_yaml_only(node, keys, problems);
    (void)cqa_yaml_get_word(node, "format", 1, formats, &format, problems);
    sidecar->format = (enum cqa_sidecar_format)format;
    const struct cqa_yaml_node *files = cqa_yaml_find(node, "file");
    if (files == NULL)
        cqa_yaml_problem(node, problems, "\"file\" is missing: the sidecar's name, or a list");
    else
        load_paths(recorder, files, &sidecar->files, problems);
    (void)cqa_yaml_get_bool(node, "url_encoded", 0, &sidecar->url_encoded, problems);
    (void)cqa_yaml_get_string(node, "agent_word", 0, &sidecar->agent_word, problems);
    for (int i = 0; i < CQA_DIRECTION_COUNT; i++)
        load_map(recorder, node, maps[i], i == CQA_DIRECTION_OTHER, sidecar->map[i], problems);
}

void cqa_sidecars_load(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                       struct cqa_problems *problems)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(root, "sidecars", CQA_YAML_LIST, 0, problems);

    if (list == NULL)
        return;
    recorder->sidecars =
        cqa_arena_alloc(&recorder->arena, (cqa_yaml_count(list) + 1) * sizeof *recorder->sidecars);
    for (size_t i = 0; recorder->sidecars != NULL && i < cqa_yaml_count(list); i++) {
        const struct cqa_yaml_node *item = cqa_yaml_item(list, i);
        if (cqa_yaml_kind(item) == CQA_YAML_MAP)
            load_sidecar(recorder, item, &recorder->sidecars[recorder->sidecar_count++], problems);
        else
            cqa_yaml_problem(item, problems, "a map with format, file and map is expected");
    }
}

/* ---- the file */

/* `{name}`, `{stem}` and `{id}` filled in; beside the recording unless the template is absolute. 0:
 * does not fit, or a part of the name would lead to another folder. */
static int sidecar_path(const char *template, const char *recording, const char *id, char *out,
                        size_t size)
{
    const char *slash = strrchr(recording, '/');
    const char *name = slash == NULL ? recording : slash + 1;
    const char *ending = strrchr(name, '.');
    const int stem = (int)(ending == NULL ? strlen(name) : (size_t)(ending - name));
    FILE *text = fmemopen(out, size, "w");

    if (text == NULL)
        return 0;
    if (template[0] != '/' && slash != NULL)
        (void)fprintf(text, "%.*s/", (int)(slash - recording), recording);
    for (const char *at = template; *at != '\0'; at++) {
        if (strncmp(at, "{name}", 6) == 0) {
            (void)fputs(name, text);
            at += 5;
        } else if (strncmp(at, "{stem}", 6) == 0) {
            (void)fprintf(text, "%.*s", stem, name);
            at += 5;
        } else if (strncmp(at, "{id}", 4) == 0) {
            (void)fputs(strchr(id, '/') == NULL ? id : "", text);
            at += 3;
        } else {
            (void)fputc(*at, text);
        }
    }
    (void)fputc('\0', text);
    const int whole = !ferror(text);
    return fclose(text) == 0 && whole;
}

static enum cqa_status read_all(int fd, const char *path, char **out, size_t *length,
                                struct cqa_error *error)
{
    struct stat status;
    size_t used = 0;
    ssize_t count = 1;

    if (fstat(fd, &status) != 0)
        return cqa_fail_errno(error, "%s", path);
    if (!S_ISREG(status.st_mode))
        return cqa_fail(error, CQA_E_BADDATA, "%s is no regular file", path);
    char *text = malloc(SIDECAR_BYTES_MAX + 1);
    if (text == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for %s", path);
    while (count > 0 && used <= SIDECAR_BYTES_MAX) {
        count = read(fd, text + used, SIDECAR_BYTES_MAX + 1 - used);
        if (count < 0 && errno == EINTR)
            count = 1;
        else if (count > 0)
            used += (size_t)count;
    }
    if (count < 0 || used > SIDECAR_BYTES_MAX) {
        free(text);
        return count < 0 ? cqa_fail_errno(error, "%s", path)
                         : cqa_fail(error, CQA_E_LIMIT, "%s is larger than 1 MiB", path);
    }
    *out = text;
    *length = used;
    return CQA_OK;
}

/* ---- from its values to the call */

struct reader {
    const struct cqa_recorder *recorder;
    const struct cqa_sidecar *sidecar;
    void *document;
    struct cqa_arena *arena;
};

static const char *value_at(const struct reader *reader, enum cqa_direction direction, int which)
{
    const struct cqa_sidecar_paths *paths = &reader->sidecar->map[direction][which];

    for (size_t i = 0; i < paths->count; i++) {
        const char *raw =
            reader->sidecar->format == CQA_SIDECAR_JSON
                ? cqa_sidecar_json_get(reader->document, paths->items[i], reader->arena)
                : cqa_sidecar_xml_get(reader->document, paths->items[i], reader->arena);
        if (raw != NULL && reader->sidecar->url_encoded) {
            char *copy = cqa_arena_string(reader->arena, raw);
            raw = copy == NULL ? NULL : cqa_unescape_uri(copy);
        }
        raw = cqa_recorder_clean(reader->recorder, raw, reader->arena);
        if (raw != NULL)
            return raw;
    }
    return NULL;
}

/* By the map of the call's direction, else by the general one. */
static const char *value(const struct reader *reader, const struct cqa_call *call, int which)
{
    const enum cqa_direction direction = cqa_direction_index(call->direction);
    const char *found = value_at(reader, direction, which);

    return found != NULL || direction == CQA_DIRECTION_OTHER
               ? found
               : value_at(reader, CQA_DIRECTION_OTHER, which);
}

static void take(const char **field, const char *found)
{
    if (found != NULL)
        *field = found;
}

static void set_agent_channel(int channel, struct cqa_call_lines *lines)
{
    lines->agent_channel = channel;
    lines->roles_unknown = 0;
}

static void fill(const struct reader *reader, const struct cqa_zone *zone, struct cqa_call *call)
{
    char text[CQA_ZONE_TEXT_SIZE];
    int64_t utc_s = 0;
    const char *direction = cqa_recorder_direction(
        reader->recorder, value_at(reader, CQA_DIRECTION_OTHER, CQA_FIELD_DIRECTION));

    if (direction != NULL)
        cqa_recorder_set_direction(reader->recorder, direction, call);
    take(&call->agent, value(reader, call, CQA_FIELD_AGENT));
    take(&call->customer, value(reader, call, CQA_FIELD_CUSTOMER));
    take(&call->queue, value(reader, call, CQA_FIELD_QUEUE));
    const char *started = value(reader, call, CQA_SIDECAR_STARTED_AT);
    if (started != NULL && cqa_moment_from_text(reader->recorder, zone, started, &utc_s)) {
        cqa_zone_format(zone, utc_s, text);
        if (text[0] != '\0')
            take(&call->started_at, cqa_arena_string(reader->arena, text));
    }
    for (int channel = 0; channel < 2 && reader->sidecar->agent_word != NULL; channel++) {
        const char *who = value(reader, call, CQA_SIDECAR_CHANNEL_0 + channel);
        if (who != NULL && strcasecmp(who, reader->sidecar->agent_word) == 0)
            set_agent_channel(channel, &call->lines);
    }
}

static enum cqa_status read_one(const struct cqa_recorder *recorder, const struct cqa_zone *zone,
                                const struct cqa_sidecar *sidecar, int fd, const char *path,
                                struct cqa_arena *arena, struct cqa_call *call,
                                struct cqa_error *error)
{
    struct reader reader = {recorder, sidecar, NULL, arena};
    char *text = NULL;
    size_t length = 0;
    const int is_json = sidecar->format == CQA_SIDECAR_JSON;
    enum cqa_status status = read_all(fd, path, &text, &length, error);

    if (status != CQA_OK)
        return status;
    status = is_json ? cqa_sidecar_json_parse(text, length, &reader.document, error)
                     : cqa_sidecar_xml_parse(text, length, &reader.document, error);
    free(text);
    if (status != CQA_OK)
        return cqa_fail_within(error, "%s", path);
    fill(&reader, zone, call);
    if (is_json)
        cqa_sidecar_json_free(reader.document);
    else
        cqa_sidecar_xml_free(reader.document);
    return CQA_OK;
}

/* Opens the first of the sidecar's names that is there; -1 with CQA_OK when none is. */
static enum cqa_status open_one(const struct cqa_sidecar *sidecar, const char *recording,
                                const char *id, char *path, size_t size, int *fd,
                                struct cqa_error *error)
{
    for (size_t i = 0; i < sidecar->files.count; i++) {
        if (!sidecar_path(sidecar->files.items[i], recording, id, path, size))
            continue;
        /* NONBLOCK: a FIFO of that name must not stop us. */
        *fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (*fd >= 0)
            return CQA_OK;
        if (errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG)
            return cqa_fail_errno(error, "%s", path);
    }
    return CQA_OK;
}

enum cqa_status cqa_recorder_read_sidecar(const struct cqa_recorder *recorder,
                                          const struct cqa_zone *zone, const char *path,
                                          struct cqa_arena *arena,
                                          struct cqa_call_identity *identity, int *found,
                                          struct cqa_error *error)
{
    char beside[PATH_MAX];

    if (found != NULL)
        *found = 0;
    for (size_t i = 0; i < recorder->sidecar_count; i++) {
        const struct cqa_sidecar *sidecar = &recorder->sidecars[i];
        int fd = -1;
        enum cqa_status status =
            open_one(sidecar, path, identity->call.id, beside, sizeof beside, &fd, error);
        if (status == CQA_OK && fd < 0)
            continue;
        if (status == CQA_OK) {
            status = read_one(recorder, zone, sidecar, fd, beside, arena, &identity->call, error);
            (void)close(fd);
        }
        if (status == CQA_OK && found != NULL)
            *found = 1;
        return status;
    }
    return CQA_OK;
}
