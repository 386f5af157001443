/* callqa sweep: everything in the watched folders that has no result yet, once. */
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include "base/clock.h"
#include "base/log.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "pipeline/config.h"
#include "pipeline/pipeline.h"
#include "pipeline/preview.h"
#include "recorder/zone.h"

static const char NAME[] = "sweep";

static const char HELP[] =
    "Usage: callqa sweep --config FILE [OPTION]...\n"
    "Analyses and posts every recording in the watched folders that has no result yet. Shares the\n"
    "store with callqad, which may run: no recording is done twice.\n\n"
    "  -c, --config FILE     the daemon's configuration\n"
    "  -s, --since DATE      only recordings changed since, as 2025-11-20 or 2025-11-20T08:00:00\n"
    "  -n, --dry-run         only print what would be analysed\n"
    "  -a, --again           also what another version of the analyzer has judged\n"
    "  -h, --help            this\n"
    "  -V, --version         versions of callqa and its libraries\n\n"
    "Exit codes: 0 done; 3 some recordings could not be read; 4 configuration invalid; 5 the "
    "server\n"
    "is out of reach, results are kept and sent by the next run or by callqad.\n"
    "Example: callqa sweep --config /etc/callqa/callqad.yaml --since 2025-11-20\n";

enum { FAILURES_MAX = 3, STATUS_MS = 250 };

struct options {
    const char *config;
    int64_t since_ms;
    int dry_run;
    int again;
};

/* A day or a second of this machine's time zone. */
static int parse_since(const char *text, int64_t *out_ms)
{
    struct cqa_zone *zone = NULL;
    int year, month, day, hour = 0, minute = 0, second = 0;
    int end = 0;
    int64_t local_s;

    // NOLINTNEXTLINE(cert-err34-c): the count says it all, and no field has room to overflow
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3)
        return 0;
    if (text[end] == 'T') {
        text += end;
        // NOLINTNEXTLINE(cert-err34-c)
        if (sscanf(text, "T%2d:%2d:%2d%n", &hour, &minute, &second, &end) != 3)
            return 0;
    }
    if (text[end] != '\0' || !cqa_zone_civil_s(year, month, day, hour, minute, second, &local_s) ||
        cqa_zone_load(NULL, &zone, NULL) != CQA_OK)
        return 0;
    *out_ms = cqa_zone_from_local(zone, local_s) * 1000;
    cqa_zone_destroy(zone);
    return 1;
}

/* -1: go on; else the exit code. */
static int parse(int argc, char **argv, struct options *options)
{
    static const struct option longs[] = {
        {"config", required_argument, NULL, 'c'},
        {"since", required_argument, NULL, 's'},
        {"dry-run", no_argument, NULL, 'n'},
        {"again", no_argument, NULL, 'a'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "c:s:nahV", longs, NULL)) != -1) {
        switch (option) {
        case 'c':
            options->config = optarg;
            break;
        case 's':
            if (!parse_since(optarg, &options->since_ms))
                return cqa_cli_usage(
                    NAME, "--since takes 2025-11-20 or 2025-11-20T08:00:00, not \"%s\"", optarg);
            break;
        case 'n':
            options->dry_run = 1;
            break;
        case 'a':
            options->again = 1;
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
    if (options->config == NULL || optind < argc)
        return cqa_cli_usage(NAME, options->config == NULL ? "no --config" : "no such argument");
    return -1;
}

/* --- one run --- */

static void wait_for(const struct cqa_pipeline *pipeline, int64_t timeout_ms)
{
    int fds[CQA_PIPELINE_FDS_MAX];
    struct pollfd polled[CQA_PIPELINE_FDS_MAX];
    const size_t count = cqa_pipeline_fds(pipeline, fds);

    for (size_t i = 0; i < count; i++)
        polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    poll(polled, (nfds_t)count, (int)(timeout_ms < 1000 ? timeout_ms : 1000));
}

/* The server has had its chances, once all else is done. */
static int is_unreachable(const struct cqa_pipeline_status *status)
{
    return status->unsent > 0 && (status->halted || status->server_failures >= FAILURES_MAX);
}

static int is_over(const struct cqa_pipeline_status *status)
{
    return status->analysed_all && (status->sent_all || is_unreachable(status));
}

/* 0 when the store gave up. */
static int turn_until_over(struct cqa_pipeline *pipeline, struct cqa_pipeline_status *status)
{
    struct cqa_progress progress;
    int64_t looked_ms = INT64_MIN;

    cqa_progress_start(&progress);
    for (;;) {
        const int64_t next_ms = cqa_pipeline_turn(pipeline);
        const int64_t now_ms = cqa_clock_monotonic_ms(&cqa_clock_system);
        if (next_ms < 0)
            return 0;
        if (looked_ms == INT64_MIN || now_ms - looked_ms >= STATUS_MS) {
            cqa_pipeline_status(pipeline, status);
            const size_t done = (size_t)(status->analysed + status->failed);
            cqa_progress_draw(&progress, done, done + status->waiting + status->running);
            if (is_over(status))
                break;
            looked_ms = now_ms;
        }
        wait_for(pipeline, next_ms < STATUS_MS ? next_ms : STATUS_MS);
    }
    cqa_progress_clear(&progress);
    return 1;
}

static void print_summary(const struct cqa_config *config, const struct cqa_pipeline_status *status)
{
    printf("analysed    %" PRIu64 "\n", status->analysed);
    printf("unreadable  %" PRIu64 "\n", status->failed);
    for (size_t i = 0; i < CQA_FAILED_REASONS_MAX && status->reasons[i].reason[0] != '\0'; i++)
        printf("  %-18s %" PRIu64 "\n", status->reasons[i].reason, status->reasons[i].count);
    if (config->posts) {
        printf("posted      %" PRIu64 "\n", status->delivered);
        printf("refused     %" PRIu64 "\n", status->refused);
        printf("unsent      %zu\n", status->unsent);
    }
    printf("pending     %zu\n", status->waiting);
    if (status->trouble[0] != '\0')
        fprintf(stderr, "callqa sweep: %s\n", status->trouble);
}

static int run(const struct cqa_config *config, const struct options *options)
{
    const struct cqa_pipeline_options wants = {.since_ms = options->since_ms,
                                               .again = options->again};
    struct cqa_pipeline_status status = {0};
    struct cqa_pipeline *pipeline = NULL;
    struct cqa_engine *engine = NULL;
    struct cqa_error error = {0};
    int code = CQA_EXIT_DONE;

    signal(SIGPIPE, SIG_IGN);
    enum cqa_status made = cqa_engine_create(&engine, &error);
    if (made == CQA_OK)
        made = cqa_pipeline_create(&pipeline, config, engine, &cqa_clock_system, &wants, &error);
    if (made != CQA_OK) {
        code = cqa_cli_fail(NAME, "%s", error.text);
    } else if (!turn_until_over(pipeline, &status)) {
        code = cqa_cli_fail(NAME, "the store gave up");
    } else {
        print_summary(config, &status);
        if (is_unreachable(&status))
            code = CQA_EXIT_SPOOLED;
        else if (status.failed > 0)
            code = CQA_EXIT_UNREADABLE;
    }
    cqa_pipeline_destroy(pipeline);
    cqa_engine_destroy(engine);
    return code;
}

/* --- dry run --- */

static int print_one(void *context, const char *path, const char *why)
{
    size_t *count = context;

    printf("%s\t%s\n", cqa_log_private(path), why);
    (*count)++;
    return 1;
}

static int preview(const struct cqa_config *config, const struct options *options)
{
    struct cqa_error error = {0};
    size_t count = 0;

    if (cqa_preview(config, options->since_ms, print_one, &count, &error) != CQA_OK)
        return cqa_cli_fail(NAME, "%s", error.text);
    fprintf(stderr, "%zu recordings would be analysed\n", count);
    return CQA_EXIT_DONE;
}

int cqa_cli_sweep(int argc, char **argv)
{
    struct options options = {0};
    struct cqa_config config;
    struct cqa_problems problems = {0};
    int code = parse(argc, argv, &options);

    if (code >= 0)
        return code;
    if (cqa_config_load(&config, options.config, &problems)) {
        code = options.dry_run ? preview(&config, &options) : run(&config, &options);
    } else {
        cqa_problems_print(&problems, options.config, stderr);
        code = CQA_EXIT_INVALID;
    }
    cqa_problems_finish(&problems);
    cqa_config_finish(&config);
    return code;
}
