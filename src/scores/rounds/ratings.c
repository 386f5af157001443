/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/ratings.h"
#include "scores/rounds/rounds_internal.h"

CQA_SQL_STATEMENT(current_rating, "ttttt", 1,
                  "SELECT id FROM ratings WHERE current = 1 AND scheme = ?1 AND period = ?2"
                  " AND agent = ?3 AND indicator = ?4 AND rater = ?5");
CQA_SQL_STATEMENT(unset_rating, "i", 0, "UPDATE ratings SET current = 0 WHERE id = ?1");
CQA_SQL_STATEMENT(
    insert_rating, "ttttititio", 0,
    "INSERT INTO ratings(scheme, period, agent, indicator, kind, rater, user, value, at_ms,"
    " replaces) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");

static enum cqa_status put_one(struct cqa_scores *scores, struct cqa_sql *db,
                               const struct cqa_identity *who, const struct cqa_round *round,
                               const struct cqa_rating *rating, struct cqa_error *error)
{
    int64_t before = 0;
    enum cqa_status status =
        cqa_scores_find(db, &before, error, &current_rating, round->scheme, round->period,
                        rating->agent, rating->indicator, who->person);

    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &unset_rating, before);
    else if (status == CQA_E_NOTFOUND)
        status = CQA_OK;
    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &insert_rating, round->scheme, round->period, rating->agent,
                            rating->indicator, (int64_t)rating->kind, who->person, who->user,
                            rating->value, cqa_scores_now_ms(scores), before ? &before : NULL);
    if (status == CQA_OK)
        status = cqa_round_audit(scores, db, who, "appraisal.rate", round->id, error, "%s, %s: %s",
                                 rating->agent, rating->indicator, rating->value);
    return status;
}

struct rated {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const struct cqa_round *round;
    const struct cqa_rating *ratings;
    size_t count;
};

static enum cqa_status put_all(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct rated *it = context;
    enum cqa_round_stage stage = CQA_ROUND_OPEN;
    enum cqa_status status = cqa_round_check_open(db, it->round->id, &stage, error);

    for (size_t i = 0; status == CQA_OK && i < it->count; i++)
        status = put_one(it->scores, db, it->who, it->round, &it->ratings[i], error);
    return status;
}

enum cqa_status cqa_ratings_put(struct cqa_scores *scores, const struct cqa_identity *who,
                                const struct cqa_round *round, const struct cqa_rating *ratings,
                                size_t count, struct cqa_error *error)
{
    struct rated rated = {scores, who, round, ratings, count};
    const enum cqa_status status = cqa_round_need_name(who, error);

    return status == CQA_OK ? cqa_scores_write(scores, put_all, &rated, error) : status;
}

CQA_SQL_STATEMENT(list_ratings, "tt", 7,
                  "SELECT agent, indicator, kind, value, id, at_ms, rater FROM ratings"
                  " WHERE current = 1 AND scheme = ?1 AND period = ?2 ORDER BY id");

enum cqa_status cqa_ratings_list(struct cqa_scores *scores, const struct cqa_round *round,
                                 void (*visit)(void *context, const struct cqa_rating_row *row),
                                 void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_ratings, round->scheme, round->period);
    while (cqa_list_next(&list, error)) {
        const struct cqa_rating_row rating = {{cqa_row_text(list.row, 0), cqa_row_text(list.row, 1),
                                               (enum cqa_rated_by)cqa_sql_int(list.row, 2),
                                               cqa_row_text(list.row, 3)},
                                              cqa_sql_int(list.row, 4),
                                              cqa_sql_int(list.row, 5),
                                              cqa_row_text(list.row, 6)};
        visit(context, &rating);
    }
    return cqa_list_end(scores, &list);
}

CQA_SQL_STATEMENT(list_leads, "i", 2,
                  "SELECT u.person, t.team FROM users u LEFT JOIN user_teams t"
                  " ON t.user = u.id WHERE u.disabled_ms IS NULL AND u.role = ?1"
                  " ORDER BY u.person, t.team");

enum cqa_status cqa_ratings_leads(struct cqa_scores *scores,
                                  void (*visit)(void *context, const char *person,
                                                const char *team),
                                  void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_leads, (int64_t)CQA_ACCOUNT_LEAD);
    while (cqa_list_next(&list, error))
        visit(context, cqa_row_text(list.row, 0), cqa_sql_text(list.row, 1));
    return cqa_list_end(scores, &list);
}
