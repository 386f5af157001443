/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_HTTP_REFUSALS_H
#define CQA_HTTP_REFUSALS_H

#include <stdint.h>
#include "scores/audit.h"

/*
 * Refused requests (401 and 403) in the audit log, so many a minute of each address; of what comes
 * beyond that one row tells how much it was. Whoever floods the server with refused requests so
 * fills neither the log nor the disk, and is seen all the same. Rows are written by a thread of its
 * own, since a stranger must not make those that serve wait for whoever writes. Any thread.
 */
struct cqa_refusals;

enum { CQA_REFUSALS_A_MINUTE = 10 };

/* `scores` is borrowed. Owned, free with cqa_refusals_destroy; NULL: no memory. */
struct cqa_refusals *cqa_refusals_create(struct cqa_scores *scores);
/* What was not told yet is; all is written when it returns. */
void cqa_refusals_destroy(struct cqa_refusals *refusals);

/* `asker` has the address; `detail` says what was refused, and why. What the log cannot take is
 * lost: the request is refused all the same. */
void cqa_refusals_note(struct cqa_refusals *refusals, int64_t now_ms,
                       const struct cqa_audit_asker *asker, const char *actor, const char *object,
                       const char *detail);

#endif
