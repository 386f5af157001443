/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/csv.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- encodings */

/* `length` bytes to UTF-8, owned; NULL when they are not `encoding`, or (errno ENOMEM) without
 * memory. */
static char *to_utf8(const char *bytes, size_t length, const char *encoding)
{
    const size_t size = length * 2 + 4; /* GB18030 grows by half at most, UTF-16 too */
    char *in = (char *)(size_t)bytes;   /* iconv's signature; it does not write there */
    size_t in_left = length;
    size_t out_left = size - 1;
    iconv_t converter = iconv_open("UTF-8", encoding);
    char *text = malloc(size);
    char *out = text;

    if (converter == (iconv_t)-1 || text == NULL)
        goto fail;
    if (iconv(converter, &in, &in_left, &out, &out_left) == (size_t)-1)
        goto fail;
    iconv_close(converter);
    *out = '\0';
    if (strlen(text) == (size_t)(out - text))
        return text;
    errno = EILSEQ; /* a NUL character: no text */
    free(text);
    return NULL;
fail:
    if (converter != (iconv_t)-1)
        iconv_close(converter);
    if (text == NULL)
        errno = ENOMEM;
    free(text);
    return NULL;
}

static char *decode(const char *bytes, size_t length)
{
    if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        return to_utf8(bytes + 3, length - 3, "UTF-8");
    if (length >= 2 && memcmp(bytes, "\xFF\xFE", 2) == 0)
        return to_utf8(bytes + 2, length - 2, "UTF-16LE");
    if (length >= 2 && memcmp(bytes, "\xFE\xFF", 2) == 0)
        return to_utf8(bytes + 2, length - 2, "UTF-16BE");
    /* Chinese text in GB18030 is hardly ever valid UTF-8; the other way round it often is. */
    char *text = to_utf8(bytes, length, "UTF-8");
    return text != NULL ? text : to_utf8(bytes, length, "GB18030");
}

/* The separator that the first line uses most; "sep=;" says it outright. */
static void find_delimiter(struct cqa_csv *csv)
{
    static const char candidates[] = ",;\t";
    size_t counts[3] = {0};
    size_t best = 0;

    if (strncmp(csv->at, "sep=", 4) == 0 && csv->at[4] != '\0' &&
        strchr("\r\n", csv->at[5]) != NULL) {
        csv->delimiter = csv->at[4];
        csv->at += strcspn(csv->at, "\r\n");
        return;
    }
    for (const char *c = csv->at; *c != '\0' && *c != '\n' && *c != '\r'; c++)
        for (size_t i = 0; i < 3; i++)
            counts[i] += *c == candidates[i];
    for (size_t i = 1; i < 3; i++)
        if (counts[i] > counts[best])
            best = i;
    csv->delimiter = candidates[best];
}

enum cqa_status cqa_csv_init(struct cqa_csv *csv, const char *bytes, size_t length,
                             struct cqa_error *error)
{
    *csv = (struct cqa_csv){.line = 1, .column = 1};
    if (length > CQA_TABLE_BYTES_MAX)
        return cqa_fail(error, CQA_E_LIMIT, "larger than %d MiB", CQA_TABLE_BYTES_MAX >> 20);
    csv->text = decode(bytes, length);
    if (csv->text == NULL && errno == ENOMEM)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (csv->text == NULL)
        return cqa_fail(error, CQA_E_BADDATA,
                        "the text is neither UTF-8 nor UTF-16 with BOM nor GB18030");
    csv->at = csv->text;
    find_delimiter(csv);
    return CQA_OK;
}

void cqa_csv_finish(struct cqa_csv *csv)
{
    free(csv->cells);
    free(csv->text);
    *csv = (struct cqa_csv){0};
}

/* ---- records */

/* One byte on; a character counts once, at its first byte. */
static void step(struct cqa_csv *csv)
{
    if (*csv->at == '\n' || (*csv->at == '\r' && csv->at[1] != '\n')) {
        csv->line++;
        csv->column = 1;
    } else if (((unsigned char)*csv->at & 0xC0) != 0x80) {
        csv->column++;
    }
    csv->at++;
}

static void report(struct cqa_csv *csv, const char *problem)
{
    if (csv->problem != NULL)
        return;
    csv->problem = problem;
    csv->problem_line = csv->line;
    csv->problem_column = csv->column;
}

static int at_cell_end(const struct cqa_csv *csv)
{
    return *csv->at == '\0' || *csv->at == '\n' || *csv->at == '\r' || *csv->at == csv->delimiter;
}

/* Unquotes in place: what comes out is never longer than what went in. Returns the end of the text.
 */
static char *read_quoted(struct cqa_csv *csv, char *out)
{
    const size_t line = csv->line;
    const size_t column = csv->column;

    step(csv);
    while (*csv->at != '\0') {
        if (*csv->at == '"') {
            step(csv);
            if (*csv->at != '"')
                return out;
        }
        *out++ = *csv->at;
        step(csv);
    }
    if (csv->problem == NULL) {
        csv->problem = CQA_N("a quote is never closed");
        csv->problem_line = line;
        csv->problem_column = column;
    }
    return out;
}

/* Bytes of the blank at `text`: space, tab, no-break space, ideographic space. */
static size_t blank_length(const char *text)
{
    if (*text == ' ' || *text == '\t')
        return 1;
    if (strncmp(text, "\xC2\xA0", 2) == 0)
        return 2;
    return strncmp(text, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

char *cqa_csv_trim(char *text)
{
    size_t length;

    while ((length = blank_length(text)) > 0)
        text += length;
    char *end = text + strlen(text);
    for (;;) {
        if (end > text && blank_length(end - 1) == 1)
            end -= 1;
        else if (end - text >= 2 && blank_length(end - 2) == 2)
            end -= 2;
        else if (end - text >= 3 && blank_length(end - 3) == 3)
            end -= 3;
        else
            break;
    }
    *end = '\0';
    if (end - text >= 3 && text[0] == '=' && text[1] == '"' && end[-1] == '"') {
        end[-1] = '\0';
        text += 2;
    }
    return text;
}

static struct cqa_csv_cell *add_cell(struct cqa_csv *csv)
{
    if (csv->cell_count == csv->capacity) {
        const size_t capacity = csv->capacity ? csv->capacity * 2 : 32;
        struct cqa_csv_cell *cells = realloc(csv->cells, capacity * sizeof *cells);
        if (cells == NULL) {
            report(csv, CQA_N("out of memory"));
            return NULL;
        }
        csv->cells = cells;
        csv->capacity = capacity;
    }
    return &csv->cells[csv->cell_count++];
}

/* Reads one cell and what ends it, which it returns: the delimiter, a line end, or NUL. */
static char read_cell(struct cqa_csv *csv)
{
    struct cqa_csv_cell *cell = add_cell(csv);
    char *const start = csv->at;
    char *end = start;
    const size_t line = csv->line;
    const size_t column = csv->column;

    if (*csv->at == '"')
        end = read_quoted(csv, start);
    if (end != start || csv->at != start)
        if (!at_cell_end(csv))
            report(csv, CQA_N("text after a closing quote"));
    while (!at_cell_end(csv)) {
        *end++ = *csv->at;
        step(csv);
    }
    const char ended = *csv->at;
    if (ended == '\r' && csv->at[1] == '\n')
        csv->at++;
    if (ended != '\0')
        step(csv);
    *end = '\0';
    if (cell != NULL)
        *cell = (struct cqa_csv_cell){.text = cqa_csv_trim(start), .line = line, .column = column};
    return ended;
}

static int is_blank(const struct cqa_csv *csv)
{
    for (size_t i = 0; i < csv->cell_count; i++)
        if (csv->cells[i].text[0] != '\0')
            return 0;
    return csv->problem == NULL;
}

int cqa_csv_next(struct cqa_csv *csv)
{
    while (*csv->at != '\0') {
        csv->cell_count = 0;
        csv->problem = NULL;
        while (read_cell(csv) == csv->delimiter)
            ;
        if (!is_blank(csv))
            return 1;
    }
    return 0;
}
