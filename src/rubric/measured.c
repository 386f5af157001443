/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/measured.h"

#include <math.h>
#include <string.h>

int cqa_measured_places(enum cqa_measure_id id)
{
    static const struct {
        const char *unit;
        int places;
    } known[] = {{"ms", 0}, {"", 0}, {"ratio", 4}, {"1/min", 2}, {"1/s", 2}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(cqa_measure_infos[id].unit, known[i].unit) == 0)
            return known[i].places;
    return 1;
}

double cqa_measured_scale(enum cqa_measure_id id)
{
    static const double scales[] = {1, 10, 100, 1000, 10000};

    return scales[cqa_measured_places(id)];
}

double cqa_measured_round(enum cqa_measure_id id, double value)
{
    const double scale = cqa_measured_scale(id);

    return round(value * scale) / scale;
}

int cqa_measured_confidence(float confidence)
{
    if (!(confidence >= 0 && confidence <= 1))
        return -1;
    return (int)lround((double)confidence * 100);
}
