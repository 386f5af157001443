/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tally as text: fields with a blank behind each, in the order of the structs. Texts have their
 * length before them, so that they may hold whatever they like. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "appraisal/tally.h"

enum { FORM = 2 };

/* ---- writing */

static void put_count(struct cqa_buffer *out, size_t count)
{
    cqa_buffer_print(out, "%zu ", count);
}

static void put_text(struct cqa_buffer *out, const char *text)
{
    if (text == NULL) {
        cqa_buffer_print(out, "- ");
        return;
    }
    cqa_buffer_print(out, "%zu:", strlen(text));
    cqa_buffer_add(out, text, strlen(text));
    cqa_buffer_add(out, " ", 1);
}

static void put_rational(struct cqa_buffer *out, struct cqa_rational a)
{
    char text[CQA_RATIONAL_TEXT];

    cqa_buffer_print(out, "%s ", cqa_rational_valid(a) ? cqa_rational_exact(a, text) : "-");
}

static void put_double(struct cqa_buffer *out, double number)
{
    uint64_t bits;

    memcpy(&bits, &number, sizeof bits);
    cqa_buffer_print(out, "%" PRIx64 " ", bits);
}

static void put_gathered(const struct cqa_gathered *gathered, struct cqa_buffer *out)
{
    put_count(out, gathered->calls);
    put_rational(out, gathered->value);
    put_rational(out, gathered->sum);
    put_double(out, gathered->mean);
    put_double(out, gathered->apart);
}

static void put_figure(const struct cqa_tally_figure *figure, struct cqa_buffer *out)
{
    put_gathered(&figure->all, out);
    put_count(out, figure->flagged);
    put_count(out, figure->heard);
    put_count(out, figure->undecided);
    put_double(out, figure->spread);
    put_count(out, figure->months);
    put_text(out, figure->rubrics[0]);
    put_text(out, figure->rubrics[1]);
    put_count(out, figure->part_count);
    for (size_t i = 0; i < figure->part_count; i++)
        put_gathered(&figure->parts[i], out);
}

static void put_values(const struct cqa_gathered *gathered, struct cqa_buffer *out)
{
    for (size_t i = 0; i < gathered->calls; i++)
        put_rational(out, gathered->values[i]);
}

static int is_median(const struct cqa_indicator *indicator)
{
    return indicator->measuring != NULL && indicator->measuring->by == CQA_BY_MEDIAN;
}

static void put_medians(const struct cqa_scheme *scheme, const struct cqa_tally *tally,
                        struct cqa_buffer *out)
{
    for (size_t i = 0; i < scheme->indicator_count; i++) {
        const struct cqa_tally_figure *figure = &tally->figures[i];
        if (!is_median(&scheme->indicators[i]))
            continue;
        put_values(&figure->all, out);
        for (size_t k = 0; k < figure->part_count; k++)
            put_values(&figure->parts[k], out);
    }
}

void cqa_tally_write(const struct cqa_scheme *scheme, const struct cqa_tally *tally,
                     enum cqa_tally_text how, struct cqa_buffer *out)
{
    put_count(out, FORM);
    put_count(out, tally->calls);
    put_count(out, tally->outside);
    put_count(out, tally->undecided);
    put_count(out, tally->unusable);
    put_count(out, tally->months);
    put_count(out, tally->rubric_count);
    for (size_t i = 0; i < tally->rubric_count; i++) {
        put_text(out, tally->rubrics[i].rubric);
        put_text(out, tally->rubrics[i].version);
        put_count(out, tally->rubrics[i].calls);
    }
    put_count(out, scheme->indicator_count);
    for (size_t i = 0; i < scheme->indicator_count; i++)
        if (scheme->indicators[i].measuring != NULL)
            put_figure(&tally->figures[i], out);
    if (how == CQA_TALLY_WHOLE)
        put_medians(scheme, tally, out);
}

/* ---- reading */

struct reading {
    const char *at; /* NULL: what was there is not what should be */
    struct cqa_arena *arena;
};

static void fail(struct reading *reading)
{
    reading->at = NULL;
}

/* Up to the next blank; NULL: there is none. */
static const char *take_word(struct reading *reading, char *out, size_t size)
{
    const size_t length = reading->at == NULL ? size : strcspn(reading->at, " ");

    if (length >= size || reading->at[length] != ' ') {
        fail(reading);
        return NULL;
    }
    memcpy(out, reading->at, length);
    out[length] = '\0';
    reading->at += length + 1;
    return out;
}

static uint64_t take_bits(struct reading *reading, int base)
{
    char word[CQA_RATIONAL_TEXT];
    char *end = word;
    const char *text = take_word(reading, word, sizeof word);
    const uint64_t number = text == NULL ? 0 : strtoull(text, &end, base);

    if (text == NULL || end == word || *end != '\0')
        fail(reading);
    return number;
}

static size_t take_count(struct reading *reading)
{
    return (size_t)take_bits(reading, 10);
}

/* So many things, each of which has a blank of its own still to come. */
static size_t take_room(struct reading *reading)
{
    const size_t count = take_count(reading);

    if (reading->at != NULL && count > strlen(reading->at))
        fail(reading);
    return reading->at == NULL ? 0 : count;
}

static struct cqa_rational take_rational(struct reading *reading)
{
    char word[CQA_RATIONAL_TEXT];
    const char *text = take_word(reading, word, sizeof word);
    struct cqa_rational number = cqa_rational_none();

    if (text != NULL && strcmp(text, "-") != 0 && !cqa_rational_read_exact(text, &number))
        fail(reading);
    return number;
}

static double take_double(struct reading *reading)
{
    const uint64_t bits = take_bits(reading, 16);
    double number;

    memcpy(&number, &bits, sizeof number);
    return number;
}

static const char *take_text(struct reading *reading)
{
    char *end = NULL;

    if (reading->at == NULL || strncmp(reading->at, "- ", 2) == 0) {
        reading->at += reading->at == NULL ? 0 : 2;
        return NULL;
    }
    const size_t length = strtoull(reading->at, &end, 10);
    if (end == reading->at || *end != ':' || length >= strlen(end + 1) || end[1 + length] != ' ') {
        fail(reading);
        return NULL;
    }
    reading->at = end + 1 + length + 1;
    const char *text = cqa_arena_bytes(reading->arena, end + 1, length);
    if (text == NULL)
        fail(reading);
    return text;
}

static void take_gathered(struct reading *reading, struct cqa_gathered *out)
{
    out->calls = take_count(reading);
    out->value = take_rational(reading);
    out->sum = take_rational(reading);
    out->mean = take_double(reading);
    out->apart = take_double(reading);
}

static void take_figure(struct reading *reading, struct cqa_tally_figure *out)
{
    take_gathered(reading, &out->all);
    out->flagged = take_count(reading);
    out->heard = take_count(reading);
    out->undecided = take_count(reading);
    out->spread = take_double(reading);
    out->months = (unsigned)take_count(reading);
    out->rubrics[0] = take_text(reading);
    out->rubrics[1] = take_text(reading);
    out->part_count = take_room(reading);
    out->parts = cqa_arena_alloc(reading->arena, (out->part_count + 1) * sizeof *out->parts);
    if (out->parts == NULL)
        fail(reading);
    for (size_t i = 0; i < out->part_count && reading->at != NULL; i++)
        take_gathered(reading, &out->parts[i]);
}

static void take_values(struct reading *reading, struct cqa_gathered *out)
{
    if (reading->at == NULL || out->calls > strlen(reading->at)) {
        fail(reading);
        return;
    }
    out->values = cqa_arena_alloc(reading->arena, (out->calls + 1) * sizeof *out->values);
    if (out->values == NULL)
        fail(reading);
    for (size_t i = 0; i < out->calls && reading->at != NULL; i++)
        out->values[i] = take_rational(reading);
}

static void take_medians(struct reading *reading, const struct cqa_scheme *scheme,
                         struct cqa_tally *out)
{
    for (size_t i = 0; i < scheme->indicator_count; i++) {
        struct cqa_tally_figure *figure = &out->figures[i];
        if (!is_median(&scheme->indicators[i]))
            continue;
        take_values(reading, &figure->all);
        for (size_t k = 0; k < figure->part_count; k++)
            take_values(reading, &figure->parts[k]);
    }
}

static void take_rubrics(struct reading *reading, struct cqa_tally *out)
{
    const size_t count = take_room(reading);

    if (count > CQA_RUBRICS_USED)
        fail(reading);
    out->rubrics = cqa_arena_alloc(reading->arena, (count + 1) * sizeof *out->rubrics);
    if (out->rubrics == NULL)
        fail(reading);
    for (size_t i = 0; i < count && reading->at != NULL; i++) {
        struct cqa_rubric_used *used = &out->rubrics[out->rubric_count++];
        used->rubric = take_text(reading);
        used->version = take_text(reading);
        used->calls = take_count(reading);
    }
}

int cqa_tally_read(const struct cqa_scheme *scheme, const char *text, enum cqa_tally_text how,
                   struct cqa_arena *arena, struct cqa_tally *out)
{
    struct reading reading = {text, arena};

    *out = (struct cqa_tally){0};
    if (take_count(&reading) != FORM)
        return 0;
    out->calls = take_count(&reading);
    out->outside = take_count(&reading);
    out->undecided = take_count(&reading);
    out->unusable = take_count(&reading);
    out->months = (unsigned)take_count(&reading);
    take_rubrics(&reading, out);
    out->figures = cqa_arena_alloc(arena, (scheme->indicator_count + 1) * sizeof *out->figures);
    if (take_count(&reading) != scheme->indicator_count || out->figures == NULL)
        return 0;
    for (size_t i = 0; i < scheme->indicator_count && reading.at != NULL; i++) {
        out->figures[i].all.value = cqa_rational_none();
        if (scheme->indicators[i].measuring != NULL)
            take_figure(&reading, &out->figures[i]);
    }
    if (how == CQA_TALLY_NUMBERS)
        return reading.at != NULL;
    take_medians(&reading, scheme, out);
    return reading.at != NULL && *reading.at == '\0';
}
