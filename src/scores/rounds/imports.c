/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/message_json.h"
#include "scores/rounds/inputs.h"
#include "scores/rounds/rounds_internal.h"

/* Writing an import. */

struct writer {
    struct cqa_sql *db;
    const struct cqa_round *round;
    int64_t import;
    struct cqa_error *error;
};

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* ---- rows */

struct found {
    int64_t id; /* 0: none */
    char value[CQA_RATIONAL_TEXT];
    int same;
};

CQA_SQL_STATEMENT(
    current_row, "tttttt", 4,
    "SELECT id, value, weight, post FROM import_rows WHERE current = 1 AND scheme = ?1"
    " AND period = ?2 AND agent = ?3 AND indicator = ?4 AND rater = ?5 AND row_period = ?6");

/* The row that counts so far for what `row` names. */
static enum cqa_status find_current(const struct writer *writer, const struct cqa_row *row,
                                    const char *value, const char *weight, struct found *found)
{
    struct cqa_sql_rows *statement = NULL;
    enum cqa_status status =
        cqa_sql_start(writer->db, &statement, writer->error, &current_row, writer->round->scheme,
                      writer->round->period, row->agent, row->indicator, or_empty(row->rater),
                      or_empty(row->period));

    *found = (struct found){0};
    if (status != CQA_OK)
        return status;
    status = cqa_row_step(statement, writer->error);
    if (status == CQA_OK) {
        found->id = cqa_sql_int(statement, 0);
        snprintf(found->value, sizeof found->value, "%s", cqa_row_text(statement, 1));
        found->same = strcmp(found->value, value) == 0 &&
                      strcmp(cqa_row_text(statement, 2), weight) == 0 &&
                      strcmp(cqa_row_text(statement, 3), or_empty(row->post)) == 0;
    }
    cqa_sql_end(statement);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

CQA_SQL_STATEMENT(unset_row, "i", 0, "UPDATE import_rows SET current = 0 WHERE id = ?1");
CQA_SQL_STATEMENT(
    insert_row, "itttttttttiio", 0,
    "INSERT INTO import_rows(import, scheme, period, agent, indicator, value, weight, rater,"
    " post, row_period, line, col, replaces) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
    "?12, ?13)");

static enum cqa_status write_row(const struct writer *writer, const struct cqa_row *row,
                                 const char *value, const char *weight, const struct found *found)
{
    enum cqa_status status = CQA_OK;

    if (found->id != 0)
        status = cqa_sql_do(writer->db, writer->error, &unset_row, found->id);
    if (status != CQA_OK)
        return status;
    return cqa_sql_do(writer->db, writer->error, &insert_row, writer->import, writer->round->scheme,
                      writer->round->period, row->agent, row->indicator, value, weight,
                      or_empty(row->rater), or_empty(row->post), or_empty(row->period),
                      (int64_t)row->at.line, (int64_t)row->at.column,
                      found->id ? &found->id : NULL);
}

CQA_SQL_STATEMENT(unset_faults, "ttti", 0,
                  "UPDATE import_faults SET current = 0 WHERE current = 1 AND scheme = ?1 AND "
                  "period = ?2 AND agent = ?3 AND import <> ?4");

/* An agent whose rows are right now is no longer held by the faults of an earlier import. */
static enum cqa_status settle_faults(const struct writer *writer, const char *agent)
{
    return cqa_sql_do(writer->db, writer->error, &unset_faults, writer->round->scheme,
                      writer->round->period, agent, writer->import);
}

/* ---- the import */

CQA_SQL_STATEMENT(insert_import, "ttttiiii", 1,
                  "INSERT INTO imports(scheme, period, file, sha256, user, at_ms, row_count,"
                  " fault_count) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id");

static enum cqa_status write_head(struct cqa_scores *scores, struct writer *writer,
                                  const struct cqa_identity *who, const struct cqa_import *import)
{
    return cqa_sql_number(writer->db, &writer->import, writer->error, &insert_import,
                          writer->round->scheme, writer->round->period, import->file,
                          import->sha256, who->user, cqa_scores_now_ms(scores),
                          (int64_t)import->rows->count, (int64_t)import->faults->count);
}

static enum cqa_status write_rows(const struct writer *writer, const struct cqa_import *import,
                                  struct found *founds)
{
    enum cqa_status status = CQA_OK;
    char value[CQA_RATIONAL_TEXT];
    char weight[CQA_RATIONAL_TEXT];

    for (size_t i = 0; status == CQA_OK && i < import->rows->count; i++) {
        const struct cqa_row *row = &import->rows->items[i];
        cqa_rational_exact(row->value, value);
        cqa_rational_exact(row->count, weight);
        status = find_current(writer, row, value, weight, &founds[i]);
        if (status == CQA_OK)
            status = write_row(writer, row, value, weight, &founds[i]);
        if (status == CQA_OK)
            status = settle_faults(writer, row->agent);
    }
    return status;
}

CQA_SQL_STATEMENT(insert_fault, "itttiitttt", 0,
                  "INSERT INTO import_faults(import, scheme, period, agent, line, col, text, zh,"
                  " about, said) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");

static enum cqa_status write_faults(const struct writer *writer, const struct cqa_faults *faults)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < faults->count; i++) {
        const struct cqa_fault *fault = &faults->items[i];
        const struct cqa_message *message = cqa_fault_message(fault);
        char *said = cqa_message_to_text(message);
        if (fault->agent != NULL)
            status = settle_faults(writer, fault->agent);
        if (status == CQA_OK)
            status = cqa_sql_do(writer->db, writer->error, &insert_fault, writer->import,
                                writer->round->scheme, writer->round->period, fault->agent,
                                (int64_t)fault->at.line, (int64_t)fault->at.column,
                                cqa_said(message, CQA_ENGLISH), cqa_said(message, CQA_CHINESE),
                                fault->about, said);
        free(said);
    }
    return status;
}

struct importing {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const struct cqa_round *round;
    const struct cqa_import *import;
    int preview;
    struct found *founds; /* of each row */
    int64_t number;
    int is_foreseen; /* a preview came to its end */
};

static enum cqa_status import_all(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct importing *it = context;
    const struct cqa_import *import = it->import;
    struct writer writer = {.db = db, .round = it->round, .error = error};
    enum cqa_round_stage stage = CQA_ROUND_OPEN;
    enum cqa_status status = cqa_round_check_open(db, it->round->id, &stage, error);

    if (status == CQA_OK)
        status = write_head(it->scores, &writer, it->who, import);
    if (status == CQA_OK)
        status = write_rows(&writer, import, it->founds);
    if (status == CQA_OK)
        status = write_faults(&writer, import->faults);
    it->number = writer.import;
    it->is_foreseen = status == CQA_OK && it->preview;
    if (it->is_foreseen)
        return CQA_E_REFUSED; /* taken back: the same steps tell what they would do */
    if (status == CQA_OK)
        status = cqa_round_audit(it->scores, db, it->who, "appraisal.import", it->round->id, error,
                                 "import %lld: %s, %zu rows, %zu errors, sha256 %s",
                                 (long long)it->number, import->file, import->rows->count,
                                 import->faults->count, import->sha256);
    return status;
}

static void show_effects(const struct cqa_import *import, const struct found *founds,
                         void (*visit)(void *context, const struct cqa_import_effect *effect),
                         void *context)
{
    for (size_t i = 0; i < import->rows->count; i++) {
        const struct cqa_import_effect effect = {&import->rows->items[i],
                                                 founds[i].id ? founds[i].value : NULL,
                                                 founds[i].id != 0 && !founds[i].same};
        visit(context, &effect);
    }
}

enum cqa_status
cqa_inputs_import(struct cqa_scores *scores, const struct cqa_identity *who,
                  const struct cqa_round *round, const struct cqa_import *import, int preview,
                  void (*visit)(void *context, const struct cqa_import_effect *effect),
                  void *context, int64_t *number, struct cqa_error *error)
{
    struct importing importing = {scores, who, round, import, preview, .number = 0};
    enum cqa_status status = cqa_round_need_name(who, error);

    if (status != CQA_OK)
        return status;
    importing.founds = calloc(import->rows->count + 1, sizeof *importing.founds);
    if (importing.founds == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    status = cqa_scores_write(scores, import_all, &importing, error);
    if (importing.is_foreseen)
        status = CQA_OK;
    if (status == CQA_OK)
        show_effects(import, importing.founds, visit, context);
    *number = preview ? 0 : importing.number;
    free(importing.founds);
    return status;
}
