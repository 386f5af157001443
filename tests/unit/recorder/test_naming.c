/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "recorder/leg.h"
#include "recorder/parts.h"
#include "recorder/profile.h"

/* What is expected of a name; NULL: null. */
struct expected {
    const char *recorder;
    const char *path;
    int matched;
    const char *id;
    const char *agent;
    const char *customer;
    const char *queue;
    const char *direction;
    const char *started_at;
    int agent_channel;
};

static const struct expected known[] = {
    {"freepbx", "in-8001-13800138000-20251120-101502-1763604902.17.wav", 1, "1763604902.17", "8001",
     "13800138000", NULL, "in", "2025-11-20T10:15:02+08:00", 0},
    {"freepbx", "/m/2025/11/20/out-13800138000-8001-20251120-101502-1763604902.17.WAV", 1,
     "1763604902.17", "8001", "13800138000", NULL, "out", "2025-11-20T10:15:02+08:00", 0},
    {"freepbx", "q-600-13800138000-20251120-101502-pbx1-1763604902.17.gsm", 1, "pbx1-1763604902.17",
     NULL, "13800138000", "600", "in", "2025-11-20T10:15:02+08:00", 0},
    {"freepbx", "rg-700-unknown-20251120-101502-1763604902.18.wav", 1, "1763604902.18", NULL, NULL,
     "700", "in", "2025-11-20T10:15:02+08:00", 0},
    {"freepbx", "external-8001-+8613800138000-20251120-101502-1763604902.17.wav", 1,
     "1763604902.17", "8001", "+8613800138000", NULL, "in", "2025-11-20T10:15:02+08:00", 0},
    {"freepbx", "internal-8001-8002-20251120-101502-1763604902.17.wav", 1, "1763604902.17", "8001",
     "8002", NULL, "internal", "2025-11-20T10:15:02+08:00", 0},
    {"freepbx", "exten-8001-8002-20251120-101502-1763604902.17.wav", 1, "1763604902.17", "8001",
     "8002", NULL, NULL, "2025-11-20T10:15:02+08:00", 0},
    {"freepbx", "conf-900-900-20251120-101502-1763604902.17.wav", 1, "1763604902.17", NULL, NULL,
     NULL, NULL, "2025-11-20T10:15:02+08:00", 0},
    {"freepbx", "in-8001-138-20251120-101502-1763604902.17-out.wav", 1, "1763604902.17", "8001",
     "138", NULL, "in", "2025-11-20T10:15:02+08:00", 0},
    /* The recorder's clock was an hour off from the zone: the epoch second is right. */
    {"freepbx", "in-8001-138-20251120-111502-1763604902.17.wav", 1, "1763604902.17", "8001", "138",
     NULL, "in", "2025-11-20T10:15:02+08:00", 0},
    {"freepbx", "in-8001-138-20251320-101502-0763604902.17.wav", 0,
     "in-8001-138-20251320-101502-0763604902.17.wav", NULL, NULL, NULL, NULL, NULL, 0},
    {"freepbx", "music.wav", 0, "music.wav", NULL, NULL, NULL, NULL, NULL, 0},
    {"freepbx", "/m/in-8001-138-20251120-101502-1763604902.17.wav\n", 0,
     "/m/in-8001-138-20251120-101502-1763604902.17.wav\\x0a", NULL, NULL, NULL, NULL, NULL, 0},
    {"generic", "/m/a/call.wav", 1, "/m/a/call.wav", NULL, NULL, NULL, NULL, NULL, 0},
    {"generic", "b\xff.wav", 1, "b\\xff.wav", NULL, NULL, NULL, NULL, NULL, 0},
    {"asterisk", "auto-1763604902-8001-8002.wav", 1, "auto-1763604902-8001-8002", NULL, NULL, NULL,
     NULL, "2025-11-20T10:15:02+08:00", 0},
    {"asterisk", "1763604902.17.raw", 1, "1763604902.17", NULL, NULL, NULL, NULL,
     "2025-11-20T10:15:02+08:00", 0},
    {"asterisk", "1763604902.17-r.wav", 1, "1763604902.17", NULL, NULL, NULL, NULL,
     "2025-11-20T10:15:02+08:00", 0},
    {"freeswitch", "13800138000.2025-11-20-10-15-02.wav", 1, "13800138000.2025-11-20-10-15-02",
     NULL, "13800138000", NULL, NULL, "2025-11-20T10:15:02+08:00", 1},
    {"freeswitch", "2025-11-20-10-15-02.600.138.0a1b2c3d-0000-1111-2222-333344445555.wav", 1,
     "0a1b2c3d-0000-1111-2222-333344445555", NULL, "138", "600", "in", "2025-11-20T10:15:02+08:00",
     1},
    {"freeswitch", "0a1b2c3d-0000-1111-2222-333344445555.wav", 1,
     "0a1b2c3d-0000-1111-2222-333344445555", NULL, NULL, NULL, NULL, NULL, 1},
    {"vicidial", "20251120-101502_13800138000_8001-all.mp3", 1, "20251120-101502_13800138000_8001",
     NULL, "13800138000", NULL, NULL, "2025-11-20T10:15:02+08:00", 0},
    {"oreka", "2025/11/20/10/20251120_101502_A1B2.gsm", 1, "20251120_101502_A1B2", NULL, NULL, NULL,
     NULL, "2025-11-20T10:15:02+08:00", 0},
    {"rtpengine", "1-23%40pbx.example-0123456789abcdef-mix.wav", 1, "1-23@pbx.example", NULL, NULL,
     NULL, NULL, NULL, 0},
    {"rtpengine", "1-23%40pbx-0123456789abcdef-9f3a.wav", 1, "1-23@pbx", NULL, NULL, NULL, NULL,
     NULL, 0},
    {"twilio", "RE0123456789abcdef0123456789abcdef.mp3", 1, "RE0123456789abcdef0123456789abcdef",
     NULL, NULL, NULL, NULL, NULL, 1},
    {"genesys",
     "/x/01234567-0000-1111-2222-333344445555/year=2025/month=11/day=20/hour=2/"
     "conversation_id=0a1b2c3d-0000-1111-2222-333344445555/"
     "ffffffff-0000-1111-2222-333344445555.ogg",
     1, "0a1b2c3d-0000-1111-2222-333344445555", NULL, NULL, NULL, NULL, "2025-11-20T10:00:00+08:00",
     1},
    {"verint", "/export/a.wav", 1, "/export/a.wav", NULL, NULL, NULL, NULL, NULL, 0},
    {"webex", "/export/a.wav", 1, "/export/a.wav", NULL, NULL, NULL, NULL, NULL, 1},
};

static struct cqa_recorder *recorder_of(const char *name)
{
    struct cqa_recorder *recorder = NULL;
    struct cqa_problems problems = {0};
    struct cqa_error error = {0};
    char path[PATH_MAX];

    assert_int_equal(setenv("CALLQA_MODELS", CQA_SOURCE_DIR "/models", 1), 0);
    const enum cqa_status status = cqa_recorder_load(name, &recorder, path, &problems, &error);
    cqa_problems_print(&problems, path, CQA_ENGLISH, stderr);
    cqa_problems_finish(&problems);
    if (status != CQA_OK)
        fail_msg("%s: %s", name, cqa_english(&error.message));
    return recorder;
}

static void assert_text(const char *path, const char *what, const char *got, const char *expected)
{
    if (got == NULL ? expected != NULL : expected == NULL || strcmp(got, expected) != 0)
        fail_msg("%s: %s is %s, expected %s", path, what, got == NULL ? "null" : got,
                 expected == NULL ? "null" : expected);
}

static void test_known_names(void **state)
{
    struct cqa_zone *zone = NULL;

    (void)state;
    assert_int_equal(cqa_zone_load("Asia/Shanghai", &zone, NULL), CQA_OK);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct expected *name = &known[i];
        struct cqa_recorder *recorder = recorder_of(name->recorder);
        struct cqa_arena arena = {0};
        struct cqa_call_identity got;
        assert_int_equal(cqa_recorder_identify(recorder, zone, name->path, &arena, &got, NULL),
                         CQA_OK);
        if (got.matched != name->matched)
            fail_msg("%s: %s", name->path, cqa_english(&got.why));
        assert_text(name->path, "id", got.call.id, name->id);
        assert_text(name->path, "agent", got.call.agent, name->agent);
        assert_text(name->path, "customer", got.call.customer, name->customer);
        assert_text(name->path, "queue", got.call.queue, name->queue);
        assert_text(name->path, "direction", got.call.direction, name->direction);
        assert_text(name->path, "started_at", got.call.started_at, name->started_at);
        assert_text(name->path, "source", got.call.source, name->recorder);
        assert_int_equal(got.call.lines.agent_channel, name->agent_channel);
        const char *why = cqa_english(&got.why);
        assert_true(why[0] != '\0' && strchr(why, '\n') == NULL);
        cqa_arena_finish(&arena);
        cqa_recorder_destroy(recorder);
    }
    cqa_zone_destroy(zone);
}

/* Both 02:30 of the night the clocks go back: the unique id tells them apart. */
static void test_epoch_settles_the_hour_that_comes_twice(void **state)
{
    struct cqa_recorder *recorder = recorder_of("freepbx");
    struct cqa_zone *zone = NULL;
    struct cqa_arena arena = {0};
    struct cqa_call_identity got;

    (void)state;
    assert_int_equal(cqa_zone_load("Europe/Berlin", &zone, NULL), CQA_OK);
    assert_int_equal(cqa_recorder_identify(recorder, zone,
                                           "in-1-2-20251026-023000-1761438600.1.wav", &arena, &got,
                                           NULL),
                     CQA_OK);
    assert_string_equal(got.call.started_at, "2025-10-26T02:30:00+02:00");
    assert_int_equal(cqa_recorder_identify(recorder, zone,
                                           "in-1-2-20251026-023000-1761442200.1.wav", &arena, &got,
                                           NULL),
                     CQA_OK);
    assert_string_equal(got.call.started_at, "2025-10-26T02:30:00+01:00");
    cqa_arena_finish(&arena);
    cqa_zone_destroy(zone);
    cqa_recorder_destroy(recorder);
}

/* The id's second is the call's; a second recording of the call (a transfer, a pause, the
 * extension's file after the queue's) begins when its name says. */
static void test_a_later_recording_of_a_call_begins_when_its_name_says(void **state)
{
    static const struct {
        const char *zone, *name, *started_at;
    } cases[] = {
        {"Asia/Shanghai", "exten-8001-13800138000-20251120-101740-1763604902.17.wav",
         "2025-11-20T10:17:40+08:00"},
        {"Asia/Shanghai", "exten-8001-13800138000-20251120-120111-1763604902.17.wav",
         "2025-11-20T12:01:11+08:00"},
        /* a name that was made before the channel was: not before there was one to record */
        {"Asia/Shanghai", "exten-8001-13800138000-20251120-101422-1763604902.17.wav",
         "2025-11-20T10:15:02+08:00"},
        /* clocks of two zones, ahead and behind: whole quarters of an hour */
        {"UTC", "exten-8001-13800138000-20251120-101503-1763604902.17.wav",
         "2025-11-20T02:15:02+00:00"},
        {"Asia/Shanghai", "exten-8001-13800138000-20251120-021502-1763604902.17.wav",
         "2025-11-20T10:15:02+08:00"},
        /* the hour that comes twice: the call of 02:20 summer time was recorded again at 02:10
           winter time, and 20 min later in the same hour */
        {"Europe/Berlin", "exten-8001-13800138000-20251026-021000-1761438000.1.wav",
         "2025-10-26T02:10:00+01:00"},
        {"Europe/Berlin", "exten-8001-13800138000-20251026-024000-1761438000.1.wav",
         "2025-10-26T02:40:00+02:00"},
    };
    struct cqa_recorder *recorder = recorder_of("freepbx");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cqa_zone *zone = NULL;
        struct cqa_arena arena = {0};
        struct cqa_call_identity got;
        assert_int_equal(cqa_zone_load(cases[i].zone, &zone, NULL), CQA_OK);
        assert_int_equal(cqa_recorder_identify(recorder, zone, cases[i].name, &arena, &got, NULL),
                         CQA_OK);
        assert_string_equal(got.call.started_at, cases[i].started_at);
        assert_true(got.call.called_ms == (strstr(cases[i].zone, "Berlin") == NULL
                                               ? INT64_C(1763604902000)
                                               : INT64_C(1761438000000)));
        cqa_arena_finish(&arena);
        cqa_zone_destroy(zone);
    }
    cqa_recorder_destroy(recorder);
}

static void test_ignores_what_is_no_recording(void **state)
{
    struct cqa_recorder *recorder = recorder_of("freeswitch");

    (void)state;
    assert_true(cqa_recorder_ignores(recorder, ".nfs000012"));
    assert_true(cqa_recorder_ignores(recorder, ".hidden.wav"));
    assert_true(cqa_recorder_ignores(recorder, "a.wav.tmp"));
    assert_true(cqa_recorder_ignores(recorder, "a.WAV.PART"));
    assert_true(cqa_recorder_ignores(recorder, "a.mcf"));
    assert_true(cqa_recorder_ignores(recorder, "a_1.cdr.json"));
    assert_false(cqa_recorder_ignores(recorder, "a.wav"));
    cqa_recorder_destroy(recorder);
}

/* Loads a profile of that text; the problems as printed. */
static void load_text(const char *text, char *printed, size_t size)
{
    char name[] = "/tmp/callqa-profile-XXXXXX.yaml";
    char path[PATH_MAX];
    struct cqa_recorder *recorder = NULL;
    struct cqa_problems problems = {0};
    struct cqa_error error = {0};
    const int fd = mkstemps(name, 5);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(fd), 0);
    const enum cqa_status status = cqa_recorder_load(name, &recorder, path, &problems, &error);
    assert_int_equal(status, problems.count == 0 ? CQA_OK : CQA_E_BADDATA);
    FILE *out = fmemopen(printed, size, "w");
    assert_non_null(out);
    cqa_problems_print(&problems, "p", CQA_ENGLISH, out);
    assert_int_equal(fclose(out), 0);
    cqa_problems_finish(&problems);
    cqa_recorder_destroy(recorder);
    assert_int_equal(unlink(name), 0);
}

static void test_says_every_problem_with_its_place(void **state)
{
    char printed[4096] = "";

    (void)state;
    load_text("name: x\nagent_channel: 2\ncolour: red\npatterns:\n  - name: a\n"
              "    regex: '^(?<id>['\n  - name: b\n    regex: '^(?<to>.*)$'\n"
              "    fields: {agent: whom}\n    types: {in: {direction: sideways}}\n",
              printed, sizeof printed);
    assert_non_null(strstr(printed, "p:2:"));
    assert_non_null(strstr(printed, "p:3:1:"));
    assert_non_null(strstr(printed, "p:6:12: not a regular expression, at its character"));
    assert_non_null(strstr(printed, "p:9:21: the regex has no group \"whom\""));
    assert_non_null(strstr(printed, "no group \"type\""));
    assert_non_null(strstr(printed, "no group \"sideways\"; in, out and internal"));
}

/* A profile of a site's own: what it says comes before what it takes over, parts of patterns too.
 */
static void test_profile_like_another(void **state)
{
    static const char text[] = "name: ours\nlike: freepbx\nagent_channel: 1\n"
                               "define: {extension: '7\\d{6}'}\npatterns:\n  - name: hotline\n"
                               "    regex: '^hot-(?<agent>{{extension}})-{{tail}}$'\n";
    static const struct {
        const char *path, *agent;
        int matched;
    } names[] = {
        {"hot-7000001-20251120-101502-1763604902.17.wav", "7000001", 1},
        {"in-7000001-138-20251120-101502-1763604902.17.wav", "7000001", 1},
        {"in-8001-138-20251120-101502-1763604902.17.wav", NULL, 1},
        {"hot-8001-20251120-101502-1763604902.17.wav", NULL, 0},
    };
    char name[] = "/tmp/callqa-profile-XXXXXX.yaml";
    const int fd = mkstemps(name, 5);

    (void)state;
    assert_int_equal(write(fd, text, sizeof text - 1), (ssize_t)sizeof text - 1);
    assert_int_equal(close(fd), 0);
    struct cqa_recorder *recorder = recorder_of(name);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct cqa_zone *zone = NULL;
        struct cqa_arena arena = {0};
        struct cqa_call_identity got;
        assert_int_equal(cqa_zone_load("UTC", &zone, NULL), CQA_OK);
        assert_int_equal(cqa_recorder_identify(recorder, zone, names[i].path, &arena, &got, NULL),
                         CQA_OK);
        assert_int_equal(got.matched, names[i].matched);
        assert_text(names[i].path, "agent", got.call.agent, names[i].agent);
        assert_text(names[i].path, "source", got.call.source, "ours");
        assert_int_equal(got.call.lines.agent_channel, 1);
        cqa_arena_finish(&arena);
        cqa_zone_destroy(zone);
    }
    cqa_recorder_destroy(recorder);
    assert_int_equal(unlink(name), 0);
}

static void test_what_a_profile_is_like_must_be_there(void **state)
{
    char printed[4096] = "";

    (void)state;
    load_text("name: x\nlike: nobody\ntakes_any: true\n", printed, sizeof printed);
    assert_non_null(strstr(printed, "p:2:7: the profile \"nobody\" is not there or not valid"));
    load_text("name: x\ndefine: {a: '{{a}}'}\npatterns:\n  - name: n\n    regex: '{{a}}'\n"
              "  - name: m\n    regex: 'x{{b}}'\n  - name: o\n    regex: 'x{{b'\n",
              printed, sizeof printed);
    assert_non_null(strstr(printed, "p:5:12: \"{{a}}\" is no part that \"define\" names"));
    assert_non_null(strstr(printed, "p:7:12: \"{{b}}\" is no part"));
    assert_non_null(strstr(printed, "p:9:12: "));
    /* Each doubles the one below: they end all the same. */
    load_text(
        "name: x\ndefine: {a: '{{b}}{{b}}{{b}}{{b}}{{b}}{{b}}', b: '{{c}}{{c}}{{c}}{{c}}{{c}}', "
        "c: '{{d}}{{d}}{{d}}{{d}}{{d}}', d: '{{e}}{{e}}{{e}}{{e}}{{e}}', e: ''}\npatterns:\n"
        "  - name: n\n    regex: '{{a}}'\n",
        printed, sizeof printed);
    assert_non_null(strstr(printed, "p:5:12: "));
}

/* A year of one digit counts from the profile's decade; without one nobody knows the day. */
static void test_decade(void **state)
{
    static const char *const texts[] = {
        "name: x\ndecade: 2030\npatterns:\n  - name: n\n    regex: "
        "'^(?<year>\\d)(?<month>\\d\\d)(?<day>\\d\\d)(?<hour>\\d\\d)$'\n",
        "name: x\npatterns:\n  - name: n\n    regex: "
        "'^(?<year>\\d)(?<month>\\d\\d)(?<day>\\d\\d)(?<hour>\\d\\d)$'\n"};
    static const char *const expected[] = {"2035-11-20T10:00:00+00:00", NULL};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char name[] = "/tmp/callqa-profile-XXXXXX.yaml";
        struct cqa_zone *zone = NULL;
        struct cqa_arena arena = {0};
        struct cqa_call_identity got;
        const int fd = mkstemps(name, 5);
        assert_int_equal(write(fd, texts[i], strlen(texts[i])), (ssize_t)strlen(texts[i]));
        assert_int_equal(close(fd), 0);
        struct cqa_recorder *recorder = recorder_of(name);
        assert_int_equal(cqa_zone_load("UTC", &zone, NULL), CQA_OK);
        assert_int_equal(cqa_recorder_identify(recorder, zone, "5112010", &arena, &got, NULL),
                         CQA_OK);
        assert_true(got.matched);
        assert_text("5112010", "started_at", got.call.started_at, expected[i]);
        cqa_arena_finish(&arena);
        cqa_zone_destroy(zone);
        cqa_recorder_destroy(recorder);
        assert_int_equal(unlink(name), 0);
    }
}

/* A pattern that would take all the time there is counts as one that does not fit. */
static void test_hostile_pattern_ends(void **state)
{
    char name[] = "/tmp/callqa-profile-XXXXXX.yaml";
    static const char text[] = "name: x\npatterns:\n  - name: a\n    regex: '^(a+)+$'\n";
    struct cqa_recorder *recorder = NULL;
    struct cqa_problems problems = {0};
    struct cqa_zone *zone = NULL;
    struct cqa_arena arena = {0};
    struct cqa_call_identity got;
    char path[PATH_MAX];
    const int fd = mkstemps(name, 5);

    (void)state;
    assert_int_equal(write(fd, text, sizeof text - 1), (ssize_t)sizeof text - 1);
    assert_int_equal(close(fd), 0);
    assert_int_equal(cqa_recorder_load(name, &recorder, path, &problems, NULL), CQA_OK);
    assert_int_equal(cqa_zone_load("UTC", &zone, NULL), CQA_OK);
    assert_int_equal(cqa_recorder_identify(recorder, zone,
                                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
                                           &arena, &got, NULL),
                     CQA_OK);
    assert_int_equal(got.matched, 0);
    cqa_arena_finish(&arena);
    cqa_zone_destroy(zone);
    cqa_recorder_destroy(recorder);
    cqa_problems_finish(&problems);
    assert_int_equal(unlink(name), 0);
}

/* ---- what the recorder says of the lines */

static struct cqa_call_lines lines_of(const char *profile, const char *path, const char *direction)
{
    struct cqa_recorder *recorder = NULL;
    struct cqa_problems problems = {0};
    struct cqa_zone *zone = NULL;
    struct cqa_arena arena = {0};
    struct cqa_call_identity got;
    char found[PATH_MAX];

    assert_int_equal(cqa_recorder_load(profile, &recorder, found, &problems, NULL), CQA_OK);
    assert_int_equal(cqa_zone_load("UTC", &zone, NULL), CQA_OK);
    assert_int_equal(cqa_recorder_identify(recorder, zone, path, &arena, &got, NULL), CQA_OK);
    if (direction != NULL)
        cqa_recorder_set_direction(recorder, direction, &got.call);
    cqa_arena_finish(&arena);
    cqa_zone_destroy(zone);
    cqa_recorder_destroy(recorder);
    cqa_problems_finish(&problems);
    return got.call.lines;
}

/* Where channels depend on a direction, and nobody gives it, whose they are is not known. */
static void test_roles_unknown(void **state)
{
    static const char freeswitch[] = "0a1b2c3d-0000-1111-2222-333344445555.wav";

    (void)state;
    assert_true(lines_of("freeswitch", freeswitch, NULL).roles_unknown);
    assert_false(lines_of("freeswitch", freeswitch, "in").roles_unknown);
    assert_false(lines_of("freeswitch", freeswitch, "out").roles_unknown);
    assert_int_equal(lines_of("freeswitch", freeswitch, "in").agent_channel, 1);
    assert_int_equal(lines_of("freeswitch", freeswitch, "out").agent_channel, 0);
    assert_true(lines_of("twilio", "RE0123456789abcdef0123456789abcdef.mp3", NULL).roles_unknown);
    assert_false(lines_of("generic", "/m/a/call.wav", NULL).roles_unknown);
    assert_false(lines_of("freepbx", "exten-8001-8002-20251120-101502-1763604902.17.wav", NULL)
                     .roles_unknown);
    assert_true(lines_of("asterisk", "1763604902.17.wav", NULL).roles_unknown);
}

static void test_legs(void **state)
{
    (void)state;
    assert_int_equal(lines_of("asterisk", "1763604902.17-r.wav", NULL).leg, CQA_LEG_SOMEBODY);
    assert_int_equal(
        lines_of("freepbx", "in-8001-138-20251120-101502-1763604902.17-out.wav", NULL).leg,
        CQA_LEG_AGENT);
    assert_int_equal(
        lines_of("freepbx", "out-138-8001-20251120-101502-1763604902.17-out.wav", NULL).leg,
        CQA_LEG_CUSTOMER);
    assert_int_equal(
        lines_of("freepbx", "q-600-138-20251120-101502-1763604902.17-in.wav", NULL).leg,
        CQA_LEG_CUSTOMER);
    assert_int_equal(
        lines_of("freepbx", "exten-8001-138-20251120-101502-1763604902.17-in.wav", NULL).leg,
        CQA_LEG_SOMEBODY);
    assert_int_equal(lines_of("rtpengine", "1-23%40pbx-0123456789abcdef-9f3a.wav", NULL).leg,
                     CQA_LEG_SOMEBODY);
    assert_int_equal(lines_of("asterisk", "1763604902.17.wav", NULL).leg, CQA_LEG_NONE);
    assert_int_equal(lines_of("generic", "/m/a/call.wav", NULL).leg, CQA_LEG_NONE);
}

enum { FILES_MAX = 4 };

/* Files of one call in one folder, in the order in which they came, and who makes a pair with whom:
 * -1 for nobody. */
struct partners {
    const char *recorder;
    const char *path[FILES_MAX];
    int partner[FILES_MAX];
};

#define DAY "20251120-101502-1763604902.17"

static const struct partners partners[] = {
    {"freepbx", {"in-8001-138-" DAY "-out.wav", "in-8001-138-" DAY "-in.wav"}, {1, 0}},
    {"freepbx", {"in-8001-138-" DAY "-out.wav", "exten-8002-138-" DAY "-out.wav"}, {-1, -1}},
    /* Two names for what may be the other one. */
    {"freepbx",
     {"in-8001-138-" DAY "-in.wav", "q-600-138-" DAY "-out.wav", "exten-8002-138-" DAY "-out.wav"},
     {-1, -1, -1}},
    /* Before and after a transfer, and the one leg that is left of it. */
    {"freepbx",
     {"in-8001-138-" DAY "-in.wav", "exten-8002-138-" DAY "-out.wav",
      "exten-8002-138-" DAY "-in.wav", "in-8001-138-" DAY "-out.wav"},
     {3, 2, 1, 0}},
    {"freepbx",
     {"in-8001-138-" DAY "-in.wav", "in-8001-138-" DAY "-out.wav",
      "exten-8002-138-" DAY "-out.wav"},
     {1, 0, -1}},
    {"freepbx", {"/a/q-600-138-" DAY "-in.wav", "/a/in-8001-138-" DAY "-out.wav"}, {1, 0}},
    {"freepbx", {"/a/in-8001-138-" DAY "-in.wav", "/b/in-8001-138-" DAY "-out.wav"}, {-1, -1}},
    /* Two codings of each. */
    {"freepbx",
     {"in-8001-138-" DAY "-in.wav", "in-8001-138-" DAY "-in.mp3", "in-8001-138-" DAY "-out.mp3",
      "in-8001-138-" DAY "-out.wav"},
     {2, -1, 0, -1}},
    {"vicidial",
     {"S_20251120-101502_13800138000-in.wav", "CO_20251120-101502_13800138000.wav",
      "CM_20251120-101502_13800138000.wav", "S_20251120-101502_13800138000-out.wav"},
     {3, 2, 1, 0}},
    /* A stream that ended and went on as another. */
    {"rtpengine",
     {"1%40a-0123456789abcdef-9f3a.wav", "1%40a-0123456789abcdef-01.wav",
      "1%40a-0123456789abcdef-77.wav"},
     {-1, -1, -1}},
    {"rtpengine", {"1%40a-0123456789abcdef-9f3a.wav", "1%40a-fedcba9876543210-01.wav"}, {1, 0}},
};

static void test_which_two_are_a_pair(void **state)
{
    struct cqa_zone *zone = NULL;

    (void)state;
    assert_int_equal(cqa_zone_load("Asia/Shanghai", &zone, NULL), CQA_OK);
    for (size_t i = 0; i < sizeof partners / sizeof partners[0]; i++) {
        struct cqa_recorder *recorder = recorder_of(partners[i].recorder);
        struct cqa_arena arena = {0};
        struct cqa_call_identity identity[FILES_MAX];
        struct cqa_leg_file file[FILES_MAX];
        size_t count = 0;

        for (; count < FILES_MAX && partners[i].path[count] != NULL; count++) {
            assert_int_equal(cqa_recorder_identify(recorder, zone, partners[i].path[count], &arena,
                                                   &identity[count], NULL),
                             CQA_OK);
            file[count] = (struct cqa_leg_file){partners[i].path[count], &identity[count], 0};
        }
        for (size_t k = 0; k < count; k++) {
            const int wanted = partners[i].partner[k];
            const size_t found = cqa_recorder_partner(file, count, k);
            if (found != (wanted < 0 ? count : (size_t)wanted))
                fail_msg("%s makes a pair with %s", file[k].path,
                         found < count ? file[found].path : "nobody");
        }
        cqa_arena_finish(&arena);
        cqa_recorder_destroy(recorder);
    }
    cqa_zone_destroy(zone);
}

/* Both are each other's only ones, and one is of the minutes after the recording was stopped and
 * begun again. */
static void test_what_began_at_other_times_is_not_together(void **state)
{
    static const struct {
        const char *path[2];
        enum cqa_starts starts;
    } cases[] = {
        {{DAY "-in.wav", DAY "-out.wav"}, CQA_STARTS_TOGETHER},
        {{DAY "-in.wav", "20251120-101503-1763604902.17-out.wav"}, CQA_STARTS_TOGETHER},
        {{DAY "-in.wav", "1763604902.17-out.wav"}, CQA_STARTS_TOGETHER},
        {{DAY "-in.wav", "20251120-102002-1763604902.17-out.wav"}, CQA_STARTS_UNKNOWN},
        {{"20251120-102002-1763604902.17-in.wav", DAY "-out.wav"}, CQA_STARTS_UNKNOWN},
    };
    struct cqa_recorder *recorder = recorder_of("asterisk");
    struct cqa_zone *zone = NULL;

    (void)state;
    assert_int_equal(cqa_zone_load("Asia/Shanghai", &zone, NULL), CQA_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cqa_arena arena = {0};
        struct cqa_call_identity identity[2];
        struct cqa_leg_file file[2];
        struct cqa_align_order align;
        struct cqa_call call;
        for (int k = 0; k < 2; k++) {
            assert_int_equal(
                cqa_recorder_identify(recorder, zone, cases[i].path[k], &arena, &identity[k], NULL),
                CQA_OK);
            file[k] = (struct cqa_leg_file){cases[i].path[k], &identity[k], 0};
        }
        assert_int_equal(cqa_recorder_is_pair(&file[0], &file[1]), 1);
        cqa_recorder_join(recorder, &file[0], &file[1], &call, &align);
        if (align.starts != cases[i].starts)
            fail_msg("%s and %s: start %d", cases[i].path[0], cases[i].path[1], align.starts);
        cqa_arena_finish(&arena);
    }
    cqa_zone_destroy(zone);
    cqa_recorder_destroy(recorder);
}

/* What files without a header hold: said by the profile, handed to whoever opens them. */
static void test_raw(void **state)
{
    static const char text[] = "name: x\ntakes_any: true\n"
                               "raw: {encoding: alaw, rate_hz: 16000, channels: 2}\n";
    char name[] = "/tmp/callqa-profile-XXXXXX.yaml";
    char printed[4096] = "";
    const int fd = mkstemps(name, 5);

    (void)state;
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(fd), 0);
    const struct cqa_raw raw = lines_of(name, "a.raw", NULL).raw;
    assert_int_equal(unlink(name), 0);
    assert_int_equal(raw.encoding, CQA_RAW_ALAW);
    assert_int_equal(raw.rate_hz, 16000);
    assert_int_equal(raw.channels, 2);
    assert_int_equal(lines_of("asterisk", "1763604902.17.raw", NULL).raw.encoding, CQA_RAW_UNSAID);

    load_text("name: x\ntakes_any: true\nraw: {encoding: g729, rate_hz: 4000, channels: 3}\n",
              printed, sizeof printed);
    assert_non_null(strstr(printed, "p:3:17: "));
    assert_non_null(strstr(printed, "p:3:32: "));
    assert_non_null(strstr(printed, "p:3:48: "));
    load_text("name: x\ntakes_any: true\nraw: {rate_hz: 8000}\n", printed, sizeof printed);
    assert_non_null(strstr(printed, "encoding"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_raw),
        cmocka_unit_test(test_known_names),
        cmocka_unit_test(test_epoch_settles_the_hour_that_comes_twice),
        cmocka_unit_test(test_a_later_recording_of_a_call_begins_when_its_name_says),
        cmocka_unit_test(test_ignores_what_is_no_recording),
        cmocka_unit_test(test_says_every_problem_with_its_place),
        cmocka_unit_test(test_profile_like_another),
        cmocka_unit_test(test_what_a_profile_is_like_must_be_there),
        cmocka_unit_test(test_decade),
        cmocka_unit_test(test_hostile_pattern_ends),
        cmocka_unit_test(test_roles_unknown),
        cmocka_unit_test(test_legs),
        cmocka_unit_test(test_which_two_are_a_pair),
        cmocka_unit_test(test_what_began_at_other_times_is_not_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
