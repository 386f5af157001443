/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "support/served.h"

static struct served served;

static int set_up(void **state)
{
    (void)state;
    served_start(&served, NULL);
    served_user(&served, "lea", "lead", NULL);
    served_login(&served, "lea", "correct horse");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

static char *export(const char *path)
{
    struct reply reply = served_as(&served, "GET", path, NULL);
    char *body = strdup(reply.body);

    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.head, "Content-Disposition: attachment"));
    reply_finish(&reply);
    return body;
}

static void csv_is_safe_for_spreadsheets(void **state)
{
    (void)state;
    served_put(&served, "=HYPERLINK(\"x\")",
               "{\"call\": {\"queue\": \"a,b\", \"customer\": \"+86138\"},"
               " \"score\": {\"total\": 97.5, \"deductions\": []}}");
    char *text = export("/api/v1/export/calls.csv?bom=1");
    assert_memory_equal(text, "\xef\xbb\xbf\"number\",\"call_id\"", 20);
    assert_non_null(strstr(
        text, "1,\"'=HYPERLINK(\"\"x\"\")\",\"freepbx\",\"pbx1\",\"8001\",\"8001\",,\"'+86138\","
              "\"a,b\",\"in\",\"2025-11-20T10:15:02+08:00\",75417,\"standard\",\"2\",97.50,,0,0,"));
    free(text);
    text = export("/api/v1/export/flags.csv");
    assert_string_equal(text + strlen(text) - 2, "\r\n");
    assert_null(strchr(strchr(text, '\n') + 1, '\n')); /* heads only */
    free(text);
    served_put(&served, "＝1+1", "{\"call\": {\"queue\": \"＋a\", \"customer\": \"－b\"}}");
    served_put(&served, "＠x", "{\"call\": {\"queue\": \"\\n=a\", \"customer\": \"\\r=b\"}}");
    text = export("/api/v1/export/calls.csv?bom=1");
    static const char *const guarded[] = {"\"'＝1+1\"", "\"'＋a\"",  "\"'－b\"",
                                          "\"'＠x\"",   "\"'\n=a\"", "\"'\r=b\""};
    for (size_t i = 0; i < sizeof guarded / sizeof *guarded; i++)
        if (strstr(text, guarded[i]) == NULL)
            fail_msg("%s: %s", guarded[i], text);
    free(text);
}

static void jsonl_has_every_call_of_the_days(void **state)
{
    (void)state;
    char id[16];

    for (int i = 0; i < 25; i++) {
        snprintf(id, sizeof id, "c%d", i);
        served_put(&served, id,
                   i < 20 ? NULL : "{\"call\": {\"started_at\": \"2025-11-25T10:00:00+08:00\"}}");
    }
    char *text = export("/api/v1/export/calls.jsonl?from=2025-11-20&to=2025-11-20");
    int lines = 0;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++) {
        json_t *json = json_loads(line, 0, NULL);
        assert_string_equal(served_text(json, "schema"), "callqa.result/1");
        json_decref(json);
    }
    assert_int_equal(lines, 20);
    free(text);
}

static void flags_tell_why_they_cost_nothing(void **state)
{
    (void)state;
    served_put(
        &served, "1",
        "{\"score\": {\"total\": 100, \"deductions\": [{\"rule\": \"dead-air\", \"points\": 0,"
        " \"event\": 1, \"start_ms\": 12040, \"end_ms\": 24100, \"text\": {\"en\": \"a\","
        " \"zh\": \"b\"}, \"decision\": null, \"severity\": \"note\", \"ground\": {\"id\":"
        " \"line_lost\", \"text\": {\"en\": \"gone\", \"zh\": \"中断\"}}}]}}");
    char *text = export("/api/v1/export/flags.csv");
    assert_non_null(strstr(text, ",\"rule_title\",\"ground\",\"ground_text\"\r\n"));
    assert_non_null(strstr(text, ",\"line_lost\",\"gone\"\r\n"));
    free(text);
    text = export("/api/v1/export/flags.csv?lang=zh");
    assert_non_null(strstr(text, ",\"line_lost\",\"中断\"\r\n"));
    free(text);
}

static void only_some_may_export(void **state)
{
    (void)state;
    served_user(&served, "ann", "auditor", NULL);
    served_login(&served, "ann", "correct horse");
    struct reply reply = served_as(&served, "GET", "/api/v1/export/calls.csv", NULL);
    assert_int_equal(reply.status, 403);
    reply_finish(&reply);
}

/* A rubric as JSON text: dead air from 10 s costs 7 points. */
static char *wish(const char *version)
{
    char rubric[2000];
    snprintf(rubric, sizeof rubric,
             "name: strict\nversion: \"%s\"\ntitle: {en: Strict, zh: 严格}\nbase: 100\nfloor: "
             "0\nrules:\n"
             "  - id: dead-air\n    title: {en: Dead air, zh: 静默}\n    severity: minor\n"
             "    text: {en: silence, zh: 静默}\n    on: silence\n    points:\n      each: 7\n",
             version);
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "rubric", rubric, "from", "2025-11-01", "to", "2025-11-30");
    char *text = json_dumps(body, 0);
    json_decref(body);
    return text;
}

static void preview_changes_nothing_and_rescore_does(void **state)
{
    (void)state;
    served_put(&served, "1", NULL);
    served_put(&served, "2", "{\"events\": [], \"score\": {\"total\": 100, \"deductions\": []}}");
    char *body = wish("9");
    struct reply reply = served_as(&served, "POST", "/api/v1/rescore/preview", body);
    if (reply.status != 200)
        fail_msg("%s", served_text(reply.json, "detail"));
    assert_string_equal(served_text(reply.json, "calls"), "2");
    assert_string_equal(served_text(reply.json, "changed"), "1");
    assert_string_equal(served_text(reply.json, "most_changed.0.before"), "96");
    assert_string_equal(served_text(reply.json, "most_changed.0.after"), "93");
    assert_string_equal(served_text(reply.json, "rules.interruption.after"), "0");
    reply_finish(&reply);
    reply = served_as(&served, "GET", "/api/v1/calls/1", NULL);
    assert_string_equal(served_text(reply.json, "score.total"), "96");
    reply_finish(&reply);
    reply = served_as(&served, "POST", "/api/v1/rescore", body);
    assert_int_equal(reply.status, 200);
    assert_string_equal(served_text(reply.json, "applied"), "2");
    reply_finish(&reply);
    reply = served_as(&served, "GET", "/api/v1/calls/1", NULL);
    assert_string_equal(served_text(reply.json, "score.total"), "93");
    assert_string_equal(served_text(reply.json, "score.rubric"), "strict");
    assert_string_equal(served_text(reply.json, "recording.path"), "/var/spool/a.wav");
    reply_finish(&reply);
    free(body);
}

static void decide_first_flag(const char *call, const char *decision)
{
    char path[96];
    struct reply reply;

    snprintf(path, sizeof path, "/api/v1/calls/%s/flags", call);
    reply = served_as(&served, "GET", path, NULL);
    snprintf(path, sizeof path, "/api/v1/flags/%s/decision",
             served_text(reply.json, "flags.0.flag"));
    reply_finish(&reply);
    reply = served_as(&served, "POST", path, decision);
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
}

static void assert_same(const struct reply *one, const struct reply *other, const char *path)
{
    char text[128];

    snprintf(text, sizeof text, "%s", served_text(one->json, path));
    if (strcmp(text, served_text(other->json, path)) != 0)
        fail_msg("%s: %s and %s", path, text, served_text(other->json, path));
}

/* What people decided stands when a call is scored anew, and closed days stay: the preview knows.
 */
static void a_preview_says_what_rescoring_comes_to(void **state)
{
    static const char *const same[] = {"calls",
                                       "changed",
                                       "mean_before",
                                       "mean_after",
                                       "refused_closed",
                                       "kept_back",
                                       "rules.dead-air.after",
                                       "rules.dead-air.points_before",
                                       "rules.dead-air.points_after",
                                       "most_changed.0.before",
                                       "most_changed.0.after",
                                       "most_changed.1.after",
                                       NULL};
    (void)state;
    served_put(&served, "1", NULL);
    served_put(&served, "2", NULL);
    served_put(&served, "3", NULL);
    decide_first_flag("1", "{\"state\":\"overturned\",\"reason\":\"x\"}");
    decide_first_flag("2", "{\"state\":\"changed\",\"points\":1,\"reason\":\"x\"}");
    char *body = wish("9");
    struct reply preview = served_as(&served, "POST", "/api/v1/rescore/preview", body);
    assert_int_equal(preview.status, 200);
    assert_string_equal(served_text(preview.json, "rules.dead-air.points_before"), "3");
    assert_string_equal(served_text(preview.json, "rules.dead-air.points_after"), "8");
    assert_string_equal(served_text(preview.json, "mean_after"), "97.3333");
    struct reply reply = served_as(&served, "GET", "/api/v1/calls/1", NULL);
    assert_string_equal(served_text(reply.json, "score.rubric"), "standard");
    reply_finish(&reply);
    served_user(&served, "max", "lead", NULL);
    served_login(&served, "max", "correct horse");
    char second[sizeof served.session];
    strcpy(second, served.session);
    served_login(&served, "lea", "correct horse");
    reply = served_confirmed(&served, second, served_as(&served, "POST", "/api/v1/rescore", body));
    assert_int_equal(reply.status, 200);
    for (size_t i = 0; same[i] != NULL; i++)
        assert_same(&preview, &reply, same[i]);
    reply_finish(&preview);
    reply_finish(&reply);
    reply = served_as(&served, "GET", "/api/v1/calls/1", NULL);
    assert_string_equal(served_text(reply.json, "score.decided_total"), "100");
    reply_finish(&reply);
    free(body);
}

static void a_preview_leaves_closed_days_alone(void **state)
{
    (void)state;
    served_put(&served, "1", NULL);
    served_sql(&served, "INSERT INTO periods(from_day, to_day, closed_by, closed_ms)"
                        " VALUES(20251101, 20251201, 1, 1)");
    char *body = wish("9");
    struct reply reply = served_as(&served, "POST", "/api/v1/rescore/preview", body);
    assert_string_equal(served_text(reply.json, "changed"), "0");
    assert_string_equal(served_text(reply.json, "refused_closed"), "1");
    assert_string_equal(served_text(reply.json, "mean_after"), "96");
    reply_finish(&reply);
    free(body);
}

static void unknown_words_survive_rescoring(void **state)
{
    (void)state;
    served_put(&served, "1",
               "{\"recording\": {\"layout\": \"surround\"}, \"measurable\": {\"spans\": ["
               "{\"what\": \"silence\", \"state\": \"blurred\", \"start_ms\": 40000,"
               " \"end_ms\": 60000, \"reason\": \"sunspots\"}]},"
               " \"conversation_ms\": [0, 75000], \"events\": ["
               "{\"id\": 1, \"type\": \"sneeze\", \"start_ms\": 9000, \"end_ms\": 9900,"
               " \"confidence\": 0.9},"
               "{\"id\": 2, \"type\": \"silence\", \"start_ms\": 12040, \"end_ms\": 24100,"
               " \"cause\": \"eclipse\", \"confidence\": 0.98},"
               "{\"id\": 3, \"type\": \"silence\", \"start_ms\": 44000, \"end_ms\": 58000,"
               " \"cause\": \"unexplained\", \"confidence\": 0.98}],"
               " \"score\": {\"total\": 100, \"deductions\": []}}");
    char *body = wish("9");
    struct reply reply = served_as(&served, "POST", "/api/v1/rescore", body);
    assert_string_equal(served_text(reply.json, "applied"), "1");
    reply_finish(&reply);
    reply = served_as(&served, "GET", "/api/v1/calls/1", NULL);
    assert_string_equal(served_text(reply.json, "score.total"), "93");
    assert_string_equal(served_text(reply.json, "score.deductions.0.event"), "2");
    assert_string_equal(served_text(reply.json, "score.deductions.1.points"), "0");
    assert_string_equal(served_text(reply.json, "score.deductions.1.ground.id"), "sunspots");
    assert_string_equal(served_text(reply.json, "recording.layout"), "surround");
    assert_string_equal(served_text(reply.json, "events.0.type"), "sneeze");
    assert_string_equal(served_text(reply.json, "events.1.cause"), "eclipse");
    assert_string_equal(served_text(reply.json, "measurable.spans.0.state"), "blurred");
    reply_finish(&reply);
    free(body);
}

static void wrong_rubric_is_named_line_by_line(void **state)
{
    (void)state;
    struct reply reply =
        served_as(&served, "POST", "/api/v1/rescore/preview",
                  "{\"rubric\":\"base: many\\n\",\"from\":\"2025-11-01\",\"to\":\"2025-11-30\"}");
    assert_int_equal(reply.status, 422);
    assert_non_null(strstr(served_text(reply.json, "detail"), "rubric:1:"));
    reply_finish(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(csv_is_safe_for_spreadsheets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(jsonl_has_every_call_of_the_days, set_up, tear_down),
        cmocka_unit_test_setup_teardown(flags_tell_why_they_cost_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_some_may_export, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_preview_says_what_rescoring_comes_to, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_preview_leaves_closed_days_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(preview_changes_nothing_and_rescore_does, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(unknown_words_survive_rescoring, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_rubric_is_named_line_by_line, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
