/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/appraisal/store_rounds.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "server/audit.h"

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

enum cqa_status cqa_round_audit(struct cqa_scores *scores, struct cqa_db *db,
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

enum cqa_status cqa_round_check_open(struct cqa_db *db, int64_t round, enum cqa_round_stage *stage,
                                     struct cqa_error *error)
{
    int64_t value = 0;
    const enum cqa_status status =
        cqa_db_value(db, &value, error, "SELECT stage FROM rounds WHERE id = ?", "i", round);

    if (status == CQA_E_NOTFOUND)
        return cqa_fail(error, CQA_E_NOTFOUND, "no appraisal of this number");
    *stage = (enum cqa_round_stage)value;
    if (status == CQA_OK && *stage == CQA_ROUND_CLOSED)
        return cqa_fail(error, CQA_E_REFUSED,
                        "the appraisal is closed; a correction is a new version of it");
    return status;
}

/* ---- opening, correcting, moving */

static enum cqa_status insert(struct cqa_scores *scores, struct cqa_db *db,
                              const struct cqa_identity *who, const struct cqa_round *round,
                              const struct cqa_round_step *step, int64_t *id,
                              struct cqa_error *error)
{
    const int64_t *corrects = round->corrects ? &round->corrects : NULL;
    enum cqa_status status = cqa_db_run(
        db, error,
        "INSERT INTO rounds(scheme, period, version, stage, corrects, opened_by, opened_ms, note)"
        " VALUES(?, ?, ?, 0, ?, ?, ?, ?)",
        "ttioiit", round->scheme, round->period, round->version, corrects, who->user,
        cqa_scores_now_ms(scores), round->note);

    *id = cqa_db_last_id(db);
    return status == CQA_OK ? cqa_round_write_step(scores, db, who, *id, step, error) : status;
}

enum cqa_status cqa_round_open(struct cqa_scores *scores, const struct cqa_identity *who,
                               const char *scheme, const char *period,
                               const struct cqa_round_step *step, int64_t *round,
                               struct cqa_error *error)
{
    const struct cqa_round wish = {.scheme = scheme, .period = period, .version = 1};
    int64_t count = 0;
    struct cqa_db *db;
    enum cqa_status status = cqa_round_need_name(who, error);

    if (status == CQA_OK)
        status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = cqa_db_value(db, &count, error,
                          "SELECT count(*) FROM rounds WHERE scheme = ? AND period = ?", "tt",
                          scheme, period);
    if (status == CQA_OK && count > 0)
        status = cqa_fail(error, CQA_E_REFUSED, "there is an appraisal of %s for %s already",
                          scheme, period);
    if (status == CQA_OK)
        status = insert(scores, db, who, &wish, step, round, error);
    if (status == CQA_OK)
        status = cqa_round_audit(scores, db, who, "appraisal.open", *round, error, "%s %s", scheme,
                                 period);
    return cqa_scores_end(scores, status, error);
}

static enum cqa_status insert_correction(struct cqa_scores *scores, struct cqa_db *db,
                                         const struct cqa_identity *who, int64_t corrected,
                                         const char *reason, const struct cqa_round_step *step,
                                         int64_t *round, struct cqa_error *error)
{
    sqlite3_stmt *row;
    struct cqa_round wish = {.corrects = corrected, .note = reason};
    char scheme[128] = "";
    char period[16] = "";
    int64_t later = 0;
    int stage = 0;
    enum cqa_status status = cqa_db_start(
        db, &row, error,
        "SELECT r.scheme, r.period, r.version + 1, r.stage,"
        " EXISTS(SELECT 1 FROM rounds l WHERE l.corrects = r.id) FROM rounds r WHERE r.id = ?",
        "i", corrected);

    if (status != CQA_OK)
        return status;
    status = cqa_db_step(db, row, error);
    if (status == CQA_OK) {
        snprintf(scheme, sizeof scheme, "%s", cqa_db_text(row, 0));
        snprintf(period, sizeof period, "%s", cqa_db_text(row, 1));
        wish.version = sqlite3_column_int64(row, 2);
        stage = sqlite3_column_int(row, 3);
        later = sqlite3_column_int64(row, 4);
    }
    cqa_db_end(row);
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

enum cqa_status cqa_round_correct(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t corrected, const char *reason,
                                  const struct cqa_round_step *step, int64_t *round,
                                  struct cqa_error *error)
{
    struct cqa_db *db;
    enum cqa_status status = cqa_round_need_name(who, error);

    if (status == CQA_OK)
        status = cqa_round_check_text("reason", reason, error);
    if (status == CQA_OK)
        status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = insert_correction(scores, db, who, corrected, reason, step, round, error);
    if (status == CQA_OK)
        status = cqa_round_audit(scores, db, who, "appraisal.correct", *round, error,
                                 "corrects %lld: %s", (long long)corrected, reason);
    return cqa_scores_end(scores, status, error);
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

enum cqa_status cqa_round_move(struct cqa_scores *scores, const struct cqa_identity *who,
                               int64_t round, const struct cqa_round_step *step,
                               struct cqa_error *error)
{
    enum cqa_round_stage now = CQA_ROUND_OPEN;
    struct cqa_db *db;
    enum cqa_status status = cqa_round_need_name(who, error);

    if (status == CQA_OK)
        status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = cqa_round_check_open(db, round, &now, error);
    if (status == CQA_OK)
        status = check_move(now, step, error);
    if (status == CQA_OK)
        status = cqa_db_run(db, error, "UPDATE rounds SET stage = ? WHERE id = ?", "ii",
                            (int64_t)step->stage, round);
    if (status == CQA_OK)
        status = cqa_round_write_step(scores, db, who, round, step, error);
    if (status == CQA_OK)
        status = cqa_round_audit(scores, db, who, "appraisal.stage", round, error, "%s to %s: %s",
                                 cqa_round_stage_words[now], cqa_round_stage_words[step->stage],
                                 step->note ? step->note : "");
    return cqa_scores_end(scores, status, error);
}

/* ---- reading */

#define COLUMNS                                                                                    \
    "SELECT r.id, r.version, coalesce(r.corrects, 0),"                                             \
    " coalesce((SELECT l.id FROM rounds l WHERE l.corrects = r.id), 0), r.opened_ms,"              \
    " coalesce(r.closed_ms, 0), r.scheme, r.period, o.name, c.name, r.note, r.stage FROM rounds r" \
    " JOIN users o ON o.id = r.opened_by LEFT JOIN users c ON c.id = r.closed_by"

static struct cqa_round round_of(sqlite3_stmt *row)
{
    return (struct cqa_round){.id = sqlite3_column_int64(row, 0),
                              .version = sqlite3_column_int64(row, 1),
                              .corrects = sqlite3_column_int64(row, 2),
                              .corrected_by = sqlite3_column_int64(row, 3),
                              .opened_ms = sqlite3_column_int64(row, 4),
                              .closed_ms = sqlite3_column_int64(row, 5),
                              .scheme = cqa_db_text(row, 6),
                              .period = cqa_db_text(row, 7),
                              .opened_by = cqa_db_text(row, 8),
                              .closed_by = (const char *)sqlite3_column_text(row, 9),
                              .note = (const char *)sqlite3_column_text(row, 10),
                              .stage = (enum cqa_round_stage)sqlite3_column_int(row, 11)};
}

static enum cqa_status keep(struct cqa_arena *arena, struct cqa_round *round,
                            struct cqa_error *error)
{
    const char **const texts[] = {&round->scheme, &round->period, &round->opened_by,
                                  &round->closed_by, &round->note};

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
    struct cqa_db *db;
    sqlite3_stmt *row = NULL;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_query_start(query, db, &row, error);
    if (status == CQA_OK)
        status = cqa_db_step(db, row, error);
    if (status == CQA_OK) {
        *out = round_of(row);
        status = keep(arena, out, error);
    } else if (status == CQA_E_NOTFOUND) {
        status = cqa_fail(error, CQA_E_NOTFOUND, "no appraisal of this number");
    }
    sqlite3_finalize(row);
    cqa_query_finish(query);
    cqa_scores_give(scores, db);
    return status;
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
    struct cqa_db *db;
    sqlite3_stmt *row = NULL;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    cqa_query_add(&query, COLUMNS " WHERE 1");
    if (scheme != NULL)
        cqa_query_text(&query, " AND r.scheme = ?", scheme);
    if (period != NULL)
        cqa_query_text(&query, " AND r.period = ?", period);
    if (stage >= 0)
        cqa_query_number(&query, " AND r.stage = ?", stage);
    cqa_query_number(&query, " ORDER BY r.period DESC, r.scheme, r.version DESC LIMIT ?",
                     ROUNDS_LISTED);
    status = cqa_query_start(&query, db, &row, error);
    while (status == CQA_OK && (status = cqa_db_step(db, row, error)) == CQA_OK) {
        const struct cqa_round round = round_of(row);
        visit(context, &round);
    }
    sqlite3_finalize(row);
    cqa_query_finish(&query);
    cqa_scores_give(scores, db);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}
