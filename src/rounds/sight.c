/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/sight.h"

#include <string.h>

int cqa_may_see_agent(const struct cqa_identity *who, const char *agent, const char *team)
{
    if (who->role == CQA_ACCOUNT_AGENT)
        return who->person != NULL && strcmp(who->person, agent) == 0;
    if (who->teams == NULL)
        return 1;
    for (size_t i = 0; team != NULL && i < who->team_count; i++)
        if (strcmp(who->teams[i], team) == 0)
            return 1;
    return 0;
}
