/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_KEPT_H
#define CQA_SCORES_ROUNDS_KEPT_H

#include <stddef.h>
#include "base/arena.h"
#include "scores/rounds/rounds.h"

/* What a round came to, and what a closed one keeps of it: facts (appraisal/facts.h), of which
 * rounds/view.h shows what a reader may see. JSON unless said otherwise. */

/* Who reads: hr everything; a lead no pay; an agent the own sheet without the names of peers. */
enum cqa_reader { CQA_READER_HR, CQA_READER_LEAD, CQA_READER_AGENT, CQA_READER_COUNT };

/* The texts that readers got of a round that was closed before facts were kept: they get the same
 * for ever. NULL: there are facts. */
struct cqa_kept_texts {
    const char *of[CQA_READER_COUNT];
};

struct cqa_outcome_sheet {
    const char *agent;
    const char *team; /* NULL: none known */
    int64_t undecided;
    int is_preliminary;               /* others of the group are left out with errors */
    const char *numbers;              /* what signatures are for: cqa_sheet_numbers */
    const char *facts;                /* cqa_sheet_put_facts, for the table */
    const char *trace;                /* cqa_sheet_put_trace_facts; NULL: not asked for */
    struct cqa_kept_texts row, whole; /* `whole` has its trace */
    const char *csv;                  /* a line of CSV */
};

struct cqa_outcome_left_out {
    const char *agent;
    const char *team;
    int fault;
    const char *facts; /* why, and what was wrong: rounds/left_out.h */
    struct cqa_kept_texts body;
};

/* {0} is empty; finish frees. */
struct cqa_appraisal_outcome {
    struct cqa_arena arena;
    const char *notes; /* a list of texts */
    const char *lines; /* facts: a list */
    struct cqa_kept_texts lines_of;
    const char *grades;   /* a list */
    const char *csv_head; /* a line of CSV */
    struct cqa_outcome_sheet *sheets;
    size_t sheet_count;
    struct cqa_outcome_left_out *left_out;
    size_t left_out_count;
};

/* Reads what a closed round kept; `agent` NULL: of everyone, without traces. */
enum cqa_status cqa_kept_read(struct cqa_scores *scores, int64_t round, const char *agent,
                              struct cqa_appraisal_outcome *out,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* What the store has been told so far: decisions, imports, ratings, signatures, results. */
struct cqa_kept_mark {
    int64_t audited, revised;
};
enum cqa_status cqa_kept_mark(struct cqa_scores *scores, struct cqa_kept_mark *out,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* Closes the round: its stage, its last step, and its numbers for good, in one transaction.
 * CQA_E_REFUSED: it is not in the stage objections any more. CQA_E_BUSY: something changed since
 * the mark that was set before the outcome was computed; compute it anew. */
enum cqa_status cqa_kept_close(struct cqa_scores *scores, const struct cqa_identity *who,
                               int64_t round, const struct cqa_kept_mark *mark,
                               const struct cqa_appraisal_outcome *outcome,
                               const struct cqa_round_step *step, const char *ignored,
                               struct cqa_error *error) CQA_MUST_CHECK;

#endif
