/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_CATALOGUE_H
#define CQA_BASE_CATALOGUE_H

#include <stddef.h>
#include "base/language.h"

/*
 * The catalogues of src/base/po/, as msgfmt compiles them, held by the program itself: a server
 * says both languages at once, a worker opens no file. Everything returned is terminated and lives
 * as long as the program. Safe from any thread.
 */

/* `format` in a language; itself where the catalogue lacks it. */
const char *cqa_catalogue_say(const char *format, enum cqa_language language);

/* The stable code of a format (src/base/po/codes.po); NULL: it has none. */
const char *cqa_catalogue_code(const char *format);

/* The format that has a code; NULL: none. */
const char *cqa_catalogue_format(const char *code);

#endif
