/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit log against whoever has the store, or a part of it: but not the key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "scores/audit.h"
#include "scores/audit_key.h"
#include "http/refusals.h"
#include "support/served.h"

static struct served served;

static int set_up(void **state)
{
    (void)state;
    served_start(&served, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

static void key_path(char *out, size_t size)
{
    snprintf(out, size, "%s/audit.key", served.folder);
}

/* What verification says; "" when all is well. */
static const char *verified(const char *known)
{
    static char said[256];
    struct cqa_error error = {0};
    char head[CQA_AUDIT_HEAD_SIZE];
    int64_t count;

    said[0] = '\0';
    if (cqa_audit_verify(served.scores, known, &count, head, &error) != CQA_OK)
        snprintf(said, sizeof said, "%s", cqa_english(&error.message));
    return said;
}

static void note(const char *action)
{
    struct cqa_error error = {0};

    assert_int_equal(cqa_audit_write(served.scores, "a", action, "c", "d", &error), CQA_OK);
}

static int64_t last_row(char head[CQA_AUDIT_HEAD_SIZE])
{
    struct cqa_error error = {0};
    int64_t last = 0;

    assert_int_equal(cqa_audit_head(served.scores, &last, head, &error), CQA_OK);
    return last;
}

static void assert_changed(int64_t row)
{
    char said[64];

    snprintf(said, sizeof said, "audit row %lld was changed", (long long)row);
    assert_string_equal(verified(NULL), said);
}

/* Only by who has the file: how that is done with PostgreSQL says nothing new of the chain. */
static void unlock_log(void)
{
    if (!served_is_sqlite())
        skip();
    served_sql(&served, "DROP TRIGGER audit_stays; DROP TRIGGER audit_keeps");
}

/* The store of a server that has no key yet. */
static void begin_anew(const char *path)
{
    served_sql(&served, "DELETE FROM audit_keys");
    assert_int_equal(unlink(path), 0);
    served_restart(&served);
}

/* ---- the chain as the server of before made it, or somebody who has read its source but not the
 * key */

static void add_number(crypto_generichash_state *state, int64_t number)
{
    unsigned char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)number >> (8 * i));
    crypto_generichash_update(state, bytes, sizeof bytes);
}

static void add_text(crypto_generichash_state *state, const char *text)
{
    add_number(state, (int64_t)strlen(text));
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text));
}

static void hash_unkeyed(sqlite3_stmt *row, const unsigned char *before, int with_address,
                         unsigned char *out)
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, 32);
    crypto_generichash_update(&state, before, 32);
    add_number(&state, sqlite3_column_int64(row, 0));
    add_number(&state, sqlite3_column_int64(row, 1));
    for (int i = 2; i < 6 + with_address; i++)
        add_text(&state, (const char *)sqlite3_column_text(row, i));
    crypto_generichash_final(&state, out, 32);
}

static void chain_anew(int with_address)
{
    char path[128];
    sqlite3 *db;
    sqlite3_stmt *rows;
    sqlite3_stmt *update;
    unsigned char hash[32] = {0};

    snprintf(path, sizeof path, "%s/scores.db", served.folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_prepare_v2(db,
                       "SELECT id, at_ms, actor, action, object, detail, address FROM audit"
                       " ORDER BY id",
                       -1, &rows, NULL);
    sqlite3_prepare_v2(db, "UPDATE audit SET hash = ? WHERE id = ?", -1, &update, NULL);
    sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        hash_unkeyed(rows, hash, with_address, hash);
        sqlite3_bind_blob(update, 1, hash, 32, SQLITE_STATIC);
        sqlite3_bind_int64(update, 2, sqlite3_column_int64(rows, 0));
        assert_int_equal(sqlite3_step(update), SQLITE_DONE);
        sqlite3_reset(update);
    }
    sqlite3_finalize(rows);
    sqlite3_finalize(update);
    assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* ---- */

static void the_key_is_the_owners_alone(void **state)
{
    struct stat facts;
    char path[128];
    char line[128] = "";
    struct cqa_audit_key key;
    struct cqa_error error = {0};

    (void)state;
    key_path(path, sizeof path);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    FILE *file = fopen(path, "re");
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    assert_non_null(strstr(line, "callqa-audit-key 1 1 "));
    assert_int_equal(cqa_audit_key_open(path, NULL, 99, &key, &error), CQA_OK);
    assert_int_equal(key.from, 1); /* what is there is never made anew */
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(cqa_audit_key_open(path, NULL, 99, &key, &error), CQA_E_BADDATA);
    assert_int_equal(chmod(path, 0600), 0);
    file = fopen(path, "we");
    fputs("callqa-audit-key 1 1 00ff\n", file);
    fclose(file);
    assert_int_equal(cqa_audit_key_open(path, NULL, 99, &key, &error), CQA_E_BADDATA);
}

/* A key of another folder, and two of one moment, are two keys: the store alone chains nothing. */
static void a_chain_made_anew_without_the_key_is_seen(void **state)
{
    (void)state;
    note("one");
    note("two");
    assert_string_equal(verified(NULL), "");
    unlock_log();
    served_sql(&served, "UPDATE audit SET actor = 'user:eve' WHERE id = 3");
    assert_string_equal(verified(NULL), "audit row 3 was changed");
    chain_anew(0);
    assert_string_equal(verified(NULL), "audit row 1 was changed");
    chain_anew(1);
    assert_string_equal(verified(NULL), "audit row 1 was changed");
}

static void an_address_is_a_part_of_its_row(void **state)
{
    char head[CQA_AUDIT_HEAD_SIZE];

    (void)state;
    served_user(&served, "eve", "auditor", NULL);
    served_login(&served, "eve", "correct horse");
    assert_string_equal(verified(NULL), "");
    unlock_log();
    served_sql(&served, "UPDATE audit SET address = '10.0.0.1' WHERE action = 'session.open'");
    assert_changed(last_row(head));
}

static void a_cut_end_is_seen_by_a_head_of_before(void **state)
{
    char head[CQA_AUDIT_HEAD_SIZE];

    (void)state;
    note("one");
    (void)last_row(head);
    note("two");
    assert_string_equal(verified(head), "");
    unlock_log();
    served_sql(&served, "DELETE FROM audit WHERE action = 'two'");
    assert_string_equal(verified(head), "");
    served_sql(&served, "DELETE FROM audit WHERE action = 'one'");
    assert_string_equal(verified(NULL), "");
    assert_non_null(strstr(verified(head), "rows were cut off"));
}

/* A log of before has no key and no addresses; the file says where the new one begins, so that no
 * row behind can pass for one of before. */
static void rows_of_before_the_key_stay_good(void **state)
{
    char path[128];
    char head[CQA_AUDIT_HEAD_SIZE];

    (void)state;
    key_path(path, sizeof path);
    note("old");
    unlock_log();
    served_sql(&served, "UPDATE audit SET address = ''");
    chain_anew(0);
    begin_anew(path);
    assert_string_equal(verified(NULL), "");
    note("new");
    assert_string_equal(verified(NULL), "");
    chain_anew(0);
    assert_changed(last_row(head));
}

static void rows_of_before_are_not_cut_off_either(void **state)
{
    char path[128];

    (void)state;
    key_path(path, sizeof path);
    unlock_log();
    chain_anew(0);
    begin_anew(path);
    served_sql(&served, "DELETE FROM audit WHERE id > 1");
    assert_string_equal(verified(NULL), "audit row 2 is missing");
}

/* Two servers of one store, of which one made a key of its own; and a key that is lost. */
static void another_key_is_not_taken(void **state)
{
    struct cqa_error error = {0};
    char path[128];

    (void)state;
    snprintf(path, sizeof path, "%s/other.key", served.folder);
    assert_int_equal(cqa_audit_use_key(served.scores, path, NULL, CQA_AUDIT_KEY_USED, &error),
                     CQA_E_NOTFOUND);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(cqa_audit_use_key(served.scores, path, NULL, CQA_AUDIT_KEY_NEW, &error),
                     CQA_OK);
    note("by the new one");
    assert_string_equal(verified(NULL), "audit row 1 was changed");
    key_path(path, sizeof path);
    assert_int_equal(cqa_audit_use_key(served.scores, path, NULL, CQA_AUDIT_KEY_USED, &error),
                     CQA_E_BADDATA);
}

/* All chained anew without a key, and the store made to know of none: who checks it makes none. */
static void who_checks_makes_no_key(void **state)
{
    const enum cqa_audit_keying look = CQA_AUDIT_KEY_LOOKED_AT;
    struct cqa_error error = {0};
    char path[128];
    char other[128];

    (void)state;
    key_path(path, sizeof path);
    snprintf(other, sizeof other, "%s/none.key", served.folder);
    assert_int_equal(cqa_audit_use_key(served.scores, path, NULL, look, &error), CQA_OK);
    assert_true(cqa_audit_keyed(served.scores, 5) == 5);
    assert_int_equal(cqa_audit_use_key(served.scores, other, NULL, look, &error), CQA_E_NOTFOUND);
    served_sql(&served, "DELETE FROM audit_keys");
    assert_int_equal(cqa_audit_use_key(served.scores, other, NULL, look, &error), CQA_E_NOTFOUND);
    assert_int_not_equal(access(other, F_OK), 0);
    assert_int_equal(cqa_audit_use_key(served.scores, path, NULL, look, &error), CQA_E_BADDATA);
}

/* ---- who, and from where */

struct found {
    const char *action;
    char actor[96], address[64], object[160], detail[64];
    int count;
};

static int find(void *context, const struct cqa_audit_row *row)
{
    struct found *found = context;

    if (strcmp(row->action, found->action) != 0)
        return 0;
    snprintf(found->actor, sizeof found->actor, "%s", row->actor);
    snprintf(found->address, sizeof found->address, "%s", row->address);
    snprintf(found->object, sizeof found->object, "%s", row->object);
    snprintf(found->detail, sizeof found->detail, "%s", row->detail);
    found->count++;
    return 0;
}

/* The last row of that action, and how many there are. */
static struct found last_of(const char *action)
{
    struct found found = {.action = action};
    struct cqa_error error = {0};

    assert_int_equal(cqa_audit_list(served.scores, 0, 10000, find, &found, &error), CQA_OK);
    return found;
}

static void who_acts_is_of_a_kind(void **state)
{
    (void)state;
    struct found found = last_of("token.add");
    assert_string_equal(found.actor, "root@cli");
    assert_string_equal(found.address, "");
    served_user(&served, "root@cli", "admin", NULL); /* a person may be named as it likes */
    served_login(&served, "root@cli", "correct horse");
    found = last_of("session.open");
    assert_string_equal(found.actor, "user:root@cli");
    assert_string_equal(found.address, "127.0.0.1");
    note("of the program itself");
    assert_string_equal(last_of("of the program itself").actor, "system:a");
}

static int status_of(const char *token, const char *path)
{
    struct reply reply = served_get(&served, token, path);
    const int status = reply.status;

    reply_finish(&reply);
    return status;
}

/* The last of so many, which are written soon. */
static struct found last_refusal_of(int count)
{
    struct found found;

    alarm(60);
    while ((found = last_of("request.refused")).count < count)
        usleep(1000);
    alarm(0);
    assert_int_equal(found.count, count);
    return found;
}

static void refusals_leave_a_row(void **state)
{
    struct found found;

    (void)state;
    assert_int_equal(status_of("cqa_of_nobody", "/api/v1/calls?agent=typed"), 401);
    found = last_refusal_of(1);
    assert_string_equal(found.actor, "?");
    assert_string_equal(found.address, "127.0.0.1");
    assert_string_equal(found.object, "GET /api/v1/calls");
    assert_string_equal(found.detail, "401");
    assert_int_equal(status_of(served.recorder, "/api/v1/flags"), 403);
    found = last_refusal_of(2);
    assert_string_equal(found.actor, "token:pbx1");
    assert_string_equal(found.detail, "403");
    /* the page asks whether somebody has logged in: that is nothing to remember */
    struct reply reply = served_ask(&served, "GET", "/api/v1/session", NULL, NULL);
    assert_int_equal(reply.status, 401);
    reply_finish(&reply);
    assert_int_equal(status_of("cqa_of_nobody", "/api/v1/calls"), 401);
    (void)last_refusal_of(3);
    assert_string_equal(verified(NULL), "");
}

static void a_flood_of_refusals_is_one_row(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++)
        assert_int_equal(status_of("cqa_of_nobody", "/api/v1/calls"), 401);
    (void)last_refusal_of(CQA_REFUSALS_A_MINUTE);
    served.now_ms += 61000;
    assert_int_equal(status_of("cqa_of_nobody", "/api/v1/calls"), 401);
    (void)last_refusal_of(CQA_REFUSALS_A_MINUTE + 2);
    assert_int_equal(status_of("cqa_of_nobody", "/api/v1/calls"), 401);
    served_restart(&served);
    assert_int_equal(last_of("request.refused").count, CQA_REFUSALS_A_MINUTE + 3);
}

/* What was refused but not told yet, and how many addresses there are, is bounded. */
static void a_flood_from_everywhere_is_bounded(void **state)
{
    struct cqa_refusals *refusals = cqa_refusals_create(served.scores);
    char address[32];

    (void)state;
    assert_non_null(refusals);
    for (int i = 0; i < 300; i++) {
        snprintf(address, sizeof address, "10.0.%d.%d", i / 250, i % 250);
        const struct cqa_audit_asker asker = {CQA_AUDIT_USER, address};
        cqa_refusals_note(refusals, 1000, &asker, "?", "GET /", "401");
    }
    (void)last_refusal_of(256 + CQA_REFUSALS_A_MINUTE);
    cqa_refusals_destroy(refusals);
    const struct found found = last_of("request.refused");
    assert_string_equal(found.actor, "system:callqa-server");
    assert_string_equal(found.detail, "34 more within a minute");
    assert_int_equal(found.count, 256 + CQA_REFUSALS_A_MINUTE + 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_key_is_the_owners_alone),
        TEST(a_chain_made_anew_without_the_key_is_seen),
        TEST(an_address_is_a_part_of_its_row),
        TEST(a_cut_end_is_seen_by_a_head_of_before),
        TEST(rows_of_before_the_key_stay_good),
        TEST(rows_of_before_are_not_cut_off_either),
        TEST(another_key_is_not_taken),
        TEST(who_checks_makes_no_key),
        TEST(who_acts_is_of_a_kind),
        TEST(refusals_leave_a_row),
        TEST(a_flood_of_refusals_is_one_row),
        TEST(a_flood_from_everywhere_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
