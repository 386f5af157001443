/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_MESSAGE_PARTS_H
#define CQA_BASE_MESSAGE_PARTS_H

#include "base/escape.h"
#include "base/message.h"

/* What the files of a message share. Not for others. */

/* One conversion of a format, "%2$-8.3lld". */
struct cqa_conversion {
    const char *at; /* its %; NULL: the format has no more */
    size_t length;  /* bytes of all of it */
    int position;   /* from 1; 0: the next argument */
    size_t flags;   /* bytes of flags at at + 1 */
    int width;      /* 0: none */
    int precision;  /* -1: none */
    int has_star;   /* the precision is an argument */
    char size;      /* 'h', 'l', 'q' (ll), 'z', 'j'; 0: none */
    char kind;      /* the letter */
};

/* The first conversion at `format` or behind; %% is none. */
struct cqa_conversion cqa_conversion_next(const char *format);

/* What a conversion takes: 'd' integer, 'u' unsigned, 'f' double, 's' text, 'm' message. */
char cqa_conversion_takes(const struct cqa_conversion *conversion);

/* One argument as a message keeps it. Texts are borrowed. */
struct cqa_argument {
    char kind; /* as above, or 'b', a text in both languages; 0: none */
    long long integer;
    unsigned long long natural;
    double real;
    const char *text;    /* terminated; of 'b' the English one */
    const char *chinese; /* of 'b' */
    const char *format;  /* of 'm', with its arguments */
    const unsigned char *bytes;
    size_t count;
};

/* Reads the argument at `bytes` + `*at`, and goes behind it. */
struct cqa_argument cqa_argument_read(const unsigned char *bytes, size_t count, size_t *at);

/* Appends one, with no more than `spare` bytes left free behind it. */
void cqa_message_add(struct cqa_message *message, const struct cqa_argument *argument,
                     size_t spare);

/* What each further argument of a message is sure to find room for. */
enum { CQA_ARGUMENT_SPARE = 32 };

#endif
