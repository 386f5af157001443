/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_STORE_INTERNAL_H
#define CQA_SERVER_STORE_INTERNAL_H

#include "server/db.h"
#include "server/store.h"

/* What the store_*.c files share. */

/* The one connection that writes, inside a transaction; hand it back with cqa_scores_commit or
 * _rollback. */
enum cqa_status cqa_scores_begin(struct cqa_scores *scores, struct cqa_db **out,
                                 struct cqa_error *error) CQA_MUST_CHECK;
enum cqa_status cqa_scores_commit(struct cqa_scores *scores,
                                  struct cqa_error *error) CQA_MUST_CHECK;
void cqa_scores_rollback(struct cqa_scores *scores);

/* Commits when `status` is CQA_OK, else rolls back. Returns what came of it. */
enum cqa_status cqa_scores_end(struct cqa_scores *scores, enum cqa_status status,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* A connection that reads, until cqa_scores_give. */
enum cqa_status cqa_scores_take(struct cqa_scores *scores, struct cqa_db **out,
                                struct cqa_error *error) CQA_MUST_CHECK;
void cqa_scores_give(struct cqa_scores *scores, struct cqa_db *db);

/*
 * A list read on a connection of its own: start (as cqa_db_start), go on while cqa_list_next, with
 * the row in `row`; cqa_list_end says what came of it, CQA_OK also when the list was left early.
 */
struct cqa_list {
    struct cqa_db *db;
    sqlite3_stmt *row;
    enum cqa_status status;
};
void cqa_list_start(struct cqa_scores *scores, struct cqa_list *list, struct cqa_error *error,
                    const char *sql, const char *format, ...);
int cqa_list_next(struct cqa_list *list, struct cqa_error *error);
enum cqa_status cqa_list_end(struct cqa_scores *scores, struct cqa_list *list) CQA_MUST_CHECK;

int64_t cqa_scores_now_ms(const struct cqa_scores *scores);

/* Who is to be told what; NULL: nobody. */
struct cqa_notice_config;
const struct cqa_notice_config *cqa_scores_notices(const struct cqa_scores *scores);

/* Counts a call's flags and works out its decided total anew, after its flags or decisions changed.
 */
enum cqa_status cqa_scores_refresh_totals(struct cqa_db *db, int64_t call,
                                          struct cqa_error *error) CQA_MUST_CHECK;

/* What the rubric of call `c` says of the rule of flag `f`, as `q`: nothing where it is not known.
 */
#define CQA_RULE_JOIN                                                                              \
    " LEFT JOIN rubric_rules q ON q.rubric = c.rubric AND q.version = c.rubric_version"            \
    " AND q.rule = f.rule"

/* ---- SQL put together at run time: text with its values beside it */

enum { CQA_QUERY_VALUES_MAX = 48 };

struct cqa_query {
    struct cqa_buffer sql;
    struct {
        const char *text; /* NULL: the number */
        int64_t number;
        const void *object; /* NULL: not one */
    } values[CQA_QUERY_VALUES_MAX];
    int count;
};

/* Adds SQL text, and one `?` value where the text has one. Text values are borrowed until the query
 * has run. */
void cqa_query_add(struct cqa_query *query, const char *sql);
void cqa_query_text(struct cqa_query *query, const char *sql, const char *value);
void cqa_query_number(struct cqa_query *query, const char *sql, int64_t value);

/* Adds " AND …" so that only what starts in the shift is left (NULL: everything); `column` holds ms
 * since 1970. The shift is borrowed until the query has run. */
void cqa_query_shift(struct cqa_query *query, const char *column, const struct cqa_shift *shift);

/* Adds " AND …" so that only what the scope allows is left; `alias` is the calls or flags table's.
 */
void cqa_query_scope(struct cqa_query *query, const char *alias, const struct cqa_scope *scope);

/* Prepares and binds; the statement is owned, free with sqlite3_finalize. */
enum cqa_status cqa_query_start(struct cqa_query *query, struct cqa_db *db, sqlite3_stmt **out,
                                struct cqa_error *error) CQA_MUST_CHECK;
void cqa_query_finish(struct cqa_query *query);

#endif
