/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_FLAG_JSON_H
#define CQA_REVIEW_FLAG_JSON_H

#include <jansson.h>
#include "scores/flags.h"
#include "settings/config.h"

/* Hundredths as JSON: 96, 99.5. */
json_t *cqa_points_json(int64_t points_c);

/* {"en", "zh"}; null when there is neither. */
json_t *cqa_title_json(const char *en, const char *zh);

/* The site's reasons in their order: [{"code", "title"}], owned. */
json_t *cqa_reasons_json(const struct cqa_server_config *config);

/* {"least", "most"} */
json_t *cqa_range_json(int64_t least_c, int64_t most_c);

/* How long an agent may object, and how long that may wait for its answer (0: not said). */
struct cqa_objection_days {
    int64_t objecting, answering;
};

/* Until when an objection of `at_ms` is to be answered; null where it waits no longer. */
json_t *cqa_answer_until_json(int is_open, int64_t at_ms, const struct cqa_objection_days *days);

/* A flag as the API shows it (schema Flag of openapi.yaml), owned. `shows_claim`: agents do not see
 * who is at their flags. */
json_t *cqa_flag_json(const struct cqa_flag_row *flag, const struct cqa_objection_days *days,
                      int shows_claim);

#endif
