/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/kept.h"
#include "scores/rounds/rounds_internal.h"

/*
 * What a closed round keeps: facts. One that was closed before they were kept has texts, one for
 * each reader, which stay as they are (an agent's row is hr's: both see pay); since, their columns
 * are empty.
 */

/* ---- writing */

CQA_SQL_STATEMENT(
    insert_sheet, "iittitttt", 0,
    "INSERT INTO kept_sheets(round, place, agent, team, undecided, numbers, facts, trace, csv,"
    " row_paid, row_open, full_hr, full_lead, full_agent)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, '', '', '', '', '')");

static enum cqa_status write_sheet(struct cqa_sql *db, int64_t round, size_t place,
                                   const struct cqa_outcome_sheet *sheet, struct cqa_error *error)
{
    return cqa_sql_do(db, error, &insert_sheet, round, (int64_t)place, sheet->agent, sheet->team,
                      sheet->undecided, sheet->numbers, sheet->facts, sheet->trace, sheet->csv);
}

CQA_SQL_STATEMENT(
    insert_left_out, "iittit", 0,
    "INSERT INTO kept_left_out(round, place, agent, team, fault, facts, body, body_open)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, '', '')");

static enum cqa_status write_left_out(struct cqa_sql *db, int64_t round, size_t place,
                                      const struct cqa_outcome_left_out *left,
                                      struct cqa_error *error)
{
    return cqa_sql_do(db, error, &insert_left_out, round, (int64_t)place, left->agent, left->team,
                      (int64_t)left->fault, left->facts);
}

static enum cqa_status write_outcome(struct cqa_sql *db, int64_t round,
                                     const struct cqa_appraisal_outcome *outcome,
                                     struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < outcome->sheet_count; i++)
        status = write_sheet(db, round, i, &outcome->sheets[i], error);
    for (size_t i = 0; status == CQA_OK && i < outcome->left_out_count; i++)
        status = write_left_out(db, round, i, &outcome->left_out[i], error);
    return status;
}

CQA_SQL_STATEMENT(last_audited, "", 1,
                  "SELECT coalesce((SELECT id FROM audit WHERE action NOT LIKE 'session.%' AND"
                  " action NOT LIKE 'notice.%' AND"
                  " action NOT IN ('play', 'export', 'appraisal.export') ORDER BY id DESC LIMIT"
                  " 1), 0)");
CQA_SQL_STATEMENT(last_revision, "", 1, "SELECT coalesce(max(rowid), 0) FROM revisions");

/* What is read and heard changes no number. */
static enum cqa_status read_mark(struct cqa_sql *db, struct cqa_kept_mark *out,
                                 struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_number(db, &out->audited, error, &last_audited);

    if (status == CQA_OK)
        status = cqa_sql_number(db, &out->revised, error, &last_revision);
    return status;
}

enum cqa_status cqa_kept_mark(struct cqa_scores *scores, struct cqa_kept_mark *out,
                              struct cqa_error *error)
{
    struct cqa_sql *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = read_mark(db, out, error);
    cqa_scores_give(scores, db);
    return status;
}

static enum cqa_status check_mark(struct cqa_sql *db, const struct cqa_kept_mark *mark,
                                  struct cqa_error *error)
{
    struct cqa_kept_mark now;
    const enum cqa_status status = read_mark(db, &now, error);

    if (status == CQA_OK && (now.audited != mark->audited || now.revised != mark->revised))
        return cqa_fail(error, CQA_E_BUSY, "something changed while it was computed");
    return status;
}

CQA_SQL_STATEMENT(
    close_round, "iittttti", 0,
    "UPDATE rounds SET stage = 3, closed_by = ?1, closed_ms = ?2, note = coalesce(?3, note),"
    " kept_notes = ?4, kept_lines = ?5, kept_grades = ?6, kept_csv_head = ?7 WHERE id = ?8");

struct closing {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t round;
    const struct cqa_kept_mark *mark;
    const struct cqa_appraisal_outcome *outcome;
    const struct cqa_round_step *step;
    const char *ignored;
};

static enum cqa_status write_closing(struct cqa_sql *db, const struct closing *it,
                                     struct cqa_error *error)
{
    const struct cqa_appraisal_outcome *outcome = it->outcome;
    enum cqa_status status = write_outcome(db, it->round, outcome, error);

    if (status == CQA_OK)
        status = cqa_round_write_step(it->scores, db, it->who, it->round, it->step, error);
    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &close_round, it->who->user, cqa_scores_now_ms(it->scores),
                            it->step->note, outcome->notes, outcome->lines, outcome->grades,
                            outcome->csv_head, it->round);
    if (status == CQA_OK)
        status = cqa_round_audit(it->scores, db, it->who, "appraisal.close", it->round, error,
                                 "%zu sheets; ignored: %s; %s", outcome->sheet_count, it->ignored,
                                 it->step->note ? it->step->note : "");
    return status;
}

static enum cqa_status close_it(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct closing *it = context;
    enum cqa_round_stage stage = CQA_ROUND_OPEN;
    enum cqa_status status = cqa_round_check_open(db, it->round, &stage, error);

    if (status == CQA_OK)
        status = check_mark(db, it->mark, error);
    if (status == CQA_OK && stage != CQA_ROUND_OBJECTIONS)
        status = cqa_fail(error, CQA_E_REFUSED,
                          "it closes from the stage objections; it is in the stage %p",
                          cqa_words_of(cqa_round_stage_names[stage]));
    return status == CQA_OK ? write_closing(db, it, error) : status;
}

enum cqa_status cqa_kept_close(struct cqa_scores *scores, const struct cqa_identity *who,
                               int64_t round, const struct cqa_kept_mark *mark,
                               const struct cqa_appraisal_outcome *outcome,
                               const struct cqa_round_step *step, const char *ignored,
                               struct cqa_error *error)
{
    struct closing closing = {scores, who, round, mark, outcome, step, ignored};
    const enum cqa_status status = cqa_round_need_name(who, error);

    return status == CQA_OK ? cqa_scores_write(scores, close_it, &closing, error) : status;
}

/* ---- reading */

/* An agent reads rows as hr does. */
static struct cqa_kept_texts texts_of(const char *paid, const char *open)
{
    return (struct cqa_kept_texts){
        {[CQA_READER_HR] = paid, [CQA_READER_LEAD] = open, [CQA_READER_AGENT] = paid}};
}

static const char *copy(struct cqa_appraisal_outcome *out, struct cqa_sql_rows *row, int column)
{
    return cqa_arena_string(&out->arena, cqa_sql_text(row, column));
}

CQA_SQL_STATEMENT(
    head_of, "i", 7,
    "SELECT kept_notes, kept_lines, kept_lines_open, kept_grades, kept_csv_head,"
    " (SELECT count(*) FROM kept_sheets WHERE round = rounds.id),"
    " (SELECT count(*) FROM kept_left_out WHERE round = rounds.id) FROM rounds WHERE id = ?1");

static enum cqa_status read_head(struct cqa_sql *db, int64_t round,
                                 struct cqa_appraisal_outcome *out, size_t *sheets,
                                 size_t *left_out, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &head_of, round);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        out->notes = copy(out, row, 0);
        out->lines = copy(out, row, 1);
        if (cqa_sql_text(row, 2) != NULL)
            out->lines_of = texts_of(out->lines, copy(out, row, 2));
        out->grades = copy(out, row, 3);
        out->csv_head = copy(out, row, 4);
        *sheets = (size_t)cqa_sql_int(row, 5);
        *left_out = (size_t)cqa_sql_int(row, 6);
    }
    cqa_sql_end(row);
    return status;
}

static struct cqa_outcome_sheet sheet_of(struct cqa_appraisal_outcome *out,
                                         struct cqa_sql_rows *row, int whole)
{
    struct cqa_outcome_sheet sheet = {.agent = copy(out, row, 0),
                                      .team = copy(out, row, 1),
                                      .undecided = cqa_sql_int(row, 2),
                                      .numbers = copy(out, row, 3),
                                      .facts = copy(out, row, 4),
                                      .trace = copy(out, row, 5),
                                      .csv = copy(out, row, 6)};

    if (sheet.facts != NULL)
        return sheet;
    sheet.row = texts_of(copy(out, row, 7), copy(out, row, 8));
    for (int i = 0; whole && i < CQA_READER_COUNT; i++)
        sheet.whole.of[i] = copy(out, row, 9 + i);
    return sheet;
}

CQA_SQL_STATEMENT(sheets_of, "i", 9,
                  "SELECT agent, team, undecided, numbers, facts, NULL, csv, row_paid, row_open"
                  " FROM kept_sheets WHERE round = ?1 ORDER BY place");
CQA_SQL_STATEMENT(sheet_of_agent, "it", 12,
                  "SELECT agent, team, undecided, numbers, facts, trace, csv, row_paid, row_open,"
                  " full_hr, full_lead, full_agent FROM kept_sheets WHERE round = ?1"
                  " AND agent = ?2");

static enum cqa_status read_sheets(struct cqa_sql *db, int64_t round, const char *agent,
                                   size_t count, struct cqa_appraisal_outcome *out,
                                   struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = agent == NULL
                                 ? cqa_sql_start(db, &row, error, &sheets_of, round)
                                 : cqa_sql_start(db, &row, error, &sheet_of_agent, round, agent);

    if (status != CQA_OK)
        return status;
    while (out->sheet_count < count && cqa_sql_next(row, &status, error))
        out->sheets[out->sheet_count++] = sheet_of(out, row, agent != NULL);
    cqa_sql_end(row);
    return status;
}

CQA_SQL_STATEMENT(left_out_of, "it", 6,
                  "SELECT agent, team, fault, facts, body, body_open"
                  " FROM kept_left_out WHERE round = ?1 AND (?2 IS NULL OR agent = ?2)"
                  " ORDER BY place");

static enum cqa_status read_left_out(struct cqa_sql *db, int64_t round, const char *agent,
                                     size_t count, struct cqa_appraisal_outcome *out,
                                     struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &left_out_of, round, agent);

    if (status != CQA_OK)
        return status;
    while (out->left_out_count < count && cqa_sql_next(row, &status, error)) {
        struct cqa_outcome_left_out *left = &out->left_out[out->left_out_count++];
        left->agent = copy(out, row, 0);
        left->team = copy(out, row, 1);
        left->fault = (int)cqa_sql_int(row, 2);
        left->facts = copy(out, row, 3);
        if (left->facts == NULL)
            left->body = texts_of(copy(out, row, 4), copy(out, row, 5));
    }
    cqa_sql_end(row);
    return status;
}

enum cqa_status cqa_kept_read(struct cqa_scores *scores, int64_t round, const char *agent,
                              struct cqa_appraisal_outcome *out, struct cqa_error *error)
{
    size_t sheets = 0;
    size_t left_out = 0;
    struct cqa_sql *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = read_head(db, round, out, &sheets, &left_out, error);
    if (status == CQA_OK) {
        out->sheets = cqa_arena_alloc(&out->arena, (sheets + 1) * sizeof *out->sheets);
        out->left_out = cqa_arena_alloc(&out->arena, (left_out + 1) * sizeof *out->left_out);
        if (out->sheets == NULL || out->left_out == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    if (status == CQA_OK)
        status = read_sheets(db, round, agent, sheets, out, error);
    if (status == CQA_OK)
        status = read_left_out(db, round, agent, left_out, out, error);
    cqa_scores_give(scores, db);
    return status;
}
