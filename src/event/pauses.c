/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/pauses.h"
#include "signal/levels.h"

/* Between the party's words i - 1 and i, or the ends of the call, without the words' own ends; none
 * where it ends before it starts. */
static struct cqa_span pause_before(const struct cqa_scene *scene, const struct cqa_spans *words,
                                    size_t i)
{
    const int64_t near_ms = cqa_scene_limits(scene)->pauses.near_ms;

    return (struct cqa_span){.start_ms = i > 0 ? words->items[i - 1].end_ms + near_ms : 0,
                             .end_ms = i < words->count ? words->items[i].start_ms - near_ms
                                                        : scene->duration_ms};
}

/* What the line carries just after and before the party's own words, away from `music`. */
static void add_pauses(const struct cqa_scene *scene, int c, struct cqa_span music,
                       struct cqa_levels *levels)
{
    const struct cqa_pauses_limits *limits = &cqa_scene_limits(scene)->pauses;
    const struct cqa_spans *words = &scene->speech[c];
    const int64_t reach_ms = limits->far_ms - limits->near_ms;
    const struct cqa_span close = {music.start_ms - limits->aside_ms,
                                   music.end_ms + limits->aside_ms};

    for (size_t i = 0; i <= words->count; i++) {
        const struct cqa_span pause = pause_before(scene, words, i);
        struct cqa_span after = {pause.start_ms, pause.start_ms};
        struct cqa_span before = {pause.end_ms, pause.end_ms};
        if (pause.end_ms <= pause.start_ms ||
            (pause.start_ms < close.end_ms && pause.end_ms > close.start_ms))
            continue;
        if (i > 0)
            after.end_ms = cqa_earlier_ms(pause.start_ms + reach_ms, pause.end_ms);
        if (i < words->count)
            before.start_ms = pause.end_ms - cqa_earlier_ms(reach_ms, pause.end_ms - after.end_ms);
        cqa_scene_add_levels(scene, c, after, levels);
        cqa_scene_add_levels(scene, c, before, levels);
    }
}

int cqa_plays_along(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    const struct cqa_pauses_limits *limits = &cqa_scene_limits(scene)->pauses;
    struct cqa_levels pauses = {0};
    struct cqa_levels music = {0};

    add_pauses(scene, c, span, &pauses);
    cqa_scene_add_levels(scene, c, span, &music);
    return pauses.total >= limits->least_frames &&
           cqa_levels_low(&music, 2) < cqa_levels_low(&pauses, 2) + limits->as_loud_half_db;
}
