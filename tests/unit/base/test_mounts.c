/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/mounts.h"

struct fixture {
    char top[64];
    struct cqa_mounts mounts;
};

static const char *path_of(const struct fixture *fixture, const char *name)
{
    static char paths[4][256];
    static unsigned turn;

    turn = (turn + 1) % 4;
    (void)snprintf(paths[turn], sizeof paths[turn], "%s/%s", fixture->top, name);
    return paths[turn];
}

/* A list as the kernel writes it, over real folders and links. */
static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct cqa_error error = {0};

    (void)strcpy(fixture->top, "/tmp/callqa-mounts-XXXXXX");
    if (mkdtemp(fixture->top) == NULL)
        return 1;
    const char *folders[] = {"local",      "local/deep", "nas",      "nas/calls",
                             "with blank", "mixed",      "mixed/nfs"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (mkdir(path_of(fixture, folders[i]), 0700) != 0)
            return 1;
    if (symlink(path_of(fixture, "nas/calls"), path_of(fixture, "link")) != 0 ||
        symlink("nas", path_of(fixture, "relative")) != 0 ||
        symlink("circle", path_of(fixture, "circle")) != 0)
        return 1;
    FILE *list = fopen(path_of(fixture, "list"), "we");
    if (list == NULL)
        return 1;
    (void)fprintf(list,
                  "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
                  "28 27 0:39 / %s/nas rw - nfs4 server:/calls rw\n"
                  "29 27 0:40 / %s/with\\040blank rw shared:7 - fuse.sshfs host: rw\n"
                  "30 27 0:41 / %s/mixed/nfs rw - cifs //host/share rw\n"
                  "31 27 254:1 / %s/local/deep rw - xfs /dev/vdb rw\n"
                  "nonsense\n",
                  fixture->top, fixture->top, fixture->top, fixture->top);
    (void)fclose(list);
    *state = fixture;
    return cqa_mounts_read(&fixture->mounts, path_of(fixture, "list"), &error) != CQA_OK;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    char command[96];

    cqa_mounts_finish(&fixture->mounts);
    (void)snprintf(command, sizeof command, "rm -rf %s", fixture->top);
    const int code = system(command); // NOLINT(cert-env33-c): a path of our own
    free(fixture);
    return code;
}

static void expect(struct fixture *fixture, const char *folder, const char *mount)
{
    char found[PATH_MAX];

    cqa_mounts_shared(&fixture->mounts, path_of(fixture, folder), found);
    assert_string_equal(found, mount == NULL ? "" : path_of(fixture, mount));
}

static void test_which_mount_may_hang_a_folder(void **state)
{
    struct fixture *fixture = *state;

    expect(fixture, "local", NULL);
    expect(fixture, "local/deep/calls", NULL); /* another disk of this machine */
    expect(fixture, "nas", "nas");
    expect(fixture, "nas/calls/2025", "nas");
    expect(fixture, "nasty", NULL);
    expect(fixture, "with blank/x", "with blank");
    expect(fixture, "mixed", "mixed/nfs"); /* it lies below */
    expect(fixture, "nonexistent/yet", NULL);
}

static void test_links_are_followed_up_to_it(void **state)
{
    struct fixture *fixture = *state;

    expect(fixture, "link", "nas");
    expect(fixture, "link/2025/11", "nas");
    expect(fixture, "relative/calls", "nas");
    expect(fixture, "circle/x", NULL);
}

static void test_a_list_that_is_not_there(void **state)
{
    struct cqa_mounts mounts;
    struct cqa_error error = {0};

    (void)state;
    assert_int_equal(cqa_mounts_read(&mounts, "/nonexistent", &error), CQA_E_IO);
    assert_false(cqa_path_is_shared("/tmp", NULL));
    assert_false(cqa_path_is_shared("not/absolute", NULL));
}

/* A disk that comes after a while, and one that does not come. */
static void a_folder_is_waited_for(void **state)
{
    const struct fixture *fixture = *state;
    const int64_t begun_ms = cqa_clock_monotonic_ms(&cqa_clock_system);
    char command[400];

    assert_true(cqa_mount_awaited(&cqa_clock_system, path_of(fixture, "local"), 0));
    assert_false(cqa_mount_awaited(&cqa_clock_system, path_of(fixture, "late"), 0));
    assert_false(cqa_mount_awaited(&cqa_clock_system, path_of(fixture, "late"), 1000));
    assert_true(cqa_clock_monotonic_ms(&cqa_clock_system) - begun_ms >= 1000);
    (void)snprintf(command, sizeof command, "(sleep 1; mkdir %s) &", path_of(fixture, "late"));
    assert_int_equal(system(command), 0);
    assert_true(cqa_mount_awaited(&cqa_clock_system, path_of(fixture, "late"), 60000));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_which_mount_may_hang_a_folder),
        TEST(test_links_are_followed_up_to_it),
        TEST(test_a_list_that_is_not_there),
        TEST(a_folder_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
