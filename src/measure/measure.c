#include "measure/measure.h"

#include <string.h>

const char *const cqa_quality_words[CQA_QUALITY_COUNT + 1] = {"ok", "degraded", "not_measurable",
                                                              NULL};
const char *const cqa_aspect_words[CQA_ASPECT_COUNT + 1] = {"speech", "silence", "overtalk",
                                                            "hold",   "level",   NULL};

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
