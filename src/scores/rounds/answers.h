/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_ANSWERS_H
#define CQA_SCORES_ROUNDS_ANSWERS_H

#include "base/arena.h"
#include "scores/accounts.h"
#include "scores/rounds/rounds.h"

struct cqa_moves;

/* What somebody answered when an import asked: what a column is, whom a name means. It holds until
 * somebody says otherwise. */

struct cqa_answer {
    const char *asked; /* a heading, or a name in the one spelling */
    const char *said;  /* a column as cqa_heading_taken reads it, or a person; "": left out. To
                          store: NULL forgets */
};

/* {0} is empty. Texts live in the arena. */
struct cqa_answer_list {
    struct cqa_answer *items; /* owned */
    size_t count, capacity;
};
void cqa_answers_finish(struct cqa_answer_list *list);

/* NULL: nobody has said. */
const char *cqa_answers_find(const struct cqa_answer_list *list, const char *asked);

/* The one key of a table's headings, in whatever order they stand. */
enum { CQA_HEADINGS_KEY_SIZE = 65 };
enum cqa_status cqa_headings_key(const char *const *headings, size_t count,
                                 char out[CQA_HEADINGS_KEY_SIZE]) CQA_MUST_CHECK;

/* Of the columns of this table, and of all names. */
enum cqa_status cqa_answers_columns(struct cqa_scores *scores, const char *scheme, const char *key,
                                    struct cqa_arena *arena, struct cqa_answer_list *out,
                                    struct cqa_error *error) CQA_MUST_CHECK;
enum cqa_status cqa_answers_names(struct cqa_scores *scores, struct cqa_arena *arena,
                                  struct cqa_answer_list *out,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* In one transaction, with a line of the audit log; what moved is added to `moves`. CQA_E_REFUSED:
 * the round is closed. */
struct cqa_answers {
    char key[CQA_HEADINGS_KEY_SIZE];
    struct cqa_answer_list columns, names;
};
enum cqa_status cqa_answers_keep(struct cqa_scores *scores, const struct cqa_identity *who,
                                 const struct cqa_round *round, const struct cqa_answers *answers,
                                 struct cqa_moves *moves, struct cqa_error *error) CQA_MUST_CHECK;

/* One more; CQA_E_NOMEM. The texts are borrowed. */
enum cqa_status cqa_answers_add(struct cqa_answer_list *list, const char *asked,
                                const char *said) CQA_MUST_CHECK;

#endif
