/* callqa analyze: files and folders in, reports out, in the order of the arguments. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "analysis/worker.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/models.h"
#include "cli/cli.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "pipeline/complete.h"
#include "recorder/profile.h"
#include "report/format.h"
#include "rubric/rubric.h"

static const char NAME[] = "analyze";

static const char HELP[] =
    "Usage: callqa analyze [OPTION]... PATH...\n"
    "Analyses recordings (files, or folders with everything below) and prints what happened in\n"
    "them and what it costs by the rubric. Nothing is stored or sent.\n\n"
    "  -r, --recorder NAME   what file names mean (default: generic; see models/recorders)\n"
    "  -R, --rubric F        a rubric's name or file (default: standard)\n"
    "  -z, --time-zone Z     of the times in file names (default: this machine's)\n"
    "  -f, --format F        text, json, jsonl, csv, rttm, audacity, webvtt, contact-lens\n"
    "  -l, --language L      en or zh: of rules and reasons in text\n"
    "  -d, --show-digits     keyed digits as they are, not masked: they may be card numbers\n"
    "  -j, --jobs N          recordings at a time (default: one a processor)\n"
    "  -h, --help            this\n"
    "  -V, --version         versions of callqa and its libraries\n\n"
    "A recording that cannot be read is named on stderr, the others are done; exit code 3.\n"
    "Example: callqa analyze --recorder freepbx --format csv /var/spool/asterisk/monitor\n";

enum { WINDOW_PER_WORKER = 16, WORKERS_MAX = 256, REPORT_BYTES_MAX = 1 << 30 };

struct options {
    const char *recorder;
    const char *rubric;
    const char *time_zone;
    enum cqa_format format;
    int zh;
    int show_digits;
    int jobs;
};

/* One recording between its submission and its turn to be printed. */
struct slot {
    struct cqa_arena arena; /* of the identity */
    struct cqa_identity identity;
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
    struct cqa_buffer text;
    struct cqa_progress progress;
};

static int default_jobs(void)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);

    return processors < 1 ? 1 : processors > WORKERS_MAX ? WORKERS_MAX : (int)processors;
}

static int parse_jobs(const char *text, int *jobs)
{
    char *end;
    const long value = strtol(text, &end, 10);

    if (*text == '\0' || *end != '\0' || value < 1 || value > WORKERS_MAX)
        return 0;
    *jobs = (int)value;
    return 1;
}

/* -1: go on; else the exit code. */
static int parse(int argc, char **argv, struct options *options)
{
    static const struct option longs[] = {
        {"recorder", required_argument, NULL, 'r'},  {"rubric", required_argument, NULL, 'R'},
        {"time-zone", required_argument, NULL, 'z'}, {"format", required_argument, NULL, 'f'},
        {"language", required_argument, NULL, 'l'},  {"show-digits", no_argument, NULL, 'd'},
        {"jobs", required_argument, NULL, 'j'},      {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},         {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "r:R:z:f:l:dj:hV", longs, NULL)) != -1) {
        switch (option) {
        case 'r':
            options->recorder = optarg;
            break;
        case 'R':
            options->rubric = optarg;
            break;
        case 'z':
            options->time_zone = optarg;
            break;
        case 'f':
            options->format = cqa_format_find(optarg);
            if (options->format == CQA_FORMAT_COUNT)
                return cqa_cli_usage(NAME, "no format \"%s\"", optarg);
            break;
        case 'l':
            options->zh = strcmp(optarg, "zh") == 0;
            if (!options->zh && strcmp(optarg, "en") != 0)
                return cqa_cli_usage(NAME, "--language is en or zh, not \"%s\"", optarg);
            break;
        case 'd':
            options->show_digits = 1;
            break;
        case 'j':
            if (!parse_jobs(optarg, &options->jobs))
                return cqa_cli_usage(NAME, "-j takes 1 to %d, not \"%s\"", WORKERS_MAX, optarg);
            break;
        case 'h':
            fputs(HELP, stdout);
            return CQA_EXIT_DONE;
        case 'V':
            cqa_cli_print_version();
            return CQA_EXIT_DONE;
        default:
            return cqa_cli_usage(NAME, "bad option");
        }
    }
    return optind < argc ? -1 : cqa_cli_usage(NAME, "no recording named");
}

/* CQA_EXIT_DONE when everything that analysis needs is there. */
static int prepare(struct run *run, const struct options *options, char *const *arguments)
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
            cqa_problems_print(&problems, file, stderr);
        else
            cqa_cli_fail(NAME, "%s", error.text);
        cqa_problems_finish(&problems);
        return CQA_EXIT_INVALID;
    }
    cqa_problems_finish(&problems);
    status = cqa_paths_collect(&run->paths, run->recorder, arguments, &error);
    if (status == CQA_OK)
        status = cqa_engine_create(&run->engine, &error);
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
    return status == CQA_OK ? CQA_EXIT_DONE : cqa_cli_fail(NAME, "%s", error.text);
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
    if (status == CQA_OK && cqa_recorder_read_sidecar(run->recorder, run->zone, path, &slot->arena,
                                                      &slot->identity, NULL, &error) != CQA_OK)
        fprintf(stderr, "%s: its metadata is not used: %s\n", cqa_log_private(path), error.text);
    const struct cqa_job job = {
        .id = index, .fd = fd, .name = path, .lines = slot->identity.call.lines};
    if (status == CQA_OK)
        status = cqa_workers_submit(run->workers, &job, &error);
    close(fd);
    if (status != CQA_OK) {
        cqa_failure_set(&failure, CQA_FAILURE_INTERNAL, "%s", error.text);
        end_with(slot, &failure);
    }
}

static void print_failure(struct run *run, const char *path, const struct cqa_failure *failure)
{
    char escaped[PATH_MAX * 4];

    cqa_escape_control(path, escaped, sizeof escaped);
    cqa_progress_clear(&run->progress);
    fprintf(stderr, "%s: %s: %s\n", escaped, failure->reason, failure->text);
    run->unreadable++;
}

static int flush(struct run *run)
{
    const size_t length = run->text.length;
    const size_t written = length > 0 ? fwrite(run->text.text, 1, length, stdout) : 0;
    const int done = written == length && fflush(stdout) == 0 && !run->text.failed;

    run->text.length = 0;
    return done;
}

/* Prints the slot whose turn it is. 0 when stdout takes no more. */
static int print_next(struct run *run)
{
    const char *path = run->paths.items[run->printed];
    struct slot *slot = &run->slots[run->printed % run->window];
    struct cqa_error error = {0};
    int done = 1;

    if (slot->outcome.result != NULL &&
        cqa_complete(slot->outcome.result, path, &slot->identity.call, run->rubric,
                     run->show_digits, &error) == CQA_OK) {
        cqa_progress_clear(&run->progress);
        done = cqa_report_write(&run->report, slot->outcome.result, &run->text) == CQA_OK &&
               flush(run);
    } else {
        if (slot->outcome.result != NULL)
            cqa_failure_set(&slot->outcome.failure, CQA_FAILURE_INTERNAL, "%s", error.text);
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

int cqa_cli_analyze(int argc, char **argv)
{
    struct options options = {.recorder = "generic", .rubric = "standard", .jobs = default_jobs()};
    struct run run = {.text = {.limit = REPORT_BYTES_MAX}};
    int code = parse(argc, argv, &options);

    run.show_digits = options.show_digits;
    if (code >= 0)
        return code;
    code = prepare(&run, &options, argv + optind);
    if (code == CQA_EXIT_DONE) {
        const struct cqa_report_options report = {.format = options.format,
                                                  .many = run.paths.count > 1,
                                                  .zh = options.zh,
                                                  .color = cqa_report_may_color(STDOUT_FILENO),
                                                  .columns = cqa_report_columns(STDOUT_FILENO)};
        cqa_progress_start(&run.progress);
        const int printed = cqa_report_begin(&run.report, &report, &run.text) == CQA_OK &&
                            analyze_all(&run) && cqa_report_end(&run.report, &run.text) == CQA_OK &&
                            flush(&run);
        cqa_progress_clear(&run.progress);
        if (!printed)
            code = cqa_cli_fail(NAME, "cannot write the report");
        else if (run.unreadable > 0)
            code = CQA_EXIT_UNREADABLE;
    }
    finish(&run);
    return code;
}
