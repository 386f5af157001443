/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is written down: JSON with the trace of every number, CSV that is safe to open, text for a
 * person. */
#include <jansson.h>
#include "unit/appraisal/appraised.h"

static json_t *json_of(const struct appraised *it, const char *agent)
{
    struct cqa_buffer out = {.limit = 1 << 20};
    json_error_t why;

    assert_int_equal(cqa_sheet_to_json(&it->appraisal, sheet_of(it, agent), &out), CQA_OK);
    assert_ptr_equal(strchr(out.text, '\n'), out.text + out.length - 1); /* one line */
    json_t *root = json_loads(out.text, JSON_REJECT_DUPLICATES, &why);
    if (root == NULL)
        fail_msg("%s in %s", why.text, out.text);
    cqa_buffer_finish(&out);
    return root;
}

static const json_t *trace_of(const json_t *root, const char *kind, const char *id)
{
    const json_t *trace = json_object_get(root, "trace");

    for (size_t i = 0; i < json_array_size(trace); i++) {
        const char *found = json_string_value(json_object_get(json_array_get(trace, i), kind));
        if (found != NULL && strcmp(found, id) == 0)
            return json_array_get(trace, i);
    }
    fail_msg("no %s \"%s\" in the trace", kind, id);
    return NULL;
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "(none)";
}

/* What an entry of the trace says that it was computed from: a list of texts, as JSON. */
static void assert_refs(const json_t *entry, const char *expected)
{
    char *text = json_dumps(json_object_get(entry, "of"), JSON_COMPACT);

    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

/* Every number of the sheet leads to an item, from there to indicators, from there to a row or to
 * calls and flags. */
static void traces_every_number(void **state)
{
    static const char calls[] =
        "{\"schema\":\"callqa.result/1\",\"call\":{\"id\":\"c "
        "\\\"1\\\"\",\"agent\":\"A\"},\"score\":{\"total\":94,"
        "\"decided_total\":95,\"deductions\":[{\"rule\":\"dead-air\",\"points\":2,\"start_ms\":"
        "12040,\"end_ms\":24100,"
        "\"decision\":{\"state\":\"overturned\",\"points\":0}}]}}\n"
        "{\"schema\":\"callqa.result/"
        "1\",\"call\":{\"id\":\"c2\",\"agent\":\"A\"},\"score\":{\"total\":94,\"deductions\":["
        "{\"rule\":\"long-hold\",\"points\":3,\"start_ms\":1,\"end_ms\":2,\"decision\":null}]}}\n"
        "{\"schema\":\"callqa.result/"
        "1\",\"call\":{\"id\":\"c3\",\"agent\":\"A\"},\"score\":{\"total\":95,\"deductions\":[]}}\n"
        "{\"schema\":\"callqa.failure/"
        "1\",\"call\":{\"id\":\"c4\",\"agent\":\"A\"},\"reason\":\"empty\",\"text\":\"x\"}\n";
    struct appraised it = {.results = calls};

    (void)state;
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders\nA,2300,4\n");
    json_t *root = json_of(&it, "A");
    assert_string_equal(text_at(root, "agent"), "A");
    assert_true(json_is_null(json_object_get(root, "grade")));
    assert_true(json_is_null(json_object_get(root, "coefficient")));
    assert_true(json_real_value(json_object_get(root, "total")) == 1205.0);
    assert_true(json_real_value(json_object_get(json_object_get(root, "items"), "wrong_orders")) ==
                28.0);
    assert_int_equal(json_integer_value(json_object_get(root, "undecided_flags")), 1);

    const json_t *rows = json_object_get(trace_of(root, "indicator", "calls_handled"), "rows");
    assert_string_equal(text_at(json_array_get(rows, 0), "at"), "in.csv:2");
    assert_string_equal(text_at(trace_of(root, "item", "calls_handled"), "how"),
                        "2300 × 0.5 (2000 < x ≤ 2300)");
    assert_string_equal(text_at(trace_of(root, "item", "total"), "how"), "1150 + 28 + 27");
    assert_refs(trace_of(root, "item", "calls_handled"), "[\"indicators.calls_handled\"]");
    assert_refs(trace_of(root, "item", "total"),
                "[\"items.calls_handled\",\"items.wrong_orders\",\"items.recording_qa\"]");

    /* (95 + 94 + 95) ÷ 3 = 94.67 → 95. */
    const json_t *qa = trace_of(root, "indicator", "recording_qa");
    assert_true(json_real_value(json_object_get(qa, "value")) == 95.0);
    assert_string_equal(text_at(qa, "unrounded_exact"), "284/3");
    assert_string_equal(text_at(qa, "origin"), "measured");
    assert_string_equal(text_at(qa, "how"), "mean of 3 calls");
    const json_t *first = json_array_get(json_object_get(qa, "calls"), 0);
    assert_string_equal(text_at(first, "call"), "c \"1\"");
    assert_string_equal(text_at(first, "at"), "results.jsonl:1");
    const json_t *flag = json_array_get(json_object_get(first, "flags"), 0);
    assert_string_equal(text_at(flag, "rule"), "dead-air");
    assert_string_equal(text_at(flag, "state"), "overturned");
    assert_int_equal(json_integer_value(json_object_get(flag, "start_ms")), 12040);
    const json_t *left_out = json_array_get(json_object_get(qa, "left_out"), 0);
    assert_string_equal(text_at(left_out, "call"), "c4");
    assert_string_equal(text_at(left_out, "why"), "it could not be read");

    const json_t *assumed = json_object_get(root, "assumed");
    assert_int_equal(json_array_size(assumed), 5);
    assert_non_null(
        strstr(text_at(json_object_get(json_array_get(assumed, 2), "reason"), "zh"), "错单量"));
    json_decref(root);
    finish(&it);
}

static void says_raters_months_and_what_was_overridden(void **state)
{
    static const char calls[] =
        "{\"schema\":\"callqa.result/1\",\"call\":{\"id\":\"c\",\"agent\":\"A\"},\"score\":"
        "{\"total\":80,\"deductions\":[]}}\n";
    struct appraised it = {.results = calls};

    (void)state;
    appraise(&it, "agent-2013",
             "agent,indicator,value,count,rater,period\nA,calls_handled,2000,,,2025-11\nA,wrong_"
             "orders,3,,,\n"
             "A,recording_qa,99,3,x,\nA,recording_qa,95,,y,\n");
    json_t *root = json_of(&it, "A");
    const json_t *qa = trace_of(root, "indicator", "recording_qa");
    assert_string_equal(text_at(qa, "origin"), "import");
    assert_true(json_real_value(json_object_get(qa, "overrides")) == 80.0);
    const json_t *row = json_array_get(json_object_get(qa, "rows"), 0);
    assert_string_equal(text_at(row, "rater"), "x");
    assert_true(json_real_value(json_object_get(row, "count")) == 3.0);
    row = json_array_get(json_object_get(trace_of(root, "indicator", "calls_handled"), "rows"), 0);
    assert_string_equal(text_at(row, "period"), "2025-11");
    json_decref(root);
    finish(&it);
}

static void lists_what_failed(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(
        &it, "after-sales-thresholds",
        "agent,answer_s,written_reply_s,first_contact_resolution,resolution_24h,satisfaction_voice,"
        "satisfaction_written,attitude,knowledge,teamwork\nA,31,3600,80,95,4.4,4,1,1,1\n");
    json_t *root = json_of(&it, "A");
    const json_t *failed = json_object_get(root, "failed");
    assert_int_equal(json_array_size(failed), 2);
    assert_string_equal(json_string_value(json_array_get(failed, 0)), "answer_s");
    assert_string_equal(json_string_value(json_array_get(failed, 1)), "satisfaction_voice");
    assert_int_equal(json_array_size(json_object_get(root, "passed")), 7);
    assert_string_equal(text_at(root, "grade"), "不合格");
    assert_string_equal(text_at(trace_of(root, "item", "answer_s"), "how"), "31 ≤ 30 ✗");
    json_decref(root);
    finish(&it);
}

/* What a number is divided by or held against belongs to what it was computed from. */
static void traces_what_is_compared(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "net-volume", "agent,calls_handled,complaints,call_target\nA,5000,500,5000\n");
    json_t *root = json_of(&it, "A");
    assert_refs(trace_of(root, "item", "total"),
                "[\"items.net_calls\",\"indicators.call_target\"]");
    json_decref(root);
    finish(&it);
    appraise(&it, "eight-indicators",
             "agent,first_response_s,first_contact_resolution,satisfaction,knowledge_tests,"
             "handle_time_s,handle_time_before_s,communication,teamwork,learning\n"
             "A,30,90,95,100,200,210,80,80,80\n");
    root = json_of(&it, "A");
    assert_refs(trace_of(root, "item", "handle_time_s"),
                "[\"indicators.handle_time_s\",\"indicators.handle_time_before_s\"]");
    json_decref(root);
    finish(&it);
}

static void escapes_names(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "net-volume",
             "agent,calls_handled,complaints,call_target\n\"a\\\"\"\x01\nb\",1,0,1\n");
    json_t *root = json_of(&it, "a\\\"\x01\nb");
    assert_string_equal(text_at(root, "agent"), "a\\\"\x01\nb");
    json_decref(root);
    finish(&it);
}

static void csv_is_safe_to_open(void **state)
{
    struct cqa_buffer out = {.limit = 1 << 20};
    struct appraised it = {0};

    (void)state;
    appraise(&it, "net-volume",
             "agent,calls_handled,complaints,call_target\n=1+2,1,2,1\n\"x \"\"y\"\", z\",1,0,1\n");
    assert_int_equal(cqa_sheets_csv_head(&it.appraisal, &out), CQA_OK);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(cqa_sheet_to_csv(&it.appraisal, &it.appraisal.sheets[i], &out), CQA_OK);
    assert_string_equal(
        out.text,
        "agent,post,total,grade,grade_distribution,rank,coefficient,bonus,pay,calls_handled,"
        "complaints,net_calls,undecided_flags,assumed,preliminary,scheme,scheme_version,period,"
        "rubrics,coverage\r\n"
        "\"'=1+2\",,-100.00,,,2,,,,1.00,-2.00,-1.00,0,,,net-volume,1,,,\r\n"
        "\"x \"\"y\"\", z\",,100.00,,,1,,,,1.00,0.00,1.00,0,,,net-volume,1,,,\r\n");
    cqa_buffer_finish(&out);
    finish(&it);
}

static void text_names_assumptions_and_those_left_out(void **state)
{
    struct cqa_buffer out = {.limit = 1 << 20};
    struct appraised it = {0};

    (void)state;
    appraise(&it, "grades-310", "agent,self_score,supervisor_score\nA,90,90\nB,75,75\nC,x,75\n");
    assert_int_equal(cqa_sheets_text_head(&it.appraisal, CQA_ENGLISH, &out), CQA_OK);
    for (size_t i = 0; i < it.appraisal.sheet_count; i++)
        assert_int_equal(
            cqa_sheet_to_text(&it.appraisal, &it.appraisal.sheets[i], CQA_ENGLISH, &out), CQA_OK);
    assert_int_equal(cqa_sheets_text_foot(&it.appraisal, CQA_ENGLISH, &out), CQA_OK);
    assert_non_null(strstr(out.text,
                           "A  total 90.00  grade 优秀 (excellent)  coefficient 3.00\n"
                           "  Preliminary: of the group, left out with errors: 1; what hangs on"));
    assert_non_null(strstr(out.text, "90 × 30 % + 90 × 70 %"));
    assert_non_null(strstr(out.text, "  grades.合格: The document is cut off"));
    assert_null(strstr(out.text, "grades.不合格"));
    assert_non_null(strstr(out.text, "\nLeft out:\n  C: the input has errors\n"));
    out.length = 0;
    assert_int_equal(cqa_sheet_to_json(&it.appraisal, sheet_of(&it, "A"), &out), CQA_OK);
    assert_non_null(strstr(out.text, "\"preliminary\":\"of the group, left out with errors: 1;"));
    assert_non_null(strstr(out.text, "\"preliminary_zh\":\"同组中因数据有误未计算的：1"));
    out.length = 0;
    assert_int_equal(cqa_sheet_to_csv(&it.appraisal, sheet_of(&it, "A"), &out), CQA_OK);
    assert_non_null(strstr(out.text, ",1 left out,"));
    cqa_buffer_finish(&out);
    finish(&it);
}

static void a_full_buffer_is_an_error(void **state)
{
    struct cqa_buffer out = {.limit = 100};
    struct appraised it = {0};

    (void)state;
    appraise(&it, "net-volume", "agent,calls_handled,complaints,call_target\nA,1,2,1\n");
    assert_int_equal(cqa_sheet_to_json(&it.appraisal, sheet_of(&it, "A"), &out), CQA_E_LIMIT);
    cqa_buffer_finish(&out);
    finish(&it);
}

/* One call with these flags: (rule, points, decision). */
#define FLAG(rule, points, start, decision)                                                        \
    "{\"rule\":\"" rule "\",\"points\":" points ",\"start_ms\":" start ",\"end_ms\":99000,"        \
    "\"decision\":" decision "}"
#define CALL(id, total, flags)                                                                     \
    "{\"schema\":\"callqa.result/1\",\"call\":{\"id\":\"" id "\",\"agent\":\"A\"},\"score\":{"     \
    "\"total\":" total ",\"deductions\":[" flags "]}}\n"

/* dead-air 2 + 5 = 7; talk-over 6; late 3 × 1 = 3; hold 2; a note costs nothing; overturned none.
 */
static void names_what_cost_most(void **state)
{
    static const char calls[] = CALL(
        "c1", "90", FLAG("dead-air", "2", "100", "null") "," FLAG("late", "1", "0", "null"))
        CALL("c2", "90",
             FLAG("dead-air", "5", "200", "null") "," FLAG("late", "1", "0", "null") "," FLAG(
                 "dull", "9", "0", "{\"state\":\"overturned\",\"points\":0}"))
            CALL("c3", "90",
                 FLAG("talk-over", "6", "300", "null") "," FLAG("late", "1", "0", "null") "," FLAG(
                     "hold", "2", "0", "null") "," FLAG("noted", "0", "0", "null"));
    struct appraised it = {.results = calls};

    (void)state;
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders\nA,2300,4\n");
    json_t *root = json_of(&it, "A");
    const json_t *costs = json_object_get(root, "costs");
    assert_int_equal(json_array_size(costs), 3);
    const json_t *first = json_array_get(costs, 0);
    assert_string_equal(text_at(first, "rule"), "dead-air");
    assert_true(json_real_value(json_object_get(first, "points")) == 7.0);
    assert_int_equal(json_integer_value(json_object_get(first, "flags")), 2);
    /* the dearest call first */
    const json_t *heard = json_array_get(json_object_get(first, "calls"), 0);
    assert_string_equal(text_at(heard, "call"), "c2");
    assert_int_equal(json_integer_value(json_object_get(heard, "start_ms")), 200);
    assert_string_equal(text_at(json_array_get(costs, 1), "rule"), "talk-over");
    assert_string_equal(text_at(json_array_get(costs, 2), "rule"), "late");
    assert_int_equal(json_array_size(json_object_get(json_array_get(costs, 2), "calls")), 3);
    /* neither the note nor the overturned flag waits for a decision */
    assert_int_equal(json_integer_value(json_object_get(root, "undecided_flags")), 7);
    json_decref(root);
    finish(&it);
}

static char *parts_of(const struct appraised *it, const char *agent, unsigned parts)
{
    struct cqa_buffer out = {.limit = 1 << 20};

    assert_int_equal(cqa_sheet_to_json_parts(&it->appraisal, sheet_of(it, agent), parts, &out),
                     CQA_OK);
    return out.text;
}

static void shows_only_what_its_reader_may_see(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "grades-310", "agent,self_score,supervisor_score,wage\nA,90,90,5000\n");
    char *all = parts_of(&it, "A", CQA_SHEET_ALL);
    assert_non_null(strstr(all, "\"pay\":8000.00"));
    assert_non_null(strstr(all, "\"indicator\":\"wage\""));
    char *open = parts_of(&it, "A", CQA_SHEET_TRACE);
    assert_non_null(strstr(open, "\"total\":90.00"));
    assert_null(strstr(open, "wage"));
    assert_null(strstr(open, "\"pay\""));
    assert_null(strstr(open, "5000"));
    char *row = parts_of(&it, "A", CQA_SHEET_PAY);
    assert_null(strstr(row, "trace"));
    assert_non_null(strstr(row, "\"pay\":8000.00"));
    free(all);
    free(open);
    free(row);
    finish(&it);
}

static char *numbers_of(const struct appraised *it, const char *agent)
{
    struct cqa_buffer out = {.limit = 1 << 20};

    assert_int_equal(cqa_sheet_numbers(&it->appraisal, sheet_of(it, agent), &out), CQA_OK);
    return out.text;
}

/* A third of a point less is another number, though both print alike. */
static void a_signature_sees_the_exact_numbers(void **state)
{
    struct appraised it = {0};
    struct appraised other = {0};

    (void)state;
    appraise(&it, "net-volume", "agent,calls_handled,complaints,call_target\nA,1000,0,300000\n");
    appraise(&other, "net-volume", "agent,calls_handled,complaints,call_target\nA,1000,0,300001\n");
    char *one = numbers_of(&it, "A");
    char *two = numbers_of(&other, "A");
    assert_non_null(strstr(one, "\ntotal=1/3\n"));
    assert_string_not_equal(one, two);
    free(one);
    free(two);
    finish(&it);
    finish(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traces_every_number),
        cmocka_unit_test(says_raters_months_and_what_was_overridden),
        cmocka_unit_test(lists_what_failed),
        cmocka_unit_test(traces_what_is_compared),
        cmocka_unit_test(escapes_names),
        cmocka_unit_test(csv_is_safe_to_open),
        cmocka_unit_test(text_names_assumptions_and_those_left_out),
        cmocka_unit_test(a_full_buffer_is_an_error),
        cmocka_unit_test(names_what_cost_most),
        cmocka_unit_test(shows_only_what_its_reader_may_see),
        cmocka_unit_test(a_signature_sees_the_exact_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
