/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/preview.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>
#include "base/checks.h"
#include "pipeline/life.h"
#include "pipeline/parts.h"
#include "watch/scan.h"

struct preview {
    const struct cqa_clock *clock;
    struct cqa_store *store; /* NULL: nothing is known yet */
    const struct cqa_preview_wish *wish;
    int64_t since_ns, until_ns; /* until: 0 for ever */
    const char *under;          /* of the watched folder at hand */
    const struct cqa_watch_config *watch;
    cqa_preview_tell *tell;
    void *context;
    const struct cqa_requeue *again;
};

static int ignores(void *context, const char *name)
{
    return (int)cqa_recorder_ignores(context, name);
}

/* NULL: it is done, in this very state. */
static const char *why_known(const struct cqa_recording *recording,
                             const struct cqa_scan_file *file)
{
    const int is_same =
        recording->size_bytes == file->size_bytes && recording->mtime_ns == file->mtime_ns;
    const int is_done = recording->state == CQA_RECORDING_SCORED ||
                        recording->state == CQA_RECORDING_FAILED ||
                        recording->state == CQA_RECORDING_EXCLUDED;

    if (!is_same)
        return "changed";
    return is_done ? NULL : cqa_recording_state_words[recording->state];
}

static int is_copy(const struct preview *preview, const struct cqa_scan_file *file)
{
    int known = 0;

    return preview->store != NULL &&
           cqa_copies_know(preview->store, file->path, file->size_bytes, file->mtime_ns, &known,
                           NULL) == CQA_OK &&
           known;
}

/* As its name or what lies beside it says; 0: neither does. */
static int64_t begun_ms(const struct preview *preview, const char *path, struct cqa_arena *arena)
{
    struct cqa_call_identity identity = {0};

    return cqa_recorder_identify(preview->watch->recorder, preview->watch->zone, path, arena,
                                 &identity, NULL) == CQA_OK
               ? cqa_again_begun_ms(preview->watch, &preview->wish->scope, preview->wish->children,
                                    path, &identity, arena)
               : 0;
}

/* NULL: there is nothing to do, or it did not begin when somebody asks about. */
static const char *why(const struct preview *preview, const struct cqa_scan_file *file)
{
    struct cqa_recording recording = {0};
    struct cqa_arena arena = {0};
    const int is_known =
        preview->store != NULL &&
        cqa_recordings_find(preview->store, file->path, &arena, &recording, NULL) == CQA_OK;
    const char *word = is_known                 ? why_known(&recording, file)
                       : is_copy(preview, file) ? NULL
                                                : "new";
    const int64_t told_ms = is_known ? recording.begun_ms : begun_ms(preview, file->path, &arena);
    const int64_t begun_ns = told_ms > 0 ? told_ms * 1000000 : file->mtime_ns;

    cqa_arena_finish(&arena);
    return begun_ns < preview->since_ns || (preview->until_ns > 0 && begun_ns >= preview->until_ns)
               ? NULL
               : word;
}

static int tell(void *context, const struct cqa_scan_file *file)
{
    const struct preview *preview = context;

    if (file->news != CQA_SCAN_SETTLED || !cqa_path_lies_in(file->path, preview->under))
        return 1;
    const char *word = why(preview, file);
    return word == NULL || preview->tell(preview->context, file->path, word, 0);
}

static enum cqa_status look_twice(const struct cqa_config *config,
                                  const struct cqa_watch_config *watch, struct preview *preview,
                                  struct cqa_error *error)
{
    const struct cqa_scan_config wants = {.folder = watch->path,
                                          .settle_ms = config->settle_ms,
                                          .clock = preview->clock,
                                          .ignores = ignores,
                                          .context = watch->recorder};
    struct cqa_scan_report report;
    struct cqa_scan *scan = NULL;
    enum cqa_status status = cqa_scan_create(&wants, &scan, error);

    if (status == CQA_OK)
        status = cqa_scan_look(scan, tell, preview, &report, error);
    if (status == CQA_OK) {
        cqa_clock_wait(preview->clock, config->settle_ms + 1);
        status = cqa_scan_look(scan, tell, preview, &report, error);
    }
    cqa_scan_destroy(scan);
    if (status == CQA_OK && report.errors > 0)
        status = cqa_fail(error, CQA_E_IO, "%s cannot be read in whole: %p", watch->path,
                          cqa_words_of_errno(report.sys_errno));
    return status;
}

/* ---- again */

static int tell_outdated(void *context, const struct cqa_outdated *outdated)
{
    const struct preview *preview = context;

    return preview->tell(preview->context, outdated->path, "again",
                         cqa_again_why(outdated, preview->again));
}

static enum cqa_status look_again(const struct cqa_config *config,
                                  const struct cqa_watch_config *watch,
                                  const struct cqa_preview_wish *wish, struct preview *preview,
                                  struct cqa_error *error)
{
    struct cqa_again_part part;

    if (preview->store == NULL || wish->analyzer == NULL ||
        !cqa_again_part(config, watch, &wish->scope, wish->analyzer, CQA_ASKED_AGAIN, &part))
        return CQA_OK;
    preview->again = &part.wish;
    const enum cqa_status status =
        cqa_results_outdated(preview->store, &part.wish, tell_outdated, preview, error);
    preview->again = NULL;
    return status;
}

enum cqa_status cqa_preview(const struct cqa_config *config, const struct cqa_preview_wish *wish,
                            cqa_preview_tell *tell_one, void *context, struct cqa_error *error)
{
    struct preview preview = {
        .clock = wish->clock, .wish = wish, .tell = tell_one, .context = context};
    char database[PATH_MAX];
    enum cqa_status status = CQA_OK;

    snprintf(database, sizeof database, "%s/callqa.db", config->state_dir);
    if (access(database, F_OK) == 0) /* opening would make it */
        status = cqa_life_open(config->state_dir, &preview.store, error);
    for (size_t i = 0; status == CQA_OK && i < config->watch_count; i++) {
        preview.watch = &config->watches[i];
        preview.under = cqa_again_folder(preview.watch, &wish->scope);
        if (preview.under == NULL)
            continue;
        preview.since_ns = cqa_again_instant_ns(preview.watch, wish->scope.since_s);
        preview.until_ns = cqa_again_instant_ns(preview.watch, wish->scope.until_s);
        status = look_twice(config, &config->watches[i], &preview, error);
        if (status == CQA_OK)
            status = look_again(config, &config->watches[i], wish, &preview, error);
    }
    cqa_store_close(preview.store);
    return status;
}
