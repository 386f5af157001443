/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_ESCAPE_H
#define CQA_BASE_ESCAPE_H

#include <stddef.h>

/*
 * Copies `text` to `out` (`size` bytes, always terminated) with control characters and invalid
 * UTF-8 as \xNN and a backslash as \\, so that a name cannot forge lines. Cut at a whole character
 * when it does not fit.
 */
void cqa_escape_control(const char *text, char *out, size_t size);

/*
 * A name as an output in UTF-8 carries it: `text` itself where it is UTF-8, else `out` with what
 * cqa_escape_control makes of it.
 */
const char *cqa_escape_bytes(const char *text, char *out, size_t size);

/*
 * What cqa_escape_bytes made of a name back into its bytes, in `out` (`size` bytes, terminated). 0:
 * the text is none of its making (nothing escaped, an unknown or unfinished escape, one of a plain
 * letter), or does not fit.
 */
int cqa_unescape_bytes(const char *text, char *out, size_t size);

/* Whether a cell of a table begins as what a spreadsheet takes for a formula, in ASCII or in full
 * width, or with a line end or a tab: such a one gets an apostrophe before it. */
int cqa_looks_like_formula(const char *text);

/* Bytes of the UTF-8 character at `text`, of which `length` bytes are there; 0: there is none. */
size_t cqa_utf8_length(const char *text, size_t length);

/* Whether all of `text` is. */
int cqa_is_utf8(const char *text);

/* Where `text` fills its `size` bytes it was cut, maybe within a character, which no reader of
 * UTF-8 takes: drops the last one where it is not whole. */
void cqa_drop_half_character(char *text, size_t size);

#endif
