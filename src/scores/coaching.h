/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_COACHING_H
#define CQA_SCORES_COACHING_H

#include "scores/accounts.h"

/*
 * What a lead notes for an agent, with the calls and flags that it is about, and the day on which
 * the two talk about it again. The agent reads it. Notes are not changed; a follow-up is done once.
 */
enum { CQA_COACHING_LINKS_MAX = 20 };

struct cqa_coaching_link {
    int64_t call;
    int64_t flag; /* 0: the call as a whole */
};

struct cqa_coaching_new {
    const char *person; /* as in the roster */
    const char *text;
    int64_t follow_day; /* yyyymmdd; 0: none */
    struct cqa_coaching_link links[CQA_COACHING_LINKS_MAX];
    size_t link_count;
};

/* CQA_E_NOTFOUND: no such agent within the scope, or a call or flag that is not the agent's. */
enum cqa_status cqa_coaching_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                 const struct cqa_coaching_new *note, int64_t *number,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* The follow-up has taken place; `outcome` may be NULL. CQA_E_REFUSED: it was done before, or there
 * is none. */
enum cqa_status cqa_coaching_done(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t number, const char *outcome,
                                  struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_coaching_filter {
    const char *person; /* NULL: all */
    int is_open;        /* follow-ups to come, the earliest first; else all notes, newest first */
    int64_t due_day;    /* of the open ones up to this day; 0: all */
    int has_after;
    int64_t after_key, after_id;
    int64_t limit;
};

struct cqa_coaching_row {
    int64_t id, key, at_ms, follow_day, done_ms;
    const char *person, *team, *by, *text, *done_by, *outcome;
    const char *links; /* JSON: [{"call", "call_id", "started_at", "flag", "rule", "title"}] */
};

enum cqa_status cqa_coaching_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                  const struct cqa_coaching_filter *filter,
                                  int (*visit)(void *context, const struct cqa_coaching_row *row),
                                  void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
