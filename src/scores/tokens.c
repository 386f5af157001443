/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "scores/accounts_internal.h"
#include "scores/audit.h"
#include "scores/cidr.h"

enum { SECRET_SIZE = 32, USED_STEP_MS = 3600 * 1000, DAY_MS = 24 * 3600 * 1000 };

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

CQA_SQL_STATEMENT(count_named, "t", 1, "SELECT count(*) FROM tokens WHERE name = ?1");
CQA_SQL_STATEMENT(insert_token, "titbiott", 0,
                  "INSERT INTO tokens(name, role, site, hash, created_ms, expires_ms, teams,"
                  " addresses) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

struct adding {
    struct cqa_scores *scores;
    const struct cqa_token_new *token;
    const char *teams;     /* as JSON; NULL: every team */
    const char *addresses; /* as JSON; NULL: everywhere */
    const unsigned char *hash;
};

/* A second token of a recorder's name would read what that one posted. */
static enum cqa_status check_name(struct cqa_sql *db, const struct cqa_token_new *token,
                                  struct cqa_error *error)
{
    int64_t count = 0;
    const enum cqa_status status =
        token->actor != NULL ? cqa_sql_number(db, &count, error, &count_named, token->name)
                             : CQA_OK;

    return status == CQA_OK && count > 0
               ? cqa_fail(
                     error, CQA_E_REFUSED,
                     "there is, or was, a token of this name: take another one, or \"token add\" "
                     "on the command line")
               : status;
}

static enum cqa_status add(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct adding *it = context;
    const struct cqa_token_new *token = it->token;
    const int64_t now_ms = cqa_scores_now_ms(it->scores);
    const int64_t expires_ms = now_ms + token->days * DAY_MS;
    char detail[400];
    enum cqa_status status = check_name(db, token, error);

    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &insert_token, token->name, (int64_t)token->role,
                            token->site, it->hash, (size_t)CQA_SECRET_HASH_SIZE, now_ms,
                            token->days > 0 ? &expires_ms : NULL, it->teams, it->addresses);
    snprintf(detail, sizeof detail, "%s, site %.64s, teams %.160s, from %.120s, for %lld days",
             cqa_account_words[token->role], token->site[0] != '\0' ? token->site : "-",
             it->teams ? it->teams : "all", it->addresses ? it->addresses : "everywhere",
             (long long)token->days);
    return status == CQA_OK
               ? cqa_audit_add(it->scores, db, token->actor ? token->actor : cqa_actor_console,
                               "token.add", token->name, detail, error)
               : status;
}

/* As JSON; NULL where there are none. Owned. */
static enum cqa_status write_list(const char *const *texts, size_t count, char **out,
                                  struct cqa_error *error)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(texts[i]));
    *out = count > 0 ? json_dumps(list, JSON_COMPACT) : NULL;
    json_decref(list);
    return count > 0 && *out == NULL ? cqa_fail(error, CQA_E_NOMEM, "out of memory") : CQA_OK;
}

static enum cqa_status check(const struct cqa_token_new *token, struct cqa_error *error)
{
    enum cqa_status status = cqa_account_check_name("token name", token->name, error);

    if (status == CQA_OK && token->site[0] != '\0')
        status = cqa_account_check_name("site", token->site, error);
    for (size_t i = 0; status == CQA_OK && i < token->address_count; i++)
        if (!cqa_cidr_is_good(token->addresses[i]))
            status = cqa_fail(error, CQA_E_BADDATA,
                              "\"%.64s\" is no range of addresses; allowed: 10.1.2.3, 10.1.0.0/16, "
                              "2001:db8::/32",
                              token->addresses[i]);
    return status;
}

enum cqa_status cqa_token_check_new(struct cqa_scores *scores, const struct cqa_token_new *token,
                                    struct cqa_error *error)
{
    struct cqa_sql *db;
    enum cqa_status status = check(token, error);

    if (status == CQA_OK)
        status = cqa_scores_take(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = check_name(db, token, error);
    cqa_scores_give(scores, db);
    return status;
}

enum cqa_status cqa_token_add(struct cqa_scores *scores, const struct cqa_token_new *token,
                              char out[CQA_TOKEN_SIZE], struct cqa_error *error)
{
    unsigned char hash[CQA_SECRET_HASH_SIZE];
    char *teams = NULL;
    char *addresses = NULL;
    enum cqa_status status = check(token, error);

    if (status == CQA_OK)
        status = write_list(token->teams, token->team_count, &teams, error);
    if (status == CQA_OK)
        status = write_list(token->addresses, token->address_count, &addresses, error);
    if (status == CQA_OK) {
        snprintf(out, CQA_TOKEN_SIZE, "cqa_");
        cqa_secret_make(out + 4, CQA_TOKEN_SIZE - 4);
        cqa_secret_hash(out, hash);
        status = cqa_scores_write(scores, add,
                                  &(struct adding){scores, token, teams, addresses, hash}, error);
    }
    free(teams);
    free(addresses);
    return status;
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

CQA_SQL_STATEMENT(list_tokens, "", 9,
                  "SELECT name, site, role, created_ms, coalesce(revoked_ms, 0),"
                  " coalesce(expires_ms, 0), coalesce(used_ms, 0), coalesce(teams, '[]'),"
                  " coalesce(addresses, '[]') FROM tokens ORDER BY id");

enum cqa_status cqa_token_list(struct cqa_scores *scores,
                               void (*visit)(void *context, const struct cqa_token_row *row),
                               void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_tokens);
    while (cqa_list_next(&list, error)) {
        const struct cqa_token_row token = {.name = cqa_row_text(list.row, 0),
                                            .site = cqa_row_text(list.row, 1),
                                            .teams = cqa_row_text(list.row, 7),
                                            .addresses = cqa_row_text(list.row, 8),
                                            .role = (enum cqa_account_role)cqa_sql_int(list.row, 2),
                                            .created_ms = cqa_sql_int(list.row, 3),
                                            .revoked_ms = cqa_sql_int(list.row, 4),
                                            .expires_ms = cqa_sql_int(list.row, 5),
                                            .used_ms = cqa_sql_int(list.row, 6)};
        visit(context, &token);
    }
    return cqa_list_end(scores, &list);
}

/* ---- who bears one */

/* Teams of the JSON list, into `arena`. */
static enum cqa_status read_teams(const char *text, struct cqa_arena *arena,
                                  struct cqa_identity *out, struct cqa_error *error)
{
    json_t *list = json_loads(text, 0, NULL);
    const size_t count = json_array_size(list);
    const char **teams = cqa_arena_alloc(arena, (count + 1) * sizeof *teams);
    int good = list != NULL && teams != NULL;

    for (size_t i = 0; good && i < count; i++) {
        teams[i] = cqa_arena_string(arena, json_string_value(json_array_get(list, i)));
        good = teams[i] != NULL;
    }
    json_decref(list);
    out->teams = teams;
    out->team_count = count;
    return good ? CQA_OK : cqa_fail(error, CQA_E_NOMEM, "out of memory");
}

static const char *name_of(const char *name, enum cqa_account_role role, struct cqa_arena *arena)
{
    char prefixed[96];

    snprintf(prefixed, sizeof prefixed, CQA_TOKEN_PREFIX "%s", name);
    return cqa_arena_string(arena, role == CQA_ACCOUNT_RECORDER ? name : prefixed);
}

static enum cqa_status read_identity(const struct cqa_sql_rows *row, struct cqa_arena *arena,
                                     struct cqa_identity *out, struct cqa_error *error)
{
    const enum cqa_account_role role = (enum cqa_account_role)cqa_sql_int(row, 2);

    *out = (struct cqa_identity){.name = name_of(cqa_row_text(row, 0), role, arena),
                                 .site = cqa_arena_string(arena, cqa_row_text(row, 1)),
                                 .role = role};
    if (out->name == NULL || out->site == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    return cqa_sql_is_null(row, 4) ? CQA_OK : read_teams(cqa_row_text(row, 4), arena, out, error);
}

CQA_SQL_STATEMENT(token_of, "bi", 8,
                  "SELECT name, site, role, hash, teams, id, coalesce(used_ms, 0), addresses"
                  " FROM tokens"
                  " WHERE hash = ?1 AND revoked_ms IS NULL"
                  " AND (expires_ms IS NULL OR expires_ms > ?2)");
CQA_SQL_STATEMENT(set_used, "ii", 0, "UPDATE tokens SET used_ms = ?1 WHERE id = ?2");

struct token_use {
    const char *address;
    int64_t id, used_ms, now_ms;
};

/* Whether the token of the row may be used from there. */
static int is_from(const struct cqa_sql_rows *row, const char *address)
{
    json_t *list = cqa_sql_is_null(row, 7) ? NULL : json_loads(cqa_row_text(row, 7), 0, NULL);
    int is = list == NULL && cqa_sql_is_null(row, 7);

    for (size_t i = 0; !is && i < json_array_size(list); i++)
        is = cqa_cidr_holds(json_string_value(json_array_get(list, i)), address);
    json_decref(list);
    return is;
}

static enum cqa_status note_use(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct token_use *it = context;

    return cqa_sql_do(db, error, &set_used, it->now_ms, it->id);
}

static enum cqa_status find_token(struct cqa_sql *db, const unsigned char *hash,
                                  struct token_use *use, struct cqa_arena *arena,
                                  struct cqa_identity *out, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status =
        cqa_sql_start(db, &row, error, &token_of, hash, (size_t)CQA_SECRET_HASH_SIZE, use->now_ms);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK && sodium_memcmp(cqa_sql_bytes(row, 3), hash, CQA_SECRET_HASH_SIZE) != 0)
        status = CQA_E_NOTFOUND;
    if (status == CQA_OK && !is_from(row, use->address))
        status = CQA_E_NOTFOUND;
    if (status == CQA_OK) {
        use->id = cqa_sql_int(row, 5);
        use->used_ms = cqa_sql_int(row, 6);
        status = read_identity(row, arena, out, error);
    }
    cqa_sql_end(row);
    return status;
}

enum cqa_status cqa_token_check(struct cqa_scores *scores, const char *token, const char *address,
                                struct cqa_arena *arena, struct cqa_identity *out,
                                struct cqa_error *error)
{
    unsigned char hash[CQA_SECRET_HASH_SIZE];
    struct token_use use = {.address = address, .now_ms = cqa_scores_now_ms(scores)};
    struct cqa_sql *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    cqa_secret_hash(token, hash);
    status = find_token(db, hash, &use, arena, out, error);
    cqa_scores_give(scores, db);
    if (status == CQA_E_NOTFOUND)
        return cqa_fail(error, CQA_E_REFUSED,
                        "unknown, revoked or expired token, or one for other addresses");
    if (status == CQA_OK && use.now_ms - use.used_ms >= USED_STEP_MS)
        cqa_scores_note(scores, note_use, &use);
    return status;
}
