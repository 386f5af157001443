/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/readers.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { WAIT_S = 10 };

struct reader {
    struct cqa_sql *db; /* NULL: not opened yet */
    pthread_t holder;
    int held; /* how often; 0: it is free */
};

struct cqa_readers {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    cqa_reader_open *open;
    void *context;
    size_t most, count;
    struct reader readers[];
};

struct cqa_readers *cqa_readers_create(size_t most, cqa_reader_open *open, void *context)
{
    struct cqa_readers *readers = calloc(1, sizeof *readers + most * sizeof readers->readers[0]);

    if (readers == NULL)
        return NULL;
    readers->most = most;
    readers->open = open;
    readers->context = context;
    pthread_mutex_init(&readers->lock, NULL);
    pthread_cond_init(&readers->freed, NULL);
    return readers;
}

void cqa_readers_destroy(struct cqa_readers *readers)
{
    if (readers == NULL)
        return;
    for (size_t i = 0; i < readers->count; i++)
        cqa_sql_close(readers->readers[i].db);
    pthread_mutex_destroy(&readers->lock);
    pthread_cond_destroy(&readers->freed);
    free(readers);
}

static int is_mine(const struct reader *reader)
{
    return reader->held > 0 && pthread_equal(reader->holder, pthread_self());
}

/* One that this thread holds already, else a free one, else a place for a new one; NULL: none. */
static struct reader *find(struct cqa_readers *readers)
{
    struct reader *idle = NULL;

    for (size_t i = 0; i < readers->count; i++) {
        struct reader *reader = &readers->readers[i];
        if (is_mine(reader))
            return reader;
        if (reader->held == 0 && (idle == NULL || reader->db != NULL))
            idle = reader;
    }
    if (idle == NULL && readers->count < readers->most)
        idle = &readers->readers[readers->count++];
    return idle;
}

/* Under the lock. NULL: all are in use, for a long time. */
static struct reader *wait_for_one(struct cqa_readers *readers)
{
    struct timespec until;
    struct reader *reader = find(readers);
    int code = 0;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    while (reader == NULL && code == 0) {
        code = pthread_cond_timedwait(&readers->freed, &readers->lock, &until);
        reader = find(readers);
    }
    return reader;
}

static void release(struct cqa_readers *readers, struct reader *reader)
{
    pthread_mutex_lock(&readers->lock);
    reader->held--;
    pthread_cond_signal(&readers->freed);
    pthread_mutex_unlock(&readers->lock);
}

/* Whoever gives one looks at all of them. */
static void keep(struct cqa_readers *readers, struct reader *reader, struct cqa_sql *db)
{
    pthread_mutex_lock(&readers->lock);
    reader->db = db;
    pthread_mutex_unlock(&readers->lock);
}

enum cqa_status cqa_readers_take(struct cqa_readers *readers, struct cqa_sql **out,
                                 struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    pthread_mutex_lock(&readers->lock);
    struct reader *reader = wait_for_one(readers);
    if (reader != NULL) {
        reader->holder = pthread_self();
        reader->held++;
    }
    pthread_mutex_unlock(&readers->lock);
    if (reader == NULL)
        return cqa_fail(error, CQA_E_BUSY, "all connections to the database are in use");
    *out = reader->db;
    if (*out == NULL && (status = readers->open(readers->context, out, error)) == CQA_OK)
        keep(readers, reader, *out);
    if (status != CQA_OK)
        release(readers, reader);
    return status;
}

/* Whoever gives it: an answer may be ended by another thread than the one that began it. */
void cqa_readers_give(struct cqa_readers *readers, struct cqa_sql *db)
{
    size_t i = 0;

    pthread_mutex_lock(&readers->lock);
    while (i < readers->count && (readers->readers[i].held == 0 || readers->readers[i].db != db))
        i++;
    pthread_mutex_unlock(&readers->lock);
    if (i < readers->count)
        release(readers, &readers->readers[i]);
}
