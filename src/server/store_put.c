#include <sodium.h>
#include <string.h>
#include "server/evidence.h"
#include "server/store_internal.h"

const char *const cqa_put_words[CQA_PUT_COUNT + 1] = {
    "stored", "replaced", "unchanged", "key_reused", "other_recorder", "period_closed", NULL};

enum { KEY_HASH_SIZE = 16 };

/* What is known of the call that an item is about. */
struct known {
    int64_t id;
    int64_t revision;
    int same_recorder;
    int same_audio;
};

/* The idempotency key, together with its site: short, so that the unique index over all revisions
 * stays small. */
static void hash_key(const struct cqa_poster *poster, const char *key, unsigned char *out)
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, KEY_HASH_SIZE);
    crypto_generichash_update(&state, (const unsigned char *)poster->site,
                              strlen(poster->site) + 1);
    crypto_generichash_update(&state, (const unsigned char *)key, strlen(key));
    crypto_generichash_final(&state, out, KEY_HASH_SIZE);
}

/* CQA_OK with `*same` when the key is known, CQA_E_NOTFOUND when it is new. */
static enum cqa_status find_key(struct cqa_db *db, const struct cqa_item *item,
                                const unsigned char *key_hash, int *same, struct cqa_error *error)
{
    sqlite3_stmt *row;
    enum cqa_status status =
        cqa_db_start(db, &row, error, "SELECT digest FROM revisions WHERE key_hash = ?", "b",
                     key_hash, KEY_HASH_SIZE);

    if (status != CQA_OK)
        return status;
    status = cqa_db_step(db, row, error);
    if (status == CQA_OK)
        *same = sqlite3_column_bytes(row, 0) == CQA_ITEM_DIGEST_SIZE &&
                memcmp(sqlite3_column_blob(row, 0), item->digest, CQA_ITEM_DIGEST_SIZE) == 0;
    cqa_db_end(row);
    return status;
}

static enum cqa_status find_call(struct cqa_db *db, const struct cqa_poster *poster,
                                 const struct cqa_item *item, struct known *known,
                                 struct cqa_error *error)
{
    sqlite3_stmt *row;
    enum cqa_status status = cqa_db_start(db, &row, error,
                                          "SELECT id, revision, recorder, sha256 FROM calls"
                                          " WHERE site = ? AND source = ? AND call_id = ?",
                                          "ttt", poster->site, item->source, item->call_id);

    if (status != CQA_OK)
        return status;
    status = cqa_db_step(db, row, error);
    if (status == CQA_OK)
        *known = (struct known){.id = sqlite3_column_int64(row, 0),
                                .revision = sqlite3_column_int64(row, 1),
                                .same_recorder = strcmp(cqa_db_text(row, 2), poster->recorder) == 0,
                                .same_audio = strcmp(cqa_db_text(row, 3), item->sha256) == 0};
    cqa_db_end(row);
    return status;
}

static enum cqa_status same_as_current(struct cqa_db *db, const struct known *known,
                                       const struct cqa_item *item, int *same,
                                       struct cqa_error *error)
{
    int64_t count = 0;
    const enum cqa_status status = cqa_db_value(
        db, &count, error,
        "SELECT count(*) FROM revisions WHERE call = ? AND revision = ? AND digest = ?", "iib",
        known->id, known->revision, item->digest, CQA_ITEM_DIGEST_SIZE);

    *same = count > 0;
    return status;
}

static enum cqa_status period_closed(struct cqa_db *db, const struct cqa_item *item, int *closed,
                                     struct cqa_error *error)
{
    int64_t count = 0;
    const enum cqa_status status = cqa_db_value(
        db, &count, error, "SELECT count(*) FROM periods WHERE from_day <= ?1 AND ?1 < to_day", "o",
        item->day);

    *closed = count > 0;
    return status;
}

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
static const char upsert_call[] =
    "INSERT INTO calls(site, source, call_id, revision, recorder, agent, customer, queue, "
    "direction,"
    " started_at, started_ms, day, path, sha256, duration_ms, rubric, rubric_version, base_c, "
    "total_c,"
    " score_c, flag_count, open_count, received_ms, updated_ms, talk_agent_ms, talk_customer_ms,"
    " silence_ms, hold_ms, overtalk_ms, response_ms, greeting_ms, measurable, person, team)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
    "?19,"
    " ?20, ?21, ?22, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30,"
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
    " overtalk_ms = ?27, response_ms = ?28, greeting_ms = ?29, measurable = ?30,"
    " person = excluded.person, team = excluded.team";

static enum cqa_status write_call(struct cqa_db *db, const struct cqa_poster *poster,
                                  const struct cqa_item *item, struct known *known, int64_t now_ms,
                                  struct cqa_error *error)
{
    const enum cqa_status status =
        cqa_db_run(db, error, upsert_call,
                   "tttit"
                   "ttttt"
                   "oottitt"
                   "ooiii"
                   "ooooooo"
                   "i",
                   poster->site, item->source, item->call_id, known->revision + 1, poster->recorder,
                   item->agent, item->customer, item->queue, item->direction, item->started_at,
                   item->started_ms, item->day, item->path, item->sha256, item->duration_ms,
                   item->rubric, item->rubric_version, item->base_c, item->total_c,
                   (int64_t)item->flag_count, count_open(item), now_ms, item->talk_agent_ms,
                   item->talk_customer_ms, item->silence_ms, item->hold_ms, item->overtalk_ms,
                   item->response_ms, item->greeting_ms, (int64_t)item->measurable);

    if (status == CQA_OK && known->id == 0)
        known->id = cqa_db_last_id(db);
    return status;
}

static enum cqa_status insert_revision(struct cqa_db *db, const struct cqa_poster *poster,
                                       const struct cqa_item *item, const struct known *known,
                                       const unsigned char *key_hash, int64_t now_ms,
                                       struct cqa_error *error)
{
    return cqa_db_run(
        db, error,
        "INSERT INTO revisions(call, revision, key_hash, key, digest, recorder, received_ms,"
        " body) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
        "iibtbtit", known->id, known->revision + 1, key_hash, KEY_HASH_SIZE, item->key,
        item->digest, CQA_ITEM_DIGEST_SIZE, poster->recorder, now_ms, item->body);
}

/*
 * A flag that the new revision takes again (same rule, seconds and points) keeps its row, and so
 * its decision; CQA_OK when there is one. Equal twins pair up one by one, since a row that was
 * taken has its ordinal set.
 */
static enum cqa_status keep_flag(struct cqa_db *db, int64_t call, const struct cqa_item_flag *flag,
                                 int64_t ordinal, struct cqa_error *error)
{
    int64_t id = 0;
    enum cqa_status status = cqa_db_value(
        db, &id, error,
        "SELECT id FROM flags WHERE call = ? AND ordinal IS NULL AND author IS NULL AND rule = ?"
        " AND start_ms = ? AND end_ms = ? AND points_c = ? AND automatic_fail = ?"
        " ORDER BY state DESC, id LIMIT 1",
        "itiiii", call, flag->rule, flag->start_ms, flag->end_ms, flag->points_c,
        (int64_t)flag->automatic_fail);

    if (status != CQA_OK)
        return status;
    return cqa_db_run(
        db, error,
        "UPDATE flags SET current = 1, ordinal = ?, severity = ?, confidence = ?, event = ?,"
        " event_type = ?, (day, started_ms, person, team, agent, queue) ="
        " (SELECT coalesce(day, 0), coalesce(started_ms, 0), person, team, agent, queue"
        " FROM calls WHERE id = ?) WHERE id = ?",
        "iiiitii", ordinal, (int64_t)flag->severity, flag->confidence, flag->event,
        flag->event_type, call, id);
}

static enum cqa_status insert_flag(struct cqa_db *db, int64_t call,
                                   const struct cqa_item_flag *flag, int64_t ordinal,
                                   struct cqa_error *error)
{
    return cqa_db_run(
        db, error,
        "INSERT INTO flags(call, current, ordinal, rule, severity, points_c, confidence, event,"
        " event_type, start_ms, end_ms, automatic_fail, day, started_ms, person, team, agent, "
        "queue)"
        " SELECT ?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, coalesce(day, 0),"
        " coalesce(started_ms, 0), person, team, agent, queue FROM calls WHERE id = ?1",
        "iitiiiitiii", call, ordinal, flag->rule, (int64_t)flag->severity, flag->points_c,
        flag->confidence, flag->event, flag->event_type, flag->start_ms, flag->end_ms,
        (int64_t)flag->automatic_fail);
}

/* Flags added by hand stay current whatever the machine says later. */
static enum cqa_status replace_flags(struct cqa_db *db, const struct cqa_item *item,
                                     const struct known *known, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    if (known->revision > 0)
        status = cqa_db_run(
            db, error,
            "UPDATE flags SET current = 0, ordinal = NULL WHERE call = ? AND author IS NULL", "i",
            known->id);
    for (size_t i = 0; status == CQA_OK && i < item->flag_count; i++) {
        status = known->revision > 0 ? keep_flag(db, known->id, &item->flags[i], (int64_t)i, error)
                                     : CQA_E_NOTFOUND;
        if (status == CQA_E_NOTFOUND)
            status = insert_flag(db, known->id, &item->flags[i], (int64_t)i, error);
    }
    return status;
}

static enum cqa_status put_revision(struct cqa_db *db, const struct cqa_poster *poster,
                                    const struct cqa_item *item, struct known *known,
                                    const unsigned char *key_hash, int64_t now_ms,
                                    struct cqa_error *error)
{
    enum cqa_status status = write_call(db, poster, item, known, now_ms, error);

    if (status == CQA_OK)
        status = insert_revision(db, poster, item, known, key_hash, now_ms, error);
    if (status == CQA_OK)
        status = replace_flags(db, item, known, error);
    if (status == CQA_OK && known->revision > 0)
        status = cqa_scores_refresh_totals(db, known->id, error);
    if (status == CQA_OK)
        status = cqa_db_run(db, error,
                            "UPDATE failures SET resolved_ms = ? WHERE site = ? AND path = ?"
                            " AND resolved_ms IS NULL",
                            "itt", now_ms, poster->site, item->path);
    return status;
}

static enum cqa_status put_result(struct cqa_db *db, const struct cqa_poster *poster,
                                  const struct cqa_item *item, int64_t now_ms,
                                  enum cqa_put *outcome, struct cqa_error *error)
{
    unsigned char key_hash[KEY_HASH_SIZE];
    struct known known = {0};
    int same = 0;
    int closed = 0;

    hash_key(poster, item->key, key_hash);
    enum cqa_status status = find_key(db, item, key_hash, &same, error);
    if (status == CQA_OK) {
        *outcome = same ? CQA_PUT_UNCHANGED : CQA_PUT_KEY_REUSED;
        return CQA_OK;
    }
    if (status == CQA_E_NOTFOUND)
        status = find_call(db, poster, item, &known, error);
    const int is_new = status == CQA_E_NOTFOUND;
    if (status == CQA_OK)
        status = same_as_current(db, &known, item, &same, error);
    if (status != CQA_OK && !is_new)
        return status;
    if (same || (!is_new && !known.same_recorder && !known.same_audio)) {
        *outcome = same ? CQA_PUT_UNCHANGED : CQA_PUT_OTHER_RECORDER;
        return CQA_OK;
    }
    status = period_closed(db, item, &closed, error);
    if (status != CQA_OK || closed) {
        *outcome = CQA_PUT_PERIOD_CLOSED;
        return status;
    }
    *outcome = is_new ? CQA_PUT_STORED : CQA_PUT_REPLACED;
    return put_revision(db, poster, item, &known, key_hash, now_ms, error);
}

static enum cqa_status put_whole(struct cqa_db *db, const struct cqa_poster *poster,
                                 const struct cqa_item *item, int64_t now_ms, enum cqa_put *outcome,
                                 struct cqa_error *error)
{
    const enum cqa_status status = put_result(db, poster, item, now_ms, outcome, error);

    /* Most results bring no clips, and a new call has none to throw away. */
    return status == CQA_OK && (item->clip_count > 0 ? *outcome <= CQA_PUT_UNCHANGED
                                                     : *outcome == CQA_PUT_REPLACED)
               ? cqa_evidence_put(db, poster->site, item, error)
               : status;
}

/* The same recording failing again is the same row; a result that came since has resolved it, and
 * stays. */
static enum cqa_status put_failure(struct cqa_db *db, const struct cqa_poster *poster,
                                   const struct cqa_item *item, int64_t now_ms,
                                   enum cqa_put *outcome, struct cqa_error *error)
{
    int64_t id = 0;
    enum cqa_status status =
        cqa_db_value(db, &id, error, "SELECT id FROM failures WHERE site = ? AND path = ?", "tt",
                     poster->site, item->path);

    if (status != CQA_OK && status != CQA_E_NOTFOUND)
        return status;
    *outcome = status == CQA_OK ? CQA_PUT_UNCHANGED : CQA_PUT_STORED;
    return cqa_db_run(
        db, error,
        "INSERT INTO failures(site, path, source, call_id, recorder, reason, body, first_ms, "
        "last_ms)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?8, ?8) ON CONFLICT(site, path) DO UPDATE SET"
        " reason = excluded.reason, body = excluded.body, recorder = excluded.recorder,"
        " last_ms = excluded.last_ms,"
        " resolved_ms = CASE WHEN body = excluded.body THEN resolved_ms END",
        "ttttttti", poster->site, item->path, item->source, item->call_id, poster->recorder,
        item->reason, item->body, now_ms);
}

enum cqa_status cqa_scores_put(struct cqa_scores *scores, const struct cqa_poster *poster,
                               const struct cqa_item *items, size_t count, enum cqa_put *outcomes,
                               struct cqa_error *error)
{
    struct cqa_db *db;
    const int64_t now_ms = cqa_scores_now_ms(scores);
    enum cqa_status status = cqa_scores_begin(scores, &db, error);

    if (status != CQA_OK)
        return status;
    for (size_t i = 0; status == CQA_OK && i < count; i++)
        status = items[i].is_failure
                     ? put_failure(db, poster, &items[i], now_ms, &outcomes[i], error)
                     : put_whole(db, poster, &items[i], now_ms, &outcomes[i], error);
    return cqa_scores_end(scores, status, error);
}
