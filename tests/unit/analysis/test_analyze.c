/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real recordings through the whole chain. What is expected is what samples/README.md says they
 * show; tests/golden holds the exact results. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "analysis/analyze.h"
#include "support/near.h"
#include "support/recording.h"

#define SAMPLES CQA_SOURCE_DIR "/samples/"
#define DEAD_AIR "in-8001-13800138000-20251120-101502-1763604902.17.wav"
#define MONO "in-8002-13800138011-20251120-160548-1763625948.90.wav"

static struct cqa_instruments *instruments;

static int create_instruments(void **state)
{
    struct cqa_error error;

    (void)state;
    return cqa_instruments_create(&instruments, &error) == CQA_OK ? 0 : -1;
}

static int destroy_instruments(void **state)
{
    (void)state;
    cqa_instruments_destroy(instruments);
    return 0;
}

static enum cqa_status analyze_fd(int fd, const char *name, int agent_channel,
                                  struct cqa_result *result, struct cqa_failure *failure)
{
    const struct cqa_call call = {.id = "1", .lines = {.agent_channel = agent_channel}};
    const enum cqa_status status = cqa_analyze(instruments, &(struct cqa_call_files){&fd, &name},
                                               NULL, &call, result, failure);

    close(fd);
    return status;
}

/* A sample's result; finish it. */
static struct cqa_result analyze(const char *name, int agent_channel)
{
    struct cqa_result result = {.path = NULL};
    struct cqa_failure failure = {.reason = ""};
    char path[400];

    snprintf(path, sizeof path, SAMPLES "%s", name);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    if (analyze_fd(fd, name, agent_channel, &result, &failure) != CQA_OK)
        fail_msg("%s: %s: %s", name, failure.reason, cqa_english(&failure.message));
    return result;
}

static const struct cqa_event *longest(const struct cqa_result *result, enum cqa_event_type type)
{
    const struct cqa_event *best = NULL;

    for (size_t i = 0; i < result->events.count; i++) {
        const struct cqa_event *event = &result->events.items[i];
        if (event->type == type &&
            (best == NULL || event->end_ms - event->start_ms > best->end_ms - best->start_ms))
            best = event;
    }
    return best;
}

static void test_instruments(void **state)
{
    const char *models = cqa_instruments_models(instruments);

    (void)state;
    assert_memory_equal(models, "sha256:", 7);
    assert_int_equal(strlen(models), 7 + 64);
    assert_int_equal(strspn(models + 7, "0123456789abcdef"), 64);
}

static void test_instruments_without_models(void **state)
{
    char folder[] = "/tmp/callqa-engine-XXXXXX";
    char path[100];
    struct cqa_instruments *none = NULL;
    struct cqa_error error = {0};

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/acoustic", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/acoustic/callqa.model", folder);
    FILE *file = fopen(path, "we");
    fputs("not a model", file);
    fclose(file);
    setenv("CALLQA_MODELS", folder, 1);
    assert_int_equal(cqa_instruments_create(&none, &error), CQA_E_BADDATA);
    unsetenv("CALLQA_MODELS");
    assert_null(none);
    assert_non_null(strstr(cqa_english(&error.message),
                           "callqa.model: not a callqa-acoustic model of format 2"));
    unlink(path);
    snprintf(path, sizeof path, "%s/acoustic", folder);
    rmdir(path);
    rmdir(folder);
}

static void test_facts(void **state)
{
    struct cqa_result result = analyze(DEAD_AIR, 0);

    (void)state;
    assert_string_equal(result.recording.container, "WAV");
    assert_string_equal(result.recording.encoding, "ULAW");
    assert_int_equal(result.recording.layout, CQA_LAYOUT_STEREO);
    assert_int_equal(result.recording.duration_ms, 39192);
    assert_near(result.measures.value[CQA_MEASURE_DURATION], 39192, 0);
    assert_int_equal(result.channel_count, 2);
    assert_int_equal(result.channels[0].role, CQA_ROLE_AGENT);
    assert_int_equal(result.channels[1].role, CQA_ROLE_CUSTOMER);
    assert_string_equal(result.models, cqa_instruments_models(instruments));
    assert_int_equal(result.scored, 0);
    for (int c = 0; c < 2; c++) {
        assert_true(cqa_spans_total_ms(&result.channels[c].speech) > 3000);
        assert_true(result.channels[c].active_level_dbfs > -40);
        assert_true(result.channels[c].active_level_dbfs < -10);
        for (size_t i = 0; i < result.channels[c].speech.count; i++) {
            const struct cqa_span *span = &result.channels[c].speech.items[i];
            assert_true(cqa_span_length_ms(*span) >= 100);
            assert_true(i == 0 || span->start_ms - span[-1].end_ms >= 300);
        }
    }
    cqa_result_finish(&result);
}

static void test_dead_air(void **state)
{
    struct cqa_result result = analyze(DEAD_AIR, 0);
    const struct cqa_event *silence = longest(&result, CQA_EVENT_SILENCE);

    (void)state;
    assert_non_null(silence);
    assert_int_equal(silence->cause, CQA_CAUSE_UNEXPLAINED);
    assert_near(silence->end_ms - silence->start_ms, 16500, 700);
    assert_null(longest(&result, CQA_EVENT_HOLD));
    assert_null(longest(&result, CQA_EVENT_OVERTALK));
    cqa_result_finish(&result);
}

/* Who is on which channel is the caller's to say: sides and roles follow it, the rest does not. */
static void test_interruption_both_ways(void **state)
{
    (void)state;
    for (int agent = 0; agent < 2; agent++) {
        struct cqa_result result =
            analyze("in-8002-13800138002-20251120-102140-1763605300.23.wav", agent);
        const struct cqa_event *overtalk = longest(&result, CQA_EVENT_OVERTALK);
        assert_non_null(overtalk);
        assert_int_equal(overtalk->kind, CQA_KIND_INTERRUPTION);
        assert_int_equal(overtalk->by, agent == 0 ? CQA_PARTY_AGENT : CQA_PARTY_CUSTOMER);
        assert_near(overtalk->end_ms - overtalk->start_ms, 3260, 500);
        assert_int_equal(result.channels[agent].role, CQA_ROLE_AGENT);
        cqa_result_finish(&result);
    }
}

static void test_holds(void **state)
{
    static const struct {
        const char *name;
        enum cqa_event_kind kind;
        int64_t length_ms;
    } samples[] = {
        {"in-8001-13800138004-20251120-110237-1763607757.44.mp3", CQA_KIND_MUSIC, 66000},
        {"in-8003-13800138006-20251120-134555-1763617555.60.wav", CQA_KIND_MUTE, 14000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct cqa_result result = analyze(samples[i].name, 0);
        const struct cqa_event *hold = longest(&result, CQA_EVENT_HOLD);
        assert_non_null(hold);
        assert_int_equal(hold->kind, samples[i].kind);
        assert_int_equal(hold->phase, CQA_PHASE_TALK);
        assert_near(hold->end_ms - hold->start_ms, samples[i].length_ms, 1000);
        assert_null(longest(&result, CQA_EVENT_SILENCE));
        cqa_result_finish(&result);
    }
}

static void test_leakage(void **state)
{
    struct cqa_result result = analyze("in-8001-13800138010-20251120-154003-1763624403.85.wav", 0);

    (void)state;
    assert_null(longest(&result, CQA_EVENT_OVERTALK));
    const int heard_on = isnan(result.channels[0].leak_db) ? 1 : 0;
    assert_near(result.channels[heard_on].leak_db, -20, 2);
    assert_near(result.channels[heard_on].leak_delay_ms, 45, 1);
    assert_near(result.channels[1 - heard_on].leak_db, NAN, 0);
    cqa_result_finish(&result);
}

static void test_one_channel(void **state)
{
    struct cqa_result result = analyze(MONO, 0);

    (void)state;
    assert_int_equal(result.recording.layout, CQA_LAYOUT_MONO);
    assert_int_equal(result.channel_count, 1);
    assert_int_equal(result.channels[0].role, CQA_ROLE_MIXED);
    assert_int_equal(result.measurable.aspect[CQA_ASPECT_OVERTALK], CQA_QUALITY_DEGRADED);
    assert_near(result.measures.value[CQA_MEASURE_TALK_AGENT], NAN, 0);
    assert_near(result.channels[0].leak_db, NAN, 0);
    const struct cqa_event *silence = longest(&result, CQA_EVENT_SILENCE);
    assert_non_null(silence);
    assert_near(silence->end_ms - silence->start_ms, 16500, 700);
    cqa_result_finish(&result);

    result = analyze("in-8003-13800138012-20251120-162219-1763626939.93.ogg", 0);
    assert_int_equal(result.recording.layout, CQA_LAYOUT_DUAL_MONO);
    assert_int_equal(result.channels[0].role, CQA_ROLE_MIXED);
    assert_int_equal(result.measurable.aspect[CQA_ASPECT_OVERTALK], CQA_QUALITY_DEGRADED);
    cqa_result_finish(&result);
}

/* Nothing is left over from one recording for the next, and there is no chance in it. */
static void test_same_again(void **state)
{
    (void)state;
    struct cqa_result first = analyze(DEAD_AIR, 0);
    struct cqa_result other = analyze(MONO, 0);
    struct cqa_result again = analyze(DEAD_AIR, 0);

    assert_int_equal(first.events.count, again.events.count);
    assert_memory_equal(first.measures.value, again.measures.value, sizeof first.measures.value);
    for (int c = 0; c < 2; c++) {
        assert_int_equal(first.channels[c].speech.count, again.channels[c].speech.count);
        assert_memory_equal(first.channels[c].speech.items, again.channels[c].speech.items,
                            first.channels[c].speech.count * sizeof(struct cqa_span));
    }
    cqa_result_finish(&first);
    cqa_result_finish(&other);
    cqa_result_finish(&again);
}

/* ---- what cannot be analysed */

static void expect_failure(int fd, const char *name, const char *reason)
{
    struct cqa_result result = {.path = NULL};
    struct cqa_failure failure = {.reason = ""};

    assert_true(fd >= 0);
    assert_int_not_equal(analyze_fd(fd, name, 0, &result, &failure), CQA_OK);
    assert_string_equal(failure.reason, reason);
    assert_true(strlen(cqa_english(&failure.message)) > 0);
    cqa_result_finish(&result);
}

static void test_failures(void **state)
{
    (void)state;
    expect_failure(open(SAMPLES "in-8001-13800138013-20251120-170000-1763629200.97.wav", O_RDONLY),
                   "a.wav", CQA_FAILURE_TRUNCATED);
    expect_failure(open(SAMPLES "in-8002-13800138014-20251120-171000-1763629800.99.wav", O_RDONLY),
                   "a.wav", CQA_FAILURE_UNFINISHED);
    expect_failure(open(SAMPLES "README.md", O_RDONLY), "README.md", CQA_FAILURE_NOT_AUDIO);
    expect_failure(recording_of_bytes("", 0), "a.wav", CQA_FAILURE_UNFINISHED);
}

/* One frame and less of audio: short, but a recording. */
static void test_shortest(void **state)
{
    static const double lengths_s[] = {0.000125, 0.02, 0.032, 0.1, 1};

    (void)state;
    for (size_t i = 0; i < sizeof lengths_s / sizeof lengths_s[0]; i++) {
        struct cqa_result result = {.path = NULL};
        struct cqa_failure failure = {.reason = ""};
        const int fd =
            recording_of_tone(0x010000 | 0x0002, 8000, 2, lengths_s[i]); /* WAV, PCM_16 */
        if (analyze_fd(fd, "a.wav", 0, &result, &failure) != CQA_OK)
            fail_msg("%g s: %s: %s", lengths_s[i], failure.reason, cqa_english(&failure.message));
        assert_int_equal(result.measurable.aspect[CQA_ASPECT_SPEECH], CQA_QUALITY_DEGRADED);
        for (size_t k = 0; k < result.events.count; k++)
            assert_true(result.events.items[k].end_ms <= result.recording.duration_ms);
        cqa_result_finish(&result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instruments),
        cmocka_unit_test(test_instruments_without_models),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_dead_air),
        cmocka_unit_test(test_interruption_both_ways),
        cmocka_unit_test(test_holds),
        cmocka_unit_test(test_leakage),
        cmocka_unit_test(test_one_channel),
        cmocka_unit_test(test_same_again),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_shortest),
    };

    return cmocka_run_group_tests(tests, create_instruments, destroy_instruments);
}
