/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/analyze_options.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "audio/audio.h"
#include "base/say.h"
#include "cli/cli.h"

static const char NAME[] = "analyze";

static const char HELP[] = CQA_N(
    "Usage: callqa analyze [OPTION]... PATH...\n"
    "       callqa analyze [OPTION]... --leg PATH --leg PATH\n"
    "Analyses recordings (files, or folders with everything below) and prints what happened in\n"
    "them and what it costs by the rubric. Nothing is stored or sent.\n\n"
    "  -r, --recorder NAME   what file names mean (default: generic; see models/recorders)\n"
    "  -R, --rubric F        a rubric's name or file (default: standard)\n"
    "  -z, --time-zone Z     of the times in file names (default: this machine's)\n"
    "  -f, --format F        text, json, jsonl, csv, rttm, audacity, webvtt, contact-lens, html\n"
    "  -o, --output F        the report's file, there whole or not at all (default: stdout)\n"
    "  -l, --language L      en or zh: of rules and reasons in text\n"
    "  -L, --leg PATH        one party's file; twice: the agent's and the customer's of one call\n"
    "      --offset MS       how much later the second leg begins; may be negative\n"
    "  -d, --show-digits     keyed digits as they are, not masked: they may be card numbers\n"
    "  -j, --jobs N          recordings at a time (default: one a processor)\n"
    "  -h, --help            this\n"
    "  -V, --version         versions of callqa and its libraries\n\n"
    "The format html is one page to check a day by: each deduction, each note and each stretch of\n"
    "over 10 s that nobody is judged on, with its picture and a link to its seconds.\n"
    "The line \"not judged\" of the text marks seconds that cost nobody anything: - outside the\n"
    "conversation, / not measurable, ~ in part; reasons below it, and in docs/measures.md.\n"
    "A recording that cannot be read is named on stderr, the others are done; exit code 3.\n"
    "Example: callqa analyze --recorder freepbx --format csv /var/spool/asterisk/monitor\n"
    "         callqa analyze --format html -o day.html /var/spool/asterisk/monitor/2025/11/20");

enum { WORKERS_MAX = 256, OFFSET = 256 };

static int default_jobs(void)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);

    return processors < 1 ? 1 : processors > WORKERS_MAX ? WORKERS_MAX : (int)processors;
}

static int parse_jobs(const char *text, int *jobs)
{
    char *end;
    assert(text != NULL); /* getopt_long has refused an option without its argument */
    const long value = strtol(text, &end, 10);

    if (*text == '\0' || *end != '\0' || value < 1 || value > WORKERS_MAX)
        return 0;
    *jobs = (int)value;
    return 1;
}

static int parse_offset(const char *text, int64_t *ms)
{
    char *end;
    assert(text != NULL); /* getopt_long has refused an option without its argument */
    const long value = strtol(text, &end, 10);

    *ms = value;
    return *text != '\0' && *end == '\0' && labs(value) <= CQA_LEG_OFFSET_MS_MAX;
}

/* As cqa_analyze_parse returns. */
static int check(const struct cqa_analyze_options *options, int names_paths)
{
    if (options->legs[0] != NULL && options->legs[1] == NULL)
        return cqa_cli_usage(NAME, "--leg needs a second one");
    if (options->legs[0] != NULL && names_paths)
        return cqa_cli_usage(NAME, "two legs are one call: no other paths beside --leg");
    if (options->offset_told && options->legs[0] == NULL)
        return cqa_cli_usage(NAME, "--offset is of two legs");
    return names_paths || options->legs[0] != NULL ? -1 : cqa_cli_usage(NAME, "no recording named");
}

int cqa_analyze_parse(int argc, char **argv, struct cqa_analyze_options *options)
{
    static const struct option longs[] = {
        {"recorder", required_argument, NULL, 'r'},  {"rubric", required_argument, NULL, 'R'},
        {"time-zone", required_argument, NULL, 'z'}, {"format", required_argument, NULL, 'f'},
        {"language", required_argument, NULL, 'l'},  {"lang", required_argument, NULL, 'l'},
        {"show-digits", no_argument, NULL, 'd'},     {"jobs", required_argument, NULL, 'j'},
        {"output", required_argument, NULL, 'o'},    {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},         {"leg", required_argument, NULL, 'L'},
        {"offset", required_argument, NULL, OFFSET}, {NULL, 0, NULL, 0},
    };
    int option;

    *options = (struct cqa_analyze_options){.recorder = "generic",
                                            .rubric = "standard",
                                            .jobs = default_jobs(),
                                            .zh = cqa_say_language() == CQA_CHINESE};
    while ((option = getopt_long(argc, argv, "r:R:z:f:l:do:j:L:hV", longs, NULL)) != -1) {
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
            if (cqa_cli_language(NAME, optarg, &options->zh) >= 0)
                return CQA_EXIT_USAGE;
            break;
        case 'o':
            options->output = optarg;
            break;
        case 'd':
            options->show_digits = 1;
            break;
        case 'j':
            if (!parse_jobs(optarg, &options->jobs))
                return cqa_cli_usage(NAME, "-j takes 1 to %d, not \"%s\"", WORKERS_MAX, optarg);
            break;
        case 'L':
            if (options->legs[1] != NULL)
                return cqa_cli_usage(NAME, "a call has two legs, not three");
            options->legs[options->legs[0] != NULL] = optarg;
            break;
        case OFFSET:
            if (!parse_offset(optarg, &options->offset_ms))
                return cqa_cli_usage(NAME, "--offset takes milliseconds, not \"%s\"", optarg);
            options->offset_told = 1;
            break;
        default:
            return cqa_cli_other_option(NAME, HELP, option, argv);
        }
    }
    return check(options, optind < argc);
}
