/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/believed.h"

#include <stdlib.h>

enum { JUMP_MS = 60000, TIMES = 11 };
static const int64_t MONTH_MS = INT64_C(31) * 24 * 60 * 60 * 1000;

struct cqa_believed cqa_believed_begin(int64_t last_ms, int64_t wall_ms, int64_t monotonic_ms)
{
    const int is_credible = last_ms == 0 || wall_ms - last_ms <= MONTH_MS;

    return (struct cqa_believed){.believed_ms = is_credible ? wall_ms : last_ms,
                                 .at_ms = monotonic_ms,
                                 .offset_ms = wall_ms - monotonic_ms,
                                 .jumped_ms = is_credible ? -1 : monotonic_ms};
}

int64_t cqa_believed_look(struct cqa_believed *believed, int64_t wall_ms, int64_t monotonic_ms)
{
    const int64_t passed_ms = monotonic_ms - believed->at_ms;
    const int64_t offset_ms = wall_ms - monotonic_ms;
    const int64_t set_ms = offset_ms - believed->offset_ms;
    const int64_t ahead_ms = wall_ms - (believed->believed_ms + passed_ms);

    believed->believed_ms += passed_ms;
    if (ahead_ms > 0)
        believed->believed_ms +=
            ahead_ms < (TIMES - 1) * passed_ms ? ahead_ms : (TIMES - 1) * passed_ms;
    else if (ahead_ms < 0) /* the wall clock was set back, or had been wrong before */
        believed->believed_ms = wall_ms;
    believed->at_ms = monotonic_ms;
    believed->offset_ms = offset_ms;
    if (llabs(set_ms) < JUMP_MS)
        return 0;
    believed->jumped_ms = monotonic_ms;
    return set_ms;
}

int64_t cqa_believed_now(const struct cqa_believed *believed, int64_t wall_ms)
{
    return believed->believed_ms < wall_ms ? believed->believed_ms : wall_ms;
}
