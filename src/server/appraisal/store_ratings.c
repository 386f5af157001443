/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/appraisal/ratings.h"
#include "server/appraisal/store_rounds.h"

static enum cqa_status put_one(struct cqa_scores *scores, struct cqa_db *db,
                               const struct cqa_identity *who, const struct cqa_round *round,
                               const struct cqa_rating *rating, struct cqa_error *error)
{
    int64_t before = 0;
    enum cqa_status status = cqa_db_value(
        db, &before, error,
        "SELECT id FROM ratings WHERE current = 1 AND scheme = ? AND period = ?"
        " AND agent = ? AND indicator = ? AND rater = ?",
        "ttttt", round->scheme, round->period, rating->agent, rating->indicator, who->person);

    if (status == CQA_OK)
        status = cqa_db_run(db, error, "UPDATE ratings SET current = 0 WHERE id = ?", "i", before);
    else if (status == CQA_E_NOTFOUND)
        status = CQA_OK;
    if (status == CQA_OK)
        status = cqa_db_run(
            db, error,
            "INSERT INTO ratings(scheme, period, agent, indicator, kind, rater, user, value, at_ms,"
            " replaces) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            "ttttititio", round->scheme, round->period, rating->agent, rating->indicator,
            (int64_t)rating->kind, who->person, who->user, rating->value, cqa_scores_now_ms(scores),
            before ? &before : NULL);
    if (status == CQA_OK)
        status = cqa_round_audit(scores, db, who, "appraisal.rate", round->id, error, "%s, %s: %s",
                                 rating->agent, rating->indicator, rating->value);
    return status;
}

enum cqa_status cqa_ratings_put(struct cqa_scores *scores, const struct cqa_identity *who,
                                const struct cqa_round *round, const struct cqa_rating *ratings,
                                size_t count, struct cqa_error *error)
{
    enum cqa_round_stage stage = CQA_ROUND_OPEN;
    struct cqa_db *db;
    enum cqa_status status = cqa_round_need_name(who, error);

    if (status == CQA_OK)
        status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = cqa_round_check_open(db, round->id, &stage, error);
    for (size_t i = 0; status == CQA_OK && i < count; i++)
        status = put_one(scores, db, who, round, &ratings[i], error);
    return cqa_scores_end(scores, status, error);
}

enum cqa_status cqa_ratings_list(struct cqa_scores *scores, const struct cqa_round *round,
                                 void (*visit)(void *context, const struct cqa_rating_row *row),
                                 void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error,
                   "SELECT agent, indicator, kind, value, id, at_ms, rater FROM ratings"
                   " WHERE current = 1 AND scheme = ? AND period = ? ORDER BY id",
                   "tt", round->scheme, round->period);
    while (cqa_list_next(&list, error)) {
        const struct cqa_rating_row rating = {{cqa_db_text(list.row, 0), cqa_db_text(list.row, 1),
                                               (enum cqa_rated_by)sqlite3_column_int(list.row, 2),
                                               cqa_db_text(list.row, 3)},
                                              sqlite3_column_int64(list.row, 4),
                                              sqlite3_column_int64(list.row, 5),
                                              cqa_db_text(list.row, 6)};
        visit(context, &rating);
    }
    return cqa_list_end(scores, &list);
}

enum cqa_status cqa_ratings_leads(struct cqa_scores *scores,
                                  void (*visit)(void *context, const char *person,
                                                const char *team),
                                  void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error,
                   "SELECT u.person, t.team FROM users u LEFT JOIN user_teams t"
                   " ON t.user = u.id WHERE u.disabled_ms IS NULL AND u.role = ?"
                   " ORDER BY u.person, t.team",
                   "i", (int64_t)CQA_ACCOUNT_LEAD);
    while (cqa_list_next(&list, error))
        visit(context, cqa_db_text(list.row, 0), (const char *)sqlite3_column_text(list.row, 1));
    return cqa_list_end(scores, &list);
}
