#include "verdict/verdict.h"

#include <math.h>

/* A measure on something that cannot be measured is null, never a number. */
static void drop_unmeasurable(const struct cqa_measurable *measurable,
                              struct cqa_measures *measures)
{
    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        if (i != CQA_MEASURE_DURATION &&
            measurable->aspect[cqa_measure_infos[i].aspect] == CQA_QUALITY_NOT_MEASURABLE)
            measures->value[i] = (double)NAN;
}

enum cqa_status cqa_verdict_make(const struct cqa_measure_input *input,
                                 struct cqa_measures *measures, struct cqa_measurable *measurable,
                                 struct cqa_channel_sound sound[2])
{
    *measurable = (struct cqa_measurable){0};
    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        measures->value[i] = (double)NAN;
    cqa_sound_measure(input, sound);
    cqa_verdict_judge(input->scene, sound, measurable);
    cqa_verdict_find_conversation(input->scene, &measurable->conversation);
    enum cqa_status status = cqa_verdict_find_spans(input->scene, measurable);
    if (status == CQA_OK)
        status = cqa_turns_measure(input, measures);
    if (status == CQA_OK)
        status = cqa_voice_measure(input->scene, sound, measures);
    drop_unmeasurable(measurable, measures);
    return status;
}
