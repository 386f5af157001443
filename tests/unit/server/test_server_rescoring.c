/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A preview of a re-scoring counts what the re-scoring then writes, whatever people have said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "scores/bases.h"
#include "support/served.h"

enum { CALLS = 60 };

static struct served served;
static char second[sizeof served.session];
static uint32_t seed = 20251120;

static int set_up(void **state)
{
    (void)state;
    served_start(&served, NULL);
    served_user(&served, "lea", "lead", NULL);
    served_user(&served, "max", "lead", NULL);
    served_login(&served, "max", "correct horse");
    strcpy(second, served.session);
    served_login(&served, "lea", "correct horse");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

static unsigned any(unsigned below)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 16) % below;
}

/* A call with up to four silences, scored by another rubric in which some of them cost. */
static void put_call(int number)
{
    json_t *events = json_array();
    json_t *deductions = json_array();
    double total = 100;
    const unsigned silences = any(5);

    for (unsigned i = 0; i < silences; i++) {
        const int start_ms = (int)(5000 + 40000 * i + any(8000));
        const int end_ms = start_ms + (int)(6000 + any(20000));
        const int points = (int)any(4);
        json_array_append_new(events, json_pack("{s:i, s:s, s:i, s:i, s:s, s:f}", "id", (int)i + 1,
                                                "type", "silence", "start_ms", start_ms, "end_ms",
                                                end_ms, "cause", "unexplained", "confidence", 0.9));
        if (any(4) == 0)
            continue;
        json_array_append_new(deductions,
                              json_pack("{s:s, s:i, s:i, s:i, s:i, s:{s:s, s:s}, s:n, s:s}", "rule",
                                        any(3) > 0 ? "dead-air" : "long-air", "points", points,
                                        "event", (int)i + 1, "start_ms", start_ms, "end_ms", end_ms,
                                        "text", "en", "x", "zh", "x", "decision", "severity",
                                        points > 0 ? "minor" : "note"));
        total -= points;
    }
    json_t *changes =
        json_pack("{s:o, s:{s:i}, s:{s:f, s:o}}", "events", events, "recording", "duration_ms",
                  240000, "score", "total", total, "deductions", deductions);
    char *text = json_dumps(changes, 0);
    char id[16];
    snprintf(id, sizeof id, "%d", number);
    served_put(&served, id, text);
    free(text);
    json_decref(changes);
}

static void decide(const char *flag)
{
    static const char *const words[] = {"{\"state\":\"confirmed\"}",
                                        "{\"state\":\"overturned\",\"reason\":\"x\"}",
                                        "{\"state\":\"changed\",\"points\":1,\"reason\":\"x\"}",
                                        "{\"state\":\"changed\",\"points\":4,\"reason\":\"x\"}"};
    char path[96];

    snprintf(path, sizeof path, "/api/v1/flags/%s/decision", flag);
    struct reply reply = served_as(&served, "POST", path, words[any(4)]);
    if (reply.status != 200)
        fail_msg("%s %s", reply.body, flag);
    reply_finish(&reply);
}

static void say_something(int number)
{
    char path[96];
    char name[32];

    snprintf(path, sizeof path, "/api/v1/calls/%d/flags", number);
    struct reply reply = served_as(&served, "GET", path, NULL);
    const size_t count = json_array_size(json_object_get(reply.json, "flags"));
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "flags.%zu.flag", i);
        char flag[24];
        snprintf(flag, sizeof flag, "%s", served_text(reply.json, name));
        if (any(2) == 0)
            decide(flag);
    }
    reply_finish(&reply);
    if (any(3) > 0)
        return;
    reply = served_as(&served, "POST", path,
                      "{\"rule\":\"dead-air\",\"points\":2,\"start_ms\":1000,\"end_ms\":3000,"
                      "\"note\":\"heard\"}");
    if (reply.status / 100 != 2)
        fail_msg("%s", reply.body);
    reply_finish(&reply);
}

static char *wish(void)
{
    static const char rubric[] =
        "name: strict\nversion: \"9\"\ntitle: {en: Strict, zh: 严格}\nbase: 100\nfloor: 80\n"
        "rules:\n"
        "  - id: dead-air\n    title: {en: Dead air, zh: 静默}\n    severity: minor\n"
        "    text: {en: silence, zh: 静默}\n    on: silence\n    points:\n      each: 3\n"
        "    cap: 7\n"
        "  - id: long-air\n    title: {en: Long air, zh: 长静默}\n    severity: major\n"
        "    text: {en: silence, zh: 静默}\n    on: silence\n    where: {at_least: 20s}\n"
        "    automatic_fail: true\n";
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "rubric", rubric, "from", "2025-11-01", "to", "2025-11-30");
    char *text = json_dumps(body, 0);
    json_decref(body);
    return text;
}

/* What they do not share by what they are. */
static void assert_same(struct reply *preview, struct reply *done)
{
    assert_int_equal(preview->status, 200);
    assert_int_equal(done->status, 200);
    json_object_del(preview->json, "applied");
    json_object_del(done->json, "applied");
    if (!json_equal(preview->json, done->json))
        fail_msg("%s\n%s", preview->body, done->body);
}

static void a_preview_counts_what_would_be_written(void **state)
{
    (void)state;
    for (int i = 1; i <= CALLS; i++)
        put_call(i);
    for (int i = 1; i <= CALLS; i++)
        if (i % 3 != 0)
            say_something(i);
    char *body = wish();
    struct reply preview = served_as(&served, "POST", "/api/v1/rescore/preview", body);
    struct reply done =
        served_confirmed(&served, second, served_as(&served, "POST", "/api/v1/rescore", body));
    if (preview.status != 200)
        fail_msg("%s", preview.body);
    assert_string_equal(served_text(preview.json, "calls"), "60");
    assert_string_not_equal(served_text(preview.json, "kept_back"), "0");
    assert_string_not_equal(served_text(preview.json, "changed"), "0");
    assert_same(&preview, &done);
    reply_finish(&preview);
    reply_finish(&done);
    /* and once more: nothing is new any more */
    preview = served_as(&served, "POST", "/api/v1/rescore/preview", body);
    done = served_confirmed(&served, second, served_as(&served, "POST", "/api/v1/rescore", body));
    assert_same(&preview, &done);
    reply_finish(&preview);
    reply_finish(&done);
    free(body);
}

/* ---- what lies beside results, and their texts */

static struct reply preview_now(void)
{
    char *body = wish();
    struct reply reply = served_as(&served, "POST", "/api/v1/rescore/preview", body);

    if (reply.status != 200)
        fail_msg("%s", reply.body);
    free(body);
    return reply;
}

static void assert_comes_to(const struct reply *first)
{
    struct reply again = preview_now();

    if (!json_equal(first->json, again.json))
        fail_msg("%s\n%s", first->body, again.body);
    reply_finish(&again);
}

/* Results of before are gone through by the server by itself. */
static void wait_until_filled(void)
{
    static const struct timespec a_while = {0, 10000000};
    struct cqa_error error;
    int64_t left = 1;

    while (left > 0) {
        assert_int_equal(cqa_bases_left(served.scores, &left, &error), CQA_OK);
        (void)nanosleep(&a_while, NULL);
    }
}

static void a_preview_reads_what_lies_beside_results(void **state)
{
    (void)state;
    for (int i = 1; i <= CALLS; i++)
        put_call(i);
    struct reply first = preview_now();
    assert_string_equal(served_text(first.json, "calls"), "60");
    assert_string_equal(served_text(first.json, "unreadable"), "0");
    served_sql(&served, "UPDATE calls SET basis = NULL");
    assert_comes_to(&first); /* by the texts */
    served_restart(&served);
    served_login(&served, "lea", "correct horse");
    wait_until_filled();
    served_sql(&served, "UPDATE revisions SET body = 'gone'");
    assert_comes_to(&first); /* without them */
    served_sql(&served, served_is_sqlite()
                            ? "UPDATE calls SET basis = X'01FF' WHERE id = 1"
                            : "UPDATE calls SET basis = '\\x01ff'::bytea WHERE id = 1");
    served_sql(&served, "UPDATE calls SET basis = NULL WHERE id = 2");
    struct reply damaged = preview_now();
    assert_string_equal(served_text(damaged.json, "calls"), "60");
    assert_string_equal(served_text(damaged.json, "unreadable"), "2");
    reply_finish(&damaged);
    reply_finish(&first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_preview_counts_what_would_be_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_preview_reads_what_lies_beside_results, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
