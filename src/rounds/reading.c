/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/reading.h"

#include <stdlib.h>
#include <string.h>
#include "appraisal/appraisal.h"
#include "appraisal/names.h"
#include "appraisal/spelling.h"
#include "base/text.h"
#include "scores/rounds/inputs.h"

/* The store keeps numbers as texts: what cannot be read back is refused while its line is known. */
static void check_digits(struct cqa_reading *reading, const struct cqa_scheme *scheme)
{
    char text[CQA_RATIONAL_TEXT];
    struct cqa_rational again;

    for (size_t i = 0; i < reading->all.count; i++) {
        const struct cqa_row *row = &reading->all.items[i];
        const int indicator = cqa_scheme_indicator(scheme, row->indicator);
        const char *about = indicator == CQA_NOWHERE ? NULL : scheme->indicators[indicator].id;
        const struct cqa_rational numbers[] = {row->value, row->count};
        for (int k = 0; k < 2; k++)
            if (cqa_rational_valid(numbers[k]) &&
                !cqa_rational_read_exact(cqa_rational_exact(numbers[k], text), &again))
                cqa_faults_add_about(&reading->faults, row->agent, about, row->at,
                                     "agent \"%s\": \"%s\" has too many digits", row->agent,
                                     row->indicator);
    }
}

static int by_place(const void *left, const void *right)
{
    const struct cqa_fault *a = left;
    const struct cqa_fault *b = right;

    if (a->at.line != b->at.line)
        return a->at.line < b->at.line ? -1 : 1;
    return a->at.column < b->at.column ? -1 : a->at.column > b->at.column;
}

static enum cqa_status list_left_out(struct cqa_reading *reading, struct cqa_names *names)
{
    size_t index;

    if (reading->faults.count > 0)
        qsort(reading->faults.items, reading->faults.count, sizeof *reading->faults.items,
              by_place);
    for (size_t i = 0; i < reading->faults.count; i++)
        if (reading->faults.items[i].agent != NULL &&
            cqa_names_add(names, reading->faults.items[i].agent, &index) != CQA_OK)
            return CQA_E_NOMEM;
    reading->left_out =
        cqa_arena_alloc(&reading->all.arena, (names->count + 1) * sizeof *reading->left_out);
    if (reading->left_out == NULL)
        return CQA_E_NOMEM;
    for (size_t i = 0; i < names->count; i++)
        reading->left_out[reading->left_out_count++] = names->items[i];
    return CQA_OK;
}

/* 合计, 平均: the report lists it as left out. */
static int is_about_others(struct cqa_reading *reading, const struct cqa_scheme *scheme,
                           const char *agent)
{
    const char *name;

    return cqa_spell_subject(&reading->all.arena, agent, scheme->units, &name) ==
               CQA_SPELLED_SUMMARY &&
           cqa_members_find(&reading->members, agent) == NULL;
}

/* Nothing of an agent with a fault, everything of the others; nothing of rows about them. */
static enum cqa_status sift(struct cqa_reading *reading, const struct cqa_scheme *scheme)
{
    struct cqa_names faulty = {0};
    struct cqa_names seen = {0};
    enum cqa_status status = list_left_out(reading, &faulty);
    size_t index;

    for (size_t i = 0; status == CQA_OK && i < reading->all.count; i++) {
        struct cqa_row row = reading->all.items[i];
        const int indicator = cqa_scheme_indicator(scheme, row.indicator);
        if (cqa_names_find(&faulty, row.agent, &index) || indicator == CQA_NOWHERE ||
            is_about_others(reading, scheme, row.agent))
            continue;
        row.indicator = scheme->indicators[indicator].id;
        status = cqa_rows_add(&reading->good, &row);
        if (status == CQA_OK)
            status = cqa_names_add(&seen, row.agent, &index);
    }
    reading->agents = seen.count;
    cqa_names_finish(&faulty);
    cqa_names_finish(&seen);
    return status;
}

/* ---- what was answered before */

struct memory {
    struct cqa_scores *scores;
    const struct cqa_round *round;
    struct cqa_reading *reading;
    struct cqa_error *error;
};

static enum cqa_status recall(void *context, const char *const *headings, size_t count,
                              const char **taken)
{
    const struct memory *memory = context;
    struct cqa_reading *reading = memory->reading;
    char key[CQA_HEADINGS_KEY_SIZE];
    enum cqa_status status = cqa_headings_key(headings, count, key);

    if (status == CQA_OK)
        status = cqa_answers_columns(memory->scores, memory->round->scheme, key,
                                     &reading->report.arena, &reading->columns, memory->error);
    for (size_t i = 0; i < count && status == CQA_OK; i++)
        taken[i] = cqa_answers_find(&reading->columns, headings[i]);
    return status;
}

static const char *person(void *context, const char *written)
{
    const struct memory *memory = context;

    return cqa_answers_find(&memory->reading->names, written);
}

static enum cqa_status get_children(void *context, struct cqa_children **out,
                                    struct cqa_error *error)
{
    const struct cqa_reading_wish *wish = context;

    (void)error;
    *out = wish->children;
    return CQA_OK;
}

/* The whole period has one name in the store, so that a later table replaces an earlier one. */
static void say_whole_one_way(const struct cqa_round *round, struct cqa_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i].period != NULL && strcmp(rows->items[i].period, round->period) == 0)
            rows->items[i].period = NULL;
}

static enum cqa_status read_rows(struct memory *memory, const struct cqa_scheme *scheme,
                                 const struct cqa_reading_wish *wish)
{
    struct cqa_reading *reading = memory->reading;
    const struct cqa_table_children children = {get_children, (void *)(uintptr_t)wish};
    const struct cqa_import_how how = {.source = {&children, wish->sheet},
                                       .recall = recall,
                                       .person = person,
                                       .roster = &reading->members.roster,
                                       .period = wish->period,
                                       .appraised = memory->round->period,
                                       .may_withdraw = 1,
                                       .asks_for_parts = 1,
                                       .context = memory};
    enum cqa_status status =
        cqa_answers_names(memory->scores, &reading->report.arena, &reading->names, memory->error);

    if (status == CQA_OK)
        status = cqa_rows_read(scheme, &how, wish->bytes, wish->length, wish->file, &reading->all,
                               &reading->faults, &reading->report, memory->error);
    reading->asks_for_sheet = status == CQA_E_REFUSED && reading->report.sheet_count > 0;
    say_whole_one_way(memory->round, &reading->all);
    return reading->asks_for_sheet ? CQA_OK : status;
}

/* ---- what is taken back */

static int is_there(const struct cqa_rows *standing, const struct cqa_row *row, const char *id)
{
    for (size_t i = 0; i < standing->count; i++) {
        const struct cqa_row *one = &standing->items[i];
        if (one->rating == 0 && strcmp(one->agent, row->agent) == 0 &&
            strcmp(one->indicator, id) == 0 && cqa_same_text(one->rater, row->rater) &&
            cqa_same_text(one->period, row->period))
            return 1;
    }
    return 0;
}

static void check_withdrawal(struct cqa_reading *reading, const struct cqa_scheme *scheme,
                             const struct cqa_round *round, const struct cqa_rows *standing,
                             const struct cqa_row *row)
{
    const int index = cqa_scheme_indicator(scheme, row->indicator);
    const char *id = index == CQA_NOWHERE ? row->indicator : scheme->indicators[index].id;

    if (!is_there(standing, row, id))
        cqa_faults_add_about(
            &reading->faults, row->agent, id, row->at,
            "agent \"%s\": there is no imported value of \"%s\" for %s to withdraw", row->agent,
            row->indicator, row->period ? row->period : round->period);
}

/* Only what an import said can be taken back by one. */
static enum cqa_status check_withdrawals(struct cqa_scores *scores, struct cqa_reading *reading,
                                         const struct cqa_scheme *scheme,
                                         const struct cqa_round *round, struct cqa_error *error)
{
    struct cqa_rows standing = {0};
    struct cqa_faults faults = {0};
    enum cqa_status status = CQA_OK;
    int is_loaded = 0;

    for (size_t i = 0; i < reading->all.count && status == CQA_OK; i++) {
        if (!reading->all.items[i].is_withdrawn)
            continue;
        if (!is_loaded)
            status = cqa_inputs_load(scores, round, &standing, &faults, error);
        is_loaded = 1;
        if (status == CQA_OK)
            check_withdrawal(reading, scheme, round, &standing, &reading->all.items[i]);
    }
    cqa_faults_finish(&faults);
    cqa_rows_finish(&standing);
    return status;
}

/* ---- the file */

static enum cqa_status check(struct cqa_scores *scores, struct cqa_reading *reading,
                             const struct cqa_scheme *scheme, const struct cqa_round *round,
                             struct cqa_error *error)
{
    const struct cqa_appraisal_input input = {
        .scheme = scheme,
        .rows = &reading->all,
        .roster = reading->members.count > 0 ? &reading->members.roster : NULL,
        .period = round->period};
    enum cqa_status status = cqa_reading_ask(reading, scheme, round);

    if (status != CQA_OK)
        return cqa_fail(error, status, "out of memory");
    status = cqa_appraise_check(&input, &reading->faults, error);
    if (status == CQA_OK)
        status = check_withdrawals(scores, reading, scheme, round, error);
    if (status != CQA_OK)
        return status;
    check_digits(reading, scheme);
    status = reading->faults.lost > 0 ? CQA_E_NOMEM : sift(reading, scheme);
    return status == CQA_OK ? CQA_OK : cqa_fail(error, status, "out of memory");
}

enum cqa_status cqa_reading_parse(struct cqa_scores *scores, const struct cqa_scheme *scheme,
                                  const struct cqa_round *round,
                                  const struct cqa_reading_wish *wish, struct cqa_reading *out,
                                  struct cqa_error *error)
{
    struct memory memory = {scores, round, out, error};

    *out = (struct cqa_reading){0};
    enum cqa_status status = cqa_members_load(scores, round->period, &out->members, error);
    if (status == CQA_OK)
        status = read_rows(&memory, scheme, wish);
    return status == CQA_OK ? check(scores, out, scheme, round, error) : status;
}

void cqa_reading_finish(struct cqa_reading *reading)
{
    cqa_rows_finish(&reading->good);
    cqa_rows_finish(&reading->all);
    cqa_faults_finish(&reading->faults);
    cqa_answers_finish(&reading->names);
    cqa_answers_finish(&reading->columns);
    cqa_import_report_finish(&reading->report);
    cqa_members_finish(&reading->members);
}
