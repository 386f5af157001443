/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/persons_calls.h"

#include <stdlib.h>
#include <string.h>

static const char *person_of(const struct cqa_scored_call *call)
{
    return call->person != NULL ? call->person : "";
}

static int by_person(const void *left, const void *right)
{
    const struct cqa_scored_call *const *a = left;
    const struct cqa_scored_call *const *b = right;
    const int order = strcmp(person_of(*a), person_of(*b));

    return order != 0 ? order : ((*a)->number > (*b)->number) - ((*a)->number < (*b)->number);
}

enum cqa_status cqa_persons_calls_load(struct cqa_scores *scores, const struct cqa_scheme *scheme,
                                       const char *period, struct cqa_whose_calls whose,
                                       const struct cqa_going *going, struct cqa_persons_calls *out,
                                       struct cqa_error *error)
{
    struct cqa_faults faults = {0};
    const enum cqa_status status =
        cqa_load_calls(scores, scheme, period, whose, going, &out->calls, &faults, error);

    cqa_faults_finish(&faults);
    if (status != CQA_OK)
        return status;
    out->sorted = malloc((out->calls.count + 1) * sizeof *out->sorted);
    if (out->sorted == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    for (size_t i = 0; i < out->calls.count; i++)
        out->sorted[i] = &out->calls.items[i];
    qsort(out->sorted, out->calls.count, sizeof *out->sorted, by_person);
    return CQA_OK;
}

const struct cqa_scored_call *const *cqa_persons_calls_of(struct cqa_persons_calls *calls,
                                                          const char *person, size_t *count)
{
    const size_t all = calls->calls.count;

    while (calls->next < all && strcmp(person_of(calls->sorted[calls->next]), person) < 0)
        calls->next++;
    const size_t first = calls->next;
    while (calls->next < all && strcmp(person_of(calls->sorted[calls->next]), person) == 0)
        calls->next++;
    *count = calls->next - first;
    return calls->sorted + first;
}

void cqa_persons_calls_finish(struct cqa_persons_calls *calls)
{
    free(calls->sorted);
    cqa_calls_finish(&calls->calls);
    *calls = (struct cqa_persons_calls){0};
}
