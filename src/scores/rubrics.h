/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_RUBRICS_H
#define CQA_SCORES_RUBRICS_H

#include "base/buffer.h"
#include "rubric/rubric.h"
#include "scores/store.h"

/*
 * The rubrics that the server knows, by name and version: files of models/rubrics, and what was
 * applied to past calls. They are kept in the store, so that old versions stay known.
 */

/*
 * Keeps a rubric; `text` is the file it was read from. Known content changes nothing; other content
 * under a known name and version replaces it when `replaces`, else is CQA_E_REFUSED.
 */
enum cqa_status cqa_rubric_keep(struct cqa_scores *scores, const char *actor,
                                const struct cqa_rubric *rubric, const char *text, int replaces,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* The same inside the caller's transaction. */
struct cqa_sql;
enum cqa_status cqa_rubric_keep_in(struct cqa_scores *scores, struct cqa_sql *db, const char *actor,
                                   const struct cqa_rubric *rubric, const char *text, int replaces,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* Appends the text of a rubric to `out`; CQA_E_NOTFOUND when it is not known. */
enum cqa_status cqa_rubric_text(struct cqa_scores *scores, const char *name, const char *version,
                                struct cqa_buffer *out, struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_rubric_row {
    const char *name, *version;
    struct cqa_text title;
};

/* All of them, by name, the newest first. */
enum cqa_status cqa_rubric_list(struct cqa_scores *scores,
                                void (*visit)(void *context, const struct cqa_rubric_row *row),
                                void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* What each rule is called, by all rubrics: the one that was learned last comes last. */
enum cqa_status cqa_rubric_rules(struct cqa_scores *scores,
                                 void (*visit)(void *context, const char *rule,
                                               struct cqa_text title),
                                 void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* 1 when it is known; 0 also when the store cannot tell. */
int cqa_rubric_is_known(struct cqa_scores *scores, const char *name, const char *version);

/* Reads caps, floors and automatic fails of rubrics that were kept before the store had them. */
enum cqa_status cqa_rubrics_read_limits(struct cqa_scores *scores,
                                        struct cqa_error *error) CQA_MUST_CHECK;

/* Brings the totals of calls under them to which people had added before that, but in closed
 * periods. */
enum cqa_status cqa_scores_bound_totals(struct cqa_scores *scores,
                                        struct cqa_error *error) CQA_MUST_CHECK;

/* Calls of open periods in these days on which somebody has decided. */
enum cqa_status cqa_scores_count_decided(struct cqa_scores *scores, int64_t day_from,
                                         int64_t day_to, int64_t *count,
                                         struct cqa_error *error) CQA_MUST_CHECK;

#endif
