/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/refused.h"
#include "unit/store/fixture.h"

/* What a result of that key says. */
static const char *json_for(struct fixture *fixture, const char *key)
{
    char *json = cqa_arena_alloc(&fixture->arena, strlen(key) + 16);

    assert_non_null(json);
    (void)sprintf(json, "{\"is\":\"%s\"}", key);
    return json;
}

/* A scored recording with a delivery of that key. */
static void score(struct fixture *fixture, const char *path, const char *key, int64_t now_ms)
{
    struct cqa_recording claimed;
    int kept = 0;

    (void)add_file(fixture, path, path, 10, 100 + now_ms, now_ms);
    assert_int_equal(claim(fixture, 1, now_ms, &claimed), 1);
    struct cqa_finished finished = finished_of(&claimed);
    finished.key = key;
    finished.json = json_for(fixture, key);
    finished.json_length = strlen(finished.json);
    CHECK(fixture, cqa_results_put(fixture->store, &finished, now_ms, &kept, &fixture->error));
    assert_true(kept);
}

/* Analyses the only recording again, on request, to the same or to another result. */
static void rescore(struct fixture *fixture, const char *key, const char *version)
{
    const struct cqa_requeue wish = {.analyzer = "of now",
                                     .rubric = "standard",
                                     .rubric_version = version,
                                     .asked = CQA_ASKED_AGAIN};
    struct cqa_recording claimed;
    size_t count = 0;
    int kept = 0;

    CHECK(fixture, cqa_recordings_requeue(fixture->store, &wish, 50, &count, &fixture->error));
    assert_int_equal(count, 1);
    assert_int_equal(claim(fixture, 1, 50, &claimed), 1);
    struct cqa_finished finished = finished_of(&claimed);
    finished.rubric_version = version;
    finished.key = key;
    finished.json = json_for(fixture, key);
    finished.json_length = strlen(finished.json);
    CHECK(fixture, cqa_results_put(fixture->store, &finished, 50, &kept, &fixture->error));
    assert_true(kept);
}

static size_t due(struct fixture *fixture, size_t limit, int64_t now_ms, struct cqa_delivery *out)
{
    size_t count = 0;

    CHECK(fixture, cqa_deliveries_claim(fixture->store, CQA_LANE_DUE, limit, now_ms,
                                        &fixture->arena, out, &count, &fixture->error));
    return count;
}

static size_t due_aside(struct fixture *fixture, int64_t now_ms, struct cqa_delivery *out)
{
    size_t count = 0;

    CHECK(fixture, cqa_deliveries_claim(fixture->store, CQA_LANE_ASIDE, 1, now_ms, &fixture->arena,
                                        out, &count, &fixture->error));
    return count;
}

static void give_back(struct fixture *fixture, int64_t id, enum cqa_aside aside, int64_t at_ms)
{
    const struct cqa_retry how = {aside, at_ms, 503, "busy"};

    CHECK(fixture, cqa_deliveries_retry(fixture->store, &id, 1, &how, &fixture->error));
}

static int64_t next_of(struct fixture *fixture)
{
    int64_t at_ms = -1;

    CHECK(fixture, cqa_deliveries_next(fixture->store, &at_ms, &fixture->error));
    return at_ms;
}

static void test_struck_only_when_acked(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_delivery delivery;

    score(fixture, "/m/a.wav", "k1", 1);
    assert_int_equal(due(fixture, 5, 2, &delivery), 1);
    assert_string_equal(delivery.key, "k1");
    assert_generation(delivery.body, delivery.recording_id, "{\"is\":\"k1\"}");
    assert_int_equal(delivery.attempts, 1);
    assert_int_equal(due(fixture, 5, 2, &delivery), 0);
    CHECK(fixture, cqa_deliveries_release(fixture->store, &fixture->error));
    assert_int_equal(due(fixture, 5, 2, &delivery), 1);
    assert_int_equal(delivery.attempts, 1);
    CHECK(fixture, cqa_deliveries_acked(fixture->store, &delivery.id, 1, 3, &fixture->error));
    assert_int_equal(counts(fixture).deliveries[CQA_DELIVERY_ACKED], 1);
    assert_int_equal(cqa_deliveries_acked(fixture->store, &delivery.id, 1, 4, &fixture->error),
                     CQA_E_REFUSED);
}

static void test_retry_waits_for_its_time(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_delivery delivery;

    assert_int_equal(next_of(fixture), 0);
    score(fixture, "/m/a.wav", "k1", 1);
    assert_int_equal(next_of(fixture), 1);
    assert_int_equal(due(fixture, 5, 2, &delivery), 1);
    assert_string_equal(delivery.path, "/m/a.wav");
    give_back(fixture, delivery.id, CQA_ASIDE_NOT, 5000);
    assert_int_equal(next_of(fixture), 5000);
    assert_int_equal(due(fixture, 5, 4999, &delivery), 0);
    assert_int_equal(due(fixture, 5, 5000, &delivery), 1);
    assert_int_equal(delivery.attempts, 2);
    assert_int_equal(delivery.http_status, 503);
    assert_string_equal(delivery.text, "busy");
}

/* After a start or a jump of the clock no time that waits is worth anything. */
static void test_hurry_forgets_all_times(void **state)
{
    struct fixture *fixture = *state;
    const int64_t day_ms = 86400000;
    struct cqa_delivery out[2];

    score(fixture, "/m/a.wav", "k1", day_ms);
    score(fixture, "/m/b.wav", "k2", day_ms);
    assert_int_equal(due(fixture, 2, day_ms, out), 2);
    give_back(fixture, out[0].id, CQA_ASIDE_NOT, day_ms + 5000);
    give_back(fixture, out[1].id, CQA_ASIDE_LONGER, day_ms + 5000);
    assert_int_equal(next_of(fixture), day_ms + 5000);
    CHECK(fixture, cqa_owed_hurry(fixture->store, &fixture->error));
    assert_int_equal(next_of(fixture), 1);
    assert_int_equal(due(fixture, 2, 1000, out), 1);
    assert_int_equal(due_aside(fixture, 1000, out), 1);
}

/* What is put aside goes by itself, slower each time, and does not stand in the way. */
static void test_aside_waits_longer_each_time(void **state)
{
    static const int64_t waits_ms[] = {10000,  20000,   40000,   80000,   160000, 320000,
                                       640000, 1280000, 2560000, 3600000, 3600000};
    struct fixture *fixture = *state;
    struct cqa_delivery delivery;
    int64_t now_ms = 10;

    score(fixture, "/m/a.wav", "k1", 1);
    assert_int_equal(due(fixture, 5, now_ms, &delivery), 1);
    give_back(fixture, delivery.id, CQA_ASIDE_AT_ONCE, now_ms);
    for (size_t i = 1; i < sizeof waits_ms / sizeof *waits_ms; i++) {
        assert_int_equal(due(fixture, 5, now_ms, &delivery), 0);
        assert_int_equal(due_aside(fixture, now_ms, &delivery), 1);
        assert_int_equal(delivery.aside, i);
        give_back(fixture, delivery.id, CQA_ASIDE_LONGER, now_ms);
        assert_int_equal(next_of(fixture), now_ms + waits_ms[i]);
        assert_int_equal(due_aside(fixture, now_ms + waits_ms[i] - 1, &delivery), 0);
        now_ms += waits_ms[i];
    }
    assert_int_equal(counts(fixture).aside, 1);
}

static void refuse(struct fixture *fixture, int64_t id, const char *by)
{
    const struct cqa_refusal refusal = {422, "unknown rubric", by};

    CHECK(fixture, cqa_deliveries_quarantine(fixture->store, id, &refusal, 3, &fixture->error));
}

static void test_quarantined_is_kept_until_a_new_result_supersedes_it(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_delivery delivery;

    score(fixture, "/m/a.wav", "k1", 1);
    assert_int_equal(due(fixture, 5, 2, &delivery), 1);
    refuse(fixture, delivery.id, "1/2");
    assert_int_equal(due(fixture, 5, 1000000, &delivery), 0);
    assert_int_equal(due_aside(fixture, 1000000, &delivery), 0);
    assert_int_equal(counts(fixture).deliveries[CQA_DELIVERY_QUARANTINED], 1);
    rescore(fixture, "k1", "1");
    assert_int_equal(counts(fixture).deliveries[CQA_DELIVERY_QUARANTINED], 0);
    assert_int_equal(due(fixture, 5, 60, &delivery), 1);
    assert_string_equal(delivery.key, "k1");
    assert_generation(delivery.body, delivery.recording_id, "{\"is\":\"k1\"}");
}

static int64_t tried_again(struct fixture *fixture, const char *by)
{
    int64_t count = -1;

    CHECK(fixture, cqa_refused_again(fixture->store, by, &count, &fixture->error));
    return count;
}

static void test_refused_is_tried_again_by_other_versions_or_when_asked(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_delivery delivery;

    score(fixture, "/m/a.wav", "k1", 1);
    assert_int_equal(due(fixture, 5, 2, &delivery), 1);
    refuse(fixture, delivery.id, "1.0/2.0");
    assert_int_equal(tried_again(fixture, "1.0/2.0"), 0);
    assert_int_equal(tried_again(fixture, "1.0/"), 0); /* the server's is not known yet */
    assert_int_equal(tried_again(fixture, "1.1/"), 1);
    assert_int_equal(due_aside(fixture, 4, &delivery), 1);
    refuse(fixture, delivery.id, "1.1/2.0");
    assert_int_equal(tried_again(fixture, "1.1/2.1"), 1);
    assert_int_equal(due_aside(fixture, 4, &delivery), 1);
    refuse(fixture, delivery.id, "1.1/2.1");
    assert_int_equal(tried_again(fixture, NULL), 1);
    assert_int_equal(due_aside(fixture, 4, &delivery), 1);
    refuse(fixture, delivery.id, "1.1/2.1");
    CHECK(fixture, cqa_refused_reopen(fixture->store, &delivery.id, 1, &fixture->error));
    assert_int_equal(due_aside(fixture, 4, &delivery), 1);
    assert_generation(delivery.body, delivery.recording_id, "{\"is\":\"k1\"}");
}

/* It was on its way when a newer one was made. */
static void test_refused_after_a_newer_is_superseded(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_delivery delivery;

    score(fixture, "/m/a.wav", "k1", 1);
    assert_int_equal(due(fixture, 5, 2, &delivery), 1);
    rescore(fixture, "k2", "2");
    refuse(fixture, delivery.id, "1/2");
    assert_int_equal(counts(fixture).deliveries[CQA_DELIVERY_QUARANTINED], 0);
    assert_int_equal(tried_again(fixture, NULL), 0);
    assert_int_equal(due(fixture, 5, 60, &delivery), 1);
    assert_string_equal(delivery.key, "k2");
}

static int list_one(void *context, const struct cqa_owed *owed)
{
    char *list = context;

    (void)snprintf(list + strlen(list), 256 - strlen(list), "%s %s %s %d;", owed->path,
                   cqa_delivery_state_words[owed->state], owed->text ? owed->text : "-",
                   owed->http_status);
    return 1;
}

static void test_the_list_tells_what_is_owed(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_delivery out[3];
    char list[256] = "";

    score(fixture, "/m/a.wav", "k1", 1);
    score(fixture, "/m/b.wav", "k2", 2);
    score(fixture, "/m/c.wav", "k3", 3);
    assert_int_equal(due(fixture, 3, 4, out), 3); /* c, a, b or c, b, a */
    for (int i = 0; i < 3; i++)
        if (strcmp(out[i].key, "k1") == 0)
            refuse(fixture, out[i].id, "1/2");
        else if (strcmp(out[i].key, "k2") == 0)
            give_back(fixture, out[i].id, CQA_ASIDE_NOT, 99);
        else
            CHECK(fixture, cqa_deliveries_acked(fixture->store, &out[i].id, 1, 5, &fixture->error));
    CHECK(fixture, cqa_owed_each(fixture->store, list_one, list, &fixture->error));
    assert_string_equal(list, "/m/a.wav quarantined unknown rubric 422;/m/b.wav pending busy 503;");
}

static void test_newer_result_supersedes_what_was_not_sent(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_delivery delivery;

    score(fixture, "/m/a.wav", "k1", 1);
    rescore(fixture, "k2", "2");
    assert_string_equal(json_of(fixture, "/m/a.wav"), "{\"is\":\"k2\"}");
    assert_int_equal(counts(fixture).deliveries[CQA_DELIVERY_SUPERSEDED], 1);
    assert_int_equal(due(fixture, 5, 60, &delivery), 1);
    assert_string_equal(delivery.key, "k2");
}

/* The older is on its way while the newer is made: the newer waits, and the older is not sent
 * again. */
static void test_older_never_goes_after_newer(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_delivery older;
    struct cqa_delivery newer;

    score(fixture, "/m/a.wav", "k1", 1);
    assert_int_equal(due(fixture, 5, 2, &older), 1);
    rescore(fixture, "k2", "2");
    assert_int_equal(due(fixture, 5, 60, &newer), 0);
    give_back(fixture, older.id, CQA_ASIDE_NOT, 61);
    assert_int_equal(due(fixture, 5, 62, &newer), 1);
    assert_string_equal(newer.key, "k2");
    assert_int_equal(counts(fixture).deliveries[CQA_DELIVERY_SUPERSEDED], 1);
}

/* A rubric is taken back: the server must get the first result again. */
static void test_same_key_again_after_another_is_sent_again(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_delivery delivery;
    const char *const keys[] = {"k1", "k2", "k1", "k2"};
    /* What the server has under "k1" it would not look at again. */
    const char *const sent[] = {"k1", "k2", "k1|3", "k2|4"};

    score(fixture, "/m/a.wav", "k1", 1);
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            rescore(fixture, keys[i], keys[i]);
        assert_int_equal(due(fixture, 5, 60 + i, &delivery), 1);
        assert_string_equal(delivery.key, sent[i]);
        CHECK(fixture, cqa_deliveries_acked(fixture->store, &delivery.id, 1, 70, &fixture->error));
    }
    rescore(fixture, "k2", "k2"); /* nothing new: nothing to send */
    assert_int_equal(due(fixture, 5, 80, &delivery), 0);
}

/* What was copied before it was written anew is a recording of its own from then on: what the
 * server has under that key is of the other. */
static void test_the_key_of_another_recording_is_numbered(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_delivery delivery;

    score(fixture, "/m/a.wav", "k1", 1);
    assert_int_equal(due(fixture, 5, 60, &delivery), 1);
    CHECK(fixture, cqa_deliveries_acked(fixture->store, &delivery.id, 1, 70, &fixture->error));
    score(fixture, "/m/b.wav", "k1", 2);
    assert_int_equal(due(fixture, 5, 80, &delivery), 1);
    assert_string_equal(delivery.key, "k1|2");
}

/* Each outcome has a later number than all before it, a failure as a result, whatever the clock
 * does; what is sent again is what it was. */
static void test_generations_only_grow(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_delivery delivery;
    struct cqa_recording claimed;
    int64_t numbers[4];

    score(fixture, "/m/a.wav", "k1", 5000);
    assert_int_equal(due(fixture, 5, 5001, &delivery), 1);
    numbers[0] = assert_generation(delivery.body, delivery.recording_id, "{\"is\":\"k1\"}");
    assert_int_equal(numbers[0], 5000);
    CHECK(fixture, cqa_deliveries_release(fixture->store, &fixture->error));
    assert_int_equal(due(fixture, 5, 5002, &delivery), 1);
    assert_int_equal(assert_generation(delivery.body, delivery.recording_id, "{\"is\":\"k1\"}"),
                     numbers[0]);
    CHECK(fixture, cqa_deliveries_acked(fixture->store, &delivery.id, 1, 5003, &fixture->error));

    /* truncated, an hour earlier by the clock */
    (void)add_file(fixture, "/m/a.wav", "/m/a.wav", 4, 9, 1400);
    assert_int_equal(claim(fixture, 1, 1400, &claimed), 1);
    assert_int_equal(fail_as(fixture, &claimed, "not_audio", 1400), CQA_RECORDING_FAILED);
    assert_int_equal(due(fixture, 5, 1400, &delivery), 1);
    numbers[1] = assert_generation(delivery.body, delivery.recording_id, "{\"f\":1}");
    assert_true(numbers[1] > numbers[0]);
    CHECK(fixture, cqa_deliveries_acked(fixture->store, &delivery.id, 1, 1401, &fixture->error));

    /* and restored */
    score(fixture, "/m/a.wav", "k1", 1500);
    assert_int_equal(due(fixture, 5, 1501, &delivery), 1);
    numbers[2] = assert_generation(delivery.body, delivery.recording_id, "{\"is\":\"k1\"}");
    assert_true(numbers[2] > numbers[1]);

    score(fixture, "/m/b.wav", "k3", 1600);
    assert_int_equal(due(fixture, 5, 1601, &delivery), 1);
    numbers[3] = assert_generation(delivery.body, delivery.recording_id, "{\"is\":\"k3\"}");
    assert_true(numbers[3] > numbers[2]);
}

static void test_half_old_half_new(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_delivery out[4];
    char path[32];
    char key[32];

    for (int i = 1; i <= 20; i++) {
        (void)snprintf(path, sizeof path, "/m/%d.wav", i);
        (void)snprintf(key, sizeof key, "k%d", i);
        score(fixture, path, key, i);
    }
    assert_int_equal(due(fixture, 4, 100, out), 4);
    assert_string_equal(out[0].key, "k20");
    assert_string_equal(out[1].key, "k19");
    assert_string_equal(out[2].key, "k1");
    assert_string_equal(out[3].key, "k2");
    CHECK(fixture, cqa_deliveries_release(fixture->store, &fixture->error));
    assert_int_equal(due(fixture, 1, 100, out), 1); /* of single ones, each in turn */
    assert_int_equal(due(fixture, 1, 100, out + 1), 1);
    assert_true((strcmp(out[0].key, "k20") == 0) != (strcmp(out[1].key, "k20") == 0));
    assert_true((strcmp(out[0].key, "k1") == 0) != (strcmp(out[1].key, "k1") == 0));
}

static void test_keys(void **state)
{
    char key[CQA_DELIVERY_KEY_SIZE];
    char other[CQA_DELIVERY_KEY_SIZE];
    char longest[400];
    struct cqa_delivery_parts parts = {"freepbx",    "1763604902.17", "ab12",
                                       "standard@1", "0.1.0",         NULL};

    (void)state;
    cqa_delivery_key(&parts, key);
    assert_string_equal(key, "freepbx|1763604902.17|ab12|standard@1|0.1.0");
    parts.facts = "00f0";
    cqa_delivery_key(&parts, key);
    assert_string_equal(key, "freepbx|1763604902.17|ab12|standard@1|0.1.0|00f0");
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    parts.call_id = longest;
    cqa_delivery_key(&parts, key);
    assert_int_equal(strncmp(key, "h1|", 3), 0);
    longest[398] = 'y';
    cqa_delivery_key(&parts, other);
    assert_string_not_equal(key, other);
    parts.call_id = "a|b";
    cqa_delivery_key(&parts, key);
    parts.call_id = "a";
    parts.sha256 = "b|ab12";
    cqa_delivery_key(&parts, other);
    assert_string_not_equal(key, other);
    parts.call_id = "/m/\xe5\xbd\x95\xe9\x9f\xb3.wav";
    cqa_delivery_key(&parts, key);
    assert_int_equal(strncmp(key, "h1|", 3), 0);
}

static void test_forgetting_leaves_no_text_behind(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_delivery delivery;
    const char *gone[] = {"/m/gone.wav"};
    size_t count = 0;
    char path[96];
    char command[200];

    score(fixture, "/m/here.wav", "SECRETNUMBER1", 1);
    score(fixture, "/m/gone.wav", "SECRETNUMBER2", 2);
    CHECK(fixture, cqa_recordings_gone(fixture->store, gone, 1, 3, &fixture->error));
    CHECK(fixture, cqa_store_forget(fixture->store, &(struct cqa_retention){1000, 1000, 1000}, 10,
                                    2000, &count, &fixture->error));
    assert_int_equal(count, 0); /* the server has not got them */
    while (due(fixture, 1, 5, &delivery) == 1)
        CHECK(fixture, cqa_deliveries_acked(fixture->store, &delivery.id, 1, 6, &fixture->error));
    CHECK(fixture, cqa_store_forget(fixture->store, &(struct cqa_retention){1000, 1000, 1000}, 10,
                                    2000, &count, &fixture->error));
    assert_int_equal(count, 2);
    assert_null(json_of(fixture, "/m/here.wav"));
    assert_int_equal(find(fixture, "/m/here.wav").state, CQA_RECORDING_EXCLUDED);
    assert_int_equal(add_file(fixture, "/m/here.wav", "/m/here.wav", 10, 101, 9).unchanged, 1);
    CHECK(fixture, cqa_store_forget(fixture->store, &(struct cqa_retention){9999, 9999, 9999}, 10,
                                    9999, &count, &fixture->error));
    assert_int_equal(count, 0);
    (void)snprintf(path, sizeof path, "%s/callqa.db", fixture->folder);
    (void)snprintf(command, sizeof command, "! grep -q SECRETNUMBER %s", path);
    assert_int_equal(system(command), 0); // NOLINT(cert-env33-c): a path of our own
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_struck_only_when_acked),
        TEST(test_retry_waits_for_its_time),
        TEST(test_hurry_forgets_all_times),
        TEST(test_aside_waits_longer_each_time),
        TEST(test_quarantined_is_kept_until_a_new_result_supersedes_it),
        TEST(test_refused_is_tried_again_by_other_versions_or_when_asked),
        TEST(test_refused_after_a_newer_is_superseded),
        TEST(test_the_list_tells_what_is_owed),
        TEST(test_newer_result_supersedes_what_was_not_sent),
        TEST(test_older_never_goes_after_newer),
        TEST(test_same_key_again_after_another_is_sent_again),
        TEST(test_the_key_of_another_recording_is_numbered),
        TEST(test_generations_only_grow),
        TEST(test_half_old_half_new),
        cmocka_unit_test(test_keys),
        TEST(test_forgetting_leaves_no_text_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
