/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Appraisal over HTTP: a quarter that is imported month by month. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "support/desk.h"

static char folder[] = "/tmp/callqa-schemes-XXXXXX";

static const char quarter[] =
    "scheme: quarter\nversion: \"1\"\nnames: {en: T, zh: 测}\nsource: own\nperiod: quarterly\n"
    "indicators:\n"
    "  - {id: qa, names: {en: QA, zh: 质检}, range: [0, 100], need: required, period: monthly}\n"
    "  - {id: sales, names: {en: Sales, zh: 回款}, range: [0, 100], need: required, period: "
    "monthly}\n"
    "  - {id: bonus, names: {en: Bonus, zh: 加分}, range: [0, 100], need: optional, default: 0}\n"
    "items:\n"
    "  - {id: low, names: {en: Low, zh: 最低}, type: parts, of: qa, by: lowest}\n"
    "  - {id: sum, names: {en: Sum, zh: 合计}, type: parts, of: sales, by: sum}\n"
    "  - {id: total, names: {en: Total, zh: 总}, type: sum, plus: [low, sum, bonus]}\n"
    "total: total\n";

static int make_schemes(void **state)
{
    char path[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/schemes", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/schemes/quarter.yaml", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(quarter, file);
    fclose(file);
    return setenv("CALLQA_MODELS", folder, 1);
}

static int remove_schemes(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static int imported(const char *round, const char *query, const char *csv)
{
    char path[128];

    snprintf(path, sizeof path, "%s/imports?file=%s", round, query);
    return uploaded("hana", "POST", path, csv);
}

/* zhang: 90, 80, 70 and 1 + 2 + 3: 76; corrected, 85, 80, 70 and 7: 77. li's June is missing. */
static void months_come_one_by_one(void **state)
{
    (void)state;
    const char *round = open_round_of("quarter", "2025Q2");
    const char *results = under(round, "/results");

    assert_int_equal(
        imported(round, "4.csv&period=2025-04", "agent,qa,sales\nzhang,90,1\nli,60,1\n"), 201);
    shows("hana", results,
          "\\\"qa\\\" is given for 1 of the 3 parts of 2025Q2; 2025-05 is missing");
    assert_int_equal(
        imported(round, "5.csv&period=2025-05", "agent,qa,sales\nzhang,80,2\nli,60,1\n"), 201);
    assert_int_equal(imported(round, "6.csv&period=2025-06", "agent,qa,sales\nzhang,70,3\n"), 201);
    shows("hana", results, "\"agent\":\"zhang\",\"total\":76.00");
    hides("hana", results, "\"agent\":\"li\",\"total\"");
    shows("hana", results,
          "\\\"qa\\\" is given for 2 of the 3 parts of 2025Q2; 2025-06 is missing");
    /* one month of one agent, by a column too */
    assert_int_equal(imported(round, "5b.csv&period=2025-05", "agent,sales\nzhang,3\n"), 201);
    shows("hana", results, "\"agent\":\"zhang\",\"total\":77.00");
    assert_int_equal(imported(round, "4b.csv", "agent,period,qa\nzhang,2025年4月,65\n"), 201);
    shows("hana", results, "\"agent\":\"zhang\",\"total\":72.00");
    hides("hana", results, "(null)");
}

/* Nobody said which month: 90 would be all three. The whole quarter may be said, in either way, and
 * the later one counts. */
static void a_table_without_its_month_is_asked_about(void **state)
{
    (void)state;
    const char *round = open_round_of("quarter", "2025Q2");
    const char *results = under(round, "/results");

    assert_int_equal(imported(round, "x.csv", "agent,qa,sales\nzhang,90,1\n"), 422);
    hides("hana", results, "\"total\"");
    struct reply reply = upload("hana", "POST", under(round, "/imports?file=x.csv&preview=1"),
                                "agent,qa,bonus\nzhang,90,5\n");
    assert_has(&reply, "\\\"qa\\\" does not say of which part of the period it is");
    assert_has(&reply, "没有写明属于周期的哪一部分");
    reply_finish(&reply);
    assert_int_equal(imported(round, "b.csv", "agent,bonus\nzhang,5\n"), 201);
    assert_int_equal(imported(round, "q.csv&period=2025Q2", "agent,qa,sales\nzhang,90,3\n"), 201);
    shows("hana", results, "\"agent\":\"zhang\",\"total\":98.00");
    assert_int_equal(imported(round, "r.csv", "agent,period,qa,sales,bonus\nzhang,2025Q2,80,3,6\n"),
                     201);
    shows("hana", results, "\"agent\":\"zhang\",\"total\":89.00");
    /* a month beside the whole is one too many, and says so in words */
    assert_int_equal(imported(round, "4.csv&period=2025-04", "agent,sales\nzhang,1\n"), 201);
    hides("hana", results, "\"total\":89.00");
    shows(
        "hana", results,
        "\\\"sales\\\" is given for more than one period (2025Q2 and 2025-04); to take one of them "
        "back, import a table of that period with");
    hides("hana", results, "(null)");
    /* a value that nobody imported is not to be taken back; then the whole is, and the months count
     */
    reply = upload("hana", "POST", under(round, "/imports?file=w.csv&preview=1&period=2025-05"),
                   "agent,sales\nzhang,撤回\n");
    assert_has(&reply, "there is no imported value of \\\"sales\\\" for 2025-05 to withdraw");
    reply_finish(&reply);
    reply = upload("hana", "POST", under(round, "/imports?file=w.csv&preview=1&period=2025Q2"),
                   "agent,sales\nzhang,撤回\n");
    assert_has(&reply, "\"value\":null");
    assert_has(&reply, "\"state\":\"withdrawn\",\"before\":\"3\"");
    reply_finish(&reply);
    hides("hana", under(round, "/results"), "\"total\"");
    assert_int_equal(imported(round, "w.csv&period=2025Q2", "agent,sales\nzhang,Withdraw\n"), 201);
    shows("hana", under(round, "/results"),
          "\\\"sales\\\" is given for 1 of the 3 parts of 2025Q2; 2025-05 is missing");
    assert_int_equal(imported(round, "5.csv&period=2025-05", "agent,sales\nzhang,1\n"), 201);
    assert_int_equal(imported(round, "6.csv&period=2025-06", "agent,sales\nzhang,1\n"), 201);
    shows("hana", under(round, "/results"), "\"agent\":\"zhang\",\"total\":89.00");
    shows("hana", under(round, "/changes"), "\"before\":\"3\",\"after\":null");
    /* it may be said again */
    assert_int_equal(imported(round, "7.csv&period=2025-06", "agent,sales\nzhang,撤回\n"), 201);
    hides("hana", under(round, "/results"), "\"total\"");
    assert_int_equal(imported(round, "6b.csv&period=2025-06", "agent,sales\nzhang,4\n"), 201);
    shows("hana", under(round, "/results"), "\"agent\":\"zhang\",\"total\":92.00");
}

#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, desk_set_up, desk_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DESK(months_come_one_by_one),
        WITH_DESK(a_table_without_its_month_is_asked_about),
    };

    return cmocka_run_group_tests(tests, make_schemes, remove_schemes);
}
