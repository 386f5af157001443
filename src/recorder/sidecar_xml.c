/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <iconv.h>
#include <libxml/encoding.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>
#include <strings.h>
#include "recorder/sidecar_parts.h"

/* ---- in which characters it is written */

/* Encodings in which the bytes of ASCII stand for themselves, as the scan needs it, and what they
 * are read as. */
static const char *const encodings[][2] = {
    {"UTF-8", "UTF-8"},
    {"UTF8", "UTF-8"},
    {"US-ASCII", "UTF-8"},
    {"ASCII", "UTF-8"},
    {"ISO-8859-1", "ISO-8859-1"},
    {"windows-1252", "CP1252"},
    {"GB2312", "GB18030"},
    {"GBK", "GB18030"},
    {"CP936", "GB18030"},
    {"GB18030", "GB18030"},
    {"Big5", "BIG5"},
};
enum { ENCODING_COUNT = sizeof encodings / sizeof encodings[0], NAME_MAX_BYTES = 32 };

/* The sandbox opens no files: the tables of characters are loaded before. */
void cqa_sidecar_xml_warm(void)
{
    static const char *const names[] = {"GB18030", "BIG5", "CP1252", "UTF-16LE", "UTF-16BE"};

    xmlInitParser();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)iconv_open("UTF-8", names[i]); /* kept for good */
}

static const char *known_encoding(const char *name, size_t length)
{
    for (int i = 0; i < ENCODING_COUNT; i++)
        if (strlen(encodings[i][0]) == length && strncasecmp(encodings[i][0], name, length) == 0)
            return encodings[i][1];
    return NULL;
}

/* What `<?xml … encoding="…"?>` says; UTF-8 where it says nothing, NULL where that is unknown. */
static const char *declared_encoding(const char *text, size_t length)
{
    const char *end =
        length > 6 && memcmp(text, "<?xml", 5) == 0 ? memmem(text, length, "?>", 2) : NULL;
    const char *at = end == NULL ? NULL : memmem(text, (size_t)(end - text), "encoding", 8);

    if (at == NULL)
        return "UTF-8";
    at += 8;
    while (at < end && strchr(" \t\r\n=", *at) != NULL)
        at++;
    if (at == end || (*at != '"' && *at != '\''))
        return "UTF-8"; /* the parser will say what is wrong */
    const char *close = memchr(at + 1, *at, (size_t)(end - at - 1));
    return close == NULL ? "UTF-8" : known_encoding(at + 1, (size_t)(close - at - 1));
}

/* Two bytes a character would hide the markup from the scan: they become UTF-8 first. NULL: not to
 * be had. */
static xmlBufferPtr from_utf16(const char *text, size_t length)
{
    const int is_little = text[0] == '\xff' || text[1] == '\0';
    const size_t mark = text[0] == '\xff' || text[0] == '\xfe' ? 2 : 0;
    xmlCharEncodingHandlerPtr handler =
        xmlFindCharEncodingHandler(is_little ? "UTF-16LE" : "UTF-16BE");
    xmlBufferPtr in = xmlBufferCreate();
    xmlBufferPtr out = xmlBufferCreate();

    int is_whole = handler != NULL && in != NULL && out != NULL &&
                   xmlBufferAdd(in, (const xmlChar *)text + mark, (int)(length - mark)) == 0;

    while (is_whole && xmlBufferLength(in) > 0 && xmlCharEncInFunc(handler, out, in) > 0)
        continue;
    is_whole = is_whole && xmlBufferLength(in) == 0;
    xmlBufferFree(in);
    if (!is_whole)
        xmlBufferFree(out);
    return is_whole ? out : NULL;
}

static int is_utf16(const char *text, size_t length)
{
    return length >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0 ||
                           memcmp(text, "<\0", 2) == 0 || memcmp(text, "\0<", 2) == 0);
}

/* ---- the document */

/* Its messages would go to stderr as they are, with text from the file in them. */
static void keep_quiet(void *context, xmlErrorPtr problem)
{
    (void)context;
    (void)problem;
}

static int parse(const char *text, size_t length, const char *encoding, void **out,
                 struct cqa_sidecar_fault *fault)
{
    if (!cqa_sidecar_xml_scan(text, length, fault))
        return 0;
    const xmlParserCtxtPtr parser = xmlNewParserCtxt();
    if (parser == NULL)
        return cqa_sidecar_fault(fault, CQA_SIDECAR_NO_MEMORY, 0);
    parser->sax->serror = keep_quiet;
    /* No network, no entities put in (NOENT is not given), no limits lifted. */
    *out = xmlCtxtReadMemory(parser, text, (int)length, NULL, encoding,
                             XML_PARSE_NONET | XML_PARSE_NOCDATA);
    const int line = parser->lastError.line;
    xmlFreeParserCtxt(parser);
    return *out != NULL ||
           cqa_sidecar_fault(fault, CQA_SIDECAR_NOT_XML, line > 0 ? (size_t)line : 1);
}

int cqa_sidecar_xml_parse(const char *text, size_t length, void **out,
                          struct cqa_sidecar_fault *fault)
{
    const size_t mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    if (is_utf16(text, length)) {
        const xmlBufferPtr utf8 = from_utf16(text, length);
        if (utf8 == NULL)
            return cqa_sidecar_fault(fault, CQA_SIDECAR_NOT_XML, 1);
        const int is_one = parse((const char *)xmlBufferContent(utf8),
                                 (size_t)xmlBufferLength(utf8), "UTF-8", out, fault);
        xmlBufferFree(utf8);
        return is_one;
    }
    if (memchr(text, '\0', length) != NULL)
        return cqa_sidecar_fault(fault, CQA_SIDECAR_NOT_XML, 1);
    const char *encoding = mark > 0 ? "UTF-8" : declared_encoding(text, length);
    if (encoding == NULL)
        return cqa_sidecar_fault(fault, CQA_SIDECAR_ENCODING, 1);
    return parse(text + mark, length - mark, encoding, out, fault);
}

/* The first child element of that name, whatever its namespace. */
static xmlNodePtr child(xmlNodePtr parent, const char *name)
{
    for (xmlNodePtr node = parent->children; node != NULL; node = node->next)
        if (node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0)
            return node;
    return NULL;
}

const char *cqa_sidecar_xml_get(void *document, const char *path, struct cqa_arena *arena)
{
    xmlNodePtr node = xmlDocGetRootElement(document);
    char *steps = cqa_arena_string(arena, path);
    char *rest = NULL;
    char *key = steps == NULL ? NULL : strtok_r(steps, ".", &rest);
    xmlChar *found = NULL;

    if (node == NULL || key == NULL || strcmp((const char *)node->name, key) != 0)
        return NULL;
    for (key = strtok_r(NULL, ".", &rest); key != NULL && node != NULL && found == NULL;
         key = strtok_r(NULL, ".", &rest)) {
        if (key[0] == '@')
            found = xmlGetProp(node, (const xmlChar *)(key + 1));
        else
            node = child(node, key);
    }
    if (found == NULL && node != NULL && key == NULL && strchr(path, '@') == NULL)
        found = xmlNodeGetContent(node);
    const char *copy = found == NULL ? NULL : cqa_arena_string(arena, (const char *)found);
    xmlFree(found);
    return copy;
}
