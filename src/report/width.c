/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/width.h"

#include <stdint.h>
#include <string.h>

struct range {
    uint32_t first;
    uint32_t last;
};

static const struct range wide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},
    {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
    {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD},
};
static const struct range without_width[] = {
    {0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
};

static int within(uint32_t code, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return 1;
    return 0;
}

/* Reads one character and moves on; a byte that begins none stands for itself. */
static uint32_t next_code(const char **at)
{
    const unsigned char *bytes = (const unsigned char *)*at;
    const size_t more = bytes[0] < 0xC0 ? 0 : bytes[0] < 0xE0 ? 1 : bytes[0] < 0xF0 ? 2 : 3;
    uint32_t code = more == 0 ? bytes[0] : bytes[0] & (0x3FU >> more);

    for (size_t i = 1; i <= more; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            *at += 1;
            return bytes[0];
        }
        code = code << 6 | (bytes[i] & 0x3FU);
    }
    *at += more + 1;
    return code;
}

static size_t code_width(uint32_t code)
{
    if (within(code, without_width, sizeof without_width / sizeof without_width[0]))
        return 0;
    return within(code, wide, sizeof wide / sizeof wide[0]) ? 2 : 1;
}

size_t cqa_width(const char *text)
{
    size_t columns = 0;

    while (*text != '\0')
        columns += code_width(next_code(&text));
    return columns;
}

void cqa_pad(struct cqa_buffer *out, const char *text, size_t columns, int right)
{
    const size_t used = cqa_width(text);
    const int spaces = used < columns ? (int)(columns - used) : 0;

    if (right)
        cqa_buffer_print(out, "%*s%s", spaces, "", text);
    else
        cqa_buffer_print(out, "%s%*s", text, spaces, "");
}

/* Marks that close something: a line never begins with one. */
static int closes(uint32_t code)
{
    static const uint32_t marks[] = {0x3001, 0x3002, 0x300B, 0x300D, 0x3011, 0xFF01, 0xFF09,
                                     0xFF0C, 0xFF1A, 0xFF1B, 0xFF1F, ')',    ',',    '.'};

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (code == marks[i])
            return 1;
    return 0;
}

/* Where the first line of `text` ends: as far as `columns` go, back to the last place that may be
 * broken. */
static const char *line_end(const char *text, size_t columns)
{
    const char *at = text;
    const char *breakable = NULL;
    size_t used = 0;
    size_t last_width = 0;

    while (*at != '\0') {
        const char *before = at;
        const uint32_t code = next_code(&at);
        const size_t width = code_width(code);
        const int may_break = code == ' ' || ((width == 2 || last_width == 2) && !closes(code));
        if (before > text && may_break)
            breakable = before;
        if (used + width > columns && before > text)
            return breakable != NULL ? breakable : before;
        used += width;
        last_width = width;
    }
    return at;
}

void cqa_wrap(struct cqa_buffer *out, const char *text, size_t columns, size_t indent)
{
    for (;;) {
        const char *end = line_end(text, columns);
        cqa_buffer_add(out, text, (size_t)(end - text));
        cqa_buffer_add(out, "\n", 1);
        text = end + strspn(end, " ");
        if (*text == '\0')
            return;
        cqa_buffer_print(out, "%*s", (int)indent, "");
    }
}
