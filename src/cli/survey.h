/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CLI_SURVEY_H
#define CQA_CLI_SURVEY_H

#include <stdio.h>
#include "base/error.h"
#include "base/litter.h"
#include "cli/paths.h"
#include "recorder/profile.h"

enum { CQA_SURVEY_KINDS_MAX = 64 };

/* Names of one kind: those that a pattern fits, or those that fail for one reason. */
struct cqa_survey_kind {
    int matched;
    struct cqa_text pattern; /* the recorder's; NULL: none */
    char example[512];       /* the first one's path, escaped */
    size_t count;
};

/* What lies in folders, and what a profile makes of its names. {0} is empty; finish frees. */
struct cqa_survey {
    struct cqa_paths paths; /* of the last folder, by name */
    struct cqa_paths links; /* symbolic links to folders, which are not followed */
    struct cqa_paths blind; /* what could not be read */
    int *blind_errno;
    size_t litter[CQA_LITTER_COUNT];
    size_t file_links; /* symbolic links to anything else */
    size_t not_files;  /* FIFOs, sockets, devices */
    struct cqa_survey_kind kinds[CQA_SURVEY_KINDS_MAX];
    size_t kind_count;
    size_t matched;
    size_t unmatched;
    enum cqa_status status; /* of the walk */
};

/* Goes through the folder as callqad would; opens no file. What cannot be read is named in `blind`.
 * CQA_E_NOMEM. */
enum cqa_status cqa_survey_walk(struct cqa_survey *survey, const struct cqa_recorder *recorder,
                                const char *folder, struct cqa_error *error) CQA_MUST_CHECK;

/* Takes a name that was identified into account. */
void cqa_survey_count(struct cqa_survey *survey, const char *path,
                      const struct cqa_call_identity *identity);

/* Says what was counted. 1 when something could not be read. */
int cqa_survey_print(const struct cqa_survey *survey, FILE *out);
void cqa_survey_finish(struct cqa_survey *survey);

#endif
