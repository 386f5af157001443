/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/escape.h"
#include "base/message.h"
#include "recorder/parts.h"

/* From a path and a profile to what it says about the call. */

enum cqa_direction cqa_direction_index(const char *direction)
{
    for (int i = 0; direction != NULL && i < CQA_DIRECTION_OTHER; i++)
        if (strcmp(direction, cqa_direction_words[i]) == 0)
            return (enum cqa_direction)i;
    return CQA_DIRECTION_OTHER;
}

const char *cqa_recorder_direction(const struct cqa_recorder *recorder, const char *value)
{
    if (value == NULL)
        return NULL;
    for (size_t i = 0; i < recorder->direction_count; i++)
        if (strcasecmp(recorder->directions[i].from, value) == 0)
            return recorder->directions[i].to;
    const enum cqa_direction index = cqa_direction_index(value);
    return index == CQA_DIRECTION_OTHER ? NULL : cqa_direction_words[index];
}

int cqa_recorder_is_extension(const struct cqa_recorder *recorder, const char *number)
{
    struct cqa_groups *groups = NULL;

    if (recorder->extensions == NULL || number == NULL)
        return 0;
    const int is =
        cqa_regex_match(recorder->extensions, number, &groups, NULL) == CQA_OK && groups != NULL;
    cqa_groups_destroy(groups);
    return is;
}

/* Channels that are the same for in and out are the same where nobody knows. */
static int depends_on_direction(const int agent_channel[CQA_DIRECTION_COUNT])
{
    return agent_channel[CQA_DIRECTION_IN] != agent_channel[CQA_DIRECTION_OUT];
}

void cqa_recorder_set_direction(const struct cqa_recorder *recorder, const char *direction,
                                struct cqa_call *call)
{
    const enum cqa_direction index = cqa_direction_index(direction);

    call->direction = index == CQA_DIRECTION_OTHER ? NULL : cqa_direction_words[index];
    call->lines.agent_channel = recorder->agent_channel[index];
    call->lines.roles_unknown =
        index == CQA_DIRECTION_OTHER && depends_on_direction(recorder->agent_channel);
}

static const char *escaped(const char *value, struct cqa_arena *arena)
{
    const size_t size = strlen(value) * 4 + 1; /* every byte as \xNN */
    char *text = cqa_arena_alloc(arena, size);

    if (text != NULL)
        cqa_escape_control(value, text, size);
    return text;
}

int cqa_recorder_is_unknown(const struct cqa_recorder *recorder, const char *value)
{
    for (size_t i = 0; i < recorder->unknown_count; i++)
        if (strcasecmp(recorder->unknown[i], value) == 0)
            return 1;
    return 0;
}

const char *cqa_recorder_clean(const struct cqa_recorder *recorder, const char *value,
                               struct cqa_arena *arena)
{
    if (value == NULL || value[0] == '\0' || cqa_recorder_is_unknown(recorder, value))
        return NULL;
    return escaped(value, arena);
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static const struct cqa_mapping *choose_mapping(const struct cqa_pattern *pattern,
                                                const struct cqa_groups *groups,
                                                struct cqa_arena *arena)
{
    const char *type = cqa_groups_get(groups, "type", arena);

    for (size_t i = 0; type != NULL && i < pattern->type_count; i++)
        if (strcmp(pattern->types[i].type, type) == 0)
            return &pattern->types[i];
    return &pattern->map;
}

/* The group's value as it may stand in a call. */
static const char *field(const struct cqa_recorder *recorder, const struct cqa_mapping *map,
                         enum cqa_name_field which, const struct cqa_groups *groups,
                         struct cqa_arena *arena)
{
    if (map->group[which] == NULL)
        return NULL;
    return cqa_recorder_clean(recorder, cqa_groups_get(groups, map->group[which], arena), arena);
}

char *cqa_unescape_uri(char *text)
{
    char *out = text;

    for (const char *at = text; *at != '\0'; at++) {
        char digits[3] = "";
        if (*at == '%')
            (void)snprintf(digits, sizeof digits, "%s", at + 1);
        if (strspn(digits, "0123456789abcdefABCDEF") == 2 && strcmp(digits, "00") != 0) {
            *out++ = (char)strtoul(digits, NULL, 16);
            at += 2;
        } else {
            *out++ = *at;
        }
    }
    *out = '\0';
    return text;
}

/* The name without its ending and without what the group "leg" took, with a mark before it: the
 * same for both files of a call. */
static const char *stem(const char *path, const char *leg, struct cqa_arena *arena)
{
    const char *name = file_name(path);
    const char *ending = strrchr(name, '.');
    size_t length = ending == NULL || ending == name ? strlen(name) : (size_t)(ending - name);
    const size_t leg_length = leg == NULL ? 0 : strlen(leg);

    if (leg_length > 0 && length > leg_length &&
        strncmp(name + length - leg_length, leg, leg_length) == 0)
        length -= leg_length + (strchr("-_.", name[length - leg_length - 1]) != NULL);
    const char *copy = cqa_arena_bytes(arena, name, length);
    return copy == NULL ? NULL : escaped(copy, arena);
}

/* The call's id: the group "id", or "uri_id" (escaped as in a URI), else the name's stem. Both
 * files of a call have one. */
static const char *identity(const struct cqa_recorder *recorder, const struct cqa_mapping *map,
                            const struct cqa_groups *groups, const char *path,
                            struct cqa_arena *arena)
{
    const char *id = field(recorder, map, CQA_FIELD_ID, groups, arena);
    char *uri = cqa_arena_string(arena, cqa_groups_get(groups, "uri_id", arena));

    if (id == NULL && uri != NULL)
        id = cqa_recorder_clean(recorder, cqa_unescape_uri(uri), arena);
    return id != NULL ? id : stem(path, cqa_groups_get(groups, "leg", arena), arena);
}

/* The group "fraction" goes on where the second ends. */
static void fill_started_ms(const struct cqa_groups *groups, int64_t utc_s, struct cqa_arena *arena,
                            struct cqa_call *call)
{
    const char *digits = cqa_groups_get(groups, "fraction", arena);
    char text[16] = "";

    if (digits != NULL)
        (void)snprintf(text, sizeof text, ".%s", digits);
    const int ms = cqa_moment_ms(text);
    call->started_ms = ms < 0 ? 0 : utc_s * 1000 + ms;
}

static const char *started_at(const struct cqa_zone *zone, int64_t utc_s, struct cqa_arena *arena)
{
    char text[CQA_ZONE_TEXT_SIZE];

    cqa_zone_format(zone, utc_s, text);
    return text[0] == '\0' ? NULL : cqa_arena_string(arena, text);
}

/* 0: the day or hour that the name says does not exist, so that it is no name of the pattern's. */
static int fill(const struct cqa_recorder *recorder, const struct cqa_zone *zone,
                const struct cqa_pattern *pattern, const struct cqa_groups *groups,
                const char *path, struct cqa_arena *arena, struct cqa_call_identity *out)
{
    const struct cqa_mapping *map = choose_mapping(pattern, groups, arena);
    const char *direction = map->direction;
    struct cqa_moment moment;
    const int dated = cqa_moment_from_groups(recorder, zone, groups, arena, &moment);

    if (dated < 0)
        return 0;
    if (direction == NULL)
        direction = field(recorder, map, CQA_FIELD_DIRECTION, groups, arena);
    out->matched = 1;
    out->pattern = pattern->name;
    cqa_message_set(&out->why, "pattern \"%p\"", cqa_words_of(pattern->name));
    out->leg = cqa_groups_get(groups, "leg", arena);
    if (out->leg != NULL)
        cqa_message_set(&out->why, "%p; one party's file of a call", &out->why);
    out->call.id = identity(recorder, map, groups, path, arena);
    out->call.agent = field(recorder, map, CQA_FIELD_AGENT, groups, arena);
    out->call.customer = field(recorder, map, CQA_FIELD_CUSTOMER, groups, arena);
    out->call.queue = field(recorder, map, CQA_FIELD_QUEUE, groups, arena);
    cqa_recorder_set_direction(recorder, cqa_recorder_direction(recorder, direction), &out->call);
    if (dated > 0) {
        out->call.started_at = started_at(zone, moment.begun_s, arena);
        out->call.begun_ms = moment.begun_s * 1000;
        out->call.called_ms = moment.called_s * 1000;
        fill_started_ms(groups, moment.begun_s, arena, &out->call);
    }
    if (dated > 0 && moment.off_minutes != 0)
        cqa_message_set(
            &out->why,
            "%p; its clock is off by %d min from the time in its id, which is taken: is "
            "time_zone right?",
            &out->why, moment.off_minutes);
    cqa_leg_settle(recorder, out);
    cqa_call_credit(&out->call, CQA_FACT_NAME);
    return 1;
}

/* Nothing but the path is known. `undated`: a pattern would fit, but for a day or hour that does
 * not exist; else NULL. */
static void fill_unmatched(const struct cqa_recorder *recorder, const struct cqa_pattern *undated,
                           const char *path, struct cqa_arena *arena, struct cqa_call_identity *out)
{
    char name[128];

    cqa_escape_control(file_name(path), name, sizeof name);
    out->matched = recorder->takes_any;
    if (undated != NULL)
        out->pattern = undated->name;
    if (recorder->takes_any)
        cqa_message_set(&out->why, "takes any file");
    else if (undated != NULL)
        cqa_message_set(&out->why, "pattern \"%p\" would fit, but its date or time does not exist",
                        cqa_words_of(undated->name));
    else
        cqa_message_set(&out->why, "no pattern of %s fits \"%s\"", recorder->name, name);
    out->call.id = escaped(path, arena);
    out->path_is_id = 1;
}

struct naming {
    const struct cqa_recorder *recorder;
    const struct cqa_zone *zone;
    const char *path;
    struct cqa_arena *arena;
    const struct cqa_pattern *undated; /* as fill_unmatched has it */
};

/* Tries the patterns on `as`, the path or another that stands for it. */
static enum cqa_status match(struct naming *naming, const char *as, struct cqa_call_identity *out,
                             struct cqa_error *error)
{
    const struct cqa_recorder *recorder = naming->recorder;
    struct cqa_groups *groups = NULL;

    for (size_t i = 0; i < recorder->pattern_count && !out->matched && naming->undated == NULL;
         i++) {
        const struct cqa_pattern *pattern = &recorder->patterns[i];
        const enum cqa_status status = cqa_regex_match(
            pattern->regex, pattern->whole_path ? as : file_name(as), &groups, error);
        if (status == CQA_E_NOMEM)
            return status;
        if (status == CQA_OK && groups != NULL &&
            !fill(recorder, naming->zone, pattern, groups, naming->path, naming->arena, out))
            naming->undated = pattern;
        cqa_groups_destroy(groups);
        groups = NULL;
    }
    return CQA_OK;
}

enum cqa_status cqa_recorder_identify(const struct cqa_recorder *recorder,
                                      const struct cqa_zone *zone, const char *path,
                                      struct cqa_arena *arena, struct cqa_call_identity *out,
                                      struct cqa_error *error)
{
    struct naming naming = {recorder, zone, path, arena, NULL};

    *out = (struct cqa_call_identity){.leg_channel = -1};
    out->call.source = cqa_arena_string(arena, recorder->name); /* outlives the recorder */
    out->call.lines.starts_at_answer = recorder->starts_at_answer;
    out->call.lines.raw = recorder->raw;
    cqa_recorder_set_direction(recorder, NULL, &out->call);
    enum cqa_status status = match(&naming, path, out, error);
    const char *as_wav = cqa_ending_to_wav(path, arena);
    if (status == CQA_OK && !out->matched && as_wav != NULL)
        status = match(&naming, as_wav, out, error);
    if (status != CQA_OK)
        return status;
    if (!out->matched)
        fill_unmatched(recorder, naming.undated, path, arena, out);
    if (out->call.id == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the names of a call");
    return CQA_OK;
}
