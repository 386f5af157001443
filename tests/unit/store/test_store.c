/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/store/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include "store/parts.h"

/* The store as a whole: other processes, ends without warning, a full disk, files that are not
 * ours. */

static void fill_with(struct fixture *fixture, int count)
{
    char path[32];
    char id[16];

    for (int i = 0; i < count; i++) {
        (void)snprintf(path, sizeof path, "/m/%d.wav", i);
        (void)snprintf(id, sizeof id, "%d", i);
        (void)add_file(fixture, path, id, 10, 1000 + i, 1);
    }
}

/* What ends a child that should have gone on. */
static _Noreturn void give_up(const struct fixture *fixture, const char *doing)
{
    (void)fprintf(stderr, "child: %s: %s\n", doing, cqa_english(&fixture->error.message));
    _exit(7);
}

/* Children must not use the parent's connection: they get a store of their own. */
static struct cqa_store *reopen(struct fixture *fixture)
{
    struct cqa_store *store = NULL;

    if (cqa_store_open(fixture->folder, &store, &fixture->error) != CQA_OK)
        give_up(fixture, "open");
    return store;
}

static void close_store(struct fixture *fixture)
{
    cqa_store_close(fixture->store);
    fixture->store = NULL;
}

static void open_store(struct fixture *fixture)
{
    CHECK(fixture, cqa_store_open(fixture->folder, &fixture->store, &fixture->error));
}

static void test_files_are_private(void **state)
{
    struct fixture *fixture = *state;
    struct stat status;
    char path[96];

    (void)snprintf(path, sizeof path, "%s/callqa.db", fixture->folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    CHECK(fixture, stored_check(fixture->folder, &fixture->error));
}

static void test_refuses_what_is_not_a_store(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_store *store = NULL;
    struct cqa_error error = {0};
    char path[96];

    assert_int_equal(cqa_store_open("/nonexistent/folder", &store, &error), CQA_E_IO);
    close_store(fixture);
    (void)snprintf(path, sizeof path, "%s/callqa.db", fixture->folder);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    for (int i = 0; i < 500; i++)
        (void)fputs("this is no database\n", file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(cqa_store_open(fixture->folder, &store, &error), CQA_E_BADDATA);
    assert_non_null(strstr(cqa_english(&error.message), "damaged"));
    assert_null(store);
}

static void test_refuses_a_newer_schema(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_store *store = NULL;
    struct cqa_error error = {0};
    const unsigned char version[4] = {0, 0, 0, 99};
    char path[96];

    close_store(fixture);
    (void)snprintf(path, sizeof path, "%s/callqa.db", fixture->folder);
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, version, 4, 60), 4); /* user_version in SQLite's header */
    assert_int_equal(close(fd), 0);
    assert_int_equal(cqa_store_open(fixture->folder, &store, &error), CQA_E_REFUSED);
    assert_non_null(strstr(cqa_english(&error.message), "schema 99"));
}

/* A store as the first release made it opens, and what it knew stays known. */
static void test_opens_what_an_older_version_made(void **state)
{
    struct fixture *fixture = *state;
    const struct cqa_sql_schema first = {.steps = cqa_store_schema.steps, .count = 1};
    static const struct cqa_sql_statement insert = {
        "INSERT INTO recordings (path, source, call_id, size_bytes, mtime_ns, state,"
        " discovered_ms, revised_ms, changed_ms)"
        " VALUES (?1, 'freepbx', '1', 10, 100, 'failed', 1, 1, 1)",
        "p", 0, 0};
    struct cqa_sql *sql = NULL;
    char path[96];

    close_store(fixture);
    (void)snprintf(path, sizeof path, "%s/callqa.db", fixture->folder);
    assert_int_equal(unlink(path), 0);
    const struct cqa_sql_place place = {.driver = &cqa_sql_sqlite, .path = path};
    CHECK(fixture, cqa_sql_open(&place, &sql, &fixture->error));
    CHECK(fixture, cqa_sql_migrate(sql, &first, &fixture->error));
    CHECK(fixture, cqa_sql_do(sql, &fixture->error, &insert, "/m/old.wav"));
    cqa_sql_close(sql);
    open_store(fixture);
    assert_int_equal(find(fixture, "/m/old.wav").state, CQA_RECORDING_FAILED);
    assert_int_equal(find(fixture, "/m/old.wav").asked, CQA_ASKED_NOT);
    CHECK(fixture, stored_check(fixture->folder, &fixture->error));
}

/* Claims everything, a few at a time, and writes the ids to the pipe. */
static void claim_all(struct fixture *fixture, int out)
{
    fixture->store = reopen(fixture);
    for (;;) {
        struct cqa_recording claimed[7];
        const struct cqa_claim what = {.limit = 7};
        size_t count = 0;
        if (cqa_recordings_claim(fixture->store, &what, 2, &fixture->arena, claimed, &count,
                                 &fixture->error) != CQA_OK)
            give_up(fixture, "claim");
        if (count == 0)
            break;
        for (size_t i = 0; i < count; i++) {
            int kept = 0;
            struct cqa_finished finished = finished_of(&claimed[i]);
            finished.key = claimed[i].call_id;
            if (write(out, &claimed[i].id, sizeof claimed[i].id) != sizeof claimed[i].id ||
                cqa_results_put(fixture->store, &finished, 3, &kept, &fixture->error) != CQA_OK)
                give_up(fixture, "result");
        }
    }
    _exit(0);
}

static void test_two_processes_never_claim_the_same(void **state)
{
    enum { COUNT = 400 };
    struct fixture *fixture = *state;
    int claims[COUNT + 1] = {0};
    int ends[2];
    pid_t children[2];
    int64_t id = 0;
    int by_both = 0;

    fill_with(fixture, COUNT);
    close_store(fixture);
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0)
            claim_all(fixture, ends[1]);
    }
    assert_int_equal(close(ends[1]), 0);
    while (read(ends[0], &id, sizeof id) == sizeof id) {
        assert_in_range(id, 1, COUNT);
        claims[id]++;
        by_both++;
    }
    assert_int_equal(close(ends[0]), 0);
    for (int i = 0; i < 2; i++) {
        int code = 0;
        assert_int_equal(waitpid(children[i], &code, 0), children[i]);
        assert_int_equal(code, 0);
    }
    assert_int_equal(by_both, COUNT);
    for (int i = 1; i <= COUNT; i++)
        assert_int_equal(claims[i], 1);
    open_store(fixture);
    assert_int_equal(counts(fixture).recordings[CQA_RECORDING_SCORED], COUNT);
    assert_int_equal(counts(fixture).deliveries[CQA_DELIVERY_PENDING], COUNT);
}

/* What a living process holds stays its own; what a killed one held is free at once. */
static void test_leases_end_with_their_process(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed[3];
    int ends[2];
    char byte = 0;

    fill_with(fixture, 3);
    close_store(fixture);
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fixture->store = reopen(fixture);
        if (claim(fixture, 2, 2, claimed) != 2 || write(ends[1], &byte, 1) != 1)
            give_up(fixture, "claim");
        for (;;)
            (void)pause();
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    open_store(fixture);
    assert_int_equal(claim(fixture, 3, 3, claimed), 1);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(claim(fixture, 3, 4, claimed), 2);
    assert_int_equal(claimed[0].attempts, 2);
    assert_int_equal(claimed[0].deaths, 0);
    assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

/* Works through the recordings, and says of each only after its result was committed. */
static void work_until_killed(struct fixture *fixture, int out)
{
    fixture->store = reopen(fixture);
    for (;;) {
        struct cqa_recording claimed;
        const struct cqa_claim what = {.limit = 1};
        size_t count = 0;
        int kept = 0;
        if (cqa_recordings_claim(fixture->store, &what, 100000, &fixture->arena, &claimed, &count,
                                 &fixture->error) != CQA_OK)
            give_up(fixture, "claim");
        if (count == 0)
            (void)pause();
        struct cqa_finished finished = finished_of(&claimed);
        finished.key = claimed.call_id;
        if (cqa_results_put(fixture->store, &finished, 100000, &kept, &fixture->error) != CQA_OK ||
            write(out, &claimed.id, sizeof claimed.id) != sizeof claimed.id)
            give_up(fixture, "result");
    }
}

/* Marks one more as done, unless the child has ended. */
static int hear(int in, char *said)
{
    int64_t id = 0;

    if (read(in, &id, sizeof id) != sizeof id)
        return 0;
    assert_int_equal(said[id], 0); /* none is done twice */
    said[id] = 1;
    return 1;
}

static void test_killed_again_and_again_loses_nothing(void **state)
{
    enum { COUNT = 3000, CYCLES = 60 };
    struct fixture *fixture = *state;
    static char said[COUNT + 1];
    unsigned seed = 1763604902;
    int acked = 0;

    memset(said, 0, sizeof said);
    fill_with(fixture, 200);
    for (int i = 200; i < COUNT; i += 100) {
        struct cqa_file files[100];
        char names[100][32];
        struct cqa_added added;
        for (int k = 0; k < 100; k++) {
            (void)snprintf(names[k], sizeof names[k], "/m/%d.wav", i + k);
            files[k] = (struct cqa_file){names[k], 10, 1000 + i + k, "freepbx", names[k], 0, 0};
        }
        CHECK(fixture, cqa_recordings_add(fixture->store, files, 100, 1, &added, &fixture->error));
    }
    close_store(fixture);
    for (int cycle = 0; cycle < CYCLES; cycle++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            (void)close(ends[0]);
            work_until_killed(fixture, ends[1]);
        }
        assert_int_equal(close(ends[1]), 0);
        /* Killed in the middle of whatever follows what it has said: on a slow disk too. */
        const int words = rand_r(&seed) % 4;
        const struct timespec a_little = {0, rand_r(&seed) % 8000000};
        for (int i = 0; i < words; i++)
            acked += hear(ends[0], said);
        assert_int_equal(nanosleep(&a_little, NULL), 0);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        while (hear(ends[0], said))
            acked++;
        assert_int_equal(close(ends[0]), 0);
    }
    open_store(fixture);
    CHECK(fixture, stored_check(fixture->folder, &fixture->error));
    const struct cqa_counts now = counts(fixture);
    print_message("%d of %d said done in %d lives\n", acked, COUNT, CYCLES);
    /* A life may end between the commit and its word: at most one each. */
    assert_in_range(now.recordings[CQA_RECORDING_SCORED], acked, acked + CYCLES);
    assert_int_equal(now.recordings[CQA_RECORDING_SCORED], now.deliveries[CQA_DELIVERY_PENDING]);
    assert_int_equal(now.recordings[CQA_RECORDING_SCORED] + now.recordings[CQA_RECORDING_READY] +
                         now.recordings[CQA_RECORDING_LEASED],
                     COUNT);
    for (int i = 1; i <= COUNT; i++) {
        char path[32];
        if (!said[i])
            continue;
        (void)snprintf(path, sizeof path, "/m/%d.wav", i - 1);
        assert_non_null(json_of(fixture, path));
    }
    assert_true(acked > 0);
}

/* Intake stops at a full disk, and goes on by itself when there is room. */
static void test_full_disk(void **state)
{
    struct fixture small = {.folder = "/tmp/callqa-full-XXXXXX"};
    char body[4096];
    char path[64];
    int done = 0;
    int kept = 0;
    enum cqa_status status = CQA_OK;

    (void)state;
    assert_non_null(mkdtemp(small.folder));
    if (mount("tmpfs", small.folder, "tmpfs", 0, "size=1m") != 0) {
        print_message("no tmpfs can be mounted here: %s\n", strerror(errno));
        assert_int_equal(rmdir(small.folder), 0);
        skip();
    }
    memset(body, 'x', sizeof body);
    body[0] = '{';
    open_store(&small);
    fill_with(&small, 300);
    while (status == CQA_OK && done < 300) {
        struct cqa_recording claimed;
        size_t count = 0;
        const struct cqa_claim what = {.limit = 1};
        status = cqa_recordings_claim(small.store, &what, 2, &small.arena, &claimed, &count,
                                      &small.error);
        if (status != CQA_OK || count == 0)
            break;
        struct cqa_finished finished = finished_of(&claimed);
        finished.key = claimed.call_id;
        finished.json = body;
        finished.json_length = sizeof body;
        status = cqa_results_put(small.store, &finished, 3, &kept, &small.error);
        done += status == CQA_OK;
    }
    assert_int_equal(status, CQA_E_IO);
    assert_int_equal(small.error.sys_errno, ENOSPC);
    CHECK(&small, stored_check(small.folder, &small.error));
    assert_int_equal(counts(&small).recordings[CQA_RECORDING_SCORED], done);
    assert_int_equal(mount("tmpfs", small.folder, "tmpfs", MS_REMOUNT, "size=8m"), 0);
    CHECK(&small, cqa_recordings_release(small.store, 0, 4, &small.error));
    while (done < 300) {
        struct cqa_recording claimed;
        assert_int_equal(claim(&small, 1, 5, &claimed), 1);
        struct cqa_finished finished = finished_of(&claimed);
        finished.key = claimed.call_id;
        CHECK(&small, cqa_results_put(small.store, &finished, 6, &kept, &small.error));
        done++;
    }
    (void)snprintf(path, sizeof path, "%s", small.folder);
    close_store(&small);
    cqa_arena_finish(&small.arena);
    assert_int_equal(umount(path), 0);
    assert_int_equal(rmdir(path), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_files_are_private),
        TEST(test_refuses_what_is_not_a_store),
        TEST(test_refuses_a_newer_schema),
        TEST(test_opens_what_an_older_version_made),
        TEST(test_two_processes_never_claim_the_same),
        TEST(test_leases_end_with_their_process),
        TEST(test_killed_again_and_again_loses_nothing),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
