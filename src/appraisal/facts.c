/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/facts.h"

#include <string.h>
#include "appraisal/sheet.h"

enum { DEPTH_MAX = 32 }; /* a sheet has ten */

/* ---- writing */

size_t cqa_facts_begin(const char *name, struct cqa_buffer *out)
{
    const size_t begun = out->length;

    cqa_buffer_print(out, ",\"%s\":{", name);
    return begun;
}

void cqa_facts_end(size_t begun, struct cqa_buffer *out)
{
    if (out->failed)
        return;
    char *inside = out->text + begun + strcspn(out->text + begun, "{") + 1;
    const size_t count = out->length - (size_t)(inside - out->text);
    if (count > 0) {
        memmove(inside, inside + 1, count - 1); /* the first member's comma */
        out->length--;
    }
    cqa_buffer_add(out, "}", 1);
}

/* ---- reading */

struct viewing {
    unsigned parts;
    struct cqa_buffer *out;
    int depth;
};

static void put(struct viewing *viewing, const char *from, const char *to)
{
    cqa_buffer_add(viewing->out, from, (size_t)(to - from));
}

/* Behind the closing quote of a text. */
static const char *behind_text(const char *at)
{
    for (at++; *at != '\0' && *at != '"'; at++)
        at += at[0] == '\\' && at[1] != '\0';
    return at + (*at == '"');
}

/* Behind a value. */
static const char *behind_value(const char *at)
{
    int depth = 0;

    for (; *at != '\0'; at++) {
        if (*at == '"')
            at = behind_text(at) - 1;
        else if (depth == 0 && strchr(",]}", *at) != NULL)
            break;
        depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
    }
    return at;
}

/* The part that a member of this name is for; 0: it is for everyone. */
static unsigned part_of(const char *name, const char *behind)
{
    static const struct {
        const char *name;
        unsigned part;
    } known[] = {{"\"" CQA_FACTS_FOR_PAY "\"", CQA_SHEET_PAY},
                 {"\"" CQA_FACTS_FOR_PEERS "\"", CQA_SHEET_PEERS}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((size_t)(behind - name) == strlen(known[i].name) &&
            memcmp(name, known[i].name, (size_t)(behind - name)) == 0)
            return known[i].part;
    return 0;
}

static const char *view_value(struct viewing *viewing, const char *at);

/* Of an object from behind its brace to behind the closing one; `count` those that were written. */
static const char *view_members(struct viewing *viewing, const char *at, size_t *count)
{
    while (*at == '"') {
        const char *value = behind_text(at);
        const unsigned part = part_of(at, value);
        value += *value == ':';
        if (part == 0) {
            cqa_buffer_add(viewing->out, ",", (*count)++ > 0);
            put(viewing, at, value);
            at = view_value(viewing, value);
        } else if ((viewing->parts & part) && *value == '{') {
            at = view_members(viewing, value + 1, count);
        } else {
            at = behind_value(value);
        }
        at += *at == ',';
    }
    return at + (*at == '}');
}

/* An element of which nothing is for this reader is not there. */
static const char *view_list(struct viewing *viewing, const char *at)
{
    size_t count = 0;

    put(viewing, at, at + 1);
    at++;
    while (*at != '\0' && *at != ']') {
        const size_t before = viewing->out->length;
        const char *from = at;
        cqa_buffer_add(viewing->out, ",", count > 0);
        const size_t begun = viewing->out->length;
        at = view_value(viewing, at);
        const int is_hidden = *from == '{' && from[1] != '}' && viewing->out->length == begun + 2;
        if (is_hidden)
            viewing->out->length = before;
        count += !is_hidden;
        at += *at == ',';
        if (at == from)
            break;
    }
    cqa_buffer_add(viewing->out, "]", 1);
    return at + (*at == ']');
}

static const char *view_value(struct viewing *viewing, const char *at)
{
    size_t count = 0;

    if (*at != '{' && *at != '[') {
        const char *behind = behind_value(at);
        put(viewing, at, behind);
        return behind;
    }
    if (viewing->depth == DEPTH_MAX) {
        cqa_buffer_add(viewing->out, "null", 4);
        return behind_value(at);
    }
    viewing->depth++;
    if (*at == '[') {
        at = view_list(viewing, at);
    } else {
        put(viewing, at, at + 1);
        at = view_members(viewing, at + 1, &count);
        cqa_buffer_add(viewing->out, "}", 1);
    }
    viewing->depth--;
    return at;
}

void cqa_facts_view(const char *facts, unsigned parts, struct cqa_buffer *out)
{
    struct viewing viewing = {.parts = parts, .out = out};

    (void)view_value(&viewing, facts);
}

void cqa_facts_view_both(const char *facts, const char *more, unsigned parts,
                         struct cqa_buffer *out)
{
    struct viewing viewing = {.parts = parts, .out = out};
    size_t count = 0;

    cqa_buffer_add(out, "{", 1);
    if (*facts == '{')
        (void)view_members(&viewing, facts + 1, &count);
    if (*more == '{')
        (void)view_members(&viewing, more + 1, &count);
    cqa_buffer_add(out, "}", 1);
}
