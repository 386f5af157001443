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

/* Whether the last whole page up to `end` (0: the file's) says that its stream ends, and nothing is
 * cut behind it. */
static enum cqa_status check_end(struct cqa_source *source, uint64_t end,
                                 struct cqa_failure *failure)
{
    unsigned char tail[PAGE_BYTES_MAX];
    const uint64_t bytes = end > 0 ? end : source->bytes;
    const size_t count = bytes > sizeof tail ? sizeof tail : (size_t)bytes;
    const ptrdiff_t got = cqa_source_read(source, bytes - count, tail, count);

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

enum { FIRST_PAGE = 2, PAGES_MAX = 4 * 1000 * 1000 };

/* Reads the page's head at `at`. Returns its bytes; 0: there is no page. -1: reading failed. */
static int64_t head_at(struct cqa_source *source, uint64_t at,
                       unsigned char head[PAGE_HEADER_BYTES])
{
    unsigned char page[PAGE_HEADER_BYTES + 255];
    const ptrdiff_t got = cqa_source_read(source, at, page, sizeof page);

    if (got < 0)
        return -1;
    if (got < PAGE_HEADER_BYTES || memcmp(page, "OggS", 5) != 0)
        return 0;
    int64_t length = PAGE_HEADER_BYTES + page[26];
    for (int i = 0; i < page[26] && PAGE_HEADER_BYTES + i < got; i++)
        length += page[PAGE_HEADER_BYTES + i];
    memcpy(head, page, PAGE_HEADER_BYTES);
    return length;
}

/*
 * Pages that begin a stream stand before all others. Several of them at the start are streams side
 * by side; one that comes later begins another file, joined behind the first (a chain, RFC 3533).
 */
static enum cqa_status look_through(struct cqa_probe *out, struct cqa_source *source,
                                    struct cqa_failure *failure)
{
    unsigned char head[PAGE_HEADER_BYTES];
    uint64_t at = 0;
    int streams = 0;

    for (int i = 0; i < PAGES_MAX; i++) {
        const int64_t length = head_at(source, at, head);
        if (length < 0)
            return cqa_source_unreadable(source, failure);
        if (length == 0)
            break;
        const bool begins = (head[5] & FIRST_PAGE) != 0;
        if (begins && streams < i) {
            out->next = at;
            break;
        }
        streams += begins;
        at += (uint64_t)length;
    }
    if (streams > 1)
        return cqa_failure_set(failure, CQA_FAILURE_LAYOUT,
                               "%d streams side by side in one file; one is read", streams);
    return CQA_OK;
}

enum cqa_status cqa_probe_ogg(struct cqa_probe *out, struct cqa_source *source,
                              struct cqa_failure *failure)
{
    static const struct {
        const char *magic;
        size_t length;
        const char *foreign; /* NULL: libsndfile reads it */
        bool is_for_more;    /* FFmpeg reads it */
    } codecs[] = {
        {"\x01vorbis", 7, NULL, false},
        {"\x7F"
         "FLAC",
         5, "FLAC in Ogg", true},
        {"Speex   ", 8, "Speex in Ogg", true},
        {"\x80theora", 7, "Theora in Ogg", false},
        {"BBCD", 4, "Dirac in Ogg", false},
        {"fishead", 7, "an Ogg skeleton", false},
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
        return look_through(out, source, failure);
    }
    for (size_t i = 0; i < sizeof codecs / sizeof codecs[0]; i++) {
        if (memcmp(packet, codecs[i].magic, codecs[i].length) != 0)
            continue;
        if (codecs[i].foreign != NULL && !codecs[i].is_for_more)
            return cqa_failure_set(failure, CQA_FAILURE_CODEC, "%s, which is not decoded",
                                   codecs[i].foreign);
        if (codecs[i].is_for_more) {
            out->coding = CQA_CODING_MORE;
            out->demuxer = "ogg";
            out->what = codecs[i].foreign;
        }
        const enum cqa_status status = look_through(out, source, failure);
        return status == CQA_OK ? check_end(source, out->next, failure) : status;
    }
    return cqa_failure_set(failure, CQA_FAILURE_CODEC, "a codec in Ogg that is not known");
}
