/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/whatif.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "review/rescore.h"

static int compare(const void *left, const void *right)
{
    const struct cqa_reviewed *a = left;
    const struct cqa_reviewed *b = right;

    if (a->call != b->call)
        return a->call < b->call ? -1 : 1;
    return (a->event > b->event) - (a->event < b->event);
}

static enum cqa_flag_state state_of(int64_t call, int64_t event,
                                    const struct cqa_reviewed *reviewed, size_t count)
{
    const struct cqa_reviewed wanted = {.call = call, .event = event};
    const struct cqa_reviewed *found =
        count > 0 ? bsearch(&wanted, reviewed, count, sizeof *reviewed, compare) : NULL;

    return found ? found->state : CQA_FLAG_OPEN;
}

enum cqa_status cqa_whatif_add(struct cqa_whatif_row *rows, size_t count, const char *rule,
                               const struct cqa_result *result, int64_t call,
                               const struct cqa_reviewed *reviewed, size_t reviewed_count,
                               struct cqa_error *error)
{
    const struct cqa_rubric_input input = cqa_rescore_input(result);
    int64_t first_c = 0;

    for (size_t i = 0; i < count; i++) {
        struct cqa_whatif_row *row = &rows[i];
        struct cqa_arena arena = {0};
        struct cqa_score score;
        if (cqa_rubric_apply(row->rubric, &input, &arena, &score) != CQA_OK) {
            cqa_arena_finish(&arena);
            return cqa_fail(error, CQA_E_NOMEM, "out of memory");
        }
        for (size_t j = 0; j < score.deduction_count; j++) {
            const struct cqa_deduction *deduction = &score.deductions[j];
            if (strcmp(deduction->rule, rule) != 0)
                continue;
            row->flags++;
            row->costing += deduction->points > 0;
            const enum cqa_flag_state state =
                state_of(call, deduction->event, reviewed, reviewed_count);
            /* What costs nothing and nobody decided on is a note: it waits for nobody. */
            row->reviewed[state] +=
                state != CQA_FLAG_OPEN || deduction->points > 0 || deduction->automatic_fail;
        }
        const int64_t total_c = llround(score.total * 100);
        if (i == 0)
            first_c = total_c;
        row->calls_changed += total_c != first_c;
        row->total_sum_c += total_c;
        cqa_arena_finish(&arena);
    }
    return CQA_OK;
}
