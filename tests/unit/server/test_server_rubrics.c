/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "support/served.h"

/* What the server knows of rubrics: titles of rules, and how far a person may change points. */

static struct served served;
static char models[64];

static const char version_1[] =
    "name: shop\nversion: '1'\ntitle: {en: Shop, zh: 门店}\nrules:\n"
    "- id: dead-air\n  title: {en: Dead air, zh: 通话冷场}\n  text: {en: quiet, zh: 静默}\n"
    "  on: silence\n  where: {at_least: 10s}\n  points: {each: 2}\n  cap: 8\n"
    "- id: interruption\n  title: {en: Cutting in, zh: 抢话}\n  text: {en: cut in, zh: 抢话}\n"
    "  on: overtalk\n  points: {each: 2}\n  range: {least: 0.5, most: 4}\n"
    "- id: tone\n  title: {en: Tone, zh: 语气}\n  text: {en: tone, zh: 语气}\n"
    "  manual: true\n  points: {least: 1, most: 3}\n";

static void put_rubric(const char *name, const char *text)
{
    char path[160];

    snprintf(path, sizeof path, "%s/rubrics", models);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/rubrics/%s.yaml", models, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int set_up(void **state)
{
    (void)state;
    strcpy(models, "/tmp/callqa-models-XXXXXX");
    assert_non_null(mkdtemp(models));
    setenv("CALLQA_MODELS", models, 1);
    put_rubric("shop", version_1);
    served_start(&served, NULL);
    served_user(&served, "ann", "auditor", NULL);
    served_login(&served, "ann", "correct horse");
    return 0;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    served_stop(&served);
    snprintf(command, sizeof command, "rm -r %s", models);
    assert_int_equal(system(command), 0);
    unsetenv("CALLQA_MODELS");
    return 0;
}

static void put_call(const char *id, const char *version)
{
    char changes[160];

    snprintf(changes, sizeof changes,
             "{\"score\": {\"rubric\": \"shop\", \"rubric_version\": \"%s\"}}", version);
    served_put(&served, id, changes);
}

static void assert_answer(const char *method, const char *path, const char *json, const char *value,
                          const char *expected)
{
    struct reply reply = served_as(&served, method, path, json);
    const char *found = reply.json ? served_text(reply.json, value) : "no JSON";

    if (strstr(found, expected) != found || (expected[0] == '\0') != (found[0] == '\0'))
        fail_msg("%s %s: %d, %s is %s, not %s", method, path, reply.status, value, found, expected);
    reply_finish(&reply);
}

static void flags_carry_the_titles_of_their_rules(void **state)
{
    (void)state;
    put_call("1", "1");
    put_call("2", "7");
    assert_answer("GET", "/api/v1/calls/1/flags", NULL, "flags.0.title.en", "Dead air");
    assert_answer("GET", "/api/v1/calls/1/flags", NULL, "flags.0.title.zh", "通话冷场");
    assert_answer("GET", "/api/v1/calls/1/flags", NULL, "flags.0.range.most", "2");
    assert_answer("GET", "/api/v1/calls/1/flags", NULL, "flags.1.range.least", "0.5");
    assert_answer("GET", "/api/v1/calls/1/flags", NULL, "flags.1.range.most", "4");
    assert_answer("GET", "/api/v1/flags?sort=newest", NULL, "flags.0.rule", "interruption");
    assert_answer("GET", "/api/v1/calls/2/flags", NULL, "flags.0.title", "null");
    assert_answer("GET", "/api/v1/calls/2/flags", NULL, "flags.0.range.most", "100");
    assert_answer("GET", "/api/v1/rules", NULL, "rules.0.title.en", "Dead air");
    struct reply reply = served_get(&served, served.lead, "/api/v1/export/flags.csv?lang=zh");
    assert_non_null(strstr(reply.body, "通话冷场"));
    assert_non_null(
        strstr(reply.body, ",\"dead-air\",,\r\n")); /* of the call whose rubric is not known */
    reply_finish(&reply);
    assert_answer("GET", "/api/v1/rubrics/shop/1", NULL, "rules.0.written.where.at_least", "10s");
    assert_answer("GET", "/api/v1/rubrics/shop/1", NULL, "rules.0.cap", "8");
    assert_answer("GET", "/api/v1/rubrics/shop/1", NULL, "rules.2.range.least", "1");
    assert_answer("GET", "/api/v1/rubrics/shop/7", NULL, "status", "404");
}

/* A file that came since the start is found when the first result of it comes; the old version
 * stays known. */
static void a_new_version_is_met_with_its_first_result(void **state)
{
    char text[1200];

    (void)state;
    served.now_ms += 61000;
    snprintf(text, sizeof text, "%s", version_1);
    text[strchr(text, '1') - text] = '2';
    memcpy(strstr(text, "Dead air"), "Silence!", 8);
    put_rubric("shop", text);
    put_call("1", "1");
    put_call("2", "2");
    assert_answer("GET", "/api/v1/calls/2/flags", NULL, "flags.0.title.en", "Silence!");
    assert_answer("GET", "/api/v1/calls/1/flags", NULL, "flags.0.title.en", "Dead air");
    served_restart(&served);
    assert_answer("GET", "/api/v1/calls/1/flags", NULL, "flags.0.title.en", "Dead air");
}

static void points_stay_within_the_range_of_the_rule(void **state)
{
    char path[64];

    (void)state;
    put_call("1", "1");
    struct reply reply = served_as(&served, "GET", "/api/v1/calls/1/flags", NULL);
    snprintf(path, sizeof path, "/api/v1/flags/%s/decision",
             served_text(reply.json, "flags.1.flag"));
    reply_finish(&reply);
    assert_answer("POST", path, "{\"state\":\"changed\",\"points\":4.01,\"reason\":\"x\"}",
                  "detail", "points: rule interruption allows 0.5 to 4 (rubric shop version 1)");
    assert_answer("POST", path, "{\"state\":\"changed\",\"points\":0,\"reason\":\"x\"}", "status",
                  "422");
    assert_answer("POST", path, "{\"state\":\"changed\",\"points\":4,\"reason\":\"x\"}",
                  "flags.1.standing_points", "4");
    assert_answer("POST", path, "{\"state\":\"overturned\",\"reason\":\"x\"}",
                  "flags.1.standing_points", "0");
}

static void flags_added_by_hand_obey_the_range_too(void **state)
{
#define TONE(points)                                                                               \
    "{\"rule\":\"tone\",\"points\":" points ",\"start_ms\":0,\"end_ms\":9,\"note\":\"n\"}"
    (void)state;
    put_call("1", "1");
    assert_answer("POST", "/api/v1/calls/1/flags", TONE("0.5"), "detail",
                  "points: rule tone allows 1 to 3");
    assert_answer("POST", "/api/v1/calls/1/flags", TONE("3.5"), "status", "422");
    assert_answer("POST", "/api/v1/calls/1/flags", TONE("3"), "flags.2.title.zh", "语气");
    assert_answer("POST", "/api/v1/calls/1/flags",
                  "{\"rule\":\"own\",\"points\":50,\"start_ms\":0,\"end_ms\":9,\"note\":\"n\"}",
                  "detail", "rule: rubric shop version 1, as the server knows it, has no rule own");
}

/* A rubric that is applied to past calls may not be another one under a known name and version. */
static void a_known_version_is_not_given_other_content(void **state)
{
    char text[1200];

    (void)state;
    served_user(&served, "lea", "lead", NULL);
    served_login(&served, "lea", "correct horse");
    put_call("1", "1");
    snprintf(text, sizeof text, "%s", version_1);
    memcpy(strstr(text, "each: 2"), "each: 3", 7);
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "rubric", text, "from", "2025-11-01", "to", "2025-11-30");
    char *json = json_dumps(body, 0);
    json_decref(body);
    assert_answer("POST", "/api/v1/rescore/preview", json, "rubric", "shop");
    assert_answer("POST", "/api/v1/rescore", json, "detail",
                  "rubric shop version 1 is known with other content");
    free(json);
}

/* The stored silence lasts 12.06 s: a threshold on either side of it tells whether events are what
 * is counted. */
static void another_threshold_is_counted_from_stored_events(void **state)
{
#define ASK(values)                                                                                \
    "{\"rubric\":\"shop\",\"version\":\"1\",\"rule\":\"dead-air\",\"threshold\":\"at_least\","     \
    "\"values\":" values ",\"from\":\"2025-11-01\",\"to\":\"2025-11-30\"}"
    static const char path[] = "/api/v1/rules/what-if";
    static const char wish[] = ASK("[12000, 13000]");
    char decision[64];

    (void)state;
    put_call("1", "1");
    put_call("2", "1");
    put_call("3", "7"); /* scored by another version */
    struct reply reply = served_as(&served, "GET", "/api/v1/calls/1/flags", NULL);
    snprintf(decision, sizeof decision, "/api/v1/flags/%s/decision",
             served_text(reply.json, "flags.0.flag"));
    reply_finish(&reply);
    assert_answer("POST", decision, "{\"state\":\"overturned\",\"reason\":\"x\"}", "flags.0.state",
                  "overturned");
    assert_answer("POST", path, wish, "status", "403"); /* an auditor */
    served_user(&served, "lea", "lead", NULL);
    served_login(&served, "lea", "correct horse");
    assert_answer("POST", path, wish, "calls", "2");
    assert_answer("POST", path, wish, "title.zh", "通话冷场");
    assert_answer("POST", path, wish, "current", "10000");
    assert_answer("POST", path, wish, "rows.0.flags", "2");
    assert_answer("POST", path, wish, "rows.0.precision", "0");
    assert_answer("POST", path, wish, "rows.1.flags", "2");
    assert_answer("POST", path, wish, "rows.1.overturned", "1");
    assert_answer("POST", path, wish, "rows.1.open", "1");
    assert_answer("POST", path, wish, "rows.1.calls_changed", "0");
    assert_answer("POST", path, wish, "rows.2.flags", "0");
    assert_answer("POST", path, wish, "rows.2.precision", "null");
    /* what was overturned costs nothing under any threshold */
    assert_answer("POST", path, wish, "rows.2.calls_changed", "1");
    assert_answer("POST", path, wish, "rows.0.mean_total", "97");
    assert_answer("POST", path, wish, "rows.2.mean_total", "98");
    assert_answer("POST", path, ASK("[-1]"), "detail", "at_least: allowed are 0 to 86400000");
    assert_answer("POST", path, ASK("[]"), "status", "422");
    assert_answer("POST", path, ASK("[\"a\"]"), "detail", "values: must be numbers");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(flags_carry_the_titles_of_their_rules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_version_is_met_with_its_first_result, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(points_stay_within_the_range_of_the_rule, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(flags_added_by_hand_obey_the_range_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_threshold_is_counted_from_stored_events, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_known_version_is_not_given_other_content, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
