/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "base/catalogue.h"
#include "base/message_parts.h"

/* A format that only joins what others say: its own code says nothing. */
static const char joining[] = "join.";

static void say(const struct cqa_argument *message, enum cqa_language language,
                struct cqa_buffer *out);

/* ---- one argument */

/* The conversion without its position, for the widest type: "%-8lld". */
static void spell(const struct cqa_conversion *conversion, const char *size, char out[24])
{
    char width[8] = "";
    char precision[8] = "";

    if (conversion->width > 0)
        snprintf(width, sizeof width, "%d", conversion->width);
    if (conversion->precision >= 0)
        snprintf(precision, sizeof precision, ".%d", conversion->precision);
    snprintf(out, 24, "%%%.*s%s%s%s%c", (int)(conversion->flags < 3 ? conversion->flags : 3),
             conversion->at + 1, width, precision, size, conversion->kind);
}

/* Columns on a terminal, well enough for words of our own. */
static int width_of(const char *text)
{
    int width = 0;

    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
        width += (*at & 0xC0) == 0x80 ? 0 : *at >= 0xE3 && *at < 0xF0 ? 2 : 1;
    return width;
}

static void say_padded(const struct cqa_conversion *conversion, const char *text,
                       struct cqa_buffer *out)
{
    const int pad = conversion->width - width_of(text);
    const int left = conversion->flags > 0 && conversion->at[1] == '-';

    for (int i = 0; !left && i < pad; i++)
        cqa_buffer_add(out, " ", 1);
    cqa_buffer_add(out, text, strlen(text));
    for (int i = 0; left && i < pad; i++)
        cqa_buffer_add(out, " ", 1);
}

static void say_number(const struct cqa_conversion *conversion, const struct cqa_argument *argument,
                       struct cqa_buffer *out)
{
    char format[24];

    spell(conversion, argument->kind == 'f' ? "" : "ll", format);
    if (argument->kind == 'd')
        cqa_buffer_print(out, format, argument->integer);
    else if (argument->kind == 'u')
        cqa_buffer_print(out, format, argument->natural);
    else
        cqa_buffer_print(out, format, argument->real);
}

static void say_argument(const struct cqa_conversion *conversion,
                         const struct cqa_argument *argument, enum cqa_language language,
                         struct cqa_buffer *out)
{
    const char takes = cqa_conversion_takes(conversion);

    if (argument->kind == 'b' && takes == 's')
        say_padded(conversion, language == CQA_CHINESE ? argument->chinese : argument->text, out);
    else if (argument->kind != takes)
        cqa_buffer_add(out, "…", strlen("…")); /* it found no room */
    else if (takes == 's')
        say_padded(conversion, argument->text, out);
    else if (takes == 'm')
        say(argument, language, out);
    else
        say_number(conversion, argument, out);
}

/* ---- a message */

/* Text of a format between its conversions, in which %% is a %. */
static void say_literal(const char *from, const char *to, struct cqa_buffer *out)
{
    while (from < to) {
        const char *percent = memchr(from, '%', (size_t)(to - from));
        const char *end = percent ? percent + 1 : to;
        cqa_buffer_add(out, from, (size_t)(end - from));
        from = percent ? percent + 2 : to;
    }
}

static size_t read_all(const struct cqa_argument *message,
                       struct cqa_argument out[CQA_MESSAGE_ARGUMENTS_MAX])
{
    size_t at = 0;
    size_t count = 0;

    memset(out, 0, CQA_MESSAGE_ARGUMENTS_MAX * sizeof out[0]);
    while (count < CQA_MESSAGE_ARGUMENTS_MAX &&
           (out[count] = cqa_argument_read(message->bytes, message->count, &at)).kind != 0)
        count++;
    return count;
}

static void say(const struct cqa_argument *message, enum cqa_language language,
                struct cqa_buffer *out)
{
    struct cqa_argument arguments[CQA_MESSAGE_ARGUMENTS_MAX];
    static const struct cqa_argument none = {.kind = 0};
    size_t next_index = 0;

    if (message->format == NULL)
        return;
    const char *at = cqa_catalogue_say(message->format, language);
    const size_t count = read_all(message, arguments);
    for (struct cqa_conversion next = cqa_conversion_next(at); next.at != NULL;
         next = cqa_conversion_next(at)) {
        const size_t index = next.position > 0 ? (size_t)next.position - 1 : next_index++;
        say_literal(at, next.at, out);
        say_argument(&next, index < count ? &arguments[index] : &none, language, out);
        at = next.at + next.length;
    }
    say_literal(at, at + strlen(at), out);
}

static struct cqa_argument as_argument(const struct cqa_message *message)
{
    return (struct cqa_argument){.kind = 'm',
                                 .format = message->format,
                                 .bytes = message->arguments,
                                 .count = message->used};
}

void cqa_message_put(const struct cqa_message *message, enum cqa_language language,
                     struct cqa_buffer *out)
{
    const struct cqa_argument argument = as_argument(message);

    say(&argument, language, out);
}

void cqa_message_write(const struct cqa_message *message, enum cqa_language language, char *out,
                       size_t size)
{
    static const char cut[] = "…";
    struct cqa_buffer words = {.limit = 1 << 16};
    size_t kept = 0;

    cqa_message_put(message, language, &words);
    const char *text = words.failed ? "out of memory" : words.text ? words.text : "";
    const size_t length = strlen(text);
    while (kept < length) {
        const size_t next = cqa_utf8_length(text + kept, length - kept);
        const size_t end = kept + (next > 0 ? next : 1);
        if (end + (end < length ? sizeof cut - 1 : 0) >= size)
            break;
        kept = end;
    }
    snprintf(out, size, "%.*s%s", (int)kept, text, kept < length ? cut : "");
    cqa_buffer_finish(&words);
}

const char *cqa_said(const struct cqa_message *message, enum cqa_language language)
{
    static _Thread_local char ring[4][4096];
    static _Thread_local unsigned next;
    char *out = ring[next++ % 4];

    cqa_message_write(message, language, out, sizeof ring[0]);
    return out;
}

/* ---- its code */

static const char *code_of(const struct cqa_argument *message)
{
    struct cqa_argument arguments[CQA_MESSAGE_ARGUMENTS_MAX];
    const char *code = message->format ? cqa_catalogue_code(message->format) : NULL;

    if (code == NULL || strncmp(code, joining, sizeof joining - 1) != 0)
        return code ? code : "";
    for (size_t i = read_all(message, arguments); i-- > 0;) {
        const char *within = arguments[i].kind == 'm' ? code_of(&arguments[i]) : "";
        if (within[0] != '\0')
            return within;
    }
    return "";
}

const char *cqa_message_code(const struct cqa_message *message)
{
    const struct cqa_argument argument = as_argument(message);

    return code_of(&argument);
}
