/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_SERVED_H
#define CQA_TESTS_SERVED_H

#include <jansson.h>
#include "scores/accounts.h"
#include "server/server.h"

/*
 * A scoring server of a test: real store in a folder of its own, real sockets on a free port, and a
 * clock that the test sets. With CQA_TEST_STORE=postgres in the environment the store is a database
 * of its own in a PostgreSQL that runs as long as the test.
 */
struct served {
    char folder[64];
    char database[32]; /* of PostgreSQL */
    struct cqa_server_config config;
    struct cqa_scores *scores;
    struct cqa_server *server;
    struct cqa_clock clock;
    _Atomic int64_t now_ms;        /* the server's threads read it */
    char recorder[CQA_TOKEN_SIZE]; /* tokens */
    char lead[CQA_TOKEN_SIZE];
    char session[512]; /* headers of the last log-in: cookie and CSRF token */
};

/* 1: the store is a file; a test of what only that can do is skipped elsewhere. */
int served_is_sqlite(void);

/* `config` may be NULL; its lines are added to the test's own. */
void served_start(struct served *served, const char *config);
void served_stop(struct served *served);

/* Stops and starts again on the same store. */
void served_restart(struct served *served);

/* The same, and keeps a copy of the store at `path`; or takes that copy for its store. */
void served_save(struct served *served, const char *path);
void served_load(struct served *served, const char *path);

/* SQL on the store, beside the server; served_try_sql: 0, or -1 where the database refuses it. */
void served_sql(const struct served *served, const char *sql);
int served_try_sql(const struct served *served, const char *sql);

/* On PostgreSQL: SQL of a hand that is at it still, until it commits (database.h). */
struct pg_conn *served_begin(const struct served *served, const char *sql);
void served_commit(struct pg_conn *hand);

/* On PostgreSQL: the database is gone, and there again. */
void served_halt_database(void);
void served_go_on_database(void);

/* A command that writes out all that is stored. */
void served_dump(const struct served *served, char *command, size_t size);

/* Makes the store what it was before totals were bounded by rubrics (schema 16); restart next. */
void served_age(const struct served *served);

struct reply {
    int status;
    char *head;
    char *body;
    size_t length;
    json_t *json; /* NULL when the body is no JSON */
};

/* One request; `headers` are whole lines ("A: b\r\n") or NULL. Finish the reply. */
struct reply served_ask(const struct served *served, const char *method, const char *path,
                        const char *headers, const char *body);
int served_connect(const struct served *served); /* a socket, for what no request is */
struct reply served_send(const struct served *served, const char *bytes, size_t length); /* raw */
void reply_finish(struct reply *reply);

/* The same, with a bearer token; `type` is the body's. */
struct reply served_get(const struct served *served, const char *token, const char *path);
struct reply served_post(const struct served *served, const char *token, const char *path,
                         const char *type, const char *key, const char *body);

/* As a person who logged in with served_login. */
struct reply served_as(const struct served *served, const char *method, const char *path,
                       const char *json);
/* Where `asked` is a 202 that waits for a second person, what comes of it when whoever has the
 * headers `session` confirms it; else `asked`. */
struct reply served_confirmed(const struct served *served, const char *session, struct reply asked);
void served_login(struct served *served, const char *name, const char *password);
/* Puts a roster (CSV) in the name of that person, which must do; who was logged in is not. */
void served_roster(struct served *served, const char *name, const char *csv);
void served_user(struct served *served, const char *name, const char *role, const char *team);

/* A good result of one call, owned: `changes` is JSON merged over it (NULL: none). */
char *served_result(const char *call_id, const char *changes);

/* Posts served_result and checks that it was stored. */
void served_put(const struct served *served, const char *call_id, const char *changes);

/* The text of one value: served_text(json, "score.total"); numbers as %g, null as "null". Static
 * memory. */
const char *served_text(const json_t *json, const char *path);

#endif
