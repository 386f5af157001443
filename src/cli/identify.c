/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa identify: what a recorder's profile makes of file names. */
#include <getopt.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/escape.h"
#include "base/problems.h"
#include "base/say.h"
#include "cli/cli.h"
#include "cli/survey.h"
#include "recorder/profile.h"

static const char NAME[] = "identify";

static const char HELP[] = CQA_N(
    "Usage: callqa identify --recorder NAME [OPTION]... PATH...\n"
    "Shows what a recorder's profile makes of file names: call, parties, time, and whose channel\n"
    "is whose. A folder is gone through as callqad would go through it, and a summary says which\n"
    "patterns fit, what fits none, and what was passed over. Opens no file.\n\n"
    "  -r, --recorder NAME   a profile's name or file (see models/recorders)\n"
    "  -z, --time-zone Z     of the times in file names (default: this machine's)\n"
    "  -f, --format F        text (default) or jsonl\n"
    "  -h, --help            this\n"
    "  -V, --version         versions of callqa and its libraries\n\n"
    "Exit codes: 0 done; 1 failed; 2 usage; 3 a folder could not be read; 4 profile invalid.\n"
    "Example: callqa identify --recorder freepbx /var/spool/asterisk/monitor/2025/11");

struct options {
    const char *recorder;
    const char *time_zone;
    int json_lines;
};

/* -1: go on; else the exit code. */
static int parse(int argc, char **argv, struct options *options)
{
    static const struct option longs[] = {
        {"recorder", required_argument, NULL, 'r'}, {"time-zone", required_argument, NULL, 'z'},
        {"format", required_argument, NULL, 'f'},   {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},        {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "r:z:f:hV", longs, NULL)) != -1) {
        switch (option) {
        case 'r':
            options->recorder = optarg;
            break;
        case 'z':
            options->time_zone = optarg;
            break;
        case 'f':
            if (cqa_cli_format(NAME, optarg, &options->json_lines) >= 0)
                return CQA_EXIT_USAGE;
            break;
        default:
            return cqa_cli_other_option(NAME, HELP, option, argv);
        }
    }
    if (options->recorder == NULL)
        return cqa_cli_usage(NAME, "no --recorder");
    return optind < argc ? -1 : cqa_cli_usage(NAME, "no path named");
}

static json_t *text_or_null(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

/* Whose channel it is; NULL where nobody can tell. */
static const char *role(const struct cqa_call *call, int channel)
{
    if (call->lines.roles_unknown)
        return NULL;
    return call->lines.agent_channel == channel ? CQA_N("agent") : CQA_N("customer");
}

static enum cqa_status print_json(const char *path, const struct cqa_call_identity *identity)
{
    const struct cqa_call *call = &identity->call;
    char name[4 * PATH_MAX];

    cqa_escape_control(path, name, sizeof name);
    /* A path that JSON can carry goes out as it is; the escaped form is for bytes that are no
     * UTF-8. */
    json_t *shown = json_string(path);
    if (shown == NULL)
        shown = json_string(name);
    json_t *object = json_pack(
        "{so, sb, s{so, so, so, so, so, so, so}, s[oo], ss}", "path", shown, "matched",
        identity->matched, "call", "id", text_or_null(call->id), "agent", text_or_null(call->agent),
        "customer", text_or_null(call->customer), "queue", text_or_null(call->queue), "direction",
        text_or_null(call->direction), "started_at", text_or_null(call->started_at), "source",
        text_or_null(call->source), "roles", text_or_null(role(call, 0)),
        text_or_null(role(call, 1)), "why", cqa_english(&identity->why));
    char *line = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
    const int written = line != NULL && puts(line) >= 0;
    free(line);
    json_decref(object);
    return written ? CQA_OK : CQA_E_IO;
}

static const char *or_dash(const char *text)
{
    return text == NULL ? "-" : text;
}

/* Values may be longer than a message is: an id may be a path. */
static void put_field(const char *label, const char *value)
{
    cqa_say_part(stdout, "  %p ", cqa_words_named(label));
    fputs(or_dash(value), stdout);
}

static enum cqa_status print_text(const char *path, const struct cqa_call_identity *identity)
{
    const struct cqa_call *call = &identity->call;
    char name[4 * PATH_MAX];

    cqa_escape_control(path, name, sizeof name);
    puts(name);
    cqa_say(stdout, "  %p: %p", identity->matched ? cqa_words("matched") : cqa_words("not matched"),
            &identity->why);
    put_field(CQA_N("id"), call->id);
    put_field(CQA_N("agent"), call->agent);
    put_field(CQA_N("customer"), call->customer);
    put_field(CQA_N("queue"), call->queue);
    cqa_say_part(stdout, "  direction %p", cqa_words_named(or_dash(call->direction)));
    put_field(CQA_N("started"), call->started_at);
    putchar('\n');
    cqa_say(stdout, "  channel 0 %p, channel 1 %p", cqa_words_named(or_dash(role(call, 0))),
            cqa_words_named(or_dash(role(call, 1))));
    return ferror(stdout) ? CQA_E_IO : CQA_OK;
}

struct identifying {
    const struct options *options;
    const struct cqa_recorder *recorder;
    const struct cqa_zone *zone;
    struct cqa_survey survey;
};

static enum cqa_status identify_one(struct identifying *work, const char *path,
                                    struct cqa_error *error)
{
    struct cqa_arena arena = {0};
    struct cqa_call_identity identity;
    enum cqa_status status =
        cqa_recorder_identify(work->recorder, work->zone, path, &arena, &identity, error);

    if (status == CQA_OK) {
        cqa_survey_count(&work->survey, path, &identity);
        status =
            work->options->json_lines ? print_json(path, &identity) : print_text(path, &identity);
        if (status != CQA_OK)
            status = cqa_fail_errno(error, "writing the answer");
    }
    cqa_arena_finish(&arena);
    return status;
}

static int is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static enum cqa_status identify_folder(struct identifying *work, const char *path,
                                       struct cqa_error *error)
{
    enum cqa_status status = cqa_survey_walk(&work->survey, work->recorder, path, error);

    for (size_t i = 0; status == CQA_OK && i < work->survey.paths.count; i++)
        status = identify_one(work, work->survey.paths.items[i], error);
    return status;
}

/* `*folders`: how many of the paths are some. */
static enum cqa_status identify_all(struct identifying *work, char **paths, size_t *folders,
                                    struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (; status == CQA_OK && *paths != NULL; paths++) {
        const int folder = is_folder(*paths);
        *folders += (size_t)folder;
        status = folder ? identify_folder(work, *paths, error) : identify_one(work, *paths, error);
    }
    if (status == CQA_OK && fflush(stdout) != 0)
        return cqa_fail_errno(error, "writing the answer");
    return status;
}

static int run(struct identifying *work, char **paths, struct cqa_error *error)
{
    size_t folders = 0;
    int code = CQA_EXIT_DONE;

    if (identify_all(work, paths, &folders, error) != CQA_OK)
        code = CQA_EXIT_FAILED;
    else if (folders > 0 &&
             cqa_survey_print(&work->survey, work->options->json_lines ? stderr : stdout))
        code = CQA_EXIT_UNREADABLE;
    if (code == CQA_EXIT_FAILED)
        cqa_cli_fail(NAME, "%p", &error->message);
    cqa_survey_finish(&work->survey);
    return code;
}

int cqa_cli_identify(int argc, char **argv)
{
    struct options options = {0};
    struct cqa_error error = {0};
    struct cqa_problems problems = {0};
    struct cqa_recorder *recorder = NULL;
    struct cqa_zone *zone = NULL;
    char profile[PATH_MAX] = "";
    int code = parse(argc, argv, &options);

    if (code >= 0)
        return code;
    enum cqa_status status =
        cqa_recorder_load(options.recorder, &recorder, profile, &problems, &error);
    if (status == CQA_OK)
        status = cqa_zone_load(options.time_zone, &zone, &error);
    cqa_problems_print(&problems, profile, cqa_say_language(), stderr);
    if (status == CQA_OK) {
        struct identifying work = {.options = &options, .recorder = recorder, .zone = zone};
        code = run(&work, argv + optind, &error);
    } else {
        code = CQA_EXIT_INVALID;
        if (problems.count == 0)
            cqa_cli_fail(NAME, "%p", &error.message);
    }
    cqa_problems_finish(&problems);
    cqa_zone_destroy(zone);
    cqa_recorder_destroy(recorder);
    return code;
}
