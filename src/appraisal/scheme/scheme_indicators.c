/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "appraisal/scheme/scheme_load.h"
#include "appraisal/units.h"

const char *const cqa_rated_by_words[CQA_RATED_BY_COUNT + 1] = {
    "none", "self", "supervisor", "peers", "colleagues", "subordinates", NULL};

static const char *const keys[] = {
    "id",     "names",  "unit",  "range",   "or_zero",      "whole",    "yes_no",   "round",
    "cap",    "period", "need",  "default", "required_for", "rated_by", "measured", "assumed",
    "reason", "rows",   "small", "values",  "roster",       "carried",  NULL};

void cqa_scheme_unit(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                     const char **out)
{
    const char *written = NULL;

    if (!cqa_yaml_get_string(node, "unit", 0, &written, loader->problems) || written == NULL)
        return;
    *out = cqa_unit_of_scheme(written);
    if (*out == NULL)
        cqa_yaml_problem(cqa_yaml_find(node, "unit"), loader->problems,
                         "\"unit\" is \"%s\"; allowed for money: CNY (元), for shares: %%",
                         written);
}

/* An id is a column of an import and a key of the output. */
static void check_id(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                     const char *id)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    static const char *const columns[] = {"agent", "subject", "indicator", "value", "count",
                                          "rater", "post",    "period",    NULL};

    if (id[strspn(id, letters)] != '\0')
        cqa_yaml_problem(node, loader->problems, "\"%s\": allowed in an id: a-z, 0-9 and _", id);
    for (size_t i = 0; columns[i] != NULL; i++)
        if (strcmp(id, columns[i]) == 0)
            cqa_yaml_problem(node, loader->problems, "\"%s\" is a column of its own in an import",
                             id);
}

static void load_range(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                       struct cqa_indicator *indicator)
{
    const struct cqa_yaml_node *range =
        cqa_yaml_want(node, "range", CQA_YAML_LIST, !indicator->yes_no, loader->problems);

    indicator->low = cqa_rational_whole(0);
    indicator->high = cqa_rational_whole(1);
    if (range == NULL)
        return;
    if (cqa_yaml_count(range) != 2) {
        cqa_yaml_problem(range, loader->problems, "\"range\" must be [least, most]");
        return;
    }
    if (cqa_scheme_as_number(loader, cqa_yaml_item(range, 0), &indicator->low) &&
        cqa_scheme_as_number(loader, cqa_yaml_item(range, 1), &indicator->high) &&
        cqa_rational_compare(indicator->low, indicator->high) > 0)
        cqa_yaml_problem(range, loader->problems,
                         "\"range\" must be [least, most]: the first is above the second");
    if (indicator->yes_no)
        cqa_yaml_problem(range, loader->problems, "\"yes_no\" has its own range, 0 or 1");
}

/* "values: {P1: 1, P2: 1.2}": words that stand for numbers; then no others are taken. */
static void load_values(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                        struct cqa_indicator *indicator)
{
    const struct cqa_yaml_node *map =
        cqa_yaml_want(node, "values", CQA_YAML_MAP, 0, loader->problems);
    const size_t count = map == NULL ? 0 : cqa_yaml_count(map);
    const char **words = cqa_scheme_alloc(loader, count + 1, sizeof *words);
    struct cqa_rational *values = cqa_scheme_alloc(loader, count + 1, sizeof *values);

    if (map == NULL || words == NULL || values == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        words[i] = cqa_yaml_text(cqa_yaml_key(map, i));
        values[i] = cqa_rational_whole(0);
        cqa_scheme_as_number(loader, cqa_yaml_item(map, i), &values[i]);
    }
    if (count == 0)
        cqa_yaml_problem(map, loader->problems, "\"values\" is empty; allowed: one or more");
    indicator->words = words;
    indicator->word_values = values;
    indicator->word_count = count;
}

static void load_need(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                      struct cqa_indicator *indicator)
{
    static const char *const need_words[] = {"required", "optional", "measured", NULL};
    int need = CQA_NEED_REQUIRED;
    int rated_by = CQA_RATED_BY_NONE;

    cqa_yaml_get_word(node, "need", 1, need_words, &need, loader->problems);
    cqa_yaml_get_word(node, "rated_by", 0, cqa_rated_by_words, &rated_by, loader->problems);
    indicator->need = (enum cqa_need)need;
    indicator->rated_by = (enum cqa_rated_by)rated_by;
    indicator->required_for =
        cqa_scheme_words(loader, node, "required_for", &indicator->required_for_count);
    indicator->absent = cqa_rational_none();
    const int has_default = cqa_scheme_number(loader, node, "default", 0, &indicator->absent);
    if (need != CQA_NEED_OPTIONAL && (has_default || indicator->required_for != NULL))
        cqa_yaml_problem(node, loader->problems,
                         "\"default\" and \"required_for\" stand only with \"need: optional\"");
    if ((need == CQA_NEED_MEASURED) != (cqa_yaml_find(node, "measured") != NULL))
        cqa_yaml_problem(node, loader->problems,
                         "\"need: measured\" and \"measured\" stand together");
}

/* "carried: {of: total, from: year, by: sum}", "{of: total, from: last, periods: 2, by: highest}"
 */
static void load_carrying(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                          struct cqa_indicator *indicator)
{
    static const char *const carried_keys[] = {"of", "from", "periods", "by", NULL};
    static const char *const from_words[] = {"before", "year", "last", NULL};
    static const char *const by_words[] = {"mean", "sum", "lowest", "highest", "sheets", NULL};
    const struct cqa_yaml_node *map =
        cqa_yaml_want(node, "carried", CQA_YAML_MAP, 0, loader->problems);
    struct cqa_carrying *carrying = cqa_scheme_alloc(loader, 1, sizeof *carrying);
    int from = CQA_CARRIED_BEFORE;
    int by = CQA_CARRIED_SUM;
    int64_t periods = 1;

    if (map == NULL || carrying == NULL)
        return;
    cqa_yaml_only(map, carried_keys, loader->problems);
    cqa_yaml_get_string(map, "of", 1, &carrying->of, loader->problems);
    cqa_yaml_get_word(map, "from", 1, from_words, &from, loader->problems);
    cqa_yaml_get_word(map, "by", from != CQA_CARRIED_BEFORE, by_words, &by, loader->problems);
    cqa_yaml_get_whole(map, "periods", from == CQA_CARRIED_LAST, 1, CQA_CARRIED_PERIODS_MAX,
                       &periods, loader->problems);
    if (from != CQA_CARRIED_LAST && cqa_yaml_find(map, "periods") != NULL)
        cqa_yaml_problem(map, loader->problems, "\"periods\" stands with \"from: last\"");
    if (from == CQA_CARRIED_YEAR && loader->scheme->period == CQA_PERIOD_YEARLY)
        cqa_yaml_problem(map, loader->problems,
                         "a yearly scheme has no earlier period in its year; allowed: \"before\" "
                         "or \"last\"");
    if (indicator->need == CQA_NEED_MEASURED || indicator->by_roster != CQA_ROSTER_NONE)
        cqa_yaml_problem(map, loader->problems,
                         "\"carried\" stands beside neither \"measured\" nor \"roster\"");
    carrying->from = (enum cqa_carried_from)from;
    carrying->by = (enum cqa_carried_by)by;
    carrying->periods = (int)periods;
    indicator->carrying = carrying;
}

/* Another indicator by id; it may come later in the list, so this runs once all ids are known. */
static int other(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *map, const char *key)
{
    const char *id = NULL;

    if (!cqa_yaml_get_string(map, key, 0, &id, loader->problems))
        return CQA_NOWHERE;
    for (size_t i = 0; i < loader->scheme->indicator_count; i++)
        if (loader->scheme->indicators[i].id != NULL &&
            strcmp(loader->scheme->indicators[i].id, id) == 0)
            return (int)i;
    cqa_yaml_problem(cqa_yaml_find(map, key), loader->problems,
                     "\"%s\" is no indicator of this scheme", id);
    return CQA_NOWHERE;
}

static void load_coverage(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                          struct cqa_measuring *measuring)
{
    static const char *const coverage_keys[] = {"of", "at_least", "calls", NULL};
    const struct cqa_yaml_node *coverage =
        cqa_yaml_want(node, "coverage", CQA_YAML_MAP, 0, loader->problems);
    int64_t calls = 0;

    measuring->handled = CQA_NOWHERE;
    measuring->least_pct = cqa_rational_whole(0);
    if (coverage == NULL)
        return;
    cqa_yaml_only(coverage, coverage_keys, loader->problems);
    measuring->handled = other(loader, coverage, "of");
    cqa_yaml_get_whole(coverage, "calls", 0, 0, 1000000, &calls, loader->problems);
    measuring->least_calls = (size_t)calls;
    if (cqa_scheme_number(loader, coverage, "at_least", 0, &measuring->least_pct) &&
        (cqa_rational_sign(measuring->least_pct) < 0 ||
         cqa_rational_compare(measuring->least_pct, cqa_rational_whole(100)) > 0))
        cqa_yaml_problem(cqa_yaml_find(coverage, "at_least"), loader->problems,
                         "\"at_least\" is in %%; allowed: 0 to 100");
    if (cqa_rational_sign(measuring->least_pct) > 0 && cqa_yaml_find(coverage, "of") == NULL)
        cqa_yaml_problem(coverage, loader->problems,
                         "\"at_least\" needs \"of\": the indicator that counts the calls handled");
}

static void load_measuring(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                           struct cqa_indicator *indicator)
{
    static const char *const measuring_keys[] = {"take",      "by",       "rules", "rubric",
                                                 "direction", "positive", "over",  "times",
                                                 "coverage",  NULL};
    static const char *const by_words[] = {"mean", "median", "sum", NULL};
    struct cqa_measuring *measuring = cqa_scheme_alloc(loader, 1, sizeof *measuring);
    int by = CQA_BY_SUM;

    if (measuring == NULL)
        return;
    cqa_yaml_only(node, measuring_keys, loader->problems);
    cqa_yaml_get_string(node, "take", 1, &measuring->take, loader->problems);
    const int flags = measuring->take != NULL && strcmp(measuring->take, "flags") == 0;
    cqa_yaml_get_word(node, "by", !flags, by_words, &by, loader->problems);
    measuring->by = (enum cqa_by)by;
    measuring->rules = cqa_scheme_words(loader, node, "rules", &measuring->rule_count);
    if (flags != (measuring->rules != NULL))
        cqa_yaml_problem(node, loader->problems, "\"take: flags\" and \"rules\" stand together");
    cqa_yaml_get_string(node, "rubric", 0, &measuring->rubric, loader->problems);
    cqa_yaml_get_string(node, "direction", 0, &measuring->direction, loader->problems);
    cqa_yaml_get_bool(node, "positive", 0, &measuring->positive, loader->problems);
    measuring->times = cqa_rational_whole(1);
    cqa_scheme_number(loader, node, "times", 0, &measuring->times);
    measuring->over = other(loader, node, "over");
    load_coverage(loader, node, measuring);
    indicator->measuring = measuring;
}

static void load_indicator(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                           struct cqa_indicator *indicator)
{
    static const char *const rows_words[] = {"mean", "sum", "trimmed", NULL};
    static const char *const roster_words[] = {"none", "days", "period_days", NULL};
    int period = (int)loader->scheme->period;
    int rows_by = CQA_ROWS_MEAN;
    int by_roster = CQA_ROSTER_NONE;
    int64_t places = CQA_NOWHERE;

    cqa_yaml_only(node, keys, loader->problems);
    indicator->line = cqa_yaml_line(node);
    indicator->column = cqa_yaml_column(node);
    if (cqa_yaml_get_string(node, "id", 1, &indicator->id, loader->problems))
        check_id(loader, cqa_yaml_find(node, "id"), indicator->id);
    cqa_yaml_get_text(node, "names", 1, &indicator->names, loader->problems);
    cqa_scheme_unit(loader, node, &indicator->unit);
    cqa_yaml_get_bool(node, "or_zero", 0, &indicator->or_zero, loader->problems);
    cqa_yaml_get_word(node, "rows", 0, rows_words, &rows_by, loader->problems);
    cqa_yaml_get_word(node, "roster", 0, roster_words, &by_roster, loader->problems);
    indicator->rows_by = (enum cqa_rows_by)rows_by;
    indicator->by_roster = (enum cqa_by_roster)by_roster;
    cqa_yaml_get_bool(node, "small", 0, &indicator->small, loader->problems);
    if (indicator->small && !cqa_scheme_in_percent(indicator) && !cqa_unit_is_points(indicator))
        cqa_yaml_problem(cqa_yaml_find(node, "small"), loader->problems,
                         "\"small\" is for indicators in %% or points");
    cqa_yaml_get_bool(node, "whole", 0, &indicator->whole, loader->problems);
    cqa_yaml_get_bool(node, "yes_no", 0, &indicator->yes_no, loader->problems);
    cqa_yaml_get_word(node, "period", 0, cqa_period_words, &period, loader->problems);
    cqa_yaml_get_whole(node, "round", 0, 0, 6, &places, loader->problems);
    indicator->period = (enum cqa_period)period;
    if (period > (int)loader->scheme->period)
        cqa_yaml_problem(cqa_yaml_find(node, "period"), loader->problems,
                         "the indicator's period is longer than the scheme's");
    indicator->round_places = (int)places;
    indicator->cap = cqa_rational_none();
    cqa_scheme_number(loader, node, "cap", 0, &indicator->cap);
    load_range(loader, node, indicator);
    load_values(loader, node, indicator);
    load_need(loader, node, indicator);
    load_carrying(loader, node, indicator);
    indicator->assumed = cqa_scheme_assumption(loader, node, "indicators", indicator->id);
}

/* An id may be given once; and so may a name, because an import may say the name. */
static void check_twins(struct cqa_scheme_loader *loader)
{
    const struct cqa_scheme *scheme = loader->scheme;

    for (size_t i = 0; i < scheme->indicator_count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct cqa_indicator *a = &scheme->indicators[i];
            const struct cqa_indicator *b = &scheme->indicators[k];
            if (a->id == NULL || b->id == NULL || a->names.zh == NULL || b->names.zh == NULL)
                continue;
            if (strcmp(a->id, b->id) == 0)
                cqa_problems_add(loader->problems, a->line, a->column,
                                 "the indicator \"%s\" is given twice", a->id);
            else if (strcmp(a->names.zh, b->names.zh) == 0 || strcmp(a->names.en, b->names.en) == 0)
                cqa_problems_add(loader->problems, a->line, a->column,
                                 "\"%s\" has the same name as \"%s\"", a->id, b->id);
        }
}

void cqa_scheme_load_indicators(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root)
{
    struct cqa_scheme *scheme = loader->scheme;
    const struct cqa_yaml_node *list =
        cqa_yaml_want(root, "indicators", CQA_YAML_LIST, 1, loader->problems);

    if (list == NULL)
        return;
    scheme->indicators = cqa_scheme_alloc(loader, cqa_yaml_count(list), sizeof *scheme->indicators);
    if (scheme->indicators == NULL)
        return;
    scheme->indicator_count = cqa_yaml_count(list);
    for (size_t i = 0; i < scheme->indicator_count; i++)
        load_indicator(loader, cqa_yaml_item(list, i), &scheme->indicators[i]);
    for (size_t i = 0; i < scheme->indicator_count; i++) {
        const struct cqa_yaml_node *measured =
            cqa_yaml_want(cqa_yaml_item(list, i), "measured", CQA_YAML_MAP, 0, loader->problems);
        if (measured != NULL)
            load_measuring(loader, measured, &scheme->indicators[i]);
    }
    check_twins(loader);
    if (scheme->indicator_count == 0)
        cqa_yaml_problem(list, loader->problems, "\"indicators\" is empty; allowed: one or more");
}
