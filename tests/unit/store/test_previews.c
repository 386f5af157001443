/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"
#include "store/previews.h"

/* What is asked for again, kept apart, and given back. */

#define OLD "0.1.0 sha256:m"
#define NEW "0.1.0 sha256:m rules2"

static struct cqa_requeue wish(enum cqa_asked asked)
{
    return (struct cqa_requeue){
        .analyzer = NEW, .rubric = "standard", .rubric_version = "1", .asked = asked};
}

static size_t ask(struct fixture *fixture, const struct cqa_requeue *what)
{
    size_t count = 99;

    CHECK(fixture, cqa_recordings_requeue(fixture->store, what, 5, &count, &fixture->error));
    return count;
}

static void put(struct fixture *fixture, const struct cqa_recording *recording,
                const char *analyzer, const char *json, int apart)
{
    struct cqa_finished finished = finished_of(recording);
    int kept = 0;

    finished.analyzer = analyzer;
    finished.json = json;
    finished.json_length = strlen(json);
    finished.apart = apart;
    char key[64];
    (void)snprintf(key, sizeof key, "%s|%s", recording->call_id, analyzer);
    finished.key = apart ? NULL : key;
    CHECK(fixture, cqa_results_put(fixture->store, &finished, 6, &kept, &fixture->error));
    assert_true(kept);
}

/* Two recordings with results of before. */
static void two_old(struct fixture *fixture)
{
    struct cqa_recording claimed[2];

    (void)add_file(fixture, "/m/a.wav", "1", 10, 100, 1);
    (void)add_file(fixture, "/m/b.wav", "2", 10, 50, 1);
    assert_int_equal(claim(fixture, 2, 1, claimed), 2);
    put(fixture, &claimed[0], OLD, "{\"old\":1}", 0);
    put(fixture, &claimed[1], OLD, "{\"old\":1}", 0);
}

struct seen {
    size_t count, owed;
    char now[32], apart[32];
};

static int see(void *context, const struct cqa_kept_apart *preview)
{
    struct seen *seen = context;

    seen->count++;
    seen->owed += (size_t)preview->owed;
    (void)snprintf(seen->now, sizeof seen->now, "%s", preview->now);
    (void)snprintf(seen->apart, sizeof seen->apart, "%s", preview->apart);
    return 1;
}

static struct seen previews(struct fixture *fixture)
{
    const struct cqa_requeue all = wish(CQA_ASKED_APART);
    struct seen seen = {0};

    CHECK(fixture, cqa_previews_each(fixture->store, &all, see, &seen, &fixture->error));
    return seen;
}

static void test_nothing_is_asked_for_by_itself(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed[2];

    two_old(fixture);
    (void)add_file(fixture, "/m/a.wav", "1", 10, 100, 9);
    assert_int_equal(claim(fixture, 2, 9, claimed), 0);
    /* touched: read again, and the old result stays */
    (void)add_file(fixture, "/m/a.wav", "1", 10, 200, 9);
    assert_int_equal(claim(fixture, 2, 9, claimed), 1);
    put(fixture, &claimed[0], NEW, "{\"new\":1}", 0);
    assert_string_equal(json_of(fixture, "/m/a.wav"), "{\"old\":1}");
    assert_int_equal(find(fixture, "/m/a.wav").state, CQA_RECORDING_SCORED);
}

static void test_again_replaces(void **state)
{
    struct fixture *fixture = *state;
    const struct cqa_requeue again = wish(CQA_ASKED_AGAIN);
    struct cqa_recording claimed[2];

    two_old(fixture);
    assert_int_equal(ask(fixture, &again), 2);
    assert_int_equal(claim(fixture, 2, 9, claimed), 2);
    assert_int_equal(claimed[0].asked, CQA_ASKED_AGAIN);
    put(fixture, &claimed[0], NEW, "{\"new\":1}", 0);
    assert_string_equal(json_of(fixture, claimed[0].path), "{\"new\":1}");
    assert_int_equal(find(fixture, claimed[0].path).asked, CQA_ASKED_NOT);
    assert_int_equal(ask(fixture, &again), 0); /* the other is under way */
}

static void test_days_and_folders_bound_it(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_requeue again = wish(CQA_ASKED_AGAIN);

    two_old(fixture);
    again.since_ns = 60;
    again.until_ns = 100;
    assert_int_equal(ask(fixture, &again), 0);
    again.until_ns = 101;
    again.under = "/other";
    assert_int_equal(ask(fixture, &again), 0);
    again.under = "/m";
    assert_int_equal(ask(fixture, &again), 1);
}

static void test_apart_leaves_what_counts(void **state)
{
    struct fixture *fixture = *state;
    const struct cqa_requeue apart = wish(CQA_ASKED_APART);
    const struct cqa_requeue again = wish(CQA_ASKED_AGAIN);
    struct cqa_recording claimed[2];

    two_old(fixture);
    assert_int_equal(ask(fixture, &apart), 2);
    assert_int_equal(claim(fixture, 2, 9, claimed), 2);
    assert_int_equal(claimed[0].asked, CQA_ASKED_APART);
    put(fixture, &claimed[0], NEW, "{\"new\":1}", 1);
    assert_string_equal(json_of(fixture, claimed[0].path), "{\"old\":1}");
    assert_int_equal(previews(fixture).count, 1);
    assert_string_equal(previews(fixture).apart, "{\"new\":1}");
    assert_int_equal(counts(fixture).deliveries[CQA_DELIVERY_PENDING], 2); /* of the old ones */

    /* killed here: the second goes on, the first is not done twice */
    CHECK(fixture, cqa_recordings_release(fixture->store, 0, 9, &fixture->error));
    assert_int_equal(ask(fixture, &apart), 0);
    assert_int_equal(claim(fixture, 2, 9, claimed), 1);
    assert_int_equal(claimed[0].asked, CQA_ASKED_APART);
    put(fixture, &claimed[0], NEW, "{\"new\":1}", 1);
    assert_int_equal(previews(fixture).count, 2);

    /* what counts from now on is no longer to be looked at */
    assert_int_equal(ask(fixture, &again), 2);
    assert_int_equal(claim(fixture, 2, 9, claimed), 2);
    put(fixture, &claimed[0], NEW, "{\"new\":1}", 0);
    assert_int_equal(previews(fixture).count, 1);
}

static void test_the_last_request_counts(void **state)
{
    struct fixture *fixture = *state;
    const struct cqa_requeue apart = wish(CQA_ASKED_APART);
    const struct cqa_requeue again = wish(CQA_ASKED_AGAIN);
    const struct cqa_claim only = {.limit = 2, .only_apart = 1};
    struct cqa_recording claimed[2];
    size_t count = 9;

    two_old(fixture);
    (void)add_file(fixture, "/m/c.wav", "3", 10, 100, 1);
    assert_int_equal(ask(fixture, &apart), 2);
    assert_int_equal(ask(fixture, &again), 0);
    CHECK(fixture, cqa_recordings_claim(fixture->store, &only, 9, &fixture->arena, claimed, &count,
                                        &fixture->error));
    assert_int_equal(count, 0); /* neither the new one nor those that count now */
    assert_int_equal(find(fixture, "/m/a.wav").asked, CQA_ASKED_AGAIN);
}

static void test_what_cannot_be_read_again_keeps_its_result(void **state)
{
    struct fixture *fixture = *state;
    const struct cqa_requeue again = wish(CQA_ASKED_AGAIN);
    struct cqa_recording claimed[2];

    two_old(fixture);
    assert_int_equal(ask(fixture, &again), 2);
    assert_int_equal(claim(fixture, 2, 9, claimed), 2);
    assert_int_equal(fail_as(fixture, &claimed[0], CQA_FAILURE_CODEC, 9), CQA_RECORDING_SCORED);
    assert_string_equal(json_of(fixture, claimed[0].path), "{\"old\":1}");
    assert_int_equal(counts(fixture).deliveries[CQA_DELIVERY_PENDING], 2); /* no failure is sent */
    /* but other content that cannot be read is a failure */
    (void)add_file(fixture, "/m/b.wav", "2", 11, 60, 9);
    CHECK(fixture, cqa_recordings_release(fixture->store, 0, 9, &fixture->error));
    assert_int_equal(find(fixture, "/m/b.wav").asked, CQA_ASKED_NOT);
    assert_int_equal(claim(fixture, 2, 10, claimed), 1);
    assert_int_equal(fail_as(fixture, &claimed[0], CQA_FAILURE_CODEC, 10), CQA_RECORDING_FAILED);
}

static void test_a_preview_is_owed_once_and_after_its_result(void **state)
{
    struct fixture *fixture = *state;
    const struct cqa_requeue apart = wish(CQA_ASKED_APART);
    struct cqa_recording claimed[2];
    struct cqa_delivery sent[2];
    int64_t ids[2];
    size_t count = 0;
    const struct cqa_refusal refusal = {422, "an older server", "1/1"};
    int owed = 9;

    two_old(fixture);
    assert_int_equal(ask(fixture, &apart), 2);
    assert_int_equal(claim(fixture, 1, 9, claimed), 1);
    put(fixture, &claimed[0], NEW, "{\"new\":1}", 1);
    CHECK(fixture, cqa_previews_owe(fixture->store, claimed[0].id, "p", "{\"p\":1}", 7, 9, &owed,
                                    &fixture->error));
    assert_int_equal(owed, 0); /* the server has nothing to compare it with */
    CHECK(fixture, cqa_deliveries_claim(fixture->store, CQA_LANE_DUE, 2, 9, &fixture->arena, sent,
                                        &count, &fixture->error));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++)
        ids[i] = sent[i].id;
    CHECK(fixture, cqa_deliveries_acked(fixture->store, ids, count, 9, &fixture->error));
    CHECK(fixture, cqa_previews_owe(fixture->store, claimed[0].id, "p", "{\"p\":1}", 7, 9, &owed,
                                    &fixture->error));
    assert_int_equal(owed, 1);
    CHECK(fixture, cqa_previews_owe(fixture->store, claimed[0].id, "p", "{\"p\":1}", 7, 9, &owed,
                                    &fixture->error));
    assert_int_equal(owed, 0);
    assert_int_equal(previews(fixture).owed, 1);
    CHECK(fixture, cqa_deliveries_claim(fixture->store, CQA_LANE_DUE, 2, 9, &fixture->arena, sent,
                                        &count, &fixture->error));
    assert_int_equal(count, 1);
    CHECK(fixture,
          cqa_deliveries_quarantine(fixture->store, sent[0].id, &refusal, 9, &fixture->error));
    CHECK(fixture, cqa_previews_owe(fixture->store, claimed[0].id, "p", "{\"p\":1}", 7, 9, &owed,
                                    &fixture->error));
    assert_int_equal(owed, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_is_asked_for_by_itself),
        TEST(test_again_replaces),
        TEST(test_days_and_folders_bound_it),
        TEST(test_apart_leaves_what_counts),
        TEST(test_the_last_request_counts),
        TEST(test_what_cannot_be_read_again_keeps_its_result),
        TEST(test_a_preview_is_owed_once_and_after_its_result),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
