/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/rounds_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "scores/audit.h"

const char *const cqa_round_stage_words[CQA_ROUND_STAGE_COUNT + 1] = {"open", "interview",
                                                                      "objections", "closed", NULL};
const struct cqa_text cqa_round_stage_names[CQA_ROUND_STAGE_COUNT] = {
    {"open", "数据收集"},
    {"interview", "绩效面谈"},
    {"objections", "结果确认与申诉"},
    {"closed", "已定稿"},
};

enum { TEXT_BYTES_MAX = 2000, ROUNDS_LISTED = 1000 };

/* ---- what the writers share */

enum cqa_status cqa_round_need_name(const struct cqa_identity *who, struct cqa_error *error)
{
    return who->user != 0 ? CQA_OK
                          : cqa_fail(error, CQA_E_REFUSED,
                                     "this needs a person's name: log in instead of using a token");
}

enum cqa_status cqa_round_check_text(const char *what, const char *text, struct cqa_error *error)
{
    if (text == NULL || text[strspn(text, " \t\n")] == '\0' || strlen(text) > TEXT_BYTES_MAX)
        return cqa_fail(error, CQA_E_BADDATA, "%p: must have 1 to %d bytes", cqa_words_for(what),
                        TEXT_BYTES_MAX);
    return CQA_OK;
}

enum cqa_status cqa_round_audit(struct cqa_scores *scores, struct cqa_sql *db,
                                const struct cqa_identity *who, const char *action, int64_t round,
                                struct cqa_error *error, const char *format, ...)
{
    char object[40];
    char detail[TEXT_BYTES_MAX + 512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    snprintf(object, sizeof object, "appraisal %lld", (long long)round);
    return cqa_audit_add(scores, db, who->name, action, object, detail, error);
}

CQA_SQL_STATEMENT(stage_of, "i", 1, "SELECT stage FROM rounds WHERE id = ?1");

enum cqa_status cqa_round_check_open(struct cqa_sql *db, int64_t round, enum cqa_round_stage *stage,
                                     struct cqa_error *error)
{
    int64_t value = 0;
    const enum cqa_status status = cqa_scores_find(db, &value, error, &stage_of, round);

    if (status == CQA_E_NOTFOUND)
        return cqa_fail(error, CQA_E_NOTFOUND, "no appraisal of this number");
    *stage = (enum cqa_round_stage)value;
    if (status == CQA_OK && *stage == CQA_ROUND_CLOSED)
        return cqa_fail(error, CQA_E_REFUSED,
                        "the appraisal is closed; a correction is a new version of it");
    return status;
}

/* ---- opening, correcting, moving */

CQA_SQL_STATEMENT(
    insert_round, "ttioiit", 1,
    "INSERT INTO rounds(scheme, period, version, stage, corrects, opened_by, opened_ms, note)"
    " VALUES(?1, ?2, ?3, 0, ?4, ?5, ?6, ?7) RETURNING id");

static enum cqa_status insert(struct cqa_scores *scores, struct cqa_sql *db,
                              const struct cqa_identity *who, const struct cqa_round *round,
                              const struct cqa_round_step *step, int64_t *id,
                              struct cqa_error *error)
{
    const int64_t *corrects = round->corrects ? &round->corrects : NULL;
    const enum cqa_status status =
        cqa_sql_number(db, id, error, &insert_round, round->scheme, round->period, round->version,
                       corrects, who->user, cqa_scores_now_ms(scores), round->note);

    return status == CQA_OK ? cqa_round_write_step(scores, db, who, *id, step, error) : status;
}

CQA_SQL_STATEMENT(count_rounds, "tt", 1,
                  "SELECT count(*) FROM rounds WHERE scheme = ?1 AND period = ?2");

struct opening {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const char *scheme, *period;
    const struct cqa_round_step *step;
    int64_t *round;
};

static enum cqa_status open_round(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct opening *it = context;
    const struct cqa_round wish = {.scheme = it->scheme, .period = it->period, .version = 1};
    int64_t count = 0;
    enum cqa_status status =
        cqa_sql_number(db, &count, error, &count_rounds, it->scheme, it->period);

    if (status == CQA_OK && count > 0)
        status = cqa_fail(error, CQA_E_REFUSED, "there is an appraisal of %s for %s already",
                          it->scheme, it->period);
    if (status == CQA_OK)
        status = insert(it->scores, db, it->who, &wish, it->step, it->round, error);
    if (status == CQA_OK)
        status = cqa_round_audit(it->scores, db, it->who, "appraisal.open", *it->round, error,
                                 "%s %s", it->scheme, it->period);
    return status;
}

enum cqa_status cqa_round_open(struct cqa_scores *scores, const struct cqa_identity *who,
                               const char *scheme, const char *period,
                               const struct cqa_round_step *step, int64_t *round,
                               struct cqa_error *error)
{
    struct opening opening = {scores, who, scheme, period, step, round};
    const enum cqa_status status = cqa_round_need_name(who, error);

    return status == CQA_OK ? cqa_scores_write(scores, open_round, &opening, error) : status;
}

CQA_SQL_STATEMENT(
    round_to_correct, "i", 5,
    "SELECT r.scheme, r.period, r.version + 1, r.stage,"
    " EXISTS(SELECT 1 FROM rounds l WHERE l.corrects = r.id) FROM rounds r WHERE r.id = ?1");

static enum cqa_status insert_correction(struct cqa_scores *scores, struct cqa_sql *db,
                                         const struct cqa_identity *who, int64_t corrected,
                                         const char *reason, const struct cqa_round_step *step,
                                         int64_t *round, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    struct cqa_round wish = {.corrects = corrected, .note = reason};
    char scheme[128] = "";
    char period[16] = "";
    int64_t later = 0;
    int stage = 0;
    enum cqa_status status = cqa_sql_start(db, &row, error, &round_to_correct, corrected);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        snprintf(scheme, sizeof scheme, "%s", cqa_row_text(row, 0));
        snprintf(period, sizeof period, "%s", cqa_row_text(row, 1));
        wish.version = cqa_sql_int(row, 2);
        stage = (int)cqa_sql_int(row, 3);
        later = cqa_sql_int(row, 4);
    }
    cqa_sql_end(row);
    if (status == CQA_E_NOTFOUND)
        return cqa_fail(error, CQA_E_NOTFOUND, "no appraisal of this number");
    if (status != CQA_OK)
        return status;
    if (stage != CQA_ROUND_CLOSED)
        return cqa_fail(error, CQA_E_REFUSED, "only a closed appraisal is corrected");
    if (later)
        return cqa_fail(error, CQA_E_REFUSED, "there is a later version already: correct that one");
    wish.scheme = scheme;
    wish.period = period;
    return insert(scores, db, who, &wish, step, round, error);
}

struct correcting {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t corrected;
    const char *reason;
    const struct cqa_round_step *step;
    int64_t *round;
};

static enum cqa_status correct(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct correcting *it = context;
    enum cqa_status status = insert_correction(it->scores, db, it->who, it->corrected, it->reason,
                                               it->step, it->round, error);

    if (status == CQA_OK)
        status = cqa_round_inherit_least(db, it->corrected, *it->round, error);
    if (status == CQA_OK)
        status = cqa_round_audit(it->scores, db, it->who, "appraisal.correct", *it->round, error,
                                 "corrects %lld: %s", (long long)it->corrected, it->reason);
    return status;
}

enum cqa_status cqa_round_correct(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t corrected, const char *reason,
                                  const struct cqa_round_step *step, int64_t *round,
                                  struct cqa_error *error)
{
    struct correcting correcting = {scores, who, corrected, reason, step, round};
    enum cqa_status status = cqa_round_need_name(who, error);

    if (status == CQA_OK)
        status = cqa_round_check_text("reason", reason, error);
    return status == CQA_OK ? cqa_scores_write(scores, correct, &correcting, error) : status;
}

static enum cqa_status check_move(enum cqa_round_stage now, const struct cqa_round_step *step,
                                  struct cqa_error *error)
{
    if (step->stage >= CQA_ROUND_CLOSED || step->stage < 0)
        return cqa_fail(error, CQA_E_REFUSED, "closing has a way of its own");
    if (step->stage == (int)now || step->stage > (int)now + 1)
        return cqa_fail(error, CQA_E_REFUSED,
                        "the appraisal is in the stage %p; from there it goes one stage on, or "
                        "back",
                        cqa_words_of(cqa_round_stage_names[now]));
    return step->stage < (int)now ? cqa_round_check_text("note", step->note, error) : CQA_OK;
}

CQA_SQL_STATEMENT(set_stage, "ii", 0, "UPDATE rounds SET stage = ?1 WHERE id = ?2");

struct moving {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t round;
    const struct cqa_round_step *step;
};

static enum cqa_status move(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct moving *it = context;
    const struct cqa_round_step *step = it->step;
    enum cqa_round_stage now = CQA_ROUND_OPEN;
    enum cqa_status status = cqa_round_check_open(db, it->round, &now, error);

    if (status == CQA_OK)
        status = check_move(now, step, error);
    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &set_stage, (int64_t)step->stage, it->round);
    if (status == CQA_OK)
        status = cqa_round_write_step(it->scores, db, it->who, it->round, step, error);
    if (status == CQA_OK)
        status = cqa_round_audit(it->scores, db, it->who, "appraisal.stage", it->round, error,
                                 "%s to %s: %s", cqa_round_stage_words[now],
                                 cqa_round_stage_words[step->stage], step->note ? step->note : "");
    return status;
}

enum cqa_status cqa_round_move(struct cqa_scores *scores, const struct cqa_identity *who,
                               int64_t round, const struct cqa_round_step *step,
                               struct cqa_error *error)
{
    struct moving moving = {scores, who, round, step};
    const enum cqa_status status = cqa_round_need_name(who, error);

    return status == CQA_OK ? cqa_scores_write(scores, move, &moving, error) : status;
}

/* ---- reading */

enum { COLUMN_COUNT = 14 };
#define COLUMNS                                                                                    \
    "SELECT r.id, r.version, coalesce(r.corrects, 0),"                                             \
    " coalesce((SELECT l.id FROM rounds l WHERE l.corrects = r.id), 0), r.opened_ms,"              \
    " coalesce(r.closed_ms, 0), r.scheme, r.period, o.name, c.name, r.note, r.stage,"              \
    " coalesce(m.pct, '0'), coalesce(m.calls, 0) FROM rounds r"                                    \
    " JOIN users o ON o.id = r.opened_by LEFT JOIN users c ON c.id = r.closed_by"                  \
    " LEFT JOIN round_leasts m"                                                                    \
    " ON m.id = (SELECT max(l.id) FROM round_leasts l WHERE l.round = r.id)"

static struct cqa_round round_of(struct cqa_sql_rows *row)
{
    return (struct cqa_round){.id = cqa_sql_int(row, 0),
                              .version = cqa_sql_int(row, 1),
                              .corrects = cqa_sql_int(row, 2),
                              .corrected_by = cqa_sql_int(row, 3),
                              .opened_ms = cqa_sql_int(row, 4),
                              .closed_ms = cqa_sql_int(row, 5),
                              .scheme = cqa_row_text(row, 6),
                              .period = cqa_row_text(row, 7),
                              .opened_by = cqa_row_text(row, 8),
                              .closed_by = cqa_sql_text(row, 9),
                              .note = cqa_sql_text(row, 10),
                              .stage = (enum cqa_round_stage)cqa_sql_int(row, 11),
                              .least = {cqa_row_text(row, 12), cqa_sql_int(row, 13)}};
}

enum cqa_status cqa_round_keep(struct cqa_arena *arena, struct cqa_round *round,
                               struct cqa_error *error)
{
    const char **const texts[] = {&round->scheme,    &round->period, &round->opened_by,
                                  &round->closed_by, &round->note,   &round->least.pct};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (*texts[i] == NULL)
            continue;
        *texts[i] = cqa_arena_string(arena, *texts[i]);
        if (*texts[i] == NULL)
            return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    return CQA_OK;
}

/* The one row that `query` finds. */
static enum cqa_status read_one(struct cqa_scores *scores, struct cqa_query *query,
                                struct cqa_arena *arena, struct cqa_round *out,
                                struct cqa_error *error)
{
    struct cqa_list list;

    if (cqa_list_take(scores, &list, error) == NULL) {
        cqa_query_finish(query);
        return list.status;
    }
    cqa_list_ask(&list, query, COLUMN_COUNT, error);
    if (cqa_list_first(&list, error)) {
        *out = round_of(list.row);
        list.status = cqa_round_keep(arena, out, error);
    }
    const enum cqa_status status = cqa_list_end(scores, &list);
    return status == CQA_E_NOTFOUND ? cqa_fail(error, CQA_E_NOTFOUND, "no appraisal of this number")
                                    : status;
}

enum cqa_status cqa_round_read(struct cqa_scores *scores, int64_t id, struct cqa_arena *arena,
                               struct cqa_round *out, struct cqa_error *error)
{
    struct cqa_query query = {0};

    cqa_query_number(&query, COLUMNS " WHERE r.id = ?", id);
    return read_one(scores, &query, arena, out, error);
}

enum cqa_status cqa_round_find(struct cqa_scores *scores, const char *scheme, const char *period,
                               struct cqa_arena *arena, struct cqa_round *out,
                               struct cqa_error *error)
{
    struct cqa_query query = {0};

    cqa_query_text(&query, COLUMNS " WHERE r.scheme = ?", scheme);
    cqa_query_text(&query, " AND r.period = ? ORDER BY r.version DESC LIMIT 1", period);
    return read_one(scores, &query, arena, out, error);
}

enum cqa_status cqa_round_list(struct cqa_scores *scores, const char *scheme, const char *period,
                               int stage,
                               void (*visit)(void *context, const struct cqa_round *round),
                               void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;

    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    cqa_query_add(&query, COLUMNS " WHERE 1 = 1");
    if (scheme != NULL)
        cqa_query_text(&query, " AND r.scheme = ?", scheme);
    if (period != NULL)
        cqa_query_text(&query, " AND r.period = ?", period);
    if (stage >= 0)
        cqa_query_number(&query, " AND r.stage = ?", stage);
    cqa_query_number(&query, " ORDER BY r.period DESC, r.scheme, r.version DESC LIMIT ?",
                     ROUNDS_LISTED);
    cqa_list_ask(&list, &query, COLUMN_COUNT, error);
    while (cqa_list_next(&list, error)) {
        const struct cqa_round round = round_of(list.row);
        visit(context, &round);
    }
    return cqa_list_end(scores, &list);
}
