/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/catalogue.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>
#include "base/version.h"

/* Compiled by msgfmt (CMakeLists.txt): the table of a .mo file is sorted, so that it can be
 * searched where it lies. https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html */
__asm__(".section .rodata\n"
        ".balign 8\n"
        "cqa_catalogue_zh:\n.incbin \"" CQA_CATALOGUES "/zh_CN.mo\"\n"
        ".balign 8\n"
        "cqa_catalogue_codes:\n.incbin \"" CQA_CATALOGUES "/codes.mo\"\n"
        ".previous\n");
extern const unsigned char cqa_catalogue_zh[] __attribute__((visibility("hidden")));
extern const unsigned char cqa_catalogue_codes[] __attribute__((visibility("hidden")));

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "msgfmt writes little-endian files");
enum { COUNT_AT = 8, ORIGINALS_AT = 12, TRANSLATIONS_AT = 16, ENTRY_BYTES = 8 };

static uint32_t number_at(const unsigned char *table, size_t offset)
{
    uint32_t number;

    memcpy(&number, table + offset, sizeof number);
    return number;
}

static const char *text_of(const unsigned char *table, size_t list_at, size_t index)
{
    const size_t entry = number_at(table, list_at) + index * ENTRY_BYTES;

    return (const char *)table + number_at(table, entry + 4);
}

/* Entry 0 is the file's head: its original is "", which is no message. */
static const char *find(const unsigned char *table, const char *original)
{
    size_t low = 1;
    size_t high = number_at(table, COUNT_AT);

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(text_of(table, ORIGINALS_AT, middle), original);
        if (order == 0)
            return text_of(table, TRANSLATIONS_AT, middle);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const char *cqa_catalogue_say(const char *format, enum cqa_language language)
{
    const char *said = language == CQA_CHINESE ? find(cqa_catalogue_zh, format) : NULL;

    return said != NULL ? said : format;
}

const char *cqa_catalogue_code(const char *format)
{
    return find(cqa_catalogue_codes, format);
}

const char *cqa_catalogue_format(const char *code)
{
    const size_t count = number_at(cqa_catalogue_codes, COUNT_AT);

    for (size_t i = 1; i < count; i++)
        if (strcmp(text_of(cqa_catalogue_codes, TRANSLATIONS_AT, i), code) == 0)
            return text_of(cqa_catalogue_codes, ORIGINALS_AT, i);
    return NULL;
}
