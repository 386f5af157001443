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

enum { CQA_ANALYZER_NAME_SIZE = 128 };

/* What results are made by: version, models, rules, and whether keyed digits are shown. */
void cqa_analyzer_name(const struct cqa_config *config, const struct cqa_engine *engine,
                       char out[CQA_ANALYZER_NAME_SIZE]);

/* Why a result is not one of now; several may hold. */
enum cqa_again_why {
    CQA_AGAIN_VERSION = 1, /* of the analyzer */
    CQA_AGAIN_MODELS = 2,
    CQA_AGAIN_RULES = 4, /* what a verdict stands on */
    CQA_AGAIN_DIGITS = 8,
    CQA_AGAIN_RUBRIC = 16,
    CQA_AGAIN_WHY_COUNT = 5
};
extern const char *const cqa_again_words[CQA_AGAIN_WHY_COUNT + 1]; /* by bit */

/* Of what was made by `analyzer` and `rubric`, against those of `wish`. */
unsigned cqa_again_why(const struct cqa_outdated *outdated, const struct cqa_requeue *wish);

/* What a sweep asks of the store for one watched folder. Borrows from all three. */
struct cqa_requeue cqa_again_wish(const struct cqa_config *config,
                                  const struct cqa_watch_config *watch, const char *analyzer,
                                  enum cqa_asked asked);

#endif
