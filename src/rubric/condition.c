/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/rule.h"

#include <string.h>

const char *const cqa_rubric_direction_words[4] = {"in", "out", "internal", NULL};

static void read_queues(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *map,
                        struct cqa_condition *out)
{
    const struct cqa_yaml_node *node = cqa_yaml_find(map, "queue");
    const int is_list = node != NULL && cqa_yaml_kind(node) == CQA_YAML_LIST;

    if (node == NULL)
        return;
    const size_t count = is_list ? cqa_yaml_count(node) : 1;
    out->queues = cqa_arena_alloc(reader->arena, (count + 1) * sizeof *out->queues);
    for (size_t i = 0; i < count && out->queues != NULL; i++) {
        const struct cqa_yaml_node *item = is_list ? cqa_yaml_item(node, i) : node;
        const char *queue = cqa_yaml_text(item);
        if (queue == NULL || queue[0] == '\0')
            cqa_yaml_problem(item, reader->problems,
                             "\"queue\" must be a queue's name or a list of names");
        else
            out->queues[out->queue_count++] = queue;
    }
    if (count == 0)
        cqa_yaml_problem(node, reader->problems,
                         "\"queue\" is an empty list: nothing could ever match");
    if (out->queues == NULL)
        cqa_yaml_problem(node, reader->problems, "out of memory");
}

void cqa_condition_read(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                        struct cqa_condition *out)
{
    static const char *const known[] = {"shorter_than", "queue",  "direction",
                                        "mono",         "not_ok", NULL};

    *out = (struct cqa_condition){.mono = -1};
    if (cqa_yaml_kind(node) != CQA_YAML_MAP || cqa_yaml_count(node) == 0) {
        cqa_yaml_problem(node, reader->problems,
                         "must be a map with any of: shorter_than, queue, direction, mono, not_ok");
        return;
    }
    cqa_yaml_only(node, known, reader->problems);
    cqa_yaml_get_duration(node, "shorter_than", 0, 1, INT64_C(86400000), &out->shorter_than_ms,
                          reader->problems);
    read_queues(reader, node, out);
    out->directions = cqa_words_read(reader, node, "direction", cqa_rubric_direction_words, 0);
    cqa_yaml_get_bool(node, "mono", 0, &out->mono, reader->problems);
    out->not_ok = cqa_words_read(reader, node, "not_ok", cqa_aspect_words, 0);
}

static int is_in_queues(const struct cqa_condition *condition, const char *queue)
{
    for (size_t i = 0; i < condition->queue_count && queue != NULL; i++)
        if (strcmp(condition->queues[i], queue) == 0)
            return 1;
    return 0;
}

static int is_in_directions(const struct cqa_condition *condition, const char *direction)
{
    for (int i = 0; cqa_rubric_direction_words[i] != NULL && direction != NULL; i++)
        if (strcmp(cqa_rubric_direction_words[i], direction) == 0)
            return (condition->directions >> i & 1u) != 0;
    return 0;
}

static int is_not_ok(const struct cqa_condition *condition, const struct cqa_measurable *measurable)
{
    for (int i = 0; i < CQA_ASPECT_COUNT; i++)
        if ((condition->not_ok >> i & 1u) != 0 && measurable->aspect[i] != CQA_QUALITY_OK)
            return 1;
    return 0;
}

int cqa_condition_holds(const struct cqa_condition *condition, const struct cqa_rubric_input *input)
{
    if (condition->shorter_than_ms > 0 && input->duration_ms >= condition->shorter_than_ms)
        return 0;
    if (condition->queue_count > 0 && !is_in_queues(condition, input->queue))
        return 0;
    if (condition->directions != 0 && !is_in_directions(condition, input->direction))
        return 0;
    if (condition->mono >= 0 && condition->mono != (input->mono != 0))
        return 0;
    return condition->not_ok == 0 || is_not_ok(condition, input->measurable);
}
