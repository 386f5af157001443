/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/rubric.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* The rubrics that ship: what each kind of thing in a call costs under them. */

static const struct {
    const char *rubric;
    const char *what;
    struct cqa_event event; /* id, start and confidence are filled in where 0 */
    const char *rule;       /* NULL: no deduction */
    double points;
} cases[] = {
#define SILENCE(ms, why)                                                                           \
    {                                                                                              \
        .type = CQA_EVENT_SILENCE, .end_ms = (ms), .cause = CQA_CAUSE_##why                        \
    }
#define SURE(ms, sure)                                                                             \
    {                                                                                              \
        .type = CQA_EVENT_SILENCE, .end_ms = (ms), .cause = CQA_CAUSE_UNEXPLAINED,                 \
        .confidence = (sure)                                                                       \
    }
#define HOLD(ms, which, whose)                                                                     \
    {                                                                                              \
        .type = CQA_EVENT_HOLD, .end_ms = (ms), .kind = CQA_KIND_MUSIC,                            \
        .phase = CQA_PHASE_##which, .side = CQA_PARTY_##whose                                      \
    }
#define OVERTALK(ms, who, how)                                                                     \
    {                                                                                              \
        .type = CQA_EVENT_OVERTALK, .end_ms = (ms), .by = CQA_PARTY_##who, .kind = CQA_KIND_##how  \
    }
    {"standard", "short silence", SILENCE(9999, UNEXPLAINED), NULL, 0},
    {"standard", "noted", SILENCE(10000, UNEXPLAINED), "dead-air", 0},
    {"standard", "noted", SILENCE(14999, UNEXPLAINED), "dead-air", 0},
    {"standard", "dead air", SILENCE(15000, UNEXPLAINED), "dead-air", 2},
    {"standard", "dead air", SILENCE(29999, AGENT_MUTED), "dead-air", 2},
    {"standard", "dead air", SILENCE(30000, AGENT_MUTED), "dead-air", 5},
    {"standard", "unsure", SURE(30000, 0.89f), "dead-air", 0},
    {"standard", "just sure", SURE(30000, 0.9f), "dead-air", 5},
    {"standard", "too unsure", SURE(30000, 0.49f), NULL, 0},
    {"standard", "before the call", SILENCE(60000, INITIAL), NULL, 0},
    {"standard", "after the call", SILENCE(60000, FINAL), NULL, 0},
    {"standard", "not recorded", SILENCE(60000, NOT_RECORDED), NULL, 0},
    {"standard", "short hold", HOLD(59999, TALK, AGENT), NULL, 0},
    {"standard", "noted hold", HOLD(60000, TALK, AGENT), "long-hold", 0},
    {"standard", "noted hold", HOLD(119999, TALK, AGENT), "long-hold", 0},
    {"standard", "long hold", HOLD(120000, TALK, AGENT), "long-hold", 3},
    {"standard", "queue", HOLD(300000, QUEUE, AGENT), NULL, 0},
    {"standard", "customer parks", HOLD(300000, TALK, CUSTOMER), NULL, 0},
    {"standard", "mono hold", HOLD(300000, TALK, NONE), "long-hold-unattributed", 0},
    {"standard", "mono queue", HOLD(300000, QUEUE, NONE), NULL, 0},
    {"standard", "short overlap", OVERTALK(1999, AGENT, INTERRUPTION), NULL, 0},
    {"standard", "interruption", OVERTALK(2000, AGENT, INTERRUPTION), "agent-interruption", 2},
    {"standard", "customer interrupts", OVERTALK(5000, CUSTOMER, INTERRUPTION), NULL, 0},
    {"standard", "backchannel", OVERTALK(5000, AGENT, BACKCHANNEL), NULL, 0},
    {"standard", "nobody's", OVERTALK(5000, NONE, NONE), NULL, 0},
    {"courier", "short silence", SILENCE(14999, UNEXPLAINED), NULL, 0},
    {"courier", "line left open", SILENCE(15000, UNEXPLAINED), "no_mute_when_consulting", 0.5},
    {"courier", "muted", SILENCE(60000, AGENT_MUTED), NULL, 0},
    {"courier", "on hold", HOLD(300000, TALK, AGENT), NULL, 0},
    {"courier", "interruption", OVERTALK(5000, AGENT, INTERRUPTION), NULL, 0},
};

static struct cqa_rubric *load(const char *name)
{
    char path[512];
    struct cqa_problems problems = {0};

    snprintf(path, sizeof path, "%s/models/rubrics/%s.yaml", CQA_SOURCE_DIR, name);
    struct cqa_rubric *rubric = cqa_rubric_load(path, &problems);
    cqa_problems_print(&problems, path, CQA_ENGLISH, stderr);
    cqa_problems_finish(&problems);
    assert_non_null(rubric);
    assert_string_equal(cqa_rubric_name(rubric), name);
    return rubric;
}

static void apply(const struct cqa_rubric *rubric, const struct cqa_event *event,
                  double greeting_delay_ms, const char *direction, struct cqa_arena *arena,
                  struct cqa_score *score)
{
    const struct cqa_measurable measurable = {0};
    struct cqa_measures measures;

    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        measures.value[i] = NAN;
    measures.value[CQA_MEASURE_GREETING_DELAY] = greeting_delay_ms;
    const struct cqa_rubric_input input = {.events = event,
                                           .event_count = event != NULL,
                                           .measures = &measures,
                                           .measurable = &measurable,
                                           .duration_ms = 600000,
                                           .direction = direction};
    assert_int_equal(cqa_rubric_apply(rubric, &input, arena, score), CQA_OK);
}

static void test_events(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cqa_rubric *rubric = load(cases[i].rubric);
        struct cqa_arena arena = {0};
        struct cqa_score score;
        struct cqa_event event = cases[i].event;
        event.id = 1;
        event.start_ms += 20000;
        event.end_ms += 20000;
        if (event.confidence == 0)
            event.confidence = 1;
        apply(rubric, &event, NAN, NULL, &arena, &score);
        const int fires = score.deduction_count == 1 && cases[i].rule != NULL &&
                          strcmp(score.deductions[0].rule, cases[i].rule) == 0 &&
                          score.deductions[0].points == cases[i].points;
        if (!fires && !(cases[i].rule == NULL && score.deduction_count == 0))
            fail_msg("%s: %s of %d ms: %s %g", cases[i].rubric, cases[i].what,
                     (int)(event.end_ms - event.start_ms),
                     score.deduction_count ? score.deductions[0].rule : "nothing",
                     score.deduction_count ? score.deductions[0].points : 0.0);
        assert_true(score.total == 100 - cases[i].points);
        cqa_arena_finish(&arena);
        cqa_rubric_destroy(rubric);
    }
}

static void test_late_greeting(void **state)
{
    static const struct {
        double delay_ms;
        const char *direction;
        int is_told;
        double points;
    } greetings[] = {{4999, "in", 0, 0},  {5000, "in", 1, 0},  {9999, NULL, 1, 0},
                     {10000, "in", 1, 3}, {10000, NULL, 1, 3}, {60000, "internal", 0, 0},
                     {NAN, "in", 0, 0}};
    struct cqa_rubric *rubric = load("standard");

    (void)state;
    for (size_t i = 0; i < sizeof greetings / sizeof greetings[0]; i++) {
        struct cqa_arena arena = {0};
        struct cqa_score score;
        apply(rubric, NULL, greetings[i].delay_ms, greetings[i].direction, &arena, &score);
        assert_int_equal(score.deduction_count, greetings[i].is_told);
        assert_true(score.total == 100 - greetings[i].points);
        if (score.deduction_count == 1) {
            assert_int_equal(score.deductions[0].start_ms, 0);
            assert_int_equal(score.deductions[0].end_ms, (int64_t)greetings[i].delay_ms);
        }
        cqa_arena_finish(&arena);
    }
    cqa_rubric_destroy(rubric);
}

/* The courier scheme's violations of a call, each half a point; all but one are for people to add.
 */
static void test_courier_lists_the_violations(void **state)
{
    static const char *const ids[] = {"no_mute_when_consulting",
                                      "tone",
                                      "shirking",
                                      "idle_chat",
                                      "late_reply",
                                      "no_agent_id",
                                      "conduct"};
    struct cqa_rubric *rubric = load("courier");

    (void)state;
    assert_int_equal(cqa_rubric_rule_count(rubric), 7);
    for (size_t i = 0; i < 7; i++) {
        const struct cqa_rule_info info = cqa_rubric_rule(rubric, i);
        assert_string_equal(info.id, ids[i]);
        assert_int_equal(info.manual, i > 0);
        assert_true(info.points_least == 0.5 && info.points_most == 0.5 && isnan(info.cap));
    }
    cqa_rubric_destroy(rubric);
}

/* ---- the manual's examples are rubrics, and it lists every measure */

static char *read_file(const char *name)
{
    char path[512];
    char *text = calloc(1, 65536);

    snprintf(path, sizeof path, "%s/docs/%s", CQA_SOURCE_DIR, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(text);
    assert_in_range(fread(text, 1, 65535, file), 1, 65534);
    fclose(file);
    return text;
}

/* A block of rules alone is put into a rubric. */
static void check_example(const char *block, size_t length)
{
    static const char head[] = "name: t\nversion: '1'\ntitle: {en: T, zh: 测}\nrules:\n";
    const int is_whole = strncmp(block, "name:", 5) == 0;
    struct cqa_problems problems = {0};
    char text[4096];

    const int size =
        snprintf(text, sizeof text, "%s%.*s", is_whole ? "" : head, (int)length, block);
    struct cqa_rubric *rubric = cqa_rubric_parse(text, (size_t)size, &problems);
    if (rubric == NULL)
        cqa_problems_print(&problems, text, CQA_ENGLISH, stderr);
    assert_non_null(rubric);
    cqa_rubric_destroy(rubric);
    cqa_problems_finish(&problems);
}

static void test_the_manual(void **state)
{
    static const char *const names[] = {"rubrics.md", "rubrics.zh-CN.md"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char *text = read_file(names[i]);
        int examples = 0;
        for (char *at = strstr(text, "```yaml\n"); at != NULL; at = strstr(at, "```yaml\n")) {
            at += strlen("```yaml\n");
            char *end = strstr(at, "```");
            assert_non_null(end);
            check_example(at, (size_t)(end - at));
            examples++;
        }
        assert_int_equal(examples, 6);
        for (int measure = 0; measure < CQA_MEASURE_COUNT; measure++) {
            char row[128];
            snprintf(row, sizeof row, "\n| `%s` | %s |", cqa_measure_infos[measure].name,
                     cqa_measure_infos[measure].unit);
            if (strstr(text, row) == NULL)
                fail_msg("%s does not list %s", names[i], cqa_measure_infos[measure].name);
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_late_greeting),
        cmocka_unit_test(test_courier_lists_the_violations),
        cmocka_unit_test(test_the_manual),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
