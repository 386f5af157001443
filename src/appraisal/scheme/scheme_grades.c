/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "appraisal/scheme/scheme_load.h"

/* Grades, their forced distribution, and what coefficient and bonus hang on. */

static void load_grade(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                       struct cqa_grade *grade)
{
    static const char *const keys[] = {"grade",  "names",          "from",  "above", "to",
                                       "below",  "coefficient",    "bonus", "quota", "assumed",
                                       "reason", "or_coefficient", NULL};

    cqa_yaml_only(node, keys, loader->problems);
    cqa_yaml_get_string(node, "grade", 1, &grade->id, loader->problems);
    cqa_yaml_get_text(node, "names", 1, &grade->names, loader->problems);
    cqa_scheme_load_ends(loader, node, &grade->band);
    grade->coefficient = grade->other = grade->bonus = grade->quota_pct = cqa_rational_none();
    cqa_scheme_number(loader, node, "or_coefficient", 0, &grade->other);
    cqa_scheme_number(loader, node, "coefficient", 0, &grade->coefficient);
    cqa_scheme_number(loader, node, "bonus", 0, &grade->bonus);
    cqa_scheme_number(loader, node, "quota", 0, &grade->quota_pct);
    grade->band.assumed = cqa_scheme_assumption(loader, node, "grades", grade->id);
}

/* All grades or none have a quota, a coefficient, a bonus; the quotas fill 100 %. */
static void check_grades(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *list)
{
    const struct cqa_scheme *scheme = loader->scheme;
    struct cqa_rational sum = cqa_rational_whole(0);
    size_t quotas = 0;
    size_t coefficients = 0;
    size_t bonuses = 0;

    for (size_t i = 0; i < scheme->grade_count; i++) {
        const struct cqa_grade *grade = &scheme->grades[i];
        coefficients += cqa_rational_valid(grade->coefficient) != 0;
        bonuses += cqa_rational_valid(grade->bonus) != 0;
        if (cqa_rational_valid(grade->quota_pct)) {
            sum = cqa_rational_add(sum, grade->quota_pct);
            quotas++;
            if (cqa_rational_sign(grade->quota_pct) < 0)
                cqa_problems_add(loader->problems, grade->band.line, grade->band.column,
                                 "a quota below 0; allowed: 0 to 100");
        }
        for (size_t k = 0; k < i; k++)
            if (grade->id != NULL && scheme->grades[k].id != NULL &&
                strcmp(grade->id, scheme->grades[k].id) == 0)
                cqa_problems_add(loader->problems, grade->band.line, grade->band.column,
                                 "the grade \"%s\" is given twice", grade->id);
    }
    if ((quotas != 0 && quotas != scheme->grade_count) ||
        (coefficients != 0 && coefficients != scheme->grade_count) ||
        (bonuses != 0 && bonuses != scheme->grade_count))
        cqa_yaml_problem(
            list, loader->problems,
            "\"quota\", \"coefficient\" and \"bonus\" stand in every grade or in none");
    else if (quotas != 0 && cqa_rational_compare(sum, cqa_rational_whole(100)) != 0) {
        char text[CQA_RATIONAL_TEXT];
        cqa_yaml_problem(list, loader->problems, "the quotas sum to %s; allowed: 100",
                         cqa_rational_exact(sum, text));
    }
    loader->scheme->distributed = quotas != 0;
}

static void load_grades(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    struct cqa_scheme *scheme = loader->scheme;
    const struct cqa_yaml_node *list =
        cqa_yaml_want(root, "grades", CQA_YAML_LIST, 0, loader->problems);

    if (list == NULL)
        return;
    if (scheme->total == CQA_NOWHERE)
        cqa_yaml_problem(list, loader->problems, "grades need a \"total\" to look at");
    scheme->grades = cqa_scheme_alloc(loader, cqa_yaml_count(list), sizeof *scheme->grades);
    if (scheme->grades == NULL)
        return;
    scheme->grade_count = cqa_yaml_count(list);
    if (scheme->grade_count == 0 || scheme->grade_count > CQA_GRADES_MAX)
        cqa_yaml_problem(list, loader->problems, "%zu grades; allowed: 1 to %d",
                         scheme->grade_count, CQA_GRADES_MAX);
    for (size_t i = 0; i < scheme->grade_count; i++)
        load_grade(loader, cqa_yaml_item(list, i), &scheme->grades[i]);
    check_grades(loader, list);
}

/* "of: leave_days, above: 10" among the keys of `node`. */
static void load_test(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                      struct cqa_test *test)
{
    const struct cqa_scheme *scheme = loader->scheme;
    struct cqa_ref against = {.kind = CQA_REF_NUMBER};
    const struct cqa_yaml_node *of =
        cqa_yaml_want(node, "of", CQA_YAML_SCALAR, 1, loader->problems);

    if (of != NULL && cqa_scheme_resolve(loader, of, &test->of) &&
        (test->of.kind == CQA_REF_BONUS ||
         (test->of.kind == CQA_REF_ITEM && test->of.index >= scheme->pay_first)))
        cqa_yaml_problem(of, loader->problems, "pay comes after the grade");
    if (cqa_scheme_load_compare(loader, node, &test->compare, &against) != 1 ||
        against.kind != CQA_REF_NUMBER)
        cqa_yaml_problem(node, loader->problems,
                         "must have one of at_least, at_most, above, below, with a number");
    test->against = against.number;
    test->line = cqa_yaml_line(node);
    test->column = cqa_yaml_column(node);
    test->is_given = 1;
}

/* "except: {of: leave_days, above: 10}" */
static void load_exempt(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *distribution)
{
    static const char *const keys[] = {"of", "at_least", "at_most", "above", "below", NULL};
    const struct cqa_yaml_node *node =
        cqa_yaml_want(distribution, "except", CQA_YAML_MAP, 0, loader->problems);

    if (node == NULL)
        return;
    cqa_yaml_only(node, keys, loader->problems);
    load_test(loader, node, &loader->scheme->exempt);
}

static void load_limit(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                       struct cqa_grade_limit *limit)
{
    static const char *const keys[] = {"grade", "of",    "at_least", "at_most",
                                       "above", "below", "reason",   NULL};
    const struct cqa_scheme *scheme = loader->scheme;
    const char *grade = NULL;

    cqa_yaml_only(node, keys, loader->problems);
    load_test(loader, node, &limit->test);
    cqa_yaml_get_text(node, "reason", 1, &limit->reason, loader->problems);
    if (!cqa_yaml_get_string(node, "grade", 1, &grade, loader->problems))
        return;
    while (limit->grade < scheme->grade_count &&
           (scheme->grades[limit->grade].id == NULL ||
            strcmp(scheme->grades[limit->grade].id, grade) != 0))
        limit->grade++;
    if (limit->grade == scheme->grade_count)
        cqa_yaml_problem(cqa_yaml_find(node, "grade"), loader->problems, "\"%s\" is no grade",
                         grade);
}

/* "no_better: [{grade: C, of: major_errors, at_least: 1, reason: …}]" */
static void load_limits(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    struct cqa_scheme *scheme = loader->scheme;
    const struct cqa_yaml_node *list =
        cqa_yaml_want(root, "no_better", CQA_YAML_LIST, 0, loader->problems);
    const size_t count = list != NULL ? cqa_yaml_count(list) : 0;

    scheme->limits = cqa_scheme_alloc(loader, count, sizeof *scheme->limits);
    for (size_t i = 0; scheme->limits != NULL && i < count; i++)
        load_limit(loader, cqa_yaml_item(list, i), &scheme->limits[scheme->limit_count++]);
}

static void load_distribution(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    static const char *const keys[] = {"group_at_least", "by", "except", "assumed", "reason", NULL};
    static const char *const by_words[] = {"all", "team", NULL};
    struct cqa_scheme *scheme = loader->scheme;
    const struct cqa_yaml_node *node =
        cqa_yaml_want(root, "distribution", CQA_YAML_MAP, 0, loader->problems);
    int64_t least = 1;

    if (node != NULL) {
        cqa_yaml_only(node, keys, loader->problems);
        cqa_yaml_get_whole(node, "group_at_least", 1, 1, 1000000, &least, loader->problems);
        cqa_yaml_get_word(node, "by", 0, by_words, &scheme->ranked_by_team, loader->problems);
        load_exempt(loader, node);
        scheme->distribution_assumed = cqa_scheme_assumption(loader, node, "distribution", NULL);
        if (!scheme->distributed)
            cqa_yaml_problem(node, loader->problems,
                             "a distribution needs a \"quota\" in each grade");
    }
    scheme->group_least = (size_t)least;
}

static void load_rank_bonus(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    static const char *const keys[] = {"amounts", "others", "assumed", "reason", NULL};
    struct cqa_rank_bonus *bonus = &loader->scheme->rank_bonus;
    const struct cqa_yaml_node *node =
        cqa_yaml_want(root, "rank_bonus", CQA_YAML_MAP, 0, loader->problems);

    if (node == NULL)
        return;
    cqa_yaml_only(node, keys, loader->problems);
    cqa_scheme_number(loader, node, "others", 1, &bonus->others);
    bonus->assumed = cqa_scheme_assumption(loader, node, "rank_bonus", NULL);
    const struct cqa_yaml_node *list =
        cqa_yaml_want(node, "amounts", CQA_YAML_LIST, 1, loader->problems);
    if (list == NULL)
        return;
    bonus->amounts = cqa_scheme_alloc(loader, cqa_yaml_count(list), sizeof *bonus->amounts);
    for (size_t i = 0; bonus->amounts != NULL && i < cqa_yaml_count(list); i++)
        bonus->count += (size_t)cqa_scheme_as_number(loader, cqa_yaml_item(list, i),
                                                     &bonus->amounts[bonus->count]);
    if (bonus->count == 0)
        cqa_yaml_problem(list, loader->problems,
                         "\"amounts\" is empty; allowed: one number or more");
}

static void load_low_bonus(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    static const char *const keys[] = {"total_below", "bonus", NULL};
    struct cqa_scheme *scheme = loader->scheme;
    const struct cqa_yaml_node *node =
        cqa_yaml_want(root, "low_bonus", CQA_YAML_MAP, 0, loader->problems);

    if (node == NULL)
        return;
    cqa_yaml_only(node, keys, loader->problems);
    scheme->low_line = cqa_yaml_line(node);
    scheme->low_column = cqa_yaml_column(node);
    cqa_scheme_number(loader, node, "total_below", 1, &scheme->low_total);
    cqa_scheme_number(loader, node, "bonus", 1, &scheme->low_bonus);
}

/* "coefficients: other": where a document offers two, the second one. */
static void choose_coefficients(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    static const char *const words[] = {"first", "other", NULL};
    struct cqa_scheme *scheme = loader->scheme;
    size_t offered = 0;
    int other = 0;

    cqa_yaml_get_word(root, "coefficients", 0, words, &other, loader->problems);
    for (size_t i = 0; i < scheme->grade_count; i++) {
        struct cqa_grade *grade = &scheme->grades[i];
        if (!cqa_rational_valid(grade->other))
            continue;
        offered++;
        if (other)
            grade->coefficient = grade->other;
    }
    if (other && offered == 0)
        cqa_yaml_problem(cqa_yaml_find(root, "coefficients"), loader->problems,
                         "\"coefficients: other\" needs \"or_coefficient\" in a grade");
}

static void load_switches(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    static const char *const pay_words[] = {"score", "distribution", NULL};
    static const char *const bonus_words[] = {"level", "rank", NULL};
    struct cqa_scheme *scheme = loader->scheme;
    int pay_by = CQA_PAY_BY_SCORE;
    int bonus_by = CQA_BONUS_BY_LEVEL;

    choose_coefficients(loader, root);
    cqa_yaml_get_word(root, "pay_by", 0, pay_words, &pay_by, loader->problems);
    cqa_yaml_get_word(root, "bonus_by", 0, bonus_words, &bonus_by, loader->problems);
    scheme->pay_by = (enum cqa_pay_by)pay_by;
    scheme->bonus_by = (enum cqa_bonus_by)bonus_by;
    if (pay_by == CQA_PAY_BY_DISTRIBUTION && !scheme->distributed)
        cqa_yaml_problem(cqa_yaml_find(root, "pay_by"), loader->problems,
                         "\"pay_by: distribution\" needs a \"quota\" in each grade");
    if (bonus_by == CQA_BONUS_BY_RANK && scheme->rank_bonus.count == 0)
        cqa_yaml_problem(cqa_yaml_find(root, "bonus_by"), loader->problems,
                         "\"bonus_by: rank\" needs \"rank_bonus\"");
}

void cqa_scheme_load_grades(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    load_grades(loader, root);
    load_limits(loader, root);
    load_distribution(loader, root);
    load_rank_bonus(loader, root);
    load_low_bonus(loader, root);
    load_switches(loader, root);
}
