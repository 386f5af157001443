/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/cursor.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

/* Values as little-endian base-128 numbers, zigzagged: most are short. */
static size_t put_value(unsigned char *out, int64_t value)
{
    uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
    size_t count = 0;

    while (rest >= 0x80) {
        out[count++] = (unsigned char)(rest | 0x80);
        rest >>= 7;
    }
    out[count++] = (unsigned char)rest;
    return count;
}

static int get_value(const unsigned char **at, const unsigned char *end, int64_t *value)
{
    uint64_t rest = 0;

    for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
        const unsigned char byte = *(*at)++;
        rest |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value = (int64_t)(rest >> 1) ^ -(int64_t)(rest & 1);
            return 1;
        }
    }
    return 0;
}

void cqa_cursor_write(char kind, const int64_t *values, size_t count, char out[CQA_CURSOR_SIZE])
{
    unsigned char bytes[1 + 10 * CQA_CURSOR_VALUES_MAX];
    size_t size = 1;

    assert(count <= CQA_CURSOR_VALUES_MAX);
    bytes[0] = (unsigned char)kind;
    for (size_t i = 0; i < count; i++)
        size += put_value(bytes + size, values[i]);
    sodium_bin2base64(out, CQA_CURSOR_SIZE, bytes, size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

int cqa_cursor_read(const char *text, char kind, int64_t *values, size_t count)
{
    unsigned char bytes[1 + 10 * CQA_CURSOR_VALUES_MAX];
    size_t size = 0;

    if (sodium_base642bin(bytes, sizeof bytes, text, strlen(text), NULL, &size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        size < 1 || bytes[0] != (unsigned char)kind)
        return 0;
    const unsigned char *at = bytes + 1;
    for (size_t i = 0; i < count; i++)
        if (!get_value(&at, bytes + size, &values[i]))
            return 0;
    return at == bytes + size;
}
