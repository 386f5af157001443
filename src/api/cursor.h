/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_CURSOR_H
#define CQA_API_CURSOR_H

#include <stddef.h>
#include <stdint.h>

enum { CQA_CURSOR_VALUES_MAX = 6, CQA_CURSOR_SIZE = 96 };

/*
 * The place behind which a list resumes: the sort values of the last row shown, opaque to clients.
 * `kind` says which list and order it belongs to, so that it can't be used with another. A cursor
 * grants nothing: what may be seen is checked anew with every page.
 */
void cqa_cursor_write(char kind, const int64_t *values, size_t count, char out[CQA_CURSOR_SIZE]);

/* 0 when the text is no cursor of that kind with that many values. */
int cqa_cursor_read(const char *text, char kind, int64_t *values, size_t count);

#endif
