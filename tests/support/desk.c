/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

struct served served;

enum { DESK_PEOPLE = 8 };
static struct {
    char name[16];
    char session[512];
} desk[DESK_PEOPLE];

/* Passwords are slow to hash: the accounts are made once, and every test starts from a copy. */
static struct served template;
static char template_path[] = "/tmp/callqa-desk-XXXXXX";

static void remove_template(void)
{
    char key[sizeof template_path + 4];

    snprintf(key, sizeof key, "%s.key", template_path);
    unlink(key);
    unlink(template_path);
}

static void make_people(void)
{
    static const char *const people[DESK_PEOPLE][3] = {
        {"hana", "hr", NULL},     {"lea", "lead", "east"}, {"wei", "lead", "west"},
        {"zhang", "agent", NULL}, {"li", "agent", NULL},   {"wang", "agent", NULL},
        {"ann", "auditor", NULL}, {"root", "admin", NULL},
    };

    for (int i = 0; i < DESK_PEOPLE; i++) {
        served_user(&served, people[i][0], people[i][1], people[i][2]);
        served_login(&served, people[i][0], "correct horse");
        strcpy(desk[i].name, people[i][0]);
        strcpy(desk[i].session, served.session);
    }
    const int fd = mkstemp(template_path);
    assert_true(fd >= 0);
    close(fd);
    atexit(remove_template);
    served_save(&served, template_path);
    template = served;
}

int desk_set_up(void **state)
{
    (void)state;
    served_start(&served, NULL);
    if (desk[0].name[0] == '\0') {
        make_people();
        return 0;
    }
    served_load(&served, template_path);
    strcpy(served.recorder, template.recorder);
    strcpy(served.lead, template.lead);
    return 0;
}

int desk_tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

static const char *session_of(const char *name)
{
    for (int i = 0; i < DESK_PEOPLE; i++)
        if (strcmp(desk[i].name, name) == 0)
            return desk[i].session;
    fail_msg("nobody is called %s", name);
    return NULL;
}

/* As this person; finish the reply. */
struct reply as(const char *name, const char *method, const char *path, const char *json)
{
    return served_ask(&served, method, path, session_of(name), json);
}

/* Only the status. */
int tried(const char *name, const char *method, const char *path, const char *json)
{
    struct reply reply = as(name, method, path, json);
    const int status = reply.status;

    reply_finish(&reply);
    return status;
}

/* A CSV file as the body. */
struct reply upload(const char *name, const char *method, const char *path, const char *csv)
{
    char headers[600];
    const char *session = session_of(name);
    const char *type = strstr(session, "Content-Type: ");

    snprintf(headers, sizeof headers, "%.*sContent-Type: text/csv\r\n", (int)(type - session),
             session);
    return served_ask(&served, method, path, headers, csv);
}

int uploaded(const char *name, const char *method, const char *path, const char *csv)
{
    struct reply reply = upload(name, method, path, csv);
    const int status = reply.status;

    reply_finish(&reply);
    return status;
}

void seat_people(void)
{
    struct reply reply = upload("hana", "PUT", "/api/v1/roster",
                                "person,extension,team,post,from,to\n"
                                "zhang,8001,east,前台坐席,,\n"
                                "li,8002,east,前台坐席,,\n"
                                "wang,8003,west,前台坐席,,\n");

    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
}

void let_closed_rounds_change(void)
{
    served_sql(&served, served_is_sqlite() ? "DROP TRIGGER kept_sheets_stay;"
                                             "DROP TRIGGER kept_left_out_stay;"
                                             "DROP TRIGGER rounds_closed"
                                           : "DROP TRIGGER kept_sheets_stay ON kept_sheets;"
                                             "DROP TRIGGER kept_left_out_keep ON kept_left_out;"
                                             "DROP TRIGGER rounds_closed ON rounds");
}

const char *open_round(const char *scheme)
{
    return open_round_of(scheme, "2025-11");
}

const char *open_round_of(const char *scheme, const char *period)
{
    static char paths[2][64];
    static int turn;
    char body[128];

    turn = !turn;
    snprintf(body, sizeof body, "{\"scheme\":\"%s\",\"period\":\"%s\"}", scheme, period);
    struct reply reply = as("hana", "POST", "/api/v1/appraisals", body);
    if (reply.status != 201)
        fail_msg("%d %s", reply.status, reply.body);
    snprintf(paths[turn], sizeof paths[turn], "/api/v1/appraisals/%s",
             served_text(reply.json, "appraisal"));
    reply_finish(&reply);
    return paths[turn];
}

/* The path of a resource of an appraisal. Static memory, two at a time. */
const char *under(const char *round, const char *what)
{
    static char paths[2][256];
    static int turn;

    turn = !turn;
    snprintf(paths[turn], sizeof paths[turn], "%s%s", round, what);
    return paths[turn];
}

void import(const char *round, const char *csv)
{
    import_as(round, "november.csv", csv);
}

void import_as(const char *round, const char *file, const char *csv)
{
    char rest[64];

    snprintf(rest, sizeof rest, "/imports?file=%s", file);
    struct reply reply = upload("hana", "POST", under(round, rest), csv);

    if (reply.status != 201)
        fail_msg("%d %s", reply.status, reply.body);
    reply_finish(&reply);
}

void move(const char *round, const char *stage)
{
    char body[128];

    snprintf(body, sizeof body, "{\"stage\":\"%s\",\"place\":\"room 2\"}", stage);
    assert_int_equal(tried("hana", "POST", under(round, "/stage"), body), 200);
}

/* Does the reply hold this text, as it is? Numbers are looked at before any reader makes doubles of
 * them. */
void assert_has(const struct reply *reply, const char *text)
{
    if (reply->body == NULL || strstr(reply->body, text) == NULL)
        fail_msg("no \"%s\" in %d %s", text, reply->status, reply->body);
}

void assert_has_not(const struct reply *reply, const char *text)
{
    if (reply->body != NULL && strstr(reply->body, text) != NULL)
        fail_msg("there is \"%s\" in %s", text, reply->body);
}

/* Asks and looks. */
void shows(const char *name, const char *path, const char *text)
{
    struct reply reply = as(name, "GET", path, NULL);

    assert_int_equal(reply.status, 200);
    assert_has(&reply, text);
    reply_finish(&reply);
}

void hides(const char *name, const char *path, const char *text)
{
    struct reply reply = as(name, "GET", path, NULL);

    assert_int_equal(reply.status, 200);
    assert_has_not(&reply, text);
    reply_finish(&reply);
}
