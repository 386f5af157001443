/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "settings/decision_reason.h"

#include <string.h>

enum { ID_BYTES_MAX = 32, WORDS_BYTES_MAX = 120 };

const char cqa_decision_undone[] = "undone";

static const struct cqa_decision_reason usual[] = {
    {"justified", "The agent had a good reason", "坐席有正当理由"},
    {"not-so", "The analyzer is wrong: it did not happen", "系统误判，实际未发生"},
    {"fault", "A technical fault, not the agent", "技术故障，非坐席责任"},
    {"customer", "The customer caused or asked for it", "由客户造成或客户要求"},
};

const struct cqa_decision_reason *
cqa_decision_reason_find(const struct cqa_decision_reason *reasons, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(reasons[i].id, id) == 0)
            return &reasons[i];
    return NULL;
}

static int is_id(const char *text)
{
    const size_t length = strlen(text);

    return length > 0 && length <= ID_BYTES_MAX &&
           text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0';
}

static int read_words(const struct cqa_yaml_node *node, const char *key, struct cqa_arena *arena,
                      const char **out, struct cqa_problems *problems)
{
    const char *text = NULL;

    if (!cqa_yaml_get_string(node, key, 1, &text, problems))
        return 0;
    if (strlen(text) > WORDS_BYTES_MAX) {
        cqa_yaml_problem(cqa_yaml_find(node, key), problems, "a reason has 1 to %d bytes",
                         WORDS_BYTES_MAX);
        return 0;
    }
    *out = cqa_arena_string(arena, text);
    return *out != NULL;
}

/* 1 when it was read. */
static int read_reason(const struct cqa_yaml_node *node, struct cqa_arena *arena,
                       const struct cqa_decision_reason *before, size_t count,
                       struct cqa_decision_reason *out, struct cqa_problems *problems)
{
    static const char *const known[] = {"id", "en", "zh", NULL};
    const size_t found = problems->count;
    const char *id = NULL;

    if (cqa_yaml_kind(node) != CQA_YAML_MAP) {
        cqa_yaml_problem(node, problems, "a reason must be {id: …, en: …, zh: …}");
        return 0;
    }
    cqa_yaml_only(node, known, problems);
    if (cqa_yaml_get_string(node, "id", 1, &id, problems)) {
        if (!is_id(id))
            cqa_yaml_problem(cqa_yaml_find(node, "id"), problems,
                             "an id has 1 to %d of a-z 0-9 - _", ID_BYTES_MAX);
        else if (strcmp(id, cqa_decision_undone) == 0 ||
                 cqa_decision_reason_find(before, count, id) != NULL)
            cqa_yaml_problem(cqa_yaml_find(node, "id"), problems,
                             "another reason has the id \"%s\"", id);
    }
    const int good = read_words(node, "en", arena, &out->en, problems) &&
                     read_words(node, "zh", arena, &out->zh, problems);
    out->id = id ? cqa_arena_string(arena, id) : NULL;
    return good && problems->count == found && out->id != NULL;
}

size_t cqa_decision_reasons_read(const struct cqa_yaml_node *root, struct cqa_arena *arena,
                                 struct cqa_decision_reason reasons[CQA_DECISION_REASONS_MAX],
                                 struct cqa_problems *problems)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(root, "reasons", CQA_YAML_LIST, 0, problems);
    size_t count = 0;

    if (list == NULL) {
        memcpy(reasons, usual, sizeof usual);
        return sizeof usual / sizeof *usual;
    }
    for (size_t i = 0; i < cqa_yaml_count(list); i++) {
        if (i == CQA_DECISION_REASONS_MAX) {
            cqa_yaml_problem(cqa_yaml_item(list, i), problems, "more than %d reasons",
                             CQA_DECISION_REASONS_MAX);
            break;
        }
        if (read_reason(cqa_yaml_item(list, i), arena, reasons, count, &reasons[count], problems))
            count++;
    }
    return count;
}
