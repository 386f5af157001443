/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_SEARCH_H
#define CQA_API_SEARCH_H

#include "http/http.h"
#include "scores/store.h"

/* Reads the parameter `search`; also those whose names it spells are meant (spelling/). Texts are
 * in the request's memory. 0 with a problem given. */
int cqa_search_read(struct cqa_request *request, struct cqa_search *out);

#endif
