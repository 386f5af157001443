/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>
#include "recorder/parts.h"

/* Its messages would go to stderr as they are, with text from the file in them. */
static void keep_quiet(void *context, xmlErrorPtr problem)
{
    (void)context;
    (void)problem;
}

enum cqa_status cqa_sidecar_xml_parse(const char *text, size_t length, void **out,
                                      struct cqa_error *error)
{
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    xmlDocPtr document = NULL;

    if (parser == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for an XML file");
    parser->sax->serror = keep_quiet;
    /* No network, no entities put in (NOENT is not given), no limits lifted. */
    document = xmlCtxtReadMemory(parser, text, (int)length, NULL, NULL,
                                 XML_PARSE_NONET | XML_PARSE_NOCDATA);
    xmlFreeParserCtxt(parser);
    if (document == NULL)
        return cqa_fail(error, CQA_E_BADDATA, "not well-formed XML");
    if (document->intSubset != NULL || document->extSubset != NULL) {
        xmlFreeDoc(document);
        return cqa_fail(error, CQA_E_BADDATA,
                        "XML with a document type is refused: it can define entities");
    }
    *out = document;
    return CQA_OK;
}

void cqa_sidecar_xml_free(void *document)
{
    xmlFreeDoc(document);
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
