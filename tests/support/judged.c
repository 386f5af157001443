/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

void judged_begin(struct judged *judged, const char *agent, const char *customer)
{
    *judged = (struct judged){.leg = CQA_LEG_NONE};
    picture_draw(&judged->picture, agent, customer);
}

void judged_draw(struct judged *judged, const char *agent, const char *customer)
{
    judged_begin(judged, agent, customer);
    judged_play(judged);
}

void judged_play(struct judged *judged)
{
    const struct cqa_measure_input input = {.scene = &judged->picture.scene, .leg = judged->leg};

    assert_int_equal(cqa_scene_play(&judged->picture.scene), CQA_OK);
    assert_int_equal(
        cqa_verdict_make(&input, &judged->measures, &judged->measurable, judged->sound), CQA_OK);
}

void judged_play_voices(struct judged *judged, const char *voices)
{
    struct cqa_channel_frames *rows = &judged->picture.frames.channel[0];
    char line[100] = "";

    for (size_t i = 0; voices[i] != '\0'; i++)
        line[i] = voices[i] == '.' ? '.' : 's';
    picture_draw(&judged->picture, line, NULL);
    for (size_t t = 0; t < judged->picture.frames.count; t++) {
        const int voice = voices[t / PICTURE_CELL] - '2';
        rows->lag[t] = (uint8_t)(65 + 25 * voice);
        rows->harmonicity[t] = 220;
        for (int b = 0; b < CQA_BANDS && line[t / PICTURE_CELL] == 's'; b++)
            rows->band[b][t] = (uint8_t)(146 + 3 * voice * (b - CQA_BANDS / 2));
    }
    judged_play(judged);
}

void judged_finish(struct judged *judged)
{
    cqa_measurable_finish(&judged->measurable);
    picture_finish(&judged->picture);
}

double judged_value(const struct judged *judged, const char *measure)
{
    const enum cqa_measure_id id = cqa_measure_find(measure);

    assert_true(id < CQA_MEASURE_COUNT);
    return judged->measures.value[id];
}

int judged_has_reason(const struct judged *judged, const char *id, enum cqa_aspect what)
{
    for (size_t i = 0; i < judged->measurable.reason_count; i++) {
        const struct cqa_reason *reason = &judged->measurable.reasons[i];
        if (strcmp(reason->id, id) == 0 && reason->what == what)
            return 1;
    }
    return 0;
}

static int cell_of(int64_t ms)
{
    return (int)((ms + PICTURE_CELL_MS / 2) / PICTURE_CELL_MS);
}

void judged_expect_spans(const struct judged *judged, enum cqa_aspect what, const char *wanted)
{
    char found[400] = "";
    size_t used = 0;

    for (size_t i = 0; i < judged->measurable.span_count; i++) {
        const struct cqa_unmeasured *span = &judged->measurable.spans[i];
        if (span->what == what)
            used += (size_t)snprintf(found + used, sizeof found - used, "%s%d-%d %s %s",
                                     used > 0 ? "; " : "", cell_of(span->start_ms),
                                     cell_of(span->end_ms), cqa_quality_words[span->state],
                                     span->reason);
    }
    assert_string_equal(found, wanted);
}

void judged_expect_conversation(const struct judged *judged, const char *wanted)
{
    const struct cqa_conversation *talk = &judged->measurable.conversation;
    char found[64] = "";

    assert_true(talk->known);
    if (talk->talked)
        snprintf(found, sizeof found, "%d-%d", cell_of(talk->start_ms), cell_of(talk->end_ms));
    assert_string_equal(found, wanted);
}
