/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa deliveries: what is owed to the scoring server and not there, and why. */
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/say.h"
#include "cli/cli.h"
#include "cli/configured.h"
#include "pipeline/config.h"
#include "pipeline/life.h"
#include "report/width.h"
#include "store/refused.h"
#include "store/standing.h"

static const char NAME[] = "deliveries";

static const char HELP[] = CQA_N(
    "Usage: callqa deliveries [--config FILE] [OPTION]...\n"
    "Lists the results that the scoring server does not have yet, and why: a line for each, with\n"
    "its state, age, recording, and what the server said. callqad may run.\n\n"
    "  -c, --config FILE     the daemon's configuration; /etc/callqa/callqad.yaml without\n"
    "  -f, --format F        text (default) or jsonl\n"
    "  -r, --resend          has all of them sent at once, the refused ones too, by callqad or "
    "the\n"
    "                        next sweep; then lists them\n"
    "  -l, --language L      en or zh\n"
    "  -h, --help            this\n"
    "  -V, --version         versions of callqa and its libraries\n\n"
    "States: waiting; sending; not_taken (the server would not take it so far: it is sent by "
    "itself,\n"
    "more seldom each time); refused (it named this very result: sent again by another version of\n"
    "recorder or server, or by --resend).\n"
    "Exit codes: 0 done; 1 failed; 4 configuration invalid.\n"
    "Example: callqa deliveries --resend");

struct options {
    const char *config;
    int json_lines;
    int resend;
};

/* -1: go on; else the exit code. */
static int parse(int argc, char **argv, struct options *options)
{
    static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
                                          {"format", required_argument, NULL, 'f'},
                                          {"resend", no_argument, NULL, 'r'},
                                          {"language", required_argument, NULL, 'l'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"version", no_argument, NULL, 'V'},
                                          {NULL, 0, NULL, 0}};
    int option;
    int zh = 0;

    while ((option = getopt_long(argc, argv, "c:f:rl:hV", longs, NULL)) != -1) {
        switch (option) {
        case 'c':
            options->config = optarg;
            break;
        case 'f':
            if (cqa_cli_format(NAME, optarg, &options->json_lines) >= 0)
                return CQA_EXIT_USAGE;
            break;
        case 'r':
            options->resend = 1;
            break;
        case 'l':
            if (cqa_cli_language(NAME, optarg, &zh) >= 0)
                return CQA_EXIT_USAGE;
            break;
        default:
            return cqa_cli_other_option(NAME, HELP, option, argv);
        }
    }
    return optind < argc ? cqa_cli_usage(NAME, "no such argument") : -1;
}

/* --- one line --- */

struct listing {
    int json_lines;
    int masks;
    int64_t now_ms;
    size_t count;
    int failed;
};

enum shown { WAITING, SENDING, NOT_TAKEN, REFUSED };

static enum shown state_of(const struct cqa_owed *owed)
{
    switch (owed->state) {
    case CQA_DELIVERY_IN_FLIGHT:
        return SENDING;
    case CQA_DELIVERY_QUARANTINED:
        return REFUSED;
    default:
        return owed->aside > 0 ? NOT_TAKEN : WAITING;
    }
}

/* For programs, and in English; people read the words in their language. */
static const char *const state_words[] = {"waiting", "sending", "not_taken", "refused"};

static void print_state(enum shown state)
{
    enum { COLUMNS = 9 };
    static const char *const said[] = {CQA_N("waiting"), CQA_N("sending"), CQA_N("not_taken"),
                                       CQA_N("refused")};
    const struct cqa_message word = {.format = said[state]};
    char text[64];

    cqa_message_write(&word, cqa_say_language(), text, sizeof text);
    const size_t wide = cqa_width(text);
    printf("%s%*s", text, wide < COLUMNS ? (int)(COLUMNS - wide) : 0, "");
}

static int64_t seconds(int64_t ms)
{
    return ms > 0 ? ms / 1000 : 0;
}

/* A name as JSON may carry it, masked where the configuration says so. */
static json_t *name(const struct listing *listing, const char *text)
{
    char escaped[4 * PATH_MAX];

    if (text == NULL)
        return json_null();
    return json_string(listing->masks ? cqa_log_private(text)
                                      : cqa_escape_bytes(text, escaped, sizeof escaped));
}

static int print_json(const struct listing *listing, const struct cqa_owed *owed)
{
    const int is_refused = owed->state == CQA_DELIVERY_QUARANTINED;
    json_t *object = json_pack(
        "{so, so, so, ss, ss?, si, si, sI, so}", "path", name(listing, owed->path), "call",
        name(listing, owed->call_id), "key", name(listing, owed->key), "state",
        state_words[state_of(owed)], "why", owed->text, "http_status", owed->http_status,
        "attempts", owed->attempts, "age_s", (json_int_t)seconds(listing->now_ms - owed->made_ms),
        "next_s",
        is_refused ? json_null() : json_integer(seconds(owed->next_ms - listing->now_ms)));
    char *line = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
    const int written = line != NULL && puts(line) >= 0;

    free(line);
    json_decref(object);
    return written;
}

static int print_text(const struct listing *listing, const struct cqa_owed *owed)
{
    char path[4 * PATH_MAX];

    cqa_escape_control(owed->path, path, sizeof path);
    print_state(state_of(owed));
    printf("  %8" PRId64 " s  %s", seconds(listing->now_ms - owed->made_ms),
           listing->masks ? cqa_log_private(owed->path) : path);
    if (owed->text != NULL && owed->text[0] != '\0')
        printf("  %s", owed->text);
    putchar('\n');
    return !ferror(stdout);
}

static int print_one(void *context, const struct cqa_owed *owed)
{
    struct listing *listing = context;

    listing->failed = listing->json_lines ? !print_json(listing, owed) : !print_text(listing, owed);
    listing->count += !listing->failed;
    return !listing->failed;
}

/* --- all --- */

static enum cqa_status resend(struct cqa_store *store, struct cqa_error *error)
{
    int64_t count = 0;
    enum cqa_status status = cqa_refused_again(store, NULL, &count, error);

    if (status == CQA_OK)
        status = cqa_owed_hurry(store, error);
    return status == CQA_OK ? cqa_owed_call(store, error) : status;
}

static int run(const struct cqa_config *config, void *context)
{
    const struct options *options = context;
    struct listing listing = {.json_lines = options->json_lines,
                              .masks = config->mask_private == CQA_LOG_MASK_ALL,
                              .now_ms = cqa_clock_wall_ms(&cqa_clock_system)};
    struct cqa_store *store = NULL;
    struct cqa_error error = {0};

    cqa_log_set_masking(config->mask_private);
    enum cqa_status status = cqa_life_has_place(config->state_dir, &error);
    if (status == CQA_OK)
        status = options->resend ? cqa_store_open(config->state_dir, &store, &error)
                                 : cqa_store_open_to_look(config->state_dir, &store, &error);
    if (status == CQA_OK && options->resend)
        status = resend(store, &error);
    if (status == CQA_OK)
        status = cqa_owed_each(store, print_one, &listing, &error);
    else if (status == CQA_E_NOTFOUND)
        status = CQA_OK; /* no store yet: nothing is owed */
    cqa_store_close(store);
    if (status == CQA_OK && (listing.failed || fflush(stdout) != 0))
        status = cqa_fail_errno(&error, "writing the list");
    if (status != CQA_OK)
        return cqa_cli_fail(NAME, "%p", &error.message);
    if (!options->json_lines)
        cqa_say(stderr,
                options->resend ? CQA_N("results that callqad or the next sweep sends at once: %zu")
                                : CQA_N("results that are not on the server: %zu"),
                listing.count);
    return CQA_EXIT_DONE;
}

int cqa_cli_deliveries(int argc, char **argv)
{
    struct options options = {.config = "/etc/callqa/callqad.yaml"};
    const int code = parse(argc, argv, &options);

    return code >= 0 ? code : cqa_cli_configured(options.config, run, &options);
}
