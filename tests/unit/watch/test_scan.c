/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "watch/scan.h"

enum { NEWS_MAX = 64 };

struct fixture {
    char folder[64];
    struct cqa_scan *scan;
    int64_t now_ms;
    struct cqa_clock clock;
    struct cqa_scan_report report;
    struct cqa_error error;
    char settled[NEWS_MAX][300]; /* relative paths, in the order told */
    size_t settled_count;
    char gone[NEWS_MAX][300];
    size_t gone_count;
    char missed[NEWS_MAX][300];
    size_t missed_count;
    int refuse; /* the teller takes nothing */
};

static int64_t fake_now(void *context)
{
    return ((struct fixture *)context)->now_ms;
}

static int ignores_json(void *context, const char *name)
{
    (void)context;
    return name[0] == '.' || strstr(name, ".json") != NULL;
}

static void make_scan(struct fixture *fixture)
{
    const struct cqa_scan_config config = {
        .folder = fixture->folder, .clock = &fixture->clock, .ignores = ignores_json};

    if (cqa_scan_create(&config, &fixture->scan, &fixture->error) != CQA_OK)
        fail_msg("%s", cqa_english(&fixture->error.message));
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    (void)strcpy(fixture->folder, "/tmp/callqa-scan-XXXXXX");
    if (mkdtemp(fixture->folder) == NULL)
        return 1;
    fixture->now_ms = 1000;
    fixture->clock = (struct cqa_clock){fake_now, fake_now, fixture};
    make_scan(fixture);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    char command[96];

    cqa_scan_destroy(fixture->scan);
    (void)snprintf(command, sizeof command, "rm -rf %s", fixture->folder);
    const int code = system(command); // NOLINT(cert-env33-c): a path of our own
    free(fixture);
    return code;
}

static const char *path_of(struct fixture *fixture, const char *name)
{
    static char path[4096];

    (void)snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    return path;
}

static void put(struct fixture *fixture, const char *name, const char *content)
{
    const int fd = open(path_of(fixture, name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (fd < 0)
        fail_msg("%s: %s", name, strerror(errno));
    assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    assert_int_equal(close(fd), 0);
}

static void make_folder(struct fixture *fixture, const char *name)
{
    assert_int_equal(mkdir(path_of(fixture, name), 0700), 0);
}

static int note(void *context, const struct cqa_scan_file *file)
{
    struct fixture *fixture = context;
    char(*names[])[300] = {[CQA_SCAN_GONE] = fixture->gone,
                           [CQA_SCAN_MISSED] = fixture->missed,
                           [CQA_SCAN_SETTLED] = fixture->settled};
    size_t *counts[] = {[CQA_SCAN_GONE] = &fixture->gone_count,
                        [CQA_SCAN_MISSED] = &fixture->missed_count,
                        [CQA_SCAN_SETTLED] = &fixture->settled_count};
    size_t *count = counts[file->news];

    if (fixture->refuse)
        return 0;
    assert_int_equal(strncmp(file->path, fixture->folder, strlen(fixture->folder)), 0);
    if (*count < NEWS_MAX)
        (void)snprintf(names[file->news][*count], 300, "%s",
                       file->path + strlen(fixture->folder) + 1);
    (*count)++;
    return 1;
}

/* One look `later_ms` after the last; the news replace those before. */
static enum cqa_status look(struct fixture *fixture, int64_t later_ms)
{
    fixture->now_ms += later_ms;
    fixture->settled_count = 0;
    fixture->gone_count = 0;
    fixture->missed_count = 0;
    return cqa_scan_look(fixture->scan, note, fixture, &fixture->report, &fixture->error);
}

static void look_twice(struct fixture *fixture)
{
    assert_int_equal(look(fixture, 0), CQA_OK);
    assert_int_equal(look(fixture, 2000), CQA_OK);
}

static void test_told_once_after_two_looks(void **state)
{
    struct fixture *fixture = *state;

    put(fixture, "a.wav", "x");
    assert_int_equal(look(fixture, 0), CQA_OK);
    assert_int_equal(fixture->settled_count, 0);
    assert_int_equal(fixture->report.settling, 1);
    assert_int_equal(fixture->report.next_ms, 2000);
    assert_int_equal(look(fixture, 1999), CQA_OK);
    assert_int_equal(fixture->settled_count, 0);
    assert_int_equal(look(fixture, 1), CQA_OK);
    assert_int_equal(fixture->settled_count, 1);
    assert_string_equal(fixture->settled[0], "a.wav");
    assert_int_equal(fixture->report.next_ms, -1);
    assert_int_equal(look(fixture, 5000), CQA_OK);
    assert_int_equal(fixture->settled_count, 0);
}

static void test_growing_file_waits_and_one_that_grows_again_is_told_again(void **state)
{
    struct fixture *fixture = *state;

    put(fixture, "a.wav", "x");
    for (int i = 0; i < 5; i++) {
        assert_int_equal(look(fixture, 2000), CQA_OK);
        assert_int_equal(fixture->settled_count, 0);
        put(fixture, "a.wav", "more");
    }
    look_twice(fixture);
    assert_int_equal(fixture->settled_count, 1);
    put(fixture, "a.wav", "appended after a transfer");
    look_twice(fixture);
    assert_int_equal(fixture->settled_count, 1);
    assert_int_equal(fixture->gone_count, 0);
}

static void test_new_mode_of_a_told_file_is_no_news(void **state)
{
    struct fixture *fixture = *state;

    put(fixture, "a.wav", "x");
    look_twice(fixture);
    assert_int_equal(chmod(path_of(fixture, "a.wav"), 0640), 0);
    look_twice(fixture);
    assert_int_equal(fixture->settled_count, 0);
}

static void test_rename_folder_and_hard_link(void **state)
{
    struct fixture *fixture = *state;
    char from[128];

    make_folder(fixture, "2025");
    make_folder(fixture, "2025/11");
    put(fixture, "2025/11/a.wav", "x");
    look_twice(fixture);
    assert_string_equal(fixture->settled[0], "2025/11/a.wav");
    (void)snprintf(from, sizeof from, "%s/2025", fixture->folder);
    assert_int_equal(rename(from, path_of(fixture, "old")), 0);
    assert_int_equal(look(fixture, 0), CQA_OK);
    assert_int_equal(fixture->gone_count, 1);
    assert_string_equal(fixture->gone[0], "2025/11/a.wav");
    assert_int_equal(look(fixture, 2000), CQA_OK);
    assert_string_equal(fixture->settled[0], "old/11/a.wav");
    (void)snprintf(from, sizeof from, "%s/old/11/a.wav", fixture->folder);
    assert_int_equal(link(from, path_of(fixture, "b.wav")), 0);
    look_twice(fixture);
    assert_int_equal(fixture->settled_count, 1);
    assert_string_equal(fixture->settled[0], "b.wav");
}

static void test_strange_names_survive(void **state)
{
    struct fixture *fixture = *state;
    char longest[256];

    memset(longest, 'n', 255);
    longest[255] = '\0';
    put(fixture, "new\nline.wav", "x");
    put(fixture, "b\xff\xfe.wav", "x");
    put(fixture, longest, "x");
    put(fixture, " ", "x");
    look_twice(fixture);
    assert_int_equal(fixture->settled_count, 4);
}

static void test_only_regular_files_count(void **state)
{
    struct fixture *fixture = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    put(fixture, "real.wav", "x");
    put(fixture, "side.json", "x");
    put(fixture, ".hidden.wav", "x");
    make_folder(fixture, ".Trash");
    put(fixture, ".Trash/old.wav", "x");
    assert_int_equal(symlink("/etc/passwd", path_of(fixture, "link.wav")), 0);
    assert_int_equal(symlink("/etc", path_of(fixture, "folder")), 0);
    assert_int_equal(mkfifo(path_of(fixture, "fifo.wav"), 0600), 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/s.wav", fixture->folder);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    look_twice(fixture);
    assert_int_equal(close(fd), 0);
    assert_int_equal(fixture->settled_count, 1);
    assert_int_equal(fixture->report.files, 1);
    assert_int_equal(fixture->report.not_regular, 4);
    assert_int_equal(fixture->report.ignored, 3);
}

static void test_known_files_are_not_told_but_missed(void **state)
{
    struct fixture *fixture = *state;
    struct stat status;

    put(fixture, "a.wav", "x");
    put(fixture, "changed.wav", "x");
    assert_int_equal(stat(path_of(fixture, "a.wav"), &status), 0);
    const int64_t mtime_ns = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
    assert_int_equal(cqa_scan_know(fixture->scan, path_of(fixture, "a.wav"), 1, mtime_ns, NULL), 0);
    assert_int_equal(cqa_scan_know(fixture->scan, path_of(fixture, "changed.wav"), 9, 9, NULL), 0);
    assert_int_equal(cqa_scan_know(fixture->scan, path_of(fixture, "deleted.wav"), 9, 9, NULL), 0);
    assert_int_equal(cqa_scan_know(fixture->scan, "/elsewhere/x.wav", 9, 9, NULL), 0);
    assert_int_equal(look(fixture, 0), CQA_OK);
    assert_int_equal(fixture->gone_count, 1);
    assert_string_equal(fixture->gone[0], "deleted.wav");
    assert_int_equal(look(fixture, 2000), CQA_OK);
    assert_int_equal(fixture->settled_count, 1);
    assert_string_equal(fixture->settled[0], "changed.wav");
}

static void test_what_was_not_taken_comes_again(void **state)
{
    struct fixture *fixture = *state;

    put(fixture, "a.wav", "x");
    fixture->refuse = 1;
    look_twice(fixture);
    assert_int_equal(fixture->report.next_ms, 0);
    fixture->refuse = 0;
    assert_int_equal(look(fixture, 0), CQA_OK);
    assert_int_equal(fixture->settled_count, 1);
    assert_int_equal(unlink(path_of(fixture, "a.wav")), 0);
    put(fixture, "b.wav", "x"); /* so that the folder is not empty */
    fixture->refuse = 1;
    assert_int_equal(look(fixture, 0), CQA_OK);
    fixture->refuse = 0;
    assert_int_equal(look(fixture, 0), CQA_OK);
    assert_int_equal(fixture->gone_count, 1);
}

static void test_missing_folder_is_not_all_deleted(void **state)
{
    struct fixture *fixture = *state;
    char away[128];

    put(fixture, "a.wav", "x");
    look_twice(fixture);
    (void)snprintf(away, sizeof away, "%s.away", fixture->folder);
    assert_int_equal(rename(fixture->folder, away), 0);
    assert_int_equal(look(fixture, 2000), CQA_E_BUSY);
    assert_int_equal(fixture->report.sys_errno, ENOENT);
    assert_int_equal(fixture->gone_count, 0);
    /* An empty folder in its place, as under a mount that is gone. */
    assert_int_equal(mkdir(fixture->folder, 0700), 0);
    assert_int_equal(look(fixture, 2000), CQA_OK);
    assert_int_equal(fixture->gone_count, 0);
    assert_int_equal(fixture->report.held_back, 1);
    assert_int_equal(rmdir(fixture->folder), 0);
    assert_int_equal(rename(away, fixture->folder), 0);
    assert_int_equal(look(fixture, 2000), CQA_OK);
    assert_int_equal(fixture->gone_count + fixture->settled_count, 0);
    /* But emptied for good it is. */
    assert_int_equal(unlink(path_of(fixture, "a.wav")), 0);
    assert_int_equal(look(fixture, 2000), CQA_OK);
    assert_int_equal(fixture->gone_count, 1);
}

static void test_what_goes_before_it_settles_leaves_a_trace(void **state)
{
    struct fixture *fixture = *state;

    put(fixture, "stays.wav", "x");
    put(fixture, "goes.wav", "x");
    put(fixture, "part.tmp", "longer");
    assert_int_equal(look(fixture, 0), CQA_OK);
    assert_int_equal(unlink(path_of(fixture, "goes.wav")), 0);
    char from[128];
    (void)snprintf(from, sizeof from, "%s", path_of(fixture, "part.tmp"));
    assert_int_equal(rename(from, path_of(fixture, "whole.wav")), 0);
    assert_int_equal(look(fixture, 500), CQA_OK);
    assert_int_equal(fixture->missed_count, 1); /* the other has only another name */
    assert_string_equal(fixture->missed[0], "goes.wav");
    assert_int_equal(fixture->gone_count, 0);
    assert_int_equal(look(fixture, 500), CQA_OK);
    assert_int_equal(fixture->missed_count, 0); /* once */
}

/* Only an event has seen it. */
static void test_what_no_look_has_seen_leaves_a_trace(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(look(fixture, 0), CQA_OK);
    cqa_scan_hint(fixture->scan, "2025/short.wav", CQA_SCAN_APPEARED);
    assert_int_equal(mkfifo(path_of(fixture, "pipe.wav"), 0600), 0);
    cqa_scan_hint(fixture->scan, "pipe.wav", CQA_SCAN_APPEARED);
    cqa_scan_hint(fixture->scan, "moved.tmp", CQA_SCAN_APPEARED);
    cqa_scan_hint(fixture->scan, "moved.tmp", CQA_SCAN_LEFT);
    cqa_scan_hint(fixture->scan, "side.json", CQA_SCAN_APPEARED);
    cqa_scan_hint(fixture->scan, ".hidden/x.wav", CQA_SCAN_APPEARED);
    cqa_scan_hint(fixture->scan, "unknown.wav", CQA_SCAN_LEFT);
    assert_int_equal(look(fixture, 100), CQA_OK);
    assert_int_equal(fixture->missed_count, 1);
    assert_string_equal(fixture->missed[0], "2025/short.wav");
    assert_int_equal(fixture->report.missed, 1);
}

/* As root every folder can be read, so this part runs as nobody. */
static void test_unreadable_folder_hides_but_deletes_nothing(void **state)
{
    struct fixture *fixture = *state;

    make_folder(fixture, "sub");
    put(fixture, "sub/a.wav", "x");
    put(fixture, "b.wav", "x");
    look_twice(fixture);
    assert_int_equal(chmod(fixture->folder, 0755), 0);
    assert_int_equal(chmod(path_of(fixture, "sub"), 0), 0);
    assert_int_equal(unlink(path_of(fixture, "b.wav")), 0);
    put(fixture, "c.wav", "x");
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(9);
        const int ok = look(fixture, 2000) == CQA_OK && fixture->report.errors == 1 &&
                       fixture->report.sys_errno == EACCES && fixture->gone_count == 1 &&
                       strcmp(fixture->gone[0], "b.wav") == 0;
        _exit(ok ? 0 : 1);
    }
    int code = 0;
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_int_equal(chmod(path_of(fixture, "sub"), 0700), 0);
    assert_int_equal(code, 0);
}

/* Against the slow, obvious way: random creations, changes and removals; what is told must add up
 * to what is there. */
static void test_random_changes_add_up(void **state)
{
    struct fixture *fixture = *state;
    unsigned seed = 20251120;
    int there[20] = {0};
    int told[20] = {0};
    char name[16];

    put(fixture, "keep.wav", "x");
    look_twice(fixture);
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < 3; i++) {
            const int file = rand_r(&seed) % 20;
            (void)snprintf(name, sizeof name, "%d.wav", file);
            if (there[file] && rand_r(&seed) % 2 == 0) {
                assert_int_equal(unlink(path_of(fixture, name)), 0);
                there[file] = 0;
            } else {
                put(fixture, name, "x");
                there[file] = 1;
            }
        }
        assert_int_equal(look(fixture, 700), CQA_OK);
        for (size_t i = 0; i < fixture->gone_count; i++)
            told[atoi(fixture->gone[i])] = 0; // NOLINT(cert-err34-c): our own names
        for (size_t i = 0; i < fixture->settled_count; i++)
            told[atoi(fixture->settled[i])] = 1; // NOLINT(cert-err34-c): our own names
        for (int i = 0; i < 20; i++)
            if (told[i] && !there[i])
                fail_msg("seed 20251120, round %d: %d.wav is told and not there", round, i);
    }
    look_twice(fixture);
    for (size_t i = 0; i < fixture->settled_count; i++)
        told[atoi(fixture->settled[i])] = 1; // NOLINT(cert-err34-c): our own names
    assert_memory_equal(told, there, sizeof there);
}

static void test_refuses_a_relative_folder(void **state)
{
    const struct cqa_scan_config config = {.folder = "monitor"};
    struct cqa_scan *scan = NULL;
    struct cqa_error error = {0};

    (void)state;
    assert_int_equal(cqa_scan_create(&config, &scan, &error), CQA_E_BADDATA);
    assert_null(scan);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_told_once_after_two_looks),
        TEST(test_growing_file_waits_and_one_that_grows_again_is_told_again),
        TEST(test_new_mode_of_a_told_file_is_no_news),
        TEST(test_rename_folder_and_hard_link),
        TEST(test_strange_names_survive),
        TEST(test_only_regular_files_count),
        TEST(test_known_files_are_not_told_but_missed),
        TEST(test_what_was_not_taken_comes_again),
        TEST(test_missing_folder_is_not_all_deleted),
        TEST(test_what_goes_before_it_settles_leaves_a_trace),
        TEST(test_what_no_look_has_seen_leaves_a_trace),
        TEST(test_unreadable_folder_hides_but_deletes_nothing),
        TEST(test_random_changes_add_up),
        TEST(test_refuses_a_relative_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
