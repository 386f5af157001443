/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include "server/audit.h"
#include "server/reviews.h"
#include "server/store_internal.h"

enum cqa_status cqa_calibration_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                    const char *session, const int64_t *flags, size_t count,
                                    struct cqa_error *error)
{
    char detail[48];
    struct cqa_db *db;
    enum cqa_status status = cqa_scores_begin(scores, &db, error);

    if (status != CQA_OK)
        return status;
    for (size_t i = 0; status == CQA_OK && i < count; i++) {
        int64_t id;
        status = cqa_db_value(db, &id, error, "SELECT id FROM flags WHERE id = ? AND current = 1",
                              "i", flags[i]);
        if (status == CQA_E_NOTFOUND)
            status =
                cqa_fail(error, CQA_E_BADDATA, "flags: there is no flag %lld", (long long)flags[i]);
        if (status == CQA_OK)
            status = cqa_db_run(
                db, error, "INSERT OR IGNORE INTO calibration_flags(session, flag) VALUES(?, ?)",
                "ti", session, flags[i]);
    }
    snprintf(detail, sizeof detail, "%zu flags", count);
    if (status == CQA_OK)
        status = cqa_audit_add(scores, db, who->name, "calibration.add", session, detail, error);
    return cqa_scores_end(scores, status, error);
}

enum cqa_status cqa_calibration_judge(struct cqa_scores *scores, const struct cqa_identity *who,
                                      const char *session, int64_t flag, int stands,
                                      struct cqa_error *error)
{
    int64_t count = 0;
    struct cqa_db *db;
    enum cqa_status status;

    if (who->user == 0)
        return cqa_fail(error, CQA_E_REFUSED,
                        "a judgement needs a person's name: log in instead of using a token");
    status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = cqa_db_value(db, &count, error,
                          "SELECT count(*) FROM calibration_flags WHERE session = ? AND flag = ?",
                          "ti", session, flag);
    if (status == CQA_OK && count == 0)
        status = cqa_fail(error, CQA_E_NOTFOUND, "the session has no such flag");
    if (status == CQA_OK)
        status = cqa_db_run(db, error,
                            "INSERT OR IGNORE INTO judgements(session, flag, user, verdict, at_ms)"
                            " VALUES(?, ?, ?, ?, ?)",
                            "tiiii", session, flag, who->user, (int64_t)(stands != 0),
                            cqa_scores_now_ms(scores));
    if (status == CQA_OK && cqa_db_changes(db) == 0)
        status = cqa_fail(error, CQA_E_REFUSED, "you have judged this flag already");
    if (status == CQA_OK)
        status = cqa_audit_add(scores, db, who->name, "calibration.judge", session,
                               stands ? "stands" : "does not stand", error);
    return cqa_scores_end(scores, status, error);
}

enum cqa_status
cqa_calibration_list(struct cqa_scores *scores, const struct cqa_scope *scope, const char *session,
                     int64_t user, int (*visit)(void *context, const struct cqa_judgement_row *row),
                     void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_db *db;
    sqlite3_stmt *row = NULL;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
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
    status = cqa_query_start(&query, db, &row, error);
    while (status == CQA_OK && (status = cqa_db_step(db, row, error)) == CQA_OK) {
        const struct cqa_judgement_row judgement = {sqlite3_column_int64(row, 0),
                                                    sqlite3_column_int64(row, 1),
                                                    cqa_db_text(row, 2),
                                                    (const char *)sqlite3_column_text(row, 3),
                                                    sqlite3_column_int(row, 4),
                                                    (const char *)sqlite3_column_text(row, 5),
                                                    (const char *)sqlite3_column_text(row, 6)};
        if (visit(context, &judgement))
            break;
    }
    sqlite3_finalize(row);
    cqa_query_finish(&query);
    cqa_scores_give(scores, db);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

enum cqa_status cqa_period_close(struct cqa_scores *scores, const struct cqa_identity *who,
                                 int64_t day_from, int64_t day_to, int ignore_open,
                                 const char *note, int64_t *open_flags, struct cqa_error *error)
{
    int64_t overlapping = 0;
    char object[48];
    char detail[300];
    struct cqa_db *db;
    enum cqa_status status;

    if (who->user == 0)
        return cqa_fail(error, CQA_E_REFUSED,
                        "closing needs a person's name: log in instead of using a token");
    status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = cqa_db_value(db, &overlapping, error,
                          "SELECT count(*) FROM periods WHERE from_day <= ? AND ? < to_day", "ii",
                          day_to, day_from);
    if (status == CQA_OK && overlapping > 0)
        status = cqa_fail(error, CQA_E_REFUSED, "the days overlap a period that is closed");
    if (status == CQA_OK)
        status =
            cqa_db_value(db, open_flags, error,
                         "SELECT coalesce(sum(open_count), 0) FROM calls WHERE day BETWEEN ? AND ?",
                         "ii", day_from, day_to);
    if (status == CQA_OK && *open_flags > 0 && !ignore_open)
        status = cqa_fail(error, CQA_E_REFUSED, "%lld flags of these days are undecided",
                          (long long)*open_flags);
    if (status == CQA_OK)
        status =
            cqa_db_run(db, error,
                       "INSERT INTO periods(from_day, to_day, closed_by, closed_ms, note) "
                       "VALUES(?, ?, ?, ?, ?)",
                       "iiiit", day_from, day_to + 1, who->user, cqa_scores_now_ms(scores), note);
    snprintf(object, sizeof object, "%lld to %lld", (long long)day_from, (long long)day_to);
    snprintf(detail, sizeof detail, "%lld undecided flags ignored: %.200s", (long long)*open_flags,
             note ? note : "");
    if (status == CQA_OK)
        status = cqa_audit_add(scores, db, who->name, "period.close", object, detail, error);
    return cqa_scores_end(scores, status, error);
}
