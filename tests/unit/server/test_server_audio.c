/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <sndfile.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/escape.h"
#include "scores/audit.h"
#include "support/served.h"

enum { RATE_HZ = 8000, SECONDS = 2 };

static struct served served;
static char audio[64];

static int set_up(void **state)
{
    char config[256];

    (void)state;
    strcpy(audio, "/tmp/callqa-audio-XXXXXX");
    assert_non_null(mkdtemp(audio));
    snprintf(config, sizeof config,
             "audio:\n  - /nowhere/at/all\n  - %s/in\nsession:\n  plain_cookie: true\n", audio);
    char folder[128];
    snprintf(folder, sizeof folder, "%s/in", audio);
    assert_int_equal(mkdir(folder, 0700), 0);
    served_start(&served, config);
    served_user(&served, "ann", "auditor", NULL);
    served_login(&served, "ann", "correct horse");
    return 0;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    served_stop(&served);
    snprintf(command, sizeof command, "rm -r %s", audio);
    assert_int_equal(system(command), 0);
    return 0;
}

/* Two seconds of 440 Hz at half scale on the first channel, silence on the second. */
static void write_tone(const char *name, int format, int channels)
{
    char path[256];
    SF_INFO info = {.samplerate = RATE_HZ, .channels = channels, .format = format};
    static float frames[RATE_HZ * SECONDS * 2];

    snprintf(path, sizeof path, "%s/%s", audio, name);
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    assert_non_null(file);
    for (int i = 0; i < RATE_HZ * SECONDS; i++) {
        frames[i * channels] = 0.5f * sinf((float)i * 440.0f * 6.2831853f / RATE_HZ);
        if (channels == 2)
            frames[i * channels + 1] = 0.0f;
    }
    assert_int_equal(sf_writef_float(file, frames, RATE_HZ * SECONDS), RATE_HZ * SECONDS);
    sf_close(file);
}

/* SHA-256 of a file, in hex; zeros where there is none. */
static void hash_of(const char *name, char hex[65])
{
    char path[512];
    static unsigned char bytes[1 << 20];
    unsigned char sum[crypto_hash_sha256_BYTES] = {0};
    char raw[256];

    snprintf(path, sizeof path, "%s/%s", audio,
             cqa_unescape_bytes(name, raw, sizeof raw) ? raw : name);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        snprintf(path, sizeof path, "%s/%s", audio, name);
        file = fopen(path, "re");
    }
    const size_t count = file != NULL ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (count > 0)
        crypto_hash_sha256(sum, bytes, count);
    if (file != NULL)
        fclose(file);
    sodium_bin2hex(hex, 65, sum, sizeof sum);
}

static void put_hashed(const char *id, const char *name, const char *sha256, int channels,
                       const char *more)
{
    static const char mono[] =
        ", \"events\": [], \"channels\": [{\"index\": 0, \"role\": \"mixed\", \"speech_ms\": [],"
        " \"active_level_dbfs\": null, \"noise_dbfs\": null, \"clipped_ms\": 0, \"leak_db\": null,"
        " \"leak_delay_ms\": null}]";
    char changes[2048];

    snprintf(changes, sizeof changes,
             "{\"recording\": {\"path\": \"%s/%s\", \"sha256\": \"%s\", \"channels\": %d%s}, "
             "\"score\": {\"deductions\": []}%s%s}",
             audio, name, sha256, channels, channels == 1 ? ", \"layout\": \"mono\"" : "",
             channels == 1 ? mono : "", more);
    served_put(&served, id, changes);
}

/* `name` as JSON has it: two backslashes of a byte that is no UTF-8. */
static void put_call(const char *id, const char *name, int channels, const char *more)
{
    char plain[256];
    char sha256[65];
    size_t length = 0;

    for (const char *at = name; *at != '\0'; at += at[0] == '\\' && at[1] == '\\' ? 2 : 1)
        plain[length++] = *at;
    plain[length] = '\0';
    hash_of(plain, sha256);
    put_hashed(id, name, sha256, channels, more);
}

static struct reply play(const char *id, const char *range)
{
    char path[128];
    char headers[700];

    snprintf(path, sizeof path, "/api/v1/calls/%s/audio", id);
    snprintf(headers, sizeof headers, "%s%s%s%s", served.session, range ? "Range: " : "",
             range ? range : "", range ? "\r\n" : "");
    return served_ask(&served, "GET", path, headers, NULL);
}

static int play_status(const char *id)
{
    struct reply reply = play(id, NULL);
    const int status = reply.status;

    reply_finish(&reply);
    return status;
}

static void plain_wav_is_served_as_it_is(void **state)
{
    (void)state;
    const size_t size = 44 + RATE_HZ * SECONDS * 2 * 2;

    write_tone("in/a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2);
    put_call("1", "in/a.wav", 2, "");
    struct reply whole = play("1", NULL);
    assert_int_equal(whole.status, 200);
    assert_int_equal(whole.length, size);
    assert_non_null(strstr(whole.head, "Content-Type: audio/wav"));
    assert_non_null(strstr(whole.head, "Accept-Ranges: bytes"));
    struct reply part = play("1", "bytes=1000-1999");
    assert_int_equal(part.status, 206);
    assert_int_equal(part.length, 1000);
    assert_memory_equal(part.body, whole.body + 1000, 1000);
    assert_non_null(strstr(part.head, "Content-Range: bytes 1000-1999/"));
    reply_finish(&part);
    part = play("1", "bytes=99999999-");
    assert_int_equal(part.status, 416);
    reply_finish(&part);
    reply_finish(&whole);
}

/* A folder named in GBK: JSON cannot carry its bytes, and it is played all the same. What only
 * looks like such a name is taken as it stands. */
static void names_that_are_no_utf8_are_played(void **state)
{
    char folder[128];

    (void)state;
    snprintf(folder, sizeof folder, "%s/in/\xd5\xc5\xc8\xfd", audio);
    assert_int_equal(mkdir(folder, 0700), 0);
    write_tone("in/\xd5\xc5\xc8\xfd/g.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2);
    put_call("gbk", "in/\\\\xd5\\\\xc5\\\\xc8\\\\xfd/g.wav", 2, "");
    assert_int_equal(play_status("gbk"), 200);
    write_tone("in/\\xd5.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2);
    put_call("literal", "in/\\\\xd5.wav", 2, "");
    assert_int_equal(play_status("literal"), 200);
    put_call("gone", "in/\\\\xd6.wav", 2, "");
    assert_int_equal(play_status("gone"), 410);
    put_call("outside", "out/\\\\xd6.wav", 2, "");
    assert_int_equal(play_status("outside"), 404);
}

static void expect_rendered(const char *id, const char *name)
{
    put_call(id, name, 2, "");
    struct reply reply = play(id, NULL);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.head, "Content-Type: audio/wav"));
    assert_memory_equal(reply.body, "RIFF", 4);
    assert_in_range(reply.length, 44 + (RATE_HZ * SECONDS - 400) * 4,
                    44 + (RATE_HZ * SECONDS + 2400) * 4);
    reply_finish(&reply);
}

/* Browsers play another second of these than the one that is asked for (docs/decisions/0120). */
static void what_is_sought_badly_is_rendered(void **state)
{
    (void)state;
    write_tone("in/mp3.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 2);
    expect_rendered("31", "in/mp3.mp3");
    write_tone("in/opus.ogg", SF_FORMAT_OGG | SF_FORMAT_OPUS, 2);
    expect_rendered("32", "in/opus.ogg");
    write_tone("in/flac.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 2);
    expect_rendered("33", "in/flac.flac");
}

/* A header that is right about a part of the file only: the rest would never be heard. */
static void joined_wav_is_rendered_whole(void **state)
{
    char command[1024];

    (void)state;
    write_tone("in/half.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2);
    snprintf(command, sizeof command, "cd %s/in && cat half.wav half.wav >joined.wav", audio);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a shell's cat is what joins */
    put_call("34", "in/joined.wav", 2, "");
    struct reply reply = play("34", NULL);
    assert_int_equal(reply.status, 200);
    assert_int_equal(reply.length, 44 + 2 * RATE_HZ * SECONDS * 4);
    reply_finish(&reply);
}

/* By callqa-server-codecs, where this build has it; else the reason names the codec. */
static void aac_is_rendered_by_the_other_program(void **state)
{
    char command[1024];

    (void)state;
    write_tone("in/tone.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2);
    snprintf(command, sizeof command,
             "cd %s/in && ffmpeg -v error -nostdin -y -i tone.wav -c:a aac tone.m4a", audio);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
    if (access(CQA_BINARY_DIR "/libexec/callqa/callqa-server-codecs", X_OK) == 0) {
        expect_rendered("35", "in/tone.m4a");
        return;
    }
    put_call("35", "in/tone.m4a", 2, "");
    struct reply reply = play("35", NULL);
    assert_non_null(strstr(reply.body, "MPEG-4"));
    reply_finish(&reply);
}

static int16_t sample_of(const struct reply *reply, size_t frame, int channels, int channel)
{
    const unsigned char *at =
        (const unsigned char *)reply->body + 44 + (frame * (size_t)channels + (size_t)channel) * 2;

    return (int16_t)(at[0] | at[1] << 8);
}

static int loudest(const struct reply *reply, int from_ms, int to_ms, int channels, int channel)
{
    int loudest = 0;

    for (size_t i = (size_t)from_ms * RATE_HZ / 1000; i < (size_t)to_ms * RATE_HZ / 1000; i++)
        if (abs(sample_of(reply, i, channels, channel)) > loudest)
            loudest = abs(sample_of(reply, i, channels, channel));
    return loudest;
}

static void gsm_is_rendered(void **state)
{
    (void)state;
    write_tone("in/a.wav", SF_FORMAT_WAV | SF_FORMAT_GSM610, 1);
    put_call("1", "in/a.wav", 1, "");
    struct reply reply = play("1", NULL);
    assert_int_equal(reply.status, 200);
    assert_memory_equal(reply.body, "RIFF", 4);
    assert_memory_equal(reply.body + 36, "data", 4);
    assert_true(reply.length >= 44 + RATE_HZ * SECONDS * 2);
    assert_in_range(loudest(&reply, 500, 1500, 1, 0), 12000, 20000);
    struct reply part = play("1", "bytes=5000-5999");
    assert_int_equal(part.status, 206);
    assert_memory_equal(part.body, reply.body + 5000, 1000);
    reply_finish(&part);
    reply_finish(&reply);
}

static void keyed_digits_are_silent(void **state)
{
    (void)state;
    write_tone("in/a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2);
    put_call("1", "in/a.wav", 2,
             ", \"events\": [{\"id\": 1, \"type\": \"dtmf\", \"start_ms\": 500, \"end_ms\": 1000, "
             "\"side\":"
             " \"customer\", \"digits\": \"****\", \"confidence\": 1}]");
    struct reply reply = play("1", NULL);
    assert_int_equal(reply.status, 200);
    assert_true(loudest(&reply, 100, 490, 2, 0) > 15000);
    assert_int_equal(loudest(&reply, 500, 1000, 2, 0), 0);
    assert_true(loudest(&reply, 1010, 1900, 2, 0) > 15000);
    reply_finish(&reply);
}

static void peaks_show_each_channel(void **state)
{
    (void)state;
    write_tone("in/a.wav", SF_FORMAT_WAV | SF_FORMAT_ULAW, 2);
    put_call("1", "in/a.wav", 2, ", \"events\": []");
    struct reply reply = served_as(&served, "GET", "/api/v1/calls/1/peaks", NULL);
    assert_int_equal(reply.status, 200);
    const json_t *channels = json_object_get(reply.json, "channels");
    const int bucket_ms = atoi(served_text(reply.json, "bucket_ms"));
    assert_int_equal(json_array_size(channels), 2);
    assert_in_range(json_array_size(json_array_get(channels, 0)),
                    2 * SECONDS * 1000 / bucket_ms - 2, 2 * SECONDS * 1000 / bucket_ms + 2);
    assert_in_range(json_integer_value(json_array_get(json_array_get(channels, 0), 41)), 55, 66);
    assert_in_range(-json_integer_value(json_array_get(json_array_get(channels, 0), 40)), 55, 66);
    assert_in_range(json_integer_value(json_array_get(json_array_get(channels, 1), 41)) + 2, 0, 4);
    reply_finish(&reply);
}

/* Of what is rendered to be heard (because digits are silent in it) they come from the rendering.
 */
static void peaks_are_the_same_by_both_ways(void **state)
{
    (void)state;
    write_tone("in/a.wav", SF_FORMAT_WAV | SF_FORMAT_ULAW, 2);
    put_call("1", "in/a.wav", 2, ", \"events\": []");
    put_call("2", "in/a.wav", 2,
             ", \"events\": [{\"id\": 1, \"type\": \"dtmf\", \"start_ms\": 500, \"end_ms\": 1000, "
             "\"side\":"
             " \"customer\", \"digits\": \"****\", \"confidence\": 1}]");
    struct reply decoded = served_as(&served, "GET", "/api/v1/calls/1/peaks", NULL);
    struct reply rendered = served_as(&served, "GET", "/api/v1/calls/2/peaks", NULL);
    assert_int_equal(decoded.status, 200);
    assert_int_equal(rendered.status, 200);
    const int bucket_ms = atoi(served_text(decoded.json, "bucket_ms"));
    assert_int_equal(bucket_ms, atoi(served_text(rendered.json, "bucket_ms")));
    for (size_t channel = 0; channel < 2; channel++) {
        const json_t *one = json_array_get(json_object_get(decoded.json, "channels"), channel);
        const json_t *other = json_array_get(json_object_get(rendered.json, "channels"), channel);
        assert_int_equal(json_array_size(one), json_array_size(other));
        for (size_t i = 0; i < json_array_size(one); i++) {
            const int at_ms = (int)(i / 2) * bucket_ms;
            const json_int_t value = json_integer_value(json_array_get(other, i));
            if (at_ms >= 500 && at_ms + bucket_ms <= 1000)
                assert_int_equal(value, 0);
            else if (at_ms + bucket_ms <= 500 || at_ms >= 1000)
                assert_in_range(value - json_integer_value(json_array_get(one, i)) + 1, 0, 2);
        }
    }
    reply_finish(&decoded);
    reply_finish(&rendered);
}

/* A call in two files: each is a channel, the second 500 ms later. */
static void two_files_are_played_as_one(void **state)
{
    static const char leg[] =
        "{\"path\": \"%s/%s\", \"sha256\": \"%s\", \"role\": \"agent\", \"offset_ms\": %d}";
    char legs[1024];
    char first[400];
    char second[400];
    char sha256[65];

    (void)state;
    write_tone("in/a.wav", SF_FORMAT_WAV | SF_FORMAT_ULAW, 1);
    write_tone("in/b.wav", SF_FORMAT_WAV | SF_FORMAT_GSM610, 1);
    hash_of("in/a.wav", sha256);
    snprintf(first, sizeof first, leg, audio, "in/a.wav", sha256, 0);
    hash_of("in/b.wav", sha256);
    snprintf(second, sizeof second, leg, audio, "in/b.wav", sha256, 500);
    snprintf(legs, sizeof legs, ", \"recording\": {\"path\": \"%s/in/a.wav\", \"legs\": [%s, %s]}",
             audio, first, second);
    put_call("1", "in/a.wav", 2, legs);
    struct reply reply = play("1", NULL);
    assert_int_equal(reply.status, 200);
    assert_in_range(reply.length, 44 + 4 * 2500 * RATE_HZ / 1000, 44 + 4 * 2600 * RATE_HZ / 1000);
    assert_true(loudest(&reply, 100, 1900, 2, 0) > 15000);
    assert_int_equal(loudest(&reply, 0, 499, 2, 1), 0);
    assert_in_range(loudest(&reply, 600, 2400, 2, 1), 12000, 20000);
    assert_int_equal(loudest(&reply, 2010, 2400, 2, 0), 0);
    reply_finish(&reply);
    reply = served_as(&served, "GET", "/api/v1/calls/1/peaks", NULL);
    assert_int_equal(reply.status, 200);
    assert_int_equal(json_array_size(json_object_get(reply.json, "channels")), 2);
    reply_finish(&reply);
    snprintf(second, sizeof second, "%s/in/b.wav", audio);
    assert_int_equal(unlink(second), 0);
    assert_int_equal(play_status("1"), 410);
}

static void only_the_folders_are_played_from(void **state)
{
    (void)state;
    char from[128];
    char to[128];

    write_tone("secret.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1);
    snprintf(from, sizeof from, "%s/secret.wav", audio);
    snprintf(to, sizeof to, "%s/in/link.wav", audio);
    assert_int_equal(symlink(from, to), 0);
    put_call("dots", "in/../secret.wav", 1, "");
    put_call("outside", "secret.wav", 1, "");
    put_call("link", "in/link.wav", 1, "");
    put_call("gone", "in/gone.wav", 1, "");
    put_call("folder", "in/", 1, "");
    assert_int_equal(play_status("dots"), 404);
    assert_int_equal(play_status("outside"), 404);
    assert_int_equal(play_status("link"), 404);
    assert_int_equal(play_status("folder"), 404);
    assert_int_equal(play_status("gone"), 410);
}

static void expect_changed(const char *id)
{
    char path[64];
    struct reply reply = play(id, "bytes=0-99");

    assert_int_equal(reply.status, 409);
    assert_non_null(strstr(served_text(reply.json, "type"), "recording-changed"));
    assert_non_null(strstr(served_text(reply.json, "detail"), "not the recording"));
    reply_finish(&reply);
    snprintf(path, sizeof path, "/api/v1/calls/%s/peaks", id);
    reply = served_as(&served, "GET", path, NULL);
    assert_int_equal(reply.status, 409);
    reply_finish(&reply);
}

/* Whoever replaces a file, whenever, has not replaced what was judged. */
static void what_was_not_judged_is_not_heard(void **state)
{
    char path[256];

    (void)state;
    write_tone("in/a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2);
    write_tone("in/b.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1);
    put_call("1", "in/a.wav", 2, "");
    assert_int_equal(play_status("1"), 200);
    char other[65];
    hash_of("in/b.wav", other);
    put_hashed("2", "in/a.wav", other, 2, "");
    expect_changed("2");
    snprintf(path, sizeof path, "%s/in/a.wav", audio);
    FILE *file = fopen(path, "r+e"); /* of the same length, in place */
    assert_non_null(file);
    fseek(file, 1000, SEEK_SET);
    fputs("other", file);
    fclose(file);
    expect_changed("1");
}

static void each_file_of_two_has_to_be_what_was_judged(void **state)
{
    char legs[1024];
    char sha256[65];

    (void)state;
    write_tone("in/a.wav", SF_FORMAT_WAV | SF_FORMAT_ULAW, 1);
    write_tone("in/b.wav", SF_FORMAT_WAV | SF_FORMAT_ULAW, 1);
    hash_of("in/a.wav", sha256);
    snprintf(legs, sizeof legs,
             ", \"recording\": {\"legs\": [{\"path\": \"%s/in/a.wav\", \"sha256\": \"%s\","
             " \"role\": \"agent\", \"offset_ms\": 0}, {\"path\": \"%s/in/b.wav\", \"sha256\":"
             " \"%064d\", \"role\": \"customer\", \"offset_ms\": 0}]}",
             audio, sha256, audio, 0);
    put_call("1", "in/a.wav", 2, legs);
    expect_changed("1");
}

static int put_of_site(const char *site, const char *id, const char *name)
{
    char changes[512];
    char sha256[65];
    char token[CQA_TOKEN_SIZE];
    struct cqa_error error;
    const struct cqa_token_new new = {.name = site, .role = CQA_ACCOUNT_RECORDER, .site = site};

    hash_of(name, sha256);
    snprintf(changes, sizeof changes, "{\"recording\": {\"path\": \"%s/%s\", \"sha256\": \"%s\"}}",
             audio, name, sha256);
    char *body = served_result(id, changes);
    assert_int_equal(cqa_token_add(served.scores, &new, token, &error), CQA_OK);
    struct reply reply =
        served_post(&served, token, "/api/v1/results", "application/json", id, body);
    free(body);
    assert_int_equal(reply.status, 201);
    reply_finish(&reply);
    return play_status(id);
}

static void a_site_has_its_own_folders(void **state)
{
    char path[128];
    char config[512];

    (void)state;
    snprintf(path, sizeof path, "%s/east", audio);
    assert_int_equal(mkdir(path, 0700), 0);
    served_stop(&served);
    snprintf(config, sizeof config,
             "audio:\n  - {folder: %s/east, site: east}\n  - {folder: %s/west, site: west}\n"
             "  - %s/in\nsession: {plain_cookie: true}\n",
             audio, audio, audio);
    served_start(&served, config);
    served_user(&served, "ann", "auditor", NULL);
    served_login(&served, "ann", "correct horse");
    write_tone("east/a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2);
    write_tone("in/a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2);
    assert_int_equal(put_of_site("east", "1", "east/a.wav"), 200);
    assert_int_equal(put_of_site("west", "2", "east/a.wav"), 404);
    assert_int_equal(put_of_site("west", "3", "in/../east/a.wav"), 404);
    assert_int_equal(put_of_site("west", "4", "in/a.wav"), 200);
    put_call("5", "east/a.wav", 2, ""); /* of a token without a site */
    assert_int_equal(play_status("5"), 404);
}

/* How many problems `audio: TEXT` has; each name is of a folder of the test. */
static size_t folder_problems(const char *text)
{
    struct cqa_server_config config;
    struct cqa_problems problems = {0};
    char path[128];

    snprintf(path, sizeof path, "%s/config.yaml", audio);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file, "listen: 127.0.0.1:0\nstore: sqlite:%s/scores.db\naudio:\n", audio);
    for (; *text != '\0'; text++)
        *text == '@' ? fputs(audio, file) : fputc(*text, file);
    fclose(file);
    (void)cqa_server_config_load(&config, path, &problems);
    cqa_server_config_finish(&config);
    const size_t count = problems.count;
    cqa_problems_finish(&problems);
    return count;
}

static void folders_of_two_sites_share_nothing(void **state)
{
    char from[128];
    char to[128];

    (void)state;
    assert_int_equal(folder_problems(" - @/in\n - @/in/deeper\n"), 0);
    assert_int_equal(
        folder_problems(" - {folder: @/east, site: east}\n - {folder: @/east2, site: west}\n"), 0);
    assert_int_equal(
        folder_problems(" - {folder: @/in, site: east}\n - {folder: @/in/, site: west}\n"), 1);
    assert_int_equal(folder_problems(" - @\n - {folder: @/in, site: west}\n"), 1);
    assert_int_equal(folder_problems(" - {folder: @/in/a/b, site: west}\n - @/in\n"), 1);
    assert_int_equal(folder_problems(" - {folder: @/in}\n"), 1);
    assert_int_equal(folder_problems(" - {folder: in, site: a}\n"), 1);
    snprintf(from, sizeof from, "%s/in", audio);
    snprintf(to, sizeof to, "%s/link", audio);
    assert_int_equal(symlink(from, to), 0);
    assert_int_equal(
        folder_problems(" - {folder: @/in, site: east}\n - {folder: @/link, site: west}\n"), 1);
}

static void noise_in_a_file_is_a_clear_problem(void **state)
{
    (void)state;
    char path[128];

    snprintf(path, sizeof path, "%s/in/a.wav", audio);
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 5000; i++)
        fputc("garbage"[i % 7], file);
    fclose(file);
    put_call("1", "in/a.wav", 1, "");
    struct reply reply = play("1", NULL);
    assert_int_equal(reply.status, 422);
    assert_non_null(strstr(served_text(reply.json, "detail"), "cannot be decoded"));
    reply_finish(&reply);
}

static void plays_are_audited_and_scoped(void **state)
{
    (void)state;
    struct cqa_error error;
    int64_t before;
    int64_t after;
    char head[CQA_AUDIT_HEAD_SIZE];

    write_tone("in/a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2);
    put_call("1", "in/a.wav", 2, "");
    assert_int_equal(cqa_audit_verify(served.scores, NULL, &before, head, &error), CQA_OK);
    assert_int_equal(play_status("1"), 200);
    assert_int_equal(play_status("1"), 200);
    assert_int_equal(cqa_audit_verify(served.scores, NULL, &after, head, &error), CQA_OK);
    assert_int_equal(after, before + 1);
    served_user(&served, "bob", "auditor", "east");
    served_login(&served, "bob", "correct horse");
    assert_int_equal(play_status("1"), 404);
    served_user(&served, "root", "admin", NULL);
    served_login(&served, "root", "correct horse");
    assert_int_equal(play_status("1"), 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plain_wav_is_served_as_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_that_are_no_utf8_are_played, set_up, tear_down),
        cmocka_unit_test_setup_teardown(gsm_is_rendered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_sought_badly_is_rendered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(joined_wav_is_rendered_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(aac_is_rendered_by_the_other_program, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keyed_digits_are_silent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(peaks_show_each_channel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(peaks_are_the_same_by_both_ways, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_files_are_played_as_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_not_judged_is_not_heard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_file_of_two_has_to_be_what_was_judged, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_site_has_its_own_folders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folders_of_two_sites_share_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_the_folders_are_played_from, set_up, tear_down),
        cmocka_unit_test_setup_teardown(noise_in_a_file_is_a_clear_problem, set_up, tear_down),
        cmocka_unit_test_setup_teardown(plays_are_audited_and_scoped, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
