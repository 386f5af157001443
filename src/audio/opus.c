/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/decoder.h"

#include <ogg/ogg.h>
#include <opus/opus.h>
#include <stdlib.h>
#include <string.h>
#include "audio/audio.h"
#include "audio/bytes.h"

/*
 * Opus in Ogg (RFC 7845), decoded straight to the analysis rate: libsndfile decodes to 48 kHz,
 * which costs three times as much before it is thrown away. Positions are in frames of 48 kHz, as
 * the container counts them.
 */
enum {
    READ_BYTES = 64 * 1024,
    PACKET_BYTES_MAX = 1024 * 1024, /* an audio packet has at most 62 KB; the rest is for tags */
    PACKET_FRAMES_MAX = CQA_AUDIO_RATE_HZ * 120 / 1000,
    CLOCK_HZ = 48000,
    DIVISOR = CLOCK_HZ / CQA_AUDIO_RATE_HZ,
    GAP_MIN = CLOCK_HZ / 100, /* positions that were counted in ms elsewhere are not exact */
};

enum stage { STAGE_HEAD, STAGE_TAGS, STAGE_AUDIO, STAGE_ENDED };

struct opus {
    struct cqa_decoder base;
    struct cqa_source *source;
    uint64_t offset;
    ogg_sync_state sync;
    ogg_stream_state stream;
    OpusDecoder *decoder;
    enum stage stage; /* within the present link of the chain */
    int64_t position; /* decoded in this link */
    int64_t skip;     /* to leave out at this link's start */
    int64_t origin; /* the position by the container of what was decoded first; -1: not known yet */
    int64_t end;  /* where this link's audio stops, by its last page; -1: that page has not come */
    int64_t gap;  /* to leave silent before the next packet: the encoder sent nothing */
    size_t first; /* frame of `packet` to give next */
    size_t count; /* frames of `packet` from there on */
    float packet[PACKET_FRAMES_MAX * 2];
};

static int damaged(const struct opus *opus, const struct cqa_message *what,
                   struct cqa_failure *failure)
{
    cqa_failure_set(failure, CQA_FAILURE_DECODE, "Ogg Opus at %.1f s: %p",
                    (double)opus->position / CLOCK_HZ, what);
    return -1;
}

/* A link's first packet (RFC 7845, 5.1). The first link decides on the channels of all. */
static int read_head(struct opus *opus, const ogg_packet *packet, struct cqa_failure *failure)
{
    const unsigned char *const head = packet->packet;
    enum { HEAD_BYTES = 19 };
    int error = OPUS_OK;

    if (packet->bytes < HEAD_BYTES || memcmp(head, "OpusHead", 8) != 0)
        return damaged(opus, cqa_words("the identification header is not whole"), failure);
    if (cqa_probe_layout(head[9], CLOCK_HZ, failure) != CQA_OK)
        return -1;
    if (head[8] >> 4 != 0 || head[18] != 0) {
        cqa_failure_set(failure, CQA_FAILURE_CODEC,
                        "Opus version %d with channel mapping family %d", head[8], head[18]);
        return -1;
    }
    if (opus->base.channels != 0 && opus->base.channels != head[9]) {
        cqa_failure_set(failure, CQA_FAILURE_LAYOUT,
                        "channels change from %d to %d within the file", opus->base.channels,
                        head[9]);
        return -1;
    }
    opus->base.channels = head[9];
    if (opus->decoder != NULL)
        opus_decoder_destroy(opus->decoder);
    opus->decoder = opus_decoder_create(CQA_AUDIO_RATE_HZ, head[9], &error);
    if (opus->decoder == NULL) {
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "%s", opus_strerror(error));
        return -1;
    }
    opus_decoder_ctl(opus->decoder, OPUS_SET_GAIN((int16_t)cqa_le16(head + 16)));
    opus->skip = cqa_le16(head + 10);
    opus->position = 0;
    opus->origin = -1;
    opus->end = -1;
    opus->gap = 0;
    opus->stage = STAGE_TAGS;
    return 0;
}

/* Frames of 8 kHz that begin before a position on the 48 kHz clock. */
static int64_t frames_before(int64_t position)
{
    return (position + DIVISOR / 2) / DIVISOR;
}

/* Cuts what was decoded, [from, from + frames) of 48 kHz, to what the link's pre-skip and end leave
 * of it. */
static void trim(struct opus *opus, int64_t from, int frames)
{
    int64_t first = frames_before(opus->skip) - from / DIVISOR;
    int64_t last = frames;

    if (first < 0)
        first = 0;
    if (opus->end >= 0 && frames_before(opus->end) - from / DIVISOR < last)
        last = frames_before(opus->end) - from / DIVISOR;
    opus->first = (size_t)first;
    opus->count = last > first ? (size_t)(last - first) : 0;
}

static int decode(struct opus *opus, const ogg_packet *packet, struct cqa_failure *failure)
{
    const int64_t from = opus->position;
    const int frames =
        packet->bytes > INT32_MAX
            ? OPUS_BAD_ARG
            : opus_decode_float(opus->decoder, packet->packet, (opus_int32)packet->bytes,
                                opus->packet, PACKET_FRAMES_MAX, 0);

    if (frames < 0)
        return damaged(opus, cqa_words("%s", opus_strerror(frames)), failure);
    opus->position += (int64_t)frames * DIVISOR;
    trim(opus, from, frames);
    cqa_decoder_tame(opus->packet, (size_t)frames * (size_t)opus->base.channels);
    return 0;
}

static int take_packet(struct opus *opus, const ogg_packet *packet, struct cqa_failure *failure)
{
    switch (opus->stage) {
    case STAGE_HEAD:
        return read_head(opus, packet, failure);
    case STAGE_TAGS:
        opus->stage = STAGE_AUDIO;
        return 0;
    case STAGE_AUDIO:
        return decode(opus, packet, failure);
    case STAGE_ENDED:
        break;
    }
    return 0;
}

/*
 * How long the packets are that the stream holds whole, all of which end on the page that was taken
 * last; -1 where that cannot be told. libogg gives one away for good when it gives it at all.
 */
static int64_t waiting(const struct opus *opus)
{
    const ogg_stream_state *const stream = &opus->stream;
    const unsigned char *packet = stream->body_data + stream->body_returned;
    opus_int32 bytes = 0;
    int64_t all = 0;

    for (long i = stream->lacing_returned; i < stream->lacing_packet; i++) {
        const int lacing = stream->lacing_vals[i] & 0xFF;
        bytes += lacing;
        if (lacing == 255)
            continue;
        const int frames = bytes > 0 ? opus_packet_get_nb_samples(packet, bytes, CLOCK_HZ) : -1;
        if (frames < 0)
            return -1;
        all += frames;
        packet += bytes;
        bytes = 0;
    }
    return all;
}

/*
 * An encoder with discontinuous transmission sends nothing while nobody speaks, a recorder gets
 * nothing while packets are lost; the positions go on (RFC 7845, 4.4). What lacks before a page is
 * silence, or every time behind it is wrong.
 */
static int find_gap(struct opus *opus, int64_t position, struct cqa_failure *failure)
{
    const int64_t all = waiting(opus);

    if (opus->stage != STAGE_AUDIO || position < 0 || all < 0)
        return 0;
    if (opus->origin < 0)
        opus->origin = position > all && opus->end < 0 ? position - all : 0;
    opus->gap = position - opus->origin - all - opus->position;
    if (opus->gap > (int64_t)CQA_AUDIO_HOURS_MAX * 3600 * CLOCK_HZ) {
        cqa_failure_set(failure, CQA_FAILURE_TOO_LONG, "longer than %d hours", CQA_AUDIO_HOURS_MAX);
        return -1;
    }
    if (opus->gap < GAP_MIN || opus->position == 0)
        opus->gap = 0;
    return 0;
}

static int take_page(struct opus *opus, ogg_page *page, struct cqa_failure *failure)
{
    if (ogg_page_bos(page) && (opus->stage == STAGE_ENDED || opus->stage == STAGE_HEAD)) {
        ogg_stream_reset_serialno(&opus->stream, ogg_page_serialno(page));
        opus->stage = STAGE_HEAD;
    }
    /* Pages of other streams are not ours to read. */
    if (ogg_page_serialno(page) != opus->stream.serialno)
        return 0;
    if (ogg_stream_pagein(&opus->stream, page) != 0)
        return damaged(opus, cqa_words("a page is out of place"), failure);
    if (opus->stream.body_fill - opus->stream.body_returned > PACKET_BYTES_MAX)
        return damaged(opus, cqa_words("a packet has no end"), failure);
    if (ogg_page_eos(page) && ogg_page_granulepos(page) >= 0)
        opus->end = ogg_page_granulepos(page) - (opus->origin > 0 ? opus->origin : 0);
    return find_gap(opus, ogg_page_granulepos(page), failure);
}

/* 1: a page was taken; 0: the file has ended; -1: failure. */
static int next_page(struct opus *opus, struct cqa_failure *failure)
{
    ogg_page page;
    int found;

    while ((found = ogg_sync_pageout(&opus->sync, &page)) == 0) {
        char *const buffer = ogg_sync_buffer(&opus->sync, READ_BYTES);
        if (buffer == NULL) {
            cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
            return -1;
        }
        const ptrdiff_t got = cqa_source_read(opus->source, opus->offset, buffer, READ_BYTES);
        if (got < 0) {
            cqa_source_unreadable(opus->source, failure);
            return -1;
        }
        if (got == 0)
            return 0;
        opus->offset += (uint64_t)got;
        ogg_sync_wrote(&opus->sync, (long)got);
    }
    /* After the last stream's end anything may follow. */
    if (found < 0)
        return opus->stage == STAGE_ENDED
                   ? 1
                   : damaged(opus, cqa_words("bytes are damaged or missing"), failure);
    return take_page(opus, &page, failure) != 0 ? -1 : 1;
}

/* The next stretch of a gap, as a packet of silence. */
static void fill_gap(struct opus *opus)
{
    const int64_t left = opus->gap / DIVISOR;
    const int frames = left < PACKET_FRAMES_MAX ? (int)left : PACKET_FRAMES_MAX;
    const int64_t from = opus->position;

    memset(opus->packet, 0, sizeof opus->packet);
    opus->position += (int64_t)frames * DIVISOR;
    opus->gap -= (int64_t)frames * DIVISOR;
    if (opus->gap < DIVISOR)
        opus->gap = 0;
    trim(opus, from, frames);
}

/* Takes one packet, or a page where there is none. 1: go on; 0: the file has ended; -1: failure. */
static int step(struct opus *opus, struct cqa_failure *failure)
{
    ogg_packet packet;

    if (opus->gap > 0) {
        fill_gap(opus);
        return 1;
    }
    const int found = opus->stage == STAGE_ENDED ? 0 : ogg_stream_packetout(&opus->stream, &packet);

    if (found < 0)
        return damaged(opus, cqa_words("a page is missing"), failure);
    if (found == 0) {
        const int more = next_page(opus, failure);
        if (more != 0 || opus->stage == STAGE_ENDED)
            return more;
        cqa_failure_set(failure, CQA_FAILURE_TRUNCATED,
                        "the Ogg stream has no end; %.1f s of audio are there",
                        (double)opus->position / CLOCK_HZ);
        return -1;
    }
    if (take_packet(opus, &packet, failure) != 0)
        return -1;
    if (packet.e_o_s)
        opus->stage = STAGE_ENDED;
    return 1;
}

static ptrdiff_t opus_read(struct cqa_decoder *decoder, float *frames, size_t capacity,
                           struct cqa_failure *failure)
{
    struct opus *opus = (struct opus *)decoder;
    const size_t channels = (size_t)decoder->channels;
    size_t done = 0;

    while (done < capacity) {
        const size_t count = opus->count < capacity - done ? opus->count : capacity - done;
        memcpy(frames + done * channels, opus->packet + opus->first * channels,
               count * channels * sizeof *frames);
        opus->first += count;
        opus->count -= count;
        done += count;
        if (opus->count > 0)
            break;
        const int more = step(opus, failure);
        if (more < 0)
            return -1;
        if (more == 0)
            break;
    }
    return (ptrdiff_t)done;
}

static void opus_close(struct cqa_decoder *decoder)
{
    struct opus *opus = (struct opus *)decoder;

    if (opus->decoder != NULL)
        opus_decoder_destroy(opus->decoder);
    ogg_stream_clear(&opus->stream);
    ogg_sync_clear(&opus->sync);
    free(opus);
}

enum cqa_status cqa_opus_open(struct cqa_decoder **out, struct cqa_source *source,
                              struct cqa_failure *failure)
{
    struct opus *opus = calloc(1, sizeof *opus);

    if (opus == NULL || ogg_stream_init(&opus->stream, 0) != 0) {
        free(opus);
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
        return CQA_E_NOMEM;
    }
    ogg_sync_init(&opus->sync);
    opus->base = (struct cqa_decoder){.rate_hz = CQA_AUDIO_RATE_HZ,
                                      .file_rate_hz = CLOCK_HZ,
                                      .encoding = "OPUS",
                                      .read = opus_read,
                                      .close = opus_close};
    opus->source = source;
    while (opus->decoder == NULL) {
        if (step(opus, failure) <= 0) {
            opus_close(&opus->base);
            return CQA_E_BADDATA;
        }
    }
    *out = &opus->base;
    return CQA_OK;
}
