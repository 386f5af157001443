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

/* Some hundred thousand rows are as many ways to a database: they go several at a time. */
enum { ROWS_AT_ONCE = 16, ROW_VALUES = 11, HEAD_VALUES = 3, UNSET_AT_ONCE = 16 };
#define ROW(a, b, c, d, e, f, g, h, i, j, k)                                                       \
    "(?1, ?2, ?3, ?" #a ", ?" #b ", ?" #c ", ?" #d ", ?" #e ", ?" #f ", ?" #g ", ?" #h ", ?" #i    \
    ", ?" #j ", ?" #k ")"
#define ROW_TYPES "tttttttiiot"
#define FOUR(types) types types types types
#define INSERT                                                                                     \
    "INSERT INTO import_rows(import, scheme, period, agent, indicator, value, weight, rater,"      \
    " post, row_period, line, col, replaces, written) VALUES"
CQA_SQL_STATEMENT(insert_row, "itt" ROW_TYPES, 0, INSERT ROW(4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14));
/* clang-format off */
CQA_SQL_STATEMENT(insert_rows, "itt" FOUR(FOUR(ROW_TYPES)), 0, INSERT
    ROW(4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14) ", "
    ROW(15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25) ", "
    ROW(26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36) ", "
    ROW(37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47) ", "
    ROW(48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58) ", "
    ROW(59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69) ", "
    ROW(70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80) ", "
    ROW(81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91) ", "
    ROW(92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102) ", "
    ROW(103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113) ", "
    ROW(114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124) ", "
    ROW(125, 126, 127, 128, 129, 130, 131, 132, 133, 134, 135) ", "
    ROW(136, 137, 138, 139, 140, 141, 142, 143, 144, 145, 146) ", "
    ROW(147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157) ", "
    ROW(158, 159, 160, 161, 162, 163, 164, 165, 166, 167, 168) ", "
    ROW(169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179));
/* clang-format on */
CQA_SQL_STATEMENT(unset_rows, FOUR(FOUR("i")), 0,
                  "UPDATE import_rows SET current = 0 WHERE id IN (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
                  " ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)");

static struct cqa_sql_value a_number(int64_t number)
{
    return (struct cqa_sql_value){.kind = CQA_SQL_INT, .integer = number};
}

static struct cqa_sql_value a_text(const char *text)
{
    return (struct cqa_sql_value){.kind = CQA_SQL_TEXT, .bytes = text, .size = strlen(text)};
}

/* What is replaced counts no longer: before any new row does. No row has the number 0. */
static enum cqa_status unset_found(const struct writer *writer, const struct found *founds,
                                   size_t count)
{
    enum cqa_status status = CQA_OK;
    struct cqa_sql_value ids[UNSET_AT_ONCE];
    int filled = 0;

    for (size_t i = 0; i < count && status == CQA_OK; i++) {
        if (founds[i].id != 0)
            ids[filled++] = a_number(founds[i].id);
        if (filled == 0 || (filled < UNSET_AT_ONCE && i + 1 < count))
            continue;
        while (filled < UNSET_AT_ONCE)
            ids[filled++] = a_number(0);
        status = cqa_sql_do_values(writer->db, writer->error, &unset_rows, ids, filled);
        filled = 0;
    }
    return status;
}

/* The texts of numbers, as long as their statement runs. */
struct numerals {
    char value[CQA_RATIONAL_TEXT];
    char weight[CQA_RATIONAL_TEXT];
};

static void fill_row(const struct cqa_row *row, const struct found *found,
                     struct numerals *numerals, struct cqa_sql_value out[ROW_VALUES])
{
    const struct cqa_sql_value nothing = {0};

    out[0] = a_text(row->agent);
    out[1] = a_text(row->indicator);
    out[2] = a_text(row->is_withdrawn ? "" : cqa_rational_exact(row->value, numerals->value));
    out[3] = a_text(cqa_rational_exact(row->count, numerals->weight));
    out[4] = a_text(or_empty(row->rater));
    out[5] = a_text(or_empty(row->post));
    out[6] = a_text(or_empty(row->period));
    out[7] = a_number((int64_t)row->at.line);
    out[8] = a_number((int64_t)row->at.column);
    out[9] = found->id != 0 ? a_number(found->id) : nothing;
    out[10] = row->written != NULL ? a_text(row->written) : nothing;
}

/* `count` rows: one, or ROWS_AT_ONCE. */
static enum cqa_status insert(const struct writer *writer, const struct cqa_row *rows,
                              const struct found *founds, size_t count)
{
    struct cqa_sql_value values[HEAD_VALUES + ROWS_AT_ONCE * ROW_VALUES];
    struct numerals numerals[ROWS_AT_ONCE];

    values[0] = a_number(writer->import);
    values[1] = a_text(writer->round->scheme);
    values[2] = a_text(writer->round->period);
    for (size_t i = 0; i < count; i++)
        fill_row(&rows[i], &founds[i], &numerals[i], &values[HEAD_VALUES + i * ROW_VALUES]);
    return cqa_sql_do_values(writer->db, writer->error, count == 1 ? &insert_row : &insert_rows,
                             values, HEAD_VALUES + (int)count * ROW_VALUES);
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

CQA_SQL_STATEMENT(count_faults, "tti", 1,
                  "SELECT count(*) FROM import_faults WHERE current = 1 AND scheme = ?1"
                  " AND period = ?2 AND import <> ?3");

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
                          (int64_t)import->rows->count, (int64_t)cqa_faults_told(import->faults));
}

static enum cqa_status settle_agents(const struct writer *writer, const struct cqa_rows *rows)
{
    struct cqa_names agents = {0};
    int64_t faults = 0;
    size_t index;
    enum cqa_status status =
        cqa_sql_number(writer->db, &faults, writer->error, &count_faults, writer->round->scheme,
                       writer->round->period, writer->import);

    for (size_t i = 0; faults > 0 && i < rows->count && status == CQA_OK; i++)
        if (cqa_names_add(&agents, rows->items[i].agent, &index) != CQA_OK)
            status = cqa_fail(writer->error, CQA_E_NOMEM, "out of memory");
    for (size_t i = 0; i < agents.count && status == CQA_OK; i++)
        status = settle_faults(writer, agents.items[i]);
    cqa_names_finish(&agents);
    return status;
}

/* A row that takes a value back says when and by whom, and counts for nothing. */
CQA_SQL_STATEMENT(unset_withdrawn, "i", 0,
                  "UPDATE import_rows SET current = 0 WHERE import = ?1 AND value = ''");

static enum cqa_status write_rows(const struct writer *writer, const struct cqa_rows *rows,
                                  const struct found *founds)
{
    enum cqa_status status = unset_found(writer, founds, rows->count);
    size_t step;

    for (size_t i = 0; status == CQA_OK && i < rows->count; i += step) {
        step = i + ROWS_AT_ONCE <= rows->count ? ROWS_AT_ONCE : 1;
        status = insert(writer, &rows->items[i], &founds[i], step);
    }
    if (status == CQA_OK)
        status = cqa_sql_do(writer->db, writer->error, &unset_withdrawn, writer->import);
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
                                 cqa_faults_told(import->faults), import->sha256);
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

    return !row->is_withdrawn && strcmp(found->value, cqa_rational_exact(row->value, value)) == 0 &&
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
