/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/probe_forms.h"

#include <stdio.h>
#include <string.h>
#include "audio/bytes.h"

enum {
    PAGE_HEADER_BYTES = 27,
    HEAD_BYTES = 128,
    PAGE_BYTES_MAX = PAGE_HEADER_BYTES + 255 + 255 * 255,
    LAST_PAGE = 4
};

/* Bytes of the page at `page`, of which `count` are there; 0: it is not whole, or no page. */
static size_t page_bytes(const unsigned char *page, size_t count)
{
    if (count < PAGE_HEADER_BYTES || memcmp(page, "OggS", 5) != 0)
        return 0;
    const size_t segments = page[26];
    size_t length = PAGE_HEADER_BYTES + segments;

    if (count < length)
        return 0;
    for (size_t i = 0; i < segments; i++)
        length += page[PAGE_HEADER_BYTES + i];
    return length <= count ? length : 0;
}

/* Whether the file's last whole page says that its stream ends, and nothing is cut behind it. */
static enum cqa_status check_end(struct cqa_source *source, struct cqa_failure *failure)
{
    unsigned char tail[PAGE_BYTES_MAX];
    const uint64_t start = source->bytes > sizeof tail ? source->bytes - sizeof tail : 0;
    const ptrdiff_t got = cqa_source_read(source, start, tail, sizeof tail);

    if (got < 0)
        return cqa_source_unreadable(source, failure);
    for (size_t left = 4; left <= (size_t)got; left++) {
        const unsigned char *const page = tail + got - left;
        if (memcmp(page, "OggS", 4) != 0)
            continue;
        if (page_bytes(page, left) > 0 && (page[5] & LAST_PAGE) != 0)
            return CQA_OK;
        break;
    }
    return cqa_failure_set(failure, CQA_FAILURE_TRUNCATED, "the Ogg stream has no end");
}

enum cqa_status cqa_probe_ogg(struct cqa_probe *out, struct cqa_source *source,
                              struct cqa_failure *failure)
{
    static const struct {
        const char *magic;
        size_t length;
        const char *foreign; /* NULL: libsndfile reads it */
    } codecs[] = {
        {"\x01vorbis", 7, NULL},
        {"\x7F"
         "FLAC",
         5, "FLAC"},
        {"Speex   ", 8, "Speex"},
        {"\x80theora", 7, "Theora"},
        {"BBCD", 4, "Dirac"},
        {"fishead", 7, "Ogg skeleton"},
    };
    unsigned char head[HEAD_BYTES] = {0};

    snprintf(out->container, sizeof out->container, "OGG");
    if (cqa_source_read(source, 0, head, sizeof head) < 0)
        return cqa_source_unreadable(source, failure);
    const unsigned char *const packet = head + PAGE_HEADER_BYTES + (head[26] < 64 ? head[26] : 64);
    if (source->bytes < PAGE_HEADER_BYTES + 1 + 8)
        return cqa_failure_set(failure, CQA_FAILURE_TRUNCATED,
                               "the Ogg file ends within its header");
    if (memcmp(packet, "OpusHead", 8) == 0) {
        out->coding = CQA_CODING_OPUS; /* which finds the end as it goes */
        return CQA_OK;
    }
    for (size_t i = 0; i < sizeof codecs / sizeof codecs[0]; i++) {
        if (memcmp(packet, codecs[i].magic, codecs[i].length) != 0)
            continue;
        if (codecs[i].foreign != NULL)
            return cqa_failure_set(failure, CQA_FAILURE_CODEC, "%s in Ogg, which is not decoded",
                                   codecs[i].foreign);
        return check_end(source, failure);
    }
    return cqa_failure_set(failure, CQA_FAILURE_CODEC, "a codec in Ogg that is not known");
}
