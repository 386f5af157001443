/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/decide.h"

#include <stdio.h>
#include "review/may.h"
#include "scores/decide.h"
#include "scores/flags_internal.h"
#include "scores/store_internal.h"

static enum cqa_status check_right(struct cqa_sql *db, const struct cqa_identity *who,
                                   const struct cqa_flag_target *target, struct cqa_error *error)
{
    int is_closed = 0;
    const enum cqa_status status = cqa_day_is_closed(db, target->day, &is_closed, error);

    return status == CQA_OK ? cqa_may_decide(who, target, is_closed, error) : status;
}

static enum cqa_status write_verdict(struct cqa_scores *scores, struct cqa_sql *db,
                                     const struct cqa_identity *who, int64_t flag,
                                     const struct cqa_flag_verdict *verdict,
                                     const struct cqa_flag_target *target, struct cqa_error *error)
{
    int64_t room_c = 0;
    const enum cqa_status status =
        cqa_scores_room(db, target->call, flag, target->rule, target->limits.cap_c, &room_c, error);

    if (status != CQA_OK)
        return status;
    const struct cqa_verdict_cost cost =
        cqa_verdict_costs(target, cqa_verdict_says(verdict, target->points_c), room_c);
    return cqa_decision_write(scores, db, who, flag, verdict, target, &cost, error);
}

enum cqa_status cqa_review_decide_within(struct cqa_scores *scores, struct cqa_sql *db,
                                         const struct cqa_identity *who, int64_t flag,
                                         const struct cqa_flag_verdict *verdict, int64_t *call,
                                         struct cqa_error *error)
{
    const struct cqa_scope scope = cqa_identity_scope(who);
    struct cqa_flag_target target = {0};
    enum cqa_status status = cqa_target_of_flag(db, &scope, flag, &target, error);

    if (status == CQA_OK)
        status = cqa_limits_read(db, &target, error);
    if (status == CQA_OK)
        status = check_right(db, who, &target, error);
    if (status == CQA_OK)
        status = cqa_may_say(verdict, &target, error);
    if (status == CQA_OK)
        status = write_verdict(scores, db, who, flag, verdict, &target, error);
    *call = target.call;
    return status;
}

struct deciding {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t flag;
    const struct cqa_flag_verdict *verdict;
    int64_t *call;
};

/* CQA_E_NOTFOUND: it was not heard before. */
static enum cqa_status find_heard(struct cqa_sql *db, const struct deciding *it,
                                  struct cqa_error *error)
{
    struct cqa_decision_made made = {0};

    if (it->verdict->request == NULL || it->who->user == 0)
        return CQA_E_NOTFOUND;
    const enum cqa_status status = cqa_decision_made(db, it->who, it->verdict, &made, error);
    if (status != CQA_OK)
        return status;
    *it->call = made.call;
    return cqa_may_repeat(it->verdict, it->flag, &made, error);
}

static enum cqa_status decide(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct deciding *it = context;
    enum cqa_status status = find_heard(db, it, error);

    if (status != CQA_E_NOTFOUND)
        return status;
    status = cqa_claims_check(it->scores, db, it->who, it->flag, error);

    if (status == CQA_OK)
        status = cqa_review_decide_within(it->scores, db, it->who, it->flag, it->verdict, it->call,
                                          error);
    return status == CQA_OK ? cqa_claims_end(db, it->flag, error) : status;
}

enum cqa_status cqa_review_decide(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t flag, const struct cqa_flag_verdict *verdict,
                                  int64_t *call, struct cqa_error *error)
{
    struct deciding deciding = {scores, who, flag, verdict, call};

    return cqa_scores_write(scores, decide, &deciding, error);
}

/* ---- by hand */

struct flagging {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t call;
    const struct cqa_manual_flag *manual;
    int64_t *flag;
};

/* Who adds a flag has decided on it: it is confirmed from the start, and can be overturned like any
 * other. */
static enum cqa_status add_flag(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct flagging *it = context;
    const struct cqa_scope scope = cqa_identity_scope(it->who);
    const struct cqa_flag_verdict verdict = {.state = CQA_FLAG_CONFIRMED,
                                             .reason = it->manual->note};
    struct cqa_flag_target target = {0};
    enum cqa_status status = cqa_target_of_call(db, &scope, it->call, &target, error);

    snprintf(target.rule, sizeof target.rule, "%s", it->manual->rule);
    if (status == CQA_OK)
        status = check_right(db, it->who, &target, error);
    if (status == CQA_OK)
        status = cqa_limits_read(db, &target, error);
    if (status == CQA_OK)
        status = cqa_may_add(it->manual, &target, error);
    if (status == CQA_OK)
        status =
            cqa_flag_write(db, it->who, it->call, it->manual, target.limits.fails, it->flag, error);
    if (status != CQA_OK)
        return status;
    target.points_c = it->manual->points_c;
    target.state = CQA_FLAG_OPEN;
    return write_verdict(it->scores, db, it->who, *it->flag, &verdict, &target, error);
}

enum cqa_status cqa_review_add_flag(struct cqa_scores *scores, const struct cqa_identity *who,
                                    int64_t call, const struct cqa_manual_flag *manual,
                                    int64_t *flag, struct cqa_error *error)
{
    struct flagging flagging = {scores, who, call, manual, flag};

    return cqa_scores_write(scores, add_flag, &flagging, error);
}
