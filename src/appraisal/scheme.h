/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_SCHEME_H
#define CQA_APPRAISAL_SCHEME_H

#include <stddef.h>
#include "appraisal/indicator.h"
#include "appraisal/item.h"
#include "appraisal/rational.h"
#include "base/arena.h"
#include "base/problems.h"
#include "base/text.h"

/*
 * A scheme: how the indicators of a period become points, a grade and pay. Data of models/schemes/,
 * never code; docs/schemes.md describes the file. Plain data once loaded, never changed, shared by
 * threads.
 */

enum { CQA_GRADES_MAX = 64 };

struct cqa_grade {
    const char *id; /* as the document says it: "优秀" */
    struct cqa_text names;
    struct cqa_band band;            /* of the total */
    struct cqa_rational coefficient; /* none: the scheme has none */
    struct cqa_rational other;       /* coefficient that the document offers as well; none: none */
    struct cqa_rational bonus;       /* none: the scheme has none */
    struct cqa_rational quota_pct;   /* of the forced distribution */
};

/* Whether a number that the sheet has compares with another. */
struct cqa_test {
    int is_given; /* 0: there is no such test, nobody passes it */
    struct cqa_ref of;
    enum cqa_compare compare;
    struct cqa_rational against;
    size_t line; /* of the scheme file */
    size_t column;
};

/* Who passes the test has no better grade than this, by score or by distribution. */
struct cqa_grade_limit {
    struct cqa_test test;
    size_t grade;
    struct cqa_text reason; /* for the sheet */
};

struct cqa_rank_bonus {
    struct cqa_rational *amounts; /* of rank 1, 2, … */
    size_t count;
    struct cqa_rational others;
    const struct cqa_assumption *assumed;
};

/* A line of an agent's sheet: an item, or the part of an item that an indicator brings. */
struct cqa_line_spec {
    const char *id;
    struct cqa_text names;
    size_t item;
    int part; /* CQA_NOWHERE: the item itself */
    int pay;
};

enum cqa_pay_by { CQA_PAY_BY_SCORE, CQA_PAY_BY_DISTRIBUTION };
enum cqa_bonus_by { CQA_BONUS_BY_LEVEL, CQA_BONUS_BY_RANK };

struct cqa_scheme {
    const char *id;
    const char *version;
    struct cqa_text names;
    const char *source; /* the document it stands in */
    enum cqa_period period;
    int units;                /* it compares units, not agents */
    const char *const *posts; /* that it is for, or not for; NULL: for all */
    size_t post_count;
    int posts_excluded;                  /* `posts` are those that it is not for */
    int posts_within;                    /* … and it is enough that a post's name holds one */
    const struct cqa_assumption **notes; /* assumptions of the scheme as a whole */
    size_t note_count;

    struct cqa_indicator *indicators;
    size_t indicator_count;
    struct cqa_scheme_item *items; /* in order of computing: an item looks only at earlier ones */
    size_t item_count;
    size_t pay_first; /* items from here on are pay: computed after the grade */
    struct cqa_line_spec *lines;
    size_t line_count;
    int total; /* index of an item, or CQA_NOWHERE */
    int pay;   /* index of an item, or CQA_NOWHERE */

    struct cqa_grade *grades; /* best first */
    size_t grade_count;
    const struct cqa_assumption *grades_assumed;
    int distributed;        /* the grades have quotas */
    size_t group_least;     /* smaller groups are not distributed */
    int ranked_by_team;     /* ranks and quotas are those of each team */
    struct cqa_test exempt; /* who passes it is graded by score alone, among nobody */
    struct cqa_grade_limit *limits;
    size_t limit_count;
    const struct cqa_assumption *distribution_assumed;
    enum cqa_pay_by pay_by;
    enum cqa_bonus_by bonus_by;
    struct cqa_rank_bonus rank_bonus;
    struct cqa_rational
        low_total; /* below this total the bonus is `low_bonus` whatever else; none: no such rule */
    struct cqa_rational low_bonus;
    size_t low_line; /* where it stands in the scheme file */
    size_t low_column;

    struct cqa_arena arena;
    struct cqa_yaml *yaml; /* the strings live in it */
};

/* Reads and checks a scheme; NULL when there were problems (all of them are in `problems`).
 * Owned, free with cqa_scheme_destroy. */
struct cqa_scheme *cqa_scheme_load(const char *path, struct cqa_problems *problems);
void cqa_scheme_destroy(struct cqa_scheme *scheme);

/* Index of the indicator with this id or (in either language) name, CQA_NOWHERE when there is none.
 */
int cqa_scheme_indicator(const struct cqa_scheme *scheme, const char *name);

/* Is the indicator's unit percent? */
int cqa_scheme_in_percent(const struct cqa_indicator *indicator);

/* Does the scheme apply to this post? Posts are compared without case, spaces, "-" and
 * "_", and what is of full width as what is not. */
int cqa_scheme_applies(const struct cqa_scheme *scheme, const char *post);
int cqa_scheme_post_among(const char *post, const char *const *posts, size_t count);

/* Is the indicator of pay alone (a wage)? Whoever may not see pay does not see it either. */
int cqa_scheme_private(const struct cqa_scheme *scheme, size_t indicator);

/* Whether what is about this indicator or item (an id; NULL: none) is for those alone who see pay:
 * also where the scheme does not know it. */
int cqa_scheme_about_pay(const struct cqa_scheme *scheme, const char *about);

#endif
