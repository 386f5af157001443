/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/store/fixture.h"

static void test_a_file_is_one_recording(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(add_file(fixture, "/m/a.wav", "1", 10, 100, 1).added, 1);
    assert_int_equal(add_file(fixture, "/m/a.wav", "1", 10, 100, 2).unchanged, 1);
    assert_int_equal(counts(fixture).recordings[CQA_RECORDING_READY], 1);
    assert_int_equal(counts(fixture).oldest_waiting_ms, 1);
}

static void test_names_are_bytes(void **state)
{
    struct fixture *fixture = *state;
    char path[300] = "/m/";
    struct cqa_recording claimed;

    for (size_t i = 3; i < 258; i++)
        path[i] = (char)(i % 7 == 0 ? '\n' : (int)(128 + i % 100));
    (void)add_file(fixture, path, "1", 10, 100, 1);
    assert_int_equal(claim(fixture, 5, 1, &claimed), 1);
    assert_string_equal(claimed.path, path);
    assert_string_equal(claimed.call_id, "1");
}

static void test_changed_file_is_a_new_revision(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed;
    int kept = 0;

    (void)add_file(fixture, "/m/a.wav", "1", 10, 100, 1);
    assert_int_equal(claim(fixture, 1, 1, &claimed), 1);
    struct cqa_finished finished = finished_of(&claimed);
    CHECK(fixture, cqa_results_put(fixture->store, &finished, 2, &kept, &fixture->error));
    assert_true(kept);
    assert_int_equal(claim(fixture, 1, 3, &claimed), 0);
    assert_int_equal(add_file(fixture, "/m/a.wav", "1", 20, 100, 4).changed, 1);
    assert_int_equal(claim(fixture, 1, 5, &claimed), 1);
    assert_int_equal(claimed.size_bytes, 20);
    assert_int_equal(claimed.attempts, 1);
}

/* The file grows while it is analysed: the result is of nothing that exists. */
static void test_result_of_an_old_revision_is_dropped(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed;
    int kept = 1;

    (void)add_file(fixture, "/m/a.wav", "1", 10, 100, 1);
    assert_int_equal(claim(fixture, 1, 1, &claimed), 1);
    (void)add_file(fixture, "/m/a.wav", "1", 20, 200, 2);
    assert_int_equal(find(fixture, "/m/a.wav").state, CQA_RECORDING_LEASED);
    struct cqa_finished finished = finished_of(&claimed);
    CHECK(fixture, cqa_results_put(fixture->store, &finished, 3, &kept, &fixture->error));
    assert_false(kept);
    assert_int_equal(find(fixture, "/m/a.wav").state, CQA_RECORDING_READY);
    assert_int_equal(counts(fixture).deliveries[CQA_DELIVERY_PENDING], 0);
}

static void test_moved_file_keeps_its_result(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed;
    const char *gone[] = {"/m/a.wav"};
    int kept = 0;

    (void)add_file(fixture, "/m/a.wav", "1", 10, 100, 1);
    assert_int_equal(claim(fixture, 1, 1, &claimed), 1);
    struct cqa_finished finished = finished_of(&claimed);
    CHECK(fixture, cqa_results_put(fixture->store, &finished, 2, &kept, &fixture->error));
    CHECK(fixture, cqa_recordings_gone(fixture->store, gone, 1, 3, &fixture->error));
    assert_int_equal(add_file(fixture, "/m/2025/a.wav", "1", 10, 100, 4).moved, 1);
    assert_int_equal(find(fixture, "/m/2025/a.wav").state, CQA_RECORDING_SCORED);
    assert_int_equal(claim(fixture, 1, 5, &claimed), 0);
}

static void test_converted_file_is_a_revision(void **state)
{
    struct fixture *fixture = *state;
    const char *gone[] = {"/m/a.wav"};

    (void)add_file(fixture, "/m/a.wav", "1", 10, 100, 1);
    CHECK(fixture, cqa_recordings_gone(fixture->store, gone, 1, 3, &fixture->error));
    assert_int_equal(add_file(fixture, "/m/a.mp3", "1", 5, 200, 4).changed, 1);
    assert_int_equal(counts(fixture).recordings[CQA_RECORDING_READY], 1);
}

/* Two recordings of one call: neither may replace the other. */
static void test_second_file_of_a_call_is_a_call_of_its_own(void **state)
{
    struct fixture *fixture = *state;

    (void)add_file(fixture, "/m/q-600-1.wav", "1763604902.17", 10, 100, 1);
    assert_int_equal(add_file(fixture, "/m/in-8001-1.wav", "1763604902.17", 20, 200, 2).added, 1);
    assert_string_equal(find(fixture, "/m/q-600-1.wav").call_id, "1763604902.17");
    const char *second = find(fixture, "/m/in-8001-1.wav").call_id;
    assert_int_equal(strncmp(second, "1763604902.17#", 14), 0);
    assert_int_equal(strlen(second), 14 + 8);
    assert_int_equal(add_file(fixture, "/m/in-8001-1.wav", "1763604902.17", 20, 200, 3).unchanged,
                     1);
}

/* What went elsewhere keeps the id that it got where it lay; what comes to lie there has its own.
 */
static void test_third_file_lies_where_the_second_was(void **state)
{
    struct fixture *fixture = *state;
    const char *gone[] = {"/m/in-1.wav"};

    (void)add_file(fixture, "/m/q-1.wav", "1", 10, 100, 1);
    (void)add_file(fixture, "/m/in-1.wav", "1", 20, 200, 2);
    CHECK(fixture, cqa_recordings_gone(fixture->store, gone, 1, 3, &fixture->error));
    assert_int_equal(add_file(fixture, "/m/2025/in-1.wav", "1", 20, 200, 4).moved, 1);
    assert_int_equal(add_file(fixture, "/m/in-1.wav", "1", 30, 300, 5).added, 1);
    assert_string_not_equal(find(fixture, "/m/in-1.wav").call_id,
                            find(fixture, "/m/2025/in-1.wav").call_id);
    assert_string_equal(find(fixture, "/m/in-1.wav").call, "1");
}

static void test_vanished_and_back(void **state)
{
    struct fixture *fixture = *state;
    const char *gone[] = {"/m/a.wav", "/m/unknown.wav"};
    struct cqa_recording claimed;

    (void)add_file(fixture, "/m/a.wav", "1", 10, 100, 1);
    CHECK(fixture, cqa_recordings_gone(fixture->store, gone, 2, 2, &fixture->error));
    assert_int_equal(find(fixture, "/m/a.wav").state, CQA_RECORDING_VANISHED);
    assert_int_equal(claim(fixture, 1, 3, &claimed), 0);
    (void)add_file(fixture, "/m/a.wav", "1", 10, 100, 4);
    assert_int_equal(claim(fixture, 1, 5, &claimed), 1);
}

static void test_three_deaths_are_the_end(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed;
    int64_t now_ms = 1000;

    (void)add_file(fixture, "/m/a.wav", "1", 10, 100, now_ms);
    for (int death = 1; death <= 3; death++) {
        assert_int_equal(claim(fixture, 1, now_ms, &claimed), 1);
        assert_int_equal(claimed.attempts, death);
        assert_int_equal(fail_as(fixture, &claimed,
                                 death == 2 ? CQA_FAILURE_TIMED_OUT : CQA_FAILURE_CRASHED, now_ms),
                         death < 3 ? CQA_RECORDING_READY : CQA_RECORDING_FAILED);
        assert_int_equal(claim(fixture, 1, now_ms, &claimed), 0); /* a pause, or the end */
        now_ms += 700000;
    }
    const struct cqa_recording dead = find(fixture, "/m/a.wav");
    assert_int_equal(dead.state, CQA_RECORDING_FAILED);
    assert_string_equal(dead.reason, CQA_FAILURE_CRASHED);
    assert_int_equal(counts(fixture).deliveries[CQA_DELIVERY_PENDING], 1);
    (void)add_file(fixture, "/m/a.wav", "1", 11, 100, now_ms);
    assert_int_equal(claim(fixture, 1, now_ms, &claimed), 1);
    assert_int_equal(claimed.deaths, 0);
}

static void test_passing_errors_never_end_it(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed;
    int64_t now_ms = 1000;

    (void)add_file(fixture, "/m/a.wav", "1", 10, 100, now_ms);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(claim(fixture, 1, now_ms, &claimed), 1);
        assert_int_equal(fail_as(fixture, &claimed, CQA_FAILURE_UNREADABLE, now_ms),
                         CQA_RECORDING_READY);
        now_ms += 600000; /* the longest pause */
    }
    assert_int_equal(counts(fixture).deliveries[CQA_DELIVERY_PENDING], 0);
}

static void test_other_reasons_end_it_at_once(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed;
    struct cqa_delivery delivery;
    size_t count = 0;

    (void)add_file(fixture, "/m/a.wav", "1", 10, 100, 1);
    assert_int_equal(claim(fixture, 1, 1, &claimed), 1);
    assert_int_equal(fail_as(fixture, &claimed, CQA_FAILURE_NOT_AUDIO, 1), CQA_RECORDING_FAILED);
    CHECK(fixture, cqa_deliveries_claim(fixture->store, CQA_LANE_DUE, 1, 2, &fixture->arena,
                                        &delivery, &count, &fixture->error));
    assert_int_equal(count, 1);
    assert_generation(delivery.body, delivery.recording_id, "{\"f\":1}");
}

static void test_unfinished_waits_for_six_hours(void **state)
{
    struct fixture *fixture = *state;
    const int64_t start_ms = 1763604902000;
    const int64_t wait_ms = 6 * 3600 * 1000;
    const struct cqa_claim what = {.limit = 1, .unfinished_ms = wait_ms};
    struct cqa_recording claimed;
    size_t count = 0;

    (void)add_file(fixture, "/m/a.wav", "1", 44, start_ms * 1000000, start_ms);
    assert_int_equal(claim(fixture, 1, start_ms, &claimed), 1);
    assert_int_equal(fail_as(fixture, &claimed, CQA_FAILURE_UNFINISHED, start_ms),
                     CQA_RECORDING_SETTLING);
    CHECK(fixture, cqa_recordings_claim(fixture->store, &what, start_ms + wait_ms - 1,
                                        &fixture->arena, &claimed, &count, &fixture->error));
    assert_int_equal(count, 0);
    CHECK(fixture, cqa_recordings_claim(fixture->store, &what, start_ms + wait_ms, &fixture->arena,
                                        &claimed, &count, &fixture->error));
    assert_int_equal(count, 1);
    assert_int_equal(fail_as(fixture, &claimed, CQA_FAILURE_UNFINISHED, start_ms + wait_ms),
                     CQA_RECORDING_FAILED);
}

static void test_unfinished_is_ready_when_it_changes(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed;

    (void)add_file(fixture, "/m/a.wav", "1", 44, 100000000, 100);
    assert_int_equal(claim(fixture, 1, 100, &claimed), 1);
    assert_int_equal(fail_as(fixture, &claimed, CQA_FAILURE_UNFINISHED, 100),
                     CQA_RECORDING_SETTLING);
    (void)add_file(fixture, "/m/a.wav", "1", 1044, 200000000, 200);
    assert_int_equal(claim(fixture, 1, 200, &claimed), 1);
}

static void test_released_as_if_not_claimed(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed[2];

    (void)add_file(fixture, "/m/a.wav", "1", 10, 100, 1);
    (void)add_file(fixture, "/m/b.wav", "2", 10, 100, 1);
    assert_int_equal(claim(fixture, 2, 1, claimed), 2);
    CHECK(fixture, cqa_recordings_release(fixture->store, 0, 2, &fixture->error));
    assert_int_equal(claim(fixture, 2, 3, claimed), 2);
    assert_int_equal(claimed[0].attempts, 1);
    int kept = 0;
    struct cqa_finished finished = finished_of(&claimed[0]);
    CHECK(fixture, cqa_recordings_release(fixture->store, claimed[0].id, 4, &fixture->error));
    assert_int_equal(cqa_results_put(fixture->store, &finished, 5, &kept, &fixture->error),
                     CQA_E_REFUSED);
}

/* Neither a flood of new ones nor a backlog may starve the other. */
static void test_claims_new_and_old_alike(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed[4];
    char path[32];
    char id[8];

    for (int i = 0; i < 100; i++) {
        (void)snprintf(path, sizeof path, "/m/%d.wav", i);
        (void)snprintf(id, sizeof id, "%d", i);
        (void)add_file(fixture, path, id, 10, 1000 + i, 1);
    }
    assert_int_equal(claim(fixture, 4, 1, claimed), 4);
    assert_string_equal(claimed[0].path, "/m/99.wav");
    assert_string_equal(claimed[1].path, "/m/98.wav");
    assert_string_equal(claimed[2].path, "/m/0.wav");
    assert_string_equal(claimed[3].path, "/m/1.wav");
}

static void test_claims_below_a_folder_and_since(void **state)
{
    struct fixture *fixture = *state;
    const struct cqa_claim what = {.limit = 9, .under = "/m/a", .since_ns = 150};
    struct cqa_recording claimed[9];
    size_t count = 0;

    (void)add_file(fixture, "/m/a/1.wav", "1", 10, 200, 1);
    (void)add_file(fixture, "/m/a/2.wav", "2", 10, 100, 1);
    (void)add_file(fixture, "/m/ab/3.wav", "3", 10, 200, 1);
    (void)add_file(fixture, "/m/a.wav", "4", 10, 200, 1);
    CHECK(fixture, cqa_recordings_claim(fixture->store, &what, 1, &fixture->arena, claimed, &count,
                                        &fixture->error));
    assert_int_equal(count, 1);
    assert_string_equal(claimed[0].path, "/m/a/1.wav");
}

/* When its file was written says when a recording began only where nothing else does. */
static void test_claims_by_when_it_began(void **state)
{
    struct fixture *fixture = *state;
    const struct cqa_file files[] = {
        {"/m/late-copy.wav", 10, 9000000000, "freepbx", "1", 0, 1000},
        {"/m/in-time.wav", 10, 9000000000, "freepbx", "2", 0, 2000},
        {"/m/nobody-knows.wav", 10, 2500000000, "freepbx", "3", 0, 0},
        {"/m/later.wav", 10, 2500000000, "freepbx", "4", 0, 3000},
    };
    const struct cqa_claim what = {.limit = 9, .since_ns = 2000000000, .until_ns = 3000000000};
    struct cqa_recording claimed[9];
    struct cqa_added added = {0};
    size_t count = 0;

    CHECK(fixture, cqa_recordings_add(fixture->store, files, 4, 1, &added, &fixture->error));
    CHECK(fixture, cqa_recordings_claim(fixture->store, &what, 1, &fixture->arena, claimed, &count,
                                        &fixture->error));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++)
        assert_true(strcmp(claimed[i].path, "/m/in-time.wav") == 0 ||
                    strcmp(claimed[i].path, "/m/nobody-knows.wav") == 0);
}

static void test_requeue_of_what_another_analyzer_judged(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_requeue all = {.analyzer = "0.1.0 sha256:m",
                              .rubric = "standard",
                              .rubric_version = "1",
                              .asked = CQA_ASKED_AGAIN};
    struct cqa_recording claimed[2];
    size_t count = 9;
    int kept = 0;

    (void)add_file(fixture, "/m/a.wav", "1", 10, 100, 1);
    (void)add_file(fixture, "/m/b.wav", "2", 10, 50, 1);
    assert_int_equal(claim(fixture, 2, 1, claimed), 2);
    struct cqa_finished finished = finished_of(&claimed[0]);
    CHECK(fixture, cqa_results_put(fixture->store, &finished, 2, &kept, &fixture->error));
    (void)fail_as(fixture, &claimed[1], CQA_FAILURE_CODEC, 2);
    CHECK(fixture, cqa_recordings_requeue(fixture->store, &all, 3, &count, &fixture->error));
    assert_int_equal(count, 0);
    all.analyzer = "0.2.0 sha256:m";
    CHECK(fixture, cqa_recordings_requeue(fixture->store, &all, 3, &count, &fixture->error));
    assert_int_equal(count, 2);
    assert_int_equal(claim(fixture, 2, 4, claimed), 2);
}

static void test_every_discovered_recording_is_in_one_state(void **state)
{
    struct fixture *fixture = *state;
    const char *gone[] = {"/m/2.wav"};
    struct cqa_recording claimed[3];
    size_t forgotten = 0;
    int64_t sum = 0;
    char path[32];
    char id[8];
    int kept = 0;

    for (int i = 0; i < 6; i++) {
        (void)snprintf(path, sizeof path, "/m/%d.wav", i);
        (void)snprintf(id, sizeof id, "%d", i);
        (void)add_file(fixture, path, id, 10, 1000 + i, 1);
    }
    assert_int_equal(claim(fixture, 3, 1, claimed), 3);
    struct cqa_finished finished = finished_of(&claimed[0]);
    CHECK(fixture, cqa_results_put(fixture->store, &finished, 2, &kept, &fixture->error));
    (void)fail_as(fixture, &claimed[1], CQA_FAILURE_EMPTY, 2);
    finished = finished_of(&claimed[2]);
    finished.key = NULL; /* nothing to send: the only one whose time is over */
    CHECK(fixture, cqa_results_put(fixture->store, &finished, 2, &kept, &fixture->error));
    CHECK(fixture, cqa_store_forget(fixture->store, &(struct cqa_retention){3, 3, 3}, 9, 3,
                                    &forgotten, &fixture->error));
    assert_int_equal(forgotten, 1);
    CHECK(fixture, cqa_recordings_gone(fixture->store, gone, 1, 4, &fixture->error));
    const struct cqa_counts now = counts(fixture);
    for (int i = 0; i < CQA_RECORDING_STATE_COUNT; i++)
        sum += now.recordings[i];
    assert_int_equal(sum, 6);
    assert_int_equal(now.recordings[CQA_RECORDING_SCORED], 1);
    assert_int_equal(now.recordings[CQA_RECORDING_FAILED], 1);
    assert_int_equal(now.recordings[CQA_RECORDING_EXCLUDED], 1);
    assert_int_equal(now.recordings[CQA_RECORDING_VANISHED], 1);
    assert_int_equal(now.recordings[CQA_RECORDING_READY], 2);
}

static int count_one(void *context, const struct cqa_recording *recording)
{
    (*(size_t *)context)++;
    return recording->id < 700;
}

static void test_hundred_thousand_rows(void **state)
{
    enum { COUNT = 100000, BATCH = 1000 };
    struct fixture *fixture = *state;
    struct cqa_file *files = calloc(BATCH, sizeof *files);
    char(*names)[48] = calloc(BATCH, sizeof *names);
    struct cqa_recording claimed[2];
    size_t seen = 0;

    assert_true(files != NULL && names != NULL);
    for (int round = 0; round < 2; round++) {
        size_t added = 0;
        size_t unchanged = 0;
        for (int start = 0; start < COUNT; start += BATCH) {
            struct cqa_added batch;
            for (int i = 0; i < BATCH; i++) {
                (void)snprintf(names[i], sizeof names[i], "/m/2025/11/%06d.wav", start + i);
                files[i] =
                    (struct cqa_file){names[i], 1000, start + i, "freepbx", names[i] + 11, 0, 0};
            }
            CHECK(fixture,
                  cqa_recordings_add(fixture->store, files, BATCH, 1, &batch, &fixture->error));
            added += batch.added;
            unchanged += batch.unchanged;
        }
        assert_int_equal(added, round == 0 ? COUNT : 0);
        assert_int_equal(unchanged, round == 0 ? 0 : COUNT);
    }
    assert_int_equal(claim(fixture, 2, 2, claimed), 2);
    assert_int_equal(claimed[0].mtime_ns, COUNT - 1);
    assert_int_equal(claimed[1].mtime_ns, 0);
    CHECK(fixture, cqa_recordings_each(fixture->store, CQA_RECORDING_READY, count_one, &seen,
                                       &fixture->error));
    assert_int_equal(seen,
                     699); /* all up to the one at which the visitor stopped, but the one claimed */
    free(files);
    free(names);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_file_is_one_recording),
        TEST(test_names_are_bytes),
        TEST(test_changed_file_is_a_new_revision),
        TEST(test_result_of_an_old_revision_is_dropped),
        TEST(test_moved_file_keeps_its_result),
        TEST(test_converted_file_is_a_revision),
        TEST(test_second_file_of_a_call_is_a_call_of_its_own),
        TEST(test_third_file_lies_where_the_second_was),
        TEST(test_vanished_and_back),
        TEST(test_three_deaths_are_the_end),
        TEST(test_passing_errors_never_end_it),
        TEST(test_other_reasons_end_it_at_once),
        TEST(test_unfinished_waits_for_six_hours),
        TEST(test_unfinished_is_ready_when_it_changes),
        TEST(test_released_as_if_not_claimed),
        TEST(test_claims_new_and_old_alike),
        TEST(test_claims_below_a_folder_and_since),
        TEST(test_claims_by_when_it_began),
        TEST(test_requeue_of_what_another_analyzer_judged),
        TEST(test_every_discovered_recording_is_in_one_state),
        TEST(test_hundred_thousand_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
