/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_SEARCH_H
#define CQA_SCORES_SEARCH_H

#include "scores/store.h"

struct cqa_query;

/* The filter of struct cqa_search (store.h): adds " AND (…)"; the table `alias` has agent and
 * person, and a customer where `has_numbers`. */
void cqa_search_add(struct cqa_query *query, const char *alias, const struct cqa_search *search,
                    int has_numbers);

/* `out` has room for twice the text's bytes, and 3. */
void cqa_search_pattern(const char *text, char *out);

/* Everybody who is, or was, in the roster, each once. */
enum cqa_status cqa_search_people(struct cqa_scores *scores,
                                  void (*visit)(void *context, const char *person), void *context,
                                  struct cqa_error *error) CQA_MUST_CHECK;

#endif
