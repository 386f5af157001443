/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_STORE_INTERNAL_H
#define CQA_SCORES_STORE_INTERNAL_H

#include <pthread.h>
#include "scores/audit_key.h"
#include "scores/store.h"
#include "sql/sql.h"

/* What the store_*.c files share. */

/*
 * Runs `body` on the one connection that writes, as cqa_sql_transaction: it may be run again, and
 * sets whatever it hands out anew each time.
 */
enum cqa_status cqa_scores_write(struct cqa_scores *scores, cqa_sql_body *body, void *context,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* The same of what is as good a little later: while somebody else writes, or nothing can be
 * written, it is left. What every request notes keeps none waiting for a long transaction, and who
 * reads is answered on a full disk. */
void cqa_scores_note(struct cqa_scores *scores, cqa_sql_body *body, void *context);

/* The same of what can be left: CQA_E_BUSY where this server writes something else for so long. */
enum cqa_status cqa_scores_write_soon(struct cqa_scores *scores, int wait_ms, cqa_sql_body *body,
                                      void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* A connection that reads, until cqa_scores_give. */
enum cqa_status cqa_scores_take(struct cqa_scores *scores, struct cqa_sql **out,
                                struct cqa_error *error) CQA_MUST_CHECK;
void cqa_scores_give(struct cqa_scores *scores, struct cqa_sql *db);

/* Runs `body`, which only reads, on such a connection: all that it reads, and that this thread
 * reads meanwhile, is of one moment. May be run again, as cqa_scores_write. */
enum cqa_status cqa_scores_look(struct cqa_scores *scores, cqa_sql_body *body, void *context,
                                struct cqa_error *error) CQA_MUST_CHECK;

/*
 * The one walk over rows, on a connection of its own: start it (with the statement's values as
 * cqa_sql_start takes them), go on while cqa_list_next, with the row in `row`; cqa_list_end says
 * what came of it, CQA_OK also when the list was left early. A query that is put together at run
 * time is made between cqa_list_take, which gives the connection (NULL: none, `status` says why,
 * and nothing is to be ended), and cqa_list_ask, whose list finishes it.
 */
struct cqa_query;
struct cqa_list {
    struct cqa_sql *db;
    struct cqa_sql_rows *row;
    struct cqa_query *query; /* NULL: none of its own */
    enum cqa_status status;
};
void cqa_list_start(struct cqa_scores *scores, struct cqa_list *list, struct cqa_error *error,
                    const struct cqa_sql_statement *statement, ...);
struct cqa_sql *cqa_list_take(struct cqa_scores *scores, struct cqa_list *list,
                              struct cqa_error *error) CQA_MUST_CHECK;
void cqa_list_ask(struct cqa_list *list, struct cqa_query *query, int columns,
                  struct cqa_error *error);
int cqa_list_next(struct cqa_list *list, struct cqa_error *error);
/* Where one row is to be there: 0 with CQA_E_NOTFOUND for the list's end, when none is. */
int cqa_list_first(struct cqa_list *list, struct cqa_error *error);
enum cqa_status cqa_list_end(struct cqa_scores *scores, struct cqa_list *list) CQA_MUST_CHECK;

/* CQA_OK: a row is there; CQA_E_NOTFOUND: no more. */
enum cqa_status cqa_row_step(struct cqa_sql_rows *row, struct cqa_error *error) CQA_MUST_CHECK;

/* A text of the row, "" where it is null; borrowed until the next row. */
const char *cqa_row_text(const struct cqa_sql_rows *row, int column);

/* As cqa_sql_number; CQA_E_NOTFOUND when there is no row. */
enum cqa_status cqa_scores_find(struct cqa_sql *db, int64_t *out, struct cqa_error *error,
                                const struct cqa_sql_statement *statement, ...) CQA_MUST_CHECK;

/* With which audit rows are chained; all zero: without one. */
struct cqa_audit_key *cqa_scores_audit_key(struct cqa_scores *scores);

/* By which passwords are set; never NULL. */
struct cqa_password_rules;
const struct cqa_password_rules *cqa_scores_password_rules(const struct cqa_scores *scores);

int64_t cqa_scores_now_ms(const struct cqa_scores *scores);

/* PostgreSQL's place, as sql/ takes it; and whether something is being copied into it (copy.h). */
struct cqa_sql_place cqa_scores_sql_place(const struct cqa_store_place *place);
enum cqa_status cqa_copy_is_begun(struct cqa_sql *sql, int64_t *out,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* Names this server among those that may share the store, until it ends; whether there may be any.
 */
const char *cqa_scores_self(const struct cqa_scores *scores);
int cqa_scores_is_shared(const struct cqa_scores *scores);

/* One thing kept in memory beside the store. `lock` is held while `thing` is looked at or
 * exchanged; `finish` ends it when the store is closed. */
struct cqa_scores_slot {
    pthread_mutex_t lock;
    void *thing; /* NULL: nothing */
    void (*finish)(struct cqa_scores_slot *slot, void *thing);
};
struct cqa_scores_slot *cqa_scores_slot(struct cqa_scores *scores);

/* Who is to be told what; NULL: nobody. */
struct cqa_notice_config;
const struct cqa_notice_config *cqa_scores_notices(const struct cqa_scores *scores);

/* Counts a call's flags and works out its decided total anew, after its flags or decisions changed.
 */
enum cqa_status cqa_scores_refresh_totals(struct cqa_sql *db, int64_t call,
                                          struct cqa_error *error) CQA_MUST_CHECK;

/* How many of the points that flag `flag` (0: none yet) is to cost fit under the caps beside what
 * the call's other flags cost; `cap_c` is the rule's, or CQA_NO_CAP. */
enum cqa_status cqa_scores_room(struct cqa_sql *db, int64_t call, int64_t flag, const char *rule,
                                int64_t cap_c, int64_t *room_c,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* A flag, its columns named with `f`, fails its call: points changed to 0 take that back as well.
 */
#define CQA_FLAG_FAILS(f)                                                                          \
    "(" f "automatic_fail <> 0 AND " f "state <> 2 AND NOT (" f "state = 3 AND " f "decided_c = "  \
    "0))"

/* It costs something, in points or by failing the call. */
#define CQA_FLAG_COSTS(f) "(coalesce(" f "decided_c, " f "points_c) > 0 OR " CQA_FLAG_FAILS(f) ")"

/* The day (yyyymmdd), a column, is closed: what is open there waits for nobody any more. */
#define CQA_DAY_IS_CLOSED(day)                                                                     \
    "EXISTS(SELECT 1 FROM periods cl WHERE cl.from_day <= " day " AND " day " < cl.to_day)"

/* What the rubric of call `c` says of the rule of flag `f`, as `q`: nothing where it is not known.
 */
#define CQA_RULE_JOIN                                                                              \
    " LEFT JOIN rubric_rules q ON q.rubric = c.rubric AND q.version = c.rubric_version"            \
    " AND q.rule = f.rule"

/* ---- SQL put together at run time: text with its values beside it */

enum { CQA_QUERY_VALUES_MAX = 48 };

struct cqa_query {
    struct cqa_buffer sql;
    struct cqa_sql_value values[CQA_QUERY_VALUES_MAX];
    char types[CQA_QUERY_VALUES_MAX + 1];
    int count;
    struct cqa_sql_statement statement;
};

/* Adds SQL text, and one `?` value where the text has one. Text values are borrowed until the query
 * has run. */
void cqa_query_add(struct cqa_query *query, const char *sql);
void cqa_query_text(struct cqa_query *query, const char *sql, const char *value);
void cqa_query_number(struct cqa_query *query, const char *sql, int64_t value);

/* Behind a table's name: the index to walk along, where the database wants to be told. */
void cqa_query_index(struct cqa_query *query, const struct cqa_sql *db, const char *name);

/* Adds " AND …" so that only what starts in the shift is left (NULL: everything); `column` holds ms
 * since 1970. */
void cqa_query_shift(struct cqa_query *query, struct cqa_sql *db, const char *column,
                     const struct cqa_shift *shift);

/* Adds " AND …" so that only what the scope allows is left; `alias` is the calls or flags table's.
 */
void cqa_query_scope(struct cqa_query *query, const char *alias, const struct cqa_scope *scope);

/* Adds " WHERE …" and what order of the calls `c` the filter asks for, within the scope. */
void cqa_query_calls(struct cqa_query *query, struct cqa_sql *db, const struct cqa_scope *scope,
                     const struct cqa_call_filter *filter);

/* Starts it; a row has so many columns. The rows are to be ended (cqa_sql_end) before the query is
 * finished. */
enum cqa_status cqa_query_start(struct cqa_query *query, struct cqa_sql *db, int columns,
                                struct cqa_sql_rows **out, struct cqa_error *error) CQA_MUST_CHECK;

/* Runs one without rows, inside a transaction. */
enum cqa_status cqa_query_do(struct cqa_query *query, struct cqa_sql *db,
                             struct cqa_error *error) CQA_MUST_CHECK;
void cqa_query_finish(struct cqa_query *query);

#endif
