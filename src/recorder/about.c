/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recorder/about.h"

#include <ctype.h>
#include <string.h>

enum { NUMBER_BYTES = 64, ALIKE_DIGITS = 7 };

const char *const cqa_about_words[CQA_ABOUT_KINDS + 1] = {"customer", "agent", "call", NULL};

enum cqa_about_kind cqa_about_kind_of(const char *word)
{
    int kind = 0;

    while (cqa_about_words[kind] != NULL && strcmp(cqa_about_words[kind], word) != 0)
        kind++;
    return (enum cqa_about_kind)kind;
}

static void digits_of(const char *text, char out[NUMBER_BYTES])
{
    size_t used = 0;

    for (; *text != '\0' && used + 1 < NUMBER_BYTES; text++)
        if (isdigit((unsigned char)*text))
            out[used++] = *text;
    out[used] = '\0';
}

static int same_number(const char *left, const char *right)
{
    char a[NUMBER_BYTES];
    char b[NUMBER_BYTES];

    digits_of(left, a);
    digits_of(right, b);
    const size_t la = strlen(a);
    const size_t lb = strlen(b);
    const size_t least = la < lb ? la : lb;
    return la == lb ? la > 0 && strcmp(a, b) == 0
                    : least >= ALIKE_DIGITS && strcmp(a + la - least, b + lb - least) == 0;
}

/* Where no result tells, the number may stand in the name of the file. */
static int named_in(const char *path, const char *value)
{
    const char *name = strrchr(path, '/');
    char number[NUMBER_BYTES];

    for (name = name ? name + 1 : path; *name != '\0';) {
        const size_t length = strspn(name, "0123456789");
        if (length >= ALIKE_DIGITS && length < sizeof number) {
            memcpy(number, name, length);
            number[length] = '\0';
            if (same_number(number, value))
                return 1;
        }
        name += length + (name[length] != '\0');
    }
    return 0;
}

int cqa_about_matches(const struct cqa_about *about, const struct cqa_about_recording *recording)
{
    switch (about->kind) {
    case CQA_ABOUT_CUSTOMER:
        return recording->customer != NULL ? strcmp(recording->customer, about->value) == 0 ||
                                                 same_number(recording->customer, about->value)
                                           : named_in(recording->path, about->value);
    case CQA_ABOUT_AGENT:
        return recording->agent != NULL && strcmp(recording->agent, about->value) == 0;
    case CQA_ABOUT_CALL:
        return strcmp(recording->call_id, about->value) == 0;
    case CQA_ABOUT_KINDS:
        break;
    }
    return 0;
}
