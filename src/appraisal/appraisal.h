/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_APPRAISAL_H
#define CQA_APPRAISAL_APPRAISAL_H

#include <stddef.h>
#include "appraisal/calls.h"
#include "appraisal/history.h"
#include "appraisal/input.h"
#include "appraisal/period.h"
#include "appraisal/roster.h"
#include "appraisal/scheme.h"
#include "appraisal/tally.h"
#include "base/arena.h"
#include "base/error.h"

/*
 * A period's appraisal: scheme and input in, a sheet for each agent out, with the trace of every
 * number. The command line and the server use the same functions; the input comes from files or
 * from the store.
 */

enum cqa_origin {
    CQA_ORIGIN_ABSENT,
    CQA_ORIGIN_IMPORTED,
    CQA_ORIGIN_MEASURED,
    CQA_ORIGIN_DEFAULT,
    CQA_ORIGIN_ROSTER,
    CQA_ORIGIN_CARRIED /* its rows are what earlier sheets gave */
};

/* The least that a measured number must stand on; 0: whatever there is. */
struct cqa_coverage_least {
    struct cqa_rational pct; /* of the calls handled */
    size_t calls;
};

struct cqa_measured {
    struct cqa_rational value; /* none: nothing could be measured */
    struct cqa_taken *taken;   /* the calls that it stands on; NULL: they are not at hand */
    size_t taken_count;
    const char *how;                  /* "mean of 5 calls" */
    size_t undecided;                 /* flags nobody has decided, in those calls */
    size_t recorded;                  /* calls of the agent that were recorded and analysed */
    size_t flagged;                   /* of those that it stands on: with a flag */
    size_t heard;                     /* of those that it stands on: a person heard them */
    int has_coverage;                 /* the import says how many were handled */
    struct cqa_rational handled;      /* how many; none: nobody said */
    struct cqa_rational coverage_pct; /* calls that it stands on, of all that were handled */
    struct cqa_coverage_least least;  /* what was asked for, by the scheme or the round */
    const char *empty_months;         /* of the period, without any of them; NULL: none */
    struct cqa_rational interval[2];  /* docs/decisions/0144; none: nothing can be said */
};

/* The value of one month where the indicator has several. */
struct cqa_month {
    const char *period;
    struct cqa_rational value;
};

/* What one indicator came to for one agent. */
struct cqa_figure {
    enum cqa_origin origin;
    struct cqa_rational
        value; /* rounded and capped as the scheme says; the mean where there are months */
    struct cqa_rational raw;     /* before that */
    const struct cqa_row **rows; /* imported */
    size_t row_count;
    struct cqa_month *months; /* at least one when it is not absent */
    size_t month_count;
    const struct cqa_measured *measured; /* also where an import overrode it; NULL: not measured */
};

/* What one item came to. */
struct cqa_item_points {
    struct cqa_rational value; /* none: an optional indicator is absent */
    int passed;                /* threshold: 1 or 0; else CQA_NOWHERE */
    const char *how;           /* "2300 × 0.5" */
};

/* One agent's (or unit's) outcome. */
struct cqa_sheet {
    const char *agent;
    const char *name;                           /* beside a number; NULL: none said */
    const char *post;                           /* NULL: unknown */
    const char *team;                           /* the last of the period; NULL: unknown */
    struct cqa_figure *figures;                 /* one for each indicator of the scheme */
    struct cqa_item_points *points;             /* one for each item */
    struct cqa_item_points *lines;              /* one for each line of the scheme */
    struct cqa_rational total;                  /* none: the scheme has none */
    const struct cqa_grade *grade;              /* by score; NULL: the scheme has none */
    const struct cqa_grade *scored;             /* the same before any limit */
    const struct cqa_grade *grade_distribution; /* NULL: not distributed */
    size_t rank;                                /* from 1, ties share the better; 0: no total */
    size_t ranked;                              /* among how many */
    size_t tied;                                /* how many of them share the rank */
    int exempt;                                 /* of the distribution: among nobody, rank 0 */
    const struct cqa_grade_limit *limit;  /* that kept the sheet from a better grade; NULL: none */
    struct cqa_rational coefficient;      /* none: the scheme has none */
    struct cqa_rational bonus;            /* none: the scheme has none */
    struct cqa_rational pay;              /* none: the scheme has none, or no wage is known */
    const struct cqa_tally *tally;        /* of the agent's calls in the period; NULL: none */
    const struct cqa_scored_call **calls; /* those; NULL: they are not at hand */
    size_t call_count;
    size_t preliminary; /* of the agent's group, so many are left out with errors: what hangs on the
                           whole group is not given; 0: it is */
    size_t undecided;   /* flags of those calls that nobody has decided */
    const struct cqa_assumption **assumed; /* what was used for this agent, each once */
    size_t assumed_count;
};

/* An agent for whom nothing was computed. */
struct cqa_left_out {
    const char *agent;
    const char *why; /* a CQA_N */
    int is_fault;    /* 0: the scheme is not for the agent's post */
};

struct cqa_appraisal_input {
    const struct cqa_scheme *scheme;
    const struct cqa_rows *rows;
    const struct cqa_calls *calls;           /* NULL: no results are at hand */
    const struct cqa_known_tallies *tallies; /* in their place, of everyone who has calls in the
                                                period, which is said; NULL: the calls count */
    const struct cqa_roster *roster;         /* NULL: a call's agent is the agent */
    const char *period;                /* "2025-11", "2025Q4": only its calls count; NULL: all */
    const struct cqa_history *history; /* earlier sheets; NULL: none are at hand */
    int awaits_roster; /* whom the roster has in a post of the scheme, and no row names, is missing
                        */
    struct cqa_coverage_least least; /* besides what the scheme asks for; {0}: nothing */
};

/* Borrows from its input, which must outlive it. */
struct cqa_appraisal {
    struct cqa_arena arena;
    const struct cqa_scheme *scheme;
    char period[CQA_PERIOD_SIZE]; /* that was appraised; "": nobody said */
    struct cqa_sheet *sheets;     /* in the order of the input */
    size_t sheet_count;
    struct cqa_left_out *left_out;
    size_t left_out_count;
    const struct cqa_message **notes; /* what a reader of the numbers must know, one line each */
    size_t note_count;
};

/*
 * Computes. Agents with faults (those already in `faults`, and those found here, which are added)
 * have no sheet. CQA_E_NOMEM, or CQA_E_BADDATA when `input->period` is no period. Finish `out`
 * whatever comes back.
 */
enum cqa_status cqa_appraise(const struct cqa_appraisal_input *input, struct cqa_faults *faults,
                             struct cqa_appraisal *out, struct cqa_error *error) CQA_MUST_CHECK;

/* Finds only what is wrong with the rows themselves (what an import can be told at once), not what
 * is still missing. Status as of cqa_appraise. */
enum cqa_status cqa_appraise_check(const struct cqa_appraisal_input *input,
                                   struct cqa_faults *faults,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* The sheet with the calls that its tally was made of, for its trace: `out` borrows from both, what
 * it needs besides is in `arena`. CQA_E_BUSY: these are other calls. CQA_E_NOMEM. */
enum cqa_status cqa_sheet_with_calls(const struct cqa_appraisal *appraisal,
                                     const struct cqa_sheet *sheet, const struct cqa_calls *calls,
                                     struct cqa_arena *arena, struct cqa_sheet *out) CQA_MUST_CHECK;

void cqa_appraisal_finish(struct cqa_appraisal *appraisal);

/* Places of each grade among `people`, best grade first: largest remainders, equal ones to the
 * better grade. */
void cqa_quotas(const struct cqa_scheme *scheme, size_t people, size_t *places);

#endif
