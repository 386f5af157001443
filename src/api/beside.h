/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_BESIDE_H
#define CQA_API_BESIDE_H

#include "http/http.h"
#include "media/playback.h"

/* What endpoints work with besides the store: cqa_http_start is given it. */
struct cqa_beside {
    struct cqa_playback *playback;
    int jobs; /* eventfd: written to when a job was kept, so that it is looked for at once */
};

struct cqa_playback *cqa_request_playback(const struct cqa_request *request);
int cqa_request_jobs(const struct cqa_request *request);

#endif
