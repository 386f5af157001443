/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include "scores/audit.h"
#include "scores/reviews.h"
#include "scores/store_internal.h"

CQA_SQL_STATEMENT(current_flag, "i", 1, "SELECT id FROM flags WHERE id = ?1 AND current = 1");
CQA_SQL_STATEMENT(insert_calibration, "ti", 0,
                  "INSERT INTO calibration_flags(session, flag) VALUES(?1, ?2)"
                  " ON CONFLICT DO NOTHING");

struct calibrating {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const char *session;
    const int64_t *flags;
    size_t count;
};

static enum cqa_status add_calibration(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct calibrating *it = context;
    char detail[48];
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < it->count; i++) {
        int64_t id;
        status = cqa_scores_find(db, &id, error, &current_flag, it->flags[i]);
        if (status == CQA_E_NOTFOUND)
            status = cqa_fail(error, CQA_E_BADDATA, "flags: there is no flag %lld",
                              (long long)it->flags[i]);
        if (status == CQA_OK)
            status = cqa_sql_do(db, error, &insert_calibration, it->session, it->flags[i]);
    }
    snprintf(detail, sizeof detail, "%zu flags", it->count);
    return status == CQA_OK ? cqa_audit_add(it->scores, db, it->who->name, "calibration.add",
                                            it->session, detail, error)
                            : status;
}

enum cqa_status cqa_calibration_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                    const char *session, const int64_t *flags, size_t count,
                                    struct cqa_error *error)
{
    struct calibrating calibrating = {scores, who, session, flags, count};

    return cqa_scores_write(scores, add_calibration, &calibrating, error);
}

CQA_SQL_STATEMENT(count_flag, "ti", 1,
                  "SELECT count(*) FROM calibration_flags WHERE session = ?1 AND flag = ?2");
CQA_SQL_STATEMENT(insert_judgement, "tiiii", 0,
                  "INSERT INTO judgements(session, flag, user, verdict, at_ms)"
                  " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING");

struct judging {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const char *session;
    int64_t flag;
    int stands;
};

static enum cqa_status judge(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct judging *it = context;
    int64_t count = 0;
    enum cqa_status status = cqa_sql_number(db, &count, error, &count_flag, it->session, it->flag);

    if (status == CQA_OK && count == 0)
        status = cqa_fail(error, CQA_E_NOTFOUND, "the session has no such flag");
    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &insert_judgement, it->session, it->flag, it->who->user,
                            (int64_t)(it->stands != 0), cqa_scores_now_ms(it->scores));
    if (status == CQA_OK && cqa_sql_changes(db) == 0)
        status = cqa_fail(error, CQA_E_REFUSED, "you have judged this flag already");
    return status == CQA_OK
               ? cqa_audit_add(it->scores, db, it->who->name, "calibration.judge", it->session,
                               it->stands ? "stands" : "does not stand", error)
               : status;
}

enum cqa_status cqa_calibration_judge(struct cqa_scores *scores, const struct cqa_identity *who,
                                      const char *session, int64_t flag, int stands,
                                      struct cqa_error *error)
{
    struct judging judging = {scores, who, session, flag, stands};

    if (who->user == 0)
        return cqa_fail(error, CQA_E_REFUSED,
                        "a judgement needs a person's name: log in instead of using a token");
    return cqa_scores_write(scores, judge, &judging, error);
}

static struct cqa_judgement_row judgement_of(const struct cqa_sql_rows *row)
{
    return (struct cqa_judgement_row){
        cqa_sql_int(row, 0),      cqa_sql_int(row, 1),  cqa_row_text(row, 2), cqa_sql_text(row, 3),
        (int)cqa_sql_int(row, 4), cqa_sql_text(row, 5), cqa_sql_text(row, 6)};
}

enum cqa_status
cqa_calibration_list(struct cqa_scores *scores, const struct cqa_scope *scope, const char *session,
                     int64_t user, int (*visit)(void *context, const struct cqa_judgement_row *row),
                     void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;

    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    cqa_query_add(&query,
                  "SELECT f.id, f.call, f.rule, u.name, j.verdict, q.title_en, q.title_zh"
                  " FROM calibration_flags s"
                  " JOIN flags f ON f.id = s.flag JOIN calls c ON c.id = f.call" CQA_RULE_JOIN
                  " LEFT JOIN judgements j ON j.session = s.session AND"
                  " j.flag = s.flag");
    if (user != 0)
        cqa_query_number(&query, " AND j.user = ?", user);
    cqa_query_text(&query, " LEFT JOIN users u ON u.id = j.user WHERE s.session = ?", session);
    cqa_query_scope(&query, "f", scope);
    cqa_query_add(&query, " ORDER BY f.rule, f.id, u.name");
    cqa_list_ask(&list, &query, 7, error);
    while (cqa_list_next(&list, error)) {
        const struct cqa_judgement_row judgement = judgement_of(list.row);
        if (visit(context, &judgement))
            break;
    }
    return cqa_list_end(scores, &list);
}
