/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/import_answers.h"

#include <stdlib.h>
#include <string.h>
#include "appraisal/heading.h"
#include "appraisal/spelling.h"
#include "base/yaml.h"

enum { COLUMNS, NAMES, LISTS, HEADING_BYTES = 400 };

struct answer {
    const char *asked; /* as it is compared */
    const char *said;
    int is_used;
};

struct cqa_import_answers {
    struct cqa_arena arena;
    struct cqa_yaml *yaml; /* what is said lives in it */
    struct answer *items[LISTS];
    size_t counts[LISTS];
};

/* ---- loading */

/* As the import spells it: a heading is compared by what can be seen, a name as a name is. */
static const char *spelled(struct cqa_arena *arena, int list, const char *text)
{
    char plain[HEADING_BYTES];
    const char *name = NULL;

    if (list == NAMES) {
        (void)cqa_spell_name(arena, text, &name);
        return name;
    }
    cqa_spell_plain(text, plain, sizeof plain);
    return cqa_arena_string(arena, plain);
}

static void check_column(const struct cqa_scheme *scheme, const struct cqa_yaml_node *node,
                         const char *asked, struct cqa_problems *problems)
{
    const char *said = cqa_yaml_text(node);

    if (cqa_heading_taken(scheme, asked, said).column == CQA_HEADING_UNKNOWN)
        cqa_yaml_problem(node, problems,
                         "columns: \"%s\" is neither an indicator of the scheme nor one of agent, "
                         "name, post, period, rater, count, indicator, value",
                         said);
}

static void load_list(struct cqa_import_answers *answers, const struct cqa_scheme *scheme, int list,
                      const struct cqa_yaml_node *map, struct cqa_problems *problems)
{
    const size_t count = map != NULL ? cqa_yaml_count(map) : 0;
    struct answer *items = cqa_arena_alloc(&answers->arena, (count + 1) * sizeof *items);

    answers->items[list] = items;
    for (size_t i = 0; i < count && items != NULL; i++) {
        const struct cqa_yaml_node *node = cqa_yaml_item(map, i);
        const char *asked = cqa_yaml_text(cqa_yaml_key(map, i));
        if (cqa_yaml_text(node) == NULL) {
            cqa_yaml_problem(node, problems,
                             "an answer is a text; allowed: \"\" for what is left out");
            continue;
        }
        if (list == COLUMNS)
            check_column(scheme, node, asked, problems);
        items[answers->counts[list]++] =
            (struct answer){spelled(&answers->arena, list, asked), cqa_yaml_text(node), 0};
        if (items[answers->counts[list] - 1].asked == NULL)
            cqa_yaml_problem(node, problems, "out of memory");
    }
    if (items == NULL)
        cqa_yaml_problem(map, problems, "out of memory");
}

struct cqa_import_answers *cqa_import_answers_load(const char *path,
                                                   const struct cqa_scheme *scheme,
                                                   struct cqa_problems *problems)
{
    static const char *const keys[LISTS + 1] = {"columns", "names", NULL};
    struct cqa_import_answers *answers = calloc(1, sizeof *answers);

    if (answers == NULL) {
        cqa_problems_add(problems, 0, 0, "out of memory");
        return NULL;
    }
    answers->yaml = cqa_yaml_load(path, problems);
    const struct cqa_yaml_node *root =
        answers->yaml != NULL ? cqa_yaml_root(answers->yaml, problems) : NULL;
    if (root != NULL) {
        cqa_yaml_only(root, keys, problems);
        for (int i = 0; i < LISTS; i++)
            load_list(answers, scheme, i, cqa_yaml_want(root, keys[i], CQA_YAML_MAP, 0, problems),
                      problems);
    }
    if (problems->count == 0)
        return answers;
    cqa_import_answers_destroy(answers);
    return NULL;
}

void cqa_import_answers_destroy(struct cqa_import_answers *answers)
{
    if (answers == NULL)
        return;
    cqa_yaml_destroy(answers->yaml);
    cqa_arena_finish(&answers->arena);
    free(answers);
}

/* ---- answering */

static const char *find(struct cqa_import_answers *answers, int list, const char *asked)
{
    for (size_t i = 0; i < answers->counts[list]; i++) {
        struct answer *answer = &answers->items[list][i];
        if (strcmp(answer->asked, asked) == 0) {
            answer->is_used = 1;
            return answer->said;
        }
    }
    return NULL;
}

static enum cqa_status recall(void *context, const char *const *headings, size_t count,
                              const char **taken)
{
    char plain[HEADING_BYTES];

    for (size_t i = 0; i < count; i++) {
        cqa_spell_plain(headings[i], plain, sizeof plain);
        taken[i] = find(context, COLUMNS, plain);
    }
    return CQA_OK;
}

static const char *person(void *context, const char *written)
{
    return find(context, NAMES, written);
}

void cqa_import_answers_use(struct cqa_import_answers *answers, struct cqa_import_how *how)
{
    how->recall = recall;
    how->person = person;
    how->context = answers;
}

void cqa_import_answers_unused(const struct cqa_import_answers *answers,
                               void (*visit)(void *context, const char *asked, int is_column),
                               void *context)
{
    for (int list = 0; list < LISTS; list++)
        for (size_t i = 0; i < answers->counts[list]; i++)
            if (!answers->items[list][i].is_used)
                visit(context, answers->items[list][i].asked, list == COLUMNS);
}
