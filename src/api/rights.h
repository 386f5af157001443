/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_RIGHTS_H
#define CQA_API_RIGHTS_H

#include "http/route.h"

/*
 * The one place that says whether whoever asks may do what a line of the table does: by role, by
 * how far it reaches, and by the object that the path names. 0 with a 403 or 404 given when not. An
 * endpoint looks again, within its transaction, at what it works on.
 */
int cqa_rights_hold(struct cqa_request *request, const struct cqa_route *route);

/* Whether the account's role needs a second factor that the account has not: then it may set one
 * up, and nothing else. */
int cqa_rights_lack_factor(struct cqa_request *request, const struct cqa_identity *who);

#endif
