/* SPDX-License-Identifier: GPL-3.0-or-later */
/* On how many calls a measured number stands, how sure its mean is, and that too few are asked
 * about. */
#include "unit/appraisal/appraised.h"

#define CONFIRMED                                                                                  \
    "{\"state\":\"confirmed\",\"points\":2,\"by\":\"ann\",\"at\":\"t\",\"reason\":\"r\"}"

/* A call of A's in November; `decision` NULL: without a flag. */
static void add_call(char *all, int id, const char *total, const char *decision)
{
    sprintf(all + strlen(all),
            "{\"schema\":\"callqa.result/1\",\"recording\":{\"duration_ms\":90000},"
            "\"call\":{\"id\":\"c%d\",\"agent\":\"A\",\"direction\":\"in\","
            "\"started_at\":\"2025-11-20T10:15:02+08:00\"},\"measurable\":{\"speech\":\"ok\"},"
            "\"score\":{\"rubric\":\"standard\",\"total\":%s,\"deductions\":[",
            id, total);
    if (decision != NULL)
        sprintf(all + strlen(all),
                "{\"rule\":\"dead-air\",\"points\":2,\"event\":1,\"start_ms\":12040,"
                "\"end_ms\":24100,\"decision\":%s}",
                decision);
    strcat(all, "]}}\n");
}

static const struct cqa_measured *measured_of(const struct appraised *it)
{
    return sheet_of(it, "A")->figures[2].measured;
}

/*
 * Three of ten handled: 90, 94 and 98: mean 94, standard deviation 4. Student's t of 2 degrees of
 * freedom is 4.3027; 4.3027 × 4 × √((1 − 3/10) ÷ 3) = 8.31: from 85.69 to 102.31, and 100 is the
 * most.
 */
static void stands_beside_the_mean(void **state)
{
    char calls[4000] = "";
    struct appraised it = {.results = calls};

    (void)state;
    add_call(calls, 1, "90", CONFIRMED);
    add_call(calls, 2, "94", "null");
    add_call(calls, 3, "98", NULL);
    add_call(calls, 4, "null", NULL);
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders\nA,10,3\n");
    const struct cqa_measured *measured = measured_of(&it);
    assert_number(measured->handled, "10.00", "handled");
    assert_int_equal(measured->recorded, 4);
    assert_int_equal(measured->taken_count, 3);
    assert_int_equal(measured->flagged, 2);
    assert_int_equal(measured->heard, 1);
    assert_number(measured->value, "94.00", "mean");
    assert_number(measured->interval[0], "85.69", "low");
    assert_number(measured->interval[1], "100.00", "high");
    finish(&it);
}

/*
 * 94, 94, 94, 95, 95 of 2000: mean 94.4, deviation √(1.2 ÷ 4) = 0.5477, t of 4 is 2.7764:
 * 2.7764 × 0.5477 × √(0.9975 ÷ 5) = 0.68. Thirteen calls of 90 and thirteen of 100: mean 95,
 * deviation √(26 × 25 ÷ 25) = 5.0990, t of 25 is 2.0595: 2.0595 × 5.0990 × √(0.987 ÷ 26) = 2.05.
 */
static void narrows_with_more_calls(void **state)
{
    static const char *const few[] = {"94", "94", "94", "95", "95"};
    char calls[12000] = "";
    struct appraised it = {.results = calls};

    (void)state;
    for (int i = 0; i < 5; i++)
        add_call(calls, i, few[i], NULL);
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders\nA,2000,3\n");
    assert_number(measured_of(&it)->interval[0], "93.72", "low");
    assert_number(measured_of(&it)->interval[1], "95.08", "high");
    finish(&it);
    calls[0] = '\0';
    for (int i = 0; i < 26; i++)
        add_call(calls, i, i % 2 ? "90" : "100", NULL);
    it.results = calls;
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders\nA,2000,3\n");
    assert_number(measured_of(&it)->interval[0], "92.95", "low");
    assert_number(measured_of(&it)->interval[1], "97.05", "high");
    finish(&it);
}

/* One call, or the same from all, says nothing of the others; all handled calls leave no doubt. */
static void says_no_interval_where_none_is_known(void **state)
{
    char calls[4000] = "";
    struct appraised it = {.results = calls};

    (void)state;
    add_call(calls, 1, "100", NULL);
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders\nA,2000,3\n");
    assert_false(cqa_rational_valid(measured_of(&it)->interval[0]));
    finish(&it);
    add_call(calls, 2, "100", NULL);
    it.results = calls;
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders\nA,2000,3\n");
    assert_false(cqa_rational_valid(measured_of(&it)->interval[0]));
    finish(&it);
    add_call(calls, 3, "94", NULL);
    it.results = calls;
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders\nA,3,3\n");
    assert_number(measured_of(&it)->interval[0], "98.00", "low");
    assert_number(measured_of(&it)->interval[1], "98.00", "high");
    finish(&it);
}

/* Four of 2300 calls are 0.17 %: nothing is computed for the agent, who is asked about; exactly the
 * least is enough, and what was imported stands on no calls. */
static void asks_below_the_least(void **state)
{
    char calls[4000] = "";
    struct appraised it = {.results = calls};

    (void)state;
    for (int i = 0; i < 4; i++)
        add_call(calls, i, "100", NULL);
    it.least.pct = cqa_rational_whole(5);
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders\nA,2300,3\n");
    assert_null(find_sheet(&it, "A"));
    assert_fault(&it, "in.csv", 2, 3,
                 "\"recording_qa\" stands on 4 of 2300 calls handled, 0.17 %; 5 % are asked for");
    assert_int_equal(it.faults.count, 1);
    finish(&it);
    it = (struct appraised){.results = calls, .least = {cqa_rational_whole(5), 4}};
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders\nA,80,3\n");
    assert_no_faults(&it);
    assert_item(&it, "A", "recording_qa", "30.00");
    finish(&it);
    it = (struct appraised){.results = calls, .least = {.calls = 5}};
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders\nA,80,3\n");
    assert_fault(&it, "in.csv", 2, 3, "\"recording_qa\" stands on 4 calls; 5 are asked for");
    finish(&it);
    it = (struct appraised){.results = calls, .least = {cqa_rational_whole(5), 5}};
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders,recording_qa\nA,2300,3,96\n");
    assert_item(&it, "A", "recording_qa", "27.00");
    finish(&it);
}

/* Where a share is asked for, not to know of how many is a question as well. */
static void asks_how_many_were_handled(void **state)
{
    char calls[4000] = "";
    struct appraised it = {.results = calls, .least = {.pct = cqa_rational_whole(5)}};
    char *scheme = changed(scheme_text("agent-2013"), ", coverage: {of: calls_handled}", "");

    (void)state;
    add_call(calls, 1, "100", NULL);
    appraise_text(&it, scheme, "agent,calls_handled,wrong_orders\nA,20,3\n",
                  sizeof "agent,calls_handled,wrong_orders\nA,20,3\n" - 1);
    assert_fault(&it, "in.csv", 2, 3, "the scheme does not say which indicator counts them");
    finish(&it);
}

/* The scheme's own least counts too; what can be none is refused. */
static void a_scheme_says_its_least(void **state)
{
    char calls[4000] = "";
    struct appraised it = {.results = calls};
    struct cqa_problems problems = {0};
    char *text = changed(scheme_text("agent-2013"), "{of: calls_handled}",
                         "{of: calls_handled, at_least: 2, calls: 3}");

    (void)state;
    add_call(calls, 1, "100", NULL);
    add_call(calls, 2, "90", NULL);
    appraise_text(&it, text, "agent,calls_handled,wrong_orders\nA,20,3\n",
                  sizeof "agent,calls_handled,wrong_orders\nA,20,3\n" - 1);
    assert_fault(&it, "in.csv", 2, 3, "stands on 2 calls; 3 are asked for");
    finish(&it);
    text = changed(scheme_text("agent-2013"), "{of: calls_handled}", "{at_least: 120}");
    assert_null(scheme_of(text, strlen(text), &problems));
    assert_int_equal(problems.count, 2);
    free(text);
    cqa_problems_finish(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stands_beside_the_mean),
        cmocka_unit_test(narrows_with_more_calls),
        cmocka_unit_test(says_no_interval_where_none_is_known),
        cmocka_unit_test(asks_below_the_least),
        cmocka_unit_test(asks_how_many_were_handled),
        cmocka_unit_test(a_scheme_says_its_least),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
