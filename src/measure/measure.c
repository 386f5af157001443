/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/measure.h"

#include <stdlib.h>
#include <string.h>

const char *const cqa_quality_words[CQA_QUALITY_COUNT + 1] = {"ok", "degraded", "not_measurable",
                                                              NULL};
const char *const cqa_aspect_words[CQA_ASPECT_COUNT + 1] = {"speech", "silence", "overtalk",
                                                            "hold",   "level",   NULL};

#define ASPECT(symbol, word, letter, sgr, color, aspect, en, zh) CQA_ASPECT_##aspect,
const enum cqa_aspect cqa_event_aspects[CQA_EVENT_TYPE_COUNT] = {CQA_EVENT_TYPES(ASPECT)};
#undef ASPECT

#define INFO(symbol, name, unit, aspect, en, zh) {name, unit, CQA_ASPECT_##aspect, {en, zh}},
const struct cqa_measure_info cqa_measure_infos[CQA_MEASURE_COUNT] = {CQA_MEASURES(INFO)};
#undef INFO

enum cqa_measure_id cqa_measure_find(const char *name)
{
    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        if (strcmp(cqa_measure_infos[i].name, name) == 0)
            return (enum cqa_measure_id)i;
    return CQA_MEASURE_COUNT;
}

enum cqa_status cqa_measurable_add(struct cqa_measurable *measurable,
                                   const struct cqa_unmeasured *span)
{
    size_t at = measurable->span_count;

    if ((at & (at + 1)) == 0) { /* full at 0, 1, 3, 7, ... */
        struct cqa_unmeasured *grown =
            realloc(measurable->spans, (2 * at + 1) * sizeof *measurable->spans);
        if (grown == NULL)
            return CQA_E_NOMEM;
        measurable->spans = grown;
    }
    for (; at > 0 && measurable->spans[at - 1].start_ms > span->start_ms; at--)
        measurable->spans[at] = measurable->spans[at - 1];
    measurable->spans[at] = *span;
    measurable->span_count++;
    return CQA_OK;
}

void cqa_measurable_finish(struct cqa_measurable *measurable)
{
    free(measurable->spans);
    *measurable = (struct cqa_measurable){0};
}
