/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result/result.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>
#include "base/program.h"
#include "base/version.h"
#include "support/example_result.h"

#define SHA "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

enum { JSON_BYTES_MAX = 64 << 20 };

/* The contract's own example, but for "…". */
static const char example[] =
    "{\"schema\":\"callqa.result/1\","
    "\"recording\":{\"path\":\"/var/in.wav\",\"sha256\":\"" SHA "\",\"bytes\":1206760,"
    "\"container\":\"WAV\",\"encoding\":\"ULAW\",\"rate_hz\":8000,\"channels\":2,"
    "\"duration_ms\":75417,\"layout\":\"stereo\"},"
    "\"call\":{\"id\":\"1763604902.17\",\"agent\":\"8001\",\"customer\":\"13800138000\","
    "\"queue\":null,\"direction\":\"in\",\"started_at\":\"2025-11-20T10:15:02+08:00\","
    "\"source\":\"freepbx\"},"
    "\"measurable\":{\"speech\":\"ok\",\"silence\":\"ok\",\"overtalk\":\"degraded\",\"hold\":"
    "\"ok\","
    "\"level\":\"ok\",\"reasons\":[{\"id\":\"leak\",\"what\":\"overtalk\","
    "\"text\":{\"en\":\"leaks\",\"zh\":\"串音\"}}]},"
    "\"channels\":[{\"index\":0,\"role\":\"agent\",\"speech_ms\":[[812,3370],[4010,9125]],"
    "\"active_level_dbfs\":-23.9,\"noise_dbfs\":-62.0,\"clipped_ms\":0,\"leak_db\":null,"
    "\"leak_delay_ms\":null},"
    "{\"index\":1,\"role\":\"customer\",\"speech_ms\":[[9600,12040]],\"active_level_dbfs\":-27.1,"
    "\"noise_dbfs\":-51.3,\"clipped_ms\":0,\"leak_db\":-24.5,\"leak_delay_ms\":40}],"
    "\"events\":[{\"id\":1,\"type\":\"silence\",\"start_ms\":12040,\"end_ms\":24100,"
    "\"cause\":\"unexplained\",\"confidence\":0.98},"
    "{\"id\":2,\"type\":\"overtalk\",\"start_ms\":25310,\"end_ms\":27990,\"by\":\"agent\","
    "\"kind\":\"interruption\",\"confidence\":0.93},"
    "{\"id\":3,\"type\":\"hold\",\"start_ms\":30100,\"end_ms\":61240,\"kind\":\"music\","
    "\"side\":\"agent\",\"phase\":\"talk\",\"confidence\":0.99},"
    "{\"id\":4,\"type\":\"dtmf\",\"start_ms\":62000,\"end_ms\":63000,\"side\":\"customer\","
    "\"digits\":\"**#\",\"confidence\":1.0},"
    "{\"id\":5,\"type\":\"clipping\",\"start_ms\":64000,\"end_ms\":65000,\"side\":null,"
    "\"confidence\":0.5}],"
    "\"measures\":{\"talk_agent_ms\":7673,\"greeting_delay_ms\":null},"
    "\"score\":{\"rubric\":\"standard\",\"rubric_version\":\"1\",\"base\":100,\"total\":97.5,"
    "\"decided_total\":null,\"deductions\":[{\"rule\":\"dead-air\",\"points\":2.5,\"event\":1,"
    "\"start_ms\":12040,\"end_ms\":24100,\"text\":{\"en\":\"dead air\",\"zh\":\"静默\"},"
    "\"decision\":null,\"severity\":\"major\",\"automatic_fail\":false,\"ground\":null}],"
    "\"exception\":null},"
    "\"analyzer\":{\"version\":\"0.0.9\",\"models\":\"sha256:ab\"}}";

static char *to_json(const struct cqa_result *result)
{
    struct cqa_buffer out = {.limit = JSON_BYTES_MAX};

    assert_int_equal(cqa_result_to_json(result, &out), CQA_OK);
    return out.text;
}

static void read_example(struct cqa_result *result)
{
    struct cqa_error error = {0};

    if (cqa_result_from_json(example, strlen(example), 1, result, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
}

static void test_contract_example_is_read(void **state)
{
    struct cqa_result result;

    (void)state;
    read_example(&result);
    assert_string_equal(result.path, "/var/in.wav");
    assert_int_equal(result.recording.bytes, 1206760);
    assert_string_equal(result.call.agent, "8001");
    assert_null(result.call.queue);
    assert_int_equal(result.call.lines.agent_channel, 0);
    assert_int_equal(result.measurable.aspect[CQA_ASPECT_OVERTALK], CQA_QUALITY_DEGRADED);
    assert_string_equal(result.measurable.reasons[0].text.zh, "串音");
    assert_int_equal(result.channels[0].speech.count, 2);
    assert_int_equal(result.channels[0].speech.items[1].end_ms, 9125);
    assert_true(isnan(result.channels[0].leak_db));
    assert_int_equal(result.events.count, 5);
    assert_int_equal(result.events.items[0].cause, CQA_CAUSE_UNEXPLAINED);
    assert_int_equal(result.events.items[1].by, CQA_PARTY_AGENT);
    assert_int_equal(result.events.items[1].kind, CQA_KIND_INTERRUPTION);
    assert_int_equal(result.events.items[2].phase, CQA_PHASE_TALK);
    assert_string_equal(result.events.items[3].digits, "**#");
    assert_int_equal(result.events.items[4].side, CQA_PARTY_NONE);
    assert_true(isnan(result.measures.value[CQA_MEASURE_GREETING_DELAY]));
    assert_true(isnan(result.measures.value[CQA_MEASURE_RING]));
    assert_float_equal(result.measures.value[CQA_MEASURE_TALK_AGENT], 7673, 0);
    assert_true(result.scored);
    assert_float_equal(result.score.total, 97.5, 0);
    assert_int_equal(result.score.deductions[0].event, 1);
    assert_string_equal(result.score.deductions[0].severity, "major");
    assert_int_equal(result.undecided_count, 1);
    assert_false(result.decided);
    cqa_result_finish(&result);
}

/* Equal text but for "measures", which the writer completes. */
static void test_writes_what_the_contract_shows(void **state)
{
    static const char measures[] = "\"measures\":{";
    struct cqa_result result;

    (void)state;
    read_example(&result);
    char *json = to_json(&result);
    const size_t before = (size_t)(strstr(example, measures) - example);
    assert_memory_equal(json, example, before);
    assert_string_equal(strstr(json, "\"score\":"), strstr(example, "\"score\":"));
    assert_non_null(strstr(json, "\"talk_agent_ms\":7673,"));
    assert_non_null(strstr(json, "\"greeting_delay_ms\":null,"));
    for (int i = 0; i < CQA_MEASURE_COUNT; i++) {
        char key[64];
        snprintf(key, sizeof key, "\"%s\":", cqa_measure_infos[i].name);
        assert_non_null(strstr(json, key));
    }
    free(json);
    cqa_result_finish(&result);
}

static void test_numbers_do_not_follow_the_locale(void **state)
{
    struct cqa_result result;

    (void)state;
    const int comma = setlocale(LC_NUMERIC, "de_DE.UTF-8") != NULL;
    read_example(&result);
    char *json = to_json(&result);
    setlocale(LC_NUMERIC, "C");
    if (!comma)
        print_message("no de_DE.UTF-8 here: checked in the C locale only\n");
    assert_non_null(strstr(json, "\"active_level_dbfs\":-23.9,"));
    assert_non_null(strstr(json, "\"total\":97.5,"));
    free(json);
    cqa_result_finish(&result);
}

static void test_names_of_any_bytes(void **state)
{
    struct cqa_result result;
    struct cqa_result back;
    struct cqa_error error = {0};

    (void)state;
    read_example(&result);
    result.path = "/in/\xc4\xe3 \"x\"\n\xe4\xbd\xa0.wav"; /* GBK, then UTF-8 */
    char *json = to_json(&result);
    assert_non_null(
        strstr(json, "\"path\":\"/in/\\\\xc4\\\\xe3 \\\"x\\\"\\\\x0a\xe4\xbd\xa0.wav\""));
    assert_int_equal(cqa_result_from_json(json, strlen(json), 1, &back, &error), CQA_OK);
    assert_string_equal(back.path, "/in/\\xc4\\xe3 \"x\"\\x0a\xe4\xbd\xa0.wav");
    free(json);
    cqa_result_finish(&back);
    cqa_result_finish(&result);
}

static void test_a_limit_is_told(void **state)
{
    struct cqa_result result;
    struct cqa_buffer out = {.limit = 100};

    (void)state;
    read_example(&result);
    assert_int_equal(cqa_result_to_json(&result, &out), CQA_E_LIMIT);
    cqa_buffer_finish(&out);
    cqa_result_finish(&result);
}

/* Analysed but not identified: what a worker sends. Our own version stands where none is given. */
static void test_unscored(void **state)
{
    struct cqa_result result;
    struct cqa_result back;
    struct cqa_error error = {0};

    (void)state;
    read_example(&result);
    result.path = NULL;
    result.call = (struct cqa_call){0};
    result.scored = 0;
    result.version[0] = '\0';
    char *json = to_json(&result);
    char wanted[96];
    (void)snprintf(wanted, sizeof wanted, "\"score\":null,\"analyzer\":{\"version\":\"%s\"",
                   cqa_program_version());
    assert_int_equal(strncmp(cqa_program_version(), CQA_VERSION, strlen(CQA_VERSION)), 0);
    assert_non_null(strstr(json, wanted));
    assert_int_equal(cqa_result_from_json(json, strlen(json), 1, &back, &error), CQA_OK);
    assert_false(back.scored);
    assert_null(back.path);
    assert_null(back.call.id);
    free(json);
    cqa_result_finish(&back);
    cqa_result_finish(&result);
}

static void test_decisions_are_read(void **state)
{
    const char *at = strstr(example, "\"decided_total\":null");
    const char *decision = strstr(example, "\"decision\":null");
    char text[sizeof example + 256];
    struct cqa_result result;
    struct cqa_error error = {0};

    (void)state;
    snprintf(text, sizeof text,
             "%.*s\"decided_total\":100%.*s\"decision\":{\"state\":\"overturned\"}%s",
             (int)(at - example), example, (int)(decision - at) - 20, at + 20, decision + 15);
    assert_int_equal(cqa_result_from_json(text, strlen(text), 1, &result, &error), CQA_OK);
    assert_true(result.decided);
    assert_float_equal(result.decided_total, 100, 0);
    assert_int_equal(result.undecided_count, 0);
    cqa_result_finish(&result);
}

/* `from` in the example becomes `to`; the error starts with `error`. NULL: it is still taken. */
static const struct {
    const char *from;
    const char *to;
    const char *error;
} hostile[] = {
    {"{\"schema\"", "{\"generation\":7,\"schema\"", "generation: must be an object"},
    {"{\"schema\"", "{\"generation\":{\"number\":1},\"schema\"", "generation.store: is missing"},
    {"{\"schema\"", "{\"generation\":{\"store\":\"a\"},\"schema\"",
     "generation.number: is missing"},
    {"{\"schema\"", "{\"generation\":{\"store\":\"a\",\"number\":0},\"schema\"",
     "generation.number: must be"},
    {"{\"schema\"", "{\"generation\":{\"store\":\"a\",\"number\":1.5},\"schema\"",
     "generation.number: must be"},
    {"{\"schema\"", "{\"generation\":{\"store\":\"a\",\"number\":1},\"schema\"", NULL},
    {"callqa.result/1", "callqa.result/2", "schema: must be one of: callqa.result/1"},
    {"\"schema\":\"callqa.result/1\",", "", "schema: is missing"},
    {"\"schema\"", "[", "result: not JSON: line 1"},
    {"{\"schema\"", "{\"schema\":1,\"schema\"", "result: not JSON: line 1"},
    {"\"/var/in.wav\"", "null", "result: recording.path and call.id must be given"},
    {"\"/var/in.wav\"", "7", "recording.path: must be a text of 1 to 16384 bytes"},
    {SHA, "00112233", "recording.sha256: must be 64 lower-case hex digits"},
    {"001122334455", "00112233445X", "recording.sha256: must be 64 lower-case hex digits"},
    {"001122334455", "A01122334455", "recording.sha256: must be 64 lower-case hex digits"},
    {"001122334455", "9990011223344", "recording.sha256: must be a text of 1 to 64 bytes"},
    {"1206760", "-1", "recording.bytes: must be a whole number from 0"},
    {"1206760", "1.5", "recording.bytes: must be a whole number"},
    {"1206760", "1e99", "recording.bytes: must be a whole number"},
    {"1206760", "99999999999999999999999", "result: not JSON"},
    {"\"WAV\"", "\"WAVWAVWAVWAVWAVW\"", "recording.container: must be a text of 1 to 15 bytes"},
    {"\"rate_hz\":8000", "\"rate_hz\":0", "recording.rate_hz: must be"},
    {"\"channels\":2", "\"channels\":3", "recording.channels: must be"},
    {"\"channels\":2", "\"channels\":1", "recording: channels do not suit the layout"},
    {"\"layout\":\"stereo\"", "\"layout\":\"dual_mono\"", "channels: must be an agent's"},
    {"\"layout\":\"stereo\"", "\"layout\":\"quad\"",
     "recording.layout: must be one of: stereo, mono, dual_mono"},
    {"75417", "75417000000000",
     "recording.duration_ms: must be a whole number from 0 to 2678400000"},
    {"75417", "20000", "events[0].end_ms: must be a whole number from 0 to 20000"},
    {"\"direction\":\"in\"", "\"direction\":\"up\"",
     "call.direction: must be one of: in, out, internal"},
    {"10:15:02", "25:15:02", "call.started_at: must be a time"},
    {"02+08:00", "02", "call.started_at: must be a time"},
    {"02+08:00", "02.250Z", NULL},
    {"\"queue\":null", "\"queue\":[]", "call.queue: must be a text"},
    {"\"queue\":null", "\"queue\":\"a\\u0000b\"", "result: not JSON"},
    {"\"queue\":null,", "", "call.queue: is missing"},
    {"\"speech\":\"ok\"", "\"speech\":\"\"", "measurable.speech: must be one of: ok, degraded"},
    {"\"what\":\"overtalk\"", "\"what\":\"music\"", "measurable.reasons[0].what: must be one of"},
    {"\"en\":\"leaks\",", "", "measurable.reasons[0].text.en: is missing"},
    {"[[812,3370],", "[[812,4011],",
     "channels[0].speech_ms[1]: [4010, 9125) is empty, out of order"},
    {"[[812,3370],", "[[812,812],", "channels[0].speech_ms[0]: [812, 812) is empty"},
    {"[[812,3370],", "[[-1,3370],", "channels[0].speech_ms[0]: "},
    {"[[812,3370],", "[[812,3370,1],", "channels[0].speech_ms[0]: must be [start_ms, end_ms]"},
    {"[[812,3370],", "[[812.5,3370],", "channels[0].speech_ms[0]: must be [start_ms, end_ms]"},
    {"12040]]", "99999]]", "channels[1].speech_ms[0]: "},
    {"\"role\":\"customer\"", "\"role\":\"agent\"",
     "channels: must be an agent's and a customer's"},
    {"\"index\":1", "\"index\":0", "channels: must be an agent's and a customer's"},
    {"-23.9", "-1000", "channels[0].active_level_dbfs: must be a number from -400 to 400"},
    {"-23.9", "\"-23.9\"", "channels[0].active_level_dbfs: must be a number"},
    {"-23.9", "NaN", "result: not JSON"},
    {"-23.9", "1e999", "result: not JSON"},
    {"\"id\":2", "\"id\":3", "events[1].id: must be a whole number from 2 to 2"},
    {"25310", "12039", "events[1]: starts before the event before it"},
    {"25310", "27990", "events[1]: end_ms must be after start_ms"},
    {"25310", "\"25310\"", "events[1].start_ms: must be a whole number"},
    {"\"type\":\"hold\"", "\"type\":\"holds\"",
     "events[2].type: must be one of: silence, overtalk"},
    {"\"kind\":\"music\"", "\"kind\":\"interruption\"",
     "events[2].kind: \"interruption\" is no kind of hold"},
    {"\"kind\":\"music\"", "\"kind\":null", "events[2].kind: must not be null"},
    {"\"kind\":\"interruption\"", "\"kind\":\"beep\"",
     "events[1].kind: \"beep\" is no kind of overtalk"},
    {"\"kind\":\"interruption\"", "\"kind\":null", NULL},
    {"\"cause\":\"unexplained\"", "\"cause\":null", "events[0].cause: must not be null"},
    {"\"cause\":\"unexplained\"", "\"cause\":\"\"",
     "events[0].cause: must be one of: unexplained,"},
    {"\"cause\":\"unexplained\"", "\"kind\":\"music\"", "events[0]: unknown field \"kind\""},
    {"\"confidence\":0.98", "\"confidence\":1.01",
     "events[0].confidence: must be a number from 0 to 1"},
    {"\"confidence\":0.98", "\"confidence\":null", "events[0].confidence: must not be null"},
    {"**#", "****************************************",
     "events[3].digits: must be a text of 1 to 39"},
    {"7673", "1e300", "measures.talk_agent_ms: must be a number"},
    {"\"talk_agent_ms\"", "\"talk_\\u001b_ms\"", "measures: unknown field \"talk_\\x1b_ms\""},
    {"\"total\":97.5", "\"total\":100.5", "score.total: must be a number from -1000000 to 100"},
    {"\"points\":2.5", "\"points\":-2.5", "score.deductions[0].points: must be a number from 0"},
    {"\"event\":1,", "\"event\":6,",
     "score.deductions[0].event: must be a whole number from 1 to 5"},
    {"\"event\":1,", "\"event\":0,",
     "score.deductions[0].event: must be a whole number from 1 to 5"},
    {"\"event\":1,", "\"event\":null,", NULL},
    {"\"event\":1,", "", "score.deductions[0].event: is missing"},
    {"\"severity\":\"major\"", "\"severity\":\"grave\"",
     "score.deductions[0].severity: must be one of"},
    {"\"severity\":\"major\",", "", NULL},
    {"\"automatic_fail\":false", "\"automatic_fail\":0",
     "score.deductions[0].automatic_fail: must be true"},
    {"\"models\":\"sha256:ab\"", "\"models\":\"\"", "analyzer.models: must be a text"},
    {"\"decision\":null", "\"decision\":1", "score.deductions[0].decision: must be an object"},
};

static void test_hostile_input_is_refused_with_its_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        char text[sizeof example + 512];
        struct cqa_result result;
        struct cqa_error error = {0};
        const char *at = strstr(example, hostile[i].from);
        assert_non_null(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - example), example, hostile[i].to,
                 at + strlen(hostile[i].from));
        const enum cqa_status status = cqa_result_from_json(text, strlen(text), 1, &result, &error);
        cqa_result_finish(&result);
        if (hostile[i].error == NULL
                ? status != CQA_OK
                : status == CQA_OK || strncmp(cqa_english(&error.message), hostile[i].error,
                                              strlen(hostile[i].error)) != 0)
            fail_msg("%s -> %s: \"%s\", not \"%s\"", hostile[i].from, hostile[i].to,
                     cqa_english(&error.message), hostile[i].error ? hostile[i].error : "");
    }
}

static void test_unknown_fields_pass_unless_strict(void **state)
{
    char text[sizeof example + 64];
    struct cqa_result result;
    struct cqa_error error = {0};

    (void)state;
    snprintf(text, sizeof text, "{\"later\":{\"a\":[]},%s", example + 1);
    assert_int_equal(cqa_result_from_json(text, strlen(text), 0, &result, &error), CQA_OK);
    cqa_result_finish(&result);
    assert_int_equal(cqa_result_from_json(text, strlen(text), 1, &result, &error), CQA_E_BADDATA);
    assert_string_equal(cqa_english(&error.message), "result: unknown field \"later\"");
    cqa_result_finish(&result);
}

static void test_a_generation_is_kept(void **state)
{
    char text[sizeof example + 128];
    struct cqa_result result;
    struct cqa_error error = {0};

    (void)state;
    snprintf(text, sizeof text,
             "{\"generation\":{\"store\":\"0123456789abcdef\",\"recording\":12,"
             "\"number\":1763604902123},%s",
             example + 1);
    assert_int_equal(cqa_result_from_json(text, strlen(text), CQA_RESULT_EXACT, &result, &error),
                     CQA_OK);
    assert_string_equal(result.generation.store, "0123456789abcdef");
    assert_int_equal(result.generation.recording, 12);
    assert_int_equal(result.generation.number, 1763604902123);
    char *again = to_json(&result);
    assert_non_null(strstr(again, "\"generation\":{\"store\":\"0123456789abcdef\","
                                  "\"recording\":12,\"number\":1763604902123}"));
    free(again);
    cqa_result_finish(&result);
}

static void test_every_cut_is_refused(void **state)
{
    struct cqa_result result;
    struct cqa_error error = {0};

    (void)state;
    for (size_t length = 0; length + 1 < strlen(example); length++) {
        assert_int_equal(cqa_result_from_json(example, length, 0, &result, &error), CQA_E_BADDATA);
        cqa_result_finish(&result);
    }
}

static void test_limits(void **state)
{
    enum { COUNT = 6000000 };
    char *text = malloc(COUNT);
    struct cqa_result result;
    struct cqa_error error = {0};

    (void)state;
    assert_non_null(text);
    memset(text, '[', COUNT);
    assert_int_equal(cqa_result_from_json(text, COUNT, 0, &result, &error), CQA_E_LIMIT);
    cqa_result_finish(&result);
    memset(text, '[', COUNT / 6); /* within the count, but nested without end */
    assert_int_equal(cqa_result_from_json(text, COUNT / 6, 0, &result, &error), CQA_E_BADDATA);
    cqa_result_finish(&result);
    free(text);
}

/* ---- round trip */

static uint64_t random_state;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % bound;
}

static double random_level(void)
{
    return random_below(5) == 0 ? NAN : -0.01 * random_below(9000);
}

static void fill_events(struct cqa_result *result)
{
    const uint32_t count = random_below(20);

    for (uint32_t i = 0; i < count; i++) {
        struct cqa_event event = {.type = (enum cqa_event_type)random_below(CQA_EVENT_TYPE_COUNT)};
        event.start_ms = random_below(70000);
        event.end_ms = event.start_ms + 1 + random_below(4000);
        event.confidence = (float)random_below(1001) / 1000;
        if (event.type == CQA_EVENT_SILENCE)
            event.cause = (enum cqa_event_cause)(1 + random_below(CQA_CAUSE_COUNT - 1));
        else if (event.type == CQA_EVENT_OVERTALK) {
            event.by = (enum cqa_party)random_below(CQA_PARTY_COUNT);
            event.kind = (enum cqa_event_kind)random_below(4);
        } else
            event.side = (enum cqa_party)random_below(CQA_PARTY_COUNT);
        if (event.type == CQA_EVENT_HOLD) {
            event.kind = (enum cqa_event_kind)(CQA_KIND_MUSIC + random_below(4));
            event.phase = (enum cqa_event_phase)random_below(CQA_PHASE_COUNT);
        }
        if (event.type == CQA_EVENT_DTMF)
            snprintf(event.digits, sizeof event.digits, "%u", random_below(100000));
        assert_true(cqa_events_add(&result->events, &event));
    }
    cqa_events_number(&result->events);
}

static void fill_channels(struct cqa_result *result)
{
    for (int i = 0; i < result->channel_count; i++) {
        struct cqa_channel_result *channel = &result->channels[i];
        int64_t at_ms = random_below(100);
        channel->index = i;
        channel->role = result->channel_count == 1 ? CQA_ROLE_MIXED : (enum cqa_role)i;
        for (uint32_t count = random_below(30); count > 0; count--) {
            const int64_t end_ms = at_ms + 1 + random_below(1000);
            assert_int_equal(cqa_spans_add(&channel->speech, at_ms, end_ms), CQA_OK);
            at_ms = end_ms + random_below(1000);
        }
        channel->active_level_dbfs = random_level();
        channel->noise_dbfs = random_level();
        channel->clipped_ms = random_below(1000);
        channel->leak_db = random_level();
        channel->leak_delay_ms = random_below(2) ? (double)NAN : random_below(200);
    }
}

static void fill_measures(struct cqa_measures *measures)
{
    for (int i = 0; i < CQA_MEASURE_COUNT; i++) {
        const char *unit = cqa_measure_infos[i].unit;
        if (random_below(4) == 0)
            measures->value[i] = NAN;
        else if (strcmp(unit, "ratio") == 0)
            measures->value[i] = random_below(1000001) / 1e6;
        else
            measures->value[i] = unit[0] == 'd' ? random_level() : random_below(100000) / 107.0;
    }
}

static void fill_score(struct cqa_result *result)
{
    struct cqa_score *score = &result->score;
    const size_t count = random_below(5);

    result->scored = 1;
    *score = (struct cqa_score){
        .rubric = "r\"\\", .version = "1", .base = 100, .total = 0.25 * random_below(400)};
    score->deductions = cqa_arena_alloc(&result->arena, (count + 1) * sizeof *score->deductions);
    assert_non_null(score->deductions);
    for (; score->deduction_count < count; score->deduction_count++) {
        const int event = (int)random_below((uint32_t)result->events.count + 1);
        score->deductions[score->deduction_count] =
            (struct cqa_deduction){.rule = "x",
                                   .severity = random_below(2) ? "note" : "critical",
                                   .event = event,
                                   .points = 0.01 * random_below(1000),
                                   .end_ms = random_below(75000),
                                   .text = {"a", "甲"},
                                   .automatic_fail = (int)random_below(2)};
    }
    if (random_below(4) == 0) {
        score->excepted = 1;
        score->exception = "short";
    }
}

static void fill_result(struct cqa_result *result)
{
    static const char *const directions[] = {"in", "out", "internal", NULL};
    const int is_mono = random_below(3) == 0;

    *result = (struct cqa_result){.path = "/a b/c.wav"};
    result->recording =
        (struct cqa_audio_facts){.sha256 = SHA,
                                 .bytes = random_below(1u << 30),
                                 .container = "WAV",
                                 .encoding = "PCM_16",
                                 .rate_hz = 16000,
                                 .channels = is_mono ? 1 : 2,
                                 .duration_ms = 80000,
                                 .layout = is_mono ? CQA_LAYOUT_MONO : CQA_LAYOUT_STEREO};
    result->call = (struct cqa_call){.id = "c", .direction = directions[random_below(4)]};
    for (int i = 0; i < CQA_ASPECT_COUNT; i++)
        result->measurable.aspect[i] = (enum cqa_quality)random_below(CQA_QUALITY_COUNT);
    result->measurable.reason_count = random_below(CQA_REASONS_MAX + 1);
    for (size_t i = 0; i < result->measurable.reason_count; i++)
        result->measurable.reasons[i] = (struct cqa_reason){"id", CQA_ASPECT_LEVEL, {"e", "z"}};
    result->channel_count = is_mono ? 1 : 2;
    fill_channels(result);
    fill_events(result);
    fill_measures(&result->measures);
    fill_score(result);
}

static void test_what_was_written_is_read_back(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct cqa_result result;
        struct cqa_result back;
        struct cqa_error error = {0};
        random_state = seed;
        fill_result(&result);
        char *json = to_json(&result);
        if (cqa_result_from_json(json, strlen(json), 1, &back, &error) != CQA_OK)
            fail_msg("seed %d: %s", (int)seed, cqa_english(&error.message));
        char *again = to_json(&back);
        if (strcmp(json, again) != 0)
            fail_msg("seed %d:\n%s\n%s", (int)seed, json, again);
        assert_int_equal(back.events.count, result.events.count);
        for (size_t i = 0; i < back.events.count; i++) {
            assert_int_equal(back.events.items[i].start_ms, result.events.items[i].start_ms);
            assert_int_equal(back.events.items[i].kind, result.events.items[i].kind);
            assert_float_equal(back.events.items[i].confidence, result.events.items[i].confidence,
                               0.0051);
        }
        free(json);
        free(again);
        cqa_result_finish(&back);
        cqa_result_finish(&result);
    }
}

/* Bounds of the talk, and spans that cannot be judged. */
static void fill_bounds(struct cqa_measurable *measurable)
{
    static const char *const reasons[] = {"not_recorded", "line_lost", "noise"};
    const int64_t start_ms = (int64_t)random_below(30000);

    measurable->reason_count = 0;
    measurable->conversation = (struct cqa_conversation){
        .known = 1, .talked = random_below(8) > 0, .start_ms = start_ms, .confidence = 0.9f};
    measurable->conversation.end_ms = start_ms + (int64_t)random_below(50000);
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        const int64_t from_ms = (int64_t)random_below(60000);
        const struct cqa_unmeasured span = {CQA_ASPECT_SILENCE,
                                            i == 2 ? CQA_QUALITY_DEGRADED
                                                   : CQA_QUALITY_NOT_MEASURABLE,
                                            from_ms,
                                            from_ms + (int64_t)random_below(20000),
                                            reasons[i],
                                            0.9f};
        assert_int_equal(cqa_measurable_add(measurable, &span), CQA_OK);
        measurable->reasons[measurable->reason_count++] =
            (struct cqa_reason){reasons[i], CQA_ASPECT_SILENCE, {reasons[i], "原因"}};
    }
}

static void expect_same_ground(const struct cqa_deduction *a, const struct cqa_deduction *b,
                               size_t *grounds)
{
    assert_int_equal(a->ground == NULL, b->ground == NULL);
    assert_true(a->points == b->points);
    if (a->ground == NULL)
        return;
    assert_string_equal(a->ground, b->ground);
    assert_string_equal(a->ground_text.zh, b->ground_text.zh);
    (*grounds)++;
}

/* Scoring what was stored must come out as scoring what was measured did. */
static void test_a_stored_result_scores_the_same(void **state)
{
    struct cqa_problems problems = {0};
    struct cqa_rubric *rubric =
        cqa_rubric_load(CQA_SOURCE_DIR "/models/rubrics/standard.yaml", &problems);
    size_t deductions = 0;
    size_t grounds = 0;

    (void)state;
    assert_non_null(rubric);
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct cqa_result results[2];
        struct cqa_score scores[2];
        struct cqa_error error = {0};
        random_state = seed;
        fill_result(&results[0]);
        for (size_t i = 0; i < results[0].events.count; i++) /* long enough to cost something */
            results[0].events.items[i].end_ms = 80000;
        for (int i = 0; i < CQA_ASPECT_COUNT; i++)
            results[0].measurable.aspect[i] = CQA_QUALITY_OK;
        if (seed % 2 == 0)
            fill_bounds(&results[0].measurable);
        char *json = to_json(&results[0]);
        assert_int_equal(cqa_result_from_json(json, strlen(json), 1, &results[1], &error), CQA_OK);
        for (int i = 0; i < 2; i++) {
            const struct cqa_rubric_input input = {.events = results[i].events.items,
                                                   .event_count = results[i].events.count,
                                                   .measures = &results[i].measures,
                                                   .measurable = &results[i].measurable,
                                                   .duration_ms = results[i].recording.duration_ms};
            assert_int_equal(cqa_rubric_apply(rubric, &input, &results[i].arena, &scores[i]),
                             CQA_OK);
        }
        assert_int_equal(scores[0].deduction_count, scores[1].deduction_count);
        assert_true(scores[0].total == scores[1].total);
        for (size_t i = 0; i < scores[0].deduction_count; i++)
            expect_same_ground(&scores[0].deductions[i], &scores[1].deductions[i], &grounds);
        deductions += scores[0].deduction_count;
        free(json);
        cqa_result_finish(&results[0]);
        cqa_result_finish(&results[1]);
    }
    assert_true(deductions > 50 && grounds > 20); /* or this shows nothing */
    cqa_rubric_destroy(rubric);
    cqa_problems_finish(&problems);
}

static void test_failure_object(void **state)
{
    const struct cqa_call call = {.id = "7", .direction = "in"};
    struct cqa_buffer out = {.limit = 4096};
    struct cqa_failure failure;

    (void)state;
    cqa_failure_set(&failure, "truncated", "%llu frames", 7ULL);
    assert_int_equal(cqa_failure_to_json("/a.wav", &call, &failure, &out), CQA_OK);
    assert_string_equal(out.text,
                        "{\"schema\":\"callqa.failure/1\",\"recording\":{\"path\":\"/a.wav\"},"
                        "\"call\":{\"id\":\"7\",\"agent\":null,\"customer\":null,\"queue\":null,"
                        "\"direction\":\"in\",\"started_at\":null,\"source\":null},"
                        "\"reason\":\"truncated\",\"text\":\"7 frames\",\"code\":\"frames\","
                        "\"arguments\":[7]}");
    cqa_buffer_finish(&out);
}

/* What a verdict stands on comes back as it was written, and so do channels of nobody knows whom.
 */
static void test_what_a_verdict_stands_on(void **state)
{
    static void (*const fills[])(struct cqa_result *) = {example_bounded_result,
                                                         example_unknown_roles};

    (void)state;
    for (size_t i = 0; i < sizeof fills / sizeof fills[0]; i++) {
        struct cqa_error error = {0};
        struct cqa_result result;
        struct cqa_result back;
        fills[i](&result);
        char *json = to_json(&result);
        if (cqa_result_from_json(json, strlen(json), 1, &back, &error) != CQA_OK)
            fail_msg("%s", cqa_english(&error.message));
        char *again = to_json(&back);
        assert_string_equal(again, json);
        assert_int_equal(back.rules, CQA_RESULT_RULES);
        assert_int_equal(back.channels[0].role, result.channels[0].role);
        assert_int_equal(back.measurable.span_count, result.measurable.span_count);
        free(again);
        free(json);
        cqa_result_finish(&back);
        cqa_result_finish(&result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_generation_is_kept),
        cmocka_unit_test(test_what_a_verdict_stands_on),
        cmocka_unit_test(test_contract_example_is_read),
        cmocka_unit_test(test_writes_what_the_contract_shows),
        cmocka_unit_test(test_numbers_do_not_follow_the_locale),
        cmocka_unit_test(test_names_of_any_bytes),
        cmocka_unit_test(test_a_limit_is_told),
        cmocka_unit_test(test_unscored),
        cmocka_unit_test(test_decisions_are_read),
        cmocka_unit_test(test_hostile_input_is_refused_with_its_field),
        cmocka_unit_test(test_unknown_fields_pass_unless_strict),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_what_was_written_is_read_back),
        cmocka_unit_test(test_a_stored_result_scores_the_same),
        cmocka_unit_test(test_failure_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
