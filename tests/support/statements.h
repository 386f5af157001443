/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_STATEMENTS_H
#define CQA_TESTS_STATEMENTS_H

#include "sql/sql.h"

/*
 * Every statement that CQA_SQL_STATEMENT declares in the objects of this program. A test that is to
 * see all of a folder takes its objects whole (tests/CMakeLists.txt).
 */
extern const struct cqa_sql_statement *const
    cqa_statements_first[] __asm__("__start_cqa_sql_statements");
extern const struct cqa_sql_statement *const
    cqa_statements_end[] __asm__("__stop_cqa_sql_statements");

/* Prepares each against the database; how many there are. Fails the test that calls it, and says
 * which one does not fit. */
static inline int check_statements(struct cqa_sql *sql)
{
    int count = 0;
    int misfits = 0;

    for (const struct cqa_sql_statement *const *at = cqa_statements_first; at < cqa_statements_end;
         at++) {
        struct cqa_error error = {0};
        if (cqa_sql_check(sql, *at, &error) != CQA_OK) {
            print_error("%s\n  %s\n", cqa_english(&error.message), (*at)->text);
            misfits++;
        }
        count++;
    }
    assert_int_equal(misfits, 0);
    return count;
}

#endif
