/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "book/book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HEAD_BYTES = 512 };

static int starts_with(const char *bytes, size_t length, const char *mark, size_t mark_length)
{
    return length >= mark_length && memcmp(bytes, mark, mark_length) == 0;
}

/* The text begins with markup, as no table does. */
static int is_page(const char *bytes, size_t length)
{
    static const char *const begins[] = {"<html", "<!doctype", "<table", "<?xml", "<meta"};

    if (starts_with(bytes, length, "\xEF\xBB\xBF", 3)) {
        bytes += 3;
        length -= 3;
    }
    while (length > 0 && strchr(" \t\r\n", *bytes) != NULL) {
        bytes++;
        length--;
    }
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (length >= strlen(begins[i]) && strncasecmp(bytes, begins[i], strlen(begins[i])) == 0)
            return 1;
    return 0;
}

enum cqa_book_kind cqa_book_kind(const char *bytes, size_t length)
{
    static const char stream[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    static const char sheet[] = "mimetypeapplication/vnd.oasis.opendocument.spreadsheet";

    if (starts_with(bytes, length, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8))
        return memmem(bytes, length, stream, sizeof stream) != NULL ? CQA_BOOK_ENCRYPTED
                                                                    : CQA_BOOK_XLS;
    if (starts_with(bytes, length, "PK\x03\x04", 4) || starts_with(bytes, length, "PK\x05\x06", 4))
        return memmem(bytes, length < HEAD_BYTES ? length : HEAD_BYTES, sheet, sizeof sheet - 1)
                   ? CQA_BOOK_ODS
                   : CQA_BOOK_XLSX;
    return is_page(bytes, length) ? CQA_BOOK_PAGE : CQA_BOOK_NONE;
}

enum cqa_status cqa_book_refuse(enum cqa_book_kind kind, struct cqa_error *error)
{
    switch (kind) {
    case CQA_BOOK_XLS:
        return cqa_fail(
            error, CQA_E_BADDATA,
            "this is a workbook of the old kind (.xls, .et), which is not read: save it "
            "as .xlsx or as CSV UTF-8");
    case CQA_BOOK_ENCRYPTED:
        return cqa_fail(
            error, CQA_E_BADDATA,
            "this workbook is locked by a password: save it without one, as .xlsx or as "
            "CSV UTF-8");
    case CQA_BOOK_ODS:
        return cqa_fail(error, CQA_E_BADDATA,
                        "this is an OpenDocument table (.ods), which is not read: save it as .xlsx "
                        "or as CSV UTF-8");
    case CQA_BOOK_PAGE:
        return cqa_fail(error, CQA_E_BADDATA,
                        "this is a web page or XML, whatever its name says: open it as a table and "
                        "save it as .xlsx or as CSV UTF-8");
    default:
        return CQA_OK;
    }
}

const char *cqa_cell_name(size_t row, size_t column, char out[CQA_CELL_NAME_SIZE])
{
    char letters[16];
    size_t used = sizeof letters - 1;

    letters[used] = '\0';
    for (; column > 0 && used > 0; column = (column - 1) / 26)
        letters[--used] = (char)('A' + (column - 1) % 26);
    snprintf(out, CQA_CELL_NAME_SIZE, "%s%zu", letters + used, row % 1000000000);
    return out;
}

void cqa_book_finish(struct cqa_book *book)
{
    free(book->text);
    free(book->sheets);
    free(book->cells);
    *book = (struct cqa_book){0};
}
