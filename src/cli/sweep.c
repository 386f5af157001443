/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa sweep: everything in the watched folders that has no result yet, once. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/say.h"
#include "cli/cli.h"
#include "cli/configured.h"
#include "cli/compare.h"
#include "cli/progress.h"
#include "pipeline/again.h"
#include "pipeline/config.h"
#include "pipeline/pipeline.h"
#include "pipeline/preview.h"
#include "recorder/zone.h"

static const char NAME[] = "sweep";

static const char HELP[] = CQA_N(
    "Usage: callqa sweep --config FILE [OPTION]...\n"
    "Analyses and posts every recording in the watched folders that has no result yet. Shares the\n"
    "store with callqad, which may run: no recording is done twice.\n\n"
    "  -c, --config FILE     the daemon's configuration\n"
    "  -s, --since DATE      only recordings that began since, as 2025-11-20 or "
    "2025-11-20T08:00:00\n"
    "                        by the folder's time_zone; what does not say when it began goes by "
    "when\n"
    "                        its file changed\n"
    "  -u, --until DATE      only recordings that began before\n"
    "  -P, --path FOLDER     only recordings in this folder\n"
    "  -R, --recorder NAME   only folders with this recorder's profile\n"
    "  -n, --dry-run         only print what would be analysed, and why\n"
    "  -r, --redo            also what has a result that is not made from what there is now: "
    "program,\n"
    "                        models, rules, rubric, recorder's profile, time zone; the new "
    "results\n"
    "                        replace the old ones\n"
    "  -p, --preview         with --redo: keep the new results apart and show them to the server,\n"
    "                        where they count nothing until a lead accepts them\n"
    "  -C, --compare FILE    with --redo: keep them apart, send nothing; FILE gets a JSON line "
    "for\n"
    "                        each call, \"-\" none\n"
    "  -l, --language L      en or zh: of the reasons that are printed\n"
    "  -h, --help            this\n"
    "  -V, --version         versions of callqa and its libraries\n\n"
    "With --preview and --compare nothing is done but that, and it prints each score that would\n"
    "change, with its reasons, and sums by agent. A run that was stopped goes on where it was.\n\n"
    "Exit codes: 0 done; 1 failed, or a watched folder cannot be read; 3 some recordings could "
    "not\n"
    "be read; 4 configuration invalid; 5 results are not on the server, which is out of reach or\n"
    "refuses them: they are kept and sent by the next run or by callqad (callqa deliveries).\n"
    "Example: callqa sweep --config /etc/callqa/callqad.yaml --redo --since 2025-11-01 --dry-run");

enum { FAILURES_MAX = 3, STATUS_MS = 250 };

struct options {
    const char *config;
    struct cqa_again_scope scope;
    char path[PATH_MAX]; /* of the scope */
    int dry_run;
    int redo;
    int preview;
    const char *compare; /* file; NULL: no comparison */
    int zh;
};

/* A day or a second of each folder's time zone, counted as if it were UTC. */
static int parse_time(const char *text, int64_t *out_s)
{
    int year, month, day, hour = 0, minute = 0, second = 0;
    int end = 0;

    // NOLINTNEXTLINE(cert-err34-c): the count says it all, and no field has room to overflow
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3)
        return 0;
    if (text[end] == 'T') {
        text += end;
        // NOLINTNEXTLINE(cert-err34-c)
        if (sscanf(text, "T%2d:%2d:%2d%n", &hour, &minute, &second, &end) != 3)
            return 0;
    }
    return text[end] == '\0' && cqa_zone_civil_s(year, month, day, hour, minute, second, out_s);
}

static int take_time(const char *option, const char *text, int64_t *out_s)
{
    if (parse_time(text, out_s))
        return -1;
    return cqa_cli_usage(NAME, "%s takes 2025-11-20 or 2025-11-20T08:00:00, not \"%s\"", option,
                         text);
}

/* A folder, as the store's paths begin. */
static int take_folder(struct options *options, const char *text)
{
    char here[PATH_MAX] = "";
    const int given = text[0] != '/' && getcwd(here, sizeof here) != NULL;
    int length = snprintf(options->path, sizeof options->path, "%s%s%s", given ? here : "",
                          given ? "/" : "", text);

    if (length <= 0 || length >= (int)sizeof options->path || options->path[0] != '/')
        return cqa_cli_usage(NAME, "--path takes a folder, not \"%.100s\"", text);
    for (; length > 1 && options->path[length - 1] == '/'; length--)
        options->path[length - 1] = '\0';
    options->scope.path = options->path;
    return -1;
}

/* What goes together; -1: it does. */
static int check(const struct options *options, int has_more)
{
    const int apart = options->preview || options->compare != NULL;

    if (options->config == NULL || has_more)
        return cqa_cli_usage(NAME, options->config == NULL ? "no --config" : "no such argument");
    if (apart && !options->redo)
        return cqa_cli_usage(NAME, "%s goes with --redo",
                             options->preview ? "--preview" : "--compare");
    if (options->preview && options->compare != NULL)
        return cqa_cli_usage(NAME, "either --preview or --compare: the second sends nothing");
    return -1;
}

/* -1: go on; else the exit code. */
static int parse(int argc, char **argv, struct options *options)
{
    static const struct option longs[] = {
        {"config", required_argument, NULL, 'c'},
        {"since", required_argument, NULL, 's'},
        {"until", required_argument, NULL, 'u'},
        {"path", required_argument, NULL, 'P'},
        {"recorder", required_argument, NULL, 'R'},
        {"dry-run", no_argument, NULL, 'n'},
        {"redo", no_argument, NULL, 'r'},
        {"again", no_argument, NULL, 'r'}, /* its name before 2026-12 */
        {"preview", no_argument, NULL, 'p'},
        {"compare", required_argument, NULL, 'C'},
        {"language", required_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int code = -1;

    while (code < 0 &&
           (option = getopt_long(argc, argv, "c:s:u:P:R:nrpC:l:hV", longs, NULL)) != -1) {
        switch (option) {
        case 'c':
            options->config = optarg;
            break;
        case 's':
            code = take_time("--since", optarg, &options->scope.since_s);
            break;
        case 'u':
            code = take_time("--until", optarg, &options->scope.until_s);
            break;
        case 'n':
            options->dry_run = 1;
            break;
        case 'P':
            code = take_folder(options, optarg);
            break;
        case 'R':
            options->scope.recorder = optarg;
            break;
        case 'r':
            options->redo = 1;
            break;
        case 'p':
            options->preview = 1;
            break;
        case 'C':
            options->compare = optarg;
            break;
        case 'l':
            code = cqa_cli_language(NAME, optarg, &options->zh);
            break;
        default:
            return cqa_cli_other_option(NAME, HELP, option, argv);
        }
    }
    return code < 0 ? check(options, optind < argc) : code;
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

/* Once everything is analysed, what was kept apart is owed to the server. */
static void owe_previews(struct cqa_pipeline *pipeline, const struct cqa_pipeline_status *status,
                         int *wants)
{
    struct cqa_error error = {0};
    size_t count = 0;

    if (!*wants || !status->analysed_all)
        return;
    const enum cqa_status owed = cqa_pipeline_owe_previews(pipeline, &count, &error);
    *wants = owed == CQA_E_BUSY;
    if (owed != CQA_OK)
        cqa_log(CQA_LOG_WARNING,
                "not all previews can be sent now, the next run sends the rest: "
                "%p",
                &error.message);
}

/* 0 when the store gave up. */
static int turn_until_over(struct cqa_pipeline *pipeline, int owes,
                           struct cqa_pipeline_status *status)
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
            if (!owes && is_over(status))
                break;
            owe_previews(pipeline, status, &owes);
            looked_ms = now_ms;
        }
        wait_for(pipeline, next_ms < STATUS_MS ? next_ms : STATUS_MS);
    }
    cqa_progress_clear(&progress);
    return 1;
}

static void print_passed_over(const size_t counts[CQA_LITTER_COUNT])
{
    for (int i = CQA_LITTER_NONE + 1; i < CQA_LITTER_COUNT; i++)
        if (counts[i] > 0)
            cqa_say(stdout, "  %8zu  passed over: %p", counts[i],
                    cqa_words_named(cqa_litter_words[i]));
}

static void print_summary(const struct cqa_config *config, const struct cqa_pipeline_status *status)
{
    cqa_say(stdout, "analysed    %" PRIu64 "", status->analysed);
    if (status->apart > 0)
        cqa_say(stdout, "  kept apart         %" PRIu64 "", status->apart);
    cqa_say(stdout, "unreadable  %" PRIu64 "", status->failed);
    for (size_t i = 0; i < CQA_FAILED_REASONS_MAX && status->reasons[i].reason[0] != '\0'; i++)
        printf("  %-18s %" PRIu64 "\n", status->reasons[i].reason, status->reasons[i].count);
    if (config->posts) {
        cqa_say(stdout, "posted      %" PRIu64 "", status->delivered);
        if (status->kept_back > 0)
            cqa_say(stdout, "  kept back          %" PRIu64 " (counts nothing until accepted)",
                    status->kept_back);
        cqa_say(stdout, "refused     %zu", status->untaken);
        cqa_say(stdout, "unsent      %zu", status->unsent - status->aside);
    }
    cqa_say(stdout, "pending     %zu", status->waiting);
    if (status->trouble != NULL)
        cqa_say(stderr, "callqa %s: %p", NAME, status->trouble);
}

/* 0 with the problem told. */
static int print_comparison(const struct cqa_config *config, const struct options *options,
                            const struct cqa_engine *engine)
{
    const int has_file = options->compare != NULL && strcmp(options->compare, "-") != 0;
    char analyzer[CQA_ANALYZER_NAME_SIZE];
    struct cqa_error error = {0};
    FILE *lines = has_file ? fopen(options->compare, "we") : NULL;

    if (has_file && lines == NULL) {
        cqa_cli_fail(NAME, "%s: %p", options->compare, cqa_words_of_errno(errno));
        return 0;
    }
    cqa_analyzer_name(config, engine, analyzer);
    const struct cqa_compare_config compare = {.config = config,
                                               .analyzer = analyzer,
                                               .scope = options->scope,
                                               .zh = options->zh,
                                               .text = stdout,
                                               .lines = lines};
    enum cqa_status status = cqa_compare(&compare, &error);
    if (lines != NULL && fclose(lines) != 0 && status == CQA_OK)
        status = cqa_fail_errno(&error, "%s", options->compare);
    if (status != CQA_OK)
        cqa_cli_fail(NAME, "%p", &error.message);
    return status == CQA_OK;
}

static int run(const struct cqa_config *config, const struct options *options)
{
    const int apart = options->preview || options->compare != NULL;
    const struct cqa_pipeline_options wants = {.scope = options->scope,
                                               .again = apart           ? CQA_ASKED_APART
                                                        : options->redo ? CQA_ASKED_AGAIN
                                                                        : CQA_ASKED_NOT};
    struct cqa_pipeline_status status = {0};
    struct cqa_pipeline *pipeline = NULL;
    struct cqa_engine *engine = NULL;
    struct cqa_error error = {0};
    int code = CQA_EXIT_DONE;

    signal(SIGPIPE, SIG_IGN);
    enum cqa_status made = cqa_engine_create(&engine, CQA_ZYGOTE_EXECUTED, &error);
    if (made == CQA_OK)
        made = cqa_pipeline_create(&pipeline, config, engine, &cqa_clock_system, &wants, &error);
    if (made != CQA_OK) {
        code = cqa_cli_fail(NAME, "%p", &error.message);
    } else if (!turn_until_over(pipeline, options->preview && config->posts, &status)) {
        code = cqa_cli_fail(NAME, "the store gave up");
    } else {
        print_summary(config, &status);
        print_passed_over(status.passed_over);
        if (status.unread > 0)
            code = cqa_cli_fail(
                NAME,
                "%zu watched folders cannot be read, or not in whole: what lies there was left out",
                status.unread);
        else if (status.facts_unread > 0)
            code = cqa_cli_fail(NAME,
                                "%zu sources of facts cannot be read: recordings were done "
                                "without them, and are done again when they can",
                                status.facts_unread);
        else if (is_unreachable(&status) || (config->posts && status.untaken > 0))
            code = CQA_EXIT_SPOOLED;
        else if (status.failed > 0)
            code = CQA_EXIT_UNREADABLE;
    }
    cqa_pipeline_destroy(pipeline);
    if (apart && code != CQA_EXIT_FAILED && !print_comparison(config, options, engine))
        code = CQA_EXIT_FAILED;
    cqa_engine_destroy(engine);
    return code;
}

/* As it is, but that nothing is sent where a comparison alone is wanted. */
static int run_as_asked(const struct cqa_config *config, const struct options *options)
{
    struct cqa_config silent = *config;

    silent.posts = config->posts && options->compare == NULL;
    return run(&silent, options);
}

/* --- dry run --- */

struct counts {
    size_t all, again;
    size_t whys[CQA_AGAIN_WHY_COUNT];
};

/* As cqa_again_words, for people. */
static const char *const again_said[CQA_AGAIN_WHY_COUNT] = {
    CQA_N("version"), CQA_N("models"),  CQA_N("rules"), CQA_N("digits"),
    CQA_N("rubric"),  CQA_N("profile"), CQA_N("zone")};

/* Why it would be analysed, of cqa_preview_tell, as it is said to people. */
static const struct {
    const char *why, *said;
} whys_said[] = {{"new", CQA_N("new")},
                 {"again", CQA_N("again")},
                 {"changed", CQA_N("changed since")},
                 {"ready", CQA_N("ready")},
                 {"leased", CQA_N("being analysed")},
                 {"settling", CQA_N("waiting to settle")},
                 {"vanished", CQA_N("there again")}};

static const char *why_said(const char *why)
{
    for (size_t i = 0; i < sizeof whys_said / sizeof *whys_said; i++)
        if (strcmp(why, whys_said[i].why) == 0)
            return whys_said[i].said;
    return why;
}

static int print_one(void *context, const char *path, const char *why, unsigned again)
{
    struct counts *counts = context;

    printf("%s\t", cqa_log_private(path));
    cqa_cli_say_word(stdout, why_said(why));
    for (size_t i = 0; i < CQA_AGAIN_WHY_COUNT; i++)
        if (again >> i & 1U) {
            putchar(' ');
            cqa_cli_say_word(stdout, again_said[i]);
            counts->whys[i]++;
        }
    putchar('\n');
    counts->all++;
    counts->again += again != 0;
    return 1;
}

static void print_counts(const struct counts *counts)
{
    cqa_say(stderr, "%zu recordings would be analysed", counts->all);
    if (counts->again == 0)
        return;
    cqa_say_part(stderr, "%zu of them again, because of:", counts->again);
    for (size_t i = 0; i < CQA_AGAIN_WHY_COUNT; i++)
        if (counts->whys[i] > 0) {
            fputc(' ', stderr);
            cqa_cli_say_word(stderr, again_said[i]);
            fprintf(stderr, " %zu", counts->whys[i]);
        }
    fputc('\n', stderr);
}

static int preview(const struct cqa_config *config, const struct options *options)
{
    char analyzer[CQA_ANALYZER_NAME_SIZE];
    struct cqa_preview_wish wish = {.clock = &cqa_clock_system, .scope = options->scope};
    struct cqa_engine *engine = NULL;
    struct cqa_error error = {0};
    struct counts counts = {0};
    enum cqa_status status = CQA_OK;

    if (options->redo || options->scope.since_s != 0 || options->scope.until_s != 0)
        status = cqa_engine_create(&engine, CQA_ZYGOTE_EXECUTED, &error);
    if (engine != NULL)
        wish.children = cqa_engine_children(engine);
    if (engine != NULL && options->redo) {
        cqa_analyzer_name(config, engine, analyzer);
        wish.analyzer = analyzer;
    }
    if (status == CQA_OK)
        status = cqa_preview(config, &wish, print_one, &counts, &error);
    cqa_engine_destroy(engine);
    if (status != CQA_OK)
        return cqa_cli_fail(NAME, "%p", &error.message);
    print_counts(&counts);
    return CQA_EXIT_DONE;
}

/* Is anything of a watched folder meant? What is mistyped must not pass for nothing to do. */
static int names_something(const struct cqa_config *config, const struct cqa_again_scope *scope)
{
    for (size_t i = 0; i < config->watch_count; i++)
        if (cqa_again_folder(&config->watches[i], scope) != NULL)
            return 1;
    return 0;
}

static int sweep(const struct cqa_config *config, void *context)
{
    const struct options *options = context;

    if (!names_something(config, &options->scope))
        return cqa_cli_usage(NAME, "no watched folder is meant by --path and --recorder");
    return options->dry_run ? preview(config, options) : run_as_asked(config, options);
}

int cqa_cli_sweep(int argc, char **argv)
{
    struct options options = {.zh = cqa_say_language() == CQA_CHINESE};
    const int code = parse(argc, argv, &options);

    return code >= 0 ? code : cqa_cli_configured(options.config, sweep, &options);
}
