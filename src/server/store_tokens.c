/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <string.h>
#include "server/accounts_internal.h"
#include "server/audit.h"

enum { SECRET_SIZE = 32 };

void cqa_secret_hash(const char *secret, unsigned char out[CQA_SECRET_HASH_SIZE])
{
    crypto_generichash(out, CQA_SECRET_HASH_SIZE, (const unsigned char *)secret, strlen(secret),
                       NULL, 0);
}

void cqa_secret_make(char *out, size_t size)
{
    unsigned char bytes[SECRET_SIZE];

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(out, size, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
}

enum cqa_status cqa_token_add(struct cqa_scores *scores, const char *name,
                              enum cqa_account_role role, const char *site,
                              char out[CQA_TOKEN_SIZE], struct cqa_error *error)
{
    return cqa_token_add_as(scores, cqa_actor_console, name, role, site, out, error);
}

CQA_SQL_STATEMENT(
    insert_token, "titbi", 0,
    "INSERT INTO tokens(name, role, site, hash, created_ms) VALUES(?1, ?2, ?3, ?4, ?5)");

struct token_new {
    struct cqa_scores *scores;
    const char *actor, *name, *site;
    enum cqa_account_role role;
    const unsigned char *hash;
};

static enum cqa_status add(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct token_new *it = context;
    const enum cqa_status status =
        cqa_sql_do(db, error, &insert_token, it->name, (int64_t)it->role, it->site, it->hash,
                   (size_t)CQA_SECRET_HASH_SIZE, cqa_scores_now_ms(it->scores));

    return status == CQA_OK ? cqa_audit_add(it->scores, db, it->actor, "token.add", it->name,
                                            cqa_account_words[it->role], error)
                            : status;
}

enum cqa_status cqa_token_add_as(struct cqa_scores *scores, const char *actor, const char *name,
                                 enum cqa_account_role role, const char *site,
                                 char out[CQA_TOKEN_SIZE], struct cqa_error *error)
{
    unsigned char hash[CQA_SECRET_HASH_SIZE];
    struct token_new made = {scores, actor, name, site, role, hash};
    enum cqa_status status = cqa_account_check_name("token name", name, error);

    if (status == CQA_OK && site[0] != '\0')
        status = cqa_account_check_name("site", site, error);
    if (status != CQA_OK)
        return status;
    out[0] = 'c';
    out[1] = 'q';
    out[2] = 'a';
    out[3] = '_';
    cqa_secret_make(out + 4, CQA_TOKEN_SIZE - 4);
    cqa_secret_hash(out, hash);
    return cqa_scores_write(scores, add, &made, error);
}

enum cqa_status cqa_token_revoke(struct cqa_scores *scores, const char *name,
                                 struct cqa_error *error)
{
    return cqa_token_revoke_as(scores, cqa_actor_console, name, error);
}

CQA_SQL_STATEMENT(set_revoked, "it", 0,
                  "UPDATE tokens SET revoked_ms = ?1 WHERE name = ?2 AND revoked_ms IS NULL");

struct revoking {
    struct cqa_scores *scores;
    const char *actor, *name;
};

static enum cqa_status revoke(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct revoking *it = context;
    enum cqa_status status =
        cqa_sql_do(db, error, &set_revoked, cqa_scores_now_ms(it->scores), it->name);

    if (status == CQA_OK && cqa_sql_changes(db) == 0)
        status = cqa_fail(error, CQA_E_NOTFOUND, "no token named \"%s\" is in force", it->name);
    return status == CQA_OK
               ? cqa_audit_add(it->scores, db, it->actor, "token.revoke", it->name, "", error)
               : status;
}

enum cqa_status cqa_token_revoke_as(struct cqa_scores *scores, const char *actor, const char *name,
                                    struct cqa_error *error)
{
    return cqa_scores_write(scores, revoke, &(struct revoking){scores, actor, name}, error);
}

CQA_SQL_STATEMENT(list_tokens, "", 5,
                  "SELECT name, site, role, created_ms, coalesce(revoked_ms, 0) FROM tokens"
                  " ORDER BY id");

enum cqa_status cqa_token_list(struct cqa_scores *scores,
                               void (*visit)(void *context, const struct cqa_token_row *row),
                               void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_tokens);
    while (cqa_list_next(&list, error)) {
        const struct cqa_token_row token = {cqa_row_text(list.row, 0), cqa_row_text(list.row, 1),
                                            (enum cqa_account_role)cqa_sql_int(list.row, 2),
                                            cqa_sql_int(list.row, 3), cqa_sql_int(list.row, 4)};
        visit(context, &token);
    }
    return cqa_list_end(scores, &list);
}

CQA_SQL_STATEMENT(
    token_of, "b", 4,
    "SELECT name, site, role, hash FROM tokens WHERE hash = ?1 AND revoked_ms IS NULL");

enum cqa_status cqa_token_check(struct cqa_scores *scores, const char *token,
                                struct cqa_arena *arena, struct cqa_identity *out,
                                struct cqa_error *error)
{
    unsigned char hash[CQA_SECRET_HASH_SIZE];
    struct cqa_sql *db;
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    cqa_secret_hash(token, hash);
    status = cqa_sql_start(db, &row, error, &token_of, hash, (size_t)CQA_SECRET_HASH_SIZE);
    if (status == CQA_OK) {
        status = cqa_row_step(row, error);
        if (status == CQA_OK &&
            sodium_memcmp(cqa_sql_bytes(row, 3), hash, CQA_SECRET_HASH_SIZE) != 0)
            status = CQA_E_NOTFOUND;
        if (status == CQA_OK)
            *out = (struct cqa_identity){.name = cqa_arena_string(arena, cqa_row_text(row, 0)),
                                         .site = cqa_arena_string(arena, cqa_row_text(row, 1)),
                                         .role = (enum cqa_account_role)cqa_sql_int(row, 2)};
        cqa_sql_end(row);
    }
    cqa_scores_give(scores, db);
    if (status == CQA_OK && (out->name == NULL || out->site == NULL))
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    return status == CQA_E_NOTFOUND ? cqa_fail(error, CQA_E_REFUSED, "unknown or revoked token")
                                    : status;
}
