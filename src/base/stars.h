/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_STARS_H
#define CQA_BASE_STARS_H

#include <stddef.h>

/* Telephone numbers with stars in their middle, in place: 13800138000 becomes 138******00. What has
 * fewer than 7 digits is an extension, and stays. */

/* Those in a name or path of `length` bytes; days and seconds since 1970, which find the file
 * again, stay. */
void cqa_star_numbers(char *text, size_t length);

/* A text that is one number, however it is written. */
void cqa_star_number(char *text, size_t length);

/*
 * Those that a JSON text of `length` bytes tells: the member `customer`, whatever names a call or a
 * file (`id`, `call_id`, `call`, `path`), what a problem says of them (`detail`, `detail_zh`), and
 * every string that is a path.
 */
void cqa_star_json(char *json, size_t length);

#endif
