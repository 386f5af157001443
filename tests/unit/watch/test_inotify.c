/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "watch/inotify.h"

struct fixture {
    char folder[64];
    struct cqa_inotify *inotify;
    struct cqa_inotify_state state;
    struct cqa_error error;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    (void)strcpy(fixture->folder, "/tmp/callqa-inotify-XXXXXX");
    if (mkdtemp(fixture->folder) == NULL)
        return 1;
    *state = fixture;
    return cqa_inotify_create(fixture->folder, &fixture->inotify, &fixture->error) != CQA_OK;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    char command[96];

    cqa_inotify_destroy(fixture->inotify);
    (void)snprintf(command, sizeof command, "rm -rf %s", fixture->folder);
    const int code = system(command); // NOLINT(cert-env33-c): a path of our own
    free(fixture);
    return code;
}

static void sync_watches(struct fixture *fixture)
{
    assert_int_equal(cqa_inotify_sync(fixture->inotify, &fixture->state, &fixture->error), CQA_OK);
}

static const char *path_of(struct fixture *fixture, const char *name)
{
    static char path[256];

    (void)snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    return path;
}

static void put(struct fixture *fixture, const char *name)
{
    const int fd = open(path_of(fixture, name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
}

/* inotify's events are there when the call that made them returns. */
static int wakes(struct fixture *fixture)
{
    struct pollfd poll_fd = {.fd = cqa_inotify_fd(fixture->inotify), .events = POLLIN};

    return poll(&poll_fd, 1, 0) == 1 && cqa_inotify_take(fixture->inotify, NULL, NULL);
}

static void test_wakes_for_files_below(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(mkdir(path_of(fixture, "a"), 0700), 0);
    sync_watches(fixture);
    assert_int_equal(fixture->state.watches, 2);
    assert_false(wakes(fixture));
    put(fixture, "x.wav");
    assert_true(wakes(fixture));
    put(fixture, "a/y.wav");
    assert_true(wakes(fixture));
    assert_false(wakes(fixture));
    assert_int_equal(unlink(path_of(fixture, "x.wav")), 0);
    assert_true(wakes(fixture));
}

static void test_new_folders_are_watched_after_sync(void **state)
{
    struct fixture *fixture = *state;

    sync_watches(fixture);
    assert_int_equal(mkdir(path_of(fixture, "a"), 0700), 0);
    assert_int_equal(mkdir(path_of(fixture, "a/b"), 0700), 0);
    assert_true(wakes(fixture));
    sync_watches(fixture);
    assert_int_equal(fixture->state.watches, 3);
    put(fixture, "a/b/x.wav");
    assert_true(wakes(fixture));
}

static void test_folder_that_goes_and_comes_back(void **state)
{
    struct fixture *fixture = *state;

    sync_watches(fixture);
    assert_int_equal(rmdir(fixture->folder), 0);
    assert_true(wakes(fixture));
    sync_watches(fixture);
    assert_true(fixture->state.lost_root);
    assert_int_equal(mkdir(fixture->folder, 0700), 0);
    sync_watches(fixture);
    assert_false(fixture->state.lost_root);
    put(fixture, "x.wav");
    assert_true(wakes(fixture));
}

/* More events than the kernel keeps: whoever is told so looks at everything. */
static void test_overflow_is_said(void **state)
{
    struct fixture *fixture = *state;
    FILE *limit_file = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
    int limit = 0;
    char name[32];

    assert_non_null(limit_file);
    assert_int_equal(fscanf(limit_file, "%d", &limit),
                     1); // NOLINT(cert-err34-c): a kernel's number
    assert_int_equal(fclose(limit_file), 0);
    if (limit > 100000) {
        print_message("the queue holds %d events, too many to fill here\n", limit);
        skip();
    }
    sync_watches(fixture);
    for (int i = 0; i < limit / 2 + 16; i++) { /* created and closed: two events each */
        (void)snprintf(name, sizeof name, "%d.wav", i);
        put(fixture, name);
    }
    assert_true(wakes(fixture));
    sync_watches(fixture);
    assert_true(fixture->state.overflowed);
    sync_watches(fixture);
    assert_false(fixture->state.overflowed);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_wakes_for_files_below),
        TEST(test_new_folders_are_watched_after_sync),
        TEST(test_folder_that_goes_and_comes_back),
        TEST(test_overflow_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
