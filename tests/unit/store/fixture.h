/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_STORE_FIXTURE_H
#define CQA_TESTS_STORE_FIXTURE_H

/* A store in a folder of its own, and short words for what tests do with it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/deliveries.h"
#include "store/recordings.h"
#include "store/results.h"
#include "store/store.h"
#include "support/stored.h"

struct fixture {
    char folder[64];
    struct cqa_store *store;
    struct cqa_arena arena;
    struct cqa_error error;
};

#define CHECK(fixture, call)                                                                       \
    do {                                                                                           \
        if ((call) != CQA_OK)                                                                      \
            fail_msg("%s: %s", #call, cqa_english(&(fixture)->error.message));                     \
    } while (0)

static inline int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    (void)strcpy(fixture->folder, "/tmp/callqa-store-XXXXXX");
    if (mkdtemp(fixture->folder) == NULL)
        return 1;
    *state = fixture;
    return cqa_store_open(fixture->folder, &fixture->store, &fixture->error) != CQA_OK;
}

static inline int teardown(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = {"callqa.db", "callqa.db-journal", "callqa.lock",
                                        "callqa.ballast"};
    char path[128];

    cqa_store_close(fixture->store);
    cqa_arena_finish(&fixture->arena);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", fixture->folder, names[i]);
        (void)unlink(path);
    }
    const int code = rmdir(fixture->folder);
    free(fixture);
    return code;
}

static inline struct cqa_added add_file(struct fixture *fixture, const char *path,
                                        const char *call_id, int64_t size, int64_t mtime_ns,
                                        int64_t now_ms)
{
    const struct cqa_file file = {path, size, mtime_ns, "freepbx", call_id, 0, 0};
    struct cqa_added added = {0};

    CHECK(fixture, cqa_recordings_add(fixture->store, &file, 1, now_ms, &added, &fixture->error));
    return added;
}

/* Claims up to `limit`. */
static inline size_t claim(struct fixture *fixture, size_t limit, int64_t now_ms,
                           struct cqa_recording *out)
{
    const struct cqa_claim what = {.limit = limit};
    size_t count = 0;

    CHECK(fixture, cqa_recordings_claim(fixture->store, &what, now_ms, &fixture->arena, out, &count,
                                        &fixture->error));
    return count;
}

static inline struct cqa_recording find(struct fixture *fixture, const char *path)
{
    struct cqa_recording out;

    CHECK(fixture,
          cqa_recordings_find(fixture->store, path, &fixture->arena, &out, &fixture->error));
    return out;
}

static inline struct cqa_finished finished_of(const struct cqa_recording *recording)
{
    return (struct cqa_finished){.id = recording->id,
                                 .size_bytes = recording->size_bytes,
                                 .mtime_ns = recording->mtime_ns,
                                 .sha256 = "aa",
                                 .rubric = "standard",
                                 .rubric_version = "1",
                                 .analyzer = "0.1.0 sha256:m",
                                 .json = "{\"r\":1}",
                                 .json_length = 7,
                                 .key = "k"};
}

static inline enum cqa_recording_state fail_as(struct fixture *fixture,
                                               const struct cqa_recording *recording,
                                               const char *reason, int64_t now_ms)
{
    enum cqa_recording_state after = CQA_RECORDING_STATE_COUNT;
    const struct cqa_failed failed = {.id = recording->id,
                                      .size_bytes = recording->size_bytes,
                                      .mtime_ns = recording->mtime_ns,
                                      .reason = reason,
                                      .text = "as tested",
                                      .unfinished_ms = 6 * 3600 * 1000,
                                      .analyzer = "0.1.0 sha256:m",
                                      .key = "f",
                                      .body = "{\"f\":1}",
                                      .body_length = 7};

    CHECK(fixture, cqa_recordings_fail(fixture->store, &failed, now_ms, &after, &fixture->error));
    return after;
}

/* The current result; NULL: there is none. */
static inline const char *json_of(struct fixture *fixture, const char *path)
{
    const char *json = NULL;

    CHECK(fixture, stored_result(fixture->folder, path, &fixture->arena, &json, &fixture->error));
    return json;
}

/* `body` is `object` with a generation of the recording before it; the generation's number. */
static inline int64_t assert_generation(const char *body, int64_t recording_id, const char *object)
{
    long long number = 0;
    long long recording = 0;
    int length = 0;

    assert_int_equal(sscanf(body,
                            "{\"generation\":{\"store\":\"%*16[0-9a-f]\",\"recording\":%lld,"
                            "\"number\":%lld},%n",
                            &recording, &number, &length),
                     2);
    assert_int_equal(recording, recording_id);
    assert_string_equal(body + length, object + 1);
    return number;
}

static inline struct cqa_counts counts(struct fixture *fixture)
{
    struct cqa_counts out;

    CHECK(fixture, cqa_store_counts(fixture->store, &out, &fixture->error));
    return out;
}

#endif
