/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_SAY_H
#define CQA_BASE_SAY_H

#include <stdio.h>
#include "base/message.h"

/*
 * What a program itself says, on a terminal or to its journal: in one language, that of its
 * environment until a --language is given. Set it before threads are started.
 */
enum cqa_language cqa_say_language(void);
void cqa_say_set_language(enum cqa_language language);

/* Prints a message as a line, or as a part of one. */
void cqa_say(FILE *out, const char *format, ...) CQA_MESSAGE(2, 3);
void cqa_say_part(FILE *out, const char *format, ...) CQA_MESSAGE(2, 3);

#endif
