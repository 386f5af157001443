/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/escape.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the UTF-8 character at `text`, 0 where there is none (RFC 3629: no overlong forms, no
 * surrogates). */
static size_t utf8_length(const unsigned char *text)
{
    const unsigned char c = text[0];
    const size_t length = c < 0x80                ? 1
                          : c >= 0xC2 && c < 0xE0 ? 2
                          : c >= 0xE0 && c < 0xF0 ? 3
                          : c >= 0xF0 && c < 0xF5 ? 4
                                                  : 0;

    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    if ((c == 0xE0 && text[1] < 0xA0) || (c == 0xED && text[1] > 0x9F) ||
        (c == 0xF0 && text[1] < 0x90) || (c == 0xF4 && text[1] > 0x8F))
        return 0;
    return length;
}

size_t cqa_utf8_length(const char *text, size_t length)
{
    unsigned char start[5] = {0};

    memcpy(start, text, length < 4 ? length : 4);
    return start[0] == '\0' ? length > 0 : utf8_length(start);
}

int cqa_is_utf8(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    for (size_t size; *at != '\0' && (size = utf8_length(at)) > 0;)
        at += size;
    return *at == '\0';
}

static int is_control(const unsigned char *text, size_t length)
{
    return length == 0 || text[0] < 0x20 || text[0] == 0x7F ||
           (length == 2 && text[0] == 0xC2 && text[1] < 0xA0);
}

void cqa_escape_control(const char *text, char *out, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t used = 0;

    while (*at != '\0') {
        const size_t length = utf8_length(at);
        char piece[8];
        size_t taken = length > 0 ? length : 1;
        if (is_control(at, length)) {
            snprintf(piece, sizeof piece, "\\x%02x", at[0]);
            taken = 1;
        } else if (*at == '\\') {
            snprintf(piece, sizeof piece, "\\\\");
        } else {
            memcpy(piece, at, length);
            piece[length] = '\0';
        }
        const size_t count = strlen(piece);
        if (used + count >= size)
            break;
        memcpy(out + used, piece, count);
        used += count;
        at += taken;
    }
    if (size > 0)
        out[used] = '\0';
}

const char *cqa_escape_bytes(const char *text, char *out, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;

    while (*at != '\0' && utf8_length(at) > 0)
        at += utf8_length(at);
    if (*at == '\0')
        return text;
    cqa_escape_control(text, out, size);
    return out;
}

void cqa_drop_half_character(char *text, size_t size)
{
    const size_t length = strlen(text);
    size_t after = 0; /* bytes behind the last that begins a character */

    if (length == 0 || length + 1 < size)
        return;
    while (after + 1 < length && ((unsigned char)text[length - 1 - after] & 0xC0) == 0x80)
        after++;
    const unsigned char first = (unsigned char)text[length - 1 - after];
    const size_t whole = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    if (after < whole)
        text[length - 1 - after] = '\0';
}

/* The value of two hex digits as the escaping writes them; -1: they are none. */
static int hex_byte(const char *digits)
{
    static const char all[] = "0123456789abcdef";
    const char *high = digits[0] == '\0' ? NULL : strchr(all, digits[0]);
    const char *low = high == NULL || digits[1] == '\0' ? NULL : strchr(all, digits[1]);

    return low == NULL ? -1 : (int)((high - all) * 16 + (low - all));
}

int cqa_unescape_bytes(const char *text, char *out, size_t size)
{
    size_t used = 0;
    int has_bytes = 0;

    for (; *text != '\0'; text++) {
        if (used + 1 >= size)
            return 0;
        if (text[0] != '\\') {
            out[used++] = *text;
        } else if (text[1] == '\\') {
            out[used++] = *++text;
        } else {
            const int byte = text[1] == 'x' ? hex_byte(text + 2) : -1;
            if (byte <= 0 || (byte >= 0x20 && byte < 0x7F))
                return 0;
            has_bytes |= byte >= 0x80;
            out[used++] = (char)byte;
            text += 3;
        }
    }
    out[used] = '\0';
    return has_bytes;
}

int cqa_looks_like_formula(const char *text)
{
    static const char *const wide[] = {"＝", "＋", "－", "＠"};

    if (text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL)
        return 1;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strncmp(text, wide[i], strlen(wide[i])) == 0)
            return 1;
    return 0;
}
