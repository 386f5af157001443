/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa plot: one recording analysed and drawn, for people who look at one call. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "analysis/outline.h"
#include "analysis/worker.h"
#include "base/escape.h"
#include "base/models.h"
#include "base/say.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "pipeline/complete.h"
#include "recorder/profile.h"
#include "report/plot.h"
#include "rubric/rubric.h"

static const char NAME[] = "plot";

static const char HELP[] = CQA_N(
    "Usage: callqa plot [OPTION]... FILE -o PICTURE.png|PICTURE.svg\n"
    "Analyses one recording and draws it: waveforms and speech of each party, events, and every\n"
    "deduction with its seconds. Nothing is stored or sent.\n\n"
    "  -o, --output F        the picture; its ending says PNG or SVG\n"
    "  -r, --recorder NAME   what file names mean (default: generic; see models/recorders)\n"
    "  -R, --rubric F        a rubric's name or file (default: standard)\n"
    "  -z, --time-zone Z     of the times in file names (default: this machine's)\n"
    "  -l, --language L      en or zh (zh needs a font with Chinese, as fonts-noto-cjk)\n"
    "  -h, --help            this\n"
    "  -V, --version         versions of callqa and its libraries\n\n"
    "Example: callqa plot --recorder freepbx in-8001-….wav -o call.png");

/* Columns of the finest picture: a strip a row, two pixels a point, at most 12 strips. */
enum { PICTURE_BYTES_MAX = 1 << 28 };
enum { PEAKS_MAX = 12 * 2048, PEAKS_A_SECOND = 14, PEAKS_MIN = 2048 };

struct options {
    const char *recorder;
    const char *rubric;
    const char *time_zone;
    const char *output;
    const char *file;
    struct cqa_plot_options plot;
};

static int ends_with(const char *text, const char *ending)
{
    const size_t length = strlen(text);
    const size_t count = strlen(ending);

    return length > count && strcmp(text + length - count, ending) == 0;
}

/* -1: go on; else the exit code. */
static int check_arguments(int argc, char **argv, struct options *options)
{
    if (optind + 1 != argc)
        return cqa_cli_usage(NAME, optind < argc ? "takes one recording" : "no recording named");
    options->file = argv[optind];
    if (options->output == NULL)
        return cqa_cli_usage(NAME, "no picture named: -o PICTURE.png or -o PICTURE.svg");
    options->plot.svg = ends_with(options->output, ".svg");
    if (!options->plot.svg && !ends_with(options->output, ".png"))
        return cqa_cli_usage(NAME, "\"%s\" ends in neither .png nor .svg", options->output);
    return -1;
}

static int parse(int argc, char **argv, struct options *options)
{
    static const struct option longs[] = {
        {"output", required_argument, NULL, 'o'},
        {"recorder", required_argument, NULL, 'r'},
        {"rubric", required_argument, NULL, 'R'},
        {"time-zone", required_argument, NULL, 'z'},
        {"language", required_argument, NULL, 'l'},
        {"lang", required_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "o:r:R:z:l:hV", longs, NULL)) != -1) {
        switch (option) {
        case 'o':
            options->output = optarg;
            break;
        case 'r':
            options->recorder = optarg;
            break;
        case 'R':
            options->rubric = optarg;
            break;
        case 'z':
            options->time_zone = optarg;
            break;
        case 'l':
            if (cqa_cli_language(NAME, optarg, &options->plot.zh) >= 0)
                return CQA_EXIT_USAGE;
            break;
        default:
            return cqa_cli_other_option(NAME, HELP, option, argv);
        }
    }
    return check_arguments(argc, argv, options);
}

/* Whose call the file's name says it is. */
static int identify(const struct options *options, const struct cqa_engine *engine,
                    const char *path, struct cqa_arena *arena, struct cqa_call_identity *identity)
{
    struct cqa_problems problems = {0};
    struct cqa_error error = {0};
    struct cqa_recorder *recorder = NULL;
    struct cqa_zone *zone = NULL;
    char profile[PATH_MAX] = "";

    enum cqa_status status =
        cqa_recorder_load(options->recorder, &recorder, profile, &problems, &error);
    if (status == CQA_OK)
        status = cqa_zone_load(options->time_zone, &zone, &error);
    if (status == CQA_OK)
        status = cqa_recorder_identify(recorder, zone, path, arena, identity, &error);
    if (status == CQA_OK &&
        cqa_recorder_read_sidecar(recorder, cqa_engine_children(engine), zone, path, arena,
                                  identity, NULL, &error) != CQA_OK)
        cqa_say(stderr, "callqa plot: the recording's metadata is not used: %p", &error.message);
    if (problems.count > 0)
        cqa_problems_print(&problems, profile, cqa_say_language(), stderr);
    else if (status != CQA_OK)
        cqa_cli_fail(NAME, "%p", &error.message);
    cqa_problems_finish(&problems);
    cqa_zone_destroy(zone);
    cqa_recorder_destroy(recorder);
    return status == CQA_OK ? CQA_EXIT_DONE : CQA_EXIT_INVALID;
}

static int load_rubric(const char *name, struct cqa_rubric **rubric)
{
    struct cqa_problems problems = {0};
    struct cqa_error error = {0};
    char path[PATH_MAX];

    if (cqa_models_find("rubrics", name, path, sizeof path, &error) != CQA_OK) {
        cqa_cli_fail(NAME, "%p", &error.message);
        return CQA_EXIT_INVALID;
    }
    *rubric = cqa_rubric_load(path, &problems);
    if (*rubric == NULL)
        cqa_problems_print(&problems, path, cqa_say_language(), stderr);
    cqa_problems_finish(&problems);
    return *rubric != NULL ? CQA_EXIT_DONE : CQA_EXIT_INVALID;
}

static int report_failure(const char *path, const struct cqa_failure *failure)
{
    char escaped[PATH_MAX * 4];

    cqa_escape_control(path, escaped, sizeof escaped);
    cqa_say(stderr, "%s: %s: %p", escaped, failure->reason, &failure->message);
    return CQA_EXIT_UNREADABLE;
}

/* One recording through one worker. NULL, and `error` or `outcome->failure` says why. */
static enum cqa_status analyze(const struct cqa_engine *engine, int fd, const char *path,
                               const struct cqa_call *call, struct cqa_outcome *outcome,
                               struct cqa_error *error)
{
    const struct cqa_workers_config config = {.count = 1};
    const struct cqa_job job = {.fd = fd, .name = path, .lines = call->lines};
    struct cqa_workers *workers = NULL;

    enum cqa_status status = cqa_workers_create(&workers, engine, &config, error);
    if (status == CQA_OK)
        status = cqa_workers_submit(workers, &job, error);
    if (status == CQA_OK)
        while (!cqa_workers_take(workers, 1000, outcome))
            continue;
    cqa_workers_destroy(workers);
    return status;
}

static size_t peak_count(int64_t duration_ms)
{
    const int64_t count = duration_ms * PEAKS_A_SECOND / 1000;

    return count < PEAKS_MIN ? PEAKS_MIN : count > PEAKS_MAX ? PEAKS_MAX : (size_t)count;
}

static int draw(const struct options *options, const struct cqa_engine *engine, int fd,
                const struct cqa_result *result, struct cqa_output *output)
{
    const int64_t duration_ms = result->recording.duration_ms;
    const struct cqa_legs legs = cqa_audio_legs(&result->recording);
    const int fds[CQA_LEGS] = {fd, -1};
    const char *const names[CQA_LEGS] = {result->path, NULL};
    struct cqa_failure failure = {0};
    struct cqa_error error = {0};
    struct cqa_buffer picture = {.limit = PICTURE_BYTES_MAX};
    struct cqa_peaks peaks;
    size_t missing = 0;

    if (cqa_outline_read(engine, fds, names, &legs, duration_ms, peak_count(duration_ms), &peaks,
                         &failure) != CQA_OK)
        return report_failure(result->path, &failure);
    enum cqa_status status =
        cqa_plot_write(result, &peaks, &options->plot, &picture, &missing, &error);
    if (status == CQA_OK)
        status = cqa_output_commit(output, picture.text, picture.length, &error);
    cqa_buffer_finish(&picture);
    cqa_peaks_finish(&peaks);
    if (status != CQA_OK)
        return cqa_cli_fail(NAME, "%p", &error.message);
    if (missing > 0)
        cqa_say(stderr, "callqa plot: no font for %zu characters; install one, as fonts-noto-cjk",
                missing);
    return CQA_EXIT_DONE;
}

static int plot(const struct options *options, const struct cqa_engine *engine, const char *path,
                const struct cqa_call *call, const struct cqa_rubric *rubric,
                struct cqa_output *output)
{
    struct cqa_failure failure = {0};
    struct cqa_error error = {0};
    struct cqa_outcome outcome = {0};
    int code;
    const int fd = cqa_open_recording(path, &failure);

    if (fd < 0)
        return report_failure(path, &failure);
    enum cqa_status status = analyze(engine, fd, path, call, &outcome, &error);
    if (status == CQA_OK && outcome.result == NULL) {
        code = report_failure(path, &outcome.failure);
    } else {
        if (status == CQA_OK)
            status = cqa_complete(outcome.result, path, call, rubric, 0, &error);
        code = status == CQA_OK ? draw(options, engine, fd, outcome.result, output)
                                : cqa_cli_fail(NAME, "%p", &error.message);
    }
    cqa_result_destroy(outcome.result);
    close(fd);
    return code;
}

int cqa_cli_plot(int argc, char **argv)
{
    struct options options = {
        .recorder = "generic", .rubric = "standard", .plot.zh = cqa_say_language() == CQA_CHINESE};
    struct cqa_arena arena = {0};
    struct cqa_call_identity identity = {0};
    struct cqa_rubric *rubric = NULL;
    struct cqa_engine *engine = NULL;
    struct cqa_output output = {0};
    struct cqa_error error = {0};
    int code = parse(argc, argv, &options);

    if (code >= 0)
        return code;
    char *path = realpath(options.file, NULL);
    const char *shown = path != NULL ? path : options.file; /* opening it will say what is wrong */
    if (cqa_engine_create(&engine, CQA_ZYGOTE_FORKED, &error) != CQA_OK)
        code = cqa_cli_fail(NAME, "%p", &error.message);
    else
        code = identify(&options, engine, shown, &arena, &identity);
    if (code == CQA_EXIT_DONE)
        code = load_rubric(options.rubric, &rubric);
    if (code == CQA_EXIT_DONE && cqa_output_open(&output, options.output, 0, &error) != CQA_OK)
        code = cqa_cli_fail(NAME, "%p", &error.message);
    if (code == CQA_EXIT_DONE)
        code = plot(&options, engine, shown, &identity.call, rubric, &output);
    cqa_output_close(&output);
    cqa_rubric_destroy(rubric);
    cqa_engine_destroy(engine);
    cqa_arena_finish(&arena);
    free(path);
    return code;
}
