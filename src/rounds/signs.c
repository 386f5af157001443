/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/signs.h"

#include <string.h>
#include "appraisal/json.h"
#include "appraisal/names.h"

struct gathering {
    const struct cqa_appraisal_outcome *outcome;
    struct cqa_names agents;
    struct cqa_signs *signs;
};

static void add_signature(void *context, const struct cqa_signature_row *row)
{
    struct gathering *gathering = context;
    const unsigned side = 1U << row->what.side;
    size_t index;

    if (!cqa_names_find(&gathering->agents, row->what.agent, &index))
        return;
    struct cqa_signs *signs = &gathering->signs[index];
    if (strcmp(row->what.numbers, gathering->outcome->sheets[index].numbers) == 0) {
        signs->counts |= side;
        signs->outdated &= ~side;
    } else if (!(signs->counts & side)) {
        signs->outdated |= side;
    }
}

enum cqa_status cqa_signs_load(struct cqa_scores *scores, int64_t round,
                               struct cqa_appraisal_outcome *outcome, struct cqa_signs **out,
                               struct cqa_error *error)
{
    struct gathering gathering = {.outcome = outcome};
    enum cqa_status status = CQA_OK;
    size_t index;

    gathering.signs =
        cqa_arena_alloc(&outcome->arena, (outcome->sheet_count + 1) * sizeof *gathering.signs);
    if (gathering.signs == NULL)
        status = CQA_E_NOMEM;
    for (size_t i = 0; status == CQA_OK && i < outcome->sheet_count; i++)
        status = cqa_names_add(&gathering.agents, outcome->sheets[i].agent, &index);
    if (status != CQA_OK)
        status = cqa_fail(error, status, "out of memory");
    else
        status = cqa_signature_list(scores, round, NULL, add_signature, &gathering, error);
    cqa_names_finish(&gathering.agents);
    *out = gathering.signs;
    return status;
}

void cqa_sides_json(unsigned sides, struct cqa_buffer *out)
{
    int count = 0;

    cqa_json_put(out, "[");
    for (int i = 0; i < CQA_SIGN_SIDE_COUNT; i++)
        if (sides & (1U << i)) {
            cqa_json_put(out, count++ ? "," : "");
            cqa_json_text(out, cqa_sign_side_words[i]);
        }
    cqa_json_put(out, "]");
}
