/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_RIGHTS_H
#define CQA_SERVER_RIGHTS_H

#include "server/route.h"
#include "server/store.h"

/*
 * The one place that says whether whoever asks may do what a line of the table does: by role, by
 * how far it reaches, and by the object that the path names. 0 with a 403 or 404 given when not. An
 * endpoint looks again, within its transaction, at what it works on.
 */
int cqa_rights_hold(struct cqa_request *request, const struct cqa_route *route);

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
