/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_SCHEME_LOAD_H
#define CQA_APPRAISAL_SCHEME_LOAD_H

#include "appraisal/scheme.h"
#include "base/yaml.h"

/* What the parts of the scheme loader share. Not for others. */

struct cqa_scheme_loader {
    struct cqa_scheme *scheme;
    struct cqa_problems *problems;
};

/* A number, exact as written. 1 when it was read; absence is a problem when `required`. */
int cqa_scheme_number(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *map,
                      const char *key, int required, struct cqa_rational *out);
int cqa_scheme_as_number(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                         struct cqa_rational *out);

/* The words of a list under `key`; NULL when absent. */
const char *const *cqa_scheme_words(struct cqa_scheme_loader *loader,
                                    const struct cqa_yaml_node *map, const char *key,
                                    size_t *count);

/* "assumed: true" with its "reason"; NULL without. `where` as in struct cqa_assumption, "%s.%s". */
const struct cqa_assumption *cqa_scheme_assumption(struct cqa_scheme_loader *loader,
                                                   const struct cqa_yaml_node *map,
                                                   const char *list, const char *id);

/* Zeroed memory of the scheme; a problem and NULL when there is none. */
void *cqa_scheme_alloc(struct cqa_scheme_loader *loader, size_t count, size_t size);

/* The list "indicators"; the list "items" or, with `pay`, the items of the map "pay". */
void cqa_scheme_load_indicators(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root);
void cqa_scheme_load_items(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root);

/* "grades", "distribution", "rank_bonus", "low_bonus", "pay_by", "bonus_by"; items come first. */
void cqa_scheme_load_grades(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *root);

/* The ends of a band, {from|above, to|below}. */
void cqa_scheme_load_ends(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                          struct cqa_band *band);

/* An indicator or an earlier item by its id, "items.x" or "indicators.x"; 0 with a problem: none.
 */
int cqa_scheme_resolve(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                       struct cqa_ref *ref);

/* "at_least: 3" and its like; how many of them there are, of which one is to be. */
int cqa_scheme_load_compare(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                            enum cqa_compare *compare, struct cqa_ref *against);

/* Index of an item among those loaded so far, or CQA_NOWHERE. */
int cqa_scheme_item(const struct cqa_scheme *scheme, const char *id);

/* What cannot be seen line by line: bands with a gap or an overlap, a total that may be missing,
 * divisions by 0. */
void cqa_scheme_check(struct cqa_scheme_loader *loader);

/*
 * What an indicator or item can become, so that bands are known to leave nothing out, and
 * conditions to mean something, before any agent is computed. An end that is none is open to
 * infinity.
 */
struct cqa_extent {
    struct cqa_rational low;
    struct cqa_rational high;
    int whole;
};
/* `items`: what each item before can become. */
struct cqa_extent cqa_scheme_reach(const struct cqa_scheme *scheme, const struct cqa_extent *items,
                                   struct cqa_ref ref);

/* Conditions that hold always or never; a row of bands over `of`, which can become `reach`, that
 * nothing reaches. */
void cqa_scheme_check_conditions(struct cqa_scheme_loader *loader, const struct cqa_extent *items);
void cqa_scheme_check_row(struct cqa_scheme_loader *loader, const struct cqa_band *band,
                          struct cqa_ref of, struct cqa_extent reach);

/* A "unit" by its one spelling; stays NULL where none is given. */
void cqa_scheme_unit(struct cqa_scheme_loader *loader, const struct cqa_yaml_node *node,
                     const char **out);

#endif
