/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/beside.h"

struct cqa_playback *cqa_request_playback(const struct cqa_request *request)
{
    const struct cqa_beside *beside = cqa_request_beside(request);

    return beside->playback;
}

int cqa_request_jobs(const struct cqa_request *request)
{
    const struct cqa_beside *beside = cqa_request_beside(request);

    return beside->jobs;
}
