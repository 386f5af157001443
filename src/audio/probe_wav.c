/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/probe_forms.h"

#include <stdio.h>
#include <string.h>
#include "audio/bytes.h"
#include "audio/codecs.h"

enum {
    TAG_PCM = 0x0001,
    TAG_MS_ADPCM = 0x0002,
    TAG_FLOAT = 0x0003,
    TAG_ALAW = 0x0006,
    TAG_ULAW = 0x0007,
    TAG_IMA_ADPCM = 0x0011,
    TAG_GSM610 = 0x0031,
    TAG_MP3 = 0x0055,
    TAG_G722 = 0x028F,
    TAG_EXTENSIBLE = 0xFFFE,
};

struct format {
    unsigned tag;
    unsigned channels;
    uint32_t rate_hz;
    unsigned block_bytes;
    unsigned bits;
    unsigned block_frames; /* of ADPCM and GSM; 0: not said */
};

const unsigned char cqa_w64_magic[16] = "riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00";

/* Where the header's length field says that the writer could not come back to fill it in: ffmpeg,
 * sox, arecord. */
static bool is_streamed(uint64_t length, uint64_t outer_length)
{
    return length == 0xFFFFFFFF || length == 0x80000000 || length == 0x7FFFFFFF ||
           length == 0x7FFFF000 || (outer_length == 0xFFFFFFFF && length > 0xFFFFFF00) ||
           length > INT64_MAX - 1024;
}

static enum cqa_status read_format(struct format *out, struct cqa_source *source,
                                   const struct cqa_chunk *chunk, bool big_endian,
                                   struct cqa_failure *failure)
{
    unsigned char bytes[40] = {0};
    const size_t wanted = chunk->length < sizeof bytes ? (size_t)chunk->length : sizeof bytes;

    if (cqa_source_read(source, chunk->start, bytes, wanted) < 0)
        return cqa_source_unreadable(source, failure);
    uint16_t (*const two)(const unsigned char *) = big_endian ? cqa_be16 : cqa_le16;
    uint32_t (*const four)(const unsigned char *) = big_endian ? cqa_be32 : cqa_le32;
    *out = (struct format){.tag = two(bytes),
                           .channels = two(bytes + 2),
                           .rate_hz = four(bytes + 4),
                           .block_bytes = two(bytes + 12),
                           .bits = two(bytes + 14),
                           .block_frames = chunk->length >= 20 ? two(bytes + 18) : 0};
    if (out->tag == TAG_EXTENSIBLE && chunk->length >= 40)
        out->tag =
            two(bytes + 24); /* the subformat's identifier begins with the tag that it extends */
    return CQA_OK;
}

/* Codecs in WAV that FFmpeg decodes. */
static bool is_for_more(unsigned tag)
{
    static const unsigned tags[] = {0x000A, 0x0010, 0x0020, 0x0022, 0x0042, 0x0045, 0x0050,
                                    0x0064, 0x0083, 0x00FF, 0x0111, 0x0140, 0x0160, 0x0161,
                                    0x0162, 0x0163, 0x2000, 0xA100, 0xA106, 0xA109, 0xF1AC};

    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        if (tags[i] == tag)
            return true;
    }
    return false;
}

static enum cqa_status check_codec(struct cqa_probe *out, const struct format *format,
                                   struct cqa_failure *failure)
{
    switch (format->tag) {
    case TAG_PCM:
    case TAG_MS_ADPCM:
    case TAG_FLOAT:
    case TAG_ALAW:
    case TAG_ULAW:
    case TAG_IMA_ADPCM:
    case TAG_GSM610:
    case TAG_MP3:
        return CQA_OK;
    case TAG_G722:
        if (format->channels == 1)
            return CQA_OK;
        return cqa_failure_set(failure, CQA_FAILURE_CODEC, "G.722 with %u channels",
                               format->channels);
    default:
        break;
    }
    if (is_for_more(format->tag)) {
        out->demuxer = "wav";
        out->what = cqa_codec_name(format->tag);
        return CQA_OK;
    }
    return cqa_failure_set(failure, CQA_FAILURE_CODEC,
                           "WAV format tag 0x%04X (%s), which is not decoded", format->tag,
                           cqa_codec_name(format->tag));
}

/* What needs no library. A block size that contradicts the bits is left to libsndfile. */
static enum cqa_coding coding_of(const struct format *format, bool big_endian)
{
    if (format->tag == TAG_ULAW && format->bits == 8 && format->block_bytes == format->channels)
        return CQA_CODING_ULAW;
    if (format->tag == TAG_ALAW && format->bits == 8 && format->block_bytes == format->channels)
        return CQA_CODING_ALAW;
    if (format->tag == TAG_G722)
        return CQA_CODING_G722;
    if (format->tag == TAG_PCM && format->bits == 16 &&
        format->block_bytes == 2 * format->channels && !big_endian)
        return CQA_CODING_PCM16;
    return CQA_CODING_SNDFILE;
}

/*
 * Block codecs pad their last block; `fact` says how many frames are real. Believed only where it
 * cuts within the last block.
 */
static enum cqa_status count_frames(struct cqa_probe *out, struct cqa_source *source,
                                    const struct format *format, const struct cqa_chunk *fact,
                                    struct cqa_failure *failure)
{
    const bool blocks =
        format->tag == TAG_GSM610 || format->tag == TAG_IMA_ADPCM || format->tag == TAG_MS_ADPCM;
    unsigned char bytes[4];

    if (!blocks || format->block_bytes == 0 || format->block_frames == 0)
        return CQA_OK;
    const uint64_t bytes_all = out->data_end - out->data_start;
    const uint64_t frames = bytes_all / format->block_bytes * format->block_frames;
    /* libsndfile 1.2 counts ADPCM frames in an int. */
    if (frames > INT32_MAX)
        return cqa_failure_set(failure, CQA_FAILURE_TOO_LONG, "%llu frames",
                               (unsigned long long)frames);
    if (!fact->found || fact->length < 4)
        return CQA_OK;
    if (cqa_source_read(source, fact->start, bytes, sizeof bytes) < (ptrdiff_t)sizeof bytes)
        return CQA_OK;
    const uint64_t said = cqa_le32(bytes);
    if (said <= frames && frames - said < format->block_frames)
        out->frames = (int64_t)said;
    return CQA_OK;
}

/* RF64 keeps lengths over 4 GB in "ds64"; a recorder that died leaves zeros there, or only the
 * place for it. */
static enum cqa_status read_sizes(struct cqa_announced *announced, struct cqa_source *source,
                                  const struct cqa_chunks *chunks, struct cqa_failure *failure)
{
    unsigned char bytes[16] = {0};

    announced->length = 0;
    if (!chunks->sizes.found || chunks->sizes.length < sizeof bytes)
        return CQA_OK;
    if (cqa_source_read(source, chunks->sizes.start, bytes, sizeof bytes) < 0)
        return cqa_source_unreadable(source, failure);
    announced->length = cqa_le64(bytes + 8);
    announced->unknown = announced->length > INT64_MAX;
    announced->closed = cqa_le64(bytes) > 8;
    return CQA_OK;
}

static enum cqa_status no_data(const struct cqa_probe *out, const struct cqa_source *source,
                               const struct cqa_chunks *chunks, struct cqa_failure *failure)
{
    if (chunks->outer_length <= 8)
        return cqa_failure_set(failure, CQA_FAILURE_UNFINISHED,
                               "%s header without lengths: still being written", out->container);
    if (chunks->format.found && chunks->whole && chunks->outer_length <= source->bytes)
        return cqa_failure_set(failure, CQA_FAILURE_EMPTY, "%s file without a data chunk",
                               out->container);
    if (chunks->outer_length > source->bytes)
        return cqa_failure_set(failure, CQA_FAILURE_TRUNCATED, "the file ends before its audio");
    return cqa_failure_set(failure, CQA_FAILURE_NOT_AUDIO, "%s header, but no audio to be found",
                           out->container);
}

/*
 * Writers that count the header, or the whole file, as data: ours starts at `start`, many take 44
 * for granted, some the RIFF chunk's length.
 */
static bool counts_header(const struct cqa_announced *announced, const struct cqa_source *source)
{
    enum { USUAL_HEADER = 44, OUTER = 8 };
    const uint64_t available = source->bytes - announced->start;
    const uint64_t length = announced->length;

    return length == source->bytes || length == source->bytes - OUTER ||
           length == available + USUAL_HEADER || length == available + USUAL_HEADER - OUTER;
}

/* 32 bits cannot count over 4 GiB; what is left of both lengths says that it is so. */
static bool has_wrapped(uint64_t real, uint64_t said)
{
    enum { CHUNKS_BEHIND = 4096 };
    const uint32_t lacking = (uint32_t)real - (uint32_t)said;

    return real > UINT32_MAX && lacking <= CHUNKS_BEHIND;
}

static void correct_length(struct cqa_announced *announced, const struct cqa_source *source,
                           uint64_t outer_length)
{
    const uint64_t available =
        announced->start < source->bytes ? source->bytes - announced->start : 0;

    if (announced->length > available && counts_header(announced, source))
        announced->length = available;
    if (has_wrapped(available, announced->length) && has_wrapped(source->bytes, outer_length))
        announced->length = available;
}

static bool begins_wav(const unsigned char *bytes)
{
    return (memcmp(bytes, "RIFF", 4) == 0 || memcmp(bytes, "RF64", 4) == 0) &&
           memcmp(bytes + 8, "WAVE", 4) == 0;
}

/* As cqa_probe_seek wants it: without lengths only what a header looks like tells where one is. */
static bool begins_wav_for_sure(const unsigned char *bytes)
{
    return begins_wav(bytes) &&
           (memcmp(bytes + 12, "fmt ", 4) == 0 || memcmp(bytes + 12, "JUNK", 4) == 0 ||
            memcmp(bytes + 12, "ds64", 4) == 0 || memcmp(bytes + 12, "bext", 4) == 0);
}

static bool is_chunk(const unsigned char *head, uint64_t left)
{
    for (int i = 0; i < 4; i++) {
        if (head[i] < 0x20 || head[i] > 0x7E)
            return false;
    }
    return cqa_le32(head + 4) <= left;
}

/*
 * Walks the chunks behind the audio. What is none of them is another recording that was joined to
 * this one, or audio that a recorder wrote and did not count: `second` bytes of it are too much.
 */
static enum cqa_status look_behind(struct cqa_probe *out, struct cqa_source *source,
                                   uint64_t second, struct cqa_failure *failure)
{
    enum { CHUNKS_MAX = 1024, HEAD = 8 };
    unsigned char head[16];
    uint64_t at = out->data_end;

    for (int i = 0; i < CHUNKS_MAX && source->bytes - at > sizeof head; i++) {
        /* Not everybody pads an odd length. */
        for (uint64_t pad = 0; pad <= (at & 1); pad++) {
            if (cqa_source_read(source, at + pad, head, sizeof head) < 0)
                return cqa_source_unreadable(source, failure);
            if (begins_wav(head)) {
                out->next = at + pad;
                return CQA_OK;
            }
        }
        at += at & 1;
        if (!is_chunk(head, source->bytes - at - HEAD))
            return cqa_probe_tail(out, source, at, second, failure);
        if (memcmp(head, "data", 4) == 0 && cqa_le32(head + 4) > second)
            return cqa_failure_set(failure, CQA_FAILURE_LAYOUT,
                                   "two chunks of audio in one %s file; one is read",
                                   out->container);
        at += HEAD + cqa_le32(head + 4);
    }
    return CQA_OK;
}

static enum cqa_status find_joined(struct cqa_probe *out, struct cqa_source *source, bool unknown,
                                   const struct format *format, struct cqa_failure *failure)
{
    enum { BLOCK_CODECS_SECOND = 2048 };
    const uint64_t second = format->tag == TAG_PCM || format->tag == TAG_ULAW ||
                                    format->tag == TAG_ALAW || format->tag == TAG_FLOAT
                                ? (uint64_t)format->rate_hz * format->block_bytes
                                : BLOCK_CODECS_SECOND;

    if (!unknown)
        return look_behind(out, source, second, failure);
    if (cqa_probe_seek(source, out->data_start, 'R', begins_wav_for_sure, &out->next) != CQA_OK)
        return cqa_source_unreadable(source, failure);
    if (out->next > 0)
        out->data_end = out->next;
    return CQA_OK;
}

enum cqa_status cqa_probe_wav(struct cqa_probe *out, struct cqa_source *source,
                              enum cqa_chunk_form form, bool rf64, struct cqa_failure *failure)
{
    struct cqa_chunks chunks;
    struct format format = {0};

    snprintf(out->container, sizeof out->container, "%s",
             form == CQA_CHUNKS_W64 ? "W64"
             : rf64                 ? "RF64"
                                    : "WAV");
    if (cqa_chunks_walk(&chunks, source, form) != CQA_OK)
        return cqa_source_unreadable(source, failure);
    if (!chunks.format.found)
        return no_data(out, source, &chunks, failure);
    enum cqa_status status =
        read_format(&format, source, &chunks.format, form == CQA_CHUNKS_RIFX, failure);
    if (status == CQA_OK)
        status = check_codec(out, &format, failure);
    if (status == CQA_OK)
        status = cqa_probe_layout(format.channels, format.rate_hz, failure);
    if (status != CQA_OK)
        return status;
    if (!chunks.data.found)
        return no_data(out, source, &chunks, failure);

    struct cqa_announced announced = {.start = chunks.data.start,
                                      .length = chunks.data.length,
                                      .slack = format.block_bytes > 0 ? format.block_bytes : 1,
                                      .unknown =
                                          is_streamed(chunks.data.length, chunks.outer_length),
                                      .closed = chunks.outer_length > 8,
                                      .tail_is_chunks = chunks.whole};
    if (rf64 && chunks.data.length == 0xFFFFFFFF) {
        announced.unknown = false;
        status = read_sizes(&announced, source, &chunks, failure);
        if (status != CQA_OK)
            return status;
    }
    if (form == CQA_CHUNKS_RIFF && !rf64 && !announced.unknown)
        correct_length(&announced, source, chunks.outer_length);
    status = cqa_probe_extent(out, source, &announced, failure);
    if (status == CQA_OK && form == CQA_CHUNKS_RIFF)
        status = find_joined(out, source, announced.unknown, &format, failure);
    else if (status == CQA_OK) /* a big-endian one begins with less that is its own */
        status = cqa_probe_again(out, source, out->data_end,
                                 form == CQA_CHUNKS_W64 ? cqa_w64_magic : (const void *)"RIFX",
                                 form == CQA_CHUNKS_W64 ? sizeof cqa_w64_magic : 4, failure);
    if (status != CQA_OK)
        return status;
    out->channels = (int)format.channels;
    out->rate_hz = (int)format.rate_hz;
    out->coding =
        out->demuxer != NULL ? CQA_CODING_MORE : coding_of(&format, form == CQA_CHUNKS_RIFX);
    return count_frames(out, source, &format, &chunks.fact, failure);
}
