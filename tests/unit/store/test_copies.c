/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/copies.h"

#include "unit/store/fixture.h"

static void add_at(struct fixture *fixture, const char *path, const char *call_id, int path_is_id,
                   int64_t size, int64_t mtime_ns)
{
    const struct cqa_file file = {path, size, mtime_ns, "freepbx", call_id, path_is_id, 0};
    struct cqa_added added = {0};

    CHECK(fixture, cqa_recordings_add(fixture->store, &file, 1, 5, &added, &fixture->error));
}

/* Analyses what waits, as a recording by itself. */
static int64_t score(struct fixture *fixture, const char *sha256, const char *key)
{
    struct cqa_recording claimed;
    int kept = 0;

    assert_int_equal(claim(fixture, 1, 10, &claimed), 1);
    struct cqa_finished finished = finished_of(&claimed);
    finished.sha256 = sha256;
    finished.key = key;
    CHECK(fixture, cqa_results_put(fixture->store, &finished, 11, &kept, &fixture->error));
    return claimed.id;
}

static struct cqa_kindred kindred_of(struct fixture *fixture, int64_t id, const char *sha256)
{
    struct cqa_kindred out;

    CHECK(fixture,
          cqa_kindred_find(fixture->store, id, sha256, &fixture->arena, &out, &fixture->error));
    return out;
}

static int is_copy(struct fixture *fixture, const char *path, int64_t size, int64_t mtime_ns)
{
    int known = 0;

    CHECK(fixture, cqa_copies_know(fixture->store, path, size, mtime_ns, &known, &fixture->error));
    return known;
}

/* cp -p and hard links: the same size, time and name of one call need no reading. */
static void test_what_needs_no_reading(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed;

    add_at(fixture, "/m/a.wav", "1", 0, 10, 100);
    (void)score(fixture, "aa", "k1");
    add_at(fixture, "/m/2025/a.wav", "1", 0, 10, 100);
    assert_int_equal(claim(fixture, 1, 20, &claimed), 0);
    assert_true(is_copy(fixture, "/m/2025/a.wav", 10, 100));
    add_at(fixture, "/m/other-a.wav", "1", 0, 10, 100); /* another name: it is read */
    assert_int_equal(claim(fixture, 1, 20, &claimed), 1);
    assert_string_equal(claimed.call, "1");
    assert_memory_equal(claimed.call_id, "1#", 2);
}

static void test_kin_are_of_the_call_or_have_the_content(void **state)
{
    struct fixture *fixture = *state;
    int64_t ids[4];

    add_at(fixture, "/m/q-1.wav", "1", 0, 10, 100);
    ids[0] = score(fixture, "aa", "k1");
    add_at(fixture, "/m/in-1.wav", "1", 0, 20, 200);
    ids[1] = score(fixture, "bb", "k2");
    add_at(fixture, "/m/in-2.wav", "2", 0, 30, 300);
    ids[2] = score(fixture, "aa", "k3"); /* equal content under another id is another call */
    add_at(fixture, "/m/copy.wav", "/m/copy.wav", 1, 40, 400);
    ids[3] = score(fixture, "bb", "k4");
    struct cqa_kindred kin = kindred_of(fixture, ids[1], "bb");
    assert_int_equal(kin.count, 2);
    assert_int_equal(kin.kin[0].id, ids[3]);
    assert_true(kin.kin[0].has_sound && !kin.kin[0].named);
    assert_int_equal(kin.kin[1].id, ids[0]);
    assert_false(kin.kin[1].has_sound);
    assert_true(kin.is_taken);
    kin = kindred_of(fixture, ids[2], "aa");
    assert_int_equal(kin.count, 0);
}

/* Its content is another than that of its copies: each is a recording of its own. */
static void write_anew(struct fixture *fixture, int64_t size, const char *sha256)
{
    struct cqa_recording claimed;
    int kept = 0;

    add_at(fixture, "/m/a.wav", "1", 0, size, size * 10);
    assert_int_equal(claim(fixture, 1, 10, &claimed), 1);
    const struct cqa_settlement settlement = {
        .sheds = 1, .stamp = kindred_of(fixture, claimed.id, sha256).stamp};
    struct cqa_finished finished = finished_of(&claimed);
    finished.sha256 = finished.key = sha256;
    finished.settlement = &settlement;
    CHECK(fixture, cqa_results_put(fixture->store, &finished, 11, &kept, &fixture->error));
}

/* The number of the first copy comes again when there is no copy any more. */
static void test_copies_of_before_are_told_apart(void **state)
{
    struct fixture *fixture = *state;

    add_at(fixture, "/m/a.wav", "1", 0, 10, 100);
    (void)score(fixture, "aa", "aa");
    add_at(fixture, "/m/1/a.wav", "1", 0, 10, 100);
    write_anew(fixture, 20, "bb");
    (void)score(fixture, "aa", "aa");
    add_at(fixture, "/m/2/a.wav", "1", 0, 20, 200);
    write_anew(fixture, 30, "cc");
    assert_string_not_equal(find(fixture, "/m/1/a.wav").call_id,
                            find(fixture, "/m/2/a.wav").call_id);
    assert_memory_equal(find(fixture, "/m/2/a.wav").call_id, "1#", 2);
}

static void test_the_better_source_takes_over(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed;
    struct cqa_whereabouts place;
    int kept = 0;

    add_at(fixture, "/m/a.mp3", "1", 0, 10, 100);
    const int64_t first = score(fixture, "aa", "k1");
    add_at(fixture, "/m/a.wav", "1", 0, 20, 200);
    assert_int_equal(claim(fixture, 1, 12, &claimed), 1);
    struct cqa_settlement settlement = {.is = CQA_KIN_BETTER,
                                        .of = first,
                                        .stamp = kindred_of(fixture, claimed.id, "bb").stamp + 1};
    struct cqa_finished finished = finished_of(&claimed);
    finished.sha256 = "bb";
    finished.key = "k2";
    finished.settlement = &settlement;
    assert_int_equal(cqa_results_put(fixture->store, &finished, 13, &kept, &fixture->error),
                     CQA_E_BUSY); /* decided by what is not so */
    settlement.stamp--;
    CHECK(fixture, cqa_results_put(fixture->store, &finished, 13, &kept, &fixture->error));
    assert_int_equal(find(fixture, "/m/a.wav").id, first);
    assert_string_equal(find(fixture, "/m/a.wav").call_id, "1");
    assert_true(is_copy(fixture, "/m/a.mp3", 10, 100));
    assert_int_equal(counts(fixture).recordings[CQA_RECORDING_SCORED], 1);

    /* The best goes: what it said stands, and the file is where the copy lies. */
    const char *gone[] = {"/m/a.wav"};
    CHECK(fixture, cqa_recordings_gone(fixture->store, gone, 1, 14, &fixture->error));
    CHECK(fixture, cqa_places_next(fixture->store, &fixture->arena, &place, &fixture->error));
    assert_int_equal(place.id, first);
    assert_int_equal(place.copy_count, 1);
    assert_string_equal(place.copies[0], "/m/a.mp3");
    assert_string_equal(place.copy_sha256[0], "aa");
    CHECK(fixture, cqa_places_put(fixture->store, &place, "/m/a.mp3", "{\"at\":1}", 8, 0, 15,
                                  &fixture->error));
    assert_int_equal(find(fixture, "/m/a.mp3").state, CQA_RECORDING_SCORED);
    assert_string_equal(json_of(fixture, "/m/a.mp3"), "{\"at\":1}");
    /* Who it meets there is to be asked, however the process ends before that; and is asked once.
     */
    CHECK(fixture, cqa_places_next(fixture->store, &fixture->arena, &place, &fixture->error));
    assert_string_equal(place.path, "/m/a.mp3");
    CHECK(fixture,
          cqa_places_put(fixture->store, &place, "/m/a.mp3", NULL, 0, 0, 15, &fixture->error));
    assert_int_equal(cqa_places_next(fixture->store, &fixture->arena, &place, &fixture->error),
                     CQA_E_NOTFOUND);
    /* Read once more, the result of the better one stays, and what lies there is still the copy. */
    add_at(fixture, "/m/a.mp3", "1", 0, 10, 101);
    assert_int_equal(claim(fixture, 1, 16, &claimed), 1);
    finished = finished_of(&claimed);
    finished.sha256 = "aa";
    settlement = (struct cqa_settlement){
        .is = CQA_KIN_OWN, .keeps = 1, .stamp = kindred_of(fixture, claimed.id, "aa").stamp};
    finished.settlement = &settlement;
    CHECK(fixture, cqa_results_put(fixture->store, &finished, 16, &kept, &fixture->error));
    CHECK(fixture, cqa_places_next(fixture->store, &fixture->arena, &place, &fixture->error));
    assert_string_equal(place.file_sha256, "aa");
    CHECK(fixture,
          cqa_places_put(fixture->store, &place, "/m/a.mp3", NULL, 0, 0, 16, &fixture->error));

    /* So it is where what was measured of the better one is judged by other facts. */
    add_at(fixture, "/m/a.mp3", "1", 0, 10, 102);
    assert_int_equal(claim(fixture, 1, 16, &claimed), 1);
    finished = finished_of(&claimed);
    finished.sha256 = "bb";
    finished.file_sha256 = "aa";
    CHECK(fixture, cqa_results_put(fixture->store, &finished, 16, &kept, &fixture->error));
    CHECK(fixture, cqa_places_next(fixture->store, &fixture->arena, &place, &fixture->error));
    assert_string_equal(place.file_sha256, "aa");
    CHECK(fixture,
          cqa_places_put(fixture->store, &place, "/m/a.mp3", NULL, 0, 0, 16, &fixture->error));

    /* Moved without being read again, it is still what it was. */
    add_at(fixture, "/m/2/a.mp3", "1", 0, 10, 102);
    CHECK(fixture, cqa_places_next(fixture->store, &fixture->arena, &place, &fixture->error));
    assert_string_equal(place.copies[0], "/m/2/a.mp3");
    assert_string_equal(place.copy_sha256[0], "aa");
    CHECK(fixture,
          cqa_places_put(fixture->store, &place, "/m/a.mp3", NULL, 0, 0, 16, &fixture->error));

    /* Renamed to what says nothing, it is still known by what it holds. */
    add_at(fixture, "/m/complaint.mp3", "/m/complaint.mp3", 1, 10, 900);
    assert_int_equal(claim(fixture, 1, 16, &claimed), 1);
    const struct cqa_kindred kin = kindred_of(fixture, claimed.id, "aa");
    assert_int_equal(kin.count, 1);
    assert_true(kin.kin[0].has_sound);
}

/* What waits in a folder that nobody looks at any more is read where it lies now. */
static void test_what_waits_is_read_where_it_was_found_last(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed;

    add_at(fixture, "/old/a.wav", "1", 0, 10, 100);
    add_at(fixture, "/new/a.wav", "1", 0, 10, 100);
    assert_int_equal(claim(fixture, 5, 12, &claimed), 1);
    assert_string_equal(claimed.path, "/new/a.wav");
    assert_true(is_copy(fixture, "/old/a.wav", 10, 100));
}

static struct cqa_delivery next_delivery(struct fixture *fixture)
{
    struct cqa_delivery out;
    size_t count = 0;

    CHECK(fixture, cqa_deliveries_claim(fixture->store, CQA_LANE_DUE, 1, 50, &fixture->arena, &out,
                                        &count, &fixture->error));
    assert_int_equal(count, 1);
    CHECK(fixture, cqa_deliveries_acked(fixture->store, &out.id, 1, 51, &fixture->error));
    return out;
}

/* Touched, moved before it was read again, and found to be what it was: the server has the result,
 * but not where it lies. */
static void test_what_was_touched_and_moved_is_told(void **state)
{
    struct fixture *fixture = *state;
    const char *gone[] = {"/m/a.wav"};

    add_at(fixture, "/m/a.wav", "1", 0, 10, 100);
    (void)score(fixture, "aa", "k1");
    assert_string_equal(next_delivery(fixture).path, "/m/a.wav");
    add_at(fixture, "/m/a.wav", "1", 0, 10, 200);
    CHECK(fixture, cqa_recordings_gone(fixture->store, gone, 1, 14, &fixture->error));
    add_at(fixture, "/m/2025/a.wav", "1", 0, 10, 200);
    (void)score(fixture, "aa", "k1");
    const struct cqa_delivery told = next_delivery(fixture);
    assert_string_equal(told.path, "/m/2025/a.wav");
    assert_string_equal(told.key, "k1");
}

/* What cannot be read any more takes none of its copies with it: what it held lies there. */
static void test_copies_outlive_a_file_that_fails(void **state)
{
    struct fixture *fixture = *state;
    struct cqa_recording claimed;

    add_at(fixture, "/m/a.wav", "1", 0, 10, 100);
    const int64_t first = score(fixture, "aa", "k1");
    add_at(fixture, "/m/2025/a.wav", "1", 0, 10, 100);
    add_at(fixture, "/m/a.wav", "1", 0, 20, 200);      /* something else is written over it */
    add_at(fixture, "/m/2026/a.wav", "1", 0, 20, 200); /* and copied */
    assert_int_equal(claim(fixture, 2, 20, &claimed), 1);
    assert_int_equal(claimed.id, first);
    assert_int_equal(fail_as(fixture, &claimed, CQA_FAILURE_NOT_AUDIO, 21), CQA_RECORDING_FAILED);
    assert_false(is_copy(fixture, "/m/2025/a.wav", 10, 100));
    assert_true(
        is_copy(fixture, "/m/a.wav", 20, 200)); /* what waited is read where it was found last */
    assert_int_equal(claim(fixture, 2, 22, &claimed), 1);
    assert_string_equal(claimed.path, "/m/2025/a.wav");
    assert_string_equal(claimed.call, "1");
    assert_int_equal(kindred_of(fixture, claimed.id, "aa").vacant, first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_needs_no_reading, setup, teardown),
        cmocka_unit_test_setup_teardown(test_kin_are_of_the_call_or_have_the_content, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_copies_of_before_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_better_source_takes_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_was_touched_and_moved_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_copies_outlive_a_file_that_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_waits_is_read_where_it_was_found_last, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
