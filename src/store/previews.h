/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_PREVIEWS_H
#define CQA_STORE_PREVIEWS_H

#include "store/recordings.h"
#include "store/store.h"

/*
 * Results that somebody asked for and that count nothing: what the analyzer and the rubric of now
 * make of a recording whose result older ones made. They lie beside the current results, which stay
 * as they are (docs/decisions/0067-switching-on-new-rules.md).
 */

/* One with the result that it stands beside. */
struct cqa_kept_apart {
    int64_t id; /* the recording's */
    const char *path, *source, *call_id, *sha256;
    const char *now; /* callqa.result/1 as it counts */
    size_t now_length;
    const char *apart; /* and as it would */
    size_t apart_length;
    int owed; /* a delivery of it was written */
};

/* Return 0 to stop. The strings live during the call only. The visitor may use the store. */
typedef int cqa_previews_visit(void *context, const struct cqa_kept_apart *preview);

/* Those made by the analyzer and rubric of `wish`, within its times and folder, by recording; read
 * in pages. */
enum cqa_status cqa_previews_each(struct cqa_store *store, const struct cqa_requeue *wish,
                                  cqa_previews_visit *visit, void *context,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/*
 * Owes `body` to the server under `key` as the preview of a recording: once, and again where the
 * server refused it (an older one does). `*owed` is 0 where it is owed already, and where the
 * result that it is compared with has not been sent yet.
 */
enum cqa_status cqa_previews_owe(struct cqa_store *store, int64_t id, const char *key,
                                 const char *body, size_t body_length, int64_t now_ms, int *owed,
                                 struct cqa_error *error) CQA_MUST_CHECK;

#endif
