/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callqad: reads its configuration, makes the engine, runs the loop. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mounts.h"
#include "base/program.h"
#include "base/streams.h"
#include "base/say.h"
#include "base/version.h"
#include "daemon/loop.h"
#include "daemon/sender_process.h"
#include "pipeline/life.h"

enum { DONE = 0, FAILED = 1, USAGE = 2, INVALID = 4 };

static const char HELP[] =
    "Usage: callqad --config FILE\n"
    "Watches folders of call recordings, analyses what arrives, deducts by a rubric, and posts "
    "the\n"
    "results to a scoring server. Runs in the foreground; systemd starts it (callqad.service).\n\n"
    "  -c, --config FILE     what to watch and where to post (man callqad)\n"
    "      --only FOLDER     watch nothing but this one of its folders (again for more), and "
    "leave\n"
    "                        sending to others; callqad starts itself so for shared mounts\n"
    "  -h, --help            this\n"
    "  -V, --version         versions of callqad and its libraries\n\n"
    "Signals: HUP reads the configuration and tokens again; TERM finishes what is under way or\n"
    "returns it to the queue within 10 seconds.\n"
    "Example: callqad --config /etc/callqa/callqad.yaml";

/* Its disk may be mounted late. Where it does not come, the unit starts again: two lines a minute.
 */
static enum cqa_status await_place(const char *state_dir, struct cqa_error *error)
{
    if (cqa_life_has_place(state_dir, error) == CQA_OK)
        return CQA_OK;
    cqa_log(CQA_LOG_WARNING, "%p; waiting a minute for its disk", &error->message);
    (void)cqa_mount_awaited(&cqa_clock_system, state_dir, CQA_MOUNT_WAIT_MS);
    return cqa_life_has_place(state_dir, error);
}

static int run(const char *path, const char *const *only)
{
    struct cqa_config *config = calloc(1, sizeof *config);
    struct cqa_problems problems = {0};
    struct cqa_engine *engine = NULL;
    struct cqa_error error = {0};

    if (config == NULL)
        return FAILED;
    if (!cqa_config_load(config, path, &problems)) {
        cqa_problems_print(&problems, path, cqa_say_language(), stderr);
        cqa_problems_finish(&problems);
        cqa_config_finish(config);
        free(config);
        return INVALID;
    }
    cqa_log_set_level((enum cqa_log_level)config->log_level);
    cqa_log_set_masking(config->mask_private);
    enum cqa_status status = await_place(config->state_dir, &error);
    if (status == CQA_OK)
        status = cqa_engine_create(&engine, CQA_ZYGOTE_EXECUTED, &error);
    if (status == CQA_OK) {
        status = cqa_daemon_run(path, only, config, engine, &cqa_clock_system, &error);
    } else {
        cqa_config_finish(config);
        free(config);
    }
    cqa_engine_destroy(engine);
    if (status != CQA_OK)
        cqa_log(CQA_LOG_ERROR, "%p", &error.message);
    return status == CQA_OK ? DONE : FAILED;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
                                          {"only", required_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"version", no_argument, NULL, 'V'},
                                          {NULL, 0, NULL, 0}};
    static const char *only[CQA_WATCHES_MAX + 1];
    size_t only_count = 0;
    const char *path = NULL;
    int option;

    cqa_streams_open();
    cqa_engine_enter(argc, argv);
    cqa_sender_enter(argc, argv);

    while ((option = getopt_long(argc, argv, "c:hV", longs, NULL)) != -1) {
        switch (option) {
        case 'c':
            path = optarg;
            break;
        case 'o':
            if (only_count == CQA_WATCHES_MAX)
                return USAGE;
            only[only_count++] = optarg;
            break;
        case 'h':
            cqa_say(stdout, HELP);
            return cqa_streams_flush("callqad") ? DONE : FAILED;
        case 'V':
            printf("callqad %s\nbuilt with %s\n", cqa_program_version(), CQA_LIBRARIES);
            return cqa_streams_flush("callqad") ? DONE : FAILED;
        default:
            cqa_say(stderr, HELP);
            return USAGE;
        }
    }
    if (path == NULL || optind < argc) {
        cqa_say(stderr, HELP);
        return USAGE;
    }
    return run(path, only_count > 0 ? only : NULL);
}
