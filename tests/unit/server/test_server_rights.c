/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every operation of the table × everybody × the own, the team's, others' and closed objects, held
 * against the table in docs/server.md.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "api/routes.h"
#include "support/served.h"

static struct served served;

/* Who asks. `sees` is a set of the calls below. */
static struct asker {
    const char *name, *role, *team, *person;
    unsigned sees;
    int is_token;
    char headers[512];
} askers[] = {
    {"root", "admin", NULL, NULL, 0, 0, ""},
    {"lea", "lead", NULL, NULL, 7, 0, ""},
    {"est", "lead", "east", NULL, 3, 0, ""},
    {"wes", "lead", "west", NULL, 4, 0, ""},
    {"ann", "auditor", NULL, NULL, 7, 0, ""},
    {"eva", "auditor", "east", NULL, 3, 0, ""},
    {"zhang", "agent", NULL, "zhang", 1, 0, ""},
    {"wei", "agent", NULL, "wei", 4, 0, ""},
    {"hana", "hr", NULL, NULL, 7, 0, ""},
    {"hugo", "hr", "west", NULL, 4, 0, ""},
    {"t-admin", "admin", NULL, NULL, 0, 1, ""},
    {"t-lead", "lead", NULL, NULL, 7, 1, ""},
    {"t-auditor", "auditor", NULL, NULL, 7, 1, ""},
    {"t-agent", "agent", NULL, NULL, 0, 1, ""},
    {"t-hr", "hr", NULL, NULL, 7, 1, ""},
    {"t-recorder", "recorder", NULL, NULL, 0, 1, ""}, /* of other calls */
};
enum { ASKERS = sizeof askers / sizeof askers[0] };

/* zhang's, in the team east; li's, there too, of a closed month; wei's, in the west. */
enum { OWN, CLOSED, OTHERS, CALLS };
static const char *const started[CALLS] = {"2025-11-20T10:00:00+08:00", "2025-10-20T10:00:00+08:00",
                                           "2025-11-20T11:00:00+08:00"};
static const char *const extensions[CALLS] = {"8001", "8002", "8003"};

static char documented[131072]; /* docs/server.md */

static void read_document(void)
{
    FILE *file = fopen(CQA_SOURCE_DIR "/docs/server.md", "r");

    assert_non_null(file);
    documented[fread(documented, 1, sizeof documented - 1, file)] = '\0';
    assert_true(feof(file));
    fclose(file);
}

static void add_asker(struct asker *asker)
{
    struct cqa_error error = {0};
    char token[CQA_TOKEN_SIZE];
    const int role = cqa_account_role_of(asker->role);
    const struct cqa_user_new user = {.name = asker->name,
                                      .role = (enum cqa_account_role)role,
                                      .person = asker->person,
                                      .teams = &asker->team,
                                      .team_count = asker->team != NULL,
                                      .password = "correct horse"};

    if (asker->is_token) {
        assert_int_equal(cqa_token_add(served.scores,
                                       &(struct cqa_token_new){.name = asker->name,
                                                               .role = (enum cqa_account_role)role,
                                                               .site = ""},
                                       token, &error),
                         CQA_OK);
        snprintf(asker->headers, sizeof asker->headers,
                 "Authorization: Bearer %s\r\nContent-Type: application/json\r\n", token);
        return;
    }
    assert_int_equal(cqa_user_put(served.scores, &user, &error), CQA_OK);
    served_login(&served, asker->name, "correct horse");
    memcpy(asker->headers, served.session, sizeof asker->headers);
}

static void put_calls(void)
{
    char id[8];
    char changes[256];

    for (int i = 0; i < CALLS; i++) {
        snprintf(id, sizeof id, "c%d", i + 1);
        snprintf(changes, sizeof changes, "{\"call\": {\"agent\": \"%s\", \"started_at\": \"%s\"}}",
                 extensions[i], started[i]);
        served_put(&served, id, changes);
    }
}

/* An objection, a sample and a note of each call, so that each kind of object has one of each. */
static void put_objects(void)
{
    served_sql(&served, "INSERT INTO objections(flag, call, \"user\", at_ms, text)"
                        " SELECT (SELECT min(id) FROM flags WHERE call = c.id), c.id, 1, 1, 'x'"
                        "  FROM calls c ORDER BY c.id;"
                        "INSERT INTO samples(plan, call, due_day)"
                        " SELECT 'p', id, 20251130 FROM calls ORDER BY id;"
                        "INSERT INTO coaching(person, team, author, at_ms, text)"
                        " SELECT person, team, 1, 1, 'x' FROM calls ORDER BY id;");
}

static int set_up(void **state)
{
    (void)state;
    read_document();
    /* the document's table says who may ask at all, the site which of them are shown it */
    served_start(&served, "customer_numbers: {shown_on_request: [agent, auditor, hr]}\n");
    served_user(&served, "root", "admin", NULL);
    served_roster(&served, "root",
                  "person,extension,team,post,from,to\nzhang,8001,east,agent,2025-01-01,\n"
                  "li,8002,east,agent,2025-01-01,\nwei,8003,west,agent,2025-01-01,\n");
    put_calls();
    put_objects();
    for (size_t i = 0; i < ASKERS; i++)
        add_asker(&askers[i]);
    struct reply reply = served_ask(
        &served, "POST", "/api/v1/periods", askers[1].headers,
        "{\"from\":\"2025-10-01\",\"to\":\"2025-10-31\",\"ignore_open\":true,\"note\":\"x\"}");
    assert_int_equal(reply.status, 201);
    reply_finish(&reply);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

/* The roles and the scope that docs/server.md gives an operation. */
static void find_documented(const struct cqa_route *route, char roles[128], char scope[64])
{
    char head[160];

    snprintf(head, sizeof head, "\n| `%s %s` | ", route->method, route->pattern);
    const char *at = strstr(documented, head);
    if (at == NULL)
        fail_msg("docs/server.md has no %s %s", route->method, route->pattern);
    assert_int_equal(sscanf(at + strlen(head), "%127[^|]| %63[^|]", roles, scope), 2);
    scope[strlen(scope) - 1] = '\0';
}

/* Which call a placeholder stands for, in every kind: the objects of call N have the number N, but
 * flags, of which each call has two. */
static void make_path(const struct cqa_route *route, int call, char *out, size_t size)
{
    const char *from = route->pattern;
    size_t used = 0;

    while (*from != '\0' && used + 32 < size) {
        if (*from != '{') {
            out[used++] = *from++;
            continue;
        }
        const int is_call = strncmp(from, "{id}", 4) == 0;
        const int is_flag = strncmp(from, "{flag}", 6) == 0;
        used += (size_t)snprintf(out + used, size - used, "%s%d", is_call ? "~" : "",
                                 is_flag ? call * 2 + 1 : call + 1);
        from = strchr(from, '}') + 1;
    }
    out[used] = '\0';
}

static int is_among(const char *role, const char *roles)
{
    const char *at = strstr(roles, role);

    return at != NULL && (at[strlen(role)] == ',' || at[strlen(role)] == ' ');
}

/* What the document says must come: 401, 403, 404, or 0: none of these. */
static int expected(const struct asker *asker, int call, const char *roles, const char *scope)
{
    if (strcmp(scope, "anybody") == 0)
        return 0;
    if (asker == NULL)
        return 401;
    if (!is_among(asker->role, roles))
        return 403;
    if (strncmp(scope, "company", 7) == 0 && asker->team != NULL)
        return 403;
    if (strcmp(scope, "company, by name") == 0 && asker->is_token)
        return 403;
    if (strcmp(scope, "object") == 0 && !(asker->sees >> call & 1))
        return 404;
    return 0;
}

/* There is no sound, and nobody was given the samples. */
static int may_lack(const struct cqa_route *route)
{
    return strstr(route->pattern, "/audio") != NULL || strstr(route->pattern, "/peaks") != NULL ||
           strstr(route->pattern, "/samples/") != NULL;
}

static int requests;

static void check(const struct cqa_route *route, const struct asker *asker, int call)
{
    char roles[128];
    char scope[64];
    char path[256];

    find_documented(route, roles, scope);
    make_path(route, call, path, sizeof path);
    const int wanted = expected(asker, call, roles, scope);
    const int reads = strcmp(route->method, "GET") == 0;
    struct reply reply = served_ask(&served, route->method, path,
                                    asker ? asker->headers : "Content-Type: application/json\r\n",
                                    reads ? NULL : "{\"no\":\"such member\"}");
    const int is_refused = reply.status == 401 || reply.status == 403;
    requests++;
    if (wanted != 0 ? reply.status != wanted
                    : is_refused ||
                          (strcmp(scope, "object") == 0 && reply.status == 404 && !may_lack(route)))
        fail_msg("%s %s by %s: %d, not %d (%s, %s)", route->method, path,
                 asker ? asker->name : "nobody", reply.status, wanted, roles, scope);
    if (reply.status >= 500)
        fail_msg("%s %s: %d", route->method, path, reply.status);
    reply_finish(&reply);
}

/* Log-outs come in the end: they would end the sessions that are asked with. */
static int is_log_out(const struct cqa_route *route)
{
    return strcmp(route->method, "DELETE") == 0;
}

static void every_operation_by_everybody(void **state)
{
    (void)state;
    for (size_t i = 0; i < cqa_api_routes.count; i++) {
        const struct cqa_route *route = &cqa_api_routes.lines[i];
        const int calls = strchr(route->pattern, '{') != NULL ? CALLS : 1;
        for (int call = 0; call < calls && !is_log_out(route); call++) {
            check(route, NULL, call);
            for (size_t who = 0; who < ASKERS; who++)
                check(route, &askers[who], call);
        }
    }
    for (size_t i = 0; i < cqa_api_routes.count; i++)
        if (is_log_out(&cqa_api_routes.lines[i]))
            for (size_t who = 0; who < ASKERS; who++)
                check(&cqa_api_routes.lines[i], &askers[who], 0);
    print_message("%d requests\n", requests);
    assert_true(requests > 2500);
}

/* ---- what insiders did */

static int asks(int who, const char *method, const char *path, const char *body)
{
    struct reply reply = served_ask(&served, method, path, askers[who].headers, body);
    const int status = reply.status;

    reply_finish(&reply);
    return status;
}

enum { LEA = 1, EST = 2, HANA = 8 };

static struct reply put(int who, const char *query, const char *csv)
{
    char headers[600];
    char path[64];
    const char *type = strstr(askers[who].headers, "Content-Type: ");

    snprintf(headers, sizeof headers, "%.*sContent-Type: text/csv\r\n",
             (int)(type - askers[who].headers), askers[who].headers);
    snprintf(path, sizeof path, "/api/v1/roster%s", query);
    return served_ask(&served, "PUT", path, headers, csv);
}

static void shows(int who, const char *path, const char *value, const char *wanted)
{
    struct reply reply = served_ask(&served, "GET", path, askers[who].headers, NULL);

    assert_string_equal(served_text(reply.json, value), wanted);
    reply_finish(&reply);
}

#define WEI_IN_EAST                                                                                \
    "person,extension,team,post,from,to\nzhang,8001,east,agent,2025-01-01,\n"                      \
    "li,8002,east,agent,2025-01-01,\nwei,8003,east,agent,2025-01-01,\n"

static void a_lead_of_one_team_moves_nobody(void **state)
{
    (void)state;
    struct reply reply = put(EST, "", WEI_IN_EAST);
    assert_int_equal(reply.status, 403);
    reply_finish(&reply);
    assert_int_equal(asks(EST, "GET", "/api/v1/calls/c3", NULL), 404);
    assert_int_equal(
        asks(EST, "POST", "/api/v1/periods", "{\"from\":\"2000-01-01\",\"to\":\"2000-12-31\"}"),
        403);
    shows(EST, "/api/v1/roster", "seats.1.person", "zhang"); /* of the own team */
    shows(EST, "/api/v1/roster", "seats.2.person", "absent");
}

/* wei's call has an objection, so a second person confirms who it belongs to. */
static void a_roster_is_previewed_confirmed_and_undone(void **state)
{
    (void)state;
    struct reply reply = put(LEA, "?preview=1", WEI_IN_EAST);
    assert_int_equal(reply.status, 200);
    assert_string_equal(served_text(reply.json, "new.0.team"), "east");
    assert_string_equal(served_text(reply.json, "gone.0.team"), "west");
    assert_string_equal(served_text(reply.json, "calls_attributed_anew"), "1");
    assert_string_equal(served_text(reply.json, "calls_decided"), "1");
    reply_finish(&reply);
    shows(LEA, "/api/v1/calls?team=east&agent=8003", "calls.0.call.id", "absent");
    reply = put(LEA, "", WEI_IN_EAST);
    assert_int_equal(reply.status, 202);
    reply_finish(&reply);
    shows(LEA, "/api/v1/asked", "asked.0.path", "/api/v1/roster");
    assert_int_equal(asks(LEA, "POST", "/api/v1/asked/1/confirm", "{}"), 409);
    assert_int_equal(asks(EST, "POST", "/api/v1/asked/1/confirm", "{}"), 403);
    assert_int_equal(asks(HANA, "POST", "/api/v1/asked/1/confirm", "{}"), 200);
    assert_int_equal(asks(HANA, "POST", "/api/v1/asked/1/confirm", "{}"), 404);
    shows(LEA, "/api/v1/calls?team=east&agent=8003", "calls.0.call.id", "c3");
    shows(LEA, "/api/v1/roster", "versions.0.by", "hana");
    /* undone by the version before; another than the one in force is no ground for it */
    assert_int_equal(asks(LEA, "POST", "/api/v1/roster/undo", "{\"version\":1}"), 409);
    assert_int_equal(asks(LEA, "POST", "/api/v1/roster/undo", "{\"version\":2}"), 202);
    assert_int_equal(asks(HANA, "POST", "/api/v1/asked/2/confirm", "{}"), 200);
    shows(LEA, "/api/v1/calls?team=east&agent=8003", "calls.0.call.id", "absent");
    shows(LEA, "/api/v1/calls?team=west&agent=8003", "calls.0.call.id", "c3");
}

/* li's call is of a closed month: it moves once that is open, by the roster that is there already.
 */
static void calls_of_closed_days_stay_with_whom_they_are(void **state)
{
    static const char li_in_west[] =
        "person,extension,team,post,from,to\nzhang,8001,east,agent,2025-01-01,\n"
        "li,8002,west,agent,2025-01-01,\nwei,8003,west,agent,2025-01-01,\n";
    (void)state;
    struct reply reply = put(LEA, "", li_in_west);
    assert_int_equal(reply.status, 200);
    assert_string_equal(served_text(reply.json, "seats_new"), "1");
    assert_string_equal(served_text(reply.json, "calls_attributed_anew"), "0");
    reply_finish(&reply);
    shows(LEA, "/api/v1/calls?team=east&agent=8002", "calls.0.call.id", "c2");
    assert_int_equal(asks(LEA, "POST", "/api/v1/periods/1/open", "{\"note\":\"late\"}"), 202);
    assert_int_equal(asks(HANA, "POST", "/api/v1/asked/1/confirm", "{}"), 200);
    reply = put(LEA, "?preview=1", li_in_west);
    assert_string_equal(served_text(reply.json, "seats_new"), "0");
    assert_string_equal(served_text(reply.json, "calls_attributed_anew"), "1");
    reply_finish(&reply);
}

static void closed_days_are_opened_by_two(void **state)
{
    (void)state;
    assert_int_equal(asks(LEA, "POST", "/api/v1/periods/1/open", "{\"note\":\" \"}"), 422);
    assert_int_equal(asks(LEA, "POST", "/api/v1/periods/1/open", "{\"note\":\"late\"}"), 202);
    shows(LEA, "/api/v1/asked", "asked.0.why.en", "closed days that are opened again: late");
    shows(LEA, "/api/v1/periods", "periods.0.from", "2025-10-01");
    assert_int_equal(asks(HANA, "POST", "/api/v1/asked/1/confirm", "{}"), 200);
    shows(LEA, "/api/v1/periods", "periods.0.from", "absent");
}

/* lea alone may re-score, and zhang's call was decided on: a day passes. */
static void where_there_is_no_second_a_day_passes(void **state)
{
    (void)state;
    static const char wish[] =
        "{\"from\":\"2025-11-01\",\"to\":\"2025-11-30\",\"rubric\":\"name: one\\nversion: "
        "\\\"1\\\"\\n"
        "title: {en: O, zh: 一}\\nbase: 100\\nfloor: 0\\nrules:\\n  - id: dead-air\\n"
        "    title: {en: D, zh: 静}\\n    severity: minor\\n    text: {en: s, zh: 静}\\n"
        "    on: silence\\n    points: {each: 1}\\n\"}";

    assert_int_equal(asks(LEA, "POST", "/api/v1/flags/2/decision", "{\"state\":\"confirmed\"}"),
                     200);
    assert_int_equal(asks(LEA, "POST", "/api/v1/rescore", wish), 202);
    assert_int_equal(asks(LEA, "POST", "/api/v1/asked/1/confirm", "{}"), 409);
    assert_int_equal(asks(HANA, "POST", "/api/v1/asked/1/confirm", "{}"), 403);
    served.now_ms += 24 * 3600 * 1000 + 1;
    served_login(&served, "lea", "correct horse");
    struct reply reply = served_as(&served, "POST", "/api/v1/asked/1/confirm", "{}");
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
}

static void closing_lists_what_is_open(void **state)
{
    (void)state;
    shows(LEA, "/api/v1/periods/open", "from", "2025-10-01"); /* the month before */
    shows(LEA, "/api/v1/periods/open", "to", "2025-10-31");
    shows(LEA, "/api/v1/periods/open?from=2025-11-01&to=2025-11-19", "open_flags", "0");
    shows(LEA, "/api/v1/periods/open?from=2025-11-01&to=2025-11-30", "open_flags", "4");
    shows(LEA, "/api/v1/periods/open?from=2025-11-01&to=2025-11-30", "open_objections", "2");
    assert_int_equal(
        asks(LEA, "POST", "/api/v1/periods", "{\"from\":\"2025-11-01\",\"to\":\"2025-11-20\"}"),
        422);
    assert_int_equal(
        asks(LEA, "POST", "/api/v1/periods", "{\"from\":\"2025-11-01\",\"to\":\"2025-11-19\"}"),
        201);
}

/* As a Chinese spreadsheet saves it: in GBK, 张伟 and 李娜. */
static void a_roster_in_gbk_keeps_names_whole(void **state)
{
    (void)state;
    struct reply reply = put(LEA, "",
                             "person,extension,team,post,from,to\n"
                             "zhang,8001,east,agent,2025-01-01,\nli,8002,east,agent,2025-01-01,\n"
                             "wei,8003,west,agent,2025-01-01,\n"
                             "\xd5\xc5\xce\xb0,8051,north,agent,2025-01-01,\n"
                             "\xc0\xee\xc4\xc8,8052,north,agent,2025-01-01,\n");
    assert_int_equal(reply.status, 200);
    assert_string_equal(served_text(reply.json, "seats_new"), "2");
    assert_string_equal(served_text(reply.json, "new.0.person"), "张伟");
    assert_string_equal(served_text(reply.json, "new.1.person"), "李娜");
    reply_finish(&reply);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_operation_by_everybody),
        TEST(a_lead_of_one_team_moves_nobody),
        TEST(a_roster_is_previewed_confirmed_and_undone),
        TEST(calls_of_closed_days_stay_with_whom_they_are),
        TEST(closed_days_are_opened_by_two),
        TEST(where_there_is_no_second_a_day_passes),
        TEST(closing_lists_what_is_open),
        TEST(a_roster_in_gbk_keeps_names_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
