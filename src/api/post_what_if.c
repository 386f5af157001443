/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "api/endpoints.h"
#include "api/member.h"
#include "review/flag_json.h"
#include "review/whatif.h"
#include "rubric/threshold.h"
#include "scores/bases.h"
#include "scores/flags.h"
#include "scores/rubrics.h"

enum { CALLS_MAX = 1000000, BATCH = 500, VALUES_MAX = 12 };

struct run {
    struct cqa_request *request;
    const char *rubric, *version, *rule, *threshold; /* borrowed from the body */
    int64_t from, to;
    struct cqa_buffer text;
    struct cqa_text title; /* of the rule; borrowed from the first row's rubric */
    struct cqa_threshold current;
    struct cqa_whatif_row rows[VALUES_MAX + 1]; /* the current value first */
    size_t row_count;
    struct cqa_flag_word *words; /* of people, in all calls */
    size_t word_count, word_capacity;
    struct cqa_arena arena; /* of their rules */
    struct cqa_basis basis; /* of the call at hand */
    int64_t calls, total, unread, last_id;
    enum cqa_status status;
    struct cqa_error error;
};

/* ---- what is asked for */

static int read_names(struct run *run, const json_t *body)
{
    static const char *const known[] = {"rubric", "version", "rule", "threshold",
                                        "values", "from",    "to",   NULL};
    struct cqa_request *request = run->request;

    return cqa_member_only(request, body, known) &&
           cqa_member_text(request, body, "rubric", 1, &run->rubric) &&
           cqa_member_text(request, body, "version", 1, &run->version) &&
           cqa_member_text(request, body, "rule", 1, &run->rule) &&
           cqa_member_text(request, body, "threshold", 1, &run->threshold) &&
           cqa_member_day(request, body, "from", 1, &run->from) &&
           cqa_member_day(request, body, "to", 1, &run->to);
}

static enum cqa_status find_rule(const struct cqa_rubric *rubric, const char *id, size_t *index,
                                 struct cqa_error *error)
{
    for (*index = 0; *index < cqa_rubric_rule_count(rubric); (*index)++)
        if (strcmp(cqa_rubric_rule(rubric, *index).id, id) == 0)
            return CQA_OK;
    return cqa_fail(error, CQA_E_NOTFOUND, "the rubric has no rule \"%.64s\"", id);
}

/* A row of its own rubric, changed where `value` is given. */
static enum cqa_status add_row(struct run *run, const json_t *value)
{
    struct cqa_problems problems = {0};
    struct cqa_whatif_row *row = &run->rows[run->row_count];
    size_t rule = 0;

    row->rubric = cqa_rubric_parse(run->text.text, run->text.length, &problems);
    cqa_problems_finish(&problems);
    if (row->rubric == NULL)
        return cqa_fail(&run->error, CQA_E_NOTFOUND,
                        "this version of the program no longer reads that rubric");
    run->row_count++;
    enum cqa_status status = find_rule(row->rubric, run->rule, &rule, &run->error);
    if (status != CQA_OK || value == NULL)
        return status;
    if (!json_is_number(value))
        return cqa_fail(&run->error, CQA_E_BADDATA, "values: must be numbers");
    row->value = json_number_value(value);
    return cqa_threshold_set(row->rubric, rule, run->threshold, row->value, &run->error);
}

/* The threshold as the rubric has it, into the first row. */
static enum cqa_status find_current(struct run *run)
{
    struct cqa_threshold known[CQA_THRESHOLDS_MAX];
    const struct cqa_rubric *rubric = run->rows[0].rubric;
    size_t rule = 0;

    if (find_rule(rubric, run->rule, &rule, &run->error) != CQA_OK)
        return run->error.status;
    run->title = cqa_rubric_rule(rubric, rule).title;
    const size_t count = cqa_thresholds(rubric, rule, known, CQA_THRESHOLDS_MAX);
    for (size_t i = 0; i < count; i++)
        if (strcmp(known[i].name, run->threshold) == 0) {
            run->current = known[i];
            run->rows[0].value = known[i].value;
            return CQA_OK;
        }
    return cqa_fail(&run->error, CQA_E_NOTFOUND, "rule %s has no threshold \"%.32s\"", run->rule,
                    run->threshold);
}

static enum cqa_status make_rows(struct run *run, const json_t *values)
{
    const size_t count = json_array_size(values);
    enum cqa_status status = CQA_OK;

    if (!json_is_array(values) || count == 0 || count > VALUES_MAX)
        return cqa_fail(&run->error, CQA_E_BADDATA, "values: must be a list of 1 to %d numbers",
                        VALUES_MAX);
    status = cqa_rubric_text(cqa_request_scores(run->request), run->rubric, run->version,
                             &run->text, &run->error);
    if (status == CQA_OK)
        status = add_row(run, NULL);
    if (status == CQA_OK)
        status = find_current(run);
    for (size_t i = 0; status == CQA_OK && i < count; i++)
        status = add_row(run, json_array_get(values, i));
    return status;
}

/* ---- the calls */

static int grow(struct run *run)
{
    const size_t capacity = run->word_capacity ? 2 * run->word_capacity : 256;
    struct cqa_flag_word *grown = realloc(run->words, capacity * sizeof *grown);

    if (grown == NULL)
        return 0;
    run->words = grown;
    run->word_capacity = capacity;
    return 1;
}

static int add_word(void *context, const struct cqa_flag_word *word)
{
    struct run *run = context;
    const char *rule = cqa_arena_string(&run->arena, word->rule);

    if (rule == NULL || (run->word_count == run->word_capacity && !grow(run))) {
        run->status = cqa_fail(&run->error, CQA_E_NOMEM, "out of memory");
        return 1;
    }
    run->words[run->word_count] = *word;
    run->words[run->word_count++].rule = rule;
    return 0;
}

static int take_call(void *context, const struct cqa_basis_row *row)
{
    struct run *run = context;
    struct cqa_error unread;

    run->calls++;
    run->last_id = row->call;
    size_t count = 0;
    const struct cqa_flag_word *words =
        cqa_words_of_call(run->words, run->word_count, row->call, &count);
    if (cqa_basis_read_row(&run->basis, row, &unread) == CQA_OK)
        run->status = cqa_whatif_add(run->rows, run->row_count, run->rule, &run->basis.input, words,
                                     count, &run->error);
    else
        run->unread++;
    return run->status != CQA_OK;
}

/* A batch at a time, so that no reader keeps the store's log from being folded back for long. */
static enum cqa_status walk(struct run *run)
{
    struct cqa_scores *scores = cqa_request_scores(run->request);
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(run->request));
    struct cqa_call_filter filter = {.severity_least = -1,
                                     .rubric = run->rubric,
                                     .rubric_version = run->version,
                                     .day_from = run->from,
                                     .day_to = run->to,
                                     .order = CQA_CALLS_BY_ARRIVAL,
                                     .has_after = 1,
                                     .limit = BATCH};
    int64_t seen = -1;
    enum cqa_status status =
        cqa_scores_words(scores, run->from, run->to, add_word, run, &run->error);

    if (status == CQA_OK)
        status = run->status;
    if (status == CQA_OK)
        status = cqa_scores_count_calls(scores, &scope, &filter, &run->total, &run->error);
    while (status == CQA_OK && run->calls != seen && run->calls < CALLS_MAX) {
        seen = run->calls;
        status = cqa_bases_list(scores, &scope, &filter, NULL, NULL, take_call, run, &run->error);
        filter.after_id = run->last_id;
        if (status == CQA_OK)
            status = run->status;
        if (status == CQA_OK)
            status = cqa_request_check_wanted(run->request, run->calls, run->total, &run->error);
    }
    return status;
}

/* ---- the answer */

static json_t *row_json(const struct cqa_whatif_row *row, int64_t calls)
{
    const int64_t right = row->reviewed[CQA_FLAG_CONFIRMED] + row->reviewed[CQA_FLAG_CHANGED];
    const int64_t reviewed = right + row->reviewed[CQA_FLAG_OVERTURNED];

    return json_pack("{s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:o}", "value", row->value,
                     "flags", (json_int_t)row->flags, "costing", (json_int_t)row->costing, "open",
                     (json_int_t)row->reviewed[CQA_FLAG_OPEN], "confirmed",
                     (json_int_t)row->reviewed[CQA_FLAG_CONFIRMED], "changed",
                     (json_int_t)row->reviewed[CQA_FLAG_CHANGED], "overturned",
                     (json_int_t)row->reviewed[CQA_FLAG_OVERTURNED], "precision",
                     reviewed > 0 ? json_real((double)right / (double)reviewed) : json_null(),
                     "calls_changed", (json_int_t)row->calls_changed, "mean_total",
                     calls > 0 ? json_real((double)row->total_sum_c / 100 / (double)calls)
                               : json_null());
}

static void reply_run(struct run *run)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < run->row_count; i++)
        json_array_append_new(rows, row_json(&run->rows[i], run->calls - run->unread));
    cqa_reply_json(run->request, 200,
                   json_pack("{s:s, s:o, s:s, s:s, s:f, s:I, s:I, s:b, s:o}", "rule", run->rule,
                             "title", cqa_title_json(run->title.en, run->title.zh), "threshold",
                             run->threshold, "unit", run->current.unit, "current",
                             run->current.value, "calls", (json_int_t)run->calls, "unreadable",
                             (json_int_t)run->unread, "cut_off", run->calls >= CALLS_MAX, "rows",
                             rows));
}

void cqa_post_what_if(struct cqa_request *request)
{
    struct run run = {.request = request, .text = {.limit = 1 << 20}};
    json_t *body = cqa_request_json(request);

    if (body != NULL && read_names(&run, body)) {
        enum cqa_status status = make_rows(&run, json_object_get(body, "values"));
        if (status == CQA_OK)
            status = walk(&run);
        if (status == CQA_OK)
            reply_run(&run);
        else
            cqa_reply_error(request, status, &run.error);
    }
    for (size_t i = 0; i < run.row_count; i++)
        cqa_rubric_destroy(run.rows[i].rubric);
    free(run.words);
    cqa_basis_finish(&run.basis);
    cqa_arena_finish(&run.arena);
    cqa_buffer_finish(&run.text);
    json_decref(body);
}
