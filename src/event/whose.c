/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/whose.h"

struct cqa_span cqa_unspoken(const struct cqa_scene *scene, int c, struct cqa_span silence)
{
    const struct cqa_spans *words = &scene->speech[c];
    struct cqa_span around = {0, scene->duration_ms};

    for (size_t i = 0; i < words->count; i++) {
        if (words->items[i].end_ms <= silence.start_ms)
            around.start_ms = cqa_later_ms(around.start_ms, words->items[i].end_ms);
        else if (words->items[i].start_ms >= silence.end_ms)
            around.end_ms = cqa_earlier_ms(around.end_ms, words->items[i].start_ms);
    }
    return around;
}

/* For most of it: the noise of a room, too, is softer now and then. */
static int has_fallen(const struct cqa_scene *scene, const struct cqa_floor *gaps,
                      struct cqa_span silence)
{
    const struct cqa_mute *mute = &scene->mute;

    return 2 * cqa_spans_within_ms(&mute->away, silence) > cqa_span_length_ms(silence) ||
           (mute->away_informative &&
            cqa_has_other_floor(scene, 1 - scene->agent, gaps, silence, 1));
}

/* Whether the silence lies in the customer's own pause: the agent's turn is over when they say the
 * last word, and the agent's next one begins after theirs. */
static int is_own_pause(const struct cqa_scene *scene, struct cqa_span customer,
                        struct cqa_span silence)
{
    const int64_t turn_ms = cqa_scene_limits(scene)->overtalk.turn_ms;
    const struct cqa_span agent = cqa_unspoken(scene, scene->agent, silence);

    return customer.start_ms - agent.start_ms >= turn_ms &&
           agent.end_ms - customer.end_ms >= turn_ms;
}

int cqa_may_be_customers(const struct cqa_scene *scene, const struct cqa_floor *gaps,
                         struct cqa_span silence)
{
    if (scene->mono || scene->roles_unknown)
        return 0;
    const struct cqa_span customer = cqa_unspoken(scene, 1 - scene->agent, silence);

    return is_own_pause(scene, customer, silence) || has_fallen(scene, gaps, silence) ||
           cqa_scene_has_keys(scene, customer, CQA_PARTY_AGENT);
}
