/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/cidr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 16, FOUR_AT = 12, TEXT_SIZE = 64 };

/* As IPv6, IPv4 behind ::ffff:0:0. 0: it is no address. `*is_four` says which it was. */
static int read_address(const char *text, unsigned char out[BYTES], int *is_four)
{
    static const unsigned char mapped[FOUR_AT] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    memcpy(out, mapped, sizeof mapped);
    *is_four = inet_pton(AF_INET, text, out + FOUR_AT) == 1;
    return *is_four || inet_pton(AF_INET6, text, out) == 1;
}

/* The prefix in bits of an IPv6 address; -1: it is none. */
static int read_prefix(const char *digits, int is_four)
{
    const int most = is_four ? 32 : 128;
    char *end;
    const long bits = digits[0] >= '0' && digits[0] <= '9' ? strtol(digits, &end, 10) : -1;

    return bits < 0 || bits > most || *end != '\0' ? -1 : (int)bits + 128 - most;
}

static int read_range(const char *range, unsigned char out[BYTES], int *prefix)
{
    char text[TEXT_SIZE];
    const char *slash = strchr(range, '/');
    const size_t length = slash ? (size_t)(slash - range) : strlen(range);
    int is_four;

    if (length >= sizeof text)
        return 0;
    (void)snprintf(text, sizeof text, "%.*s", (int)length, range);
    if (!read_address(text, out, &is_four))
        return 0;
    *prefix = slash ? read_prefix(slash + 1, is_four) : 128;
    return *prefix >= 0;
}

static int bit_of(const unsigned char *address, int bit)
{
    return address[bit / 8] >> (7 - bit % 8) & 1;
}

int cqa_cidr_is_good(const char *range)
{
    unsigned char bytes[BYTES];
    int prefix;

    if (!read_range(range, bytes, &prefix))
        return 0;
    for (int bit = prefix; bit < 128; bit++)
        if (bit_of(bytes, bit))
            return 0;
    return 1;
}

int cqa_cidr_holds(const char *range, const char *address)
{
    unsigned char wanted[BYTES];
    unsigned char given[BYTES];
    int prefix;
    int is_four;

    if (!read_range(range, wanted, &prefix) || !read_address(address, given, &is_four))
        return 0;
    for (int bit = 0; bit < prefix; bit++)
        if (bit_of(wanted, bit) != bit_of(given, bit))
            return 0;
    return 1;
}
