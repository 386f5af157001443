/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/evidence.h"
#include "server/store_internal.h"

/* The call as it now stands; `*has` tells whether it has clips. CQA_E_NOTFOUND: it has other audio
 * meanwhile. */
static enum cqa_status find_call(struct cqa_db *db, const char *site, const struct cqa_item *item,
                                 int64_t *call, int64_t *has, struct cqa_error *error)
{
    enum cqa_status status = cqa_db_value(
        db, call, error,
        "SELECT id FROM calls WHERE site = ? AND source = ? AND call_id = ? AND sha256 = ?", "tttt",
        site, item->source, item->call_id, item->sha256);

    if (status == CQA_OK)
        status =
            cqa_db_value(db, has, error, "SELECT count(*) FROM clips WHERE call = ? AND sha256 = ?",
                         "it", *call, item->sha256);
    return status;
}

static enum cqa_status insert(struct cqa_db *db, int64_t call, const struct cqa_item *item,
                              struct cqa_error *error)
{
    enum cqa_status status = cqa_db_run(db, error, "DELETE FROM clips WHERE call = ?", "i", call);

    for (size_t i = 0; status == CQA_OK && i < item->clip_count; i++)
        status = cqa_db_run(
            db, error,
            "INSERT INTO clips(call, start_ms, end_ms, sha256, bytes) VALUES(?, ?, ?, ?, ?)",
            "iiitb", call, item->clips[i].span.start_ms, item->clips[i].span.end_ms, item->sha256,
            item->clips[i].bytes, (int)item->clips[i].length);
    return status;
}

/* Whether the very same spans are there already: what is posted again is not written again. */
static enum cqa_status is_kept(struct cqa_db *db, int64_t call, const struct cqa_item *item,
                               int64_t has, int *kept, struct cqa_error *error)
{
    int64_t same = 0;
    enum cqa_status status = CQA_OK;

    *kept = has == (int64_t)item->clip_count;
    for (size_t i = 0; status == CQA_OK && *kept && i < item->clip_count; i++) {
        status = cqa_db_value(
            db, &same, error,
            "SELECT count(*) FROM clips WHERE call = ? AND start_ms = ? AND end_ms = ?", "iii",
            call, item->clips[i].span.start_ms, item->clips[i].span.end_ms);
        *kept = same > 0;
    }
    return status;
}

enum cqa_status cqa_evidence_put(struct cqa_db *db, const char *site, const struct cqa_item *item,
                                 struct cqa_error *error)
{
    int64_t call = 0;
    int64_t has = 0;
    int kept = 0;
    enum cqa_status status = find_call(db, site, item, &call, &has, error);

    if (status == CQA_E_NOTFOUND)
        return CQA_OK;
    if (status == CQA_OK)
        status = cqa_db_run(db, error, "DELETE FROM clips WHERE call = ? AND sha256 <> ?", "it",
                            call, item->sha256);
    if (status != CQA_OK || item->clip_count == 0)
        return status;
    status = is_kept(db, call, item, has, &kept, error);
    return status == CQA_OK && !kept ? insert(db, call, item, error) : status;
}

enum cqa_status cqa_evidence_read(struct cqa_scores *scores, int64_t call,
                                  int (*visit)(void *context, const struct cqa_item_clip *clip),
                                  void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error,
                   "SELECT start_ms, end_ms, bytes FROM clips WHERE call = ?"
                   " ORDER BY start_ms",
                   "i", call);
    while (cqa_list_next(&list, error)) {
        const struct cqa_item_clip clip = {
            .span = {sqlite3_column_int64(list.row, 0), sqlite3_column_int64(list.row, 1)},
            .bytes = sqlite3_column_blob(list.row, 2),
            .length = (size_t)sqlite3_column_bytes(list.row, 2)};
        if (visit(context, &clip))
            break;
    }
    return cqa_list_end(scores, &list);
}
