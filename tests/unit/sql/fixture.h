/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_SQL_FIXTURE_H
#define CQA_TESTS_SQL_FIXTURE_H

/* The same tests on SQLite and on a PostgreSQL that is started for them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sql/sql.h"
#include "support/database.h"

struct fixture {
    struct cqa_sql_place place;
    struct cqa_sql *sql;
    struct cqa_error error;
    struct cqa_arena arena;
    int pauses[16]; /* between the tries of a transaction, ms */
    int pause_count;
};

static struct database server; /* of the group */
static int on_postgres;
static char folder[64]; /* SQLite's */
static char file[96];

#define CHECK(fixture, call)                                                                       \
    do {                                                                                           \
        if ((call) != CQA_OK)                                                                      \
            fail_msg("%s: %s", #call, cqa_english(&(fixture)->error.message));                     \
    } while (0)

static void note_pause(void *context, int ms)
{
    struct fixture *fixture = context;

    if (fixture->pause_count < 16)
        fixture->pauses[fixture->pause_count++] = ms;
}

static inline struct cqa_sql_place place_of_group(void)
{
    if (on_postgres)
        return database_place(&server, &cqa_sql_postgres);
    return (struct cqa_sql_place){.driver = &cqa_sql_sqlite,
                                  .path = file,
                                  .setup = "PRAGMA journal_mode = TRUNCATE;"
                                           "PRAGMA synchronous = OFF;"};
}

static inline int start_sqlite(void **state)
{
    (void)state;
    on_postgres = 0;
    (void)strcpy(folder, "/tmp/callqa-sql-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(file, sizeof file, "%s/test.db", folder);
    return 0;
}

static inline int end_sqlite(void **state)
{
    (void)state;
    return rmdir(folder);
}

static inline int start_postgres(void **state)
{
    (void)state;
    on_postgres = 1;
    return database_start_postgres(&server);
}

static inline int end_postgres(void **state)
{
    (void)state;
    database_stop(&server);
    return 0;
}

/* An empty database. */
static inline void empty(struct fixture *fixture)
{
    static const struct cqa_sql_statement drop = {"DROP SCHEMA public CASCADE", "", 0, 0};
    static const struct cqa_sql_statement create = {"CREATE SCHEMA public", "", 0, 0};
    char journal[112];

    if (!on_postgres) {
        (void)snprintf(journal, sizeof journal, "%s-journal", file);
        (void)unlink(journal);
        (void)unlink(file);
        return;
    }
    CHECK(fixture, cqa_sql_open(&fixture->place, &fixture->sql, &fixture->error));
    CHECK(fixture, cqa_sql_do(fixture->sql, &fixture->error, &drop));
    CHECK(fixture, cqa_sql_do(fixture->sql, &fixture->error, &create));
    cqa_sql_close(fixture->sql);
    fixture->sql = NULL;
}

static inline int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    *state = fixture;
    if (fixture == NULL)
        return -1;
    fixture->place = place_of_group();
    fixture->place.sleep_ms = note_pause;
    fixture->place.sleep_context = fixture;
    empty(fixture);
    CHECK(fixture, cqa_sql_open(&fixture->place, &fixture->sql, &fixture->error));
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *fixture = *state;

    cqa_sql_close(fixture->sql);
    fixture->sql = NULL;
    cqa_arena_finish(&fixture->arena);
    if (!on_postgres)
        empty(fixture);
    free(fixture);
    return 0;
}

static inline int64_t number(struct fixture *fixture, const struct cqa_sql_statement *statement)
{
    int64_t out = -1;

    CHECK(fixture, cqa_sql_number(fixture->sql, &out, &fixture->error, statement));
    return out;
}

#endif
