/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the store knows of an item before it is put. */
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "scores/put/meet.h"

/* Short, so that the unique index over all revisions stays small. */
void cqa_put_hash_key(const struct cqa_poster *poster, const char *key, int64_t again,
                      unsigned char out[CQA_KEY_HASH_SIZE])
{
    crypto_generichash_state state;
    char number[24];

    crypto_generichash_init(&state, NULL, 0, CQA_KEY_HASH_SIZE);
    crypto_generichash_update(&state, (const unsigned char *)poster->site,
                              strlen(poster->site) + 1);
    crypto_generichash_update(&state, (const unsigned char *)key, strlen(key));
    if (again != 0) { /* no key of anybody's has a NUL in it */
        const int length = snprintf(number, sizeof number, "%lld", (long long)again);
        crypto_generichash_update(&state, (const unsigned char *)"", 1);
        crypto_generichash_update(&state, (const unsigned char *)number,
                                  (unsigned long long)length);
    }
    crypto_generichash_final(&state, out, CQA_KEY_HASH_SIZE);
}

CQA_SQL_STATEMENT(digest_of_key, "b", 1, "SELECT digest FROM revisions WHERE key_hash = ?1");

static enum cqa_status find_key(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, struct cqa_known *known, int *reused,
                                struct cqa_error *error)
{
    unsigned char key_hash[CQA_KEY_HASH_SIZE];
    struct cqa_sql_rows *row = NULL;

    cqa_put_hash_key(poster, item->key, 0, key_hash);
    enum cqa_status status =
        cqa_sql_start(db, &row, error, &digest_of_key, key_hash, (size_t)CQA_KEY_HASH_SIZE);
    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        known->has_key = cqa_sql_size(row, 0) == CQA_ITEM_DIGEST_SIZE &&
                         memcmp(cqa_sql_bytes(row, 0), item->digest, CQA_ITEM_DIGEST_SIZE) == 0;
        *reused = !known->has_key;
    }
    cqa_sql_end(row);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

CQA_SQL_STATEMENT(call_of, "ttt", 8,
                  "SELECT id, revision, recorder, sha256, day, coalesce(posted, revision),"
                  " (SELECT max(r.revision) FROM revisions r WHERE r.call = c.id),"
                  " c.copy_of IS NOT NULL FROM calls c"
                  " WHERE site = ?1 AND source = ?2 AND call_id = ?3");

static enum cqa_status find_call(struct cqa_sql *db, const struct cqa_poster *poster,
                                 const struct cqa_item *item, struct cqa_known *known,
                                 struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status =
        cqa_sql_start(db, &row, error, &call_of, poster->site, item->source, item->call_id);

    known->next = 1;
    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        known->id = cqa_sql_int(row, 0);
        known->revision = cqa_sql_int(row, 1);
        known->same_recorder = strcmp(cqa_row_text(row, 2), poster->recorder) == 0;
        known->same_audio = strcmp(cqa_row_text(row, 3), item->sha256) == 0;
        known->day = cqa_sql_int(row, 4);
        known->posted = cqa_sql_int(row, 5);
        known->next = cqa_sql_int(row, 6) + 1;
        known->is_merged = cqa_sql_int(row, 7) != 0;
    }
    cqa_sql_end(row);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

enum cqa_status cqa_put_look_up(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, struct cqa_known *known,
                                int *key_reused, struct cqa_error *error)
{
    *known = (struct cqa_known){0};
    *key_reused = 0;
    const enum cqa_status status = find_key(db, poster, item, known, key_reused, error);

    return status == CQA_OK && !*key_reused ? find_call(db, poster, item, known, error) : status;
}

/* ---- what nobody has heard of */

/* One trip for what else takes ten. A stem is asked for where a path is all that names the call. */
CQA_SQL_STATEMENT(is_first, "btttttbtot", 1,
                  "SELECT CASE WHEN EXISTS(SELECT 1 FROM revisions WHERE key_hash = ?1)"
                  " OR EXISTS(SELECT 1 FROM calls WHERE site = ?2 AND source = ?3"
                  "  AND call_id IN (?4, ?5)) OR EXISTS(SELECT 1 FROM calls WHERE call_of = ?5)"
                  " OR EXISTS(SELECT 1 FROM calls WHERE sha256 = ?6)"
                  " OR EXISTS(SELECT 1 FROM calls WHERE file_sha256 = ?6)"
                  " OR EXISTS(SELECT 1 FROM calls WHERE stem = ?10)"
                  " OR EXISTS(SELECT 1 FROM previews WHERE site = ?2 AND source = ?3"
                  "  AND call_id = ?4)"
                  " OR EXISTS(SELECT 1 FROM generations WHERE call = ?7 AND store = ?8)"
                  " OR EXISTS(SELECT 1 FROM periods WHERE from_day <= ?9 AND ?9 < to_day)"
                  " THEN 0 ELSE 1 END");

enum cqa_status cqa_put_is_first(struct cqa_sql *db, const struct cqa_poster *poster,
                                 const struct cqa_item *item, int *first, struct cqa_error *error)
{
    unsigned char key_hash[CQA_KEY_HASH_SIZE];
    unsigned char call_hash[CQA_KEY_HASH_SIZE];
    char stem[NAME_MAX + 1];
    const int is_path = cqa_is_path_id(item->call_id);
    int64_t answer = 0;

    cqa_put_hash_key(poster, item->key, 0, key_hash);
    cqa_put_hash_call(poster, item, call_hash);
    cqa_put_write_stem(item->path, stem, sizeof stem);
    const enum cqa_status status =
        cqa_sql_number(db, &answer, error, &is_first, key_hash, sizeof key_hash, poster->site,
                       item->source, item->call_id, item->call_of, item->sha256, call_hash,
                       sizeof call_hash, item->store, item->day, is_path ? stem : NULL);

    *first = answer != 0;
    return status;
}

CQA_SQL_STATEMENT(
    count_same, "iib", 1,
    "SELECT count(*) FROM revisions WHERE call = ?1 AND revision = ?2 AND digest = ?3");

enum cqa_status cqa_put_is_revision(struct cqa_sql *db, const struct cqa_known *known,
                                    int64_t revision, const struct cqa_item *item, int *same,
                                    struct cqa_error *error)
{
    int64_t count = 0;
    const enum cqa_status status =
        cqa_sql_number(db, &count, error, &count_same, known->id, revision, item->digest,
                       (size_t)CQA_ITEM_DIGEST_SIZE);

    *same = count > 0;
    return status;
}
