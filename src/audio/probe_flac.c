/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/probe_forms.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include "audio/bytes.h"

/*
 * A FLAC encoder that cannot seek leaves the number of samples out, and so does one that died. What
 * tells them apart is the last frame: it ends in a CRC of itself, or it does not.
 */
enum { TAIL_BYTES = 128 * 1024, CANDIDATES_MAX = 64, INFO_START = 8, INFO_BYTES = 34 };

/* x^16 + x^15 + x^2 + 1, most significant bit first: 0 over a frame and its CRC. */
static uint16_t crc16(const unsigned char *bytes, size_t count)
{
    uint16_t crc = 0;

    for (size_t i = 0; i < count; i++) {
        crc = (uint16_t)(crc ^ bytes[i] << 8);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x8005 : crc << 1);
    }
    return crc;
}

/* Whether a frame begins somewhere in `bytes` and ends with them. */
static bool ends_in_frame(const unsigned char *bytes, size_t count)
{
    int candidates = 0;

    for (size_t left = 2; left <= count && candidates < CANDIDATES_MAX; left++) {
        const unsigned char *const frame = bytes + count - left;
        if (frame[0] != 0xFF || (frame[1] & 0xFE) != 0xF8)
            continue;
        if (crc16(frame, left) == 0)
            return true;
        candidates++;
    }
    return false;
}

static enum cqa_status check_tail(struct cqa_source *source, struct cqa_failure *failure)
{
    const uint64_t start = source->bytes > TAIL_BYTES ? source->bytes - TAIL_BYTES : 0;
    unsigned char *const tail = malloc(TAIL_BYTES);

    if (tail == NULL) {
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
        return CQA_E_NOMEM;
    }
    const ptrdiff_t got = cqa_source_read(source, start, tail, TAIL_BYTES);
    enum cqa_status status = CQA_OK;
    if (got < 0)
        status = cqa_source_unreadable(source, failure);
    else if (!ends_in_frame(tail, (size_t)got))
        status = cqa_failure_set(failure, CQA_FAILURE_UNFINISHED,
                                 "FLAC header without a length, and the last frame is not whole");
    free(tail);
    return status;
}

static bool begins_flac(const unsigned char *bytes)
{
    return memcmp(bytes, "fLaC", 4) == 0 && (bytes[4] & 0x7F) == 0 && bytes[5] == 0 &&
           bytes[6] == 0 && bytes[7] == INFO_BYTES;
}

enum cqa_status cqa_probe_flac(struct cqa_probe *out, struct cqa_source *source,
                               struct cqa_failure *failure)
{
    unsigned char info[INFO_BYTES];

    snprintf(out->container, sizeof out->container, "FLAC");
    const ptrdiff_t got = cqa_source_read(source, INFO_START, info, sizeof info);
    if (got < 0)
        return cqa_source_unreadable(source, failure);
    if (got < INFO_BYTES)
        return cqa_failure_set(failure, CQA_FAILURE_TRUNCATED,
                               "the FLAC file ends within its header");
    if (cqa_probe_seek(source, INFO_START + INFO_BYTES, 'f', begins_flac, &out->next) != CQA_OK)
        return cqa_source_unreadable(source, failure);
    const uint64_t samples = (uint64_t)(info[13] & 0x0F) << 32 | cqa_be32(info + 14);
    /* What lies before another stream is its end as good as the file's. */
    return samples == 0 && out->next == 0 ? check_tail(source, failure) : CQA_OK;
}
