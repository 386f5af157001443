/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_MEMBER_H
#define CQA_API_MEMBER_H

#include <jansson.h>
#include "http/http.h"

/* Members of a JSON body, read and checked. Each leaves the output as it was when the member is
 * absent or null and not `required`, and returns 0 with a problem (422) given when it is wrong.
 * Texts are borrowed from the body. */
int cqa_member_text(struct cqa_request *request, const json_t *body, const char *name, int required,
                    const char **out);
int cqa_member_yes(struct cqa_request *request, const json_t *body, const char *name, int *out);
int cqa_member_word(struct cqa_request *request, const json_t *body, const char *name, int required,
                    const char *const *words, int *out);
int cqa_member_whole(struct cqa_request *request, const json_t *body, const char *name,
                     int required, int64_t least, int64_t most, int64_t *out);
int cqa_member_number(struct cqa_request *request, const json_t *body, const char *name,
                      int required, double least, double most, double *out);
int cqa_member_points(struct cqa_request *request, const json_t *body, const char *name,
                      int required, int64_t *out_c); /* hundredths */

int cqa_member_day(struct cqa_request *request, const json_t *body, const char *name, int required,
                   int64_t *out); /* "2025-11-20" as yyyymmdd */

/* A member that the endpoint does not know is refused. `known` ends with NULL. */
int cqa_member_only(struct cqa_request *request, const json_t *body, const char *const *known);

#endif
