/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_NAMES_H
#define CQA_PIPELINE_NAMES_H

#include "pipeline/config.h"
#include "store/store.h"

/*
 * Which of two names of one recording says more of its call: the one that tells an agent, else the
 * one that tells more of customer, queue, direction and time, else the smaller of what they tell
 * differently; so that it does not matter which was found first. `*order`: > 0 `left`, < 0 `right`,
 * 0: they say the same. A path outside the watched folders says nothing. Only CQA_E_NOMEM.
 */
enum cqa_status cqa_names_compare(const struct cqa_config *config, const char *left,
                                  const char *right, int *order,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/*
 * Takes what the other names tell that the recording at `path` has, or had: where one names another
 * agent the call has none (docs/decisions/0137-two-names-two-agents.md). Strings in `arena`.
 */
enum cqa_status cqa_names_hear(const struct cqa_config *config, struct cqa_store *store,
                               const char *path, struct cqa_arena *arena, struct cqa_call *call,
                               struct cqa_error *error) CQA_MUST_CHECK;

#endif
