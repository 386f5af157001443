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
#include "base/log.h"
#include "scores/readers.h"
#include "scores/password.h"
#include "scores/schema.h"

enum {
    READERS_MAX = 72,          /* one a thread */
    POSTGRES_READERS_MAX = 20, /* several servers share what PostgreSQL allows, 100 as it comes */
    WRITE_WAIT_MS = 60000,
    NOTE_WAIT_MS = CQA_SQL_TRIES, /* a millisecond each time; 0 would be for ever */
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
    struct cqa_readers *readers;
    const struct cqa_notice_config *notices; /* NULL: nobody is told anything */
    struct cqa_scores_slot slot;
    struct cqa_audit_key audit_key;
    const struct cqa_password_rules *passwords; /* NULL: the usual ones */
    char self[33]; /* of this server among those that share the store */
};

static int is_sqlite(const struct cqa_scores *scores)
{
    return scores->place.path != NULL;
}

struct cqa_scores_slot *cqa_scores_slot(struct cqa_scores *scores)
{
    return &scores->slot;
}

void cqa_passwords_by(struct cqa_scores *scores, const struct cqa_password_rules *rules)
{
    scores->passwords = rules;
}

const struct cqa_password_rules *cqa_scores_password_rules(const struct cqa_scores *scores)
{
    static const struct cqa_password_rules usual = {CQA_PASSWORD_CHARACTERS_MIN, NULL};

    return scores->passwords != NULL ? scores->passwords : &usual;
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

/* Under the lock: so long at most for other processes, and other servers. */
static enum cqa_status write_within(struct cqa_scores *scores, int wait_ms, cqa_sql_body *body,
                                    void *context, struct cqa_error *error)
{
    cqa_sql_set_wait(scores->writer, wait_ms);
    const enum cqa_status status =
        cqa_sql_transaction(scores->writer, CQA_SQL_WRITE, body, context, error);
    cqa_sql_set_wait(scores->writer, WRITE_WAIT_MS);
    return status;
}

/* Whether the lock was taken within so long. The thread sanitizer of GCC 12 knows nothing of
 * pthread_mutex_clocklock() and would take what is written under the lock for a race. */
static int lock_within(pthread_mutex_t *lock, int wait_ms)
{
#ifdef __SANITIZE_THREAD__
    const clockid_t clock = CLOCK_REALTIME;
#else
    const clockid_t clock = CLOCK_MONOTONIC;
#endif
    struct timespec until;

    (void)clock_gettime(clock, &until);
    until.tv_nsec += (wait_ms % 1000) * 1000000L;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
#ifdef __SANITIZE_THREAD__
    return pthread_mutex_timedlock(lock, &until) == 0;
#else
    return pthread_mutex_clocklock(lock, clock, &until) == 0;
#endif
}

enum cqa_status cqa_scores_write_soon(struct cqa_scores *scores, int wait_ms, cqa_sql_body *body,
                                      void *context, struct cqa_error *error)
{
    if (!lock_within(&scores->write_lock, wait_ms))
        return cqa_fail(error, CQA_E_BUSY, "the database is held by others");
    const enum cqa_status status = write_within(scores, wait_ms, body, context, error);
    pthread_mutex_unlock(&scores->write_lock);
    return status;
}

void cqa_scores_note(struct cqa_scores *scores, cqa_sql_body *body, void *context)
{
    struct cqa_error error = {0};

    if (pthread_mutex_trylock(&scores->write_lock) != 0)
        return;
    const enum cqa_status status = write_within(scores, NOTE_WAIT_MS, body, context, &error);
    pthread_mutex_unlock(&scores->write_lock);
    if (status != CQA_OK && status != CQA_E_BUSY)
        cqa_log(CQA_LOG_WARNING, "not noted: %p", &error.message);
}

/* ---- places */

struct cqa_sql_place cqa_scores_sql_place(const struct cqa_store_place *place)
{
    return (struct cqa_sql_place){.driver = &cqa_sql_postgres,
                                  .host = place->host,
                                  .port = place->port,
                                  .user = place->user,
                                  .database = place->database,
                                  .password_file = place->password_file,
                                  .ca_file = place->ca_file,
                                  .writers = writers_lock};
}

static struct cqa_sql_place place_of(const struct cqa_scores *scores)
{
    return is_sqlite(scores)
               ? (struct cqa_sql_place){.driver = &cqa_sql_sqlite, .path = scores->file}
               : cqa_scores_sql_place(&scores->place);
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
static enum cqa_status open_reader(void *context, struct cqa_sql **out, struct cqa_error *error)
{
    const struct cqa_scores *scores = context;
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

enum cqa_status cqa_scores_take(struct cqa_scores *scores, struct cqa_sql **out,
                                struct cqa_error *error)
{
    return cqa_readers_take(scores->readers, out, error);
}

void cqa_scores_give(struct cqa_scores *scores, struct cqa_sql *db)
{
    cqa_readers_give(scores->readers, db);
}

enum cqa_status cqa_scores_look(struct cqa_scores *scores, cqa_sql_body *body, void *context,
                                struct cqa_error *error)
{
    struct cqa_sql *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_sql_transaction(db, CQA_SQL_READ, body, context, error);
    cqa_scores_give(scores, db);
    return status;
}

struct looking {
    enum cqa_status (*look)(void *context, struct cqa_error *error);
    void *context;
};

static enum cqa_status look_once(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct looking *looking = context;

    (void)db;
    return looking->look(looking->context, error);
}

enum cqa_status cqa_scores_at_once(struct cqa_scores *scores,
                                   enum cqa_status (*look)(void *context, struct cqa_error *error),
                                   void *context, struct cqa_error *error)
{
    struct looking looking = {look, context};

    return cqa_scores_look(scores, look_once, &looking, error);
}

void cqa_notices_to(struct cqa_scores *scores, const struct cqa_notice_config *config)
{
    scores->notices = config;
}

const struct cqa_notice_config *cqa_scores_notices(const struct cqa_scores *scores)
{
    return scores->notices;
}

const char *cqa_scores_self(const struct cqa_scores *scores)
{
    return scores->self;
}

int cqa_scores_is_shared(const struct cqa_scores *scores)
{
    return !is_sqlite(scores);
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
    if (scores->lock_file < 0 && errno == ENOENT)
        return cqa_fail(error, CQA_E_IO,
                        "its folder is not there: make it, for the user of the service (install -d "
                        "-o callqa-server -m 750)");
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

enum cqa_status cqa_copy_is_begun(struct cqa_sql *sql, int64_t *out, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;

    cqa_query_add(&query, "SELECT to_regclass('cqa_copy') IS NOT NULL");
    enum cqa_status status = cqa_query_start(&query, sql, 1, &row, error);
    while (status == CQA_OK && cqa_sql_next(row, &status, error))
        *out = cqa_sql_int(row, 0);
    cqa_sql_end(row);
    cqa_query_finish(&query);
    return status;
}

/* What is half copied must not be served, nor written to. */
static enum cqa_status check_whole(struct cqa_sql *sql, struct cqa_error *error)
{
    int64_t is_begun = 0;
    const enum cqa_status status = cqa_copy_is_begun(sql, &is_begun, error);

    if (status == CQA_OK && is_begun)
        return cqa_fail(error, CQA_E_REFUSED,
                        "a copy into this database is not finished: run callqa-server copy once "
                        "more");
    return status;
}

static enum cqa_status open_writer(struct cqa_scores *scores, struct cqa_error *error)
{
    enum cqa_status status =
        is_sqlite(scores) ? open_sqlite(scores, error) : open_postgres(scores, error);

    if (status == CQA_OK)
        status = cqa_sql_migrate(
            scores->writer, is_sqlite(scores) ? &cqa_scores_schema : &cqa_scores_schema_postgres,
            error);
    if (status == CQA_OK && !is_sqlite(scores))
        status = check_whole(scores->writer, error);
    return within(scores, status, error);
}

enum cqa_status cqa_scores_open(struct cqa_scores **out, const struct cqa_store_place *place,
                                const struct cqa_clock *clock, struct cqa_error *error)
{
    struct cqa_scores *scores = calloc(1, sizeof *scores);
    unsigned char random[(sizeof scores->self - 1) / 2];
    enum cqa_status status = CQA_OK;

    if (scores == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    scores->place = *place;
    scores->clock = clock;
    scores->lock_file = -1;
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(scores->self, sizeof scores->self, random, sizeof random);
    pthread_mutex_init(&scores->write_lock, NULL);
    pthread_mutex_init(&scores->slot.lock, NULL);
    scores->file = is_sqlite(scores) ? without_links(place->path) : NULL;
    scores->readers = cqa_readers_create(is_sqlite(scores) ? READERS_MAX : POSTGRES_READERS_MAX,
                                         open_reader, scores);
    if (scores->readers == NULL || (is_sqlite(scores) && scores->file == NULL))
        status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
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
    cqa_readers_destroy(scores->readers);
    if (scores->lock_file >= 0)
        lock_process(scores, LOCK_EX); /* the last connection checkpoints as it closes */
    cqa_sql_close(scores->writer);
    if (scores->lock_file >= 0)
        close(scores->lock_file);
    pthread_mutex_destroy(&scores->write_lock);
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
