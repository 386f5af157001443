/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two logs that Asterisk appends to. */
#include <string.h>
#include "facts/fact.h"

enum { CSV_FIELDS_MAX = 24, LOG_FIELDS_MAX = 16 };

/*
 * Cuts a line of CSV in place: fields with quotes (doubled within, or behind a backslash) and
 * without. How many; what is beyond `max` is left out.
 */
static size_t cut_csv(char *line, char **fields, size_t max)
{
    size_t count = 0;
    char *in = line;

    while (count < max) {
        char *out = in;
        int quoted = *in == '"';
        fields[count++] = out;
        in += quoted;
        while (*in != '\0' && (quoted || *in != ',')) {
            if (quoted && ((in[0] == '"' && in[1] == '"') || (in[0] == '\\' && in[1] == '"')))
                in++;
            else if (quoted && *in == '"') {
                quoted = 0;
                in++;
                continue;
            }
            *out++ = *in++;
        }
        const int more = *in == ',';
        in += more;
        *out = '\0';
        if (!more)
            break;
    }
    return count;
}

static char *copy_line(const char *line, size_t length, struct cqa_arena *arena)
{
    while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == '\n'))
        length--;
    return memchr(line, '\0', length) != NULL ? NULL : cqa_arena_bytes(arena, line, length);
}

/* By cdr_csv: the unique id, the user's field and what newer ones add come last, and may be
 * missing. */
int cqa_fact_from_csv(const char *line, size_t length, const struct cqa_fact_clock *clock,
                      struct cqa_arena *arena, struct cqa_fact *out)
{
    static const enum cqa_fact_column columns[] = {
        CQA_COLUMN_SKIP,      CQA_COLUMN_CALLER,     CQA_COLUMN_CALLEE,      CQA_COLUMN_SKIP,
        CQA_COLUMN_SKIP,      CQA_COLUMN_CHANNEL,    CQA_COLUMN_DST_CHANNEL, CQA_COLUMN_LAST_APP,
        CQA_COLUMN_LAST_DATA, CQA_COLUMN_STARTED_AT, CQA_COLUMN_ANSWERED_AT, CQA_COLUMN_SKIP,
        CQA_COLUMN_SKIP,      CQA_COLUMN_SKIP,       CQA_COLUMN_DISPOSITION, CQA_COLUMN_SKIP,
        CQA_COLUMN_UNIQUE_ID, CQA_COLUMN_SKIP,       CQA_COLUMN_SKIP,        CQA_COLUMN_LINKED_ID};
    enum { COLUMNS = sizeof columns / sizeof *columns, LEAST = 15 };
    const char *values[CQA_COLUMN_COUNT] = {NULL};
    char *fields[CSV_FIELDS_MAX];
    char *text = copy_line(line, length, arena);

    if (text == NULL)
        return 0;
    const size_t count = cut_csv(text, fields, CSV_FIELDS_MAX);
    if (count < LEAST)
        return 0;
    for (size_t i = 0; i < count && i < COLUMNS; i++)
        values[columns[i]] = fields[i];
    values[CQA_COLUMN_SKIP] = NULL;
    if (!cqa_fact_from_columns(values, clock, arena, out) || out->started_ms == 0)
        return 0;
    out->hash = cqa_fact_hash(0xcbf29ce484222325, line, length);
    return 1;
}

/* ---- queue_log: time|call|queue|agent|event|data… */

static size_t cut_log(char *line, char **fields, size_t max)
{
    size_t count = 0;
    char *rest = line;

    while (rest != NULL && count < max)
        fields[count++] = strsep(&rest, "|");
    return count;
}

static const char *agent_of(const char *field)
{
    const char *slash = strchr(field, '/');

    return slash == NULL || slash[1] == '\0' ? field : slash + 1;
}

/* "SIP/8001" and "Local/8001@from-queue/n" are 8001; "Wang Fang" is what the queue calls a member.
 */
static const char *member_of(const char *field, struct cqa_arena *arena)
{
    const char *agent = agent_of(field);
    const size_t digits = strspn(agent, "0123456789");

    if (strcmp(field, "NONE") == 0)
        return NULL;
    if (digits > 0 && (agent[digits] == '\0' || agent[digits] == '@' || agent[digits] == '-'))
        return cqa_arena_bytes(arena, agent, digits);
    return agent == field ? field : cqa_arena_bytes(arena, agent, strcspn(agent, "@"));
}

int cqa_fact_from_queue_log(const char *line, size_t length, const struct cqa_fact_clock *clock,
                            struct cqa_arena *arena, struct cqa_fact *out)
{
    const char *values[CQA_COLUMN_COUNT] = {NULL};
    char *fields[LOG_FIELDS_MAX];
    char *text = copy_line(line, length, arena);
    const size_t count = text == NULL ? 0 : cut_log(text, fields, LOG_FIELDS_MAX);

    if (count < 5)
        return 0;
    values[CQA_COLUMN_STARTED_AT] = fields[0];
    values[CQA_COLUMN_UNIQUE_ID] = fields[1];
    values[CQA_COLUMN_QUEUE] = fields[2];
    values[CQA_COLUMN_DIRECTION] = "in";
    if (strcmp(fields[4], "CONNECT") == 0) {
        values[CQA_COLUMN_AGENT] = member_of(fields[3], arena);
        values[CQA_COLUMN_ANSWERED_AT] = fields[0];
        values[CQA_COLUMN_LINKED_ID] = count > 6 ? fields[6] : NULL;
    } else if (strcmp(fields[4], "ENTERQUEUE") == 0) {
        values[CQA_COLUMN_CUSTOMER] = count > 6 ? fields[6] : NULL;
    } else {
        return 0;
    }
    if (!cqa_fact_from_columns(values, clock, arena, out) || out->started_ms == 0)
        return 0;
    out->source = CQA_FACT_QUEUE_LOG;
    out->hash = cqa_fact_hash(0xcbf29ce484222325, line, length);
    return 1;
}
