/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "scores/accounts_internal.h"
#include "scores/audit.h"

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

CQA_SQL_STATEMENT(drop_teams, "i", 0, "DELETE FROM user_teams WHERE user = ?1");
CQA_SQL_STATEMENT(insert_team, "it", 0,
                  "INSERT INTO user_teams(user, team) VALUES(?1, ?2)"
                  " ON CONFLICT DO NOTHING");

static enum cqa_status write_teams(struct cqa_sql *db, int64_t id, const struct cqa_user_new *user,
                                   struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_do(db, error, &drop_teams, id);

    for (size_t i = 0; status == CQA_OK && i < user->team_count; i++)
        status = cqa_sql_do(db, error, &insert_team, id, user->teams[i]);
    return status;
}

CQA_SQL_STATEMENT(
    upsert_user, "titti", 0,
    "INSERT INTO users(name, role, person, password, created_ms) VALUES(?1, ?2, ?3, ?4, "
    "?5)"
    " ON CONFLICT(name) DO UPDATE SET role = excluded.role, person = excluded.person,"
    " password = excluded.password, disabled_ms = NULL");
CQA_SQL_STATEMENT(set_once, "it", 0,
                  "UPDATE users SET once_until_ms = nullif(?1, 0) WHERE name = ?2");
CQA_SQL_STATEMENT(set_user, "itt", 0,
                  "UPDATE users SET role = ?1, person = ?2, disabled_ms = NULL WHERE name = ?3");
CQA_SQL_STATEMENT(id_of_user, "t", 1, "SELECT id FROM users WHERE name = ?1");
CQA_SQL_STATEMENT(drop_sessions, "i", 0, "DELETE FROM sessions WHERE user = ?1");
CQA_SQL_STATEMENT(drop_jobs, "i", 0, "DELETE FROM jobs WHERE user = ?1 AND state > 0");

/* What was begun or kept with the rights that the account had: sessions, and jobs, whose answers
 * may hold what it no longer sees. One that waits is done with the rights of then. */
static enum cqa_status drop_held(struct cqa_sql *db, int64_t user, struct cqa_error *error)
{
    const enum cqa_status status = cqa_sql_do(db, error, &drop_sessions, user);

    return status == CQA_OK ? cqa_sql_do(db, error, &drop_jobs, user) : status;
}

/* `password`: its hash; NULL: as it is. */
static enum cqa_status write_user(struct cqa_scores *scores, struct cqa_sql *db,
                                  const struct cqa_user_new *user, const char *password,
                                  struct cqa_error *error)
{
    const char *person = user->person ? user->person : user->name;
    int64_t id = 0;
    enum cqa_status status =
        password != NULL
            ? cqa_sql_do(db, error, &upsert_user, user->name, (int64_t)user->role, person, password,
                         cqa_scores_now_ms(scores))
            : cqa_sql_do(db, error, &set_user, (int64_t)user->role, person, user->name);

    if (status == CQA_OK && password != NULL)
        status = cqa_sql_do(db, error, &set_once,
                            user->is_once ? cqa_scores_now_ms(scores) + CQA_PASSWORD_ONCE_MS : 0,
                            user->name);
    if (status == CQA_OK)
        status = cqa_scores_find(db, &id, error, &id_of_user, user->name);
    if (status == CQA_E_NOTFOUND)
        return cqa_fail(error, CQA_E_NOTFOUND,
                        "no account named \"%s\": a new one needs a password", user->name);
    if (status == CQA_OK)
        status = drop_held(db, id, error);
    if (status == CQA_OK)
        status = write_teams(db, id, user, error);
    return status;
}

_Static_assert(CQA_PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "the size of a stored hash");

enum cqa_status cqa_password_hash(const struct cqa_scores *scores,
                                  const struct cqa_password_owner *owner, const char *password,
                                  char out[CQA_PASSWORD_HASH_SIZE], struct cqa_error *error)
{
    const enum cqa_status status =
        cqa_password_check(cqa_scores_password_rules(scores), owner, password, error);

    if (status != CQA_OK)
        return status;
    if (crypto_pwhash_str_alg(out, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                              crypto_pwhash_MEMLIMIT_INTERACTIVE,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory for the password hash");
    return CQA_OK;
}

void cqa_password_make(char out[CQA_PASSWORD_MADE_SIZE])
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* none like another */
    enum { GROUP = 5 };

    for (int i = 0; i < CQA_PASSWORD_MADE_SIZE - 1; i++)
        out[i] = i % GROUP == GROUP - 1 ? '-' : letters[randombytes_uniform(sizeof letters - 1)];
    out[CQA_PASSWORD_MADE_SIZE - 1] = '\0';
}

enum cqa_status cqa_user_check_name(const char *name, struct cqa_error *error)
{
    return cqa_account_check_name("user name", name, error);
}

struct putting {
    struct cqa_scores *scores;
    const struct cqa_user_new *user;
    const char *password; /* its hash */
};

static enum cqa_status put_user(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct putting *putting = context;
    const struct cqa_user_new *user = putting->user;
    char detail[400];
    char teams[32];
    const enum cqa_status status = write_user(putting->scores, db, user, putting->password, error);

    snprintf(teams, sizeof teams, user->team_count > 0 ? "%zu teams" : "all teams",
             user->team_count);
    snprintf(detail, sizeof detail, "%s, person %.256s, %s%s", cqa_account_words[user->role],
             user->person ? user->person : user->name, teams,
             user->password == NULL ? ""
             : user->is_once        ? ", one-time password"
                                    : ", password set");
    return status == CQA_OK
               ? cqa_audit_add(putting->scores, db, user->actor ? user->actor : cqa_actor_console,
                               "user.put", user->name, detail, error)
               : status;
}

enum cqa_status cqa_user_put(struct cqa_scores *scores, const struct cqa_user_new *user,
                             struct cqa_error *error)
{
    char password[CQA_PASSWORD_HASH_SIZE];
    struct putting putting = {scores, user, user->password ? password : NULL};
    const struct cqa_password_owner owner = {user->name, user->person ? user->person : user->name};
    enum cqa_status status = cqa_user_check_name(user->name, error);

    if (status == CQA_OK && user->password != NULL)
        status = cqa_password_hash(scores, &owner, user->password, password, error);
    return status == CQA_OK ? cqa_scores_write(scores, put_user, &putting, error) : status;
}
enum cqa_status cqa_user_disable(struct cqa_scores *scores, const char *name,
                                 struct cqa_error *error)
{
    return cqa_user_disable_as(scores, cqa_actor_console, name, error);
}

CQA_SQL_STATEMENT(set_disabled, "it", 0,
                  "UPDATE users SET disabled_ms = ?1 WHERE name = ?2 AND disabled_ms IS NULL");

struct disabling {
    struct cqa_scores *scores;
    const char *actor, *name;
};

static enum cqa_status disable(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct disabling *it = context;
    int64_t id = 0;
    enum cqa_status status =
        cqa_sql_do(db, error, &set_disabled, cqa_scores_now_ms(it->scores), it->name);

    if (status == CQA_OK && cqa_sql_changes(db) == 0)
        status = cqa_fail(error, CQA_E_NOTFOUND, "no account named \"%s\"", it->name);
    if (status == CQA_OK)
        status = cqa_scores_find(db, &id, error, &id_of_user, it->name);
    if (status == CQA_OK)
        status = drop_held(db, id, error);
    return status == CQA_OK
               ? cqa_audit_add(it->scores, db, it->actor, "user.disable", it->name, "", error)
               : status;
}

enum cqa_status cqa_user_disable_as(struct cqa_scores *scores, const char *actor, const char *name,
                                    struct cqa_error *error)
{
    struct disabling disabling = {scores, actor, name};

    return cqa_scores_write(scores, disable, &disabling, error);
}

CQA_SQL_STATEMENT(count_teams, "i", 1, "SELECT count(*) FROM user_teams WHERE user = ?1");
CQA_SQL_STATEMENT(teams_of, "i", 1, "SELECT team FROM user_teams WHERE user = ?1");

static enum cqa_status read_teams(struct cqa_sql *db, struct cqa_arena *arena,
                                  struct cqa_identity *out, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    int64_t count = 0;
    const char **teams;
    enum cqa_status status = cqa_sql_number(db, &count, error, &count_teams, out->user);

    if (status != CQA_OK || count == 0)
        return status;
    teams = cqa_arena_alloc(arena, (size_t)count * sizeof *teams);
    if (teams == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    status = cqa_sql_start(db, &row, error, &teams_of, out->user);
    if (status != CQA_OK)
        return status;
    while (out->team_count < (size_t)count && cqa_sql_next(row, &status, error))
        teams[out->team_count++] = cqa_arena_string(arena, cqa_row_text(row, 0));
    cqa_sql_end(row);
    out->teams = teams;
    return status;
}

CQA_SQL_STATEMENT(one_user, "ti", 7,
                  "SELECT id, name, role, person, password, (SELECT count(*) FROM second_factors"
                  "  WHERE account = users.id AND confirmed_ms IS NOT NULL),"
                  " coalesce(once_until_ms, 0) FROM users"
                  " WHERE (name = ?1 OR id = ?2) AND disabled_ms IS NULL");

enum cqa_status cqa_user_read(struct cqa_sql *db, const char *name, int64_t id,
                              struct cqa_arena *arena, struct cqa_identity *out,
                              const char **password, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &one_user, name, id);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        *out = (struct cqa_identity){.user = cqa_sql_int(row, 0),
                                     .name = cqa_arena_string(arena, cqa_row_text(row, 1)),
                                     .role = (enum cqa_account_role)cqa_sql_int(row, 2),
                                     .person = cqa_arena_string(arena, cqa_row_text(row, 3)),
                                     .site = "",
                                     .has_factor = cqa_sql_int(row, 5) > 0,
                                     .once_until_ms = cqa_sql_int(row, 6)};
        *password = cqa_arena_string(arena, cqa_row_text(row, 4));
    }
    cqa_sql_end(row);
    if (status == CQA_OK && (out->name == NULL || out->person == NULL || *password == NULL))
        status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    return status == CQA_OK ? read_teams(db, arena, out, error) : status;
}

enum cqa_status cqa_user_identity(struct cqa_scores *scores, int64_t user, struct cqa_arena *arena,
                                  struct cqa_identity *out, struct cqa_error *error)
{
    const char *password;
    struct cqa_sql *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_user_read(db, NULL, user, arena, out, &password, error);
    cqa_scores_give(scores, db);
    return status;
}

CQA_SQL_STATEMENT(list_users, "", 7,
                  "SELECT name, person, role, created_ms, coalesce(disabled_ms, 0),"
                  " (SELECT json_group_array(team) FROM user_teams WHERE user = users.id),"
                  " coalesce(once_until_ms, 0)"
                  " FROM users ORDER BY disabled_ms IS NOT NULL, name");

enum cqa_status cqa_user_list(struct cqa_scores *scores,
                              void (*visit)(void *context, const struct cqa_user_row *row),
                              void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_users);
    while (cqa_list_next(&list, error)) {
        const struct cqa_user_row user = {.name = cqa_row_text(list.row, 0),
                                          .person = cqa_row_text(list.row, 1),
                                          .role = (enum cqa_account_role)cqa_sql_int(list.row, 2),
                                          .created_ms = cqa_sql_int(list.row, 3),
                                          .disabled_ms = cqa_sql_int(list.row, 4),
                                          .teams = cqa_row_text(list.row, 5),
                                          .once_until_ms = cqa_sql_int(list.row, 6)};
        visit(context, &user);
    }
    return cqa_list_end(scores, &list);
}

int cqa_user_is_known(struct cqa_scores *scores, const char *name)
{
    struct cqa_error error = {0};
    struct cqa_list list;
    int is_known = 0;

    cqa_list_start(scores, &list, &error, &id_of_user, name);
    while (cqa_list_next(&list, &error))
        is_known = 1;
    return cqa_list_end(scores, &list) == CQA_OK && is_known;
}

CQA_SQL_STATEMENT(any_user, "", 1, "SELECT EXISTS(SELECT 1 FROM users)");

enum cqa_status cqa_user_any(struct cqa_scores *scores, int *out, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &any_user);
    if (cqa_list_next(&list, error))
        *out = (int)cqa_sql_int(list.row, 0);
    return cqa_list_end(scores, &list);
}
