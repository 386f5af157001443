/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ROUNDS_SIGHT_H
#define CQA_ROUNDS_SIGHT_H

#include "scores/accounts.h"

/* May the asker see what concerns this agent? hr and leads those of their teams (all when none are
 * named), an agent the own. `team` NULL: none known, which is seen by those of all teams. */
int cqa_may_see_agent(const struct cqa_identity *who, const char *agent, const char *team);

#endif
