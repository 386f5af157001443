/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/likeness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "audio/g711.h"
#include "audio/g722.h"

enum { WINDOW_BYTES = 16384, WINDOWS_MAX = 64 };

/*
 * On 37 calls (24 simulated ones of the tune split, four real ones, the samples), each as one
 * channel, two, two of which one is silent or both are the same, in each encoding: 0.98 and more of
 * linear samples, 0.47 and less of the laws' codes are small; the likeness of neighbours to those
 * two apart is 0.30 to 0.70 for one channel, 1.5 and more for two (1.1 where one is silent and the
 * other noise).
 */
static const double linear_from = 0.85;
static const double law_up_to = 0.6;
static const double two_from = 1.4;
static const double one_up_to = 0.8;
static const double same_up_to = 0.5; /* difference within pairs to that between them, or reverse */
static const double surer_by = 1.3;   /* one law than the other */
static const double noise_from = 1.5; /* difference of neighbours to the power; 2: nothing alike */
/* On 29 calls as G.722: linear or by a law 1.50 and more, as G.722 0.85 and less (a file of hiss
 * alone is left out). GSM, MP3, Opus and random bytes: 1.69 and more in any reading. */
static const double nothing_from = 1.4;
static const double g722_up_to = 1.0;
static const double compressed_from = 1.6;
static const double least_power = 1e-9; /* −90 dBFS: silence is alike however it is read */

/* What a window says, read in one encoding. Differences are mean squares, to the power. */
struct view {
    double power; /* 0: it says nothing */
    double small; /* part of 16-bit samples whose three highest bits are equal; below 0: not told */
    double even;  /* difference within a pair */
    double odd;   /* from a pair to the next */
    double next;  /* from a sample to that of the next pair */
};

static size_t read_as(enum cqa_raw_encoding encoding, const unsigned char *bytes, size_t count,
                      float *samples)
{
    struct cqa_g722 state;

    if (encoding == CQA_RAW_G722) {
        cqa_g722_start(&state);
        cqa_g722_decode(&state, bytes, count, samples);
        return count;
    }
    if (encoding != CQA_RAW_SLIN) {
        for (size_t i = 0; i < count; i++)
            samples[i] =
                encoding == CQA_RAW_ULAW ? cqa_ulaw_level(bytes[i]) : cqa_alaw_level(bytes[i]);
        return count;
    }
    for (size_t i = 0; i < count / 2; i++)
        samples[i] =
            (float)(int16_t)(uint16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8) * (1.0F / 32768.0F);
    return count / 2;
}

/* Of both signs: a line of µ-law at rest is all ones, which as high bytes are small and negative.
 */
static double part_small(const unsigned char *bytes, size_t count)
{
    const size_t samples = count / 2;
    size_t positive = 0;
    size_t negative = 0;

    for (size_t i = 1; i < count; i += 2) {
        positive += bytes[i] < 0x20;
        negative += bytes[i] >= 0xE0;
    }
    const size_t rarer = positive < negative ? positive : negative;
    const double part = samples > 0 ? (double)(positive + negative) / (double)samples : -1;
    return part > law_up_to && rarer * 20 < positive + negative ? -1 : part;
}

/* A constant is no sound: taken off each of the two would-be channels. */
static void level_out(float *samples, size_t pairs)
{
    for (size_t channel = 0; channel < 2; channel++) {
        double sum = 0;
        for (size_t i = 0; i < pairs; i++)
            sum += (double)samples[2 * i + channel];
        const float mean = (float)(sum / (double)pairs);
        for (size_t i = 0; i < pairs; i++)
            samples[2 * i + channel] -= mean;
    }
}

static double squared(float a, float b)
{
    return (double)(a - b) * (double)(a - b);
}

static struct view look(float *samples, size_t count)
{
    const size_t pairs = count / 2;
    struct view view = {0};

    if (pairs < 2)
        return view;
    level_out(samples, pairs);
    for (size_t i = 0; i < pairs; i++) {
        const float *pair = samples + 2 * i;
        view.power += squared(pair[0], 0) + squared(pair[1], 0);
        view.even += squared(pair[1], pair[0]);
        if (i + 1 == pairs)
            break;
        view.odd += squared(pair[2], pair[1]);
        view.next += squared(pair[2], pair[0]) + squared(pair[3], pair[1]);
    }
    const double power = view.power / (double)(2 * pairs);
    if (power < least_power)
        return (struct view){0};
    view.power = power;
    view.even /= power * (double)pairs;
    view.odd /= power * (double)(pairs - 1);
    view.next /= power * (double)(2 * (pairs - 1));
    return view;
}

static int by_power(const void *a, const void *b)
{
    const double left = ((const struct view *)a)->power;
    const double right = ((const struct view *)b)->power;

    return (left > right) - (left < right);
}

/* The mean over the louder half of the windows that have any sound: clicks have no more to say than
 * speech, pauses nothing. */
static struct view mean_of(struct view *views, size_t count)
{
    struct view mean = {0};
    double small = 0;
    size_t told = 0;

    qsort(views, count, sizeof *views, by_power);
    size_t first = 0;
    while (first < count && views[first].power == 0)
        first++;
    first += (count - first) / 2;
    for (size_t i = first; i < count; i++) {
        mean.power += 1;
        small += views[i].small >= 0 ? views[i].small : 0;
        told += views[i].small >= 0;
        mean.even += views[i].even;
        mean.odd += views[i].odd;
        mean.next += views[i].next;
    }
    mean.small = told > 0 ? small / (double)told : -1;
    if (mean.power > 0) {
        mean.even /= mean.power;
        mean.odd /= mean.power;
        mean.next /= mean.power;
    }
    return mean;
}

static double neighbours(const struct view *mean)
{
    return (mean->even + mean->odd) / 2;
}

static int holds_the_same_twice(const struct view *mean)
{
    return fmin(mean->even, mean->odd) < same_up_to * fmax(mean->even, mean->odd);
}

static int channels_of(const struct view *mean)
{
    if (mean->power == 0 || fmin(neighbours(mean), mean->next) > noise_from)
        return 0;
    if (holds_the_same_twice(mean) || neighbours(mean) > two_from * mean->next)
        return 2;
    return neighbours(mean) < one_up_to * mean->next ? 1 : 0;
}

/* However many channels it has. */
static double likeness(const struct view *mean)
{
    return holds_the_same_twice(mean) ? mean->next : fmin(neighbours(mean), mean->next);
}

/* The best of the readings that need no state. */
static double plainly_alike(const struct view mean[CQA_RAW_COUNT])
{
    return fmin(likeness(&mean[CQA_RAW_SLIN]),
                fmin(likeness(&mean[CQA_RAW_ULAW]), likeness(&mean[CQA_RAW_ALAW])));
}

/* Whether the bytes are neither samples nor codes of samples, as far as can be told. */
static bool is_told_strange(const struct view mean[CQA_RAW_COUNT], double from)
{
    const struct view *const linear = &mean[CQA_RAW_SLIN];

    return linear->power > 0 && linear->small >= 0 && linear->small <= law_up_to &&
           plainly_alike(mean) > from;
}

static enum cqa_raw_encoding encoding_of(const struct view mean[CQA_RAW_COUNT])
{
    const double small = mean[CQA_RAW_SLIN].small;
    const double linear = likeness(&mean[CQA_RAW_SLIN]);
    const double ulaw = likeness(&mean[CQA_RAW_ULAW]);
    const double alaw = likeness(&mean[CQA_RAW_ALAW]);

    if (small >= linear_from)
        return CQA_RAW_SLIN;
    if (is_told_strange(mean, nothing_from) && likeness(&mean[CQA_RAW_G722]) < g722_up_to)
        return CQA_RAW_G722;
    if (small > law_up_to || fmin(ulaw, alaw) * surer_by > fmin(linear, noise_from))
        return CQA_RAW_UNSAID;
    if (ulaw * surer_by < alaw)
        return CQA_RAW_ULAW;
    return alaw * surer_by < ulaw ? CQA_RAW_ALAW : CQA_RAW_UNSAID;
}

struct windows {
    unsigned char bytes[WINDOW_BYTES];
    float samples[WINDOW_BYTES]; /* of the laws; half as many linear ones */
    struct view views[CQA_RAW_COUNT][WINDOWS_MAX];
};

/* The means of the readings from `first` to `last_reading`. Frames of any begin at a multiple of 4
 * bytes. */
static enum cqa_status look_through(struct cqa_source *source, struct windows *windows,
                                    size_t count, int first, int last_reading, struct view *mean,
                                    struct cqa_failure *failure)
{
    const uint64_t last = source->bytes > WINDOW_BYTES ? source->bytes - WINDOW_BYTES : 0;

    for (size_t i = 0; i < count; i++) {
        const uint64_t offset = count > 1 ? last / (count - 1) * i / 4 * 4 : 0;
        const ptrdiff_t got = cqa_source_read(source, offset, windows->bytes, WINDOW_BYTES);
        if (got < 0)
            return cqa_source_unreadable(source, failure);
        for (int encoding = first; encoding <= last_reading; encoding++) {
            const size_t samples = read_as((enum cqa_raw_encoding)encoding, windows->bytes,
                                           (size_t)got, windows->samples);
            windows->views[encoding][i] = look(windows->samples, samples);
            windows->views[encoding][i].small = part_small(windows->bytes, (size_t)got);
        }
    }
    for (int encoding = first; encoding <= last_reading; encoding++)
        mean[encoding] = mean_of(windows->views[encoding], count);
    return CQA_OK;
}

enum cqa_status cqa_likeness_measure(struct cqa_source *source, enum cqa_raw_encoding said,
                                     struct cqa_likeness *out, struct cqa_failure *failure)
{
    const uint64_t whole = source->bytes / WINDOW_BYTES;
    const size_t count =
        whole >= WINDOWS_MAX ? WINDOWS_MAX : (size_t)whole; /* less tells nothing */
    struct view mean[CQA_RAW_COUNT] = {0};
    struct windows *windows = calloc(1, sizeof *windows);

    *out = (struct cqa_likeness){CQA_RAW_UNSAID, 0, false};
    if (windows == NULL) {
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
        return CQA_E_NOMEM;
    }
    enum cqa_status status =
        look_through(source, windows, count, CQA_RAW_SLIN, CQA_RAW_ALAW, mean, failure);
    /* Decoding it takes ten times as long as all others together: only where it may be. */
    if (status == CQA_OK && is_told_strange(mean, nothing_from))
        status = look_through(source, windows, count, CQA_RAW_G722, CQA_RAW_G722, mean, failure);
    free(windows);
    if (status != CQA_OK)
        return status;
    out->encoding = encoding_of(mean);
    out->is_noise =
        is_told_strange(mean, compressed_from) && likeness(&mean[CQA_RAW_G722]) > compressed_from;
    out->channels = channels_of(&mean[out->encoding != CQA_RAW_UNSAID ? out->encoding : said]);
    return CQA_OK;
}
