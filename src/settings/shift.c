/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "settings/shift.h"

#include <stdio.h>
#include <string.h>

enum { DAY_S = 86400, DAY_MINUTES = 1440, NAME_BYTES_MAX = 64, CHANGES_MAX = 1024 };

/* Of the clocks: `offset_s` holds from `from_s` on. */
struct stretch {
    int64_t from_s;
    int32_t offset_s;
};

/* How many there are; 0: too many. */
static size_t list_stretches(const struct cqa_zone *zone, int64_t first_s, int64_t last_s,
                             struct stretch out[CHANGES_MAX])
{
    static const int64_t year_1900_s = -2208988800;
    static const int64_t year_2100_s = 4102444800;
    int64_t at_s = first_s < year_1900_s ? year_1900_s : first_s;
    const int64_t end_s = last_s > year_2100_s ? year_2100_s : last_s;
    size_t count = 1;

    out[0] = (struct stretch){at_s, cqa_zone_offset_s(zone, at_s)};
    while (cqa_zone_next_change(zone, at_s, &at_s) && at_s <= end_s) {
        const int32_t offset_s = cqa_zone_offset_s(zone, at_s);
        if (offset_s == out[count - 1].offset_s)
            continue;
        if (count == CHANGES_MAX)
            return 0;
        out[count++] = (struct stretch){at_s, offset_s};
    }
    return count;
}

/* The first moment whose whole seconds belong to the stretch: those before 1970 are cut towards it.
 */
static int64_t first_ms(const struct stretch *stretch)
{
    return stretch->from_s > 0 ? stretch->from_s * 1000 : stretch->from_s * 1000 - 999;
}

/* A search by halves, so that a moment is compared with a few changes only. */
static void write_offset(const struct stretch *stretches, size_t count, const char *column,
                         struct cqa_buffer *out)
{
    const size_t half = count / 2;

    if (count == 1) {
        cqa_buffer_print(out, "%d", (int)stretches[0].offset_s);
        return;
    }
    cqa_buffer_print(out, "CASE WHEN %s<%lld THEN ", column, (long long)first_ms(&stretches[half]));
    write_offset(stretches, half, column, out);
    cqa_buffer_print(out, " ELSE ");
    write_offset(stretches + half, count - half, column, out);
    cqa_buffer_print(out, " END");
}

void cqa_shift_write(const struct cqa_shift *shift, const char *column, int64_t from_ms,
                     int64_t until_ms, struct cqa_buffer *out)
{
    struct stretch stretches[CHANGES_MAX];
    const size_t count = list_stretches(shift->zone, from_ms / 1000, until_ms / 1000, stretches);
    const int over_midnight = shift->from_minute >= shift->to_minute;
    const int from = over_midnight ? shift->to_minute : shift->from_minute;
    const int to = over_midnight ? shift->from_minute : shift->to_minute;

    if (count == 0) {
        out->failed = 1;
        return;
    }
    cqa_buffer_print(out, "((%s/1000+(", column);
    write_offset(stretches, count, column, out);
    cqa_buffer_print(out, "))%%%d+%d)%%%d%s BETWEEN %d AND %d", DAY_S, DAY_S, DAY_S,
                     over_midnight ? " NOT" : "", from * 60, to * 60 - 1);
}

/* ---- reading */

void cqa_shift_time(int minute, char out[CQA_SHIFT_TIME_SIZE])
{
    snprintf(out, CQA_SHIFT_TIME_SIZE, "%02u:%02u", (unsigned)minute / 60 % 100,
             (unsigned)minute % 60);
}

/* "HH:MM"; -1 when it is none, or after `most`. */
static int minute_of(const char *text, int most)
{
    int digits[4];
    static const int places[4] = {0, 1, 3, 4};

    if (text == NULL || strlen(text) != 5 || text[2] != ':')
        return -1;
    for (int i = 0; i < 4; i++) {
        digits[i] = text[places[i]] - '0';
        if (digits[i] < 0 || digits[i] > 9)
            return -1;
    }
    const int minute = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3];
    return digits[2] < 6 && minute <= most ? minute : -1;
}

static int read_time(const struct cqa_yaml_node *map, const char *key, int most, int *out,
                     struct cqa_problems *problems)
{
    const char *text = NULL;
    char latest[CQA_SHIFT_TIME_SIZE];

    if (!cqa_yaml_get_string(map, key, 1, &text, problems))
        return 0;
    *out = minute_of(text, most);
    if (*out >= 0)
        return 1;
    cqa_shift_time(most, latest);
    cqa_yaml_problem(cqa_yaml_find(map, key), problems,
                     "\"%.32s\" is not a time of day; allowed: 00:00 to %s", text, latest);
    return 0;
}

static int is_taken(const struct cqa_shift *shifts, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(shifts[i].name, name) == 0)
            return 1;
    return 0;
}

/* 1 when it was read. */
static int read_shift(const struct cqa_yaml_node *node, struct cqa_arena *arena,
                      const struct cqa_shift *before, size_t count, struct cqa_shift *out,
                      struct cqa_problems *problems)
{
    static const char *const known[] = {"name", "from", "to", NULL};
    const size_t found = problems->count;
    const char *name = NULL;

    if (cqa_yaml_kind(node) != CQA_YAML_MAP) {
        cqa_yaml_problem(node, problems, "a shift must be {name: …, from: 08:00, to: 16:00}");
        return 0;
    }
    cqa_yaml_only(node, known, problems);
    if (cqa_yaml_get_string(node, "name", 1, &name, problems)) {
        if (name[0] == '\0' || strlen(name) > NAME_BYTES_MAX)
            cqa_yaml_problem(cqa_yaml_find(node, "name"), problems, "a name has 1 to %d bytes",
                             NAME_BYTES_MAX);
        else if (is_taken(before, count, name))
            cqa_yaml_problem(cqa_yaml_find(node, "name"), problems, "another shift is named \"%s\"",
                             name);
    }
    if (read_time(node, "from", DAY_MINUTES - 1, &out->from_minute, problems) &&
        read_time(node, "to", DAY_MINUTES, &out->to_minute, problems) &&
        out->from_minute == out->to_minute)
        cqa_yaml_problem(cqa_yaml_find(node, "to"), problems,
                         "must be another time than \"from\"; the whole day is 00:00 to 24:00");
    out->name = cqa_arena_string(arena, name);
    return problems->count == found && out->name != NULL;
}

size_t cqa_shifts_read(const struct cqa_yaml_node *root, const struct cqa_zone *zone,
                       struct cqa_arena *arena, struct cqa_shift shifts[CQA_SHIFTS_MAX],
                       struct cqa_problems *problems)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(root, "shifts", CQA_YAML_LIST, 0, problems);
    size_t count = 0;

    for (size_t i = 0; list != NULL && i < cqa_yaml_count(list); i++) {
        const struct cqa_yaml_node *node = cqa_yaml_item(list, i);
        struct cqa_shift shift = {.zone = zone};
        if (i == CQA_SHIFTS_MAX) {
            cqa_yaml_problem(node, problems, "more than %d shifts", CQA_SHIFTS_MAX);
            break;
        }
        if (read_shift(node, arena, shifts, count, &shift, problems))
            shifts[count++] = shift;
    }
    return count;
}
