/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa analyze: files and folders in, reports out, in the order of the arguments. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
#include "cli/pairs.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "pipeline/complete.h"
#include "recorder/leg.h"
#include "recorder/profile.h"
#include "report/format.h"
#include "rubric/rubric.h"

static const char NAME[] = "analyze";

enum { WINDOW_PER_WORKER = 16, REPORT_BYTES_MAX = 1 << 30 };

/* One recording between its submission and its turn to be printed. */
struct slot {
    struct cqa_arena arena; /* of the identity */
    struct cqa_call_identity identity;
    struct cqa_call call;           /* its own, or that of both files */
    const char *leg_path[CQA_LEGS]; /* of both; NULL where it is analysed alone */
    struct cqa_outcome outcome;
    int ended;
    int waits;  /* for the outcome of the call's first file */
    int silent; /* it went into that call: nothing is to be printed */
};

/* What became of a pair, by the index of its first path. */
enum pairing { PAIR_OPEN, PAIR_JOINED, PAIR_APART };

struct run {
    struct cqa_recorder *recorder;
    struct cqa_zone *zone;
    struct cqa_rubric *rubric;
    struct cqa_engine *engine;
    struct cqa_workers *workers;
    struct cqa_paths paths;
    size_t *partner;        /* of each path, or CQA_PAIRS_NONE */
    unsigned char *pairing; /* of each path, enum pairing */
    const struct cqa_analyze_options *options;
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

/* Two legs that were named are a pair whatever their names say. */
static enum cqa_status collect_paths(struct run *run, char *const *arguments,
                                     struct cqa_error *error)
{
    char *const *legs = run->options->legs;
    char *const named[] = {legs[0], legs[1], NULL};
    enum cqa_status status =
        cqa_paths_collect(&run->paths, run->recorder, legs[0] != NULL ? named : arguments, error);

    if (status == CQA_OK)
        status = cqa_pairs_find(run->recorder, run->zone, &run->paths, &run->partner, error);
    if (status == CQA_OK) {
        run->pairing = calloc(run->paths.count + 1, sizeof *run->pairing);
        if (run->pairing == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    if (status != CQA_OK || legs[0] == NULL)
        return status;
    if (run->paths.count != CQA_LEGS)
        return cqa_fail(error, CQA_E_BADDATA, "--leg takes a file, not a folder");
    run->partner[0] = 1;
    run->partner[1] = 0;
    return CQA_OK;
}

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
    run->options = options;
    status = collect_paths(run, arguments, &error);
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
    free(run->partner);
    free(run->pairing);
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

/* Whose call it is, by name and sidecar. */
static enum cqa_status identify(struct run *run, const char *path, struct cqa_arena *arena,
                                struct cqa_call_identity *identity, struct cqa_error *error)
{
    enum cqa_status status =
        cqa_recorder_identify(run->recorder, run->zone, path, arena, identity, error);

    if (status == CQA_OK &&
        cqa_recorder_read_sidecar(run->recorder, cqa_engine_children(run->engine), run->zone, path,
                                  arena, identity, NULL, error) != CQA_OK)
        cqa_say(stderr, "%s: its metadata is not used: %p", cqa_log_private(path), &error->message);
    return status;
}

static int64_t mtime_ms(int fd)
{
    struct stat facts;

    if (fstat(fd, &facts) != 0)
        return 0;
    return (int64_t)facts.st_mtim.tv_sec * 1000 + facts.st_mtim.tv_nsec / 1000000;
}

/* The order that was typed counts only where the names say nothing. */
static void tell_turned(struct run *run, const char *path)
{
    char escaped[PATH_MAX * 4];

    cqa_escape_control(path, escaped, sizeof escaped);
    cqa_progress_clear(&run->progress);
    cqa_say(stderr, "%s: named first, but by its name not the first party's: the names count",
            escaped);
}

/* Which of two files is channel 0, and what call they are. Of files that were named as legs, and
 * that the profile knows nothing of, the first is the agent's. */
static void join(struct run *run, struct cqa_leg_file files[CQA_LEGS], struct slot *slot,
                 struct cqa_align_order *align)
{
    const int pair = cqa_recorder_is_pair(&files[0], &files[1]);

    if (pair == 2) {
        const struct cqa_leg_file first = files[1];
        if (run->options->legs[0] != NULL)
            tell_turned(run, files[0].path);
        files[1] = files[0];
        files[0] = first;
    }
    if (pair != 0) {
        cqa_recorder_join(run->recorder, &files[0], &files[1], &slot->call, align);
    } else {
        *align = (struct cqa_align_order){CQA_STARTS_UNKNOWN, 0};
        slot->call = files[0].identity->call;
        slot->call.lines.leg = CQA_LEG_NONE;
        slot->call.lines.agent_channel = 0;
        slot->call.lines.roles_unknown = 0;
    }
    if (run->options->offset_told)
        *align = (struct cqa_align_order){CQA_STARTS_TOLD, pair == 2 ? -run->options->offset_ms
                                                                     : run->options->offset_ms};
    slot->leg_path[0] = files[0].path;
    slot->leg_path[1] = files[1].path;
}

/* Hands both files of the call to one worker. */
static enum cqa_status submit_pair(struct run *run, size_t index, int fd, struct cqa_error *error)
{
    struct slot *slot = &run->slots[index % run->window];
    const char *path = run->paths.items[index];
    const char *second = run->paths.items[run->partner[index]];
    struct cqa_call_identity identity;
    struct cqa_failure failure = {0};
    const int other_fd = cqa_open_recording(second, &failure);

    if (other_fd < 0) { /* its own turn says why */
        run->pairing[index] = PAIR_APART;
        return CQA_E_NOTFOUND;
    }
    enum cqa_status status = identify(run, second, &slot->arena, &identity, error);
    if (status == CQA_OK) {
        struct cqa_job_other other;
        struct cqa_leg_file files[CQA_LEGS] = {{path, &slot->identity, mtime_ms(fd)},
                                               {second, &identity, mtime_ms(other_fd)}};
        join(run, files, slot, &other.align);
        const int turned = files[0].path == second;
        other.fd = turned ? fd : other_fd;
        other.name = slot->leg_path[1];
        const struct cqa_job job = {.id = index,
                                    .fd = turned ? other_fd : fd,
                                    .name = slot->leg_path[0],
                                    .lines = slot->call.lines,
                                    .other = &other};
        status = cqa_workers_submit(run->workers, &job, error);
    }
    close(other_fd);
    return status;
}

/* One file alone. What a person named as a leg is one, whatever its name says. */
static enum cqa_status submit_alone(struct run *run, size_t index, int fd, struct cqa_error *error)
{
    struct slot *slot = &run->slots[index % run->window];

    slot->call = slot->identity.call;
    slot->leg_path[0] = slot->leg_path[1] = NULL;
    if (run->options->legs[0] != NULL && slot->call.lines.leg == CQA_LEG_NONE)
        slot->call.lines.leg = index == 0 ? CQA_LEG_AGENT : CQA_LEG_CUSTOMER;
    const struct cqa_job job = {
        .id = index, .fd = fd, .name = run->paths.items[index], .lines = slot->call.lines};
    return cqa_workers_submit(run->workers, &job, error);
}

/* The path by whose index a pair is known: its first. */
static size_t first_of(const struct run *run, size_t index)
{
    const size_t other = run->partner[index];

    return other < index ? other : index;
}

static int is_open_pair(const struct run *run, size_t index)
{
    return run->partner[index] != CQA_PAIRS_NONE && run->pairing[first_of(run, index)] == PAIR_OPEN;
}

/* Hands path `index` to a worker, with its pair; what cannot be opened ends here. */
static void submit(struct run *run, size_t index)
{
    struct slot *slot = &run->slots[index % run->window];
    const char *path = run->paths.items[index];
    struct cqa_failure failure = {0};
    struct cqa_error error = {0};

    cqa_arena_finish(&slot->arena);
    *slot = (struct slot){0};
    const int fd = cqa_open_recording(path, &failure);
    if (fd < 0) {
        if (run->partner[index] != CQA_PAIRS_NONE)
            run->pairing[first_of(run, index)] = PAIR_APART;
        end_with(slot, &failure);
        return;
    }
    enum cqa_status status = identify(run, path, &slot->arena, &slot->identity, &error);
    if (status == CQA_OK && is_open_pair(run, index))
        status = submit_pair(run, index, fd, &error);
    if (status == CQA_E_NOTFOUND || (status == CQA_OK && !is_open_pair(run, index)))
        status = submit_alone(run, index, fd, &error);
    close(fd);
    if (status != CQA_OK) {
        cqa_failure_set(&failure, CQA_FAILURE_INTERNAL, "%p", &error.message);
        end_with(slot, &failure);
    }
}

/* The turn of path `index`: the second of a pair goes with the first, or waits for what becomes of
 * it. */
static void begin(struct run *run, size_t index)
{
    struct slot *slot = &run->slots[index % run->window];

    if (run->partner[index] >= index) { /* none, or it is the first */
        submit(run, index);
        return;
    }
    *slot = (struct slot){0};
    const unsigned char pairing = run->pairing[run->partner[index]];
    slot->waits = pairing == PAIR_OPEN;
    slot->ended = slot->silent = pairing == PAIR_JOINED;
    if (pairing == PAIR_APART)
        submit(run, index);
}

/* What a pair came to. 1: its first file is to be analysed alone. */
static int end_pair(struct run *run, size_t index, const struct cqa_outcome *outcome)
{
    const size_t other = run->partner[index];
    struct slot *second = &run->slots[other % run->window];
    const int is_here = other < run->submitted;

    if (!is_open_pair(run, index))
        return 0;
    const int joined = outcome->result != NULL;
    run->pairing[index] = joined ? PAIR_JOINED : PAIR_APART;
    if (is_here && joined)
        second->ended = second->silent = 1;
    if (joined)
        return 0;
    char escaped[2][PATH_MAX * 4]; /* nobody knows which of them it is */
    cqa_escape_control(run->paths.items[index], escaped[0], sizeof escaped[0]);
    cqa_escape_control(run->paths.items[other], escaped[1], sizeof escaped[1]);
    cqa_progress_clear(&run->progress);
    cqa_say(stderr, "%s and %s: %p; each is analysed by itself", escaped[0], escaped[1],
            &outcome->failure.message);
    return 1;
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
    const struct cqa_legs legs = cqa_audio_legs(&result->recording);
    const char *const paths[CQA_LEGS] = {legs.joined ? result->leg_path[0] : result->path,
                                         result->leg_path[1]};
    struct cqa_failure failure = {0};
    int fd[CQA_LEGS] = {-1, -1};

    if (count > 0)
        fd[0] = cqa_open_recording(paths[0], &failure);
    if (fd[0] >= 0 && legs.joined)
        fd[1] = cqa_open_recording(paths[1], &failure);
    if (fd[0] < 0 || (legs.joined && fd[1] < 0) ||
        cqa_outline_read(run->engine, fd, paths, &legs, result->recording.duration_ms, count, peaks,
                         &failure) != CQA_OK)
        *peaks = (struct cqa_peaks){0};
    for (int i = 0; i < CQA_LEGS; i++)
        if (fd[i] >= 0)
            close(fd[i]);
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

static enum cqa_status complete(struct run *run, struct slot *slot, const char *path,
                                struct cqa_error *error)
{
    struct cqa_result *result = slot->outcome.result;

    if (slot->leg_path[0] != NULL) {
        if (cqa_complete_legs(result, slot->leg_path, error) != CQA_OK)
            return CQA_E_NOMEM;
        path = slot->leg_path[0];
    }
    return cqa_complete(result, path, &slot->call, run->rubric, run->show_digits, error);
}

/* Prints the slot whose turn it is. 0 when the output takes no more. */
static int print_next(struct run *run)
{
    const char *path = run->paths.items[run->printed];
    struct slot *slot = &run->slots[run->printed % run->window];
    struct cqa_error error = {0};
    int done = 1;

    if (slot->outcome.result != NULL && complete(run, slot, path, &error) == CQA_OK) {
        done = write_result(run, slot->outcome.result);
    } else if (!slot->silent) {
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

    if (!cqa_workers_take(run->workers, 1000, &outcome))
        return;
    if (end_pair(run, (size_t)outcome.id, &outcome)) {
        submit(run, (size_t)outcome.id);
        return;
    }
    struct slot *slot = &run->slots[outcome.id % run->window];
    slot->outcome = outcome;
    slot->ended = 1;
}

/* Begins the next path that can be: one whose pair came to nothing, else a new one. 0: none. */
static int begin_next(struct run *run)
{
    for (size_t i = run->printed; i < run->submitted; i++) {
        struct slot *slot = &run->slots[i % run->window];
        if (!slot->waits || run->pairing[first_of(run, i)] != PAIR_APART)
            continue;
        submit(run, i);
        return 1;
    }
    if (run->submitted == run->paths.count || run->submitted == run->printed + run->window)
        return 0;
    begin(run, run->submitted++);
    return 1;
}

static int analyze_all(struct run *run)
{
    while (run->printed < run->paths.count) {
        while (cqa_workers_idle(run->workers) > 0 && begin_next(run))
            continue;
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
