/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_PEOPLE_H
#define CQA_SCORES_PEOPLE_H

#include "scores/store.h"

/* ---- how people and rules do, over a span of days (yyyymmdd, both inclusive; 0: open) */

struct cqa_person_row {
    const char *person, *team;
    int64_t calls, scored, measurable;
    int64_t score_sum_c, score_least_c;
    int64_t flags, open_flags;
    int64_t duration_ms, talk_agent_ms, talk_customer_ms, silence_ms, hold_ms, overtalk_ms;
    int64_t response_sum_ms, response_count;
};

/* One row a person, worst mean score first. */
enum cqa_status cqa_people_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                int64_t day_from, int64_t day_to,
                                void (*visit)(void *context, const struct cqa_person_row *row),
                                void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* One row a day of one person (`person` and `team` NULL in it), or of one team, oldest first. */
struct cqa_day_row {
    int64_t day;
    struct cqa_person_row sums;
};
enum cqa_status cqa_people_days(struct cqa_scores *scores, const struct cqa_scope *scope,
                                const char *person, const char *team, int64_t day_from,
                                int64_t day_to,
                                void (*visit)(void *context, const struct cqa_day_row *row),
                                void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* How often people agree with a rule. */
struct cqa_rule_row {
    const char *rule;
    int64_t flags, open, confirmed, overturned, changed;
    const char *title_en, *title_zh; /* NULL: not known */
};
enum cqa_status cqa_rules_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                               int64_t day_from, int64_t day_to,
                               void (*visit)(void *context, const struct cqa_rule_row *row),
                               void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* How many flags of a rule stand overturned or changed for a reason; `code` NULL: words alone. */
struct cqa_reason_row {
    const char *rule, *code;
    int64_t flags;
    const char *title_en, *title_zh; /* of the rule; NULL: not known */
};
enum cqa_status cqa_reasons_used(struct cqa_scores *scores, const struct cqa_scope *scope,
                                 int64_t day_from, int64_t day_to,
                                 void (*visit)(void *context, const struct cqa_reason_row *row),
                                 void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
