/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a configuration may say, and that every problem is told at its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "pipeline/config.h"

static char path[] = "/tmp/cqa-config-XXXXXX";
static char token[] = "/tmp/cqa-token-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    setenv("CALLQA_MODELS", CQA_SOURCE_DIR "/models", 1);
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    const int secret = mkstemp(token);
    assert_int_equal(write(secret, "t0ken\n", 6), 6);
    close(secret);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path) | unlink(token);
}

static int load(const char *text, struct cqa_config *config, struct cqa_problems *problems)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    *problems = (struct cqa_problems){0};
    return cqa_config_load(config, path, problems);
}

static void finish(struct cqa_config *config, struct cqa_problems *problems)
{
    cqa_config_finish(config);
    cqa_problems_finish(problems);
}

#define TOP "state_dir: /var/lib/callqa\nwatch:\n  - path: /srv/calls/\n"

/* The profile's name is every call's source. */
static void assert_source(const struct cqa_recorder *recorder, const char *name)
{
    struct cqa_arena arena = {0};
    struct cqa_call_identity identity;
    struct cqa_error error;

    assert_int_equal(cqa_recorder_identify(recorder, NULL, "/srv/a.wav", &arena, &identity, &error),
                     CQA_OK);
    assert_string_equal(identity.call.source, name);
    cqa_arena_finish(&arena);
}

#define FACTS "    facts:\n      sources:\n"

static void test_little_is_enough(void **state)
{
    struct cqa_config config;
    struct cqa_problems problems;

    (void)state;
    assert_true(load(TOP, &config, &problems));
    assert_string_equal(config.state_dir, "/var/lib/callqa");
    assert_int_equal(config.watch_count, 1);
    assert_string_equal(config.watches[0].path, "/srv/calls");
    assert_source(config.watches[0].recorder, "generic");
    assert_string_equal(cqa_rubric_name(config.rubric), "standard");
    assert_false(config.posts);
    assert_false(config.show_digits);
    assert_true(config.workers >= 1);
    finish(&config, &problems);
}

static void test_everything_is_read(void **state)
{
    struct cqa_config config;
    struct cqa_problems problems;
    char text[2048];

    (void)state;
    snprintf(text, sizeof text,
             "state_dir: /s\nrubric: courier\nworkers: 3\nsettle: 250ms\nscan_interval: 30s\n"
             "unfinished: 2h\nanalysis_timeout: 90s\nretention_days: 0\nlog_level: debug\n"
             "mask_private: true\nshow_digits: true\nwatch:\n"
             "  - path: /a\n    recorder: freepbx\n    time_zone: Asia/Shanghai\n"
             "    facts:\n      wait: 90s\n      sources:\n"
             "        - {kind: csv, path: /l, times: utc}\n"
             "        - {kind: postgresql, host: h, user: u, database: d, preset: asterisk, table: "
             "old.cdr, interval: 5s}\n"
             "  - path: /ab\n    time_zone: UTC\n"
             "post:\n  url: http://127.0.0.1:8080/api/v1/results\n  token_file: %s\n"
             "  timeout: 7s\n  batch: 1\n  proxy: http://proxy.example:3128\n",
             token);
    assert_true(load(text, &config, &problems));
    assert_int_equal(config.workers, 3);
    assert_int_equal(config.settle_ms, 250);
    assert_int_equal(config.scan_interval_ms, 30000);
    assert_int_equal(config.unfinished_ms, 7200000);
    assert_int_equal(config.analysis_timeout_ms, 90000);
    assert_int_equal(config.retention.results, 0);
    assert_int_equal(config.retention.failures, 0);
    assert_int_equal(config.retention.vanished, 0);
    assert_int_equal(config.log_level, CQA_LOG_DEBUG);
    assert_int_equal(config.mask_private, CQA_LOG_MASK_ALL);
    assert_true(config.show_digits);
    assert_int_equal(config.watches[0].facts.wait_ms, 90000);
    assert_int_equal(config.watches[0].facts.count, 2);
    assert_int_equal(config.watches[0].facts.origins[0].kind, CQA_ORIGIN_CSV);
    assert_true(config.watches[0].facts.origins[0].utc);
    assert_int_equal(config.watches[0].facts.origins[1].interval_ms, 5000);
    assert_non_null(strstr(config.watches[0].facts.origins[1].table.query, "FROM old.cdr WHERE"));
    assert_int_equal(config.watch_count, 2); /* /ab does not lie in /a */
    assert_source(config.watches[0].recorder, "freepbx");
    assert_true(config.posts);
    assert_true(config.post.single);
    assert_int_equal(config.post.timeout_ms, 7000);
    assert_string_equal(config.post.token_file, token);
    finish(&config, &problems);
}

/* One problem more in a configuration that is good else: where it is told, and with which words. */
static const struct {
    const char *text;
    size_t line;
    const char *words;
} bad[] = {
    {"watch:\n  - path: /a\n", 1, "state_dir"},
    {"state_dir: /s\n", 1, "watch"},
    {"state_dir: s\nwatch:\n  - path: /a\n", 1, "absolute"},
    {"state_dir: /s\nwatch: []\n", 2, "1 to"},
    {"state_dir: /s\nwatch:\n  - /a\n", 3, "map"},
    {"state_dir: /s\nwatch:\n  - path: a\n", 3, "absolute"},
    {"state_dir: /s\nwatch:\n  - path: /a\n    recorder: nobodys\n", 4, "nobodys"},
    {"state_dir: /s\nwatch:\n  - path: /a\n    time_zone: Mars/Olympus\n", 4, "time_zone"},
    {"state_dir: /s\nwatch:\n  - path: /a\n    colour: red\n", 4, "colour"},
    {"state_dir: /s\nwatch:\n  - path: /a\n  - path: /a/b/\n", 4, "same tree"},
    {"state_dir: /s\nwatch:\n  - path: /a/b\n  - path: /a\n", 4, "same tree"},
    {TOP "rubric: nobodys\n", 4, "nobodys"},
    {TOP "workers: 0\n", 4, "1"},
    {TOP "workers: 2.5\n", 4, "whole"},
    {TOP "settle: 5\n", 4, "s"},
    {TOP "log_level: loud\n", 4, "debug"},
    {TOP "show_digits: all\n", 4, "false, true"},
    {TOP "post:\n  batch: 1\n", 5, "url"},
    {TOP "post:\n  url: https://scores.example/api/v1/results\n  token_file: /dev/null\n", 6,
     "no regular file"},
    {TOP "post:\n  url: https://scores.example\n", 5, "no path"},
    {TOP "post:\n  url: https://scores.example/\n", 5, "no path"},
    {TOP "post:\n  url: ftp://scores.example/api/v1/results\n", 5, "https nor http"},
    {"state_dir: /srv/calls/state\nwatch:\n  - path: /srv/calls\n", 1, "lies in the watched"},
    {"state_dir: /srv/calls\nwatch:\n  - path: /srv/calls\n", 1, "lies in the watched"},
    {"state_dir: /s\nwatch:\n  - path: /proc\n", 3, "the system's own"},
    {"state_dir: /s\nwatch:\n  - path: /dev/null\n", 3, "the system's own"},
    {"state_dir: /s\nwatch:\n  - path: /etc/passwd\n", 3, "no folder"},
    {"state_dir: /etc/passwd\nwatch:\n  - path: /a\n", 1, "no folder"},
    {TOP "post:\n  url: http://scores.example/results\n", 5, "https"},
    {TOP "post:\n  url: scores\n", 5, "address"},
    {TOP "post:\n  url: https://scores.example/r\n  token_file: /nowhere/token\n", 6,
     "/nowhere/token"},
    {TOP "post:\n  url: https://scores.example/r\n  batch: 501\n", 6, "500"},
    {TOP "pots:\n  url: https://scores.example/\n", 4, "pots"},
    {TOP "    facts: yes\n", 4, "map"},
    {TOP "    facts:\n      delay: 3s\n", 5, "delay"},
    {TOP "    facts:\n      wait: 3\n", 5, "s"},
    {TOP FACTS "        - cdr\n", 6, "kind"},
    {TOP FACTS "        - {path: /l}\n", 6, "kind"},
    {TOP FACTS "        - {kind: oracle, path: /l}\n", 6, "mariadb"},
    {TOP FACTS "        - {kind: csv}\n", 6, "path"},
    {TOP FACTS "        - {kind: csv, path: Master.csv}\n", 6, "absolute"},
    {TOP FACTS "        - {kind: csv, path: /tmp}\n", 6, "folder"},
    {TOP FACTS "        - {kind: csv, path: /l, query: SELECT 1}\n", 6, "query"},
    {TOP FACTS "        - {kind: csv, path: /l, time_zone: Mars/Olympus}\n", 6, "time_zone"},
    {TOP FACTS "        - {kind: csv, path: /l}\n        - {kind: csv, path: /l}\n", 7, "twice"},
    {TOP FACTS "        - {kind: sqlite, path: /l}\n", 6, "query"},
    {TOP FACTS "        - {kind: sqlite, path: /l, preset: avaya}\n", 6, "asterisk"},
    {TOP FACTS "        - {kind: sqlite, path: /l, preset: asterisk, table: cdr; x}\n", 6,
     "no table's name"},
    {TOP FACTS
     "        - kind: sqlite\n          path: /l\n          query: SELECT a FROM b WHERE c "
     "> :yesterday\n          columns: [agent]\n",
     8, ":until_epoch"},
    {TOP FACTS "        - kind: sqlite\n          path: /l\n          query: SELECT a, b FROM c\n"
               "          columns: [agent, agent]\n",
     9, "comes twice"},
    {TOP FACTS "        - {kind: mariadb, user: u, database: d, preset: asterisk}\n", 6, "host"},
    {TOP FACTS "        - {kind: mariadb, host: h, user: u, database: d, preset: asterisk, "
               "password_file: /nowhere/p}\n",
     6, "/nowhere/p"},
    {TOP FACTS "        - {kind: mariadb, host: h, user: u, database: d, preset: asterisk, "
               "password_file: /etc/passwd}\n",
     6, "everybody"},
};

static void test_every_problem_has_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct cqa_config config;
        struct cqa_problems problems;
        assert_false(load(bad[i].text, &config, &problems));
        if (problems.count != 1)
            fail_msg("%zu problems in:\n%s", problems.count, bad[i].text);
        if (problems.items[0].line != bad[i].line ||
            strstr(cqa_english(problems.items[0].message), bad[i].words) == NULL)
            fail_msg("line %zu: %s\nin:\n%s", problems.items[0].line,
                     cqa_english(problems.items[0].message), bad[i].text);
        finish(&config, &problems);
    }
}

static void test_all_problems_are_told_at_once(void **state)
{
    struct cqa_config config;
    struct cqa_problems problems;

    (void)state;
    assert_false(
        load("workers: x\nsettle: y\nwatch:\n  - path: z\n  - recorder: q\n", &config, &problems));
    assert_int_equal(problems.count, 6); /* state_dir, workers, settle, z, no path, q */
    finish(&config, &problems);
}

static void test_a_servers_file_is_told_apart(void **state)
{
    struct cqa_config config;
    struct cqa_problems problems;

    (void)state;
    (void)load("listen: 127.0.0.1:8080\nstore: sqlite:/x\n", &config, &problems);
    finish(&config, &problems);
    assert_true(cqa_config_is_servers(path));
    (void)load(TOP, &config, &problems);
    finish(&config, &problems);
    assert_false(cqa_config_is_servers(path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_little_is_enough),
        cmocka_unit_test(test_everything_is_read),
        cmocka_unit_test(test_every_problem_has_its_place),
        cmocka_unit_test(test_all_problems_are_told_at_once),
        cmocka_unit_test(test_a_servers_file_is_told_apart),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
