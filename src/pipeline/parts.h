/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_PARTS_H
#define CQA_PIPELINE_PARTS_H

#include <sys/stat.h>
#include "pipeline/again.h"
#include "pipeline/believed.h"
#include "pipeline/clips.h"
#include "pipeline/complete.h"
#include "pipeline/facts.h"
#include "pipeline/life.h"
#include "pipeline/pipeline.h"
#include "pipeline/sender.h"
#include "store/copies.h"
#include "store/deliveries.h"
#include "store/recordings.h"
#include "store/results.h"
#include "store/store.h"

/* Shared by the files of pipeline/ alone. */

/* The other party's file of the same call. */
struct cqa_task_other {
    int64_t id; /* the store's; 0: there is none */
    int fd;
    struct stat before;
    const char *path;
    int is_first; /* it is channel 0 */
    struct cqa_align_order align;
};

/* One recording between its claim and the end of its transaction. */
struct cqa_task {
    enum cqa_life
        life;   /* UNKNOWN: the task is free; else one of those that the store calls leased */
    int64_t id; /* the store's */
    int fd;     /* the open recording; kept to see whether it changed meanwhile */
    struct stat before;
    struct cqa_arena arena; /* of what follows */
    const char *path;
    struct cqa_call call;
    char origin[CQA_ORIGIN_SIZE]; /* what of the configuration it is read by */
    struct cqa_known_call known;  /* what `call` was made from */
    struct cqa_call alone;        /* what `call` is without the other file */
    struct cqa_task_other other;
    const char *leg; /* why it is read without the other file (store/legs.h); NULL: it is not */
    int apart;       /* its result is to be looked at, and counts nothing */
    struct cqa_outcome outcome;
    struct cqa_clip_order order; /* of `outcome.clips`, where there are some */
};

struct cqa_intake; /* pipeline/intake.c */

struct cqa_pipeline {
    const struct cqa_config *config;
    const struct cqa_engine *engine;
    const struct cqa_clock *clock;
    struct cqa_pipeline_options options;
    struct cqa_store *store;
    struct cqa_intake *intake;
    struct cqa_facts_room *facts;
    struct cqa_workers *workers;
    struct cqa_sender *sender; /* NULL: nowhere to post to, or another process does */
    struct cqa_task *tasks;
    int task_count;
    char analyzer[CQA_ANALYZER_NAME_SIZE];
    int claimed;        /* the last claim gave something, or could not be made */
    size_t first_watch; /* whose turn it is to be claimed from first */

    int winding_down;
    int tight;              /* the disk is full: nothing but sending writes */
    int64_t pause_until_ms; /* monotonic: the store takes nothing before */
    int64_t forget_at_ms;   /* monotonic */
    struct cqa_believed believed;
    int64_t believe_at_ms;  /* monotonic: when it is written next */
    int64_t check_at_ms;    /* monotonic: whether the store is still in its place */
    enum cqa_status broken; /* the store is beyond use: the process must end */
    int mended;             /* a new store was built when this was created */
    struct cqa_pipeline_status counts;
};

/*
 * What a call to the store came to: 1 when it took place. Else 0: busy or full, and the step is to
 * be tried again after pause_until_ms; `what` it was for goes into the log. A store beyond use sets
 * `broken`.
 */
int cqa_pipeline_took(struct cqa_pipeline *pipeline, enum cqa_status status,
                      const struct cqa_error *error, const char *what);

/* Steps: each does what can be done now. */
enum cqa_status cqa_intake_create(struct cqa_pipeline *pipeline,
                                  struct cqa_error *error) CQA_MUST_CHECK;
void cqa_intake_destroy(struct cqa_intake *intake);
int cqa_intake_fd(const struct cqa_intake *intake); /* -1: none */
/* Monotonic time of the next scan. */
int64_t cqa_intake_step(struct cqa_pipeline *pipeline);
/* Every folder has been looked at since the start, and what may settle soon has. */
int cqa_intake_complete(const struct cqa_pipeline *pipeline);
/* Files that were not at rest when last looked at. */
size_t cqa_intake_settling(const struct cqa_pipeline *pipeline);

/* Adds what the last looks at all folders passed over by its name, by reason. */
void cqa_intake_passed_over(const struct cqa_pipeline *pipeline, size_t counts[CQA_LITTER_COUNT]);

/* How many watched folders could not be read at their last look, or not in whole. */
size_t cqa_intake_unread(const struct cqa_pipeline *pipeline);

/* What a claimed recording does that may be one of a call's two files. */
enum cqa_leg_turn {
    CQA_LEG_GOES,    /* is analysed, with `task->other` if that is filled */
    CQA_LEG_WAITS,   /* was put back */
    CQA_LEG_IS_LENT, /* goes into the other's call, and is done */
    CQA_LEG_FAILS,   /* the store did not take it */
};
enum cqa_leg_turn cqa_legs_turn(struct cqa_pipeline *pipeline, const struct cqa_watch_config *watch,
                                const struct cqa_recording *recording,
                                const struct cqa_call_identity *own, struct cqa_task *task,
                                struct cqa_error *error);
/* Tells the store what came of the other file. 0: not now. */
int cqa_legs_end(struct cqa_pipeline *pipeline, struct cqa_task *task, int joined);
/* Where the files of a call joined from two lie now, `out`'s leg_path and leg_file_sha256; NULL
 * where nothing better is known than its result says. */
enum cqa_status cqa_legs_lie(struct cqa_pipeline *pipeline, const struct cqa_whereabouts *place,
                             struct cqa_arena *arena, struct cqa_result_place *out,
                             struct cqa_error *error);
/* `*met`: the other file of its call, and no third, lies where it lies, and each was analysed by
 * itself. */
enum cqa_status cqa_legs_meet(const struct cqa_pipeline *pipeline,
                              const struct cqa_whereabouts *place, struct cqa_arena *arena,
                              int *met, struct cqa_error *error);
/* Closes the other file. */
void cqa_legs_let_go(struct cqa_task *task);

void cqa_analyse_step(struct cqa_pipeline *pipeline);
/* Scores of what is not stored yet are worked out anew: they borrow from the rubric, which is
 * another from now on. */
void cqa_analyse_unscore(struct cqa_pipeline *pipeline);
/* Puts down all tasks without outcome. */
void cqa_analyse_drop(struct cqa_pipeline *pipeline);

/* Makes ready what the options ask for again. */
enum cqa_status cqa_again_ask(struct cqa_pipeline *pipeline,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* There is something new to send. */
void cqa_pipeline_owes(struct cqa_pipeline *pipeline);

/* What a result's recording is to others that are known (pipeline/kin.c). */
struct cqa_kin_plan {
    struct cqa_arena arena;
    struct cqa_settlement settlement;
    const char *of; /* path of the recording that it is the same as; NULL: of none */
};

/*
 * Decides it. Deductions for seconds that another recording of the call is charged for become notes
 * of `result`, or of the other. Finish the plan's arena whatever comes back.
 */
enum cqa_status cqa_kin_decide(struct cqa_pipeline *pipeline, int64_t id, struct cqa_result *result,
                               struct cqa_kin_plan *plan, struct cqa_error *error) CQA_MUST_CHECK;

/* Merges what a store of before held twice; logs each. */
enum cqa_status cqa_kin_mend(struct cqa_pipeline *pipeline, struct cqa_error *error) CQA_MUST_CHECK;

/* The key under which a result goes to the server. */
void cqa_kin_key(const struct cqa_pipeline *pipeline, const struct cqa_result *result,
                 char out[CQA_DELIVERY_KEY_SIZE]);

/* "NAME@VERSION" of the rubric, and how much of the result is charged elsewhere. */
void cqa_kin_version(const struct cqa_result *result, char *out, size_t size);

/* Lets results tell where their recordings lie now. */
void cqa_place_step(struct cqa_pipeline *pipeline);

/* How long a header that says "still being written" is believed now: longer while the clock has
 * been set lately, by which it may have lasted for years. */
int64_t cqa_pipeline_unfinished_ms(const struct cqa_pipeline *pipeline);

/* Milliseconds by the pipeline's clock. */
static inline int64_t cqa_pipeline_now_ms(const struct cqa_pipeline *pipeline)
{
    return cqa_clock_monotonic_ms(pipeline->clock);
}

static inline int64_t cqa_pipeline_wall_ms(const struct cqa_pipeline *pipeline)
{
    return cqa_clock_wall_ms(pipeline->clock);
}

#endif
