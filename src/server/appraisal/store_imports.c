/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/message_json.h"
#include "server/appraisal/inputs.h"
#include "server/appraisal/store_rounds.h"

/* Writing an import. */

struct writer {
    struct cqa_db *db;
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

/* The row that counts so far for what `row` names. */
static enum cqa_status find_current(const struct writer *writer, const struct cqa_row *row,
                                    const char *value, const char *weight, struct found *found)
{
    sqlite3_stmt *statement;
    enum cqa_status status = cqa_db_start(
        writer->db, &statement, writer->error,
        "SELECT id, value, weight, post FROM import_rows WHERE current = 1 AND scheme = ?"
        " AND period = ? AND agent = ? AND indicator = ? AND rater = ? AND row_period = ?",
        "tttttt", writer->round->scheme, writer->round->period, row->agent, row->indicator,
        or_empty(row->rater), or_empty(row->period));

    *found = (struct found){0};
    if (status != CQA_OK)
        return status;
    status = cqa_db_step(writer->db, statement, writer->error);
    if (status == CQA_OK) {
        found->id = sqlite3_column_int64(statement, 0);
        snprintf(found->value, sizeof found->value, "%s", cqa_db_text(statement, 1));
        found->same = strcmp(found->value, value) == 0 &&
                      strcmp(cqa_db_text(statement, 2), weight) == 0 &&
                      strcmp(cqa_db_text(statement, 3), or_empty(row->post)) == 0;
    }
    cqa_db_end(statement);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

static enum cqa_status write_row(const struct writer *writer, const struct cqa_row *row,
                                 const char *value, const char *weight, const struct found *found)
{
    enum cqa_status status = CQA_OK;

    if (found->id != 0)
        status = cqa_db_run(writer->db, writer->error,
                            "UPDATE import_rows SET current = 0 WHERE id = ?", "i", found->id);
    if (status != CQA_OK)
        return status;
    return cqa_db_run(
        writer->db, writer->error,
        "INSERT INTO import_rows(import, scheme, period, agent, indicator, value, weight, rater,"
        " post, row_period, line, col, replaces) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "ittttttttt"
        "iio",
        writer->import, writer->round->scheme, writer->round->period, row->agent, row->indicator,
        value, weight, or_empty(row->rater), or_empty(row->post), or_empty(row->period),
        (int64_t)row->at.line, (int64_t)row->at.column, found->id ? &found->id : NULL);
}

/* An agent whose rows are right now is no longer held by the faults of an earlier import. */
static enum cqa_status settle_faults(const struct writer *writer, const char *agent)
{
    return cqa_db_run(writer->db, writer->error,
                      "UPDATE import_faults SET current = 0 WHERE current = 1 AND scheme = ? AND "
                      "period = ? AND agent = ? AND import <> ?",
                      "ttti", writer->round->scheme, writer->round->period, agent, writer->import);
}

/* ---- the import */

static enum cqa_status write_head(struct cqa_scores *scores, struct writer *writer,
                                  const struct cqa_identity *who, const struct cqa_import *import)
{
    const enum cqa_status status =
        cqa_db_run(writer->db, writer->error,
                   "INSERT INTO imports(scheme, period, file, sha256, user, at_ms, row_count,"
                   " fault_count) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                   "ttttiiii", writer->round->scheme, writer->round->period, import->file,
                   import->sha256, who->user, cqa_scores_now_ms(scores),
                   (int64_t)import->rows->count, (int64_t)import->faults->count);

    writer->import = cqa_db_last_id(writer->db);
    return status;
}

static enum cqa_status
write_rows(const struct writer *writer, const struct cqa_import *import,
           void (*visit)(void *context, const struct cqa_import_effect *effect), void *context)
{
    enum cqa_status status = CQA_OK;
    char value[CQA_RATIONAL_TEXT];
    char weight[CQA_RATIONAL_TEXT];

    for (size_t i = 0; status == CQA_OK && i < import->rows->count; i++) {
        const struct cqa_row *row = &import->rows->items[i];
        struct found found;
        cqa_rational_exact(row->value, value);
        cqa_rational_exact(row->count, weight);
        status = find_current(writer, row, value, weight, &found);
        if (status == CQA_OK)
            status = write_row(writer, row, value, weight, &found);
        if (status == CQA_OK)
            status = settle_faults(writer, row->agent);
        const struct cqa_import_effect effect = {row, found.id ? found.value : NULL,
                                                 found.id != 0 && !found.same};
        visit(context, &effect);
    }
    return status;
}

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
            status = cqa_db_run(
                writer->db, writer->error,
                "INSERT INTO import_faults(import, scheme, period, agent, line, col, text, zh,"
                " about, said) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                "itttiitttt", writer->import, writer->round->scheme, writer->round->period,
                fault->agent, (int64_t)fault->at.line, (int64_t)fault->at.column,
                cqa_said(message, CQA_ENGLISH), cqa_said(message, CQA_CHINESE), fault->about, said);
        free(said);
    }
    return status;
}

static enum cqa_status
import_within(struct cqa_scores *scores, struct writer *writer, const struct cqa_identity *who,
              const struct cqa_import *import,
              void (*visit)(void *context, const struct cqa_import_effect *effect), void *context)
{
    enum cqa_round_stage stage = CQA_ROUND_OPEN;
    enum cqa_status status =
        cqa_round_check_open(writer->db, writer->round->id, &stage, writer->error);

    if (status == CQA_OK)
        status = write_head(scores, writer, who, import);
    if (status == CQA_OK)
        status = write_rows(writer, import, visit, context);
    return status == CQA_OK ? write_faults(writer, import->faults) : status;
}

enum cqa_status
cqa_inputs_import(struct cqa_scores *scores, const struct cqa_identity *who,
                  const struct cqa_round *round, const struct cqa_import *import, int preview,
                  void (*visit)(void *context, const struct cqa_import_effect *effect),
                  void *context, int64_t *number, struct cqa_error *error)
{
    struct writer writer = {.round = round, .error = error};
    enum cqa_status status = cqa_round_need_name(who, error);

    if (status == CQA_OK)
        status = cqa_scores_begin(scores, &writer.db, error);
    if (status != CQA_OK)
        return status;
    status = import_within(scores, &writer, who, import, visit, context);
    *number = preview ? 0 : writer.import;
    if (status == CQA_OK && preview) {
        cqa_scores_rollback(scores); /* the same steps tell what they would do */
        return CQA_OK;
    }
    if (status == CQA_OK)
        status = cqa_round_audit(scores, writer.db, who, "appraisal.import", round->id, error,
                                 "import %lld: %s, %zu rows, %zu errors, sha256 %s",
                                 (long long)writer.import, import->file, import->rows->count,
                                 import->faults->count, import->sha256);
    return cqa_scores_end(scores, status, error);
}
