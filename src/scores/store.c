/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include "scores/schema.h"

enum {
    READERS_MAX = 136, /* two a thread: a list may look up one row more closely while it walks */
    WRITE_WAIT_MS = 60000,
    LOCK_STEP_MS = 2
};

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
 * (`callqa-server token add` beside the running server), under an flock on PATH.lock as well.
 * Writing and checkpointing so never happen at the same instant, which is what SQLite's WAL-reset
 * bug needs (decision 0020).
 */
struct cqa_scores {
    char *path; /* as given */
    char *file; /* where that is, without symbolic links, which sql/ refuses */
    const struct cqa_clock *clock;
    int lock_file;
    struct cqa_sql *writer;
    pthread_mutex_t write_lock;
    pthread_mutex_t reader_lock;
    pthread_cond_t reader_free;
    struct cqa_sql *idle[READERS_MAX]; /* opened when first needed */
    size_t idle_count;
    size_t opened;
    const struct cqa_notice_config *notices; /* NULL: nobody is told anything */
    struct cqa_scores_slot slot;
};

struct cqa_scores_slot *cqa_scores_slot(struct cqa_scores *scores)
{
    return &scores->slot;
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
            return cqa_fail_errno(error, "%s.lock", scores->path);
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

enum cqa_status cqa_scores_note(struct cqa_scores *scores, cqa_sql_body *body, void *context,
                                struct cqa_error *error)
{
    if (pthread_mutex_trylock(&scores->write_lock) != 0)
        return CQA_OK;
    const enum cqa_status status =
        cqa_sql_transaction(scores->writer, CQA_SQL_WRITE, body, context, error);
    pthread_mutex_unlock(&scores->write_lock);
    return status;
}

/* ---- readers */

static enum cqa_status open_reader(struct cqa_scores *scores, struct cqa_sql **out,
                                   struct cqa_error *error)
{
    const struct cqa_sql_place place = {
        .driver = &cqa_sql_sqlite, .path = scores->file, .setup = reader_setup};
    const enum cqa_status status = cqa_sql_open(&place, out, error);

    return status == CQA_OK ? status : cqa_fail_within(error, "%s", scores->path);
}

enum cqa_status cqa_scores_take(struct cqa_scores *scores, struct cqa_sql **out,
                                struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    pthread_mutex_lock(&scores->reader_lock);
    while (scores->idle_count == 0 && scores->opened == READERS_MAX)
        pthread_cond_wait(&scores->reader_free, &scores->reader_lock);
    if (scores->idle_count > 0) {
        *out = scores->idle[--scores->idle_count];
    } else {
        status = open_reader(scores, out, error);
        scores->opened += status == CQA_OK;
    }
    pthread_mutex_unlock(&scores->reader_lock);
    return status;
}

void cqa_scores_give(struct cqa_scores *scores, struct cqa_sql *db)
{
    pthread_mutex_lock(&scores->reader_lock);
    scores->idle[scores->idle_count++] = db;
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

    if ((size_t)snprintf(path, sizeof path, "%s.lock", scores->path) >= sizeof path)
        return cqa_fail(error, CQA_E_LIMIT, "the path of the store is too long");
    scores->lock_file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return scores->lock_file >= 0 ? CQA_OK : cqa_fail_errno(error, "%s", path);
}

/* Opening may recover a log that a crash left behind, which is writing. */
static enum cqa_status open_writer(struct cqa_scores *scores, struct cqa_error *error)
{
    const struct cqa_sql_turn turn = {take_turn, give_turn, scores, .whole = 1};
    const struct cqa_sql_place place = {.driver = &cqa_sql_sqlite,
                                        .path = scores->file,
                                        .setup = writer_setup,
                                        .wait_ms = WRITE_WAIT_MS,
                                        .turn = &turn};

    if (lock_process(scores, LOCK_EX) != 0)
        return cqa_fail_errno(error, "%s.lock", scores->path);
    enum cqa_status status = cqa_sql_open(&place, &scores->writer, error);
    lock_process(scores, LOCK_UN);
    if (status == CQA_OK)
        status = cqa_sql_migrate(scores->writer, &cqa_scores_schema, error);
    return status == CQA_OK ? status : cqa_fail_within(error, "%s", scores->path);
}

enum cqa_status cqa_scores_open(struct cqa_scores **out, const char *path,
                                const struct cqa_clock *clock, struct cqa_error *error)
{
    struct cqa_scores *scores = calloc(1, sizeof *scores);
    enum cqa_status status = CQA_OK;

    if (scores == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    scores->clock = clock;
    scores->lock_file = -1;
    pthread_mutex_init(&scores->write_lock, NULL);
    pthread_mutex_init(&scores->reader_lock, NULL);
    pthread_mutex_init(&scores->slot.lock, NULL);
    pthread_cond_init(&scores->reader_free, NULL);
    scores->path = strdup(path);
    scores->file = without_links(path);
    if (scores->path == NULL || scores->file == NULL)
        status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (status == CQA_OK)
        status = open_lock(scores, error);
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
    for (size_t i = 0; i < scores->idle_count; i++)
        cqa_sql_close(scores->idle[i]);
    if (scores->lock_file >= 0)
        lock_process(scores, LOCK_EX); /* the last connection checkpoints as it closes */
    cqa_sql_close(scores->writer);
    if (scores->lock_file >= 0)
        close(scores->lock_file);
    pthread_mutex_destroy(&scores->write_lock);
    pthread_mutex_destroy(&scores->reader_lock);
    pthread_cond_destroy(&scores->reader_free);
    free(scores->file);
    free(scores->path);
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
