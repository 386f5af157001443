/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may decide, object and close: rules over rows, without a database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "review/may.h"

static struct cqa_error error;

/* Says no, in these words. */
static void refuses(enum cqa_status status, enum cqa_status expected, const char *words)
{
    char said[512];

    assert_int_equal(status, expected);
    snprintf(said, sizeof said, "%s", cqa_said(&error.message, CQA_ENGLISH));
    if (strstr(said, words) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", said, words);
}

static struct cqa_flag_target target_of(const char *person)
{
    struct cqa_flag_target target = {.call = 7,
                                     .points_c = 500,
                                     .base_c = 10000,
                                     .duration_ms = 60000,
                                     .rubric = "service",
                                     .rubric_version = "3",
                                     .rule = "dead_air",
                                     .limits = {1, 200, 800, CQA_NO_CAP, 0}};

    snprintf(target.person, sizeof target.person, "%s", person);
    return target;
}

static const struct cqa_identity lead = {
    .name = "lea", .role = CQA_ACCOUNT_LEAD, .user = 1, .person = "lea"};
static const struct cqa_identity auditor = {.name = "ann", .role = CQA_ACCOUNT_AUDITOR, .user = 2};

static void who_may_decide(void **state)
{
    const struct cqa_identity token = {.name = "t", .role = CQA_ACCOUNT_LEAD};
    struct cqa_flag_target target = target_of("zhang");

    (void)state;
    assert_int_equal(cqa_may_decide(&lead, &target, 0, &error), CQA_OK);
    assert_int_equal(cqa_may_decide(&auditor, &target, 0, &error), CQA_OK);
    refuses(cqa_may_decide(&token, &target, 0, &error), CQA_E_REFUSED, "a person's name");
    refuses(cqa_may_decide(&lead, &target, 1, &error), CQA_E_REFUSED, "period of this call");
    target = target_of("lea");
    refuses(cqa_may_decide(&lead, &target, 0, &error), CQA_E_REFUSED, "their own calls");
    target = target_of(""); /* nobody's call is nobody's own */
    assert_int_equal(cqa_may_decide(&auditor, &target, 0, &error), CQA_OK);
}

static void what_may_be_said(void **state)
{
    struct cqa_flag_target target = target_of("zhang");
    struct cqa_flag_verdict verdict = {.state = CQA_FLAG_CONFIRMED, .expected = -1};
    static char long_reason[CQA_REASON_BYTES_MAX + 2];

    (void)state;
    assert_int_equal(cqa_may_say(&verdict, &target, &error), CQA_OK);
    verdict.state = CQA_FLAG_OVERTURNED;
    refuses(cqa_may_say(&verdict, &target, &error), CQA_E_BADDATA, "must be given");
    verdict.code = "noise";
    assert_int_equal(cqa_may_say(&verdict, &target, &error), CQA_OK);
    verdict.reason = " \n";
    refuses(cqa_may_say(&verdict, &target, &error), CQA_E_BADDATA, "must be given");
    memset(long_reason, 'a', sizeof long_reason - 1);
    verdict.reason = long_reason;
    refuses(cqa_may_say(&verdict, &target, &error), CQA_E_BADDATA, "longer than 2000");
    verdict.reason = long_reason + 1;
    assert_int_equal(cqa_may_say(&verdict, &target, &error), CQA_OK);
}

static void what_was_settled_changes_by_an_answer_alone(void **state)
{
    struct cqa_flag_target target = target_of("zhang");
    struct cqa_flag_verdict verdict = {.state = CQA_FLAG_CONFIRMED, .expected = -1, .objection = 7};

    (void)state;
    target.settled = 7;
    strcpy(target.settled_by, "lea");
    refuses(cqa_may_say(&verdict, &target, &error), CQA_E_REFUSED, "lea settled the objection");
    verdict.answers = 7;
    assert_int_equal(cqa_may_say(&verdict, &target, &error), CQA_OK);
}

static void points_lie_within_the_rubric(void **state)
{
    static const struct {
        int64_t points_c;
        int known, good;
    } table[] = {{200, 1, 1},   {800, 1, 1}, {199, 1, 0},   {801, 1, 0},
                 {10000, 0, 1}, {0, 0, 1},   {10001, 0, 0}, {-1, 0, 0}};
    struct cqa_flag_target target = target_of("zhang");

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct cqa_flag_verdict verdict = {.state = CQA_FLAG_CHANGED,
                                                 .points_c = table[i].points_c,
                                                 .reason = "why",
                                                 .expected = -1};
        target.limits = table[i].known ? (struct cqa_rule_limits){1, 200, 800, CQA_NO_CAP, 0}
                                       : (struct cqa_rule_limits){0, 0, 10000, CQA_NO_CAP, 0};
        assert_int_equal(cqa_may_say(&verdict, &target, &error),
                         table[i].good ? CQA_OK : CQA_E_BADDATA);
    }
}

static void who_has_not_seen_does_not_decide(void **state)
{
    struct cqa_flag_target target = target_of("zhang");
    struct cqa_flag_verdict verdict = {.state = CQA_FLAG_CONFIRMED, .expected = CQA_FLAG_OPEN};

    (void)state;
    assert_int_equal(cqa_may_say(&verdict, &target, &error), CQA_OK);
    target.state = CQA_FLAG_OVERTURNED;
    snprintf(target.decided_by, sizeof target.decided_by, "ann");
    refuses(cqa_may_say(&verdict, &target, &error), CQA_E_REFUSED, "ann has decided meanwhile");
    target = target_of("zhang");
    target.objection = 4;
    refuses(cqa_may_say(&verdict, &target, &error), CQA_E_REFUSED, "read it before deciding");
    verdict.objection = 4;
    assert_int_equal(cqa_may_say(&verdict, &target, &error), CQA_OK);
}

static void a_cap_cuts_the_verdict(void **state)
{
    struct cqa_flag_target target = target_of("zhang");

    (void)state;
    assert_int_equal(cqa_verdict_costs(&target, 500, 800).cost_c, 500);
    assert_int_equal(cqa_verdict_costs(&target, 500, 300).cost_c, 300);
    assert_int_equal(cqa_verdict_costs(&target, 500, 300).said_c, 500);
    target.limits.fails = 1;
    assert_int_equal(cqa_verdict_costs(&target, 500, 300).cost_c, 500);
    assert_int_equal(
        cqa_verdict_says(&(struct cqa_flag_verdict){.state = CQA_FLAG_OVERTURNED}, 500), 0);
    assert_int_equal(cqa_verdict_says(&(struct cqa_flag_verdict){.state = CQA_FLAG_CONFIRMED}, 500),
                     500);
    assert_int_equal(
        cqa_verdict_says(&(struct cqa_flag_verdict){.state = CQA_FLAG_CHANGED, .points_c = 350},
                         500),
        350);
}

static void what_may_be_added_by_hand(void **state)
{
    struct cqa_flag_target target = target_of("zhang");
    struct cqa_manual_flag manual = {.rule = "dead_air",
                                     .points_c = 300,
                                     .start_ms = 1000,
                                     .end_ms = 60000,
                                     .note = "nobody spoke"};

    (void)state;
    assert_int_equal(cqa_may_add(&manual, &target, &error), CQA_OK);
    manual.end_ms = 60001;
    refuses(cqa_may_add(&manual, &target, &error), CQA_E_BADDATA, "0 to 60000");
    manual.end_ms = 999;
    refuses(cqa_may_add(&manual, &target, &error), CQA_E_BADDATA, "in order");
    manual.end_ms = 2000;
    manual.note = NULL;
    refuses(cqa_may_add(&manual, &target, &error), CQA_E_BADDATA, "must be given");
    target.limits.are_known = 0;
    refuses(cqa_may_add(&manual, &target, &error), CQA_E_BADDATA, "has no rule dead_air");
    target.rubric[0] = '\0';
    refuses(cqa_may_add(&manual, &target, &error), CQA_E_BADDATA, "was not scored");
}

static void until_when_one_may_object(void **state)
{
    static const int64_t day_ms = 86400000;
    const struct cqa_identity agent = {
        .name = "zhang", .role = CQA_ACCOUNT_AGENT, .user = 3, .person = "zhang"};
    const struct cqa_identity token = {.name = "t", .role = CQA_ACCOUNT_AGENT, .person = "zhang"};
    struct cqa_objected objected = {7, 1000, 0, 0};

    (void)state;
    assert_int_equal(cqa_may_object(&agent, &objected, "no", 5, 1000 + 5 * day_ms, &error), CQA_OK);
    refuses(cqa_may_object(&agent, &objected, "no", 5, 1001 + 5 * day_ms, &error), CQA_E_REFUSED,
            "the 5 days");
    refuses(cqa_may_object(&token, &objected, "no", 5, 1000, &error), CQA_E_REFUSED,
            "a person's name");
    refuses(cqa_may_object(&agent, &objected, "\t", 5, 1000, &error), CQA_E_BADDATA, "1 to 2000");
    objected.already = 1;
    refuses(cqa_may_object(&agent, &objected, "no", 5, 1000, &error), CQA_E_REFUSED, "already");
}

static void an_answer_is_a_decision_with_a_reason(void **state)
{
    (void)state;
    assert_int_equal(cqa_may_answer(&(struct cqa_flag_verdict){.state = CQA_FLAG_OVERTURNED,
                                                               .reason = "you are right"},
                                    &error),
                     CQA_OK);
    refuses(cqa_may_answer(&(struct cqa_flag_verdict){.state = CQA_FLAG_CONFIRMED, .code = "x"},
                           &error),
            CQA_E_BADDATA, "a reason");
    refuses(cqa_may_answer(&(struct cqa_flag_verdict){.state = CQA_FLAG_OPEN, .reason = "later"},
                           &error),
            CQA_E_BADDATA, "an objection is answered");
}

static void when_days_may_be_closed(void **state)
{
    struct cqa_period_open open = {.calls = 9};

    (void)state;
    assert_int_equal(cqa_may_close_days(20251201, 20251101, 20251130, &error), CQA_OK);
    refuses(cqa_may_close_days(20251130, 20251101, 20251130, &error), CQA_E_BADDATA, "not over");
    refuses(cqa_may_close_days(20251201, 20251130, 20251129, &error), CQA_E_BADDATA,
            "must not lie before");
    assert_int_equal(cqa_may_close(&open, 0, 0, &error), CQA_OK);
    refuses(cqa_may_close(&open, 1, 1, &error), CQA_E_REFUSED, "overlap");
    open.open_flags = 2;
    refuses(cqa_may_close(&open, 0, 0, &error), CQA_E_REFUSED, "2 flags of these days");
    open.open_objections = 3;
    refuses(cqa_may_close(&open, 0, 0, &error), CQA_E_REFUSED, "3 objections unanswered");
    assert_int_equal(cqa_may_close(&open, 0, 1, &error), CQA_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may_decide),
        cmocka_unit_test(what_may_be_said),
        cmocka_unit_test(what_was_settled_changes_by_an_answer_alone),
        cmocka_unit_test(points_lie_within_the_rubric),
        cmocka_unit_test(who_has_not_seen_does_not_decide),
        cmocka_unit_test(a_cap_cuts_the_verdict),
        cmocka_unit_test(what_may_be_added_by_hand),
        cmocka_unit_test(until_when_one_may_object),
        cmocka_unit_test(an_answer_is_a_decision_with_a_reason),
        cmocka_unit_test(when_days_may_be_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
