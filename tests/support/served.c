/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/served.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/buffer.h"
#include "media/render.h"
#include "scores/audit.h"
#include "scores/password.h"
#include "support/database.h"

/* The server executes this very program for its zygote. */
__attribute__((constructor)) static void be_zygote(int argc, char **argv)
{
    cqa_render_enter(argc, argv);
}

static int64_t read_clock(void *context)
{
    return ((struct served *)context)->now_ms;
}

/* ---- PostgreSQL: one server for the program, a database for each test */

static struct database postgres;
static int database_count;

int served_is_sqlite(void)
{
    const char *store = getenv("CQA_TEST_STORE");

    return store == NULL || strcmp(store, "postgres") != 0;
}

static void stop_postgres(void)
{
    database_stop(&postgres);
}

void served_halt_database(void)
{
    database_halt(&postgres);
}

void served_go_on_database(void)
{
    assert_int_equal(database_go_on(&postgres), 0);
}

static void write_store(struct served *served, FILE *file)
{
    if (served_is_sqlite()) {
        fprintf(file, "store: sqlite:%s/scores.db\n", served->folder);
        return;
    }
    if (postgres.server == 0) {
        assert_int_equal(database_start_postgres(&postgres), 0);
        assert_int_equal(atexit(stop_postgres), 0);
    }
    snprintf(served->database, sizeof served->database, "served%d", ++database_count);
    assert_int_equal(database_make(&postgres, served->database), 0);
    fprintf(file, "store: postgresql://%s@/%s?host=%s\nstore_password_file: %s\n", DATABASE_USER,
            served->database, postgres.host, postgres.password_file);
}

static void write_config(struct served *served, const char *more, char *path, size_t size)
{
    snprintf(path, size, "%s/config.yaml", served->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "listen: 127.0.0.1:0\nthreads: 2\n%s",
            more ? more : "session:\n  plain_cookie: true\n");
    if (more == NULL || strstr(more, "audit_key_file") == NULL)
        fprintf(file, "audit_key_file: %s/audit.key\n", served->folder);
    write_store(served, file);
    fclose(file);
}

static void open_all(struct served *served)
{
    struct cqa_error error = {0};

    if (cqa_scores_open(&served->scores, &served->config.store, &served->clock, &error) != CQA_OK ||
        cqa_audit_use_key(served->scores, served->config.audit_key_file, NULL, CQA_AUDIT_KEY_USED,
                          &error) != CQA_OK ||
        cqa_server_start(&served->server, &served->config, served->scores, &served->clock, -1,
                         &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    cqa_passwords_by(served->scores, &served->config.passwords);
}

void served_start(struct served *served, const char *config)
{
    struct cqa_problems problems = {0};
    struct cqa_error error = {0};
    char path[128];

    *served = (struct served){.now_ms = 1763604902000};
    assert_true(sodium_init() >= 0);
    strcpy(served->folder, "/tmp/callqa-served-XXXXXX");
    assert_non_null(mkdtemp(served->folder));
    served->clock = (struct cqa_clock){read_clock, read_clock, served};
    write_config(served, config, path, sizeof path);
    if (!cqa_server_config_load(&served->config, path, &problems)) {
        cqa_problems_print(&problems, path, CQA_ENGLISH, stderr);
        fail_msg("the test's configuration is wrong");
    }
    open_all(served);
    assert_int_equal(cqa_token_add(served->scores,
                                   &(struct cqa_token_new){
                                       .name = "pbx1", .role = CQA_ACCOUNT_RECORDER, .site = ""},
                                   served->recorder, &error),
                     CQA_OK);
    assert_int_equal(
        cqa_token_add(served->scores,
                      &(struct cqa_token_new){.name = "boss", .role = CQA_ACCOUNT_LEAD, .site = ""},
                      served->lead, &error),
        CQA_OK);
}

void served_restart(struct served *served)
{
    cqa_server_stop(served->server);
    cqa_scores_close(served->scores);
    open_all(served);
}

/* A database of its own stands for the copy at `path`. */
static void copy_database(const struct served *served, int back, const char *path)
{
    char copy[64] = "copy";
    char sql[256];

    for (size_t i = 0, used = 4; path[i] != '\0' && used < sizeof copy - 1; i++)
        if (isalnum((unsigned char)path[i]))
            copy[used++] = (char)tolower((unsigned char)path[i]);
    const char *to = back ? served->database : copy;
    snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s", to);
    assert_int_equal(database_run(&postgres, "postgres", sql), 0);
    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE %s", to, back ? copy : served->database);
    assert_int_equal(database_run(&postgres, "postgres", sql), 0);
}

/* The key that chains the audit log belongs to the store. */
static void copy_key(const struct served *served, int loads, const char *path)
{
    char command[300];

    snprintf(command, sizeof command,
             loads ? "cp %2$s.key %1$s/audit.key" : "cp %1$s/audit.key %2$s.key", served->folder,
             path);
    assert_int_equal(system(command), 0);
}

static void copy_stopped(struct served *served, const char *format, const char *path)
{
    char store[128];
    char command[400];

    cqa_server_stop(served->server);
    cqa_scores_close(served->scores);
    copy_key(served, format[0] == 'r', path);
    if (!served_is_sqlite()) {
        copy_database(served, format[0] == 'r', path);
        open_all(served);
        return;
    }
    snprintf(store, sizeof store, "%s/scores.db", served->folder);
    snprintf(command, sizeof command, format, store, path);
    assert_int_equal(system(command), 0);
    open_all(served);
}

void served_save(struct served *served, const char *path)
{
    copy_stopped(served, "cp %s %s", path);
}

void served_load(struct served *served, const char *path)
{
    copy_stopped(served, "rm %1$s* && cp %2$s %1$s", path);
}

void served_stop(struct served *served)
{
    char command[128];

    cqa_server_stop(served->server);
    cqa_scores_close(served->scores);
    cqa_server_config_finish(&served->config);
    snprintf(command, sizeof command, "rm -r %s", served->folder);
    assert_int_equal(system(command), 0);
}

/* ---- requests */

int served_connect(const struct served *served)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port =
                                            htons((uint16_t)cqa_server_port(served->server)),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address),
                     0);
    return fd;
}

/* Chunked bodies are not used by the server for what tests read. */
struct reply served_send(const struct served *served, const char *bytes, size_t length)
{
    struct cqa_buffer all = {.limit = 256 << 20};
    struct reply reply = {0};
    char piece[65536];
    const int fd = served_connect(served);

    for (size_t sent = 0; sent < length;) {
        const ssize_t count = send(fd, bytes + sent, length - sent, MSG_NOSIGNAL);
        if (count <= 0)
            break; /* the server has answered early */
        sent += (size_t)count;
    }
    for (ssize_t count; (count = recv(fd, piece, sizeof piece, 0)) > 0;)
        cqa_buffer_add(&all, piece, (size_t)count);
    close(fd);
    if (all.text == NULL)
        return reply;
    sscanf(all.text, "HTTP/1.1 %d", &reply.status);
    char *end = strstr(all.text, "\r\n\r\n");
    assert_non_null(end);
    reply.head = strndup(all.text, (size_t)(end - all.text));
    reply.length = all.length - (size_t)(end + 4 - all.text);
    reply.body = malloc(reply.length + 1);
    memcpy(reply.body, end + 4, reply.length);
    reply.body[reply.length] = '\0';
    reply.json = json_loadb(reply.body, reply.length, 0, NULL);
    cqa_buffer_finish(&all);
    return reply;
}

/* Whatever is refused is said in both languages, and has a code. */
static void assert_both_languages(const char *path, const struct reply *reply)
{
    const char *detail = json_string_value(json_object_get(reply->json, "detail"));
    const char *chinese = json_string_value(json_object_get(reply->json, "detail_zh"));
    const char *code = json_string_value(json_object_get(reply->json, "code"));

    if (reply->status < 400 || detail == NULL)
        return;
    if (chinese == NULL || strcmp(chinese, detail) == 0)
        fail_msg("%s answers %d without Chinese: %s", path, reply->status, detail);
    if (code == NULL || code[0] == '\0')
        fail_msg("%s answers %d without a code: %s", path, reply->status, detail);
}

struct reply served_ask(const struct served *served, const char *method, const char *path,
                        const char *headers, const char *body)
{
    struct cqa_buffer text = {.limit = 256 << 20};

    cqa_buffer_print(&text, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s", method,
                     path, headers ? headers : "");
    if (body != NULL)
        cqa_buffer_print(&text, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
    else
        cqa_buffer_print(&text, "\r\n");
    const struct reply reply = served_send(served, text.text, text.length);
    cqa_buffer_finish(&text);
    assert_both_languages(path, &reply);
    return reply;
}

int served_try_sql(const struct served *served, const char *sql)
{
    char path[128];
    char *why = NULL;
    sqlite3 *db;

    if (!served_is_sqlite())
        return database_run(&postgres, served->database, sql);
    snprintf(path, sizeof path, "%s/scores.db", served->folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    const int code = sqlite3_exec(db, sql, NULL, NULL, &why);
    if (code != SQLITE_OK)
        (void)fprintf(stderr, "%s: %s\n", sql, why);
    sqlite3_free(why);
    sqlite3_close(db);
    return code == SQLITE_OK ? 0 : -1;
}

void served_sql(const struct served *served, const char *sql)
{
    assert_int_equal(served_try_sql(served, sql), 0);
}

struct pg_conn *served_begin(const struct served *served, const char *sql)
{
    struct pg_conn *hand = database_begin(&postgres, served->database, sql);

    assert_non_null(hand);
    return hand;
}

void served_commit(struct pg_conn *hand)
{
    assert_int_equal(database_commit(hand), 0);
}

void served_dump(const struct served *served, char *command, size_t size)
{
    if (served_is_sqlite())
        snprintf(command, size, "cat %s/scores.db*", served->folder);
    else
        snprintf(command, size, "PGPASSWORD='%s' pg_dump -h %s -U %s %s", DATABASE_PASSWORD,
                 postgres.host, DATABASE_USER, served->database);
}

#define UNWATCHED(table)                                                                           \
    "DROP TRIGGER " table "_added; DROP TRIGGER " table "_changed; DROP TRIGGER " table "_gone;"

void served_age(const struct served *served)
{
    served_sql(
        served,
        "ALTER TABLE kept_sheets DROP COLUMN facts; ALTER TABLE kept_sheets DROP COLUMN trace;"
        "ALTER TABLE kept_left_out DROP COLUMN facts;"
        "DROP TRIGGER calls_changed; DROP TRIGGER calls_moved; DROP TRIGGER calls_gone;"
        "DROP INDEX samples_by_call; DROP TABLE tallies; DROP TABLE tally_marks; DROP TRIGGER "
        "rounds_changed;" UNWATCHED("revisions") UNWATCHED("flags") UNWATCHED("decisions")
            UNWATCHED("samples") UNWATCHED(
                "periods") "DROP INDEX calls_without_basis; ALTER TABLE calls DROP COLUMN basis;"
                           "DROP TABLE jobs;"
                           "DROP INDEX calls_sums; DROP INDEX flags_agreed;"
                           "DROP INDEX decisions_by_request; ALTER TABLE decisions DROP COLUMN "
                           "request;"
                           "ALTER TABLE users DROP COLUMN once_until_ms;"
                           "ALTER TABLE generations DROP COLUMN key_hash;"
                           "ALTER TABLE audit DROP COLUMN address;"
                           "ALTER TABLE tokens DROP COLUMN addresses;"
                           "ALTER TABLE sessions DROP COLUMN address;"
                           "ALTER TABLE sessions DROP COLUMN agent; DROP TABLE second_factors; "
                           "DROP TABLE audit_keys;"
                           "DROP TABLE claims;"
                           "DROP INDEX import_rows_written; ALTER TABLE import_rows DROP COLUMN "
                           "written;"
                           "ALTER TABLE notices DROP COLUMN taken_by; ALTER TABLE notices DROP "
                           "COLUMN taken_ms;"
                           "DROP TABLE login_tries;"
                           "DROP TABLE clips_kept; DROP TABLE calls_erased; DROP INDEX "
                           "failures_by_call;"
                           "ALTER TABLE tokens DROP COLUMN expires_ms;"
                           "ALTER TABLE tokens DROP COLUMN used_ms;"
                           "ALTER TABLE tokens DROP COLUMN teams;"
                           "DROP TABLE asked; DROP TABLE roster_seats; DROP TABLE roster_versions;"
                           "DROP TABLE unbounded_totals;"
                           "ALTER TABLE rubrics DROP COLUMN floor_c;"
                           "ALTER TABLE rubrics DROP COLUMN cap_c;"
                           "ALTER TABLE rubric_rules DROP COLUMN cap_c;"
                           "ALTER TABLE rubric_rules DROP COLUMN automatic_fail;"
                           "PRAGMA user_version = 16");
}

void reply_finish(struct reply *reply)
{
    free(reply->head);
    free(reply->body);
    json_decref(reply->json);
    *reply = (struct reply){0};
}

struct reply served_get(const struct served *served, const char *token, const char *path)
{
    char headers[256];

    snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\n", token);
    return served_ask(served, "GET", path, headers, NULL);
}

struct reply served_post(const struct served *served, const char *token, const char *path,
                         const char *type, const char *key, const char *body)
{
    char headers[1024];
    int used = snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\nContent-Type: %s\r\n",
                        token, type);

    if (key != NULL)
        snprintf(headers + used, sizeof headers - (size_t)used, "Idempotency-Key: %s\r\n", key);
    return served_ask(served, "POST", path, headers, body);
}

/* ---- people */

void served_user(struct served *served, const char *name, const char *role, const char *team)
{
    struct cqa_error error = {0};
    const struct cqa_user_new user = {.name = name,
                                      .role = (enum cqa_account_role)cqa_account_role_of(role),
                                      .teams = &team,
                                      .team_count = team != NULL,
                                      .password = "correct horse"};

    if (cqa_user_put(served->scores, &user, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
}

void served_login(struct served *served, const char *name, const char *password)
{
    char body[256];

    snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"%s\"}", name, password);
    struct reply reply =
        served_ask(served, "POST", "/api/v1/session", "Content-Type: application/json\r\n", body);
    assert_int_equal(reply.status, 200);
    const char *cookie = strstr(reply.head, "Set-Cookie: ");
    assert_non_null(cookie);
    cookie += strlen("Set-Cookie: ");
    snprintf(served->session, sizeof served->session,
             "Cookie: %.*s\r\nX-CSRF-Token: %s\r\nContent-Type: application/json\r\n",
             (int)strcspn(cookie, ";\r"), cookie, served_text(reply.json, "csrf"));
    reply_finish(&reply);
}

struct reply served_as(const struct served *served, const char *method, const char *path,
                       const char *json)
{
    return served_ask(served, method, path, served->session, json);
}

/* ---- results */

static const char good_result[] =
    "{\"schema\": \"callqa.result/1\","
    " \"recording\": {\"path\": \"/var/spool/a.wav\", \"sha256\":"
    "  \"5f3a0000000000000000000000000000000000000000000000000000000000aa\", \"bytes\": 1206760,"
    "  \"container\": \"WAV\", \"encoding\": \"ULAW\", \"rate_hz\": 8000, \"channels\": 2,"
    "  \"duration_ms\": 75417, \"layout\": \"stereo\"},"
    " \"call\": {\"id\": \"1\", \"agent\": \"8001\", \"customer\": \"13800138000\", \"queue\": "
    "\"sales\","
    "  \"direction\": \"in\", \"started_at\": \"2025-11-20T10:15:02+08:00\", \"source\": "
    "\"freepbx\"},"
    " \"measurable\": {\"speech\": \"ok\", \"silence\": \"ok\", \"overtalk\": \"ok\", \"hold\": "
    "\"ok\","
    "  \"level\": \"ok\", \"reasons\": []},"
    " \"channels\": ["
    "  {\"index\": 0, \"role\": \"agent\", \"speech_ms\": [[812, 3370], [4010, 9125]],"
    "   \"active_level_dbfs\": -23.9, \"noise_dbfs\": -62.0, \"clipped_ms\": 0, \"leak_db\": null,"
    "   \"leak_delay_ms\": null},"
    "  {\"index\": 1, \"role\": \"customer\", \"speech_ms\": [[9600, 12040]],"
    "   \"active_level_dbfs\": -27.1, \"noise_dbfs\": -51.3, \"clipped_ms\": 0, \"leak_db\": -24.5,"
    "   \"leak_delay_ms\": 40}],"
    " \"events\": ["
    "  {\"id\": 1, \"type\": \"silence\", \"start_ms\": 12040, \"end_ms\": 24100,"
    "   \"cause\": \"unexplained\", \"confidence\": 0.98},"
    "  {\"id\": 2, \"type\": \"overtalk\", \"start_ms\": 25310, \"end_ms\": 27990, \"by\": "
    "\"agent\","
    "   \"kind\": \"interruption\", \"confidence\": 0.93}],"
    " \"measures\": {\"talk_agent_ms\": 7673, \"talk_customer_ms\": 2440},"
    " \"score\": {\"rubric\": \"standard\", \"rubric_version\": \"2\", \"base\": 100, \"total\": "
    "96,"
    "  \"decided_total\": null, \"deductions\": ["
    "   {\"rule\": \"dead-air\", \"points\": 2, \"event\": 1, \"start_ms\": 12040, \"end_ms\": "
    "24100,"
    "    \"text\": {\"en\": \"silence\", \"zh\": \"静默\"}, \"decision\": null, \"severity\": "
    "\"minor\"},"
    "   {\"rule\": \"interruption\", \"points\": 2, \"event\": 2, \"start_ms\": 25310, \"end_ms\": "
    "27990,"
    "    \"text\": {\"en\": \"interruption\", \"zh\": \"抢话\"}, \"decision\": null, \"severity\": "
    "\"major\"}]},"
    " \"analyzer\": {\"version\": \"0.1.0\", \"models\": \"sha256:00\"}}";

char *served_result(const char *call_id, const char *changes)
{
    json_t *root = json_loads(good_result, 0, NULL);

    assert_non_null(root);
    json_object_set_new(json_object_get(root, "call"), "id", json_string(call_id));
    if (changes != NULL) {
        json_t *over = json_loads(changes, 0, NULL);
        assert_non_null(over);
        assert_int_equal(json_object_update_recursive(root, over), 0);
        json_decref(over);
    }
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    return text;
}

void served_put(const struct served *served, const char *call_id, const char *changes)
{
    char key[256];
    char *body = served_result(call_id, changes);
    unsigned char hash[16];
    char hex[33];

    crypto_generichash(hash, sizeof hash, (const unsigned char *)body, strlen(body), NULL, 0);
    snprintf(key, sizeof key, "%s-%s", call_id, sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
    struct reply reply =
        served_post(served, served->recorder, "/api/v1/results", "application/json", key, body);
    if (reply.status != 201 && reply.status != 200)
        fail_msg("%d %s", reply.status, reply.body);
    reply_finish(&reply);
    free(body);
}

const char *served_text(const json_t *json, const char *path)
{
    static char text[4096];
    char name[64];

    while (json != NULL && *path != '\0') {
        const size_t length = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        json = json_is_array(json) ? json_array_get(json, (size_t)atoi(name))
                                   : json_object_get(json, name);
        path += length + (path[length] == '.');
    }
    if (json_is_string(json))
        snprintf(text, sizeof text, "%s", json_string_value(json));
    else if (json_is_number(json))
        snprintf(text, sizeof text, "%g", json_number_value(json));
    else if (json_is_boolean(json))
        snprintf(text, sizeof text, "%s", json_is_true(json) ? "true" : "false");
    else
        snprintf(text, sizeof text, "%s",
                 json == NULL         ? "absent"
                 : json_is_null(json) ? "null"
                                      : "…");
    return text;
}

struct reply served_confirmed(const struct served *served, const char *session, struct reply asked)
{
    char path[64];
    const json_int_t number = json_integer_value(json_object_get(asked.json, "asked"));

    if (asked.status != 202 || number == 0)
        return asked;
    reply_finish(&asked);
    snprintf(path, sizeof path, "/api/v1/asked/%lld/confirm", (long long)number);
    return served_ask(served, "POST", path, session, "{}");
}

void served_roster(struct served *served, const char *name, const char *csv)
{
    char headers[600];

    served_login(served, name, "correct horse");
    const char *type = strstr(served->session, "Content-Type: ");
    snprintf(headers, sizeof headers, "%.*sContent-Type: text/csv\r\n",
             (int)(type - served->session), served->session);
    struct reply reply = served_ask(served, "PUT", "/api/v1/roster", headers, csv);
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
}
