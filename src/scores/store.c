/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include "scores/schema.h"

enum {
    READERS_MAX = 72,          /* one a thread */
    POSTGRES_READERS_MAX = 20, /* several servers share what PostgreSQL allows, 100 as it comes */
    READER_WAIT_S = 10,
    WRITE_WAIT_MS = 60000,
    LOCK_STEP_MS = 2
};

/* Whoever writes to a store on PostgreSQL waits for this advisory lock first. */
static const int64_t writers_lock = 6003742;

/* WAL with FULL: an answered write survives power loss. Readers never checkpoint (decision 0020).
 */
static const char writer_setup[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA cache_size=-65536;"
    "PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=268435456;"
    "PRAGMA temp_store=MEMORY;";
static const char reader_setup[] =
    "PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; PRAGMA trusted_schema=OFF;"
    "PRAGMA cache_size=-32768; PRAGMA mmap_size=1073741824; PRAGMA temp_store=MEMORY;";

/* Who reads it at the moment: a thread that asks for another gets the same once more, so that none
 * waits for a connection while it holds one. */
struct reader {
    struct cqa_sql *db; /* NULL: being opened */
    pthread_t holder;
    int held; /* how often; 0: it is free */
};

/*
 * One connection writes, under `write_lock`; and because another process may write too
 * (`callqa-server token add` beside the running server, another server on the same PostgreSQL),
 * under an flock on PATH.lock, or behind an advisory lock, as well. On SQLite writing and
 * checkpointing so never happen at the same instant, which is what its WAL-reset bug needs
 * (decision 0020); on both the audit log stays one chain.
 */
struct cqa_scores {
    struct cqa_store_place place;
    char *file; /* where the path leads to, without symbolic links, which sql/ refuses */
    const struct cqa_clock *clock;
    int lock_file;
    struct cqa_sql *writer;
    pthread_mutex_t write_lock;
    pthread_mutex_t reader_lock;
    pthread_cond_t reader_free;
    struct reader readers[READERS_MAX]; /* opened when first needed */
    size_t opened;
    const struct cqa_notice_config *notices; /* NULL: nobody is told anything */
    struct cqa_scores_slot slot;
    struct cqa_audit_key audit_key;
};

static int is_sqlite(const struct cqa_scores *scores)
{
    return scores->place.path != NULL;
}

struct cqa_scores_slot *cqa_scores_slot(struct cqa_scores *scores)
{
    return &scores->slot;
}

struct cqa_audit_key *cqa_scores_audit_key(struct cqa_scores *scores)
{
    return &scores->audit_key;
}

static int lock_process(struct cqa_scores *scores, int operation)
{
    int code;

    do
        code = flock(scores->lock_file, operation);
    while (code != 0 && errno == EINTR);
    return code;
}

/* ---- the turn of a transaction among processes */

static enum cqa_status take_turn(void *context, int wait_ms, struct cqa_error *error)
{
    static const struct timespec step = {0, LOCK_STEP_MS * 1000000L};
    struct cqa_scores *scores = context;

    for (int waited_ms = 0; lock_process(scores, LOCK_EX | LOCK_NB) != 0;
         waited_ms += LOCK_STEP_MS) {
        if (errno != EWOULDBLOCK)
            return cqa_fail_errno(error, "%s.lock", scores->place.path);
        if (waited_ms >= wait_ms)
            return cqa_fail(error, CQA_E_BUSY, "the database is held by others");
        (void)nanosleep(&step, NULL);
    }
    return CQA_OK;
}

static void give_turn(void *context)
{
    lock_process(context, LOCK_UN);
}

enum cqa_status cqa_scores_write(struct cqa_scores *scores, cqa_sql_body *body, void *context,
                                 struct cqa_error *error)
{
    pthread_mutex_lock(&scores->write_lock);
    const enum cqa_status status =
        cqa_sql_transaction(scores->writer, CQA_SQL_WRITE, body, context, error);
    pthread_mutex_unlock(&scores->write_lock);
    return status;
}

/* ---- places */

static struct cqa_sql_place place_of(const struct cqa_scores *scores)
{
    const struct cqa_store_place *place = &scores->place;

    if (is_sqlite(scores))
        return (struct cqa_sql_place){.driver = &cqa_sql_sqlite, .path = scores->file};
    return (struct cqa_sql_place){.driver = &cqa_sql_postgres,
                                  .host = place->host,
                                  .port = place->port,
                                  .user = place->user,
                                  .database = place->database,
                                  .password_file = place->password_file,
                                  .ca_file = place->ca_file,
                                  .writers = writers_lock};
}

/* What stands before a failure: the file, or the database. */
static enum cqa_status within(const struct cqa_scores *scores, enum cqa_status status,
                              struct cqa_error *error)
{
    if (status == CQA_OK)
        return status;
    return cqa_fail_within(error, "%s",
                           is_sqlite(scores) ? scores->place.path : scores->place.database);
}

/* ---- readers */

/* Whatever keeps a connection from being made now may be over the next time. */
static enum cqa_status open_reader(struct cqa_scores *scores, struct cqa_sql **out,
                                   struct cqa_error *error)
{
    struct cqa_sql_place place = place_of(scores);
    struct cqa_error local = {0};

    place.setup = is_sqlite(scores) ? reader_setup : NULL;
    enum cqa_status status = within(scores, cqa_sql_open(&place, out, &local), &local);
    if (status == CQA_E_REFUSED && !is_sqlite(scores))
        status = local.status = CQA_E_BUSY;
    if (status != CQA_OK && error != NULL)
        *error = local;
    return status;
}

/* One that this thread holds already, else a free one, else a place for a new one; NULL: none. */
static struct reader *find_reader(struct cqa_scores *scores)
{
    const size_t most = is_sqlite(scores) ? READERS_MAX : POSTGRES_READERS_MAX;
    struct reader *idle = NULL;

    for (size_t i = 0; i < scores->opened; i++) {
        struct reader *reader = &scores->readers[i];
        if (reader->held > 0 && reader->db != NULL && pthread_equal(reader->holder, pthread_self()))
            return reader;
        if (reader->held == 0 && (idle == NULL || reader->db != NULL))
            idle = reader;
    }
    if (idle == NULL && scores->opened < most)
        idle = &scores->readers[scores->opened++];
    return idle;
}

/* Under the lock. NULL: all are in use, for a long time. */
static struct reader *wait_for_reader(struct cqa_scores *scores)
{
    struct timespec until;
    struct reader *reader = find_reader(scores);
    int code = 0;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += READER_WAIT_S;
    while (reader == NULL && code == 0) {
        code = pthread_cond_timedwait(&scores->reader_free, &scores->reader_lock, &until);
        reader = find_reader(scores);
    }
    return reader;
}

enum cqa_status cqa_scores_take(struct cqa_scores *scores, struct cqa_sql **out,
                                struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    pthread_mutex_lock(&scores->reader_lock);
    struct reader *reader = wait_for_reader(scores);
    if (reader != NULL) {
        reader->holder = pthread_self();
        reader->held++;
    }
    pthread_mutex_unlock(&scores->reader_lock);
    if (reader == NULL)
        return cqa_fail(error, CQA_E_BUSY, "all connections to the database are in use");
    if (reader->db == NULL)
        status = open_reader(scores, &reader->db, error);
    *out = reader->db;
    if (status != CQA_OK)
        cqa_scores_give(scores, reader->db);
    return status;
}

void cqa_scores_give(struct cqa_scores *scores, struct cqa_sql *db)
{
    pthread_mutex_lock(&scores->reader_lock);
    for (size_t i = 0; i < scores->opened; i++) {
        struct reader *reader = &scores->readers[i];
        if (reader->held > 0 && reader->db == db &&
            (db != NULL || pthread_equal(reader->holder, pthread_self()))) {
            reader->held--;
            break;
        }
    }
    pthread_cond_signal(&scores->reader_free);
    pthread_mutex_unlock(&scores->reader_lock);
}

void cqa_notices_to(struct cqa_scores *scores, const struct cqa_notice_config *config)
{
    scores->notices = config;
}

const struct cqa_notice_config *cqa_scores_notices(const struct cqa_scores *scores)
{
    return scores->notices;
}

int64_t cqa_scores_now_ms(const struct cqa_scores *scores)
{
    return cqa_clock_wall_ms(scores->clock);
}

/* ---- opening and closing */

/* The file may not be there yet; its folder is. Owned; NULL: out of memory. */
static char *without_links(const char *path)
{
    char *file = realpath(path, NULL);
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX];
    char *whole = NULL;

    if (file != NULL || slash == NULL || (size_t)(slash - path) >= sizeof folder)
        return file != NULL ? file : strdup(path);
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    file = realpath(slash == path ? "/" : folder, NULL);
    if (file == NULL)
        return strdup(path);
    if (asprintf(&whole, "%s%s", file, slash) < 0)
        whole = NULL;
    free(file);
    return whole;
}

static enum cqa_status open_lock(struct cqa_scores *scores, struct cqa_error *error)
{
    char path[4096];

    if ((size_t)snprintf(path, sizeof path, "%s.lock", scores->place.path) >= sizeof path)
        return cqa_fail(error, CQA_E_LIMIT, "the path of the store is too long");
    scores->lock_file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return scores->lock_file >= 0 ? CQA_OK : cqa_fail_errno(error, "%s", path);
}

/* Opening may recover a log that a crash left behind, which is writing. */
static enum cqa_status open_sqlite(struct cqa_scores *scores, struct cqa_error *error)
{
    const struct cqa_sql_turn turn = {take_turn, give_turn, scores, .whole = 1};
    struct cqa_sql_place place = place_of(scores);
    enum cqa_status status = open_lock(scores, error);

    if (status != CQA_OK)
        return status;
    place.setup = writer_setup;
    place.wait_ms = WRITE_WAIT_MS;
    place.turn = &turn;
    if (lock_process(scores, LOCK_EX) != 0)
        return cqa_fail_errno(error, "%s.lock", scores->place.path);
    status = cqa_sql_open(&place, &scores->writer, error);
    lock_process(scores, LOCK_UN);
    return status;
}

static enum cqa_status open_postgres(struct cqa_scores *scores, struct cqa_error *error)
{
    struct cqa_sql_place place = place_of(scores);

    place.wait_ms = WRITE_WAIT_MS;
    return cqa_sql_open(&place, &scores->writer, error);
}

static enum cqa_status open_writer(struct cqa_scores *scores, struct cqa_error *error)
{
    enum cqa_status status =
        is_sqlite(scores) ? open_sqlite(scores, error) : open_postgres(scores, error);

    if (status == CQA_OK)
        status = cqa_sql_migrate(
            scores->writer, is_sqlite(scores) ? &cqa_scores_schema : &cqa_scores_schema_postgres,
            error);
    return within(scores, status, error);
}

enum cqa_status cqa_scores_open(struct cqa_scores **out, const struct cqa_store_place *place,
                                const struct cqa_clock *clock, struct cqa_error *error)
{
    struct cqa_scores *scores = calloc(1, sizeof *scores);
    enum cqa_status status = CQA_OK;

    if (scores == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    scores->place = *place;
    scores->clock = clock;
    scores->lock_file = -1;
    pthread_mutex_init(&scores->write_lock, NULL);
    pthread_mutex_init(&scores->reader_lock, NULL);
    pthread_mutex_init(&scores->slot.lock, NULL);
    pthread_cond_init(&scores->reader_free, NULL);
    if (is_sqlite(scores)) {
        scores->file = without_links(place->path);
        if (scores->file == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    if (status == CQA_OK)
        status = open_writer(scores, error);
    if (status == CQA_OK)
        *out = scores;
    else
        cqa_scores_close(scores);
    return status;
}

void cqa_scores_close(struct cqa_scores *scores)
{
    if (scores == NULL)
        return;
    if (scores->slot.thing != NULL)
        scores->slot.finish(&scores->slot, scores->slot.thing);
    pthread_mutex_destroy(&scores->slot.lock);
    for (size_t i = 0; i < scores->opened; i++)
        cqa_sql_close(scores->readers[i].db);
    if (scores->lock_file >= 0)
        lock_process(scores, LOCK_EX); /* the last connection checkpoints as it closes */
    cqa_sql_close(scores->writer);
    if (scores->lock_file >= 0)
        close(scores->lock_file);
    pthread_mutex_destroy(&scores->write_lock);
    pthread_mutex_destroy(&scores->reader_lock);
    pthread_cond_destroy(&scores->reader_free);
    sodium_memzero(&scores->audit_key, sizeof scores->audit_key);
    free(scores->file);
    free(scores);
}

CQA_SQL_STATEMENT(count_tokens, "", 1, "SELECT count(*) FROM tokens");

static enum cqa_status write_nothing(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    (void)db;
    (void)context;
    (void)error;
    return CQA_OK;
}

enum cqa_status cqa_scores_check(struct cqa_scores *scores, struct cqa_error *error)
{
    struct cqa_sql *db;
    int64_t ignored;
    enum cqa_status status = cqa_scores_write(scores, write_nothing, NULL, error);

    if (status == CQA_OK)
        status = cqa_scores_take(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = cqa_sql_number(db, &ignored, error, &count_tokens);
    cqa_scores_give(scores, db);
    return status;
}
