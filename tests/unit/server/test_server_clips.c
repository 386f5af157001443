/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence clips as a recorder posts them and a listener hears them; tests/system/clips.py has the
 * daemon in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "audio/audio.h"
#include "audio/opus_write.h"
#include "scores/evidence.h"
#include "scores/store_internal.h"
#include "support/served.h"

#define OTHER "0000000000000000000000000000000000000000000000000000000000000000"
enum { DURATION_MS = 75417, HEADER_BYTES = 44, FRAME_BYTES = 4 };

static struct served served;
static char folder[64]; /* of recordings */

static int set_up(void **state)
{
    char config[256];

    (void)state;
    strcpy(folder, "/tmp/callqa-audio-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(config, sizeof config, "audio: [%s]\nsession: {plain_cookie: true}\n", folder);
    served_start(&served, config);
    served_user(&served, "ann", "auditor", NULL);
    served_login(&served, "ann", "correct horse");
    return 0;
}

static int tear_down(void **state)
{
    char path[128];

    (void)state;
    served_stop(&served);
    (void)snprintf(path, sizeof path, "%s/other.wav", folder);
    (void)unlink(path);
    return rmdir(folder);
}

/* `length_ms` of a tone in both channels, as base64; the caller frees it. */
static char *tone(int length_ms, int serial)
{
    struct cqa_buffer file = {.limit = 1 << 20};
    struct cqa_opus_writer *writer = NULL;
    struct cqa_error error = {0};

    assert_int_equal(cqa_opus_writer_create(&writer, 2, serial, &file, &error), CQA_OK);
    for (int i = 0; i < length_ms * (CQA_AUDIO_RATE_HZ / 1000); i++) {
        const float sample = 0.5f * sinf((float)i * 440.0f * 6.2831853f / CQA_AUDIO_RATE_HZ);
        const float pair[2] = {sample, sample};
        assert_int_equal(cqa_opus_writer_add(writer, pair, 1, &error), CQA_OK);
    }
    assert_int_equal(cqa_opus_writer_end(writer, &error), CQA_OK);
    cqa_opus_writer_destroy(writer);
    const size_t size = sodium_base64_encoded_len(file.length, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(size);
    assert_non_null(text);
    sodium_bin2base64(text, size, (const unsigned char *)file.text, file.length,
                      sodium_base64_VARIANT_ORIGINAL);
    cqa_buffer_finish(&file);
    return text;
}

/* Posts call "1" with two clips; `more` are further changes of the result. The status. */
static int post_clips(const char *key, int start_ms, int end_ms, const char *audio,
                      const char *more)
{
    struct cqa_buffer changes = {.limit = 1 << 20};
    char *second = tone(1000, 2);

    cqa_buffer_print(&changes,
                     "{\"clips\": [{\"start_ms\": %d, \"end_ms\": %d, \"ogg_opus\": \"%s\"},"
                     " {\"start_ms\": 50000, \"end_ms\": 51000, \"ogg_opus\": \"%s\"}]%s}",
                     start_ms, end_ms, audio, second, more);
    char *body = served_result("1", changes.text);
    struct reply reply =
        served_post(&served, served.recorder, "/api/v1/results", "application/json", key, body);
    const int status = reply.status;
    reply_finish(&reply);
    free(body);
    free(second);
    cqa_buffer_finish(&changes);
    return status;
}

static int post_good(const char *key, const char *more)
{
    char *first = tone(4000, 1);
    const int status = post_clips(key, 10000, 14000, first, more);

    free(first);
    return status;
}

static struct reply ask(const char *part)
{
    char path[64];

    snprintf(path, sizeof path, "/api/v1/calls/1/%s", part);
    return served_as(&served, "GET", path, NULL);
}

static int audio_status(void)
{
    struct reply reply = ask("audio");
    const int status = reply.status;

    reply_finish(&reply);
    return status;
}

/* The greatest magnitude from one millisecond to another. */
static int loudest(const struct reply *reply, int from_ms, int to_ms)
{
    int most = 0;

    for (int i = from_ms * 8; i < to_ms * 8; i++) {
        const unsigned char *at =
            (const unsigned char *)reply->body + HEADER_BYTES + (size_t)i * FRAME_BYTES;
        const int value = abs((int16_t)(at[0] | at[1] << 8));
        most = value > most ? value : most;
    }
    return most;
}

static void clips_are_heard_in_their_places(void **state)
{
    (void)state;
    assert_int_equal(post_good("a", ""), 201);
    struct reply reply = ask("audio");
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.head, "Content-Type: audio/wav"));
    assert_int_equal(reply.length, HEADER_BYTES + (size_t)DURATION_MS * 8 * FRAME_BYTES);
    assert_int_equal(loudest(&reply, 0, 10000), 0);
    assert_true(loudest(&reply, 10000, 14000) > 10000);
    assert_true(loudest(&reply, 13900, 14000) > 10000);
    assert_int_equal(loudest(&reply, 14000, 50000), 0);
    assert_true(loudest(&reply, 50000, 51000) > 10000);
    assert_int_equal(loudest(&reply, 51000, DURATION_MS), 0);
    reply_finish(&reply);
    reply = ask("peaks");
    assert_int_equal(reply.status, 200);
    assert_string_equal(served_text(reply.json, "only_ms.0.0"), "10000");
    assert_string_equal(served_text(reply.json, "only_ms.1.1"), "51000");
    const long buckets =
        (long)json_array_size(json_array_get(json_object_get(reply.json, "channels"), 0)) / 2;
    const long bucket_ms = atol(served_text(reply.json, "bucket_ms"));
    assert_int_equal(buckets, (DURATION_MS + bucket_ms - 1) / bucket_ms);
    reply_finish(&reply);
}

static void digits_are_silent_whatever_a_recorder_sends(void **state)
{
    (void)state;
    assert_int_equal(
        post_good(
            "a",
            ", \"events\": [{\"id\": 1, \"type\": \"dtmf\", \"start_ms\": 11000,"
            " \"end_ms\": 12000, \"confidence\": 1, \"side\": \"customer\", \"digits\": \"**\"}],"
            " \"score\": {\"deductions\": []}"),
        201);
    struct reply reply = ask("audio");
    assert_int_equal(reply.status, 200);
    assert_true(loudest(&reply, 10000, 11000) > 10000);
    assert_int_equal(loudest(&reply, 11000, 12000), 0);
    assert_true(loudest(&reply, 12000, 14000) > 10000);
    reply_finish(&reply);
}

static void the_result_is_kept_without_them(void **state)
{
    (void)state;
    assert_int_equal(post_good("a", ""), 201);
    struct reply reply = served_get(&served, served.lead, "/api/v1/calls/1");
    assert_string_equal(served_text(reply.json, "clips"), "absent");
    reply_finish(&reply);
    assert_int_equal(post_good("a", ""), 200); /* as a daemon repeats it */
    assert_int_equal(audio_status(), 200);
}

/* The same result, posted first by a daemon that sends no clips. */
static void clips_may_come_later(void **state)
{
    (void)state;
    char *body = served_result("1", NULL);
    struct reply reply =
        served_post(&served, served.recorder, "/api/v1/results", "application/json", "a", body);
    assert_int_equal(reply.status, 201);
    reply_finish(&reply);
    free(body);
    assert_int_equal(audio_status(), 404);
    assert_int_equal(post_good("a", ""), 200);
    assert_int_equal(audio_status(), 200);
}

static void other_audio_has_other_clips(void **state)
{
    (void)state;
    assert_int_equal(post_good("a", ""), 201);
    served_put(&served, "1", "{\"score\": {\"rubric_version\": \"2\"}}"); /* the same audio */
    assert_int_equal(audio_status(), 200);
    served_put(&served, "1", "{\"recording\": {\"sha256\": \"" OTHER "\"}}");
    assert_int_equal(audio_status(), 404);
}

static void who_may_not_hear_the_call_hears_no_clip(void **state)
{
    (void)state;
    assert_int_equal(post_good("a", ""), 201);
    served_user(&served, "eve", "auditor", "elsewhere");
    served_login(&served, "eve", "correct horse");
    assert_int_equal(audio_status(), 404);
}

static void bad_clips_are_refused(void **state)
{
    char *good = tone(4000, 1);
    static const struct {
        int start_ms, end_ms;
        const char *audio; /* NULL: good */
    } bad[] = {
        {49000, 50500, NULL},               /* overlaps the next */
        {60000, 61000, NULL},               /* out of order */
        {14000, 14000, NULL},               /* empty */
        {-5, 1000, NULL},                   /* before the beginning */
        {10000, 14000, "%%%"},              /* no base64 */
        {10000, 14000, "T2dnUwAAAAAAAA=="}, /* no Opus */
        {10000, 14000, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(
            post_clips("a", bad[i].start_ms, bad[i].end_ms, bad[i].audio ? bad[i].audio : good, ""),
            422);
    struct reply reply = ask("audio");
    assert_int_equal(reply.status, 404); /* nothing half stored */
    reply_finish(&reply);
    free(good);
}

/* A clip that is no Opus inside only the sandboxed decoder finds out. */
static void a_broken_clip_breaks_nothing_else(void **state)
{
    char *good = tone(4000, 1);

    (void)state;
    memset(good + 400, 'A', strlen(good) - 800);
    assert_int_equal(post_clips("a", 10000, 14000, good, ""), 201);
    struct reply reply = ask("audio");
    assert_int_equal(reply.status, 200); /* silence where it breaks off, and behind */
    assert_int_equal(reply.length, HEADER_BYTES + (size_t)DURATION_MS * 8 * FRAME_BYTES);
    assert_int_equal(loudest(&reply, 14000, DURATION_MS), 0);
    reply_finish(&reply);
    free(good);
}

static const struct cqa_about the_call = {CQA_ABOUT_CALL, "1"};

CQA_SQL_STATEMENT(count_kept, "", 1, "SELECT count(*) FROM clips_kept");

static enum cqa_status count_rows(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    return cqa_sql_number(db, context, error, &count_kept);
}

static struct cqa_evidence_erasure erase(const struct cqa_about *about, int dry)
{
    struct cqa_evidence_erasure done;
    struct cqa_error error = {0};

    assert_int_equal(cqa_evidence_erase(served.scores, about, dry, &done, &error), CQA_OK);
    return done;
}

static int64_t tidy(int64_t before_ms)
{
    struct cqa_error error = {0};
    int64_t calls = 0;

    assert_int_equal(cqa_evidence_tidy(served.scores, before_ms, &calls, &error), CQA_OK);
    return calls;
}

static void erased_clips_do_not_come_back(void **state)
{
    const struct cqa_about somebody = {CQA_ABOUT_CUSTOMER, "13900000000"};
    const struct cqa_about customer = {CQA_ABOUT_CUSTOMER, "+86 138-0013-8000"};

    (void)state;
    assert_int_equal(post_good("a", ""), 201);
    assert_int_equal(erase(&somebody, 0).erased, 0);
    assert_int_equal(erase(&customer, 1).erased, 1); /* a dry run */
    assert_int_equal(audio_status(), 200);
    assert_int_equal(erase(&customer, 0).erased, 1);
    assert_int_equal(audio_status(), 404);
    assert_int_equal(post_good("a", ""), 200);
    assert_int_equal(post_good("b", ", \"score\": {\"rubric_version\": \"3\"}"), 200);
    assert_int_equal(audio_status(), 404);
}

static void erased_clips_do_not_come_back_in_another_encoding(void **state)
{
    (void)state;
    assert_int_equal(post_good("a", ""), 201);
    assert_int_equal(erase(&the_call, 0).erased, 1);
    assert_int_equal(post_good("b", ", \"recording\": {\"sha256\": \"" OTHER "\"}"), 200);
    assert_int_equal(audio_status(), 404);
}

/* Nothing of it is there yet: it was asked for all the same. */
static void clips_do_not_come_after_their_call_was_erased(void **state)
{
    const struct cqa_about nobody = {CQA_ABOUT_CALL, "2"};

    (void)state;
    served_put(&served, "1", NULL);
    assert_int_equal(erase(&nobody, 0).calls, 0);
    const struct cqa_evidence_erasure done = erase(&the_call, 0);
    assert_int_equal(done.calls, 1);
    assert_int_equal(done.erased, 0);
    assert_int_equal(post_good("b", ""), 200);
    assert_int_equal(audio_status(), 404);
}

static int64_t kept(void)
{
    struct cqa_error error = {0};
    int64_t count = 0;

    assert_int_equal(cqa_scores_write(served.scores, count_rows, &count, &error), CQA_OK);
    return count;
}

static void hold_the_call(void)
{
    struct cqa_error error = {0};

    assert_int_equal(cqa_evidence_hold(served.scores, &the_call, "arbitration", &error), CQA_OK);
}

/* The recorder overwrites the file, and it may come back. */
static void what_is_held_outlives_other_audio(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    hold_the_call();
    assert_int_equal(post_good("a", ""), 201);
    served_put(&served, "1", "{\"recording\": {\"sha256\": \"" OTHER "\"}}");
    assert_int_equal(audio_status(), 404); /* it is not what the call is now */
    assert_int_equal(kept(), 2);
    served_put(&served, "1", NULL);
    struct reply reply = ask("audio");
    assert_int_equal(reply.status, 200);
    assert_true(loudest(&reply, 10000, 14000) > 10000);
    reply_finish(&reply);
    assert_int_equal(erase(&the_call, 0).held, 1);
    assert_int_equal(kept(), 2);
    assert_int_equal(cqa_evidence_lift(served.scores, &the_call, &error), CQA_OK);
    assert_int_equal(erase(&the_call, 0).erased, 1);
    assert_int_equal(kept(), 0);
    assert_int_equal(audio_status(), 404);
}

struct saved {
    int count;
    int of_now; /* of the audio that the call has now */
    size_t bytes;
};

static int note_saved(void *context, int64_t call, const char *sha256,
                      const struct cqa_item_clip *clip)
{
    struct saved *saved = context;

    assert_int_equal(call, 1);
    assert_memory_equal(clip->bytes, "OggS", 4);
    saved->count++;
    saved->of_now += strcmp(sha256, OTHER) == 0;
    saved->bytes += clip->length;
    return 0;
}

static struct saved save(const struct cqa_about *about)
{
    struct saved saved = {0};
    struct cqa_error error = {0};

    assert_int_equal(cqa_evidence_save(served.scores, about, note_saved, &saved, &error), CQA_OK);
    return saved;
}

/* What is held of other audio is not played; whoever settles the dispute gets it as files. */
static void what_is_held_of_other_audio_is_saved(void **state)
{
    const struct cqa_about nobody = {CQA_ABOUT_CALL, "another"};

    (void)state;
    hold_the_call();
    assert_int_equal(post_good("a", ""), 201);
    const struct saved before = save(&the_call);
    assert_int_equal(before.count, 2);
    served_put(&served, "1", "{\"recording\": {\"sha256\": \"" OTHER "\"}}");
    assert_int_equal(kept(), 2);
    const struct saved after = save(&the_call);
    assert_int_equal(after.count, 2);
    assert_int_equal(after.of_now, 0);
    assert_int_equal(after.bytes, before.bytes);
    assert_int_equal(save(&nobody).count, 0);
}

/* From 12 s on there are 4 s now, where there were 4 s from 10 s on. */
static void post_later_cut(const char *key)
{
    char *audio = tone(4000, 3);

    assert_int_equal(
        post_clips(key, 12000, 16000, audio, ", \"score\": {\"rubric_version\": \"4\"}"), 200);
    free(audio);
}

static void what_is_held_stays_beside_what_is_cut_anew(void **state)
{
    (void)state;
    hold_the_call();
    assert_int_equal(post_good("a", ""), 201);
    post_later_cut("b");
    struct reply reply = ask("audio");
    assert_int_equal(reply.status, 200);
    assert_int_equal(loudest(&reply, 0, 10000), 0);
    assert_true(loudest(&reply, 10000, 11000) > 10000);
    assert_true(loudest(&reply, 15000, 16000) > 10000);
    assert_int_equal(loudest(&reply, 16100, 50000), 0);
    assert_true(loudest(&reply, 50000, 51000) > 10000);
    assert_int_equal(loudest(&reply, 51100, DURATION_MS), 0);
    reply_finish(&reply);
}

static void what_nobody_holds_goes(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    hold_the_call();
    assert_int_equal(post_good("a", ""), 201);
    post_later_cut("b");
    assert_int_equal(cqa_evidence_lift(served.scores, &the_call, &error), CQA_OK);
    assert_int_equal(post_good("c", ", \"score\": {\"rubric_version\": \"3\"}"), 200);
    assert_int_equal(kept(), 0);
    struct reply reply = ask("audio");
    assert_int_equal(loudest(&reply, 14100, 50000), 0);
    reply_finish(&reply);
}

static void what_is_held_stays(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    assert_int_equal(cqa_evidence_hold(served.scores, &the_call, "arbitration", &error), CQA_OK);
    assert_int_equal(post_good("a", ""), 201); /* what comes later is held as well */
    assert_int_equal(erase(&the_call, 0).held, 1);
    assert_int_equal(tidy(INT64_MAX), 0);
    assert_int_equal(audio_status(), 200);
    assert_int_equal(cqa_evidence_lift(served.scores, &the_call, &error), CQA_OK);
    assert_int_equal(cqa_evidence_lift(served.scores, &the_call, &error), CQA_E_NOTFOUND);
    assert_int_equal(tidy(served.now_ms), 0); /* it came at this very moment */
    assert_int_equal(audio_status(), 200);
    assert_int_equal(tidy(served.now_ms + 1), 1);
    assert_int_equal(audio_status(), 404);
    assert_int_equal(post_good("a", ""), 200); /* time took them, nobody's wish did */
    assert_int_equal(audio_status(), 200);
}

static int object_to_first_flag(void)
{
    const struct cqa_user_new user = {
        .name = "8001", .role = CQA_ACCOUNT_AGENT, .person = "8001", .password = "correct horse"};
    struct cqa_error error = {0};

    assert_int_equal(cqa_user_put(served.scores, &user, &error), CQA_OK);
    served_login(&served, "8001", "correct horse");
    struct reply reply =
        served_as(&served, "POST", "/api/v1/flags/1/objection", "{\"text\":\"listen again\"}");
    const int status = reply.status;
    reply_finish(&reply);
    return status;
}

static void an_objection_keeps_the_clips(void **state)
{
    (void)state;
    assert_int_equal(post_good("a", ""), 201);
    assert_int_equal(object_to_first_flag(), 201);
    assert_int_equal(tidy(INT64_MAX), 0);
    assert_int_equal(audio_status(), 200);
    served_login(&served, "ann", "correct horse");
    post_later_cut("b");
    struct reply reply = ask("audio");
    assert_true(loudest(&reply, 10000, 11000) > 10000);
    reply_finish(&reply);
}

/* The state of the recording as the waveform tells it; "absent": all is well. */
static const char *heard(const char *field, char out[128])
{
    struct reply reply = ask("peaks");
    char path[64];

    assert_int_equal(reply.status, 200);
    (void)snprintf(path, sizeof path, "recording.%s", field);
    (void)snprintf(out, 128, "%s", served_text(reply.json, path));
    reply_finish(&reply);
    return out;
}

static void a_recording_that_is_gone_is_missed_since_then(void **state)
{
    char text[128];
    char again[128];
    char more[512];

    (void)state;
    (void)snprintf(more, sizeof more, ", \"recording\": {\"path\": \"%s/gone.wav\"}", folder);
    assert_int_equal(post_good("a", more), 201);
    assert_string_equal(heard("state", text), "gone");
    assert_int_equal(strlen(heard("sha256", text)), 64);
    assert_string_not_equal(heard("since", text), "absent");
    served.now_ms += 3600000;
    assert_string_equal(heard("since", again), text);
}

static void another_file_in_its_place_is_not_played(void **state)
{
    char path[256];
    char more[512];
    char text[128];

    (void)state;
    (void)snprintf(path, sizeof path, "%s/other.wav", folder);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs("another call", file);
    fclose(file);
    (void)snprintf(more, sizeof more, ", \"recording\": {\"path\": \"%s\"}", path);
    assert_int_equal(post_good("a", more), 201);
    assert_string_equal(heard("state", text), "changed");
    struct reply reply = ask("audio");
    assert_int_equal(reply.status, 200);
    assert_true(loudest(&reply, 10000, 14000) > 10000);
    reply_finish(&reply);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(clips_are_heard_in_their_places),
        TEST(digits_are_silent_whatever_a_recorder_sends),
        TEST(the_result_is_kept_without_them),
        TEST(clips_may_come_later),
        TEST(other_audio_has_other_clips),
        TEST(who_may_not_hear_the_call_hears_no_clip),
        TEST(bad_clips_are_refused),
        TEST(a_broken_clip_breaks_nothing_else),
        TEST(erased_clips_do_not_come_back),
        TEST(erased_clips_do_not_come_back_in_another_encoding),
        TEST(clips_do_not_come_after_their_call_was_erased),
        TEST(what_is_held_outlives_other_audio),
        TEST(what_is_held_of_other_audio_is_saved),
        TEST(what_is_held_stays_beside_what_is_cut_anew),
        TEST(what_nobody_holds_goes),
        TEST(what_is_held_stays),
        TEST(an_objection_keeps_the_clips),
        TEST(a_recording_that_is_gone_is_missed_since_then),
        TEST(another_file_in_its_place_is_not_played),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
