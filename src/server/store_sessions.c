/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <string.h>
#include "server/accounts_internal.h"
#include "server/audit.h"

enum { SEEN_STEP_MS = 60000 };

/* Of no password: lets an unknown name take as long as a wrong password. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                             "mB3pMWC/3bCFVGv4NlZHdBaJvUE7ck+9BLu8a+JxQ5k";

static enum cqa_status write_session(struct cqa_scores *scores, char session[CQA_SESSION_SIZE],
                                     struct cqa_identity *who, struct cqa_arena *arena,
                                     struct cqa_error *error)
{
    unsigned char hash[CQA_SECRET_HASH_SIZE];
    char csrf[CQA_CSRF_SIZE];
    struct cqa_db *db;
    enum cqa_status status = cqa_scores_begin(scores, &db, error);

    if (status != CQA_OK)
        return status;
    cqa_secret_make(session, CQA_SESSION_SIZE);
    cqa_secret_make(csrf, sizeof csrf);
    cqa_secret_hash(session, hash);
    who->csrf = cqa_arena_string(arena, csrf);
    status = cqa_db_run(
        db, error,
        "INSERT INTO sessions(hash, user, csrf, created_ms, seen_ms) VALUES(?1, ?2, ?3, ?4, ?4)",
        "biti", hash, CQA_SECRET_HASH_SIZE, who->user, csrf, cqa_scores_now_ms(scores));
    if (status == CQA_OK)
        status = cqa_audit_add(scores, db, who->name, "session.open", who->name, "", error);
    return cqa_scores_end(scores, status, error);
}

enum cqa_status cqa_session_open(struct cqa_scores *scores, const char *name, const char *password,
                                 struct cqa_arena *arena, char session[CQA_SESSION_SIZE],
                                 struct cqa_identity *out, struct cqa_error *error)
{
    const char *hash = nobody;
    struct cqa_db *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_user_read(db, name, 0, arena, out, &hash, error);
    cqa_scores_give(scores, db);
    if (status != CQA_OK && status != CQA_E_NOTFOUND)
        return status;
    const int matches = crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
    if (status == CQA_E_NOTFOUND || !matches)
        return cqa_fail(error, CQA_E_REFUSED, "wrong name or password");
    return write_session(scores, session, out, arena, error);
}

/* A session's row; `*seen_ms` when it was last used. */
static enum cqa_status read_session(struct cqa_db *db, const unsigned char *hash,
                                    struct cqa_arena *arena, int64_t *user, int64_t *created_ms,
                                    int64_t *seen_ms, const char **csrf, struct cqa_error *error)
{
    sqlite3_stmt *row;
    enum cqa_status status = cqa_db_start(
        db, &row, error, "SELECT user, created_ms, seen_ms, csrf FROM sessions WHERE hash = ?", "b",
        hash, CQA_SECRET_HASH_SIZE);

    if (status != CQA_OK)
        return status;
    status = cqa_db_step(db, row, error);
    if (status == CQA_OK) {
        *user = sqlite3_column_int64(row, 0);
        *created_ms = sqlite3_column_int64(row, 1);
        *seen_ms = sqlite3_column_int64(row, 2);
        *csrf = cqa_arena_string(arena, cqa_db_text(row, 3));
    }
    cqa_db_end(row);
    return status;
}

static enum cqa_status touch_session(struct cqa_scores *scores, const unsigned char *hash,
                                     int64_t now_ms, struct cqa_error *error)
{
    struct cqa_db *db;
    enum cqa_status status = cqa_scores_begin(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_db_run(db, error, "UPDATE sessions SET seen_ms = ? WHERE hash = ?", "ib", now_ms,
                        hash, CQA_SECRET_HASH_SIZE);
    return cqa_scores_end(scores, status, error);
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
    struct cqa_db *db;
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
    return now_ms - seen_ms > SEEN_STEP_MS ? touch_session(scores, hash, now_ms, error) : CQA_OK;
}

enum cqa_status cqa_session_close(struct cqa_scores *scores, const char *session,
                                  struct cqa_error *error)
{
    unsigned char hash[CQA_SECRET_HASH_SIZE];
    struct cqa_db *db;
    enum cqa_status status = cqa_scores_begin(scores, &db, error);

    if (status != CQA_OK)
        return status;
    cqa_secret_hash(session, hash);
    status = cqa_db_run(db, error, "DELETE FROM sessions WHERE hash = ?", "b", hash,
                        CQA_SECRET_HASH_SIZE);
    return cqa_scores_end(scores, status, error);
}

/* ---- the own password */

static enum cqa_status write_password(struct cqa_scores *scores, const struct cqa_identity *who,
                                      const char *password, const char *session,
                                      struct cqa_error *error)
{
    unsigned char hash[CQA_SECRET_HASH_SIZE];
    struct cqa_db *db;
    enum cqa_status status = cqa_scores_begin(scores, &db, error);

    if (status != CQA_OK)
        return status;
    cqa_secret_hash(session, hash);
    status = cqa_db_run(db, error, "UPDATE users SET password = ? WHERE id = ?", "ti", password,
                        who->user);
    if (status == CQA_OK)
        status = cqa_db_run(db, error, "DELETE FROM sessions WHERE user = ? AND hash <> ?", "ib",
                            who->user, hash, CQA_SECRET_HASH_SIZE);
    if (status == CQA_OK)
        status = cqa_audit_add(scores, db, who->name, "user.password", who->name, "", error);
    return cqa_scores_end(scores, status, error);
}

enum cqa_status cqa_user_change_password(struct cqa_scores *scores, const struct cqa_identity *who,
                                         const char *old_password, const char *new_password,
                                         const char *session, struct cqa_error *error)
{
    char password[CQA_PASSWORD_HASH_SIZE];
    struct cqa_arena arena = {0};
    struct cqa_identity found;
    const char *hash = NULL;
    struct cqa_db *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_user_read(db, NULL, who->user, &arena, &found, &hash, error);
    cqa_scores_give(scores, db);
    if (status == CQA_OK && crypto_pwhash_str_verify(hash, old_password, strlen(old_password)) != 0)
        status = cqa_fail(error, CQA_E_REFUSED, "the old password is wrong");
    cqa_arena_finish(&arena);
    if (status == CQA_OK)
        status = cqa_password_hash(new_password, password, error);
    return status == CQA_OK ? write_password(scores, who, password, session, error) : status;
}
