/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/stars.h"

#include <string.h>

enum {
    NUMBER_DIGITS_LEAST = 7, /* shorter ones are extensions */
    NUMBER_DIGITS_MOST = 15, /* E.164 */
    DIGITS_BEFORE = 3,
    DIGITS_AFTER = 2
};

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* 8 digits that are a day, or 10 that are seconds since 1970 with what follows in a call's id: what
 * finds the file again, and nobody's number. */
static int is_moment(const char *digits, size_t length, const char *end)
{
    if (length == 8)
        return strncmp(digits, "19", 2) == 0 || strncmp(digits, "20", 2) == 0;
    return (length == 10 && digits[0] == '1' && digits + length < end && digits[length] == '.') ||
           length == 14;
}

void cqa_star_numbers(char *text, size_t length)
{
    const char *const end = text + length;

    while (text < end) {
        size_t digits = 0;
        while (text + digits < end && is_digit(text[digits]))
            digits++;
        if (digits >= NUMBER_DIGITS_LEAST && digits <= NUMBER_DIGITS_MOST &&
            !is_moment(text, digits, end))
            memset(text + DIGITS_BEFORE, '*', digits - DIGITS_BEFORE - DIGITS_AFTER);
        text += digits + (text + digits < end);
    }
}

void cqa_star_number(char *text, size_t length)
{
    size_t digits = 0;
    size_t seen = 0;

    for (size_t i = 0; i < length; i++)
        digits += (size_t)is_digit(text[i]);
    if (digits < NUMBER_DIGITS_LEAST)
        return;
    for (size_t i = 0; i < length; i++)
        if (is_digit(text[i]) && seen++ >= DIGITS_BEFORE && seen <= digits - DIGITS_AFTER)
            text[i] = '*';
}

/* ---- JSON */

struct literal {
    char *text;
    size_t length;
};

/* The string literal that begins at `quote`, without its quotes; where it ends in `*next`. */
static struct literal literal_at(char *quote, const char *end, char **next)
{
    char *at = quote + 1;

    while (at < end && *at != '"')
        at += *at == '\\' && at + 1 < end ? 2 : 1;
    *next = at < end ? at + 1 : at;
    return (struct literal){quote + 1, (size_t)(at - quote - 1)};
}

static int is(const struct literal *literal, const char *word)
{
    return literal->length == strlen(word) && memcmp(literal->text, word, literal->length) == 0;
}

static int names_a_file(const struct literal *member)
{
    static const char *const members[] = {"id", "call_id", "call", "path", "detail", "detail_zh"};

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (is(member, members[i]))
            return 1;
    return 0;
}

static int is_path(const struct literal *value)
{
    return value->length > 0 &&
           (value->text[0] == '/' || (value->length > 1 && memcmp(value->text, "\\/", 2) == 0));
}

static int is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

void cqa_star_json(char *json, size_t length)
{
    const char *const end = json + length;
    struct literal member = {"", 0};

    while (json < end) {
        if (*json != '"') {
            json++;
            continue;
        }
        const struct literal value = literal_at(json, end, &json);
        while (json < end && is_space(*json))
            json++;
        if (json < end && *json == ':')
            member = value;
        else if (is(&member, "customer"))
            cqa_star_number(value.text, value.length);
        else if (names_a_file(&member) || is_path(&value))
            cqa_star_numbers(value.text, value.length);
    }
}
