/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <glob.h>
#include "scores/schema.h"
#include "support/statements.h"

/* Each statement of the server against its real schema: that it is SQL, and that it has as many
 * placeholders and columns as its declaration says. */

static char folder[] = "/tmp/callqa-statements-XXXXXX";
static char path[sizeof folder + 8];

static int set_up(void **state)
{
    struct cqa_error error = {0};
    struct cqa_sql *sql = NULL;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s.db", folder);
    const struct cqa_sql_place place = {.driver = &cqa_sql_sqlite, .path = path};
    assert_int_equal(cqa_sql_open(&place, &sql, &error), CQA_OK);
    assert_int_equal(cqa_sql_migrate(sql, &cqa_scores_schema, &error), CQA_OK);
    *state = sql;
    return 0;
}

static int tear_down(void **state)
{
    cqa_sql_close(*state);
    unlink(path);
    return rmdir(folder);
}

static int count_in(const char *source)
{
    static char line[65536];
    int count = 0;
    FILE *file = fopen(source, "re");

    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        count += strncmp(line, "CQA_SQL_STATEMENT(", 18) == 0;
    assert_int_equal(fclose(file), 0);
    return count;
}

static int count_in_sources(const char *pattern)
{
    glob_t found;
    int count = 0;

    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        count += count_in(found.gl_pathv[i]);
    globfree(&found);
    return count;
}

static void each_statement_fits(void **state)
{
    const int count = check_statements(*state);

    print_message("%d statements\n", count);
    assert_int_equal(count, count_in_sources(CQA_SOURCE_DIR "/src/scores/*.c") +
                                count_in_sources(CQA_SOURCE_DIR "/src/scores/*/*.c"));
    assert_true(count > 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_statement_fits, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
