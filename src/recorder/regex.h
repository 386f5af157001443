/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RECORDER_REGEX_H
#define CQA_RECORDER_REGEX_H

#include <stddef.h>
#include "base/arena.h"
#include "base/error.h"

/*
 * Regular expressions with named groups, over bytes. The only file that knows PCRE2. Patterns come
 * from configuration and names from anyone, so that a match has a limit of steps and memory instead
 * of hanging.
 */
struct cqa_regex;  /* read-only once compiled */
struct cqa_groups; /* of one match */

/* CQA_E_BADDATA: `*offset` is the byte at which the pattern is wrong. Owned, free with
 * cqa_regex_destroy. */
enum cqa_status cqa_regex_compile(const char *pattern, struct cqa_regex **out, size_t *offset,
                                  struct cqa_error *error) CQA_MUST_CHECK;
void cqa_regex_destroy(struct cqa_regex *regex);

/* Does the pattern have a group of that name? */
int cqa_regex_has_group(const struct cqa_regex *regex, const char *name);

/*
 * CQA_OK with `*out` filled (free with cqa_groups_destroy; `subject` must outlive it), or NULL
 * there when the subject does not match. CQA_E_LIMIT: given up.
 */
enum cqa_status cqa_regex_match(const struct cqa_regex *regex, const char *subject,
                                struct cqa_groups **out, struct cqa_error *error) CQA_MUST_CHECK;
void cqa_groups_destroy(struct cqa_groups *groups);

/* What the group took, copied to `arena`; NULL when there is no such group, it took no part, or it
 * is empty. */
const char *cqa_groups_get(const struct cqa_groups *groups, const char *name,
                           struct cqa_arena *arena);

#endif
