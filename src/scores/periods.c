/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Days that are closed: what closes them, what opens them again, and which they are. */
#include <stdio.h>
#include "scores/audit.h"
#include "scores/objections.h"
#include "scores/periods.h"
#include "scores/store_internal.h"

/* ---- closing */

CQA_SQL_STATEMENT(count_overlapping, "ii", 1,
                  "SELECT count(*) FROM periods WHERE from_day <= ?1 AND ?2 < to_day");
CQA_SQL_STATEMENT(sum_open, "ii", 4,
                  "SELECT count(*), coalesce(sum(open_count), 0),"
                  " (SELECT count(*) FROM objections o JOIN calls c ON c.id = o.call"
                  "  WHERE o.outcome = 0 AND c.day BETWEEN ?1 AND ?2),"
                  " (SELECT count(*) FROM previews p LEFT JOIN calls c ON c.id = p.call"
                  "  WHERE c.day BETWEEN ?1 AND ?2 OR p.day BETWEEN ?1 AND ?2)"
                  " FROM calls WHERE day BETWEEN ?1 AND ?2");
CQA_SQL_STATEMENT(insert_period, "iiiit", 0,
                  "INSERT INTO periods(from_day, to_day, closed_by, closed_ms, note) "
                  "VALUES(?1, ?2, ?3, ?4, ?5)");

CQA_SQL_STATEMENT(count_without_day, "", 1, "SELECT count(*) FROM calls WHERE day IS NULL");

static enum cqa_status look(struct cqa_sql *db, int64_t day_from, int64_t day_to,
                            struct cqa_period_open *out, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &sum_open, day_from, day_to);

    if (status == CQA_OK && cqa_sql_next(row, &status, error))
        *out = (struct cqa_period_open){cqa_sql_int(row, 0), cqa_sql_int(row, 1),
                                        cqa_sql_int(row, 2), cqa_sql_int(row, 3), 0};
    cqa_sql_end(row);
    return status == CQA_OK ? cqa_sql_number(db, &out->without_day, error, &count_without_day)
                            : status;
}

enum cqa_status cqa_period_look(struct cqa_scores *scores, int64_t day_from, int64_t day_to,
                                struct cqa_period_open *out, struct cqa_error *error)
{
    struct cqa_sql *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = look(db, day_from, day_to, out, error);
    cqa_scores_give(scores, db);
    return status;
}

static enum cqa_status audit_closing(struct cqa_scores *scores, struct cqa_sql *db,
                                     const struct cqa_identity *who,
                                     const struct cqa_period_closed *period,
                                     struct cqa_error *error)
{
    char object[48];
    char detail[300];

    snprintf(object, sizeof object, "%lld to %lld", (long long)period->day_from,
             (long long)period->day_to);
    snprintf(detail, sizeof detail, "%lld undecided flags and %lld objections ignored: %.200s",
             (long long)period->open.open_flags, (long long)period->open.open_objections,
             period->note ? period->note : "");
    return cqa_audit_add(scores, db, who->name, "period.close", object, detail, error);
}

enum cqa_status cqa_days_look(struct cqa_sql *db, int64_t day_from, int64_t day_to,
                              struct cqa_period_open *out, int64_t *overlapping,
                              struct cqa_error *error)
{
    const enum cqa_status status =
        cqa_sql_number(db, overlapping, error, &count_overlapping, day_to, day_from);

    return status == CQA_OK ? look(db, day_from, day_to, out, error) : status;
}

enum cqa_status cqa_days_close(struct cqa_scores *scores, struct cqa_sql *db,
                               const struct cqa_identity *who,
                               const struct cqa_period_closed *period, struct cqa_error *error)
{
    enum cqa_status status =
        cqa_sql_do(db, error, &insert_period, period->day_from, period->day_to + 1, who->user,
                   cqa_scores_now_ms(scores), period->note);

    if (status == CQA_OK)
        status = cqa_objections_close(scores, db, who, period->day_from, period->day_to,
                                      period->note, error);
    return status == CQA_OK ? audit_closing(scores, db, who, period, error) : status;
}

/* ---- opening again */

CQA_SQL_STATEMENT(read_period, "i", 2, "SELECT from_day, to_day FROM periods WHERE id = ?1");
CQA_SQL_STATEMENT(delete_period, "i", 0, "DELETE FROM periods WHERE id = ?1");
CQA_SQL_STATEMENT(count_waiting, "ii", 1,
                  "SELECT count(*) FROM previews p LEFT JOIN calls c ON c.id = p.call"
                  " WHERE (c.day >= ?1 AND c.day < ?2) OR (p.day >= ?1 AND p.day < ?2)");

struct opening {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t period;
    const char *note;
    int64_t *waiting;
    int64_t day_from, day_end;
};

static enum cqa_status find_period(struct cqa_sql *db, struct opening *it, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &read_period, it->period);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        it->day_from = cqa_sql_int(row, 0);
        it->day_end = cqa_sql_int(row, 1);
    }
    cqa_sql_end(row);
    return status == CQA_E_NOTFOUND
               ? cqa_fail(error, CQA_E_NOTFOUND, "no closed period of this number")
               : status;
}

enum cqa_status cqa_period_find(struct cqa_scores *scores, int64_t period, struct cqa_error *error)
{
    struct opening opening = {.period = period};
    struct cqa_sql *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = find_period(db, &opening, error);
    cqa_scores_give(scores, db);
    return status;
}

static enum cqa_status audit_opening(struct cqa_sql *db, const struct opening *it,
                                     struct cqa_error *error)
{
    char object[48];
    char detail[300];

    snprintf(object, sizeof object, "%lld to %lld", (long long)it->day_from,
             (long long)it->day_end - 1);
    snprintf(detail, sizeof detail, "%lld results wait: %.200s", (long long)*it->waiting, it->note);
    return cqa_audit_add(it->scores, db, it->who->name, "period.open", object, detail, error);
}

static enum cqa_status open_period(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct opening *it = context;
    enum cqa_status status = find_period(db, it, error);

    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &delete_period, it->period);
    if (status == CQA_OK)
        status = cqa_objections_reopen(db, it->day_from, it->day_end - 1, error);
    if (status == CQA_OK)
        status = cqa_sql_number(db, it->waiting, error, &count_waiting, it->day_from, it->day_end);
    return status == CQA_OK ? audit_opening(db, it, error) : status;
}

enum cqa_status cqa_period_open(struct cqa_scores *scores, const struct cqa_identity *who,
                                int64_t period, const char *note, int64_t *waiting,
                                struct cqa_error *error)
{
    struct opening opening = {scores, who, period, note, waiting, 0, 0};

    return cqa_scores_write(scores, open_period, &opening, error);
}

/* ---- looking */

CQA_SQL_STATEMENT(list_periods, "", 6,
                  "SELECT p.id, p.from_day, p.to_day, u.name, p.closed_ms, p.note FROM periods p"
                  " JOIN users u ON u.id = p.closed_by ORDER BY p.from_day DESC");

enum cqa_status cqa_periods_list(struct cqa_scores *scores,
                                 int (*visit)(void *context, const struct cqa_period_row *row),
                                 void *context, int64_t *without_day, struct cqa_error *error)
{
    struct cqa_list list;

    *without_day = 0;
    cqa_list_start(scores, &list, error, &list_periods);
    while (cqa_list_next(&list, error)) {
        const struct cqa_period_row period = {.period = cqa_sql_int(list.row, 0),
                                              .day_from = cqa_sql_int(list.row, 1),
                                              .day_to = cqa_sql_int(list.row, 2) - 1,
                                              .closed_by = cqa_row_text(list.row, 3),
                                              .closed_ms = cqa_sql_int(list.row, 4),
                                              .note = cqa_sql_text(list.row, 5)};
        if (visit(context, &period))
            break;
    }
    enum cqa_status status = cqa_list_end(scores, &list);
    if (status == CQA_OK) {
        cqa_list_start(scores, &list, error, &count_without_day);
        if (cqa_list_next(&list, error))
            *without_day = cqa_sql_int(list.row, 0);
        status = cqa_list_end(scores, &list);
    }
    return status;
}
