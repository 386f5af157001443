/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "scores/audit.h"
#include "support/served.h"

/* Coaching notes: who writes for whom, who reads, and follow-ups. */

static struct served served;

static int set_up(void **state)
{
    static const char roster[] = "person,extension,team,post,from,to\n"
                                 "8001,8001,east,agent,2025-01-01,\n"
                                 "wei,8002,west,agent,2025-01-01,\n";
    (void)state;
    served_start(&served, NULL);
    served_user(&served, "lea", "lead", "east");
    served_user(&served, "wes", "lead", "west");
    served_user(&served, "8001", "agent", NULL);
    served_user(&served, "root", "admin", NULL);
    served_roster(&served, "root", roster);
    served_put(&served, "1", NULL);
    served_put(&served, "2", "{\"call\": {\"agent\": \"8002\"}}");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

static void assert_answer(const char *who, const char *method, const char *path, const char *json,
                          const char *value, const char *expected)
{
    served_login(&served, who, "correct horse");
    struct reply reply = served_as(&served, method, path, json);
    char text[512];

    if (strcmp(value, "status") == 0)
        snprintf(text, sizeof text, "%d", reply.status);
    else
        snprintf(text, sizeof text, "%s", reply.json ? served_text(reply.json, value) : "no JSON");
    if (strcmp(text, expected) != 0)
        fail_msg("%s %s: %d, %s is %s, not %s", method, path, reply.status, value, text, expected);
    reply_finish(&reply);
}

static const char list[] = "/api/v1/coaching";

static void a_note_is_read_by_its_agent_and_the_teams_lead(void **state)
{
    (void)state;
    assert_answer("lea", "POST", list,
                  "{\"person\":\"8001\",\"text\":\"Ask before you mute.\",\"follow_up\":"
                  "\"2025-11-28\",\"links\":[{\"call\":1,\"flag\":1},{\"call\":1}]}",
                  "note", "1");
    assert_answer("lea", "GET", list, NULL, "notes.0.text", "Ask before you mute.");
    assert_answer("8001", "GET", list, NULL, "notes.0.follow_up", "2025-11-28");
    assert_answer("8001", "GET", list, NULL, "notes.0.by", "lea");
    assert_answer("8001", "GET", list, NULL, "notes.0.team", "east");
    assert_answer("8001", "GET", list, NULL, "notes.0.links.0.flag", "null");
    assert_answer("8001", "GET", list, NULL, "notes.0.links.1.rule", "dead-air");
    assert_answer("wes", "GET", list, NULL, "notes.0", "absent");
    assert_answer("8001", "POST", list, "{\"person\":\"8001\",\"text\":\"x\"}", "status", "403");
}

static void a_lead_writes_for_the_own_team_only(void **state)
{
    static const char wrong_call[] =
        "{\"person\":\"8001\",\"text\":\"x\",\"links\":[{\"call\":2}]}";
    static const char wrong_flag[] =
        "{\"person\":\"8001\",\"text\":\"x\",\"links\":[{\"call\":1,\"flag\":3}]}";

    (void)state;
    assert_answer("lea", "POST", list, "{\"person\":\"wei\",\"text\":\"x\"}", "detail",
                  "person: no such agent that you may see");
    assert_answer("lea", "POST", list, "{\"person\":\"nobody\",\"text\":\"x\"}", "status", "404");
    assert_answer("lea", "POST", list, wrong_call, "detail",
                  "links: no such call or flag of this agent");
    assert_answer("lea", "POST", list, wrong_flag, "status", "404");
    assert_answer("lea", "POST", list, "{\"person\":\"8001\",\"text\":\" \"}", "status", "422");
    assert_answer("lea", "POST", list,
                  "{\"person\":\"8001\",\"text\":\"x\",\"follow_up\":\"2025-11-31\"}", "status",
                  "422");
    assert_answer("lea", "GET", list, NULL, "notes.0", "absent"); /* nothing half stored */
    assert_answer("wes", "POST", list, "{\"person\":\"wei\",\"text\":\"x\"}", "note", "1");
}

static void follow_ups_are_due_until_somebody_has_done_them(void **state)
{
    static const char *const days[] = {"2025-12-03", "2025-11-28", "2025-12-01"};
    char json[128];
    char head[CQA_AUDIT_HEAD_SIZE];
    struct cqa_error error;
    int64_t count;

    (void)state;
    for (int i = 0; i < 3; i++) {
        snprintf(json, sizeof json, "{\"person\":\"8001\",\"text\":\"t\",\"follow_up\":\"%s\"}",
                 days[i]);
        assert_answer("lea", "POST", list, json, "status", "201");
    }
    assert_answer("lea", "POST", list, "{\"person\":\"8001\",\"text\":\"t\"}", "note", "4");
    assert_answer("lea", "GET", "/api/v1/coaching?open=1", NULL, "notes.0.note", "2");
    assert_answer("lea", "GET", "/api/v1/coaching?open=1", NULL, "notes.2.note", "1");
    assert_answer("lea", "GET", "/api/v1/coaching?due=2025-12-01", NULL, "notes.1.note", "3");
    assert_answer("lea", "GET", "/api/v1/coaching?due=2025-12-01", NULL, "notes.2", "absent");
    assert_answer("wes", "POST", "/api/v1/coaching/2/done", "{}", "status", "404");
    assert_answer("lea", "POST", "/api/v1/coaching/2/done", "{\"outcome\":\"Better\"}", "status",
                  "204");
    assert_answer("lea", "POST", "/api/v1/coaching/2/done", "{}", "status", "409");
    assert_answer("lea", "POST", "/api/v1/coaching/4/done", "{}", "status", "409");
    assert_answer("lea", "GET", "/api/v1/coaching?open=1", NULL, "notes.0.note", "3");
    assert_answer("8001", "GET", list, NULL, "notes.2.done_by", "lea");
    assert_answer("8001", "GET", list, NULL, "notes.2.outcome", "Better");
    assert_int_equal(cqa_audit_verify(served.scores, NULL, &count, head, &error), CQA_OK);
}

static void pages_of_notes_neither_skip_nor_repeat(void **state)
{
    char path[128];

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_answer("lea", "POST", list,
                      "{\"person\":\"8001\",\"text\":\"t\",\"follow_up\":\"2025-11-28\"}", "status",
                      "201");
    for (int open = 0; open < 2; open++) {
        snprintf(path, sizeof path, "/api/v1/coaching?limit=2%s", open ? "&open=1" : "");
        struct reply reply = served_as(&served, "GET", path, NULL);
        snprintf(path + strlen(path), sizeof path - strlen(path), "&cursor=%s",
                 served_text(reply.json, "next"));
        reply_finish(&reply);
        assert_answer("lea", "GET", path, NULL, "notes.0.note", open ? "3" : "1");
        assert_answer("lea", "GET", path, NULL, "next", "null");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_note_is_read_by_its_agent_and_the_teams_lead, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_lead_writes_for_the_own_team_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(follow_ups_are_due_until_somebody_has_done_them, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(pages_of_notes_neither_skip_nor_repeat, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
