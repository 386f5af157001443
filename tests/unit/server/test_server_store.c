/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>
#include "scores/audit.h"
#include "scores/store.h"
#include "support/served.h"

/* The server's database as a file: where it may lie, who else may write to it, what is wrong with
 * it. */

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

static void change_store(const char *sql)
{
    char path[128];
    sqlite3 *db;

    snprintf(path, sizeof path, "%s/scores.db", served.folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* Opens the store at `name` in the folder beside the running server, as `token add` does. */
static enum cqa_status open_beside(const char *name, struct cqa_scores **out,
                                   struct cqa_error *error)
{
    static char path[192];
    const struct cqa_store_place place = {.path = path};

    snprintf(path, sizeof path, "%s/%s", served.folder, name);
    return cqa_scores_open(out, &place, &served.clock, error);
}

static void a_store_may_lie_behind_links(void **state)
{
    static const char *const names[] = {"link/scores.db", "alias.db", "link/new.db"};
    char link[128];
    char alias[128];

    (void)state;
    snprintf(link, sizeof link, "%s/link", served.folder);
    snprintf(alias, sizeof alias, "%s/alias.db", served.folder);
    assert_int_equal(symlink(served.folder, link), 0);
    assert_int_equal(symlink("scores.db", alias), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct cqa_error error = {0};
        struct cqa_scores *scores = NULL;
        if (open_beside(names[i], &scores, &error) != CQA_OK ||
            cqa_audit_write(scores, "a", "b", "c", "d", &error) != CQA_OK)
            fail_msg("%s: %s", names[i], cqa_english(&error.message));
        cqa_scores_close(scores);
    }
    unlink(link); /* the folder is thrown away with what is in it */
}

static void a_store_of_a_newer_version_is_refused(void **state)
{
    struct cqa_error error = {0};
    struct cqa_scores *scores = NULL;

    (void)state;
    change_store("PRAGMA user_version = 99");
    assert_int_equal(open_beside("scores.db", &scores, &error), CQA_E_REFUSED);
    assert_non_null(strstr(cqa_english(&error.message), "scores.db: the database has schema 99"));
    assert_null(scores);
}

/* A process that holds the lock for a while. */
static pid_t hold_lock(int hold_ms)
{
    char path[128];
    char byte = 0;
    int ready[2];
    const struct timespec pause = {0, hold_ms * 1000000L};

    snprintf(path, sizeof path, "%s/scores.db.lock", served.folder);
    assert_int_equal(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
        const int fd = open(path, O_RDWR | O_CLOEXEC);
        if (fd < 0 || flock(fd, LOCK_EX) != 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        (void)nanosleep(&pause, NULL);
        _exit(0);
    }
    assert_true(child > 0);
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return child;
}

static void another_process_is_waited_for(void **state)
{
    struct cqa_error error = {0};
    struct timespec from;
    struct timespec to;
    int ended = 0;

    (void)state;
    const pid_t child = hold_lock(400);
    clock_gettime(CLOCK_MONOTONIC, &from);
    assert_int_equal(cqa_audit_write(served.scores, "a", "b", "c", "d", &error), CQA_OK);
    clock_gettime(CLOCK_MONOTONIC, &to);
    assert_true((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000 >= 300);
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
}

/* Whether another process finds the database in use: what SQLite asks before it throws away the log
 * of what was written. Bytes as in SQLite's file locking. */
static int is_in_use(void)
{
    char path[128];
    int ended = 0;

    snprintf(path, sizeof path, "%s/scores.db", served.folder);
    const pid_t child = fork();
    if (child == 0) {
        struct flock lock = {
            .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000002, .l_len = 510};
        const int fd = open(path, O_RDWR | O_CLOEXEC);
        _exit(fd < 0 || fcntl(fd, F_GETLK, &lock) != 0 ? 2 : lock.l_type != F_UNLCK);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) < 2);
    return WEXITSTATUS(ended);
}

/* Closing a descriptor drops the locks that the whole process has on the file. */
static void a_reader_that_is_opened_leaves_the_locks(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    assert_int_equal(cqa_audit_write(served.scores, "a", "b", "c", "d", &error), CQA_OK);
    assert_int_equal(is_in_use(), 1);
    assert_int_equal(cqa_scores_check(served.scores, &error), CQA_OK);
    assert_int_equal(is_in_use(), 1);
}

/* A recorder that is told that its result is wrong would never send it again. */
static void a_damaged_store_is_no_fault_of_who_asks(void **state)
{
    (void)state;
    served_put(&served, "a", NULL);
    change_store("PRAGMA writable_schema = ON;"
                 "UPDATE sqlite_schema SET sql = 'CREATE TABLE calls(' WHERE name = 'calls';"
                 "PRAGMA schema_version = 12345");
    struct reply reply = served_get(&served, served.lead, "/api/v1/calls");
    assert_int_equal(reply.status, 503);
    reply_finish(&reply);
    char *body = served_result("b", NULL);
    reply = served_post(&served, served.recorder, "/api/v1/results", "application/json", "b", body);
    assert_int_equal(reply.status, 503);
    reply_finish(&reply);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_store_may_lie_behind_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_of_a_newer_version_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_process_is_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reader_that_is_opened_leaves_the_locks, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_store_is_no_fault_of_who_asks, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
