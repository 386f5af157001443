/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "facts/table.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "base/buffer.h"

/* ---- parameters */

enum { PARAMETER_COUNT = 4 };
static const char *const parameters[PARAMETER_COUNT] = {"since_epoch", "until_epoch", "since",
                                                        "until"};

static int is_word(char character)
{
    return isalnum((unsigned char)character) || character == '_';
}

/* Past a quoted text or a comment; `at` where there is none. */
static const char *skip_quoted(const char *at)
{
    if (*at == '\'' || *at == '"' || *at == '`') {
        const char *end = strchr(at + 1, *at);
        return end == NULL ? at + strlen(at) : end + 1;
    }
    if (at[0] == '-' && at[1] == '-')
        return at + strcspn(at, "\n");
    return at;
}

/* The next ":name", but not "::type"; NULL: no more. */
static const char *next_parameter(const char *at, size_t *length)
{
    while (*at != '\0') {
        const char *past = skip_quoted(at);
        if (past != at) {
            at = past;
        } else if (at[0] == ':' && at[1] == ':') {
            at += 2;
        } else if (at[0] == ':' && is_word(at[1])) {
            for (*length = 1; is_word(at[*length]);)
                ++*length;
            return at;
        } else {
            at++;
        }
    }
    return NULL;
}

static int parameter_of(const char *at, size_t length)
{
    for (int i = 0; i < PARAMETER_COUNT; i++)
        if (strlen(parameters[i]) == length - 1 && memcmp(parameters[i], at + 1, length - 1) == 0)
            return i;
    return -1;
}

const char *cqa_fact_table_stranger(const char *query, size_t *length)
{
    for (const char *at = query; (at = next_parameter(at, length)) != NULL; at += *length)
        if (parameter_of(at, *length) < 0)
            return at;
    return NULL;
}

static const char *skip_blank(const char *at)
{
    for (;;) {
        at += strspn(at, " \t\r\n");
        if (at[0] == '-' && at[1] == '-') {
            at += strcspn(at, "\n");
        } else if (at[0] == '/' && at[1] == '*') {
            const char *end = strstr(at + 2, "*/");
            at = end == NULL ? at + strlen(at) : end + 2;
        } else {
            return at;
        }
    }
}

int cqa_fact_table_is_select(const char *query)
{
    const char *at = skip_blank(query);
    const size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    if (!(length == 6 && strncasecmp(at, "SELECT", 6) == 0) &&
        !(length == 4 && strncasecmp(at, "WITH", 4) == 0))
        return 0;
    while (*at != '\0' && *at != ';') {
        const char *past = skip_quoted(at);
        at = past != at ? past : at + 1;
    }
    return *at == '\0' || *skip_blank(at + 1) == '\0';
}

/* ---- the statement */

struct bound {
    struct cqa_buffer text;
    char types[PARAMETER_COUNT + 1];
    struct cqa_sql_value values[PARAMETER_COUNT];
    int count;
    char times[2][32]; /* of since and until */
};

static void bind(struct bound *bound, int parameter, const int64_t times_ms[2])
{
    struct cqa_sql_value *value = &bound->values[bound->count];
    const int which = parameter % 2;

    if (parameter < 2)
        *value = (struct cqa_sql_value){.kind = CQA_SQL_INT, .integer = times_ms[which] / 1000};
    else
        *value = (struct cqa_sql_value){.kind = CQA_SQL_TEXT,
                                        .bytes = bound->times[which],
                                        .size = strlen(bound->times[which])};
    bound->types[bound->count++] = parameter < 2 ? 'i' : 't';
}

/* "2025-11-20 10:15:02", as the table's clocks show it. */
static void write_time(const struct cqa_fact_clock *clock, int64_t utc_ms, char out[32])
{
    struct cqa_zone *utc = NULL;
    char text[CQA_ZONE_TEXT_SIZE] = "";

    if (!clock->utc)
        cqa_zone_format(clock->zone, utc_ms / 1000, text);
    else if (cqa_zone_load("UTC", &utc, NULL) == CQA_OK)
        cqa_zone_format(utc, utc_ms / 1000, text);
    cqa_zone_destroy(utc);
    (void)snprintf(out, 32, "%.19s", text);
    if (out[0] != '\0')
        out[10] = ' ';
}

/* The query with ?1, ?2 … for its parameters, a number for each that it has. */
static void write_statement(const char *query, const int64_t times_ms[2], struct bound *bound)
{
    int numbers[PARAMETER_COUNT] = {0};
    const char *from = query;
    size_t length = 0;

    for (const char *at = query; (at = next_parameter(at, &length)) != NULL; at += length) {
        const int parameter = parameter_of(at, length);
        if (parameter < 0)
            continue;
        if (numbers[parameter] == 0) {
            bind(bound, parameter, times_ms);
            numbers[parameter] = bound->count;
        }
        cqa_buffer_add(&bound->text, from, (size_t)(at - from));
        cqa_buffer_print(&bound->text, "?%d", numbers[parameter]);
        from = at + length;
    }
    cqa_buffer_add(&bound->text, from, strlen(from));
}

/* ---- rows */

struct reading {
    const struct cqa_fact_table *table;
    const struct cqa_fact_clock *clock;
    const struct cqa_sql_statement *statement;
    const struct bound *bound;
    cqa_fact_visit *visit;
    void *context;
};

/* A number as its digits: tables of epochs have numbers. */
static const char *text_of(const struct cqa_sql_rows *rows, int column, struct cqa_arena *arena)
{
    const char *text = cqa_sql_is_null(rows, column) ? NULL : cqa_sql_text(rows, column);
    char digits[32];

    if (text != NULL)
        return memchr(text, '\0', cqa_sql_size(rows, column)) == NULL
                   ? cqa_arena_string(arena, text)
                   : NULL;
    if (cqa_sql_is_null(rows, column))
        return NULL;
    const void *bytes = cqa_sql_bytes(rows, column);
    if (bytes != NULL)
        return cqa_arena_bytes(arena, bytes, strnlen(bytes, cqa_sql_size(rows, column)));
    (void)snprintf(digits, sizeof digits, "%" PRId64, cqa_sql_int(rows, column));
    return cqa_arena_string(arena, digits);
}

static int tell_row(const struct reading *reading, const struct cqa_sql_rows *rows)
{
    const char *values[CQA_COLUMN_COUNT] = {NULL};
    struct cqa_arena arena = {0};
    struct cqa_fact fact;
    uint64_t hash = 0xcbf29ce484222325;
    int more = 1;

    for (int i = 0; i < reading->table->column_count; i++) {
        const char *text = text_of(rows, i, &arena);
        values[reading->table->columns[i]] = text;
        hash = cqa_fact_hash(hash, text == NULL ? "-" : "+", 1);
        if (text != NULL)
            hash = cqa_fact_hash(hash, text, strlen(text) + 1);
    }
    values[CQA_COLUMN_SKIP] = NULL;
    if (cqa_fact_from_columns(values, reading->clock, &arena, &fact)) {
        fact.hash = hash;
        more = reading->visit(reading->context, &fact);
    }
    cqa_arena_finish(&arena);
    return more;
}

static enum cqa_status read_rows(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct reading *reading = context;
    struct cqa_sql_rows *rows = NULL;
    int more = 1;
    enum cqa_status status = cqa_sql_start_values(sql, &rows, error, reading->statement,
                                                  reading->bound->values, reading->bound->count);

    while (status == CQA_OK && more && cqa_sql_next(rows, &status, error))
        more = tell_row(reading, rows);
    cqa_sql_end(rows);
    return status;
}

enum cqa_status cqa_fact_table_read(struct cqa_sql *sql, const struct cqa_fact_table *table,
                                    const struct cqa_fact_clock *clock, int64_t since_ms,
                                    int64_t until_ms, cqa_fact_visit *visit, void *context,
                                    struct cqa_error *error)
{
    struct bound bound = {.text = {.limit = 64 << 10}};
    const int64_t times_ms[2] = {since_ms, until_ms};
    enum cqa_status status = CQA_E_NOMEM;

    write_time(clock, since_ms, bound.times[0]);
    write_time(clock, until_ms, bound.times[1]);
    write_statement(table->query, times_ms, &bound);
    if (bound.text.failed) {
        (void)cqa_fail(error, CQA_E_NOMEM, "no memory for a query");
    } else {
        const struct cqa_sql_statement statement = {bound.text.text, bound.types,
                                                    table->column_count, 0};
        struct reading reading = {table, clock, &statement, &bound, visit, context};
        status = cqa_sql_transaction(sql, CQA_SQL_READ, read_rows, &reading, error);
    }
    cqa_buffer_finish(&bound.text);
    return status;
}

/* ---- presets */

const char *const cqa_fact_preset_words[] = {"asterisk", "asterisk_recordings", "vicidial", NULL};

/* %1$s is the table, %2$s and %3$s the bounds as times. */
static const struct {
    const char *table, *query;
    int count;
    enum cqa_fact_column columns[16];
} presets[] = {
    {"cdr",
     "SELECT uniqueid, calldate, src, dst, channel, dstchannel, lastapp, lastdata, disposition"
     " FROM %1$s WHERE calldate >= %2$s AND calldate < %3$s",
     9,
     {CQA_COLUMN_UNIQUE_ID, CQA_COLUMN_STARTED_AT, CQA_COLUMN_CALLER, CQA_COLUMN_CALLEE,
      CQA_COLUMN_CHANNEL, CQA_COLUMN_DST_CHANNEL, CQA_COLUMN_LAST_APP, CQA_COLUMN_LAST_DATA,
      CQA_COLUMN_DISPOSITION}},
    {"cdr",
     "SELECT uniqueid, linkedid, recordingfile, calldate, src, dst, channel, dstchannel, lastapp,"
     " lastdata, disposition FROM %1$s WHERE calldate >= %2$s AND calldate < %3$s",
     11,
     {CQA_COLUMN_UNIQUE_ID, CQA_COLUMN_LINKED_ID, CQA_COLUMN_FILE, CQA_COLUMN_STARTED_AT,
      CQA_COLUMN_CALLER, CQA_COLUMN_CALLEE, CQA_COLUMN_CHANNEL, CQA_COLUMN_DST_CHANNEL,
      CQA_COLUMN_LAST_APP, CQA_COLUMN_LAST_DATA, CQA_COLUMN_DISPOSITION}},
    {"recording_log",
     "SELECT filename, start_epoch, user FROM %1$s WHERE start_time >= %2$s AND start_time < %3$s",
     3,
     {CQA_COLUMN_FILE, CQA_COLUMN_STARTED_AT, CQA_COLUMN_AGENT}},
};

int cqa_fact_table_preset(int preset, const struct cqa_sql_driver *driver, const char *name,
                          struct cqa_arena *arena, struct cqa_fact_table *out)
{
    const char *table = name == NULL ? presets[preset].table : name;
    const int casts = driver == &cqa_sql_postgres;
    char text[1024];

    // NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): a constant of the table above
    const int length = snprintf(text, sizeof text, presets[preset].query, table,
                                casts ? "CAST(:since AS timestamp)" : ":since",
                                casts ? "CAST(:until AS timestamp)" : ":until");
    out->query = length > 0 && length < (int)sizeof text ? cqa_arena_string(arena, text) : NULL;
    out->columns = presets[preset].columns;
    out->column_count = presets[preset].count;
    return out->query != NULL;
}
