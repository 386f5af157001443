/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/evidence.h"
#include "scores/store_internal.h"

CQA_SQL_STATEMENT(
    call_with_audio, "tttt", 1,
    "SELECT id FROM calls WHERE site = ?1 AND source = ?2 AND call_id = ?3 AND sha256 = ?4");
CQA_SQL_STATEMENT(count_clips, "it", 1,
                  "SELECT count(*) FROM clips WHERE call = ?1 AND sha256 = ?2");

/* The call as it now stands; `*has` tells whether it has clips. CQA_E_NOTFOUND: it has other audio
 * meanwhile. */
static enum cqa_status find_call(struct cqa_sql *db, const char *site, const struct cqa_item *item,
                                 int64_t *call, int64_t *has, struct cqa_error *error)
{
    enum cqa_status status = cqa_scores_find(db, call, error, &call_with_audio, site, item->source,
                                             item->call_id, item->sha256);

    if (status == CQA_OK)
        status = cqa_sql_number(db, has, error, &count_clips, *call, item->sha256);
    return status;
}

CQA_SQL_STATEMENT(is_erased, "it", 1,
                  "SELECT (SELECT count(*) FROM calls_erased WHERE call = ?1)"
                  " + (SELECT count(*) FROM clips_erased WHERE sha256 = ?2)");
CQA_SQL_STATEMENT(count_all, "i", 1,
                  "SELECT (SELECT count(*) FROM clips WHERE call = ?1)"
                  " + (SELECT count(*) FROM clips_kept WHERE call = ?1)");
CQA_SQL_STATEMENT(keep_clips, "i", 0,
                  "INSERT INTO clips_kept(call, start_ms, end_ms, sha256, bytes)"
                  " SELECT call, start_ms, end_ms, sha256, bytes FROM clips WHERE call = ?1"
                  " ON CONFLICT DO NOTHING");
CQA_SQL_STATEMENT(drop_kept, "i", 0, "DELETE FROM clips_kept WHERE call = ?1");
CQA_SQL_STATEMENT(drop_clips, "i", 0, "DELETE FROM clips WHERE call = ?1");
CQA_SQL_STATEMENT(
    insert_clip, "iiitb", 0,
    "INSERT INTO clips(call, start_ms, end_ms, sha256, bytes) VALUES(?1, ?2, ?3, ?4, ?5)");

/* A call's clips make room for others: they are gone, but for those of a call that is held, or that
 * somebody objects to. */
static enum cqa_status make_room(struct cqa_sql *db, int64_t call, struct cqa_error *error)
{
    int64_t count = 0;
    int held = 0;
    enum cqa_status status = cqa_sql_number(db, &count, error, &count_all, call);

    if (status != CQA_OK || count == 0)
        return status;
    status = cqa_evidence_is_held(db, call, &held, error);
    if (status == CQA_OK)
        status = cqa_sql_do(db, error, held ? &keep_clips : &drop_kept, call);
    return status == CQA_OK ? cqa_sql_do(db, error, &drop_clips, call) : status;
}

static enum cqa_status insert(struct cqa_sql *db, int64_t call, const struct cqa_item *item,
                              struct cqa_error *error)
{
    enum cqa_status status = make_room(db, call, error);

    for (size_t i = 0; status == CQA_OK && i < item->clip_count; i++)
        status = cqa_sql_do(db, error, &insert_clip, call, item->clips[i].span.start_ms,
                            item->clips[i].span.end_ms, item->sha256, item->clips[i].bytes,
                            item->clips[i].length);
    return status;
}

CQA_SQL_STATEMENT(count_span, "iii", 1,
                  "SELECT count(*) FROM clips WHERE call = ?1 AND start_ms = ?2 AND end_ms = ?3");

/* Whether the very same spans are there already: what is posted again is not written again. */
static enum cqa_status is_kept(struct cqa_sql *db, int64_t call, const struct cqa_item *item,
                               int64_t has, int *kept, struct cqa_error *error)
{
    int64_t same = 0;
    enum cqa_status status = CQA_OK;

    *kept = has == (int64_t)item->clip_count;
    for (size_t i = 0; status == CQA_OK && *kept && i < item->clip_count; i++) {
        status = cqa_sql_number(db, &same, error, &count_span, call, item->clips[i].span.start_ms,
                                item->clips[i].span.end_ms);
        *kept = same > 0;
    }
    return status;
}

CQA_SQL_STATEMENT(count_others, "it", 1,
                  "SELECT count(*) FROM clips WHERE call = ?1 AND sha256 <> ?2");

enum cqa_status cqa_evidence_put(struct cqa_sql *db, const char *site, const struct cqa_item *item,
                                 struct cqa_error *error)
{
    int64_t call = 0;
    int64_t has = 0;
    int64_t erased = 0;
    int64_t others = 0;
    int kept = 0;
    enum cqa_status status = find_call(db, site, item, &call, &has, error);

    if (status == CQA_E_NOTFOUND)
        return CQA_OK;
    if (status == CQA_OK)
        status = cqa_sql_number(db, &others, error, &count_others, call, item->sha256);
    if (status == CQA_OK && others > 0)
        status = make_room(db, call, error);
    if (status != CQA_OK || item->clip_count == 0)
        return status;
    status = cqa_sql_number(db, &erased, error, &is_erased, call, item->sha256);
    if (status == CQA_OK && !erased)
        status = is_kept(db, call, item, has, &kept, error);
    return status == CQA_OK && !erased && !kept ? insert(db, call, item, error) : status;
}

/* Of what was kept only what is of the audio that the call has now: of any other audio nothing is
 * in its place. */
CQA_SQL_STATEMENT(list_clips, "i", 3,
                  "SELECT start_ms, end_ms, bytes FROM clips WHERE call = ?1"
                  " UNION ALL SELECT k.start_ms, k.end_ms, k.bytes FROM clips_kept AS k"
                  "  JOIN calls AS c ON c.id = k.call AND c.sha256 = k.sha256"
                  "  WHERE k.call = ?1 AND NOT EXISTS (SELECT 1 FROM clips AS n WHERE n.call = ?1"
                  "   AND n.start_ms <= k.start_ms AND n.end_ms >= k.end_ms)"
                  " ORDER BY 1, 2");

enum cqa_status cqa_evidence_read(struct cqa_scores *scores, int64_t call,
                                  int (*visit)(void *context, const struct cqa_item_clip *clip),
                                  void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_clips, call);
    while (cqa_list_next(&list, error)) {
        const struct cqa_item_clip clip = {
            .span = {cqa_sql_int(list.row, 0), cqa_sql_int(list.row, 1)},
            .bytes = cqa_sql_bytes(list.row, 2),
            .length = cqa_sql_size(list.row, 2)};
        if (visit(context, &clip))
            break;
    }
    return cqa_list_end(scores, &list);
}

/* ---- recordings that are not there any more */

CQA_SQL_STATEMENT(missed_since, "i", 1, "SELECT since_ms FROM missed WHERE call = ?1");
CQA_SQL_STATEMENT(note_missed, "ii", 0,
                  "INSERT INTO missed(call, since_ms) VALUES(?1, ?2) ON CONFLICT DO NOTHING");
CQA_SQL_STATEMENT(note_found, "i", 0, "DELETE FROM missed WHERE call = ?1");

struct missing {
    int64_t call, now_ms;
    int is_there;
};

static enum cqa_status note(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct missing *missing = context;

    return missing->is_there ? cqa_sql_do(db, error, &note_found, missing->call)
                             : cqa_sql_do(db, error, &note_missed, missing->call, missing->now_ms);
}

static enum cqa_status read_since(struct cqa_scores *scores, int64_t call, int64_t *since_ms,
                                  struct cqa_error *error)
{
    struct cqa_list list;

    *since_ms = 0;
    cqa_list_start(scores, &list, error, &missed_since, call);
    if (cqa_list_next(&list, error))
        *since_ms = cqa_sql_int(list.row, 0);
    return cqa_list_end(scores, &list);
}

/* Looked at far more often than it changes: most looks write nothing. */
enum cqa_status cqa_evidence_miss(struct cqa_scores *scores, int64_t call, int is_there,
                                  int64_t *since_ms, struct cqa_error *error)
{
    struct missing missing = {call, cqa_scores_now_ms(scores), is_there};
    enum cqa_status status = read_since(scores, call, since_ms, error);

    if (status != CQA_OK || (*since_ms == 0) == is_there)
        return status;
    status = cqa_scores_write(scores, note, &missing, error);
    *since_ms = is_there ? 0 : missing.now_ms;
    return status;
}
