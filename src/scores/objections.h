/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_OBJECTIONS_H
#define CQA_SCORES_OBJECTIONS_H

#include "scores/accounts.h"
#include "scores/flags.h"

/* The rows of objections; who may object until when is review/'s. What takes a connection runs
 * inside the caller's transaction. */
struct cqa_sql;

/* What an objection to a flag needs to know of it. */
struct cqa_objected {
    int64_t call;
    int64_t since_ms; /* the decision on the flag, or the call's arrival while there is none */
    int already;      /* there is an objection */
    int is_closed;    /* the period of the call is */
};

/* CQA_E_NOTFOUND unless the flag is of a call that the scope allows. */
enum cqa_status cqa_objected_read(struct cqa_sql *db, const struct cqa_scope *scope, int64_t flag,
                                  struct cqa_objected *out, struct cqa_error *error) CQA_MUST_CHECK;

/* With its notice and its row of the audit log. */
enum cqa_status cqa_objection_write(struct cqa_scores *scores, struct cqa_sql *db,
                                    const struct cqa_identity *who, int64_t flag, int64_t call,
                                    const char *text, int64_t *objection,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* How one stands; who answered it and when, where it is not open. */
struct cqa_objection_found {
    int64_t flag, decided_ms;
    enum cqa_objection_outcome outcome;
    char decided_by[96];
};
enum cqa_status cqa_objection_find(struct cqa_sql *db, int64_t objection,
                                   struct cqa_objection_found *out,
                                   struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_objection_answered {
    int64_t objection, flag, call;
    enum cqa_objection_outcome outcome;
    const char *answer;
};
enum cqa_status cqa_objection_answer(struct cqa_scores *scores, struct cqa_sql *db,
                                     const struct cqa_identity *who,
                                     const struct cqa_objection_answered *it,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* Those to flags of these days (yyyymmdd, inclusive) that nobody has answered are closed with the
 * days, with the closer's words (NULL: none); each with its notice. */
enum cqa_status cqa_objections_close(struct cqa_scores *scores, struct cqa_sql *db,
                                     const struct cqa_identity *who, int64_t day_from,
                                     int64_t day_to, const char *note,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* Where the days are opened again they wait again. */
enum cqa_status cqa_objections_reopen(struct cqa_sql *db, int64_t day_from, int64_t day_to,
                                      struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_objection_row {
    int64_t id, flag, call, at_ms, decided_ms;
    const char *call_id, *rule, *person, *by, *text, *decided_by, *answer;
    const char *title_en, *title_zh; /* of the rule; NULL: not known */
    int64_t range_least_c, range_most_c;
    enum cqa_objection_outcome outcome;
    int64_t day; /* of the call, yyyymmdd; 0: unknown */
};

/* Behind `after_id`, in order. `outcome` -1: any. */
enum cqa_status cqa_objection_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                   int outcome, int64_t after_id, int64_t limit,
                                   int (*visit)(void *context, const struct cqa_objection_row *row),
                                   void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
