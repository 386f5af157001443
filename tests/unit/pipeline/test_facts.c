/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Facts that come before, with, 5 s and 1 h after the recording: in the end the same result, from
 * each kind of source. The pipeline, the store, the analysis and the databases are the real ones;
 * only the clock is ours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <sndfile.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "pipeline/pipeline.h"
#include "support/database.h"
#include "support/recording.h"
#include "support/telephone.h"

enum { RATE = 8000, SECONDS = 12, HOUR_MS = 3600 * 1000 };

/* ---- the clock */

static int64_t ahead_ms; /* of the machine's */

static int64_t wall_ms(void *context)
{
    (void)context;
    return cqa_clock_wall_ms(&cqa_clock_system) + ahead_ms;
}

static int64_t monotonic_ms(void *context)
{
    (void)context;
    return cqa_clock_monotonic_ms(&cqa_clock_system) + ahead_ms;
}

static const struct cqa_clock test_clock = {wall_ms, monotonic_ms, NULL};

/* ---- the site */

static struct cqa_engine *engine;

struct site {
    char folder[64];
    struct cqa_config config;
    struct cqa_pipeline *pipeline;
};

static void place(const struct site *site, const char *name, char out[PATH_MAX])
{
    (void)snprintf(out, PATH_MAX, "%s/%s", site->folder, name);
}

static void write_text(const struct site *site, const char *name, const char *mode,
                       const char *text)
{
    char path[PATH_MAX];

    place(site, name, path);
    FILE *out = fopen(path, mode);
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
}

/* A conversation: the agent's side, the customer, the agent. */
static void write_call(const struct site *site, const char *name)
{
    static float frames[2 * RATE * SECONDS];
    static float lane[RATE * SECONDS];
    char path[PATH_MAX];
    char file[PATH_MAX];
    size_t size = 0;

    memset(frames, 0, sizeof frames);
    for (int turn = 0; turn < 4; turn++) {
        const size_t from = (size_t)turn * 3 * RATE;
        memset(lane, 0, sizeof lane);
        telephone_voice(lane, (size_t)RATE * 5 / 2, 0.3F, (uint32_t)turn + 7);
        for (size_t i = 0; i < (size_t)RATE * 5 / 2; i++)
            frames[2 * (from + i) + (size_t)(turn % 2)] = lane[i];
    }
    const int fd = recording_of_frames(SF_FORMAT_WAV | SF_FORMAT_PCM_16, RATE, 2, frames,
                                       (size_t)RATE * SECONDS);
    unsigned char *bytes = recording_bytes(fd, &size);
    (void)snprintf(file, sizeof file, "calls/%s", name);
    place(site, file, path);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
    free(bytes);
    close(fd);
}

/* `keys` are further lines of the watched folder. */
static void open_site(struct site *site, const char *recorder, const char *keys)
{
    struct cqa_problems problems = {0};
    char text[4096];
    char path[PATH_MAX];

    *site = (struct site){0};
    ahead_ms = 0;
    (void)snprintf(site->folder, sizeof site->folder, "/tmp/callqa-facts-XXXXXX");
    assert_non_null(mkdtemp(site->folder));
    place(site, "state", path);
    assert_int_equal(mkdir(path, 0700), 0);
    place(site, "calls", path);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(text, sizeof text,
                   "state_dir: %s/state\nworkers: 1\nsettle: 100ms\nscan_interval: 1s\n"
                   "retention_days: 0\nwatch:\n  - path: %s/calls\n    recorder: %s\n"
                   "    time_zone: Asia/Shanghai\n",
                   site->folder, site->folder, recorder);
    write_text(site, "c.yaml", "w", text);
    /* the folder's name where "@" stands */
    for (const char *at = keys; *at != '\0'; at++) {
        if (*at == '@')
            write_text(site, "c.yaml", "a", site->folder);
        else
            write_text(site, "c.yaml", "a", (char[]){*at, '\0'});
    }
    place(site, "c.yaml", path);
    if (!cqa_config_load(&site->config, path, &problems)) {
        cqa_problems_print(&problems, path, CQA_ENGLISH, stderr);
        fail_msg("the configuration is not valid");
    }
}

static void start(struct site *site)
{
    const struct cqa_pipeline_options options = {.watches = 1};
    struct cqa_error error = {0};

    if (cqa_pipeline_create(&site->pipeline, &site->config, engine, &test_clock, &options,
                            &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
}

static void stop(struct site *site)
{
    cqa_pipeline_destroy(site->pipeline);
    site->pipeline = NULL;
}

static void close_site(struct site *site)
{
    char command[128];

    stop(site);
    cqa_config_finish(&site->config);
    (void)snprintf(command, sizeof command, "rm -rf %s", site->folder);
    assert_int_equal(system(command), 0);
}

/* The first column of the first row of the daemon's store, "" for none. */
static void ask(const struct site *site, const char *query, char out[1024])
{
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    char path[PATH_MAX];

    place(site, "state/callqa.db", path);
    out[0] = '\0';
    assert_int_equal(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    sqlite3_busy_timeout(database, 5000);
    assert_int_equal(sqlite3_prepare_v2(database, query, -1, &statement, NULL), SQLITE_OK);
    if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0) != NULL)
        (void)snprintf(out, 1024, "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(database);
}

#define SHOWN                                                                                      \
    "SELECT group_concat(coalesce(json_extract(json, '$.call.agent'), '-') || ' ' ||"              \
    " coalesce(json_extract(json, '$.call.customer'), '-') || ' ' ||"                              \
    " coalesce(json_extract(json, '$.call.queue'), '-') || ' ' ||"                                 \
    " coalesce(json_extract(json, '$.call.direction'), '-') || ' ' ||"                             \
    " coalesce(json_extract(json, '$.channels[0].role'), '-'), '; ') FROM results"

/* Turns until the store shows `expected`; the clock leaps so that nothing has to be waited for. */
static void expect(struct site *site, const char *query, const char *expected)
{
    char shown[1024] = "";

    for (int i = 0; i < 600; i++) {
        const struct timespec pause = {0, 20 * 1000 * 1000};
        (void)cqa_pipeline_turn(site->pipeline);
        nanosleep(&pause, NULL);
        ahead_ms += 200;
        ask(site, query, shown);
        if (strcmp(shown, expected) == 0)
            return;
    }
    fail_msg("the store shows \"%s\", not \"%s\"", shown, expected);
}

static void turn_some(struct site *site)
{
    for (int i = 0; i < 40; i++) {
        const struct timespec pause = {0, 10 * 1000 * 1000};
        (void)cqa_pipeline_turn(site->pipeline);
        nanosleep(&pause, NULL);
        ahead_ms += 200;
    }
}

/* ---- when facts come */

enum when { BEFORE, WITH, LATE_5_S, LATE_1_H, WHILE_STOPPED, WHEN_COUNT };

/* Runs a call whose facts `tell` brings at a time; the result in the end is `expected`, and the
 * hash of what is known of the call goes to `hash`. */
static void run_call(struct site *site, const char *name, enum when when,
                     void (*tell)(const struct site *site), const char *expected, char hash[1024])
{
    if (when == BEFORE)
        tell(site);
    start(site);
    if (when == BEFORE)
        turn_some(site);
    write_call(site, name);
    if (when == WITH)
        tell(site);
    if (when > WITH)
        expect(site, "SELECT count(*) FROM results", "1");
    if (when == WHILE_STOPPED)
        stop(site);
    ahead_ms += when == LATE_5_S ? 5000 : when > LATE_5_S ? HOUR_MS : 0;
    if (when > WITH)
        tell(site);
    if (when == WHILE_STOPPED)
        start(site);
    expect(site, SHOWN, expected);
    ask(site, "SELECT facts FROM fact_links", hash);
}

static void check_source(const char *recorder, const char *keys, const char *name,
                         void (*tell)(const struct site *site), const char *expected)
{
    char first[1024] = "";

    for (int when = 0; when < WHEN_COUNT; when++) {
        struct site site;
        char hash[1024];
        open_site(&site, recorder, keys);
        run_call(&site, name, (enum when)when, tell, expected, hash);
        if (when == 0)
            (void)snprintf(first, sizeof first, "%s", hash);
        assert_string_equal(hash, first);
        close_site(&site);
    }
}

#define QUEUE_CALL "q-600-13800138000-20251120-101502-1763604902.17.wav"
#define UUID "8b9f5a2c-1d2e-4f5a-9b8c-0123456789ab"

static void tell_csv(const struct site *site)
{
    write_text(site, "Master.csv", "a",
               "\"\",\"13800138000\",\"600\",\"ext-queues\",\"\",\"SIP/trunk-1\",\"SIP/"
               "8001-2\",\"Queue\",\"600,t\",\"2025-11-20 10:15:02\",\"2025-11-20 "
               "10:15:02\",\"2025-11-20 10:16:00\",58,58,\"ANSWERED\",\"3\",\"1763604902.17\","
               "\"\"\n");
}

static void test_master_csv(void **state)
{
    (void)state;
    check_source("freepbx",
                 "    facts:\n      sources:\n        - {kind: csv, path: @/Master.csv}\n",
                 QUEUE_CALL, tell_csv, "8001 13800138000 600 in agent");
}

static void tell_queue_log(const struct site *site)
{
    write_text(site, "queue_log", "a",
               "1763604902|1763604902.17|600|NONE|ENTERQUEUE||13800138000|1\n"
               "1763604905|1763604902.17|600|SIP/8002|RINGNOANSWER|3000\n"
               "1763604910|1763604902.17|600|SIP/8001|CONNECT|8|1763604905.18|3\n");
}

static void test_queue_log(void **state)
{
    (void)state;
    check_source("freepbx",
                 "    facts:\n      sources:\n        - {kind: queue_log, path: @/queue_log}\n",
                 QUEUE_CALL, tell_queue_log, "8001 13800138000 600 in agent");
}

static void tell_sidecar(const struct site *site)
{
    write_text(site, "calls/a_" UUID ".cdr.json", "w",
               "{\"variables\":{\"direction\":\"outbound\",\"caller_id_number\":\"1001\","
               "\"destination_number\":\"13800138000\",\"start_epoch\":\"1763604902\"}}");
}

static void test_sidecar(void **state)
{
    (void)state;
    check_source("freeswitch", "", UUID ".wav", tell_sidecar, "1001 13800138000 - out agent");
}

static void tell_sqlite(const struct site *site)
{
    sqlite3 *database = NULL;
    char path[PATH_MAX];

    place(site, "master.db", path);
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(database,
                     "CREATE TABLE cdr (uniqueid TEXT, calldate TEXT, src TEXT, dst TEXT,"
                     " channel TEXT, dstchannel TEXT, lastapp TEXT, lastdata TEXT,"
                     " disposition TEXT);"
                     "INSERT INTO cdr VALUES ('1763604902.17', '2025-11-20 10:15:02',"
                     " '13800138000', '600', 'SIP/trunk-1', 'SIP/8001-2', 'Queue', '600,t',"
                     " 'ANSWERED');",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(database);
}

static void test_sqlite(void **state)
{
    (void)state;
    /* the call lies in the past: the first look reaches far enough, the next ones overlap */
    check_source("freepbx",
                 "    facts:\n      sources:\n        - {kind: sqlite, path: @/master.db, preset: "
                 "asterisk, interval: 1s, reach: 87600h, overlap: 8784h}\n",
                 QUEUE_CALL, tell_sqlite, "8001 13800138000 600 in agent");
}

/* ---- what does not agree */

static void tell_other_agent(const struct site *site)
{
    write_text(site, "Master.csv", "a",
               "\"\",\"13800138000\",\"8001\",\"x\",\"\",\"SIP/trunk-1\",\"SIP/"
               "8002-2\",\"Dial\",\"\",\"2025-11-20 10:15:02\",\"2025-11-20 "
               "10:15:04\",\"2025-11-20 10:16:00\",58,56,\"ANSWERED\",\"3\",\"1763604902.17\","
               "\"\"\n");
}

static void test_two_agents(void **state)
{
    struct site site;
    char shown[1024];

    (void)state;
    open_site(&site, "freepbx",
              "    facts:\n      sources:\n        - {kind: csv, path: @/Master.csv}\n");
    run_call(&site, "exten-8001-13800138000-20251120-101502-1763604902.17.wav", LATE_5_S,
             tell_other_agent, "- 13800138000 - in -", shown);
    ask(&site,
        "SELECT json_extract(json, '$.call.doubts[0].values') || json_extract(json,"
        " '$.measurable.reasons[0].id') FROM results",
        shown);
    assert_string_equal(shown, "[\"8002\",\"8001\"]roles_unknown");
    close_site(&site);
}

/* Two files of one content and one call: whose name tells the agent stands, whichever came first,
 * and what is logged before or after both finds the same. */
static void test_two_names(void **state)
{
    static const char *const names[] = {QUEUE_CALL,
                                        "exten-8001-13800138000-20251120-101502-1763604902.17.wav"};
    static const char keys[] =
        "    facts:\n      sources:\n        - {kind: csv, path: @/Master.csv}\n";

    (void)state;
    for (int which = 0; which < 8; which++) {
        const int contradicts = which / 4;
        struct site site;
        open_site(&site, "freepbx", keys);
        start(&site);
        if (which % 2 == 1)
            contradicts ? tell_other_agent(&site) : tell_csv(&site);
        for (int i = 0; i < 2; i++) {
            const char *name = names[(i + which / 2) % 2];
            write_call(&site, name);
            expect(&site, "SELECT count(*) || ' ' || (SELECT count(*) FROM copies) FROM results",
                   i == 0 ? "1 0" : "1 1");
        }
        if (which % 2 == 0) {
            expect(&site, SHOWN, "8001 13800138000 - in agent");
            contradicts ? tell_other_agent(&site) : tell_csv(&site);
        }
        expect(&site, SHOWN,
               contradicts ? "- 13800138000 - in -" : "8001 13800138000 600 in agent");
        close_site(&site);
    }
}

/* A site whose log knows no ids: two calls of one number at one time are nobody's. */
static void test_by_caller_and_time(void **state)
{
    static const char row[] =
        "\"\",\"13800138000\",\"8001\",\"x\",\"\",\"SIP/trunk-1\",\"SIP/8001-2\",\"Dial\",\"\","
        "\"2025-11-20 10:15:05\",\"\",\"2025-11-20 10:16:00\",58,56,\"ANSWERED\",\"3\"\n";
    struct site site;

    (void)state;
    open_site(&site, "freepbx",
              "    facts:\n      sources:\n        - {kind: csv, path: @/Master.csv}\n");
    start(&site);
    write_call(&site, QUEUE_CALL);
    expect(&site, SHOWN, "- 13800138000 600 in agent");
    write_text(&site, "Master.csv", "a", row);
    expect(&site, SHOWN, "8001 13800138000 600 in agent");
    write_call(&site, "q-600-13800138000-20251120-101506-1763604906.18.wav");
    expect(&site, SHOWN, "- 13800138000 600 in agent; - 13800138000 600 in agent");
    close_site(&site);

    /* a later recording of a call: what is logged is when the call began */
    open_site(&site, "freepbx",
              "    facts:\n      sources:\n        - {kind: csv, path: @/Master.csv}\n");
    start(&site);
    write_text(&site, "Master.csv", "a", row);
    write_call(&site, "q-600-13800138000-20251120-101740-1763604902.17.wav");
    expect(&site, SHOWN, "8001 13800138000 600 in agent");
    expect(&site, "SELECT json_extract(json, '$.call.started_at') FROM results",
           "2025-11-20T10:17:40+08:00");
    close_site(&site);
}

/* Other bytes in the file, but nothing to see of it: who reads it again finds another call. */
static void spoil(const char *path)
{
    static const char nothing[RATE * 12];
    struct stat before;
    FILE *out = fopen(path, "r+");

    assert_non_null(out);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(fseek(out, 1000, SEEK_SET), 0);
    assert_int_equal(fwrite(nothing, 1, sizeof nothing, out), sizeof nothing);
    assert_int_equal(fclose(out), 0);
    const struct timespec times[] = {before.st_atim, before.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Where nothing that was measured depends on the facts, the sound is not looked at again. */
static void test_no_second_analysis(void **state)
{
    struct site site;
    char before[1024];
    char after[1024];
    char path[PATH_MAX];

    (void)state;
    open_site(&site, "freepbx",
              "    facts:\n      sources:\n        - {kind: csv, path: @/Master.csv}\n");
    start(&site);
    write_call(&site, QUEUE_CALL);
    expect(&site, SHOWN, "- 13800138000 600 in agent");
    ask(&site, "SELECT json_extract(json, '$.measures') FROM results", before);
    place(&site, "calls/" QUEUE_CALL, path);
    spoil(path);
    tell_csv(&site);
    expect(&site, SHOWN, "8001 13800138000 600 in agent");
    ask(&site, "SELECT json_extract(json, '$.measures') FROM results", after);
    assert_string_equal(after, before);
    close_site(&site);
}

/* What was told of a call goes with it. */
static void test_forgotten(void **state)
{
    struct site site;

    (void)state;
    open_site(&site, "freepbx",
              "    facts:\n      sources:\n        - {kind: csv, path: @/Master.csv}\n");
    site.config.retention.results = 1;
    tell_csv(&site);
    start(&site);
    write_call(&site, QUEUE_CALL);
    expect(&site, SHOWN, "8001 13800138000 600 in agent");
    expect(&site, "SELECT count(*) FROM facts", "1");
    ahead_ms += INT64_C(72) * HOUR_MS;
    expect(
        &site,
        "SELECT (SELECT count(*) FROM facts) || ' ' || (SELECT count(*) FROM fact_links) || ' ' ||"
        " (SELECT count(*) FROM results)",
        "0 0 0");
    close_site(&site);
}

/* ---- holds that the exchange logged */

static void test_logged_hold(void **state)
{
    struct site site;

    (void)state;
    open_site(&site, "freeswitch", "");
    start(&site);
    write_call(&site, UUID ".wav");
    expect(&site, "SELECT count(*) FROM results", "1");
    write_text(&site, "calls/a_" UUID ".cdr.json", "w",
               "{\"variables\":{\"direction\":\"inbound\",\"caller_id_number\":\"13800138000\","
               "\"start_epoch\":\"1763604902\","
               "\"hold_events\":\"{{1763604905000000,1763604911000000}}\"}}");
    expect(&site,
           "SELECT json_extract(value, '$.start_ms') || ' ' || json_extract(value, '$.end_ms')"
           " || ' ' || json_extract(value, '$.kind') FROM results,"
           " json_each(results.json, '$.events') WHERE json_extract(value, '$.type') = 'hold'",
           "3000 9000 logged");
    expect(&site, "SELECT json_extract(json, '$.score.total') FROM results", "100");
    close_site(&site);
}

/* ---- a source that is away, and waiting for facts */

static void test_waiting(void **state)
{
    struct site site;
    char shown[1024];

    (void)state;
    open_site(&site, "freepbx",
              "    facts:\n      wait: 1h\n      sources:\n        - {kind: csv, path: "
              "@/Master.csv}\n");
    start(&site);
    write_call(&site, QUEUE_CALL);
    turn_some(&site);
    ask(&site, "SELECT state FROM recordings", shown);
    assert_string_equal(shown, "ready");
    tell_csv(&site); /* no longer than until they are there */
    expect(&site, SHOWN, "8001 13800138000 600 in agent");
    assert_true(ahead_ms < HOUR_MS);
    close_site(&site);

    open_site(&site, "freepbx",
              "    facts:\n      wait: 1h\n      sources:\n        - {kind: csv, path: "
              "@/Master.csv}\n");
    start(&site);
    write_call(&site, QUEUE_CALL);
    turn_some(&site);
    ahead_ms += HOUR_MS;
    expect(&site, SHOWN, "- 13800138000 600 in agent");
    close_site(&site);
}

/* ---- database servers */

static struct database server;

static void run_server(const struct cqa_sql_driver *driver, const char *kind, const char *columns)
{
    const struct cqa_sql_place server_place = database_place(&server, driver);
    char keys[2048];
    struct site site;

    (void)snprintf(keys, sizeof keys,
                   "    facts:\n      sources:\n        - kind: %s\n          host: %s\n"
                   "          port: %d\n          user: %s\n          database: %s\n"
                   "          password_file: %s\n          interval: 1s\n"
                   "          overlap: 8784h\n          reach: 87600h\n%s",
                   kind, server_place.host, server_place.port == 0 ? 1 : server_place.port,
                   server_place.user, server_place.database, server_place.password_file, columns);
    if (server_place.port == 0) { /* the usual one */
        char *line = strstr(keys, "          port: 1\n");
        memmove(line, line + strlen("          port: 1\n"),
                strlen(line + strlen("          port: 1\n")) + 1);
    }
    open_site(&site, "freepbx", keys);
    start(&site);
    write_call(&site, QUEUE_CALL);
    expect(&site, SHOWN, "8001 13800138000 600 in agent");
    /* The server goes away: calls are analysed without, and nothing waits for it. */
    database_stop(&server);
    write_call(&site, "q-600-13900139000-20251120-101602-1763604962.18.wav");
    expect(&site, SHOWN, "8001 13800138000 600 in agent; - 13900139000 600 in agent");
    close_site(&site);
}

#define TABLE(datetime)                                                                            \
    "CREATE TABLE cdr (uniqueid VARCHAR(32), calldate " datetime ", src VARCHAR(80),"              \
    " dst VARCHAR(80), channel VARCHAR(80), dstchannel VARCHAR(80), lastapp VARCHAR(80),"          \
    " lastdata VARCHAR(80), disposition VARCHAR(45));\n"
#define ROW                                                                                        \
    "INSERT INTO cdr VALUES ('1763604902.17', '2025-11-20 10:15:02', '13800138000', '600',"        \
    " 'SIP/trunk-1', 'SIP/8001-2', 'Queue', '600,t', 'ANSWERED');\n"

static void test_mariadb(void **state)
{
    (void)state;
    assert_int_equal(database_start_mariadb(&server, TABLE("DATETIME") ROW), 0);
    run_server(&cqa_sql_mariadb, "mariadb", "          preset: asterisk\n");
}

static enum cqa_status fill(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    static const struct cqa_sql_statement create = {TABLE("TIMESTAMP"), "", 0, 1};
    static const struct cqa_sql_statement insert = {ROW, "", 0, 1};
    const enum cqa_status status = cqa_sql_do(sql, error, &create);

    (void)context;
    return status == CQA_OK ? cqa_sql_do(sql, error, &insert) : status;
}

static void test_postgresql(void **state)
{
    struct cqa_sql *sql = NULL;
    struct cqa_error error = {0};

    (void)state;
    assert_int_equal(database_start_postgres(&server), 0);
    const struct cqa_sql_place server_place = database_place(&server, &cqa_sql_postgres);
    assert_int_equal(cqa_sql_open(&server_place, &sql, &error), CQA_OK);
    if (cqa_sql_transaction(sql, CQA_SQL_WRITE, fill, NULL, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    cqa_sql_close(sql);
    run_server(&cqa_sql_postgres, "postgresql",
               "          query: >-\n"
               "            SELECT uniqueid, calldate, src,\n"
               "            channel, dstchannel, lastapp, lastdata FROM cdr\n"
               "            WHERE calldate >= :since::timestamp AND calldate < "
               "CAST(:until AS timestamp)\n"
               "          columns: [unique_id, started_at, caller, channel, dst_channel, last_app, "
               "last_data]\n");
}

static int set_up(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    setenv("CALLQA_MODELS", CQA_SOURCE_DIR "/models", 1);
    if (cqa_engine_create(&engine, CQA_ZYGOTE_FORKED, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cqa_engine_destroy(engine);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_master_csv),
        cmocka_unit_test(test_queue_log),
        cmocka_unit_test(test_sidecar),
        cmocka_unit_test(test_sqlite),
        cmocka_unit_test(test_two_agents),
        cmocka_unit_test(test_two_names),
        cmocka_unit_test(test_by_caller_and_time),
        cmocka_unit_test(test_no_second_analysis),
        cmocka_unit_test(test_logged_hold),
        cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_forgotten),
        cmocka_unit_test(test_mariadb),
        cmocka_unit_test(test_postgresql),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
