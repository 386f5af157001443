/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "appraisal/scheme/scheme_load.h"

const char *const cqa_item_type_words[CQA_ITEM_TYPE_COUNT + 1] = {
    "value", "sum",     "mean", "weighted", "bands", "linear",    "threshold", "occurrences",
    "ratio", "product", "min",  "max",      "if",    "team_mean", "parts",     NULL};

/* The keys of every item, and those of its type. */
#define COMMON "id", "names", "unit", "type", "floor", "ceiling", "round", "assumed", "reason"
static const char *const keys_of[CQA_ITEM_TYPE_COUNT][20] = {
    [CQA_ITEM_VALUE] = {COMMON, "of", "percent", "times", NULL},
    [CQA_ITEM_SUM] = {COMMON, "plus", "minus", NULL},
    [CQA_ITEM_MEAN] = {COMMON, "of", NULL},
    [CQA_ITEM_WEIGHTED] = {COMMON, "parts", "weights_sum", "absent", NULL},
    [CQA_ITEM_BANDS] = {COMMON, "of", "rows", "marginal", NULL},
    [CQA_ITEM_LINEAR] = {COMMON, "of", "target", "points", "per_unit_above", "per_unit_below",
                         "step", NULL},
    [CQA_ITEM_THRESHOLD] = {COMMON, "of", "at_least", "at_most", "above", "below", "pass", "fail",
                            NULL},
    [CQA_ITEM_OCCURRENCES] = {COMMON, "of", "each", "cap", NULL},
    [CQA_ITEM_RATIO] = {COMMON, "of", "over", "times", "over_zero", NULL},
    [CQA_ITEM_PRODUCT] = {COMMON, "of", NULL},
    [CQA_ITEM_MIN] = {COMMON, "of", NULL},
    [CQA_ITEM_MAX] = {COMMON, "of", NULL},
    [CQA_ITEM_TEAM_MEAN] = {COMMON, "of", NULL},
    [CQA_ITEM_PARTS] = {COMMON, "of", "by", "at_least", "at_most", "above", "below", NULL},
    [CQA_ITEM_IF] = {COMMON, "of", "at_least", "at_most", "above", "below", "then", "else", NULL},
};

const struct cqa_ref *cqa_item_ref(const struct cqa_scheme_item *item, size_t index)
{
    const int weighted = item->type == CQA_ITEM_WEIGHTED;
    const struct cqa_ref *const of_if[] = {&item->against, &item->then, &item->otherwise};

    if (index < item->part_count)
        return &item->parts[index].of;
    index -= item->part_count;
    if (weighted)
        return index < item->part_count ? &item->parts[index].weighs : NULL;
    if (item->type == CQA_ITEM_IF)
        return index < 3 ? of_if[index] : NULL;
    if (index > 0)
        return NULL;
    if (item->type == CQA_ITEM_THRESHOLD)
        return &item->against;
    return item->type == CQA_ITEM_RATIO ? &item->over : NULL;
}

int cqa_scheme_item(const struct cqa_scheme *scheme, const char *id)
{
    for (size_t i = 0; i < scheme->item_count; i++)
        if (scheme->items[i].id != NULL && strcmp(scheme->items[i].id, id) == 0)
            return (int)i;
    return CQA_NOWHERE;
}

/*
 * ---- references: an indicator or an earlier item. A name that both bear must say which,
 * "indicators.x" or "items.x": points taken for a count would be somebody's pay.
 */

static int is_pay(const struct cqa_scheme *scheme)
{
    return scheme->item_count >= scheme->pay_first;
}

static int indicator_of(const struct cqa_scheme *scheme, const char *id)
{
    for (size_t i = 0; i < scheme->indicator_count; i++)
        if (scheme->indicators[i].id != NULL && strcmp(scheme->indicators[i].id, id) == 0)
            return (int)i;
    return CQA_NOWHERE;
}

int cqa_scheme_resolve(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                       struct cqa_ref *ref)
{
    const struct cqa_scheme *scheme = loader->scheme;
    const char *name = cqa_yaml_text(node);
    const int says_item = name != NULL && strncmp(name, "items.", 6) == 0;
    const int says_indicator = name != NULL && strncmp(name, "indicators.", 11) == 0;

    if (name == NULL) {
        cqa_yaml_problem(node, loader->problems,
                         "must be the id of an indicator or of an earlier item");
        return 0;
    }
    name += says_item ? 6 : says_indicator ? 11 : 0;
    const int item = says_indicator ? CQA_NOWHERE : cqa_scheme_item(scheme, name);
    const int indicator = says_item ? CQA_NOWHERE : indicator_of(scheme, name);
    if (item != CQA_NOWHERE && indicator != CQA_NOWHERE) {
        cqa_yaml_problem(
            node, loader->problems,
            "\"%s\" is both an indicator and an item; allowed: indicators.%s or items.%s", name,
            name, name);
        return 0;
    }
    if (item != CQA_NOWHERE)
        *ref = (struct cqa_ref){.kind = CQA_REF_ITEM, .index = (size_t)item};
    else if (indicator != CQA_NOWHERE)
        *ref = (struct cqa_ref){.kind = CQA_REF_INDICATOR, .index = (size_t)indicator};
    else if (is_pay(scheme) && strcmp(name, "bonus") == 0 && !says_item && !says_indicator)
        *ref = (struct cqa_ref){.kind = CQA_REF_BONUS};
    else {
        cqa_yaml_problem(node, loader->problems,
                         "\"%s\" is neither an indicator nor an earlier item", name);
        return 0;
    }
    return 1;
}

/* A number, or a reference. */
static int operand(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                   struct cqa_ref *ref)
{
    const char *text = cqa_yaml_text(node);

    if (text == NULL || !cqa_rational_parse(text, &ref->number))
        return cqa_scheme_resolve(loader, node, ref);
    ref->kind = CQA_REF_NUMBER;
    return cqa_scheme_as_number(loader, node, &ref->number);
}

static int load_operand(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *map,
                        const char *key, struct cqa_ref *ref)
{
    const struct cqa_yaml_node *node =
        cqa_yaml_want(map, key, CQA_YAML_SCALAR, 1, loader->problems);

    return node != NULL && operand(loader, node, ref);
}

/* ---- parts */

static struct cqa_part *add_parts(struct cqa_scheme_loader *loader, struct cqa_scheme_item *item,
                                  size_t count)
{
    struct cqa_part *parts = cqa_scheme_alloc(loader, item->part_count + count, sizeof *parts);

    if (parts == NULL)
        return NULL;
    if (item->part_count > 0)
        memcpy(parts, item->parts, item->part_count * sizeof *parts);
    item->parts = parts;
    return parts + item->part_count;
}

/* A list of references under `key`, or (where `single`) one of them. */
static void load_refs(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *map,
                      const char *key, int single, int sign, struct cqa_scheme_item *item)
{
    const struct cqa_yaml_node *node = cqa_yaml_find(map, key);
    const int is_list = node != NULL && cqa_yaml_kind(node) == CQA_YAML_LIST;
    const size_t count = is_list ? cqa_yaml_count(node) : 1;

    if (node == NULL || (single && is_list)) {
        cqa_yaml_want(map, key, CQA_YAML_SCALAR, single, loader->problems);
        return;
    }
    struct cqa_part *parts = add_parts(loader, item, count);
    for (size_t i = 0; parts != NULL && i < count; i++) {
        parts[i].weight = cqa_rational_whole(sign);
        cqa_scheme_resolve(loader, is_list ? cqa_yaml_item(node, i) : node, &parts[i].of);
    }
    if (parts != NULL)
        item->part_count += count;
}

/* Two or more operands under "of". */
static void load_operands(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *map,
                          struct cqa_scheme_item *item)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(map, "of", CQA_YAML_LIST, 1, loader->problems);
    const size_t count = list == NULL ? 0 : cqa_yaml_count(list);
    struct cqa_part *parts = list == NULL ? NULL : add_parts(loader, item, count);

    for (size_t i = 0; parts != NULL && i < count; i++) {
        parts[i].weight = cqa_rational_whole(1);
        operand(loader, cqa_yaml_item(list, i), &parts[i].of);
    }
    item->part_count += parts == NULL ? 0 : count;
    if (list != NULL && count < 2)
        cqa_yaml_problem(list, loader->problems, "\"of\" must name two or more");
}

static void load_part(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *entry,
                      const struct cqa_scheme_item *item, struct cqa_part *part)
{
    static const char *const part_keys[] = {"of", "weight", "assumed", "reason", NULL};
    const struct cqa_yaml_node *of =
        cqa_yaml_want(entry, "of", CQA_YAML_SCALAR, 1, loader->problems);

    cqa_yaml_only(entry, part_keys, loader->problems);
    part->weight = cqa_rational_whole(1);
    part->weighs = (struct cqa_ref){.kind = CQA_REF_NUMBER, .number = cqa_rational_whole(0)};
    if (of != NULL)
        cqa_scheme_resolve(loader, of, &part->of);
    if (load_operand(loader, entry, "weight", &part->weighs) &&
        part->weighs.kind == CQA_REF_NUMBER && cqa_rational_sign(part->weighs.number) < 0)
        cqa_yaml_problem(entry, loader->problems, "a weight below 0; allowed: 0 to 100");
    part->assumed = cqa_scheme_assumption(loader, entry, item->id ? item->id : "items",
                                          of ? cqa_yaml_text(of) : NULL);
}

/* The sum of weights that are numbers; none where one comes from data, which an appraisal checks.
 */
static struct cqa_rational sum_of_weights(const struct cqa_scheme_item *item)
{
    struct cqa_rational sum = cqa_rational_whole(0);

    for (size_t i = 0; i < item->part_count; i++)
        sum = item->parts[i].weighs.kind == CQA_REF_NUMBER
                  ? cqa_rational_add(sum, item->parts[i].weighs.number)
                  : cqa_rational_none();
    return sum;
}

static void load_weighted(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                          struct cqa_scheme_item *item)
{
    static const char *const absent_words[] = {"stops", "share", NULL};
    const struct cqa_yaml_node *list =
        cqa_yaml_want(node, "parts", CQA_YAML_LIST, 1, loader->problems);
    char text[2][CQA_RATIONAL_TEXT];

    item->weights_sum = cqa_rational_whole(100);
    cqa_scheme_number(loader, node, "weights_sum", 0, &item->weights_sum);
    cqa_yaml_get_word(node, "absent", 0, absent_words, &item->shared, loader->problems);
    if (list == NULL || add_parts(loader, item, cqa_yaml_count(list)) == NULL)
        return;
    for (size_t i = 0; i < cqa_yaml_count(list); i++)
        load_part(loader, cqa_yaml_item(list, i), item, &item->parts[item->part_count++]);
    const struct cqa_rational sum = sum_of_weights(item);
    if (cqa_rational_valid(sum) && cqa_rational_compare(sum, item->weights_sum) != 0)
        cqa_yaml_problem(list, loader->problems,
                         "the weights sum to %s; allowed: %s, or \"weights_sum: %s\"",
                         cqa_rational_exact(sum, text[0]),
                         cqa_rational_exact(item->weights_sum, text[1]), text[0]);
}

/* ---- what a type has of its own */

static void load_band(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                      const struct cqa_scheme_item *item, struct cqa_band *band)
{
    static const char *const band_keys[] = {"from", "above",   "to",     "below", "points",
                                            "rate", "assumed", "reason", NULL};

    cqa_yaml_only(node, band_keys, loader->problems);
    cqa_scheme_load_ends(loader, node, band);
    band->is_rate = cqa_yaml_find(node, "rate") != NULL;
    band->points = cqa_rational_whole(0);
    if (band->is_rate && cqa_yaml_find(node, "points") != NULL)
        cqa_yaml_problem(node, loader->problems, "a row gives either \"points\" or a \"rate\"");
    cqa_scheme_number(loader, node, band->is_rate ? "rate" : "points", 1, &band->points);
    band->assumed = cqa_scheme_assumption(loader, node, "items", item->id);
}

static void load_bands(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                       struct cqa_scheme_item *item)
{
    const struct cqa_yaml_node *list =
        cqa_yaml_want(node, "rows", CQA_YAML_LIST, 1, loader->problems);

    load_refs(loader, node, "of", 1, 1, item);
    if (list == NULL)
        return;
    item->bands = cqa_scheme_alloc(loader, cqa_yaml_count(list), sizeof *item->bands);
    if (item->bands == NULL)
        return;
    item->band_count = cqa_yaml_count(list);
    cqa_yaml_get_bool(node, "marginal", 0, &item->marginal, loader->problems);
    for (size_t i = 0; i < item->band_count; i++) {
        load_band(loader, cqa_yaml_item(list, i), item, &item->bands[i]);
        if (item->marginal && !item->bands[i].is_rate)
            cqa_yaml_problem(cqa_yaml_item(list, i), loader->problems,
                             "a row of \"marginal\" bands gives a \"rate\"");
    }
    if (item->band_count == 0)
        cqa_yaml_problem(list, loader->problems, "\"rows\" is empty; allowed: one or more");
}

static void load_linear(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                        struct cqa_scheme_item *item)
{
    load_refs(loader, node, "of", 1, 1, item);
    item->target = item->at_target = item->above = item->below = cqa_rational_whole(0);
    cqa_scheme_number(loader, node, "target", 1, &item->target);
    cqa_scheme_number(loader, node, "points", 1, &item->at_target);
    cqa_scheme_number(loader, node, "per_unit_above", 0, &item->above);
    cqa_scheme_number(loader, node, "per_unit_below", 0, &item->below);
    item->step = cqa_rational_none();
    if (cqa_scheme_number(loader, node, "step", 0, &item->step) &&
        cqa_rational_sign(item->step) <= 0)
        cqa_yaml_problem(cqa_yaml_find(node, "step"), loader->problems, "\"step\" must be above 0");
}

int cqa_scheme_load_compare(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                            enum cqa_compare *compare, struct cqa_ref *against)
{
    static const char *const words[] = {"at_least", "at_most", "above", "below"};
    int found = 0;

    for (int i = 0; i < 4; i++)
        if (cqa_yaml_find(node, words[i]) != NULL) {
            *compare = (enum cqa_compare)i;
            load_operand(loader, node, words[i], against);
            found++;
        }
    return found;
}

static void load_compare(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                         struct cqa_scheme_item *item)
{
    load_refs(loader, node, "of", 1, 1, item);
    if (cqa_scheme_load_compare(loader, node, &item->compare, &item->against) != 1)
        cqa_yaml_problem(node, loader->problems,
                         "a threshold has one of: at_least, at_most, above, below");
}

static void load_threshold(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                           struct cqa_scheme_item *item)
{
    load_compare(loader, node, item);
    item->pass = cqa_rational_whole(1);
    item->fail = cqa_rational_whole(0);
    cqa_scheme_number(loader, node, "pass", 0, &item->pass);
    cqa_scheme_number(loader, node, "fail", 0, &item->fail);
}

static void load_if(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                    struct cqa_scheme_item *item)
{
    load_compare(loader, node, item);
    load_operand(loader, node, "then", &item->then);
    load_operand(loader, node, "else", &item->otherwise);
}

/* "of" has to have parts: a value of each month in a scheme of quarters. */
static void load_parts(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                       struct cqa_scheme_item *item)
{
    int by = CQA_OVER_MEAN;

    load_refs(loader, node, "of", 1, 1, item);
    item->against = (struct cqa_ref){.kind = CQA_REF_NUMBER, .number = cqa_rational_whole(0)};
    cqa_yaml_get_word(node, "by", 1, cqa_over_words, &by, loader->problems);
    item->over_by = (enum cqa_over)by;
    const int found = cqa_scheme_load_compare(loader, node, &item->compare, &item->against);
    if (found != (by == CQA_OVER_HITS) || item->against.kind != CQA_REF_NUMBER)
        cqa_yaml_problem(node, loader->problems,
                         "\"by: count\" has one of at_least, at_most, above, below with a number; "
                         "the others have none");
    if (item->part_count != 1)
        return;
    const struct cqa_ref of = item->parts[0].of;
    if (of.kind != CQA_REF_INDICATOR ||
        loader->scheme->indicators[of.index].period >= loader->scheme->period)
        cqa_yaml_problem(node, loader->problems,
                         "\"of\" must be an indicator with a \"period\" that is shorter than the "
                         "scheme's");
}

static void load_occurrences(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                             struct cqa_scheme_item *item)
{
    load_refs(loader, node, "of", 0, 1, item);
    cqa_scheme_number(loader, node, "each", 1, &item->each);
    if (cqa_scheme_number(loader, node, "cap", 0, &item->cap) && cqa_rational_sign(item->cap) < 0)
        cqa_yaml_problem(cqa_yaml_find(node, "cap"), loader->problems,
                         "a cap is a size, 0 or more, whatever the sign of \"each\"");
}

static void load_value(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                       struct cqa_scheme_item *item)
{
    static const char *const times_words[] = {"coefficient", NULL};
    int word = -1;

    load_refs(loader, node, "of", 1, 1, item);
    item->percent = cqa_rational_whole(100);
    cqa_scheme_number(loader, node, "percent", 0, &item->percent);
    cqa_yaml_get_word(node, "times", 0, times_words, &word, loader->problems);
    item->times_coefficient = word == 0;
    if (word == 0 && !is_pay(loader->scheme))
        cqa_yaml_problem(node, loader->problems, "\"times: coefficient\" stands only in \"pay\"");
}

static void load_ratio(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                       struct cqa_scheme_item *item)
{
    load_refs(loader, node, "of", 1, 1, item);
    load_operand(loader, node, "over", &item->over);
    item->times = cqa_rational_whole(1);
    item->over_zero = cqa_rational_none();
    cqa_scheme_number(loader, node, "times", 0, &item->times);
    cqa_scheme_number(loader, node, "over_zero", 0, &item->over_zero);
}

static void load_type(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                      struct cqa_scheme_item *item)
{
    switch (item->type) {
    case CQA_ITEM_VALUE:
        load_value(loader, node, item);
        break;
    case CQA_ITEM_SUM:
        load_refs(loader, node, "plus", 0, 1, item);
        load_refs(loader, node, "minus", 0, -1, item);
        break;
    case CQA_ITEM_MEAN:
        load_refs(loader, node, "of", 0, 1, item);
        break;
    case CQA_ITEM_WEIGHTED:
        load_weighted(loader, node, item);
        break;
    case CQA_ITEM_BANDS:
        load_bands(loader, node, item);
        break;
    case CQA_ITEM_LINEAR:
        load_linear(loader, node, item);
        break;
    case CQA_ITEM_THRESHOLD:
        load_threshold(loader, node, item);
        break;
    case CQA_ITEM_OCCURRENCES:
        load_occurrences(loader, node, item);
        break;
    case CQA_ITEM_RATIO:
        load_ratio(loader, node, item);
        break;
    case CQA_ITEM_PRODUCT:
    case CQA_ITEM_MIN:
    case CQA_ITEM_MAX:
        load_operands(loader, node, item);
        break;
    case CQA_ITEM_IF:
        load_if(loader, node, item);
        break;
    case CQA_ITEM_PARTS:
        load_parts(loader, node, item);
        break;
    case CQA_ITEM_TEAM_MEAN:
        load_refs(loader, node, "of", 1, 1, item);
        break;
    case CQA_ITEM_TYPE_COUNT:
        break;
    }
    if (item->part_count == 0)
        cqa_yaml_problem(node, loader->problems,
                         "looks at nothing: name an indicator or an earlier item");
}

/* ---- items and their lines */

/* An item named for its indicator may go by the indicator's names. */
static void load_names(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                       struct cqa_scheme_item *item)
{
    const int indicator = item->id == NULL ? CQA_NOWHERE : indicator_of(loader->scheme, item->id);

    if (indicator != CQA_NOWHERE)
        item->names = loader->scheme->indicators[indicator].names;
    cqa_yaml_get_text(node, "names", item->names.en == NULL, &item->names, loader->problems);
}

static void load_item(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                      struct cqa_scheme_item *item)
{
    int type = CQA_ITEM_VALUE;
    int64_t places = CQA_NOWHERE;

    item->line = cqa_yaml_line(node);
    item->column = cqa_yaml_column(node);
    item->floor = item->ceiling = item->cap = cqa_rational_none();
    item->each = cqa_rational_whole(0);
    if (cqa_yaml_get_string(node, "id", 1, &item->id, loader->problems) &&
        cqa_scheme_item(loader->scheme, item->id) != CQA_NOWHERE)
        cqa_yaml_problem(cqa_yaml_find(node, "id"), loader->problems,
                         "the item \"%s\" is given twice", item->id);
    load_names(loader, node, item);
    cqa_scheme_unit(loader, node, &item->unit);
    cqa_scheme_number(loader, node, "floor", 0, &item->floor);
    cqa_scheme_number(loader, node, "ceiling", 0, &item->ceiling);
    cqa_yaml_get_whole(node, "round", 0, 0, 6, &places, loader->problems);
    item->round_places = (int)places;
    item->assumed = cqa_scheme_assumption(loader, node, "items", item->id);
    if (!cqa_yaml_get_word(node, "type", 1, cqa_item_type_words, &type, loader->problems))
        return;
    item->type = (enum cqa_item_type)type;
    cqa_yaml_only(node, keys_of[type], loader->problems);
    load_type(loader, node, item);
}

static int has_line(const struct cqa_scheme *scheme, const char *id)
{
    for (size_t i = 0; i < scheme->line_count; i++)
        if (strcmp(scheme->lines[i].id, id) == 0)
            return 1;
    return 0;
}

/* A part that is a bare indicator has a line of its own, unless an item goes by its name. */
static void add_part_lines(struct cqa_scheme *scheme, size_t index)
{
    const struct cqa_scheme_item *item = &scheme->items[index];
    const int shows_parts = item->type == CQA_ITEM_SUM || item->type == CQA_ITEM_MEAN ||
                            item->type == CQA_ITEM_WEIGHTED;

    for (size_t i = 0; shows_parts && i < item->part_count; i++) {
        const struct cqa_part *part = &item->parts[i];
        if (part->of.kind != CQA_REF_INDICATOR)
            continue;
        const struct cqa_indicator *indicator = &scheme->indicators[part->of.index];
        if (!has_line(scheme, indicator->id) &&
            cqa_scheme_item(scheme, indicator->id) == CQA_NOWHERE)
            scheme->lines[scheme->line_count++] = (struct cqa_line_spec){
                indicator->id, indicator->names, index, (int)i, index >= scheme->pay_first};
    }
}

static void add_lines(struct cqa_scheme_loader *loader)
{
    struct cqa_scheme *scheme = loader->scheme;
    size_t count = scheme->item_count;

    for (size_t i = 0; i < scheme->item_count; i++)
        count += scheme->items[i].part_count;
    scheme->lines = cqa_scheme_alloc(loader, count, sizeof *scheme->lines);
    for (size_t i = 0; scheme->lines != NULL && i < scheme->item_count; i++) {
        add_part_lines(scheme, i);
        if ((int)i != scheme->total && (int)i != scheme->pay)
            scheme->lines[scheme->line_count++] =
                (struct cqa_line_spec){scheme->items[i].id, scheme->items[i].names, i, CQA_NOWHERE,
                                       i >= scheme->pay_first};
    }
}

static int load_chosen(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *map,
                       int required)
{
    const char *id = NULL;

    if (!cqa_yaml_get_string(map, "total", required, &id, loader->problems))
        return CQA_NOWHERE;
    const int item = cqa_scheme_item(loader->scheme, id);
    if (item == CQA_NOWHERE)
        cqa_yaml_problem(cqa_yaml_find(map, "total"), loader->problems, "\"%s\" is no item", id);
    return item;
}

void cqa_scheme_load_items(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    static const char *const pay_keys[] = {"items", "total", NULL};
    struct cqa_scheme *scheme = loader->scheme;
    const struct cqa_yaml_node *list =
        cqa_yaml_want(root, "items", CQA_YAML_LIST, 1, loader->problems);
    const struct cqa_yaml_node *pay = cqa_yaml_want(root, "pay", CQA_YAML_MAP, 0, loader->problems);
    const struct cqa_yaml_node *pay_list =
        cqa_yaml_want(pay, "items", CQA_YAML_LIST, 1, loader->problems);

    if (list == NULL)
        return;
    scheme->pay_first = cqa_yaml_count(list);
    const size_t count = scheme->pay_first + (pay_list ? cqa_yaml_count(pay_list) : 0);
    scheme->items = cqa_scheme_alloc(loader, count, sizeof *scheme->items);
    for (size_t i = 0; scheme->items != NULL && i < count; i++) {
        const struct cqa_yaml_node *node = i < scheme->pay_first
                                               ? cqa_yaml_item(list, i)
                                               : cqa_yaml_item(pay_list, i - scheme->pay_first);
        load_item(loader, node, &scheme->items[i]);
        scheme->item_count = i + 1;
        if (i + 1 == scheme->pay_first)
            scheme->total = load_chosen(loader, root, 0);
    }
    if (scheme->pay_first == 0)
        cqa_yaml_problem(list, loader->problems, "\"items\" is empty; allowed: one or more");
    cqa_yaml_only(pay, pay_keys, loader->problems);
    if (pay != NULL)
        scheme->pay = load_chosen(loader, pay, 1);
    if (loader->problems->count == 0)
        add_lines(loader);
}
