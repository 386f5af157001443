/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spelling/spelling.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "spelling/table.h" /* made by table/main.c: syllables, readings, surnames */

enum { TYPED_MAX = 32, UNITS_MAX = 48, READINGS_MAX = 2 };

/* A character of the name: the ways to spell it. */
struct unit {
    const char *readings[READINGS_MAX];
    char letter[2]; /* what stands for itself */
};

static int32_t next_character(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    const int more = at[0] >= 0xF0 ? 3 : at[0] >= 0xE0 ? 2 : at[0] >= 0xC0 ? 1 : 0;
    int32_t out = more == 0 ? at[0] : at[0] & (0x3F >> more);

    for (int i = 1; i <= more; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            *text += i;
            return 0;
        }
        out = out << 6 | (at[i] & 0x3F);
    }
    *text += more + 1;
    return out;
}

static int read_unit(int32_t character, struct unit *out)
{
    *out = (struct unit){0};
    if (character < 128 && isalnum(character)) {
        out->letter[0] = (char)tolower(character);
        return 1;
    }
    if (character < FIRST_CHARACTER || character > LAST_CHARACTER)
        return 0;
    out->readings[0] = syllables[readings[character - FIRST_CHARACTER]];
    for (size_t i = 0; i < sizeof surnames / sizeof *surnames; i++)
        if (surnames[i].character == character)
            out->readings[1] = syllables[surnames[i].syllable];
    return out->readings[0][0] != '\0';
}

static int is_same(char typed, char spelt)
{
    return typed == spelt || (typed == 'u' && spelt == 'v');
}

static int spells(const char *typed, const struct unit *units, size_t count);

/* One way to spell the first of the units, whole or by its first letters, and then the rest. */
static int spells_by(const char *reading, const char *typed, const struct unit *units, size_t count)
{
    for (size_t k = 0; reading[k] != '\0' && is_same(typed[k], reading[k]); k++)
        if (spells(typed + k + 1, units + 1, count - 1))
            return 1;
    return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as `typed` is long */
static int spells(const char *typed, const struct unit *units, size_t count)
{
    if (*typed == '\0')
        return 1;
    if (count == 0)
        return 0;
    if (units->letter[0] != '\0')
        return spells_by(units->letter, typed, units, count);
    for (int i = 0; i < READINGS_MAX && units->readings[i] != NULL; i++)
        if (spells_by(units->readings[i], typed, units, count))
            return 1;
    return 0;
}

static int tidy(const char *typed, char out[TYPED_MAX + 1])
{
    size_t length = 0;

    for (; *typed != '\0'; typed++) {
        if (*typed == ' ' || *typed == '\'')
            continue;
        if (!isalnum((unsigned char)*typed) || (unsigned char)*typed > 127 || length == TYPED_MAX)
            return 0;
        out[length++] = (char)tolower((unsigned char)*typed);
    }
    out[length] = '\0';
    return length > 0;
}

int cqa_spelling_is_of(const char *typed, const char *name)
{
    char letters[TYPED_MAX + 1];
    struct unit units[UNITS_MAX];
    size_t count = 0;

    if (!tidy(typed, letters))
        return 0;
    while (*name != '\0' && count < UNITS_MAX)
        count += (size_t)read_unit(next_character(&name), &units[count]);
    for (size_t i = 0; i < count; i++)
        if (spells(letters, units + i, count - i))
            return 1;
    return 0;
}
