/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_QUERY_H
#define CQA_API_QUERY_H

#include <stdint.h>
#include "http/http.h"

/* Query parameters read and checked. Each leaves the output as it was when the parameter is absent,
 * and returns 0 with a problem given when it is wrong. */
int cqa_query_word(struct cqa_request *request, const char *name, const char **out);
int cqa_query_day(struct cqa_request *request, const char *name,
                  int64_t *out); /* 2025-11-20 → 20251120 */
/* The configured shift of that name. */
int cqa_query_shift_named(struct cqa_request *request, const char *name,
                          const struct cqa_shift **out);
int cqa_query_severity(struct cqa_request *request, const char *name, int *out);
int cqa_query_whole(struct cqa_request *request, const char *name, int64_t least, int64_t most,
                    int64_t *out);

int cqa_query_yes(struct cqa_request *request, const char *name, int *out); /* 1 or 0 */

/* "limit": `usual` when absent. */
int cqa_query_limit(struct cqa_request *request, int64_t usual, int64_t most, int64_t *out);

/* A parameter that the endpoint doesn't know is a mistake of the asker, never ignored. `known` ends
 * with NULL. */
int cqa_query_only(struct cqa_request *request, const char *const *known);

/* The call that the route's first part names, within what the asker may see; 0 with a problem
 * given. */
int cqa_query_call(struct cqa_request *request, int64_t *out);

#endif
