/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_PIPELINE_H
#define CQA_PIPELINE_PIPELINE_H

#include <stddef.h>
#include <stdint.h>
#include "analysis/worker.h"
#include "base/clock.h"
#include "pipeline/again.h"
#include "pipeline/config.h"
#include "store/recordings.h"

/*
 * The way of a recording: scanned, stored, analysed, scored, stored, posted, struck. The daemon and
 * `callqa sweep` both drive it, by calling cqa_pipeline_turn whenever one of its descriptors is
 * readable or its time has come. A turn never blocks on network or analysis. Every step ends in the
 * store before the next begins, so stopping anywhere, by any means, costs nothing but the work
 * under way.
 */
struct cqa_pipeline;

enum { CQA_FAILED_REASONS_MAX = 16 };

/* Counts since the start, and the state of the queues. */
struct cqa_pipeline_status {
    uint64_t analysed;  /* results stored */
    uint64_t apart;     /* of them kept beside those that count */
    uint64_t failed;    /* recordings given up, with a reason stored */
    uint64_t delivered; /* struck by the server's answer */
    uint64_t kept_back; /* of them, as far as this process sends: the server does not count them */
    uint64_t refused;   /* quarantined: the server will never take them */
    struct {
        char reason[32];
        uint64_t count;
    } reasons[CQA_FAILED_REASONS_MAX]; /* of the failed; an empty reason ends the list */
    size_t settling;                   /* files that are not at rest yet */
    size_t waiting;                    /* recordings to analyse */
    size_t running;                    /* under analysis, or being sent */
    size_t unsent;                     /* results to post */
    size_t aside;                      /* of them: the server did not take them so far */
    size_t untaken;                    /* those, and results that the server refused */
    int64_t oldest_unsent_ms;          /* age of the oldest of them; 0: none */
    int analysed_all;                  /* a scan is complete, and no recording can be begun now */
    int sent_all;                      /* nothing is due for sending now or soon */
    int server_failures;               /* requests in a row that came to nothing */
    int halted;                        /* the server says that address or token are wrong */
    int intake_paused;                 /* the store takes no more (disk full?) */
    size_t passed_over[CQA_LITTER_COUNT]; /* files and folders, by their names */
    size_t unread;                        /* watched folders that cannot be read, or not in whole */
    size_t facts_unread;                  /* logs and tables of facts that cannot be read */
    const struct cqa_message *trouble;    /* the last of the server; NULL: none */
};

/* What a run wants of it. */
struct cqa_pipeline_options {
    int leaves_sending; /* another process sends what is owed */
    int mends; /* a damaged store is set aside and built anew (store/mend.h), else CQA_E_BADDATA */
    int mends_anyway; /* it has been found damaged again, whatever it looks like */
    int watches; /* wakes by inotify (the daemon), else looks only as often as the interval says */
    struct cqa_again_scope scope; /* leaves out all others */
    /* AGAIN begins with what another analyzer or rubric has judged. APART does nothing else, and
     * keeps what comes of it beside the results that count. */
    enum cqa_asked again;
};

/*
 * Opens the store in the state folder (one process at a time: CQA_E_BUSY when another holds it),
 * starts workers and sender. `config` stays the caller's and must outlive the pipeline or be
 * replaced by cqa_pipeline_reconfigure.
 */
enum cqa_status cqa_pipeline_create(struct cqa_pipeline **out, const struct cqa_config *config,
                                    const struct cqa_engine *engine, const struct cqa_clock *clock,
                                    const struct cqa_pipeline_options *options,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* Returns what is under way to the queue. NULL is fine. */
void cqa_pipeline_destroy(struct cqa_pipeline *pipeline);

/* Goes on under a new configuration (same state folder). On failure the old one stays in force. */
enum cqa_status cqa_pipeline_reconfigure(struct cqa_pipeline *pipeline,
                                         const struct cqa_config *config,
                                         struct cqa_error *error) CQA_MUST_CHECK;

/* Descriptors to wait on for reading; up to CQA_PIPELINE_FDS_MAX. They may change by reconfigure.
 */
enum { CQA_PIPELINE_FDS_MAX = 3 };
size_t cqa_pipeline_fds(const struct cqa_pipeline *pipeline, int fds[CQA_PIPELINE_FDS_MAX]);

/* Does everything that can be done now. Milliseconds until the next turn is due even if nothing is
 * readable. */
int64_t cqa_pipeline_turn(struct cqa_pipeline *pipeline);

/* What ended it, after a turn that gave -1: CQA_E_BADDATA, CQA_E_IO. */
/* 1: a new store was built in the place of one that could not be used, when it was created. */
int cqa_pipeline_mended(const struct cqa_pipeline *pipeline);

enum cqa_status cqa_pipeline_broken(const struct cqa_pipeline *pipeline);

/* Another process has left something to send. */
void cqa_pipeline_news(struct cqa_pipeline *pipeline);

/* Recordings that came to an end since the start; asks no database. */
uint64_t cqa_pipeline_done(const struct cqa_pipeline *pipeline);

/* Owes the server what was kept apart within the options' times and was not owed yet; `*count`: how
 * many. */
enum cqa_status cqa_pipeline_owe_previews(struct cqa_pipeline *pipeline, size_t *count,
                                          struct cqa_error *error) CQA_MUST_CHECK;

/* Takes no new recordings from now on; turns still finish what is under way. */
void cqa_pipeline_wind_down(struct cqa_pipeline *pipeline);

void cqa_pipeline_status(struct cqa_pipeline *pipeline, struct cqa_pipeline_status *status);

#endif
