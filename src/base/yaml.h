/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_YAML_H
#define CQA_BASE_YAML_H

#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/problems.h"
#include "base/text.h"

/*
 * YAML as a checked tree. The only file that knows libyaml (docs/decisions/0002-libyaml-tree.md).
 *
 * Typed reads never stop: a value that is missing or wrong adds a problem with its line and column,
 * and the read returns 0 with the output left as it was; 1 when it was read. So a loader sets its
 * defaults, reads everything, and looks at the count of problems once. Strings are borrowed from
 * the document.
 */
struct cqa_yaml;
struct cqa_yaml_node; /* belongs to its document */

enum cqa_yaml_kind { CQA_YAML_SCALAR, CQA_YAML_LIST, CQA_YAML_MAP };

/* Both read one document (at most 1 MiB, 32 levels, 20 000 values, 1000 keys a map; duplicate keys,
 * aliases and syntax errors are problems) into `*out`, owned, free with cqa_yaml_destroy; NULL with
 * a problem added when there is no tree. What is loaded must be a regular file: a device has no
 * end.
 */
struct cqa_yaml *cqa_yaml_load(const char *path, struct cqa_problems *problems);
struct cqa_yaml *cqa_yaml_parse(const char *text, size_t length, struct cqa_problems *problems);
void cqa_yaml_destroy(struct cqa_yaml *yaml);

/* The top map; a problem and NULL when the top is something else. */
const struct cqa_yaml_node *cqa_yaml_root(const struct cqa_yaml *yaml,
                                          struct cqa_problems *problems);

enum cqa_yaml_kind cqa_yaml_kind(const struct cqa_yaml_node *node);
size_t cqa_yaml_line(const struct cqa_yaml_node *node);   /* from 1 */
size_t cqa_yaml_column(const struct cqa_yaml_node *node); /* from 1 */

/* A scalar's text; NULL for a list or a map. */
const char *cqa_yaml_text(const struct cqa_yaml_node *node);

/* Items of a list or map. `cqa_yaml_key` gives the i-th key's node. */
size_t cqa_yaml_count(const struct cqa_yaml_node *node);
const struct cqa_yaml_node *cqa_yaml_item(const struct cqa_yaml_node *node, size_t index);
const struct cqa_yaml_node *cqa_yaml_key(const struct cqa_yaml_node *node, size_t index);

/* A number by which another content is told from this one; comments and layout do not count. The
 * same everywhere for the same tree and `seed`. */
uint32_t cqa_yaml_fingerprint(const struct cqa_yaml_node *node, uint32_t seed);

/* The value under `key`, NULL when absent or `map` is no map. No problem is added. */
const struct cqa_yaml_node *cqa_yaml_find(const struct cqa_yaml_node *map, const char *key);

/* As cqa_yaml_find, but of the given kind: something else is a problem and NULL; absent is NULL,
 * and a problem when `required`. */
const struct cqa_yaml_node *cqa_yaml_want(const struct cqa_yaml_node *map, const char *key,
                                          enum cqa_yaml_kind kind, int required,
                                          struct cqa_problems *problems);

/* Adds a problem at the node's place. */
void cqa_yaml_problem(const struct cqa_yaml_node *node, struct cqa_problems *problems,
                      const char *format, ...) CQA_MESSAGE(3, 4);

/* Adds a problem for each key of `map` that is not in the NULL-ended list, naming those that are
 * allowed. */
void cqa_yaml_only(const struct cqa_yaml_node *map, const char *const *allowed,
                   struct cqa_problems *problems);

/* Scalars by key. `required` makes absence a problem. Numbers are finite, whole where the name says
 * so, without trailing text, and within [least, most]. */
int cqa_yaml_get_string(const struct cqa_yaml_node *map, const char *key, int required,
                        const char **out, struct cqa_problems *problems);
int cqa_yaml_get_number(const struct cqa_yaml_node *map, const char *key, int required,
                        double least, double most, double *out, struct cqa_problems *problems);
int cqa_yaml_get_whole(const struct cqa_yaml_node *map, const char *key, int required,
                       int64_t least, int64_t most, int64_t *out, struct cqa_problems *problems);
int cqa_yaml_get_bool(const struct cqa_yaml_node *map, const char *key, int required, int *out,
                      struct cqa_problems *problems);

/* The index of the scalar in the NULL-ended list of words. */
int cqa_yaml_get_word(const struct cqa_yaml_node *map, const char *key, int required,
                      const char *const *words, int *out, struct cqa_problems *problems);

/* A length of time: "500ms", "10s", "2.5s", "3min", "6h"; a bare number is an error that says so.
 */
int cqa_yaml_get_duration(const struct cqa_yaml_node *map, const char *key, int required,
                          int64_t least_ms, int64_t most_ms, int64_t *out_ms,
                          struct cqa_problems *problems);

/* A map {en: …, zh: …}, both required. */
int cqa_yaml_get_text(const struct cqa_yaml_node *map, const char *key, int required,
                      struct cqa_text *out, struct cqa_problems *problems);

/* The same checks on a node at hand (an item of a list). */
int cqa_yaml_as_number(const struct cqa_yaml_node *node, double least, double most, double *out,
                       struct cqa_problems *problems);
int cqa_yaml_as_word(const struct cqa_yaml_node *node, const char *const *words, int *out,
                     struct cqa_problems *problems);
int cqa_yaml_as_duration(const struct cqa_yaml_node *node, int64_t least_ms, int64_t most_ms,
                         int64_t *out_ms, struct cqa_problems *problems);

#endif
