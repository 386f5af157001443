/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_ERASE_H
#define CQA_STORE_ERASE_H

#include "recorder/about.h"
#include "store/store.h"

/*
 * What the recorder knows of one customer, agent or call: erased on request so that no scan brings
 * it back, or held so that neither retention nor a request takes it (docs/install.md, Privacy).
 */

struct cqa_erasure {
    size_t erased;
    size_t held; /* by a legal hold: left as they are */
    size_t busy; /* being analysed or sent at this moment: ask again */
};

/* Path of a recording that is concerned, and whether its file is still there. */
typedef void cqa_erase_tell(void *context, const char *path, int is_there, int is_held);

/*
 * Deletes and overwrites results, deliveries and previews of all recordings that are about `about`,
 * and puts a tombstone (a hash) in their place: neither their file, nor one of the same call or
 * content, is analysed again. The recordings themselves are the recorder's. `dry`: only tells.
 */
enum cqa_status cqa_store_erase(struct cqa_store *store, const struct cqa_about *about, int dry,
                                int64_t now_ms, cqa_erase_tell *tell, void *context,
                                struct cqa_erasure *out, struct cqa_error *error) CQA_MUST_CHECK;

/* Puts a hold, which lasts until it is lifted. */
enum cqa_status cqa_store_hold(struct cqa_store *store, const struct cqa_about *about,
                               const char *reason, int64_t now_ms,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* CQA_E_NOTFOUND: there is none. */
enum cqa_status cqa_store_lift(struct cqa_store *store, const struct cqa_about *about,
                               struct cqa_error *error) CQA_MUST_CHECK;

typedef void cqa_hold_tell(void *context, const struct cqa_about *about, const char *reason,
                           int64_t made_ms);
enum cqa_status cqa_store_holds(struct cqa_store *store, cqa_hold_tell *tell, void *context,
                                struct cqa_error *error) CQA_MUST_CHECK;

#endif
