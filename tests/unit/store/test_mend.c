/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that can happen to the files of a store while nobody looks: each time work goes on,
 * and nothing is deleted. */
#include "unit/store/fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include "store/mend.h"
#include "store/standing.h"

enum { RECORDINGS = 400, PAGE = 4096 };

/* What is to become of it. */
enum fate {
    REPLACED, /* set aside, and a new one */
    KEPT,     /* as good as before */
    REFUSED,  /* left alone, and loudly */
    ANEW,     /* there was nothing to keep */
};

struct place {
    char folder[64];
    char db[96], journal[96], lock[96];
};

static void run(const struct place *place, const char *statements)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(place->db, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, statements, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int number(const struct place *place, const char *query)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;

    assert_int_equal(sqlite3_open(place->db, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, query, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const int found = sqlite3_column_int(statement, 0);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return found;
}

/* A store of some pages: scored, left out, vanished and refused ones. */
static void make_store(struct place *place)
{
    struct cqa_store *store = NULL;
    struct cqa_error error = {0};

    (void)strcpy(place->folder, "/tmp/callqa-mend-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void)snprintf(place->db, sizeof place->db, "%s/callqa.db", place->folder);
    (void)snprintf(place->journal, sizeof place->journal, "%s/callqa.db-journal", place->folder);
    (void)snprintf(place->lock, sizeof place->lock, "%s/callqa.lock", place->folder);
    assert_int_equal(cqa_store_open(place->folder, &store, &error), CQA_OK);
    cqa_store_close(store);
    run(place,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)"
        " INSERT INTO recordings (path, source, call_id, size_bytes, mtime_ns, state, gone, reason,"
        " discovered_ms, revised_ms, changed_ms) SELECT CAST('/calls/' || i || '.wav' AS BLOB),"
        " 'generic', 'call-' || i, 1000, i, CASE i % 4 WHEN 0 THEN 'excluded' WHEN 1 THEN"
        " 'vanished' ELSE 'scored' END, i % 4 = 1, CASE i % 4 WHEN 0 THEN 'expired' WHEN 1 THEN"
        " 'unread' END, i, i, i FROM n;"
        "INSERT INTO tombstones VALUES ('one', 1), ('two', 2);"
        "INSERT INTO holds (kind, value, reason, made_ms) VALUES ('agent', '8001', 'court', 3);"
        "INSERT INTO deliveries (recording_id, key, body, state, http_status, text, made_ms,"
        " changed_ms) SELECT id, 'key-' || id, zeroblob(500), 'quarantined', 422, 'no such agent',"
        " 1, 1 FROM recordings WHERE id % 40 = 2;");
}

static void remove_all(const struct place *place)
{
    char command[128];

    (void)snprintf(command, sizeof command, "chmod -R u+rwX %s; rm -rf %s", place->folder,
                   place->folder);
    assert_int_equal(system(command), 0); // NOLINT(cert-env33-c): a path of our own
}

/* ---- mutations */

static off_t size_of(const char *path)
{
    struct stat facts;

    assert_int_equal(stat(path, &facts), 0);
    return facts.st_size;
}

static void overwrite(const char *path, off_t at, size_t count, int byte)
{
    char bytes[4 * PAGE];
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0 && count <= sizeof bytes);
    memset(bytes, byte, count);
    assert_int_equal(pwrite(fd, bytes, count, at), (ssize_t)count);
    assert_int_equal(close(fd), 0);
}

static void cut(const struct place *place, off_t size)
{
    assert_int_equal(truncate(place->db, size), 0);
}

static void noise(const struct place *place, off_t at, size_t count)
{
    unsigned seed = 20251120;
    const int fd = open(place->db, O_WRONLY | O_CLOEXEC);

    for (size_t i = 0; i < count; i++) {
        const char byte = (char)rand_r(&seed);
        assert_int_equal(pwrite(fd, &byte, 1, at + (off_t)i), 1);
    }
    assert_int_equal(close(fd), 0);
}

static void put_folder(const char *path)
{
    (void)unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void put_pipe(const char *path)
{
    (void)unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void put_link(const char *path, const char *target)
{
    (void)unlink(path);
    assert_int_equal(symlink(target, path), 0);
}

static void put_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)unlink(path);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(close(fd), 0);
}

static void empty(const struct place *p)
{
    cut(p, 0);
}
static void one_byte(const struct place *p)
{
    cut(p, 1);
}
static void half_header(const struct place *p)
{
    cut(p, 50);
}
static void header_alone(const struct place *p)
{
    cut(p, 100);
}
static void one_page(const struct place *p)
{
    cut(p, PAGE);
}
static void two_pages(const struct place *p)
{
    cut(p, 2 * (off_t)PAGE);
}
static void half(const struct place *p)
{
    cut(p, size_of(p->db) / 2 / PAGE * PAGE);
}
static void half_and_odd(const struct place *p)
{
    cut(p, size_of(p->db) / 2 / PAGE * PAGE + 77);
}
static void last_page_gone(const struct place *p)
{
    cut(p, size_of(p->db) - PAGE);
}
static void last_byte_gone(const struct place *p)
{
    cut(p, size_of(p->db) - 1);
}
static void zero_header(const struct place *p)
{
    overwrite(p->db, 0, 100, 0);
}
static void zero_magic(const struct place *p)
{
    overwrite(p->db, 0, 16, 0);
}
static void zero_first_page(const struct place *p)
{
    overwrite(p->db, 0, PAGE, 0);
}
static void zero_second_page(const struct place *p)
{
    overwrite(p->db, PAGE, PAGE, 0);
}
static void zero_some_pages(const struct place *p)
{
    overwrite(p->db, 3 * (off_t)PAGE, 3 * PAGE, 0);
}
static void zero_last_page(const struct place *p)
{
    overwrite(p->db, size_of(p->db) - PAGE, PAGE, 0);
}
static void ones_in_the_middle(const struct place *p)
{
    overwrite(p->db, size_of(p->db) / 2 / PAGE * PAGE, PAGE, 0xff);
}
static void noise_in_schema(const struct place *p)
{
    noise(p, 100, 1000);
}
static void noise_all_over(const struct place *p)
{
    noise(p, 0, (size_t)size_of(p->db));
}
static void noise_in_a_page(const struct place *p)
{
    noise(p, 5 * (off_t)PAGE, PAGE);
}
static void page_size_wrong(const struct place *p)
{
    overwrite(p->db, 16, 2, 0x03);
}
static void text_instead(const struct place *p)
{
    cut(p, 0);
    overwrite(p->db, 0, PAGE, 'x');
}
static void gone(const struct place *p)
{
    assert_int_equal(unlink(p->db), 0);
}
static void folder_instead(const struct place *p)
{
    put_folder(p->db);
}
static void pipe_instead(const struct place *p)
{
    put_pipe(p->db);
}
static void socket_instead(const struct place *p)
{
    put_socket(p->db);
}
static void link_instead(const struct place *p)
{
    put_link(p->db, "/etc/passwd");
}
static void dangling_link(const struct place *p)
{
    put_link(p->db, "/nonexistent/callqa.db");
}
static void journal_is_folder(const struct place *p)
{
    put_folder(p->journal);
}
static void journal_of_noise(const struct place *p)
{
    overwrite(p->journal, 0, 3000, 'j');
}
static void journal_link(const struct place *p)
{
    put_link(p->journal, "/etc/passwd");
}
static void lock_is_folder(const struct place *p)
{
    put_folder(p->lock);
}
static void lock_gone(const struct place *p)
{
    assert_int_equal(unlink(p->lock), 0);
}
static void db_closed(const struct place *p)
{
    assert_int_equal(chmod(p->db, 0), 0);
}
static void journal_closed(const struct place *p)
{
    overwrite(p->journal, 0, 0, 0);
    assert_int_equal(chmod(p->journal, 0), 0);
}
static void lock_closed(const struct place *p)
{
    assert_int_equal(chmod(p->lock, 0), 0);
}
static void table_gone(const struct place *p)
{
    run(p, "DROP TABLE deliveries");
}
static void version_lost(const struct place *p)
{
    run(p, "PRAGMA user_version = 0");
}
static void newer(const struct place *p)
{
    run(p, "PRAGMA user_version = 9999");
}
static void foreign(const struct place *p)
{
    gone(p);
    run(p, "CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('x')");
}
static void foreign_with_version(const struct place *p)
{
    foreign(p);
    run(p, "PRAGMA user_version = 1");
}

#define OF(mutation, fate)                                                                         \
    {                                                                                              \
#mutation, mutation, fate                                                                  \
    }
static const struct mutation {
    const char *name;
    void (*make)(const struct place *place);
    enum fate fate;
} mutations[] = {
    OF(empty, ANEW),
    OF(one_byte, REPLACED),
    OF(half_header, REPLACED),
    OF(header_alone, REPLACED),
    OF(one_page, REPLACED),
    OF(two_pages, REPLACED),
    OF(half, REPLACED),
    OF(half_and_odd, REPLACED),
    OF(last_page_gone, REPLACED),
    OF(last_byte_gone, REPLACED),
    OF(zero_header, REPLACED),
    OF(zero_magic, REPLACED),
    OF(zero_first_page, REPLACED),
    OF(zero_second_page, REPLACED),
    OF(zero_some_pages, REPLACED),
    OF(zero_last_page, REPLACED),
    OF(ones_in_the_middle, REPLACED),
    OF(noise_in_schema, REPLACED),
    OF(noise_all_over, REPLACED),
    OF(noise_in_a_page, REPLACED),
    OF(page_size_wrong, REPLACED),
    OF(text_instead, REPLACED),
    OF(gone, ANEW),
    OF(folder_instead, REPLACED),
    OF(pipe_instead, REPLACED),
    OF(socket_instead, REPLACED),
    OF(link_instead, REPLACED),
    OF(dangling_link, REPLACED),
    OF(journal_is_folder, REPLACED),
    OF(journal_of_noise, KEPT),
    OF(journal_link, REPLACED),
    OF(lock_is_folder, REPLACED),
    OF(lock_gone, KEPT),
    OF(db_closed, KEPT),
    OF(journal_closed, KEPT),
    OF(lock_closed, KEPT),
    OF(table_gone, REPLACED),
    OF(version_lost, REPLACED),
    OF(newer, REFUSED),
    OF(foreign, REFUSED),
    OF(foreign_with_version, REFUSED),
};

/* ---- what came of it */

static int64_t count_recordings(const struct place *place)
{
    struct cqa_store *store = NULL;
    struct cqa_error error = {0};
    int64_t count = -1;

    if (cqa_store_open(place->folder, &store, &error) != CQA_OK ||
        cqa_standing_recordings(store, &count, &error) != CQA_OK)
        print_message("%s\n", cqa_english(&error.message));
    cqa_store_close(store);
    return count;
}

/* NULL: as it should be. */
static const char *judge(const struct place *place, const struct mutation *mutation)
{
    struct cqa_mended mended;
    struct cqa_error error = {0};
    struct stat facts;
    const enum cqa_status status = cqa_store_mend(place->folder, 0, &mended, &error);

    if (mutation->fate == REFUSED)
        return status == CQA_E_REFUSED && !mended.replaced ? NULL : "it was not refused";
    if (status != CQA_OK)
        return cqa_english(&error.message);
    if (mended.replaced != (mutation->fate != KEPT))
        return mended.replaced ? "it was replaced" : "it was not replaced";
    if (mutation->fate == ANEW && !mended.incomplete)
        return "what was erased or held is gone, and nothing is said";
    if (mutation->fate == REPLACED && lstat(mended.kept, &facts) != 0 && errno == ENOENT &&
        mutation->make != lock_is_folder)
        return "the old one was not kept";
    const int64_t count = count_recordings(place);
    if (mutation->fate == KEPT && count != RECORDINGS)
        return "something is lost";
    if (mutation->fate != KEPT && (count != mended.excluded || count > RECORDINGS / 4))
        return "the new one is not what was said";
    return cqa_store_mend(place->folder, 0, &mended, &error) == CQA_OK && !mended.replaced
               ? NULL
               : "the new one is not sound";
}

/* As somebody to whom rights apply. */
static const char *judge_as_nobody(const struct place *place, const struct mutation *mutation)
{
    int status = 0;
    const pid_t child = fork();

    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(9);
        const char *wrong = judge(place, mutation);
        if (wrong != NULL)
            (void)fprintf(stderr, "%s: %s\n", mutation->name, wrong);
        _exit(wrong == NULL ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status == 0 ? NULL : "as nobody it is not as it should be";
}

static void give_to_nobody(const struct place *place)
{
    char command[96];

    (void)snprintf(command, sizeof command, "chown -R -h 65534:65534 %s", place->folder);
    if (geteuid() == 0)
        assert_int_equal(system(command), 0); // NOLINT(cert-env33-c): a path of our own
}

static void test_each_mutation(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < sizeof mutations / sizeof *mutations; i++) {
        struct place place;
        make_store(&place);
        mutations[i].make(&place);
        give_to_nobody(&place);
        const char *wrong = judge_as_nobody(&place, &mutations[i]);
        if (wrong != NULL)
            print_error("%s: %s\n", mutations[i].name, wrong);
        failed += wrong != NULL;
        remove_all(&place);
    }
    print_message("%zu mutations\n", sizeof mutations / sizeof *mutations);
    assert_int_equal(failed, 0);
}

/* A page of the results is destroyed: what is left of the rest is carried over and listed. */
static void test_what_recordings_do_not_bring_back(void **state)
{
    struct place place;
    struct cqa_mended mended;
    struct cqa_error error = {0};
    char line[256];
    int refused = 0, vanished = 0;

    (void)state;
    make_store(&place);
    assert_int_equal(cqa_store_mend(place.folder, 1, &mended, &error),
                     CQA_OK); /* forced: all is legible */
    assert_int_equal(mended.replaced, 1);
    assert_int_equal(mended.excluded, RECORDINGS / 4);
    assert_false(mended.incomplete);
    assert_int_equal(number(&place, "SELECT count(*) FROM tombstones"), 2);
    assert_int_equal(number(&place, "SELECT count(*) FROM holds WHERE value = '8001'"), 1);
    assert_int_equal(mended.vanished, RECORDINGS / 4);
    assert_int_equal(mended.refused, RECORDINGS / 40);
    FILE *file = fopen(mended.listed, "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        refused += strncmp(line, "refused\t/calls/", 15) == 0 && strstr(line, "422") != NULL;
        vanished += strncmp(line, "vanished\t/calls/", 16) == 0;
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(refused, mended.refused);
    assert_int_equal(vanished, mended.vanished);
    assert_int_equal(count_recordings(&place), RECORDINGS / 4);
    remove_all(&place);
}

/* Who has the old one open finds out. */
static void test_one_that_was_replaced_is_not_current(void **state)
{
    struct place place;
    struct cqa_store *store = NULL;
    struct cqa_mended mended;
    struct cqa_error error = {0};

    (void)state;
    make_store(&place);
    assert_int_equal(cqa_store_open(place.folder, &store, &error), CQA_OK);
    assert_true(cqa_store_is_current(store));
    assert_int_equal(cqa_store_mend(place.folder, 1, &mended, &error), CQA_OK);
    assert_false(cqa_store_is_current(store));
    cqa_store_close(store);
    remove_all(&place);
}

/* Only who mends builds a new one: another would do so in silence. */
static void test_one_that_was_emptied_is_missed_by_all(void **state)
{
    struct place place;
    struct cqa_store *store = NULL;
    struct cqa_store *late = NULL;
    struct cqa_error error = {0};

    (void)state;
    make_store(&place);
    assert_int_equal(cqa_store_open(place.folder, &store, &error), CQA_OK);
    for (int is_gone = 0; is_gone < 2; is_gone++) {
        if (is_gone)
            gone(&place);
        else
            empty(&place);
        assert_false(cqa_store_is_current(store));
        assert_int_equal(cqa_store_open(place.folder, &late, &error), CQA_E_BADDATA);
        assert_int_equal(cqa_store_open_to_look(place.folder, &late, &error), CQA_E_BADDATA);
    }
    cqa_store_close(store);
    remove_all(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_mutation),
        cmocka_unit_test(test_what_recordings_do_not_bring_back),
        cmocka_unit_test(test_one_that_was_replaced_is_not_current),
        cmocka_unit_test(test_one_that_was_emptied_is_missed_by_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
