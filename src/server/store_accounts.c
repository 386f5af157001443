/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "server/accounts_internal.h"
#include "server/audit.h"

const char cqa_actor_console[] = "console";

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

enum cqa_status cqa_account_check_name(const char *what, const char *name, struct cqa_error *error)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-";
    const size_t length = strlen(name);

    if (length == 0 || length > 64 || name[strspn(name, allowed)] != '\0')
        return cqa_fail(error, CQA_E_BADDATA, "%p: allowed are 1 to 64 letters, digits and . _ @ -",
                        cqa_words_for(what));
    return CQA_OK;
}

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

_Static_assert(CQA_PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "the size of a stored hash");

enum cqa_status cqa_password_hash(const char *password, char out[CQA_PASSWORD_HASH_SIZE],
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
    char password[CQA_PASSWORD_HASH_SIZE];
    char detail[400];
    struct cqa_db *db;
    enum cqa_status status = cqa_account_check_name("user name", user->name, error);

    if (status == CQA_OK && user->password != NULL)
        status = cqa_password_hash(user->password, password, error);
    if (status == CQA_OK)
        status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = write_user(scores, db, user, user->password ? password : NULL, error);
    snprintf(detail, sizeof detail, "%s, person %.256s, %zu teams%s", cqa_account_words[user->role],
             user->person ? user->person : user->name, user->team_count,
             user->password ? ", password set" : "");
    if (status == CQA_OK)
        status = cqa_audit_add(scores, db, user->actor ? user->actor : cqa_actor_console,
                               "user.put", user->name, detail, error);
    return cqa_scores_end(scores, status, error);
}

enum cqa_status cqa_user_disable(struct cqa_scores *scores, const char *name,
                                 struct cqa_error *error)
{
    return cqa_user_disable_as(scores, cqa_actor_console, name, error);
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

enum cqa_status cqa_user_read(struct cqa_db *db, const char *name, int64_t id,
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
    struct cqa_list list;

    cqa_list_start(scores, &list, error,
                   "SELECT name, person, role, created_ms, coalesce(disabled_ms, 0),"
                   " (SELECT json_group_array(team) FROM user_teams WHERE user = users.id)"
                   " FROM users ORDER BY disabled_ms IS NOT NULL, name",
                   "");
    while (cqa_list_next(&list, error)) {
        const struct cqa_user_row user = {
            .name = cqa_db_text(list.row, 0),
            .person = cqa_db_text(list.row, 1),
            .role = (enum cqa_account_role)sqlite3_column_int(list.row, 2),
            .created_ms = sqlite3_column_int64(list.row, 3),
            .disabled_ms = sqlite3_column_int64(list.row, 4),
            .teams = cqa_db_text(list.row, 5)};
        visit(context, &user);
    }
    return cqa_list_end(scores, &list);
}
