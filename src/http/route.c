/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/escape.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
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
    return cqa_is_utf8(out) ? out : NULL;
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
