/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/object.h"

#include "review/decide.h"
#include "review/may.h"
#include "scores/store_internal.h"

struct objecting {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t flag;
    const char *text;
    int64_t days;
    int64_t *objection;
};

static enum cqa_status object_to(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct objecting *it = context;
    const struct cqa_scope scope = cqa_identity_scope(it->who);
    struct cqa_objected objected = {0};
    enum cqa_status status = cqa_objected_read(db, &scope, it->flag, &objected, error);

    if (status == CQA_OK)
        status = cqa_may_object(it->who, &objected, it->text, it->days,
                                cqa_scores_now_ms(it->scores), error);
    return status == CQA_OK ? cqa_objection_write(it->scores, db, it->who, it->flag, objected.call,
                                                  it->text, it->objection, error)
                            : status;
}

enum cqa_status cqa_review_object(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t flag, const char *text, int64_t days, int64_t *objection,
                                  struct cqa_error *error)
{
    struct objecting objecting = {scores, who, flag, text, days, objection};

    return cqa_scores_write(scores, object_to, &objecting, error);
}

struct settling {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t objection;
    const struct cqa_flag_verdict *verdict;
    int again;
};

static enum cqa_status settle(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct settling *it = context;
    struct cqa_objection_found found = {0};
    struct cqa_flag_verdict seen = *it->verdict;
    struct cqa_objection_answered answered = {.objection = it->objection,
                                              .outcome = it->verdict->state == CQA_FLAG_CONFIRMED
                                                             ? CQA_OBJECTION_REJECTED
                                                             : CQA_OBJECTION_ACCEPTED,
                                              .answer = it->verdict->reason};
    enum cqa_status status = cqa_objection_find(db, it->objection, &found, error);

    seen.objection = seen.answers = it->objection;
    answered.flag = found.flag;
    if (status == CQA_OK)
        status = cqa_review_decide_within(it->scores, db, it->who, found.flag, &seen,
                                          &answered.call, error);
    if (status == CQA_OK)
        status = cqa_may_answer_now(&found, it->again, error); /* the sight of it came first */
    return status == CQA_OK ? cqa_objection_answer(it->scores, db, it->who, &answered, error)
                            : status;
}

enum cqa_status cqa_review_settle(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t objection, const struct cqa_flag_verdict *verdict,
                                  int again, struct cqa_error *error)
{
    struct settling settling = {scores, who, objection, verdict, again};
    const enum cqa_status status = cqa_may_answer(verdict, error);

    return status == CQA_OK ? cqa_scores_write(scores, settle, &settling, error) : status;
}
