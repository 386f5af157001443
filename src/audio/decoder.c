/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/decoder.h"

#include <math.h>

void cqa_decoder_tame(float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const float sample = fabsf(samples[i]) < INFINITY ? samples[i] : 0.0F;
        const float low = sample > -1.0F ? sample : -1.0F;
        samples[i] = low < 1.0F ? low : 1.0F;
    }
}
