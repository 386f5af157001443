/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "appraisal/names.h"
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

/* ---- what counts so far: read once, for a statement a row is what an import would wait for */

struct found {
    int64_t id; /* 0: none */
    const char *value, *weight, *post;
};

struct standing {
    struct cqa_arena arena;
    struct cqa_names keys;
    struct found *items; /* of each key */
    size_t capacity;
};

static void finish_standing(struct standing *standing)
{
    free(standing->items);
    cqa_names_finish(&standing->keys);
    cqa_arena_finish(&standing->arena);
    *standing = (struct standing){0};
}

/* What a row is for, in one text. */
static const char *key_of(struct standing *standing, const char *agent, const char *indicator,
                          const char *rater, const char *period)
{
    const size_t size = strlen(agent) + strlen(indicator) + strlen(rater) + strlen(period) + 32;
    char *key = cqa_arena_alloc(&standing->arena, size);

    if (key != NULL)
        snprintf(key, size, "%s %s %zu %s%s", indicator, period, strlen(agent), agent, rater);
    return key;
}

static enum cqa_status add_standing(struct standing *standing, const struct cqa_sql_rows *row)
{
    const char *key = key_of(standing, cqa_row_text(row, 1), cqa_row_text(row, 2),
                             cqa_row_text(row, 3), cqa_row_text(row, 4));
    const struct found found = {cqa_sql_int(row, 0), cqa_sql_copy(row, 5, &standing->arena),
                                cqa_sql_copy(row, 6, &standing->arena),
                                cqa_sql_copy(row, 7, &standing->arena)};
    size_t index;

    if (key == NULL || found.value == NULL || found.weight == NULL || found.post == NULL ||
        cqa_names_add(&standing->keys, key, &index) != CQA_OK)
        return CQA_E_NOMEM;
    if (index >= standing->capacity) {
        const size_t capacity = standing->capacity ? standing->capacity * 2 : 256;
        struct found *items = realloc(standing->items, capacity * sizeof *items);
        if (items == NULL)
            return CQA_E_NOMEM;
        standing->items = items;
        standing->capacity = capacity;
    }
    standing->items[index] = found;
    return CQA_OK;
}

CQA_SQL_STATEMENT(standing_rows, "tt", 8,
                  "SELECT id, agent, indicator, rater, row_period, value, weight, post"
                  " FROM import_rows WHERE current = 1 AND scheme = ?1 AND period = ?2");

static enum cqa_status load_standing(const struct writer *writer, struct standing *standing)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(writer->db, &rows, writer->error, &standing_rows,
                                           writer->round->scheme, writer->round->period);

    finish_standing(standing);
    while (status == CQA_OK && cqa_sql_next(rows, &status, writer->error))
        status = add_standing(standing, rows) == CQA_OK
                     ? CQA_OK
                     : cqa_fail(writer->error, CQA_E_NOMEM, "out of memory");
    cqa_sql_end(rows);
    return status;
}

/* The row that counts so far for what `row` names. */
static enum cqa_status find_standing(struct standing *standing, const struct cqa_row *row,
                                     struct found *found)
{
    const char *key =
        key_of(standing, row->agent, row->indicator, or_empty(row->rater), or_empty(row->period));
    size_t index;

    *found = (struct found){0};
    if (key != NULL && cqa_names_find(&standing->keys, key, &index))
        *found = standing->items[index];
    return key != NULL ? CQA_OK : CQA_E_NOMEM;
}

static enum cqa_status find_all(const struct writer *writer, const struct cqa_rows *rows,
                                struct standing *standing, struct found *founds)
{
    enum cqa_status status = load_standing(writer, standing);

    for (size_t i = 0; status == CQA_OK && i < rows->count; i++)
        if (find_standing(standing, &rows->items[i], &founds[i]) != CQA_OK)
            status = cqa_fail(writer->error, CQA_E_NOMEM, "out of memory");
    return status;
}

/* ---- rows */

CQA_SQL_STATEMENT(unset_row, "i", 0, "UPDATE import_rows SET current = 0 WHERE id = ?1");
CQA_SQL_STATEMENT(
    insert_row, "itttttttttiiot", 0,
    "INSERT INTO import_rows(import, scheme, period, agent, indicator, value, weight, rater,"
    " post, row_period, line, col, replaces, written) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
    "?10, ?11, "
    "?12, ?13, ?14)");

static enum cqa_status write_row(const struct writer *writer, const struct cqa_row *row,
                                 const struct found *found)
{
    enum cqa_status status = CQA_OK;
    char value[CQA_RATIONAL_TEXT];
    char weight[CQA_RATIONAL_TEXT];

    if (found->id != 0)
        status = cqa_sql_do(writer->db, writer->error, &unset_row, found->id);
    if (status != CQA_OK)
        return status;
    return cqa_sql_do(writer->db, writer->error, &insert_row, writer->import, writer->round->scheme,
                      writer->round->period, row->agent, row->indicator,
                      cqa_rational_exact(row->value, value), cqa_rational_exact(row->count, weight),
                      or_empty(row->rater), or_empty(row->post), or_empty(row->period),
                      (int64_t)row->at.line, (int64_t)row->at.column, found->id ? &found->id : NULL,
                      row->written);
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

static enum cqa_status settle_agents(const struct writer *writer, const struct cqa_rows *rows)
{
    struct cqa_names agents = {0};
    enum cqa_status status = CQA_OK;
    size_t index;

    for (size_t i = 0; i < rows->count && status == CQA_OK; i++)
        if (cqa_names_add(&agents, rows->items[i].agent, &index) != CQA_OK)
            status = cqa_fail(writer->error, CQA_E_NOMEM, "out of memory");
    for (size_t i = 0; i < agents.count && status == CQA_OK; i++)
        status = settle_faults(writer, agents.items[i]);
    cqa_names_finish(&agents);
    return status;
}

static enum cqa_status write_rows(const struct writer *writer, const struct cqa_rows *rows,
                                  const struct found *founds)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < rows->count; i++)
        status = write_row(writer, &rows->items[i], &founds[i]);
    return status == CQA_OK ? settle_agents(writer, rows) : status;
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
    struct standing standing;
    struct found *founds; /* of each row; their texts are of `standing` */
    int64_t number;
};

static enum cqa_status write_all(struct importing *it, struct writer *writer)
{
    const struct cqa_import *import = it->import;
    enum cqa_status status = write_head(it->scores, writer, it->who, import);

    if (status == CQA_OK)
        status = write_rows(writer, import->rows, it->founds);
    if (status == CQA_OK)
        status = write_faults(writer, import->faults);
    it->number = writer->import;
    if (status == CQA_OK)
        status = cqa_round_audit(it->scores, writer->db, it->who, "appraisal.import", it->round->id,
                                 writer->error, "import %lld: %s, %zu rows, %zu errors, sha256 %s",
                                 (long long)it->number, import->file, import->rows->count,
                                 import->faults->count, import->sha256);
    return status;
}

static enum cqa_status import_all(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct importing *it = context;
    struct writer writer = {.db = db, .round = it->round, .error = error};
    enum cqa_round_stage stage = CQA_ROUND_OPEN;
    enum cqa_status status = cqa_round_check_open(db, it->round->id, &stage, error);

    if (status == CQA_OK)
        status = find_all(&writer, it->import->rows, &it->standing, it->founds);
    return status == CQA_OK && !it->preview ? write_all(it, &writer) : status;
}

/* Whether the row says nothing but what was there. */
static int is_same(const struct cqa_row *row, const struct found *found)
{
    char value[CQA_RATIONAL_TEXT];
    char weight[CQA_RATIONAL_TEXT];

    return strcmp(found->value, cqa_rational_exact(row->value, value)) == 0 &&
           strcmp(found->weight, cqa_rational_exact(row->count, weight)) == 0 &&
           strcmp(found->post, or_empty(row->post)) == 0;
}

static void show_effects(const struct cqa_import *import, const struct found *founds,
                         void (*visit)(void *context, const struct cqa_import_effect *effect),
                         void *context)
{
    for (size_t i = 0; i < import->rows->count; i++) {
        const struct cqa_import_effect effect = {&import->rows->items[i], founds[i].value,
                                                 founds[i].id != 0 &&
                                                     !is_same(&import->rows->items[i], &founds[i])};
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
    if (status == CQA_OK)
        show_effects(import, importing.founds, visit, context);
    *number = importing.number;
    finish_standing(&importing.standing);
    free(importing.founds);
    return status;
}
