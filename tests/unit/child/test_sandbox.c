/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a process in the sandbox can still do: each attempt in a forked child of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "child/sandbox.h"

enum { HELD = 0, REFUSED = 10, ALLOWED = 11, NO_SANDBOX = 12 };
static const struct cqa_sandbox_limits LIMITS = {.memory_bytes = INT64_C(256) << 20};

static struct cqa_sandbox_filter filter;

static int make_filter(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    return cqa_sandbox_prepare(&filter, &error) == CQA_OK ? 0 : -1;
}

/* How a child ends that enters the sandbox and tries; the code, or minus the signal. */
static int try_inside(int (*attempt)(void))
{
    int pair[2];
    int status = 0;
    const pid_t parent = getpid();

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    const pid_t child = fork();
    if (child == 0) {
        struct cqa_error error = {0};
        if (cqa_sandbox_enter(pair[1], parent, &LIMITS, &filter, &error) != CQA_OK)
            _exit(NO_SANDBOX);
        _exit(attempt());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    close(pair[0]);
    close(pair[1]);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int open_a_file(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 && errno == EPERM ? REFUSED : ALLOWED;
}

static int map_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
               ? REFUSED
               : ALLOWED;
}

static int make_a_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0 ? REFUSED : ALLOWED;
}

static int run_a_program(void)
{
    execl("/bin/true", "true", (char *)NULL);
    return REFUSED;
}

static int make_a_process(void)
{
    return fork() < 0 ? REFUSED : ALLOWED;
}

static int shoot_the_parent(void)
{
    return kill(getppid(), 0) != 0 ? REFUSED : ALLOWED;
}

static int give_up(void)
{
    abort();
}

static int take_too_much_memory(void)
{
    /* Volatile, or a clever compiler asks for none. */
    void *volatile all = malloc((size_t)LIMITS.memory_bytes);

    free(all);
    return all == NULL ? REFUSED : ALLOWED;
}

static int write_a_file(void)
{
    FILE *file = tmpfile();

    return file == NULL ? REFUSED : ALLOWED;
}

/* Everything but the socket is closed, even what was open high up. */
static int count_descriptors(void)
{
    for (int fd = CQA_SANDBOX_FD + 1; fd < 100; fd++)
        if (lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF)
            return ALLOWED;
    return write(CQA_SANDBOX_FD, "x", 1) == 1 ? HELD : REFUSED;
}

static int compute(void)
{
    char *memory = calloc(1000, 1000);
    struct timespec now;

    if (memory == NULL || clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return REFUSED;
    memset(memory, 1, 1000000);
    free(memory);
    return HELD;
}

static void test_computing_goes_on(void **state)
{
    (void)state;
    assert_int_equal(try_inside(compute), HELD);
    assert_int_equal(try_inside(count_descriptors), HELD);
    assert_int_equal(try_inside(give_up), -SIGABRT);
}

static void test_what_a_library_may_try_is_refused(void **state)
{
    (void)state;
#ifdef CQA_SANITIZED
    skip();
#endif
    assert_int_equal(try_inside(open_a_file), REFUSED);
    assert_int_equal(try_inside(write_a_file), REFUSED);
    assert_int_equal(try_inside(map_code), REFUSED);
    assert_int_equal(try_inside(take_too_much_memory), REFUSED);
}

static void test_what_only_an_intruder_does_ends_it(void **state)
{
    (void)state;
#ifdef CQA_SANITIZED
    skip();
#endif
    assert_int_equal(try_inside(make_a_socket), -SIGSYS);
    assert_int_equal(try_inside(run_a_program), -SIGSYS);
    assert_int_equal(try_inside(make_a_process), -SIGSYS);
    assert_int_equal(try_inside(shoot_the_parent), -SIGSYS);
}

static void test_an_orphan_does_not_start(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    const pid_t child = fork();
    if (child == 0) /* its parent is not process 1 */
        _exit(cqa_sandbox_enter(0, 1, &LIMITS, &filter, &error) == CQA_OK ? ALLOWED : REFUSED);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_computing_goes_on),
        cmocka_unit_test(test_what_a_library_may_try_is_refused),
        cmocka_unit_test(test_what_only_an_intruder_does_ends_it),
        cmocka_unit_test(test_an_orphan_does_not_start),
    };
    return cmocka_run_group_tests(tests, make_filter, NULL);
}
