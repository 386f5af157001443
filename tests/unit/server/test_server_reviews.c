/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "review/kappa.h"
#include "support/served.h"

static void kappas(void **state)
{
    (void)state;
    /* Cohen: 20 + 15 of 50 agree, 0.5 by chance: 0.4. */
    static const double cohen[2][2] = {{20, 5}, {10, 15}};
    assert_true(fabs(cqa_kappa_cohen(cohen) - 0.4) < 1e-12);
    static const double full[2][2] = {{3, 0}, {0, 7}};
    assert_true(fabs(cqa_kappa_cohen(full) - 1) < 1e-12);
    static const double one_sided[2][2] = {{5, 0}, {0, 0}};
    assert_true(isnan(cqa_kappa_cohen(one_sided)));
    /* Fleiss, three raters, four items: P = (1 + 1/3 + 1/3 + 1) / 4 = 2/3; p = 7/12, 5/12; Pe =
     * 74/144. */
    static const double fleiss[4][2] = {{3, 0}, {2, 1}, {2, 1}, {0, 3}};
    const double expected = (2.0 / 3 - 74.0 / 144) / (1 - 74.0 / 144);
    assert_true(fabs(cqa_kappa_fleiss(fleiss, 4) - expected) < 1e-12);
    static const double lonely[2][2] = {{1, 0}, {0, 1}};
    assert_true(isnan(cqa_kappa_fleiss(lonely, 2)));
}

static struct served served;

static int set_up(void **state)
{
    (void)state;
    served_start(&served, NULL);
    served_user(&served, "lea", "lead", NULL);
    served_user(&served, "ann", "auditor", NULL);
    served_user(&served, "bob", "auditor", NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

static int ask(const char *name, const char *method, const char *path, const char *json,
               const char *value, char *out)
{
    served_login(&served, name, "correct horse");
    struct reply reply = served_as(&served, method, path, json);
    const int status = reply.status;
    if (out != NULL)
        strcpy(out, served_text(reply.json, value));
    reply_finish(&reply);
    return status;
}

static void put_many(int count)
{
    char id[16];
    char changes[128];

    for (int i = 0; i < count; i++) {
        snprintf(id, sizeof id, "c%02d", i);
        snprintf(changes, sizeof changes, "{\"call\": {\"agent\": \"800%d\", \"queue\": \"q%d\"}}",
                 1 + i % 2, i % 6 == 0);
        served_put(&served, id, changes);
    }
}

static void samples_are_drawn_once_and_evenly(void **state)
{
    (void)state;
    char text[256];
    int persons[2] = {0, 0};
    int auditors[2] = {0, 0};
    static const char plan[] =
        "{\"plan\":\"week47\",\"from\":\"2025-11-20\",\"to\":\"2025-11-20\",\"per_person\":4,"
        "\"strata\":\"queue\",\"auditors\":[\"ann\",\"bob\"],\"due\":\"2025-11-28\"}";

    put_many(24);
    assert_int_equal(ask("lea", "POST", "/api/v1/samples", plan, "drawn", text), 200);
    assert_string_equal(text, "8");
    assert_int_equal(ask("lea", "POST", "/api/v1/samples", plan, "drawn", text), 200);
    assert_string_equal(text, "0");
    struct reply reply = served_as(&served, "GET", "/api/v1/samples", NULL);
    for (int i = 0; i < 8; i++) {
        char path[64];
        snprintf(path, sizeof path, "samples.%d.person", i);
        persons[served_text(reply.json, path)[3] - '1']++;
        snprintf(path, sizeof path, "samples.%d.auditor", i);
        auditors[served_text(reply.json, path)[0] == 'a']++;
    }
    reply_finish(&reply);
    assert_int_equal(persons[0], 4);
    assert_int_equal(persons[1], 4);
    assert_int_equal(auditors[0], 4);
    assert_int_equal(auditors[1], 4);
    char mine[64];
    char path[128];
    ask("ann", "GET", "/api/v1/samples?auditor=ann&open=1", NULL, "samples.0.sample", mine);
    snprintf(path, sizeof path, "/api/v1/samples/%s/done", mine);
    assert_int_equal(ask("bob", "POST", path, "", NULL, NULL), 404);
    assert_int_equal(ask("ann", "POST", path, "", NULL, NULL), 204);
    assert_int_equal(ask("ann", "POST", path, "", NULL, NULL), 404);
    ask("ann", "GET", "/api/v1/samples?auditor=ann&open=1", NULL, "samples.3.sample", text);
    assert_string_equal(text, "absent");
    static const char wrong[] =
        "{\"plan\":\"x\",\"from\":\"2025-11-20\",\"to\":\"2025-11-20\",\"per_person\":1,"
        "\"auditors\":[\"nobody\"],\"due\":\"2025-11-28\"}";
    assert_int_equal(ask("lea", "POST", "/api/v1/samples", wrong, NULL, NULL), 422);
}

static void judging_is_blind_until_the_lead_looks(void **state)
{
    (void)state;
    char text[256];

    served_put(&served, "1", NULL);
    assert_int_equal(ask("lea", "POST", "/api/v1/calibrations",
                         "{\"session\":\"s1\",\"flags\":[1,2]}", NULL, NULL),
                     201);
    assert_int_equal(ask("lea", "POST", "/api/v1/calibrations",
                         "{\"session\":\"s1\",\"flags\":[77]}", NULL, NULL),
                     422);
    static const char path[] = "/api/v1/calibrations/s1/judgements";
    assert_int_equal(ask("ann", "POST", path, "{\"flag\":1,\"verdict\":\"stands\"}", NULL, NULL),
                     204);
    assert_int_equal(
        ask("ann", "POST", path, "{\"flag\":1,\"verdict\":\"does_not_stand\"}", NULL, NULL), 409);
    assert_int_equal(ask("ann", "POST", path, "{\"flag\":9,\"verdict\":\"stands\"}", NULL, NULL),
                     404);
    served_login(&served, "bob", "correct horse");
    struct reply reply = served_as(&served, "GET", "/api/v1/calibrations/s1", NULL);
    assert_null(strstr(reply.body, "ann"));
    assert_null(strstr(reply.body, "stands"));
    assert_string_equal(served_text(reply.json, "flags.0.judged"), "false");
    reply_finish(&reply);
    ask("ann", "POST", path, "{\"flag\":2,\"verdict\":\"does_not_stand\"}", NULL, NULL);
    ask("bob", "POST", path, "{\"flag\":1,\"verdict\":\"stands\"}", NULL, NULL);
    ask("bob", "POST", path, "{\"flag\":2,\"verdict\":\"does_not_stand\"}", NULL, NULL);
    assert_int_equal(ask("ann", "GET", "/api/v1/calibrations/s1/agreement", NULL, NULL, NULL), 403);
    assert_int_equal(
        ask("lea", "GET", "/api/v1/calibrations/s1/agreement", NULL, "fleiss_kappa", text), 200);
    assert_string_equal(text, "1");
    ask("lea", "GET", "/api/v1/calibrations/s1/agreement", NULL, "pairs.0.cohen_kappa", text);
    assert_string_equal(text, "1");
}

static void closed_period_stands_still(void **state)
{
    (void)state;
    char text[256];

    served_put(&served, "1", NULL);
    served_put(&served, "2", "{\"call\": {\"started_at\": \"2025-11-25T10:00:00+08:00\"}}");
    static const char close[] = "{\"from\":\"2025-11-01\",\"to\":\"2025-11-20\"}";
    /* days that are not over stay open, today's and those of centuries to come */
    assert_int_equal(ask("lea", "POST", "/api/v1/periods", close, NULL, NULL), 422);
    assert_int_equal(ask("lea", "POST", "/api/v1/periods",
                         "{\"from\":\"2000-01-01\",\"to\":\"2999-12-31\",\"ignore_open\":true,"
                         "\"note\":\"x\"}",
                         NULL, NULL),
                     422);
    served.now_ms = 1765000000000; /* in December */
    assert_int_equal(ask("ann", "POST", "/api/v1/periods", close, NULL, NULL), 403);
    assert_int_equal(ask("lea", "POST", "/api/v1/periods", close, NULL, NULL), 409);
    ask("lea", "POST", "/api/v1/flags/1/decision", "{\"state\":\"confirmed\"}", NULL, NULL);
    ask("lea", "POST", "/api/v1/flags/2/decision", "{\"state\":\"overturned\",\"reason\":\"x\"}",
        NULL, NULL);
    assert_int_equal(ask("lea", "POST", "/api/v1/periods", close, NULL, NULL), 201);
    assert_int_equal(ask("lea", "POST", "/api/v1/periods",
                         "{\"from\":\"2025-11-20\",\"to\":\"2025-11-21\"}", NULL, NULL),
                     409);
    assert_int_equal(ask("lea", "POST", "/api/v1/flags/1/decision",
                         "{\"state\":\"overturned\",\"reason\":\"x\"}", NULL, NULL),
                     409);
    char *changed = served_result("1", "{\"score\": {\"total\": 50}}");
    struct reply reply = served_post(&served, served.recorder, "/api/v1/results",
                                     "application/json", "late", changed);
    assert_int_equal(reply.status, 202); /* kept back, and counts nothing */
    reply_finish(&reply);
    free(changed);
    ask("lea", "GET", "/api/v1/calls/1", NULL, "score.decided_total", text);
    assert_string_equal(text, "98");
    /* the other day is open, and its flags can be ignored by name */
    assert_int_equal(ask("lea", "POST", "/api/v1/periods",
                         "{\"from\":\"2025-11-25\",\"to\":\"2025-11-25\",\"ignore_open\":true,"
                         "\"note\":\"trial week\"}",
                         "ignored_flags", text),
                     201);
    assert_string_equal(text, "2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kappas),
        cmocka_unit_test_setup_teardown(samples_are_drawn_once_and_evenly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(judging_is_blind_until_the_lead_looks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closed_period_stands_still, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
