/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yaml.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include "base/buffer.h"

enum { FILE_BYTES_MAX = 1 << 20, DEPTH_MAX = 32 };

struct cqa_yaml_node {
    enum cqa_yaml_kind kind;
    size_t line;
    size_t column;
    const char *text;              /* scalar */
    int quoted;                    /* scalar in quotes or a block: never a number or a bool */
    size_t count;                  /* list, map */
    struct cqa_yaml_node **keys;   /* map */
    struct cqa_yaml_node **values; /* list, map */
};

struct cqa_yaml {
    struct cqa_arena arena;
    struct cqa_yaml_node *root;
};

/* ---- from libyaml's document to our tree */

static struct cqa_yaml_node *convert(struct cqa_yaml *yaml, yaml_document_t *document, int index,
                                     int depth, struct cqa_problems *problems);

static void convert_map(struct cqa_yaml *yaml, yaml_document_t *document, yaml_node_t *from,
                        struct cqa_yaml_node *node, int depth, struct cqa_problems *problems)
{
    const size_t count = (size_t)(from->data.mapping.pairs.top - from->data.mapping.pairs.start);

    node->keys = cqa_arena_alloc(&yaml->arena, (count + 1) * sizeof(struct cqa_yaml_node *));
    node->values = cqa_arena_alloc(&yaml->arena, (count + 1) * sizeof(struct cqa_yaml_node *));
    if (node->keys == NULL || node->values == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        const yaml_node_pair_t pair = from->data.mapping.pairs.start[i];
        struct cqa_yaml_node *key = convert(yaml, document, pair.key, depth + 1, problems);
        struct cqa_yaml_node *value = convert(yaml, document, pair.value, depth + 1, problems);
        if (key == NULL || value == NULL)
            continue;
        if (key->kind != CQA_YAML_SCALAR)
            cqa_yaml_problem(key, problems, "a key must be a word");
        else if (cqa_yaml_find(node, key->text) != NULL)
            cqa_yaml_problem(key, problems, "\"%s\" is given twice", key->text);
        else {
            node->keys[node->count] = key;
            node->values[node->count++] = value;
        }
    }
}

static void convert_list(struct cqa_yaml *yaml, yaml_document_t *document, yaml_node_t *from,
                         struct cqa_yaml_node *node, int depth, struct cqa_problems *problems)
{
    const size_t count = (size_t)(from->data.sequence.items.top - from->data.sequence.items.start);

    node->values = cqa_arena_alloc(&yaml->arena, (count + 1) * sizeof(struct cqa_yaml_node *));
    if (node->values == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        struct cqa_yaml_node *item =
            convert(yaml, document, from->data.sequence.items.start[i], depth + 1, problems);
        if (item != NULL)
            node->values[node->count++] = item;
    }
}

static void convert_scalar(struct cqa_yaml *yaml, yaml_node_t *from, struct cqa_yaml_node *node,
                           struct cqa_problems *problems)
{
    const char *text = (const char *)from->data.scalar.value;

    if (strlen(text) != from->data.scalar.length)
        cqa_yaml_problem(node, problems, "text with a NUL character");
    node->kind = CQA_YAML_SCALAR;
    node->quoted = from->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node->text = cqa_arena_string(&yaml->arena, text);
}

static struct cqa_yaml_node *convert(struct cqa_yaml *yaml, yaml_document_t *document, int index,
                                     int depth, struct cqa_problems *problems)
{
    yaml_node_t *from = yaml_document_get_node(document, index);
    struct cqa_yaml_node *node = cqa_arena_alloc(&yaml->arena, sizeof *node);

    if (from == NULL || node == NULL) {
        cqa_problems_add(problems, 0, 0, "out of memory");
        return NULL;
    }
    node->line = from->start_mark.line + 1;
    node->column = from->start_mark.column + 1;
    if (depth > DEPTH_MAX) {
        cqa_yaml_problem(node, problems, "nested deeper than %d levels", DEPTH_MAX);
        return NULL;
    }
    if (from->type == YAML_MAPPING_NODE) {
        node->kind = CQA_YAML_MAP;
        convert_map(yaml, document, from, node, depth, problems);
    } else if (from->type == YAML_SEQUENCE_NODE) {
        node->kind = CQA_YAML_LIST;
        convert_list(yaml, document, from, node, depth, problems);
    } else {
        convert_scalar(yaml, from, node, problems);
        return node->text == NULL ? NULL : node;
    }
    return node;
}

/* Aliases would let a small file unfold into a huge tree, and rubrics gain nothing from them. A
 * second document would go unread without a word. */
static int is_refused(const char *text, size_t length, struct cqa_problems *problems)
{
    yaml_parser_t parser;
    yaml_event_t event;
    int found = 0;
    int documents = 0;
    int done = 0;

    if (!yaml_parser_initialize(&parser))
        return 0;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    while (!done && yaml_parser_parse(&parser, &event)) {
        if (event.type == YAML_ALIAS_EVENT) {
            cqa_problems_add(problems, event.start_mark.line + 1, event.start_mark.column + 1,
                             "aliases (*name) are not taken: write the value out");
            found = 1;
        }
        if (event.type == YAML_DOCUMENT_START_EVENT && ++documents == 2) {
            cqa_problems_add(problems, event.start_mark.line + 1, event.start_mark.column + 1,
                             "a second document; one is taken");
            found = 1;
        }
        done = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return found;
}

static void syntax_problem(const yaml_parser_t *parser, struct cqa_problems *problems)
{
    cqa_problems_add(problems, parser->problem_mark.line + 1, parser->problem_mark.column + 1,
                     "not YAML: %s%s%s", parser->problem ? parser->problem : "unreadable",
                     parser->context ? " " : "", parser->context ? parser->context : "");
}

struct cqa_yaml *cqa_yaml_parse(const char *text, size_t length, struct cqa_problems *problems)
{
    yaml_parser_t parser;
    yaml_document_t document;
    struct cqa_yaml *yaml = NULL;

    if (length > FILE_BYTES_MAX) {
        cqa_problems_add(problems, 0, 0, "larger than %d bytes", FILE_BYTES_MAX);
        return NULL;
    }
    if (is_refused(text, length, problems) || !yaml_parser_initialize(&parser))
        return NULL;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    if (!yaml_parser_load(&parser, &document)) {
        syntax_problem(&parser, problems);
        yaml_parser_delete(&parser);
        return NULL;
    }
    yaml = calloc(1, sizeof *yaml);
    if (yaml != NULL && yaml_document_get_root_node(&document) != NULL)
        yaml->root = convert(yaml, &document, 1, 0, problems);
    if (yaml == NULL)
        cqa_problems_add(problems, 0, 0, "out of memory");
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    return yaml;
}

struct cqa_yaml *cqa_yaml_load(const char *path, struct cqa_problems *problems)
{
    struct cqa_buffer buffer = {.limit = FILE_BYTES_MAX};
    char piece[4096];
    size_t count;
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        cqa_problems_add(problems, 0, 0, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    while ((count = fread(piece, 1, sizeof piece, file)) > 0)
        cqa_buffer_add(&buffer, piece, count);
    const int failed = ferror(file);
    fclose(file);
    struct cqa_yaml *yaml = NULL;
    if (failed)
        cqa_problems_add(problems, 0, 0, "cannot be read: %s", strerror(errno));
    else if (buffer.failed)
        cqa_problems_add(problems, 0, 0, "larger than %d bytes", FILE_BYTES_MAX);
    else
        yaml = cqa_yaml_parse(buffer.text ? buffer.text : "", buffer.length, problems);
    cqa_buffer_finish(&buffer);
    return yaml;
}

void cqa_yaml_destroy(struct cqa_yaml *yaml)
{
    if (yaml == NULL)
        return;
    cqa_arena_finish(&yaml->arena);
    free(yaml);
}

/* ---- the tree */

const struct cqa_yaml_node *cqa_yaml_root(const struct cqa_yaml *yaml,
                                          struct cqa_problems *problems)
{
    if (yaml == NULL)
        return NULL;
    if (yaml->root == NULL || yaml->root->kind != CQA_YAML_MAP) {
        cqa_problems_add(problems, 1, 1, "must hold a map (key: value) at the top");
        return NULL;
    }
    return yaml->root;
}

enum cqa_yaml_kind cqa_yaml_kind(const struct cqa_yaml_node *node)
{
    return node->kind;
}

size_t cqa_yaml_line(const struct cqa_yaml_node *node)
{
    return node->line;
}

size_t cqa_yaml_column(const struct cqa_yaml_node *node)
{
    return node->column;
}

const char *cqa_yaml_text(const struct cqa_yaml_node *node)
{
    return node->kind == CQA_YAML_SCALAR ? node->text : NULL;
}

size_t cqa_yaml_count(const struct cqa_yaml_node *node)
{
    return node->kind == CQA_YAML_SCALAR ? 0 : node->count;
}

const struct cqa_yaml_node *cqa_yaml_item(const struct cqa_yaml_node *node, size_t index)
{
    return index < cqa_yaml_count(node) ? node->values[index] : NULL;
}

const struct cqa_yaml_node *cqa_yaml_key(const struct cqa_yaml_node *node, size_t index)
{
    return node->kind == CQA_YAML_MAP && index < node->count ? node->keys[index] : NULL;
}

const struct cqa_yaml_node *cqa_yaml_find(const struct cqa_yaml_node *map, const char *key)
{
    if (map == NULL || map->kind != CQA_YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->keys[i]->text, key) == 0)
            return map->values[i];
    return NULL;
}

const struct cqa_yaml_node *cqa_yaml_want(const struct cqa_yaml_node *map, const char *key,
                                          enum cqa_yaml_kind kind, int required,
                                          struct cqa_problems *problems)
{
    static const char *const names[] = {"a single value", "a list", "a map (key: value)"};
    const struct cqa_yaml_node *node = cqa_yaml_find(map, key);

    if (node == NULL) {
        if (required && map != NULL)
            cqa_yaml_problem(map, problems, "\"%s\" is missing", key);
        return NULL;
    }
    if (node->kind != kind) {
        cqa_yaml_problem(node, problems, "\"%s\" must be %s", key, names[kind]);
        return NULL;
    }
    return node;
}

void cqa_yaml_problem(const struct cqa_yaml_node *node, struct cqa_problems *problems,
                      const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    cqa_problems_add(problems, node->line, node->column, "%s", text);
}

static int among(const char *word, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    return -1;
}

/* "a, b, c" in `out`, cut at its end. */
static void join(const char *const *words, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (int i = 0; words[i] != NULL && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", words[i]);
}

void cqa_yaml_only(const struct cqa_yaml_node *map, const char *const *allowed,
                   struct cqa_problems *problems)
{
    char list[400];

    if (map == NULL || map->kind != CQA_YAML_MAP)
        return;
    join(allowed, list, sizeof list);
    for (size_t i = 0; i < map->count; i++)
        if (among(map->keys[i]->text, allowed) < 0)
            cqa_yaml_problem(map->keys[i], problems, "unknown key \"%s\"; allowed: %s",
                             map->keys[i]->text, list);
}

/* ---- typed values */

int cqa_yaml_get_string(const struct cqa_yaml_node *map, const char *key, int required,
                        const char **out, struct cqa_problems *problems)
{
    const struct cqa_yaml_node *node = cqa_yaml_want(map, key, CQA_YAML_SCALAR, required, problems);

    if (node == NULL)
        return 0;
    if (node->text[0] == '\0') {
        cqa_yaml_problem(node, problems, "\"%s\" is empty", key);
        return 0;
    }
    *out = node->text;
    return 1;
}

/* Plain decimal numbers only: no nan, infinity, hexadecimal or trailing text. */
static int parse_number(const char *text, double *out)
{
    char *end;

    if (text[0] == '\0' || text[strspn(text, "+-.0123456789eE")] != '\0')
        return 0;
    errno = 0;
    *out = strtod(text, &end);
    return *end == '\0' && errno == 0 && isfinite(*out);
}

int cqa_yaml_as_number(const struct cqa_yaml_node *node, double least, double most, double *out,
                       struct cqa_problems *problems)
{
    double value;

    if (node->kind != CQA_YAML_SCALAR || node->quoted || !parse_number(node->text, &value)) {
        cqa_yaml_problem(node, problems, "\"%s\" is not a number; allowed: %g to %g",
                         node->kind == CQA_YAML_SCALAR ? node->text : "this", least, most);
        return 0;
    }
    if (value < least || value > most) {
        cqa_yaml_problem(node, problems, "%s is out of range; allowed: %g to %g", node->text, least,
                         most);
        return 0;
    }
    *out = value;
    return 1;
}

int cqa_yaml_get_number(const struct cqa_yaml_node *map, const char *key, int required,
                        double least, double most, double *out, struct cqa_problems *problems)
{
    const struct cqa_yaml_node *node = cqa_yaml_want(map, key, CQA_YAML_SCALAR, required, problems);

    return node != NULL && cqa_yaml_as_number(node, least, most, out, problems);
}

int cqa_yaml_get_whole(const struct cqa_yaml_node *map, const char *key, int required,
                       int64_t least, int64_t most, int64_t *out, struct cqa_problems *problems)
{
    const struct cqa_yaml_node *node = cqa_yaml_want(map, key, CQA_YAML_SCALAR, required, problems);
    double value;

    if (node == NULL || !cqa_yaml_as_number(node, (double)least, (double)most, &value, problems))
        return 0;
    if (value != floor(value)) {
        cqa_yaml_problem(node, problems, "%s is not a whole number; allowed: %lld to %lld",
                         node->text, (long long)least, (long long)most);
        return 0;
    }
    *out = (int64_t)value;
    return 1;
}

int cqa_yaml_get_bool(const struct cqa_yaml_node *map, const char *key, int required, int *out,
                      struct cqa_problems *problems)
{
    static const char *const words[] = {"false", "true", NULL};

    return cqa_yaml_get_word(map, key, required, words, out, problems);
}

int cqa_yaml_as_word(const struct cqa_yaml_node *node, const char *const *words, int *out,
                     struct cqa_problems *problems)
{
    char list[400];
    const int index = node->kind == CQA_YAML_SCALAR ? among(node->text, words) : -1;

    if (index < 0) {
        join(words, list, sizeof list);
        cqa_yaml_problem(node, problems, "\"%s\" is not one of: %s",
                         node->kind == CQA_YAML_SCALAR ? node->text : "this", list);
        return 0;
    }
    *out = index;
    return 1;
}

int cqa_yaml_get_word(const struct cqa_yaml_node *map, const char *key, int required,
                      const char *const *words, int *out, struct cqa_problems *problems)
{
    const struct cqa_yaml_node *node = cqa_yaml_want(map, key, CQA_YAML_SCALAR, required, problems);

    return node != NULL && cqa_yaml_as_word(node, words, out, problems);
}

int cqa_yaml_as_duration(const struct cqa_yaml_node *node, int64_t least_ms, int64_t most_ms,
                         int64_t *out_ms, struct cqa_problems *problems)
{
    static const struct {
        const char *name;
        double ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}};
    char number[32];
    double value;

    if (node->kind == CQA_YAML_SCALAR) {
        const size_t digits = strspn(node->text, ".0123456789");
        for (size_t i = 0;
             i < sizeof units / sizeof units[0] && digits > 0 && digits < sizeof number; i++) {
            if (strcmp(node->text + digits, units[i].name) != 0)
                continue;
            memcpy(number, node->text, digits);
            number[digits] = '\0';
            if (!parse_number(number, &value))
                break;
            value *= units[i].ms;
            if (value < (double)least_ms || value > (double)most_ms) {
                cqa_yaml_problem(node, problems, "%s is out of range; allowed: %lldms to %lldms",
                                 node->text, (long long)least_ms, (long long)most_ms);
                return 0;
            }
            *out_ms = llround(value);
            return 1;
        }
    }
    cqa_yaml_problem(node, problems,
                     "\"%s\" is not a length of time; write it as 500ms, 10s, 3min or 6h",
                     node->kind == CQA_YAML_SCALAR ? node->text : "this");
    return 0;
}

int cqa_yaml_get_duration(const struct cqa_yaml_node *map, const char *key, int required,
                          int64_t least_ms, int64_t most_ms, int64_t *out_ms,
                          struct cqa_problems *problems)
{
    const struct cqa_yaml_node *node = cqa_yaml_want(map, key, CQA_YAML_SCALAR, required, problems);

    return node != NULL && cqa_yaml_as_duration(node, least_ms, most_ms, out_ms, problems);
}

int cqa_yaml_get_text(const struct cqa_yaml_node *map, const char *key, int required,
                      struct cqa_text *out, struct cqa_problems *problems)
{
    static const char *const keys[] = {"en", "zh", NULL};
    const struct cqa_yaml_node *node = cqa_yaml_want(map, key, CQA_YAML_MAP, required, problems);
    struct cqa_text text;

    if (node == NULL)
        return 0;
    cqa_yaml_only(node, keys, problems);
    const int en = cqa_yaml_get_string(node, "en", 1, &text.en, problems);
    const int zh = cqa_yaml_get_string(node, "zh", 1, &text.zh, problems);
    if (en && zh)
        *out = text;
    return en && zh;
}
