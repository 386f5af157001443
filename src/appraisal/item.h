/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_ITEM_H
#define CQA_APPRAISAL_ITEM_H

#include <stddef.h>
#include "appraisal/indicator.h"
#include "appraisal/rational.h"
#include "base/text.h"

/* How a scheme computes: items, each of a type that has no expressions, only fields. */

enum cqa_ref_kind { CQA_REF_INDICATOR, CQA_REF_ITEM, CQA_REF_NUMBER, CQA_REF_BONUS };

struct cqa_ref {
    enum cqa_ref_kind kind;
    size_t index;               /* of the indicator or item */
    struct cqa_rational number; /* CQA_REF_NUMBER */
};

/* What an item is made of. */
struct cqa_part {
    struct cqa_ref of;
    struct cqa_rational weight; /* sum: 1 or -1 */
    struct cqa_ref weighs;      /* weighted: in %, a number or from data */
    const struct cqa_assumption *assumed;
};

/* One step of bands: where it lies, and what it gives. */
struct cqa_band {
    struct cqa_rational low; /* none: no end there */
    struct cqa_rational high;
    int low_open; /* the end itself is outside */
    int high_open;
    struct cqa_rational points;
    int is_rate; /* points for each unit of the whole volume */
    const struct cqa_assumption *assumed;
    size_t line;
    size_t column;
};

enum cqa_item_type {
    CQA_ITEM_VALUE, /* as it is, or a percentage of it, or times the grade's coefficient */
    CQA_ITEM_SUM,
    CQA_ITEM_MEAN,
    CQA_ITEM_WEIGHTED,
    CQA_ITEM_BANDS,       /* points or rate by where the value lies: tiers, lookups, score bands */
    CQA_ITEM_LINEAR,      /* around a target */
    CQA_ITEM_THRESHOLD,   /* pass or fail */
    CQA_ITEM_OCCURRENCES, /* so much for each */
    CQA_ITEM_RATIO,
    CQA_ITEM_PRODUCT,
    CQA_ITEM_MIN,
    CQA_ITEM_MAX,
    CQA_ITEM_IF,        /* one of two values, by a comparison */
    CQA_ITEM_TEAM_MEAN, /* over the agents of the team */
    CQA_ITEM_PARTS,     /* over the parts of the period that an indicator has: its lowest month */
    CQA_ITEM_TYPE_COUNT
};

enum cqa_compare { CQA_AT_LEAST, CQA_AT_MOST, CQA_ABOVE, CQA_BELOW };
int cqa_compare_holds(enum cqa_compare compare, int order); /* of cqa_rational_compare */
extern const char *const cqa_compare_signs[];               /* " ≥ ", … */

/* What the parts come to. HITS: how many of them compare as the item says. */
enum cqa_over {
    CQA_OVER_MEAN,
    CQA_OVER_SUM,
    CQA_OVER_LOWEST,
    CQA_OVER_HIGHEST,
    CQA_OVER_HITS,
    CQA_OVER_COUNT
};
extern const char *const cqa_over_words[CQA_OVER_COUNT + 1];

/* Beside what every item has, only the fields of its type count. Numbers that are none are absent.
 */
struct cqa_scheme_item {
    const char *id;
    struct cqa_text names;
    const char *unit;
    struct cqa_part *parts;
    size_t part_count;
    const struct cqa_assumption *assumed;
    size_t line;
    size_t column;
    enum cqa_item_type type;
    enum cqa_compare compare;  /* threshold, if */
    int times_coefficient;     /* value, in pay only */
    struct cqa_rational floor; /* of the points */
    struct cqa_rational ceiling;
    int round_places; /* of the points, last of all; CQA_NOWHERE: they are not rounded */

    struct cqa_rational percent; /* value */
    struct cqa_band *bands;
    size_t band_count;
    int marginal;                    /* bands: each unit at the rate of the row that it lies in */
    struct cqa_rational weights_sum; /* weighted: 100 unless it says otherwise */
    int shared;                      /* weighted: what is absent leaves its weight to the others */
    struct cqa_rational target;      /* linear */
    struct cqa_rational at_target;
    struct cqa_rational above; /* linear: for each unit above the target, below it */
    struct cqa_rational below;
    struct cqa_rational step; /* linear: only whole steps count, "above" and "below" are for each;
                                 none: every part of a unit counts */
    enum cqa_over over_by;    /* parts */
    struct cqa_ref against;   /* threshold, if; parts: a number */
    struct cqa_ref then;      /* if */
    struct cqa_ref otherwise; /* if */
    struct cqa_rational pass;
    struct cqa_rational fail;
    struct cqa_rational each; /* occurrences */
    struct cqa_rational cap;  /* occurrences: the points' greatest size */
    struct cqa_ref over;      /* ratio */
    struct cqa_rational times;
    struct cqa_rational over_zero; /* ratio: what it is when `over` is 0; none: that cannot be */
};

/* Is `value` inside the band? */
int cqa_band_holds(const struct cqa_band *band, struct cqa_rational value);

/* The `index`-th thing that the item looks at, in the order of the file; NULL behind the last. */
const struct cqa_ref *cqa_item_ref(const struct cqa_scheme_item *item, size_t index);

extern const char *const cqa_item_type_words[CQA_ITEM_TYPE_COUNT + 1];

#endif
