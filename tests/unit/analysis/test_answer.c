/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a worker leaves behind is a stranger's: how it died, and answers that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "analysis/answer.h"

/* The wait status of a child that ends by `number`, or leaves with status 7 where that is 0. */
static int status_of(int number)
{
    const struct rlimit none = {0, 0};
    int status = 0;
    const pid_t child = fork();

    if (child == 0) {
        setrlimit(RLIMIT_CORE, &none);
        if (number != 0) {
            signal(number, SIG_DFL);
            raise(number);
        }
        _exit(7);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void test_how_it_died(void **state)
{
    static const struct {
        int number;
        const char *reason;
    } deaths[] = {
        {SIGXCPU, CQA_FAILURE_TIMED_OUT}, {SIGKILL, CQA_FAILURE_INTERNAL},
        {SIGSYS, CQA_FAILURE_CRASHED},    {SIGSEGV, CQA_FAILURE_CRASHED},
        {SIGABRT, CQA_FAILURE_CRASHED},   {0, CQA_FAILURE_CRASHED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof deaths / sizeof deaths[0]; i++) {
        struct cqa_failure failure = {0};
        cqa_answer_explain_death(&failure, status_of(deaths[i].number));
        assert_string_equal(failure.reason, deaths[i].reason);
    }
}

static int takes_failure(const char *body, size_t length)
{
    struct cqa_failure failure = {0};

    return cqa_answer_failure(body, length, &failure);
}

static void test_failures(void **state)
{
    static char long_reason[sizeof((struct cqa_failure *)0)->reason + 2];
    struct cqa_failure failure = {0};
    char told[CQA_FAILURE_BYTES_MAX];

    (void)state;
    cqa_failure_set(&failure, CQA_FAILURE_TRUNCATED, "it became shorter while it was read");
    const size_t length = cqa_failure_write(&failure, told);
    failure = (struct cqa_failure){0};
    assert_true(cqa_answer_failure(told, length, &failure));
    assert_string_equal(cqa_english(&failure.message), "it became shorter while it was read");
    assert_false(takes_failure("truncated\0half a file", 22)); /* no message of ours */
    assert_string_equal(failure.reason, "truncated");
    assert_false(takes_failure("", 0));
    assert_false(takes_failure("\0text", 6));               /* no reason */
    assert_false(takes_failure("truncated", 9));            /* no text, no end */
    assert_false(takes_failure("truncated\0text", 14));     /* no end */
    assert_false(takes_failure("truncated\0text\0\0", 16)); /* more than one text */
    assert_false(takes_failure("Truncated\0text", 15));     /* no reason of ours */
    assert_false(takes_failure("a'; DROP\0text", 14));
    memset(long_reason, 'a', sizeof long_reason - 2);
    assert_false(takes_failure(long_reason, sizeof long_reason));
}

static void test_results(void **state)
{
    static const char *const nonsense[] = {
        "",
        "{",
        "[]",
        "{}",
        "null",
        "{\"schema\":\"callqa.result/9\"}",
        "{\"schema\":\"callqa.result/1\",\"recording\":7}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
        struct cqa_failure failure = {0};
        assert_null(cqa_answer_result(nonsense[i], strlen(nonsense[i]), &failure));
        assert_string_equal(failure.reason, CQA_FAILURE_CRASHED);
    }
}

static void test_clips(void **state)
{
    static const char garbage[] = "OggS, but with nothing before it that says when it was";
    struct cqa_buffer out;

    (void)state;
    assert_true(cqa_answer_clips("", 0, &out)); /* none was asked for, or none fitted */
    assert_int_equal(out.length, 0);
    assert_false(cqa_answer_clips(garbage, sizeof garbage, &out));
    cqa_buffer_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_how_it_died),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_results),
        cmocka_unit_test(test_clips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
