/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "settings/config.h"
#include "sql/sql.h"
#include "support/served.h"

/* Shifts: named parts of the day by the site's clocks. */

#define HEAD "listen: 127.0.0.1:0\nstore: sqlite:/tmp/y.db\n"

static char *problems_of(const char *text)
{
    char path[] = "/tmp/callqa-config-XXXXXX";
    char *printed = NULL;
    size_t size = 0;
    struct cqa_server_config config;
    struct cqa_problems problems = {0};
    const int fd = mkstemp(path);
    FILE *out = open_memstream(&printed, &size);

    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    cqa_server_config_load(&config, path, &problems);
    cqa_problems_print(&problems, "F", CQA_ENGLISH, out);
    fclose(out);
    cqa_problems_finish(&problems);
    cqa_server_config_finish(&config);
    unlink(path);
    return printed;
}

/* `expected` is how what is printed begins; "": nothing is. */
static void expect_problems(const char *keys, const char *expected)
{
    char text[512];

    snprintf(text, sizeof text, HEAD "%s", keys);
    char *printed = problems_of(text);
    const size_t length = strlen(expected);
    if (strncmp(printed, expected, length) != 0 || (length == 0 && printed[0] != '\0'))
        fail_msg("%s: \"%s\", not \"%s\"", keys, printed, expected);
    free(printed);
}

static void each_fault_of_a_shift_has_its_place(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"shifts: [{name: night, from: 22:00, to: 06:00}, {name: day, from: 06:00, to: 24:00}]\n",
         ""},
        {"time_zone: Asia/Shanghai\n", ""},
        {"time_zone: Mars/Olympus\n", "F:3:12: time_zone: "},
        {"shifts: night\n", "F:3:9: \"shifts\" must be a list\n"},
        {"shifts: [night]\n", "F:3:10: a shift must be {name: …, from: 08:00, to: 16:00}\n"},
        {"shifts: [{name: n, from: 24:00, to: 06:00}]\n",
         "F:3:26: \"24:00\" is not a time of day; allowed: 00:00 to 23:59\n"},
        {"shifts: [{name: n, from: 8:00, to: 06:60}]\n",
         "F:3:26: \"8:00\" is not a time of day; allowed: 00:00 to 23:59\n"},
        {"shifts: [{name: n, from: 08:00, to: 16:60}]\n",
         "F:3:37: \"16:60\" is not a time of day; allowed: 00:00 to 24:00\n"},
        {"shifts: [{name: n, from: 08:00, to: 08:00}]\n",
         "F:3:37: must be another time than \"from\"; the whole day is 00:00 to 24:00\n"},
        {"shifts: [{from: 08:00, to: 09:00}]\n", "F:3:10: \"name\" is missing\n"},
        {"shifts: [{name: n, from: 08:00, to: 09:00, zone: x}]\n", "F:3:44: unknown key \"zone\""},
        {"shifts: [{name: n, from: 08:00, to: 09:00}, {name: n, from: 09:00, to: 10:00}]\n",
         "F:3:52: another shift is named \"n\"\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_problems(cases[i].text, cases[i].expected);
}

static void each_fault_of_a_reason_has_its_place(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"reasons: [{id: rain, en: It rained, zh: 下雨}, {id: b-2_x, en: B, zh: 乙}]\n", ""},
        {"reasons: []\n", ""},
        {"reasons: rain\n", "F:3:10: \"reasons\" must be a list\n"},
        {"reasons: [rain]\n", "F:3:11: a reason must be {id: …, en: …, zh: …}\n"},
        {"reasons: [{id: Rain, en: R, zh: 雨}]\n", "F:3:16: an id has 1 to 32 of a-z 0-9 - _\n"},
        {"reasons: [{id: a, en: R}]\n", "F:3:11: \"zh\" is missing\n"},
        {"reasons: [{id: a, en: '', zh: 雨}]\n", "F:3:23: \"en\" is empty\n"},
        {"reasons: [{id: a, en: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, zh: 雨}]\n",
         "F:3:23: a reason has 1 to 120 bytes\n"},
        {"reasons: [{id: a, en: R, zh: 雨, points: 1}]\n", "F:3:33: unknown key \"points\""},
        {"reasons: [{id: a, en: R, zh: 雨}, {id: a, en: S, zh: 雪}]\n",
         "F:3:39: another reason has the id \"a\"\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_problems(cases[i].text, cases[i].expected);
}

/* ---- as SQL */

/* What the clocks say. */
static int holds(const struct cqa_shift *shift, int64_t started_ms)
{
    const int64_t utc_s = started_ms / 1000;
    const int64_t local_s = utc_s + cqa_zone_offset_s(shift->zone, utc_s);
    const int minute = (int)(((local_s % 86400 + 86400) % 86400) / 60);

    if (shift->from_minute < shift->to_minute)
        return minute >= shift->from_minute && minute < shift->to_minute;
    return minute >= shift->from_minute || minute < shift->to_minute;
}

static struct cqa_sql *open_sql(char *path)
{
    struct cqa_error error = {0};
    struct cqa_sql *sql = NULL;
    const struct cqa_sql_place place = {.driver = &cqa_sql_sqlite, .path = path};

    close(mkstemp(path));
    assert_int_equal(cqa_sql_open(&place, &sql, &error), CQA_OK);
    return sql;
}

static int falls_into(struct cqa_sql *sql, const struct cqa_shift *shift, int64_t started_ms)
{
    struct cqa_error error = {0};
    struct cqa_buffer text = {.limit = 1 << 16};
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = CQA_OK;

    cqa_buffer_print(&text, "SELECT count(*) FROM (SELECT %lld AS ms) m WHERE ",
                     (long long)started_ms);
    cqa_shift_write(shift, "m.ms", started_ms, started_ms, &text);
    const struct cqa_sql_statement statement = {.text = text.text, .types = "", .columns = 1};
    assert_int_equal(cqa_sql_start_values(sql, &rows, &error, &statement, NULL, 0), CQA_OK);
    assert_true(cqa_sql_next(rows, &status, &error));
    const int count = (int)cqa_sql_int(rows, 0);
    cqa_sql_end(rows);
    cqa_buffer_finish(&text);
    return count;
}

/* The clocks of Berlin are at +01:00 in winter and +02:00 in summer. */
static void a_shift_follows_the_sites_clocks(void **state)
{
    struct cqa_zone *zone;
    struct cqa_error error;
    static const int64_t winter_ms = 1763596800000; /* 2025-11-20 00:00 UTC, 01:00 there */
    static const int64_t summer_ms = 1752969600000; /* 2025-07-20 00:00 UTC, 02:00 there */
    static const int64_t hour_ms = 3600000;

    char path[] = "/tmp/callqa-shifts-XXXXXX";
    struct cqa_sql *sql = open_sql(path);

    (void)state;
    assert_int_equal(cqa_zone_load("Europe/Berlin", &zone, &error), CQA_OK);
    const struct cqa_shift day = {"day", 6 * 60, 14 * 60, zone};
    const struct cqa_shift night = {"night", 22 * 60, 6 * 60, zone};
    const struct cqa_shift late = {"late", 14 * 60, 24 * 60, zone};
    assert_int_equal(falls_into(sql, &day, winter_ms + 5 * hour_ms - 1000), 0);
    assert_int_equal(falls_into(sql, &day, winter_ms + 5 * hour_ms), 1);
    assert_int_equal(falls_into(sql, &day, summer_ms + 4 * hour_ms), 1);
    assert_int_equal(falls_into(sql, &day, winter_ms + 4 * hour_ms), 0);
    assert_int_equal(falls_into(sql, &day, winter_ms + 13 * hour_ms - 1000), 1);
    assert_int_equal(falls_into(sql, &day, winter_ms + 13 * hour_ms), 0);
    assert_int_equal(falls_into(sql, &night, winter_ms), 1);
    assert_int_equal(falls_into(sql, &night, winter_ms + 5 * hour_ms), 0);
    assert_int_equal(falls_into(sql, &night, winter_ms + 21 * hour_ms), 1);
    assert_int_equal(falls_into(sql, &night, -3 * hour_ms), 1); /* 22:00 on the last day of 1969 */
    assert_int_equal(falls_into(sql, &late, winter_ms + 23 * hour_ms - 1000), 1);
    assert_int_equal(falls_into(sql, &late, winter_ms + 23 * hour_ms), 0);
    cqa_zone_destroy(zone);
    cqa_sql_close(sql);
    unlink(path);
}

/* Asks SQLite for the shift of each moment in `moments` (m.ms), and the clocks. How many there
 * were.
 */
static size_t compare(struct cqa_sql *sql, const struct cqa_shift *shift, const char *moments)
{
    struct cqa_error error = {0};
    struct cqa_buffer text = {.limit = 1 << 20};
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = CQA_OK;
    size_t count = 0;

    cqa_buffer_print(&text, "WITH m(ms) AS (%s) SELECT m.ms, coalesce(", moments);
    cqa_shift_write(shift, "m.ms", INT64_MIN, INT64_MAX, &text);
    cqa_buffer_print(&text, ", 0) FROM m");
    assert_false(text.failed);
    const struct cqa_sql_statement statement = {.text = text.text, .types = "", .columns = 2};
    assert_int_equal(cqa_sql_start_values(sql, &rows, &error, &statement, NULL, 0), CQA_OK);
    for (; cqa_sql_next(rows, &status, &error); count++)
        if (cqa_sql_int(rows, 1) != holds(shift, cqa_sql_int(rows, 0)))
            fail_msg("%s at %lld: not %lld", shift->name, (long long)cqa_sql_int(rows, 0),
                     (long long)cqa_sql_int(rows, 1));
    assert_int_equal(status, CQA_OK);
    cqa_sql_end(rows);
    cqa_buffer_finish(&text);
    return count;
}

/* The seconds about each change of the clocks from 1900 on, and about the hours beside it. */
static void list_changes(const struct cqa_zone *zone, struct cqa_buffer *out)
{
    int64_t at_s = -2208988800;

    cqa_buffer_print(out, "VALUES (0)");
    while (cqa_zone_next_change(zone, at_s, &at_s) && at_s < 4102444800)
        for (int hour = -6; hour <= 6; hour++)
            cqa_buffer_print(out, ",(%lld),(%lld)", (long long)(at_s + hour * 3600) * 1000,
                             (long long)(at_s + hour * 3600) * 1000 - 1);
}

static void compare_in_zone(struct cqa_sql *sql, const char *name)
{
    static const char steps[] = "SELECT -1000000000000 UNION ALL SELECT ms + 188999123 FROM m"
                                " WHERE ms < 4100000000000";
    struct cqa_zone *zone = NULL;
    struct cqa_error error = {0};
    struct cqa_buffer changes = {.limit = 1 << 20};

    assert_int_equal(cqa_zone_load(name, &zone, &error), CQA_OK);
    const struct cqa_shift shifts[] = {{"day", 6 * 60, 14 * 60, zone},
                                       {"night", 22 * 60, 6 * 60, zone},
                                       {"late", 14 * 60 + 30, 24 * 60, zone},
                                       {"last", 23 * 60 + 59, 0, zone}};
    list_changes(zone, &changes);
    for (size_t i = 0; i < sizeof shifts / sizeof shifts[0]; i++) {
        assert_true(compare(sql, &shifts[i], changes.text) >= 1);
        assert_true(compare(sql, &shifts[i], steps) > 20000);
    }
    cqa_buffer_finish(&changes);
    cqa_zone_destroy(zone);
}

static void sql_tells_shifts_as_the_clocks_do(void **state)
{
    static const char *const zones[] = {"UTC",         "Asia/Shanghai",       "Europe/Berlin",
                                        "EST5EDT",     "Australia/Lord_Howe", "Africa/Casablanca",
                                        "Asia/Kolkata"};
    char path[] = "/tmp/callqa-shifts-XXXXXX";
    struct cqa_sql *sql = open_sql(path);

    (void)state;
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        compare_in_zone(sql, zones[i]);
    cqa_sql_close(sql);
    unlink(path);
}

/* ---- the lists */

static struct served served;

static int set_up(void **state)
{
    (void)state;
    served_start(&served, "time_zone: Asia/Shanghai\nsession: {plain_cookie: true}\nshifts:\n"
                          "- {name: early, from: 06:00, to: 14:00}\n"
                          "- {name: night, from: 22:00, to: 06:00}\n");
    served_put(&served, "a", "{\"call\": {\"started_at\": \"2025-11-20T10:00:00+08:00\"}}");
    served_put(&served, "b", "{\"call\": {\"started_at\": \"2025-11-20T23:00:00+08:00\"}}");
    served_put(&served, "c", "{\"call\": {\"started_at\": \"2025-11-20T17:59:00+00:00\"}}");
    served_put(&served, "d", "{\"call\": {\"started_at\": null}}");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

/* Ids of the calls of a list, in its order. */
static const char *ids(const char *path, const char *list, const char *at)
{
    static char text[256];
    struct reply reply = served_get(&served, served.lead, path);
    const json_t *item;
    size_t index;

    snprintf(text, sizeof text, "%s", reply.status == 200 ? "" : "refused");
    json_array_foreach(json_object_get(reply.json, list), index, item)
    {
        strcat(text, served_text(item, at));
        strcat(text, " ");
    }
    reply_finish(&reply);
    return text;
}

static void queue_and_calls_are_filtered_by_shift(void **state)
{
    (void)state;
    assert_string_equal(ids("/api/v1/calls?sort=newest&shift=night", "calls", "call.id"), "c b ");
    assert_string_equal(ids("/api/v1/calls?sort=newest&shift=early", "calls", "call.id"), "a ");
    assert_string_equal(
        ids("/api/v1/calls?sort=newest&shift=night&from=2025-11-20&to=2025-11-20&limit=1", "calls",
            "call.id"),
        "c ");
    assert_string_equal(ids("/api/v1/flags?sort=newest&shift=early", "flags", "call.id"), "a a ");
    assert_string_equal(ids("/api/v1/flags?sort=newest&shift=night&rule=dead-air&from=2025-11-20",
                            "flags", "call.id"),
                        "c b ");
    assert_string_equal(ids("/api/v1/flags?shift=noon", "flags", "call.id"), "refused");
    assert_string_equal(ids("/api/v1/shifts", "shifts", "to"), "14:00 06:00 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_of_a_shift_has_its_place),
        cmocka_unit_test(each_fault_of_a_reason_has_its_place),
        cmocka_unit_test(a_shift_follows_the_sites_clocks),
        cmocka_unit_test(sql_tells_shifts_as_the_clocks_do),
        cmocka_unit_test_setup_teardown(queue_and_calls_are_filtered_by_shift, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
