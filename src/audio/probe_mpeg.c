/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/probe_forms.h"

#include <stdio.h>
#include <string.h>
#include "audio/bytes.h"

/* ISO 11172-3 and 13818-3 frame headers, and the "Xing" table that encoders put into the first
 * frame. */
enum { FRAME_HEADER_BYTES = 4, FIRST_FRAME_BYTES = 64 };

struct frame {
    size_t bytes;      /* the whole frame */
    size_t side_bytes; /* between its header and where a "Xing" table begins */
    uint32_t kind;     /* the bits that do not change within a stream */
};

static const uint16_t kbits[5][16] = {
    {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0}, /* 1, layer I */
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0},    /* 1, layer II */
    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},     /* 1, layer III */
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0}, /* 2 and 2.5, layer I */
    {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160,
     0}, /* 2 and 2.5, layers II, III */
};

static bool read_frame(struct frame *out, const unsigned char *header)
{
    const uint32_t bits = cqa_be32(header);
    const unsigned version = bits >> 19 & 3; /* 0: 2.5, 2: 2, 3: 1 */
    const unsigned layer = 4 - (bits >> 17 & 3);
    const unsigned rate_index = bits >> 10 & 3;
    static const uint32_t rates_hz[3] = {44100, 48000, 32000};

    if (bits >> 21 != 0x7FF || version == 1 || layer == 4 || rate_index == 3)
        return false;
    const unsigned table = version == 3 ? layer - 1 : layer == 1 ? 3 : 4;
    const uint32_t bits_per_second = kbits[table][bits >> 12 & 15] * 1000U;
    const uint32_t rate_hz = rates_hz[rate_index] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
    const uint32_t padding = bits >> 9 & 1;
    if (bits_per_second == 0)
        return false;
    if (layer == 1)
        out->bytes = (12 * bits_per_second / rate_hz + padding) * 4;
    else
        out->bytes = (layer == 3 && version != 3 ? 72 : 144) * bits_per_second / rate_hz + padding;
    const bool mono = (bits >> 6 & 3) == 3;
    out->side_bytes = version == 3 ? (mono ? 17 : 32) : (mono ? 9 : 17);
    out->kind = bits & 0xFFFE0C00;
    return true;
}

/* "Xing" or "Info": flags, then the frames and bytes of the stream if the flags say so. */
static enum cqa_status check_xing(const struct cqa_probe *out, const unsigned char *table,
                                  uint64_t available, struct cqa_failure *failure)
{
    enum { HAS_FRAMES = 1, HAS_BYTES = 2 };

    if (memcmp(table, "Xing", 4) != 0 && memcmp(table, "Info", 4) != 0)
        return CQA_OK;
    const uint32_t flags = cqa_be32(table + 4);
    const uint32_t frames = cqa_be32(table + 8);
    const uint64_t bytes = cqa_be32(table + ((flags & HAS_FRAMES) != 0 ? 12 : 8));

    if ((flags & HAS_FRAMES) != 0 && frames == 0)
        return cqa_failure_set(failure, CQA_FAILURE_UNFINISHED,
                               "%s header without a length: still being written", out->container);
    if ((flags & HAS_BYTES) != 0 && bytes > available)
        return cqa_failure_set(
            failure, CQA_FAILURE_TRUNCATED, "%s header announces %llu bytes, the file holds %llu",
            out->container, (unsigned long long)bytes, (unsigned long long)available);
    return CQA_OK;
}

enum cqa_status cqa_probe_mpeg(struct cqa_probe *out, struct cqa_source *source, uint64_t start,
                               bool *is_mpeg, struct cqa_failure *failure)
{
    unsigned char bytes[FIRST_FRAME_BYTES] = {0};
    unsigned char next[FRAME_HEADER_BYTES];
    struct frame first;
    struct frame second;

    *is_mpeg = false;
    if (cqa_source_read(source, start, bytes, sizeof bytes) < 0)
        return cqa_source_unreadable(source, failure);
    if (!read_frame(&first, bytes))
        return CQA_OK;
    const ptrdiff_t got = cqa_source_read(source, start + first.bytes, next, sizeof next);
    if (got < 0)
        return cqa_source_unreadable(source, failure);
    if (got < (ptrdiff_t)sizeof next || !read_frame(&second, next) || first.kind != second.kind)
        return CQA_OK;
    *is_mpeg = true;
    snprintf(out->container, sizeof out->container, "MP3");
    return check_xing(out, bytes + FRAME_HEADER_BYTES + first.side_bytes, source->bytes - start,
                      failure);
}
