/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/outcome.h"

#include <string.h>
#include "appraisal/facts.h"
#include "appraisal/json.h"
#include "appraisal/scheme_json.h"
#include "appraisal/sheet.h"
#include "rounds/hashes.h"
#include "rounds/load_calls.h"
#include "rounds/view.h"
#include "rounds/work.h"

const char cqa_outcome_everyone[] = "";

enum { TEXT_BYTES_MAX = 256 << 20 };

struct making {
    struct cqa_appraisal_outcome *out;
    const struct cqa_work *work;
    struct cqa_scores *scores;
    struct cqa_hashes *hashes;
    const struct cqa_going *going;
    const char *whole_of;
    const char *only;       /* NULL: everyone */
    struct cqa_buffer text; /* of one piece at a time */
    int failed;
    int is_outdated; /* calls are others by now than what numbers were made of */
};

/* The piece in `text`, kept in the arena; `text` is empty again. */
static const char *take(struct making *making)
{
    const char *piece = cqa_arena_bytes(
        &making->out->arena, making->text.text ? making->text.text : "", making->text.length);

    if (piece == NULL || making->text.failed)
        making->failed = 1;
    making->text.length = 0;
    return piece;
}

static const char *keep(struct making *making, const char *text)
{
    const char *copy = cqa_arena_string(&making->out->arena, text);

    if (text != NULL && copy == NULL)
        making->failed = 1;
    return copy;
}

/* ---- sheets */

static const char *trace_of(struct making *making, const struct cqa_sheet *sheet)
{
    if (cqa_sheet_put_trace_facts(&making->work->appraisal, sheet, &making->text) == CQA_OK) {
        making->text.length--; /* the closing brace */
        cqa_hashes_put(making->hashes, making->scores, sheet, &making->text);
        cqa_json_put(&making->text, "}");
    }
    return take(making);
}

static int is_wanted_whole(const struct making *making, const char *agent)
{
    return making->whole_of != NULL &&
           (making->whole_of == cqa_outcome_everyone || strcmp(making->whole_of, agent) == 0);
}

static void put_rows(struct making *making, const struct cqa_sheet *sheet,
                     struct cqa_outcome_sheet *out)
{
    const struct cqa_appraisal *appraisal = &making->work->appraisal;

    out->agent = keep(making, sheet->agent);
    out->team = keep(making, cqa_work_team(making->work, sheet->agent));
    out->undecided = (int64_t)sheet->undecided;
    out->is_preliminary = sheet->preliminary > 0;
    making->failed |= cqa_sheet_numbers(appraisal, sheet, &making->text) != CQA_OK;
    out->numbers = take(making);
    making->failed |= cqa_sheet_to_csv(appraisal, sheet, &making->text) != CQA_OK;
    out->csv = take(making);
    making->failed |= cqa_sheet_put_facts(appraisal, sheet, &making->text) != CQA_OK;
    out->facts = take(making);
}

/* Its trace has the agent's calls, which are read now. */
static enum cqa_status put_trace_of_tally(struct making *making, const struct cqa_sheet *sheet,
                                          struct cqa_outcome_sheet *out, struct cqa_error *error)
{
    const struct cqa_work *work = making->work;
    const struct cqa_whose_calls own = {.is_of_one = 1, .person = sheet->agent};
    struct cqa_calls calls = {0};
    struct cqa_faults faults = {0};
    struct cqa_sheet whole;
    enum cqa_status status = cqa_load_calls(making->scores, work->scheme, work->appraisal.period,
                                            own, NULL, &calls, &faults, error);

    if (status == CQA_OK) {
        status = cqa_sheet_with_calls(&work->appraisal, sheet, &calls, &calls.arena, &whole);
        making->is_outdated = status == CQA_E_BUSY;
        if (status != CQA_OK)
            (void)cqa_fail(error, status, "out of memory for the sheets");
        else
            out->trace = trace_of(making, &whole);
    }
    cqa_calls_finish(&calls);
    cqa_faults_finish(&faults);
    return status;
}

static enum cqa_status make_sheet(struct making *making, const struct cqa_sheet *sheet,
                                  struct cqa_error *error)
{
    struct cqa_outcome_sheet *out = &making->out->sheets[making->out->sheet_count++];

    put_rows(making, sheet, out);
    if (!is_wanted_whole(making, sheet->agent))
        return CQA_OK;
    if (making->work->from == CQA_WORK_FROM_TALLIES)
        return put_trace_of_tally(making, sheet, out, error);
    out->trace = trace_of(making, sheet);
    return CQA_OK;
}

/* ---- who has none */

static int has_pay(const struct cqa_scheme *scheme)
{
    for (size_t i = 0; i < scheme->indicator_count; i++)
        if (cqa_scheme_private(scheme, i))
            return 1;
    return 0;
}

/*
 * Whom pay is not for does not read a fault that may be about it. Where columns are swapped or a
 * row slips by one, a wage stands in any cell: so under a scheme that takes wages in, nothing that
 * quotes an import is for them, whatever it is about.
 */
static int is_private(const void *context, const struct cqa_fault *fault)
{
    const struct cqa_scheme *scheme = context;

    return cqa_scheme_about_pay(scheme, fault->about) ||
           (fault->at.file != NULL && has_pay(scheme));
}

static int is_wanted(const struct making *making, const char *agent)
{
    return making->only == NULL || strcmp(making->only, agent) == 0;
}

static void leave_out(struct making *making, const char *agent, int fault,
                      enum cqa_left_out_why why)
{
    if (!is_wanted(making, agent))
        return;
    struct cqa_outcome_left_out *left = &making->out->left_out[making->out->left_out_count++];

    left->agent = keep(making, agent);
    left->team = keep(making, cqa_work_team(making->work, agent));
    left->fault = fault;
    cqa_left_out_facts(why, agent, &making->work->faults, is_private, making->work->scheme,
                       &making->text);
    left->facts = take(making);
}

/* A person of the roster whom no indicator names would be missed by nobody but themselves. */
static void add_absent(struct making *making, struct cqa_names *known)
{
    const struct cqa_members *members = &making->work->members;
    size_t index;

    for (size_t i = 0; i < members->count && !making->work->scheme->units; i++)
        if (!cqa_names_find(known, members->items[i].person, &index) &&
            cqa_scheme_applies(making->work->scheme, members->items[i].post))
            leave_out(making, members->items[i].person, 1, CQA_LEFT_OUT_ABSENT);
}

static void make_left_out(struct making *making)
{
    const struct cqa_appraisal *appraisal = &making->work->appraisal;
    struct cqa_names known = {0};
    size_t index;

    for (size_t i = 0; i < appraisal->sheet_count; i++)
        making->failed |= cqa_names_add(&known, appraisal->sheets[i].agent, &index) != CQA_OK;
    for (size_t i = 0; i < appraisal->left_out_count; i++) {
        const struct cqa_left_out *left = &appraisal->left_out[i];
        making->failed |= cqa_names_add(&known, left->agent, &index) != CQA_OK;
        leave_out(making, left->agent, left->is_fault,
                  left->is_fault ? CQA_LEFT_OUT_FAULTY : CQA_LEFT_OUT_POST);
    }
    add_absent(making, &known);
    cqa_names_finish(&known);
}

/* ---- the head */

static void make_notes(struct making *making)
{
    const struct cqa_appraisal *appraisal = &making->work->appraisal;

    cqa_json_put(&making->text, "[");
    for (size_t i = 0; i < appraisal->note_count; i++) {
        cqa_json_put(&making->text, i ? "," : "");
        cqa_json_text(&making->text, cqa_english(appraisal->notes[i]));
    }
    cqa_json_put(&making->text, "]");
    making->out->notes = take(making);
}

static void put_grade(struct making *making, const struct cqa_grade *grade, const size_t *place)
{
    const struct cqa_appraisal *appraisal = &making->work->appraisal;
    size_t by_score = 0;
    size_t by_distribution = 0;

    for (size_t i = 0; i < appraisal->sheet_count; i++) {
        by_score += appraisal->sheets[i].grade == grade;
        by_distribution += appraisal->sheets[i].grade_distribution == grade;
    }
    cqa_json_put(&making->text, "{\"grade\":");
    cqa_json_text(&making->text, grade->id);
    cqa_json_put(&making->text, ",\"names\":");
    cqa_json_names(&making->text, grade->names);
    cqa_buffer_print(&making->text,
                     ",\"by_score\":%zu,\"by_distribution\":%zu,\"places\":", by_score,
                     by_distribution);
    if (place != NULL)
        cqa_buffer_print(&making->text, "%zu}", *place);
    else
        cqa_json_put(&making->text, "null}");
}

static void make_grades(struct making *making)
{
    const struct cqa_scheme *scheme = making->work->scheme;
    const size_t people = making->work->appraisal.sheet_count;
    size_t places[CQA_GRADES_MAX] = {0};
    const int distributed = scheme->distributed && people > 0 && people >= scheme->group_least;

    if (distributed)
        cqa_quotas(scheme, people, places);
    cqa_json_put(&making->text, "[");
    for (size_t i = 0; i < scheme->grade_count; i++) {
        cqa_json_put(&making->text, i ? "," : "");
        put_grade(making, &scheme->grades[i], distributed ? &places[i] : NULL);
    }
    cqa_json_put(&making->text, "]");
    making->out->grades = take(making);
}

static void make_lines(struct making *making)
{
    cqa_scheme_put_lines(making->work->scheme, CQA_FACTS_FOR_PAY, &making->text);
    making->out->lines = take(making);
    making->failed |= cqa_sheets_csv_head(&making->work->appraisal, &making->text) != CQA_OK;
    making->out->csv_head = take(making);
}

/* ---- all of it */

static enum cqa_status make(struct making *making, struct cqa_error *error)
{
    const struct cqa_appraisal *appraisal = &making->work->appraisal;
    struct cqa_appraisal_outcome *out = making->out;
    const size_t most = appraisal->left_out_count + making->work->members.count + 1;

    out->sheets = cqa_arena_alloc(&out->arena, (appraisal->sheet_count + 1) * sizeof *out->sheets);
    out->left_out = cqa_arena_alloc(&out->arena, most * sizeof *out->left_out);
    if (out->sheets == NULL || out->left_out == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    const int64_t calls = (int64_t)making->work->calls.count;
    enum cqa_status status = CQA_OK;
    for (size_t i = 0; i < appraisal->sheet_count && status == CQA_OK; i++) {
        status = cqa_going_check(making->going, calls, calls, error);
        if (status == CQA_OK && is_wanted(making, appraisal->sheets[i].agent))
            status = make_sheet(making, &appraisal->sheets[i], error);
    }
    if (status != CQA_OK)
        return status;
    make_left_out(making);
    make_notes(making);
    make_lines(making);
    make_grades(making);
    return making->failed ? cqa_fail(error, CQA_E_NOMEM, "out of memory for the sheets") : CQA_OK;
}

static enum cqa_status compute(struct cqa_scores *scores, const struct cqa_round *round,
                               enum cqa_work_from from, struct making *making,
                               struct cqa_error *error)
{
    struct cqa_hashes hashes;
    struct cqa_work_shared *shared = NULL;
    enum cqa_status status = cqa_work_take(scores, round, from, making->going, &shared, error);

    if (status != CQA_OK)
        return status;
    cqa_hashes_load(&hashes, round->scheme);
    making->work = cqa_work_of(shared);
    making->scores = scores;
    making->hashes = &hashes;
    making->text.limit = TEXT_BYTES_MAX;
    status = make(making, error);
    cqa_buffer_finish(&making->text);
    cqa_work_give(scores, shared);
    return status;
}

/* One's own calls that come while one's sheet is made are no matter of luck: then it is computed
 * from all calls, which are of one moment. */
static enum cqa_status get(struct cqa_scores *scores, const struct cqa_round *round,
                           struct making *making, struct cqa_error *error)
{
    const struct making begun = *making;

    *making->out = (struct cqa_appraisal_outcome){0};
    if (round->stage == CQA_ROUND_CLOSED)
        return cqa_kept_read(scores, round->id, making->only, making->out, error);
    const int everyones = making->whole_of == cqa_outcome_everyone;
    const enum cqa_status status = compute(
        scores, round, everyones ? CQA_WORK_FROM_CALLS : CQA_WORK_FROM_TALLIES, making, error);
    if (!making->is_outdated)
        return status;
    *making = begun;
    cqa_outcome_finish(making->out);
    return compute(scores, round, CQA_WORK_FROM_CALLS, making, error);
}

enum cqa_status cqa_outcome_get(struct cqa_scores *scores, const struct cqa_round *round,
                                const char *whole_of, const struct cqa_going *going,
                                struct cqa_appraisal_outcome *out, struct cqa_error *error)
{
    struct making making = {.out = out, .going = going, .whole_of = whole_of};

    return get(scores, round, &making, error);
}

enum cqa_status cqa_outcome_get_agent(struct cqa_scores *scores, const struct cqa_round *round,
                                      const char *agent, int whole, const struct cqa_going *going,
                                      struct cqa_appraisal_outcome *out, struct cqa_error *error)
{
    struct making making = {
        .out = out, .going = going, .whole_of = whole ? agent : NULL, .only = agent};

    return get(scores, round, &making, error);
}

void cqa_outcome_finish(struct cqa_appraisal_outcome *outcome)
{
    cqa_arena_finish(&outcome->arena);
    *outcome = (struct cqa_appraisal_outcome){0};
}

const struct cqa_outcome_sheet *cqa_outcome_sheet_of(const struct cqa_appraisal_outcome *outcome,
                                                     const char *agent)
{
    for (size_t i = 0; i < outcome->sheet_count; i++)
        if (strcmp(outcome->sheets[i].agent, agent) == 0)
            return &outcome->sheets[i];
    return NULL;
}

const struct cqa_outcome_left_out *
cqa_outcome_left_out_of(const struct cqa_appraisal_outcome *outcome, const char *agent)
{
    for (size_t i = 0; i < outcome->left_out_count; i++)
        if (strcmp(outcome->left_out[i].agent, agent) == 0)
            return &outcome->left_out[i];
    return NULL;
}
