/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_APPRAISED_H
#define CQA_TESTS_APPRAISED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "appraisal/appraisal.h"
#include "appraisal/import.h"
#include "appraisal/sheet.h"
#include "support/scheme.h"

/* One appraisal from texts, and questions about it. Start with {0}; `finish` at the end. */
struct appraised {
    struct cqa_scheme *scheme;
    struct cqa_rows rows;
    struct cqa_faults faults;
    struct cqa_calls calls;
    struct cqa_roster roster;
    struct cqa_history history;
    struct cqa_appraisal appraisal;
    const char *results; /* set before `appraise`: results of calls, one a line */
    const char *seats;   /* set before `appraise`: a roster */
    const char *period;
    int awaits_roster;   /* set before `appraise`: as of its input */
    const char *earlier; /* set before `appraise`: sheets of earlier periods, one a line */
    int begins;          /* set before `appraise`: there are none before these */
    struct cqa_coverage_least least;
};

/* The text of a scheme of models/schemes, free it. */
static inline char *scheme_text(const char *name)
{
    char path[500];
    char *text = calloc(1, 1 << 20);

    snprintf(path, sizeof path, "%s/models/schemes/%s.yaml", CQA_SOURCE_DIR, name);
    FILE *file = fopen(path, "r");
    if (file == NULL || text == NULL)
        fail_msg("cannot read %s", path);
    (void)!fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    return text;
}

/* Replaces the only `from` of `text` by `to`. */
static inline char *changed(char *text, const char *from, const char *to)
{
    char *at = strstr(text, from);
    char *result = calloc(1, strlen(text) + strlen(to) + 1);

    if (at == NULL || strstr(at + 1, from) != NULL || result == NULL)
        fail_msg("\"%s\" is not there once", from);
    memcpy(result, text, (size_t)(at - text));
    strcat(result, to);
    strcat(result, at + strlen(from));
    free(text);
    return result;
}

static inline void read_lines(struct appraised *it, const char *lines)
{
    struct cqa_place at = {"results.jsonl", 0, 1};

    while (*lines != '\0') {
        const size_t length = strcspn(lines, "\n");
        at.line++;
        assert_int_equal(cqa_calls_add(&it->calls, it->scheme, lines, length, at, &it->faults),
                         CQA_OK);
        lines += length + (lines[length] == '\n');
    }
}

static inline void read_earlier(struct appraised *it, const char *lines)
{
    struct cqa_place at = {"earlier.jsonl", 0, 1};

    while (*lines != '\0') {
        const size_t length = strcspn(lines, "\n");
        at.line++;
        assert_int_equal(
            cqa_history_add(&it->history, it->scheme, lines, length, NULL, at, &it->faults),
            CQA_OK);
        lines += length + (lines[length] == '\n');
    }
}

/* Appraises `csv` (places in it are "in.csv") by the scheme in `text`, which is freed. */
static inline void appraise_text(struct appraised *it, char *text, const char *csv, size_t length)
{
    struct cqa_problems problems = {0};
    struct cqa_error error = {0};

    it->scheme = scheme_of(text, strlen(text), &problems);
    free(text);
    if (it->scheme == NULL) {
        cqa_problems_print(&problems, "scheme", CQA_ENGLISH, stderr);
        fail_msg("the scheme has problems");
    }
    cqa_problems_finish(&problems);
    if (cqa_rows_read(it->scheme, NULL, csv, length, "in.csv", &it->rows, &it->faults, NULL,
                      &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    if (it->results != NULL)
        read_lines(it, it->results);
    if (it->seats != NULL)
        assert_int_equal(cqa_roster_read(NULL, it->seats, strlen(it->seats), "roster.csv",
                                         &it->roster, &it->faults, &error),
                         CQA_OK);
    it->history.begins = it->begins;
    if (it->earlier != NULL)
        read_earlier(it, it->earlier);
    const struct cqa_appraisal_input input = {.scheme = it->scheme,
                                              .rows = &it->rows,
                                              .calls = it->results ? &it->calls : NULL,
                                              .roster = it->seats ? &it->roster : NULL,
                                              .period = it->period,
                                              .history = &it->history,
                                              .awaits_roster = it->awaits_roster,
                                              .least = it->least};
    if (cqa_appraise(&input, &it->faults, &it->appraisal, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
}

static inline void appraise(struct appraised *it, const char *scheme, const char *csv)
{
    appraise_text(it, scheme_text(scheme), csv, strlen(csv));
}

static inline void finish(struct appraised *it)
{
    cqa_appraisal_finish(&it->appraisal);
    cqa_roster_finish(&it->roster);
    cqa_history_finish(&it->history);
    cqa_calls_finish(&it->calls);
    cqa_rows_finish(&it->rows);
    cqa_faults_finish(&it->faults);
    cqa_scheme_destroy(it->scheme);
    *it = (struct appraised){0};
}

static inline const struct cqa_sheet *find_sheet(const struct appraised *it, const char *agent)
{
    for (size_t i = 0; i < it->appraisal.sheet_count; i++)
        if (strcmp(it->appraisal.sheets[i].agent, agent) == 0)
            return &it->appraisal.sheets[i];
    return NULL;
}

static inline const struct cqa_sheet *sheet_of(const struct appraised *it, const char *agent)
{
    const struct cqa_sheet *sheet = find_sheet(it, agent);

    if (sheet == NULL) {
        for (size_t i = 0; i < it->faults.count; i++)
            fprintf(stderr, "%zu:%zu: %s\n", it->faults.items[i].at.line,
                    it->faults.items[i].at.column, cqa_english(it->faults.items[i].message));
        fail_msg("no sheet of \"%s\"", agent);
    }
    return sheet;
}

static inline void assert_number(struct cqa_rational a, const char *expected, const char *what)
{
    char text[CQA_RATIONAL_TEXT] = "null";

    if (cqa_rational_valid(a))
        cqa_rational_fixed(a, 2, text);
    if (strcmp(text, expected) != 0)
        fail_msg("%s is %s, not %s", what, text, expected);
}

static inline void assert_total(const struct appraised *it, const char *agent, const char *expected)
{
    assert_number(sheet_of(it, agent)->total, expected, agent);
}

static inline void assert_item(const struct appraised *it, const char *agent, const char *id,
                               const char *expected)
{
    for (size_t i = 0; i < it->scheme->line_count; i++)
        if (strcmp(it->scheme->lines[i].id, id) == 0) {
            assert_number(sheet_of(it, agent)->lines[i].value, expected, id);
            return;
        }
    fail_msg("no item \"%s\"", id);
}

static inline void assert_figure(const struct appraised *it, const char *agent, const char *id,
                                 const char *expected)
{
    const int index = cqa_scheme_indicator(it->scheme, id);

    assert_true(index >= 0);
    assert_number(sheet_of(it, agent)->figures[index].value, expected, id);
}

static inline void assert_grade(const struct appraised *it, const char *agent, const char *expected)
{
    const struct cqa_grade *grade = sheet_of(it, agent)->grade;

    assert_string_equal(grade ? grade->id : "none", expected);
}

static inline void assert_assumes(const struct appraised *it, const char *agent, const char *where,
                                  int expected)
{
    const struct cqa_sheet *sheet = sheet_of(it, agent);
    int found = 0;

    for (size_t i = 0; i < sheet->assumed_count; i++)
        found |= strcmp(sheet->assumed[i]->where, where) == 0;
    if (found != expected)
        fail_msg("\"%s\" is %s", where, found ? "assumed" : "not assumed");
}

/* Exactly this fault, "FILE:LINE:COLUMN: …" with a piece of its text. */
static inline void assert_fault(const struct appraised *it, const char *file, size_t line,
                                size_t column, const char *piece)
{
    for (size_t i = 0; i < it->faults.count; i++) {
        const struct cqa_fault *fault = &it->faults.items[i];
        if (strcmp(fault->at.file ? fault->at.file : "", file) == 0 && fault->at.line == line &&
            fault->at.column == column && strstr(cqa_english(fault->message), piece) != NULL)
            return;
    }
    for (size_t i = 0; i < it->faults.count; i++)
        fprintf(stderr, "%s:%zu:%zu: %s\n",
                it->faults.items[i].at.file ? it->faults.items[i].at.file : "",
                it->faults.items[i].at.line, it->faults.items[i].at.column,
                cqa_english(it->faults.items[i].message));
    fail_msg("no fault %s:%zu:%zu: …%s…", file, line, column, piece);
}

static inline void assert_no_faults(const struct appraised *it)
{
    if (it->faults.count > 0)
        fail_msg("%zu:%zu: %s", it->faults.items[0].at.line, it->faults.items[0].at.column,
                 cqa_english(it->faults.items[0].message));
}

static inline int has_note(const struct appraised *it, const char *piece)
{
    for (size_t i = 0; i < it->appraisal.note_count; i++)
        if (strstr(cqa_english(it->appraisal.notes[i]), piece) != NULL)
            return 1;
    return 0;
}

#endif
