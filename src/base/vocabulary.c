/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "base/message.h"

/* Words of the programs' own that stand for themselves in English, and have a name in Chinese:
 * members of requests, roles, what a flag is. */
static const char *const words[] = {
    CQA_N("reason"),    CQA_N("note"),       CQA_N("text"),       CQA_N("outcome"),
    CQA_N("place"),     CQA_N("date"),       CQA_N("person"),     CQA_N("points"),
    CQA_N("user name"), CQA_N("token name"), CQA_N("site"),       CQA_N("session"),
    CQA_N("role"),      CQA_N("teams"),      CQA_N("agent"),      CQA_N("lead"),
    CQA_N("auditor"),   CQA_N("hr"),         CQA_N("admin"),      CQA_N("recorder"),
    CQA_N("open"),      CQA_N("confirmed"),  CQA_N("overturned"), CQA_N("changed"),
};

const struct cqa_message *cqa_message_set_name(struct cqa_message *message, const char *name)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i], name) == 0) {
            message->format = words[i];
            message->used = 0;
            return message;
        }
    return cqa_message_set(message, "%s", name);
}
