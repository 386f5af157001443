/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_TALLY_H
#define CQA_APPRAISAL_TALLY_H

#include "appraisal/calls.h"
#include "appraisal/period.h"
#include "base/buffer.h"

/*
 * What one agent's calls of a period come to under a scheme: all that anybody's numbers need of
 * them. Only the trace of the agent's own sheet looks at the calls one by one. A tally depends on
 * the scheme, the period and those calls alone, so that it can be kept (docs/decisions/0211).
 */

/* The rubrics, with their versions, that scored calls. What is more than there is room for is not
 * told apart. */
enum { CQA_RUBRICS_USED = 32 };
struct cqa_rubric_used {
    const char *rubric;
    const char *version; /* NULL: unknown */
    size_t calls;
};

/* What one call gave for a measured indicator. */
struct cqa_taken {
    const struct cqa_scored_call *call;
    struct cqa_rational value;
};

/* What values come to, as they are added one by one: so that more can be added to what was kept,
 * and everything comes out as if they had been there from the beginning. */
struct cqa_gathered {
    size_t calls;
    struct cqa_rational value; /* as the indicator takes them; none: no calls, or too many digits */
    struct cqa_rational sum;
    double mean, apart;          /* and the sum of the squares of what each is off from it */
    struct cqa_rational *values; /* of a median, in the order of their calls; else NULL */
};

/* Of one measured indicator: of the calls that give it. */
struct cqa_tally_figure {
    struct cqa_gathered all;
    size_t flagged;             /* with a flag */
    size_t heard;               /* a person heard them */
    size_t undecided;           /* flags nobody has decided */
    double spread;              /* standard deviation of a mean's; 0: fewer than two calls */
    unsigned months;            /* of the period, a bit each: there are some */
    const char *rubrics[2];     /* that scored the first of them, and the first other; NULL */
    struct cqa_gathered *parts; /* where the indicator has a value for each part of the period, such
                                 * as a month of a quarter */
    size_t part_count;
};

struct cqa_tally {
    size_t calls;                    /* of the period */
    size_t outside;                  /* of another one, or of unknown time: they count nothing */
    size_t undecided;                /* flags nobody has decided */
    size_t unusable;                 /* without a part in a mean of scores */
    unsigned months;                 /* of the period, a bit each: there are some */
    struct cqa_rubric_used *rubrics; /* in order of first sight */
    size_t rubric_count;
    struct cqa_tally_figure *figures; /* one for each indicator of the scheme */
};

/* The same of one whose calls are not at hand. */
struct cqa_known_tally {
    const char *person; /* NULL: calls of nobody */
    struct cqa_tally tally;
};
struct cqa_known_tallies {
    const struct cqa_known_tally *items; /* each person once */
    size_t count;
};

/* Does any indicator of the scheme depend on calls? */
int cqa_scheme_takes_calls(const struct cqa_scheme *scheme);

/* Did the call begin in another period, or at an unknown time? `window` "": no period is known. */
int cqa_call_is_outside(const struct cqa_scored_call *call, const char *window);

/* The bit of the period's month that it began in; 0: in none of them. */
unsigned cqa_call_month(const char *window, const struct cqa_scored_call *call);

/* Of calls of one agent that are all in the period, in order of their numbers; `before` is of those
 * before them, read whole, or NULL. CQA_E_NOMEM only; all of it is in `arena`, with texts and
 * values of `before`. */
enum cqa_status cqa_tally_make(const struct cqa_scheme *scheme, const char *window,
                               const struct cqa_tally *before,
                               const struct cqa_scored_call *const *calls, size_t count,
                               struct cqa_arena *arena, struct cqa_tally *out) CQA_MUST_CHECK;

enum { CQA_TALLY_BYTES_MAX = 1 << 20 }; /* no text of one is longer */

/* A tally as text, exact, and read again by the same scheme and period. 0: it is no such text. The
 * values of medians, which stand behind all else, are needed only where more is to be added. */
enum cqa_tally_text { CQA_TALLY_NUMBERS, CQA_TALLY_WHOLE };
void cqa_tally_write(const struct cqa_scheme *scheme, const struct cqa_tally *tally,
                     enum cqa_tally_text how, struct cqa_buffer *out);
int cqa_tally_read(const struct cqa_scheme *scheme, const char *text, enum cqa_tally_text how,
                   struct cqa_arena *arena, struct cqa_tally *out);

#endif
