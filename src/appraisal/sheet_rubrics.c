/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "appraisal/json.h"
#include "appraisal/sheet_parts.h"
#include "base/text.h"

/* Programs that measured the calls, with their models; what is more than there is room for is not
 * told apart. */
void cqa_sheet_put_programs(const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    struct cqa_rubric_used
        used[CQA_RUBRICS_USED]; /* the program as the rubric, models as version */
    size_t count = 0;

    for (size_t i = 0; i < sheet->call_count; i++) {
        const struct cqa_scored_call *call = sheet->calls[i];
        size_t k = 0;
        while (k < count && !(cqa_same_text(used[k].rubric, call->program) &&
                              cqa_same_text(used[k].version, call->models)))
            k++;
        if (k == CQA_RUBRICS_USED || (call->program == NULL && call->models == NULL))
            continue;
        if (k == count)
            used[count++] = (struct cqa_rubric_used){call->program, call->models, 0};
        used[k].calls++;
    }
    cqa_json_put(out, ",\"programs\":[");
    for (size_t i = 0; i < count; i++) {
        cqa_json_put(out, i ? ",{\"program\":" : "{\"program\":");
        cqa_json_text(out, used[i].rubric);
        cqa_json_member(out, "models", used[i].version);
        cqa_buffer_print(out, ",\"calls\":%zu}", used[i].calls);
    }
    cqa_json_put(out, "]");
}

void cqa_sheet_put_rubrics(const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    const struct cqa_tally *tally = sheet->tally;

    cqa_json_put(out, ",\"rubrics\":[");
    for (size_t i = 0; tally != NULL && i < tally->rubric_count; i++) {
        const struct cqa_rubric_used *used = &tally->rubrics[i];
        cqa_json_put(out, i ? ",{\"rubric\":" : "{\"rubric\":");
        cqa_json_text(out, used->rubric);
        cqa_json_member(out, "version", used->version);
        cqa_buffer_print(out, ",\"calls\":%zu}", used->calls);
    }
    cqa_json_put(out, "]");
}
