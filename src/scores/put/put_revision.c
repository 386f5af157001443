/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A revision becomes what counts: the call, its text and its flags. */
#include "scores/put/put.h"

/* Notes cost nothing, so nobody has to decide on them. */
static int64_t count_open(const struct cqa_item *item)
{
    int64_t count = 0;

    for (size_t i = 0; i < item->flag_count; i++)
        count += item->flags[i].points_c > 0 || item->flags[i].automatic_fail;
    return count;
}

/*
 * The person is whoever held the extension when the call started; without a roster the extension
 * stands for the person. Parameters are numbered in the order of the columns.
 */
CQA_SQL_STATEMENT(
    upsert_call,
    "tttitttttt"
    "oottitt"
    "ooiii"
    "oooooooiib",
    0,
    "INSERT INTO calls(site, source, call_id, revision, recorder, agent, customer, queue, "
    "direction,"
    " started_at, started_ms, day, path, sha256, duration_ms, rubric, rubric_version, base_c, "
    "total_c,"
    " score_c, flag_count, open_count, received_ms, updated_ms, talk_agent_ms, talk_customer_ms,"
    " silence_ms, hold_ms, overtalk_ms, response_ms, greeting_ms, measurable, posted, basis, "
    "person, team)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
    "?19,"
    " ?20, ?21, ?22, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32,"
    " coalesce((SELECT person FROM roster WHERE extension = ?6 AND from_local <= substr(?10, 1, 19)"
    "  AND substr(?10, 1, 19) < to_local ORDER BY from_local DESC LIMIT 1), ?6),"
    " (SELECT team FROM roster WHERE extension = ?6 AND from_local <= substr(?10, 1, 19)"
    "  AND substr(?10, 1, 19) < to_local ORDER BY from_local DESC LIMIT 1))"
    " ON CONFLICT(site, source, call_id) DO UPDATE SET revision = ?4, recorder = ?5, agent = ?6,"
    " customer = ?7, queue = ?8, direction = ?9, started_at = ?10, started_ms = ?11, day = ?12, "
    "path = ?13,"
    " sha256 = ?14, duration_ms = ?15, rubric = ?16, rubric_version = ?17, base_c = ?18, total_c = "
    "?19,"
    " updated_ms = ?22, talk_agent_ms = ?23, talk_customer_ms = ?24, silence_ms = ?25, hold_ms = "
    "?26,"
    " overtalk_ms = ?27, response_ms = ?28, greeting_ms = ?29, measurable = ?30, posted = ?31,"
    " basis = ?32, copy_of = NULL,"
    " person = excluded.person, team = excluded.team");

/* RETURNING would cost SQLite more than this, on the way of every result; from PostgreSQL it comes
 * in one trip with what was posted before it. */
CQA_SQL_STATEMENT(id_of_call, "ttt", 1,
                  "SELECT id FROM calls WHERE site = ?1 AND source = ?2 AND call_id = ?3");

CQA_SQL_STATEMENT(set_call_of, "ti", 0, "UPDATE calls SET call_of = ?1 WHERE id = ?2");

static enum cqa_status write_call(struct cqa_sql *db, const struct cqa_poster *poster,
                                  const struct cqa_item *item, struct cqa_known *known,
                                  int64_t now_ms, struct cqa_error *error)
{
    const int64_t posted = poster->actor != NULL ? known->posted : known->next;
    const enum cqa_status status = cqa_sql_post(
        db, error, &upsert_call, poster->site, item->source, item->call_id, known->next,
        poster->recorder, item->agent, item->customer, item->queue, item->direction,
        item->started_at, item->started_ms, item->day, item->path, item->sha256, item->duration_ms,
        item->rubric, item->rubric_version, item->base_c, item->total_c, (int64_t)item->flag_count,
        count_open(item), now_ms, item->talk_agent_ms, item->talk_customer_ms, item->silence_ms,
        item->hold_ms, item->overtalk_ms, item->response_ms, item->greeting_ms,
        (int64_t)item->measurable, posted, item->basis, item->basis_size);

    return status == CQA_OK && known->id == 0
               ? cqa_sql_number(db, &known->id, error, &id_of_call, poster->site, item->source,
                                item->call_id)
               : status;
}

CQA_SQL_STATEMENT(
    insert_one, "iibtbtit", 0,
    "INSERT INTO revisions(call, revision, key_hash, key, digest, recorder, received_ms,"
    " body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

/* A key that came before is kept with the number of its new revision: the index has each once. */
static enum cqa_status insert_revision(struct cqa_sql *db, const struct cqa_poster *poster,
                                       const struct cqa_item *item, const struct cqa_known *known,
                                       int64_t now_ms, struct cqa_error *error)
{
    unsigned char key_hash[CQA_KEY_HASH_SIZE];

    cqa_put_hash_key(poster, item->key, known->has_key ? known->next : 0, key_hash);
    return cqa_sql_post(db, error, &insert_one, known->id, known->next, key_hash,
                        (size_t)CQA_KEY_HASH_SIZE, item->key, item->digest,
                        (size_t)CQA_ITEM_DIGEST_SIZE, poster->recorder, now_ms, item->body);
}

enum cqa_status cqa_put_revision(struct cqa_sql *db, const struct cqa_poster *poster,
                                 const struct cqa_item *item, struct cqa_known *known,
                                 const struct cqa_put_row *rows, const struct cqa_put_plan *plan,
                                 int64_t now_ms, struct cqa_error *error)
{
    enum cqa_status status = write_call(db, poster, item, known, now_ms, error);

    if (status == CQA_OK && item->part != NULL && known->revision == 0)
        status = cqa_sql_post(db, error, &set_call_of, item->call_of, known->id);
    if (status == CQA_OK)
        status = insert_revision(db, poster, item, known, now_ms, error);
    if (status == CQA_OK)
        status = cqa_put_flags(db, item, known->id, rows, plan, error);
    if (status == CQA_OK && known->revision > 0)
        status = cqa_scores_refresh_totals(db, known->id, error);
    return status;
}

enum cqa_status cqa_put_history(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, const struct cqa_known *known,
                                int64_t now_ms, struct cqa_error *error)
{
    return known->has_key ? CQA_OK : insert_revision(db, poster, item, known, now_ms, error);
}
