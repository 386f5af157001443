/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "recorder/sidecar_parts.h"

struct scan {
    const char *at;
    const char *end;
    size_t line;
    size_t depth;
    size_t nodes;
    struct cqa_sidecar_fault *fault;
};

int cqa_sidecar_fault(struct cqa_sidecar_fault *fault, enum cqa_sidecar_why why, size_t line)
{
    *fault = (struct cqa_sidecar_fault){(uint32_t)why, (uint32_t)line};
    return 0;
}

static int refuse(const struct scan *scan, enum cqa_sidecar_why why)
{
    return cqa_sidecar_fault(scan->fault, why, scan->line);
}

static void step(struct scan *scan)
{
    scan->line += *scan->at == '\n';
    scan->at++;
}

static int add_node(struct scan *scan)
{
    return ++scan->nodes <= CQA_SIDECAR_NODES_MAX || refuse(scan, CQA_SIDECAR_TOO_MANY_NODES);
}

static int go_deeper(struct scan *scan)
{
    return ++scan->depth <= CQA_SIDECAR_DEPTH_MAX || refuse(scan, CQA_SIDECAR_TOO_DEEP);
}

/* ---- XML */

static int begins(const struct scan *scan, const char *word)
{
    const size_t length = strlen(word);

    return (size_t)(scan->end - scan->at) >= length && memcmp(scan->at, word, length) == 0;
}

/* `at` is on `first`: past the next `last` after it, or to the end. They share no byte: "<!-->"
 * does not end where it begins, or the rest of a comment could hide markup. */
static void skip_past(struct scan *scan, const char *first, const char *last)
{
    scan->at += strlen(first);
    while (scan->at < scan->end && !begins(scan, last))
        step(scan);
    scan->at = scan->at < scan->end ? scan->at + strlen(last) : scan->end;
}

/* XML allows no "--" within: libxml2 makes an error of each, and a megabyte of them takes it more
 * than a second. */
static int pass_comment(struct scan *scan)
{
    skip_past(scan, "<!--", "--");
    if (scan->at < scan->end && *scan->at != '>')
        return refuse(scan, CQA_SIDECAR_NOT_XML);
    return 1;
}

/* From a quotation mark to its like. */
static void skip_quoted(struct scan *scan)
{
    const char quote = *scan->at;

    step(scan);
    while (scan->at < scan->end && *scan->at != quote)
        step(scan);
}

/* Up to the '>' of a tag that opens. Each attribute has its '=', outside of quotes. */
static int pass_tag(struct scan *scan)
{
    size_t attributes = 0;

    for (; scan->at < scan->end && *scan->at != '>'; step(scan)) {
        if (*scan->at == '"' || *scan->at == '\'')
            skip_quoted(scan);
        else if (*scan->at == '=' && !add_node(scan))
            return 0;
        else if (*scan->at == '=' && ++attributes > CQA_SIDECAR_ATTRIBUTES_MAX)
            return refuse(scan, CQA_SIDECAR_TOO_MANY_ATTRIBUTES);
        if (scan->at == scan->end)
            return 1;
    }
    return scan->at[-1] == '/' || go_deeper(scan);
}

/* `at` is on a '<'. */
static int pass_markup(struct scan *scan)
{
    if (!add_node(scan))
        return 0;
    if (begins(scan, "<!--"))
        return pass_comment(scan);
    if (begins(scan, "<![CDATA["))
        skip_past(scan, "<![CDATA[", "]]>");
    else if (begins(scan, "<!"))
        return refuse(scan, CQA_SIDECAR_DOCTYPE);
    else if (begins(scan, "<?"))
        skip_past(scan, "<?", "?>");
    else if (!begins(scan, "</"))
        return pass_tag(scan);
    else {
        skip_past(scan, "</", ">");
        scan->depth -= scan->depth > 0;
    }
    return 1;
}

int cqa_sidecar_xml_scan(const char *text, size_t length, struct cqa_sidecar_fault *fault)
{
    struct scan scan = {.at = text, .end = text + length, .line = 1, .fault = fault};

    while (scan.at < scan.end) {
        if (*scan.at != '<')
            step(&scan);
        else if (!pass_markup(&scan))
            return 0;
    }
    return 1;
}

/* ---- JSON */

static void skip_string(struct scan *scan)
{
    for (step(scan); scan->at < scan->end && *scan->at != '"'; step(scan))
        if (*scan->at == '\\' && scan->at + 1 < scan->end)
            step(scan);
}

int cqa_sidecar_json_scan(const char *text, size_t length, struct cqa_sidecar_fault *fault)
{
    struct scan scan = {.at = text, .end = text + length, .line = 1, .fault = fault};

    while (scan.at < scan.end) {
        const char here = *scan.at;
        if ((here == '[' || here == '{') && !go_deeper(&scan))
            return 0;
        if ((here == '[' || here == '{' || here == ',') && !add_node(&scan))
            return 0;
        if (here == ']' || here == '}')
            scan.depth -= scan.depth > 0;
        if (here == '"')
            skip_string(&scan);
        if (scan.at < scan.end)
            step(&scan);
    }
    return 1;
}
