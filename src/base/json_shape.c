/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json_shape.h"

#include <string.h>

enum {
    DEPTH_MAX = 16,
    VALUES_BYTES_MAX = 56 << 20 /* 60 hours of talking, or 20 000 events with as many deductions */
};

/* What jansson takes for one of these, with its place in what holds it, as measured. */
enum { OBJECT_BYTES = 280, LIST_BYTES = 136, VALUE_BYTES = 48 };

/* Where a text ends: behind its closing quote. */
static size_t skip_text(const char *text, size_t length, size_t i)
{
    for (i++; i < length && text[i] != '"'; i++)
        i += text[i] == '\\';
    return i;
}

static size_t bytes_of(char c)
{
    switch (c) {
    case '{':
        return OBJECT_BYTES;
    case '[':
        return LIST_BYTES;
    case ',':
    case ':':
        return VALUE_BYTES;
    default:
        return 0;
    }
}

enum cqa_status cqa_json_check_shape(const char *text, size_t length, struct cqa_error *error)
{
    int depth = 0;
    size_t bytes = 0;

    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        if (c == '"')
            i = skip_text(text, length, i);
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        bytes += bytes_of(c);
        if (depth > DEPTH_MAX)
            return cqa_fail(error, CQA_E_LIMIT, "nested deeper than %d levels", DEPTH_MAX);
        if (bytes > VALUES_BYTES_MAX)
            return cqa_fail(error, CQA_E_LIMIT, "more values than fit into %d MiB of memory",
                            VALUES_BYTES_MAX >> 20);
    }
    return CQA_OK;
}

/* Where the value that begins here ends: at what stands behind it. */
static size_t skip_value(const char *text, size_t length, size_t i)
{
    int depth = 0;

    for (; i < length; i++) {
        const char c = text[i];
        if (c == '"')
            i = skip_text(text, length, i);
        else if (depth == 0 && (c == ',' || c == '}' || c == ']'))
            break;
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    }
    return i < length ? i : length;
}

static size_t skip_to(const char *text, size_t length, size_t i, char c)
{
    const char *found = i < length ? memchr(text + i, c, length - i) : NULL;

    return found != NULL ? (size_t)(found - text) : length;
}

static int is_named(const char *name, size_t length, const char *const names[])
{
    for (size_t i = 0; names[i] != NULL; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return 1;
    return 0;
}

enum cqa_status cqa_json_leave_out(const char *text, size_t length, const char *const names[],
                                   struct cqa_buffer *out)
{
    size_t written = 0;
    size_t name = skip_to(text, length, 0, '"');

    while (name < length) {
        const size_t end = skip_text(text, length, name);
        const size_t value = skip_to(text, length, end, ':') + 1;
        if (value >= length)
            break;
        const size_t behind = skip_value(text, length, value);
        if (is_named(text + name + 1, end - name - 1, names)) {
            cqa_buffer_add(out, text + written, value - written);
            cqa_buffer_add(out, "null", 4);
            written = behind;
        }
        name = skip_to(text, length, behind, '"');
    }
    return cqa_buffer_add(out, text + written, length - written);
}
