/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_ROUTES_H
#define CQA_API_ROUTES_H

#include "http/route.h"

/* Every operation of the API and the page. */
extern const struct cqa_routes cqa_api_routes;

#endif
