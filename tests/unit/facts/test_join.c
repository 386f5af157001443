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
#include "facts/join.h"

/* The rules by which facts meet a recording's name, as a table; each case in both orders of the
 * facts. */

#define NAME "/m/exten-8001-13800138000-20251120-101502-1763604902.17.wav"
#define IN_NAME "/m/in-8001-13800138000-20251120-101502-1763604902.17.wav"
#define QUEUE_NAME "/m/q-600-13800138000-20251120-101502-1763604902.17.wav"
#define UUID_NAME "/m/8b9f5a2c-1d2e-4f5a-9b8c-0123456789ab.wav"

static const struct cqa_fact csv_8001 = {.source = CQA_FACT_CDR,
                                         .hash = 1,
                                         .id = "1763604902.17",
                                         .agent = "8001",
                                         .customer = "13800138000",
                                         .direction = "in",
                                         .started_ms = 1763604902000};
static const struct cqa_fact csv_8002 = {.source = CQA_FACT_CDR,
                                         .hash = 2,
                                         .id = "1763604902.17",
                                         .agent = "8002",
                                         .customer = "13800138000",
                                         .direction = "in",
                                         .started_ms = 1763604902000};
static const struct cqa_fact csv_rang = {.source = CQA_FACT_CDR,
                                         .hash = 3,
                                         .id = "1763604902.17",
                                         .customer = "13800138000",
                                         .queue = "600",
                                         .direction = "in",
                                         .started_ms = 1763604902000};
static const struct cqa_fact csv_out = {.source = CQA_FACT_CDR,
                                        .hash = 4,
                                        .id = "1763604902.17",
                                        .agent = "8001",
                                        .customer = "008613800138000",
                                        .direction = "out",
                                        .started_ms = 1763604902000,
                                        .answered_ms = 1763604912000};
static const struct cqa_fact csv_internal = {.source = CQA_FACT_CDR,
                                             .hash = 5,
                                             .id = "1763604902.17",
                                             .agent = "8001",
                                             .customer = "8009",
                                             .direction = "internal",
                                             .started_ms = 1763604902000};
static const struct cqa_fact log_8001 = {.source = CQA_FACT_QUEUE_LOG,
                                         .hash = 6,
                                         .id = "1763604902.17",
                                         .agent = "8001",
                                         .queue = "600",
                                         .direction = "in",
                                         .started_ms = 1763604910000,
                                         .answered_ms = 1763604910000};
static const struct cqa_fact log_name = {.source = CQA_FACT_QUEUE_LOG,
                                         .hash = 7,
                                         .id = "1763604902.17",
                                         .agent = "Wang Fang",
                                         .queue = "600",
                                         .direction = "in",
                                         .started_ms = 1763604910000,
                                         .answered_ms = 1763604910000};
static const struct cqa_fact log_other = {.source = CQA_FACT_QUEUE_LOG,
                                          .hash = 8,
                                          .id = "1763604902.17",
                                          .agent = "8003",
                                          .queue = "601",
                                          .direction = "in",
                                          .started_ms = 1763604930000,
                                          .answered_ms = 1763604930000};
static const struct cqa_fact log_entered = {.source = CQA_FACT_QUEUE_LOG,
                                            .hash = 9,
                                            .id = "1763604902.17",
                                            .customer = "13800138000",
                                            .queue = "599",
                                            .direction = "in",
                                            .started_ms = 1763604903000};

static const struct {
    const char *what;
    const char *recorder, *path;
    const struct cqa_fact *facts[3];
    const char *expected; /* agent customer queue direction, u where roles are unknown, doubts,
                             answer in s */
} cases[] = {
    {"nothing", "freepbx", NAME, {NULL}, "8001 13800138000 - in k 0 0"},
    {"agrees, and names the direction",
     "freepbx",
     NAME,
     {&csv_8001},
     "8001 13800138000 - in k 0 0"},
    {"another answered than was dialled", "freepbx", NAME, {&csv_8002}, "- 13800138000 - in u 1 0"},
    {"who only rang is nobody",
     "freepbx",
     NAME,
     {&csv_8001, &csv_rang},
     "8001 13800138000 600 in k 0 0"},
    {"two agents in two rows", "freepbx", NAME, {&csv_8001, &csv_8002}, "- 13800138000 - in u 1 0"},
    {"the queue's log names who answered",
     "freepbx",
     QUEUE_NAME,
     {&log_8001, &log_entered},
     "8001 13800138000 600 in k 0 8"},
    {"log and record agree",
     "freepbx",
     QUEUE_NAME,
     {&csv_8001, &log_8001},
     "8001 13800138000 600 in k 0 8"},
    {"log and record do not",
     "freepbx",
     QUEUE_NAME,
     {&csv_8002, &log_8001},
     "- 13800138000 600 in u 1 8"},
    {"a member's name is no contradiction",
     "freepbx",
     QUEUE_NAME,
     {&csv_8001, &log_name},
     "Wang Fang 13800138000 600 in k 0 8"},
    {"two members", "freepbx", QUEUE_NAME, {&log_8001, &log_other}, "- 13800138000 600 in u 1 28"},
    {"in by name, out by record", "freepbx", IN_NAME, {&csv_out}, "8001 13800138000 - - k 1 10"},
    {"internal yields", "freepbx", IN_NAME, {&csv_internal}, "8001 13800138000 - in k 0 0"},
    {"a direction that gives the roles",
     "freeswitch",
     UUID_NAME,
     {&csv_out},
     "8001 008613800138000 - out k 0 0"},
    {"two directions take them",
     "freeswitch",
     UUID_NAME,
     {&csv_out, &csv_8001},
     "8001 008613800138000 - - u 1 0"},
    {"none", "freeswitch", UUID_NAME, {NULL}, "- - - - u 0 0"},
};

static const char *or_dash(const char *text)
{
    return text == NULL ? "-" : text;
}

static void join_one(size_t which, int reversed, char out[256], char hash[CQA_CALL_HASH_SIZE])
{
    struct cqa_recorder *recorder = NULL;
    struct cqa_problems problems = {0};
    struct cqa_call_identity identity = {0};
    struct cqa_fact facts[3];
    struct cqa_zone *zone = NULL;
    struct cqa_arena arena = {0};
    char path[PATH_MAX];
    char lines[CQA_CALL_HASH_SIZE];
    size_t count = 0;

    while (count < 3 && cases[which].facts[count] != NULL)
        count++;
    for (size_t i = 0; i < count; i++)
        facts[i] = *cases[which].facts[reversed ? count - 1 - i : i];
    assert_int_equal(cqa_recorder_load(cases[which].recorder, &recorder, path, &problems, NULL),
                     CQA_OK);
    assert_int_equal(cqa_zone_load("Asia/Shanghai", &zone, NULL), CQA_OK);
    assert_int_equal(
        cqa_recorder_identify(recorder, zone, cases[which].path, &arena, &identity, NULL), CQA_OK);
    assert_int_equal(cqa_facts_join(recorder, zone, facts, count, &arena, &identity.call, NULL),
                     CQA_OK);
    const struct cqa_call *call = &identity.call;
    (void)snprintf(out, 256, "%s %s %s %s %c %d %lld", or_dash(call->agent),
                   or_dash(call->customer), or_dash(call->queue), or_dash(call->direction),
                   call->lines.roles_unknown ? 'u' : 'k', call->doubt_count,
                   (long long)call->lines.answer_ms / 1000);
    cqa_call_hash(call, hash, lines);
    cqa_arena_finish(&arena);
    cqa_recorder_destroy(recorder);
    cqa_zone_destroy(zone);
}

static void test_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[2][256];
        char hash[CQA_CALL_HASH_SIZE];
        for (int reversed = 0; reversed < 2; reversed++) {
            join_one(i, reversed, text[reversed], hash);
            /* where two of one rank do not agree, the order tells which is noted first */
            if (strcmp(text[reversed], cases[i].expected) != 0 &&
                !(reversed && cases[i].facts[1] != NULL &&
                  cases[i].facts[0]->source == cases[i].facts[1]->source))
                fail_msg("%s: \"%s\", not \"%s\"", cases[i].what, text[reversed],
                         cases[i].expected);
        }
    }
}

/* By caller and time alone: two calls are a doubt, two rows of one are not. */
static void test_of_one_call(void **state)
{
    struct cqa_call call = {0};
    struct cqa_fact facts[2] = {csv_8001, csv_8001};

    (void)state;
    assert_true(cqa_facts_are_of_one(facts, 2, &call));
    facts[1].id = "1763604905.18";
    assert_false(cqa_facts_are_of_one(facts, 2, &call));
    assert_int_equal(call.doubt_count, 1);
    assert_string_equal(call.doubts[0].values[1], "1763604905.18");
    facts[0].linked_id = facts[1].linked_id = "1763604902.17";
    assert_true(cqa_facts_are_of_one(facts, 2, &call));
    facts[0].id = facts[1].id = NULL;
    facts[1].started_ms += 1000;
    assert_false(cqa_facts_are_of_one(facts, 2, &call));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_of_one_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
