/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The archive and the XML in it: unpacked piece by piece, with no more memory than a piece takes.
 */
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>
#include "book/parts.h"

enum {
    PIECE_BYTES = 64 << 10,
    TAG_BYTES_MAX = 16 << 10 /* libxml2 compares each attribute's name with all before it */
};

struct cqa_book_package {
    zip_t *zip;
};

/* ---- the archive */

struct cqa_book_package *cqa_book_package_open(const char *bytes, size_t length,
                                               struct cqa_book_fault *fault)
{
    zip_error_t why;
    struct cqa_book_package *package = calloc(1, sizeof *package);
    zip_source_t *source = zip_source_buffer_create(bytes, length, 0, NULL);

    zip_error_init(&why);
    if (package == NULL || source == NULL) {
        cqa_book_fault(fault, CQA_BOOK_NO_MEMORY);
    } else {
        package->zip = zip_open_from_source(source, ZIP_RDONLY, &why);
        if (package->zip != NULL)
            return package;
        cqa_book_fault(fault, CQA_BOOK_NOT_ZIP);
    }
    zip_source_free(source);
    free(package);
    return NULL;
}

void cqa_book_package_close(struct cqa_book_package *package)
{
    if (package == NULL)
        return;
    zip_discard(package->zip);
    free(package);
}

static zip_int64_t find_part(struct cqa_book_package *package, const char *part)
{
    return zip_name_locate(package->zip, part, ZIP_FL_NOCASE | ZIP_FL_ENC_GUESS);
}

int cqa_book_has_part(struct cqa_book_package *package, const char *part)
{
    return find_part(package, part) >= 0;
}

/* ---- attributes: name, prefix, namespace, begin and end of the value */

static const unsigned char **find_attribute(const struct cqa_book_attributes *attributes,
                                            const char *name)
{
    for (int i = 0; i < attributes->count; i++)
        if (strcmp((const char *)attributes->items[i * 5], name) == 0)
            return attributes->items + (ptrdiff_t)i * 5;
    return NULL;
}

int cqa_book_attribute(const struct cqa_book_attributes *attributes, const char *name, char *out,
                       size_t size)
{
    const unsigned char **found = find_attribute(attributes, name);

    out[0] = '\0';
    if (found == NULL)
        return 0;
    size_t length = (size_t)(found[4] - found[3]);
    if (length >= size)
        length = size - 1;
    while (length > 0 && length == size - 1 && (found[3][length] & 0xC0) == 0x80)
        length--; /* no half of a character */
    memcpy(out, found[3], length);
    out[length] = '\0';
    return 1;
}

int cqa_book_attribute_is_true(const struct cqa_book_attributes *attributes, const char *name)
{
    char value[8];

    return cqa_book_attribute(attributes, name, value, sizeof value) &&
           (strcmp(value, "1") == 0 || strcmp(value, "true") == 0 || strcmp(value, "on") == 0);
}

int cqa_book_is_struck(const struct cqa_book_attributes *attributes)
{
    char value[8];

    return !cqa_book_attribute(attributes, "val", value, sizeof value) ||
           cqa_book_attribute_is_true(attributes, "val");
}

/* ---- the XML */

struct reading {
    const struct cqa_book_listener *listener;
    xmlParserCtxtPtr parser;
    size_t tag_bytes; /* since a '<' that nothing has closed yet; 0: none is open */
    int is_over;      /* the listener has enough, or something is wrong */
};

static void stop(struct reading *reading)
{
    reading->is_over = 1;
    xmlStopParser(reading->parser);
}

static void on_begin(void *context, const xmlChar *name, const xmlChar *prefix,
                     const xmlChar *address, int namespace_count, const xmlChar **namespaces,
                     int attribute_count, int defaulted, const xmlChar **attributes)
{
    struct reading *reading = context;
    const struct cqa_book_attributes all = {attributes, attribute_count};

    (void)prefix;
    (void)address;
    (void)namespace_count;
    (void)namespaces;
    (void)defaulted;
    if (!reading->is_over &&
        !reading->listener->begin(reading->listener->context, (const char *)name, &all))
        stop(reading);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix,
                   const xmlChar *address)
{
    struct reading *reading = context;

    (void)prefix;
    (void)address;
    if (!reading->is_over &&
        !reading->listener->end(reading->listener->context, (const char *)name))
        stop(reading);
}

static void on_text(void *context, const xmlChar *bytes, int length)
{
    struct reading *reading = context;

    if (!reading->is_over && reading->listener->text != NULL &&
        !reading->listener->text(reading->listener->context, (const char *)bytes, (size_t)length))
        stop(reading);
}

/* No workbook has a document type, and one can define entities. */
static void on_document_type(void *context, const xmlChar *name, const xmlChar *external,
                             const xmlChar *system)
{
    struct reading *reading = context;

    (void)name;
    (void)external;
    (void)system;
    cqa_book_fault(reading->listener->fault, CQA_BOOK_DOCTYPE);
    stop(reading);
}

/* Its messages would go to stderr as they are, with text from the file in them. */
static void keep_quiet(void *context, xmlErrorPtr problem)
{
    (void)context;
    (void)problem;
}

/* 0: an element has more attributes than any has. */
static int tags_are_short(struct reading *reading, const char *piece, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (piece[i] == '<')
            reading->tag_bytes = 1;
        else if (piece[i] == '>')
            reading->tag_bytes = 0;
        else if (reading->tag_bytes > 0 && ++reading->tag_bytes > TAG_BYTES_MAX)
            return 0;
    }
    return 1;
}

static int unpack(zip_file_t *file, struct reading *reading)
{
    static char piece[PIECE_BYTES];
    struct cqa_book_fault *fault = reading->listener->fault;
    size_t all = 0;
    zip_int64_t count;

    while (!reading->is_over && (count = zip_fread(file, piece, sizeof piece)) != 0) {
        if (count < 0)
            return cqa_book_fault(fault, CQA_BOOK_PART_DAMAGED);
        all += (size_t)count;
        if (all > CQA_BOOK_PART_MAX)
            return cqa_book_fault(fault, CQA_BOOK_PART_TOO_LARGE);
        if (!tags_are_short(reading, piece, (size_t)count) ||
            (xmlParseChunk(reading->parser, piece, (int)count, 0) != 0 && !reading->is_over))
            return cqa_book_fault(fault, CQA_BOOK_NOT_XML);
    }
    if (!reading->is_over && xmlParseChunk(reading->parser, NULL, 0, 1) != 0)
        return cqa_book_fault(fault, CQA_BOOK_NOT_XML);
    return fault->why == CQA_BOOK_GOOD;
}

static int parse(zip_file_t *file, const struct cqa_book_listener *listener)
{
    struct reading reading = {.listener = listener};
    xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
                             .startElementNs = on_begin,
                             .endElementNs = on_end,
                             .characters = on_text,
                             .cdataBlock = on_text,
                             .internalSubset = on_document_type,
                             .serror = keep_quiet};

    reading.parser = xmlCreatePushParserCtxt(&handler, &reading, NULL, 0, NULL);
    if (reading.parser == NULL)
        return cqa_book_fault(listener->fault, CQA_BOOK_NO_MEMORY);
    /* No network, no entities put in (NOENT is not given), no limits lifted (nor is HUGE). */
    (void)xmlCtxtUseOptions(reading.parser, XML_PARSE_NONET);
    const int good = unpack(file, &reading);
    xmlFreeParserCtxt(reading.parser);
    return good;
}

int cqa_book_read_part(struct cqa_book_package *package, const char *part,
                       const struct cqa_book_listener *listener)
{
    const zip_int64_t index = find_part(package, part);
    zip_stat_t facts;

    if (index < 0 || zip_stat_index(package->zip, (zip_uint64_t)index, 0, &facts) != 0)
        return cqa_book_fault(listener->fault, CQA_BOOK_PART_MISSING);
    if ((facts.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && facts.encryption_method != ZIP_EM_NONE)
        return cqa_book_fault(listener->fault, CQA_BOOK_PART_ENCRYPTED);
    zip_file_t *file = zip_fopen_index(package->zip, (zip_uint64_t)index, 0);
    if (file == NULL)
        return cqa_book_fault(listener->fault, CQA_BOOK_PART_DAMAGED);
    const int good = parse(file, listener);
    zip_fclose(file);
    return good;
}
