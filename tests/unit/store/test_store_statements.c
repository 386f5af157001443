/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/store/fixture.h"

#include <glob.h>
#include "store/parts.h"
#include "support/statements.h"

/* Each statement of the store against its real schema: that it is SQL, and that it has as many
 * placeholders and columns as its declaration says. */

static int count_in(const char *path)
{
    static char line[65536];
    int count = 0;
    FILE *file = fopen(path, "re");

    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        count += strncmp(line, "CQA_SQL_STATEMENT(", 18) == 0;
    assert_int_equal(fclose(file), 0);
    return count;
}

static int count_in_sources(void)
{
    glob_t found;
    int count = 0;

    assert_int_equal(glob(CQA_SOURCE_DIR "/src/store/*.c", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        count += count_in(found.gl_pathv[i]);
    globfree(&found);
    return count;
}

static void test_each_statement_fits(void **state)
{
    struct fixture *fixture = *state;
    const int count = check_statements(fixture->store->sql);

    print_message("%d statements\n", count);
    assert_int_equal(count, count_in_sources());
    assert_true(count > 40);
}

static void test_what_does_not_fit_is_found(void **state)
{
    struct fixture *fixture = *state;
    static const struct cqa_sql_statement wrong[] = {
        {"SELECT id FROM recordings WHERE path = ?1", "pi", 1, 0},
        {"SELECT id FROM recordings WHERE path = ?1", "p", 2, 0},
        {"SELECT id FROM recording WHERE path = ?1", "p", 1, 0},
        {"DELETE FROM recordings WHERE id = ?1", "i", 1, 0},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_not_equal(cqa_sql_check(fixture->store->sql, &wrong[i], &fixture->error),
                             CQA_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_statement_fits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_does_not_fit_is_found, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
