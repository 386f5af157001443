/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_ENGINE_H
#define CQA_APPRAISAL_ENGINE_H

#include "appraisal/appraisal.h"
#include "appraisal/names.h"
#include "appraisal/period.h"
#include "base/buffer.h"

/* What the parts of the appraisal share while it runs. Not for others. */

/* Names beside a number: the sheet has the first; another one, and how many rows have which. */
struct cqa_names_beside {
    size_t rows, other_rows;
    const char *other; /* NULL: none */
    struct cqa_place at, other_at;
};

/* An agent on the way to a sheet. */
struct cqa_subject {
    struct cqa_sheet sheet;
    struct cqa_place first; /* where the input first names the agent */
    struct cqa_place post_at;
    struct cqa_names_beside names;
    const char
        *post_from; /* the roster gave the post, of a seat that began then; NULL: the import did */
    const char *post_other; /* a post of the roster's that is not the import's; NULL: none */
    int post_held;          /* another of the roster's is */
    size_t last_seat;       /* of the agent's in the roster, its index plus 1; 0: none */
    const char *team_from;  /* of the seat that gave the team; NULL: none did */
    unsigned char *spoiled; /* of each indicator: it was given, but wrong */
    size_t call_capacity;
    size_t period_fault_line; /* of the last row that is of another period; 0: none is */
    int blocked;
    int not_for_post;
    int is_summary; /* a row about the others: named, not appraised */
};

/* Is there a sheet of the subject's? */
int cqa_subject_counts(const struct cqa_subject *subject);

struct cqa_engine_run {
    const struct cqa_appraisal_input *input;
    const struct cqa_scheme *scheme;
    struct cqa_faults *faults;
    struct cqa_appraisal *out;
    struct cqa_arena *arena;
    struct cqa_names names;
    struct cqa_subject *subjects;
    size_t *seats_before;   /* of each seat of the roster: the same person's, as last_seat */
    struct cqa_buffer text; /* for one explanation at a time */
    char period_seen[CQA_PERIOD_SIZE]; /* that is appraised, or of most rows; "": nobody says it */
    char window[CQA_PERIOD_SIZE];      /* the period whose calls count; "": nobody said */
    char not_at_hand[CQA_PERIOD_SIZE]; /* the last period of which nobody's sheet was found */
    unsigned char *withheld;           /* of each item: it hangs on the whole group */
    int posts_known;                   /* import or roster name posts at all */
    int is_check;                      /* of one table: others may bring the months it lacks */
    int periods_unclear; /* no period is that of most rows, and nobody said which is meant */
    int calls_unclear;   /* they are of several periods, and nobody said which */
    int no_memory;
};

/* Zeroed; NULL sets `no_memory`. */
void *cqa_run_alloc(struct cqa_engine_run *run, size_t count, size_t size);
const char *cqa_run_text(struct cqa_engine_run *run); /* a copy of run->text, which is emptied */
void cqa_run_note(struct cqa_engine_run *run, const char *format, ...) CQA_MESSAGE(2, 3);

/* Adds a fault of the subject and keeps it from being computed. `about` as of struct cqa_fault. */
void cqa_run_fault(struct cqa_engine_run *run, struct cqa_subject *subject, const char *about,
                   struct cqa_place at, const char *format, ...) CQA_MESSAGE(5, 6);

/* What the sheet calls the row's indicator; where that is its id, as cqa_label_of. */
struct cqa_text cqa_row_label(const struct cqa_indicator *indicator, const struct cqa_row *row);
/* `at`; where that is not known, the place of the row's value. */
struct cqa_place cqa_row_place(struct cqa_place at, const struct cqa_row *row);
/* The period of the scheme that the row is in; "": it names none, or none that can be. */
void cqa_run_period_of(const struct cqa_engine_run *run, const struct cqa_row *row,
                       char out[CQA_PERIOD_SIZE]);

/* Rows to subjects, posts, and what the rows give for each indicator. */
enum cqa_status cqa_run_collect(struct cqa_engine_run *run);
void cqa_run_imported(struct cqa_engine_run *run, struct cqa_subject *subject);

/* What the roster says in the period: posts where the import names none, teams; then days, where
 * an indicator counts them and nothing was imported. */
void cqa_run_seats(struct cqa_engine_run *run);
/* Faults of those whom the roster has in a post of the scheme, and the rows do not name. */
enum cqa_status cqa_run_absent(struct cqa_engine_run *run);
void cqa_run_days(struct cqa_engine_run *run, struct cqa_subject *subject);

/* 0: the roster knows the person, and has them in this period nowhere, or in posts alone that the
 * scheme is not for. */
int cqa_run_was_there(const struct cqa_engine_run *run, const struct cqa_subject *subject,
                      const char *period);

/* Raters that the page would refuse: oneself, strangers, one person in two spellings. */
void cqa_run_raters(struct cqa_engine_run *run, struct cqa_subject *subject,
                    const struct cqa_indicator *indicator, const struct cqa_figure *figure);
/* Of a self-rating that was typed and imported without a rater, the typed one counts: it is one
 * rater. */
void cqa_figure_drop_retold(const struct cqa_indicator *indicator, struct cqa_figure *figure);

/* Is the row the lowest or the highest of its figure's, which a trimmed mean leaves out? */
int cqa_row_is_trimmed(const struct cqa_indicator *indicator, const struct cqa_figure *figure,
                       const struct cqa_row *row);

/* What earlier sheets of the agent gave, where an indicator carries it over. */
void cqa_run_carried(struct cqa_engine_run *run, struct cqa_subject *subject);

/* Is it known what calls there were? */
int cqa_run_has_results(const struct cqa_engine_run *run);
/* The period's calls to subjects; then what they give, where nothing was imported. */
void cqa_run_calls(struct cqa_engine_run *run);
void cqa_run_measured(struct cqa_engine_run *run, struct cqa_subject *subject);

/* The calls that a measured number stands on, as its trace lists them, in `taken`, which has room
 * for all of `calls`. */
void cqa_measured_take(const struct cqa_scheme *scheme, size_t index,
                       const struct cqa_scored_call *const *calls, size_t count,
                       struct cqa_taken *taken);

/* Is a measured value within the indicator's range? 0: a fault says so. */
int cqa_run_measured_fits(struct cqa_engine_run *run, struct cqa_subject *subject, size_t index,
                          struct cqa_rational value);
/* The figure of an indicator that has parts: each by its own calls. */
void cqa_run_take_parts(struct cqa_engine_run *run, struct cqa_subject *subject, size_t index);
/* Months of the period in which the agent was there, and none of the calls is: "2025-10, 2025-12".
 * NULL: none. */
const char *cqa_run_empty_months(struct cqa_engine_run *run, const struct cqa_subject *subject,
                                 const struct cqa_tally_figure *tally);

/* What all months of a figure that is there come to: calls are those of the whole period. */
struct cqa_rational cqa_figure_sum(const struct cqa_figure *figure);

/* On how much of the agent's calls a measured number stands; 0: on less than is asked for, which is
 * a fault of the subject. */
void cqa_run_coverage(const struct cqa_engine_run *run, const struct cqa_subject *subject,
                      size_t indicator, struct cqa_measured *measured);
int cqa_run_covered(struct cqa_engine_run *run, struct cqa_subject *subject, size_t indicator);

/* Rounding, capping, defaults, and what is missing. */
void cqa_run_settle(struct cqa_engine_run *run, struct cqa_subject *subject);

/* Items [first, end) of the sheet. Overflow blocks the subject. */
void cqa_run_items(struct cqa_engine_run *run, struct cqa_subject *subject, size_t first,
                   size_t end);

/* The item's points rounded as the scheme says, which is said in run->text. */
struct cqa_rational cqa_run_rounded(struct cqa_engine_run *run, const struct cqa_scheme_item *item,
                                    struct cqa_rational points);

/* What the parts of a figure come to, of `parts` that the period has; how is said. */
struct cqa_rational cqa_figure_over(const struct cqa_scheme_item *item,
                                    const struct cqa_figure *figure, int parts,
                                    struct cqa_buffer *how);

/* The same of all subjects, an item after the other where one looks at the whole team. */
void cqa_run_all_items(struct cqa_engine_run *run, size_t first, size_t end);
void cqa_run_lines(struct cqa_engine_run *run, struct cqa_subject *subject);
void cqa_run_assume(struct cqa_engine_run *run, struct cqa_sheet *sheet,
                    const struct cqa_assumption *assumption);

/* Where somebody of a group is left out with an error: takes back what hangs on the whole group;
 * then its lines. */
void cqa_run_preliminary(struct cqa_engine_run *run);
void cqa_run_withhold_lines(const struct cqa_engine_run *run, struct cqa_sheet *sheet);

/* Grades by score, ranks, the forced distribution; then coefficient and bonus. */
void cqa_run_grades(struct cqa_engine_run *run);

#endif
