/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "base/message_parts.h"

static int number_at(const char **at)
{
    char *end;
    const long number = strtol(*at, &end, 10);

    *at = end;
    return number > 0 && number < 1000 ? (int)number : 0;
}

static void read_precision(const char **at, struct cqa_conversion *out)
{
    out->precision = -1;
    if (**at != '.')
        return;
    ++*at;
    if (**at == '*') {
        out->has_star = 1;
        ++*at;
    } else {
        out->precision = number_at(at);
    }
}

static char read_size(const char **at)
{
    const char size = **at;

    if (size == '\0' || strchr("hlzjt", size) == NULL)
        return 0;
    ++*at;
    if (**at != size)
        return size;
    ++*at;
    return size == 'l' ? 'q' : size;
}

struct cqa_conversion cqa_conversion_next(const char *format)
{
    struct cqa_conversion out = {.at = strchr(format, '%')};

    while (out.at != NULL && out.at[1] == '%')
        out.at = strchr(out.at + 2, '%');
    if (out.at == NULL)
        return out;
    const char *at = out.at + 1;
    const size_t digits = strspn(at, "0123456789");
    if (digits > 0 && at[digits] == '$') {
        out.position = number_at(&at);
        at++;
    }
    out.flags = strspn(at, "-+ #0");
    if (out.position >
        0) /* the flags stand behind the position, which is left out when it is said */
        out.flags = 0;
    at += strspn(at, "-+ #0");
    out.width = number_at(&at);
    read_precision(&at, &out);
    out.size = read_size(&at);
    out.kind = *at;
    out.length = (size_t)(at - out.at) + (*at != '\0');
    return out;
}

char cqa_conversion_takes(const struct cqa_conversion *conversion)
{
    switch (conversion->kind) {
    case 'd':
    case 'i':
        return 'd';
    case 'u':
    case 'x':
    case 'X':
    case 'o':
        return 'u';
    case 'f':
    case 'e':
    case 'g':
        return 'f';
    case 's':
    case 'c':
        return 's';
    default:
        return conversion->kind == 'p' ? 'm' : 0;
    }
}
