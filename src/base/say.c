/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/say.h"

#include <stdatomic.h>

static atomic_int chosen = -1; /* an enum cqa_language; -1: not asked yet */

enum cqa_language cqa_say_language(void)
{
    if (atomic_load(&chosen) < 0)
        cqa_say_set_language(cqa_language_of_environment());
    return (enum cqa_language)atomic_load(&chosen);
}

void cqa_say_set_language(enum cqa_language language)
{
    atomic_store(&chosen, (int)language);
}

static void say(FILE *out, const char *format, va_list *arguments, const char *end)
{
    struct cqa_message message;
    struct cqa_buffer words = {.limit = 1 << 20};

    cqa_message_set_va(&message, format, arguments);
    cqa_message_put(&message, cqa_say_language(), &words);
    fprintf(out, "%s%s", words.text ? words.text : "", end);
    cqa_buffer_finish(&words);
}

void cqa_say(FILE *out, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(out, format, &arguments, "\n");
    va_end(arguments);
}

void cqa_say_part(FILE *out, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(out, format, &arguments, "");
    va_end(arguments);
}
