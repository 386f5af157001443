/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/rubric.h"

#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "cli/cli.h"

#define HEAD "name: t\nversion: '1'\ntitle: {en: T, zh: 测}\n"
#define RULE HEAD "rules:\n- id: r\n  text: {en: e, zh: 中}\n"

/* Everything that is wrong, as check-rubric prints it, "F" being the file. NULL when the rubric is
 * valid. */
static char *problems_of(const char *text)
{
    struct cqa_problems problems = {0};
    struct cqa_rubric *rubric = cqa_rubric_parse(text, strlen(text), &problems);
    char *printed = NULL;
    size_t size;

    if (rubric == NULL) {
        FILE *out = open_memstream(&printed, &size);
        assert_non_null(out);
        cqa_problems_print(&problems, "F", CQA_ENGLISH, out);
        fclose(out);
    }
    assert_true((rubric == NULL) == (problems.count > 0));
    cqa_rubric_destroy(rubric);
    cqa_problems_finish(&problems);
    return printed;
}

/* The rule's lines begin at line 7, column 3. `expected` is the start of a printed line; NULL:
 * valid. */
static const struct {
    const char *rule;
    const char *expected;
} cases[] = {
    {"  on: silence\n  points: {each: 2}\n", NULL},
    {"  on: silences\n  points: {each: 2}\n",
     "F:7:7: \"silences\" is not one of: silence, overtalk, hold,"},
    {"  points: {each: 2}\n",
     "F:5:3: a rule has exactly one of: on (an event), measure, manual: true\n"},
    {"  on: hold\n  measure: ring_ms\n  points: {once: 2}\n", "F:5:3: a rule has exactly one of"},
    {"  on: hold\n  point: {each: 2}\n",
     "F:8:3: unknown key \"point\"; allowed: id, title, text, severity, points,"},
    {"  on: hold\n",
     "F:5:3: \"points\" is missing; allowed: note, or a map with one of: each, once,"},
    {"  on: hold\n  automatic_fail: true\n", NULL},
    {"  on: hold\n  automatic_fail: true\n  points: note\n", "F:8:19: a note cannot fail a call"},
    {"  on: hold\n  points: {each: 2, once: 3}\n",
     "F:8:11: \"points\" must be note, or a map with one of"},
    {"  on: hold\n  points: {each: 2.005}\n",
     "F:8:18: \"each\": \"2.005\" has more than 2 decimals; allowed: 0.01 to"},
    {"  on: hold\n  points: {each: -2}\n", "F:8:18: \"each\": \"-2\" is not a plain number"},
    {"  on: hold\n  points: {each: 0}\n", "F:8:18: \"each\": \"0\" is out of range"},
    {"  on: hold\n  points: {each: 1e3}\n", "F:8:18: \"each\": \"1e3\" is not a plain number"},
    {"  on: hold\n  points: {each: 99999999999999999999}\n", "F:8:18: \"each\""},
    {"  on: hold\n  points: {each: .nan}\n", "F:8:18: \"each\": \".nan\" is not a plain number"},
    {"  on: hold\n  points: {steps: []}\n", "F:8:19: 0 steps; allowed: 1 to 50\n"},
    {"  on: hold\n  points: {steps: [{from: 9s, points: 1}, {from: 9s, points: 2}]}\n",
     "F:8:43: steps must ascend: this \"from\" is not above the one before\n"},
    {"  on: hold\n  points: {steps: [{from: 9s, points: 2}, {from: 10s, points: 1}]}\n",
     "F:8:43: a later step must not cost less than the one before\n"},
    {"  on: hold\n  points: {steps: [{from: 9s, points: 2}, {from: 10s, points: note}]}\n",
     "F:8:43: a later step must not cost less"},
    {"  on: hold\n  points: {steps: [{from: 9, points: 2}]}\n",
     "F:8:27: \"9\" is not a length of time; write it as"},
    {"  on: hold\n  points: {by_count: [{from: 9s, points: 2}]}\n",
     "F:8:30: \"9s\" is not a number"},
    {"  on: hold\n  allowed: 2\n  points: {by_count: [{from: 9, points: 2}]}\n",
     "F:8:12: \"allowed\" has no place"},
    {"  on: hold\n  points: {per_minute: 1}\n", "F:8:11: \"minutes\" is missing\n"},
    {"  on: hold\n  cap: 2\n  points: {each: 3}\n",
     "F:8:8: 2 is under the 3 that one deduction of this rule may cost"},
    {"  on: hold\n  cap: 2\n  points: note\n",
     "F:8:8: a rule that only notes has nothing to cap\n"},
    {"  on: hold\n  points: {each: 3, min_confidence: 0.4}\n",
     "F:8:37: has no effect: \"where\" already asks for more"},
    {"  on: hold\n  where: {min_confidence: 1.5}\n  points: {each: 3}\n",
     "F:8:27: \"min_confidence\": \"1.5\" is out of range"},
    {"  on: hold\n  severity: grave\n  points: {each: 3}\n",
     "F:8:13: \"grave\" is not one of: note, minor, major, critical"},
    {"  on: hold\n  allowed: -1\n  points: {each: 3}\n",
     "F:8:12: -1 is out of range; allowed: 0 to 100000\n"},
    /* Conditions that do not belong to the type. */
    {"  on: silence\n  where: {kind: music}\n  points: {each: 3}\n",
     "F:8:11: unknown key \"kind\"; allowed: cause,"},
    {"  on: hold\n  where: {cause: initial}\n  points: {each: 3}\n",
     "F:8:11: unknown key \"cause\"; allowed: kind, side, phase,"},
    {"  on: overtalk\n  where: {kind: music}\n  points: {each: 3}\n",
     "F:8:17: \"music\" is not one of: unknown, backchannel, interruption, other\n"},
    {"  on: hold\n  where: {kind: [music, interruption]}\n  points: {each: 3}\n",
     "F:8:25: \"interruption\" is not one of: music, beep, mute, announcement\n"},
    {"  on: hold\n  where: {kind: []}\n  points: {each: 3}\n",
     "F:8:17: \"kind\" is an empty list: nothing could ever match\n"},
    {"  on: hold\n  where: {kind: [beep, beep]}\n  points: {each: 3}\n",
     "F:8:24: \"beep\" is given twice\n"},
    /* What can never fire. */
    {"  on: hold\n  where: {at_least: 60s, below: 1min}\n  points: {each: 3}\n",
     "F:8:33: never fires: \"below\" must be greater than \"at_least\"\n"},
    {"  on: silence\n  where: {below: 3s}\n  points: {each: 3}\n",
     "F:8:18: never fires: every silence lasts 3000ms or more\n"},
    {"  on: hold\n  where: {in_first: 5s, not_in_first: 5s}\n  points: {each: 3}\n",
     "F:8:21: never fires: \"in_first\""},
    {"  on: hold\n  where: {in_last: 5s, not_in_last: 8s}\n  points: {each: 3}\n",
     "F:8:20: never fires: \"in_last\""},
    {"  on: hold\n  where: {below: 60s}\n  points: {steps: [{from: 9s, points: 1}, {from: 60s, "
     "points: 2}]}\n",
     "F:9:43: is never reached: \"below\" is not above it\n"},
    {"  on: hold\n  where: {at_least: 60s}\n  points: {steps: [{from: 9s, points: 1}, {from: 60s, "
     "points: 2}]}\n",
     "F:9:20: is never reached: \"at_least\" leads past it"},
    {"  on: overtalk\n  mono: count\n  where: {by: agent}\n  points: {each: 3}\n",
     "F:8:9: \"mono: count\" never fires: on mono \"by\" and \"kind\" are unknown\n"},
    {"  on: hold\n  mono: count\n  points: {each: 3}\n",
     "F:8:9: \"mono\" is for rules on overtalk"},
    {"  measure: overtalk_ratio\n  where: {at_least: 20}\n  points: {once: 3}\n",
     "F:8:10: never fires: overtalk_ratio is a ratio from 0 to 1\n"},
    {"  on: overtalk\n  where: {kind: backchannel, at_least: 5s}\n  points: {each: 1}\n",
     "F:8:40: never fires: a backchannel lasts at most 1000ms\n"},
    {"  measure: response_agent_median_ms\n  where: {at_least: 3s}\n  points: {once: 3}\n",
     "F:8:21: never fires: a gap of 3000ms is a silence, and no response\n"},
    {"  measure: response_agent_p90_ms\n  points: {steps: [{from: 2s, points: 1}, {from: 4s, "
     "points: 2}]}\n",
     "F:8:43: never fires: a gap of 3000ms is a silence, and no response\n"},
    {"  on: overtalk\n  points: {each: 1}\n- id: twin\n  text: {en: x, zh: x}\n  on: overtalk\n"
     "  points: {steps: [{from: 2s, points: 2}]}\n",
     "F:9:3: fires on every event that "},
    /* How a voice sounds is shown, never charged. */
    {"  measure: raised_voice_agent_ms\n  points: {steps: [{from: 3s, points: 5}]}\n",
     "F:7:12: raised_voice_agent_ms tells how a voice sounds"},
    {"  measure: pitch_agent_median_hz\n  where: {at_least: 220}\n  points: {once: 10}\n",
     "F:7:12: pitch_agent_median_hz tells how a voice sounds"},
    {"  measure: pitch_agent_range_semitones\n  where: {below: 2}\n  automatic_fail: true\n",
     "F:7:12: pitch_agent_range_semitones tells how a voice sounds"},
    {"  measure: syllable_rate_agent\n  where: {below: 3}\n  points: {once: 5}\n",
     "F:7:12: syllable_rate_agent tells how a voice sounds"},
    /* Measures. */
    {"  measure: greeting_delay\n  points: {once: 3}\n",
     "F:7:12: unknown measure \"greeting_delay\"; nearest: greeting_delay_ms ("},
    {"  measure: agent_talk_share\n  points: {once: 3}\n",
     "F:7:12: unknown measure \"agent_talk_share\"; nearest: agent_talk_share_of_call"},
    {"  measure: ring_ms\n  points: {once: 3}\n", "F:5:3: fires on every call: give \"where\""},
    {"  measure: ring_ms\n  where: {at_least: 3}\n  points: {once: 3}\n",
     "F:8:21: \"3\" is not a length of time"},
    {"  measure: hold_count\n  where: {at_least: 3s}\n  points: {once: 3}\n",
     "F:8:21: \"3s\" is not a number"},
    {"  measure: hold_count\n  where: {at_least: 3}\n  points: {each: 3}\n",
     "F:9:11: \"points\" must be note, or a map with one of: once,"},
    {"  measure: hold_count\n  where: {at_least: 3}\n  points: {per_minute: 1, minutes: started}\n",
     "F:9:11: hold_count is no length of time"},
    {"  measure: hold_count\n  where: {at_least: 3, by: agent}\n  points: {once: 3}\n",
     "F:8:24: unknown key \"by\"; allowed: at_least, below\n"},
    {"  measure: hold_count\n  where: {at_least: 3}\n  points: {once: 3, min_confidence: 0.9}\n",
     "F:9:37: \"min_confidence\" is for rules on events"},
    /* What a person may change it to. */
    {"  on: hold\n  points: {each: 3}\n  range: {least: 0, most: 5}\n", NULL},
    {"  on: hold\n  points: note\n  range: {least: 0, most: 0}\n", NULL},
    {"  on: hold\n  points: {each: 3}\n  range: {least: 4, most: 3}\n",
     "F:9:10: \"least\" is above \"most\"\n"},
    {"  on: hold\n  points: {each: 3}\n  range: {most: 3}\n", "F:9:10: \"least\" is missing\n"},
    {"  on: hold\n  points: {each: 3}\n  range: {least: -1, most: 3}\n",
     "F:9:18: \"least\": \"-1\" is not a plain number"},
    {"  on: hold\n  points: {each: 3}\n  range: 5\n", "F:9:10: \"range\" must be a map"},
    /* Manual rules. */
    {"  manual: true\n  points: {least: 1, most: 2}\n", NULL},
    {"  manual: true\n  points: {least: 3, most: 2}\n", "F:8:11: \"least\" is above \"most\"\n"},
    {"  manual: true\n  points: note\n",
     "F:8:11: \"points\" must be a map with each, or least and most\n"},
    {"  manual: true\n  where: {}\n  points: {each: 1}\n", "F:8:3: unknown key \"where\""},
    {"  manual: false\n  points: {each: 1}\n", "F:7:11: \"manual\" must be true or left out\n"},
    /* Exceptions of a rule. */
    {"  on: hold\n  except: [{}]\n  points: {each: 3}\n",
     "F:8:12: must be a map with any of: shorter_than,"},
    {"  on: hold\n  except: [{queue: []}]\n  points: {each: 3}\n",
     "F:8:20: \"queue\" is an empty list"},
    {"  on: hold\n  except: [{direction: inbound}]\n  points: {each: 3}\n",
     "F:8:24: \"inbound\" is not one of: in, out, internal\n"},
    {"  on: hold\n  except: {mono: true}\n  points: {each: 3}\n",
     "F:8:11: \"except\" must be a list\n"},
};

static void test_each_problem_has_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text, RULE "%s", cases[i].rule);
        char *printed = problems_of(text);
        const char *found = printed;
        while (found != NULL && cases[i].expected != NULL &&
               strncmp(found, cases[i].expected, strlen(cases[i].expected)) != 0) {
            found = strchr(found, '\n');
            found = found != NULL && found[1] != '\0' ? found + 1 : NULL;
        }
        if ((cases[i].expected == NULL) != (printed == NULL) ||
            (cases[i].expected != NULL && found == NULL))
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].rule, printed ? printed : "",
                     cases[i].expected ? cases[i].expected : "");
        free(printed);
    }
}

/* Whole files: all problems at once, in the order of the file. */
static const struct {
    const char *text;
    const char *expected;
} files[] = {
    {"", "F:1:1: must hold a map (key: value) at the top\n"},
    {"rules: [", "F:2:1: not YAML: did not find expected node content while parsing a flow node\n"},
    {"name: t\n",
     "F:1:1: \"version\" is missing\nF:1:1: \"title\" is missing\nF:1:1: \"rules\" is missing\n"},
    {"name: A b\nversion: '1'\ntitle: {en: T}\nbase: 10\nfloor: 10\nrules: []\nrulez: []\n",
     "F:1:1: \"floor\" must be under \"base\" (100 unless given)\n"
     "F:1:7: \"A b\" is no id; allowed: up to 64 of a-z, 0-9, - and _\n"
     "F:3:8: \"zh\" is missing\n"
     "F:6:8: 0 rules; allowed: 1 to 500\n"
     "F:7:1: unknown key \"rulez\"; allowed: name, version, title, base, floor, cap, exceptions, "
     "rules\n"},
    {HEAD "rules:\n"
          "- {id: a, text: {en: '{seconds} {second} {value} {', zh: '{start}'}, on: silence, "
          "points: {each: 1}}\n"
          "- {id: b, text: {en: '{value}', zh: '{count}'}, measure: ring_ms, where: {at_least: "
          "1s}, points: note}\n"
          "- {id: a, text: {en: x, zh: ''}, on: silence, points: {each: 1}}\n",
     "F:5:22: {second} has no meaning here; allowed: {start} {end} {points} {seconds} {count}\n"
     "F:5:22: {value} has no meaning here; allowed: {start} {end} {points} {seconds} {count}\n"
     "F:5:22: { has no meaning here; allowed: {start} {end} {points} {seconds} {count}\n"
     "F:6:37: {count} has no meaning here; allowed: {start} {end} {points} {value}\n"
     "F:7:8: the id \"a\" is already that of line 5\n"
     "F:7:29: \"zh\" is empty\n"},
    {HEAD "exceptions:\n- {id: x, text: {en: e, zh: 中}}\n- {id: x, text: {en: e, zh: 中}, when: "
          "{mono: maybe}}\n"
          "rules:\n- 5\n- {id: r, text: {en: e, zh: 中}, manual: true, points: {each: 1}}\n",
     "F:5:3: \"when\" is missing\n"
     "F:6:8: the id \"x\" is already that of line 5\n"
     "F:6:46: \"maybe\" is not one of: false, true\n"
     "F:8:3: a rule must be a map (key: value)\n"},
};

static void test_all_problems_come_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *printed = problems_of(files[i].text);
        assert_non_null(printed);
        assert_string_equal(printed, files[i].expected);
        free(printed);
    }
}

/* ---- the command */

static int run(const char *argument)
{
    char command[] = "check-rubric";
    char copy[4096];
    char *argv[] = {command, copy, NULL};

    snprintf(copy, sizeof copy, "%s", argument != NULL ? argument : "");
    optind = 1;
    return cqa_cli_check_rubric(argument != NULL ? 2 : 1, argv);
}

static void test_the_command_tells_by_its_exit_code(void **state)
{
    char path[] = "/tmp/cqa-rubric-XXXXXX.yaml";
    const int file = mkstemps(path, 5);

    (void)state;
    assert_true(file >= 0);
    assert_int_equal(write(file, "name: 5\n", 8), 8);
    close(file);
    assert_int_equal(run(path), 4);
    unlink(path);
    assert_int_equal(run("/nonexistent/rubric.yaml"), 4);
    assert_int_equal(run(NULL), 2);
    assert_int_equal(run("--nonsense"), 2);
    assert_int_equal(run("--help"), 0);
    assert_int_equal(run(CQA_SOURCE_DIR "/models/rubrics/standard.yaml"), 0);
    assert_int_equal(run("courier"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_problem_has_its_place),
        cmocka_unit_test(test_all_problems_come_at_once),
        cmocka_unit_test(test_the_command_tells_by_its_exit_code),
    };

    setenv("CALLQA_MODELS", CQA_SOURCE_DIR "/models", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
