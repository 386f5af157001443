/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_CONFIG_H
#define CQA_PIPELINE_CONFIG_H

#include <stddef.h>
#include <stdint.h>
#include "base/log.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/problems.h"
#include "pipeline/clips_config.h"
#include "pipeline/facts_config.h"
#include "post/post.h"
#include "recorder/profile.h"
#include "rubric/rubric.h"

enum { CQA_WATCHES_MAX = 256, CQA_WORKERS_MAX = 256, CQA_BATCH_MAX = 500 };

/* One watched folder, with everything below it. */
struct cqa_watch_config {
    const char *path; /* absolute, without a trailing slash */
    struct cqa_recorder *recorder;
    const char *recorder_word; /* what the configuration calls it */
    struct cqa_zone *zone;
    const char *zone_name;         /* NULL: the machine's */
    struct cqa_facts_config facts; /* what tells of its calls, besides names and sidecars */
};

/*
 * What `callqad --config` and `callqa sweep --config` read (docs/man/callqad.8.scd lists the keys),
 * checked, with the profiles, zones and rubric that it names loaded. Strings live in `arena`;
 * finish frees everything.
 */
/* How many days the state folder keeps what is done and delivered; 0: for ever. */
struct cqa_retention_days {
    int64_t results;
    int64_t failures; /* of recordings that could not be read */
    int64_t vanished; /* of recordings that went before they were analysed, or were excluded */
};

struct cqa_config {
    struct cqa_arena arena;
    const char *state_dir;
    struct cqa_watch_config *watches;
    size_t watch_count;
    struct cqa_rubric *rubric;
    uint32_t rubric_fingerprint; /* of what it says, whatever its version */
    int workers;
    int64_t settle_ms; /* unchanged for so long: settled, where its header knows its length */
    int64_t settle_streams_ms; /* and where nothing in it tells its end */
    int64_t scan_interval_ms;  /* between two looks at everything */
    int64_t unfinished_ms; /* a header that says "still being written" is believed for so long */
    int64_t leg_wait_ms;   /* one of a call's two files waits so long for the other */
    int64_t analysis_timeout_ms; /* for one recording */
    struct cqa_retention_days retention;
    int posts; /* there is a server: `post` is filled */
    struct cqa_post_config post;
    int64_t batch; /* items a request */
    struct cqa_clips_config clips;
    int log_level;                     /* enum cqa_log_level */
    enum cqa_log_masking mask_private; /* of names, numbers and paths in the log */
    int show_digits;                   /* keyed digits in results as they are, else masked */
};

/* Reads, checks and loads; 0 when there were problems (all are in `problems`). Finish it whatever
 * comes back. */
int cqa_config_load(struct cqa_config *config, const char *path, struct cqa_problems *problems);
/*
 * The same for a person before it is used, by the user that is to use it: held against this machine
 * as well (pipeline/surroundings.h). `notes` gets what is odd but may be meant, as a folder that is
 * not there yet.
 */
int cqa_config_check(struct cqa_config *config, const char *path, struct cqa_problems *problems,
                     struct cqa_problems *notes);
void cqa_config_finish(struct cqa_config *config);

/* Lets go of the watched folders for which `keep` says 0; the order of the others stays. Their
 * paths live as long as the configuration, whether kept or not. */
void cqa_config_keep(struct cqa_config *config,
                     int (*keep)(void *context, const struct cqa_watch_config *watch),
                     void *context);

/* 1 when the file looks like the scoring server's configuration. */
int cqa_config_is_servers(const char *path);

#endif
