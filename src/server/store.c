/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "server/notices.h"
#include "server/schema.h"

enum {
    READERS_MAX = 136
}; /* two a thread: a list may look up one row more closely while it walks */

/*
 * One connection writes, under `write_lock`; and because another process may write too
 * (`callqa-server token add` beside the running server), under an flock on PATH.lock as well.
 * Writing and checkpointing so never happen at the same instant, which is what SQLite's WAL-reset
 * bug needs (decision 0020).
 */
struct cqa_scores {
    char *path;
    const struct cqa_clock *clock;
    int lock_file;
    struct cqa_db *writer;
    pthread_mutex_t write_lock;
    pthread_mutex_t reader_lock;
    pthread_cond_t reader_free;
    struct cqa_db *idle[READERS_MAX]; /* opened when first needed */
    size_t idle_count;
    size_t opened;
    const struct cqa_notice_config *notices; /* NULL: nobody is told anything */
};

static int lock_process(struct cqa_scores *scores, int operation)
{
    int code;

    do
        code = flock(scores->lock_file, operation);
    while (code != 0 && errno == EINTR);
    return code;
}

enum cqa_status cqa_scores_begin(struct cqa_scores *scores, struct cqa_db **out,
                                 struct cqa_error *error)
{
    pthread_mutex_lock(&scores->write_lock);
    enum cqa_status status = lock_process(scores, LOCK_EX) == 0
                                 ? cqa_db_run(scores->writer, error, "BEGIN IMMEDIATE", "")
                                 : cqa_fail_errno(error, "%s.lock", scores->path);
    if (status != CQA_OK) {
        lock_process(scores, LOCK_UN);
        pthread_mutex_unlock(&scores->write_lock);
        return status;
    }
    *out = scores->writer;
    return CQA_OK;
}

static void hand_back(struct cqa_scores *scores)
{
    lock_process(scores, LOCK_UN);
    pthread_mutex_unlock(&scores->write_lock);
}

void cqa_scores_rollback(struct cqa_scores *scores)
{
    struct cqa_error ignored;

    /* It fails where SQLite has rolled back by itself (disk full), which is as good. */
    if (cqa_db_run(scores->writer, &ignored, "ROLLBACK", "") != CQA_OK) {
    }
    hand_back(scores);
}

enum cqa_status cqa_scores_commit(struct cqa_scores *scores, struct cqa_error *error)
{
    const enum cqa_status status = cqa_db_run(scores->writer, error, "COMMIT", "");

    if (status != CQA_OK)
        cqa_scores_rollback(scores);
    else
        hand_back(scores);
    return status;
}

enum cqa_status cqa_scores_end(struct cqa_scores *scores, enum cqa_status status,
                               struct cqa_error *error)
{
    if (status == CQA_OK)
        return cqa_scores_commit(scores, error);
    cqa_scores_rollback(scores);
    return status;
}

enum cqa_status cqa_scores_take(struct cqa_scores *scores, struct cqa_db **out,
                                struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    pthread_mutex_lock(&scores->reader_lock);
    while (scores->idle_count == 0 && scores->opened == READERS_MAX)
        pthread_cond_wait(&scores->reader_free, &scores->reader_lock);
    if (scores->idle_count > 0) {
        *out = scores->idle[--scores->idle_count];
    } else {
        status = cqa_db_open(out, scores->path, CQA_DB_READER, error);
        scores->opened += status == CQA_OK;
    }
    pthread_mutex_unlock(&scores->reader_lock);
    return status;
}

void cqa_scores_give(struct cqa_scores *scores, struct cqa_db *db)
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

static enum cqa_status step_up(struct cqa_db *db, int64_t version, struct cqa_error *error)
{
    char pragma[64];
    enum cqa_status status = cqa_db_script(db, cqa_schema_steps[version], error);

    snprintf(pragma, sizeof pragma, "PRAGMA user_version = %lld", (long long)version + 1);
    return status == CQA_OK ? cqa_db_script(db, pragma, error) : status;
}

static enum cqa_status migrate(struct cqa_scores *scores, struct cqa_error *error)
{
    struct cqa_db *db;
    int64_t version = 0;
    int64_t newest = 0;

    while (cqa_schema_steps[newest] != NULL)
        newest++;
    enum cqa_status status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = cqa_db_value(db, &version, error, "PRAGMA user_version", "");
    if (status == CQA_OK && version > newest)
        status = cqa_fail(error, CQA_E_BADDATA,
                          "%s: written by a newer version (schema %lld, this one knows %lld)",
                          scores->path, (long long)version, (long long)newest);
    for (; status == CQA_OK && version < newest; version++)
        status = step_up(db, version, error);
    return cqa_scores_end(scores, status, error);
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
    if (lock_process(scores, LOCK_EX) != 0)
        return cqa_fail_errno(error, "%s.lock", scores->path);
    const mode_t mask = umask(0077);
    const enum cqa_status status = cqa_db_open(&scores->writer, scores->path, CQA_DB_WRITER, error);
    umask(mask);
    lock_process(scores, LOCK_UN);
    return status;
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
    pthread_cond_init(&scores->reader_free, NULL);
    scores->path = strdup(path);
    if (scores->path == NULL)
        status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (status == CQA_OK)
        status = open_lock(scores, error);
    if (status == CQA_OK)
        status = open_writer(scores, error);
    if (status == CQA_OK)
        status = migrate(scores, error);
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
    for (size_t i = 0; i < scores->idle_count; i++)
        cqa_db_close(scores->idle[i]);
    if (scores->lock_file >= 0)
        lock_process(scores, LOCK_EX); /* the last connection checkpoints as it closes */
    cqa_db_close(scores->writer);
    if (scores->lock_file >= 0)
        close(scores->lock_file);
    pthread_mutex_destroy(&scores->write_lock);
    pthread_mutex_destroy(&scores->reader_lock);
    pthread_cond_destroy(&scores->reader_free);
    free(scores->path);
    free(scores);
}

enum cqa_status cqa_scores_check(struct cqa_scores *scores, struct cqa_error *error)
{
    struct cqa_db *db;
    int64_t ignored;
    enum cqa_status status = cqa_scores_begin(scores, &db, error);

    if (status != CQA_OK)
        return status;
    cqa_scores_rollback(scores);
    status = cqa_scores_take(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = cqa_db_value(db, &ignored, error, "SELECT count(*) FROM tokens", "");
    cqa_scores_give(scores, db);
    return status;
}

/* ---- queries put together at run time */

void cqa_query_add(struct cqa_query *query, const char *sql)
{
    if (query->sql.limit == 0)
        query->sql.limit = 16384;
    cqa_buffer_add(&query->sql, sql, strlen(sql));
}

static void add_value(struct cqa_query *query, const char *sql, const char *text, int64_t number)
{
    cqa_query_add(query, sql);
    if (query->count == CQA_QUERY_VALUES_MAX) {
        query->sql.failed = 1;
        return;
    }
    query->values[query->count].text = text;
    query->values[query->count].object = NULL;
    query->values[query->count++].number = number;
}

void cqa_query_text(struct cqa_query *query, const char *sql, const char *value)
{
    add_value(query, sql, value, 0);
}

void cqa_query_number(struct cqa_query *query, const char *sql, int64_t value)
{
    add_value(query, sql, NULL, value);
}

void cqa_query_shift(struct cqa_query *query, const char *column, const struct cqa_shift *shift)
{
    char sql[64];

    if (shift == NULL)
        return;
    snprintf(sql, sizeof sql, " AND in_shift(%s, ?)", column);
    add_value(query, sql, NULL, 0);
    query->values[query->count - 1].object = shift;
}

void cqa_query_scope(struct cqa_query *query, const char *alias, const struct cqa_scope *scope)
{
    char sql[64];

    if (scope->nothing)
        cqa_query_add(query, " AND 0");
    if (scope->recorder != NULL) {
        snprintf(sql, sizeof sql, " AND %s.recorder = ?", alias);
        cqa_query_text(query, sql, scope->recorder);
    }
    if (scope->person != NULL) {
        snprintf(sql, sizeof sql, " AND %s.person = ?", alias);
        cqa_query_text(query, sql, scope->person);
    }
    if (scope->teams == NULL)
        return;
    snprintf(sql, sizeof sql, " AND %s.team IN (NULL", alias);
    cqa_query_add(query, sql);
    for (size_t i = 0; i < scope->team_count; i++)
        cqa_query_text(query, ", ?", scope->teams[i]);
    cqa_query_add(query, ")");
}

enum cqa_status cqa_query_start(struct cqa_query *query, struct cqa_db *db, sqlite3_stmt **out,
                                struct cqa_error *error)
{
    if (query->sql.failed)
        return cqa_fail(error, CQA_E_LIMIT, "too many filters");
    const enum cqa_status status = cqa_db_prepare(db, out, error, query->sql.text);
    for (int i = 0; status == CQA_OK && i < query->count; i++) {
        if (query->values[i].text != NULL)
            sqlite3_bind_text(*out, i + 1, query->values[i].text, -1, SQLITE_STATIC);
        else if (query->values[i].object != NULL)
            sqlite3_bind_pointer(*out, i + 1, (void *)query->values[i].object, CQA_DB_SHIFT, NULL);
        else
            sqlite3_bind_int64(*out, i + 1, query->values[i].number);
    }
    return status;
}

void cqa_query_finish(struct cqa_query *query)
{
    cqa_buffer_finish(&query->sql);
}
