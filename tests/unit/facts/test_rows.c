/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "facts/fact.h"

/* Rows of Asterisk's two logs, as they are written. */

static struct cqa_zone *zone_of(const char *name)
{
    struct cqa_zone *zone = NULL;

    assert_int_equal(cqa_zone_load(name, &zone, NULL), CQA_OK);
    return zone;
}

static const char *or_dash(const char *text)
{
    return text == NULL ? "-" : text;
}

/* "id linked agent customer queue direction", times in seconds */
static void expect(const struct cqa_fact *fact, const char *expected)
{
    char text[512];

    (void)snprintf(text, sizeof text, "%s %s %s %s %s %s %lld %lld", or_dash(fact->id),
                   or_dash(fact->linked_id), or_dash(fact->agent), or_dash(fact->customer),
                   or_dash(fact->queue), or_dash(fact->direction),
                   (long long)fact->started_ms / 1000, (long long)fact->answered_ms / 1000);
    assert_string_equal(text, expected);
}

static void test_master_csv(void **state)
{
    static const struct {
        const char *line;
        const char *expected; /* NULL: none of ours */
    } cases[] = {
        /* a trunk's call that an extension answered; the menu's answer is not the agent's */
        {"\"\",\"13800138000\",\"8001\",\"from-trunk\",\"\"\"Li, Na\"\" "
         "<13800138000>\",\"PJSIP/trunk-00000001\",\"PJSIP/8001-00000002\",\"Dial\",\"PJSIP/"
         "8001,20\",\"2025-11-20 10:15:02\",\"2025-11-20 10:15:04\",\"2025-11-20 "
         "10:16:00\",58,56,\"ANSWERED\",\"DOCUMENTATION\",\"1763604902.17\",\"\"",
         "1763604902.17 - 8001 13800138000 - in 1763604902 0"},
        /* the same without quotes, by another backend's format, and CRLF */
        {",13800138000,8001,from-trunk,13800138000,SIP/trunk-1,SIP/8001-2,Dial,SIP/8001,2025-11-20 "
         "10:15:02,2025-11-20 10:15:04,2025-11-20 "
         "10:16:00,58,56,ANSWERED,3,1763604902.17,note,,1763604902.10,4\r",
         "1763604902.17 1763604902.10 8001 13800138000 - in 1763604902 0"},
        /* it only rang there */
        {"\"\",\"13800138000\",\"8001\",\"x\",\"\",\"SIP/trunk-1\",\"SIP/8001-2\",\"Dial\",\"\","
         "\"2025-11-20 10:15:02\",,\"2025-11-20 10:16:00\",58,0,\"NO "
         "ANSWER\",\"3\",\"1763604902.17\",\"\"",
         "1763604902.17 - - 13800138000 - in 1763604902 0"},
        /* an extension that calls out: the answer is the customer's */
        {"\"\",\"8001\",\"13800138000\",\"from-internal\",\"\",\"PJSIP/8001-1\",\"PJSIP/"
         "trunk-2\",\"Dial\",\"\",\"2025-11-20 10:15:02\",\"2025-11-20 10:15:12\",\"2025-11-20 "
         "10:16:00\",58,48,\"ANSWERED\",\"3\",\"1763604902.17\",\"\"",
         "1763604902.17 - 8001 13800138000 - out 1763604902 1763604912"},
        {"\"\",\"8001\",\"8002\",\"from-internal\",\"\",\"PJSIP/8001-1\",\"PJSIP/8002-2\","
         "\"Dial\",\"\",\"2025-11-20 10:15:02\",\"2025-11-20 10:15:12\",\"2025-11-20 "
         "10:16:00\",58,48,\"ANSWERED\",\"3\",\"1763604902.17\",\"\"",
         "1763604902.17 - 8002 8001 - internal 1763604902 0"},
        {"\"\",\"13800138000\",\"600\",\"ext-queues\",\"\",\"SIP/trunk-1\",\"Local/"
         "8001@from-queue-9;1\",\"Queue\",\"600,t,,,300\",\"2025-11-20 10:15:02\",\"2025-11-20 "
         "10:15:02\",\"2025-11-20 10:16:00\",58,58,\"ANSWERED\",\"3\",\"pbx-1763604902.17\",\"\"",
         "pbx-1763604902.17 - 8001 13800138000 600 in 1763604902 0"},
        /* without a unique id: by caller and time */
        {"\"\",\"13800138000\",\"8001\",\"x\",\"\",\"SIP/trunk-1\",\"SIP/8001-2\",\"Dial\",\"\","
         "\"2025-11-20 10:15:02\",\"2025-11-20 10:15:04\",\"2025-11-20 "
         "10:16:00\",58,56,\"ANSWERED\",\"3\"",
         "- - 8001 13800138000 - in 1763604902 0"},
        /* a trunk that is named by its number is no extension */
        {"\"\",\"13800138000\",\"8001\",\"x\",\"\",\"SIP/02188886666-1\",\"SIP/"
         "8001-2\",\"Dial\",\"\",\"2025-11-20 10:15:02\",\"\",\"2025-11-20 "
         "10:16:00\",58,56,\"ANSWERED\",\"3\",\"1763604902.17\",\"\"",
         "1763604902.17 - 8001 13800138000 - in 1763604902 0"},
        /* nor is one that an extension's call went out through, by a name of digits */
        {"\"\",\"8001\",\"13800138000\",\"x\",\"\",\"SIP/8001-1\",\"SIP/10086-2\",\"Dial\",\"\","
         "\"2025-11-20 10:15:02\",\"2025-11-20 10:15:12\",\"2025-11-20 "
         "10:16:00\",58,48,\"ANSWERED\",\"3\",\"1763604902.17\",\"\"",
         "1763604902.17 - 8001 13800138000 - out 1763604902 1763604912"},
        {"\"\",\"13800138000\",\"8001\",\"x\",\"\",\"SIP/10086-1\",\"SIP/8001-2\",\"Dial\",\"\","
         "\"2025-11-20 10:15:02\",\"2025-11-20 10:15:12\",\"2025-11-20 "
         "10:16:00\",58,48,\"ANSWERED\",\"3\",\"1763604902.17\",\"\"",
         "1763604902.17 - 8001 13800138000 - in 1763604902 0"},
        /* both may be: nobody knows who is the agent */
        {"\"\",\"02188886666\",\"13800138000\",\"x\",\"\",\"SIP/8001-1\",\"SIP/10086-2\",\"Dial\","
         "\"\",\"2025-11-20 10:15:02\",\"2025-11-20 10:15:12\",\"2025-11-20 "
         "10:16:00\",58,48,\"ANSWERED\",\"3\",\"1763604902.17\",\"\"",
         "1763604902.17 - - 02188886666 - - 1763604902 0"},
        /* unless what was dialled tells: a number takes a trunk, an extension is dialled alone, and
           queues call their members */
        {"\"\",\"02188886666\",\"13800138000\",\"x\",\"\",\"SIP/8001-1\",\"SIP/"
         "10086-2\",\"Dial\",\"SIP/10086/13800138000,300,T\",\"2025-11-20 10:15:02\",\"2025-11-20 "
         "10:15:12\",\"2025-11-20 10:16:00\",58,48,\"ANSWERED\",\"3\",\"1763604902.17\",\"\"",
         "1763604902.17 - 8001 13800138000 - out 1763604902 1763604912"},
        {"\"\",\"02188886666\",\"13800138000\",\"x\",\"\",\"PJSIP/8001-1\",\"PJSIP/"
         "10086-2\",\"Dial\",\"PJSIP/13800138000@10086,300\",\"2025-11-20 10:15:02\",\"2025-11-20 "
         "10:15:12\",\"2025-11-20 10:16:00\",58,48,\"ANSWERED\",\"3\",\"1763604902.17\",\"\"",
         "1763604902.17 - 8001 13800138000 - out 1763604902 1763604912"},
        {"\"\",\"13800138000\",\"02188886666\",\"x\",\"\",\"SIP/10086-1\",\"SIP/"
         "8001-2\",\"Dial\",\"SIP/8002&SIP/8001,20,tr\",\"2025-11-20 10:15:02\",\"2025-11-20 "
         "10:15:12\",\"2025-11-20 10:16:00\",58,48,\"ANSWERED\",\"3\",\"1763604902.17\",\"\"",
         "1763604902.17 - 8001 13800138000 - in 1763604902 0"},
        {"\"\",\"13800138000\",\"02188886666\",\"x\",\"\",\"SIP/10086-1\",\"SIP/"
         "8001-2\",\"Queue\",\"600,t,,,300\",\"2025-11-20 10:15:02\",\"2025-11-20 "
         "10:15:12\",\"2025-11-20 10:16:00\",58,48,\"ANSWERED\",\"3\",\"1763604902.17\",\"\"",
         "1763604902.17 - 8001 13800138000 600 in 1763604902 0"},
        {"\"\",\"13800138000\",\"02188886666\",\"x\",\"\",\"SIP/10086-1\",\"SIP/"
         "8001-2\",\"Dial\",\"SIP/8009,20\",\"2025-11-20 10:15:02\",\"2025-11-20 "
         "10:15:12\",\"2025-11-20 10:16:00\",58,48,\"ANSWERED\",\"3\",\"1763604902.17\",\"\"",
         "1763604902.17 - - 13800138000 - - 1763604902 0"},
        /* a message was left: the extension only rang */
        {"\"\",\"13800138000\",\"8001\",\"x\",\"\",\"SIP/trunk-1\",\"SIP/8001-2\",\"VoiceMail\","
         "\"8001@default,u\",\"2025-11-20 10:15:02\",\"2025-11-20 10:15:22\",\"2025-11-20 "
         "10:16:00\",58,38,\"ANSWERED\",\"3\",\"1763604902.17\",\"\"",
         "1763604902.17 - - 13800138000 - in 1763604902 0"},
        {"a,b,c", NULL},
        {"\"\",\"138", NULL},
        {"\"\",\"13800138000\",\"8001\",\"x\",\"\",\"SIP/a-1\",\"SIP/8001-2\",\"Dial\",\"\","
         "\"2025-13-45 10:15:02\",\"\",\"\",58,56,\"ANSWERED\",\"3\",\"1.17\",\"\"",
         NULL},
    };
    struct cqa_zone *zone = zone_of("Asia/Shanghai");
    const struct cqa_fact_clock clock = {zone, 0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cqa_arena arena = {0};
        struct cqa_fact fact;
        const int found =
            cqa_fact_from_csv(cases[i].line, strlen(cases[i].line), &clock, &arena, &fact);
        assert_int_equal(found, cases[i].expected != NULL);
        if (found)
            expect(&fact, cases[i].expected);
        cqa_arena_finish(&arena);
    }
    cqa_zone_destroy(zone);
}

static void test_queue_log(void **state)
{
    static const struct {
        const char *line;
        const char *expected;
    } cases[] = {
        {"1763604902|1763604890.17|600|NONE|ENTERQUEUE||13800138000|1",
         "1763604890.17 - - 13800138000 600 in 1763604902 0"},
        {"1763604910|1763604890.17|600|SIP/8001|CONNECT|8|1763604902.20|3",
         "1763604890.17 1763604902.20 8001 - 600 in 1763604910 1763604910"},
        {"1763604910|1763604890.17|600|Local/8001@from-queue/n|CONNECT|8|1763604902.20|3",
         "1763604890.17 1763604902.20 8001 - 600 in 1763604910 1763604910"},
        {"1763604910|1763604890.17|600|\xe7\x8e\x8b\xe8\x8a\xb3|CONNECT|8|1763604902.20|3",
         "1763604890.17 1763604902.20 \xe7\x8e\x8b\xe8\x8a\xb3 - 600 in 1763604910 1763604910"},
        {"1763604905|1763604890.17|600|SIP/8002|RINGNOANSWER|5000", NULL},
        {"1763604920|1763604890.17|600|SIP/8001|COMPLETECALLER|8|10|1", NULL},
        {"nonsense", NULL},
        {"x|1763604890.17|600|SIP/8001|CONNECT|8|1763604902.20|3", NULL},
        {"||||", NULL},
    };
    struct cqa_zone *zone = zone_of("Asia/Shanghai");
    const struct cqa_fact_clock clock = {zone, 0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cqa_arena arena = {0};
        struct cqa_fact fact;
        const int found =
            cqa_fact_from_queue_log(cases[i].line, strlen(cases[i].line), &clock, &arena, &fact);
        assert_int_equal(found, cases[i].expected != NULL);
        if (found)
            expect(&fact, cases[i].expected);
        cqa_arena_finish(&arena);
    }
    cqa_zone_destroy(zone);
}

/* In New York the clocks showed 01:30 twice on 2025-11-02; the unique id tells which. */
static void test_an_hour_that_comes_twice(void **state)
{
    static const struct {
        const char *id;
        int64_t started_s;
    } cases[] = {{"1762061400.1", 1762061400}, {"1762065000.1", 1762065000}, {"7.1", 1762061400}};
    struct cqa_zone *zone = zone_of("America/New_York");
    const struct cqa_fact_clock clock = {zone, 0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *values[CQA_COLUMN_COUNT] = {
            [CQA_COLUMN_UNIQUE_ID] = cases[i].id,
            [CQA_COLUMN_STARTED_AT] = "2025-11-02 01:30:00",
            [CQA_COLUMN_ANSWERED_AT] = "2025-11-02 01:30:10",
            [CQA_COLUMN_AGENT] = "8001",
        };
        struct cqa_arena arena = {0};
        struct cqa_fact fact;
        assert_true(cqa_fact_from_columns(values, &clock, &arena, &fact));
        assert_int_equal(fact.started_ms / 1000, cases[i].started_s);
        assert_int_equal(fact.answered_ms / 1000, cases[i].started_s + 10);
        cqa_arena_finish(&arena);
    }
    cqa_zone_destroy(zone);
}

/* What others write into a log forges no lines and fills no memory. */
static void test_hostile_values(void **state)
{
    const struct cqa_fact_clock clock = {NULL, 1};
    char huge[5000];
    struct cqa_arena arena = {0};
    struct cqa_fact fact;
    const char *values[CQA_COLUMN_COUNT] = {[CQA_COLUMN_UNIQUE_ID] = "1\n2\x1b[31m\xff",
                                            [CQA_COLUMN_AGENT] = huge,
                                            [CQA_COLUMN_FILE] = "../../\x01x.wav"};

    (void)state;
    memset(huge, 'a', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    assert_true(cqa_fact_from_columns(values, &clock, &arena, &fact));
    assert_null(strchr(fact.id, '\n'));
    assert_null(strchr(fact.id, '\x1b'));
    assert_true(strlen(fact.agent) < 1024);
    assert_string_equal(fact.file, "\\x01x");
    cqa_arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_master_csv),
        cmocka_unit_test(test_queue_log),
        cmocka_unit_test(test_an_hour_that_comes_twice),
        cmocka_unit_test(test_hostile_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
