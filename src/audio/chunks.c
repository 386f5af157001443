/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/chunks.h"

#include <string.h>
#include "audio/bytes.h"

enum { CHUNKS_MAX = 1024, HEADER_MAX = 24, TAG_LENGTH = 4 };

struct form {
    uint64_t first;     /* where the first chunk starts */
    uint64_t alignment; /* of the next chunk's start */
    unsigned id_bytes;
    unsigned length_bytes;
    bool big_endian;
    bool counts_header; /* the length includes identifier and length */
    char format[TAG_LENGTH + 1];
    char data[TAG_LENGTH + 1];
};

static const struct form forms[] = {
    [CQA_CHUNKS_RIFF] = {12, 2, 4, 4, false, false, "fmt ", "data"},
    [CQA_CHUNKS_RIFX] = {12, 2, 4, 4, true, false, "fmt ", "data"},
    [CQA_CHUNKS_W64] = {40, 8, 16, 8, false, true, "fmt ", "data"},
    [CQA_CHUNKS_CAF] = {8, 1, 4, 8, true, false, "desc", "data"},
    [CQA_CHUNKS_AIFF] = {12, 2, 4, 4, true, false, "COMM", "SSND"},
};

static uint64_t read_length(const struct form *form, const unsigned char *at)
{
    if (form->length_bytes == 4)
        return form->big_endian ? cqa_be32(at) : cqa_le32(at);
    return form->big_endian ? cqa_be64(at) : cqa_le64(at);
}

static bool is_tag(const unsigned char *id)
{
    for (int i = 0; i < TAG_LENGTH; i++) {
        if (id[i] < 0x20 || id[i] > 0x7E)
            return false;
    }
    return true;
}

/* Where the chunk that is described by `tag` is kept; NULL: nobody asks for it. */
static struct cqa_chunk *slot(struct cqa_chunks *chunks, const struct form *form,
                              const unsigned char *tag)
{
    if (memcmp(tag, form->format, TAG_LENGTH) == 0)
        return &chunks->format;
    if (memcmp(tag, form->data, TAG_LENGTH) == 0)
        return &chunks->data;
    if (memcmp(tag, "ds64", TAG_LENGTH) == 0)
        return &chunks->sizes;
    if (memcmp(tag, "fact", TAG_LENGTH) == 0)
        return &chunks->fact;
    return NULL;
}

enum cqa_status cqa_chunks_walk(struct cqa_chunks *out, struct cqa_source *source,
                                enum cqa_chunk_form form_index)
{
    const struct form *form = &forms[form_index];
    const size_t header_bytes = form->id_bytes + form->length_bytes;
    unsigned char header[HEADER_MAX];
    uint64_t at = form->first;

    *out = (struct cqa_chunks){0};
    if (form_index != CQA_CHUNKS_CAF) {
        if (cqa_source_read(source, 0, header, header_bytes) < 0)
            return CQA_E_IO;
        out->outer_length = read_length(form, header + form->id_bytes);
    }
    for (int i = 0; i < CHUNKS_MAX; i++) {
        const ptrdiff_t got = cqa_source_read(source, at, header, header_bytes);
        if (got < 0)
            return CQA_E_IO;
        out->whole = at == source->bytes || at == source->bytes + 1;
        if ((size_t)got < header_bytes || !is_tag(header))
            return CQA_OK;

        uint64_t length = read_length(form, header + form->id_bytes);
        if (form->counts_header)
            length -= length < header_bytes ? length : header_bytes;
        struct cqa_chunk *const chunk = slot(out, form, header);
        if (chunk != NULL && !chunk->found)
            *chunk = (struct cqa_chunk){true, at + header_bytes, length};

        /* Past audio the walk goes on only to tell an empty recording from an unfinished one. */
        const bool audio_follows = chunk == &out->data && length > 0;
        if (audio_follows && out->format.found)
            return CQA_OK;
        if (length > source->bytes - at)
            return CQA_OK;
        at += header_bytes + length;
        at += (form->alignment - at % form->alignment) % form->alignment;
    }
    return CQA_OK;
}
