/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/work.h"

#include <stdlib.h>
#include <string.h>
#include "appraisal/period.h"
#include "appraisal/schemes.h"
#include "base/json_shape.h"
#include "review/export.h"
#include "scores/reviews.h"
#include "scores/rounds/inputs.h"

enum { CALL_BYTES_MAX = 64 << 20 };

/* Numbers of calls. */
struct numbers {
    int64_t *items;
    size_t count, capacity;
    int no_memory;
};

/* Non-zero where there is no memory. */
static int add_number(struct numbers *numbers, int64_t number)
{
    if (numbers->count == numbers->capacity) {
        const size_t capacity = numbers->capacity ? numbers->capacity * 2 : 64;
        int64_t *items = realloc(numbers->items, capacity * sizeof *items);
        if (items == NULL) {
            numbers->no_memory = 1;
            return 1;
        }
        numbers->items = items;
        numbers->capacity = capacity;
    }
    numbers->items[numbers->count++] = number;
    return 0;
}

static int by_number(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left;
    const int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

static int is_among(const struct numbers *numbers, int64_t number)
{
    return numbers->count > 0 && bsearch(&number, numbers->items, numbers->count,
                                         sizeof *numbers->items, by_number) != NULL;
}

static enum cqa_status sort(struct numbers *numbers, struct cqa_error *error)
{
    if (numbers->no_memory)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (numbers->count > 0)
        qsort(numbers->items, numbers->count, sizeof *numbers->items, by_number);
    return CQA_OK;
}

struct loading {
    struct cqa_scores *scores;
    struct cqa_work *work;
    const struct cqa_going *going;
    int64_t done, total; /* calls */
    struct cqa_buffer body, line;
    struct numbers closed;
    struct cqa_error *error;
    enum cqa_status status;
};

enum cqa_status cqa_going_check(const struct cqa_going *going, int64_t done, int64_t total,
                                struct cqa_error *error)
{
    if (going == NULL || going->goes_on(going->context, done, total))
        return CQA_OK;
    return cqa_fail(error, CQA_E_REFUSED, "it was called off");
}

/* As the export writes it, so that what is exported gives the same numbers: but for what no
 * appraisal looks at, which is most of a text. */
static enum cqa_status write_line(struct loading *loading, const struct cqa_call_row *row)
{
    static const char *const unasked[] = {"channels", "events", NULL};
    struct cqa_call_row lean = *row;

    loading->body.length = loading->line.length = 0;
    const enum cqa_status status =
        cqa_json_leave_out(row->body, strlen(row->body), unasked, &loading->body);
    lean.body = loading->body.text;
    return status == CQA_OK
               ? cqa_export_result(loading->scores, &lean, &loading->line, loading->error)
               : status;
}

static int add_call(void *context, const struct cqa_call_row *row)
{
    struct loading *loading = context;

    loading->status =
        cqa_going_check(loading->going, loading->done++, loading->total, loading->error);
    if (loading->status == CQA_OK)
        loading->status = write_line(loading, row);
    if (loading->status == CQA_OK)
        loading->status =
            cqa_calls_add_known(&loading->work->calls, loading->work->scheme, loading->line.text,
                                loading->line.length, row->id, row->person, &loading->work->faults);
    return loading->status != CQA_OK || (row->is_closed && add_number(&loading->closed, row->id));
}

/* Those of closed days are marked: what is undecided there stands as it is. */
static enum cqa_status mark_closed(struct loading *loading)
{
    struct cqa_calls *calls = &loading->work->calls;
    const enum cqa_status status = sort(&loading->closed, loading->error);

    for (size_t i = 0; status == CQA_OK && i < calls->count; i++)
        calls->items[i].closed = is_among(&loading->closed, calls->items[i].number);
    free(loading->closed.items);
    return status;
}

static enum cqa_status load_calls(struct cqa_scores *scores, const struct cqa_round *round,
                                  const struct cqa_going *going, struct cqa_work *work,
                                  struct cqa_error *error)
{
    const struct cqa_scope everyone = {0};
    struct cqa_call_filter filter = {.severity_least = -1, .limit = INT64_MAX};
    struct loading loading = {.scores = scores,
                              .work = work,
                              .going = going,
                              .body = {.limit = CALL_BYTES_MAX},
                              .line = {.limit = CALL_BYTES_MAX},
                              .error = error};

    cqa_period_days(round->period, &filter.day_from, &filter.day_to);
    enum cqa_status status =
        cqa_scores_count_calls(scores, &everyone, &filter, &loading.total, error);
    if (status == CQA_OK)
        status = cqa_scores_calls(scores, &everyone, &filter, add_call, &loading, error);
    const enum cqa_status marked = mark_closed(&loading);
    cqa_buffer_finish(&loading.body);
    cqa_buffer_finish(&loading.line);
    if (status != CQA_OK)
        return status;
    if (loading.status == CQA_OK)
        return marked;
    return loading.status == CQA_E_NOMEM ? cqa_fail(error, CQA_E_NOMEM, "out of memory")
                                         : loading.status;
}

/* ---- calls that were heard without a flag to decide on: drawn samples that are done */

static int add_heard(void *context, const struct cqa_sample_row *row)
{
    return row->done_ms != 0 && add_number(context, row->call);
}

static enum cqa_status mark_heard(struct cqa_scores *scores, struct cqa_calls *calls,
                                  struct cqa_error *error)
{
    const struct cqa_scope everyone = {0};
    struct numbers heard = {0};
    enum cqa_status status =
        cqa_samples_list(scores, &everyone, NULL, 0, 0, INT64_MAX, add_heard, &heard, error);

    if (status == CQA_OK)
        status = sort(&heard, error);
    for (size_t i = 0; status == CQA_OK && i < calls->count; i++)
        calls->items[i].heard = is_among(&heard, calls->items[i].number);
    free(heard.items);
    return status;
}

static struct cqa_coverage_least least_of(const struct cqa_round *round)
{
    struct cqa_coverage_least least = {cqa_rational_whole(0), (size_t)round->least.calls};

    if (!cqa_rational_read_exact(round->least.pct, &least.pct))
        least.pct = cqa_rational_whole(0);
    return least;
}

enum cqa_status cqa_work_run(struct cqa_scores *scores, const struct cqa_round *round,
                             const struct cqa_going *going, struct cqa_work *out,
                             struct cqa_error *error)
{
    *out = (struct cqa_work){0};
    enum cqa_status status = cqa_schemes_load(round->scheme, &out->scheme, error);
    if (status == CQA_E_NOTFOUND)
        status = CQA_E_BADDATA;
    if (status == CQA_OK)
        status = cqa_members_load(scores, round->period, &out->members, error);
    if (status == CQA_OK)
        status = cqa_inputs_load(scores, round, &out->rows, &out->faults, error);
    if (status == CQA_OK)
        status = load_calls(scores, round, going, out, error);
    if (status == CQA_OK)
        status = mark_heard(scores, &out->calls, error);
    if (status == CQA_OK && cqa_scheme_carries(out->scheme))
        status = cqa_inputs_history(scores, round, out->scheme, &out->history, &out->faults, error);
    if (status != CQA_OK)
        return status;
    const struct cqa_appraisal_input input = {.scheme = out->scheme,
                                              .rows = &out->rows,
                                              .calls = &out->calls,
                                              .roster = &out->members.roster,
                                              .period = round->period,
                                              .history = &out->history,
                                              .least = least_of(round)};
    return cqa_appraise(&input, &out->faults, &out->appraisal, error);
}

void cqa_work_finish(struct cqa_work *work)
{
    cqa_appraisal_finish(&work->appraisal);
    cqa_members_finish(&work->members);
    cqa_calls_finish(&work->calls);
    cqa_history_finish(&work->history);
    cqa_rows_finish(&work->rows);
    cqa_faults_finish(&work->faults);
    cqa_scheme_destroy(work->scheme);
}

const char *cqa_work_team(const struct cqa_work *work, const char *agent)
{
    const struct cqa_member *member = cqa_members_find(&work->members, agent);

    return member ? member->team : NULL;
}
