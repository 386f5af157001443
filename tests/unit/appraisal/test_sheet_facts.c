/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of facts a reader sees what is for them, and nothing else however damaged they are. */
#include "appraisal/facts.h"
#include "unit/appraisal/appraised.h"

static char seen[4096];

static const char *view(const char *facts, unsigned parts)
{
    struct cqa_buffer out = {.limit = sizeof seen};

    cqa_facts_view(facts, parts, &out);
    assert_false(out.failed);
    snprintf(seen, sizeof seen, "%s", out.text ? out.text : "");
    cqa_buffer_finish(&out);
    return seen;
}

static void members_stand_in_their_places(void **state)
{
    static const char facts[] =
        "{\"a\":1.50,\"for pay\":{\"pay\":8000.00,\"more\":{\"x\":[1,2]}},\"b\":\"{\\\"\","
        "\"for peers\":{\"rater\":\"李\"},\"c\":{\"for pay\":{}},\"d\":[]}";

    (void)state;
    assert_string_equal(view(facts, CQA_SHEET_PAY | CQA_SHEET_PEERS),
                        "{\"a\":1.50,\"pay\":8000.00,\"more\":{\"x\":[1,2]},\"b\":\"{\\\"\","
                        "\"rater\":\"李\",\"c\":{},\"d\":[]}");
    assert_string_equal(view(facts, CQA_SHEET_PEERS),
                        "{\"a\":1.50,\"b\":\"{\\\"\",\"rater\":\"李\",\"c\":{},\"d\":[]}");
    assert_string_equal(view(facts, CQA_SHEET_PAY),
                        "{\"a\":1.50,\"pay\":8000.00,\"more\":{\"x\":[1,2]},\"b\":\"{\\\"\","
                        "\"c\":{},\"d\":[]}");
    assert_string_equal(view("{\"for pay\":{\"a\":1},\"b\":2}", 0), "{\"b\":2}");
    assert_string_equal(view("{\"for pay\":{\"a\":{\"for peers\":{\"b\":1}}}}", CQA_SHEET_PAY),
                        "{\"a\":{}}");
}

static void elements_for_others_are_not_there(void **state)
{
    static const char facts[] =
        "[{\"for pay\":{\"wage\":1}},{\"a\":1},{},{\"for pay\":{\"wage\":2}}]";

    (void)state;
    assert_string_equal(view(facts, CQA_SHEET_PAY), "[{\"wage\":1},{\"a\":1},{},{\"wage\":2}]");
    assert_string_equal(view(facts, 0), "[{\"a\":1},{}]");
    assert_string_equal(view("[{\"for pay\":{\"wage\":1}}]", 0), "[]");
}

/* Texts that look like the names are texts. */
static void a_text_is_no_name(void **state)
{
    static const char facts[] = "{\"a\":\"\\\"for pay\\\":{\",\"b\":[\"for pay\",\"\\\\\"]}";

    (void)state;
    assert_string_equal(view(facts, 0), facts);
}

static void two_objects_become_one(void **state)
{
    struct cqa_buffer out = {.limit = 1000};

    (void)state;
    cqa_facts_view_both("{\"for pay\":{\"a\":1},\"b\":2}", "{\"for pay\":{\"c\":3},\"d\":4}", 0,
                        &out);
    assert_string_equal(out.text, "{\"b\":2,\"d\":4}");
    out.length = 0;
    cqa_facts_view_both("{\"a\":1}", "", 0, &out);
    assert_string_equal(out.text, "{\"a\":1}");
    cqa_buffer_finish(&out);
}

static char *facts_of(const struct appraised *it, const char *agent, int trace)
{
    struct cqa_buffer out = {.limit = 1 << 20};
    const struct cqa_sheet *sheet = sheet_of(it, agent);

    assert_int_equal(trace ? cqa_sheet_put_trace_facts(&it->appraisal, sheet, &out)
                           : cqa_sheet_put_facts(&it->appraisal, sheet, &out),
                     CQA_OK);
    return out.text;
}

/* Cut anywhere, they show no wage to whom it is not for. */
static void damaged_facts_show_no_wage(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "grades-310", "agent,self_score,supervisor_score,wage\nA,90,90,5317\n");
    for (int trace = 0; trace < 2; trace++) {
        char *facts = facts_of(&it, "A", trace);
        assert_non_null(strstr(facts, trace ? "5317" : "\"pay\":"));
        for (size_t length = strlen(facts); length > 0; length--) {
            facts[length] = '\0';
            const char *open = view(facts, CQA_SHEET_PEERS);
            assert_null(strstr(open, "5317"));
            assert_null(strstr(open, "\"pay\":"));
        }
        free(facts);
    }
    finish(&it);
}

/* However deep something nests, it ends. */
static void depth_has_an_end(void **state)
{
    static char deep[200000];

    (void)state;
    memset(deep, '[', sizeof deep - 1);
    assert_non_null(strstr(view(deep, 0), "[[null]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_stand_in_their_places),
        cmocka_unit_test(elements_for_others_are_not_there),
        cmocka_unit_test(a_text_is_no_name),
        cmocka_unit_test(two_objects_become_one),
        cmocka_unit_test(damaged_facts_show_no_wage),
        cmocka_unit_test(depth_has_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
