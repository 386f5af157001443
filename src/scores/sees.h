/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_SEES_H
#define CQA_SCORES_SEES_H

#include "scores/store.h"

/* What of a call a path names; the numbers of calls themselves are found by cqa_query_call. */
enum cqa_object {
    CQA_OBJECT_FLAG,
    CQA_OBJECT_OBJECTION,
    CQA_OBJECT_SAMPLE,
    CQA_OBJECT_NOTE,
    CQA_OBJECT_COUNT
};

/* CQA_E_NOTFOUND: there is none of this number that the scope allows. */
enum cqa_status cqa_scores_sees(struct cqa_scores *scores, const struct cqa_scope *scope,
                                enum cqa_object object, int64_t id,
                                struct cqa_error *error) CQA_MUST_CHECK;

#endif
