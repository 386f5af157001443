#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "server/accounts.h"
#include "server/audit.h"
#include "server/store_internal.h"

enum { SECRET_SIZE = 32, HASH_SIZE = 32, SEEN_STEP_MS = 60000 };

static const char console[] = "console"; /* who acts on the command line */

const char *const cqa_account_words[CQA_ACCOUNT_COUNT + 1] = {
    "admin", "lead", "auditor", "agent", "recorder", "hr", NULL};

int cqa_account_role_of(const char *word)
{
    for (int i = 0; i < CQA_ACCOUNT_COUNT; i++)
        if (strcmp(word, cqa_account_words[i]) == 0)
            return i;
    return -1;
}

struct cqa_scope cqa_identity_scope(const struct cqa_identity *who)
{
    struct cqa_scope scope = {.teams = who->teams, .team_count = who->team_count};

    if (who->role == CQA_ACCOUNT_RECORDER)
        scope.recorder = who->name;
    else if (who->role == CQA_ACCOUNT_AGENT && who->person != NULL)
        scope.person = who->person;
    else if (who->role == CQA_ACCOUNT_AGENT)
        scope.nothing = 1;
    return scope;
}

/* A secret has 256 random bits, so a fast hash without salt is enough to keep it out of a stolen
 * database. */
static void hash_secret(const char *secret, unsigned char out[HASH_SIZE])
{
    crypto_generichash(out, HASH_SIZE, (const unsigned char *)secret, strlen(secret), NULL, 0);
}

static void make_secret(char *out, size_t size)
{
    unsigned char bytes[SECRET_SIZE];

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(out, size, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
}

static enum cqa_status check_name(const char *what, const char *name, struct cqa_error *error)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-";
    const size_t length = strlen(name);

    if (length == 0 || length > 64 || name[strspn(name, allowed)] != '\0')
        return cqa_fail(error, CQA_E_BADDATA, "%s: allowed are 1 to 64 letters, digits and . _ @ -",
                        what);
    return CQA_OK;
}

/* ---- tokens */

enum cqa_status cqa_token_add(struct cqa_scores *scores, const char *name,
                              enum cqa_account_role role, const char *site,
                              char out[CQA_TOKEN_SIZE], struct cqa_error *error)
{
    return cqa_token_add_as(scores, console, name, role, site, out, error);
}

enum cqa_status cqa_token_add_as(struct cqa_scores *scores, const char *actor, const char *name,
                                 enum cqa_account_role role, const char *site,
                                 char out[CQA_TOKEN_SIZE], struct cqa_error *error)
{
    unsigned char hash[HASH_SIZE];
    struct cqa_db *db;
    enum cqa_status status = check_name("token name", name, error);

    if (status == CQA_OK && site[0] != '\0')
        status = check_name("site", site, error);
    if (status == CQA_OK)
        status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    out[0] = 'c';
    out[1] = 'q';
    out[2] = 'a';
    out[3] = '_';
    make_secret(out + 4, CQA_TOKEN_SIZE - 4);
    hash_secret(out, hash);
    status = cqa_db_run(
        db, error, "INSERT INTO tokens(name, role, site, hash, created_ms) VALUES(?, ?, ?, ?, ?)",
        "titbi", name, (int64_t)role, site, hash, HASH_SIZE, cqa_scores_now_ms(scores));
    if (status == CQA_OK)
        status =
            cqa_audit_add(scores, db, actor, "token.add", name, cqa_account_words[role], error);
    return cqa_scores_end(scores, status, error);
}

enum cqa_status cqa_token_revoke(struct cqa_scores *scores, const char *name,
                                 struct cqa_error *error)
{
    return cqa_token_revoke_as(scores, console, name, error);
}

enum cqa_status cqa_token_revoke_as(struct cqa_scores *scores, const char *actor, const char *name,
                                    struct cqa_error *error)
{
    struct cqa_db *db;
    enum cqa_status status = cqa_scores_begin(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_db_run(db, error,
                        "UPDATE tokens SET revoked_ms = ? WHERE name = ? AND revoked_ms IS NULL",
                        "it", cqa_scores_now_ms(scores), name);
    if (status == CQA_OK && cqa_db_changes(db) == 0)
        status = cqa_fail(error, CQA_E_NOTFOUND, "no token named \"%s\" is in force", name);
    if (status == CQA_OK)
        status = cqa_audit_add(scores, db, actor, "token.revoke", name, "", error);
    return cqa_scores_end(scores, status, error);
}

enum cqa_status cqa_token_list(struct cqa_scores *scores,
                               void (*visit)(void *context, const struct cqa_token_row *row),
                               void *context, struct cqa_error *error)
{
    struct cqa_db *db;
    sqlite3_stmt *row;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_db_start(db, &row, error,
                          "SELECT name, site, role, created_ms, coalesce(revoked_ms, 0) FROM tokens"
                          " ORDER BY id",
                          "");
    while (status == CQA_OK && (status = cqa_db_step(db, row, error)) == CQA_OK) {
        const struct cqa_token_row token = {cqa_db_text(row, 0), cqa_db_text(row, 1),
                                            (enum cqa_account_role)sqlite3_column_int(row, 2),
                                            sqlite3_column_int64(row, 3),
                                            sqlite3_column_int64(row, 4)};
        visit(context, &token);
    }
    if (status == CQA_E_NOTFOUND)
        cqa_db_end(row);
    cqa_scores_give(scores, db);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

enum cqa_status cqa_token_check(struct cqa_scores *scores, const char *token,
                                struct cqa_arena *arena, struct cqa_identity *out,
                                struct cqa_error *error)
{
    unsigned char hash[HASH_SIZE];
    struct cqa_db *db;
    sqlite3_stmt *row;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    hash_secret(token, hash);
    status = cqa_db_start(
        db, &row, error,
        "SELECT name, site, role, hash FROM tokens WHERE hash = ? AND revoked_ms IS NULL", "b",
        hash, HASH_SIZE);
    if (status == CQA_OK) {
        status = cqa_db_step(db, row, error);
        if (status == CQA_OK && sodium_memcmp(sqlite3_column_blob(row, 3), hash, HASH_SIZE) != 0)
            status = CQA_E_NOTFOUND;
        if (status == CQA_OK)
            *out = (struct cqa_identity){.name = cqa_arena_string(arena, cqa_db_text(row, 0)),
                                         .site = cqa_arena_string(arena, cqa_db_text(row, 1)),
                                         .role = (enum cqa_account_role)sqlite3_column_int(row, 2)};
        cqa_db_end(row);
    }
    cqa_scores_give(scores, db);
    if (status == CQA_OK && (out->name == NULL || out->site == NULL))
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    return status == CQA_E_NOTFOUND ? cqa_fail(error, CQA_E_REFUSED, "unknown or revoked token")
                                    : status;
}

/* ---- people */

static enum cqa_status write_teams(struct cqa_db *db, int64_t id, const struct cqa_user_new *user,
                                   struct cqa_error *error)
{
    enum cqa_status status =
        cqa_db_run(db, error, "DELETE FROM user_teams WHERE user = ?", "i", id);

    for (size_t i = 0; status == CQA_OK && i < user->team_count; i++)
        status = cqa_db_run(db, error, "INSERT OR IGNORE INTO user_teams(user, team) VALUES(?, ?)",
                            "it", id, user->teams[i]);
    return status;
}

/* `password`: its hash; NULL: as it is. */
static enum cqa_status write_user(struct cqa_scores *scores, struct cqa_db *db,
                                  const struct cqa_user_new *user, const char *password,
                                  struct cqa_error *error)
{
    const char *person = user->person ? user->person : user->name;
    int64_t id = 0;
    enum cqa_status status =
        password != NULL
            ? cqa_db_run(
                  db, error,
                  "INSERT INTO users(name, role, person, password, created_ms) VALUES(?, ?, ?, ?, "
                  "?)"
                  " ON CONFLICT(name) DO UPDATE SET role = excluded.role, person = excluded.person,"
                  " password = excluded.password, disabled_ms = NULL",
                  "titti", user->name, (int64_t)user->role, person, password,
                  cqa_scores_now_ms(scores))
            : cqa_db_run(db, error,
                         "UPDATE users SET role = ?, person = ?, disabled_ms = NULL WHERE name = ?",
                         "itt", (int64_t)user->role, person, user->name);

    if (status == CQA_OK)
        status =
            cqa_db_value(db, &id, error, "SELECT id FROM users WHERE name = ?", "t", user->name);
    if (status == CQA_E_NOTFOUND)
        return cqa_fail(error, CQA_E_NOTFOUND,
                        "no account named \"%s\": a new one needs a password", user->name);
    if (status == CQA_OK)
        status = cqa_db_run(db, error, "DELETE FROM sessions WHERE user = ?", "i", id);
    if (status == CQA_OK)
        status = write_teams(db, id, user, error);
    return status;
}

static enum cqa_status hash_password(const char *password, char out[crypto_pwhash_STRBYTES],
                                     struct cqa_error *error)
{
    const size_t length = strlen(password);

    if (length < CQA_PASSWORD_BYTES_MIN || length > CQA_PASSWORD_BYTES_MAX)
        return cqa_fail(error, CQA_E_BADDATA, "the password must have %d to %d bytes",
                        CQA_PASSWORD_BYTES_MIN, CQA_PASSWORD_BYTES_MAX);
    if (crypto_pwhash_str_alg(out, password, length, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                              crypto_pwhash_MEMLIMIT_INTERACTIVE,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory for the password hash");
    return CQA_OK;
}

enum cqa_status cqa_user_put(struct cqa_scores *scores, const struct cqa_user_new *user,
                             struct cqa_error *error)
{
    char password[crypto_pwhash_STRBYTES];
    char detail[400];
    struct cqa_db *db;
    enum cqa_status status = check_name("user name", user->name, error);

    if (status == CQA_OK && user->password != NULL)
        status = hash_password(user->password, password, error);
    if (status == CQA_OK)
        status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = write_user(scores, db, user, user->password ? password : NULL, error);
    snprintf(detail, sizeof detail, "%s, person %.256s, %zu teams%s", cqa_account_words[user->role],
             user->person ? user->person : user->name, user->team_count,
             user->password ? ", password set" : "");
    if (status == CQA_OK)
        status = cqa_audit_add(scores, db, user->actor ? user->actor : console, "user.put",
                               user->name, detail, error);
    return cqa_scores_end(scores, status, error);
}

enum cqa_status cqa_user_disable(struct cqa_scores *scores, const char *name,
                                 struct cqa_error *error)
{
    return cqa_user_disable_as(scores, console, name, error);
}

enum cqa_status cqa_user_disable_as(struct cqa_scores *scores, const char *actor, const char *name,
                                    struct cqa_error *error)
{
    struct cqa_db *db;
    enum cqa_status status = cqa_scores_begin(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_db_run(db, error,
                        "UPDATE users SET disabled_ms = ? WHERE name = ? AND disabled_ms IS NULL",
                        "it", cqa_scores_now_ms(scores), name);
    if (status == CQA_OK && cqa_db_changes(db) == 0)
        status = cqa_fail(error, CQA_E_NOTFOUND, "no account named \"%s\"", name);
    if (status == CQA_OK)
        status = cqa_db_run(
            db, error, "DELETE FROM sessions WHERE user = (SELECT id FROM users WHERE name = ?)",
            "t", name);
    if (status == CQA_OK)
        status = cqa_audit_add(scores, db, actor, "user.disable", name, "", error);
    return cqa_scores_end(scores, status, error);
}

static enum cqa_status read_teams(struct cqa_db *db, struct cqa_arena *arena,
                                  struct cqa_identity *out, struct cqa_error *error)
{
    sqlite3_stmt *row;
    int64_t count = 0;
    const char **teams;
    enum cqa_status status = cqa_db_value(
        db, &count, error, "SELECT count(*) FROM user_teams WHERE user = ?", "i", out->user);

    if (status != CQA_OK || count == 0)
        return status;
    teams = cqa_arena_alloc(arena, (size_t)count * sizeof *teams);
    if (teams == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    status =
        cqa_db_start(db, &row, error, "SELECT team FROM user_teams WHERE user = ?", "i", out->user);
    if (status != CQA_OK)
        return status;
    while (out->team_count < (size_t)count && (status = cqa_db_step(db, row, error)) == CQA_OK)
        teams[out->team_count++] = cqa_arena_string(arena, cqa_db_text(row, 0));
    cqa_db_end(row);
    out->teams = teams;
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

/* Fills `out` and, where asked for, the password hash (into `arena`). CQA_E_NOTFOUND: no such
 * account in force. */
static enum cqa_status read_user(struct cqa_db *db, const char *name, int64_t id,
                                 struct cqa_arena *arena, struct cqa_identity *out,
                                 const char **password, struct cqa_error *error)
{
    sqlite3_stmt *row;
    enum cqa_status status = cqa_db_start(db, &row, error,
                                          "SELECT id, name, role, person, password FROM users"
                                          " WHERE (name = ?1 OR id = ?2) AND disabled_ms IS NULL",
                                          "ti", name, id);

    if (status != CQA_OK)
        return status;
    status = cqa_db_step(db, row, error);
    if (status == CQA_OK) {
        *out = (struct cqa_identity){.user = sqlite3_column_int64(row, 0),
                                     .name = cqa_arena_string(arena, cqa_db_text(row, 1)),
                                     .role = (enum cqa_account_role)sqlite3_column_int(row, 2),
                                     .person = cqa_arena_string(arena, cqa_db_text(row, 3)),
                                     .site = ""};
        *password = cqa_arena_string(arena, cqa_db_text(row, 4));
    }
    cqa_db_end(row);
    if (status == CQA_OK && (out->name == NULL || out->person == NULL || *password == NULL))
        status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    return status == CQA_OK ? read_teams(db, arena, out, error) : status;
}

enum cqa_status cqa_user_list(struct cqa_scores *scores,
                              void (*visit)(void *context, const struct cqa_user_row *row),
                              void *context, struct cqa_error *error)
{
    struct cqa_db *db;
    sqlite3_stmt *row;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_db_start(db, &row, error,
                          "SELECT name, person, role, created_ms, coalesce(disabled_ms, 0),"
                          " (SELECT json_group_array(team) FROM user_teams WHERE user = users.id)"
                          " FROM users ORDER BY disabled_ms IS NOT NULL, name",
                          "");
    if (status == CQA_OK) {
        while ((status = cqa_db_step(db, row, error)) == CQA_OK) {
            const struct cqa_user_row user = {.name = cqa_db_text(row, 0),
                                              .person = cqa_db_text(row, 1),
                                              .role =
                                                  (enum cqa_account_role)sqlite3_column_int(row, 2),
                                              .created_ms = sqlite3_column_int64(row, 3),
                                              .disabled_ms = sqlite3_column_int64(row, 4),
                                              .teams = cqa_db_text(row, 5)};
            visit(context, &user);
        }
        cqa_db_end(row);
    }
    cqa_scores_give(scores, db);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

static enum cqa_status write_password(struct cqa_scores *scores, const struct cqa_identity *who,
                                      const char *password, const char *session,
                                      struct cqa_error *error)
{
    unsigned char hash[HASH_SIZE];
    struct cqa_db *db;
    enum cqa_status status = cqa_scores_begin(scores, &db, error);

    if (status != CQA_OK)
        return status;
    hash_secret(session, hash);
    status = cqa_db_run(db, error, "UPDATE users SET password = ? WHERE id = ?", "ti", password,
                        who->user);
    if (status == CQA_OK)
        status = cqa_db_run(db, error, "DELETE FROM sessions WHERE user = ? AND hash <> ?", "ib",
                            who->user, hash, HASH_SIZE);
    if (status == CQA_OK)
        status = cqa_audit_add(scores, db, who->name, "user.password", who->name, "", error);
    return cqa_scores_end(scores, status, error);
}

enum cqa_status cqa_user_change_password(struct cqa_scores *scores, const struct cqa_identity *who,
                                         const char *old_password, const char *new_password,
                                         const char *session, struct cqa_error *error)
{
    char password[crypto_pwhash_STRBYTES];
    struct cqa_arena arena = {0};
    struct cqa_identity found;
    const char *hash = NULL;
    struct cqa_db *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = read_user(db, NULL, who->user, &arena, &found, &hash, error);
    cqa_scores_give(scores, db);
    if (status == CQA_OK && crypto_pwhash_str_verify(hash, old_password, strlen(old_password)) != 0)
        status = cqa_fail(error, CQA_E_REFUSED, "the old password is wrong");
    cqa_arena_finish(&arena);
    if (status == CQA_OK)
        status = hash_password(new_password, password, error);
    return status == CQA_OK ? write_password(scores, who, password, session, error) : status;
}

/* Of no password: lets an unknown name take as long as a wrong password. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                             "mB3pMWC/3bCFVGv4NlZHdBaJvUE7ck+9BLu8a+JxQ5k";

static enum cqa_status write_session(struct cqa_scores *scores, char session[CQA_SESSION_SIZE],
                                     struct cqa_identity *who, struct cqa_arena *arena,
                                     struct cqa_error *error)
{
    unsigned char hash[HASH_SIZE];
    char csrf[CQA_CSRF_SIZE];
    struct cqa_db *db;
    enum cqa_status status = cqa_scores_begin(scores, &db, error);

    if (status != CQA_OK)
        return status;
    make_secret(session, CQA_SESSION_SIZE);
    make_secret(csrf, sizeof csrf);
    hash_secret(session, hash);
    who->csrf = cqa_arena_string(arena, csrf);
    status = cqa_db_run(
        db, error,
        "INSERT INTO sessions(hash, user, csrf, created_ms, seen_ms) VALUES(?1, ?2, ?3, ?4, ?4)",
        "biti", hash, HASH_SIZE, who->user, csrf, cqa_scores_now_ms(scores));
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
    status = read_user(db, name, 0, arena, out, &hash, error);
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
        hash, HASH_SIZE);

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
                        hash, HASH_SIZE);
    return cqa_scores_end(scores, status, error);
}

enum cqa_status cqa_session_check(struct cqa_scores *scores, const char *session, int64_t idle_ms,
                                  int64_t ms_max, struct cqa_arena *arena, struct cqa_identity *out,
                                  struct cqa_error *error)
{
    unsigned char hash[HASH_SIZE];
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
    hash_secret(session, hash);
    status = read_session(db, hash, arena, &user, &created_ms, &seen_ms, &csrf, error);
    if (status == CQA_OK && (now_ms - seen_ms > idle_ms || now_ms - created_ms > ms_max))
        status = CQA_E_NOTFOUND;
    if (status == CQA_OK)
        status = read_user(db, NULL, user, arena, out, &password, error);
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
    unsigned char hash[HASH_SIZE];
    struct cqa_db *db;
    enum cqa_status status = cqa_scores_begin(scores, &db, error);

    if (status != CQA_OK)
        return status;
    hash_secret(session, hash);
    status = cqa_db_run(db, error, "DELETE FROM sessions WHERE hash = ?", "b", hash, HASH_SIZE);
    return cqa_scores_end(scores, status, error);
}
