/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/escape.h"
#include "base/models.h"
#include "recorder/profile.h"
#include "recorder/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORDERS_MAX = 64 };

static struct cqa_recorder *recorders[RECORDERS_MAX];
static size_t recorder_count;

static void load(void *context, const char *name)
{
    struct cqa_problems problems = {0};
    struct cqa_error error;
    char path[4096];

    (void)context;
    if (recorder_count < RECORDERS_MAX &&
        cqa_recorder_load(name, &recorders[recorder_count], path, &problems, &error) == CQA_OK)
        recorder_count++;
    cqa_problems_finish(&problems);
}

static void must_be_text(const char *text)
{
    for (size_t left = text != NULL ? strlen(text) : 0; left > 0;) {
        const size_t length = cqa_utf8_length(text, left);
        if (length == 0)
            abort();
        text += length;
        left -= length;
    }
}

/* A file's name, which anybody may give it, by each of the profiles that come with the program:
 * what it says is text, and there always are an id and a source. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct cqa_zone *zone;
    struct cqa_error error;
    struct cqa_arena arena = {0};
    struct cqa_call_identity identity = {0};
    char *path = malloc(size + 1);

    if (recorder_count == 0 &&
        (cqa_models_list("recorders", load, NULL, &error) != CQA_OK || recorder_count == 0 ||
         cqa_zone_load("Asia/Shanghai", &zone, &error) != CQA_OK))
        abort();
    if (path != NULL && size > 1) {
        memcpy(path, data + 1, size - 1);
        path[size - 1] = '\0';
        const struct cqa_recorder *recorder = recorders[data[0] % recorder_count];
        if (cqa_recorder_identify(recorder, zone, path, &arena, &identity, &error) == CQA_OK) {
            if (identity.call.id == NULL || identity.call.source == NULL)
                abort();
            must_be_text(identity.call.id);
            must_be_text(identity.call.agent);
            must_be_text(identity.call.customer);
            must_be_text(identity.call.queue);
        }
        (void)cqa_recorder_ignores(recorder, path);
    }
    cqa_arena_finish(&arena);
    free(path);
    return 0;
}
