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

/* Of a part of the period, such as a month of a quarter. */
struct cqa_tally_part {
    size_t calls;
    struct cqa_rational value; /* none: no calls */
};

/* Of one measured indicator: of the calls that give it. */
struct cqa_tally_figure {
    size_t calls;
    size_t flagged;               /* with a flag */
    size_t heard;                 /* a person heard them */
    size_t undecided;             /* flags nobody has decided */
    struct cqa_rational value;    /* what they come to; none: no calls, or too many digits */
    double spread;                /* standard deviation of a mean's; 0: fewer than two calls */
    unsigned months;              /* of the period, a bit each: there are some */
    const char *rubrics[2];       /* that scored the first of them, and the first other; NULL */
    struct cqa_tally_part *parts; /* where the indicator has a value for each part */
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

/* Of calls of one agent that are all in the period. CQA_E_NOMEM only; all of it is in `arena`. */
enum cqa_status cqa_tally_make(const struct cqa_scheme *scheme, const char *window,
                               const struct cqa_scored_call *const *calls, size_t count,
                               struct cqa_arena *arena, struct cqa_tally *out) CQA_MUST_CHECK;

/* Those of `calls` that give the indicator, in `taken`, which has room for all; how many. */
size_t cqa_tally_taken(size_t indicator, const struct cqa_scored_call *const *calls, size_t count,
                       struct cqa_taken *taken);

/* What calls come to, as `measuring` takes them; sorts them for a median. */
struct cqa_rational cqa_taken_value(const struct cqa_measuring *measuring, struct cqa_taken *taken,
                                    size_t count);

enum { CQA_TALLY_BYTES_MAX = 1 << 20 }; /* no text of one is longer */

/* A tally as text, exact, and read again by the same scheme and period. 0: it is no such text. */
void cqa_tally_write(const struct cqa_scheme *scheme, const struct cqa_tally *tally,
                     struct cqa_buffer *out);
int cqa_tally_read(const struct cqa_scheme *scheme, const char *text, struct cqa_arena *arena,
                   struct cqa_tally *out);

#endif
