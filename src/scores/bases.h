/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_BASES_H
#define CQA_SCORES_BASES_H

#include "result/basis.h"
#include "scores/store.h"

/* What rules need of results (result/basis.h), beside their texts. */

/* Of one call, as its current result tells it. Borrowed for the visit. */
struct cqa_basis_row {
    int64_t call, revision;
    const char *call_id;
    const void *bytes; /* to be read where there is no `body` */
    size_t size;
    const char *body; /* callqa.result/1; NULL: not needed */
};

/* From its text where that is there, else from its bytes; as cqa_basis_read and
 * cqa_basis_read_text. */
enum cqa_status cqa_basis_read_row(struct cqa_basis *basis, const struct cqa_basis_row *row,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/*
 * Visits calls in order until `visit` returns non-zero or they end. `rubric` and `version`: what
 * they scored comes with its text; NULL: nothing does but what was stored before there were bytes.
 */
enum cqa_status cqa_bases_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                               const struct cqa_call_filter *filter, const char *rubric,
                               const char *version,
                               int (*visit)(void *context, const struct cqa_basis_row *row),
                               void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* How many results were stored before there were bytes, and have none yet. */
enum cqa_status cqa_bases_left(struct cqa_scores *scores, int64_t *left,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* Puts theirs beside some of them; `*filled` 0: none is left. Whatever changes meanwhile stays as
 * it was changed, and a text that cannot be read is not tried again. */
enum cqa_status cqa_bases_fill(struct cqa_scores *scores, int64_t *filled,
                               struct cqa_error *error) CQA_MUST_CHECK;

#endif
