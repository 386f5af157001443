/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/store/fixture.h"
#include "store/ballast.h"

static int64_t size_of(const struct fixture *fixture)
{
    struct stat facts;
    char path[128];

    (void)snprintf(path, sizeof path, "%s/callqa.ballast", fixture->folder);
    assert_int_equal(stat(path, &facts), 0);
    assert_true((int64_t)facts.st_blocks * 512 >= (int64_t)facts.st_size); /* real room */
    return (int64_t)facts.st_size;
}

static void test_taken_given_up_and_taken_back(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_ballast mine = {.fd = -1};
    struct cqa_ballast other = {.fd = -1};

    cqa_ballast_open(&mine, fixture->folder);
    cqa_ballast_open(&other, fixture->folder);
    assert_true(mine.whole_bytes >= 512 << 10);
    assert_int_equal(size_of(fixture), mine.whole_bytes);
    assert_true(cqa_ballast_give_up(&mine));
    assert_int_equal(size_of(fixture), 0);
    assert_false(cqa_ballast_is_whole(&other)); /* all see the same */
    assert_false(cqa_ballast_give_up(&other));  /* nothing is left to give */
    assert_true(cqa_ballast_take_back(&other));
    assert_true(cqa_ballast_is_whole(&mine));
    cqa_ballast_close(&mine);
    cqa_ballast_close(&other);
}

/* It was copied from a larger volume, with the store. */
static void test_one_that_is_too_large_is_made_anew(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_ballast ballast = {.fd = -1};

    cqa_ballast_open(&ballast, fixture->folder);
    const int64_t whole = ballast.whole_bytes;
    assert_int_equal(ftruncate(ballast.fd, (off_t)whole * 3), 0);
    cqa_ballast_close(&ballast);
    cqa_ballast_open(&ballast, fixture->folder);
    assert_int_equal(size_of(fixture), whole);
    cqa_ballast_close(&ballast);
}

/* Where it cannot be made the store goes without. */
static void test_without_one_there_is_always_room(void **state)
{
    struct cqa_ballast ballast = {.fd = -1};

    (void)state;
    cqa_ballast_open(&ballast, "/nonexistent");
    assert_true(cqa_ballast_is_whole(&ballast));
    assert_false(cqa_ballast_give_up(&ballast));
    cqa_ballast_close(&ballast);
}

static void test_the_store_takes_it_back_by_itself(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_ballast ballast = {.fd = -1};

    cqa_ballast_open(&ballast, fixture->folder);
    assert_true(cqa_ballast_give_up(&ballast));
    assert_int_equal(cqa_store_room(fixture->store), CQA_ROOM);
    assert_true(cqa_ballast_is_whole(&ballast));
    cqa_ballast_close(&ballast);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_taken_given_up_and_taken_back),
        TEST(test_one_that_is_too_large_is_made_anew),
        TEST(test_without_one_there_is_always_room),
        TEST(test_the_store_takes_it_back_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
