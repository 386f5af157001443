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
static char ann[512], bob[512], lea[512];

#define MINUTES_MS (60 * 1000LL)
#define CLAIMS "/api/v1/claims"
#define HAND_OUT "/api/v1/claims/hand-out"

static void log_in(const char *name, char session[512])
{
    served_login(&served, name, "correct horse");
    memcpy(session, served.session, sizeof served.session);
}

static int set_up(void **state)
{
    (void)state;
    served_start(&served, NULL);
    served_user(&served, "lea", "lead", NULL);
    served_user(&served, "ann", "auditor", NULL);
    served_user(&served, "bob", "auditor", NULL);
    served_user(&served, "hr", "hr", NULL);
    served_roster(&served, "hr",
                  "person,extension,team,post,from,to\nzhang,8001,east,agent,2025-01-01,\n"
                  "ann,8002,east,agent,2025-01-01,\nwang,8003,west,agent,2025-01-01,\n");
    log_in("ann", ann);
    log_in("bob", bob);
    log_in("lea", lea);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

/* Asks in that person's name, and copies one value of the answer. */
static int ask(const char *session, const char *method, const char *path, const char *json,
               const char *value, char out[256])
{
    memcpy(served.session, session, sizeof served.session);
    struct reply reply = served_as(&served, method, path, json);
    const int status = reply.status;
    if (out != NULL)
        snprintf(out, 256, "%s", served_text(reply.json, value));
    reply_finish(&reply);
    return status;
}

#define TELLS(session, method, path, json, value, expected)                                        \
    do {                                                                                           \
        char text_[256];                                                                           \
        assert_int_equal(ask(session, method, path, json, value, text_), 200);                     \
        assert_string_equal(text_, expected);                                                      \
    } while (0)

static void put(const char *id, const char *extension)
{
    char changes[64];

    snprintf(changes, sizeof changes, "{\"call\": {\"agent\": \"%s\"}}", extension);
    served_put(&served, id, changes);
}

/* How many of the queue's flags `query` leaves. */
static int counted(const char *session, const char *query)
{
    char path[128];
    char text[256];

    snprintf(path, sizeof path, "/api/v1/flags/count%s", query);
    assert_int_equal(ask(session, "GET", path, NULL, "flags", text), 200);
    return atoi(text);
}

static void one_has_a_flag_and_nobody_else_decides_on_it(void **state)
{
    char text[256];

    (void)state;
    put("c1", "8001");
    TELLS(ann, "POST", CLAIMS, "{\"flags\":[2]}", "claims.0.own", "true");
    TELLS(bob, "POST", CLAIMS, "{\"flags\":[2,999]}", "claims.0.own", "false");
    TELLS(bob, "POST", CLAIMS, "{\"flags\":[2,999]}", "claims.0.by", "ann");
    TELLS(bob, "POST", CLAIMS, "{\"flags\":[2,999]}", "claims.1.by", "null");
    TELLS(bob, "GET", "/api/v1/flags", NULL, "flags.0.claim.by", "ann");
    TELLS(bob, "GET", "/api/v1/calls/c1/flags", NULL, "flags.1.claim.by", "ann");
    assert_int_equal(
        ask(bob, "POST", "/api/v1/flags/2/decision", "{\"state\":\"confirmed\"}", "detail", text),
        409);
    assert_string_equal(text, "ann has this flag now");
    assert_int_equal(
        ask(ann, "POST", "/api/v1/flags/2/decision", "{\"state\":\"confirmed\"}", NULL, NULL), 200);
    TELLS(bob, "GET", "/api/v1/flags?state=confirmed", NULL, "flags.0.claim", "null");
    /* decided: the next one to look may say otherwise */
    assert_int_equal(ask(bob, "POST", "/api/v1/flags/2/decision",
                         "{\"state\":\"overturned\",\"reason\":\"Heard again\"}", NULL, NULL),
                     200);
}

static void a_claim_ends_by_itself_and_is_renewed_by_who_is_at_it(void **state)
{
    (void)state;
    put("c1", "8001");
    TELLS(ann, "POST", CLAIMS, "{\"flags\":[2]}", "claims.0.own", "true");
    served.now_ms += 4 * MINUTES_MS;
    TELLS(ann, "POST", CLAIMS, "{\"flags\":[2]}", "claims.0.own", "true");
    served.now_ms += 4 * MINUTES_MS;
    TELLS(bob, "POST", CLAIMS, "{\"flags\":[2]}", "claims.0.own", "false");
    served.now_ms += 2 * MINUTES_MS;
    TELLS(bob, "GET", "/api/v1/flags", NULL, "flags.0.claim", "null");
    TELLS(bob, "POST", CLAIMS, "{\"flags\":[2]}", "claims.0.own", "true");
    assert_int_equal(
        ask(ann, "POST", "/api/v1/flags/2/decision", "{\"state\":\"confirmed\"}", NULL, NULL), 409);
    /* a lead has the last word */
    assert_int_equal(
        ask(lea, "POST", "/api/v1/flags/2/decision", "{\"state\":\"confirmed\"}", NULL, NULL), 200);
}

static void the_queue_leaves_out_what_others_have(void **state)
{
    (void)state;
    put("c1", "8001");
    put("c2", "8003");
    const int all = counted(ann, "");
    assert_true(all >= 2);
    TELLS(ann, "POST", CLAIMS, "{\"flags\":[1]}", "claims.0.own", "true");
    assert_int_equal(counted(ann, "?claim=free"), all);
    assert_int_equal(counted(ann, "?claim=own"), 1);
    assert_int_equal(counted(bob, "?claim=free"), all - 1);
    assert_int_equal(counted(bob, "?claim=own"), 0);
    assert_int_equal(counted(bob, "?claim=any"), all);
    assert_int_equal(ask(bob, "GET", "/api/v1/flags?claim=mine", NULL, NULL, NULL), 400);
}

/* Ann sits at 8002: three flags of hers, as many of 8001 and of 8003. */
static void put_nine(void)
{
    static const char *const extensions[] = {"8001", "8002", "8003"};
    char id[8];

    for (int i = 0; i < 9; i++) {
        snprintf(id, sizeof id, "c%d", i);
        put(id, extensions[i % 3]);
    }
}

static void flags_are_handed_out_evenly_and_nobody_gets_their_own_calls(void **state)
{
    char text[256];

    (void)state;
    put_nine();
    const int all = counted(lea, "");
    assert_int_equal(ask(lea, "POST", HAND_OUT, "{\"auditors\":[\"ann\",\"bob\"],\"days\":3}",
                         "handed_out.0.flags", text),
                     200);
    const int of_ann = counted(ann, "?claim=own");
    const int of_bob = counted(bob, "?claim=own");
    assert_int_equal(atoi(text), of_ann);
    assert_int_equal(of_ann + of_bob, all);
    assert_true(abs(of_ann - of_bob) <= 1);
    assert_int_equal(counted(ann, "?claim=own&person=ann"), 0);
    /* what is handed out stays so, and is not handed out again unless that is asked for */
    TELLS(lea, "POST", HAND_OUT, "{\"auditors\":[\"bob\"]}", "handed_out.0.flags", "0");
    served.now_ms += 2 * 24 * 60 * MINUTES_MS;
    log_in("ann", ann);
    log_in("lea", lea);
    assert_int_equal(counted(ann, "?claim=own"), of_ann);
    /* one is decided: the lead sees how far everybody is */
    TELLS(ann, "GET", "/api/v1/flags?claim=own", NULL, "flags.0.claim.by", "ann");
    assert_int_equal(ask(ann, "GET", "/api/v1/flags?claim=own", NULL, "flags.0.flag", text), 200);
    char path[64];
    snprintf(path, sizeof path, "/api/v1/flags/%d/decision", atoi(text));
    assert_int_equal(ask(ann, "POST", path, "{\"state\":\"confirmed\"}", NULL, NULL), 200);
    TELLS(lea, "GET", CLAIMS, NULL, "auditors.0.auditor", "ann");
    TELLS(lea, "GET", CLAIMS, NULL, "auditors.0.decided", "1");
    TELLS(lea, "GET", CLAIMS, NULL, "auditors.1.decided", "0");
    TELLS(ann, "GET", CLAIMS, NULL, "auditors.1", "absent");
    TELLS(lea, "POST", HAND_OUT, "{\"auditors\":[\"ann\"],\"all\":true}", "left", "6");
    served.now_ms += 2 * 24 * 60 * MINUTES_MS;
    log_in("ann", ann);
    assert_int_equal(counted(ann, "?claim=own"), 0);
}

static void a_teams_flags_go_to_one_person_who_sees_that_team(void **state)
{
    char eve[512];

    (void)state;
    put_nine();
    served_user(&served, "eve", "auditor", "west");
    log_in("eve", eve);
    assert_int_equal(
        ask(lea, "POST", HAND_OUT, "{\"auditors\":[\"eve\",\"bob\"],\"by\":\"team\"}", NULL, NULL),
        200);
    assert_int_equal(counted(bob, "?claim=own&team=east"), counted(lea, "?team=east"));
    assert_int_equal(counted(eve, "?claim=own"), counted(lea, "?team=west"));
    assert_int_equal(ask(lea, "POST", HAND_OUT,
                         "{\"auditors\":[\"eve\"],\"by\":\"rule\",\"all\":true,\"team\":\"east\"}",
                         NULL, NULL),
                     200);
    assert_int_equal(counted(eve, "?claim=own&team=east"), 0); /* nor is it taken from bob */
    assert_int_equal(counted(bob, "?claim=own&team=east"), counted(lea, "?team=east"));
}

static void who_may_and_what_is_refused(void **state)
{
    char zhang[512];

    (void)state;
    put("c1", "8001");
    served_user(&served, "zhang", "agent", NULL);
    log_in("zhang", zhang);
    TELLS(ann, "POST", CLAIMS, "{\"flags\":[2]}", "claims.0.own", "true");
    TELLS(zhang, "GET", "/api/v1/flags", NULL, "flags.0.claim", "null");
    TELLS(zhang, "GET", "/api/v1/flags?claim=own", NULL, "flags.0.flag", "2");
    assert_int_equal(ask(zhang, "POST", CLAIMS, "{\"flags\":[2]}", NULL, NULL), 403);
    assert_int_equal(ask(ann, "POST", HAND_OUT, "{\"auditors\":[\"ann\"]}", NULL, NULL), 403);
    assert_int_equal(ask(lea, "POST", HAND_OUT, "{\"auditors\":[\"hr\"]}", NULL, NULL), 422);
    assert_int_equal(ask(lea, "POST", HAND_OUT, "{\"auditors\":[]}", NULL, NULL), 422);
    assert_int_equal(ask(lea, "POST", HAND_OUT, "{\"auditors\":[7]}", NULL, NULL), 422);
    assert_int_equal(ask(lea, "POST", HAND_OUT, "{\"auditors\":[\"ann\"],\"days\":32}", NULL, NULL),
                     422);
    assert_int_equal(
        ask(lea, "POST", HAND_OUT, "{\"auditors\":[\"ann\"],\"by\":\"x\"}", NULL, NULL), 422);
    assert_int_equal(ask(ann, "POST", CLAIMS, "{\"flags\":[]}", NULL, NULL), 422);
    assert_int_equal(ask(ann, "POST", CLAIMS, "{\"flags\":[\"1\"]}", NULL, NULL), 422);
    struct reply reply = served_post(&served, served.lead, CLAIMS, "application/json", NULL,
                                     "{\"flags\":[2]}"); /* a token is no person */
    assert_int_equal(reply.status, 409);
    reply_finish(&reply);
}

static void a_store_of_before_has_no_claims_and_takes_them(void **state)
{
    (void)state;
    if (!served_is_sqlite())
        skip(); /* PostgreSQL has no store of before */
    put("c1", "8001");
    served_age(&served);
    served_restart(&served);
    log_in("ann", ann);
    TELLS(ann, "GET", "/api/v1/flags", NULL, "flags.0.claim", "null");
    TELLS(ann, "POST", CLAIMS, "{\"flags\":[2]}", "claims.0.own", "true");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_has_a_flag_and_nobody_else_decides_on_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_claim_ends_by_itself_and_is_renewed_by_who_is_at_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_queue_leaves_out_what_others_have, set_up, tear_down),
        cmocka_unit_test_setup_teardown(flags_are_handed_out_evenly_and_nobody_gets_their_own_calls,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_teams_flags_go_to_one_person_who_sees_that_team, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_may_and_what_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_of_before_has_no_claims_and_takes_them, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
