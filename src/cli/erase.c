/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqa erase and callqa hold: what the recorder knows of a person, gone on request or kept for a
 * dispute. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/say.h"
#include "cli/cli.h"
#include "cli/configured.h"
#include "pipeline/config.h"
#include "pipeline/life.h"
#include "store/erase.h"

static const char ERASE[] = "erase";
static const char HOLD[] = "hold";

static const char ERASE_HELP[] = CQA_N(
    "Usage: callqa erase --config FILE (--customer NUMBER | --agent NAME | --call ID) [OPTION]...\n"
    "Deletes and overwrites what this recorder keeps of a customer, an agent or a call: results,\n"
    "what waits to be sent, previews. A hash stays, so that no scan brings it back. Recordings "
    "are\n"
    "not touched: each is named, with whether its file is still there; as long as it is, its path\n"
    "stays, and nothing else. What is under a legal hold stays (callqa hold). The scoring\n"
    "server is not told: results that it got stay there; callqa-server clips erase, run there,\n"
    "erases the clips that it keeps.\n\n"
    "  -c, --config FILE     configuration of callqad\n"
    "      --customer NUMBER 13800138000 also finds +86 138-0013-8000\n"
    "      --agent NAME      as results name the agent\n"
    "      --call ID         the call's id\n"
    "  -n, --dry-run         only name what would be erased\n"
    "  -h, --help            this\n"
    "  -V, --version         versions of callqa and its libraries\n\n"
    "Exit codes: 0 done, or nothing is known of it; 1 some are just being analysed or sent, ask\n"
    "again; 6 all of it, or some, is under a legal hold and stays.\n"
    "Example: callqa erase --config /etc/callqa/callqad.yaml --customer 13800138000 --dry-run");

static const char HOLD_HELP[] = CQA_N(
    "Usage: callqa hold --config FILE [(--customer NUMBER | --agent NAME | --call ID) (--reason "
    "TEXT | --lift)]\n"
    "Legal holds: neither retention nor callqa erase takes what is under one. Without a subject "
    "the\n"
    "holds are listed.\n\n"
    "  -c, --config FILE     configuration of callqad\n"
    "      --customer NUMBER, --agent NAME, --call ID\n"
    "                        whose recordings are held, those to come as well\n"
    "      --reason TEXT     why; it is kept with the hold\n"
    "      --lift            ends the hold\n"
    "  -h, --help            this\n"
    "  -V, --version         versions of callqa and its libraries\n\n"
    "Example: callqa hold --config /etc/callqa/callqad.yaml --call 1763604902.17 --reason "
    "\"arbitration 2025-118\"");

struct wish {
    const char *config;
    struct cqa_about about; /* value NULL: none was named */
    const char *reason;
    int subjects;
    int lift;
    int dry;
};

enum { SUBJECT = 256, REASON = SUBJECT + CQA_ABOUT_KINDS, LIFT };

/* -1: go on; else the exit code. */
static int parse(const char *name, const char *help, int argc, char **argv, struct wish *wish)
{
    static const struct option longs[] = {
        {"config", required_argument, NULL, 'c'},
        {"customer", required_argument, NULL, SUBJECT + CQA_ABOUT_CUSTOMER},
        {"agent", required_argument, NULL, SUBJECT + CQA_ABOUT_AGENT},
        {"call", required_argument, NULL, SUBJECT + CQA_ABOUT_CALL},
        {"reason", required_argument, NULL, REASON},
        {"lift", no_argument, NULL, LIFT},
        {"dry-run", no_argument, NULL, 'n'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "c:nhV", longs, NULL)) != -1) {
        if (option >= SUBJECT && option < REASON) {
            wish->about = (struct cqa_about){(enum cqa_about_kind)(option - SUBJECT), optarg};
            wish->subjects++;
        } else if (option == 'c') {
            wish->config = optarg;
        } else if (option == REASON) {
            wish->reason = optarg;
        } else if (option == LIFT) {
            wish->lift = 1;
        } else if (option == 'n') {
            wish->dry = 1;
        } else {
            return cqa_cli_other_option(name, help, option, argv);
        }
    }
    if (optind != argc)
        return cqa_cli_usage(name, "no argument \"%s\" is taken", argv[optind]);
    if (wish->config == NULL)
        return cqa_cli_usage(name, "--config is needed");
    if (wish->subjects > 1 || (wish->subjects == 1 && wish->about.value[0] == '\0'))
        return cqa_cli_usage(name, "one of --customer, --agent and --call, please");
    return -1;
}

struct opening {
    const char *name;
    struct cqa_store *store;
    int posts; /* a scoring server has what was sent */
};

static int open_configured(const struct cqa_config *config, void *context)
{
    struct opening *opening = context;
    struct cqa_error error = {0};

    opening->posts = config->posts;
    return cqa_life_has_place(config->state_dir, &error) == CQA_OK &&
                   cqa_store_open(config->state_dir, &opening->store, &error) == CQA_OK
               ? CQA_EXIT_DONE
               : cqa_cli_fail(opening->name, "%p", &error.message);
}

/* The store is NULL: with what is told in `code`. */
static struct opening open_store(const char *name, const struct wish *wish, int *code)
{
    struct opening opening = {.name = name};

    *code = cqa_cli_configured(wish->config, open_configured, &opening);
    return opening;
}

static void tell_erased(void *context, const char *path, int is_there, int is_held)
{
    (void)context;
    cqa_say(stdout,
            is_held    ? "%s\tunder a legal hold"
            : is_there ? "%s\tits file is still there"
                       : "%s\tits file is gone",
            cqa_log_private(path));
}

static int erase(struct cqa_store *store, const struct wish *wish)
{
    struct cqa_erasure out;
    struct cqa_error error = {0};

    if (cqa_store_erase(store, &wish->about, wish->dry, cqa_clock_wall_ms(&cqa_clock_system),
                        tell_erased, NULL, &out, &error) != CQA_OK)
        return cqa_cli_fail(ERASE, "%p", &error.message);
    if (out.erased + out.held + out.busy == 0)
        cqa_say(stderr, "this recorder keeps nothing of it: nothing to erase here");
    else
        cqa_say(stderr,
                wish->dry ? "%zu recordings would be erased; under a legal hold: %zu; in use: %zu"
                          : "%zu recordings are erased; under a legal hold: %zu; in use: %zu",
                out.erased, out.held, out.busy);
    if (out.busy > 0)
        return CQA_EXIT_FAILED;
    return out.held > 0 ? CQA_EXIT_HELD : CQA_EXIT_DONE;
}

/* As one word of a shell, whatever is in it: the line is there to be copied. */
static void quote(const char *value, struct cqa_buffer *out)
{
    cqa_buffer_add(out, "'", 1);
    for (const char *end; (end = strchr(value, '\'')) != NULL; value = end + 1) {
        cqa_buffer_add(out, value, (size_t)(end - value));
        cqa_buffer_add(out, "'\\''", 4);
    }
    cqa_buffer_add(out, value, strlen(value));
    cqa_buffer_add(out, "'", 1);
}

/* The server takes no such order from a recorder: it would have to trust each of them with the
 * evidence of all. */
static void name_the_rest(const struct wish *wish)
{
    struct cqa_buffer quoted = {.limit = 1 << 16};

    quote(wish->about.value, &quoted);
    cqa_say(stderr,
            "the scoring server is not told: the results that were sent of it stay there. Where it "
            "runs, callqa-server clips erase --%s %s --config /etc/callqa/callqa-server.yaml "
            "erases the clips that it keeps, and nothing else",
            cqa_about_words[wish->about.kind], quoted.failed ? "..." : quoted.text);
    cqa_buffer_finish(&quoted);
}

int cqa_cli_erase(int argc, char **argv)
{
    struct wish wish = {.config = NULL};
    int code = parse(ERASE, ERASE_HELP, argc, argv, &wish);

    if (code >= 0)
        return code;
    if (wish.subjects == 0 || wish.reason != NULL || wish.lift)
        return cqa_cli_usage(ERASE, "one of --customer, --agent and --call, please");
    const struct opening opening = open_store(ERASE, &wish, &code);
    if (opening.store == NULL)
        return code;
    code = erase(opening.store, &wish);
    cqa_store_close(opening.store);
    if (opening.posts && !wish.dry)
        name_the_rest(&wish);
    return code;
}

static void tell_hold(void *context, const struct cqa_about *about, const char *reason,
                      int64_t made_ms)
{
    const time_t seconds = (time_t)(made_ms / 1000);
    struct tm parts;
    char moment[32];

    (void)context;
    gmtime_r(&seconds, &parts);
    strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%SZ", &parts);
    printf("%s\t%s\t%s\t%s\n", moment, cqa_about_words[about->kind], about->value, reason);
}

static void tell_nothing(void *context, const char *path, int is_there, int is_held)
{
    (void)context;
    (void)path;
    (void)is_there;
    (void)is_held;
}

/* A hold that keeps nothing may be a number that was mistyped. */
static enum cqa_status put_hold(struct cqa_store *store, const struct wish *wish,
                                struct cqa_error *error)
{
    const int64_t now_ms = cqa_clock_wall_ms(&cqa_clock_system);
    struct cqa_erasure out;
    enum cqa_status status = cqa_store_hold(store, &wish->about, wish->reason, now_ms, error);

    if (status == CQA_OK)
        status = cqa_store_erase(store, &wish->about, 1, now_ms, tell_nothing, NULL, &out, error);
    if (status == CQA_OK)
        cqa_say(stderr,
                out.held > 0
                    ? "recordings that are held by it: %zu, and those to come"
                    : "recordings that are held by it: %zu so far; is it spelled as results "
                      "spell it? Those to come are held",
                out.held);
    return status;
}

static int hold(struct cqa_store *store, const struct wish *wish)
{
    struct cqa_error error = {0};
    enum cqa_status status;

    if (wish->about.value == NULL)
        status = cqa_store_holds(store, tell_hold, NULL, &error);
    else if (wish->lift)
        status = cqa_store_lift(store, &wish->about, &error);
    else
        status = put_hold(store, wish, &error);
    return status == CQA_OK ? CQA_EXIT_DONE : cqa_cli_fail(HOLD, "%p", &error.message);
}

int cqa_cli_hold(int argc, char **argv)
{
    struct wish wish = {.config = NULL};
    int code = parse(HOLD, HOLD_HELP, argc, argv, &wish);

    if (code >= 0)
        return code;
    if (wish.dry || (wish.subjects == 1) != (wish.lift || wish.reason != NULL) ||
        (wish.lift && wish.reason != NULL))
        return cqa_cli_usage(HOLD, "a subject goes with either --reason or --lift");
    const struct opening opening = open_store(HOLD, &wish, &code);
    if (opening.store == NULL)
        return code;
    code = hold(opening.store, &wish);
    cqa_store_close(opening.store);
    return code;
}
