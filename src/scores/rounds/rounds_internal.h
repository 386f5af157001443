/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_ROUNDS_INTERNAL_H
#define CQA_SCORES_ROUNDS_ROUNDS_INTERNAL_H

#include "scores/rounds/rounds.h"
#include "scores/store_internal.h"

/* What the store_*.c files of appraisal share; all of it inside the caller's transaction. */

/* CQA_E_REFUSED without a person's name: nothing of an appraisal is done with a token. */
/* Puts its texts into the arena. */
enum cqa_status cqa_round_keep(struct cqa_arena *arena, struct cqa_round *round,
                               struct cqa_error *error) CQA_MUST_CHECK;

enum cqa_status cqa_round_need_name(const struct cqa_identity *who,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* CQA_E_BADDATA unless `text` has 1 to 2000 bytes, not all blank. */
enum cqa_status cqa_round_check_text(const char *what, const char *text,
                                     struct cqa_error *error) CQA_MUST_CHECK;

enum cqa_status cqa_round_write_step(struct cqa_scores *scores, struct cqa_sql *db,
                                     const struct cqa_identity *who, int64_t round,
                                     const struct cqa_round_step *step,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* The stage as it is in this transaction. CQA_E_NOTFOUND: no such round; CQA_E_REFUSED: closed. */
enum cqa_status cqa_round_check_open(struct cqa_sql *db, int64_t round, enum cqa_round_stage *stage,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* A correction asks for what the corrected one asked for. */
enum cqa_status cqa_round_inherit_least(struct cqa_sql *db, int64_t from, int64_t to,
                                        struct cqa_error *error) CQA_MUST_CHECK;

/* One line of the audit log: "appraisal 3" and what was done. */
enum cqa_status cqa_round_audit(struct cqa_scores *scores, struct cqa_sql *db,
                                const struct cqa_identity *who, const char *action, int64_t round,
                                struct cqa_error *error, const char *format, ...)
    CQA_PRINTF(7, 8) CQA_MUST_CHECK;

#endif
