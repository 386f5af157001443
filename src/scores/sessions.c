/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "scores/accounts_internal.h"
#include "scores/audit.h"
#include "scores/second_factor.h"

enum { SEEN_STEP_MS = 60000, AGENT_SIZE = 256, NAME_BYTES = 8 };

/* Of no password: lets an unknown name take as long as a wrong password. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                             "mB3pMWC/3bCFVGv4NlZHdBaJvUE7ck+9BLu8a+JxQ5k";

CQA_SQL_STATEMENT(insert_session, "bititt", 0,
                  "INSERT INTO sessions(hash, user, csrf, created_ms, seen_ms, address, agent)"
                  " VALUES(?1, ?2, ?3, ?4, ?4, ?5, ?6)");

struct opening {
    struct cqa_scores *scores;
    const struct cqa_log_in *log_in;
    int *needs_code;
    const struct cqa_identity *who;
    const unsigned char *hash;
    const char *csrf;
};

/* Printable ASCII of it, as much as fits: browsers have nothing else there. */
static void copy_agent(const char *text, char out[AGENT_SIZE])
{
    size_t used = 0;

    for (; *text != '\0' && used + 1 < AGENT_SIZE; text++)
        if (*text >= ' ' && *text <= '~')
            out[used++] = *text;
    out[used] = '\0';
}

static enum cqa_status write_session(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct opening *it = context;
    char agent[AGENT_SIZE];
    enum cqa_status status =
        cqa_factor_check(it->scores, db, it->who, it->log_in->code, it->needs_code, error);

    copy_agent(it->log_in->agent, agent);
    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &insert_session, it->hash, (size_t)CQA_SECRET_HASH_SIZE,
                            it->who->user, it->csrf, cqa_scores_now_ms(it->scores),
                            it->log_in->address, agent);

    return status == CQA_OK ? cqa_audit_add(it->scores, db, it->who->name, "session.open",
                                            it->who->name, "", error)
                            : status;
}

static enum cqa_status make_session(struct cqa_scores *scores, const struct cqa_log_in *log_in,
                                    char session[CQA_SESSION_SIZE], struct cqa_identity *who,
                                    int *needs_code, struct cqa_arena *arena,
                                    struct cqa_error *error)
{
    unsigned char hash[CQA_SECRET_HASH_SIZE];
    char csrf[CQA_CSRF_SIZE];
    struct opening opening = {scores, log_in, needs_code, who, hash, csrf};

    cqa_secret_make(session, CQA_SESSION_SIZE);
    cqa_secret_make(csrf, sizeof csrf);
    cqa_secret_hash(session, hash);
    who->csrf = cqa_arena_string(arena, csrf);
    return cqa_scores_write(scores, write_session, &opening, error);
}
static int is_past(const struct cqa_scores *scores, const struct cqa_identity *who)
{
    return who->once_until_ms != 0 && who->once_until_ms < cqa_scores_now_ms(scores);
}

enum cqa_status cqa_session_open(struct cqa_scores *scores, const struct cqa_log_in *log_in,
                                 struct cqa_arena *arena, char session[CQA_SESSION_SIZE],
                                 struct cqa_identity *out, int *needs_code, struct cqa_error *error)
{
    const char *hash = nobody;
    struct cqa_sql *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    *needs_code = 0;
    if (status != CQA_OK)
        return status;
    status = cqa_user_read(db, log_in->name, 0, arena, out, &hash, error);
    cqa_scores_give(scores, db);
    if (status != CQA_OK && status != CQA_E_NOTFOUND)
        return status;
    const int matches =
        crypto_pwhash_str_verify(hash, log_in->password, strlen(log_in->password)) == 0;
    if (status == CQA_E_NOTFOUND || !matches || is_past(scores, out))
        return cqa_fail(error, CQA_E_REFUSED, "wrong name or password");
    return make_session(scores, log_in, session, out, needs_code, arena, error);
}

CQA_SQL_STATEMENT(session_of, "b", 4,
                  "SELECT user, created_ms, seen_ms, csrf FROM sessions WHERE hash = ?1");

/* A session's row; `*seen_ms` when it was last used. */
static enum cqa_status read_session(struct cqa_sql *db, const unsigned char *hash,
                                    struct cqa_arena *arena, int64_t *user, int64_t *created_ms,
                                    int64_t *seen_ms, const char **csrf, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status =
        cqa_sql_start(db, &row, error, &session_of, hash, (size_t)CQA_SECRET_HASH_SIZE);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        *user = cqa_sql_int(row, 0);
        *created_ms = cqa_sql_int(row, 1);
        *seen_ms = cqa_sql_int(row, 2);
        *csrf = cqa_arena_string(arena, cqa_row_text(row, 3));
    }
    cqa_sql_end(row);
    return status;
}

CQA_SQL_STATEMENT(set_seen, "ib", 0, "UPDATE sessions SET seen_ms = ?1 WHERE hash = ?2");

struct touching {
    const unsigned char *hash;
    int64_t now_ms;
};

static enum cqa_status touch(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct touching *it = context;

    return cqa_sql_do(db, error, &set_seen, it->now_ms, it->hash, (size_t)CQA_SECRET_HASH_SIZE);
}
enum cqa_status cqa_session_check(struct cqa_scores *scores, const char *session, int64_t idle_ms,
                                  int64_t ms_max, struct cqa_arena *arena, struct cqa_identity *out,
                                  struct cqa_error *error)
{
    unsigned char hash[CQA_SECRET_HASH_SIZE];
    int64_t user = 0;
    int64_t created_ms = 0;
    int64_t seen_ms = 0;
    const char *csrf = NULL;
    const char *password;
    struct cqa_sql *db;
    const int64_t now_ms = cqa_scores_now_ms(scores);
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    cqa_secret_hash(session, hash);
    status = read_session(db, hash, arena, &user, &created_ms, &seen_ms, &csrf, error);
    if (status == CQA_OK && (now_ms - seen_ms > idle_ms || now_ms - created_ms > ms_max))
        status = CQA_E_NOTFOUND;
    if (status == CQA_OK)
        status = cqa_user_read(db, NULL, user, arena, out, &password, error);
    cqa_scores_give(scores, db);
    if (status == CQA_E_NOTFOUND)
        return cqa_fail(error, CQA_E_REFUSED, "the session has ended");
    if (status != CQA_OK)
        return status;
    out->csrf = csrf;
    if (now_ms - seen_ms > SEEN_STEP_MS)
        cqa_scores_note(scores, touch, &(struct touching){hash, now_ms});
    return CQA_OK;
}

CQA_SQL_STATEMENT(drop_session, "b", 0, "DELETE FROM sessions WHERE hash = ?1");

struct dropping {
    struct cqa_scores *scores;
    const char *name;
    const unsigned char *hash;
};

static enum cqa_status drop(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct dropping *it = context;
    const enum cqa_status status =
        cqa_sql_do(db, error, &drop_session, it->hash, (size_t)CQA_SECRET_HASH_SIZE);

    return status == CQA_OK
               ? cqa_audit_add(it->scores, db, it->name, "session.close", it->name, "", error)
               : status;
}

enum cqa_status cqa_session_close(struct cqa_scores *scores, const char *name, const char *session,
                                  struct cqa_error *error)
{
    unsigned char hash[CQA_SECRET_HASH_SIZE];

    cqa_secret_hash(session, hash);
    return cqa_scores_write(scores, drop, &(struct dropping){scores, name, hash}, error);
}

/* ---- the own password */

CQA_SQL_STATEMENT(set_password, "ti", 0,
                  "UPDATE users SET password = ?1, once_until_ms = NULL WHERE id = ?2");
CQA_SQL_STATEMENT(drop_other_sessions, "ib", 0,
                  "DELETE FROM sessions WHERE user = ?1 AND hash <> ?2");

struct changing {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const char *password; /* its hash */
    const char *session;
};

static enum cqa_status write_password(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct changing *it = context;
    unsigned char hash[CQA_SECRET_HASH_SIZE];
    enum cqa_status status = cqa_sql_do(db, error, &set_password, it->password, it->who->user);

    cqa_secret_hash(it->session, hash);
    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &drop_other_sessions, it->who->user, hash,
                            (size_t)CQA_SECRET_HASH_SIZE);
    return status == CQA_OK ? cqa_audit_add(it->scores, db, it->who->name, "user.password",
                                            it->who->name, "", error)
                            : status;
}

enum cqa_status cqa_user_check_password(struct cqa_scores *scores, const struct cqa_identity *who,
                                        const char *password, struct cqa_error *error)
{
    struct cqa_arena arena = {0};
    struct cqa_identity found;
    const char *hash = NULL;
    struct cqa_sql *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_user_read(db, NULL, who->user, &arena, &found, &hash, error);
    cqa_scores_give(scores, db);
    if (status == CQA_OK && crypto_pwhash_str_verify(hash, password, strlen(password)) != 0)
        status = cqa_fail(error, CQA_E_REFUSED, "the old password is wrong");
    cqa_arena_finish(&arena);
    return status;
}

/* What others have seen does not become the own password by being typed again. */
static enum cqa_status check_new(struct cqa_scores *scores, const struct cqa_identity *who,
                                 const char *old_password, const char *new_password,
                                 char hash[CQA_PASSWORD_HASH_SIZE], struct cqa_error *error)
{
    const struct cqa_password_owner owner = {who->name, who->person};

    if (strcmp(old_password, new_password) == 0)
        return cqa_fail(error, CQA_E_BADDATA, "the new password is the old one");
    return cqa_password_hash(scores, &owner, new_password, hash, error);
}

enum cqa_status cqa_user_change_password(struct cqa_scores *scores, const struct cqa_identity *who,
                                         const char *old_password, const char *new_password,
                                         const char *session, struct cqa_error *error)
{
    char password[CQA_PASSWORD_HASH_SIZE];
    enum cqa_status status = cqa_user_check_password(scores, who, old_password, error);

    if (status == CQA_OK)
        status = check_new(scores, who, old_password, new_password, password, error);
    if (status != CQA_OK)
        return status;
    return cqa_scores_write(scores, write_password,
                            &(struct changing){scores, who, password, session}, error);
}

/* ---- the own sessions */

CQA_SQL_STATEMENT(list_sessions, "iii", 5,
                  "SELECT hash, created_ms, seen_ms, address, agent FROM sessions WHERE user = ?1"
                  " AND seen_ms >= ?2 AND created_ms >= ?3 ORDER BY seen_ms DESC, created_ms DESC");

enum cqa_status cqa_session_list(struct cqa_scores *scores, const struct cqa_identity *who,
                                 const char *session, int64_t idle_ms, int64_t ms_max,
                                 void (*visit)(void *context, const struct cqa_session_row *row),
                                 void *context, struct cqa_error *error)
{
    unsigned char current[CQA_SECRET_HASH_SIZE];
    const int64_t now_ms = cqa_scores_now_ms(scores);
    struct cqa_list list;

    cqa_secret_hash(session, current);
    cqa_list_start(scores, &list, error, &list_sessions, who->user, now_ms - idle_ms,
                   now_ms - ms_max);
    while (cqa_list_next(&list, error)) {
        const unsigned char *hash = cqa_sql_bytes(list.row, 0);
        struct cqa_session_row row = {.is_current = memcmp(hash, current, sizeof current) == 0,
                                      .created_ms = cqa_sql_int(list.row, 1),
                                      .seen_ms = cqa_sql_int(list.row, 2),
                                      .address = cqa_row_text(list.row, 3),
                                      .agent = cqa_row_text(list.row, 4)};
        sodium_bin2hex(row.name, sizeof row.name, hash, NAME_BYTES);
        visit(context, &row);
    }
    return cqa_list_end(scores, &list);
}

CQA_SQL_STATEMENT(drop_named, "ib", 0,
                  "DELETE FROM sessions WHERE user = ?1 AND substr(hash, 1, 8) = ?2");

struct ending {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const unsigned char *name;
};

static enum cqa_status end_named(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct ending *it = context;
    enum cqa_status status =
        cqa_sql_do(db, error, &drop_named, it->who->user, it->name, (size_t)NAME_BYTES);

    if (status == CQA_OK && cqa_sql_changes(db) == 0)
        status = cqa_fail(error, CQA_E_NOTFOUND, "you have no such session");
    return status == CQA_OK ? cqa_audit_add(it->scores, db, it->who->name, "session.close",
                                            it->who->name, "from another session", error)
                            : status;
}

enum cqa_status cqa_session_end(struct cqa_scores *scores, const struct cqa_identity *who,
                                const char *name, struct cqa_error *error)
{
    unsigned char bytes[NAME_BYTES] = {0};
    size_t length = 0;

    if (sodium_hex2bin(bytes, sizeof bytes, name, strlen(name), NULL, &length, NULL) != 0 ||
        length != sizeof bytes)
        return cqa_fail(error, CQA_E_NOTFOUND, "you have no such session");
    return cqa_scores_write(scores, end_named, &(struct ending){scores, who, bytes}, error);
}
