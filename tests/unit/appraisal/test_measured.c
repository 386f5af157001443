/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What callqa measures itself, from results of calls: means, medians, flags, whose call it was,
 * what was left out. */
#include "unit/appraisal/appraised.h"

#define DESK "agent,calls_handled,wrong_orders\nA,2000,3\n"

/* A result with a total and one flag; `extra` goes into the score, `decision` to the flag. */
static const char *result(char *out, size_t size, const char *id, const char *agent,
                          const char *total, const char *extra, const char *decision)
{
    snprintf(
        out, size,
        "{\"schema\":\"callqa.result/"
        "1\",\"recording\":{\"duration_ms\":90000},\"call\":{\"id\":\"%s\",\"agent\":%s,"
        "\"direction\":\"in\",\"started_at\":\"2025-11-20T10:15:02+08:00\",\"source\":\"freepbx\"},"
        "\"measurable\":{\"speech\":\"ok\"},\"measures\":{\"ring_ms\":20000},\"score\":{\"rubric\":"
        "\"standard\","
        "\"total\":%s,%s\"deductions\":[{\"rule\":\"dead-air\",\"points\":2,\"event\":1,\"start_"
        "ms\":12040,"
        "\"end_ms\":24100,\"decision\":%s}]}}\n",
        id, agent, total, extra, decision);
    return out;
}

static void add_result(char *all, const char *id, const char *agent, const char *total,
                       const char *extra, const char *decision)
{
    char line[1000];

    strcat(all, result(line, sizeof line, id, agent, total, extra, decision));
}

#define OVERTURNED                                                                                 \
    "{\"state\":\"overturned\",\"points\":0,\"by\":\"x\",\"at\":\"t\",\"reason\":\"r\"}"

/*
 * Five calls: 94, 94, 94, 95, 95: mean 94.4 → 94, minus 6: 24. Overturning one flag makes one 94 a
 * 95: mean 94.6 → 95, minus 3: 27. Nothing else changes: 800 + 30 + 24 = 854, 857 after.
 */
static void overturning_a_flag_changes_the_band(void **state)
{
    char before[8000] = "";
    char after[8000] = "";
    static const char *const totals[] = {"94", "94", "94", "95", "95"};
    struct appraised it = {0};

    (void)state;
    for (int i = 0; i < 5; i++) {
        char id[8];
        snprintf(id, sizeof id, "c%d", i);
        add_result(before, id, "\"A\"", totals[i], "\"decided_total\":null,", "null");
        add_result(after, id, "\"A\"", totals[i],
                   i == 0 ? "\"decided_total\":95," : "\"decided_total\":null,",
                   i == 0 ? OVERTURNED : "null");
    }
    it.results = before;
    appraise(&it, "agent-2013", DESK);
    assert_no_faults(&it);
    const struct cqa_figure *figure = &sheet_of(&it, "A")->figures[2];
    assert_int_equal(figure->origin, CQA_ORIGIN_MEASURED);
    assert_number(figure->raw, "94.40", "mean");
    assert_item(&it, "A", "recording_qa", "24.00");
    assert_total(&it, "A", "854.00");
    assert_int_equal(sheet_of(&it, "A")->undecided, 5);
    assert_true(has_note(&it, "undecided flags: 5"));
    finish(&it);
    it.results = after;
    appraise(&it, "agent-2013", DESK);
    assert_number(sheet_of(&it, "A")->figures[2].raw, "94.60", "mean");
    assert_item(&it, "A", "calls_handled", "800.00");
    assert_item(&it, "A", "wrong_orders", "30.00");
    assert_item(&it, "A", "recording_qa", "27.00");
    assert_total(&it, "A", "857.00");
    assert_int_equal(sheet_of(&it, "A")->undecided, 4);
    /* 5 of 2000 calls. */
    assert_number(sheet_of(&it, "A")->figures[2].measured->coverage_pct, "0.25", "coverage");
    finish(&it);
}

static void an_import_overrides(void **state)
{
    char calls[4000] = "";
    struct appraised it = {0};

    (void)state;
    add_result(calls, "c1", "\"A\"", "80", "", "null");
    it.results = calls;
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders,recording_qa\nA,2000,3,99\n");
    assert_item(&it, "A", "recording_qa", "30.00");
    assert_int_equal(sheet_of(&it, "A")->figures[2].origin, CQA_ORIGIN_IMPORTED);
    assert_number(sheet_of(&it, "A")->figures[2].measured->value, "80.00", "what it overrides");
    finish(&it);
}

/* 90 counts; an unmeasurable call, one without score, an excepted one and an unreadable one do not,
 * and are listed. */
static void leaves_out_what_could_not_be_measured(void **state)
{
    static const char calls[] =
        "{\"schema\":\"callqa.result/"
        "1\",\"call\":{\"id\":\"1\",\"agent\":\"A\"},\"measurable\":{\"speech\":\"ok\"},"
        "\"score\":{\"total\":90,\"deductions\":[]}}\n"
        "{\"schema\":\"callqa.result/"
        "1\",\"call\":{\"id\":\"2\",\"agent\":\"A\"},\"measurable\":{\"speech\":"
        "\"not_measurable\"},\"score\":{\"total\":100,\"deductions\":[]}}\n"
        "{\"schema\":\"callqa.result/"
        "1\",\"call\":{\"id\":\"3\",\"agent\":\"A\"},\"measurable\":{\"speech\":\"ok\"},"
        "\"score\":null}\n"
        "{\"schema\":\"callqa.result/"
        "1\",\"call\":{\"id\":\"4\",\"agent\":\"A\"},\"measurable\":{\"speech\":\"ok\"},"
        "\"score\":{\"total\":100,\"exception\":\"too-short\",\"deductions\":[]}}\n"
        "{\"schema\":\"callqa.failure/"
        "1\",\"call\":{\"id\":\"5\",\"agent\":\"A\"},\"reason\":\"empty\",\"text\":\"x\"}\n";
    struct appraised it = {.results = calls};
    size_t left_out = 0;

    (void)state;
    appraise(&it, "agent-2013", DESK);
    assert_no_faults(&it);
    assert_number(sheet_of(&it, "A")->figures[2].raw, "90.00", "mean");
    assert_int_equal(sheet_of(&it, "A")->figures[2].measured->taken_count, 1);
    for (size_t i = 0; i < sheet_of(&it, "A")->call_count; i++)
        left_out += sheet_of(&it, "A")->calls[i]->left_out != NULL;
    assert_int_equal(left_out, 4);
    assert_true(has_note(&it, "calls without a part in the mean of scores: 4"));
    finish(&it);
}

/* Nothing measurable is missing, not zero. */
static void no_calls_is_missing(void **state)
{
    struct appraised it = {.results = ""};

    (void)state;
    appraise(&it, "agent-2013", DESK);
    assert_fault(&it, "in.csv", 2, 3, "\"recording_qa\"");
    assert_int_equal(it.appraisal.sheet_count, 0);
    finish(&it);
}

/* A line that cannot be read may be anyone's call: whoever is measured is not computed, whoever is
 * imported is. */
static void an_unreadable_line_spares_only_imports(void **state)
{
    static const char *const lines[] = {
        "{\"schema\":\"callqa.result/1\",\"call\":{\"id\":\"1\"",
        "{\"schema\":\"callqa.result/2\",\"call\":{\"id\":\"1\"}}",
        "{\"schema\":\"callqa.result/1\",\"call\":{\"agent\":\"A\"}}",
        "{\"schema\":\"callqa.result/1\",\"call\":{\"id\":\"1\"},\"score\":{\"total\":\"9\"}}",
        "[]",
        "nonsense"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char calls[4000] = "";
        struct appraised it = {0};
        add_result(calls, "c1", "\"A\"", "100", "", "null");
        strcat(calls, lines[i]);
        it.results = calls;
        appraise(&it, "agent-2013",
                 "agent,calls_handled,wrong_orders,recording_qa\nA,2000,3,\nB,2000,3,100\n");
        size_t of_results = 0;
        for (size_t k = 0; k < it.faults.count; k++)
            of_results += strcmp(it.faults.items[k].at.file, "results.jsonl") == 0 &&
                          it.faults.items[k].at.line == 2;
        assert_int_equal(of_results, 1);
        assert_null(find_sheet(&it, "A"));
        assert_total(&it, "B", "860.00");
        finish(&it);
    }
}

static void a_later_result_replaces(void **state)
{
    char calls[4000] = "";
    struct appraised it = {0};

    (void)state;
    add_result(calls, "c1", "\"A\"", "10", "", "null");
    add_result(calls, "c1", "\"A\"", "99", "", "null");
    it.results = calls;
    appraise(&it, "agent-2013", DESK);
    assert_number(sheet_of(&it, "A")->figures[2].raw, "99.00", "mean");
    assert_true(has_note(&it, "results replaced by later ones of the same call: 1"));
    finish(&it);
}

static void other_times_and_strangers_do_not_count(void **state)
{
    char calls[6000] = "";
    struct appraised it = {.period = "2025-10"};

    (void)state;
    add_result(calls, "c1", "\"A\"", "99", "", "null");
    add_result(calls, "c2", "\"Z\"", "99", "", "null");
    add_result(calls, "c3", "null", "99", "", "null");
    it.results = calls;
    appraise(&it, "agent-2013", DESK);
    assert_int_equal(it.appraisal.sheet_count, 0);
    assert_true(has_note(&it, "calls outside 2025-10 or of unknown time: 3"));
    finish(&it);
    it.results = calls;
    it.period = "2025-11";
    appraise(&it, "agent-2013", DESK);
    assert_int_equal(sheet_of(&it, "A")->call_count, 1);
    assert_true(has_note(&it, "calls of agents that the indicators do not name: 1"));
    assert_true(has_note(&it, "calls of nobody: 1"));
    finish(&it);
}

/* S4: two calls of 90 s, of which the first 20 rang, are 140 s of 600 logged in: 23.33 %. Nobody
 * was connected while it rang. Without the time logged in utilization is missing, and the fault
 * says so. */
static void measures_utilization(void **state)
{
    char calls[4000] = "";
    struct appraised it = {0};

    (void)state;
    add_result(calls, "c1", "\"A\"", "90", "", "null");
    add_result(calls, "c2", "\"A\"", "91", "", "null");
    add_result(calls, "c3", "\"B\"", "91", "", "null");
    it.results = calls;
    appraise(&it, "hundred-points",
             "agent,performance,business,attendance,reporting_timeliness,discipline,supervisor_"
             "score,logged_in_s\n"
             "A,100,100,100,100,100,100,600\nB,100,100,100,100,100,100,\n");
    assert_figure(&it, "A", "utilization", "23.33");
    assert_figure(&it, "A", "quality", "90.50");
    assert_fault(&it, "in.csv", 3, 3, "import it, or \"logged_in_s\"");
    assert_null(find_sheet(&it, "B"));
    finish(&it);
}

/* S10: rings of 10, 20 and 40 s on inbound calls: 20, the middle; 10 and 40: 25. Outbound and
 * unheard rings are not asked. */
static void measures_answer_time(void **state)
{
    static const char form[] =
        "{\"schema\":\"callqa.result/"
        "1\",\"call\":{\"id\":\"%d\",\"agent\":\"A\",\"direction\":\"%s\"},\"measures\":{"
        "\"ring_ms\":%s},\"score\":{\"total\":90,\"deductions\":[]}}\n";
    static const char head[] =
        "agent,written_reply_s,first_contact_resolution,resolution_24h,satisfaction_voice,"
        "satisfaction_written,attitude,knowledge,teamwork\nA,1,100,100,5,5,1,1,1\n";
    char calls[4000] = "";
    struct appraised it = {0};

    (void)state;
    snprintf(calls + strlen(calls), 400, form, 1, "in", "40000");
    snprintf(calls + strlen(calls), 400, form, 2, "in", "10000");
    snprintf(calls + strlen(calls), 400, form, 3, "out", "90000");
    snprintf(calls + strlen(calls), 400, form, 4, "in", "0");
    snprintf(calls + strlen(calls), 400, form, 5, "in", "null");
    it.results = calls;
    appraise(&it, "after-sales-thresholds", head);
    assert_figure(&it, "A", "answer_s", "25.00");
    assert_grade(&it, "A", "合格");
    finish(&it);
    snprintf(calls + strlen(calls), 400, form, 6, "in", "20000");
    it.results = calls;
    appraise(&it, "after-sales-thresholds", head);
    assert_figure(&it, "A", "answer_s", "20.00");
    assert_int_equal(sheet_of(&it, "A")->figures[0].measured->taken_count, 3);
    finish(&it);
}

/* S5: confirmed and changed flags are violations; undecided and overturned ones, and other rubrics'
 * rules, are not. */
static void counts_confirmed_flags(void **state)
{
    static const char calls[] =
        "{\"schema\":\"callqa.result/"
        "1\",\"call\":{\"id\":\"1\",\"agent\":\"A\"},\"score\":{\"rubric\":\"courier\","
        "\"total\":98,\"deductions\":["
        "{\"rule\":\"tone\",\"points\":0.5,\"decision\":{\"state\":\"confirmed\",\"points\":0.5}},"
        "{\"rule\":\"tone\",\"points\":0.5,\"decision\":{\"state\":\"overturned\",\"points\":0}},"
        "{\"rule\":\"tone\",\"points\":0.5,\"decision\":null},"
        "{\"rule\":\"no_mute_when_consulting\",\"points\":0.5,\"decision\":{\"state\":\"changed\","
        "\"points\":0.25}}]}}\n"
        "{\"schema\":\"callqa.result/"
        "1\",\"call\":{\"id\":\"2\",\"agent\":\"B\"},\"score\":{\"rubric\":\"standard\","
        "\"total\":98,\"deductions\":[]}}\n";
    struct appraised it = {.results = calls};

    (void)state;
    appraise(&it, "courier",
             "agent,initiative,action,effectiveness,conduct\nA,20,20,20,1\nB,20,20,20,0\n");
    assert_figure(&it, "A", "tone", "1.00");
    assert_figure(&it, "A", "no_mute_when_consulting", "1.00");
    assert_figure(&it, "A", "shirking", "0.00");
    assert_total(&it, "A", "18.50");   /* 20 − 2 × 0.5 − 1 × 0.5 */
    assert_null(find_sheet(&it, "B")); /* scored by a rubric that knows nothing of tone */
    finish(&it);
}

/* ---- whose call it was */

#define SEATS "person,extension,team,post,from,to\n"

static void the_roster_says_whose_call_it_was(void **state)
{
    /* 8001 changes hands on the 20th at noon: the call of 10:15 is Li's. */
    char calls[4000] = "";
    struct appraised it = {
        .seats =
            SEATS "Li,8001,t,前台,2025-11-01,2025-11-20T12:00\nWang,8001,t,前台,2025-11-20T12:00,\n"
                  "Zhao,8002,t,后台,2025/11/1,2025/11/30\nZhao,,t,后台,,\n"};

    (void)state;
    add_result(calls, "c1", "\"8001\"", "99", "", "null");
    add_result(calls, "c2", "\"8002\"", "99", "", "null");
    add_result(calls, "c3", "\"8003\"", "99", "", "null");
    it.results = calls;
    appraise(&it, "agent-2013",
             "agent,calls_handled,wrong_orders\nLi,2000,3\nWang,2000,3\nZhao,2000,3\n");
    assert_total(&it, "Li", "860.00");
    assert_string_equal(sheet_of(&it, "Li")->post, "前台");
    assert_fault(&it, "in.csv", 3, 6, "none of 0 calls");
    assert_null(find_sheet(&it, "Zhao")); /* the scheme is not for the back office */
    assert_true(has_note(&it, "calls of nobody: 1"));
    finish(&it);
}

/* A day as an end is counted in, a time is not. */
static void ends_of_seats(void **state)
{
    static const struct {
        const char *seat;
        const char *holder;
    } table[] = {{"Li,8001,,,,2025-11-20", "Li"},
                 {"Li,8001,,,,2025-11-19", NULL},
                 {"Li,8001,,,2025-11-20,", "Li"},
                 {"Li,8001,,,2025-11-21,", NULL},
                 {"Li,8001,,,,2025-11-20 10:15:02", NULL},
                 {"Li,8001,,,,2025-11-20T10:15:03", "Li"},
                 {"Li,8001,,,2025-11-20T10:15:02,", "Li"},
                 {"Li,8001,,,2025-11-20T10:15:03,", NULL},
                 {"Li,8001,,,,", "Li"},
                 {"Li,8002,,,,", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char csv[200];
        struct cqa_roster roster = {0};
        struct cqa_faults faults = {0};
        struct cqa_error error = {0};
        snprintf(csv, sizeof csv, "%s%s\n", SEATS, table[i].seat);
        assert_int_equal(cqa_roster_read(NULL, csv, strlen(csv), "r", &roster, &faults, &error),
                         CQA_OK);
        assert_int_equal(faults.count, 0);
        const char *person = cqa_roster_person(&roster, "8001", "2025-11-20T10:15:02+08:00");
        if ((person == NULL) != (table[i].holder == NULL))
            fail_msg("%s: %s", table[i].seat, person ? person : "nobody");
        cqa_roster_finish(&roster);
        cqa_faults_finish(&faults);
    }
}

static void refuses_contradictory_rosters(void **state)
{
    static const struct {
        const char *seats;
        size_t line, column;
        const char *piece;
    } table[] = {
        {SEATS "A,8001,,,2025-11-01,\nB,8001,,,2025-11-10,2025-11-12\n", 3, 1,
         "extension \"8001\" is held at once"},
        {SEATS "A,8001,,,2025-11-01,2025-11-10\nB,8001,,,2025-11-10,\n", 3, 1, "is held at once"},
        {SEATS "A,8001,,desk,2025-11-01,\nA,8002,,lead,2025-11-10,\n", 3, 1, "two posts at once"},
        {SEATS "A,8001,,,2025-11-31,\n", 2, 10, "\"2025-11-31\" is no time"},
        {SEATS "A,8001,,,2025-11-30T25:00,\n", 2, 10, "is no time"},
        {SEATS "A,8001,,,2025-11-30,2025-11-01\n", 2, 1, "ends before it begins"},
        {SEATS ",8001,,,,\n", 2, 1, "names no person"},
        {"person,desk\nA,1\n", 1, 8, "unknown column \"desk\""},
        {"extension\n8001\n", 1, 1, "\"person\" is missing"},
        {"", 1, 1, "empty"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct appraised it = {.seats = table[i].seats};
        appraise(&it, "agent-2013",
                 "agent,post,calls_handled,wrong_orders,recording_qa\nA,前台,2000,3,100\n"
                 "B,前台,2000,3,100\nC,前台,2000,3,100\n");
        assert_fault(&it, "roster.csv", table[i].line, table[i].column, table[i].piece);
        assert_total(&it, "C", "860.00");
        if (i < 6)
            assert_null(find_sheet(&it, "A"));
        if (i < 2)
            assert_null(find_sheet(&it, "B"));
        finish(&it);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overturning_a_flag_changes_the_band),
        cmocka_unit_test(an_import_overrides),
        cmocka_unit_test(leaves_out_what_could_not_be_measured),
        cmocka_unit_test(no_calls_is_missing),
        cmocka_unit_test(an_unreadable_line_spares_only_imports),
        cmocka_unit_test(a_later_result_replaces),
        cmocka_unit_test(other_times_and_strangers_do_not_count),
        cmocka_unit_test(measures_utilization),
        cmocka_unit_test(measures_answer_time),
        cmocka_unit_test(counts_confirmed_flags),
        cmocka_unit_test(the_roster_says_whose_call_it_was),
        cmocka_unit_test(ends_of_seats),
        cmocka_unit_test(refuses_contradictory_rosters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
