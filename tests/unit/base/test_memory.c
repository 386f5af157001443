/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arena and buffer */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/arena.h"
#include "base/buffer.h"

static int is_zeroed(const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != 0)
            return 0;
    return 1;
}

/* Sizes around the arena's blocks, each piece filled to its end, so that an overlap shows. */
static void test_arena_pieces(void **state)
{
    enum { PIECES = 3000 };
    static unsigned char *piece[PIECES];
    static size_t size[PIECES];
    struct cqa_arena arena = {0};

    (void)state;
    srand(3);
    for (int i = 0; i < PIECES; i++) {
        size[i] = i % 50 == 0 ? 16000 + (size_t)(rand() % 800) : (size_t)(rand() % 100);
        piece[i] = cqa_arena_alloc(&arena, size[i]);
        assert_non_null(piece[i]);
        assert_int_equal((uintptr_t)piece[i] % alignof(max_align_t), 0);
        assert_true(is_zeroed(piece[i], size[i]));
        memset(piece[i], i % 255 + 1, size[i]);
    }
    for (int i = 0; i < PIECES; i++)
        for (size_t k = 0; k < size[i]; k++)
            assert_int_equal(piece[i][k], i % 255 + 1);
    cqa_arena_finish(&arena);
    assert_null(arena.first);
    cqa_arena_finish(&arena);
}

static void test_arena_strings(void **state)
{
    struct cqa_arena arena = {0};

    (void)state;
    assert_string_equal(cqa_arena_string(&arena, "坐席"), "坐席");
    assert_string_equal(cqa_arena_bytes(&arena, "abcdef", 3), "abc");
    assert_string_equal(cqa_arena_string(&arena, ""), "");
    assert_null(cqa_arena_string(&arena, NULL));
    assert_null(cqa_arena_bytes(&arena, NULL, 3));
    cqa_arena_finish(&arena);
}

static void test_arena_absurd_sizes(void **state)
{
    struct cqa_arena arena = {0};

    (void)state;
    assert_null(cqa_arena_alloc(&arena, SIZE_MAX));
    assert_null(cqa_arena_bytes(&arena, "x", SIZE_MAX));
    assert_non_null(cqa_arena_alloc(&arena, 1));
    cqa_arena_finish(&arena);
}

static void test_buffer_grows(void **state)
{
    struct cqa_buffer buffer = {.limit = 100000};
    char wanted[4000] = "";
    size_t used = 0;

    (void)state;
    assert_null(buffer.text);
    for (int i = 0; i < 500; i++) {
        assert_int_equal(cqa_buffer_print(&buffer, "%d,", i), CQA_OK);
        used += (size_t)snprintf(wanted + used, sizeof wanted - used, "%d,", i);
    }
    assert_string_equal(buffer.text, wanted);
    assert_int_equal(buffer.length, used);
    assert_int_equal(cqa_buffer_add(&buffer, "\0x", 2), CQA_OK);
    assert_int_equal(buffer.length, used + 2);
    assert_int_equal(buffer.text[used + 2], '\0');
    cqa_buffer_finish(&buffer);
    assert_null(buffer.text);
    assert_int_equal(buffer.limit, 100000);
}

static void test_buffer_limit(void **state)
{
    struct cqa_buffer buffer = {.limit = 5};

    (void)state;
    assert_int_equal(cqa_buffer_add(&buffer, "12345", 5), CQA_OK);
    assert_int_equal(cqa_buffer_add(&buffer, "", 0), CQA_OK);
    assert_int_equal(cqa_buffer_print(&buffer, "%s", "6"), CQA_E_LIMIT);
    assert_true(buffer.failed);
    assert_string_equal(buffer.text, "12345");
    assert_int_equal(cqa_buffer_add(&buffer, "", 0), CQA_E_LIMIT);
    cqa_buffer_finish(&buffer);
    assert_false(buffer.failed);
    assert_int_equal(cqa_buffer_add(&buffer, "x", SIZE_MAX), CQA_E_LIMIT);
    cqa_buffer_finish(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena_pieces),       cmocka_unit_test(test_arena_strings),
        cmocka_unit_test(test_arena_absurd_sizes), cmocka_unit_test(test_buffer_grows),
        cmocka_unit_test(test_buffer_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
