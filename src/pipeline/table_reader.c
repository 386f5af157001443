/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/table_reader.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    WAIT_MS = 5000,        /* for locks and connections */
    ROWS_MAX = 2000 * 1000 /* of one answer: a day of a site twenty times as large as any we know */
};

/* Hashes of rows: a table with open places. */
struct hashes {
    uint64_t *places;
    size_t size; /* a power of two, or 0 */
    size_t count;
};

struct cqa_table_reader {
    const struct cqa_fact_origin *origin;
    struct cqa_fact_clock clock;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t change;
    enum { IDLE, ASKED, ANSWERED, ENDING } state;
    int64_t since_ms, until_ms;
    int all;
    struct cqa_table_answer answer;
    /* of the thread alone */
    struct cqa_sql *sql;
    struct hashes seen;
    struct hashes now;
    size_t capacity;
};

/* ---- hashes */

static uint64_t *place_of(const struct hashes *hashes, uint64_t hash)
{
    size_t at = (size_t)(hash * 0x9e3779b97f4a7c15) & (hashes->size - 1);

    while (hashes->places[at] != 0 && hashes->places[at] != hash)
        at = (at + 1) & (hashes->size - 1);
    return &hashes->places[at];
}

static int has(const struct hashes *hashes, uint64_t hash)
{
    return hashes->size > 0 && *place_of(hashes, hash) == hash;
}

static int grow(struct hashes *hashes)
{
    struct hashes larger = {.size = hashes->size == 0 ? 1024 : hashes->size * 2};

    larger.places = calloc(larger.size, sizeof *larger.places);
    if (larger.places == NULL)
        return 0;
    for (size_t i = 0; i < hashes->size; i++)
        if (hashes->places[i] != 0)
            *place_of(&larger, hashes->places[i]) = hashes->places[i];
    larger.count = hashes->count;
    free(hashes->places);
    *hashes = larger;
    return 1;
}

/* Without memory it is not there: the row is told again. */
static void put(struct hashes *hashes, uint64_t hash)
{
    if (hash == 0 || (2 * hashes->count >= hashes->size && !grow(hashes)))
        return;
    uint64_t *place = place_of(hashes, hash);
    hashes->count += *place == 0;
    *place = hash;
}

static void clear(struct hashes *hashes)
{
    free(hashes->places);
    *hashes = (struct hashes){0};
}

/* ---- the thread */

static int copy_fact(struct cqa_arena *arena, const struct cqa_fact *from, struct cqa_fact *to)
{
    const char **const texts[] = {&to->id,    &to->linked_id, &to->file,  &to->caller,
                                  &to->agent, &to->customer,  &to->queue, &to->direction};

    *to = *from;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *copy = cqa_arena_string(arena, *texts[i]);
        if (copy == NULL && *texts[i] != NULL)
            return 0;
        *texts[i] = copy;
    }
    return 1;
}

static int take_fact(void *context, const struct cqa_fact *fact)
{
    struct cqa_table_reader *reader = context;
    struct cqa_table_answer *answer = &reader->answer;

    put(&reader->now, fact->hash);
    if (has(&reader->seen, fact->hash))
        return 1;
    if (answer->count == reader->capacity) {
        const size_t capacity = reader->capacity == 0 ? 256 : reader->capacity * 2;
        struct cqa_fact *facts = realloc(answer->facts, capacity * sizeof *facts);
        if (facts == NULL)
            return 0;
        answer->facts = facts;
        reader->capacity = capacity;
    }
    if (!copy_fact(&answer->arena, fact, &answer->facts[answer->count]))
        return 0;
    return ++answer->count < ROWS_MAX;
}

static enum cqa_status open_table(struct cqa_table_reader *reader, struct cqa_error *error)
{
    struct cqa_sql_place place = reader->origin->place;

    if (reader->sql != NULL)
        return CQA_OK;
    place.wait_ms = WAIT_MS;
    if (reader->origin->kind == CQA_ORIGIN_SQLITE) {
        if (access(place.path, R_OK) != 0) /* or an empty one would be made */
            return cqa_fail_errno(error, "%s", place.path);
        place.setup = "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;";
    }
    return cqa_sql_open(&place, &reader->sql, error);
}

static void answer_question(struct cqa_table_reader *reader)
{
    struct cqa_table_answer *answer = &reader->answer;

    *answer = (struct cqa_table_answer){0};
    reader->capacity = 0;
    if (reader->all)
        clear(&reader->seen);
    answer->status = open_table(reader, &answer->error);
    if (answer->status == CQA_OK)
        answer->status = cqa_fact_table_read(reader->sql, &reader->origin->table, &reader->clock,
                                             reader->since_ms, reader->until_ms, take_fact, reader,
                                             &answer->error);
    if (answer->status == CQA_OK) {
        clear(&reader->seen);
        reader->seen = reader->now;
        reader->now = (struct hashes){0};
        return;
    }
    clear(&reader->now);
    cqa_sql_close(reader->sql); /* whatever it was, the next time begins anew */
    reader->sql = NULL;
}

static void *live(void *context)
{
    struct cqa_table_reader *reader = context;

    pthread_mutex_lock(&reader->lock);
    while (reader->state != ENDING) {
        if (reader->state != ASKED) {
            pthread_cond_wait(&reader->change, &reader->lock);
            continue;
        }
        pthread_mutex_unlock(&reader->lock);
        answer_question(reader);
        pthread_mutex_lock(&reader->lock);
        if (reader->state == ASKED)
            reader->state = ANSWERED;
    }
    pthread_mutex_unlock(&reader->lock);
    return NULL;
}

/* ---- the other side */

/* Signals are for the thread that waits for them. */
static int start(struct cqa_table_reader *reader)
{
    sigset_t all;
    sigset_t before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(&reader->thread, NULL, live, reader);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

enum cqa_status cqa_table_reader_create(struct cqa_table_reader **out,
                                        const struct cqa_fact_origin *origin,
                                        const struct cqa_fact_clock *clock, struct cqa_error *error)
{
    struct cqa_table_reader *reader = calloc(1, sizeof *reader);

    if (reader == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    reader->origin = origin;
    reader->clock = *clock;
    pthread_mutex_init(&reader->lock, NULL);
    pthread_cond_init(&reader->change, NULL);
    errno = start(reader);
    if (errno != 0) {
        free(reader);
        return cqa_fail_errno(error, "a thread for a database");
    }
    *out = reader;
    return CQA_OK;
}

static void drop_answer(struct cqa_table_answer *answer)
{
    cqa_arena_finish(&answer->arena);
    free(answer->facts);
    *answer = (struct cqa_table_answer){0};
}

void cqa_table_reader_destroy(struct cqa_table_reader *reader)
{
    if (reader == NULL)
        return;
    pthread_mutex_lock(&reader->lock);
    reader->state = ENDING;
    pthread_cond_signal(&reader->change);
    pthread_mutex_unlock(&reader->lock);
    pthread_join(reader->thread, NULL);
    pthread_mutex_destroy(&reader->lock);
    pthread_cond_destroy(&reader->change);
    cqa_sql_close(reader->sql);
    clear(&reader->seen);
    clear(&reader->now);
    drop_answer(&reader->answer);
    free(reader);
}

void cqa_table_reader_ask(struct cqa_table_reader *reader, int64_t since_ms, int64_t until_ms,
                          int all)
{
    pthread_mutex_lock(&reader->lock);
    reader->since_ms = since_ms;
    reader->until_ms = until_ms;
    reader->all = all;
    reader->state = ASKED;
    pthread_cond_signal(&reader->change);
    pthread_mutex_unlock(&reader->lock);
}

int cqa_table_reader_take(struct cqa_table_reader *reader, struct cqa_table_answer *out)
{
    pthread_mutex_lock(&reader->lock);
    const int there = reader->state == ANSWERED;
    if (there) {
        *out = reader->answer;
        reader->answer = (struct cqa_table_answer){0};
        reader->state = IDLE;
    }
    pthread_mutex_unlock(&reader->lock);
    return there;
}
