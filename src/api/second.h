/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_SECOND_H
#define CQA_API_SECOND_H

#include "http/http.h"

/*
 * Four eyes: what changes something that was decided is asked for by one person and confirmed by
 * another who may do it as well. Where there is no other, the same may confirm it a day later. The
 * request is kept as it came, and is done in the name of who confirms it; both stand in the audit
 * log (docs/decisions/0151).
 */

/* An endpoint asks this: 1 when the request is one that is being confirmed. */
int cqa_second_is_confirmed(const struct cqa_request *request);

/* Keeps the request until it is confirmed: 202 with its number and `why` it needs a second person.
 */
void cqa_second_ask(struct cqa_request *request, const struct cqa_message *why);

#endif
