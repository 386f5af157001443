/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_SIGNING_H
#define CQA_SCORES_ROUNDS_SIGNING_H

#include <stdint.h>
#include "scores/accounts.h"
#include "scores/rounds/rounds.h"

/* Signatures under a sheet, and objections to it. The numbers of the words are stored. */
enum cqa_sign_side { CQA_SIGN_APPRAISED, CQA_SIGN_SUPERVISOR, CQA_SIGN_HR, CQA_SIGN_SIDE_COUNT };
extern const char *const cqa_sign_side_words[CQA_SIGN_SIDE_COUNT + 1];

enum cqa_sign_how { CQA_SIGN_OWN, CQA_SIGN_PAPER, CQA_SIGN_REFUSED, CQA_SIGN_HOW_COUNT };
extern const char *const cqa_sign_how_words[CQA_SIGN_HOW_COUNT + 1];

struct cqa_signature {
    const char *agent;
    enum cqa_sign_side side;
    enum cqa_sign_how how;
    const char *note;    /* NULL: none */
    const char *numbers; /* that it is for: cqa_sheet_numbers */
};

/* CQA_E_REFUSED: not in this stage, or no name. Who may sign for which side was checked before. */
enum cqa_status cqa_signature_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t round, const struct cqa_signature *signature,
                                  struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_signature_row {
    struct cqa_signature what;
    const char *by;
    int64_t at_ms;
};

/* In the order given; `agent` NULL: of everyone. */
enum cqa_status cqa_signature_list(struct cqa_scores *scores, int64_t round, const char *agent,
                                   void (*visit)(void *context,
                                                 const struct cqa_signature_row *row),
                                   void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* ---- objections to sheets; outcome as cqa_objection_words */

enum cqa_status cqa_sheet_objection_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                        int64_t round, const char *agent, const char *text,
                                        int64_t *objection, struct cqa_error *error) CQA_MUST_CHECK;

/* Once, for good. */
enum cqa_status cqa_sheet_objection_answer(struct cqa_scores *scores,
                                           const struct cqa_identity *who, int64_t round,
                                           int64_t objection, int accepted, const char *answer,
                                           struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_sheet_objection_row {
    int64_t id, at_ms, answered_ms; /* 0: not answered */
    const char *agent, *by, *text;
    const char *answer, *answered_by; /* NULL: none */
    int outcome;
};

/* In the order raised; NULL and 0: any. */
enum cqa_status
cqa_sheet_objection_list(struct cqa_scores *scores, int64_t round, const char *agent, int64_t only,
                         void (*visit)(void *context, const struct cqa_sheet_objection_row *row),
                         void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
