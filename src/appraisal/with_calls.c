/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sheet that was computed from tallies, and the calls that its own was made of. */
#include <stdlib.h>
#include <string.h>
#include "appraisal/engine.h"

static int by_value(const void *left, const void *right)
{
    const struct cqa_taken *a = left;
    const struct cqa_taken *b = right;

    return cqa_rational_compare(a->value, b->value);
}

void cqa_measured_take(const struct cqa_scheme *scheme, size_t index,
                       const struct cqa_scored_call *const *calls, size_t count,
                       struct cqa_taken *taken)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        if (cqa_rational_valid(calls[i]->taken[index]))
            taken[found++] = (struct cqa_taken){calls[i], calls[i]->taken[index]};
    if (scheme->indicators[index].measuring->by == CQA_BY_MEDIAN)
        qsort(taken, found, sizeof *taken, by_value);
}

/* Those of the sheet's period; the others count nothing. */
static enum cqa_status choose(const struct cqa_appraisal *appraisal, const struct cqa_calls *calls,
                              struct cqa_arena *arena, struct cqa_sheet *out)
{
    out->call_count = 0;
    out->calls = cqa_arena_alloc(arena, (calls->count + 1) * sizeof *out->calls);
    for (size_t i = 0; out->calls != NULL && i < calls->count; i++)
        if (!cqa_call_is_outside(&calls->items[i], appraisal->period))
            out->calls[out->call_count++] = &calls->items[i];
    return out->calls == NULL ? CQA_E_NOMEM : CQA_OK;
}

/* Both as text: there every field of them is compared, but for what a median was taken of. */
static enum cqa_status compare(const struct cqa_appraisal *appraisal, const struct cqa_sheet *sheet,
                               const struct cqa_tally *again)
{
    struct cqa_tally before = sheet->tally ? *sheet->tally : *again;
    struct cqa_buffer texts[2] = {{.limit = CQA_TALLY_BYTES_MAX}, {.limit = CQA_TALLY_BYTES_MAX}};

    before.outside = again->outside;
    cqa_tally_write(appraisal->scheme, &before, CQA_TALLY_NUMBERS, &texts[0]);
    cqa_tally_write(appraisal->scheme, again, CQA_TALLY_NUMBERS, &texts[1]);
    const int failed = texts[0].failed || texts[1].failed;
    const int same = !failed && (sheet->tally != NULL || again->calls == 0) &&
                     strcmp(texts[0].text, texts[1].text) == 0;
    cqa_buffer_finish(&texts[0]);
    cqa_buffer_finish(&texts[1]);
    return same ? CQA_OK : failed ? CQA_E_NOMEM : CQA_E_BUSY;
}

static enum cqa_status take_figures(const struct cqa_appraisal *appraisal,
                                    const struct cqa_sheet *sheet, struct cqa_arena *arena,
                                    struct cqa_sheet *out)
{
    const size_t count = appraisal->scheme->indicator_count;
    struct cqa_figure *figures = cqa_arena_alloc(arena, (count + 1) * sizeof *figures);

    if (figures == NULL)
        return CQA_E_NOMEM;
    memcpy(figures, sheet->figures, count * sizeof *figures);
    out->figures = figures;
    for (size_t i = 0; i < count; i++) {
        if (figures[i].measured == NULL)
            continue;
        struct cqa_measured *measured = cqa_arena_alloc(arena, sizeof *measured);
        struct cqa_taken *taken = cqa_arena_alloc(arena, (out->call_count + 1) * sizeof *taken);
        if (measured == NULL || taken == NULL)
            return CQA_E_NOMEM;
        *measured = *figures[i].measured;
        measured->taken = taken;
        cqa_measured_take(appraisal->scheme, i, out->calls, out->call_count, taken);
        figures[i].measured = measured;
    }
    return CQA_OK;
}

enum cqa_status cqa_sheet_with_calls(const struct cqa_appraisal *appraisal,
                                     const struct cqa_sheet *sheet, const struct cqa_calls *calls,
                                     struct cqa_arena *arena, struct cqa_sheet *out)
{
    struct cqa_tally again;

    *out = *sheet;
    if (!cqa_scheme_takes_calls(appraisal->scheme))
        return CQA_OK;
    enum cqa_status status = choose(appraisal, calls, arena, out);
    if (status == CQA_OK)
        status = cqa_tally_make(appraisal->scheme, appraisal->period, NULL, out->calls,
                                out->call_count, arena, &again);
    if (status == CQA_OK)
        status = compare(appraisal, sheet, &again);
    return status == CQA_OK ? take_figures(appraisal, sheet, arena, out) : status;
}
