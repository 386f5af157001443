/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/load_calls.h"

#include <string.h>
#include "appraisal/period.h"
#include "base/json_shape.h"
#include "review/export.h"

enum { CALL_BYTES_MAX = 64 << 20 };

struct loading {
    struct cqa_scores *scores;
    const struct cqa_scheme *scheme;
    struct cqa_calls *calls;
    struct cqa_faults *faults;
    const struct cqa_going *going;
    int64_t done, total; /* calls; total 0: nobody asks */
    struct cqa_buffer body, line;
    struct cqa_error *error;
    enum cqa_status status;
};

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

/* Of closed days: what is undecided there stands as it is. */
static int add_call(void *context, const struct cqa_call_row *row)
{
    struct loading *loading = context;
    struct cqa_calls *calls = loading->calls;
    const size_t before = calls->count;

    loading->status =
        cqa_going_check(loading->going, loading->done++, loading->total, loading->error);
    if (loading->status == CQA_OK)
        loading->status = write_line(loading, row);
    if (loading->status == CQA_OK)
        loading->status =
            cqa_calls_add_known(calls, loading->scheme, loading->line.text, loading->line.length,
                                row->id, row->person, loading->faults);
    if (calls->count > before) {
        calls->items[before].closed = row->is_closed;
        calls->items[before].heard = row->is_heard;
    }
    return loading->status != CQA_OK;
}

enum cqa_status cqa_load_calls(struct cqa_scores *scores, const struct cqa_scheme *scheme,
                               const char *period, struct cqa_whose_calls whose,
                               const struct cqa_going *going, struct cqa_calls *calls,
                               struct cqa_faults *faults, struct cqa_error *error)
{
    const struct cqa_scope everyone = {0};
    struct cqa_call_filter filter = {.severity_least = -1, .limit = INT64_MAX};
    struct loading loading = {.scores = scores,
                              .scheme = scheme,
                              .calls = calls,
                              .faults = faults,
                              .going = going,
                              .body = {.limit = CALL_BYTES_MAX},
                              .line = {.limit = CALL_BYTES_MAX},
                              .error = error};

    cqa_period_days(period, &filter.day_from, &filter.day_to);
    if (whose.is_of_one && whose.person[0] != '\0')
        filter.person = whose.person;
    filter.is_after_few = filter.has_after = whose.since > 0;
    filter.after_id = whose.since;
    filter.without_person = whose.is_of_one && whose.person[0] == '\0';
    enum cqa_status status = CQA_OK;
    if (whose.since > 0) /* to count those of the period costs more than to read a few */
        loading.total = whose.newest - whose.since;
    else if (going != NULL)
        status = cqa_scores_count_calls(scores, &everyone, &filter, &loading.total, error);
    if (status == CQA_OK)
        status = cqa_scores_calls(scores, &everyone, &filter, add_call, &loading, error);
    cqa_buffer_finish(&loading.body);
    cqa_buffer_finish(&loading.line);
    if (status != CQA_OK)
        return status;
    return loading.status == CQA_E_NOMEM ? cqa_fail(error, CQA_E_NOMEM, "out of memory")
                                         : loading.status;
}
