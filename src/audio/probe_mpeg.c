/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/probe_forms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audio/bytes.h"

/* ISO 11172-3 and 13818-3 frame headers, and the "Xing" table that encoders put into the first
 * frame. */
enum {
    FRAME_HEADER_BYTES = 4,
    FIRST_FRAME_BYTES = 64,
    TAG_ID3V1_BYTES = 128,
    BLOCK_BYTES = 64 * 1024,
    FRAMES_MAX = 4 * 1000 * 1000, /* of 12 hours there are at most 3.5 million */
};

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
    out->kind = (bits & 0xFFFE0C00) | mono;
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

/* Whether the table goes on with what LAME adds to it, and that tells the encoder's delay. */
static bool tells_lead(struct cqa_source *source, uint64_t at)
{
    enum { HAS_FRAMES = 1, HAS_BYTES = 2, HAS_PLACES = 4, HAS_QUALITY = 8, DELAY_AT = 21 };
    unsigned char table[192] = {0};

    if (cqa_source_read(source, at, table, sizeof table) < 0 ||
        (memcmp(table, "Xing", 4) != 0 && memcmp(table, "Info", 4) != 0))
        return false;
    const uint32_t flags = cqa_be32(table + 4);
    const size_t more =
        8 + ((flags & HAS_FRAMES) != 0 ? 4U : 0) + ((flags & HAS_BYTES) != 0 ? 4U : 0) +
        ((flags & HAS_PLACES) != 0 ? 100U : 0) + ((flags & HAS_QUALITY) != 0 ? 4U : 0);
    return (flags & HAS_FRAMES) != 0 && (table[more + DELAY_AT] | table[more + DELAY_AT + 1]) != 0;
}

/* A window that follows the walk through the file. */
struct window {
    struct cqa_source *source;
    uint64_t start;
    size_t count;
    unsigned char bytes[BLOCK_BYTES];
};

/* FIRST_FRAME_BYTES of the file at `at`, zeros where it has ended. NULL: reading failed. */
static const unsigned char *peek(struct window *window, uint64_t at)
{
    if (at < window->start || at + FIRST_FRAME_BYTES > window->start + window->count) {
        memset(window->bytes, 0, sizeof window->bytes);
        const ptrdiff_t got =
            cqa_source_read(window->source, at, window->bytes, sizeof window->bytes);
        if (got < 0)
            return NULL;
        window->start = at;
        window->count = sizeof window->bytes;
    }
    return window->bytes + (at - window->start);
}

static bool has_table(const unsigned char *frame, size_t side_bytes)
{
    const unsigned char *const table = frame + FRAME_HEADER_BYTES + side_bytes;

    return memcmp(table, "Xing", 4) == 0 || memcmp(table, "Info", 4) == 0;
}

/* Frames that the table in the first frame says to follow; 0: there is none, or it does not say. */
static uint32_t announced_frames(const unsigned char *frame, size_t side_bytes)
{
    const unsigned char *const table = frame + FRAME_HEADER_BYTES + side_bytes;

    return has_table(frame, side_bytes) && (table[7] & 1) != 0 ? cqa_be32(table + 8) : 0;
}

/* Whether another stream begins with what lies at `bytes`: a tag of a file's head, a second table,
 * frames of another kind. */
static bool begins_stream(const unsigned char *bytes, const struct frame *next, uint32_t kind)
{
    return memcmp(bytes, "ID3", 3) == 0 ||
           (next->bytes > 0 && (next->kind != kind || has_table(bytes, next->side_bytes)));
}

/*
 * Walks from frame to frame, and stops where another stream begins, or more than a few frames lie
 * behind those that the table announces: decoders take a new stream for damage, or stop where the
 * first table says that the audio ends. Where the walk loses its way, it leaves the rest to them.
 */
static enum cqa_status find_joined(struct cqa_probe *out, struct window *window, uint64_t at,
                                   uint32_t kind, uint32_t announced)
{
    enum { MISCOUNTED_MAX = 8 };
    uint64_t announced_end = 0;
    uint32_t frames = 0;

    while (frames < FRAMES_MAX && at < window->source->bytes) {
        const unsigned char *const bytes = peek(window, at);
        struct frame next = {0};
        if (bytes == NULL)
            return CQA_E_IO;
        (void)read_frame(&next, bytes);
        if (begins_stream(bytes, &next, kind)) {
            out->next = at;
            return CQA_OK;
        }
        if (memcmp(bytes, "TAG", 3) == 0)
            next.bytes = TAG_ID3V1_BYTES;
        else if (next.bytes == 0)
            break;
        else if (frames++ == announced)
            announced_end = at;
        at += next.bytes;
    }
    if (announced > 0 && frames > announced + MISCOUNTED_MAX)
        out->next = announced_end;
    return CQA_OK;
}

/* The first frame lies at `start` and begins with `bytes`. */
static enum cqa_status look_behind(struct cqa_probe *out, struct cqa_source *source, uint64_t start,
                                   const struct frame *first, const unsigned char *bytes,
                                   struct cqa_failure *failure)
{
    struct window *const window = calloc(1, sizeof *window);

    if (window == NULL) {
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
        return CQA_E_NOMEM;
    }
    window->source = source;
    const enum cqa_status status = find_joined(out, window, start + first->bytes, first->kind,
                                               announced_frames(bytes, first->side_bytes));
    free(window);
    return status == CQA_OK ? CQA_OK : cqa_source_unreadable(source, failure);
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
    out->tells_lead = tells_lead(source, start + FRAME_HEADER_BYTES + first.side_bytes);
    const enum cqa_status status = check_xing(out, bytes + FRAME_HEADER_BYTES + first.side_bytes,
                                              source->bytes - start, failure);
    return status == CQA_OK ? look_behind(out, source, start, &first, bytes, failure) : status;
}
