/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_PUT_PREVIEWS_H
#define CQA_SCORES_PUT_PREVIEWS_H

#include "result/changes.h"
#include "scores/accounts.h"
#include "scores/store.h"

/*
 * Results that wait: they count nothing until a lead accepts them, and say what they would change
 * (docs/decisions/0067-switching-on-new-rules.md). A call has one at most. What it would come to
 * was tried out: it is what acceptance makes of the call, decisions of people included.
 */
enum cqa_preview_kept {
    CQA_PREVIEW_ASKED,   /* posted to be looked at */
    CQA_PREVIEW_CLOSED,  /* posted when the call's period was closed */
    CQA_PREVIEW_DECIDED, /* posted, and would undo what a person decided */
    CQA_PREVIEW_KEPT_COUNT
};
extern const char *const cqa_preview_words[CQA_PREVIEW_KEPT_COUNT + 1];

/* NULL and 0: no filter by that. Days are inclusive. */
struct cqa_preview_filter {
    int64_t day_from, day_to;
    const char *team, *person;
};

/* Texts are borrowed for the visit. */
struct cqa_preview_row {
    int64_t waiting; /* its number: of the result that waits */
    int64_t call;    /* 0: nothing counts of it yet, as its period was closed when it came */
    const char *call_id, *source, *person, *team, *agent;
    int64_t day;                       /* 0: unknown */
    int closed;                        /* the period of the call, or of the day that it claims */
    int needs_person;                  /* a decision or an objection would lose its flag */
    const int64_t *before_c, *after_c; /* NULL: not scored */
    int64_t changes;
    enum cqa_preview_kept kept;
    int64_t received_ms;
};

/* Brings what decisions have moved since up to date, then visits until `visit` returns non-zero. */
enum cqa_status cqa_previews_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                  const struct cqa_preview_filter *filter,
                                  int (*visit)(void *context, const struct cqa_preview_row *row),
                                  void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* What to accept or to throw away: the numbers of waiting results, or of their calls. */
struct cqa_preview_choice {
    const int64_t *numbers;
    size_t count;
    int are_calls;
};

/*
 * Makes the chosen ones count, in one transaction; `outcomes[i]`: REPLACED, STORED (a call of which
 * nothing counted), UNCHANGED, PERIOD_CLOSED (stays as it is), KEPT_BACK (a person's decision would
 * be lost, and `by_name` is 0: stays too) or NO_CALL (there is none, or not for this asker).
 * CQA_E_REFUSED: a token is no person.
 */
enum cqa_status cqa_previews_accept(struct cqa_scores *scores, const struct cqa_identity *who,
                                    const struct cqa_preview_choice *choice, int by_name,
                                    enum cqa_put *outcomes, struct cqa_error *error) CQA_MUST_CHECK;

/* Throws them away. `*discarded`: how many there were that the asker may see. */
enum cqa_status cqa_previews_discard(struct cqa_scores *scores, const struct cqa_identity *who,
                                     const struct cqa_preview_choice *choice, int64_t *discarded,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* ---- what changed, and what would */

struct cqa_change_filter {
    int64_t call;   /* 0: any */
    int is_preview; /* of the waiting preview, else what has come to pass */
    int64_t day_from, day_to;
    const char *person, *team;
    int64_t limit;
};

struct cqa_change_row {
    int64_t call, revision, at_ms, day;
    const char *call_id, *person, *team;
    enum cqa_change_kind kind;
    const char *rule, *title_en, *title_zh; /* titles: NULL where the rubric is not known */
    int64_t before_c, after_c;
    int64_t start_ms, end_ms;
    const char *ground; /* NULL */
    const char *reason_en, *reason_zh;
};

/* The newest first; those of a preview in the order of its deductions. */
enum cqa_status cqa_score_changes_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                       const struct cqa_change_filter *filter,
                                       int (*visit)(void *context,
                                                    const struct cqa_change_row *row),
                                       void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
