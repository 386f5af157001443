/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_INDICATOR_H
#define CQA_APPRAISAL_INDICATOR_H

#include <stddef.h>
#include "appraisal/period.h"
#include "appraisal/rational.h"
#include "base/text.h"

/* What goes into a scheme: the indicators of a period, imported, entered by a person, or measured
 * from the calls. */

/* A value that the source document does not give. Whoever uses it says so. NULL: the document gives
 * it. */
struct cqa_assumption {
    const char *where; /* "items.wrong_orders", "grades.合格" */
    struct cqa_text reason;
};

enum cqa_need { CQA_NEED_REQUIRED, CQA_NEED_OPTIONAL, CQA_NEED_MEASURED };
enum cqa_by { CQA_BY_MEAN, CQA_BY_MEDIAN, CQA_BY_SUM };

/* Rows of one month: raters, whose mean counts; cases that add up; raters of whom the lowest and
 * the highest are left out (from three on). */
enum cqa_rows_by { CQA_ROWS_MEAN, CQA_ROWS_SUM, CQA_ROWS_TRIMMED };

/* What the roster gives: days in a post that the scheme is for, or all days of the period. */
enum cqa_by_roster { CQA_ROSTER_NONE, CQA_ROSTER_DAYS, CQA_ROSTER_PERIOD_DAYS };

/* What earlier sheets of the same scheme give: that of the period before, those of the last few
 * periods, or all of the year so far. */
enum cqa_carried_from { CQA_CARRIED_BEFORE, CQA_CARRIED_YEAR, CQA_CARRIED_LAST };
enum cqa_carried_by {
    CQA_CARRIED_MEAN,
    CQA_CARRIED_SUM,
    CQA_CARRIED_LOWEST,
    CQA_CARRIED_HIGHEST,
    CQA_CARRIED_SHEETS /* how many there are */
};
enum { CQA_CARRIED_PERIODS_MAX = 12 };
struct cqa_carrying {
    const char *of; /* id of an item or an indicator, "total" */
    enum cqa_carried_from from;
    int periods; /* of the last: that many; who has fewer has no value */
    enum cqa_carried_by by;
};
/* Stores keep the number. From CQA_RATED_BY_PEERS on many rate one, and their names are not for
 * that one. */
enum cqa_rated_by {
    CQA_RATED_BY_NONE,
    CQA_RATED_BY_SELF,
    CQA_RATED_BY_SUPERVISOR,
    CQA_RATED_BY_PEERS,        /* everyone, oneself included */
    CQA_RATED_BY_COLLEAGUES,   /* the others of the own team */
    CQA_RATED_BY_SUBORDINATES, /* whom the one who is rated leads */
    CQA_RATED_BY_COUNT
};
extern const char *const cqa_rated_by_words[CQA_RATED_BY_COUNT + 1]; /* "none", "self", … */

enum { CQA_NOWHERE = -1 }; /* an index that points at nothing */

/* What the calls of the period give for an indicator. */
struct cqa_measuring {
    const char *take; /* "score", "flags", or a measure's name; times (…_ms) are taken in seconds */
    enum cqa_by by;   /* of flags always the sum */
    const char *const *rules; /* flags: ids of the rubric's rules that count */
    size_t rule_count;
    const char *rubric;    /* only calls scored by this rubric; NULL: all */
    const char *direction; /* only calls of this direction; NULL: all */
    int positive;          /* only values above 0: a ring of 0 s was not recorded */
    int over;              /* index of the indicator to divide by, or CQA_NOWHERE */
    struct cqa_rational times;
    int handled; /* coverage: index of the indicator that counts all calls, or CQA_NOWHERE */
    struct cqa_rational least_pct; /* share of the handled calls below which it is asked about */
    size_t least_calls;            /* the same, as a number of calls */
};

struct cqa_indicator {
    const char *id;
    struct cqa_text names;
    const char *unit; /* NULL: a bare number */
    enum cqa_need need;
    enum cqa_period period;
    enum cqa_rated_by rated_by;
    struct cqa_rational low; /* input range, both ends taken */
    struct cqa_rational high;
    int or_zero; /* 0 is taken too, where the range starts above it */
    enum cqa_rows_by rows_by;
    const char *const *words; /* what may stand for a number: "P1"; NULL: nothing */
    const struct cqa_rational *word_values;
    size_t word_count;
    int small;               /* percent: below 1 is usual */
    int whole;               /* whole numbers only */
    int yes_no;              /* 0 or 1, also written as words */
    int round_places;        /* the value is rounded before use; CQA_NOWHERE: it is not */
    struct cqa_rational cap; /* the value counts up to here; none: no cap */
    struct cqa_rational
        absent; /* optional: stands in where there is no value; none: nothing does */
    const char *const *required_for; /* optional: posts for which it is required */
    size_t required_for_count;
    struct cqa_measuring *measuring; /* NULL: never measured */
    enum cqa_by_roster by_roster;
    const struct cqa_carrying *carrying; /* NULL: nothing is carried over */
    const struct cqa_assumption *assumed;
    size_t line; /* of the scheme file */
    size_t column;
};

/* What messages call it: its id, or its name in Chinese. */
static inline struct cqa_text cqa_label_of(const struct cqa_indicator *indicator)
{
    return (struct cqa_text){indicator->id, indicator->names.zh};
}

#endif
