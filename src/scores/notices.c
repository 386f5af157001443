/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "post/post.h"
#include "post/signature.h"
#include "scores/audit.h"
#include "scores/notices.h"
#include "scores/store_internal.h"
#include "scores/when.h"

static const char ACTOR[] = "callqa-server";

/* How long a notice is its server's alone: several tries' time, and what clocks may differ by. */
enum { TAKEN_MS = 60000 };

/* {"type", "timestamp", "data"}, as Standard Webhooks advises. Takes `data`. Owned, free with free.
 */
static char *write_body(enum cqa_notice_event event, json_t *data, int64_t now_ms)
{
    char at[CQA_WHEN_SIZE];

    cqa_when_write(now_ms, at);
    json_t *body = json_pack("{s:s, s:s, s:o}", "type", cqa_notice_words[event], "timestamp", at,
                             "data", data);
    char *text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    return text;
}

static json_t *data_of(const struct cqa_notice *notice, const char *public_url)
{
    char link[256];
    size_t base = public_url ? strlen(public_url) : 0;

    while (base > 0 && public_url[base - 1] == '/')
        base--;
    snprintf(link, sizeof link, "%.*s/#/call/~%lld?flag=%lld", (int)base,
             public_url ? public_url : "", (long long)notice->call, (long long)notice->flag);
    json_t *data = json_pack("{s:I, s:I, s:s, s:s}", "call", (json_int_t)notice->call, "flag",
                             (json_int_t)notice->flag, "outcome", notice->outcome, "link", link);
    if (notice->objection != 0)
        json_object_set_new(data, "objection", json_integer((json_int_t)notice->objection));
    return data;
}

CQA_SQL_STATEMENT(count_keyed, "t", 1, "SELECT count(*) FROM notices WHERE key = ?1");
CQA_SQL_STATEMENT(insert_notice, "tttti", 0,
                  "INSERT INTO notices(url, event, key, body, made_ms)"
                  " VALUES(?1, ?2, ?3, ?4, ?5)");

/* `key`: what tells it from all others for this target; NULL: it is one of its kind. */
static enum cqa_status add_one(struct cqa_sql *db, const char *url, enum cqa_notice_event event,
                               const char *key, const char *body, int64_t now_ms,
                               struct cqa_error *error)
{
    unsigned char random[16];
    char made[2 * sizeof random + 1];
    int64_t count = 0;
    const enum cqa_status status =
        key != NULL ? cqa_sql_number(db, &count, error, &count_keyed, key) : CQA_OK;

    if (status != CQA_OK || count > 0)
        return status;
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(made, sizeof made, random, sizeof random);
    return cqa_sql_do(db, error, &insert_notice, url, cqa_notice_words[event], key ? key : made,
                      body, now_ms);
}

/* For each target that wants it. `once`: how keys begin where each target gets it once; NULL. */
static enum cqa_status add_all(struct cqa_scores *scores, struct cqa_sql *db,
                               enum cqa_notice_event event, const char *once, json_t *data,
                               struct cqa_error *error)
{
    const struct cqa_notice_config *config = cqa_scores_notices(scores);
    const int64_t now_ms = cqa_scores_now_ms(scores);
    enum cqa_status status = CQA_OK;
    char *body = write_body(event, data, now_ms);
    char key[40];

    if (body == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    for (size_t i = 0; status == CQA_OK && i < config->count; i++) {
        if ((config->targets[i].events & 1u << event) == 0)
            continue;
        snprintf(key, sizeof key, "%.24s-%zu", once ? once : "", i);
        status = add_one(db, config->targets[i].url, event, once ? key : NULL, body, now_ms, error);
    }
    free(body);
    return status;
}

static int anybody_listens(struct cqa_scores *scores)
{
    const struct cqa_notice_config *config = cqa_scores_notices(scores);

    return config != NULL && config->count > 0;
}

enum cqa_status cqa_notice_add(struct cqa_scores *scores, struct cqa_sql *db,
                               const struct cqa_notice *notice, struct cqa_error *error)
{
    if (!anybody_listens(scores))
        return CQA_OK;
    return add_all(scores, db, notice->event, NULL,
                   data_of(notice, cqa_scores_notices(scores)->public_url), error);
}

struct ending {
    struct cqa_scores *scores;
    int64_t day, row;
    const char *hash;
};

static enum cqa_status add_ending(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct ending *it = context;
    char once[24];

    snprintf(once, sizeof once, "audit-%lld", (long long)it->day);
    return add_all(it->scores, db, CQA_NOTICE_AUDIT_HEAD, once,
                   json_pack("{s:I, s:s}", "row", (json_int_t)it->row, "hash", it->hash), error);
}

enum cqa_status cqa_notice_of_audit(struct cqa_scores *scores, int64_t day, int64_t row,
                                    const char *hash, struct cqa_error *error)
{
    struct ending ending = {scores, day, row, hash};

    return anybody_listens(scores) ? cqa_scores_write(scores, add_ending, &ending, error) : CQA_OK;
}

static struct cqa_notice_row row_of(struct cqa_sql_rows *statement)
{
    struct cqa_notice_row row = {.id = cqa_sql_int(statement, 0),
                                 .tries = cqa_sql_int(statement, 1)};

    snprintf(row.event, sizeof row.event, "%s", cqa_row_text(statement, 2));
    snprintf(row.key, sizeof row.key, "%s", cqa_row_text(statement, 3));
    snprintf(row.body, sizeof row.body, "%s", cqa_row_text(statement, 4));
    return row;
}

CQA_SQL_STATEMENT(count_of_url, "t", 1,
                  "SELECT count(*) FROM notices WHERE url = ?1 AND sent_ms IS NULL"
                  " AND dropped_ms IS NULL");
/* One server at a time sends to an address, in order; another goes on where it was killed. */
CQA_SQL_STATEMENT(take_next, "titi", 5,
                  "UPDATE notices SET taken_ms = ?2, taken_by = ?3 WHERE id = (SELECT n.id"
                  "  FROM notices n WHERE n.url = ?1 AND n.sent_ms IS NULL"
                  "  AND n.dropped_ms IS NULL AND NOT EXISTS(SELECT 1 FROM notices o"
                  "   WHERE o.url = ?1 AND o.sent_ms IS NULL AND o.dropped_ms IS NULL"
                  "   AND o.taken_ms > ?4 AND o.taken_by <> ?3)"
                  "  ORDER BY n.tries, n.id LIMIT 1) RETURNING id, tries, event, key, body");

struct taking {
    struct cqa_scores *scores;
    const char *url;
    struct cqa_notice_row *row;
    int found;
};

static enum cqa_status take(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct taking *it = context;
    struct cqa_sql_rows *row = NULL;
    const int64_t now_ms = cqa_scores_now_ms(it->scores);
    const int64_t since_ms = cqa_scores_is_shared(it->scores) ? now_ms - TAKEN_MS : INT64_MAX;
    enum cqa_status status = cqa_sql_start(db, &row, error, &take_next, it->url, now_ms,
                                           cqa_scores_self(it->scores), since_ms);

    it->found = 0;
    while (status == CQA_OK && cqa_sql_next(row, &status, error)) {
        *it->row = row_of(row);
        it->found = 1;
    }
    cqa_sql_end(row);
    return status;
}

enum cqa_status cqa_notice_next(struct cqa_scores *scores, const char *url,
                                struct cqa_notice_row *row, struct cqa_error *error)
{
    struct taking taking = {scores, url, row, 0};
    struct cqa_sql *db;
    int64_t waiting = 0;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_sql_number(db, &waiting, error, &count_of_url, url);
    cqa_scores_give(scores, db);
    if (status == CQA_OK && waiting > 0)
        status = cqa_scores_write(scores, take, &taking, error);
    return status == CQA_OK && !taking.found ? CQA_E_NOTFOUND : status;
}

static enum cqa_status audit(struct cqa_scores *scores, struct cqa_sql *db, const char *action,
                             const struct cqa_notice_row *row, const char *where, const char *what,
                             struct cqa_error *error)
{
    const struct cqa_parcel parcel = {.key = row->key};
    char id[CQA_MESSAGE_ID_SIZE];
    char object[32];
    char detail[512];

    cqa_message_id(&parcel, 1, id);
    snprintf(object, sizeof object, "notice %lld", (long long)row->id);
    snprintf(detail, sizeof detail, "%s to %s as %s, try %lld: %s", row->event, where, id,
             (long long)row->tries + 1, what);
    return cqa_audit_add(scores, db, ACTOR, action, object, detail, error);
}

CQA_SQL_STATEMENT(set_sent, "ii", 0,
                  "UPDATE notices SET sent_ms = ?1, problem = NULL WHERE id = ?2");

struct trying {
    struct cqa_scores *scores;
    const struct cqa_notice_row *row;
    const char *where, *what;
};

static enum cqa_status sent(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct trying *it = context;
    const enum cqa_status status =
        cqa_sql_do(db, error, &set_sent, cqa_scores_now_ms(it->scores), it->row->id);

    return status == CQA_OK
               ? audit(it->scores, db, "notice.sent", it->row, it->where, it->what, error)
               : status;
}

enum cqa_status cqa_notice_sent(struct cqa_scores *scores, const struct cqa_notice_row *row,
                                const char *where, int http_status, struct cqa_error *error)
{
    char what[32];

    snprintf(what, sizeof what, "taken with %d", http_status);
    return cqa_scores_write(scores, sent, &(struct trying){scores, row, where, what}, error);
}

CQA_SQL_STATEMENT(set_failed, "ti", 0,
                  "UPDATE notices SET tries = tries + 1, problem = ?1, taken_ms = NULL"
                  " WHERE id = ?2");

static enum cqa_status failed(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct trying *it = context;
    const enum cqa_status status = cqa_sql_do(db, error, &set_failed, it->what, it->row->id);

    return status == CQA_OK && it->row->tries == 0
               ? audit(it->scores, db, "notice.failed", it->row, it->where, it->what, error)
               : status;
}

enum cqa_status cqa_notice_failed(struct cqa_scores *scores, const struct cqa_notice_row *row,
                                  const char *where, const char *why, struct cqa_error *error)
{
    return cqa_scores_write(scores, failed, &(struct trying){scores, row, where, why}, error);
}

static enum cqa_status drop(struct cqa_scores *scores, struct cqa_sql *db, int64_t *dropped,
                            struct cqa_error *error)
{
    const struct cqa_notice_config *config = cqa_scores_notices(scores);
    struct cqa_query query = {0};

    cqa_query_number(&query,
                     "UPDATE notices SET dropped_ms = ? WHERE sent_ms IS NULL AND dropped_ms IS "
                     "NULL AND url NOT IN (''",
                     cqa_scores_now_ms(scores));
    for (size_t i = 0; config != NULL && i < config->count; i++)
        cqa_query_text(&query, ", ?", config->targets[i].url);
    cqa_query_add(&query, ")");
    const enum cqa_status status = cqa_query_do(&query, db, error);
    *dropped = status == CQA_OK ? cqa_sql_changes(db) : 0;
    cqa_query_finish(&query);
    return status;
}

static enum cqa_status drop_others(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct cqa_scores *scores = context;
    char detail[96];
    int64_t dropped = 0;
    const enum cqa_status status = drop(scores, db, &dropped, error);

    snprintf(detail, sizeof detail, "%lld waited for an address that is configured no more",
             (long long)dropped);
    return status == CQA_OK && dropped > 0
               ? cqa_audit_add(scores, db, ACTOR, "notice.dropped", "notices", detail, error)
               : status;
}

enum cqa_status cqa_notices_drop_others(struct cqa_scores *scores, struct cqa_error *error)
{
    return cqa_scores_write(scores, drop_others, scores, error);
}

CQA_SQL_STATEMENT(count_waiting, "", 1,
                  "SELECT count(*) FROM notices WHERE sent_ms IS NULL AND dropped_ms IS NULL");

enum cqa_status cqa_notices_waiting(struct cqa_scores *scores, int64_t *out,
                                    struct cqa_error *error)
{
    struct cqa_sql *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_sql_number(db, out, error, &count_waiting);
    cqa_scores_give(scores, db);
    return status;
}
