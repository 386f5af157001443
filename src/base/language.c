/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/language.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *locale_name(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return value;
    }
    return "C";
}

/* "zh_CN.GBK@x" is of another encoding; where none is named, UTF-8 is what people have. */
static int is_utf8(const char *locale)
{
    const char *encoding = strchr(locale, '.');
    const size_t length = encoding ? strcspn(encoding, "@") : 0;

    return encoding == NULL || (length == 6 && strncasecmp(encoding, ".UTF-8", 6) == 0) ||
           (length == 5 && strncasecmp(encoding, ".UTF8", 5) == 0);
}

/* -1: a language that we do not speak. Written Chinese of Taiwan and Hong Kong is another one. */
static int language_of(const char *name, size_t length)
{
    static const char *const chinese[] = {"zh", "zh_CN", "zh_SG", "zh_Hans"};
    const size_t base = strcspn(name, ".@:");

    if (base < length)
        length = base;
    for (size_t i = 0; i < sizeof chinese / sizeof chinese[0]; i++)
        if (length == strlen(chinese[i]) && strncmp(name, chinese[i], length) == 0)
            return CQA_CHINESE;
    return length >= 2 && strncmp(name, "en", 2) == 0 && (length == 2 || name[2] == '_')
               ? CQA_ENGLISH
               : -1;
}

enum cqa_language cqa_language_of_environment(void)
{
    const char *locale = locale_name();
    const char *wanted = getenv("LANGUAGE");

    if (strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0 || !is_utf8(locale))
        return CQA_ENGLISH;
    while (wanted != NULL && *wanted != '\0') {
        const size_t length = strcspn(wanted, ":");
        const int language = language_of(wanted, length);
        if (language >= 0)
            return (enum cqa_language)language;
        wanted += length + (wanted[length] == ':');
    }
    return language_of(locale, strlen(locale)) == CQA_CHINESE ? CQA_CHINESE : CQA_ENGLISH;
}
