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
#include "support/database.h"
#include "support/statements.h"

/* Each statement of the server against its real schema, on each database that the server knows:
 * that it is SQL there, and that it has as many placeholders and columns as its declaration says.
 */

static char folder[] = "/tmp/callqa-statements-XXXXXX";
static char path[sizeof folder + 8];
static struct database server;

static void open_at(const struct cqa_sql_place *place, const struct cqa_sql_schema *schema,
                    void **state)
{
    struct cqa_error error = {0};
    struct cqa_sql *sql = NULL;

    if (cqa_sql_open(place, &sql, &error) != CQA_OK ||
        cqa_sql_migrate(sql, schema, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    *state = sql;
}

static int set_up_sqlite(void **state)
{
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s.db", folder);
    const struct cqa_sql_place place = {.driver = &cqa_sql_sqlite, .path = path};
    open_at(&place, &cqa_scores_schema, state);
    return 0;
}

static int tear_down_sqlite(void **state)
{
    cqa_sql_close(*state);
    unlink(path);
    return rmdir(folder);
}

static int set_up_postgres(void **state)
{
    assert_int_equal(database_start_postgres(&server), 0);
    const struct cqa_sql_place place = database_place(&server, &cqa_sql_postgres);
    open_at(&place, &cqa_scores_schema_postgres, state);
    return 0;
}

static int tear_down_postgres(void **state)
{
    cqa_sql_close(*state);
    database_stop(&server);
    return 0;
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

/* A step for one database alone would leave the other behind. */
static void both_schemas_come_to_the_same(void **state)
{
    (void)state;
    assert_int_equal(cqa_sql_schema_number(&cqa_scores_schema),
                     cqa_sql_schema_number(&cqa_scores_schema_postgres));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_statement_fits, set_up_sqlite, tear_down_sqlite),
        cmocka_unit_test_setup_teardown(each_statement_fits, set_up_postgres, tear_down_postgres),
        cmocka_unit_test(both_schemas_come_to_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
