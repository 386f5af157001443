/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>
#include "base/buffer.h"

enum {
    FILE_BYTES_MAX = 1 << 20,
    DEPTH_MAX = 32,
    NODES_MAX = 20000,   /* keys, values, lists and maps */
    KEYS_MAX = 1000,     /* of one map: each is compared with those before it */
    DIRECTIVES_MAX = 16, /* lines that begin with % */
    ROOM_FIRST = 4,      /* a power of two */
};

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

/* ---- from libyaml's events to our tree */

/* Reading ends at the first thing that is refused: what follows may be a million of the same.
 * Within these limits the time and memory that libyaml and we take are bounded by the size of the
 * text (docs/decisions/0076-limits-on-yaml.md). */
struct builder {
    struct cqa_yaml *yaml;
    yaml_parser_t parser;
    struct cqa_problems *problems;
    size_t nodes;
    int stopped; /* a problem was added that ends the reading */
};

static void stop_without_memory(struct builder *builder)
{
    if (!builder->stopped)
        cqa_problems_add(builder->problems, 0, 0, "out of memory");
    builder->stopped = 1;
}

static void syntax_problem(struct builder *builder)
{
    const yaml_parser_t *parser = &builder->parser;

    if (!builder->stopped)
        cqa_problems_add(builder->problems, parser->problem_mark.line + 1,
                         parser->problem_mark.column + 1, "not YAML: %s%s%s",
                         parser->problem ? parser->problem : "unreadable",
                         parser->context ? " " : "", parser->context ? parser->context : "");
    builder->stopped = 1;
}

/* The next event, the caller's to delete; 0: reading has ended, with a problem. */
static int next(struct builder *builder, yaml_event_t *event)
{
    if (builder->stopped)
        return 0;
    if (yaml_parser_parse(&builder->parser, event))
        return 1;
    syntax_problem(builder);
    return 0;
}

static struct cqa_yaml_node *new_node(struct builder *builder, const yaml_event_t *event)
{
    struct cqa_yaml_node *node = NULL;

    if (++builder->nodes > NODES_MAX) {
        cqa_problems_add(builder->problems, event->start_mark.line + 1,
                         event->start_mark.column + 1, "more than %d values in one file",
                         NODES_MAX);
        builder->stopped = 1;
        return NULL;
    }
    node = cqa_arena_alloc(&builder->yaml->arena, sizeof *node);
    if (node == NULL) {
        stop_without_memory(builder);
        return NULL;
    }
    node->line = event->start_mark.line + 1;
    node->column = event->start_mark.column + 1;
    return node;
}

static void *grow(struct builder *builder, struct cqa_yaml_node **old, size_t count,
                  size_t capacity)
{
    struct cqa_yaml_node **out =
        cqa_arena_alloc(&builder->yaml->arena, capacity * sizeof(struct cqa_yaml_node *));

    if (out == NULL)
        stop_without_memory(builder);
    else if (count > 0)
        memcpy(out, old, count * sizeof(struct cqa_yaml_node *));
    return out;
}

/* Room for one more of a list or map: its arrays double. */
static int make_room(struct builder *builder, struct cqa_yaml_node *node)
{
    const size_t count = node->count;

    if (count > 0 && (count < ROOM_FIRST || (count & (count - 1)) != 0))
        return 1;
    const size_t capacity = count == 0 ? ROOM_FIRST : 2 * count;
    node->values = grow(builder, node->values, count, capacity);
    if (node->kind == CQA_YAML_MAP)
        node->keys = grow(builder, node->keys, count, capacity);
    return !builder->stopped;
}

static struct cqa_yaml_node *build(struct builder *builder, const yaml_event_t *event, int depth);

/* Adds a pair, or says why it cannot be one. */
static void add_pair(struct builder *builder, struct cqa_yaml_node *node, struct cqa_yaml_node *key,
                     struct cqa_yaml_node *value)
{
    if (key->kind != CQA_YAML_SCALAR) {
        cqa_yaml_problem(key, builder->problems, "a key must be a word");
    } else if (cqa_yaml_find(node, key->text) != NULL) {
        cqa_yaml_problem(key, builder->problems, "\"%s\" is given twice", key->text);
    } else if (node->count == KEYS_MAX) {
        cqa_yaml_problem(key, builder->problems, "more than %d keys in one map", KEYS_MAX);
        builder->stopped = 1;
    } else if (make_room(builder, node)) {
        node->keys[node->count] = key;
        node->values[node->count++] = value;
    }
}

/* The value of a key, which comes right after it. */
static struct cqa_yaml_node *build_value(struct builder *builder, int depth)
{
    struct cqa_yaml_node *value = NULL;
    yaml_event_t event;

    if (next(builder, &event)) {
        value = build(builder, &event, depth);
        yaml_event_delete(&event);
    }
    return value;
}

/* Reads on to the end of a list or map. */
static void build_items(struct builder *builder, struct cqa_yaml_node *node, yaml_event_type_t end,
                        int depth)
{
    yaml_event_t event;

    while (next(builder, &event)) {
        const int ended = event.type == end;
        struct cqa_yaml_node *item = ended ? NULL : build(builder, &event, depth + 1);
        yaml_event_delete(&event);
        if (ended)
            return;
        struct cqa_yaml_node *value =
            node->kind == CQA_YAML_MAP && item != NULL ? build_value(builder, depth + 1) : NULL;
        if (item != NULL && value != NULL)
            add_pair(builder, node, item, value);
        else if (item != NULL && node->kind == CQA_YAML_LIST && make_room(builder, node))
            node->values[node->count++] = item;
    }
}

static void build_scalar(struct builder *builder, const yaml_event_t *event,
                         struct cqa_yaml_node *node)
{
    const char *text = (const char *)event->data.scalar.value;

    if (strlen(text) != event->data.scalar.length)
        cqa_yaml_problem(node, builder->problems, "text with a NUL character");
    node->kind = CQA_YAML_SCALAR;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node->text = cqa_arena_string(&builder->yaml->arena, text);
    if (node->text == NULL)
        stop_without_memory(builder);
}

/* The node that an event begins; NULL when reading has ended. */
static struct cqa_yaml_node *build(struct builder *builder, const yaml_event_t *event, int depth)
{
    if (event->type == YAML_ALIAS_EVENT) {
        cqa_problems_add(builder->problems, event->start_mark.line + 1,
                         event->start_mark.column + 1,
                         "aliases (*name) are not taken: write the value out");
        builder->stopped = 1;
        return NULL;
    }
    struct cqa_yaml_node *node = new_node(builder, event);
    if (node == NULL)
        return NULL;
    if (depth > DEPTH_MAX) {
        cqa_yaml_problem(node, builder->problems, "nested deeper than %d levels", DEPTH_MAX);
        builder->stopped = 1;
        return NULL;
    }
    if (event->type == YAML_MAPPING_START_EVENT) {
        node->kind = CQA_YAML_MAP;
        build_items(builder, node, YAML_MAPPING_END_EVENT, depth);
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        node->kind = CQA_YAML_LIST;
        build_items(builder, node, YAML_SEQUENCE_END_EVENT, depth);
    } else {
        build_scalar(builder, event, node);
    }
    return builder->stopped ? NULL : node;
}

/* Reads the whole stream. Aliases would let a small file unfold into a huge tree, and rubrics gain
 * nothing from them. A second document would go unread without a word. */
static void build_all(struct builder *builder)
{
    yaml_event_t event;
    int documents = 0;
    int done = 0;

    while (!done && next(builder, &event)) {
        switch (event.type) {
        case YAML_DOCUMENT_START_EVENT:
            if (++documents == 2) {
                cqa_problems_add(builder->problems, event.start_mark.line + 1,
                                 event.start_mark.column + 1, "a second document; one is taken");
                builder->stopped = 1;
            }
            break;
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
            break;
        case YAML_STREAM_END_EVENT:
            done = 1;
            break;
        default:
            builder->yaml->root = build(builder, &event, 0);
        }
        yaml_event_delete(&event);
    }
}

/* libyaml compares each %TAG with all before it. */
static int has_many_directives(const char *text, size_t length, struct cqa_problems *problems)
{
    const char *end = text + length;
    size_t line = 1;
    int count = 0;

    for (const char *at = text; at != NULL && at < end; line++) {
        if (*at == '%' && ++count > DIRECTIVES_MAX) {
            cqa_problems_add(problems, line, 1, "more than %d directives (%%); none is needed",
                             DIRECTIVES_MAX);
            return 1;
        }
        at = memchr(at, '\n', (size_t)(end - at));
        at = at == NULL ? NULL : at + 1;
    }
    return 0;
}

struct cqa_yaml *cqa_yaml_parse(const char *text, size_t length, struct cqa_problems *problems)
{
    struct builder builder = {.problems = problems};

    if (length > FILE_BYTES_MAX) {
        cqa_problems_add(problems, 0, 0, "larger than %d bytes", FILE_BYTES_MAX);
        return NULL;
    }
    if (has_many_directives(text, length, problems))
        return NULL;
    builder.yaml = calloc(1, sizeof *builder.yaml);
    if (builder.yaml == NULL || !yaml_parser_initialize(&builder.parser)) {
        cqa_problems_add(problems, 0, 0, "out of memory");
        free(builder.yaml);
        return NULL;
    }
    yaml_parser_set_input_string(&builder.parser, (const unsigned char *)text, length);
    build_all(&builder);
    yaml_parser_delete(&builder.parser);
    if (!builder.stopped)
        return builder.yaml;
    cqa_yaml_destroy(builder.yaml);
    return NULL;
}

/* A pipe without a writer would hold up the opening for ever, a device has no end. */
static FILE *open_regular(const char *path, struct cqa_problems *problems)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat status;

    if (fd >= 0 && fstat(fd, &status) == 0 && !S_ISREG(status.st_mode)) {
        cqa_problems_add(problems, 0, 0, "not a regular file");
        close(fd);
        return NULL;
    }
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    if (file == NULL) {
        cqa_problems_add(problems, 0, 0, "cannot be read: %p", cqa_words_of_errno(errno));
        if (fd >= 0)
            close(fd);
    }
    return file;
}

struct cqa_yaml *cqa_yaml_load(const char *path, struct cqa_problems *problems)
{
    struct cqa_buffer buffer = {.limit = FILE_BYTES_MAX};
    char piece[4096];
    size_t count;
    FILE *file = open_regular(path, problems);

    if (file == NULL)
        return NULL;
    /* Not past the limit: some files of /proc are regular and have no end either. */
    while (!buffer.failed && (count = fread(piece, 1, sizeof piece, file)) > 0)
        cqa_buffer_add(&buffer, piece, count);
    const int failed = ferror(file);
    fclose(file);
    struct cqa_yaml *yaml = NULL;
    if (failed)
        cqa_problems_add(problems, 0, 0, "cannot be read: %p", cqa_words_of_errno(errno));
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
    static const char *const names[] = {CQA_N("a single value"), CQA_N("a list"),
                                        CQA_N("a map (key: value)")};
    const struct cqa_yaml_node *node = cqa_yaml_find(map, key);

    if (node == NULL) {
        if (required && map != NULL)
            cqa_yaml_problem(map, problems, "\"%s\" is missing", key);
        return NULL;
    }
    if (node->kind != kind) {
        cqa_yaml_problem(node, problems, "\"%s\" must be %p", key, cqa_words_named(names[kind]));
        return NULL;
    }
    return node;
}

void cqa_yaml_problem(const struct cqa_yaml_node *node, struct cqa_problems *problems,
                      const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    cqa_problems_add_va(problems, node->line, node->column, format, &arguments);
    va_end(arguments);
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

/* ---- what it says, in a number (FNV-1a) */

static uint32_t mixed(uint32_t hash, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619U;
    return hash;
}

uint32_t cqa_yaml_fingerprint(const struct cqa_yaml_node *node, uint32_t seed)
{
    static const char *const open[] = {"=", "[", "{"};
    uint32_t hash = mixed(seed ^ 2166136261U, open[node->kind], 1);

    if (node->text != NULL)
        return mixed(hash, node->text, strlen(node->text) + 1);
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == CQA_YAML_MAP)
            hash = cqa_yaml_fingerprint(node->keys[i], hash);
        hash = cqa_yaml_fingerprint(node->values[i], hash);
    }
    return mixed(hash, "]", 1);
}
