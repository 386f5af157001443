#include "appraisal/scheme.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "appraisal/scheme_load.h"

static const char *const period_words[] = {"monthly", "quarterly", NULL};

/* ---- what the parts of the loader share */

void *cqa_scheme_alloc(struct cqa_scheme_loader *loader, size_t count, size_t size)
{
    void *memory = cqa_arena_alloc(&loader->scheme->arena, (count + 1) * size);

    if (memory == NULL)
        cqa_problems_add(loader->problems, 0, 0, "out of memory");
    return memory;
}

int cqa_scheme_as_number(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                         struct cqa_rational *out)
{
    const char *text = cqa_yaml_text(node);

    if (text == NULL || !cqa_rational_parse(text, out)) {
        cqa_yaml_problem(node, loader->problems,
                         "\"%s\" is not a number; allowed: a decimal such as -0.5",
                         text ? text : "this");
        return 0;
    }
    return 1;
}

int cqa_scheme_number(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *map,
                      const char *key, int required, struct cqa_rational *out)
{
    const struct cqa_yaml_node *node =
        cqa_yaml_want(map, key, CQA_YAML_SCALAR, required, loader->problems);

    return node != NULL && cqa_scheme_as_number(loader, node, out);
}

const char *const *cqa_scheme_words(struct cqa_scheme_loader *loader,
                                    const struct cqa_yaml_node *map, const char *key, size_t *count)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(map, key, CQA_YAML_LIST, 0, loader->problems);

    *count = 0;
    if (list == NULL)
        return NULL;
    const char **words = cqa_scheme_alloc(loader, cqa_yaml_count(list), sizeof *words);
    for (size_t i = 0; words != NULL && i < cqa_yaml_count(list); i++) {
        const struct cqa_yaml_node *item = cqa_yaml_item(list, i);
        const char *text = cqa_yaml_text(item);
        if (text == NULL || text[0] == '\0')
            cqa_yaml_problem(item, loader->problems, "\"%s\" must be a list of words", key);
        else
            words[(*count)++] = text;
    }
    if (*count == 0)
        cqa_yaml_problem(list, loader->problems, "\"%s\" is empty; allowed: one word or more", key);
    return words;
}

const struct cqa_assumption *cqa_scheme_assumption(struct cqa_scheme_loader *loader,
                                                   const struct cqa_yaml_node *map,
                                                   const char *list, const char *id)
{
    int assumed = 0;
    struct cqa_assumption *assumption;
    char where[256];

    cqa_yaml_get_bool(map, "assumed", 0, &assumed, loader->problems);
    const struct cqa_yaml_node *reason = cqa_yaml_find(map, "reason");
    if (!assumed && reason != NULL)
        cqa_yaml_problem(reason, loader->problems, "\"reason\" stands only with \"assumed: true\"");
    if (!assumed)
        return NULL;
    snprintf(where, sizeof where, "%s%s%s", list, id ? "." : "", id ? id : "");
    assumption = cqa_scheme_alloc(loader, 1, sizeof *assumption);
    if (assumption == NULL)
        return NULL;
    assumption->where = cqa_arena_string(&loader->scheme->arena, where);
    cqa_yaml_get_text(map, "reason", 1, &assumption->reason, loader->problems);
    return assumption;
}

void cqa_scheme_load_ends(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                          struct cqa_band *band)
{
    band->low = band->high = cqa_rational_none();
    band->line = cqa_yaml_line(node);
    band->column = cqa_yaml_column(node);
    band->low_open = cqa_yaml_find(node, "above") != NULL;
    band->high_open = cqa_yaml_find(node, "below") != NULL;
    if ((band->low_open && cqa_yaml_find(node, "from") != NULL) ||
        (band->high_open && cqa_yaml_find(node, "to") != NULL))
        cqa_yaml_problem(
            node, loader->problems,
            "an end is given twice; allowed: \"from\" or \"above\", \"to\" or \"below\"");
    cqa_scheme_number(loader, node, band->low_open ? "above" : "from", 0, &band->low);
    cqa_scheme_number(loader, node, band->high_open ? "below" : "to", 0, &band->high);
}

/* ---- grades, distribution, bonus */

static void load_grade(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                       struct cqa_grade *grade)
{
    static const char *const keys[] = {"grade", "names",   "from",        "above",
                                       "to",    "below",   "coefficient", "bonus",
                                       "quota", "assumed", "reason",      NULL};

    cqa_yaml_only(node, keys, loader->problems);
    cqa_yaml_get_string(node, "grade", 1, &grade->id, loader->problems);
    cqa_yaml_get_text(node, "names", 1, &grade->names, loader->problems);
    cqa_scheme_load_ends(loader, node, &grade->band);
    grade->coefficient = grade->bonus = grade->quota_pct = cqa_rational_none();
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

static void load_distribution(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    static const char *const keys[] = {"group_at_least", "assumed", "reason", NULL};
    struct cqa_scheme *scheme = loader->scheme;
    const struct cqa_yaml_node *node =
        cqa_yaml_want(root, "distribution", CQA_YAML_MAP, 0, loader->problems);
    int64_t least = 1;

    if (node != NULL) {
        cqa_yaml_only(node, keys, loader->problems);
        cqa_yaml_get_whole(node, "group_at_least", 1, 1, 1000000, &least, loader->problems);
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
    cqa_scheme_number(loader, node, "total_below", 1, &scheme->low_total);
    cqa_scheme_number(loader, node, "bonus", 1, &scheme->low_bonus);
}

static void load_switches(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    static const char *const pay_words[] = {"score", "distribution", NULL};
    static const char *const bonus_words[] = {"level", "rank", NULL};
    struct cqa_scheme *scheme = loader->scheme;
    int pay_by = CQA_PAY_BY_SCORE;
    int bonus_by = CQA_BONUS_BY_LEVEL;

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

/* ---- the head of the file */

static void load_posts(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    static const char *const keys[] = {"posts", "except", NULL};
    struct cqa_scheme *scheme = loader->scheme;
    const struct cqa_yaml_node *node =
        cqa_yaml_want(root, "applies_to", CQA_YAML_MAP, 0, loader->problems);

    if (node == NULL)
        return;
    cqa_yaml_only(node, keys, loader->problems);
    scheme->posts_excluded = cqa_yaml_find(node, "except") != NULL;
    if (cqa_yaml_count(node) != 1)
        cqa_yaml_problem(node, loader->problems,
                         "\"applies_to\" takes either \"posts\" or \"except\"");
    scheme->posts = cqa_scheme_words(loader, node, scheme->posts_excluded ? "except" : "posts",
                                     &scheme->post_count);
}

static void load_notes(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    static const char *const keys[] = {"what", "assumed", "reason", NULL};
    struct cqa_scheme *scheme = loader->scheme;
    const struct cqa_yaml_node *list =
        cqa_yaml_want(root, "notes", CQA_YAML_LIST, 0, loader->problems);
    const char *what = NULL;

    if (list == NULL)
        return;
    scheme->notes = cqa_scheme_alloc(loader, cqa_yaml_count(list), sizeof *scheme->notes);
    for (size_t i = 0; scheme->notes != NULL && i < cqa_yaml_count(list); i++) {
        const struct cqa_yaml_node *node = cqa_yaml_item(list, i);
        cqa_yaml_only(node, keys, loader->problems);
        cqa_yaml_get_string(node, "what", 1, &what, loader->problems);
        const struct cqa_assumption *note = cqa_scheme_assumption(loader, node, "scheme", what);
        if (note != NULL)
            scheme->notes[scheme->note_count++] = note;
        else
            cqa_yaml_problem(node, loader->problems,
                             "a note must have \"assumed: true\" and a \"reason\"");
    }
}

static void load_head(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    static const char *const keys[] = {
        "scheme",   "version",    "names",     "source", "period", "compares",     "applies_to",
        "notes",    "indicators", "items",     "total",  "grades", "distribution", "pay_by",
        "bonus_by", "rank_bonus", "low_bonus", "pay",    NULL};
    static const char *const compare_words[] = {"agents", "units", NULL};
    struct cqa_scheme *scheme = loader->scheme;
    int period = CQA_PERIOD_MONTHLY;

    cqa_yaml_only(root, keys, loader->problems);
    cqa_yaml_get_string(root, "scheme", 1, &scheme->id, loader->problems);
    cqa_yaml_get_string(root, "version", 1, &scheme->version, loader->problems);
    cqa_yaml_get_text(root, "names", 1, &scheme->names, loader->problems);
    cqa_yaml_get_string(root, "source", 1, &scheme->source, loader->problems);
    cqa_yaml_get_word(root, "period", 1, period_words, &period, loader->problems);
    cqa_yaml_get_word(root, "compares", 0, compare_words, &scheme->units, loader->problems);
    scheme->period = (enum cqa_period)period;
    load_posts(loader, root);
    load_notes(loader, root);
}

static struct cqa_scheme *from_yaml(struct cqa_yaml *yaml, struct cqa_problems *problems)
{
    const size_t before = problems->count;
    struct cqa_scheme *scheme = NULL;
    const struct cqa_yaml_node *root = cqa_yaml_root(yaml, problems);

    if (root != NULL && (scheme = calloc(1, sizeof *scheme)) == NULL)
        cqa_problems_add(problems, 0, 0, "out of memory");
    if (scheme == NULL) {
        cqa_yaml_destroy(yaml);
        return NULL;
    }
    struct cqa_scheme_loader loader = {scheme, problems};
    scheme->yaml = yaml;
    scheme->total = scheme->pay = CQA_NOWHERE;
    scheme->low_total = scheme->low_bonus = scheme->rank_bonus.others = cqa_rational_none();
    load_head(&loader, root);
    cqa_scheme_load_indicators(&loader, root);
    cqa_scheme_load_items(&loader, root);
    load_grades(&loader, root);
    load_distribution(&loader, root);
    load_rank_bonus(&loader, root);
    load_low_bonus(&loader, root);
    load_switches(&loader, root);
    if (problems->count == before)
        cqa_scheme_check(&loader);
    if (problems->count != before) {
        cqa_scheme_destroy(scheme);
        return NULL;
    }
    return scheme;
}

struct cqa_scheme *cqa_scheme_load(const char *path, struct cqa_problems *problems)
{
    return from_yaml(cqa_yaml_load(path, problems), problems);
}

struct cqa_scheme *cqa_scheme_parse(const char *text, size_t length, struct cqa_problems *problems)
{
    return from_yaml(cqa_yaml_parse(text, length, problems), problems);
}

void cqa_scheme_destroy(struct cqa_scheme *scheme)
{
    if (scheme == NULL)
        return;
    cqa_arena_finish(&scheme->arena);
    cqa_yaml_destroy(scheme->yaml);
    free(scheme);
}

/* ---- questions */

int cqa_scheme_indicator(const struct cqa_scheme *scheme, const char *name)
{
    for (size_t i = 0; i < scheme->indicator_count; i++)
        if (strcmp(scheme->indicators[i].id, name) == 0)
            return (int)i;
    for (size_t i = 0; i < scheme->indicator_count; i++)
        if (strcmp(scheme->indicators[i].names.zh, name) == 0 ||
            strcmp(scheme->indicators[i].names.en, name) == 0)
            return (int)i;
    return CQA_NOWHERE;
}

static int folded(char c)
{
    return c == '-' || c == '_' ? ' ' : tolower((unsigned char)c);
}

static int same_post(const char *a, const char *b)
{
    while (*a != '\0' && folded(*a) == folded(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

int cqa_scheme_post_among(const char *post, const char *const *posts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (same_post(post, posts[i]))
            return 1;
    return 0;
}

int cqa_scheme_applies(const struct cqa_scheme *scheme, const char *post)
{
    if (scheme->posts == NULL || post == NULL)
        return 1;
    return cqa_scheme_post_among(post, scheme->posts, scheme->post_count) != scheme->posts_excluded;
}
