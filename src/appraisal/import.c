/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/input.h"

#include <ctype.h>
#include <string.h>
#include "appraisal/csv.h"
#include "appraisal/scheme.h"

enum { CELL_TEXT = 128 };

enum column { AGENT, INDICATOR, VALUE, COUNT, RATER, POST, PERIOD, COLUMN_COUNT };

/* What the head of a column may say. */
static const char *const column_words[COLUMN_COUNT][8] = {
    [AGENT] = {"agent", "subject", "坐席", "座席", "工号", "员工", "单位", NULL},
    [INDICATOR] = {"indicator", "指标", NULL},
    [VALUE] = {"value", "值", "数值", "得分", NULL},
    [COUNT] = {"count", "数量", "次数", "份数", NULL},
    [RATER] = {"rater", "评分人", "评价人", NULL},
    [POST] = {"post", "岗位", NULL},
    [PERIOD] = {"period", "周期", "月份", NULL},
};

struct importer {
    const struct cqa_scheme *scheme;
    const char *name;
    struct cqa_csv csv;
    struct cqa_rows *rows;
    struct cqa_faults *faults;
    size_t columns[COLUMN_COUNT]; /* index of the cell plus 1; 0: there is none */
    const char **heads;           /* wide: the indicator of each cell, NULL elsewhere */
    size_t head_count;
    size_t first_row; /* of this file */
};

static struct cqa_place place_of(const struct importer *importer, const struct cqa_csv_cell *cell)
{
    return (struct cqa_place){importer->name, cell->line, cell->column};
}

/* ---- the head line */

static int column_of(const char *text)
{
    for (int column = 0; column < COLUMN_COUNT; column++)
        for (int i = 0; column_words[column][i] != NULL; i++)
            if (strcasecmp(text, column_words[column][i]) == 0)
                return column;
    return COLUMN_COUNT;
}

static enum cqa_status read_head(struct importer *importer)
{
    const struct cqa_csv *csv = &importer->csv;

    importer->head_count = csv->cell_count;
    importer->heads =
        cqa_arena_alloc(&importer->rows->arena, csv->cell_count * sizeof *importer->heads);
    if (importer->heads == NULL)
        return CQA_E_NOMEM;
    for (size_t i = 0; i < csv->cell_count; i++) {
        const struct cqa_csv_cell *cell = &csv->cells[i];
        /* An indicator goes first: a scheme may have one that is called like a column in Chinese.
         */
        const int known = cqa_scheme_indicator(importer->scheme, cell->text) != CQA_NOWHERE;
        const int column = known ? COLUMN_COUNT : column_of(cell->text);
        if (column == COLUMN_COUNT)
            importer->heads[i] = cqa_arena_string(&importer->rows->arena, cell->text);
        else if (importer->columns[column] != 0)
            cqa_faults_add(importer->faults, NULL, place_of(importer, cell),
                           "the column \"%s\" is given twice", cell->text);
        else
            importer->columns[column] = i + 1;
    }
    return CQA_OK;
}

static int is_long(const struct importer *importer)
{
    return importer->columns[INDICATOR] != 0 || importer->columns[VALUE] != 0;
}

static int check_wide_heads(struct importer *importer)
{
    int good = 1;

    for (size_t i = 0; i < importer->head_count; i++)
        for (size_t k = 0; importer->heads[i] != NULL && k < i; k++)
            if (importer->heads[k] != NULL && importer->heads[i][0] != '\0' &&
                cqa_scheme_indicator(importer->scheme, importer->heads[i]) ==
                    cqa_scheme_indicator(importer->scheme, importer->heads[k]) &&
                (cqa_scheme_indicator(importer->scheme, importer->heads[i]) != CQA_NOWHERE ||
                 strcmp(importer->heads[i], importer->heads[k]) == 0)) {
                cqa_faults_add(importer->faults, NULL, place_of(importer, &importer->csv.cells[i]),
                               "the column \"%s\" is given twice", importer->heads[i]);
                good = 0;
            }
    return good;
}

static int check_long_heads(struct importer *importer)
{
    int good = 1;

    for (size_t i = 0; i < importer->head_count; i++)
        if (importer->heads[i] != NULL && importer->heads[i][0] != '\0') {
            cqa_faults_add(importer->faults, NULL, place_of(importer, &importer->csv.cells[i]),
                           "unknown column \"%s\"; allowed: agent (or subject), indicator, value, "
                           "count, rater, "
                           "post, period",
                           importer->heads[i]);
            good = 0;
        }
    if (importer->columns[INDICATOR] == 0 || importer->columns[VALUE] == 0) {
        cqa_faults_add(importer->faults, NULL, (struct cqa_place){importer->name, 1, 1},
                       "the column \"%s\" is missing; needed: agent, indicator, value",
                       importer->columns[INDICATOR] == 0 ? "indicator" : "value");
        good = 0;
    }
    return good;
}

static int check_head(struct importer *importer)
{
    if (importer->columns[AGENT] == 0) {
        cqa_faults_add(importer->faults, NULL, (struct cqa_place){importer->name, 1, 1},
                       "the column \"agent\" is missing; needed: agent,indicator,value or agent "
                       "and a column for "
                       "each indicator");
        return 0;
    }
    return is_long(importer) ? check_long_heads(importer) : check_wide_heads(importer);
}

/* ---- numbers */

/* Digits and signs of Chinese width (U+FF05 to U+FF19) become plain ones. 0 when it does not fit.
 */
static int to_plain(const char *text, char out[CELL_TEXT])
{
    size_t used = 0;

    while (*text != '\0') {
        if (used + 1 >= CELL_TEXT)
            return 0;
        const unsigned char *at = (const unsigned char *)text;
        if (at[0] == 0xEF && at[1] == 0xBC && at[2] >= 0x85 && at[2] <= 0x99) {
            out[used++] = (char)(at[2] - 0x60);
            text += 3;
        } else {
            out[used++] = *text++;
        }
    }
    out[used] = '\0';
    return 1;
}

/* "12,345.6" without its commas, which stand before every three digits or not at all. 0 when they
 * do not. */
static int drop_thousands(char *text)
{
    const size_t whole = strcspn(text, ".");
    size_t digits_after = 0;
    size_t used = 0;
    int commas = 0;

    for (size_t i = whole; i-- > 0;) {
        if (text[i] == ',') {
            if (digits_after != 3 || i == 0 || !isdigit((unsigned char)text[i - 1]))
                return 0;
            digits_after = 0;
            commas = 1;
        } else {
            digits_after += isdigit((unsigned char)text[i]) != 0;
            if (commas && digits_after > 3)
                return 0;
        }
    }
    for (size_t i = 0; text[i] != '\0'; i++)
        if (text[i] != ',' || i >= whole)
            text[used++] = text[i];
    text[used] = '\0';
    return 1;
}

static int read_number(const char *text, int percent, struct cqa_rational *out)
{
    char plain[CELL_TEXT];

    if (!to_plain(text, plain))
        return 0;
    const size_t length = strlen(plain);
    if (percent && length > 1 && plain[length - 1] == '%')
        plain[length - 1] = '\0';
    return drop_thousands(plain) && cqa_rational_parse(plain, out);
}

static int read_word(const char *text, struct cqa_rational *out)
{
    static const char *const yes[] = {"yes", "true", "pass", "passed", "是", "合格", "通过", NULL};
    static const char *const no[] = {"no",     "false",  "fail",   "failed", "否",
                                     "不合格", "不通过", "未通过", NULL};

    for (int i = 0; yes[i] != NULL; i++)
        if (strcasecmp(text, yes[i]) == 0) {
            *out = cqa_rational_whole(1);
            return 1;
        }
    for (int i = 0; no[i] != NULL; i++)
        if (strcasecmp(text, no[i]) == 0) {
            *out = cqa_rational_whole(0);
            return 1;
        }
    return 0;
}

/* ---- rows */

static const char *cell_text(struct importer *importer, enum column column)
{
    const size_t index = importer->columns[column];

    if (index == 0 || index > importer->csv.cell_count ||
        importer->csv.cells[index - 1].text[0] == '\0')
        return NULL;
    return cqa_arena_string(&importer->rows->arena, importer->csv.cells[index - 1].text);
}

/* What a cell beside the values is about: where a private indicator stands in the same row, that
 * one, for a value may have slipped into the neighbouring column. */
static const char *about_row(struct importer *importer)
{
    const char *named = is_long(importer) ? cell_text(importer, INDICATOR) : NULL;

    for (size_t i = 0; i < importer->scheme->indicator_count; i++) {
        if (!cqa_scheme_private(importer->scheme, i))
            continue;
        if (named != NULL && cqa_scheme_indicator(importer->scheme, named) == (int)i)
            return importer->scheme->indicators[i].id;
        for (size_t k = 0; named == NULL && k < importer->head_count; k++)
            if (importer->heads[k] != NULL &&
                cqa_scheme_indicator(importer->scheme, importer->heads[k]) == (int)i)
                return importer->scheme->indicators[i].id;
    }
    return NULL;
}

/* A wrong count is a fault; the row stays, so that its indicator does not pass for missing besides.
 */
static void read_count(struct importer *importer, struct cqa_row *row)
{
    const size_t index = importer->columns[COUNT];

    row->count = cqa_rational_whole(1);
    if (index == 0 || index > importer->csv.cell_count ||
        importer->csv.cells[index - 1].text[0] == '\0')
        return;
    const struct cqa_csv_cell *cell = &importer->csv.cells[index - 1];
    if (read_number(cell->text, 0, &row->count) && cqa_rational_sign(row->count) > 0)
        return;
    cqa_faults_add_about(
        importer->faults, row->agent, about_row(importer), place_of(importer, cell),
        "agent \"%s\": the count \"%s\" must be a number above 0", row->agent, cell->text);
}

/* The value under `row->indicator`, which `named` said. An indicator that the scheme does not have
 * is left to the appraisal to name. */
static enum cqa_status add_value(struct importer *importer, struct cqa_row *row,
                                 const struct cqa_csv_cell *named, const struct cqa_csv_cell *cell)
{
    const int index = cqa_scheme_indicator(importer->scheme, row->indicator);
    const struct cqa_indicator *indicator =
        index == CQA_NOWHERE ? NULL : &importer->scheme->indicators[index];
    const int percent =
        indicator != NULL && indicator->unit != NULL && strcmp(indicator->unit, "%") == 0;

    row->at = place_of(importer, indicator == NULL ? named : cell);
    row->value = cqa_rational_whole(0);
    const int known_word =
        indicator != NULL && indicator->yes_no && read_word(cell->text, &row->value);
    if (!known_word && indicator != NULL && !read_number(cell->text, percent, &row->value)) {
        cqa_faults_add_about(importer->faults, row->agent, indicator->id, row->at,
                             indicator->yes_no ? "agent \"%s\": \"%s\" of \"%s\" is not a number; "
                                                 "allowed: 1 or 0, yes or no"
                                               : "agent \"%s\": \"%s\" of \"%s\" is not a number; "
                                                 "allowed: a decimal such as 94.5",
                             row->agent, cell->text, row->indicator);
        row->value = cqa_rational_none();
    }
    return cqa_rows_add(importer->rows, row);
}

static enum cqa_status add_long(struct importer *importer, struct cqa_row *row)
{
    const size_t index = importer->columns[VALUE];
    const struct cqa_csv_cell *first = &importer->csv.cells[0];

    row->indicator = cell_text(importer, INDICATOR);
    if (row->indicator == NULL) {
        cqa_faults_add(importer->faults, row->agent, place_of(importer, first),
                       "agent \"%s\": the row names no indicator", row->agent);
        return CQA_OK;
    }
    if (index > importer->csv.cell_count || importer->csv.cells[index - 1].text[0] == '\0') {
        cqa_faults_add(importer->faults, row->agent, place_of(importer, first),
                       "agent \"%s\": the value of \"%s\" is empty", row->agent, row->indicator);
        return CQA_OK;
    }
    return add_value(importer, row, &importer->csv.cells[importer->columns[INDICATOR] - 1],
                     &importer->csv.cells[index - 1]);
}

static enum cqa_status add_wide(struct importer *importer, struct cqa_row *row)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < importer->csv.cell_count && i < importer->head_count && status == CQA_OK;
         i++) {
        const struct cqa_csv_cell *cell = &importer->csv.cells[i];
        if (importer->heads[i] == NULL || cell->text[0] == '\0')
            continue;
        row->indicator = importer->heads[i];
        status = add_value(importer, row, cell, cell);
    }
    return status;
}

static enum cqa_status add_record(struct importer *importer)
{
    const struct cqa_csv *csv = &importer->csv;
    struct cqa_row row = {.agent = cell_text(importer, AGENT),
                          .rater = cell_text(importer, RATER),
                          .post = cell_text(importer, POST),
                          .period = cell_text(importer, PERIOD)};

    if (csv->problem != NULL) {
        cqa_faults_add(importer->faults, row.agent,
                       (struct cqa_place){importer->name, csv->problem_line, csv->problem_column},
                       "%p", cqa_words_named(csv->problem));
        if (*csv->at == '\0') /* an open quote swallowed all that follows: no agent's rows are known
                                 to be all */
            importer->rows->count = importer->first_row;
        return CQA_OK;
    }
    if (row.agent == NULL) {
        cqa_faults_add(importer->faults, NULL, place_of(importer, &csv->cells[0]),
                       "the row names no agent");
        return CQA_OK;
    }
    if (csv->cell_count > importer->head_count) {
        cqa_faults_add(importer->faults, row.agent,
                       place_of(importer, &csv->cells[importer->head_count]),
                       "agent \"%s\": %zu cells under %zu columns", row.agent, csv->cell_count,
                       importer->head_count);
        return CQA_OK;
    }
    read_count(importer, &row);
    return is_long(importer) ? add_long(importer, &row) : add_wide(importer, &row);
}

static enum cqa_status import(struct importer *importer, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    if (!cqa_csv_next(&importer->csv)) {
        cqa_faults_add(importer->faults, NULL, (struct cqa_place){importer->name, 1, 1},
                       "the file is empty; needed: agent,indicator,value");
    } else if ((status = read_head(importer)) == CQA_OK && check_head(importer)) {
        while (status == CQA_OK && cqa_csv_next(&importer->csv))
            status = add_record(importer);
    }
    cqa_csv_finish(&importer->csv);
    return status == CQA_OK ? CQA_OK : cqa_fail(error, status, "%s: out of memory", importer->name);
}

enum cqa_status cqa_rows_import(const struct cqa_scheme *scheme, const char *path,
                                struct cqa_rows *rows, struct cqa_faults *faults,
                                struct cqa_error *error)
{
    struct importer importer = {
        .scheme = scheme, .name = path, .rows = rows, .faults = faults, .first_row = rows->count};
    const enum cqa_status status = cqa_csv_open(&importer.csv, path, error);

    if (status == CQA_OK)
        return import(&importer, error);
    cqa_csv_finish(&importer.csv);
    return status;
}

enum cqa_status cqa_rows_parse(const struct cqa_scheme *scheme, const char *text, size_t length,
                               const char *name, struct cqa_rows *rows, struct cqa_faults *faults,
                               struct cqa_error *error)
{
    struct importer importer = {
        .scheme = scheme, .name = name, .rows = rows, .faults = faults, .first_row = rows->count};
    const enum cqa_status status = cqa_csv_init(&importer.csv, text, length, error);

    if (status == CQA_OK)
        return import(&importer, error);
    cqa_csv_finish(&importer.csv);
    return status;
}
