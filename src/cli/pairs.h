/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CLI_PAIRS_H
#define CQA_CLI_PAIRS_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "cli/paths.h"

#define CQA_PAIRS_NONE SIZE_MAX

/*
 * Which of the paths are the two legs of one call, by their names (cqa_recorder_partner):
 * `*partner` (owned, free()) has for each path the index of the other one, or CQA_PAIRS_NONE. Where
 * several could be it and nobody knows which, that is said on stderr.
 * CQA_E_NOMEM only.
 */
enum cqa_status cqa_pairs_find(const struct cqa_recorder *recorder, const struct cqa_zone *zone,
                               const struct cqa_paths *paths, size_t **partner,
                               struct cqa_error *error) CQA_MUST_CHECK;

#endif
