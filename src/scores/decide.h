/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_DECIDE_H
#define CQA_SCORES_DECIDE_H

#include "scores/flags.h"

/* The rows that decisions are made of; who may make which is review/'s. Everything here runs inside
 * the caller's transaction. */
struct cqa_sql;

enum { CQA_REASON_BYTES_MAX = 2000 };

/* What the call's rubric says of a rule. */
struct cqa_rule_limits {
    int are_known;           /* 0: neither the rubric nor the rule is */
    int64_t least_c, most_c; /* what a person may give one flag */
    int64_t cap_c;           /* of all its flags together; CQA_NO_CAP */
    int fails;               /* the call, whatever its points */
};

/* What deciding needs to know of a flag and its call. */
struct cqa_flag_target {
    int64_t call;
    int64_t points_c, base_c;
    int64_t day, duration_ms;
    int state;         /* enum cqa_flag_state */
    int64_t objection; /* the open one; 0: none */
    int64_t settled;   /* the objection that was settled, when and by whom; 0: none */
    int64_t settled_ms;
    char settled_by[96];
    char person[256]; /* whose call it is; "": nobody's */
    char decided_by[96];
    char rubric[96], rubric_version[64], rule[96]; /* "": the call was not scored */
    struct cqa_rule_limits limits;                 /* of `rule` */
};

/* CQA_E_NOTFOUND unless the scope allows the call. */
enum cqa_status cqa_target_of_flag(struct cqa_sql *db, const struct cqa_scope *scope, int64_t flag,
                                   struct cqa_flag_target *out,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* The same of a call, of none of its flags. */
enum cqa_status cqa_target_of_call(struct cqa_sql *db, const struct cqa_scope *scope, int64_t call,
                                   struct cqa_flag_target *out,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* Fills `limits`. Where the call's rubric, or its rule, is not known: what a call has. */
enum cqa_status cqa_limits_read(struct cqa_sql *db, struct cqa_flag_target *target,
                                struct cqa_error *error) CQA_MUST_CHECK;

enum cqa_status cqa_day_is_closed(struct cqa_sql *db, int64_t day, int *out,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* What a person said that it costs, and what it costs under the caps; hundredths. */
struct cqa_verdict_cost {
    int64_t said_c, cost_c;
};

/* What this person's request of this name has decided before; CQA_E_NOTFOUND: nothing. */
struct cqa_decision_made {
    int64_t flag, call, points_c;
    enum cqa_flag_state state;
    int is_same; /* the reason and its code are those of `verdict` */
};
enum cqa_status cqa_decision_made(struct cqa_sql *db, const struct cqa_identity *who,
                                  const struct cqa_flag_verdict *verdict,
                                  struct cqa_decision_made *out,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* With its notice, its row of the audit log and the call's new total. */
enum cqa_status cqa_decision_write(struct cqa_scores *scores, struct cqa_sql *db,
                                   const struct cqa_identity *who, int64_t flag,
                                   const struct cqa_flag_verdict *verdict,
                                   const struct cqa_flag_target *target,
                                   const struct cqa_verdict_cost *cost,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* One added by hand, undecided; `fails`: its rule fails the call. */
enum cqa_status cqa_flag_write(struct cqa_sql *db, const struct cqa_identity *who, int64_t call,
                               const struct cqa_manual_flag *manual, int fails, int64_t *flag,
                               struct cqa_error *error) CQA_MUST_CHECK;

#endif
