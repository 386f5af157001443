/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parent's side: hands a workbook to a child, and puts into words what is wrong with it. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "book/book_child.h"
#include "book/parts.h"

enum {
    TIMEOUT_MS = 60 * 1000, /* on a machine under load; the processor time ends it before */
    PROCESSOR_S = 10,
};
/* With what the libraries of a program take of the address space before anything is read. */
static const int64_t MEMORY_BYTES = INT64_C(1) << 30;

static const struct cqa_frame_rule RULES[] = {
    CQA_FRAME_RULES_COMMON,
    {CQA_FRAME_BOOK, sizeof(struct cqa_book_answer), CQA_BOOK_ANSWER_MAX},
    {CQA_FRAME_BOOK_FAULT, sizeof(struct cqa_book_fault), sizeof(struct cqa_book_fault)},
};
enum { RULE_COUNT = sizeof RULES / sizeof RULES[0] };

/* ---- words */

static enum cqa_status say_limit(const struct cqa_book_fault *fault, const char *cell,
                                 struct cqa_error *error)
{
    switch (fault->why) {
    case CQA_BOOK_TOO_LARGE:
        return cqa_fail(error, CQA_E_LIMIT, "the workbook is larger than %d MiB",
                        CQA_BOOK_BYTES_MAX >> 20);
    case CQA_BOOK_PART_TOO_LARGE:
        return cqa_fail(error, CQA_E_LIMIT, "the workbook unpacks to more than %d MiB",
                        CQA_BOOK_PART_MAX >> 20);
    case CQA_BOOK_TOO_MANY_SHEETS:
        return cqa_fail(error, CQA_E_LIMIT, "more than %d sheets", CQA_BOOK_SHEETS_MAX);
    case CQA_BOOK_TOO_MANY_STYLES:
        return cqa_fail(error, CQA_E_LIMIT, "more than %d styles of cells", CQA_BOOK_STYLES_MAX);
    case CQA_BOOK_TOO_MANY_ROWS:
        return cqa_fail(error, CQA_E_LIMIT, "more than %d rows", CQA_BOOK_ROWS_MAX);
    case CQA_BOOK_TOO_MANY_COLUMNS:
        return cqa_fail(error, CQA_E_LIMIT, "%s: more than %d columns", cell, CQA_BOOK_COLUMNS_MAX);
    case CQA_BOOK_TOO_MANY_CELLS:
        return cqa_fail(error, CQA_E_LIMIT, "more than %d cells", CQA_BOOK_CELLS_MAX);
    case CQA_BOOK_TOO_MANY_MERGES:
        return cqa_fail(error, CQA_E_LIMIT, "more than %d areas of merged cells",
                        CQA_BOOK_MERGES_MAX);
    default:
        return fault->row > 0 ? cqa_fail(error, CQA_E_LIMIT, "%s: the text is too long", cell)
                              : cqa_fail(error, CQA_E_LIMIT, "the texts are too long");
    }
}

static enum cqa_status say_fault(const struct cqa_book_fault *fault, const char *sheet,
                                 struct cqa_error *error)
{
    char cell[CQA_CELL_NAME_SIZE];

    cqa_cell_name(fault->row, fault->column, cell);
    switch (fault->why) {
    case CQA_BOOK_UNREADABLE:
        return cqa_fail(error, CQA_E_IO, "cannot be read");
    case CQA_BOOK_NO_MEMORY:
        return cqa_fail(error, CQA_E_LIMIT, "reading the workbook takes too much memory");
    case CQA_BOOK_NOT_ZIP:
    case CQA_BOOK_PART_DAMAGED:
    case CQA_BOOK_PART_MISSING:
    case CQA_BOOK_NOT_XML:
        return cqa_fail(error, CQA_E_BADDATA,
                        "the workbook is damaged, or not whole: save it again");
    case CQA_BOOK_NOT_XLSX:
        return cqa_fail(error, CQA_E_BADDATA,
                        "an archive, but no .xlsx workbook: save the table as .xlsx or as CSV "
                        "UTF-8");
    case CQA_BOOK_PART_ENCRYPTED:
        return cqa_book_refuse(CQA_BOOK_ENCRYPTED, error);
    case CQA_BOOK_DOCTYPE:
        return cqa_fail(error, CQA_E_BADDATA,
                        "the workbook has a document type, which no workbook has: it can define "
                        "entities");
    case CQA_BOOK_BAD_CELL:
        return cqa_fail(error, CQA_E_BADDATA, "%s: the cell is damaged: save the workbook again",
                        cell);
    case CQA_BOOK_NO_SHEET:
        return cqa_fail(error, CQA_E_NOTFOUND, "no sheet \"%s\"", sheet);
    case CQA_BOOK_NO_DATA:
        return cqa_fail(error, CQA_E_BADDATA, "no sheet has anything in it");
    default:
        return fault->why < CQA_BOOK_WHY_COUNT && fault->why != CQA_BOOK_GOOD
                   ? say_limit(fault, cell, error)
                   : cqa_fail(error, CQA_E_BADDATA, "the process that read it answered nonsense");
    }
}

/* ---- the child */

static enum cqa_status take_answer(const struct cqa_frame *frame, const char *sheet,
                                   struct cqa_book *out, struct cqa_error *error)
{
    struct cqa_book_fault fault = {0};

    if (frame->kind == CQA_FRAME_BOOK && cqa_book_take_answer(frame->body, frame->length, out))
        return CQA_OK;
    if (frame->kind == CQA_FRAME_BOOK_FAULT)
        memcpy(&fault, frame->body, sizeof fault);
    return say_fault(&fault, sheet, error);
}

static enum cqa_status await_answer(struct cqa_children *children, struct cqa_child *child,
                                    const char *sheet, struct cqa_book *out,
                                    struct cqa_error *error)
{
    struct cqa_frame frame;
    const enum cqa_frame_state state = cqa_child_answer(child, TIMEOUT_MS, &frame);

    if (state == CQA_FRAME_WHOLE) {
        const enum cqa_status status = take_answer(&frame, sheet, out, error);
        cqa_child_dismiss(children, child);
        return status;
    }
    return cqa_child_lost(children, child, state, error);
}

/* The bytes as an open file, for descriptors are what goes to a child. */
static enum cqa_status open_bytes(const char *bytes, size_t length, int *fd,
                                  struct cqa_error *error)
{
    size_t done = 0;

    *fd = memfd_create("workbook", MFD_CLOEXEC);
    if (*fd < 0)
        return cqa_fail_errno(error, "cannot hand on the workbook");
    while (done < length) {
        const ssize_t count = write(*fd, bytes + done, length - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            close(*fd);
            return cqa_fail_errno(error, "cannot hand on the workbook");
        }
        done += (size_t)count;
    }
    (void)lseek(*fd, 0, SEEK_SET);
    return CQA_OK;
}

enum cqa_status cqa_book_read(struct cqa_children *children, const char *bytes, size_t length,
                              const char *sheet, struct cqa_book *out, struct cqa_error *error)
{
    const struct cqa_child_order wanted = {CQA_ROLE_BOOK, MEMORY_BYTES, PROCESSOR_S};
    const char *name = sheet == NULL ? "" : sheet;
    const struct iovec parts[] = {{(void *)(uintptr_t)name, strlen(name)}};
    struct cqa_child child;
    int fd;

    *out = (struct cqa_book){.chosen = -1};
    if (strlen(name) >= CQA_BOOK_NAME_MAX)
        return cqa_fail(error, CQA_E_NOTFOUND, "no sheet \"%s\"", name);
    if (length > CQA_BOOK_BYTES_MAX)
        return say_fault(&(struct cqa_book_fault){.why = CQA_BOOK_TOO_LARGE}, name, error);
    enum cqa_status status = open_bytes(bytes, length, &fd, error);
    if (status != CQA_OK)
        return status;
    status = cqa_child_start(children, &wanted, RULES, RULE_COUNT, &child, error);
    if (status == CQA_OK) {
        (void)cqa_frame_order(child.socket, CQA_FRAME_READ_BOOK, parts, 1, fd); /* else it ends */
        status = await_answer(children, &child, name, out, error);
    }
    close(fd);
    return status;
}
