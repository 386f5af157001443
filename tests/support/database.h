/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_DATABASE_H
#define CQA_TESTS_DATABASE_H

#include <sys/types.h>
#include "sql/sql.h"

/*
 * A real database server in a folder of its own under /tmp, on a socket there. It runs as an
 * ordinary user (as "nobody" where the test is root), and dies with the test.
 */
struct database {
    char folder[64];
    char host[128]; /* what struct cqa_sql_place wants */
    char password_file[96];
    pid_t server;
};

#define DATABASE_USER "callqa"
#define DATABASE_PASSWORD "secret 4711 of the tests"

/* 0, or -1 with a word on stderr. The database DATABASE_USER belongs to the user DATABASE_USER. */
int database_start_postgres(struct database *database);

/* Ends PostgreSQL as if its machine were gone, and starts it again on what it has. */
void database_halt(struct database *database);
int database_go_on(struct database *database);

/* Makes another database in a PostgreSQL, or runs statements in one (PostgreSQL's words on stderr).
 * 0, or -1. */
int database_make(const struct database *database, const char *name);
int database_run(const struct database *database, const char *name, const char *sql);

/* Statements of a hand that is at it still, until it commits (0, or -1). */
struct pg_conn *database_begin(const struct database *database, const char *name, const char *sql);
int database_commit(struct pg_conn *connection);

/* `setup`: statements, one a line, that the server runs as its root when it starts. The user may
 * read the database DATABASE_USER. */
int database_start_mariadb(struct database *database, const char *setup);

/* Ends the server and removes the folder. */
void database_stop(struct database *database);

/* Where it is; the strings live as long as `database`. */
struct cqa_sql_place database_place(const struct database *database,
                                    const struct cqa_sql_driver *driver);

#endif
