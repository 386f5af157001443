/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <string.h>
#include <unistd.h>
#include "sql/sql.h"
#include "support/database.h"

/* Reading other people's tables in a real MariaDB: call detail records as an Asterisk writes them,
 * and every kind of column. */

static const char setup[] =
    "CREATE TABLE cdr (uniqueid VARCHAR(32) PRIMARY KEY, calldate DATETIME NOT NULL, src "
    "VARCHAR(80), dst VARCHAR(80), duration INT UNSIGNED, billsec INT, disposition VARCHAR(45),"
    " cost DECIMAL(10,4), userfield VARCHAR(255)) CHARACTER SET utf8mb4;\n"
    "INSERT INTO cdr VALUES ('1.1', '2025-10-01 09:30:05', '13800000001', '8001', 65, 60, "
    "'ANSWERED', 0.1250, X'E9809AE8AF9D20F09F939E');\n"
    "INSERT INTO cdr VALUES ('1.2', '2025-10-02 00:00:00', NULL, '8002', NULL, 0, 'NO ANSWER', 2, "
    "'');\n"
    "INSERT INTO cdr VALUES ('1.3', '2025-10-03 12:00:00', 'it''s', '8001', 4294967295, -1, "
    "'BUSY', NULL, NULL);\n"
    "CREATE TABLE kinds (id INT PRIMARY KEY, big BIGINT, huge BIGINT UNSIGNED, broken DOUBLE, "
    "bytes BLOB, fixed BINARY(4), long_text LONGTEXT);\n"
    "INSERT INTO kinds VALUES (1, 9223372036854775807, 9223372036854775807, 0.1, X'00FF0078', "
    "X'00010200', REPEAT('ab', 100000));\n"
    "INSERT INTO kinds VALUES (2, -9223372036854775808, 0, -1e300, '', X'FFFFFFFF', '');\n"
    "INSERT INTO kinds VALUES (3, NULL, 18446744073709551615, NULL, NULL, NULL, NULL);\n";

static struct database server;
static struct cqa_error error;

#define CHECK(call)                                                                                \
    do {                                                                                           \
        if ((call) != CQA_OK)                                                                      \
            fail_msg("%s: %s", #call, cqa_english(&error.message));                                \
    } while (0)
#define STATEMENT(name, types, columns, text)                                                      \
    static const struct cqa_sql_statement name = {text, types, columns, 1}

static int start(void **state)
{
    (void)state;
    return database_start_mariadb(&server, setup);
}

static int stop(void **state)
{
    (void)state;
    database_stop(&server);
    return 0;
}

static int connect_to(void **state)
{
    const struct cqa_sql_place place = database_place(&server, &cqa_sql_mariadb);

    return cqa_sql_open(&place, (struct cqa_sql **)state, &error) == CQA_OK ? 0 : -1;
}

static int disconnect(void **state)
{
    cqa_sql_close(*state);
    return 0;
}

static void test_call_records(void **state)
{
    STATEMENT(find, "tt", 9,
              "SELECT uniqueid, calldate, src, \"dst\", duration, billsec, disposition, cost,"
              " userfield FROM cdr WHERE calldate >= ?1 AND (calldate < ?2 OR ?2 = ?1)"
              " ORDER BY calldate");
    struct cqa_sql_rows *rows = NULL;
    struct cqa_arena arena = {0};
    enum cqa_status status = CQA_OK;

    CHECK(cqa_sql_start(*state, &rows, &error, &find, "2025-10-01", "2025-10-03"));
    assert_int_equal(cqa_sql_next(rows, &status, &error), 1);
    assert_string_equal(cqa_sql_text(rows, 0), "1.1");
    assert_string_equal(cqa_sql_text(rows, 1), "2025-10-01 09:30:05");
    assert_string_equal(cqa_sql_text(rows, 2), "13800000001");
    assert_int_equal(cqa_sql_int(rows, 4), 65);
    assert_true(cqa_sql_double(rows, 7) == 0.125);
    assert_string_equal(cqa_sql_copy(rows, 8, &arena), "\xe9\x80\x9a\xe8\xaf\x9d \xf0\x9f\x93\x9e");
    assert_int_equal(cqa_sql_next(rows, &status, &error), 1);
    assert_true(cqa_sql_is_null(rows, 2) && cqa_sql_is_null(rows, 4));
    assert_null(cqa_sql_text(rows, 2));
    assert_int_equal(cqa_sql_int(rows, 7), 2);
    assert_string_equal(cqa_sql_text(rows, 8), "");
    assert_int_equal(cqa_sql_next(rows, &status, &error), 0);
    assert_int_equal(status, CQA_OK);
    cqa_sql_end(rows);
    cqa_arena_finish(&arena);
}

static void test_values_that_are_bound(void **state)
{
    STATEMENT(by_all, "itdb", 1,
              "SELECT count(*) FROM kinds WHERE big = ?1 AND fixed <> ?2 AND broken = ?3"
              " AND bytes = ?4");
    STATEMENT(by_text, "t", 2,
              "SELECT duration, billsec FROM cdr WHERE src = ?1 OR dst = ?1 || '?2'");
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = CQA_OK;
    int64_t found = 0;

    CHECK(cqa_sql_number(*state, &found, &error, &by_all, INT64_MAX, "x", 0.1,
                         (const void *)"\0\xff\0x", (size_t)4));
    assert_int_equal(found, 1);
    CHECK(cqa_sql_start(*state, &rows, &error, &by_text, "it's"));
    assert_int_equal(cqa_sql_next(rows, &status, &error), 1);
    assert_int_equal(cqa_sql_int(rows, 0), 4294967295);
    assert_int_equal(cqa_sql_int(rows, 1), -1);
    cqa_sql_end(rows);
}

static void test_kinds(void **state)
{
    STATEMENT(find, "i", 6,
              "SELECT big, huge, broken, bytes, fixed, long_text FROM kinds WHERE id = ?1");
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = CQA_OK;

    CHECK(cqa_sql_start(*state, &rows, &error, &find, (int64_t)1));
    assert_int_equal(cqa_sql_next(rows, &status, &error), 1);
    assert_true(cqa_sql_int(rows, 0) == INT64_MAX && cqa_sql_int(rows, 1) == INT64_MAX);
    assert_true(cqa_sql_double(rows, 2) == 0.1);
    struct cqa_arena arena = {0};
    assert_int_equal(cqa_sql_size(rows, 3), 4);
    assert_memory_equal(cqa_sql_copy(rows, 3, &arena), "\0\xff\0x", 4);
    assert_memory_equal(cqa_sql_copy(rows, 4, &arena), "\0\1\2\0", 4);
    assert_int_equal(strlen(cqa_sql_text(rows, 5)), 200000);
    cqa_arena_finish(&arena);
    cqa_sql_end(rows);
    CHECK(cqa_sql_start(*state, &rows, &error, &find, (int64_t)2));
    assert_int_equal(cqa_sql_next(rows, &status, &error), 1);
    assert_true(cqa_sql_int(rows, 0) == INT64_MIN);
    assert_false(cqa_sql_is_null(rows, 3));
    assert_int_equal(cqa_sql_size(rows, 3), 0);
    cqa_sql_end(rows);
}

/* A number that has no place here is told, never bent. */
static void test_a_number_that_is_too_large(void **state)
{
    STATEMENT(find, "", 1, "SELECT huge FROM kinds WHERE id = 3");
    int64_t out = 0;

    assert_int_equal(cqa_sql_number(*state, &out, &error, &find), CQA_E_LIMIT);
}

static enum cqa_status read_two(struct cqa_sql *sql, void *context, struct cqa_error *told)
{
    STATEMENT(count, "", 1, "SELECT count(*) FROM cdr");
    int64_t *out = context;
    const enum cqa_status status = cqa_sql_number(sql, &out[0], told, &count);

    return status == CQA_OK ? cqa_sql_number(sql, &out[1], told, &count) : status;
}

static void test_reads_together(void **state)
{
    int64_t counts[2] = {0};

    CHECK(cqa_sql_transaction(*state, CQA_SQL_READ, read_two, counts, &error));
    assert_true(counts[0] == 3 && counts[1] == 3);
}

/* The account may write: we do not. */
static void test_never_writes(void **state)
{
    STATEMENT(insert, "t", 0, "INSERT INTO cdr (uniqueid, calldate) VALUES (?1, now())");
    STATEMENT(in_disguise, "t", 1,
              "INSERT INTO cdr (uniqueid, calldate) VALUES (?1, now()) RETURNING uniqueid");
    const struct cqa_sql_schema schema = {.steps = (const char *const[]){"CREATE TABLE t (a INT)"},
                                          .count = 1};
    STATEMENT(count, "", 1, "SELECT count(*) FROM cdr");
    struct cqa_sql_rows *rows = NULL;
    int64_t found = 0;

    assert_int_equal(cqa_sql_do(*state, &error, &insert, "2.1"), CQA_E_REFUSED);
    assert_int_equal(cqa_sql_start(*state, &rows, &error, &in_disguise, "2.1"), CQA_E_REFUSED);
    assert_int_equal(cqa_sql_migrate(*state, &schema, &error), CQA_E_REFUSED);
    CHECK(cqa_sql_number(*state, &found, &error, &count));
    assert_int_equal(found, 3);
}

static void test_counts_are_checked(void **state)
{
    static const struct cqa_sql_statement wrong[] = {
        {"SELECT src FROM cdr WHERE dst = ?1", "tt", 1, 0},
        {"SELECT src FROM cdr WHERE dst = ?1", "t", 2, 0},
        {"SELECT nothing FROM cdr", "", 1, 0},
        {"SELECT src FROM cdr WHERE dst = ?", "t", 1, 0},
        {"SELECT src FROM cdr WHERE dst = ?2", "t", 1, 0},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_not_equal(cqa_sql_check(*state, &wrong[i], &error), CQA_OK);
}

static void test_errors_hold_no_values(void **state)
{
    STATEMENT(wrong, "t", 1, "SELECT CAST(?1 AS DATE) FROM cdr WHERE nothing = ?1");
    STATEMENT(large, "i", 1, "SELECT exp(1000 * ?1)");
    int64_t out = 0;

    assert_int_not_equal(cqa_sql_number(*state, &out, &error, &wrong, "Zhang San"), CQA_OK);
    assert_null(strstr(cqa_english(&error.message), "Zhang"));
    assert_int_equal(cqa_sql_number(*state, &out, &error, &large, (int64_t)4711), CQA_E_LIMIT);
    assert_null(strstr(cqa_english(&error.message), "4711"));
}

static void test_killed_connection(void **state)
{
    STATEMENT(own, "", 1, "SELECT connection_id()");
    struct cqa_sql *other = NULL;
    int64_t id = 0;
    char text[64];

    assert_int_equal(connect_to((void **)&other), 0);
    CHECK(cqa_sql_number(*state, &id, &error, &own));
    (void)snprintf(text, sizeof text, "KILL CONNECTION %lld", (long long)id);
    const struct cqa_sql_statement kill_it = {text, "", 0, 0};
    struct cqa_sql_rows *rows = NULL;
    CHECK(cqa_sql_start(other, &rows, &error, &kill_it));
    cqa_sql_end(rows);
    assert_int_equal(cqa_sql_number(*state, &id, &error, &own), CQA_E_BUSY);
    int64_t counts[2] = {0};
    assert_int_equal(cqa_sql_transaction(*state, CQA_SQL_READ, read_two, counts, &error),
                     CQA_E_BUSY);
    cqa_sql_close(other);
}

static void test_wrong_password_and_nobody_there(void **state)
{
    struct cqa_sql_place place = database_place(&server, &cqa_sql_mariadb);
    struct cqa_sql *sql = NULL;

    (void)state;
    place.password_file = NULL;
    assert_int_equal(cqa_sql_open(&place, &sql, &error), CQA_E_REFUSED);
    assert_null(strstr(cqa_english(&error.message), DATABASE_PASSWORD));
    place.host = "/nonexistent/socket";
    assert_int_equal(cqa_sql_open(&place, &sql, &error), CQA_E_BUSY);
    assert_null(sql);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, connect_to, disconnect)
    const struct CMUnitTest tests[] = {
        TEST(test_call_records),
        TEST(test_values_that_are_bound),
        TEST(test_kinds),
        TEST(test_a_number_that_is_too_large),
        TEST(test_reads_together),
        TEST(test_never_writes),
        TEST(test_counts_are_checked),
        TEST(test_errors_hold_no_values),
        TEST(test_killed_connection),
        cmocka_unit_test(test_wrong_password_and_nobody_there),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
