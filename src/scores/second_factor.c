/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/second_factor.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "scores/accounts_internal.h"
#include "scores/audit.h"
#include "scores/store_internal.h"

enum {
    SECRET_BYTES = 20, /* RFC 4226: as long as the hash */
    SEALED_BYTES = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + SECRET_BYTES,
    STEP_S = 30,
    STEPS_BESIDE = 1 /* telephones' clocks, and the time that typing takes */
};

/* ---- the secret */

/* One key an account, so that a row put under another account is not its secret. */
static void key_of(struct cqa_scores *scores, int64_t account,
                   unsigned char key[crypto_secretbox_KEYBYTES])
{
    char purpose[64];
    const struct cqa_audit_key *site = cqa_scores_audit_key(scores);

    (void)snprintf(purpose, sizeof purpose, "second factor of account %lld", (long long)account);
    crypto_generichash(key, crypto_secretbox_KEYBYTES, (const unsigned char *)purpose,
                       strlen(purpose), site->bytes, sizeof site->bytes);
}

static void seal(struct cqa_scores *scores, int64_t account,
                 const unsigned char secret[SECRET_BYTES], unsigned char out[SEALED_BYTES])
{
    unsigned char key[crypto_secretbox_KEYBYTES];

    key_of(scores, account, key);
    randombytes_buf(out, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(out + crypto_secretbox_NONCEBYTES, secret, SECRET_BYTES, out, key);
    sodium_memzero(key, sizeof key);
}

static enum cqa_status unseal(struct cqa_scores *scores, int64_t account,
                              const struct cqa_sql_rows *row, unsigned char out[SECRET_BYTES],
                              struct cqa_error *error)
{
    unsigned char key[crypto_secretbox_KEYBYTES];
    const unsigned char *sealed = cqa_sql_bytes(row, 0);

    key_of(scores, account, key);
    const int good =
        cqa_sql_size(row, 0) == SEALED_BYTES &&
        crypto_secretbox_open_easy(out, sealed + crypto_secretbox_NONCEBYTES,
                                   SEALED_BYTES - crypto_secretbox_NONCEBYTES, sealed, key) == 0;
    sodium_memzero(key, sizeof key);
    return good ? CQA_OK
                : cqa_fail(error, CQA_E_BADDATA,
                           "the second factor cannot be read with this server's key: "
                           "callqa-server user second-factor NAME --off");
}

/* Base32 (RFC 4648) without padding: 20 bytes are 32 letters. */
static void write_text(const unsigned char secret[SECRET_BYTES], char out[CQA_FACTOR_TEXT_SIZE])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    unsigned bits = 0;
    int count = 0;
    size_t used = 0;

    for (size_t i = 0; i < SECRET_BYTES; i++) {
        bits = bits << 8 | secret[i];
        for (count += 8; count >= 5; count -= 5)
            out[used++] = letters[bits >> (count - 5) & 31];
    }
    out[used] = '\0';
}

void cqa_factor_uri(const char *name, const char *text, char out[CQA_FACTOR_URI_SIZE])
{
    (void)snprintf(out, CQA_FACTOR_URI_SIZE, "otpauth://totp/callqa:%s?secret=%s&issuer=callqa",
                   name, text);
}

/* ---- codes */

CQA_SQL_STATEMENT(factor_of, "i", 3,
                  "SELECT secret, step, coalesce(confirmed_ms, 0) FROM second_factors"
                  " WHERE account = ?1");
CQA_SQL_STATEMENT(set_step, "ii", 0, "UPDATE second_factors SET step = ?1 WHERE account = ?2");

struct factor {
    unsigned char secret[SECRET_BYTES];
    int64_t step; /* the last one whose code was taken */
    int counts;
};

/* CQA_E_NOTFOUND: the account has none. */
static enum cqa_status read_factor(struct cqa_scores *scores, struct cqa_sql *db, int64_t account,
                                   struct factor *out, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &factor_of, account);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        out->step = cqa_sql_int(row, 1);
        out->counts = cqa_sql_int(row, 2) != 0;
        status = unseal(scores, account, row, out->secret, error);
    }
    cqa_sql_end(row);
    return status;
}

/* The step whose code it is; -1: none near the clock's. */
static int64_t step_of(const struct factor *factor, const char *code, int64_t now_ms)
{
    uint64_t counter = 0;
    const int found =
        oath_totp_validate3((const char *)factor->secret, SECRET_BYTES, (time_t)(now_ms / 1000),
                            STEP_S, 0, STEPS_BESIDE, NULL, &counter, code);

    return strlen(code) == 6 && found >= 0 ? (int64_t)counter : -1;
}

/* The code is taken, so that nobody who has seen it can use it again. */
static enum cqa_status take_code(struct cqa_scores *scores, struct cqa_sql *db, int64_t account,
                                 const struct factor *factor, const char *code,
                                 struct cqa_error *error)
{
    const int64_t step = step_of(factor, code, cqa_scores_now_ms(scores));

    if (step < 0 || step <= factor->step)
        return cqa_fail(error, CQA_E_REFUSED, "the code is wrong, or was used before");
    return cqa_sql_do(db, error, &set_step, step, account);
}

enum cqa_status cqa_factor_check(struct cqa_scores *scores, struct cqa_sql *db,
                                 const struct cqa_identity *who, const char *code, int *is_missing,
                                 struct cqa_error *error)
{
    struct factor factor;
    enum cqa_status status = read_factor(scores, db, who->user, &factor, error);

    *is_missing = 0;
    if (status == CQA_E_NOTFOUND || (status == CQA_OK && !factor.counts))
        status = CQA_OK;
    else if (status == CQA_OK && code == NULL) {
        *is_missing = 1;
        status = cqa_fail(error, CQA_E_REFUSED, "a code of the second factor is needed as well");
    } else if (status == CQA_OK)
        status = take_code(scores, db, who->user, &factor, code, error);
    sodium_memzero(&factor, sizeof factor);
    return status;
}

/* ---- giving and taking */

CQA_SQL_STATEMENT(drop_factor, "i", 0, "DELETE FROM second_factors WHERE account = ?1");
CQA_SQL_STATEMENT(insert_factor, "ibio", 0,
                  "INSERT INTO second_factors(account, secret, made_ms, confirmed_ms)"
                  " VALUES(?1, ?2, ?3, ?4)");
CQA_SQL_STATEMENT(set_confirmed, "ii", 0,
                  "UPDATE second_factors SET confirmed_ms = ?1 WHERE account = ?2");
CQA_SQL_STATEMENT(drop_others, "ib", 0, "DELETE FROM sessions WHERE user = ?1 AND hash <> ?2");
CQA_SQL_STATEMENT(account_of, "t", 1,
                  "SELECT id FROM users WHERE name = ?1 AND disabled_ms IS NULL");

struct change {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const char *name; /* whose it is, where `who` is not */
    const char *code, *session;
    char *text;
};

static enum cqa_status note(const struct change *it, struct cqa_sql *db, const char *action,
                            struct cqa_error *error)
{
    return cqa_audit_add(it->scores, db, it->who ? it->who->name : cqa_actor_console, action,
                         it->who ? it->who->name : it->name, "", error);
}

static enum cqa_status end_other_sessions(struct cqa_sql *db, int64_t account, const char *session,
                                          struct cqa_error *error)
{
    unsigned char hash[CQA_SECRET_HASH_SIZE];

    cqa_secret_hash(session, hash);
    return cqa_sql_do(db, error, &drop_others, account, hash, (size_t)CQA_SECRET_HASH_SIZE);
}

/* Makes a secret in place of what there is; its text goes to `text`. */
static enum cqa_status put_factor(struct cqa_scores *scores, struct cqa_sql *db, int64_t account,
                                  int counts, char *text, struct cqa_error *error)
{
    unsigned char secret[SECRET_BYTES];
    unsigned char sealed[SEALED_BYTES];
    const int64_t now_ms = cqa_scores_now_ms(scores);
    enum cqa_status status = cqa_sql_do(db, error, &drop_factor, account);

    randombytes_buf(secret, sizeof secret);
    seal(scores, account, secret, sealed);
    write_text(secret, text);
    sodium_memzero(secret, sizeof secret);
    return status == CQA_OK ? cqa_sql_do(db, error, &insert_factor, account, sealed, sizeof sealed,
                                         now_ms, counts ? &now_ms : NULL)
                            : status;
}

static enum cqa_status begin(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct change *it = context;
    struct factor factor = {.counts = 0};
    enum cqa_status status = read_factor(it->scores, db, it->who->user, &factor, error);
    const int counts = factor.counts;

    sodium_memzero(&factor, sizeof factor);
    if (status == CQA_OK && counts)
        return cqa_fail(error, CQA_E_REFUSED, "the account has a second factor already");
    if (status != CQA_OK && status != CQA_E_NOTFOUND)
        return status;
    return put_factor(it->scores, db, it->who->user, 0, it->text, error);
}

enum cqa_status cqa_factor_begin(struct cqa_scores *scores, const struct cqa_identity *who,
                                 char text[CQA_FACTOR_TEXT_SIZE], struct cqa_error *error)
{
    struct change change = {.scores = scores, .who = who, .text = text};

    return cqa_scores_write(scores, begin, &change, error);
}

/* What is there, with its code. */
static enum cqa_status show(const struct change *it, struct cqa_sql *db, struct cqa_error *error)
{
    struct factor factor;
    enum cqa_status status = read_factor(it->scores, db, it->who->user, &factor, error);

    if (status == CQA_E_NOTFOUND)
        return cqa_fail(error, CQA_E_NOTFOUND, "the account has no second factor");
    if (status == CQA_OK)
        status = take_code(it->scores, db, it->who->user, &factor, it->code, error);
    sodium_memzero(&factor, sizeof factor);
    return status;
}

static enum cqa_status confirm(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct change *it = context;
    enum cqa_status status = show(it, db, error);

    if (status == CQA_OK)
        status =
            cqa_sql_do(db, error, &set_confirmed, cqa_scores_now_ms(it->scores), it->who->user);
    if (status == CQA_OK)
        status = end_other_sessions(db, it->who->user, it->session, error);
    return status == CQA_OK ? note(it, db, "factor.on", error) : status;
}

enum cqa_status cqa_factor_confirm(struct cqa_scores *scores, const struct cqa_identity *who,
                                   const char *code, const char *session, struct cqa_error *error)
{
    struct change change = {.scores = scores, .who = who, .code = code, .session = session};

    return cqa_scores_write(scores, confirm, &change, error);
}

static enum cqa_status end(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct change *it = context;
    enum cqa_status status = show(it, db, error);

    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &drop_factor, it->who->user);
    return status == CQA_OK ? note(it, db, "factor.off", error) : status;
}

enum cqa_status cqa_factor_end(struct cqa_scores *scores, const struct cqa_identity *who,
                               const char *code, struct cqa_error *error)
{
    struct change change = {.scores = scores, .who = who, .code = code};

    return cqa_scores_write(scores, end, &change, error);
}

/* ---- by the command line */

static enum cqa_status find_account(struct cqa_sql *db, const char *name, int64_t *account,
                                    struct cqa_error *error)
{
    const enum cqa_status status = cqa_scores_find(db, account, error, &account_of, name);

    return status == CQA_E_NOTFOUND
               ? cqa_fail(error, CQA_E_NOTFOUND, "no account named \"%s\"", name)
               : status;
}

static enum cqa_status give(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct change *it = context;
    int64_t account = 0;
    enum cqa_status status = find_account(db, it->name, &account, error);

    if (status == CQA_OK)
        status = put_factor(it->scores, db, account, 1, it->text, error);
    if (status == CQA_OK)
        status = end_other_sessions(db, account, "", error);
    return status == CQA_OK ? note(it, db, "factor.on", error) : status;
}

enum cqa_status cqa_factor_give(struct cqa_scores *scores, const char *name,
                                char text[CQA_FACTOR_TEXT_SIZE], struct cqa_error *error)
{
    struct change change = {.scores = scores, .name = name, .text = text};

    return cqa_scores_write(scores, give, &change, error);
}

static enum cqa_status take(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct change *it = context;
    int64_t account = 0;
    enum cqa_status status = find_account(db, it->name, &account, error);

    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &drop_factor, account);
    if (status == CQA_OK && cqa_sql_changes(db) == 0)
        status = cqa_fail(error, CQA_E_NOTFOUND, "the account has no second factor");
    if (status == CQA_OK)
        status = end_other_sessions(db, account, "", error);
    return status == CQA_OK ? note(it, db, "factor.off", error) : status;
}

enum cqa_status cqa_factor_take(struct cqa_scores *scores, const char *name,
                                struct cqa_error *error)
{
    struct change change = {.scores = scores, .name = name};

    return cqa_scores_write(scores, take, &change, error);
}
