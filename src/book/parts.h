/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BOOK_PARTS_H
#define CQA_BOOK_PARTS_H

/* Reading one workbook in a child; for the files of this folder only. */

#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/buffer.h"
#include "book/book.h"
#include "child/frame.h"

/* What a workbook may be (docs/decisions/0141). */
enum {
    CQA_BOOK_BYTES_MAX = 32 << 20,  /* of the file */
    CQA_BOOK_PART_MAX = 256 << 20,  /* of one part, unpacked */
    CQA_BOOK_TEXT_MAX = 48 << 20,   /* shared strings; the cells of the sheet */
    CQA_BOOK_ANSWER_MAX = 64 << 20, /* all of it, as the child says it */
    CQA_BOOK_CELL_MAX = 128 << 10,  /* bytes of a cell's text */
    CQA_BOOK_ROWS_MAX = 1 << 20,    /* what the format has */
    CQA_BOOK_COLUMNS_MAX = 1000,
    CQA_BOOK_CELLS_MAX = 2 << 20,
    CQA_BOOK_SHEETS_MAX = 250,
    CQA_BOOK_STYLES_MAX = 65536,
    CQA_BOOK_MERGES_MAX = 65536,
    CQA_BOOK_NAME_MAX = 256, /* bytes of a sheet's name */
};

enum cqa_book_frame {
    CQA_FRAME_READ_BOOK = CQA_FRAME_OF_ROLE, /* order: the sheet's name, or nothing */
    CQA_FRAME_BOOK,                          /* answer: struct cqa_book_answer, sheets, cells */
    CQA_FRAME_BOOK_FAULT,                    /* answer: struct cqa_book_fault */
};

struct cqa_book_answer {
    int32_t chosen;
    uint32_t sheet_count;
    uint32_t cell_count;
    uint32_t rows, first_row, columns, first_column, rounded, rounded_row, rounded_column;
};

/* Before the name of a sheet, or the text of a cell, which ends with NUL. */
struct cqa_book_sheet_head {
    uint8_t is_hidden;
    uint8_t has_data;
};
struct cqa_book_cell_head {
    uint32_t row;
    uint16_t column;
    uint8_t problem;
    uint8_t merged; /* 1: it is, 2: it is the first */
};

/* Why there are no cells. The parent puts it into words: a child's sentences are not believed. */
enum cqa_book_why {
    CQA_BOOK_GOOD,
    CQA_BOOK_UNREADABLE,
    CQA_BOOK_NO_MEMORY,
    CQA_BOOK_TOO_LARGE,
    CQA_BOOK_NOT_ZIP,
    CQA_BOOK_NOT_XLSX,
    CQA_BOOK_PART_MISSING,
    CQA_BOOK_PART_DAMAGED,
    CQA_BOOK_PART_ENCRYPTED,
    CQA_BOOK_PART_TOO_LARGE,
    CQA_BOOK_NOT_XML,
    CQA_BOOK_DOCTYPE,
    CQA_BOOK_TOO_MANY_SHEETS,
    CQA_BOOK_TOO_MANY_STYLES,
    CQA_BOOK_TOO_MANY_ROWS,
    CQA_BOOK_TOO_MANY_COLUMNS,
    CQA_BOOK_TOO_MANY_CELLS,
    CQA_BOOK_TOO_MANY_MERGES,
    CQA_BOOK_TEXT_TOO_LONG,
    CQA_BOOK_BAD_CELL,
    CQA_BOOK_NO_SHEET,
    CQA_BOOK_NO_DATA,
    CQA_BOOK_WHY_COUNT
};

struct cqa_book_fault {
    uint32_t why;
    uint32_t row, column; /* of the cell; 0: none in particular */
};

/* Fills it unless something was wrong before; returns 0, so that `return cqa_book_fault(...)` is
 * one line. */
int cqa_book_fault(struct cqa_book_fault *fault, enum cqa_book_why why);
int cqa_book_fault_at(struct cqa_book_fault *fault, enum cqa_book_why why, size_t row,
                      size_t column);

/* --- package.c: the parts of the archive, each a document of XML --- */

struct cqa_book_package;

/* `bytes` must outlive it. NULL with `fault`. */
struct cqa_book_package *cqa_book_package_open(const char *bytes, size_t length,
                                               struct cqa_book_fault *fault);
void cqa_book_package_close(struct cqa_book_package *package);

/* An element's attributes, as libxml2 hands them over. */
struct cqa_book_attributes {
    const unsigned char **items;
    int count;
};
/* The value of an attribute in `out`, cut; "" and 0 where there is none. */
int cqa_book_attribute(const struct cqa_book_attributes *attributes, const char *name, char *out,
                       size_t size);
int cqa_book_attribute_is_true(const struct cqa_book_attributes *attributes, const char *name);

/* Of the element "strike" in a run of a text. What is struck through stands between these signs: of
 * 50 that was struck and 30 behind it no 5030 is made. */
#define CQA_BOOK_STRUCK "~"
int cqa_book_is_struck(const struct cqa_book_attributes *attributes);

/* Who listens to a part. 0 ends the reading: with `fault` filled it failed, else it was enough. */
struct cqa_book_listener {
    int (*begin)(void *context, const char *name, const struct cqa_book_attributes *attributes);
    int (*text)(void *context, const char *bytes, size_t length); /* NULL: none is wanted */
    int (*end)(void *context, const char *name);
    void *context;
    struct cqa_book_fault *fault;
};

int cqa_book_has_part(struct cqa_book_package *package, const char *part);

/* Names are compared without regard to case, as the format says. 1: read, or enough of it. */
int cqa_book_read_part(struct cqa_book_package *package, const char *part,
                       const struct cqa_book_listener *listener);

/* --- tables.c: what the sheets share --- */

struct cqa_book_listed_sheet {
    char name[CQA_BOOK_NAME_MAX];
    char id[64];
    char part[CQA_BOOK_NAME_MAX];
    int is_hidden;
};

struct cqa_book_tables {
    struct cqa_book_listed_sheet *sheets;
    size_t sheet_count;
    int is_1904;
    struct cqa_arena arena;
    struct cqa_buffer strings; /* one after the other, each with NUL */
    size_t *string_at;
    size_t string_count, string_capacity;
    const char **style_formats; /* of each style of cells; NULL: General */
    size_t style_count;
};

int cqa_book_tables_read(struct cqa_book_package *package, struct cqa_book_tables *out,
                         struct cqa_book_fault *fault);

/* --- sheet.c --- */

struct cqa_book_sheet_cells {
    struct cqa_buffer text;
    struct cqa_book_kept_cell {
        struct cqa_book_cell_head head;
        uint32_t at; /* in `text` */
    } * cells;
    size_t count, capacity;
    struct cqa_book_unseen unseen;
};

/* Up to the first cell with something in it: `*has_data`. */
int cqa_book_sheet_has_data(struct cqa_book_package *package, const struct cqa_book_tables *tables,
                            size_t sheet, int *has_data, struct cqa_book_fault *fault);
int cqa_book_sheet_read(struct cqa_book_package *package, const struct cqa_book_tables *tables,
                        size_t sheet, struct cqa_book_sheet_cells *out,
                        struct cqa_book_fault *fault);

/* "AB12" to row and column; 0: it is none, and nothing follows it but `end`. */
int cqa_book_read_reference(const char *text, char end, size_t *row, size_t *column);

/* --- merge.c: areas of merged cells, each cell of which gets the text of the first --- */

struct cqa_book_area {
    uint32_t row, column, last_row, last_column;
};
int cqa_book_merge(struct cqa_book_sheet_cells *cells, const struct cqa_book_area *areas,
                   size_t count, struct cqa_book_fault *fault);

/* --- book_child.c: the whole answer, without a process around it --- */

/* `wanted` "": the only sheet that is seen and has data. Appends to `out`. */
int cqa_book_answer(const char *bytes, size_t length, const char *wanted, struct cqa_buffer *out,
                    struct cqa_book_fault *fault);

/* --- answer.c: the parent's side, which believes nothing of it. 0: nonsense, or no memory --- */

int cqa_book_take_answer(const char *body, size_t length, struct cqa_book *out);

/* --- number.c --- */

/*
 * A number as its format shows it, in a spelling that the import reads: 85% for 0.85 under 0%,
 * 350元 for 350 under 0"元", 2025-11-20 for a day, 2025-11 for a month, 1:30:00 for a time. Digits
 * that the format does not show are rounded off; thousands have no commas. `raw` is as XML has it.
 * 0: it is no number. `*rounded` 1: more digits are kept than shown.
 */
enum { CQA_BOOK_NUMBER_SIZE = 256 };
int cqa_book_show(const char *raw, const char *format, int is_1904, char out[CQA_BOOK_NUMBER_SIZE],
                  int *rounded);

/* The format that is known by its number alone; NULL: none, or General. */
const char *cqa_book_known_format(long number);

#endif
