/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What computes is answered aside: while it does, everybody else is answered, on two threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "scores/store_internal.h"
#include "support/served.h"

enum { AT_A_TIME = 8 }; /* of one person (http/aside.c) */

static const char rubric[] =
    "{\"from\":\"2025-11-01\",\"to\":\"2025-11-30\",\"rubric\":\"name: strict\\nversion: "
    "'9'\\ntitle: {en: a, zh: b}\\nbase: 100\\nfloor: 0\\nrules:\\n  - id: dead-air\\n"
    "    title: {en: a, zh: b}\\n    severity: minor\\n    text: {en: a, zh: b}\\n"
    "    on: silence\\n    points:\\n      each: 7\\n\"}";

static struct served served;
static char other[CQA_TOKEN_SIZE];

/* Nobody else writes while the gate is closed. */
static struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int is_held, is_open;
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};

static enum cqa_status hold(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    (void)db;
    (void)context;
    (void)error;
    pthread_mutex_lock(&gate.lock);
    gate.is_held = 1;
    pthread_cond_broadcast(&gate.changed);
    while (!gate.is_open)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    return CQA_OK;
}

static void *hold_writer(void *context)
{
    struct cqa_error error = {0};

    assert_int_equal(cqa_scores_write(context, hold, NULL, &error), CQA_OK);
    return NULL;
}

static void close_gate(pthread_t *holder)
{
    gate.is_held = gate.is_open = 0;
    assert_int_equal(pthread_create(holder, NULL, hold_writer, served.scores), 0);
    pthread_mutex_lock(&gate.lock);
    while (!gate.is_held)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static void open_gate(void)
{
    pthread_mutex_lock(&gate.lock);
    gate.is_open = 1;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

/* One person's, more than there is room for. */
static struct drawing {
    pthread_t thread;
    int status, has_retry_after;
    atomic_int is_done;
} drawings[AT_A_TIME + 1];

static void *draw(void *context)
{
    struct drawing *drawing = context;
    struct reply reply = served_post(
        &served, served.lead, "/api/v1/samples", "application/json", NULL,
        "{\"plan\":\"p\",\"from\":\"2025-11-01\",\"to\":\"2025-11-30\",\"per_person\":1,"
        "\"auditors\":[\"ann\"],\"due\":\"2025-12-10\"}");

    drawing->status = reply.status;
    drawing->has_retry_after = strstr(reply.head, "Retry-After: ") != NULL;
    reply_finish(&reply);
    atomic_store(&drawing->is_done, 1);
    return NULL;
}

static size_t done(void)
{
    size_t count = 0;

    for (int i = 0; i <= AT_A_TIME; i++)
        count += (size_t)atomic_load(&drawings[i].is_done);
    return count;
}

static int get(const char *token, const char *path)
{
    struct reply reply = served_get(&served, token, path);
    const int status = reply.status;

    reply_finish(&reply);
    return status;
}

static void others_are_answered_while_somebody_computes(void **state)
{
    pthread_t holder;
    int refused = 0;

    (void)state;
    alarm(120); /* with what computes on the threads that serve, nothing below returns */
    close_gate(&holder);
    for (int i = 0; i <= AT_A_TIME; i++)
        assert_int_equal(pthread_create(&drawings[i].thread, NULL, draw, &drawings[i]), 0);
    while (done() == 0) /* the one that has no room comes back at once, when all others are in */
        usleep(1000);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(get(other, "/api/v1/calls"), 200);
        assert_int_equal(get(served.lead, "/api/v1/flags"), 200);
        assert_int_equal(get(served.lead, "/api/v1/people?from=2025-11-01&to=2025-11-30"), 200);
    }
    /* nor does another's work wait for this one's, or what only looks for who writes */
    struct reply reply =
        served_post(&served, other, "/api/v1/rescore/preview", "application/json", NULL, rubric);
    assert_int_equal(reply.status, 200);
    assert_string_equal(served_text(reply.json, "calls"), "1");
    reply_finish(&reply);
    assert_int_equal(done(), 1);
    open_gate();
    for (int i = 0; i <= AT_A_TIME; i++) {
        assert_int_equal(pthread_join(drawings[i].thread, NULL), 0);
        refused += drawings[i].status == 503 && drawings[i].has_retry_after;
        if (drawings[i].status != 503 && drawings[i].status != 200)
            fail_msg("%d", drawings[i].status);
    }
    assert_int_equal(refused, 1);
    assert_int_equal(pthread_join(holder, NULL), 0);
    alarm(0);
}

/* ---- what waits for whoever writes */

static void keep_status(struct drawing *drawing, struct reply reply)
{
    drawing->status = reply.status;
    reply_finish(&reply);
}

/* A few words about a call. */
static void *comment(void *context)
{
    keep_status(context, served_as(&served, "POST", "/api/v1/calls/c1/comments",
                                   "{\"text\":\"well said\"}"));
    return NULL;
}

/* A job is kept, as a row. */
static void *ask_for_a_job(void *context)
{
    char headers[sizeof served.session + 64];

    snprintf(headers, sizeof headers, "%sPrefer: respond-async\r\n", served.session);
    keep_status(context, served_ask(&served, "GET", "/api/v1/export/calls.csv", headers, NULL));
    return NULL;
}

/* A refusal is a row of the audit log. */
static void *ask_as_a_stranger(void *context)
{
    keep_status(context, served_get(&served, "of nobody", "/api/v1/calls"));
    return NULL;
}

static void *ask_for_anothers(void *context)
{
    keep_status(context, served_as(&served, "PUT", "/api/v1/users/ann", "{}"));
    return NULL;
}

static void readers_are_answered_beside(void *(*write)(void *context), int least, int most)
{
    pthread_t holder;

    alarm(getenv("A")
              ? 10
              : 120); /* with what writes on the threads that serve, nothing below returns */
    close_gate(&holder);
    for (int i = 0; i <= AT_A_TIME; i++)
        assert_int_equal(pthread_create(&drawings[i].thread, NULL, write, &drawings[i]), 0);
    usleep(300000); /* they have come by then */
    for (int i = 0; i < 20; i++)
        assert_int_equal(get(other, "/api/v1/calls"), 200);
    open_gate();
    for (int i = 0; i <= AT_A_TIME; i++) {
        assert_int_equal(pthread_join(drawings[i].thread, NULL), 0);
        assert_in_range(drawings[i].status, least, most);
    }
    assert_int_equal(pthread_join(holder, NULL), 0);
    alarm(0);
}

static int send_comment(int number)
{
    char body[32];
    char request[sizeof served.session + 256];
    const int socket = served_connect(&served);

    snprintf(body, sizeof body, "{\"text\":\"%02d\"}", number);
    const int length = snprintf(request, sizeof request,
                                "POST /api/v1/calls/c1/comments HTTP/1.1\r\nHost: a\r\n%s"
                                "Content-Type: application/json\r\nContent-Length: %zu\r\n"
                                "Connection: close\r\n\r\n%s",
                                served.session, strlen(body), body);
    assert_int_equal(write(socket, request, (size_t)length), length);
    return socket;
}

static void expect_in_order(int count)
{
    struct reply reply = served_as(&served, "GET", "/api/v1/calls/c1/comments", NULL);
    char path[32];

    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "comments.%d.text", i);
        assert_int_equal(strtol(served_text(reply.json, path), NULL, 10), i);
    }
    reply_finish(&reply);
}

/* What one person did last is what holds: of two decisions about a flag, too. */
static void what_one_person_writes_is_written_in_its_order(void **state)
{
    enum { COUNT = 24 };
    int sockets[COUNT];
    pthread_t holder;
    char byte;

    (void)state;
    alarm(120);
    close_gate(&holder);
    for (int i = 0; i < COUNT; i++) {
        sockets[i] = send_comment(i);
        usleep(20000); /* it has come by then */
    }
    open_gate();
    for (int i = 0; i < COUNT; i++) {
        while (read(sockets[i], &byte, 1) > 0)
            ;
        close(sockets[i]);
    }
    assert_int_equal(pthread_join(holder, NULL), 0);
    expect_in_order(COUNT);
    alarm(0);
}

/* A roster that moves a year's calls holds it for seconds. */
static void who_reads_waits_for_nobody_who_writes(void **state)
{
    (void)state;
    readers_are_answered_beside(comment, 201, 201);
}

static void nor_for_who_asks_for_jobs(void **state)
{
    (void)state;
    readers_are_answered_beside(ask_for_a_job, 202, 409); /* eight are kept of a person */
}

static void nor_for_who_is_refused(void **state)
{
    (void)state;
    readers_are_answered_beside(ask_as_a_stranger, 401, 401);
    readers_are_answered_beside(ask_for_anothers, 403, 403);
}

/* Another process, or another server, writes: what it holds is held. */
static int hold_elsewhere(struct pg_conn **hand)
{
    char path[sizeof served.folder + 32];

    *hand = NULL;
    if (!served_is_sqlite()) {
        *hand = served_begin(&served, "SELECT pg_advisory_xact_lock(6003742)");
        return -1;
    }
    snprintf(path, sizeof path, "%s/scores.db.lock", served.folder);
    const int file = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(file, LOCK_EX), 0);
    return file;
}

/* What every request notes is left to the next one. */
static void nor_for_who_writes_elsewhere(void **state)
{
    struct pg_conn *hand;

    (void)state;
    const int file = hold_elsewhere(&hand);
    served.now_ms += 61000; /* it is a minute since it was noted */
    alarm(20);              /* who writes waits for a minute */
    assert_int_equal(get(other, "/api/v1/calls"), 200);
    struct reply reply = served_as(&served, "GET", "/api/v1/calls", NULL);
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
    alarm(0);
    if (hand != NULL)
        served_commit(hand);
    else
        close(file);
}

/* On a full disk one can read. */
static void nor_is_what_cannot_be_noted_refused(void **state)
{
    (void)state;
    char sql[200];
    snprintf(sql, sizeof sql,
             "ALTER TABLE sessions RENAME COLUMN seen_ms TO away; ALTER TABLE sessions"
             " ADD COLUMN seen_ms bigint GENERATED ALWAYS AS (away) %s",
             served_is_sqlite() ? "VIRTUAL" : "STORED");
    served_sql(&served, sql);
    served.now_ms += 61000;
    struct reply reply = served_as(&served, "GET", "/api/v1/calls", NULL);
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
}

static int set_up(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    served_start(&served, NULL);
    assert_int_equal(cqa_token_add(served.scores,
                                   &(struct cqa_token_new){
                                       .name = "other", .role = CQA_ACCOUNT_LEAD, .site = ""},
                                   other, &error),
                     CQA_OK);
    served_user(&served, "ann", "auditor", "t1");
    served_user(&served, "lea", "lead", NULL);
    served_login(&served, "lea", "correct horse");
    served_put(&served, "c1", NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(others_are_answered_while_somebody_computes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_reads_waits_for_nobody_who_writes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_one_person_writes_is_written_in_its_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nor_for_who_asks_for_jobs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nor_for_who_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nor_for_who_writes_elsewhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nor_is_what_cannot_be_noted_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
