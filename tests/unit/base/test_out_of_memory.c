/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What base/ does when memory runs out. The files come in whole, with an allocator that refuses on
 * demand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int grants; /* how many more times memory is given; below 0: always */

static int is_granted(void)
{
    if (grants > 0)
        return grants-- > 0;
    return grants < 0;
}

static void *grudging_realloc(void *memory, size_t size)
{
    return is_granted() ? realloc(memory, size) : NULL;
}

static void *grudging_calloc(size_t count, size_t size)
{
    return is_granted() ? calloc(count, size) : NULL;
}

#define realloc grudging_realloc
#define calloc grudging_calloc
#include "base/arena.c"
#include "base/buffer.c"
#include "base/problems.c"
#include "base/span.c"
#undef realloc
#undef calloc

static void test_arena(void **state)
{
    struct cqa_arena arena = {0};

    (void)state;
    grants = 0;
    assert_null(cqa_arena_string(&arena, "agent"));
    grants = 1;
    assert_string_equal(cqa_arena_string(&arena, "agent"), "agent");
    assert_null(cqa_arena_alloc(&arena, BLOCK_BYTES));
    assert_string_equal(cqa_arena_string(&arena, "goes on"), "goes on");
    cqa_arena_finish(&arena);
}

static void test_spans_keep_what_they_had(void **state)
{
    struct cqa_spans spans = {0};

    (void)state;
    grants = 1;
    for (int i = 0; i < 16; i++)
        assert_int_equal(cqa_spans_add(&spans, i, i + 1), CQA_OK);
    assert_int_equal(cqa_spans_add(&spans, 16, 17), CQA_E_NOMEM);
    assert_int_equal(spans.count, 16);
    assert_int_equal(spans.items[15].end_ms, 16);

    struct cqa_spans out = {0};
    const struct cqa_spans nothing = {0};
    assert_int_equal(cqa_spans_unite(&spans, &nothing, &out), CQA_E_NOMEM);
    assert_int_equal(cqa_spans_intersect(&spans, &spans, &out), CQA_E_NOMEM);
    assert_int_equal(cqa_spans_invert(&nothing, 5, &out), CQA_E_NOMEM);
    assert_int_equal(out.count, 0);
    cqa_spans_finish(&spans);
}

static void test_buffer_stays_failed(void **state)
{
    struct cqa_buffer buffer = {.limit = 10000};
    char much[300];

    (void)state;
    memset(much, 'x', sizeof much);
    grants = 1;
    assert_int_equal(cqa_buffer_add(&buffer, "kept", 4), CQA_OK);
    assert_int_equal(cqa_buffer_add(&buffer, much, sizeof much), CQA_E_NOMEM);
    assert_true(buffer.failed);
    grants = -1;
    assert_int_equal(cqa_buffer_add(&buffer, "x", 1), CQA_E_LIMIT);
    assert_string_equal(buffer.text, "kept");
    cqa_buffer_finish(&buffer);
}

/* Problems that found no room still count: a file never passes for good. */
static void test_problems_still_count(void **state)
{
    struct cqa_problems problems = {0};
    char text[2000] = "";
    FILE *out = fmemopen(text, sizeof text, "w");

    (void)state;
    assert_non_null(out);
    grants = 1;
    for (size_t i = 0; i < 20; i++)
        cqa_problems_add(&problems, i + 1, 1, "problem %zu", i);
    assert_int_equal(problems.count, 20);
    grants = -1;
    cqa_problems_add(&problems, 99, 1, "the last");
    assert_int_equal(problems.count, 21);
    cqa_problems_print(&problems, "file", CQA_ENGLISH, out);
    fclose(out);
    assert_non_null(strstr(text, "file:8:1: problem 7\n"));
    assert_null(strstr(text, "file:9:"));
    cqa_problems_finish(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_spans_keep_what_they_had),
        cmocka_unit_test(test_buffer_stays_failed),
        cmocka_unit_test(test_problems_still_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
