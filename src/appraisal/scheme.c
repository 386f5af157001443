/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/scheme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "appraisal/scheme/scheme_load.h"
#include "appraisal/spelling.h"

enum { POST_BYTES = 256 };

/* ---- what the parts of the loader share */

void *cqa_scheme_alloc(struct cqa_scheme_loader *loader, size_t count, size_t size)
{
    void *memory = cqa_arena_alloc(&loader->scheme->arena, (count + 1) * size);

    if (memory == NULL)
        cqa_problems_add(loader->problems, 0, 0, "out of memory");
    return memory;
}

/* Numbers of a sane size, so that nothing that is computed from the scheme alone can overflow. */
static int is_sane(struct cqa_rational number)
{
    const struct cqa_rational most = cqa_rational_whole(1000000000000000);
    const struct cqa_rational least = cqa_rational_subtract(cqa_rational_whole(0), most);

    return number.denominator <= 1000000000 && cqa_rational_compare(number, most) <= 0 &&
           cqa_rational_compare(number, least) >= 0;
}

int cqa_scheme_as_number(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                         struct cqa_rational *out)
{
    const char *text = cqa_yaml_text(node);
    struct cqa_rational number;

    if (text == NULL || !cqa_rational_parse(text, &number) || !is_sane(number)) {
        cqa_yaml_problem(
            node, loader->problems,
            "\"%s\" is not a number; allowed: a decimal such as -0.5, up to 1e15 and with up to 9 "
            "decimals",
            text ? text : "this");
        return 0;
    }
    *out = number;
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

/* ---- the head of the file */

static void load_posts(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    static const char *const keys[] = {"posts", "except", "except_like", NULL};
    struct cqa_scheme *scheme = loader->scheme;
    const struct cqa_yaml_node *node =
        cqa_yaml_want(root, "applies_to", CQA_YAML_MAP, 0, loader->problems);

    if (node == NULL)
        return;
    cqa_yaml_only(node, keys, loader->problems);
    scheme->posts_within = cqa_yaml_find(node, "except_like") != NULL;
    scheme->posts_excluded = scheme->posts_within || cqa_yaml_find(node, "except") != NULL;
    if (cqa_yaml_count(node) != 1)
        cqa_yaml_problem(node, loader->problems,
                         "\"applies_to\" takes one of \"posts\", \"except\" and \"except_like\"");
    scheme->posts = cqa_scheme_words(loader, node,
                                     scheme->posts_within     ? "except_like"
                                     : scheme->posts_excluded ? "except"
                                                              : "posts",
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
    scheme->notes =
        cqa_scheme_alloc(loader, cqa_yaml_count(list), sizeof(const struct cqa_assumption *));
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
        "scheme",       "version",   "names",      "source",     "period",    "compares",
        "applies_to",   "notes",     "indicators", "items",      "total",     "grades",
        "distribution", "pay_by",    "bonus_by",   "rank_bonus", "low_bonus", "pay",
        "coefficients", "no_better", NULL};
    static const char *const compare_words[] = {"agents", "units", NULL};
    struct cqa_scheme *scheme = loader->scheme;
    int period = CQA_PERIOD_MONTHLY;

    cqa_yaml_only(root, keys, loader->problems);
    cqa_yaml_get_string(root, "scheme", 1, &scheme->id, loader->problems);
    cqa_yaml_get_string(root, "version", 1, &scheme->version, loader->problems);
    cqa_yaml_get_text(root, "names", 1, &scheme->names, loader->problems);
    cqa_yaml_get_string(root, "source", 1, &scheme->source, loader->problems);
    cqa_yaml_get_word(root, "period", 1, cqa_period_words, &period, loader->problems);
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
    cqa_scheme_load_grades(&loader, root);
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

int cqa_scheme_in_percent(const struct cqa_indicator *indicator)
{
    return indicator->unit != NULL && strcmp(indicator->unit, "%") == 0;
}

static int post_among(const char *post, const char *const *posts, size_t count, int within)
{
    char folded[POST_BYTES];
    char other[POST_BYTES];

    cqa_spell_fold(post, folded, sizeof folded);
    for (size_t i = 0; i < count; i++) {
        cqa_spell_fold(posts[i], other, sizeof other);
        if (within ? strstr(folded, other) != NULL : strcmp(folded, other) == 0)
            return 1;
    }
    return 0;
}

int cqa_scheme_post_among(const char *post, const char *const *posts, size_t count)
{
    return post_among(post, posts, count, 0);
}

int cqa_scheme_applies(const struct cqa_scheme *scheme, const char *post)
{
    if (scheme->posts == NULL || post == NULL)
        return 1;
    return post_among(post, scheme->posts, scheme->post_count, scheme->posts_within) !=
           scheme->posts_excluded;
}

static int uses(const struct cqa_scheme_item *item, size_t indicator)
{
    const struct cqa_ref *ref;

    for (size_t i = 0; (ref = cqa_item_ref(item, i)) != NULL; i++)
        if (ref->kind == CQA_REF_INDICATOR && ref->index == indicator)
            return 1;
    return 0;
}

int cqa_scheme_private(const struct cqa_scheme *scheme, size_t indicator)
{
    int pay = 0;

    for (size_t i = 0; i < scheme->item_count; i++) {
        if (!uses(&scheme->items[i], indicator))
            continue;
        if (i < scheme->pay_first)
            return 0;
        pay = 1;
    }
    return pay;
}

int cqa_scheme_about_pay(const struct cqa_scheme *scheme, const char *about)
{
    if (about == NULL)
        return 0;
    const int indicator = cqa_scheme_indicator(scheme, about);
    int known = indicator != CQA_NOWHERE;

    if (known && cqa_scheme_private(scheme, (size_t)indicator))
        return 1;
    for (size_t i = 0; i < scheme->item_count; i++) {
        if (strcmp(scheme->items[i].id, about) != 0)
            continue;
        if (i >= scheme->pay_first)
            return 1;
        known = 1;
    }
    return !known;
}
