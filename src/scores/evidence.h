/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_EVIDENCE_H
#define CQA_SCORES_EVIDENCE_H

#include "recorder/about.h"
#include "result/item.h"
#include "scores/store.h"

/*
 * Evidence clips: the seconds around flags that a recorder sent along with a result, for a server
 * that cannot open the recording, or not any more (docs/decisions/0061, 0138). They lie in the
 * store and go with their call, after the days that the configuration says, or on request; not
 * before while somebody objects, or holds them.
 */
struct cqa_sql;

/* Keeps an item's clips with its call, inside the caller's transaction and after the result itself;
 * throws away those that the recorder sends no more, but for a call that is held or that somebody
 * objects to: its clips stay beside the new ones, and those of the same audio are read with them.
 */
enum cqa_status cqa_evidence_put(struct cqa_sql *db, const char *site, const struct cqa_item *item,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* Whether a call is under a hold, or somebody objects to a flag of it. */
enum cqa_status cqa_evidence_is_held(struct cqa_sql *db, int64_t call, int *held,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* Visits a call's clips by their beginnings, which may overlap, until `visit` returns non-zero;
 * bytes are borrowed for the visit. */
enum cqa_status cqa_evidence_read(struct cqa_scores *scores, int64_t call,
                                  int (*visit)(void *context, const struct cqa_item_clip *clip),
                                  void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* Notes that a call's recording is not found now, or (`is_there`) that it is. `*since_ms`: when it
 * was first missed; 0: it is there. */
enum cqa_status cqa_evidence_miss(struct cqa_scores *scores, int64_t call, int is_there,
                                  int64_t *since_ms, struct cqa_error *error) CQA_MUST_CHECK;

/* Throws away the clips of calls that came before `before_ms`. `*calls`: how many lost theirs. */
enum cqa_status cqa_evidence_tidy(struct cqa_scores *scores, int64_t before_ms, int64_t *calls,
                                  struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_evidence_erasure {
    int64_t calls;  /* that are about it, with clips or without */
    int64_t erased; /* of them: whose clips went */
    int64_t held;   /* of them: under a hold */
    int64_t names;  /* of an agent: answers of imports about the name, which went too */
};

/* Throws away the clips of all calls that are about `about`, for good, with a row in the audit log:
 * nor do clips come back that a recorder sends later of these calls, in whatever encoding; of an
 * agent also what imports remember of the name. What is held stays. `dry`: only counts. */
enum cqa_status cqa_evidence_erase(struct cqa_scores *scores, const struct cqa_about *about,
                                   int dry, struct cqa_evidence_erasure *out,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* `call`: the row of a call; `sha256`: of the audio that the clip was cut from. Bytes and text are
 * borrowed for the visit. Non-zero stops. */
typedef int cqa_evidence_visit(void *context, int64_t call, const char *sha256,
                               const struct cqa_item_clip *clip);

/* Visits every clip that there is of all calls about `about`: also those that a hold or an
 * objection kept and that are of another audio than the call has now, which nothing plays. A row in
 * the audit log comes first. */
enum cqa_status cqa_evidence_save(struct cqa_scores *scores, const struct cqa_about *about,
                                  cqa_evidence_visit *visit, void *context,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* A hold lasts until it is lifted, and holds what comes later as well. CQA_E_NOTFOUND: there is
 * none to lift. */
enum cqa_status cqa_evidence_hold(struct cqa_scores *scores, const struct cqa_about *about,
                                  const char *reason, struct cqa_error *error) CQA_MUST_CHECK;
enum cqa_status cqa_evidence_lift(struct cqa_scores *scores, const struct cqa_about *about,
                                  struct cqa_error *error) CQA_MUST_CHECK;
enum cqa_status cqa_evidence_holds(struct cqa_scores *scores,
                                   int (*visit)(void *context, const struct cqa_about *about,
                                                const char *reason, int64_t made_ms),
                                   void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
