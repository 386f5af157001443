/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of tone plans: models/tones/standard.yaml says what its keys mean. */
#include "event/tone_plans.h"

#include <stdlib.h>
#include <string.h>
#include "base/yaml.h"

static const char *const tone_words[] = {"ringback", "busy",         "congestion", "unobtainable",
                                         "dial",     "call_waiting", "recording",  "sit",
                                         "cng",      "ced",          NULL};

enum { LONGEST_BEAT_MS = 120000 };

static struct cqa_tone_plan *grow(struct cqa_tone_plans *plans)
{
    if (plans->count == plans->capacity) {
        const size_t capacity = plans->capacity ? plans->capacity * 2 : 64;
        struct cqa_tone_plan *items = realloc(plans->items, capacity * sizeof *items);
        if (items == NULL)
            return NULL;
        plans->items = items;
        plans->capacity = capacity;
    }
    return &plans->items[plans->count++];
}

static void read_hz(const struct cqa_yaml_node *node, struct cqa_tone_plan *plan,
                    struct cqa_problems *problems)
{
    const struct cqa_yaml_node *list = cqa_yaml_want(node, "hz", CQA_YAML_LIST, 1, problems);
    const size_t count = list != NULL ? cqa_yaml_count(list) : 0;
    const int sit = plan->tone == CQA_TONE_SIT;

    if (list == NULL)
        return;
    if (sit ? count != CQA_PLAN_HZ_MAX : count < 1 || count > 2) {
        cqa_yaml_problem(list, problems,
                         sit ? "sit has three frequencies, one after the other"
                             : "hz has one frequency, or two that sound together");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        double hz = 0;
        if (cqa_yaml_as_number(cqa_yaml_item(list, i), 100, 3900, &hz, problems))
            plan->hz[plan->hz_count++] = (float)hz;
    }
    if (plan->hz_count == 2 && plan->hz[0] >= plan->hz[1])
        cqa_yaml_problem(list, problems, "the lower of two frequencies comes first");
}

static void read_cadence(const struct cqa_yaml_node *node, struct cqa_tone_plan *plan,
                         struct cqa_problems *problems)
{
    const int continuous =
        plan->tone == CQA_TONE_DIAL || plan->tone == CQA_TONE_CED || plan->tone == CQA_TONE_SIT;
    const struct cqa_yaml_node *list =
        cqa_yaml_want(node, "cadence", CQA_YAML_LIST, !continuous, problems);
    const size_t count = list != NULL ? cqa_yaml_count(list) : 0;

    if (list == NULL)
        return;
    if (continuous || count < 2 || count % 2 != 0 || count > 2 * CQA_BEATS_MAX) {
        cqa_yaml_problem(list, problems,
                         continuous ? "%s has no cadence"
                                    : "the cadence of %s is on, off, … : 2, 4, 6 or 8 durations",
                         tone_words[plan->tone]);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t *to = i % 2 == 0 ? &plan->on_ms[i / 2] : &plan->off_ms[i / 2];
        if (!cqa_yaml_as_duration(cqa_yaml_item(list, i), 50, LONGEST_BEAT_MS, to, problems))
            return;
    }
    plan->beats = (int)(count / 2);
}

static void read_tone(const struct cqa_yaml_node *node, struct cqa_tone_plans *plans,
                      struct cqa_problems *problems)
{
    static const char *const keys[] = {"tone", "hz", "cadence", "least", "within_hz", NULL};
    struct cqa_tone_plan plan = {0};
    struct cqa_tone_plan *place;
    double within_hz = 0;
    int tone = 0;

    if (cqa_yaml_kind(node) != CQA_YAML_MAP) {
        cqa_yaml_problem(node, problems, "a tone is a map: {tone: …, hz: […], cadence: […]}");
        return;
    }
    cqa_yaml_only(node, keys, problems);
    if (!cqa_yaml_get_word(node, "tone", 1, tone_words, &tone, problems))
        return;
    plan.tone = (enum cqa_tone)tone;
    read_hz(node, &plan, problems);
    read_cadence(node, &plan, problems);
    cqa_yaml_get_duration(node, "least", tone == CQA_TONE_DIAL || tone == CQA_TONE_CED, 100,
                          LONGEST_BEAT_MS, &plan.least_ms, problems);
    if (cqa_yaml_get_number(node, "within_hz", 0, 1, 200, &within_hz, problems))
        plan.within_hz = (float)within_hz;
    place = grow(plans);
    if (place == NULL)
        cqa_yaml_problem(node, problems, "no memory");
    else
        *place = plan;
}

static void read_countries(const struct cqa_yaml_node *countries, struct cqa_tone_plans *plans,
                           struct cqa_problems *problems)
{
    for (size_t c = 0; c < cqa_yaml_count(countries); c++) {
        const struct cqa_yaml_node *tones = cqa_yaml_item(countries, c);
        if (cqa_yaml_kind(tones) != CQA_YAML_LIST) {
            cqa_yaml_problem(tones, problems, "a country is a list of tones");
            continue;
        }
        for (size_t i = 0; i < cqa_yaml_count(tones); i++)
            read_tone(cqa_yaml_item(tones, i), plans, problems);
    }
}

struct cqa_tone_plans *cqa_tone_plans_load(const char *path, struct cqa_problems *problems)
{
    static const char *const keys[] = {"version", "countries", NULL};
    const size_t before = problems->count;
    struct cqa_yaml *yaml = cqa_yaml_load(path, problems);
    const struct cqa_yaml_node *root = yaml != NULL ? cqa_yaml_root(yaml, problems) : NULL;
    struct cqa_tone_plans *plans = calloc(1, sizeof *plans);

    if (plans == NULL)
        cqa_problems_add(problems, 0, 0, "no memory");
    if (plans != NULL && root != NULL) {
        int64_t version = 0;
        cqa_yaml_only(root, keys, problems);
        cqa_yaml_get_whole(root, "version", 1, 1, 1, &version, problems);
        const struct cqa_yaml_node *countries =
            cqa_yaml_want(root, "countries", CQA_YAML_MAP, 1, problems);
        if (countries != NULL)
            read_countries(countries, plans, problems);
    }
    cqa_yaml_destroy(yaml);
    if (problems->count != before) {
        cqa_tone_plans_destroy(plans);
        return NULL;
    }
    return plans;
}

void cqa_tone_plans_destroy(struct cqa_tone_plans *plans)
{
    if (plans == NULL)
        return;
    free(plans->items);
    free(plans);
}
