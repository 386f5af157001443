/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "settings/notices.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "post/post.h"

const char *const cqa_notice_words[CQA_NOTICE_EVENT_COUNT + 1] = {
    "objection.raised", "objection.answered", "decision.made", "audit.head", NULL};

static const unsigned OBJECTIONS =
    1u << CQA_NOTICE_OBJECTION_RAISED | 1u << CQA_NOTICE_OBJECTION_ANSWERED;

/* A full address where that is one; a problem where not. */
static const char *read_url(struct cqa_arena *arena, const struct cqa_yaml_node *map,
                            const char *key, int required, struct cqa_problems *problems)
{
    struct cqa_error error = {0};
    const char *text = NULL;

    if (!cqa_yaml_get_string(map, key, required, &text, problems))
        return NULL;
    if (cqa_post_check_url(text, &error) != CQA_OK) {
        cqa_yaml_problem(cqa_yaml_find(map, key), problems, "%s: %p", key, &error.message);
        return NULL;
    }
    return cqa_arena_string(arena, text);
}

static const char *read_file(struct cqa_arena *arena, const struct cqa_yaml_node *map,
                             const char *key, int required, struct cqa_problems *problems)
{
    const char *text = NULL;

    if (!cqa_yaml_get_string(map, key, required, &text, problems))
        return NULL;
    if (text[0] != '/')
        cqa_yaml_problem(cqa_yaml_find(map, key), problems, "\"%s\" must be an absolute path", key);
    else if (access(text, R_OK) != 0)
        cqa_yaml_problem(cqa_yaml_find(map, key), problems, "%s: %p", text,
                         cqa_words_of_errno(errno));
    return cqa_arena_string(arena, text);
}

static unsigned read_events(const struct cqa_yaml_node *map, struct cqa_problems *problems)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(map, "events", CQA_YAML_LIST, 0, problems);
    unsigned events = 0;
    int word = 0;

    if (list == NULL)
        return OBJECTIONS;
    if (cqa_yaml_count(list) == 0)
        cqa_yaml_problem(list, problems,
                         "events: at least one of objection.raised, objection.answered, "
                         "decision.made, audit.head");
    for (size_t i = 0; i < cqa_yaml_count(list); i++)
        if (cqa_yaml_as_word(cqa_yaml_item(list, i), cqa_notice_words, &word, problems))
            events |= 1u << word;
    return events;
}

static void read_target(struct cqa_notice_config *out, struct cqa_arena *arena,
                        const struct cqa_yaml_node *map, struct cqa_problems *problems)
{
    static const char *const keys[] = {"url", "secret_file", "events", "ca_file", "proxy", NULL};
    struct cqa_notice_target target = {0};
    const char *proxy = NULL;

    if (cqa_yaml_kind(map) != CQA_YAML_MAP) {
        cqa_yaml_problem(map, problems, "a receiver of notices is a map: url, secret_file, events");
        return;
    }
    cqa_yaml_only(map, keys, problems);
    target.url = read_url(arena, map, "url", 1, problems);
    target.secret_file = read_file(arena, map, "secret_file", 1, problems);
    target.ca_file = read_file(arena, map, "ca_file", 0, problems);
    target.events = read_events(map, problems);
    if (cqa_yaml_get_string(map, "proxy", 0, &proxy, problems))
        target.proxy = cqa_arena_string(arena, proxy);
    for (size_t i = 0; target.url != NULL && i < out->count; i++)
        if (strcmp(out->targets[i].url, target.url) == 0)
            cqa_yaml_problem(cqa_yaml_find(map, "url"), problems, "url: already in this list");
    if (target.url != NULL && target.secret_file != NULL)
        out->targets[out->count++] = target;
}

void cqa_notice_config_read(struct cqa_notice_config *out, struct cqa_arena *arena,
                            const struct cqa_yaml_node *root, struct cqa_problems *problems)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(root, "notices", CQA_YAML_LIST, 0, problems);

    out->public_url = read_url(arena, root, "public_url", 0, problems);
    if (out->public_url != NULL && strlen(out->public_url) > CQA_PUBLIC_URL_MAX)
        cqa_yaml_problem(cqa_yaml_find(root, "public_url"), problems,
                         "public_url: longer than %d bytes", CQA_PUBLIC_URL_MAX);
    if (list == NULL)
        return;
    if (cqa_yaml_count(list) > CQA_NOTICE_TARGETS_MAX) {
        cqa_yaml_problem(list, problems, "notices has at most %d receivers, not %zu",
                         CQA_NOTICE_TARGETS_MAX, cqa_yaml_count(list));
        return;
    }
    for (size_t i = 0; i < cqa_yaml_count(list); i++)
        read_target(out, arena, cqa_yaml_item(list, i), problems);
}
