/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/message_json.h"

#include <string.h>
#include "base/catalogue.h"
#include "base/message_parts.h"

enum { DEPTH_MAX = 8 };

/* ---- out */

static json_t *argument_to_json(const struct cqa_argument *argument);

static json_t *to_json(const char *format, const unsigned char *bytes, size_t count)
{
    const char *code = format ? cqa_catalogue_code(format) : NULL;
    json_t *list = code ? json_array() : NULL;
    struct cqa_argument argument;

    for (size_t at = 0;
         list != NULL && (argument = cqa_argument_read(bytes, count, &at)).kind != 0;)
        if (json_array_append_new(list, argument_to_json(&argument)) != 0) {
            json_decref(list);
            return NULL;
        }
    return list ? json_pack("{s:s, s:o}", "code", code, "arguments", list) : NULL;
}

static json_t *argument_to_json(const struct cqa_argument *argument)
{
    switch (argument->kind) {
    case 'd':
        return json_integer(argument->integer);
    case 'u':
        return json_integer((json_int_t)argument->natural);
    case 'f':
        return json_real(argument->real);
    case 's':
        return json_string(argument->text);
    case 'b':
        return json_pack("{s:s, s:s}", "en", argument->text, "zh", argument->chinese);
    default:
        return to_json(argument->format, argument->bytes, argument->count);
    }
}

json_t *cqa_message_to_json(const struct cqa_message *message)
{
    struct cqa_message words;

    if (message->format != NULL && cqa_catalogue_code(message->format) != NULL)
        return to_json(message->format, message->arguments, message->used);
    cqa_message_set(&words, "%s", cqa_english(message));
    return to_json(words.format, words.arguments, words.used);
}

/* ---- in */

static int from_json(const json_t *object, int depth, struct cqa_message *out);

static int read_both(const json_t *value, struct cqa_argument *out)
{
    out->kind = 'b';
    out->text = json_string_value(json_object_get(value, "en"));
    out->chinese = json_string_value(json_object_get(value, "zh"));
    return out->text != NULL && out->chinese != NULL;
}

static int read_within(const json_t *value, int depth, struct cqa_message *within,
                       struct cqa_argument *out)
{
    if (!from_json(value, depth + 1, within))
        return 0;
    out->format = within->format;
    out->bytes = within->arguments;
    out->count = within->used;
    return 1;
}

static int read_argument(const json_t *value, int depth, struct cqa_message *within,
                         struct cqa_argument *out)
{
    switch (out->kind) {
    case 'd':
        out->integer = json_integer_value(value);
        return json_is_integer(value);
    case 'u':
        out->natural = (unsigned long long)json_integer_value(value);
        return json_is_integer(value);
    case 'f':
        out->real = json_number_value(value);
        return json_is_number(value);
    case 's':
        out->text = json_string_value(value);
        return json_is_string(value) || read_both(value, out);
    default:
        return read_within(value, depth, within, out);
    }
}

/* Of a few conversions, the index-th one's kind; 0 past the last. */
static char kind_of(const char *format, size_t index)
{
    struct cqa_conversion next = cqa_conversion_next(format);

    while (next.at != NULL && index-- > 0)
        next = cqa_conversion_next(next.at + next.length);
    return next.at ? cqa_conversion_takes(&next) : 0;
}

static int from_json(const json_t *object, int depth, struct cqa_message *out)
{
    const char *code = json_string_value(json_object_get(object, "code"));
    const json_t *list = json_object_get(object, "arguments");
    struct cqa_message made = {.format = code ? cqa_catalogue_format(code) : NULL};
    const size_t count = json_array_size(list);

    if (made.format == NULL || depth > DEPTH_MAX || count > CQA_MESSAGE_ARGUMENTS_MAX ||
        kind_of(made.format, count) != 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        struct cqa_message within;
        struct cqa_argument argument = {.kind = kind_of(made.format, i)};
        if (argument.kind == 0 ||
            !read_argument(json_array_get(list, i), depth, &within, &argument))
            return 0;
        cqa_message_add(&made, &argument, (count - 1 - i) * CQA_ARGUMENT_SPARE);
    }
    cqa_message_copy(out, &made);
    return 1;
}

int cqa_message_from_json(const json_t *object, struct cqa_message *out)
{
    return from_json(object, 0, out);
}

/* ---- as text */

char *cqa_message_to_text(const struct cqa_message *message)
{
    json_t *object = cqa_message_to_json(message);
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;

    json_decref(object);
    return text;
}

int cqa_message_from_text(const char *text, struct cqa_message *out)
{
    json_t *object = json_loads(text, 0, NULL);
    const int good = cqa_message_from_json(object, out);

    json_decref(object);
    return good;
}
