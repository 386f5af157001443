/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ASKED_H
#define CQA_SCORES_ASKED_H

#include "scores/accounts.h"

/* What waits until a second person confirms it (docs/decisions/0151). */

enum cqa_asked_state { CQA_ASKED_WAITS, CQA_ASKED_CONFIRMED, CQA_ASKED_WITHDRAWN };

/* A request that waits; texts are borrowed for the visit, or in the arena that it was read into. */
struct cqa_second_request {
    int64_t id, at_ms, user;
    const char *by;            /* who asked */
    const char *method, *path; /* as they came */
    const char *type;          /* Content-Type */
    const char *why;           /* a message as text (base/message_json.h) */
    const char *body;
    size_t length;
};

/* `id`, `at_ms`, `user` and `by` are set here. */
enum cqa_status cqa_asked_add(struct cqa_scores *scores, const struct cqa_identity *who,
                              struct cqa_second_request *asked,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* What waits, the oldest first, without bodies. */
enum cqa_status cqa_asked_list(struct cqa_scores *scores,
                               void (*visit)(void *context, const struct cqa_second_request *asked),
                               void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* CQA_E_NOTFOUND: nothing of this number waits. */
enum cqa_status cqa_asked_read(struct cqa_scores *scores, int64_t id, struct cqa_arena *arena,
                               struct cqa_second_request *out,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* CQA_E_REFUSED: it is not for `who` to confirm now, or somebody has. */
enum cqa_status cqa_asked_confirm(struct cqa_scores *scores, const struct cqa_identity *who,
                                  const struct cqa_second_request *asked,
                                  struct cqa_seconds seconds,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* It could not be done as it was asked for, and waits again. */
enum cqa_status cqa_asked_unconfirm(struct cqa_scores *scores, const struct cqa_identity *who,
                                    const struct cqa_second_request *asked,
                                    struct cqa_error *error) CQA_MUST_CHECK;
enum cqa_status cqa_asked_withdraw(struct cqa_scores *scores, const struct cqa_identity *who,
                                   int64_t id, struct cqa_error *error) CQA_MUST_CHECK;

#endif
