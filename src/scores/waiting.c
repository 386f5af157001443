/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "scores/store_internal.h"
#include "scores/waiting.h"
#include "scores/when.h"

/* Today by the clocks of `zone`, yyyymmdd. */
static int64_t today(const struct cqa_scores *scores, const struct cqa_zone *zone)
{
    char text[CQA_ZONE_TEXT_SIZE];

    cqa_zone_format(zone, cqa_scores_now_ms(scores) / 1000, text);
    text[text[0] ? strlen("2025-11-20") : 0] = '\0';
    return cqa_when_read_day(text);
}

static enum cqa_status count(struct cqa_query *query, struct cqa_sql *db, int64_t *out,
                             struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_query_start(query, db, 1, &row, error);

    if (status == CQA_OK && cqa_sql_next(row, &status, error))
        *out = cqa_sql_int(row, 0);
    cqa_sql_end(row);
    cqa_query_finish(query);
    return status;
}

static enum cqa_status count_objections(struct cqa_sql *db, const struct cqa_scope *scope,
                                        int64_t *out, struct cqa_error *error)
{
    struct cqa_query query = {0};

    cqa_query_add(&query, "SELECT count(*) FROM objections o JOIN calls c ON c.id = o.call"
                          " WHERE o.outcome = 0 AND NOT " CQA_DAY_IS_CLOSED("c.day"));
    cqa_query_scope(&query, "c", scope);
    return count(&query, db, out, error);
}

static enum cqa_status count_follow_ups(struct cqa_sql *db, const struct cqa_scope *scope,
                                        int64_t day, int64_t *out, struct cqa_error *error)
{
    struct cqa_query query = {0};

    cqa_query_number(&query,
                     "SELECT count(*) FROM coaching n WHERE n.follow_day IS NOT NULL"
                     " AND n.done_ms IS NULL AND n.follow_day <= ?",
                     day);
    cqa_query_scope(&query, "n", scope);
    return count(&query, db, out, error);
}

static enum cqa_status count_samples(struct cqa_sql *db, int64_t user, int64_t *out,
                                     struct cqa_error *error)
{
    struct cqa_query query = {0};

    cqa_query_number(&query, "SELECT count(*) FROM samples WHERE done_ms IS NULL AND auditor = ?",
                     user);
    return count(&query, db, out, error);
}

enum cqa_status cqa_waiting_read(struct cqa_scores *scores, const struct cqa_identity *who,
                                 const struct cqa_zone *zone, struct cqa_waiting *out,
                                 struct cqa_error *error)
{
    const struct cqa_scope scope = cqa_identity_scope(who);
    const int is_lead = who->role == CQA_ACCOUNT_LEAD;
    struct cqa_sql *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    *out = (struct cqa_waiting){0};
    if (status != CQA_OK)
        return status;
    if (is_lead)
        status = count_objections(db, &scope, &out->objections, error);
    if (status == CQA_OK && is_lead)
        status = count_follow_ups(db, &scope, today(scores, zone), &out->follow_ups, error);
    if (status == CQA_OK)
        status = count_samples(db, who->user, &out->samples, error);
    cqa_scores_give(scores, db);
    return status;
}
