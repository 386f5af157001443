/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Bytes that follow a UTF-8 lead byte; -1: not a lead byte. */
static int followers(unsigned char lead)
{
    if (lead < 0x80)
        return 0;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 1;
    if (lead >= 0xe0 && lead <= 0xef)
        return 2;
    return lead >= 0xf0 && lead <= 0xf4 ? 3 : -1;
}

static int is_utf8(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    while (*at != '\0') {
        const unsigned char lead = *at++;
        const int count = followers(lead);
        if (count < 0 || (lead == 0xe0 && *at < 0xa0) || (lead == 0xed && *at > 0x9f) ||
            (lead == 0xf0 && *at < 0x90) || (lead == 0xf4 && *at > 0x8f))
            return 0;
        for (int i = 0; i < count; i++, at++)
            if ((*at & 0xc0) != 0x80)
                return 0;
    }
    return 1;
}

char *cqa_percent_decode(const char *text, size_t length, struct cqa_arena *arena)
{
    char *out = cqa_arena_alloc(arena, length + 1);
    size_t used = 0;

    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '%') {
            out[used++] = text[i];
            continue;
        }
        if (i + 2 >= length)
            return NULL;
        const int high = hex_digit(text[i + 1]);
        const int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0 || high + low == 0)
            return NULL;
        out[used++] = (char)(high * 16 + low);
        i += 2;
    }
    return is_utf8(out) ? out : NULL;
}

/* 1: matches. A {…} takes one part of the path, which may not be empty. */
static int matches(const char *pattern, const char *path, struct cqa_arena *arena,
                   const char *parts[CQA_PATH_PARTS_MAX])
{
    size_t count = 0;

    while (*pattern != '\0') {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return 0;
            continue;
        }
        const size_t length = strcspn(path, "/");
        pattern = strchr(pattern, '}') + 1;
        if (length == 0 || count == CQA_PATH_PARTS_MAX)
            return 0;
        parts[count] = cqa_percent_decode(path, length, arena);
        if (parts[count++] == NULL)
            return 0;
        path += length;
    }
    return *path == '\0';
}

const struct cqa_route *cqa_route_find(const struct cqa_routes *routes, const char *method,
                                       const char *path, struct cqa_arena *arena,
                                       const char *parts[CQA_PATH_PARTS_MAX], char *allowed,
                                       size_t allowed_size)
{
    size_t used = 0;
    const int is_head = strcmp(method, "HEAD") == 0;

    allowed[0] = '\0';
    for (size_t i = 0; i < routes->count; i++) {
        const struct cqa_route *route = &routes->lines[i];
        if (!matches(route->pattern, path, arena, parts))
            continue;
        if (strcmp(route->method, is_head ? "GET" : method) == 0)
            return route;
        if (used < allowed_size)
            used += (size_t)snprintf(allowed + used, allowed_size - used, "%s%s", used ? ", " : "",
                                     route->method);
    }
    return NULL;
}
