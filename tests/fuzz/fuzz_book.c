/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a workbook, as a sheet within one that is sound, as a child's answer, and as a
 * number with its format: no crash, and what is read can be taken. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>
#include "book/parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char workbook[] = "<workbook xmlns:r=\"r\"><sheets><sheet name=\"S\" sheetId=\"1\" "
                               "r:id=\"a\"/></sheets></workbook>";
static const char relations[] =
    "<Relationships><Relationship Id=\"a\" Target=\"s.xml\"/></Relationships>";
static const char strings[] =
    "<sst><si><t>a</t></si><si><r><t>b</t></r><rPh><t>c</t></rPh></si></sst>";
static const char styles[] =
    "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"0!.0,&quot;万&quot;\"/></numFmts>"
    "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"9\"/><xf numFmtId=\"14\"/><xf "
    "numFmtId=\"164\"/></cellXfs>"
    "</styleSheet>";

static void read_book(const char *bytes, size_t length)
{
    struct cqa_buffer answer = {.limit = CQA_BOOK_ANSWER_MAX};
    struct cqa_book_fault fault = {0};
    struct cqa_book book = {0};

    (void)cqa_book_kind(bytes, length);
    if (cqa_book_answer(bytes, length, "", &answer, &fault))
        assert(cqa_book_take_answer(answer.text, answer.length, &book));
    else
        assert(fault.why != CQA_BOOK_GOOD && fault.why < CQA_BOOK_WHY_COUNT);
    cqa_book_finish(&book);
    cqa_buffer_finish(&answer);
}

static void add_part(zip_t *zip, const char *name, const void *bytes, size_t length)
{
    zip_source_t *source = zip_source_buffer(zip, bytes, length, 0);

    (void)zip_file_add(zip, name, source, ZIP_FL_OVERWRITE);
}

/* The sheet of a workbook that is sound otherwise, stored without compression. */
static void read_sheet(const char *bytes, size_t length)
{
    zip_error_t error;
    zip_stat_t facts;

    zip_error_init(&error);
    zip_source_t *made = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = zip_open_from_source(made, ZIP_TRUNCATE, &error);
    zip_source_keep(made);
    add_part(zip, "xl/workbook.xml", workbook, sizeof workbook - 1);
    add_part(zip, "xl/_rels/workbook.xml.rels", relations, sizeof relations - 1);
    add_part(zip, "xl/sharedStrings.xml", strings, sizeof strings - 1);
    add_part(zip, "xl/styles.xml", styles, sizeof styles - 1);
    add_part(zip, "xl/s.xml", bytes, length);
    if (zip_close(zip) == 0 && zip_source_stat(made, &facts) == 0 && zip_source_open(made) == 0) {
        char *whole = malloc(facts.size + 1);
        if (zip_source_read(made, whole, facts.size) == (zip_int64_t)facts.size)
            read_book(whole, facts.size);
        free(whole);
        zip_source_close(made);
    }
    zip_source_free(made);
}

static void take_answer(const char *bytes, size_t length)
{
    struct cqa_book book = {0};

    (void)cqa_book_take_answer(bytes, length, &book);
    cqa_book_finish(&book);
}

static void show(const char *bytes, size_t length)
{
    char out[CQA_BOOK_NUMBER_SIZE];
    int rounded;
    char *text = malloc(length + 1);

    memcpy(text, bytes, length);
    text[length] = '\0';
    char *line = strchr(text, '\n');
    if (line != NULL) {
        *line = '\0';
        if (cqa_book_show(text, line + 1, 0, out, &rounded))
            assert(strlen(out) < sizeof out);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;

    read_book(bytes, size);
    read_sheet(bytes, size);
    take_answer(bytes, size);
    show(bytes, size);
    return 0;
}
