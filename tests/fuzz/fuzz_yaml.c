/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include "base/problems.h"
#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* How many nodes there are; each is of its kind, and somewhere in the text. */
static size_t count(const struct cqa_yaml_node *node, int depth)
{
    size_t sum = 1;

    if (node == NULL || depth > 40 || cqa_yaml_line(node) == 0 || cqa_yaml_column(node) == 0)
        abort();
    if ((cqa_yaml_kind(node) == CQA_YAML_SCALAR) != (cqa_yaml_text(node) != NULL))
        abort();
    for (size_t i = 0; i < cqa_yaml_count(node); i++) {
        if (cqa_yaml_kind(node) == CQA_YAML_MAP)
            sum += count(cqa_yaml_key(node, i), depth + 1);
        sum += count(cqa_yaml_item(node, i), depth + 1);
    }
    return sum;
}

/* A configuration that somebody typed, or a rubric that came over HTTP: a tree within its bounds,
 * or at least one problem. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cqa_problems problems = {0};
    struct cqa_yaml *yaml = cqa_yaml_parse((const char *)data, size, &problems);

    if (yaml == NULL && problems.count == 0)
        abort();
    const struct cqa_yaml_node *root = yaml != NULL ? cqa_yaml_root(yaml, &problems) : NULL;
    if (root != NULL &&
        (count(root, 0) > 100000 || cqa_yaml_fingerprint(root, 1) != cqa_yaml_fingerprint(root, 1)))
        abort();
    cqa_yaml_destroy(yaml);
    cqa_problems_finish(&problems);
    return 0;
}
