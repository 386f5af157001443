/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_HTTP_ASIDE_H
#define CQA_HTTP_ASIDE_H

#include "base/error.h"

/*
 * The workers that answer requests aside, while their connections are suspended. Each lane has
 * threads and room of its own, so that what one kind of work takes is not taken from another
 * (docs/decisions/0179).
 */
struct cqa_http;
struct cqa_request;

enum cqa_status cqa_lanes_start(struct cqa_http *http, struct cqa_error *error) CQA_MUST_CHECK;

/* Takes no more, refuses what waits, and returns when what is under way has its reply. */
void cqa_lanes_stop(struct cqa_http *http);
void cqa_lanes_free(struct cqa_http *http);

/* Whether a worker answers it; then it is suspended until it has its reply. 0 where it need not be
 * aside, and with a 503 given where there is no room. */
int cqa_lanes_take(struct cqa_request *request);

#endif
