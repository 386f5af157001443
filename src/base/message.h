/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_MESSAGE_H
#define CQA_BASE_MESSAGE_H

#include <stdarg.h>
#include <stddef.h>
#include "base/buffer.h"
#include "base/language.h"
#include "base/text.h"

/*
 * What a person is to read: a format and its arguments. Made once, where it is known what is to be
 * said; put into words of a language at the edge (docs/decisions/0078-messages.md). tests/lint/
 * messages.py holds the catalogues of src/base/po/ against every function that is marked so:
 */
#define CQA_MESSAGE(text, first) __attribute__((format(printf, text, first)))

/* A format that is no argument of such a function: CQA_N("unknown error"). */
#define CQA_N(format) format

enum { CQA_MESSAGE_BYTES = 1000, CQA_MESSAGE_ARGUMENTS_MAX = 16 };

/*
 * A value: copied by assignment, freed by nobody; {0} says nothing. Formats are literals of the
 * program, borrowed, and never cut. Arguments are copied; where they need more than
 * CQA_MESSAGE_BYTES, texts are cut at a whole character, and "…" says so.
 *
 * Conversions are printf's: d i u x X o c s f e g, with flags, width, precision and size. %p takes
 * a message within the message (const struct cqa_message *), said in the same language. Control
 * characters and bytes that are no UTF-8 in a text argument are written as \xNN.
 */
struct cqa_message {
    const char *format; /* NULL: nothing is said */
    size_t used;        /* bytes of `arguments` */
    unsigned char arguments[CQA_MESSAGE_BYTES];
};

/* Both return `message`, so that it may stand as an argument. Arguments may be of the old one. */
const struct cqa_message *cqa_message_set(struct cqa_message *message, const char *format, ...)
    CQA_MESSAGE(2, 3);
const struct cqa_message *cqa_message_set_va(struct cqa_message *message, const char *format,
                                             va_list *arguments);

/* What already stands in both languages, as rubrics give it; where one is NULL the other. */
const struct cqa_message *cqa_message_set_text(struct cqa_message *message, struct cqa_text text);

/* A word of the programs' own (a member of a request, a role), which may have a name in Chinese. */
const struct cqa_message *cqa_message_set_name(struct cqa_message *message, const char *name);

/* "CONTEXT: MESSAGE" in place of MESSAGE. */
void cqa_message_within_va(struct cqa_message *message, const char *context, va_list *arguments);

/* A message made for a %p, which lives as long as the block: cqa_words("a list"). */
#define cqa_words(...) cqa_message_set(&(struct cqa_message){.format = NULL}, __VA_ARGS__)
#define cqa_words_named(literal)                                                                   \
    (&(const struct cqa_message){.format = (literal)}) /* of a CQA_N                               \
                                                        */
#define cqa_words_for(name) cqa_message_set_name(&(struct cqa_message){.format = NULL}, name)
#define cqa_words_of(text) cqa_message_set_text(&(struct cqa_message){.format = NULL}, text)

/* Copies of only what is used, and back. NULL: out of memory. `keep` is owned: free(). */
size_t cqa_message_size(const struct cqa_message *message);
void cqa_message_copy(struct cqa_message *to, const struct cqa_message *from);
struct cqa_message *cqa_message_keep(const struct cqa_message *message);

/* Appends its words. */
void cqa_message_put(const struct cqa_message *message, enum cqa_language language,
                     struct cqa_buffer *out);

/* Its words in `out` (`size` bytes, always terminated), cut at a whole character, then "…". */
void cqa_message_write(const struct cqa_message *message, enum cqa_language language, char *out,
                       size_t size);

/* Its words, of up to 4 KiB; up to four at a time (buffers rotate, one set a thread). */
const char *cqa_said(const struct cqa_message *message, enum cqa_language language);
#define cqa_english(message) cqa_said(message, CQA_ENGLISH)

/*
 * Its stable code (src/base/po/codes.po), for programs to decide by; "" where it has none. What
 * only joins others ("%s: %p") has the code of the last message within.
 */
const char *cqa_message_code(const struct cqa_message *message);

#endif
