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
#include <sys/stat.h>
#include <unistd.h>
#include "recorder/profile.h"
#include "recorder/sidecar_child.h"

#define UUID "0a1b2c3d-0000-1111-2222-333344445555"

static const struct cqa_child_role roles[] = {
    {CQA_ROLE_SIDECAR, NULL, cqa_sidecar_warm, cqa_sidecar_live}};
static struct cqa_children *children;

struct fixture {
    char folder[64];
    struct cqa_recorder *recorder;
    struct cqa_zone *zone;
    struct cqa_arena arena;
    struct cqa_call_identity got;
    struct cqa_error error;
    int found;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    (void)strcpy(fixture->folder, "/tmp/callqa-sidecar-XXXXXX");
    *state = fixture;
    return mkdtemp(fixture->folder) == NULL ||
           setenv("CALLQA_MODELS", CQA_SOURCE_DIR "/models", 1) != 0 ||
           cqa_zone_load("Asia/Shanghai", &fixture->zone, &fixture->error) != CQA_OK;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    char command[96];

    cqa_recorder_destroy(fixture->recorder);
    cqa_zone_destroy(fixture->zone);
    cqa_arena_finish(&fixture->arena);
    (void)snprintf(command, sizeof command, "rm -rf %s", fixture->folder);
    const int code = system(command); // NOLINT(cert-env33-c): a path of our own
    free(fixture);
    return code;
}

static void put(struct fixture *fixture, const char *name, const char *content, size_t length)
{
    char path[256];

    (void)snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* Identifies the recording and reads what lies beside it. */
static enum cqa_status read_beside(struct fixture *fixture, const char *recorder, const char *name)
{
    struct cqa_problems problems = {0};
    char profile[PATH_MAX];
    char path[256];

    cqa_recorder_destroy(fixture->recorder);
    fixture->recorder = NULL;
    if (cqa_recorder_load(recorder, &fixture->recorder, profile, &problems, &fixture->error) !=
        CQA_OK)
        fail_msg("%s", cqa_english(&fixture->error.message));
    (void)snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    assert_int_equal(cqa_recorder_identify(fixture->recorder, fixture->zone, path, &fixture->arena,
                                           &fixture->got, &fixture->error),
                     CQA_OK);
    return cqa_recorder_read_sidecar(fixture->recorder, children, fixture->zone, path,
                                     &fixture->arena, &fixture->got, &fixture->found,
                                     &fixture->error);
}

static void put_text(struct fixture *fixture, const char *name, const char *content)
{
    put(fixture, name, content, strlen(content));
}

static void test_freeswitch_json(void **state)
{
    struct fixture *fixture = *state;

    put_text(fixture, "a_" UUID ".cdr.json",
             "{\"variables\": {\"direction\": \"inbound\", \"cc_agent\": \"8001%40pbx\","
             " \"cc_queue\": \"support\", \"start_epoch\": \"1763604902\","
             " \"caller_id_number\": \"%2B8613800138000\"}}");
    assert_int_equal(read_beside(fixture, "freeswitch", UUID ".wav"), CQA_OK);
    assert_true(fixture->found);
    const struct cqa_call *call = &fixture->got.call;
    assert_string_equal(call->id, UUID);
    assert_string_equal(call->agent, "8001");
    assert_string_equal(call->customer, "+8613800138000");
    assert_string_equal(call->queue, "support");
    assert_string_equal(call->direction, "in");
    assert_string_equal(call->started_at, "2025-11-20T10:15:02+08:00");
    assert_int_equal(call->lines.agent_channel, 1);
}

/* The sidecar tells when the call began; the recording's name, when that did. */
static void test_a_recording_that_begins_after_its_call(void **state)
{
    struct fixture *fixture = *state;

    put_text(fixture, UUID ".cdr.xml",
             "<?xml version=\"1.0\"?><cdr core-uuid=\"x\"><variables>"
             "<direction>inbound</direction><start_uepoch>1763604902123456</start_uepoch>"
             "</variables></cdr>");
    assert_int_equal(read_beside(fixture, "freeswitch", "2025-11-20-10-17-40.600.138." UUID ".wav"),
                     CQA_OK);
    assert_true(fixture->found);
    assert_string_equal(fixture->got.call.started_at, "2025-11-20T10:17:40+08:00");
    assert_true(fixture->got.call.begun_ms == INT64_C(1763605060000));
}

static void test_freeswitch_xml_of_an_outbound_call(void **state)
{
    struct fixture *fixture = *state;

    put_text(fixture, UUID ".cdr.xml",
             "<?xml version=\"1.0\"?><cdr core-uuid=\"x\"><variables>"
             "<direction>outbound</direction><caller_id_number>8001</caller_id_number>"
             "<destination_number>13800138000</destination_number>"
             "<start_uepoch>1763604902123456</start_uepoch></variables></cdr>");
    assert_int_equal(read_beside(fixture, "freeswitch", UUID ".wav"), CQA_OK);
    const struct cqa_call *call = &fixture->got.call;
    assert_string_equal(call->direction, "out");
    assert_string_equal(call->agent, "8001");
    assert_string_equal(call->customer, "13800138000");
    assert_string_equal(call->started_at, "2025-11-20T10:15:02+08:00");
    assert_int_equal(call->lines.agent_channel, 0);
}

/* The leg of an agent who dials comes in to the switch: who calls decides, and with it whose
 * channel is whose. */
static void test_freeswitch_leg_of_an_agent_who_dials(void **state)
{
    static const struct {
        const char *caller, *called, *direction, *agent, *customer;
        int agent_channel;
    } cases[] = {
        {"1001", "13800138000", "out", "1001", "13800138000", 0},
        {"1001", "10086", "out", "1001", "10086", 0},
        {"13800138000", "1001", "in", NULL, "13800138000", 1},
        {"10086", "1001", "in", NULL, "10086", 1},
        {"1001", "1002", "internal", NULL, NULL, 1},
    };
    struct fixture *fixture = *state;
    char text[256];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        (void)snprintf(text, sizeof text,
                       "{\"variables\": {\"direction\": \"inbound\", \"caller_id_number\": \"%s\","
                       " \"destination_number\": \"%s\"}}",
                       cases[i].caller, cases[i].called);
        put_text(fixture, "a_" UUID ".cdr.json", text);
        assert_int_equal(read_beside(fixture, "freeswitch", UUID ".wav"), CQA_OK);
        const struct cqa_call *call = &fixture->got.call;
        assert_string_equal(call->direction, cases[i].direction);
        assert_int_equal(call->lines.agent_channel, cases[i].agent_channel);
        assert_false(call->lines.roles_unknown);
        assert_int_equal(call->agent == NULL, cases[i].agent == NULL);
        assert_int_equal(call->customer == NULL, cases[i].customer == NULL);
        if (cases[i].agent != NULL)
            assert_string_equal(call->agent, cases[i].agent);
        if (cases[i].customer != NULL)
            assert_string_equal(call->customer, cases[i].customer);
    }
}

static void test_webex_roles_are_read(void **state)
{
    struct fixture *fixture = *state;

    put_text(fixture, "c1.json",
             "{\"channel1\": \"Agent\", \"channel2\": \"Caller\", \"startTime\": 1763604902000}");
    put_text(fixture, "c2.json", "{\"channel1\": \"Caller\", \"channel2\": \"Agent\"}");
    assert_int_equal(read_beside(fixture, "webex", "c1.wav"), CQA_OK);
    assert_int_equal(fixture->got.call.lines.agent_channel, 0);
    assert_string_equal(fixture->got.call.started_at, "2025-11-20T10:15:02+08:00");
    assert_int_equal(read_beside(fixture, "webex", "c2.wav"), CQA_OK);
    assert_int_equal(fixture->got.call.lines.agent_channel, 1);
}

static void test_genesys_time_with_offset(void **state)
{
    struct fixture *fixture = *state;

    put_text(fixture, "r_metadata.json",
             "{\"userIds\": [\"u1\"], \"startTime\": \"2025-11-20T02:15:02.123Z\"}");
    assert_int_equal(read_beside(fixture, "genesys", "r.wav"), CQA_OK);
    assert_string_equal(fixture->got.call.agent, "u1");
    assert_string_equal(fixture->got.call.started_at, "2025-11-20T10:15:02+08:00");
}

/* Transferred: seconds of the one must not be charged to the other. */
static void test_two_agents_are_none(void **state)
{
    struct fixture *fixture = *state;

    put_text(fixture, "r_metadata.json", "{\"userIds\": [\"u1\", \"u2\"]}");
    assert_int_equal(read_beside(fixture, "genesys", "r.wav"), CQA_OK);
    assert_null(fixture->got.call.agent);
    assert_true(fixture->got.call.lines.roles_unknown);
    assert_int_equal(fixture->got.call.doubt_count, 1);
    assert_string_equal(fixture->got.call.doubts[0].values[0], "u1");
    assert_string_equal(fixture->got.call.doubts[0].values[1], "u2");
}

static void test_twilio_time(void **state)
{
    static const char name[] = "RE0123456789abcdef0123456789abcdef";
    struct fixture *fixture = *state;
    char path[64];

    (void)snprintf(path, sizeof path, "%s.json", name);
    put_text(fixture, path,
             "{\"direction\": \"inbound\", \"from\": \"+8613800138000\","
             " \"start_time\": \"Thu, 20 Nov 2025 02:15:02 +0000\"}");
    (void)snprintf(path, sizeof path, "%s.wav", name);
    assert_int_equal(read_beside(fixture, "twilio", path), CQA_OK);
    assert_string_equal(fixture->got.call.started_at, "2025-11-20T10:15:02+08:00");
    assert_string_equal(fixture->got.call.customer, "+8613800138000");
    assert_int_equal(fixture->got.call.from[CQA_CALL_STARTED_AT], CQA_FACT_SIDECAR);
}

static void test_holds(void **state)
{
    struct fixture *fixture = *state;

    put_text(fixture, UUID ".cdr.json",
             "{\"variables\": {\"hold_events\": "
             "\"{{1763604905000000,1763604911000000},{1763604920000000,1763604921500000}}\"}}");
    assert_int_equal(read_beside(fixture, "freeswitch", UUID ".wav"), CQA_OK);
    assert_int_equal(fixture->got.call.hold_count, 2);
    assert_int_equal(fixture->got.call.holds[1].end_ms, INT64_C(1763604921500));
    put_text(fixture, UUID ".cdr.json", "{\"variables\": {\"hold_events\": \"{{1,x}}\"}}");
    assert_int_equal(read_beside(fixture, "freeswitch", UUID ".wav"), CQA_OK);
    assert_int_equal(fixture->got.call.hold_count, 0);
}

static void test_no_sidecar_is_no_error(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(read_beside(fixture, "freeswitch", UUID ".wav"), CQA_OK);
    assert_false(fixture->found);
    assert_int_equal(read_beside(fixture, "freepbx", "x.wav"), CQA_OK);
    assert_false(fixture->found);
}

static void test_wrong_types_are_passed_over(void **state)
{
    struct fixture *fixture = *state;

    put_text(fixture, "w.json",
             "{\"channel1\": {\"a\": 1}, \"startTime\": \"yesterday\", \"agentId\": [],"
             " \"queueId\": \"a\\u001b[31mb\", \"direction\": \"sideways\"}");
    assert_int_equal(read_beside(fixture, "webex", "w.wav"), CQA_OK);
    assert_null(fixture->got.call.agent);
    assert_null(fixture->got.call.started_at);
    assert_null(fixture->got.call.direction);
    assert_string_equal(fixture->got.call.queue, "a\\x1b[31mb");
}

static void test_hostile_sidecars_are_refused(void **state)
{
    struct fixture *fixture = *state;
    char path[256];
    char *large = calloc(1, (1 << 20) + 1);

    put_text(fixture, "v.xml",
             "<!DOCTYPE recording [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>"
             "<recording><agent>&a;</agent></recording>");
    assert_int_equal(read_beside(fixture, "verint", "v.wav"), CQA_E_BADDATA);
    assert_null(fixture->got.call.agent);
    put_text(fixture, "b.xml", "<recording><agent>");
    assert_int_equal(read_beside(fixture, "verint", "b.wav"), CQA_E_BADDATA);
    put_text(fixture, "j.json", "{\"channel1\": ");
    assert_int_equal(read_beside(fixture, "webex", "j.wav"), CQA_E_BADDATA);
    memset(large, ' ', (1 << 20) + 1);
    put(fixture, "l.json", large, (1 << 20) + 1);
    assert_int_equal(read_beside(fixture, "webex", "l.wav"), CQA_E_LIMIT);
    free(large);
    (void)snprintf(path, sizeof path, "%s/f.json", fixture->folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(read_beside(fixture, "webex", "f.wav"), CQA_E_BADDATA);
    (void)snprintf(path, sizeof path, "%s/s.json", fixture->folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(read_beside(fixture, "webex", "s.wav"), CQA_E_IO);
}

static void test_utf8_mark_is_passed_over(void **state)
{
    struct fixture *fixture = *state;

    put_text(fixture, "m.json",
             "\xef\xbb\xbf{\"channel1\": \"Agent\", \"startTime\": 1763604902000}");
    assert_int_equal(read_beside(fixture, "webex", "m.wav"), CQA_OK);
    assert_int_equal(fixture->got.call.lines.agent_channel, 0);
    assert_string_equal(fixture->got.call.started_at, "2025-11-20T10:15:02+08:00");
    put_text(fixture, "n.json", "\xef\xbb\xbf");
    assert_int_equal(read_beside(fixture, "webex", "n.wav"), CQA_E_BADDATA);
}

static void test_comments(void **state)
{
    struct fixture *fixture = *state;
    static const char head[] = "<recording><!--><a b='--><agent";
    char text[4096];
    size_t length = sizeof head - 1;

    put_text(fixture, "c.xml",
             "<recording><!-- a - b > ' --><!----><agent>8001</agent></recording>");
    assert_int_equal(read_beside(fixture, "verint", "c.wav"), CQA_OK);
    assert_string_equal(fixture->got.call.agent, "8001");
    put_text(fixture, "d.xml", "<recording><!-- a -- b --><agent>8001</agent></recording>");
    assert_int_equal(read_beside(fixture, "verint", "d.wav"), CQA_E_BADDATA);
    /* A comment that seems to end where it begins hides no attributes. */
    memcpy(text, head, length);
    for (int i = 0; i < 200; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, " a%d=\"\"", i);
    length += (size_t)snprintf(text + length, sizeof text - length, "/></recording>");
    put(fixture, "e.xml", text, length);
    assert_int_equal(read_beside(fixture, "verint", "e.wav"), CQA_E_LIMIT);
}

static int start_children(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    return cqa_children_create(&children, roles, 1, CQA_ZYGOTE_FORKED, &error) == CQA_OK ? 0 : -1;
}

static int end_children(void **state)
{
    (void)state;
    cqa_children_destroy(children);
    return 0;
}

int main(int argc, char **argv)
{
    cqa_zygote_enter(argc, argv, roles, 1);
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_freeswitch_json),
        TEST(test_a_recording_that_begins_after_its_call),
        TEST(test_freeswitch_xml_of_an_outbound_call),
        TEST(test_freeswitch_leg_of_an_agent_who_dials),
        TEST(test_webex_roles_are_read),
        TEST(test_genesys_time_with_offset),
        TEST(test_two_agents_are_none),
        TEST(test_twilio_time),
        TEST(test_holds),
        TEST(test_no_sidecar_is_no_error),
        TEST(test_wrong_types_are_passed_over),
        TEST(test_hostile_sidecars_are_refused),
        TEST(test_utf8_mark_is_passed_over),
        TEST(test_comments),
    };
    return cmocka_run_group_tests(tests, start_children, end_children);
}
