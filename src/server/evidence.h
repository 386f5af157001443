/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_EVIDENCE_H
#define CQA_SERVER_EVIDENCE_H

#include "server/item.h"
#include "server/store.h"

/*
 * Evidence clips: the seconds around flags that a recorder sent along with a result, for a server
 * that cannot open the recording (docs/decisions/0061-evidence-clips.md). They lie in the store
 * and go with their call.
 */
struct cqa_sql;

/* Keeps an item's clips with its call, inside the caller's transaction and after the result itself;
 * throws away those of audio that the call no longer has. */
enum cqa_status cqa_evidence_put(struct cqa_sql *db, const char *site, const struct cqa_item *item,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* Visits a call's clips in time order until `visit` returns non-zero; bytes are borrowed for the
 * visit. */
enum cqa_status cqa_evidence_read(struct cqa_scores *scores, int64_t call,
                                  int (*visit)(void *context, const struct cqa_item_clip *clip),
                                  void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
