/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/input.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "appraisal/csv.h"
#include "appraisal/scheme.h"
#include "appraisal/spelling.h"

enum { CELL_TEXT = 128 };

enum column { AGENT, INDICATOR, VALUE, COUNT, RATER, POST, PERIOD, NAME, COLUMN_COUNT };

/* What the head of a column may say. */
static const char *const column_words[COLUMN_COUNT][8] = {
    [AGENT] = {"agent", "subject", "坐席", "座席", "工号", "员工", "单位", NULL},
    [INDICATOR] = {"indicator", "指标", NULL},
    [VALUE] = {"value", "值", "数值", "得分", NULL},
    [COUNT] = {"count", "数量", "次数", "份数", NULL},
    [RATER] = {"rater", "评分人", "评价人", NULL},
    [POST] = {"post", "岗位", NULL},
    [PERIOD] = {"period", "周期", "月份", NULL},
    [NAME] = {"name", "姓名", "员工姓名", "坐席姓名", "座席姓名", NULL},
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
                           "post, period, name",
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

    if (strlen(text) >= sizeof plain)
        return 0;
    cqa_spell_plain(text, plain, sizeof plain);
    const size_t length = strlen(plain);
    if (percent && length > 1 && plain[length - 1] == '%')
        plain[length - 1] = '\0';
    return drop_thousands(plain) && cqa_rational_parse(plain, out);
}

static int read_word(const char *text, struct cqa_rational *out)
{
    static const char *const yes[] = {"yes", "true", "pass", "passed", "y",    "√",
                                      "✓",   "是",   "对",   "合格",   "通过", NULL};
    static const char *const no[] = {"no", "false", "fail",   "failed", "n",      "×",
                                     "✗",  "否",    "不合格", "不通过", "未通过", NULL};

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

/* Up to `most` digits at *at, which is moved behind them; -1: none, or more. */
static int64_t read_digits(const char **at, int most)
{
    int64_t number = 0;
    int digits = 0;

    for (; isdigit((unsigned char)**at); ++*at, digits++) {
        if (digits == most)
            return -1;
        number = number * 10 + (**at - '0');
    }
    return digits == 0 ? -1 : number;
}

/* "00:10:00", as spreadsheets show a time: hours, minutes, seconds. */
static int read_clock(const char *text, struct cqa_rational *seconds)
{
    static const int most[] = {5, 2, 2};
    int64_t sum = 0;

    for (int i = 0; i < 3; i++) {
        const int64_t number = read_digits(&text, most[i]);
        if (number < 0 || (i > 0 && number > 59) || *text != (i < 2 ? ':' : '\0'))
            return 0;
        text += i < 2;
        sum = sum * 60 + number;
    }
    *seconds = cqa_rational_whole(sum);
    return 1;
}

/* "10分钟", "1小时5分", "20 s", each unit once, the large ones first. */
static int read_units(const char *text, struct cqa_rational *seconds)
{
    static const struct {
        const char *word;
        int seconds;
    } units[] = {{"小时", 3600}, {"分钟", 60}, {"分", 60},  {"秒钟", 1},
                 {"秒", 1},      {"min", 60},  {"h", 3600}, {"s", 1}};
    int least = INT_MAX;

    *seconds = cqa_rational_whole(0);
    while (*text != '\0') {
        char digits[CELL_TEXT];
        struct cqa_rational number;
        const size_t length = strspn(text, "0123456789.");
        snprintf(digits, sizeof digits, "%.*s", (int)length, text);
        text += length + strspn(text + length, " ");
        size_t unit = 0;
        while (unit < sizeof units / sizeof *units &&
               strncmp(text, units[unit].word, strlen(units[unit].word)) != 0)
            unit++;
        if (unit == sizeof units / sizeof *units || units[unit].seconds >= least ||
            !cqa_rational_parse(digits, &number))
            return 0;
        least = units[unit].seconds;
        *seconds =
            cqa_rational_add(*seconds, cqa_rational_multiply(number, cqa_rational_whole(least)));
        text += strlen(units[unit].word);
        text += strspn(text, " ");
    }
    return least != INT_MAX;
}

static int read_listed(const struct cqa_indicator *indicator, const char *text,
                       struct cqa_rational *out)
{
    char folded[CELL_TEXT];
    char word[CELL_TEXT];

    cqa_spell_fold(text, folded, sizeof folded);
    for (size_t i = 0; i < indicator->word_count; i++) {
        cqa_spell_fold(indicator->words[i], word, sizeof word);
        if (strcmp(folded, word) != 0)
            continue;
        *out = indicator->word_values[i];
        return 1;
    }
    return 0;
}

/* A cell as this indicator may have it. */
static int read_value(const struct cqa_indicator *indicator, const char *text,
                      struct cqa_rational *out)
{
    const int is_time = indicator->unit != NULL && strcmp(indicator->unit, "s") == 0;

    if (indicator->word_count > 0)
        return read_listed(indicator, text, out);
    return (indicator->yes_no && read_word(text, out)) ||
           read_number(text, cqa_scheme_in_percent(indicator), out) ||
           (is_time && (read_clock(text, out) || read_units(text, out)));
}

/* ---- rows */

/* The record's cell of this column; NULL: it is empty, or there is none. */
static const struct cqa_csv_cell *cell_of(const struct importer *importer, enum column column)
{
    const size_t index = importer->columns[column];

    if (index == 0 || index > importer->csv.cell_count ||
        importer->csv.cells[index - 1].text[0] == '\0')
        return NULL;
    return &importer->csv.cells[index - 1];
}

static const char *cell_text(struct importer *importer, enum column column)
{
    const struct cqa_csv_cell *cell = cell_of(importer, column);

    return cell == NULL ? NULL : cqa_arena_string(&importer->rows->arena, cell->text);
}

/* The name in a cell, in the one spelling; NULL: none is there. */
static const char *cell_name(struct importer *importer, enum column column,
                             enum cqa_spelled *spelled)
{
    const struct cqa_csv_cell *cell = cell_of(importer, column);
    const char *name = NULL;

    *spelled = CQA_SPELLED_NAME;
    if (cell != NULL)
        *spelled = cqa_spell_name(&importer->rows->arena, cell->text, &name);
    return name != NULL && name[0] != '\0' ? name : NULL;
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

static void name_unreadable(struct importer *importer, const struct cqa_row *row,
                            const struct cqa_indicator *indicator, const char *text)
{
    char list[400] = "";
    size_t used = 0;

    for (size_t i = 0; i < indicator->word_count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "",
                                 indicator->words[i]);
    if (indicator->word_count > 0)
        cqa_faults_add_about(importer->faults, row->agent, indicator->id, row->at,
                             "agent \"%s\": \"%s\" of \"%s\" is unknown; allowed: %s", row->agent,
                             text, row->indicator, list);
    else
        cqa_faults_add_about(importer->faults, row->agent, indicator->id, row->at,
                             indicator->yes_no ? "agent \"%s\": \"%s\" of \"%s\" is not a number; "
                                                 "allowed: 1 or 0, yes or no"
                                               : "agent \"%s\": \"%s\" of \"%s\" is not a number; "
                                                 "allowed: a decimal such as 94.5",
                             row->agent, text, row->indicator);
}

/* A column of percentages that a spreadsheet holds as fractions shows 0.85 for 85 %. Without the
 * sign nobody can tell it from 0.85 %, but where so little is usual. */
static int may_be_a_fraction(const struct cqa_indicator *indicator, const char *text,
                             struct cqa_rational value)
{
    return cqa_scheme_in_percent(indicator) && !indicator->small && cqa_rational_sign(value) > 0 &&
           cqa_rational_compare(value, cqa_rational_whole(1)) < 0 && strstr(text, "%") == NULL &&
           strstr(text, "％") == NULL;
}

static void ask_about_fraction(struct importer *importer, const struct cqa_row *row,
                               const struct cqa_indicator *indicator, const char *text)
{
    char plain[CQA_RATIONAL_TEXT];
    char hundredfold[CQA_RATIONAL_TEXT];

    cqa_rational_exact(row->value, plain);
    cqa_rational_exact(cqa_rational_multiply(row->value, cqa_rational_whole(100)), hundredfold);
    cqa_faults_add_about(importer->faults, row->agent, indicator->id, row->at,
                         "agent \"%s\": \"%s\" of \"%s\" may be %s %% or %s %%; allowed: \"%s\" or "
                         "\"%s%%\"",
                         row->agent, text, row->indicator, plain, hundredfold, hundredfold, plain);
}

/* The value under `row->indicator`, which `named` said. An indicator that the scheme does not have
 * is left to the appraisal to name. */
static enum cqa_status add_value(struct importer *importer, struct cqa_row *row,
                                 const struct cqa_csv_cell *named, const struct cqa_csv_cell *cell)
{
    const int index = cqa_scheme_indicator(importer->scheme, row->indicator);
    const struct cqa_indicator *indicator =
        index == CQA_NOWHERE ? NULL : &importer->scheme->indicators[index];

    row->at = place_of(importer, indicator == NULL ? named : cell);
    row->value = cqa_rational_whole(0);
    if (indicator != NULL && !read_value(indicator, cell->text, &row->value)) {
        name_unreadable(importer, row, indicator, cell->text);
        row->value = cqa_rational_none();
    } else if (indicator != NULL && may_be_a_fraction(indicator, cell->text, row->value)) {
        ask_about_fraction(importer, row, indicator, cell->text);
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

/* What is wrong in a row about the others is nobody's fault: the row is only named. */
static enum cqa_status add_values(struct importer *importer, struct cqa_row *row,
                                  enum cqa_spelled spelled)
{
    const size_t faults = importer->faults->count;

    read_count(importer, row);
    const enum cqa_status status =
        is_long(importer) ? add_long(importer, row) : add_wide(importer, row);
    if (spelled == CQA_SPELLED_SUMMARY)
        importer->faults->count = faults;
    return status;
}

static enum cqa_status add_record(struct importer *importer)
{
    const struct cqa_csv *csv = &importer->csv;
    enum cqa_spelled spelled, rater_spelled;
    struct cqa_row row = {.agent = cell_name(importer, AGENT, &spelled),
                          .rater = cell_name(importer, RATER, &rater_spelled),
                          .name = cell_text(importer, NAME),
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
    if (spelled == CQA_SPELLED_REWRITTEN)
        cqa_faults_add(importer->faults, row.agent, place_of(importer, cell_of(importer, AGENT)),
                       "agent \"%s\": a spreadsheet wrote this number so, and digits may be lost; "
                       "allowed: the number as text, such as 8001",
                       row.agent);
    return add_values(importer, &row, spelled);
}

static enum cqa_status import(struct importer *importer, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    if (!cqa_csv_next(&importer->csv)) {
        cqa_faults_add(importer->faults, NULL, (struct cqa_place){importer->name, 1, 1},
                       "the file is empty; needed: agent,indicator,value");
    } else if ((status = read_head(importer)) == CQA_OK && check_head(importer)) {
        size_t records = 0;
        for (; status == CQA_OK && cqa_csv_next(&importer->csv); records++)
            status = add_record(importer);
        if (records == 0)
            cqa_faults_add(importer->faults, NULL, (struct cqa_place){importer->name, 1, 1},
                           "there is a heading and no row under it");
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
