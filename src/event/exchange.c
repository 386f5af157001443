#include "event/exchange.h"

#include <math.h>
#include "event/levels.h"
#include "event/scene.h"

/*
 * Fitted on simulated mixes of speakers of the tune split (docs/accuracy.md, "Situations"): of
 * neighbouring stretches of one speaker one in ten differ by more than `apart`, of two speakers 19
 * of 20 do.
 */
enum {
    LEAST_MS = 384,   /* of a stretch whose voice can be told */
    NEAR_MS = 2000,   /* a longer pause answers nothing */
    AGAIN_MS = 29000, /* between two changes that make an exchange */
    LONG_MS = 30000, /* of talk without a pause of NEAR_MS: no menu and no greeting talks so long */
    MUCH_MS = 25000, /* of talk in all: the same */
    SOFTER = 32,     /* half dB under most of the call: the other line's leakage */
    LOUD = 40,       /* half dB under its loudest frames: what still tells the colour */
    VOICED = 130,    /* of 255, harmonicity */
    VOICED_LEAST = 5, /* frames that tell a pitch */
    FIRST_BAND = 1,   /* what telephone lines let through */
    LAST_BAND = 15,
    LAGS = CQA_LAG_MAX + 1,
};

static const float apart = 1.7f;
static const float far_apart = 2.6f;   /* of neighbouring stretches of one speaker 1 in 50 */
static const float pitch_scale = 4.0f; /* semitones to one */
static const float pitch_unknown = 0.75f;
static const float level_scale = 5.0f;  /* dB */
static const float colour_scale = 3.0f; /* dB, root of the mean square over bands */

struct voice {
    float pitch; /* semitones; NAN unknown */
    float level; /* dB */
    float colour[CQA_BANDS];
    float weight; /* frames that it stands on */
};

static int level_at_most(const struct cqa_levels *levels, float share)
{
    const unsigned wanted = (unsigned)(share * (float)levels->total);
    unsigned seen = 0;
    int level = 0;

    while (level < 255 && (seen += levels->frames[level]) <= wanted)
        level++;
    return level;
}

static float pitch_of(const unsigned lags[LAGS], unsigned voiced)
{
    unsigned seen = 0;
    int lag = CQA_LAG_MIN;

    if (voiced < VOICED_LEAST)
        return NAN;
    while (lag < LAGS - 1 && 2 * (seen += lags[lag]) < voiced)
        lag++;
    return -12.0f * log2f((float)lag);
}

static struct voice hear(const struct cqa_channel_frames *rows, size_t first, size_t last)
{
    struct voice voice = {0};
    struct cqa_levels levels = {0};
    unsigned lags[LAGS] = {0};
    unsigned voiced = 0;
    float mean = 0;

    for (size_t t = first; t < last; t++)
        cqa_levels_add(&levels, rows->level[t]);
    const int loud = level_at_most(&levels, 0.9f) - LOUD;
    for (size_t t = first; t < last; t++) {
        if (rows->level[t] < loud)
            continue;
        for (int b = 0; b < CQA_BANDS; b++)
            voice.colour[b] += 0.5f * (float)rows->band[b][t];
        voice.weight++;
        if (rows->harmonicity[t] > VOICED && rows->lag[t] >= CQA_LAG_MIN && rows->lag[t] < LAGS) {
            lags[rows->lag[t]]++;
            voiced++;
        }
    }
    for (int b = 0; b < CQA_BANDS; b++)
        mean += voice.colour[b] / CQA_BANDS;
    for (int b = 0; b < CQA_BANDS; b++)
        voice.colour[b] = (voice.colour[b] - mean) / voice.weight;
    voice.level = 0.5f * (float)level_at_most(&levels, 0.85f);
    voice.pitch = pitch_of(lags, voiced);
    return voice;
}

static float difference(const struct voice *a, const struct voice *b)
{
    const float pitch = fabsf(a->pitch - b->pitch) / pitch_scale;
    float square = 0;

    for (int i = FIRST_BAND; i < LAST_BAND; i++) {
        const float off = a->colour[i] - b->colour[i];
        square += off * off / (LAST_BAND - FIRST_BAND);
    }
    return (isnan(pitch) ? pitch_unknown : pitch) + fabsf(a->level - b->level) / level_scale +
           sqrtf(square) / colour_scale;
}

/* The voice goes on: what was heard of it becomes the mean of both. */
static void go_on(struct voice *voice, const struct voice *more)
{
    const float part = more->weight / (voice->weight + more->weight);

    if (isnan(voice->pitch))
        voice->pitch = more->pitch;
    else if (!isnan(more->pitch))
        voice->pitch += part * (more->pitch - voice->pitch);
    voice->level += part * (more->level - voice->level);
    for (int b = 0; b < CQA_BANDS; b++)
        voice->colour[b] += part * (more->colour[b] - voice->colour[b]);
    voice->weight += more->weight;
}

/* The level of loud speech, dB: what is far softer leaks in. */
static float usual_level(const struct cqa_scene *scene)
{
    const struct cqa_spans *speech = &scene->speech[0];
    struct cqa_levels levels = {0};

    for (size_t i = 0; i < speech->count; i++)
        for (size_t t = cqa_frame_at(speech->items[i].start_ms);
             t < cqa_frame_at(speech->items[i].end_ms) && t < scene->frames->count; t++)
            cqa_levels_add(&levels, scene->frames->channel[0].level[t]);
    return 0.5f * (float)level_at_most(&levels, 0.85f);
}

/* What is known so far of who speaks, going through a mix. */
struct listener {
    struct voice speaker;
    int64_t last_ms;    /* where the last stretch ended */
    int64_t changed_ms; /* where the voice last changed; -1 never */
    float by;           /* how far it was from the one before */
};

/* Another voice begins: an exchange where the last change is not long ago. */
static void change(struct listener *listener, const struct voice *voice, float by, int64_t start_ms,
                   struct cqa_exchange *out)
{
    const int64_t before_ms = listener->last_ms;
    const int answers = listener->speaker.weight > 0 && start_ms - before_ms < NEAR_MS;

    if (answers && listener->changed_ms >= 0 && before_ms - listener->changed_ms < AGAIN_MS) {
        out->first_ms = listener->changed_ms < out->first_ms ? listener->changed_ms : out->first_ms;
        out->last_ms = start_ms;
        out->plain += by >= far_apart && listener->by >= far_apart;
    }
    listener->by = answers ? by : listener->by;
    listener->changed_ms = answers ? before_ms : listener->changed_ms;
    listener->speaker = *voice;
}

static void find_changes(const struct cqa_scene *scene, struct cqa_exchange *out)
{
    const float usual = usual_level(scene);
    const struct cqa_spans *speech = &scene->speech[0];
    struct listener listener = {.changed_ms = -1};

    for (size_t i = 0; i < speech->count; i++) {
        const struct cqa_span span = speech->items[i];
        const size_t first = cqa_frame_at(span.start_ms);
        const size_t last = cqa_frame_at(span.end_ms);
        if (cqa_span_length_ms(span) < LEAST_MS || last > scene->frames->count)
            continue;
        const struct voice voice = hear(&scene->frames->channel[0], first, last);
        if (voice.level < usual - 0.5f * SOFTER)
            continue;
        const float by =
            listener.speaker.weight > 0 ? difference(&listener.speaker, &voice) : apart;
        if (by >= apart)
            change(&listener, &voice, by, span.start_ms, out);
        else
            go_on(&listener.speaker, &voice);
        listener.last_ms = span.end_ms;
    }
}

/* Where talk goes on so long, or comes to so much, that two must be talking. */
static void find_long_talk(const struct cqa_scene *scene, struct cqa_exchange *out)
{
    const struct cqa_spans *speech = &scene->speech[0];
    int64_t start_ms = 0;
    int64_t sum_ms = 0;

    for (size_t i = 0; i < speech->count; i++) {
        const struct cqa_span span = speech->items[i];
        sum_ms += cqa_span_length_ms(span);
        if (sum_ms >= MUCH_MS && span.start_ms < out->first_ms)
            out->first_ms = span.start_ms;
        if (i == 0 || span.start_ms - speech->items[i - 1].end_ms >= NEAR_MS)
            start_ms = span.start_ms;
        if (span.end_ms - start_ms < LONG_MS)
            continue;
        out->first_ms =
            start_ms + LONG_MS / 2 < out->first_ms ? start_ms + LONG_MS / 2 : out->first_ms;
        out->last_ms = span.end_ms > out->last_ms ? span.end_ms : out->last_ms;
    }
}

struct cqa_exchange cqa_exchange_find(const struct cqa_scene *scene)
{
    const struct cqa_spans *speech = scene->speech;
    struct cqa_exchange found = {.first_ms = scene->duration_ms};

    if (scene->mono) {
        find_changes(scene, &found);
        find_long_talk(scene, &found);
    } else if (speech[0].count > 0 && speech[1].count > 0) {
        const int later = speech[1].items[0].start_ms > speech[0].items[0].start_ms;
        const int sooner = speech[1].items[speech[1].count - 1].end_ms <
                           speech[0].items[speech[0].count - 1].end_ms;
        found.first_ms = speech[later].items[0].start_ms;
        found.last_ms = speech[sooner].items[speech[sooner].count - 1].end_ms;
    }
    return found;
}
