/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a file with one channel holds one party's line. The profile knows it of some names; else
 * it is told by nobody ever answering: what one party says alone is parted by the other's turns, so
 * most pauses are long, and little of the time is talk.
 */
#include "recorder/call.h"
#include "verdict/verdict.h"

static const struct {
    int64_t pause_ms; /* shorter ones are inside a word group */
    int64_t long_ms;  /* nobody waits so long for most answers */
    int long_least;   /* so many long ones, for the shares to tell anything */
    float long_share; /* least share of long ones among the pauses, */
    float talk_share; /* and most talk of the time between the first and the last word */
} limits = {
    .pause_ms = 300, /* as bridge_ms of speech */
    .long_ms = 1500, /* by hand */
    .long_least = 3, /* by hand */
    .long_share =
        0.35f, /* at most 1 in 100 mixes of every condition of the simulator passes both, */
    .talk_share = 0.55f, /* of eight real lines alone five do (tests/bench/situations.py blank) */
};

/* Pauses that something explains are no witnesses: holds, signalling, what was not recorded. */
static enum cqa_status find_explained(const struct cqa_scene *scene, struct cqa_spans *out)
{
    struct cqa_spans known = {0};
    struct cqa_spans lines = {0};
    enum cqa_status status = cqa_spans_unite(&scene->holds, &scene->tones.signalling, &known);

    if (status == CQA_OK)
        status = cqa_spans_unite(&scene->lines.not_recorded, &scene->lines.parked, &lines);
    if (status == CQA_OK)
        status = cqa_spans_unite(&known, &lines, out);
    cqa_spans_finish(&known);
    cqa_spans_finish(&lines);
    return status;
}

struct pauses {
    int count;
    int long_count;
    int64_t talk_ms;
    int64_t pause_ms;
};

static struct pauses count_pauses(const struct cqa_spans *speech, const struct cqa_spans *explained)
{
    struct pauses pauses = {.talk_ms = cqa_spans_total_ms(speech)};

    for (size_t i = 1; i < speech->count; i++) {
        const struct cqa_span pause = {speech->items[i - 1].end_ms, speech->items[i].start_ms};
        const int64_t length_ms = cqa_span_length_ms(pause);
        const int64_t known_ms = cqa_spans_within_ms(explained, pause);
        pauses.pause_ms += length_ms - known_ms;
        if (known_ms > 0 || length_ms < limits.pause_ms)
            continue;
        pauses.count++;
        pauses.long_count += length_ms >= limits.long_ms;
    }
    return pauses;
}

static int nobody_answers(const struct pauses *pauses)
{
    return pauses->long_count >= limits.long_least &&
           (float)pauses->long_count >= limits.long_share * (float)pauses->count &&
           (float)pauses->talk_ms <=
               limits.talk_share * (float)(pauses->talk_ms + pauses->pause_ms);
}

static enum cqa_status listen_for_answers(const struct cqa_scene *scene, int *is_leg)
{
    struct cqa_spans explained = {0};
    const enum cqa_status status = find_explained(scene, &explained);

    if (status == CQA_OK) {
        const struct pauses pauses = count_pauses(&scene->speech[0], &explained);
        *is_leg = nobody_answers(&pauses) && !scene->exchange.two;
    }
    cqa_spans_finish(&explained);
    return status;
}

/* What needs the other party cannot be measured, and nobody is heard to talk with anybody. */
static void judge(struct cqa_measurable *measurable)
{
    static const enum cqa_aspect lost[] = {CQA_ASPECT_SILENCE, CQA_ASPECT_OVERTALK,
                                           CQA_ASPECT_HOLD};

    measurable->leg = 1;
    measurable->conversation = (struct cqa_conversation){.known = 1};
    for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++)
        cqa_verdict_lower(measurable, lost[i], CQA_QUALITY_NOT_MEASURABLE,
                          cqa_ground_ids[CQA_GROUND_LEG], cqa_ground_texts[CQA_GROUND_LEG]);
}

enum cqa_status cqa_verdict_find_leg(const struct cqa_scene *scene, enum cqa_leg known,
                                     struct cqa_measurable *measurable)
{
    int is_leg = known != CQA_LEG_NONE;

    if (!scene->mono || scene->same_mix)
        return CQA_OK;
    const enum cqa_status status = is_leg ? CQA_OK : listen_for_answers(scene, &is_leg);
    if (is_leg)
        judge(measurable);
    return status;
}
