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
#include "child/child.h"
#include "recorder/sidecar_child.h"
#include "recorder/sidecar_parts.h"

/* The metadata that a recorder leaves beside its recordings. */

enum {
    TIMEOUT_MS = 10 * 1000, /* on a machine under load; a second of processor time ends it before */
    PROCESSOR_S = 1,
    VALUES_BYTES_MAX = CQA_SIDECAR_WANTED_MAX * (CQA_SIDECAR_VALUE_MAX + 2),
};
static const int64_t MEMORY_BYTES = INT64_C(256) << 20;

static const struct cqa_frame_rule RULES[] = {
    CQA_FRAME_RULES_COMMON,
    {CQA_FRAME_VALUES, 0, VALUES_BYTES_MAX},
    {CQA_FRAME_FAULT, sizeof(struct cqa_sidecar_fault), sizeof(struct cqa_sidecar_fault)},
};
enum { RULE_COUNT = sizeof RULES / sizeof RULES[0] };

const char *const cqa_sidecar_words[CQA_SIDECAR_COUNT + 1] = {
    "id",        "agent",     "customer",    "queue",       "direction", "started_at",
    "channel_0", "channel_1", "answered_at", "other_agent", "holds",     NULL};

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
    recorder->sidecar_count = 0; /* instead of those of the profile that this one is like */
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

static enum cqa_status check_file(int fd, const char *path, struct cqa_error *error)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return cqa_fail_errno(error, "%s", path);
    if (!S_ISREG(status.st_mode))
        return cqa_fail(error, CQA_E_BADDATA, "%s is no regular file", path);
    if (status.st_size > CQA_SIDECAR_BYTES_MAX)
        return cqa_fail(error, CQA_E_LIMIT, "%s is larger than 1 MiB", path);
    return CQA_OK;
}

/* ---- from a child, which reads it, its values */

/* One value a path, in the order of map[direction][which].items; borrowed from the arena. */
struct values {
    const char *items[CQA_SIDECAR_WANTED_MAX];
    size_t count;
};

/* The paths of the profile, "path\0path\0". */
static enum cqa_status list_paths(const struct cqa_sidecar *sidecar, struct cqa_buffer *out,
                                  struct cqa_sidecar_order *order, struct cqa_error *error)
{
    for (int direction = 0; direction < CQA_DIRECTION_COUNT; direction++)
        for (int which = 0; which < CQA_SIDECAR_COUNT; which++) {
            const struct cqa_sidecar_paths *paths = &sidecar->map[direction][which];
            for (size_t i = 0; i < paths->count; i++, order->count++)
                cqa_buffer_add(out, paths->items[i], strlen(paths->items[i]) + 1);
        }
    return !out->failed && order->count <= CQA_SIDECAR_WANTED_MAX
               ? CQA_OK
               : cqa_fail(error, CQA_E_LIMIT, "the profile asks for more than %d values",
                          CQA_SIDECAR_WANTED_MAX);
}

static enum cqa_status say_fault(const struct cqa_sidecar_fault *fault, struct cqa_error *error)
{
    const unsigned line = fault->line;

    switch (fault->why) {
    case CQA_SIDECAR_UNREADABLE:
        return cqa_fail(error, CQA_E_IO, "cannot be read");
    case CQA_SIDECAR_NO_MEMORY:
        return cqa_fail(error, CQA_E_NOMEM, "no memory for it");
    case CQA_SIDECAR_TOO_LARGE:
        return cqa_fail(error, CQA_E_LIMIT, "larger than 1 MiB");
    case CQA_SIDECAR_TOO_DEEP:
        return cqa_fail(error, CQA_E_LIMIT, "line %u: nested deeper than %d levels", line,
                        CQA_SIDECAR_DEPTH_MAX);
    case CQA_SIDECAR_TOO_MANY_NODES:
        return cqa_fail(error, CQA_E_LIMIT, "line %u: more than %d elements, attributes or values",
                        line, CQA_SIDECAR_NODES_MAX);
    case CQA_SIDECAR_TOO_MANY_ATTRIBUTES:
        return cqa_fail(error, CQA_E_LIMIT, "line %u: more than %d attributes in one element", line,
                        CQA_SIDECAR_ATTRIBUTES_MAX);
    case CQA_SIDECAR_VALUE_TOO_LONG:
        return cqa_fail(error, CQA_E_LIMIT, "a value is longer than %d bytes",
                        CQA_SIDECAR_VALUE_MAX);
    case CQA_SIDECAR_NOT_XML:
        return cqa_fail(error, CQA_E_BADDATA, "line %u: not well-formed XML", line);
    case CQA_SIDECAR_DOCTYPE:
        return cqa_fail(error, CQA_E_BADDATA,
                        "line %u: XML with a document type is refused: it can define entities",
                        line);
    case CQA_SIDECAR_ENCODING:
        return cqa_fail(error, CQA_E_BADDATA,
                        "its encoding is not read; allowed: UTF-8, UTF-16, ISO-8859-1, "
                        "windows-1252, GB18030, GBK, GB2312, Big5");
    case CQA_SIDECAR_NOT_JSON:
        return cqa_fail(error, CQA_E_BADDATA, "line %u: not JSON", line);
    default:
        return cqa_fail(error, CQA_E_BADDATA, "the process that read it answered nonsense");
    }
}

/* "+value\0" or "-\0" for each path, and nothing more. */
static enum cqa_status take_values(const struct cqa_frame *frame, struct cqa_arena *arena,
                                   struct values *out, struct cqa_error *error)
{
    const char *end = frame->body + frame->length;
    const char *at = frame->body;
    size_t count = 0;

    for (; count < out->count && at < end; count++) {
        const size_t length = strnlen(at, (size_t)(end - at));
        if (at + length == end || (*at != '+' && *at != '-'))
            break;
        out->items[count] = *at == '+' ? cqa_arena_string(arena, at + 1) : NULL;
        at += length + 1;
    }
    return count == out->count && at == end
               ? CQA_OK
               : cqa_fail(error, CQA_E_BADDATA, "the process that read it answered nonsense");
}

static enum cqa_status take_answer(const struct cqa_frame *frame, struct cqa_arena *arena,
                                   struct values *out, struct cqa_error *error)
{
    struct cqa_sidecar_fault fault = {0};

    if (frame->kind == CQA_FRAME_VALUES)
        return take_values(frame, arena, out, error);
    if (frame->kind == CQA_FRAME_FAULT)
        memcpy(&fault, frame->body, sizeof fault);
    return say_fault(&fault, error);
}

static enum cqa_status await_answer(struct cqa_children *children, struct cqa_child *child,
                                    struct cqa_arena *arena, struct values *out,
                                    struct cqa_error *error)
{
    struct cqa_frame frame;
    const enum cqa_frame_state state = cqa_child_answer(child, TIMEOUT_MS, &frame);

    if (state == CQA_FRAME_WHOLE) {
        const enum cqa_status status = take_answer(&frame, arena, out, error);
        cqa_child_dismiss(children, child);
        return status;
    }
    return cqa_child_lost(children, child, state, error);
}

/* Hands the file to a child. */
static enum cqa_status ask(struct cqa_children *children, const struct cqa_sidecar *sidecar, int fd,
                           struct cqa_arena *arena, struct values *out, struct cqa_error *error)
{
    const struct cqa_child_order wanted = {CQA_ROLE_SIDECAR, MEMORY_BYTES, PROCESSOR_S};
    struct cqa_buffer paths = {.limit = CQA_FRAME_ORDER_MAX - sizeof(struct cqa_sidecar_order)};
    struct cqa_sidecar_order order = {.format = (uint32_t)sidecar->format};
    struct cqa_child child;
    enum cqa_status status = list_paths(sidecar, &paths, &order, error);

    out->count = order.count;
    if (status == CQA_OK)
        status = cqa_child_start(children, &wanted, RULES, RULE_COUNT, &child, error);
    if (status == CQA_OK) {
        const struct iovec parts[] = {{&order, sizeof order}, {paths.text, paths.length}};
        (void)cqa_frame_order(child.socket, CQA_FRAME_LOOK_UP, parts, 2, fd); /* else it ends */
        status = await_answer(children, &child, arena, out, error);
    }
    cqa_buffer_finish(&paths);
    return status;
}

/* ---- from its values to the call */

struct reader {
    const struct cqa_recorder *recorder;
    const struct cqa_sidecar *sidecar;
    struct values values;
    struct cqa_arena *arena;
};

/* Where the values of a field begin. */
static size_t first_of(const struct cqa_sidecar *sidecar, enum cqa_direction direction, int which)
{
    size_t first = 0;

    for (int d = 0; d < (int)direction; d++)
        for (int w = 0; w < CQA_SIDECAR_COUNT; w++)
            first += sidecar->map[d][w].count;
    for (int w = 0; w < which; w++)
        first += sidecar->map[direction][w].count;
    return first;
}

static const char *value_at(const struct reader *reader, enum cqa_direction direction, int which)
{
    const size_t first = first_of(reader->sidecar, direction, which);
    const size_t count = reader->sidecar->map[direction][which].count;

    for (size_t i = first; i < first + count; i++) {
        const char *raw = reader->values.items[i];
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

static void take(struct cqa_call *call, enum cqa_call_field field, const char *found)
{
    if (found != NULL)
        cqa_call_set(call, field, found, CQA_FACT_SIDECAR);
}

/* 0: there is none, or none that can be read. */
static int64_t read_time(const struct reader *reader, const struct cqa_zone *zone,
                         const struct cqa_call *call, int which, const char **found)
{
    int64_t utc_ms = 0;

    *found = value(reader, call, which);
    return *found != NULL && cqa_moment_from_text(zone, reader->recorder->utc, *found, &utc_ms)
               ? utc_ms
               : 0;
}

static void set_time(const struct reader *reader, const struct cqa_zone *zone, int64_t utc_ms,
                     struct cqa_call *call, enum cqa_call_field field)
{
    char text[CQA_ZONE_TEXT_SIZE];

    cqa_zone_format(zone, utc_ms / 1000, text);
    if (text[0] != '\0')
        take(call, field, cqa_arena_string(reader->arena, text));
}

/* The call may have begun before the recording, whose start its name tells. */
static void take_start(const struct reader *reader, const struct cqa_zone *zone,
                       struct cqa_call *call)
{
    const char *found = NULL;
    const int64_t utc_ms = read_time(reader, zone, call, CQA_SIDECAR_STARTED_AT, &found);

    if (utc_ms == 0)
        return;
    if (cqa_moment_ms(found) >= 0)
        call->started_ms = utc_ms;
    if (call->begun_ms == 0 || !cqa_moment_is_later(call->begun_ms / 1000, utc_ms / 1000))
        set_time(reader, zone, utc_ms, call, CQA_CALL_STARTED_AT);
    if (call->begun_ms == 0)
        call->begun_ms = utc_ms;
}

static void take_times(const struct reader *reader, const struct cqa_zone *zone,
                       struct cqa_call *call)
{
    const int64_t begun_ms = call->begun_ms;
    const char *found = NULL;

    take_start(reader, zone, call);
    const int64_t answered_ms = read_time(reader, zone, call, CQA_SIDECAR_ANSWERED_AT, &found);
    if (answered_ms == 0)
        return;
    set_time(reader, zone, answered_ms, call, CQA_CALL_ANSWERED_AT);
    cqa_call_answered(call, begun_ms, answered_ms);
}

static void set_agent_channel(int channel, struct cqa_call *call)
{
    call->lines.agent_channel = channel;
    call->lines.roles_unknown = 0;
    call->from[CQA_CALL_ROLES] = CQA_FACT_SIDECAR;
}

/* Pairs of instants in any brackets: "{{1406137889462432,1406137892123456}}". */
static void take_holds(const struct reader *reader, const struct cqa_zone *zone,
                       struct cqa_call *call)
{
    enum { HOLDS_MAX = 256 };
    const char *found = value(reader, call, CQA_SIDECAR_HOLDS);
    char *text = cqa_arena_string(reader->arena, found);
    struct cqa_logged_hold *holds = cqa_arena_alloc(reader->arena, HOLDS_MAX * sizeof *holds);
    char *rest = NULL;
    size_t count = 0;
    int64_t at_ms[2];
    int half = 0;

    if (text == NULL || holds == NULL)
        return;
    for (char *at = strtok_r(text, "{}[](),;| ", &rest); at != NULL && count < HOLDS_MAX;
         at = strtok_r(NULL, "{}[](),;| ", &rest)) {
        if (!cqa_moment_from_text(zone, reader->recorder->utc, at, &at_ms[half]))
            return; /* what is no instant says nothing of the others */
        half = !half;
        if (!half && at_ms[1] > at_ms[0])
            holds[count++] = (struct cqa_logged_hold){at_ms[0], at_ms[1]};
    }
    call->holds = holds;
    call->hold_count = count;
}

/* "1001@pbx.example" is agent 1001, where the profile says so. */
static const char *without_domain(const struct reader *reader, const char *found)
{
    const char *at = found == NULL ? NULL : strchr(found, '@');

    if (!reader->recorder->without_domain || at == NULL || at == found)
        return found;
    return cqa_arena_bytes(reader->arena, found, (size_t)(at - found));
}

/*
 * The direction that the metadata gives. A switch tells of a leg, not of the call: what an agent
 * dials comes in to it. So who calls decides where the profile says what numbers of ours look like.
 */
static const char *direction_of(const struct reader *reader)
{
    const char *told = cqa_recorder_direction(
        reader->recorder, value_at(reader, CQA_DIRECTION_OTHER, CQA_FIELD_DIRECTION));

    if (cqa_direction_index(told) != CQA_DIRECTION_IN ||
        !cqa_recorder_is_extension(reader->recorder,
                                   value_at(reader, CQA_DIRECTION_IN, CQA_FIELD_CUSTOMER)))
        return told;
    return cqa_recorder_is_extension(reader->recorder,
                                     value_at(reader, CQA_DIRECTION_OUT, CQA_FIELD_CUSTOMER))
               ? cqa_direction_words[CQA_DIRECTION_INTERNAL]
               : cqa_direction_words[CQA_DIRECTION_OUT];
}

static void take_direction(const struct reader *reader, struct cqa_call *call)
{
    const char *direction = direction_of(reader);

    if (direction == NULL)
        return;
    cqa_recorder_set_direction(reader->recorder, direction, call);
    call->from[CQA_CALL_DIRECTION] = CQA_FACT_SIDECAR;
}

/* Two agents in one recording: none of them is charged for the other. */
static void doubt_agent(const struct reader *reader, struct cqa_call *call)
{
    const char *other = without_domain(reader, value(reader, call, CQA_SIDECAR_OTHER_AGENT));

    if (other == NULL || call->agent == NULL || strcmp(other, call->agent) == 0)
        return;
    cqa_call_doubt(call, CQA_CALL_AGENT, call->agent, CQA_FACT_SIDECAR, other, CQA_FACT_SIDECAR);
    cqa_call_set(call, CQA_CALL_AGENT, NULL, CQA_FACT_NONE);
    call->lines.roles_unknown = 1;
}

static void fill(const struct reader *reader, const struct cqa_zone *zone, struct cqa_call *call)
{
    take_direction(reader, call);
    take(call, CQA_CALL_AGENT, without_domain(reader, value(reader, call, CQA_FIELD_AGENT)));
    take(call, CQA_CALL_CUSTOMER, value(reader, call, CQA_FIELD_CUSTOMER));
    take(call, CQA_CALL_QUEUE, without_domain(reader, value(reader, call, CQA_FIELD_QUEUE)));
    take_times(reader, zone, call);
    take_holds(reader, zone, call);
    for (int channel = 0; channel < 2 && reader->sidecar->agent_word != NULL; channel++) {
        const char *who = value(reader, call, CQA_SIDECAR_CHANNEL_0 + channel);
        if (who != NULL && strcasecmp(who, reader->sidecar->agent_word) == 0)
            set_agent_channel(channel, call);
    }
    doubt_agent(reader, call);
}

static enum cqa_status read_one(const struct cqa_recorder *recorder, struct cqa_children *children,
                                const struct cqa_zone *zone, const struct cqa_sidecar *sidecar,
                                int fd, const char *path, struct cqa_arena *arena,
                                struct cqa_call *call, struct cqa_error *error)
{
    struct reader reader = {.recorder = recorder, .sidecar = sidecar, .arena = arena};
    enum cqa_status status = check_file(fd, path, error);

    if (status != CQA_OK)
        return status;
    status = ask(children, sidecar, fd, arena, &reader.values, error);
    if (status != CQA_OK)
        return cqa_fail_within(error, "%s", path);
    fill(&reader, zone, call);
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

enum cqa_status
cqa_recorder_read_sidecar(const struct cqa_recorder *recorder, struct cqa_children *children,
                          const struct cqa_zone *zone, const char *path, struct cqa_arena *arena,
                          struct cqa_call_identity *identity, int *found, struct cqa_error *error)
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
            status = read_one(recorder, children, zone, sidecar, fd, beside, arena, &identity->call,
                              error);
            (void)close(fd);
        }
        if (status == CQA_OK && found != NULL)
            *found = 1;
        cqa_leg_settle(recorder, identity);
        return status;
    }
    return CQA_OK;
}

/* Positive, and another for another size, time or name. */
static int64_t stamp_of(const struct stat *status, size_t which)
{
    uint64_t stamp =
        (uint64_t)status->st_mtim.tv_sec * 1000000000 + (uint64_t)status->st_mtim.tv_nsec;

    stamp = (stamp * 31 + (uint64_t)status->st_size) * 31 + which;
    return (int64_t)(stamp >> 1) | 1;
}

int64_t cqa_recorder_sidecar_stamp(const struct cqa_recorder *recorder, const char *path,
                                   const char *id)
{
    char beside[PATH_MAX];
    struct stat status;

    for (size_t i = 0; i < recorder->sidecar_count; i++)
        for (size_t k = 0; k < recorder->sidecars[i].files.count; k++)
            if (sidecar_path(recorder->sidecars[i].files.items[k], path, id, beside,
                             sizeof beside) &&
                lstat(beside, &status) == 0)
                return stamp_of(&status, i * 16 + k);
    return 0;
}
