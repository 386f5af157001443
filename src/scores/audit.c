/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "scores/audit.h"
#include "scores/store_internal.h"

enum { HASH_SIZE = 32, ACTOR_SIZE = 160 };

const char cqa_actor_console[] = "root@cli";
const char cqa_actor_unknown[] = "?";

static _Thread_local const struct cqa_audit_asker *works_for;

void cqa_audit_works_for(const struct cqa_audit_asker *asker)
{
    works_for = asker;
}

/* The actor with its kind in front. */
static const char *kind_of(const char *actor, char out[ACTOR_SIZE])
{
    static const char *const kinds[] = {"system", "user", "token"};
    const enum cqa_audit_kind kind = works_for != NULL ? works_for->kind : CQA_AUDIT_SYSTEM;

    if (strchr(actor, ':') != NULL || strcmp(actor, cqa_actor_unknown) == 0 ||
        (works_for == NULL && strcmp(actor, cqa_actor_console) == 0))
        return actor;
    snprintf(out, ACTOR_SIZE, "%s:%s", kinds[kind], actor);
    return out;
}

/* ---- the chain */

static void hash_number(crypto_generichash_state *state, int64_t number)
{
    unsigned char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)number >> (8 * i));
    crypto_generichash_update(state, bytes, sizeof bytes);
}

/* Length first, so that no two rows spell the same bytes. */
static void hash_text(crypto_generichash_state *state, const char *text)
{
    hash_number(state, (int64_t)strlen(text));
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text));
}

/* Rows of before the key are chained without it, and have no address. */
static void hash_row(const struct cqa_audit_key *key, const unsigned char before[HASH_SIZE],
                     const struct cqa_audit_row *row, unsigned char out[HASH_SIZE])
{
    crypto_generichash_state state;
    const int is_keyed = key->from > 0 && row->id >= key->from;

    crypto_generichash_init(&state, is_keyed ? key->bytes : NULL, is_keyed ? sizeof key->bytes : 0,
                            HASH_SIZE);
    crypto_generichash_update(&state, before, HASH_SIZE);
    hash_number(&state, row->id);
    hash_number(&state, row->at_ms);
    hash_text(&state, row->actor);
    hash_text(&state, row->action);
    hash_text(&state, row->object);
    hash_text(&state, row->detail);
    if (is_keyed)
        hash_text(&state, row->address);
    crypto_generichash_final(&state, out, HASH_SIZE);
}

CQA_SQL_STATEMENT(newest_row, "", 2, "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1");

static enum cqa_status last_row(struct cqa_sql *db, int64_t *id, unsigned char hash[HASH_SIZE],
                                struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &newest_row);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK && cqa_sql_size(row, 1) == HASH_SIZE) {
        *id = cqa_sql_int(row, 0);
        memcpy(hash, cqa_sql_bytes(row, 1), HASH_SIZE);
    }
    cqa_sql_end(row);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

CQA_SQL_STATEMENT(insert_row, "iitttttb", 0,
                  "INSERT INTO audit(id, at_ms, actor, action, object, detail, address, hash)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

enum cqa_status cqa_audit_add(struct cqa_scores *scores, struct cqa_sql *db, const char *actor,
                              const char *action, const char *object, const char *detail,
                              struct cqa_error *error)
{
    unsigned char before[HASH_SIZE] = {0};
    unsigned char hash[HASH_SIZE];
    char named[ACTOR_SIZE];
    struct cqa_audit_row row = {.at_ms = cqa_scores_now_ms(scores),
                                .actor = kind_of(actor, named),
                                .action = action,
                                .object = object,
                                .detail = detail,
                                .address = works_for != NULL ? works_for->address : ""};
    const enum cqa_status status = last_row(db, &row.id, before, error);

    if (status != CQA_OK)
        return status;
    row.id++;
    hash_row(cqa_scores_audit_key(scores), before, &row, hash);
    return cqa_sql_do(db, error, &insert_row, row.id, row.at_ms, row.actor, action, object, detail,
                      row.address, hash, (size_t)HASH_SIZE);
}

struct adding {
    struct cqa_scores *scores;
    const char *actor, *action, *object, *detail;
};

static enum cqa_status add(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct adding *it = context;

    return cqa_audit_add(it->scores, db, it->actor, it->action, it->object, it->detail, error);
}

enum cqa_status cqa_audit_write(struct cqa_scores *scores, const char *actor, const char *action,
                                const char *object, const char *detail, struct cqa_error *error)
{
    struct adding adding = {scores, actor, action, object, detail};

    return cqa_scores_write(scores, add, &adding, error);
}
static struct cqa_audit_row row_of(struct cqa_sql_rows *statement)
{
    return (struct cqa_audit_row){cqa_sql_int(statement, 0),  cqa_sql_int(statement, 1),
                                  cqa_row_text(statement, 2), cqa_row_text(statement, 3),
                                  cqa_row_text(statement, 4), cqa_row_text(statement, 5),
                                  cqa_row_text(statement, 6)};
}

CQA_SQL_STATEMENT(rows_after, "ii", 8,
                  "SELECT id, at_ms, actor, action, object, detail, address, hash FROM audit"
                  " WHERE id > ?1 ORDER BY id LIMIT ?2");

static enum cqa_status select_rows(struct cqa_sql *db, struct cqa_sql_rows **statement,
                                   int64_t after_id, int64_t limit, struct cqa_error *error)
{
    return cqa_sql_start(db, statement, error, &rows_after, after_id, limit);
}

enum cqa_status cqa_audit_list(struct cqa_scores *scores, int64_t after_id, int64_t limit,
                               int (*visit)(void *context, const struct cqa_audit_row *row),
                               void *context, struct cqa_error *error)
{
    struct cqa_sql *db;
    struct cqa_sql_rows *statement = NULL;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = select_rows(db, &statement, after_id, limit, error);
    if (status == CQA_OK) {
        while (cqa_sql_next(statement, &status, error)) {
            const struct cqa_audit_row row = row_of(statement);
            if (visit(context, &row))
                break;
        }
        cqa_sql_end(statement);
    }
    cqa_scores_give(scores, db);
    return status;
}

static enum cqa_status check_row(const struct cqa_audit_key *key, struct cqa_sql_rows *statement,
                                 int64_t expected_id, unsigned char hash[HASH_SIZE],
                                 struct cqa_error *error)
{
    const struct cqa_audit_row row = row_of(statement);
    unsigned char computed[HASH_SIZE];

    if (row.id != expected_id)
        return cqa_fail(error, CQA_E_BADDATA, "audit row %lld is missing", (long long)expected_id);
    hash_row(key, hash, &row, computed);
    if (cqa_sql_size(statement, 7) != HASH_SIZE ||
        memcmp(cqa_sql_bytes(statement, 7), computed, HASH_SIZE) != 0)
        return cqa_fail(error, CQA_E_BADDATA, "audit row %lld was changed", (long long)row.id);
    memcpy(hash, computed, HASH_SIZE);
    return CQA_OK;
}

/* `*is_known`: a row has the hash that is looked for. */
static enum cqa_status check_rows(const struct cqa_audit_key *key, struct cqa_sql_rows *statement,
                                  const char *known, int64_t *count, int *is_known,
                                  char head[CQA_AUDIT_HEAD_SIZE], struct cqa_error *error)
{
    unsigned char hash[HASH_SIZE] = {0};
    enum cqa_status status = CQA_OK;

    while (cqa_sql_next(statement, &status, error)) {
        status = check_row(key, statement, *count + 1, hash, error);
        if (status != CQA_OK)
            return status;
        ++*count;
        sodium_bin2hex(head, CQA_AUDIT_HEAD_SIZE, hash, sizeof hash);
        *is_known |= known != NULL && strcmp(head, known) == 0;
    }
    return status;
}

enum cqa_status cqa_audit_verify(struct cqa_scores *scores, const char *known, int64_t *count,
                                 char head[CQA_AUDIT_HEAD_SIZE], struct cqa_error *error)
{
    struct cqa_sql *db;
    struct cqa_sql_rows *statement = NULL;
    int is_known = known == NULL;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    *count = 0;
    snprintf(head, CQA_AUDIT_HEAD_SIZE, "%064d", 0);
    status = select_rows(db, &statement, 0, INT64_MAX, error);
    if (status == CQA_OK) {
        status = check_rows(cqa_scores_audit_key(scores), statement, known, count, &is_known, head,
                            error);
        cqa_sql_end(statement);
    }
    cqa_scores_give(scores, db);
    if (status == CQA_OK && *count + 1 < cqa_scores_audit_key(scores)->from)
        return cqa_fail(error, CQA_E_BADDATA, "audit row %lld is missing", (long long)*count + 1);
    return status == CQA_OK && !is_known
               ? cqa_fail(error, CQA_E_BADDATA,
                          "no audit row has the hash %.64s: rows were cut off, or all was chained "
                          "anew",
                          known)
               : status;
}

enum cqa_status cqa_audit_head(struct cqa_scores *scores, int64_t *row,
                               char head[CQA_AUDIT_HEAD_SIZE], struct cqa_error *error)
{
    unsigned char hash[HASH_SIZE] = {0};
    struct cqa_sql *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    *row = 0;
    status = last_row(db, row, hash, error);
    cqa_scores_give(scores, db);
    sodium_bin2hex(head, CQA_AUDIT_HEAD_SIZE, hash, sizeof hash);
    return status;
}

/* ---- the key */

CQA_SQL_STATEMENT(newest_print, "", 1,
                  "SELECT print FROM audit_keys ORDER BY from_row DESC LIMIT 1");
CQA_SQL_STATEMENT(insert_print, "ib", 0, "INSERT INTO audit_keys(from_row, print) VALUES(?1, ?2)");

struct keying {
    struct cqa_scores *scores;
    const char *key_path, *store_path;
    enum cqa_audit_keying way;
};

/* Which key chains this store's log; CQA_E_NOTFOUND: none yet. */
static enum cqa_status read_print(struct cqa_sql *db, unsigned char out[CQA_AUDIT_PRINT_SIZE],
                                  struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &newest_print);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK && cqa_sql_size(row, 0) == CQA_AUDIT_PRINT_SIZE)
        memcpy(out, cqa_sql_bytes(row, 0), CQA_AUDIT_PRINT_SIZE);
    cqa_sql_end(row);
    return status;
}

/* Two servers of one store need one key; and one that was lost is not silently made anew. */
static enum cqa_status use_key(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct keying *it = context;
    struct cqa_audit_key *key = cqa_scores_audit_key(it->scores);
    unsigned char known[CQA_AUDIT_PRINT_SIZE] = {0};
    unsigned char given[CQA_AUDIT_PRINT_SIZE];
    unsigned char hash[HASH_SIZE];
    int64_t last = 0;
    enum cqa_status status = last_row(db, &last, hash, error);

    if (status == CQA_OK)
        status = read_print(db, known, error);
    const int is_first = status == CQA_E_NOTFOUND;
    if (status != CQA_OK && !is_first)
        return status;
    const int is_strict = it->way != CQA_AUDIT_KEY_NEW;
    const int is_look = it->way == CQA_AUDIT_KEY_LOOKED_AT;
    if ((is_look || (!is_first && is_strict)) && access(it->key_path, F_OK) != 0)
        return cqa_fail(error, CQA_E_NOTFOUND,
                        "%s: the key of this store's audit log is not there: copy it from where it "
                        "is; where it is lost, callqa-server audit new-key begins another",
                        it->key_path);
    status = cqa_audit_key_open(it->key_path, it->store_path, last + 1, key, error);
    if (status != CQA_OK)
        return status;
    cqa_audit_key_print(key, given);
    if ((is_look || !is_first) && is_strict && memcmp(known, given, sizeof known) != 0)
        return cqa_fail(error, CQA_E_BADDATA,
                        "%s: not the key that chains this store's audit log: all its servers need "
                        "the same",
                        it->key_path);
    return is_first || memcmp(known, given, sizeof known) != 0
               ? cqa_sql_do(db, error, &insert_print, key->from, given, sizeof given)
               : CQA_OK;
}

enum cqa_status cqa_audit_use_key(struct cqa_scores *scores, const char *key_path,
                                  const char *store_path, enum cqa_audit_keying way,
                                  struct cqa_error *error)
{
    struct keying keying = {scores, key_path, store_path, way};

    return cqa_scores_write(scores, use_key, &keying, error);
}

int64_t cqa_audit_keyed(struct cqa_scores *scores, int64_t count)
{
    const int64_t from = cqa_scores_audit_key(scores)->from;

    return from == 0 || from > count ? 0 : count - from + 1;
}
