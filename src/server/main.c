/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mounts.h"
#include "base/program.h"
#include "base/say.h"
#include "base/streams.h"
#include "media/render.h"
#include "scores/accounts.h"
#include "scores/audit.h"
#include "scores/password.h"
#include "server/command.h"

static const char usage[] =
    "Usage: callqa-server --config FILE                 answer requests\n"
    "       callqa-server --check-config FILE           all problems of the file at once\n"
    "       callqa-server token add NAME --role ROLE [--site SITE] [--team T]... [--days N]\n"
    "                          [--address RANGE]... --config FILE\n"
    "       callqa-server token list|revoke NAME --config FILE\n"
    "       callqa-server user add NAME --role ROLE --password-file F [--person P] [--team T]...\n"
    "                          --config FILE\n"
    "       callqa-server user list|disable NAME --config FILE\n"
    "       callqa-server user second-factor NAME [--off] --config FILE\n"
    "       callqa-server audit verify [--head HASH] --config FILE\n"
    "       callqa-server audit new-key --config FILE   where the log's key is lost\n"
    "       callqa-server clips erase SUBJECT [--dry-run] --config FILE\n"
    "       callqa-server clips hold [SUBJECT (--reason TEXT | --lift)] --config FILE\n"
    "       callqa-server clips save SUBJECT --to FOLDER --config FILE\n"
    "       callqa-server copy --from sqlite:PATH --to postgresql://USER@HOST:PORT/DATABASE\n"
    "                          [--password-file F]\n"
    "\n"
    "Stores what recorders post and answers who may ask. Roles: admin lead auditor agent recorder "
    "hr.\n"
    "  token add prints the token, once. A token's --site keeps equal call ids of several PBXs "
    "apart.\n"
    "  user add also changes an account; without --team it sees every team.\n"
    "  user second-factor shows, once, what the account's telephone is to compute codes with.\n"
    "  clips are what is kept of recordings. SUBJECT is --customer NUMBER, --agent NAME or\n"
    "  --call ID. What is held is neither erased nor forgotten; without one the holds are listed.\n"
    "  clips save writes all that are kept as files, those of audio that a call has no more too.\n"
    "  copy takes a whole store over to an empty database on PostgreSQL: stop its server first. "
    "One\n"
    "  that was broken off goes on.\n"
    "\n"
    "Exit codes: 0 done, 1 failed, 2 usage, 4 configuration invalid, 6 (clips erase) all or\n"
    "some of it is under a legal hold.\n"
    "Example: callqa-server token add pbx1 --role recorder --config /etc/callqa/callqa-server.yaml";

enum {
    OPTION_CONFIG = 256,
    OPTION_CHECK,
    OPTION_ROLE,
    OPTION_PASSWORD,
    OPTION_PERSON,
    OPTION_SITE,
    OPTION_TEAM,
    OPTION_DAYS,
    OPTION_REASON,
    OPTION_LIFT,
    OPTION_DRY,
    OPTION_HEAD,
    OPTION_ADDRESS,
    OPTION_OFF,
    OPTION_FROM,
    OPTION_TO,
    OPTION_ABOUT, /* and as many as there are kinds */
    OPTION_VERSION = OPTION_ABOUT + CQA_ABOUT_KINDS,
    OPTION_HELP
};

int cqa_command_fail(int code, const char *format, ...)
{
    struct cqa_message message;
    va_list arguments;

    va_start(arguments, format);
    cqa_message_set_va(&message, format, &arguments);
    va_end(arguments);
    cqa_say(stderr, "callqa-server: %p", &message);
    return code;
}

static int read_subject(struct cqa_command *command, int kind)
{
    if (command->about.value != NULL || optarg[0] == '\0')
        return cqa_command_fail(CQA_EXIT_USAGE, "one of --customer, --agent and --call, please");
    command->about = (struct cqa_about){(enum cqa_about_kind)kind, optarg};
    return -1;
}

/* -1: go on; else an exit code. */
static int read_option(struct cqa_command *command, int option)
{
    if (option >= OPTION_ABOUT && option < OPTION_ABOUT + CQA_ABOUT_KINDS)
        return read_subject(command, option - OPTION_ABOUT);
    switch (option) {
    case OPTION_REASON:
        command->reason = optarg;
        return -1;
    case OPTION_LIFT:
        command->lift = 1;
        return -1;
    case OPTION_DRY:
        command->dry = 1;
        return -1;
    case OPTION_ADDRESS:
        if (command->address_count == sizeof command->addresses / sizeof command->addresses[0])
            return cqa_command_fail(CQA_EXIT_USAGE, "too many addresses");
        command->addresses[command->address_count++] = optarg;
        return -1;
    case OPTION_OFF:
        command->off = 1;
        return -1;
    case OPTION_HEAD:
        command->head = optarg;
        return -1;
    case OPTION_CHECK:
        command->check_only = 1;
        command->config = optarg;
        return -1;
    case OPTION_CONFIG:
        command->config = optarg;
        return -1;
    case OPTION_FROM:
        command->from = optarg;
        return -1;
    case OPTION_TO:
        command->to = optarg;
        return -1;
    case OPTION_ROLE:
        command->role = optarg;
        return -1;
    case OPTION_PASSWORD:
        command->password_file = optarg;
        return -1;
    case OPTION_PERSON:
        command->person = optarg;
        return -1;
    case OPTION_SITE:
        command->site = optarg;
        return -1;
    case OPTION_TEAM:
        if (command->team_count == sizeof command->teams / sizeof command->teams[0])
            return cqa_command_fail(CQA_EXIT_USAGE, "too many teams");
        command->teams[command->team_count++] = optarg;
        return -1;
    case OPTION_DAYS:
        command->days = strtol(optarg, NULL, 10);
        return -1;
    case OPTION_VERSION:
        printf("callqa-server %s\n", cqa_program_version());
        return CQA_EXIT_DONE;
    case OPTION_HELP:
        cqa_say(stdout, usage);
        return CQA_EXIT_DONE;
    default:
        cqa_say(stderr, usage);
        return CQA_EXIT_USAGE;
    }
}

/* The one that needs no configuration: where the store goes is not yet said in any. */
static int is_copy(const struct cqa_command *command)
{
    return command->word_count == 1 && strcmp(command->words[0], "copy") == 0;
}

static int read_command(struct cqa_command *command, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, OPTION_CONFIG},
        {"check-config", required_argument, NULL, OPTION_CHECK},
        {"role", required_argument, NULL, OPTION_ROLE},
        {"password-file", required_argument, NULL, OPTION_PASSWORD},
        {"person", required_argument, NULL, OPTION_PERSON},
        {"site", required_argument, NULL, OPTION_SITE},
        {"team", required_argument, NULL, OPTION_TEAM},
        {"days", required_argument, NULL, OPTION_DAYS},
        {"customer", required_argument, NULL, OPTION_ABOUT + CQA_ABOUT_CUSTOMER},
        {"agent", required_argument, NULL, OPTION_ABOUT + CQA_ABOUT_AGENT},
        {"call", required_argument, NULL, OPTION_ABOUT + CQA_ABOUT_CALL},
        {"reason", required_argument, NULL, OPTION_REASON},
        {"lift", no_argument, NULL, OPTION_LIFT},
        {"from", required_argument, NULL, OPTION_FROM},
        {"to", required_argument, NULL, OPTION_TO},
        {"dry-run", no_argument, NULL, OPTION_DRY},
        {"address", required_argument, NULL, OPTION_ADDRESS},
        {"off", no_argument, NULL, OPTION_OFF},
        {"head", required_argument, NULL, OPTION_HEAD},
        {"version", no_argument, NULL, OPTION_VERSION},
        {"help", no_argument, NULL, OPTION_HELP},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        const int code = read_option(command, option == 'h' ? OPTION_HELP : option);
        if (code >= 0)
            return code;
    }
    for (; optind < argc; optind++) {
        if (command->word_count == 4)
            return cqa_command_fail(CQA_EXIT_USAGE, "too many arguments");
        command->words[command->word_count++] = argv[optind];
    }
    if (command->config == NULL && !is_copy(command))
        return cqa_command_fail(CQA_EXIT_USAGE, "--config FILE is missing; --help shows how");
    return -1;
}

/* Where it does not come, opening the store says what is wrong, and the unit starts again. */
static void await_store(const char *path)
{
    char folder[PATH_MAX];

    (void)snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    if (folder[0] != '\0' && !cqa_mount_awaited(&cqa_clock_system, folder, 0)) {
        cqa_log(CQA_LOG_WARNING, "there is no folder %s: waiting a minute for its disk", folder);
        (void)cqa_mount_awaited(&cqa_clock_system, folder, CQA_MOUNT_WAIT_MS);
    }
}

/* Who checks a log makes no key for it. */
static enum cqa_audit_keying keying_of(const struct cqa_command *command)
{
    if (command->word_count != 2 || strcmp(command->words[0], "audit") != 0)
        return CQA_AUDIT_KEY_USED;
    return strcmp(command->words[1], "new-key") == 0 ? CQA_AUDIT_KEY_NEW : CQA_AUDIT_KEY_LOOKED_AT;
}

static int run(const struct cqa_command *command, const struct cqa_server_config *config)
{
    struct cqa_scores *scores = NULL;
    struct cqa_error error = {0};
    const char *noun = command->word_count > 0 ? command->words[0] : "";
    int code;

    if (noun[0] == '\0' && config->store.path != NULL)
        await_store(config->store.path);
    if (cqa_scores_open(&scores, &config->store, &cqa_clock_system, &error) != CQA_OK)
        return cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
    if (cqa_audit_use_key(scores, config->audit_key_file, config->store.path, keying_of(command),
                          &error) != CQA_OK) {
        cqa_scores_close(scores);
        return cqa_command_fail(CQA_EXIT_FAILED, "%p", &error.message);
    }
    cqa_passwords_by(scores, &config->passwords);
    if (noun[0] == '\0')
        code = cqa_command_serve(config, scores);
    else if (strcmp(noun, "token") == 0)
        code = cqa_command_token(command, scores);
    else if (strcmp(noun, "user") == 0)
        code = cqa_command_user(command, scores);
    else if (strcmp(noun, "clips") == 0)
        code = cqa_command_clips(command, scores);
    else if (strcmp(noun, "audit") == 0)
        code = cqa_command_audit(command, scores);
    else
        code = cqa_command_fail(CQA_EXIT_USAGE, "unknown command \"%s\"; --help shows all", noun);
    cqa_scores_close(scores);
    return code;
}

static int act(int argc, char **argv)
{
    struct cqa_command command = {.days = CQA_TOKEN_DAYS};
    struct cqa_server_config config;
    struct cqa_problems problems = {0};

    int code = read_command(&command, argc, argv);
    if (code >= 0)
        return code;
    if (sodium_init() < 0)
        return cqa_command_fail(CQA_EXIT_FAILED, "no source of randomness");
    if (is_copy(&command))
        return cqa_command_copy(&command);
    const int good = command.check_only
                         ? cqa_server_config_check(&config, command.config, &problems)
                         : cqa_server_config_load(&config, command.config, &problems);
    cqa_problems_print(&problems, command.config, cqa_say_language(), stderr);
    cqa_problems_finish(&problems);
    if (!good)
        code = CQA_EXIT_INVALID;
    else
        code = command.check_only ? CQA_EXIT_DONE : run(&command, &config);
    cqa_server_config_finish(&config);
    return code;
}

int main(int argc, char **argv)
{
    cqa_streams_open();
    cqa_render_enter(argc, argv);
    setlocale(LC_MESSAGES, "");
    const int code = act(argc, argv);
    /* A token is shown once: it must not get lost in silence. */
    return cqa_streams_flush("callqa-server") || code != CQA_EXIT_DONE ? code : CQA_EXIT_FAILED;
}
