/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/refused.h"

#include <sys/stat.h>
#include "store/rows.h"

/* ---- the list */

enum { PAGE_ROWS = 256 };

CQA_SQL_STATEMENT(list_owed, "ii", 11,
                  "SELECT d.id, d.state, d.key, r.path, r.call_id, d.text, d.aside, d.attempts,"
                  " d.http_status, d.made_ms, d.next_ms FROM deliveries AS d"
                  " JOIN recordings AS r ON r.id = d.recording_id WHERE d.id > ?1"
                  " AND d.state IN ('pending', 'in_flight', 'quarantined') ORDER BY d.id LIMIT ?2");

static enum cqa_status start_owed(struct cqa_store *store, const void *wish, int64_t after,
                                  struct cqa_sql_rows **rows, struct cqa_error *error)
{
    (void)wish;
    return cqa_sql_start(store->sql, rows, error, &list_owed, after, (int64_t)PAGE_ROWS);
}

static enum cqa_status read_owed(const struct cqa_sql_rows *rows, struct cqa_arena *arena,
                                 void *row, struct cqa_error *error)
{
    struct cqa_owed *out = row;
    const int state = cqa_sql_word(rows, 1, cqa_delivery_state_words);

    *out = (struct cqa_owed){
        .id = cqa_sql_int(rows, 0),
        .state = state < 0 ? CQA_DELIVERY_PENDING : (enum cqa_delivery_state)state,
        .key = cqa_sql_copy(rows, 2, arena),
        .path = cqa_sql_copy(rows, 3, arena),
        .call_id = cqa_sql_copy(rows, 4, arena),
        .text = cqa_sql_copy(rows, 5, arena),
        .aside = (int)cqa_sql_int(rows, 6),
        .attempts = (int)cqa_sql_int(rows, 7),
        .http_status = (int)cqa_sql_int(rows, 8),
        .made_ms = cqa_sql_int(rows, 9),
        .next_ms = cqa_sql_int(rows, 10),
    };
    return out->path == NULL || out->call_id == NULL
               ? cqa_fail(error, CQA_E_NOMEM, "no memory for a delivery")
               : CQA_OK;
}

struct showing {
    cqa_owed_visit *visit;
    void *context;
};

static int show_owed(void *context, const void *row)
{
    const struct showing *showing = context;

    return showing->visit(showing->context, row);
}

enum cqa_status cqa_owed_each(struct cqa_store *store, cqa_owed_visit *visit, void *context,
                              struct cqa_error *error)
{
    static const struct cqa_listing listing = {start_owed, read_owed, show_owed,
                                               sizeof(struct cqa_owed), PAGE_ROWS};
    struct showing showing = {visit, context};

    return cqa_rows_each(store, &listing, NULL, &showing, error);
}

/* ---- another chance */

CQA_SQL_STATEMENT(hurry_due, "", 0,
                  "UPDATE deliveries INDEXED BY deliveries_due SET next_ms = 0"
                  " WHERE state = 'pending' AND aside = 0 AND next_ms > 0");
CQA_SQL_STATEMENT(hurry_aside, "", 0,
                  "UPDATE deliveries INDEXED BY deliveries_aside SET next_ms = 0"
                  " WHERE state = 'pending' AND aside > 0 AND next_ms > 0");
#define REOPEN                                                                                     \
    "UPDATE deliveries SET state = 'pending', next_ms = 0, aside = max(aside, 1),"                 \
    " refused_by = NULL WHERE state = 'quarantined'"
/* The server's part of the versions counts where it is known. */
CQA_SQL_STATEMENT(reopen_other, "t", 0,
                  REOPEN " AND ifnull(refused_by, '') <> ?1 AND (substr(?1, -1) <> '/'"
                         "  OR instr(ifnull(refused_by, ''), ?1) <> 1)");
CQA_SQL_STATEMENT(reopen_all, "", 0, REOPEN);
CQA_SQL_STATEMENT(reopen_one, "i", 0, REOPEN " AND id = ?1");

static enum cqa_status hurry(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_do(sql, error, &hurry_due);

    (void)context;
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &hurry_aside);
    return status;
}

enum cqa_status cqa_owed_hurry(struct cqa_store *store, struct cqa_error *error)
{
    return cqa_store_send(store, hurry, NULL, error);
}

/* Nobody ever writes into the lock's file: when that was is free to be the sign. */
enum cqa_status cqa_owed_call(struct cqa_store *store, struct cqa_error *error)
{
    return futimens(store->lock_fd, NULL) == 0 ? CQA_OK
                                               : cqa_fail_errno(error, "calling the sender");
}

int64_t cqa_owed_called(const struct cqa_store *store)
{
    struct stat facts;

    return fstat(store->lock_fd, &facts) == 0
               ? (int64_t)facts.st_mtim.tv_sec * 1000000000 + facts.st_mtim.tv_nsec
               : 0;
}

struct reopening {
    const char *by;
    const int64_t *ids;
    size_t id_count;
    int64_t count;
};

static enum cqa_status reopen(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct reopening *reopening = context;
    const enum cqa_status status = reopening->by != NULL
                                       ? cqa_sql_do(sql, error, &reopen_other, reopening->by)
                                       : cqa_sql_do(sql, error, &reopen_all);

    reopening->count = cqa_sql_changes(sql);
    return status;
}

enum cqa_status cqa_refused_again(struct cqa_store *store, const char *by, int64_t *count,
                                  struct cqa_error *error)
{
    struct reopening reopening = {.by = by};
    const enum cqa_status status = cqa_store_send(store, reopen, &reopening, error);

    *count = status == CQA_OK ? reopening.count : 0;
    return status;
}

static enum cqa_status reopen_listed(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct reopening *reopening = context;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < reopening->id_count; i++)
        status = cqa_sql_do(sql, error, &reopen_one, reopening->ids[i]);
    return status;
}

enum cqa_status cqa_refused_reopen(struct cqa_store *store, const int64_t *ids, size_t count,
                                   struct cqa_error *error)
{
    struct reopening reopening = {.ids = ids, .id_count = count};

    return cqa_store_send(store, reopen_listed, &reopening, error);
}
