/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "recorder/sidecar_parts.h"

/* Programs of Windows write it before UTF-8; jansson takes it for text. */
static size_t mark_length(const char *text, size_t length)
{
    return length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

int cqa_sidecar_json_parse(const char *text, size_t length, void **out,
                           struct cqa_sidecar_fault *fault)
{
    const size_t mark = mark_length(text, length);
    json_error_t problem;

    if (!cqa_sidecar_json_scan(text, length, fault))
        return 0;
    *out = json_loadb(text + mark, length - mark, 0, &problem);
    return *out != NULL || cqa_sidecar_fault(fault, CQA_SIDECAR_NOT_JSON,
                                             problem.line > 0 ? (size_t)problem.line : 1);
}

/* One step into an object by key or into a list by index. */
static const json_t *step(const json_t *node, const char *key)
{
    char *end = NULL;

    if (json_is_object(node))
        return json_object_get(node, key);
    const unsigned long index = strtoul(key, &end, 10);
    return json_is_array(node) && end != key && *end == '\0' ? json_array_get(node, index) : NULL;
}

const char *cqa_sidecar_json_get(void *document, const char *path, struct cqa_arena *arena)
{
    const json_t *node = document;
    char *steps = cqa_arena_string(arena, path);
    char *rest = NULL;
    char number[40];

    for (char *key = steps == NULL ? NULL : strtok_r(steps, ".", &rest);
         key != NULL && node != NULL; key = strtok_r(NULL, ".", &rest))
        node = step(node, key);
    if (json_is_string(node))
        return cqa_arena_string(arena, json_string_value(node));
    if (!json_is_integer(node))
        return NULL;
    (void)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(node));
    return cqa_arena_string(arena, number);
}
