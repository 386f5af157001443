/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recorder/leg.h"

#include <stdlib.h>
#include <string.h>
#include "recorder/parts.h"

enum { TOGETHER_MS = 2000 };

/* ---- loading */

/* "pair: {in: 0, out: 1}", or "any": whichever two there are. */
static void load_pair(struct cqa_recorder *recorder, const struct cqa_yaml_node *map,
                      struct cqa_problems *problems)
{
    const struct cqa_yaml_node *pair = cqa_yaml_find(map, "pair");
    struct cqa_leg_profile *leg = &recorder->leg;

    if (pair == NULL) {
        cqa_yaml_problem(map, problems, "the key \"pair\" is missing");
        return;
    }
    if (cqa_yaml_kind(pair) != CQA_YAML_MAP) {
        static const char *const words[] = {"any", NULL};
        int word = 0;
        leg->any = cqa_yaml_as_word(pair, words, &word, problems);
        return;
    }
    leg->words = cqa_arena_alloc(&recorder->arena, (cqa_yaml_count(pair) + 1) * sizeof *leg->words);
    for (size_t i = 0; leg->words != NULL && i < cqa_yaml_count(pair); i++) {
        const char *word = cqa_yaml_text(cqa_yaml_key(pair, i));
        int64_t channel = 0;
        if (cqa_yaml_get_whole(pair, word, 1, 0, 1, &channel, problems))
            leg->words[leg->word_count++] = (struct cqa_leg_word){word, (int)channel};
    }
}

void cqa_leg_load(struct cqa_recorder *recorder, const struct cqa_yaml_node *root,
                  struct cqa_problems *problems)
{
    static const char *const keys[] = {"pair", "agent_channel", "start", NULL};
    static const char *const starts[] = {"unknown", "together", "told", "written", NULL};
    const struct cqa_yaml_node *map = cqa_yaml_want(root, "leg", CQA_YAML_MAP, 0, problems);
    struct cqa_leg_profile *leg = &recorder->leg;
    int start = CQA_STARTS_UNKNOWN;

    if (map == NULL) /* that of the profile that this one is like, if that has one */
        return;
    *leg = (struct cqa_leg_profile){0};
    memcpy(leg->agent_channel, recorder->agent_channel, sizeof leg->agent_channel);
    cqa_yaml_only(map, keys, problems);
    load_pair(recorder, map, problems);
    cqa_agent_channel_load(map, leg->agent_channel, problems);
    if (cqa_yaml_get_word(map, "start", 0, starts, &start, problems))
        leg->starts = (enum cqa_starts)start;
}

/* ---- one file */

/* 0 or 1; -1: no pair has the word. */
static int channel_of(const struct cqa_leg_profile *leg, const char *word)
{
    for (size_t i = 0; word != NULL && i < leg->word_count; i++)
        if (strcmp(leg->words[i].word, word) == 0)
            return leg->words[i].channel;
    return -1;
}

/* Of two files whichever they are, nobody knows whose is whose. */
static int agent_of(const struct cqa_recorder *recorder, const struct cqa_call *call)
{
    const int *channels = recorder->leg.agent_channel;
    const enum cqa_direction direction = cqa_direction_index(call->direction);

    if (recorder->leg.any || (direction == CQA_DIRECTION_OTHER &&
                              channels[CQA_DIRECTION_IN] != channels[CQA_DIRECTION_OUT]))
        return -1;
    return channels[direction];
}

void cqa_leg_settle(const struct cqa_recorder *recorder, struct cqa_call_identity *identity)
{
    struct cqa_call *call = &identity->call;
    const int channel = channel_of(&recorder->leg, identity->leg);
    const int agent = agent_of(recorder, call);

    if (identity->leg == NULL)
        return;
    identity->leg_channel = recorder->leg.any ? CQA_LEG_ANY : channel;
    call->lines.leg = channel < 0 || agent < 0 ? CQA_LEG_SOMEBODY
                      : channel == agent       ? CQA_LEG_AGENT
                                               : CQA_LEG_CUSTOMER;
}

/* ---- two files */

int cqa_recorder_has_legs(const struct cqa_recorder *recorder)
{
    return recorder->leg.any || recorder->leg.word_count > 0;
}

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? 0 : (size_t)(slash - path);
}

static int same_folder(const char *a, const char *b)
{
    const size_t length = folder_length(a);

    return folder_length(b) == length && strncmp(a, b, length) == 0;
}

int cqa_recorder_is_pair(const struct cqa_leg_file *a, const struct cqa_leg_file *b)
{
    const struct cqa_call_identity *left = a->identity;
    const struct cqa_call_identity *right = b->identity;

    if (left->leg == NULL || right->leg == NULL || left->leg_channel < 0 ||
        right->leg_channel < 0 || strcmp(left->call.id, right->call.id) != 0 ||
        !same_folder(a->path, b->path))
        return 0;
    if (left->leg_channel == CQA_LEG_ANY || right->leg_channel == CQA_LEG_ANY) {
        const int order = strcmp(left->leg, right->leg);
        return order == 0 ? 0 : order < 0 ? 1 : 2;
    }
    return left->leg_channel == right->leg_channel ? 0 : 1 + (left->leg_channel == 1);
}

/* ---- which of several */

/* Behind the folder, up to the ending. */
static size_t stem_of(const char *path, const char **stem)
{
    const char *const slash = strrchr(path, '/');

    *stem = slash == NULL ? path : slash + 1;
    const char *const ending = strrchr(*stem, '.');
    return ending == NULL || ending == *stem ? strlen(*stem) : (size_t)(ending - *stem);
}

static int is_same_stem(const struct cqa_leg_file *a, const struct cqa_leg_file *b)
{
    const char *left;
    const char *right;
    const size_t length = stem_of(a->path, &left);

    return stem_of(b->path, &right) == length && memcmp(left, right, length) == 0;
}

/* Whether the stem of `a` is that of `b` with its own word in the place of the other's. */
static int is_same_but_for_word(const struct cqa_leg_file *a, const struct cqa_leg_file *b)
{
    const char *const words[2] = {a->identity->leg, b->identity->leg};
    const size_t lengths[2] = {strlen(words[0]), strlen(words[1])};
    const char *left;
    const char *right;
    const size_t left_length = stem_of(a->path, &left);
    const size_t right_length = stem_of(b->path, &right);

    if (left_length + lengths[1] != right_length + lengths[0])
        return 0;
    for (size_t i = 0; i + lengths[0] <= left_length; i++) {
        const size_t rest = left_length - lengths[0] - i;
        if (strncmp(left + i, words[0], lengths[0]) == 0 &&
            strncmp(right + i, words[1], lengths[1]) == 0 &&
            memcmp(left + i + lengths[0], right + i + lengths[1], rest) == 0)
            return 1;
        if (left[i] != right[i])
            return 0;
    }
    return 0;
}

/* Of those that make a pair with it and are `close` or not, the only one. */
static size_t only_pair(const struct cqa_leg_file *files, size_t count, size_t self, int close,
                        size_t *candidates)
{
    size_t found = count;
    int differ = 0;

    *candidates = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == self || cqa_recorder_is_pair(&files[self], &files[i]) == 0 ||
            (close && !is_same_but_for_word(&files[self], &files[i])))
            continue;
        (*candidates)++;
        if (found == count)
            found = i;
        else
            differ |= !is_same_stem(&files[found], &files[i]);
    }
    return differ ? count : found;
}

static size_t partner_of(const struct cqa_leg_file *files, size_t count, size_t self)
{
    size_t candidates;
    const size_t close = only_pair(files, count, self, 1, &candidates);

    return candidates > 0 ? close : only_pair(files, count, self, 0, &candidates);
}

size_t cqa_recorder_partner(const struct cqa_leg_file *files, size_t count, size_t self)
{
    const size_t other = partner_of(files, count, self);

    return other < count && partner_of(files, count, other) == self ? other : count;
}

int cqa_recorder_is_unsure(const struct cqa_leg_file *files, size_t count, size_t self)
{
    size_t candidates;

    (void)only_pair(files, count, self, 0, &candidates);
    if (candidates == 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (is_same_stem(&files[self], &files[i]) && cqa_recorder_partner(files, count, i) < count)
            return 0;
    return 1;
}

/* ---- as one call */

static void take(const char **field, const char *other)
{
    if (*field == NULL)
        *field = other;
}

/* What names say of when two began that a recorder begins at once: a second may end between them.
 */
static int may_begin_together(const struct cqa_call *first, const struct cqa_call *second)
{
    return first->begun_ms == 0 || second->begun_ms == 0 ||
           llabs(first->begun_ms - second->begun_ms) <= TOGETHER_MS;
}

void cqa_recorder_join(const struct cqa_recorder *recorder, const struct cqa_leg_file *first,
                       const struct cqa_leg_file *second, struct cqa_call *call,
                       struct cqa_align_order *align)
{
    const struct cqa_call *other = &second->identity->call;

    *call = first->identity->call;
    take(&call->agent, other->agent);
    take(&call->customer, other->customer);
    take(&call->queue, other->queue);
    take(&call->direction, other->direction);
    take(&call->started_at, other->started_at);
    const int agent = agent_of(recorder, call);
    call->lines.leg = CQA_LEG_NONE;
    call->lines.roles_unknown = agent < 0;
    call->lines.agent_channel = agent < 0 ? 0 : agent;

    *align = (struct cqa_align_order){.starts = recorder->leg.starts};
    if (align->starts == CQA_STARTS_TOGETHER && !may_begin_together(&first->identity->call, other))
        align->starts = CQA_STARTS_UNKNOWN;
    if (align->starts == CQA_STARTS_WRITTEN)
        align->later_ms = second->mtime_ms - first->mtime_ms;
    if (align->starts != CQA_STARTS_TOLD)
        return;
    align->later_ms = other->started_ms - first->identity->call.started_ms;
    if (other->started_ms == 0 || first->identity->call.started_ms == 0)
        align->starts = CQA_STARTS_UNKNOWN;
}
