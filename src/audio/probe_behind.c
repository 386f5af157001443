/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies behind the audio that a header speaks of. */
#include "audio/probe_forms.h"

#include <string.h>

enum { MAGIC_BYTES = 16, BLOCK_BYTES = 64 * 1024 };

static bool is_tag(const unsigned char *bytes)
{
    static const char *const tags[] = {"ID3", "TAG", "APETAGEX", "LYRICSBEGIN"};

    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        if (memcmp(bytes, tags[i], strlen(tags[i])) == 0)
            return true;
    }
    return false;
}

static bool is_zero(const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

enum cqa_status cqa_probe_tail(const struct cqa_probe *out, struct cqa_source *source,
                               uint64_t from, uint64_t tolerated, struct cqa_failure *failure)
{
    unsigned char block[BLOCK_BYTES] = {0};

    if (from >= source->bytes || source->bytes - from <= tolerated)
        return CQA_OK;
    const ptrdiff_t got = cqa_source_read(source, from, block, sizeof block);
    if (got < 0)
        return cqa_source_unreadable(source, failure);
    if (is_tag(block) || is_zero(block, (size_t)got))
        return CQA_OK;
    return cqa_failure_set(failure, CQA_FAILURE_UNFINISHED,
                           "%s header: %llu bytes follow the audio that it announces, and nothing "
                           "says what they are: still being written, or joined",
                           out->container, (unsigned long long)(source->bytes - from));
}

enum cqa_status cqa_probe_again(struct cqa_probe *out, struct cqa_source *source, uint64_t from,
                                const void *magic, size_t length, struct cqa_failure *failure)
{
    unsigned char block[BLOCK_BYTES];

    for (uint64_t start = from; start < source->bytes && source->bytes - start >= length;) {
        const ptrdiff_t got = cqa_source_read(source, start, block, sizeof block);
        if (got < 0)
            return cqa_source_unreadable(source, failure);
        if ((size_t)got < length)
            return CQA_OK;
        const unsigned char *const here = memmem(block, (size_t)got, magic, length);
        if (here != NULL) {
            out->next = start + (uint64_t)(here - block);
            return CQA_OK;
        }
        start += (uint64_t)got - length + 1;
    }
    return CQA_OK;
}

enum cqa_status cqa_probe_seek(struct cqa_source *source, uint64_t from, unsigned char first,
                               bool (*matches)(const unsigned char *bytes), uint64_t *at)
{
    unsigned char block[BLOCK_BYTES];

    *at = 0;
    for (uint64_t start = from; start < source->bytes;) {
        const ptrdiff_t got = cqa_source_read(source, start, block, sizeof block);
        if (got < 0)
            return CQA_E_IO;
        if (got < MAGIC_BYTES)
            return CQA_OK;
        const unsigned char *const last = block + got - MAGIC_BYTES;
        for (const unsigned char *here = block; here <= last; here++) {
            here = memchr(here, first, (size_t)(last - here) + 1);
            if (here == NULL)
                break;
            if (matches(here)) {
                *at = start + (uint64_t)(here - block);
                return CQA_OK;
            }
        }
        start += (uint64_t)(last - block) + 1;
    }
    return CQA_OK;
}
