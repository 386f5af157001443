/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/clips_config.h"

#include <string.h>

/* How many texts the list under `key` has, kept. */
static size_t read_words(struct cqa_arena *arena, const struct cqa_yaml_node *map, const char *key,
                         const char ***out, struct cqa_problems *problems)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(map, key, CQA_YAML_LIST, 0, problems);
    const size_t count = list != NULL ? cqa_yaml_count(list) : 0;
    const char **words = cqa_arena_alloc(arena, (count + 1) * sizeof *words);
    size_t kept = 0;

    *out = words;
    for (size_t i = 0; words != NULL && i < count; i++) {
        const char *word = cqa_yaml_text(cqa_yaml_item(list, i));
        if (word == NULL || word[0] == '\0')
            cqa_yaml_problem(cqa_yaml_item(list, i), problems, "%s: each must be a text", key);
        else
            words[kept++] = cqa_arena_string(arena, word);
    }
    return kept;
}

static int has_rule(const struct cqa_rubric *rubric, const char *id)
{
    for (size_t i = 0; i < cqa_rubric_rule_count(rubric); i++)
        if (strcmp(cqa_rubric_rule(rubric, i).id, id) == 0)
            return 1;
    return 0;
}

/* A mistyped rule would be one whose flags nobody can hear when it comes to that. */
static void check_rules(const struct cqa_clips_config *clips, const struct cqa_rubric *rubric,
                        const struct cqa_yaml_node *map, struct cqa_problems *problems)
{
    for (size_t i = 0; rubric != NULL && i < clips->rule_count; i++)
        if (!has_rule(rubric, clips->rules[i]))
            cqa_yaml_problem(cqa_yaml_find(map, "rules"), problems,
                             "the rubric has no rule \"%.64s\"", clips->rules[i]);
}

void cqa_clips_config_read(struct cqa_clips_config *out, const struct cqa_yaml_node *root,
                           const struct cqa_rubric *rubric, struct cqa_arena *arena,
                           struct cqa_problems *problems)
{
    static const char *const keys[] = {"send",  "bytes_max", "private_queues", "around", "severity",
                                       "rules", NULL};
    const struct cqa_yaml_node *map = cqa_yaml_want(root, "clips", CQA_YAML_MAP, 0, problems);

    if (map == NULL)
        return;
    cqa_yaml_only(map, keys, problems);
    cqa_yaml_get_bool(map, "send", 1, &out->sends, problems);
    cqa_yaml_get_whole(map, "bytes_max", 0, 16 << 10, 4 << 20, &out->bytes_max, problems);
    cqa_yaml_get_duration(map, "around", 0, 1000, 30 * 1000, &out->around_ms, problems);
    cqa_yaml_get_word(map, "severity", 0, cqa_severity_words, &out->severity_least, problems);
    out->private_count = read_words(arena, map, "private_queues", &out->private_queues, problems);
    out->rule_count = read_words(arena, map, "rules", &out->rules, problems);
    check_rules(out, rubric, map, problems);
}
