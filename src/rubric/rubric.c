/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/rubric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "rubric/rule.h"

enum { RULES_MAX = 500, EXCEPTIONS_MAX = 100 };

static void read_exception(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                           struct cqa_exception *out)
{
    static const char *const known[] = {"id", "text", "when", NULL};

    if (cqa_yaml_kind(node) != CQA_YAML_MAP) {
        cqa_yaml_problem(node, reader->problems, "an exception must be {id, text, when}");
        return;
    }
    cqa_yaml_only(node, known, reader->problems);
    cqa_id_read(reader, node, "id", &out->id);
    cqa_yaml_get_text(node, "text", 1, &out->text, reader->problems);
    const struct cqa_yaml_node *when =
        cqa_yaml_want(node, "when", CQA_YAML_MAP, 1, reader->problems);
    if (when != NULL)
        cqa_condition_read(reader, when, &out->when);
}

/* The list under `key`, its items allocated in `*items`; its length, 0 with a problem where it is
 * not as it should. */
static size_t open_list(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *root,
                        const char *key, int required, size_t most, size_t item_size, void **items,
                        const struct cqa_yaml_node **list)
{
    *list = cqa_yaml_want(root, key, CQA_YAML_LIST, required, reader->problems);
    if (*list == NULL)
        return 0;
    const size_t count = cqa_yaml_count(*list);
    if (count == 0 || count > most) {
        cqa_yaml_problem(*list, reader->problems, "%zu %s; allowed: 1 to %zu", count, key, most);
        return 0;
    }
    *items = cqa_arena_alloc(reader->arena, count * item_size);
    if (*items != NULL)
        return count;
    cqa_yaml_problem(*list, reader->problems, "out of memory");
    return 0;
}

/* Of a rule and an exception alike: an id names one thing. `earlier` is asked for the ids before
 * `index`. */
static void check_twice(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *list,
                        size_t index)
{
    const struct cqa_yaml_node *node = cqa_yaml_find(cqa_yaml_item(list, index), "id");
    const char *id = node == NULL ? NULL : cqa_yaml_text(node);

    for (size_t i = 0; i < index && id != NULL; i++) {
        const struct cqa_yaml_node *other = cqa_yaml_find(cqa_yaml_item(list, i), "id");
        if (other == NULL || cqa_yaml_text(other) == NULL || strcmp(cqa_yaml_text(other), id) != 0)
            continue;
        cqa_yaml_problem(node, reader->problems, "the id \"%.64s\" is already that of line %zu", id,
                         cqa_yaml_line(other));
        return;
    }
}

static void read_exceptions(const struct cqa_rubric_reader *reader,
                            const struct cqa_yaml_node *root, struct cqa_rubric *rubric)
{
    const struct cqa_yaml_node *list;
    void *items = NULL;

    rubric->exception_count = open_list(reader, root, "exceptions", 0, EXCEPTIONS_MAX,
                                        sizeof *rubric->exceptions, &items, &list);
    rubric->exceptions = items;
    for (size_t i = 0; i < rubric->exception_count; i++) {
        read_exception(reader, cqa_yaml_item(list, i), &rubric->exceptions[i]);
        check_twice(reader, list, i);
    }
}

static void read_rules(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *root,
                       struct cqa_rubric *rubric)
{
    const struct cqa_yaml_node *list;
    void *items = NULL;

    rubric->rule_count =
        open_list(reader, root, "rules", 1, RULES_MAX, sizeof *rubric->rules, &items, &list);
    rubric->rules = items;
    for (size_t i = 0; i < rubric->rule_count; i++) {
        cqa_rule_read(reader, cqa_yaml_item(list, i), &rubric->rules[i]);
        check_twice(reader, list, i);
    }
}

static void read_rubric(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *root,
                        struct cqa_rubric *rubric)
{
    static const char *const known[] = {"name", "version",    "title", "base", "floor",
                                        "cap",  "exceptions", "rules", NULL};

    cqa_yaml_only(root, known, reader->problems);
    cqa_id_read(reader, root, "name", &rubric->name);
    if (cqa_yaml_get_string(root, "version", 1, &rubric->version, reader->problems) &&
        strlen(rubric->version) > 32)
        cqa_yaml_problem(cqa_yaml_find(root, "version"), reader->problems,
                         "a version is at most 32 bytes");
    cqa_yaml_get_text(root, "title", 1, &rubric->title, reader->problems);
    rubric->base = 10000;
    rubric->cap = CQA_NO_CAP;
    cqa_hundredths_read(reader, root, "base", 0, 1, CQA_POINTS_MAX, &rubric->base);
    cqa_hundredths_read(reader, root, "floor", 0, 0, CQA_POINTS_MAX, &rubric->floor);
    cqa_hundredths_read(reader, root, "cap", 0, 1, CQA_POINTS_MAX, &rubric->cap);
    if (rubric->floor >= rubric->base)
        cqa_yaml_problem(root, reader->problems,
                         "\"floor\" must be under \"base\" (100 unless given)");
    read_exceptions(reader, root, rubric);
    const size_t before = reader->problems->count;
    read_rules(reader, root, rubric);
    if (reader->problems->count == before)
        cqa_rules_check(reader, rubric);
}

/* Takes `yaml`. */
static struct cqa_rubric *read_tree(struct cqa_yaml *yaml, struct cqa_problems *problems,
                                    size_t before)
{
    struct cqa_rubric *rubric = calloc(1, sizeof *rubric);

    if (rubric == NULL) {
        cqa_problems_add(problems, 0, 0, "out of memory");
        cqa_yaml_destroy(yaml);
        return NULL;
    }
    const struct cqa_rubric_reader reader = {&rubric->arena, problems};
    const struct cqa_yaml_node *root = cqa_yaml_root(yaml, problems);
    rubric->yaml = yaml;
    if (root != NULL)
        read_rubric(&reader, root, rubric);
    if (problems->count == before && root != NULL)
        return rubric;
    cqa_rubric_destroy(rubric);
    return NULL;
}

struct cqa_rubric *cqa_rubric_load(const char *path, struct cqa_problems *problems)
{
    const size_t before = problems->count;

    return read_tree(cqa_yaml_load(path, problems), problems, before);
}

struct cqa_rubric *cqa_rubric_parse(const char *text, size_t length, struct cqa_problems *problems)
{
    const size_t before = problems->count;

    return read_tree(cqa_yaml_parse(text, length, problems), problems, before);
}

void cqa_rubric_destroy(struct cqa_rubric *rubric)
{
    if (rubric == NULL)
        return;
    cqa_arena_finish(&rubric->arena);
    cqa_yaml_destroy(rubric->yaml);
    free(rubric);
}

const char *cqa_rubric_name(const struct cqa_rubric *rubric)
{
    return rubric->name;
}

const char *cqa_rubric_version(const struct cqa_rubric *rubric)
{
    return rubric->version;
}

static double cap_points(int64_t cap)
{
    return cap == CQA_NO_CAP ? (double)NAN : (double)cap / 100;
}

struct cqa_rubric_info cqa_rubric_info(const struct cqa_rubric *rubric)
{
    return (struct cqa_rubric_info){rubric->title, (double)rubric->base / 100,
                                    (double)rubric->floor / 100, cap_points(rubric->cap)};
}

size_t cqa_rubric_rule_count(const struct cqa_rubric *rubric)
{
    return rubric->rule_count;
}

struct cqa_rule_info cqa_rubric_rule(const struct cqa_rubric *rubric, size_t index)
{
    const struct cqa_rule *rule = &rubric->rules[index];
    int64_t least;
    int64_t most;
    int64_t range_least;
    int64_t range_most;

    cqa_rule_range(rule, rubric->base - rubric->floor, &least, &most);
    cqa_rule_decided_range(rule, rubric->base - rubric->floor, &range_least, &range_most);
    return (struct cqa_rule_info){
        .id = rule->id,
        .title = rule->title,
        .text = rule->text,
        .severity = cqa_severity_words[rule->severity],
        .points_least = (double)least / 100,
        .points_most = (double)most / 100,
        .range_least = (double)range_least / 100,
        .range_most = (double)range_most / 100,
        .cap = cap_points(rule->cap),
        .manual = rule->source == CQA_RULE_MANUAL,
        .automatic_fail = rule->automatic_fail,
    };
}

const struct cqa_yaml_node *cqa_rubric_rule_node(const struct cqa_rubric *rubric, size_t index)
{
    return rubric->rules[index].node;
}
