/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_CHUNKS_H
#define CQA_AUDIO_CHUNKS_H

#include <stdbool.h>
#include <stdint.h>
#include "audio/source.h"

/* The containers that are lists of chunks, each with an identifier and a length. */
enum cqa_chunk_form {
    CQA_CHUNKS_RIFF,
    CQA_CHUNKS_RIFX,
    CQA_CHUNKS_W64,
    CQA_CHUNKS_CAF,
    CQA_CHUNKS_AIFF
};

struct cqa_chunk {
    bool found;
    uint64_t start;  /* of its content */
    uint64_t length; /* as announced */
};

/* What lies where. Lengths are as announced; nothing says that the file is that long. */
struct cqa_chunks {
    uint64_t outer_length; /* of the whole, as the file's first chunk has it; 0 for CAF, which has
                              none */
    struct cqa_chunk format;
    struct cqa_chunk data;
    struct cqa_chunk sizes; /* "ds64" of RF64 */
    struct cqa_chunk fact;
    bool whole; /* the chunks end where the file ends */
};

/* Walks the chunks, a bounded number of them, up to audio data or the file's end. CQA_E_IO: reading
 * failed. */
enum cqa_status cqa_chunks_walk(struct cqa_chunks *out, struct cqa_source *source,
                                enum cqa_chunk_form form) CQA_MUST_CHECK;

#endif
