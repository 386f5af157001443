/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "api/cursor.h"
#include "api/routes.h"
#include "http/range.h"
#include "http/route.h"
#include "scores/cidr.h"
#include "settings/sound_folders.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The route of a path is one of the table, and its parts are texts. */
static void look_up(const char *text)
{
    struct cqa_arena arena = {0};
    const char *parts[CQA_PATH_PARTS_MAX] = {0};
    char allowed[64] = "";
    const struct cqa_route *route =
        cqa_route_find(&cqa_api_routes, "GET", text, &arena, parts, allowed, sizeof allowed);

    if (route != NULL && strcmp(route->method, "GET") != 0)
        abort();
    for (size_t i = 0; route != NULL && i < CQA_PATH_PARTS_MAX && parts[i] != NULL; i++)
        if (strlen(parts[i]) > strlen(text))
            abort();
    const char *plain = cqa_percent_decode(text, strlen(text), &arena);
    if (plain != NULL && strlen(plain) > strlen(text))
        abort();
    cqa_arena_finish(&arena);
}

/* A part lies within the whole. */
static void read_range(const char *text, uint64_t bytes)
{
    struct cqa_range range = {0};

    if (cqa_range_read(text, bytes, &range) == CQA_RANGE_PART &&
        (range.start >= range.end || range.end > bytes))
        abort();
}

/* What is read back as a cursor says what was written. */
static void read_cursor(const char *text)
{
    int64_t values[2] = {0};
    int64_t again[2] = {0};
    char written[CQA_CURSOR_SIZE];

    if (!cqa_cursor_read(text, 't', values, 2))
        return;
    cqa_cursor_write('t', values, 2, written);
    if (!cqa_cursor_read(written, 't', again, 2) || memcmp(values, again, sizeof values) != 0)
        abort();
}

/* What a stranger's request holds, outside its body: a path, a range, a cursor; and ranges of
 * addresses and folders, which are taken apart in the same way. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint64_t sizes[] = {0, 1, 1000, UINT64_MAX / 2};
    char *text = malloc(size + 1);

    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    look_up(text);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        read_range(text, sizes[i]);
    read_cursor(text);
    if (cqa_cidr_is_good(text) && strchr(text, '/') == NULL && !cqa_cidr_holds(text, text))
        abort();
    const char *rest = cqa_path_below("/var/spool", text);
    if (rest != NULL && (rest < text || rest > text + strlen(text) || rest[0] == '/'))
        abort();
    free(text);
    return 0;
}
