/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/message_parts.h"

/*
 * `arguments` holds one after the other: the kind, then 8 bytes of a number, or a terminated text,
 * or of a message within its format, the size of its arguments and these.
 */

static const char cut[] = "…";

/* ---- writing */

static void put(struct cqa_message *message, const void *bytes, size_t count)
{
    memcpy(message->arguments + message->used, bytes, count);
    message->used += count;
}

static size_t room(const struct cqa_message *message, size_t spare)
{
    return message->used + spare < CQA_MESSAGE_BYTES ? CQA_MESSAGE_BYTES - message->used - spare
                                                     : 0;
}

static int is_control(const char *text, size_t length)
{
    return length == 0 || (unsigned char)text[0] < 0x20 || text[0] == 0x7F ||
           (length == 2 && text[0] == '\xC2' && (unsigned char)text[1] < 0xA0);
}

/* Up to `limit` bytes and the terminator's one, whole characters. */
static void put_text(struct cqa_message *message, const char *text, size_t length, size_t limit)
{
    const size_t start = message->used;
    size_t whole = start; /* as far as "…" has room behind it */
    size_t at = 0;

    while (at < length) {
        char piece[8];
        const size_t taken = cqa_utf8_length(text + at, length - at);
        size_t count = taken;
        if (is_control(text + at, taken))
            count = (size_t)snprintf(piece, sizeof piece, "\\x%02x", (unsigned char)text[at]);
        else
            memcpy(piece, text + at, taken);
        if (message->used - start + count >= limit)
            break;
        put(message, piece, count);
        at += is_control(text + at, taken) ? 1 : taken;
        if (message->used - start + strlen(cut) < limit)
            whole = message->used;
    }
    if (at < length) {
        message->used = whole;
        if (whole - start + strlen(cut) < limit)
            put(message, cut, strlen(cut));
    }
    put(message, "", 1);
}

static void add_text(struct cqa_message *message, const char *text, size_t limit)
{
    put_text(message, text, strlen(text), limit);
}

/* Arguments of a message within one, which are cut anew where they have less room there. */
static void add_arguments(struct cqa_message *message, const struct cqa_argument *of, size_t spare)
{
    size_t left = 0;
    struct cqa_argument argument;

    for (size_t at = 0; cqa_argument_read(of->bytes, of->count, &at).kind != 0;)
        left++;
    for (size_t at = 0; (argument = cqa_argument_read(of->bytes, of->count, &at)).kind != 0;)
        cqa_message_add(message, &argument, spare + --left * CQA_ARGUMENT_SPARE);
}

static void add_message(struct cqa_message *message, const struct cqa_argument *argument,
                        size_t spare)
{
    put(message, &argument->format, sizeof argument->format);
    const size_t size_at = message->used;
    unsigned short size = 0;
    put(message, &size, sizeof size);
    if (argument->format != NULL)
        add_arguments(message, argument, spare);
    size = (unsigned short)(message->used - size_at - sizeof size);
    memcpy(message->arguments + size_at, &size, sizeof size);
}

void cqa_message_add(struct cqa_message *message, const struct cqa_argument *argument, size_t spare)
{
    const size_t left = room(message, spare);

    if (left < CQA_ARGUMENT_SPARE / 2) /* deep within: what is missing is said as "…" */
        return;
    put(message, &argument->kind, 1);
    if (argument->kind == 'd') {
        put(message, &argument->integer, sizeof argument->integer);
    } else if (argument->kind == 'u') {
        put(message, &argument->natural, sizeof argument->natural);
    } else if (argument->kind == 'f') {
        put(message, &argument->real, sizeof argument->real);
    } else if (argument->kind == 's') {
        add_text(message, argument->text, left - 1);
    } else if (argument->kind == 'b') {
        add_text(message, argument->text, (left - 1) / 2);
        add_text(message, argument->chinese, room(message, spare));
    } else {
        add_message(message, argument, spare);
    }
}

/* ---- reading */

static struct cqa_argument read_message(const unsigned char *bytes, size_t *at)
{
    struct cqa_argument out = {.kind = 'm'};
    unsigned short size;

    memcpy(&out.format, bytes + *at, sizeof out.format);
    *at += sizeof out.format;
    memcpy(&size, bytes + *at, sizeof size);
    *at += sizeof size;
    out.bytes = bytes + *at;
    out.count = size;
    *at += size;
    return out;
}

static const char *read_text(const unsigned char *bytes, size_t *at)
{
    const char *text = (const char *)bytes + *at;

    *at += strlen(text) + 1;
    return text;
}

struct cqa_argument cqa_argument_read(const unsigned char *bytes, size_t count, size_t *at)
{
    struct cqa_argument out = {.kind = 0};

    if (*at >= count)
        return out;
    const char kind = (char)bytes[(*at)++];
    if (kind == 'm')
        return read_message(bytes, at);
    out.kind = kind;
    if (kind == 's' || kind == 'b') {
        out.text = read_text(bytes, at);
        out.chinese = kind == 'b' ? read_text(bytes, at) : NULL;
        return out;
    }
    memcpy(kind == 'd'   ? (void *)&out.integer
           : kind == 'u' ? (void *)&out.natural
                         : (void *)&out.real,
           bytes + *at, 8);
    *at += 8;
    return out;
}

/* ---- making one */

static struct cqa_argument integer_of(char size, va_list *arguments)
{
    struct cqa_argument out = {.kind = 'd'};

    out.integer = size == 'q'   ? va_arg(*arguments, long long)
                  : size == 0   ? va_arg(*arguments, int)
                  : size == 'h' ? va_arg(*arguments, int)
                                : va_arg(*arguments, long); /* l, z, j, t */
    return out;
}

static struct cqa_argument natural_of(char size, va_list *arguments)
{
    struct cqa_argument out = {.kind = 'u'};

    out.natural = size == 'q'   ? va_arg(*arguments, unsigned long long)
                  : size == 0   ? va_arg(*arguments, unsigned)
                  : size == 'h' ? va_arg(*arguments, unsigned)
                                : va_arg(*arguments, unsigned long); /* l, z, j, t */
    return out;
}

/* Bytes of a text that may be cut to a precision, and need no terminator then; a character that it
 * cuts is left out. */
static size_t length_of(const char *text, int precision)
{
    size_t length = precision >= 0 ? strnlen(text, (size_t)precision) : strlen(text);

    if (precision < 0 || length < (size_t)precision)
        return length;
    for (size_t back = 1; back < 4 && back <= length; back++) {
        const unsigned char c = (unsigned char)text[length - back];
        const size_t whole = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
        if (c < 0x80 || c >= 0xC0)
            return whole > back ? length - back : length;
    }
    return length;
}

static void add_string(struct cqa_message *message, const struct cqa_conversion *conversion,
                       int precision, size_t spare, va_list *arguments)
{
    char letter[2] = "";
    const char *text = letter;
    const size_t left = room(message, spare);

    if (conversion->kind == 'c')
        letter[0] = (char)va_arg(*arguments, int);
    else
        text = va_arg(*arguments, const char *);
    if (text == NULL)
        text = "(null)";
    if (left < CQA_ARGUMENT_SPARE / 2)
        return;
    put(message, "s", 1);
    put_text(message, text, length_of(text, precision), left - 1);
}

static struct cqa_argument message_of(va_list *arguments)
{
    const struct cqa_message *within = va_arg(*arguments, const struct cqa_message *);
    struct cqa_argument out = {.kind = 'm'};

    if (within != NULL) {
        out.format = within->format;
        out.bytes = within->arguments;
        out.count = within->used;
    }
    return out;
}

static void add_next(struct cqa_message *message, const struct cqa_conversion *conversion,
                     size_t spare, va_list *arguments)
{
    const int precision = conversion->has_star ? va_arg(*arguments, int) : conversion->precision;
    struct cqa_argument argument;

    switch (cqa_conversion_takes(conversion)) {
    case 's':
        add_string(message, conversion, precision, spare, arguments);
        return;
    case 'd':
        argument = integer_of(conversion->size, arguments);
        break;
    case 'u':
        argument = natural_of(conversion->size, arguments);
        break;
    case 'f':
        argument = (struct cqa_argument){.kind = 'f', .real = va_arg(*arguments, double)};
        break;
    default:
        argument = message_of(arguments);
    }
    cqa_message_add(message, &argument, spare);
}

static size_t count_conversions(const char *format)
{
    size_t count = 0;

    for (struct cqa_conversion next = cqa_conversion_next(format); next.at != NULL;
         next = cqa_conversion_next(next.at + next.length))
        count++;
    return count;
}

const struct cqa_message *cqa_message_set_va(struct cqa_message *message, const char *format,
                                             va_list *arguments)
{
    struct cqa_message made = {.format = format};
    size_t left = count_conversions(format);

    for (struct cqa_conversion next = cqa_conversion_next(format); next.at != NULL;
         next = cqa_conversion_next(next.at + next.length))
        add_next(&made, &next, --left * CQA_ARGUMENT_SPARE, arguments);
    cqa_message_copy(message, &made);
    return message;
}

const struct cqa_message *cqa_message_set(struct cqa_message *message, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    cqa_message_set_va(message, format, &arguments);
    va_end(arguments);
    return message;
}

const struct cqa_message *cqa_message_set_text(struct cqa_message *message, struct cqa_text text)
{
    const char *english = text.en ? text.en : text.zh ? text.zh : "";
    const struct cqa_argument argument = {
        .kind = 'b', .text = english, .chinese = text.zh ? text.zh : english};
    struct cqa_message made = {.format = CQA_N("%s")};

    cqa_message_add(&made, &argument, 0);
    cqa_message_copy(message, &made);
    return message;
}

void cqa_message_within_va(struct cqa_message *message, const char *context, va_list *arguments)
{
    struct cqa_message before;

    cqa_message_set_va(&before, context, arguments);
    cqa_message_set(message, "%p: %p", &before, message);
}

/* ---- keeping one */

size_t cqa_message_size(const struct cqa_message *message)
{
    return offsetof(struct cqa_message, arguments) + message->used;
}

void cqa_message_copy(struct cqa_message *to, const struct cqa_message *from)
{
    memcpy(to, from, cqa_message_size(from));
}

struct cqa_message *cqa_message_keep(const struct cqa_message *message)
{
    struct cqa_message *kept = malloc(cqa_message_size(message));

    if (kept != NULL)
        cqa_message_copy(kept, message);
    return kept;
}
