/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A score is the same from a result's text and from what is stored beside it, byte for byte. */
#include "result/basis.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "result/basis_form.h"

enum { RESULTS = 600, JSON_BYTES_MAX = 1 << 20 };

/* Rules on every kind of thing that a basis holds. */
static const char broad[] =
    "name: broad\nversion: '7'\ntitle: {en: Broad, zh: 全}\nbase: 100\nfloor: 0\ncap: 90\n"
    "exceptions:\n"
    "  - {id: sales-out, text: {en: Out, zh: 呼出}, when: {queue: sales, direction: out}}\n"
    "rules:\n"
    "  - {id: quiet, title: {en: Q, zh: 静}, text: {en: 'Q {seconds} {start} {end}', zh: "
    "'静{points}'},"
    " severity: major, on: silence, where: {min_confidence: 0.3},"
    " points: {per_minute: 1.25, minutes: pro_rata, min_confidence: 0.5}, except: [{not_ok: "
    "level}]}\n"
    "  - {id: over, title: {en: O, zh: 抢}, text: {en: '{count}', zh: '{count}'}, severity: minor,"
    " on: overtalk, where: {by: agent, kind: [interruption, other]}, degraded: count,"
    " points: {by_count: [{from: 1, points: 2}, {from: 3, points: 5}], min_confidence: 0.6}}\n"
    "  - {id: held, title: {en: H, zh: 保}, text: {en: '{seconds}', zh: '{seconds}'}, severity: "
    "minor,"
    " on: hold, where: {phase: talk, side: [agent, unknown], at_least: 2s},"
    " points: {each: 0.75}, cap: 6}\n"
    "  - {id: keys, title: {en: K, zh: 键}, text: {en: '{start}', zh: '{start}'}, severity: note,"
    " on: dtmf, points: note}\n"
    "  - {id: loud, title: {en: L, zh: 响}, text: {en: '{seconds}', zh: '{seconds}'}, severity: "
    "minor,"
    " on: clipping, points: {each: 1}, degraded: count}\n"
    "  - {id: share, title: {en: S, zh: 比}, text: {en: '{value}', zh: '{value}'}, severity: minor,"
    " measure: overtalk_ratio, where: {at_least: 0.1235}, points: {once: 3}}\n"
    "  - {id: turns, title: {en: T, zh: 换}, text: {en: '{value}', zh: '{value}'}, severity: minor,"
    " measure: speaker_switches_per_minute, where: {below: 10.05}, points: {once: 1}}\n"
    "  - {id: greet, title: {en: G, zh: 开}, text: {en: '{value} {start} {end}', zh: '{value}'},"
    " severity: minor, measure: greeting_delay_ms, points: {steps: [{from: 1s, points: 1}]}}\n";

/* ---- results as others may post them */

static uint64_t state_of_chance;

static int64_t below(int64_t count)
{
    state_of_chance = state_of_chance * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((state_of_chance >> 33) % (uint64_t)count);
}

static const char *any(const char *const *words, size_t count)
{
    return words[below((int64_t)count)];
}
#define ANY(...)                                                                                   \
    any((const char *const[]){__VA_ARGS__},                                                        \
        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

#define ASPECT ANY("speech", "silence", "overtalk", "hold", "level")
#define QUALITY                                                                                    \
    ANY("ok", "ok", "ok", "ok", "ok", "ok", "ok", "degraded", "not_measurable", "of-the-future")
#define CONFIDENCE ANY("0", "0.3", "0.57", "0.595", "0.9", "0.94999", "0.123456789", "1", "1.0")

static void add_measurable(struct cqa_buffer *out, int64_t duration_ms)
{
    cqa_buffer_print(out,
                     "\"measurable\":{\"speech\":\"%s\",\"silence\":\"%s\",\"overtalk\":\"%s\","
                     "\"hold\":\"%s\",\"level\":\"%s\",\"reasons\":[",
                     QUALITY, QUALITY, QUALITY, QUALITY, QUALITY);
    cqa_buffer_print(
        out,
        "{\"id\":\"noise\",\"what\":\"%s\",\"text\":{\"en\":\"It is noisy.\",\"zh\":\"有噪声\"}},"
        "{\"id\":\"leak\",\"what\":\"overtalk\",\"text\":{\"en\":\"leaks\",\"zh\":\"串音\"}}],"
        "\"spans\":[",
        ASPECT);
    for (int64_t i = 0, count = below(5); i < count; i++) {
        const int64_t start_ms = below(duration_ms - 1);
        const int64_t end_ms = start_ms + 1 + below(duration_ms - start_ms);
        cqa_buffer_print(out,
                         "%s{\"what\":\"%s\",\"state\":\"%s\",\"start_ms\":%lld,\"end_ms\":%lld,"
                         "\"reason\":\"%s\",\"confidence\":0.5}",
                         i ? "," : "", ASPECT, QUALITY, (long long)start_ms, (long long)end_ms,
                         ANY("noise", "leak", "nobody-explained-this"));
    }
    cqa_buffer_print(out, "]},");
}

static void add_event(struct cqa_buffer *out, int64_t id, int64_t start_ms, int64_t most_ms)
{
    static const char *const words[] = {
        "\"silence\",\"cause\":\"unexplained\"",
        "\"silence\",\"cause\":\"agent_muted\"",
        "\"silence\",\"cause\":\"parked\"",
        "\"overtalk\",\"by\":\"agent\",\"kind\":\"interruption\"",
        "\"overtalk\",\"by\":null,\"kind\":\"other\"",
        "\"hold\",\"kind\":\"music\",\"side\":\"agent\",\"phase\":\"talk\"",
        "\"hold\",\"kind\":\"logged\",\"side\":null,\"phase\":\"talk\",\"confirmed_by\":\"log\"",
        "\"dtmf\",\"side\":\"customer\",\"digits\":\"**#\"",
        "\"clipping\",\"side\":\"agent\"",
        "\"ringback\",\"side\":null",
        "\"of_the_future\",\"what\":[1]",
    };
    const int64_t end_ms = start_ms + 1 + below(most_ms - start_ms);

    cqa_buffer_print(
        out, "%s{\"id\":%lld,\"type\":%s,\"start_ms\":%lld,\"end_ms\":%lld,\"confidence\":%s}",
        id > 1 ? "," : "", (long long)id, any(words, sizeof words / sizeof *words),
        (long long)start_ms, (long long)end_ms, CONFIDENCE);
}

static void write_result(struct cqa_buffer *out)
{
    const int64_t duration_ms = 5000 + below(300000);
    const int is_mono = below(4) == 0;
    int64_t at_ms = 0;

    cqa_buffer_print(
        out,
        "{\"schema\":\"callqa.result/1\",\"recording\":{\"path\":\"/a.wav\",\"sha256\":\"%064d\","
        "\"bytes\":1,\"container\":\"WAV\",\"encoding\":\"ULAW\",\"rate_hz\":8000,\"channels\":%d,"
        "\"duration_ms\":%lld,\"layout\":\"%s\"},\"call\":{\"id\":\"1\",\"agent\":\"8001\","
        "\"customer\":null,\"queue\":%s,\"direction\":%s,\"started_at\":null,\"source\":\"x\"},",
        0, is_mono ? 1 : 2, (long long)duration_ms, is_mono ? "mono" : "stereo",
        ANY("null", "\"sales\"", "\"服务\""),
        ANY("null", "\"in\"", "\"out\"", "\"internal\"", "\"new\""));
    add_measurable(out, duration_ms);
    if (below(3) != 0)
        cqa_buffer_print(
            out, below(8) == 0 ? "\"conversation_ms\":null," : "\"conversation_ms\":[%lld,%lld],",
            (long long)below(2000), (long long)(duration_ms - below(2000)));
    for (int i = 0; i < (is_mono ? 1 : 2); i++)
        cqa_buffer_print(
            out,
            "%s{\"index\":%d,\"role\":\"%s\",\"speech_ms\":[],\"active_level_dbfs\":null,"
            "\"noise_dbfs\":null,\"clipped_ms\":0,\"leak_db\":null,\"leak_delay_ms\":null}",
            i ? "," : "\"channels\":[", i,
            is_mono ? "mixed"
            : i     ? "customer"
                    : "agent");
    cqa_buffer_print(out, "],\"events\":[");
    for (int64_t id = 1, count = below(30); id <= count; id++) {
        at_ms += below((duration_ms - at_ms) / 4 + 1);
        add_event(out, id, at_ms, duration_ms);
    }
    cqa_buffer_print(
        out,
        "],\"measures\":{\"talk_agent_ms\":%lld.6,\"overtalk_ratio\":%s,"
        "\"speaker_switches_per_minute\":%s,\"greeting_delay_ms\":%lld,\"ring_ms\":null},",
        (long long)below(90000), ANY("0.1235", "0.12345", "0.12344999", "0", "1", "null"),
        ANY("10.05", "10.049999", "10.044", "3"), (long long)(below(12000) - 2000));
    cqa_buffer_print(
        out, "\"score\":null,\"analyzer\":{\"version\":\"1\",\"models\":null,\"rules\":2}}");
    assert_false(out->failed);
}

/* ---- a score from the one and from the other */

static struct cqa_rubric *rubrics[3];

static int load_rubrics(void **state)
{
    struct cqa_problems problems = {0};

    (void)state;
    rubrics[0] = cqa_rubric_load(CQA_SOURCE_DIR "/models/rubrics/standard.yaml", &problems);
    rubrics[1] = cqa_rubric_load(CQA_SOURCE_DIR "/models/rubrics/courier.yaml", &problems);
    rubrics[2] = cqa_rubric_parse(broad, sizeof broad - 1, &problems);
    for (size_t i = 0; i < problems.count; i++)
        print_message("%s\n", cqa_english(cqa_problem_message(&problems, i)));
    cqa_problems_finish(&problems);
    return rubrics[0] == NULL || rubrics[1] == NULL || rubrics[2] == NULL;
}

static int drop_rubrics(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rubrics / sizeof *rubrics; i++)
        cqa_rubric_destroy(rubrics[i]);
    return 0;
}

/* The score as a result tells it. */
static size_t say_score(const struct cqa_rubric *rubric, const struct cqa_rubric_input *input,
                        struct cqa_buffer *out)
{
    struct cqa_result shown = {.path = "/a.wav", .call = {.id = "1"}};

    assert_int_equal(cqa_rubric_apply(rubric, input, &shown.arena, &shown.score), CQA_OK);
    shown.scored = 1;
    *out = (struct cqa_buffer){.limit = JSON_BYTES_MAX};
    assert_int_equal(cqa_result_to_json(&shown, out), CQA_OK);
    const size_t count = shown.score.deduction_count;
    cqa_result_finish(&shown);
    return count;
}

static size_t compare(const char *text, struct cqa_basis *stored)
{
    struct cqa_basis told = {0};
    struct cqa_buffer form = {.limit = CQA_BASIS_BYTES_MAX};
    struct cqa_error error = {0};
    size_t deductions = 0;

    if (cqa_basis_read_text(&told, text, &error) != CQA_OK)
        fail_msg("%s: %s", cqa_english(&error.message), text);
    assert_int_equal(cqa_basis_write(&told.input, &form), CQA_OK);
    assert_true(form.length > 1);
    assert_int_equal(cqa_basis_read(stored, form.text, form.length, &error), CQA_OK);
    for (size_t i = 0; i < sizeof rubrics / sizeof *rubrics; i++) {
        struct cqa_buffer scores[2];
        deductions += say_score(rubrics[i], &told.input, &scores[0]);
        (void)say_score(rubrics[i], &stored->input, &scores[1]);
        if (strcmp(scores[0].text, scores[1].text) != 0)
            fail_msg("of %s\n%s\n%s", text, scores[0].text, scores[1].text);
        cqa_buffer_finish(&scores[0]);
        cqa_buffer_finish(&scores[1]);
    }
    cqa_buffer_finish(&form);
    cqa_basis_finish(&told);
    return deductions;
}

static void test_scores_are_the_same(void **state)
{
    struct cqa_basis stored = {0};
    size_t deductions = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= RESULTS; seed++) {
        struct cqa_buffer text = {.limit = JSON_BYTES_MAX};
        state_of_chance = seed;
        write_result(&text);
        deductions += compare(text.text, &stored);
        cqa_buffer_finish(&text);
    }
    assert_true(deductions > 5 * (size_t)RESULTS); /* or nothing was compared */
    cqa_basis_finish(&stored);
}

static void test_golden_results(void **state)
{
    static const char path[] = CQA_SOURCE_DIR "/tests/unit/report/golden/calls.jsonl";
    struct cqa_basis stored = {0};
    size_t count = 0;
    size_t room = 0;
    char *line = NULL;
    FILE *file = fopen(path, "re");

    (void)state;
    assert_non_null(file);
    for (; getline(&line, &room, file) > 0; count++)
        (void)compare(line, &stored);
    (void)fclose(file);
    free(line);
    assert_int_equal(count, 2);
    cqa_basis_finish(&stored);
}

/* ---- as it was stored */

static const unsigned char first_version[] = {
    1,    0xa0, 0x9c, 0x01,                         /* 10 s */
    0x1f, 'q',  0,                                  /* mono, talked, a queue, in */
    0xd0, 0x0f, 0xa0, 0x1f,                         /* the conversation from 1 s, 2 s long */
    0x40,                                           /* hold is degraded */
    1,    3,    'n',  0,    'e',  0,    'z',  0,    /* why */
    1,    0x0b, 0x64, 0x14, 1,                      /* hold from 50 ms, 10 ms long */
    2,    0,    0xa0, 0x9c, 0x01, 11,   0x96, 0x01, /* duration_ms; overtalk_ratio 0.0075 */
    2,    2,    2,    0x28, 0x50, 0xc0, 0x48, 95,   /* a hold with id 2 */
    0,    0,    0x02, 0x04, 1,    255,  0,    0,
    0,    0x3f, /* a silence with id 3, 0.5 as a float */
};

static void test_what_was_stored_is_still_read(void **state)
{
    struct cqa_basis basis = {0};
    struct cqa_error error = {0};

    (void)state;
    assert_int_equal(cqa_basis_read(&basis, first_version, sizeof first_version, &error), CQA_OK);
    const struct cqa_rubric_input *input = &basis.input;
    const struct cqa_measurable *measurable = input->measurable;
    assert_int_equal(input->duration_ms, 10000);
    assert_true(input->mono);
    assert_string_equal(input->queue, "q");
    assert_string_equal(input->direction, "in");
    assert_true(measurable->conversation.known && measurable->conversation.talked);
    assert_int_equal(measurable->conversation.start_ms, 1000);
    assert_int_equal(measurable->conversation.end_ms, 3000);
    assert_int_equal(measurable->aspect[CQA_ASPECT_HOLD], CQA_QUALITY_DEGRADED);
    assert_int_equal(measurable->aspect[CQA_ASPECT_SPEECH], CQA_QUALITY_OK);
    assert_string_equal(measurable->reasons[0].text.zh, "z");
    assert_int_equal(measurable->span_count, 1);
    assert_int_equal(measurable->spans[0].state, CQA_QUALITY_DEGRADED);
    assert_int_equal(measurable->spans[0].start_ms, 50);
    assert_int_equal(measurable->spans[0].end_ms, 60);
    assert_string_equal(measurable->spans[0].reason, "n");
    assert_true(input->measures->value[CQA_MEASURE_DURATION] == 10000);
    assert_true(input->measures->value[CQA_MEASURE_OVERTALK_SHARE] == 0.0075);
    assert_true(isnan(input->measures->value[CQA_MEASURE_SILENCE_SHARE]));
    assert_int_equal(input->event_count, 2);
    assert_int_equal(input->events[0].type, CQA_EVENT_HOLD);
    assert_int_equal(input->events[0].id, 2);
    assert_int_equal(input->events[0].start_ms, 20);
    assert_int_equal(input->events[0].end_ms, 60);
    assert_int_equal(input->events[0].kind, CQA_KIND_MUSIC);
    assert_int_equal(input->events[0].side, CQA_PARTY_AGENT);
    assert_int_equal(input->events[0].phase, CQA_PHASE_TALK);
    assert_true(input->events[0].confidence == 0.95f);
    assert_int_equal(input->events[1].id, 3);
    assert_int_equal(input->events[1].type, CQA_EVENT_SILENCE);
    assert_int_equal(input->events[1].cause, CQA_CAUSE_UNEXPLAINED);
    assert_true(input->events[1].confidence == 0.5f);
    cqa_basis_finish(&basis);
}

static void test_damage_is_told(void **state)
{
    struct cqa_basis basis = {0};
    struct cqa_error error = {0};

    (void)state;
    for (size_t size = 0; size < sizeof first_version; size++) {
        unsigned char *part = malloc(size + 1);
        assert_non_null(part);
        memcpy(part, first_version, size);
        part = realloc(part, size ? size : 1); /* what lies behind it is not ours */
        assert_int_equal(cqa_basis_read(&basis, part, size, &error), CQA_E_BADDATA);
        free(part);
    }
    for (size_t i = 0; i < sizeof first_version; i++)
        for (unsigned value = 0; value < 256; value++) {
            unsigned char other[sizeof first_version];
            memcpy(other, first_version, sizeof other);
            other[i] = (unsigned char)value;
            const enum cqa_status status =
                cqa_basis_read(&basis, other, sizeof other, &error); /* its numbers are in range */
            assert_true(status == CQA_OK || status == CQA_E_BADDATA);
            for (size_t k = 0; status == CQA_OK && k < basis.input.event_count; k++)
                assert_in_range(basis.input.events[k].type, 0, CQA_EVENT_TYPE_COUNT - 1);
        }
    cqa_basis_finish(&basis);
}

static void test_too_large_is_one_byte(void **state)
{
    struct cqa_event *events = calloc(20000, sizeof *events);
    const struct cqa_measurable measurable = {.leg = 0};
    struct cqa_measures measures;
    struct cqa_buffer form = {.limit = CQA_BASIS_BYTES_MAX};
    struct cqa_basis basis = {0};
    struct cqa_error error = {0};

    (void)state;
    assert_non_null(events);
    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        measures.value[i] = NAN;
    for (int i = 0; i < 20000; i++)
        events[i] = (struct cqa_event){.id = i + 1, .start_ms = i, .end_ms = i + 1};
    const struct cqa_rubric_input input = {
        .events = events, .event_count = 20000, .measures = &measures, .measurable = &measurable};
    assert_int_equal(cqa_basis_write(&input, &form), CQA_OK);
    assert_int_equal(form.length, 1);
    assert_int_equal(cqa_basis_read(&basis, form.text, form.length, &error), CQA_E_BADDATA);
    cqa_buffer_finish(&form);
    cqa_basis_finish(&basis);
    free(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores_are_the_same),           cmocka_unit_test(test_golden_results),
        cmocka_unit_test(test_what_was_stored_is_still_read), cmocka_unit_test(test_damage_is_told),
        cmocka_unit_test(test_too_large_is_one_byte),
    };

    return cmocka_run_group_tests(tests, load_rubrics, drop_rubrics);
}
