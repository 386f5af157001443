/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/probe_forms.h"

#include <stdio.h>
#include <string.h>
#include "audio/bytes.h"

/* Containers whose samples libsndfile reads: only what they announce is checked. */

static enum cqa_status not_found(const struct cqa_probe *out, struct cqa_failure *failure)
{
    return cqa_failure_set(failure, CQA_FAILURE_TRUNCATED, "the %s file ends before its audio",
                           out->container);
}

enum cqa_status cqa_probe_caf(struct cqa_probe *out, struct cqa_source *source,
                              struct cqa_failure *failure)
{
    static const char magic[] = "caff\0\1\0\0desc";
    struct cqa_chunks chunks;

    snprintf(out->container, sizeof out->container, "CAF");
    if (cqa_chunks_walk(&chunks, source, CQA_CHUNKS_CAF) != CQA_OK)
        return cqa_source_unreadable(source, failure);
    if (!chunks.data.found || !chunks.format.found)
        return not_found(out, failure);

    enum { EDIT_COUNT = 4 }; /* before the samples */
    const bool unknown = chunks.data.length == UINT64_MAX;
    const uint64_t length =
        unknown || chunks.data.length < EDIT_COUNT ? 0 : chunks.data.length - EDIT_COUNT;
    const struct cqa_announced announced = {.start = chunks.data.start + EDIT_COUNT,
                                            .length = length,
                                            .slack = 8,
                                            .unknown = unknown,
                                            .closed = true,
                                            .tail_is_chunks = chunks.whole};
    const enum cqa_status status = cqa_probe_extent(out, source, &announced, failure);
    return status == CQA_OK
               ? cqa_probe_again(out, source, unknown ? announced.start : out->data_end, magic,
                                 sizeof magic - 1, failure)
               : status;
}

/* A list of boxes; "moov", which describes the audio, is often written last. */
enum cqa_status cqa_probe_mp4(struct cqa_probe *out, struct cqa_source *source,
                              struct cqa_failure *failure)
{
    enum { BOXES_MAX = 100000, LARGE = 1, TO_THE_END = 0, HEAD_MIN = 8 };
    unsigned char head[16];
    uint64_t at = 0;
    bool described = false;

    for (int i = 0; i < BOXES_MAX && at < source->bytes; i++) {
        memset(head, 0, sizeof head);
        if (cqa_source_read(source, at, head, sizeof head) < 0)
            return cqa_source_unreadable(source, failure);
        if (at > 0 && described && memcmp(head + 4, "ftyp", 4) == 0) {
            out->next = at;
            return CQA_OK;
        }
        uint64_t length = cqa_be32(head);
        if (length == LARGE)
            length = cqa_be64(head + 8);
        else if (length == TO_THE_END)
            length = source->bytes - at;
        described |= memcmp(head + 4, "moov", 4) == 0;
        if (length > source->bytes - at)
            return cqa_failure_set(failure, CQA_FAILURE_TRUNCATED,
                                   "%s header announces %llu bytes, the file holds %llu",
                                   out->container, (unsigned long long)length,
                                   (unsigned long long)(source->bytes - at));
        at += length < HEAD_MIN ? HEAD_MIN : length;
    }
    if (described)
        return CQA_OK;
    return cqa_failure_set(failure, CQA_FAILURE_UNFINISHED,
                           "%s header without lengths: still being written", out->container);
}

enum cqa_status cqa_probe_aiff(struct cqa_probe *out, struct cqa_source *source,
                               struct cqa_failure *failure)
{
    struct cqa_chunks chunks;

    snprintf(out->container, sizeof out->container, "AIFF");
    if (cqa_chunks_walk(&chunks, source, CQA_CHUNKS_AIFF) != CQA_OK)
        return cqa_source_unreadable(source, failure);
    if (!chunks.data.found || !chunks.format.found)
        return not_found(out, failure);

    enum { OFFSETS = 8 }; /* before the samples */
    const struct cqa_announced announced = {
        .start = chunks.data.start + OFFSETS,
        .length = chunks.data.length > OFFSETS ? chunks.data.length - OFFSETS : 0,
        .slack = 8,
        .closed = chunks.outer_length > 8,
        .tail_is_chunks = chunks.whole};
    return cqa_probe_extent(out, source, &announced, failure);
}

enum cqa_status cqa_probe_au(struct cqa_probe *out, struct cqa_source *source,
                             struct cqa_failure *failure)
{
    unsigned char bytes[24] = {0};

    snprintf(out->container, sizeof out->container, "AU");
    if (cqa_source_read(source, 0, bytes, sizeof bytes) < 0)
        return cqa_source_unreadable(source, failure);
    if (source->bytes < sizeof bytes)
        return not_found(out, failure);
    enum { SECOND = 8000 };
    uint32_t (*const four)(const unsigned char *) = bytes[0] == '.' ? cqa_be32 : cqa_le32;
    const uint32_t length = four(bytes + 8);
    const struct cqa_announced announced = {.start = four(bytes + 4),
                                            .length = length,
                                            .slack = 8,
                                            .unknown = length == 0xFFFFFFFF,
                                            .closed = true};
    const enum cqa_status status = cqa_probe_extent(out, source, &announced, failure);
    return status == CQA_OK ? cqa_probe_tail(out, source, out->data_end, SECOND, failure) : status;
}
