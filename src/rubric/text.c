/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/rule.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/buffer.h"

enum { FILLED_BYTES_MAX = 65536 };

enum placeholder { START, END, SECONDS, COUNT, POINTS, VALUE, PLACEHOLDER_COUNT };
static const char *const placeholder_words[] = {"start",  "end",   "seconds", "count",
                                                "points", "value", NULL};

/* Which placeholder the text at '{' names, with the length of the whole "{name}"; PLACEHOLDER_COUNT
 * when none. */
static enum placeholder placeholder_at(const char *text, size_t *length)
{
    const size_t name = strcspn(text + 1, "{}");

    *length = name + (text[1 + name] == '}' ? 2 : 1);
    for (int i = 0; i < PLACEHOLDER_COUNT && text[1 + name] == '}'; i++)
        if (strlen(placeholder_words[i]) == name &&
            strncmp(text + 1, placeholder_words[i], name) == 0)
            return (enum placeholder)i;
    return PLACEHOLDER_COUNT;
}

static int suits(enum placeholder placeholder, const struct cqa_rule *rule)
{
    switch (placeholder) {
    case SECONDS:
    case COUNT:
        return rule->source == CQA_RULE_EVENT;
    case VALUE:
        return rule->source == CQA_RULE_MEASURE;
    case PLACEHOLDER_COUNT:
        return 0;
    default:
        return rule->source != CQA_RULE_MANUAL;
    }
}

static void check_language(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                           const struct cqa_rule *rule)
{
    static const char *const allowed[] = {CQA_N("{start} {end} {points} {seconds} {count}"),
                                          CQA_N("{start} {end} {points} {value}"),
                                          CQA_N("none, as a person adds it")};
    const char *text = node == NULL ? NULL : cqa_yaml_text(node);
    size_t length;

    for (text = text == NULL ? NULL : strchr(text, '{'); text != NULL;
         text = strchr(text + length, '{')) {
        const enum placeholder placeholder = placeholder_at(text, &length);
        if (!suits(placeholder, rule))
            cqa_yaml_problem(node, reader->problems, "%.*s has no meaning here; allowed: %p",
                             (int)(length < 40 ? length : 40), text,
                             cqa_words_named(allowed[rule->source]));
    }
}

void cqa_text_check(const struct cqa_rubric_reader *reader, const struct cqa_yaml_node *node,
                    const struct cqa_rule *rule)
{
    check_language(reader, cqa_yaml_find(node, "en"), rule);
    check_language(reader, cqa_yaml_find(node, "zh"), rule);
}

/* "1:05", "1:02:05". Cut to whole seconds, as players show it. */
static void add_clock(struct cqa_buffer *out, int64_t ms)
{
    const int64_t seconds = ms / 1000;

    if (seconds >= 3600)
        cqa_buffer_print(out, "%" PRId64 ":%02d:%02d", seconds / 3600, (int)(seconds / 60 % 60),
                         (int)(seconds % 60));
    else
        cqa_buffer_print(out, "%" PRId64 ":%02d", seconds / 60, (int)(seconds % 60));
}

/* `tenths` of something: "12.1", "12". */
static void add_tenths(struct cqa_buffer *out, int64_t tenths)
{
    const int64_t size = tenths < 0 ? -tenths : tenths;

    cqa_buffer_print(out, "%s%" PRId64, tenths < 0 ? "-" : "", size / 10);
    if (size % 10 != 0)
        cqa_buffer_print(out, ".%d", (int)(size % 10));
}

static void add_points(struct cqa_buffer *out, int64_t hundredths)
{
    cqa_buffer_print(out, "%" PRId64, hundredths / 100);
    if (hundredths % 100 != 0)
        cqa_buffer_print(out, hundredths % 10 != 0 ? ".%02d" : ".%d",
                         (int)(hundredths % 10 != 0 ? hundredths % 100 : hundredths % 100 / 10));
}

/* Lengths are cut, not rounded: 14.999 s must not read as the 15 s that a step begins at. */
static void add_value(struct cqa_buffer *out, const struct cqa_fill *fill)
{
    const char *unit = cqa_measure_infos[fill->measure].unit;

    if (strcmp(unit, "ms") == 0)
        add_tenths(out, (int64_t)(fill->value / 100));
    else if (strcmp(unit, "ratio") == 0)
        add_tenths(out, llround(fill->value * 10000) / 10);
    else
        add_tenths(out, llround(fill->value * 10));
}

static void add_filled(struct cqa_buffer *out, enum placeholder placeholder,
                       const struct cqa_fill *fill)
{
    switch (placeholder) {
    case START:
        add_clock(out, fill->start_ms);
        break;
    case END:
        add_clock(out, fill->end_ms);
        break;
    case SECONDS:
        add_tenths(out, (fill->end_ms - fill->start_ms) / 100);
        break;
    case COUNT:
        cqa_buffer_print(out, "%" PRId64, fill->count);
        break;
    case POINTS:
        add_points(out, fill->points);
        break;
    default:
        add_value(out, fill);
        break;
    }
}

const char *cqa_text_fill(const char *text, const struct cqa_fill *fill, struct cqa_arena *arena)
{
    struct cqa_buffer out = {.limit = FILLED_BYTES_MAX};
    const char *filled = NULL;
    size_t length;

    if (strchr(text, '{') == NULL)
        return text;
    while (*text != '\0') {
        length = strcspn(text, "{");
        cqa_buffer_add(&out, text, length);
        text += length;
        if (*text == '\0')
            break;
        add_filled(&out, placeholder_at(text, &length), fill);
        text += length;
    }
    if (!out.failed)
        filled = cqa_arena_bytes(arena, out.text, out.length);
    cqa_buffer_finish(&out);
    return filled;
}
