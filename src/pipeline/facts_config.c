/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/facts_config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECOND_MS = 1000, HOUR_MS = 3600 * 1000 };
static const int64_t YEAR_MS = INT64_C(366) * 24 * HOUR_MS;

static const char *const kinds[] = {"csv", "queue_log", "sqlite", "mariadb", "postgresql", NULL};

static const char *get_text(const struct cqa_yaml_node *map, const char *key, int required,
                            struct cqa_arena *arena, struct cqa_problems *problems)
{
    const char *text = NULL;

    if (!cqa_yaml_get_string(map, key, required, &text, problems))
        return NULL;
    return cqa_arena_string(arena, text);
}

/* An absolute path. That there is no such file is no problem of a log: it may not have been begun.
 */
static const char *get_path(const struct cqa_yaml_node *map, const char *key, int required,
                            struct cqa_arena *arena, struct cqa_problems *problems)
{
    const char *path = get_text(map, key, required, arena, problems);
    struct stat facts;

    if (path == NULL)
        return NULL;
    if (path[0] != '/')
        cqa_yaml_problem(cqa_yaml_find(map, key), problems, "\"%.100s\" is not an absolute path",
                         path);
    else if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode))
        cqa_yaml_problem(cqa_yaml_find(map, key), problems, "%s is a folder", path);
    else if (access(path, R_OK) != 0 && errno != ENOENT)
        cqa_yaml_problem(cqa_yaml_find(map, key), problems, "%s: %p", path,
                         cqa_words_of_errno(errno));
    return path;
}

/* ---- tables */

static const struct cqa_sql_driver *driver_of(enum cqa_fact_origin_kind kind)
{
    return kind == CQA_ORIGIN_SQLITE    ? &cqa_sql_sqlite
           : kind == CQA_ORIGIN_MARIADB ? &cqa_sql_mariadb
                                        : &cqa_sql_postgres;
}

static void read_columns(const struct cqa_yaml_node *map, struct cqa_arena *arena,
                         struct cqa_fact_table *table, struct cqa_problems *problems)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(map, "columns", CQA_YAML_LIST, 1, problems);
    const size_t count = list == NULL ? 0 : cqa_yaml_count(list);
    enum cqa_fact_column *columns = cqa_arena_alloc(arena, (count + 1) * sizeof *columns);

    for (size_t i = 0; columns != NULL && i < count; i++) {
        int word = CQA_COLUMN_SKIP;
        (void)cqa_yaml_as_word(cqa_yaml_item(list, i), cqa_fact_column_words, &word, problems);
        for (int k = 0; k < table->column_count; k++)
            if (word != CQA_COLUMN_SKIP && columns[k] == (enum cqa_fact_column)word)
                cqa_yaml_problem(cqa_yaml_item(list, i), problems, "\"%s\" comes twice",
                                 cqa_fact_column_words[word]);
        columns[table->column_count++] = (enum cqa_fact_column)word;
    }
    table->columns = columns;
}

static void read_query(const struct cqa_yaml_node *map, struct cqa_arena *arena,
                       struct cqa_fact_table *table, struct cqa_problems *problems)
{
    size_t length = 0;

    table->query = get_text(map, "query", 1, arena, problems);
    const char *stranger =
        table->query == NULL ? NULL : cqa_fact_table_stranger(table->query, &length);
    if (stranger != NULL)
        cqa_yaml_problem(cqa_yaml_find(map, "query"), problems,
                         "no parameter is called \"%.*s\"; allowed: :since, :until, :since_epoch, "
                         ":until_epoch",
                         (int)length, stranger);
    if (table->query != NULL && !cqa_fact_table_is_select(table->query))
        cqa_yaml_problem(cqa_yaml_find(map, "query"), problems,
                         "is not one SELECT: records are only read");
    if (table->query != NULL)
        read_columns(map, arena, table, problems);
}

static int is_table_name(const char *name)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";

    return name[0] != '\0' && name[strspn(name, letters)] == '\0';
}

static void read_table(const struct cqa_yaml_node *map, struct cqa_arena *arena,
                       struct cqa_fact_origin *origin, struct cqa_problems *problems)
{
    const char *name = get_text(map, "table", 0, arena, problems);
    int preset = 0;

    if (cqa_yaml_find(map, "preset") == NULL) {
        read_query(map, arena, &origin->table, problems);
        return;
    }
    if (cqa_yaml_find(map, "query") != NULL)
        cqa_yaml_problem(cqa_yaml_find(map, "query"), problems,
                         "a query of one's own and a preset exclude each other");
    if (name != NULL && !is_table_name(name))
        cqa_yaml_problem(cqa_yaml_find(map, "table"), problems, "\"%.60s\" is no table's name",
                         name);
    else if (cqa_yaml_get_word(map, "preset", 1, cqa_fact_preset_words, &preset, problems) &&
             !cqa_fact_table_preset(preset, driver_of(origin->kind), name, arena, &origin->table))
        cqa_yaml_problem(map, problems, "out of memory");
}

static void read_password(const struct cqa_yaml_node *map, const char *path,
                          struct cqa_problems *problems)
{
    struct stat facts;

    if (path != NULL && stat(path, &facts) != 0)
        cqa_yaml_problem(cqa_yaml_find(map, "password_file"), problems, "%s: %p", path,
                         cqa_words_of_errno(errno));
    else if (path != NULL && (facts.st_mode & S_IRWXO) != 0)
        cqa_yaml_problem(cqa_yaml_find(map, "password_file"), problems,
                         "%s: everybody may read this password; take that right away (chmod o=)",
                         path);
}

static void read_server(const struct cqa_yaml_node *map, struct cqa_arena *arena,
                        struct cqa_fact_origin *origin, struct cqa_problems *problems)
{
    struct cqa_sql_place *place = &origin->place;
    int64_t port = 0;

    place->host = get_text(map, "host", 1, arena, problems);
    place->user = get_text(map, "user", 1, arena, problems);
    place->database = get_text(map, "database", 1, arena, problems);
    place->password_file = get_path(map, "password_file", 0, arena, problems);
    place->ca_file = get_path(map, "ca_file", 0, arena, problems);
    (void)cqa_yaml_get_whole(map, "port", 0, 1, 65535, &port, problems);
    place->port = (int)port;
    read_password(map, place->password_file, problems);
}

/* A table is known by its place and the query: with another query it is read anew. */
static void name_table(struct cqa_arena *arena, struct cqa_fact_origin *origin)
{
    const struct cqa_sql_place *place = &origin->place;
    const char *query = origin->table.query == NULL ? "" : origin->table.query;
    const uint64_t hash = cqa_fact_hash(0xcbf29ce484222325, query, strlen(query));
    char name[512];

    if (origin->kind == CQA_ORIGIN_SQLITE)
        (void)snprintf(name, sizeof name, "%s#%08" PRIx32, place->path == NULL ? "" : place->path,
                       (uint32_t)hash);
    else
        (void)snprintf(name, sizeof name, "%s@%s:%d#%08" PRIx32,
                       place->database == NULL ? "" : place->database,
                       place->host == NULL ? "" : place->host, place->port, (uint32_t)hash);
    origin->name = cqa_arena_string(arena, name);
}

/* ---- one origin */

static const char *const *keys_of(enum cqa_fact_origin_kind kind)
{
    static const char *const log[] = {"kind", "path", "times", "time_zone", "interval", NULL};
    static const char *const sqlite[] = {"kind",     "path",    "times", "time_zone",
                                         "interval", "preset",  "table", "query",
                                         "columns",  "overlap", "reach", NULL};
    static const char *const server[] = {
        "kind",    "host",    "port",      "user",     "database", "password_file",
        "ca_file", "times",   "time_zone", "interval", "preset",   "table",
        "query",   "columns", "overlap",   "reach",    NULL};

    return kind <= CQA_ORIGIN_QUEUE_LOG ? log : kind == CQA_ORIGIN_SQLITE ? sqlite : server;
}

static void read_clock(const struct cqa_yaml_node *map, struct cqa_fact_origin *origin,
                       struct cqa_problems *problems)
{
    static const char *const times[] = {"local", "utc", NULL};
    struct cqa_error error = {0};
    const char *zone = NULL;

    (void)cqa_yaml_get_word(map, "times", 0, times, &origin->utc, problems);
    if (cqa_yaml_get_string(map, "time_zone", 0, &zone, problems) && zone != NULL &&
        cqa_zone_load(zone, &origin->own_zone, &error) != CQA_OK)
        cqa_yaml_problem(cqa_yaml_find(map, "time_zone"), problems, "time_zone: %p",
                         &error.message);
}

static void read_origin(const struct cqa_yaml_node *map, struct cqa_arena *arena,
                        struct cqa_fact_origin *origin, struct cqa_problems *problems)
{
    int kind = 0;

    if (!cqa_yaml_get_word(map, "kind", 1, kinds, &kind, problems))
        return;
    origin->kind = (enum cqa_fact_origin_kind)kind;
    const int is_log = origin->kind <= CQA_ORIGIN_QUEUE_LOG;
    cqa_yaml_only(map, keys_of(origin->kind), problems);
    read_clock(map, origin, problems);
    origin->interval_ms = is_log ? 2 * SECOND_MS : 30 * SECOND_MS;
    origin->overlap_ms = INT64_C(6) * HOUR_MS;
    origin->reach_ms = INT64_C(720) * HOUR_MS;
    (void)cqa_yaml_get_duration(map, "interval", 0, SECOND_MS, 24 * HOUR_MS, &origin->interval_ms,
                                problems);
    if (!is_log) {
        (void)cqa_yaml_get_duration(map, "overlap", 0, SECOND_MS, YEAR_MS, &origin->overlap_ms,
                                    problems);
        (void)cqa_yaml_get_duration(map, "reach", 0, HOUR_MS, 10 * YEAR_MS, &origin->reach_ms,
                                    problems);
        origin->place.driver = driver_of(origin->kind);
        read_table(map, arena, origin, problems);
    }
    if (origin->kind <= CQA_ORIGIN_SQLITE)
        origin->name = origin->path = get_path(map, "path", 1, arena, problems);
    else
        read_server(map, arena, origin, problems);
    origin->place.path = origin->path;
    if (!is_log)
        name_table(arena, origin);
}

static void read_origins(const struct cqa_yaml_node *list, struct cqa_arena *arena,
                         struct cqa_facts_config *out, struct cqa_problems *problems)
{
    const size_t count = cqa_yaml_count(list);

    if (count > CQA_FACT_ORIGINS_MAX) {
        cqa_yaml_problem(list, problems, "at most %d sources, not %zu", CQA_FACT_ORIGINS_MAX,
                         count);
        return;
    }
    out->origins = cqa_arena_alloc(arena, (count + 1) * sizeof *out->origins);
    for (size_t i = 0; out->origins != NULL && i < count; i++) {
        const struct cqa_yaml_node *item = cqa_yaml_item(list, i);
        struct cqa_fact_origin *origin = &out->origins[out->count++];
        if (cqa_yaml_kind(item) != CQA_YAML_MAP) {
            cqa_yaml_problem(item, problems, "a source is a map: kind, path or host, and more");
            continue;
        }
        read_origin(item, arena, origin, problems);
        for (size_t k = 0; origin->name != NULL && k + 1 < out->count; k++)
            if (out->origins[k].name != NULL && strcmp(out->origins[k].name, origin->name) == 0)
                cqa_yaml_problem(item, problems, "%s is named twice", origin->name);
    }
}

void cqa_facts_config_read(const struct cqa_yaml_node *map, struct cqa_arena *arena,
                           struct cqa_facts_config *out, struct cqa_problems *problems)
{
    static const char *const keys[] = {"wait", "sources", NULL};

    cqa_yaml_only(map, keys, problems);
    (void)cqa_yaml_get_duration(map, "wait", 0, 0, 24 * HOUR_MS, &out->wait_ms, problems);
    const struct cqa_yaml_node *list = cqa_yaml_want(map, "sources", CQA_YAML_LIST, 0, problems);
    if (list != NULL)
        read_origins(list, arena, out, problems);
}

void cqa_facts_config_finish(struct cqa_facts_config *config)
{
    for (size_t i = 0; i < config->count; i++)
        cqa_zone_destroy(config->origins[i].own_zone);
    *config = (struct cqa_facts_config){0};
}
