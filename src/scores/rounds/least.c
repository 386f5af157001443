/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/rounds_internal.h"

/* Who asked for how much coverage, and when: the last row of a round counts. */
CQA_SQL_STATEMENT(insert_least, "itiiit", 0,
                  "INSERT INTO round_leasts(round, pct, calls, user, at_ms, note)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6)");

struct asking_for {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t round;
    const struct cqa_round_least *least;
    const char *note;
};

static enum cqa_status set_least(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct asking_for *it = context;
    enum cqa_round_stage stage = CQA_ROUND_OPEN;
    enum cqa_status status = cqa_round_check_open(db, it->round, &stage, error);

    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &insert_least, it->round, it->least->pct, it->least->calls,
                            it->who->user, cqa_scores_now_ms(it->scores), it->note);
    if (status == CQA_OK)
        status = cqa_round_audit(it->scores, db, it->who, "appraisal.least", it->round, error,
                                 "%s %%, %lld calls: %s", it->least->pct,
                                 (long long)it->least->calls, it->note);
    return status;
}

enum cqa_status cqa_round_set_least(struct cqa_scores *scores, const struct cqa_identity *who,
                                    int64_t round, const struct cqa_round_least *least,
                                    const char *note, struct cqa_error *error)
{
    struct asking_for asking = {scores, who, round, least, note};
    enum cqa_status status = cqa_round_need_name(who, error);

    if (status == CQA_OK)
        status = cqa_round_check_text("note", note, error);
    return status == CQA_OK ? cqa_scores_write(scores, set_least, &asking, error) : status;
}

CQA_SQL_STATEMENT(inherit_least, "ii", 0,
                  "INSERT INTO round_leasts(round, pct, calls, user, at_ms, note)"
                  " SELECT ?2, pct, calls, user, at_ms, note FROM round_leasts WHERE round = ?1"
                  " ORDER BY id");

enum cqa_status cqa_round_inherit_least(struct cqa_sql *db, int64_t from, int64_t to,
                                        struct cqa_error *error)
{
    return cqa_sql_do(db, error, &inherit_least, from, to);
}
