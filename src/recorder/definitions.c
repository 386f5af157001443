/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "base/buffer.h"
#include "recorder/parts.h"

/* Parts of regular expressions that a profile names once: {{name}} stands for what `define` says.
 */

enum {
    NESTED_MAX = 8, /* a definition that leads back to itself ends here */
    EXPANDED_BYTES_MAX = 16 * 1024
};

void cqa_definitions_load(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                          struct cqa_problems *problems)
{
    const struct cqa_yaml_node *map = cqa_yaml_want(root, "define", CQA_YAML_MAP, 0, problems);
    const size_t more = map == NULL ? 0 : cqa_yaml_count(map);
    const size_t before = recorder->definition_count;
    struct cqa_word_pair *grown =
        more == 0 ? NULL : cqa_arena_alloc(&recorder->arena, (before + more) * sizeof *grown);

    if (grown == NULL)
        return;
    if (before > 0)
        memcpy(grown, recorder->definitions, before * sizeof *grown);
    for (size_t i = 0; i < more; i++) {
        const char *name = cqa_yaml_text(cqa_yaml_key(map, i));
        const char *text = cqa_yaml_text(cqa_yaml_item(map, i));
        if (text == NULL)
            cqa_yaml_problem(cqa_yaml_item(map, i), problems,
                             "a part of a regular expression is expected");
        grown[before + i] = (struct cqa_word_pair){name, text == NULL ? "" : text};
    }
    recorder->definitions = grown;
    recorder->definition_count = before + more;
}

static const char *definition(const struct cqa_recorder *recorder, const char *name, size_t length)
{
    for (size_t i = 0; i < recorder->definition_count; i++)
        if (strlen(recorder->definitions[i].from) == length &&
            memcmp(recorder->definitions[i].from, name, length) == 0)
            return recorder->definitions[i].to;
    return NULL;
}

/* 0 with a problem added. */
static int expand(const struct cqa_recorder *recorder, const char *text, int depth,
                  const struct cqa_yaml_node *node, struct cqa_buffer *out,
                  struct cqa_problems *problems)
{
    const char *open;

    while ((open = strstr(text, "{{")) != NULL) {
        const char *name = open + 2;
        const char *close = strstr(name, "}}");
        const char *to = close == NULL || depth == NESTED_MAX
                             ? NULL
                             : definition(recorder, name, (size_t)(close - name));
        if (to == NULL) {
            cqa_yaml_problem(node, problems, "\"{{%.*s\" is no part that \"define\" names",
                             (int)(close == NULL ? 2 : close + 2 - name), name);
            return 0;
        }
        cqa_buffer_add(out, text, (size_t)(open - text));
        if (!expand(recorder, to, depth + 1, node, out, problems))
            return 0;
        text = close + 2;
    }
    cqa_buffer_add(out, text, strlen(text));
    return 1;
}

const char *cqa_definitions_expand(struct cqa_recorder *recorder, const struct cqa_yaml_node *node,
                                   struct cqa_problems *problems)
{
    struct cqa_buffer text = {.limit = EXPANDED_BYTES_MAX};
    const char *expanded = NULL;

    if (expand(recorder, cqa_yaml_text(node), 0, node, &text, problems)) {
        expanded = text.failed ? NULL : cqa_arena_bytes(&recorder->arena, text.text, text.length);
        if (expanded == NULL)
            cqa_yaml_problem(node, problems, "longer than %d bytes with all its parts",
                             EXPANDED_BYTES_MAX);
    }
    cqa_buffer_finish(&text);
    return expanded;
}
