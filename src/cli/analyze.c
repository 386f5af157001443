/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa analyze: files and folders in, reports out, in the order of the arguments. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "analysis/outline.h"
#include "analysis/worker.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/models.h"
#include "base/say.h"
#include "cli/analyze_options.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "pipeline/complete.h"
#include "recorder/profile.h"
#include "report/format.h"
#include "rubric/rubric.h"

static const char NAME[] = "analyze";

enum { WINDOW_PER_WORKER = 16, REPORT_BYTES_MAX = 1 << 30 };

/* One recording between its submission and its turn to be printed. */
struct slot {
    struct cqa_arena arena; /* of the identity */
    struct cqa_call_identity identity;
    struct cqa_outcome outcome;
    int ended;
};

struct run {
    struct cqa_recorder *recorder;
    struct cqa_zone *zone;
    struct cqa_rubric *rubric;
    struct cqa_engine *engine;
    struct cqa_workers *workers;
    struct cqa_paths paths;
    struct slot *slots; /* a ring: path i lies in i % window */
    size_t window;
    size_t submitted;
    size_t printed;
    size_t unreadable;
    int show_digits;
    struct cqa_report report;
    struct cqa_output output;
    struct cqa_buffer text;
    struct cqa_progress progress;
};

/* CQA_EXIT_DONE when everything that analysis needs is there. */
static int prepare(struct run *run, const struct cqa_analyze_options *options,
                   char *const *arguments)
{
    struct cqa_problems problems = {0};
    struct cqa_error error = {0};
    char path[PATH_MAX] = "";
    const char *file = path;
    enum cqa_status status;

    status = cqa_recorder_load(options->recorder, &run->recorder, path, &problems, &error);
    if (status == CQA_OK)
        status = cqa_zone_load(options->time_zone, &run->zone, &error);
    if (status == CQA_OK)
        status = cqa_models_find("rubrics", options->rubric, path, sizeof path, &error);
    if (status == CQA_OK) {
        run->rubric = cqa_rubric_load(path, &problems);
        if (run->rubric == NULL)
            status = CQA_E_BADDATA;
    }
    if (status != CQA_OK) {
        if (problems.count > 0)
            cqa_problems_print(&problems, file, cqa_say_language(), stderr);
        else
            cqa_cli_fail(NAME, "%p", &error.message);
        cqa_problems_finish(&problems);
        return CQA_EXIT_INVALID;
    }
    cqa_problems_finish(&problems);
    status = cqa_paths_collect(&run->paths, run->recorder, arguments, &error);
    if (status == CQA_OK)
        status = cqa_engine_create(&run->engine, CQA_ZYGOTE_FORKED, &error);
    if (status == CQA_OK) {
        const int needed =
            run->paths.count < (size_t)options->jobs ? (int)run->paths.count : options->jobs;
        const struct cqa_workers_config config = {.count = needed > 0 ? needed : 1};
        run->window = (size_t)config.count * WINDOW_PER_WORKER;
        status = cqa_workers_create(&run->workers, run->engine, &config, &error);
    }
    if (status == CQA_OK) {
        run->slots = calloc(run->window, sizeof *run->slots);
        if (run->slots == NULL)
            status = cqa_fail(&error, CQA_E_NOMEM, "out of memory");
    }
    return status == CQA_OK ? CQA_EXIT_DONE : cqa_cli_fail(NAME, "%p", &error.message);
}

static void finish(struct run *run)
{
    cqa_workers_destroy(run->workers);
    cqa_engine_destroy(run->engine);
    for (size_t i = 0; run->slots != NULL && i < run->window; i++) {
        cqa_result_destroy(run->slots[i].outcome.result);
        cqa_arena_finish(&run->slots[i].arena);
    }
    free(run->slots);
    cqa_paths_finish(&run->paths);
    cqa_report_finish(&run->report);
    cqa_output_close(&run->output);
    cqa_buffer_finish(&run->text);
    cqa_rubric_destroy(run->rubric);
    cqa_zone_destroy(run->zone);
    cqa_recorder_destroy(run->recorder);
}

static void end_with(struct slot *slot, const struct cqa_failure *failure)
{
    slot->outcome.failure = *failure;
    slot->ended = 1;
}

/* Hands path `index` to a worker; what cannot be opened ends here. */
static void submit(struct run *run, size_t index)
{
    struct slot *slot = &run->slots[index % run->window];
    const char *path = run->paths.items[index];
    struct cqa_failure failure = {0};
    struct cqa_error error = {0};

    *slot = (struct slot){0};
    const int fd = cqa_open_recording(path, &failure);
    if (fd < 0) {
        end_with(slot, &failure);
        return;
    }
    enum cqa_status status = cqa_recorder_identify(run->recorder, run->zone, path, &slot->arena,
                                                   &slot->identity, &error);
    if (status == CQA_OK &&
        cqa_recorder_read_sidecar(run->recorder, cqa_engine_children(run->engine), run->zone, path,
                                  &slot->arena, &slot->identity, NULL, &error) != CQA_OK)
        cqa_say(stderr, "%s: its metadata is not used: %p", cqa_log_private(path), &error.message);
    const struct cqa_job job = {
        .id = index, .fd = fd, .name = path, .lines = slot->identity.call.lines};
    if (status == CQA_OK)
        status = cqa_workers_submit(run->workers, &job, &error);
    close(fd);
    if (status != CQA_OK) {
        cqa_failure_set(&failure, CQA_FAILURE_INTERNAL, "%p", &error.message);
        end_with(slot, &failure);
    }
}

static void print_failure(struct run *run, const char *path, const struct cqa_failure *failure)
{
    char escaped[PATH_MAX * 4];

    cqa_escape_control(path, escaped, sizeof escaped);
    cqa_progress_clear(&run->progress);
    cqa_say(stderr, "%s: %s: %p", escaped, failure->reason, &failure->message);
    cqa_report_fail(&run->report, path, failure);
    run->unreadable++;
}

/* Hands on what the report has written. 0 when that failed, and stderr says why. */
static int flush(struct run *run)
{
    struct cqa_error error = {0};
    enum cqa_status status = CQA_OK;

    if (run->text.failed)
        status = cqa_fail(&error, CQA_E_LIMIT, "the report is too long, or memory ran out");
    if (status == CQA_OK)
        status = cqa_output_write(&run->output, run->text.text, run->text.length, &error);
    run->text.length = 0;
    if (status == CQA_OK)
        return 1;
    cqa_progress_clear(&run->progress);
    cqa_cli_fail(NAME, "%p", &error.message);
    return 0;
}

/* The outline of what will be drawn; without it the picture has no wave. */
static void read_outline(struct run *run, const struct cqa_result *result, struct cqa_peaks *peaks)
{
    const size_t count = cqa_report_peak_count(&run->report, result);
    const struct cqa_raw raw = cqa_audio_raw(&result->recording);
    struct cqa_failure failure = {0};
    const int fd = count > 0 ? cqa_open_recording(result->path, &failure) : -1;

    if (fd < 0)
        return;
    if (cqa_outline_read(run->engine, fd, result->path, &raw, result->recording.duration_ms, count,
                         peaks, &failure) != CQA_OK)
        *peaks = (struct cqa_peaks){0};
    close(fd);
}

static int write_result(struct run *run, const struct cqa_result *result)
{
    struct cqa_peaks peaks = {0};

    read_outline(run, result, &peaks);
    run->report.peaks = peaks.count > 0 ? &peaks : NULL;
    cqa_progress_clear(&run->progress);
    run->text.failed |= cqa_report_write(&run->report, result, &run->text) != CQA_OK;
    run->report.peaks = NULL;
    cqa_peaks_finish(&peaks);
    return flush(run);
}

/* Prints the slot whose turn it is. 0 when the output takes no more. */
static int print_next(struct run *run)
{
    const char *path = run->paths.items[run->printed];
    struct slot *slot = &run->slots[run->printed % run->window];
    struct cqa_error error = {0};
    int done = 1;

    if (slot->outcome.result != NULL &&
        cqa_complete(slot->outcome.result, path, &slot->identity.call, run->rubric,
                     run->show_digits, &error) == CQA_OK) {
        done = write_result(run, slot->outcome.result);
    } else {
        if (slot->outcome.result != NULL)
            cqa_failure_set(&slot->outcome.failure, CQA_FAILURE_INTERNAL, "%p", &error.message);
        print_failure(run, path, &slot->outcome.failure);
    }
    cqa_result_destroy(slot->outcome.result);
    cqa_arena_finish(&slot->arena);
    *slot = (struct slot){0};
    run->printed++;
    return done;
}

static void take_one(struct run *run)
{
    struct cqa_outcome outcome;

    if (cqa_workers_take(run->workers, 1000, &outcome)) {
        struct slot *slot = &run->slots[outcome.id % run->window];
        slot->outcome = outcome;
        slot->ended = 1;
    }
}

static int analyze_all(struct run *run)
{
    while (run->printed < run->paths.count) {
        while (run->submitted < run->paths.count && run->submitted < run->printed + run->window &&
               cqa_workers_idle(run->workers) > 0)
            submit(run, run->submitted++);
        while (run->printed < run->submitted && run->slots[run->printed % run->window].ended)
            if (!print_next(run))
                return 0;
        cqa_progress_draw(&run->progress, run->printed, run->paths.count);
        if (run->printed < run->submitted)
            take_one(run);
    }
    return 1;
}

/* The end of the report, then its head where it has one, and the whole in its place. */
static int end_report(struct run *run)
{
    struct cqa_error error = {0};

    run->text.failed |= cqa_report_end(&run->report, &run->text) != CQA_OK;
    if (!flush(run))
        return 0;
    run->text.failed |= cqa_report_head(&run->report, &run->text) != CQA_OK;
    const enum cqa_status status =
        run->text.failed
            ? cqa_fail(&error, CQA_E_NOMEM, "out of memory")
            : cqa_output_commit(&run->output, run->text.text, run->text.length, &error);
    if (status != CQA_OK)
        cqa_cli_fail(NAME, "%p", &error.message);
    return status == CQA_OK;
}

static int report_all(struct run *run, const struct cqa_analyze_options *options)
{
    char *folder = cqa_output_folder(&run->output);
    const int out = options->output == NULL ? STDOUT_FILENO : -1;
    const struct cqa_report_options report = {.format = options->format,
                                              .many = run->paths.count > 1,
                                              .zh = options->zh,
                                              .color = cqa_report_may_color(out),
                                              .columns = cqa_report_columns(out),
                                              .folder = folder};

    cqa_progress_start(&run->progress);
    run->text.failed |= cqa_report_begin(&run->report, &report, &run->text) != CQA_OK;
    const int done = flush(run) && analyze_all(run) && end_report(run);
    cqa_progress_clear(&run->progress);
    run->report.options.folder = NULL;
    free(folder);
    if (!done)
        return CQA_EXIT_FAILED;
    return run->unreadable > 0 ? CQA_EXIT_UNREADABLE : CQA_EXIT_DONE;
}

int cqa_cli_analyze(int argc, char **argv)
{
    struct cqa_analyze_options options;
    struct run run = {.text = {.limit = REPORT_BYTES_MAX}};
    struct cqa_error error = {0};
    int code = cqa_analyze_parse(argc, argv, &options);

    run.show_digits = options.show_digits;
    if (code >= 0)
        return code;
    code = prepare(&run, &options, argv + optind);
    if (code == CQA_EXIT_DONE &&
        cqa_output_open(&run.output, options.output, cqa_format_has_head(options.format), &error) !=
            CQA_OK)
        code = cqa_cli_fail(NAME, "%p", &error.message);
    if (code == CQA_EXIT_DONE) {
        cqa_paths_drop(&run.paths, run.output.target);
        code = report_all(&run, &options);
    }
    finish(&run);
    return code;
}
