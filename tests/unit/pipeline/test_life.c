/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of a recording's states: what it allows, that the store is held to it, and that
 * docs/states.md draws it. `test_life --print` writes what is to stand there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/buffer.h"
#include "base/log.h"
#include "pipeline/life.h"
#include "store/recordings.h"

/* ---- the picture */

static void draw_arrow(struct cqa_buffer *out, enum cqa_life from, enum cqa_life to)
{
    const char *before = "";

    for (size_t i = 0; i < cqa_life_table_count; i++) {
        const struct cqa_life_step *step = &cqa_life_table[i];
        if (step->from != from || step->to != to || from == to)
            continue;
        if (before[0] == '\0')
            cqa_buffer_print(out, "    %s --> %s: ", from == 0 ? "[*]" : cqa_life_words[from],
                             to == 0 ? "[*]" : cqa_life_words[to]);
        cqa_buffer_print(out, "%s%s", before, cqa_life_event_words[step->event]);
        before = ", ";
    }
    if (before[0] != '\0')
        cqa_buffer_print(out, "\n");
}

static void draw(struct cqa_buffer *out)
{
    cqa_buffer_print(out, "```mermaid\nstateDiagram-v2\n");
    for (int from = 0; from < CQA_LIFE_COUNT; from++)
        for (int to = 0; to < CQA_LIFE_COUNT; to++)
            draw_arrow(out, (enum cqa_life)from, (enum cqa_life)to);
    cqa_buffer_print(out, "```\n\n| state | event | becomes | the process |\n|---|---|---|---|\n");
    for (size_t i = 0; i < cqa_life_table_count; i++) {
        const struct cqa_life_step *step = &cqa_life_table[i];
        cqa_buffer_print(out, "| %s | %s | %s | %s |\n", cqa_life_words[step->from],
                         cqa_life_event_words[step->event], cqa_life_words[step->to],
                         cqa_life_action_words[step->action]);
    }
}

static void test_document_draws_the_table(void **state)
{
    struct cqa_buffer drawn = {.limit = 1 << 16};
    struct cqa_buffer said = {.limit = 1 << 20};
    char piece[4096];
    size_t got;
    FILE *file = fopen(CQA_SOURCE_DIR "/docs/states.md", "re");

    (void)state;
    assert_non_null(file);
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        cqa_buffer_add(&said, piece, got);
    fclose(file);
    draw(&drawn);
    if (strstr(said.text, drawn.text) == NULL)
        fail_msg("docs/states.md does not draw the table; it should hold:\n%s", drawn.text);
    cqa_buffer_finish(&drawn);
    cqa_buffer_finish(&said);
}

/* ---- the table */

static void test_no_step_stands_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < cqa_life_table_count; i++)
        assert_ptr_equal(cqa_life_find(cqa_life_table[i].from, cqa_life_table[i].event),
                         &cqa_life_table[i]);
}

/* A way out of every state, and a way to an end (scored, failed, excluded, vanished) or out. */
static void test_no_state_is_a_trap(void **state)
{
    int ends[CQA_LIFE_COUNT] = {[CQA_LIFE_SCORED] = 1, [CQA_LIFE_FAILED] = 1};

    (void)state;
    for (int round = 0; round < CQA_LIFE_COUNT; round++)
        for (size_t i = 0; i < cqa_life_table_count; i++)
            ends[cqa_life_table[i].from] |= ends[cqa_life_table[i].to];
    for (int life = 0; life < CQA_LIFE_COUNT; life++)
        if (!ends[life])
            fail_msg("nothing leads from %s to an end", cqa_life_words[life]);
}

/* Whatever a worker answers, a claimed recording has somewhere to go. */
static void test_every_outcome_has_a_step(void **state)
{
    static const enum cqa_life_event ends[] = {
        CQA_LIFE_KEPT, CQA_LIFE_STAYS,    CQA_LIFE_OUTDATED, CQA_LIFE_AGAIN,    CQA_LIFE_UNDONE,
        CQA_LIFE_LOST, CQA_LIFE_GIVEN_UP, CQA_LIFE_TAKEN,    CQA_LIFE_RETURNED, CQA_LIFE_BARRED};

    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const struct cqa_life_step *step = cqa_life_find(CQA_LIFE_ENDED, ends[i]);
        assert_non_null(step);
        assert_true(step->action == CQA_LIFE_PUT_DOWN || step->action == CQA_LIFE_SEND);
    }
    for (int to = 0; to < CQA_RECORDING_STATE_COUNT; to++) {
        const enum cqa_life_event event = cqa_life_failure((enum cqa_recording_state)to);
        if (event == CQA_LIFE_EVENT_COUNT)
            continue;
        const struct cqa_life_step *step = cqa_life_find(CQA_LIFE_ENDED, event);
        assert_non_null(step);
        assert_int_equal(cqa_life_stored(step->to), to);
    }
}

static void test_taking_a_step(void **state)
{
    enum cqa_life life = CQA_LIFE_READY;

    (void)state;
    assert_int_equal(cqa_life_take(&life, CQA_LIFE_CLAIM), CQA_LIFE_START);
    assert_int_equal(life, CQA_LIFE_CLAIMED);
    assert_int_equal(cqa_life_take(&life, CQA_LIFE_SUBMIT), CQA_LIFE_NOTHING);
    assert_int_equal(cqa_life_take(&life, CQA_LIFE_CUT), CQA_LIFE_NOTHING);
    assert_int_equal(cqa_life_take(&life, CQA_LIFE_ANSWER), CQA_LIFE_NOTHING);
    assert_int_equal(cqa_life_take(&life, CQA_LIFE_KEPT), CQA_LIFE_SEND);
    assert_int_equal(life, CQA_LIFE_SCORED);
    assert_null(cqa_life_find(CQA_LIFE_SCORED, CQA_LIFE_CLAIM));
    assert_null(cqa_life_find(CQA_LIFE_READY, CQA_LIFE_KEPT));
    assert_null(cqa_life_find(CQA_LIFE_VANISHED, CQA_LIFE_CLAIM));
}

/* ---- what is no step */

/* Runs it in a process of its own, whose words nobody needs: 1 when that was stopped as a bug. */
static int stops(void (*deed)(void *context), void *context)
{
    int status = 0;
    const pid_t pid = fork();

    if (pid == 0) {
        signal(SIGABRT, SIG_DFL);
        (void)!freopen("/dev/null", "w", stderr);
        deed(context);
        _exit(0);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void take_none(void *context)
{
    enum cqa_life life = CQA_LIFE_READY;

    (void)context;
    (void)cqa_life_take(&life, CQA_LIFE_KEPT);
}

static void test_an_illegal_step_stops(void **state)
{
    (void)state;
    assert_true(stops(take_none, NULL));
}

static struct cqa_store *open_with_one(const char *folder, const struct cqa_store_step *steps,
                                       size_t count)
{
    const struct cqa_file file = {"/calls/a.wav", 10, 1000, "freepbx", "1.1", 0, 0};
    struct cqa_store *store = NULL;
    struct cqa_added added;

    assert_int_equal(cqa_store_open(folder, &store, NULL), CQA_OK);
    assert_int_equal(cqa_store_hold_to(store, steps, count, NULL), CQA_OK);
    assert_int_equal(cqa_recordings_add(store, &file, 1, 1, &added, NULL), CQA_OK);
    return store;
}

static enum cqa_status claim(struct cqa_store *store, struct cqa_error *error)
{
    const struct cqa_claim what = {.limit = 1};
    struct cqa_arena arena = {0};
    struct cqa_recording claimed;
    size_t count = 0;
    const enum cqa_status status =
        cqa_recordings_claim(store, &what, 2, &arena, &claimed, &count, error);

    cqa_arena_finish(&arena);
    return status;
}

static void tell_refusal(void *context)
{
    cqa_life_refused(context);
}

static void test_store_is_held_to_the_table(void **state)
{
    static const struct cqa_store_step only_new = {CQA_RECORDING_STATE_COUNT, CQA_RECORDING_READY};
    char folder[] = "/tmp/callqa-life-XXXXXX";
    char command[64];
    struct cqa_store *store = NULL;
    struct cqa_counts counts;
    struct cqa_error error = {0};

    (void)state;
    assert_non_null(mkdtemp(folder));
    store = open_with_one(folder, &only_new, 1);
    assert_int_equal(claim(store, &error), CQA_E_REFUSED);
    assert_int_equal(error.sys_errno, EPERM);
    assert_int_equal(cqa_store_counts(store, &counts, &error), CQA_OK);
    assert_int_equal(counts.recordings[CQA_RECORDING_READY], 1); /* nothing was changed */
    assert_int_equal(counts.recordings[CQA_RECORDING_LEASED], 0);
    assert_true(stops(tell_refusal, &error));
    cqa_store_close(store);
    assert_int_equal(cqa_life_open(folder, &store, &error), CQA_OK);
    assert_int_equal(claim(store, &error), CQA_OK); /* by the whole table it may */
    cqa_store_close(store);
    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document_draws_the_table),
        cmocka_unit_test(test_no_step_stands_twice),
        cmocka_unit_test(test_no_state_is_a_trap),
        cmocka_unit_test(test_every_outcome_has_a_step),
        cmocka_unit_test(test_taking_a_step),
        cmocka_unit_test(test_an_illegal_step_stops),
        cmocka_unit_test(test_store_is_held_to_the_table),
    };

    if (argc == 2 && strcmp(argv[1], "--print") == 0) {
        struct cqa_buffer out = {.limit = 1 << 16};
        draw(&out);
        fputs(out.text, stdout);
        cqa_buffer_finish(&out);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
