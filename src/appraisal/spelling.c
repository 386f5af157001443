/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/spelling.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { NAME_BYTES = 1024 };

/* ---- characters */

/* One character of UTF-8; a byte that is none stands for itself. */
static unsigned next(const char **at)
{
    const unsigned char *bytes = (const unsigned char *)*at;
    const size_t length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    unsigned character = bytes[0] & (0xFFU >> (length == 1 ? 0 : length + 1));

    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            *at += 1;
            return bytes[0];
        }
        character = character << 6 | (bytes[i] & 0x3FU);
    }
    *at += length;
    return character;
}

/* Widths and joiners of U+200B to U+200F, the word joiner, the mark of byte order, the soft hyphen:
 * nobody sees them. */
static int is_unseen(unsigned c)
{
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || c == 0x2060 ||
           c == 0xFEFF || c == 0x00AD;
}

static int is_space(unsigned c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x00A0 || c == 0x3000 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x202F;
}

void cqa_spell_plain(const char *text, char *out, size_t size)
{
    size_t used = 0;

    while (*text != '\0') {
        const char *from = text;
        const unsigned c = next(&text);
        const size_t length = (size_t)(text - from);
        const int is_wide = c >= 0xFF01 && c <= 0xFF5E;
        if (is_unseen(c))
            continue;
        if (used + (is_wide ? 1 : length) + 1 > size)
            break;
        if (is_wide || (is_space(c) && length > 1)) {
            out[used++] = is_wide ? (char)(c - 0xFEE0) : ' ';
        } else {
            memcpy(out + used, from, length);
            used += length;
        }
    }
    out[used] = '\0';
}

void cqa_spell_fold(const char *text, char *out, size_t size)
{
    size_t used = 0;

    cqa_spell_plain(text, out, size);
    for (size_t i = 0; out[i] != '\0'; i++)
        if (!is_space((unsigned char)out[i]) && out[i] != '-' && out[i] != '_')
            out[used++] = (char)tolower((unsigned char)out[i]);
    out[used] = '\0';
}

/* ---- marks around a name */

static int starts_with(const char *text, const char *mark)
{
    return strncmp(text, mark, strlen(mark)) == 0;
}

static int ends_with(const char *text, const char *mark)
{
    const size_t length = strlen(text);
    const size_t mark_length = strlen(mark);

    return length >= mark_length && strcmp(text + length - mark_length, mark) == 0;
}

static char *trimmed(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && is_space((unsigned char)text[length - 1]))
        text[--length] = '\0';
    while (is_space((unsigned char)*text))
        text++;
    return text;
}

/* Quotes on both sides; or the apostrophe before a number that tells a spreadsheet to leave it. */
static char *unquoted(char *text)
{
    static const char *const pairs[][2] = {{"\"", "\""}, {"'", "'"}, {"“", "”"}, {"‘", "’"}};
    static const char *const apostrophes[] = {"'", "’", "‘", "`"};

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const size_t both = strlen(pairs[i][0]) + strlen(pairs[i][1]);
        if (strlen(text) <= both || !starts_with(text, pairs[i][0]) ||
            !ends_with(text, pairs[i][1]))
            continue;
        text[strlen(text) - strlen(pairs[i][1])] = '\0';
        return trimmed(text + strlen(pairs[i][0]));
    }
    for (size_t i = 0; i < sizeof apostrophes / sizeof *apostrophes; i++)
        if (starts_with(text, apostrophes[i]) &&
            isdigit((unsigned char)text[strlen(apostrophes[i])]))
            return text + strlen(apostrophes[i]);
    return text;
}

/* 8001.0 is 8001, which a spreadsheet took for a number. */
static void drop_zeros(char *text)
{
    const size_t digits = strspn(text, "0123456789");

    if (digits > 0 && text[digits] == '.' && text[digits + 1] == '0' &&
        text[digits + 1 + strspn(text + digits + 1, "0")] == '\0')
        text[digits] = '\0';
}

static int is_exponent(const char *text)
{
    text += strspn(text, "0123456789.");
    if (*text != 'E' && *text != 'e')
        return 0;
    text++;
    if (*text != '+' && *text != '-')
        return 0;
    text++;
    return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* 8,001 */
static int is_grouped(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 3 || text[digits] != ',')
        return 0;
    for (text += digits; *text == ','; text += 4)
        if (strspn(text + 1, "0123456789") != 3)
            return 0;
    return *text == '\0';
}

/* ---- rows about the others */

static int is_summary(const char *text)
{
    static const char *const english[] = {"total",   "totals", "grandtotal", "subtotal", "sum",
                                          "average", "avg",    "mean",       "median",   "overall"};
    static const char *const chinese[] = {"合计", "总计", "小计", "总和", "汇总",
                                          "共计", "平均", "均值", "人均", "中位数"};
    char folded[NAME_BYTES];

    cqa_spell_fold(text, folded, sizeof folded);
    folded[strcspn(folded, "(")] = '\0'; /* 合计（10人） */
    while (ends_with(folded, ":") || ends_with(folded, "."))
        folded[strlen(folded) - 1] = '\0';
    for (size_t i = 0; i < sizeof english / sizeof *english; i++)
        if (strcmp(folded, english[i]) == 0)
            return 1;
    for (size_t i = 0; i < sizeof chinese / sizeof *chinese; i++)
        if (starts_with(folded, chinese[i]) || ends_with(folded, chinese[i]))
            return 1;
    return ends_with(folded, "平均值") || ends_with(folded, "平均分") ||
           ends_with(folded, "平均数");
}

enum cqa_spelled cqa_spell_name(struct cqa_arena *arena, const char *text, const char **name)
{
    char plain[NAME_BYTES];

    if (strlen(text) >= sizeof plain) { /* nobody's name; cut, two of them might be one */
        *name = cqa_arena_string(arena, text);
        return CQA_SPELLED_NAME;
    }
    cqa_spell_plain(text, plain, sizeof plain);
    char *bare = unquoted(trimmed(plain));
    drop_zeros(bare);
    *name = cqa_arena_string(arena, bare);
    if (is_exponent(bare) || is_grouped(bare))
        return CQA_SPELLED_REWRITTEN;
    return is_summary(bare) ? CQA_SPELLED_SUMMARY : CQA_SPELLED_NAME;
}
