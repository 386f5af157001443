/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_FLAG_JSON_H
#define CQA_REVIEW_FLAG_JSON_H

#include <jansson.h>
#include "scores/flags.h"

/* Hundredths as JSON: 96, 99.5. */
json_t *cqa_points_json(int64_t points_c);

/* {"en", "zh"}; null when there is neither. */
json_t *cqa_title_json(const char *en, const char *zh);

/* {"least", "most"} */
json_t *cqa_range_json(int64_t least_c, int64_t most_c);

/* A flag as the API shows it (schema Flag of openapi.yaml), owned. `shows_claim`: agents do not see
 * who is at their flags. */
json_t *cqa_flag_json(const struct cqa_flag_row *flag, int64_t objection_days, int shows_claim);

#endif
