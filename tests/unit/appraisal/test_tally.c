/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tally that calls were added to, in any number of steps, kept as text between them, is the very
 * one of all of them at once (docs/decisions/0227). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "appraisal/tally.h"
#include "support/scheme.h"

enum { CALLS = 60, WAYS = 300, BYTES_MAX = 1 << 20 };

static const char text[] =
    "scheme: q\nversion: \"1\"\nnames: {en: Q, zh: 季}\nsource: own\nperiod: quarterly\n"
    "indicators:\n"
    "  - {id: quality, names: {en: Quality, zh: 质检}, range: [0, 100], need: measured,"
    " period: monthly, measured: {take: score, by: mean}}\n"
    "  - {id: length, names: {en: Length, zh: 时长}, unit: s, range: [0, 9999], need: measured,"
    " period: monthly, measured: {take: duration_ms, by: median}}\n"
    "  - {id: share, names: {en: Share, zh: 占比}, range: [0, 9999], need: measured,"
    " measured: {take: share, by: median}}\n"
    "  - {id: talk, names: {en: Talk, zh: 通话}, range: [0, 9999], need: measured,"
    " measured: {take: talk_agent_ms, by: sum, times: 3}}\n"
    "items:\n"
    "  - {id: total, names: {en: Total, zh: 总}, type: sum, plus: [quality, length]}\n"
    "total: total\n";

static uint64_t seed = 11;

static unsigned below(unsigned limit)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(seed >> 33) % limit;
}

static void add_call(struct cqa_calls *calls, const struct cqa_scheme *scheme, int number)
{
    struct cqa_faults faults = {0};
    char json[700];

    snprintf(json, sizeof json,
             "{\"schema\":\"callqa.result/1\",\"call\":{\"id\":\"%d\",\"started_at\":"
             "\"2025-%02u-%02uT10:15:02+08:00\"},\"recording\":{\"duration_ms\":%u},"
             "\"measurable\":{\"speech\":\"%s\"},"
             "\"measures\":{\"talk_agent_ms\":%u,\"share\":0.%u},"
             "\"score\":{\"rubric\":\"%s\",\"rubric_version\":\"%u\",\"total\":%u.%u,"
             "\"deductions\":[{\"rule\":\"dead-air\",\"points\":2,\"start_ms\":1,\"end_ms\":2}]}}",
             number, 10 + below(3), 1 + below(28), below(90000), below(8) ? "ok" : "not_measurable",
             below(90000), below(100000), below(5) ? "standard" : "other", below(3), below(100),
             below(10));
    assert_int_equal(
        cqa_calls_add_known(calls, scheme, json, strlen(json), number, "zhang", &faults), CQA_OK);
    assert_int_equal(calls->broken.line, 0);
    cqa_faults_finish(&faults);
}

/* Owned: the text of the tally of `before` and of `count` calls more. */
static char *added(const struct cqa_scheme *scheme, const char *before,
                   const struct cqa_scored_call *const *calls, size_t count)
{
    struct cqa_arena arena = {0};
    struct cqa_tally kept, tally;
    struct cqa_buffer out = {.limit = BYTES_MAX};

    if (before != NULL)
        assert_true(cqa_tally_read(scheme, before, CQA_TALLY_WHOLE, &arena, &kept));
    assert_int_equal(cqa_tally_make(scheme, "2025Q4", before != NULL ? &kept : NULL, calls, count,
                                    &arena, &tally),
                     CQA_OK);
    cqa_tally_write(scheme, &tally, CQA_TALLY_WHOLE, &out);
    assert_false(out.failed);
    cqa_arena_finish(&arena);
    return out.text;
}

static void steps_come_to_what_all_at_once_do(void **state)
{
    (void)state;
    struct cqa_problems problems = {0};
    struct cqa_scheme *scheme = scheme_of(text, strlen(text), &problems);
    const struct cqa_scored_call *all[CALLS];
    struct cqa_calls calls = {0};

    assert_non_null(scheme);
    for (int i = 0; i < CALLS; i++)
        add_call(&calls, scheme, i + 1);
    for (int i = 0; i < CALLS; i++)
        all[i] = &calls.items[i];
    char *at_once = added(scheme, NULL, all, CALLS);
    for (int way = 0; way < WAYS; way++) {
        char *kept = NULL;
        for (size_t done = 0; done < CALLS;) {
            const size_t left = CALLS - done;
            const size_t count = below(3) ? below((unsigned)left + 1) : left;
            char *more = added(scheme, kept, all + done, count);
            free(kept);
            kept = more;
            done += count;
        }
        assert_string_equal(kept, at_once);
        free(kept);
    }
    free(at_once);
    cqa_calls_finish(&calls);
    cqa_scheme_destroy(scheme);
}

/* What was cut off anywhere is no tally. */
static void a_text_that_was_cut_off_is_none(void **state)
{
    (void)state;
    struct cqa_problems problems = {0};
    struct cqa_scheme *scheme = scheme_of(text, strlen(text), &problems);
    struct cqa_calls calls = {0};
    struct cqa_arena arena = {0};
    struct cqa_tally tally;

    add_call(&calls, scheme, 1);
    const struct cqa_scored_call *one = &calls.items[0];
    char *whole = added(scheme, NULL, &one, 1);
    for (size_t length = strlen(whole); length-- > 0;) {
        whole[length] = '\0';
        assert_false(cqa_tally_read(scheme, whole, CQA_TALLY_WHOLE, &arena, &tally));
    }
    free(whole);
    cqa_arena_finish(&arena);
    cqa_calls_finish(&calls);
    cqa_scheme_destroy(scheme);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_come_to_what_all_at_once_do),
        cmocka_unit_test(a_text_that_was_cut_off_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
