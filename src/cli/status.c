/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa status: whether every recording is accounted for, and what is stuck. */
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/escape.h"
#include "base/say.h"
#include "cli/cli.h"
#include "cli/configured.h"
#include "pipeline/config.h"
#include "pipeline/standing.h"

static const char NAME[] = "status";

static const char HELP[] = CQA_N(
    "Usage: callqa status --config FILE [OPTION]...\n"
    "Shows whether every recording that was discovered is accounted for, what is stuck and why,\n"
    "and how old the last progress is. Reads the daemon's store and nothing else: a folder that\n"
    "hangs does not make it hang.\n\n"
    "  -c, --config FILE     the daemon's configuration\n"
    "  -f, --format F        text (default), json\n"
    "  -l, --language L      en or zh\n"
    "  -h, --help            this\n"
    "  -V, --version         versions of callqa and its libraries\n\n"
    "Exit codes: 0 all is well; 1 something is stuck, or cannot be told; 2 usage; 4 configuration\n"
    "invalid.\n"
    "Example: callqa status --config /etc/callqa/callqad.yaml || mail -s callqa operations");

struct options {
    const char *config;
    int json;
};

/* -1: go on; else the exit code. */
static int parse(int argc, char **argv, struct options *options)
{
    static const struct option longs[] = {
        {"config", required_argument, NULL, 'c'},   {"format", required_argument, NULL, 'f'},
        {"language", required_argument, NULL, 'l'}, {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},        {NULL, 0, NULL, 0}};
    int option;
    int zh = 0;

    while ((option = getopt_long(argc, argv, "c:f:l:hV", longs, NULL)) != -1) {
        if (option == 'c') {
            options->config = optarg;
        } else if (option == 'f') {
            options->json = strcmp(optarg, "json") == 0;
            if (!options->json && strcmp(optarg, "text") != 0)
                return cqa_cli_usage(NAME, "--format takes text or json, not \"%s\"", optarg);
        } else if (option == 'l') {
            const int code = cqa_cli_language(NAME, optarg, &zh);
            if (code >= 0)
                return code;
        } else {
            return cqa_cli_other_option(NAME, HELP, option, argv);
        }
    }
    if (options->config == NULL || optind < argc)
        return cqa_cli_usage(NAME, options->config == NULL ? "no --config" : "no such argument");
    return -1;
}

/* ---- as text */

/* "3 min", as long as anybody wants to know it; `since_ms` 0: "never". */
static struct cqa_message age(int64_t since_ms, int64_t now_ms)
{
    const int64_t seconds = now_ms > since_ms ? (now_ms - since_ms) / 1000 : 0;
    struct cqa_message told;

    if (since_ms == 0)
        cqa_message_set(&told, "never");
    else if (seconds < 120)
        cqa_message_set(&told, "%" PRId64 " s", seconds);
    else if (seconds < 7200)
        cqa_message_set(&told, "%" PRId64 " min", seconds / 60);
    else if (seconds < 172800)
        cqa_message_set(&told, "%" PRId64 " h", seconds / 3600);
    else
        cqa_message_set(&told, "%" PRId64 " days", seconds / 86400);
    return told;
}

static void print_reasons(const struct cqa_standing *standing, const char *state)
{
    int count = 0;

    for (size_t i = 0; i < standing->reason_count; i++)
        if (strcmp(standing->reasons[i].state, state) == 0)
            printf("%s%s %" PRId64, count++ == 0 ? "   " : ", ", standing->reasons[i].reason,
                   standing->reasons[i].count);
    putchar('\n');
}

static void print_recordings(const struct cqa_standing *standing)
{
    cqa_say(stdout, "discovered   %8" PRId64 "", standing->discovered);
    cqa_say_part(stdout, "  scored     %8" PRId64 "", standing->scored);
    print_reasons(standing, "scored");
    cqa_say_part(stdout, "  unscorable %8" PRId64 "", standing->unscorable);
    print_reasons(standing, "failed");
    cqa_say_part(stdout, "  excluded   %8" PRId64 "", standing->excluded);
    print_reasons(standing, "excluded");
    cqa_say_part(stdout, "  waiting    %8" PRId64 "   of them %" PRId64 " still growing",
                 standing->waiting, standing->growing);
    print_reasons(standing, "waiting");
    cqa_say(stdout, "  copies     %8" PRId64 "", standing->copies);
    cqa_say(stdout, "  joined legs%8" PRId64 "", standing->joined_legs);
    cqa_say_part(stdout, "  vanished   %8" PRId64 "", standing->vanished);
    print_reasons(standing, "vanished");
}

static void print_folder(const struct cqa_folder_standing *folder, int64_t now_ms)
{
    const struct cqa_folder *look = &folder->look;
    const struct cqa_message ago = age(look->looked_ms, now_ms);

    puts(folder->path);
    cqa_say(stdout, "  last looked at: %p; it took %" PRId64 " ms", &ago, look->took_ms);
    cqa_say(stdout,
            "  %" PRId64 " files: %" PRId64 " known, %" PRId64 " growing (%" PRId64
            " open for writing)",
            look->files, folder->known, look->settling, look->held);
    cqa_say(stdout,
            "  passed over: %" PRId64 " by their names, %" PRId64 " no regular files, %" PRId64
            " unreadable",
            look->ignored, look->not_regular, look->errors);
}

static struct cqa_message words_of(const struct cqa_trouble *trouble, int64_t now_ms)
{
    const struct cqa_message since = age(trouble->since_ms, now_ms);
    struct cqa_message told = {0};

    switch (trouble->kind) {
    case CQA_TROUBLE_SUM:
        cqa_message_set(&told, "the parts differ from the whole by %" PRId64, trouble->count);
        break;
    case CQA_TROUBLE_STOPPED:
        cqa_message_set(&told, "nobody works on the store: callqad does not run");
        break;
    case CQA_TROUBLE_NO_LOOK:
        cqa_message_set(&told, "last looked at: %p: it hangs, or is not watched", &since);
        break;
    case CQA_TROUBLE_UNREAD:
        cqa_message_set(&told, "the folder cannot be read");
        break;
    case CQA_TROUBLE_UNMOUNTED:
        cqa_message_set(&told, "%" PRId64 " files are missed at once: is its disk not mounted?",
                        trouble->count);
        break;
    case CQA_TROUBLE_FILES:
        cqa_message_set(&told, "%" PRId64 " files or folders in it cannot be read", trouble->count);
        break;
    case CQA_TROUBLE_GROWING:
        cqa_message_set(&told, "has been growing, or open for writing, for %p", &since);
        break;
    case CQA_TROUBLE_WAITING:
        cqa_message_set(&told, "waits for its analysis for %p, attempts: %" PRId64, &since,
                        trouble->count);
        break;
    case CQA_TROUBLE_UNSENT:
        cqa_message_set(&told, "%" PRId64 " results are unsent, the oldest for %p", trouble->count,
                        &since);
        break;
    case CQA_TROUBLE_FULL:
        cqa_message_set(&told,
                        "the disk of state_dir has no room (bytes free: %" PRId64
                        "): nothing is analysed, results are sent",
                        trouble->count);
        break;
    default:
        cqa_message_set(&told, "%" PRId64 " results were refused by the server", trouble->count);
    }
    return told;
}

/* As cqa_trouble_words, for people. */
static const char *const trouble_said[CQA_TROUBLE_KIND_COUNT] = {
    CQA_N("sum"),       CQA_N("stopped"), CQA_N("no_look"), CQA_N("unread"),
    CQA_N("unmounted"), CQA_N("files"),   CQA_N("growing"), CQA_N("waiting"),
    CQA_N("unsent"),    CQA_N("refused"), CQA_N("full")};

static void print_trouble(const struct cqa_trouble *trouble, int64_t now_ms)
{
    const struct cqa_message told = words_of(trouble, now_ms);
    char path[4 * PATH_MAX] = "";

    if (trouble->path != NULL)
        cqa_escape_control(trouble->path, path, sizeof path);
    fputs("  ", stdout);
    cqa_cli_say_word(stdout, trouble_said[trouble->kind]);
    printf("%s%s: ", path[0] == '\0' ? "" : ": ", path);
    cqa_say_part(stdout, "%p", &told);
    printf("%s%s\n", trouble->reason != NULL ? ": " : "",
           trouble->reason != NULL ? trouble->reason : "");
}

static void print_vanished(const struct cqa_standing *standing, int64_t now_ms)
{
    char path[4 * PATH_MAX];

    if (standing->vanished_count > 0)
        cqa_say(stdout, "vanished last");
    for (size_t i = 0; i < standing->vanished_count; i++) {
        const struct cqa_recording *row = &standing->vanished_last[i];
        const struct cqa_message ago = age(row->changed_ms, now_ms);
        cqa_escape_control(row->path, path, sizeof path);
        printf("  %s: %s: ", path, row->reason != NULL ? row->reason : "-");
        cqa_say(stdout, "%p", &ago);
    }
}

static void print_text(const struct cqa_standing *standing, int64_t now_ms)
{
    const int64_t *sent = standing->counts.deliveries;
    const struct cqa_message ago = age(standing->progress_ms, now_ms);

    print_recordings(standing);
    cqa_say(stdout,
            "results: %" PRId64 " sent, %" PRId64 " unsent (of them %" PRId64
            " not taken so far), %" PRId64 " refused",
            sent[CQA_DELIVERY_ACKED], sent[CQA_DELIVERY_PENDING] + sent[CQA_DELIVERY_IN_FLIGHT],
            standing->counts.aside, sent[CQA_DELIVERY_QUARANTINED]);
    cqa_say(stdout, "last progress: %p; processes: %" PRId64, &ago, standing->processes);
    if (standing->ahead > 0)
        cqa_say(stdout,
                "clock: %" PRId64 " recordings and results are dated later than now, by a clock "
                "that was wrong; when they were done is not known",
                standing->ahead);
    for (size_t i = 0; i < standing->folder_count; i++)
        print_folder(&standing->folders[i], now_ms);
    print_vanished(standing, now_ms);
    cqa_say(stdout, standing->trouble_count == 0 ? "nothing is stuck" : "stuck");
    for (size_t i = 0; i < standing->trouble_count; i++)
        print_trouble(&standing->troubles[i], now_ms);
}

/* ---- as JSON */

static json_t *text_of(const char *bytes)
{
    char escaped[4 * PATH_MAX];

    return bytes == NULL ? json_null()
                         : json_string(cqa_escape_bytes(bytes, escaped, sizeof escaped));
}

/* Null where it is not known. */
static json_t *time_of(int64_t at_ms)
{
    return at_ms == 0 ? json_null() : json_integer(at_ms);
}

static json_t *json_of_reasons(const struct cqa_standing *standing)
{
    json_t *list = json_array();

    for (size_t i = 0; i < standing->reason_count; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:I}", "state", standing->reasons[i].state,
                                        "reason", standing->reasons[i].reason, "count",
                                        (json_int_t)standing->reasons[i].count));
    return list;
}

static json_t *json_of_folder(const struct cqa_folder_standing *folder)
{
    const struct cqa_folder *look = &folder->look;

    return json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "path",
                     text_of(folder->path), "looked_at_ms", time_of(look->looked_ms), "took_ms",
                     (json_int_t)look->took_ms, "files", (json_int_t)look->files, "known",
                     (json_int_t)folder->known, "growing", (json_int_t)look->settling,
                     "open_for_writing", (json_int_t)look->held, "passed_by_name",
                     (json_int_t)look->ignored, "not_regular", (json_int_t)look->not_regular,
                     "unreadable", (json_int_t)look->errors, "unread", (int)look->unread);
}

static json_t *json_of_trouble(const struct cqa_trouble *trouble)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:I}", "kind", cqa_trouble_words[trouble->kind], "path",
                     text_of(trouble->path), "reason", text_of(trouble->reason), "since_ms",
                     time_of(trouble->since_ms), "count", (json_int_t)trouble->count);
}

static json_t *json_of_vanished(const struct cqa_recording *row)
{
    return json_pack("{s:o, s:o, s:I}", "path", text_of(row->path), "reason", text_of(row->reason),
                     "at_ms", (json_int_t)row->changed_ms);
}

static json_t *json_of_counts(const struct cqa_standing *standing)
{
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "discovered",
        (json_int_t)standing->discovered, "scored", (json_int_t)standing->scored, "unscorable",
        (json_int_t)standing->unscorable, "excluded", (json_int_t)standing->excluded, "waiting",
        (json_int_t)standing->waiting, "growing", (json_int_t)standing->growing, "copies",
        (json_int_t)standing->copies, "joined_legs", (json_int_t)standing->joined_legs, "vanished",
        (json_int_t)standing->vanished, "reasons", json_of_reasons(standing));
}

static json_t *to_json(const struct cqa_standing *standing, int64_t now_ms)
{
    const int64_t *sent = standing->counts.deliveries;
    const json_int_t unsent = sent[CQA_DELIVERY_PENDING] + sent[CQA_DELIVERY_IN_FLIGHT];
    json_t *folders = json_array();
    json_t *vanished = json_array();
    json_t *troubles = json_array();

    for (size_t i = 0; i < standing->folder_count; i++)
        json_array_append_new(folders, json_of_folder(&standing->folders[i]));
    for (size_t i = 0; i < standing->vanished_count; i++)
        json_array_append_new(vanished, json_of_vanished(&standing->vanished_last[i]));
    for (size_t i = 0; i < standing->trouble_count; i++)
        json_array_append_new(troubles, json_of_trouble(&standing->troubles[i]));
    return json_pack("{s:s, s:I, s:b, s:o, s:{s:I, s:I, s:I, s:I}, s:o, s:I, s:I, s:o, s:o, s:o}",
                     "schema", "callqa.status/1", "now_ms", (json_int_t)now_ms, "well",
                     standing->trouble_count == 0, "recordings", json_of_counts(standing),
                     "results", "sent", (json_int_t)sent[CQA_DELIVERY_ACKED], "unsent", unsent,
                     "not_taken", (json_int_t)standing->counts.aside, "refused",
                     (json_int_t)sent[CQA_DELIVERY_QUARANTINED], "progress_ms",
                     time_of(standing->progress_ms), "dated_ahead", (json_int_t)standing->ahead,
                     "processes", (json_int_t)standing->processes, "folders", folders,
                     "vanished_last", vanished, "stuck", troubles);
}

static int print_json(const struct cqa_standing *standing, int64_t now_ms)
{
    json_t *object = to_json(standing, now_ms);
    char *line = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
    const int written = line != NULL && puts(line) >= 0;

    free(line);
    json_decref(object);
    return written;
}

/* ---- all */

static int show(const struct cqa_config *config, void *context)
{
    const struct options *options = context;
    const int64_t now_ms = cqa_clock_wall_ms(&cqa_clock_system);
    struct cqa_arena arena = {0};
    struct cqa_standing standing;
    struct cqa_error error = {0};
    int code = CQA_EXIT_FAILED;

    if (cqa_standing_read(config, &cqa_clock_system, &arena, &standing, &error) != CQA_OK) {
        code = cqa_cli_fail(NAME, "%p", &error.message);
    } else {
        int written = 1;
        if (options->json)
            written = print_json(&standing, now_ms);
        else
            print_text(&standing, now_ms);
        if (written && standing.trouble_count == 0)
            code = CQA_EXIT_DONE;
    }
    cqa_arena_finish(&arena);
    return code;
}

int cqa_cli_status(int argc, char **argv)
{
    struct options options = {0};
    const int code = parse(argc, argv, &options);

    return code >= 0 ? code : cqa_cli_configured(options.config, show, &options);
}
