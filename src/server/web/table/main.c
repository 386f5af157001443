/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page's share of the tables that the analyzer and its reports speak from, so that nobody
 * spells an event, a cause, a kind or a reason twice. Called when the page is put together:
 *
 *   callqa-page-table lang en|zh FILE   FILE, a map of the page's texts, with the tables' words
 *   callqa-page-table css               a style sheet of the events' colours
 *
 * Writes to stdout.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "event/event.h"
#include "measure/measure.h"
#include "report/words.h"
#include "verdict/ground.h"

/* ---- words */

static int add(json_t *texts, const char *set, const char *word, const char *text)
{
    char key[128];

    snprintf(key, sizeof key, "%s.%s", set, word);
    if (json_object_get(texts, key) == NULL)
        return json_object_set_new(texts, key, json_string(text)) == 0;
    fprintf(stderr, "callqa-page-table: \"%s\" is the table's to say\n", key);
    return 0;
}

/* The NONE of a table has no word. */
static int add_texts(json_t *texts, const char *set, const char *const *words,
                     const struct cqa_text *of, int count, int zh)
{
    for (int i = 0; i < count; i++)
        if (words[i][0] != '\0' && !add(texts, set, words[i], cqa_text_in(of[i], zh)))
            return 0;
    return 1;
}

static int add_types(json_t *texts, int zh)
{
    for (int i = 0; i < CQA_EVENT_TYPE_COUNT; i++)
        if (!add(texts, "event", cqa_event_type_words[i],
                 cqa_event_type_word((enum cqa_event_type)i, zh)))
            return 0;
    return 1;
}

static int add_aspects(json_t *texts, int zh)
{
    for (int i = 0; i < CQA_ASPECT_COUNT; i++)
        if (!add(texts, "aspect", cqa_aspect_words[i], cqa_aspect_word((enum cqa_aspect)i, zh)))
            return 0;
    return 1;
}

static int write_texts(const char *path, int zh)
{
    json_error_t error;
    json_t *texts = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

    if (!json_is_object(texts)) {
        fprintf(stderr, "%s:%d:%d: %s\n", path, error.line, error.column, error.text);
        json_decref(texts);
        return 1;
    }
    const int good =
        add_types(texts, zh) &&
        add_texts(texts, "event.cause", cqa_event_cause_words, cqa_event_cause_texts,
                  CQA_CAUSE_COUNT, zh) &&
        add_texts(texts, "event.kind", cqa_event_kind_words, cqa_event_kind_texts, CQA_KIND_COUNT,
                  zh) &&
        add_texts(texts, "ground", cqa_ground_ids, cqa_ground_texts, CQA_GROUND_COUNT, zh) &&
        add_aspects(texts, zh) && json_dumpf(texts, stdout, JSON_INDENT(1)) == 0;
    json_decref(texts);
    return !good;
}

/* ---- colours */

/* Two fifths of the way to white: what is seen on a dark ground. */
static uint32_t lighter(uint32_t color)
{
    uint32_t out = 0;

    for (int shift = 16; shift >= 0; shift -= 8) {
        const uint32_t part = color >> shift & 0xff;
        out |= (part + (0xff - part) * 2 / 5) << shift;
    }
    return out;
}

/* Relative luminance in thousandths, roughly (sRGB's curve taken as a square). Source: WCAG 2.2. */
static uint32_t luminance(uint32_t color)
{
    const uint32_t red = color >> 16 & 0xff;
    const uint32_t green = color >> 8 & 0xff;
    const uint32_t blue = color & 0xff;

    return (2126 * red * red + 7152 * green * green + 722 * blue * blue) / (255 * 255 * 10);
}

/* Text on it, black or white: whichever stands out more. */
static const char *ink(uint32_t color)
{
    return luminance(color) > 180 ? "#000" : "#fff";
}

static int write_colours(void)
{
    puts(":root {");
    for (int i = 0; i < CQA_EVENT_TYPE_COUNT; i++) {
        const char *word = cqa_event_type_words[i];
        const uint32_t color = cqa_event_looks[i].color;
        printf("  --event-%s: light-dark(#%06x, #%06x);\n", word, color, lighter(color));
        printf("  --event-%s-ink: light-dark(%s, %s);\n", word, ink(color), ink(lighter(color)));
    }
    puts("}");
    return 0;
}

int main(int count, char **arguments)
{
    int failed = 1;

    if (count == 4 && strcmp(arguments[1], "lang") == 0)
        failed = write_texts(arguments[3], strcmp(arguments[2], "zh") == 0);
    else if (count == 2 && strcmp(arguments[1], "css") == 0)
        failed = write_colours();
    else
        fprintf(stderr, "usage: callqa-page-table lang en|zh FILE | css\n");
    return failed || fflush(stdout) != 0;
}
