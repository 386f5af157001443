/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_WIDTH_H
#define CQA_REPORT_WIDTH_H

#include <stddef.h>
#include "base/buffer.h"

/*
 * Columns on a terminal, whatever the locale: wide East Asian characters take two, combining marks
 * none (Unicode's EastAsianWidth W and F, in blocks). Text is valid UTF-8; other bytes count as one
 * column each.
 */
size_t cqa_width(const char *text);

/* Adds `text` and spaces up to `columns`; `right` puts the spaces before it. Longer text is added
 * whole. */
void cqa_pad(struct cqa_buffer *out, const char *text, size_t columns, int right);

/*
 * Adds `text` in lines of up to `columns`, broken at spaces or beside wide characters; lines after
 * the first begin with `indent` spaces. Ends with a newline.
 */
void cqa_wrap(struct cqa_buffer *out, const char *text, size_t columns, size_t indent);

#endif
