/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_AGAIN_H
#define CQA_PIPELINE_AGAIN_H

#include "analysis/engine.h"
#include "pipeline/config.h"
#include "store/recordings.h"
#include "store/results.h"

/*
 * Results that an older analyzer or another rubric made stay as they are until somebody asks for
 * them again (docs/decisions/0067-switching-on-new-rules.md).
 */

enum { CQA_ANALYZER_NAME_SIZE = 256, CQA_ORIGIN_SIZE = 96 };

/* What results are made by: version and what it was built of, models, rules, whether keyed digits
 * are shown, and what the rubric says. */
void cqa_analyzer_name(const struct cqa_config *config, const struct cqa_engine *engine,
                       char out[CQA_ANALYZER_NAME_SIZE]);

/* What else those of a watched folder are made from: what its profile says, and its zone. It goes
 * behind the analyzer's name: docs/decisions/0118-made-from.md. */
void cqa_analyzer_origin(const struct cqa_watch_config *watch, char out[CQA_ORIGIN_SIZE]);
void cqa_analyzer_with(const char *analyzer, const char *origin, char out[CQA_ANALYZER_NAME_SIZE]);

/* Which recordings a run is about. */
struct cqa_again_scope {
    int64_t since_s;      /* began then or later, by clocks of the folder's zone (a date and time
                             counted as if it were UTC); 0: whenever */
    int64_t until_s;      /* and before; 0: whenever */
    const char *path;     /* in this folder; NULL: in all watched ones. Absolute */
    const char *recorder; /* of folders with this profile, as the configuration or the profile calls
                             it; NULL: of all */
};

/* The part of a watched folder that is meant; NULL: nothing of it. Borrowed from either. */
const char *cqa_again_folder(const struct cqa_watch_config *watch,
                             const struct cqa_again_scope *scope);

/* The instant at which the folder's clocks show `local_s`, in ns since 1970; 0 for 0. */
int64_t cqa_again_instant_ns(const struct cqa_watch_config *watch, int64_t local_s);

/* When the recording at `path` began, since 1970, UTC: as its name says (`named`), or, where that
 * does not tell and the scope asks when, what lies beside it; 0: neither. `children`: NULL where
 * the scope asks nothing. */
int64_t cqa_again_begun_ms(const struct cqa_watch_config *watch,
                           const struct cqa_again_scope *scope, struct cqa_children *children,
                           const char *path, const struct cqa_call_identity *named,
                           struct cqa_arena *arena);

/* Why a result is not one of now; several may hold. */
enum cqa_again_why {
    CQA_AGAIN_VERSION = 1, /* of the analyzer */
    CQA_AGAIN_MODELS = 2,
    CQA_AGAIN_RULES = 4, /* what a verdict stands on */
    CQA_AGAIN_DIGITS = 8,
    CQA_AGAIN_RUBRIC = 16,
    CQA_AGAIN_PROFILE = 32, /* of the recorder */
    CQA_AGAIN_ZONE = 64,
    CQA_AGAIN_WHY_COUNT = 7
};
extern const char *const cqa_again_words[CQA_AGAIN_WHY_COUNT + 1]; /* by bit */

/* Of what was made by `analyzer` and `rubric`, against those of `wish`. */
unsigned cqa_again_why(const struct cqa_outdated *outdated, const struct cqa_requeue *wish);

/* What is meant by a run of one watched folder. */
struct cqa_again_part {
    struct cqa_requeue wish;
    char analyzer[CQA_ANALYZER_NAME_SIZE]; /* its */
};

/* What a sweep asks of the store for one watched folder; 0 when nothing of it is meant. `part`
 * borrows from config and scope. */
int cqa_again_part(const struct cqa_config *config, const struct cqa_watch_config *watch,
                   const struct cqa_again_scope *scope, const char *analyzer, enum cqa_asked asked,
                   struct cqa_again_part *part);

#endif
