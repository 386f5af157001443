/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buffer.h"
#include "store/parts.h"

/* ---- facts come */

CQA_SQL_STATEMENT(insert_fact, "iiitttttiiiitttti", 0,
                  "INSERT OR IGNORE INTO facts (watch, origin, hash, source, call_id, linked_id,"
                  " file, caller, started_ms, answered_ms, hold_start_ms, hold_end_ms, agent,"
                  " customer, queue, direction, seen_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
                  " ?16, ?17)");
/* A statement for each id: IN makes a table of its list each time. */
CQA_SQL_STATEMENT(mark_by_id, "ti", 0,
                  "UPDATE fact_links SET due = 1 WHERE call_id = ?1 AND watch = ?2 AND NOT due");
/* A name in a table may lack what the recorder puts behind it ("-all"), which the id lacks, too. */
CQA_SQL_STATEMENT(mark_by_file, "ti", 0,
                  "UPDATE fact_links SET due = 1 WHERE (file = ?1 OR call_id = ?1) AND watch = ?2"
                  " AND NOT due");
CQA_SQL_STATEMENT(mark_by_caller, "tiii", 0,
                  "UPDATE fact_links SET due = 1 WHERE caller = ?1 AND watch = ?2"
                  " AND begun_ms BETWEEN ?3 AND ?4 AND NOT due");
CQA_SQL_STATEMENT(add_watch, "t", 0, "INSERT OR IGNORE INTO fact_watches (path) VALUES (?1)");
CQA_SQL_STATEMENT(find_watch, "t", 1, "SELECT id FROM fact_watches WHERE path = ?1");
CQA_SQL_STATEMENT(add_origin, "it", 0,
                  "INSERT OR IGNORE INTO fact_origins (watch, name) VALUES (?1, ?2)");
CQA_SQL_STATEMENT(find_origin, "it", 1,
                  "SELECT id FROM fact_origins WHERE watch = ?1 AND name = ?2");
CQA_SQL_STATEMENT(write_place, "ti", 0, "UPDATE fact_origins SET place = ?1 WHERE id = ?2");
CQA_SQL_STATEMENT(find_place, "tt", 1,
                  "SELECT o.place FROM fact_origins AS o JOIN fact_watches AS w ON w.id = o.watch"
                  " WHERE w.path = ?1 AND o.name = ?2 AND o.place IS NOT NULL");

/* The number of a watched folder; one that is not known yet is added with `may_add`, else 0. */
static enum cqa_status number_watch(struct cqa_sql *sql, const char *path, int may_add,
                                    int64_t *out, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    *out = 0;
    status = cqa_sql_number(sql, out, error, &find_watch, path);
    if (status != CQA_OK || *out != 0 || !may_add)
        return status;
    status = cqa_sql_do(sql, error, &add_watch, path);
    return status == CQA_OK ? cqa_sql_number(sql, out, error, &find_watch, path) : status;
}

struct adding {
    const struct cqa_facts_batch *batch;
    int64_t now_ms;
    int64_t watch, origin; /* their numbers */
    size_t added;
};

/* Recordings that the fact may belong to: rather one too many, for looking finds out. */
static enum cqa_status mark(struct cqa_sql *sql, const struct adding *adding,
                            const struct cqa_fact *fact, struct cqa_error *error)
{
    const int64_t within_ms = adding->batch->within_ms;
    const char *const ids[] = {fact->id, fact->linked_id};
    int64_t found = 0;
    enum cqa_status status = CQA_OK;

    if (fact->file != NULL)
        status = cqa_sql_do(sql, error, &mark_by_file, fact->file, adding->watch);
    for (size_t i = 0; i < 2; i++) {
        if (status != CQA_OK || ids[i] == NULL)
            continue;
        status = cqa_sql_do(sql, error, &mark_by_id, ids[i], adding->watch);
        found += cqa_sql_changes(sql);
    }
    if (status != CQA_OK || fact->caller == NULL || fact->started_ms == 0 ||
        found > 0) /* what an id has found is nobody else's */
        return status;
    return cqa_sql_do(sql, error, &mark_by_caller, fact->caller, adding->watch,
                      fact->started_ms - within_ms, fact->started_ms + within_ms);
}

static enum cqa_status add_one(struct cqa_sql *sql, struct adding *adding,
                               const struct cqa_fact *fact, struct cqa_error *error)
{
    int64_t hash = 0;

    memcpy(&hash, &fact->hash, sizeof hash);
    const enum cqa_status status = cqa_sql_do(
        sql, error, &insert_fact, adding->watch, adding->origin, hash,
        cqa_fact_source_words[fact->source], fact->id, fact->linked_id, fact->file, fact->caller,
        fact->started_ms, fact->answered_ms, fact->hold_start_ms, fact->hold_end_ms, fact->agent,
        fact->customer, fact->queue, fact->direction, adding->now_ms);
    if (status != CQA_OK || cqa_sql_changes(sql) == 0)
        return status;
    adding->added++;
    return mark(sql, adding, fact, error);
}

static enum cqa_status number_origin(struct cqa_sql *sql, struct adding *adding,
                                     struct cqa_error *error)
{
    const char *name = adding->batch->origin;
    enum cqa_status status = number_watch(sql, adding->batch->watch, 1, &adding->watch, error);

    adding->origin = 0;
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &add_origin, adding->watch, name);
    return status == CQA_OK
               ? cqa_sql_number(sql, &adding->origin, error, &find_origin, adding->watch, name)
               : status;
}

static enum cqa_status add_all(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct adding *adding = context;
    const struct cqa_facts_batch *batch = adding->batch;
    enum cqa_status status = number_origin(sql, adding, error);

    adding->added = 0;
    for (size_t i = 0; status == CQA_OK && i < batch->count; i++)
        status = add_one(sql, adding, &batch->facts[i], error);
    if (status == CQA_OK && batch->place != NULL)
        status = cqa_sql_do(sql, error, &write_place, batch->place, adding->origin);
    return status;
}

enum cqa_status cqa_facts_add(struct cqa_store *store, const struct cqa_facts_batch *batch,
                              int64_t now_ms, size_t *added, struct cqa_error *error)
{
    struct adding adding = {.batch = batch, .now_ms = now_ms};
    const enum cqa_status status =
        cqa_sql_transaction(store->sql, CQA_SQL_WRITE, add_all, &adding, error);

    *added = status == CQA_OK ? adding.added : 0;
    return status;
}

enum cqa_status cqa_facts_place(struct cqa_store *store, const char *watch, const char *origin,
                                struct cqa_arena *arena, const char **place,
                                struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(store->sql, &rows, error, &find_place, watch, origin);

    *place = NULL;
    if (status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        *place = cqa_sql_copy(rows, 0, arena);
        if (*place == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "no memory for a place");
    }
    cqa_sql_end(rows);
    return status;
}

/* ---- facts are found */

#define FACT_COLUMNS                                                                               \
    "source, hash, call_id, linked_id, file, caller, started_ms, answered_ms, agent, customer,"    \
    " queue, direction, hold_start_ms, hold_end_ms"
enum { FACT_COLUMN_COUNT = 14 };
#define WATCH "(SELECT id FROM fact_watches WHERE path = ?2)"
/* Neither sorted nor made distinct by the database, which would cost more than all the rest. */
CQA_SQL_STATEMENT(find_by_id, "tit", FACT_COLUMN_COUNT,
                  "SELECT " FACT_COLUMNS " FROM facts WHERE call_id = ?1 AND watch = ?2"
                  " UNION ALL SELECT " FACT_COLUMNS " FROM facts WHERE linked_id = ?1"
                  " AND watch = ?2 UNION ALL SELECT " FACT_COLUMNS " FROM facts WHERE file = ?1"
                  " AND watch = ?2 UNION ALL SELECT " FACT_COLUMNS " FROM facts WHERE file = ?3"
                  " AND watch = ?2");
CQA_SQL_STATEMENT(find_by_caller, "ttiii", FACT_COLUMN_COUNT,
                  "SELECT " FACT_COLUMNS " FROM facts WHERE caller = ?1 AND watch = " WATCH
                  " AND started_ms BETWEEN ?3 AND ?4"
                  " ORDER BY started_ms, source, origin, hash LIMIT ?5");
CQA_SQL_STATEMENT(last_fact, "", 1, "SELECT coalesce(max(id), 0) FROM facts");
CQA_SQL_STATEMENT(others_by_caller, "ttiit", 1,
                  "SELECT count(*) FROM fact_links WHERE caller = ?1 AND watch = " WATCH
                  " AND begun_ms BETWEEN ?3 AND ?4 AND call_id <> ?5");

struct finding {
    const struct cqa_facts_wish *wish;
    struct cqa_store *store;
    struct cqa_arena *arena;
    struct cqa_fact *out;
    size_t count;
    int by_time;
    int64_t *last;
};

static enum cqa_status read_fact(const struct cqa_sql_rows *rows, struct cqa_arena *arena,
                                 struct cqa_fact *out, struct cqa_error *error)
{
    const char **const texts[] = {&out->id,    &out->linked_id, &out->file,  &out->caller,
                                  &out->agent, &out->customer,  &out->queue, &out->direction};
    static const int columns[] = {2, 3, 4, 5, 8, 9, 10, 11};
    const int source = cqa_sql_word(rows, 0, cqa_fact_source_words);
    const int64_t hash = cqa_sql_int(rows, 1);

    *out = (struct cqa_fact){.source = source < 0 ? CQA_FACT_CDR : (enum cqa_fact_source)source,
                             .started_ms = cqa_sql_int(rows, 6),
                             .answered_ms = cqa_sql_int(rows, 7),
                             .hold_start_ms = cqa_sql_int(rows, 12),
                             .hold_end_ms = cqa_sql_int(rows, 13)};
    memcpy(&out->hash, &hash, sizeof hash);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        *texts[i] = cqa_sql_copy(rows, columns[i], arena);
        if (*texts[i] == NULL && !cqa_sql_is_null(rows, columns[i]))
            return cqa_fail(error, CQA_E_NOMEM, "no memory for a fact");
    }
    return CQA_OK;
}

static int has_fact(const struct finding *finding, const struct cqa_fact *fact)
{
    for (size_t i = 0; i < finding->count; i++)
        if (finding->out[i].hash == fact->hash)
            return 1;
    return 0;
}

/* Reads what a statement found, each row once, and ends it. */
static enum cqa_status read_found(struct finding *finding, struct cqa_sql_rows *rows,
                                  enum cqa_status status, struct cqa_error *error)
{
    while (status == CQA_OK && finding->count < CQA_FACTS_MAX &&
           cqa_sql_next(rows, &status, error)) {
        struct cqa_fact *fact = &finding->out[finding->count];
        status = read_fact(rows, finding->arena, fact, error);
        finding->count += (size_t)!has_fact(finding, fact);
    }
    cqa_sql_end(rows);
    return status;
}

/* In an order that does not depend on when they came. */
static int by_start(const void *left, const void *right)
{
    const struct cqa_fact *a = left;
    const struct cqa_fact *b = right;

    if (a->started_ms != b->started_ms)
        return a->started_ms < b->started_ms ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    return a->hash < b->hash ? -1 : a->hash > b->hash;
}

/* By caller and time: only where no other recording could own them as well. */
static enum cqa_status find_by_time(struct cqa_sql *sql, struct finding *finding,
                                    struct cqa_error *error)
{
    const struct cqa_facts_wish *wish = finding->wish;
    const int64_t from_ms = wish->begun_ms - wish->within_ms;
    const int64_t to_ms = wish->begun_ms + wish->within_ms;
    struct cqa_sql_rows *rows = NULL;
    int64_t others = 0;

    if (wish->caller == NULL || wish->begun_ms == 0)
        return CQA_OK;
    enum cqa_status status = cqa_sql_number(sql, &others, error, &others_by_caller, wish->caller,
                                            wish->watch, from_ms, to_ms, wish->call_id);
    if (status != CQA_OK)
        return status;
    finding->by_time = 1;
    if (others > 0)
        return CQA_OK;
    status = cqa_sql_start(sql, &rows, error, &find_by_caller, wish->caller, wish->watch, from_ms,
                           to_ms, (int64_t)CQA_FACTS_MAX);
    return read_found(finding, rows, status, error);
}

/* The number of a watched folder, asked for once: it never changes. */
static enum cqa_status known_watch(struct cqa_store *store, const char *path, int64_t *out,
                                   struct cqa_error *error)
{
    if (store->watch == 0 || strcmp(store->watch_path, path) != 0) {
        const enum cqa_status status = number_watch(store->sql, path, 0, &store->watch, error);
        if (status != CQA_OK)
            return status;
        (void)snprintf(store->watch_path, sizeof store->watch_path, "%s", path);
    }
    *out = store->watch;
    return CQA_OK;
}

static enum cqa_status find_all(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct finding *finding = context;
    const struct cqa_facts_wish *wish = finding->wish;
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = CQA_OK;
    int64_t watch = 0;

    finding->count = 0;
    finding->by_time = 0;
    if (finding->last != NULL)
        status = cqa_sql_number(sql, finding->last, error, &last_fact);
    if (status == CQA_OK)
        status = known_watch(finding->store, wish->watch, &watch, error);
    if (status == CQA_OK)
        status = cqa_sql_start(sql, &rows, error, &find_by_id, wish->call_id, watch, wish->file);
    status = read_found(finding, rows, status, error);
    if (status == CQA_OK && finding->count == 0)
        status = find_by_time(sql, finding, error);
    if (finding->count > 1)
        qsort(finding->out, finding->count, sizeof *finding->out, by_start);
    return status;
}

enum cqa_status cqa_facts_find(struct cqa_store *store, const struct cqa_facts_wish *wish,
                               struct cqa_arena *arena, struct cqa_fact out[CQA_FACTS_MAX],
                               size_t *count, int *by_time, int64_t *last, struct cqa_error *error)
{
    struct finding finding = {
        .wish = wish, .store = store, .arena = arena, .out = out, .last = last};
    const enum cqa_status status =
        cqa_sql_transaction(store->sql, CQA_SQL_READ, find_all, &finding, error);

    *count = finding.count;
    *by_time = finding.by_time;
    return status;
}

/* ---- what a result was made with */

CQA_SQL_STATEMENT(write_link, "iittttiiitii", 0,
                  "INSERT OR REPLACE INTO fact_links (recording_id, watch, call_id, file, caller,"
                  " facts, begun_ms, sidecar, made_ms, lines, look_ms, due)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
                  " EXISTS (SELECT 1 FROM facts WHERE id > ?12)"
                  " OR EXISTS (SELECT 1 FROM copies WHERE recording_id = ?1))");
CQA_SQL_STATEMENT(mark_others, "tiiit", 0,
                  "UPDATE fact_links SET due = 1 WHERE caller = ?1 AND watch = ?2"
                  " AND begun_ms BETWEEN ?3 AND ?4 AND call_id <> ?5 AND NOT due");

enum cqa_status cqa_facts_link(struct cqa_sql *sql, int64_t id, const struct cqa_facts_link *link,
                               int64_t now_ms, struct cqa_error *error)
{
    const struct cqa_facts_wish *keys = &link->keys;
    int64_t watch = 0;
    enum cqa_status status = number_watch(sql, keys->watch, 1, &watch, error);

    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &write_link, id, watch, keys->call_id, keys->file,
                            keys->caller, link->facts, keys->begun_ms, link->sidecar, now_ms,
                            link->lines, link->look_ms, link->last);
    if (status == CQA_OK && keys->caller != NULL && keys->begun_ms > 0 && link->by_time)
        status = cqa_sql_do(sql, error, &mark_others, keys->caller, watch,
                            keys->begun_ms - keys->within_ms, keys->begun_ms + keys->within_ms,
                            keys->call_id);
    return status;
}

/* ---- looking again */

#define DUE                                                                                        \
    "SELECT l.recording_id, r.path, r.call_id, l.facts, l.lines, l.sidecar, l.made_ms, l.due"      \
    " FROM fact_links AS l"
#define SCORED                                                                                     \
    " JOIN recordings AS r ON r.id = l.recording_id JOIN fact_watches AS w ON w.path = ?1"         \
    " WHERE r.state = 'scored' AND NOT r.gone"
enum { DUE_COLUMN_COUNT = 8 };
CQA_SQL_STATEMENT(list_marked, "ti", DUE_COLUMN_COUNT,
                  DUE " INDEXED BY fact_links_due" SCORED " AND l.due AND l.watch = w.id LIMIT ?2");
CQA_SQL_STATEMENT(list_timed, "tii", DUE_COLUMN_COUNT,
                  DUE " INDEXED BY fact_links_look" SCORED " AND l.look_ms > 0 AND l.look_ms <= ?3"
                      " AND l.watch = w.id AND NOT l.due LIMIT ?2");
CQA_SQL_STATEMENT(list_all, "tii", DUE_COLUMN_COUNT,
                  DUE SCORED " AND l.recording_id > ?3 AND l.watch = w.id"
                             " ORDER BY l.recording_id LIMIT ?2");

static enum cqa_status read_due(const struct cqa_sql_rows *rows, struct cqa_arena *arena,
                                struct cqa_facts_due *out, struct cqa_error *error)
{
    *out = (struct cqa_facts_due){.id = cqa_sql_int(rows, 0),
                                  .path = cqa_sql_copy(rows, 1, arena),
                                  .call_id = cqa_sql_copy(rows, 2, arena),
                                  .sidecar = cqa_sql_int(rows, 5),
                                  .made_ms = cqa_sql_int(rows, 6),
                                  .is_due = cqa_sql_int(rows, 7) != 0};
    (void)snprintf(out->facts, sizeof out->facts, "%s", cqa_sql_text(rows, 3));
    (void)snprintf(out->lines, sizeof out->lines, "%s", cqa_sql_text(rows, 4));
    return out->path != NULL && out->call_id != NULL
               ? CQA_OK
               : cqa_fail(error, CQA_E_NOMEM, "no memory for a recording");
}

static enum cqa_status read_list(struct cqa_sql_rows *rows, enum cqa_status status, size_t limit,
                                 struct cqa_arena *arena, struct cqa_facts_due *out, size_t *count,
                                 struct cqa_error *error)
{
    while (status == CQA_OK && *count < limit && cqa_sql_next(rows, &status, error))
        status = read_due(rows, arena, &out[(*count)++], error);
    cqa_sql_end(rows);
    return status;
}

enum cqa_status cqa_facts_due(struct cqa_store *store, const char *watch, int everything,
                              int64_t after, int64_t now_ms, size_t limit, struct cqa_arena *arena,
                              struct cqa_facts_due *out, size_t *count, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status;

    *count = 0;
    if (everything) {
        status = cqa_sql_start(store->sql, &rows, error, &list_all, watch, (int64_t)limit, after);
        return read_list(rows, status, limit, arena, out, count, error);
    }
    status = cqa_sql_start(store->sql, &rows, error, &list_marked, watch, (int64_t)limit);
    status = read_list(rows, status, limit, arena, out, count, error);
    rows = NULL;
    if (status == CQA_OK && *count < limit)
        status = cqa_sql_start(store->sql, &rows, error, &list_timed, watch,
                               (int64_t)(limit - *count), now_ms);
    return status == CQA_OK ? read_list(rows, status, limit, arena, out, count, error) : status;
}

CQA_SQL_STATEMENT(look_later, "iii", 0,
                  "UPDATE fact_links SET due = 0, look_ms = ?1, sidecar = ?2"
                  " WHERE recording_id = ?3");
/* Many at once: each statement makes tables anew for what the schema allows a state to be. */
CQA_SQL_STATEMENT(look_no_more, "t", 0,
                  "UPDATE fact_links SET due = 0, look_ms = 0, sidecar = 0"
                  " WHERE recording_id IN (SELECT value FROM json_each(?1))");
CQA_SQL_STATEMENT(ask_again, "it", 0,
                  "UPDATE recordings SET state = 'ready', asked = 'again', attempts = 0,"
                  " deaths = 0, abandoned = 0, not_before_ms = 0, reason = NULL, text = NULL,"
                  " changed_ms = ?1 WHERE id IN (SELECT value FROM json_each(?2))"
                  " AND state = 'scored' AND NOT gone");

enum { IDS_BYTES_MAX = 1 << 20 };

struct looking {
    const struct cqa_facts_looked *looked;
    size_t count;
    int64_t now_ms;
    size_t requeued;
};

static int is_looked_no_more(const struct cqa_facts_looked *looked)
{
    return looked->look_ms == 0 && looked->sidecar == 0;
}

static int differs(const struct cqa_facts_looked *looked)
{
    return looked->differs;
}

/* "[1,2]": those that `is_one` holds of. */
static void list_ids(const struct looking *looking,
                     int (*is_one)(const struct cqa_facts_looked *looked), struct cqa_buffer *out)
{
    char mark = '[';

    for (size_t i = 0; i < looking->count; i++)
        if (is_one(&looking->looked[i])) {
            (void)cqa_buffer_print(out, "%c%" PRId64, mark, looking->looked[i].id);
            mark = ',';
        }
    (void)cqa_buffer_print(out, mark == '[' ? "[]" : "]");
}

static enum cqa_status write_looked(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct looking *looking = context;
    struct cqa_buffer lists[2] = {{.limit = IDS_BYTES_MAX}, {.limit = IDS_BYTES_MAX}};
    enum cqa_status status = CQA_OK;

    looking->requeued = 0;
    list_ids(looking, is_looked_no_more, &lists[0]);
    list_ids(looking, differs, &lists[1]);
    if (lists[0].failed || lists[1].failed)
        status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    for (size_t i = 0; status == CQA_OK && i < looking->count; i++) {
        const struct cqa_facts_looked *looked = &looking->looked[i];
        if (!is_looked_no_more(looked))
            status =
                cqa_sql_do(sql, error, &look_later, looked->look_ms, looked->sidecar, looked->id);
    }
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &look_no_more, lists[0].text);
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &ask_again, looking->now_ms, lists[1].text);
    if (status == CQA_OK)
        looking->requeued = (size_t)cqa_sql_changes(sql);
    cqa_buffer_finish(&lists[0]);
    cqa_buffer_finish(&lists[1]);
    return status;
}

enum cqa_status cqa_facts_looked(struct cqa_store *store, const struct cqa_facts_looked *looked,
                                 size_t count, int64_t now_ms, size_t *requeued,
                                 struct cqa_error *error)
{
    struct looking looking = {looked, count, now_ms, 0};
    const enum cqa_status status =
        cqa_sql_transaction(store->sql, CQA_SQL_WRITE, write_looked, &looking, error);

    *requeued = looking.requeued;
    return status;
}

CQA_SQL_STATEMENT(
    next_look, "", 1,
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM fact_links AS l JOIN recordings AS r"
    "   ON r.id = l.recording_id WHERE l.due AND r.state = 'scored' AND NOT r.gone)"
    " THEN 1 ELSE coalesce((SELECT min(look_ms) FROM fact_links WHERE look_ms > 0), 0)"
    " END");
CQA_SQL_STATEMENT(drop_facts, "ii", 0,
                  "DELETE FROM facts WHERE id IN (SELECT id FROM facts WHERE started_ms < ?1"
                  " AND seen_ms < ?1 LIMIT ?2)");

enum cqa_status cqa_facts_next(struct cqa_store *store, int64_t *at_ms, struct cqa_error *error)
{
    *at_ms = 0;
    return cqa_sql_number(store->sql, at_ms, error, &next_look);
}

enum cqa_status cqa_facts_forget(struct cqa_store *store, int64_t before_ms, size_t limit,
                                 struct cqa_error *error)
{
    return cqa_sql_do(store->sql, error, &drop_facts, before_ms, (int64_t)limit);
}
