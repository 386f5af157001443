/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_ROUTES_H
#define CQA_API_ROUTES_H

#include "http/route.h"

/* Every operation of the API and the page. */
extern const struct cqa_routes cqa_api_routes;

/* Whether it may be asked for as a job, and keeping it as one where it is (jobs.c). */
int cqa_api_takes_long(const struct cqa_route *route);
int cqa_job_keeps(struct cqa_request *request, const struct cqa_route *route);
void cqa_job_keep(struct cqa_request *request);

#endif
