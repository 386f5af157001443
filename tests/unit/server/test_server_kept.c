/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a closed round keeps is for nobody yet: whoever looks sees what is theirs, as before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "support/desk.h"

static const char spared[] =
    "{\"place\":\"room 2\",\"ignore_left_out\":true,\"note\":\"new here\"}";

static void sign(const char *name, const char *round, const char *agent, const char *side)
{
    char path[256];
    char body[64];

    snprintf(path, sizeof path, "%s/sheets/%s/signatures", round, agent);
    snprintf(body, sizeof body, "{\"as\":\"%s\"}", side);
    assert_int_equal(tried(name, "POST", path, body), 201);
}

static void all_sign(const char *round, const char *agent)
{
    sign(agent, round, agent, "appraised");
    sign(strcmp(agent, "wang") == 0 ? "wei" : "lea", round, agent, "supervisor");
    sign("hana", round, agent, "hr");
}

static void rate(const char *name, const char *round, const char *agent, const char *value)
{
    char body[256];

    snprintf(body, sizeof body,
             "{\"ratings\":[{\"agent\":\"%s\",\"indicator\":\"peer_rating\",\"value\":\"%s\"}]}",
             agent, value);
    assert_int_equal(tried(name, "POST", under(round, "/ratings"), body), 200);
}

/* ---- the same, open and closed */

/* Of a reply the members that are the sheets', as text: free it. */
static char *sheets_of(const char *name, const char *path)
{
    static const char *const members[] = {"sheet",  "sheets", "lines",  "left_out",
                                          "grades", "notes",  "imports"};
    struct reply reply = as(name, "GET", path, NULL);
    json_t *kept = json_object();

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_object_set(kept, members[i], json_object_get(reply.json, members[i]));
    assert_true(json_object_size(kept) > 1);
    char *text = json_dumps(kept, 0);
    json_decref(kept);
    reply_finish(&reply);
    return text;
}

static const struct {
    const char *who, *what;
} looks[] = {
    {"hana", "/results"},       {"lea", "/results"},       {"wei", "/results"},
    {"zhang", "/results"},      {"hana", "/sheets/zhang"}, {"lea", "/sheets/zhang"},
    {"zhang", "/sheets/zhang"}, {"hana", "/sheets/li"},    {"lea", "/sheets/li"},
    {"li", "/sheets/li"},
};
enum { LOOKS = sizeof looks / sizeof *looks };

static void closing_changes_what_nobody_sees(const char *round)
{
    char *before[LOOKS];

    for (size_t i = 0; i < LOOKS; i++)
        before[i] = sheets_of(looks[i].who, under(round, looks[i].what));
    assert_int_equal(tried("hana", "POST", under(round, "/close"), spared), 200);
    served_restart(&served);
    for (size_t i = 0; i < LOOKS; i++) {
        char *after = sheets_of(looks[i].who, under(round, looks[i].what));
        assert_string_equal(after, before[i]);
        free(after);
        free(before[i]);
    }
}

/* With wages, with what is wrong, and with who rated whom. */
static void what_was_seen_stays_seen(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("agent-2013");
    served_put(&served, "a", "{\"score\":{\"total\":96}}");
    import(round, "agent,calls_handled,wrong_orders\nzhang,2000,3\nli,many,3\n");
    move(round, "interview");
    move(round, "objections");
    for (int flag = 1; flag <= 2; flag++) {
        char path[64];
        snprintf(path, sizeof path, "/api/v1/flags/%d/decision", flag);
        assert_int_equal(tried("lea", "POST", path, "{\"state\":\"confirmed\"}"), 200);
    }
    all_sign(round, "zhang");
    shows("lea", under(round, "/sheets/zhang"), "\"state\":\"confirmed\"");
    closing_changes_what_nobody_sees(round);
}

static void who_rated_whom_stays_hidden(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("four-aspects");
    import(round, "agent,attitude,ability,performance,diligence\nzhang,80,80,120,80\n"
                  "li,80,80,90,80\n");
    rate("zhang", round, "zhang", "100");
    rate("li", round, "zhang", "70");
    rate("wang", round, "zhang", "70");
    rate("zhang", round, "li", "90");
    rate("li", round, "li", "91");
    rate("wang", round, "li", "92");
    move(round, "interview");
    move(round, "objections");
    all_sign(round, "zhang");
    all_sign(round, "li");
    closing_changes_what_nobody_sees(round);
    shows("lea", under(round, "/sheets/zhang"), "\"rater\":\"li\"");
    hides("zhang", under(round, "/sheets/zhang"), "\"rater\":\"li\"");
}

/* ---- wages */

static const char *const shown[] = {"",         "/results",   "/sheets/li", "/sheets/zhang",
                                    "/changes", "/readiness", "/ratings",   "/objections"};

static void no_lead_sees(const char *round, const char *wage)
{
    for (size_t k = 0; k < sizeof shown / sizeof *shown; k++)
        hides("lea", under(round, shown[k]), wage);
}

/* Whatever the column was called: of a round that is closed as little as of an open one. */
static void wages_of_closed_rounds_under_ten_headings(void **state)
{
    static const char *const headings[] = {"wage",        "Wage",      " WAGE ", "工资",
                                           "工资（元）",  "ｗａｇｅ",  "工 资",  "工资(元)",
                                           "wage (yuan)", "Wage（元）"};

    (void)state;
    seat_people();
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
        char csv[256];
        char period[16];
        snprintf(period, sizeof period, "2025-%02zu", i + 1);
        const char *round = open_round_of("grades-310", period);
        snprintf(csv, sizeof csv,
                 "agent,self_score,supervisor_score,%s\nzhang,90,90,7654%zu元x\n"
                 "li,70,70,9456元x\nwang,80,80,4000\n",
                 headings[i], i);
        import(round, csv);
        import(round, "agent,self_score\nwang,撤回\n"); /* no sheet hangs on the others' */
        move(round, "interview");
        move(round, "objections");
        assert_int_equal(tried("hana", "POST", under(round, "/close"), spared), 200);
        shows("hana", under(round, "/sheets/li"), "9456");
        shows("hana", under(round, "/results"), "7654");
        no_lead_sees(round, "9456");
        no_lead_sees(round, "7654");
    }
}

static void pay_of_a_closed_round_is_for_hr_and_the_agent(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("grades-310");
    import(round, "agent,self_score,supervisor_score,wage\nzhang,90,90,5000.10\nli,70,70,4000\n"
                  "wang,80,80,4100\n");
    move(round, "interview");
    move(round, "objections");
    all_sign(round, "zhang");
    all_sign(round, "li");
    all_sign(round, "wang");
    closing_changes_what_nobody_sees(round);
    /* 70 % of 5000.10 is 3500.07; 30 % × 3 is 4500.09; together 8000.16 */
    shows("hana", under(round, "/results"),
          "\"pay\":8000.16,\"pay_items\":{\"post_wage\":3500.07,"
          "\"performance_wage\":4500.09");
    shows("zhang", under(round, "/sheets/zhang"), "\"pay\":8000.16");
    shows("zhang", under(round, "/sheets/zhang"), "5000.10");
    static const char *const wages[] = {"8000.16", "3500.07", "4500.09", "5000.1", "wage"};
    for (size_t i = 0; i < sizeof wages / sizeof *wages; i++)
        no_lead_sees(round, wages[i]);
    struct reply reply = as("hana", "GET", under(round, "/results.csv"), NULL);
    assert_has(&reply, ",8000.16,");
    reply_finish(&reply);
}

/* ---- rounds of before */

/* Closed with a sheet of li's, and with an error of zhang's. */
static const char *closed_round(void)
{
    seat_people();
    const char *round = open_round("net-volume");
    import(round, "agent,calls_handled,complaints,call_target\nli,1,0,1\nzhang,many,500,5000\n");
    move(round, "interview");
    move(round, "objections");
    all_sign(round, "li");
    assert_int_equal(tried("hana", "POST", under(round, "/close"), spared), 200);
    return round;
}

/* They kept a text for each reader, who gets it for ever, to the byte. */
static void rounds_of_before_read_as_they_did(void **state)
{
    (void)state;
    const char *round = closed_round();
    let_closed_rounds_change();
    served_sql(&served,
               "UPDATE kept_left_out SET facts = NULL, body = '{\"agent\": \"of hr\"}',"
               " body_open = '{\"agent\": \"of leads\"}' WHERE agent = 'zhang';"
               "UPDATE rounds SET kept_lines = '[\"paid\",  1]', kept_lines_open = '[ \"open\"]';"
               "UPDATE kept_sheets SET facts = NULL, trace = NULL, row_paid ="
               " '{\"row\":1.50, \"for pay\":{\"a\":1}}', row_open = '{\"row\":\"open\"}',"
               " full_hr = '{\"whole\": \"hr\"}', full_lead = '{\"whole\": \"lead\"}',"
               " full_agent = '{\"whole\": \"agent\"}', csv = 'li,9'");
    served_restart(&served);
    shows("hana", under(round, "/results"),
          "\"sheets\":[{\"row\":1.50, \"for "
          "pay\":{\"a\":1},\"signed\":[\"appraised\",\"supervisor\",\"hr\"]}]");
    shows("hana", under(round, "/results"), "\"lines\":[\"paid\",  1],");
    shows("hana", under(round, "/results"), "{\"agent\": \"of hr\"}");
    shows("lea", under(round, "/results"),
          "\"sheets\":[{\"row\":\"open\",\"signed\":[\"appraised\",\"supervisor\",\"hr\"]}]");
    shows("lea", under(round, "/results"), "\"lines\":[ \"open\"],");
    shows("lea", under(round, "/results"), "{\"agent\": \"of leads\"}");
    shows("li", under(round, "/results"), "{\"row\":1.50, \"for pay\":{\"a\":1},");
    shows("hana", under(round, "/sheets/li"),
          "\"sheet\":{\"whole\": \"hr\",\"signed\":[\"appraised\",\"supervisor\",\"hr\"]}");
    shows("lea", under(round, "/sheets/li"),
          "\"sheet\":{\"whole\": \"lead\",\"signed\":[\"appraised\",\"supervisor\",\"hr\"]}");
    shows("li", under(round, "/sheets/li"),
          "\"sheet\":{\"whole\": \"agent\",\"signed\":[\"appraised\",\"supervisor\",\"hr\"]}");
    shows("zhang", under(round, "/sheets/zhang"), "\"sheet\":{\"agent\": \"of hr\"}");
    shows("hana", under(round, "/results.csv"), "li,9");
}

/* A message that the program does not know any more is said in the words that it had. */
static void what_a_later_program_cannot_say_it_quotes(void **state)
{
    (void)state;
    const char *round = closed_round();
    shows("zhang", under(round, "/sheets/zhang"), "many");
    let_closed_rounds_change();
    served_sql(&served, "UPDATE kept_left_out SET facts = '{\"why\":\"faulty\",\"errors\":["
                        "{\"said\":\"{}\",\"en\":\"once it was so\",\"zh\":\"曾经如此\","
                        "\"file\":null,\"line\":0,\"column\":0}]}' WHERE agent = 'zhang'");
    shows("zhang", under(round, "/sheets/zhang"),
          "\"text\":\"once it was so\",\"text_zh\":\"曾经如此\"");
}

int main(void)
{
#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, desk_set_up, desk_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_DESK(what_was_seen_stays_seen),
        WITH_DESK(who_rated_whom_stays_hidden),
        WITH_DESK(wages_of_closed_rounds_under_ten_headings),
        WITH_DESK(pay_of_a_closed_round_is_for_hr_and_the_agent),
        WITH_DESK(rounds_of_before_read_as_they_did),
        WITH_DESK(what_a_later_program_cannot_say_it_quotes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
