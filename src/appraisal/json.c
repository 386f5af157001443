/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/json.h"

#include <string.h>

void cqa_json_put(struct cqa_buffer *out, const char *text)
{
    cqa_buffer_add(out, text, strlen(text));
}

void cqa_json_text(struct cqa_buffer *out, const char *text)
{
    const char *start = text;

    if (text == NULL) {
        cqa_json_put(out, "null");
        return;
    }
    cqa_json_put(out, "\"");
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text >= 0x20 && *text != '"' && *text != '\\')
            continue;
        cqa_buffer_add(out, start, (size_t)(text - start));
        if ((unsigned char)*text < 0x20)
            cqa_buffer_print(out, "\\u%04x", (unsigned)(unsigned char)*text);
        else
            cqa_buffer_print(out, "\\%c", *text);
        start = text + 1;
    }
    cqa_json_put(out, start);
    cqa_json_put(out, "\"");
}

void cqa_json_points(struct cqa_buffer *out, struct cqa_rational number)
{
    char text[CQA_RATIONAL_TEXT];

    cqa_json_put(out, cqa_rational_valid(number) ? cqa_rational_fixed(number, 2, text) : "null");
}

/* With the exact fraction beside it where two places are not all of it: a band may turn on the
 * rest. */
void cqa_json_value(struct cqa_buffer *out, const char *key, struct cqa_rational number)
{
    char text[CQA_RATIONAL_TEXT];

    cqa_buffer_print(out, ",\"%s\":", key);
    cqa_json_points(out, number);
    if (cqa_rational_valid(number) && 100 % number.denominator != 0)
        cqa_buffer_print(out, ",\"%s_exact\":\"%s\"", key, cqa_rational_exact(number, text));
}

void cqa_json_member(struct cqa_buffer *out, const char *key, const char *text)
{
    cqa_buffer_print(out, ",\"%s\":", key);
    cqa_json_text(out, text);
}

static void put_said(struct cqa_buffer *out, const char *key, const char *suffix,
                     const struct cqa_message *message, enum cqa_language language)
{
    struct cqa_buffer words = {.limit = out->limit};

    cqa_message_put(message, language, &words);
    cqa_buffer_print(out, ",\"%s%s\":", key, suffix);
    cqa_json_text(out, words.text ? words.text : "");
    cqa_buffer_finish(&words);
}

void cqa_json_said(struct cqa_buffer *out, const char *key, const struct cqa_message *message)
{
    put_said(out, key, "", message, CQA_ENGLISH);
    put_said(out, key, "_zh", message, CQA_CHINESE);
}

void cqa_json_names(struct cqa_buffer *out, struct cqa_text text)
{
    cqa_json_put(out, "{\"en\":");
    cqa_json_text(out, text.en);
    cqa_json_put(out, ",\"zh\":");
    cqa_json_text(out, text.zh);
    cqa_json_put(out, "}");
}
