/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/opus_write.h"

#include <ogg/ogg.h>
#include <opus/opus.h>
#include <stdlib.h>
#include <string.h>
#include "audio/audio.h"

enum {
    CLOCK_HZ = 48000, /* positions are counted so, whatever the rate of the samples */
    FACTOR = CLOCK_HZ / CQA_AUDIO_RATE_HZ,
    FRAME = CQA_AUDIO_RATE_HZ / 50, /* 20 ms */
    PACKET_BYTES_MAX = 4000,        /* what libopus advises */
    BITS_PER_S = 16000,             /* of each channel: telephone speech is transparent at it */
    HEAD_BYTES = 19
};

struct cqa_opus_writer {
    OpusEncoder *encoder;
    ogg_stream_state stream;
    struct cqa_buffer *sink;
    int channels;
    int lookahead;      /* samples by which the encoder is behind */
    int64_t put;        /* samples a channel that were added */
    int64_t encoded;    /* … and went through the encoder, with what fills its last frame */
    ogg_int64_t number; /* of the next packet */
    size_t waiting;     /* frames in `frame` */
    float frame[FRAME * 2];
};

/* Moves finished pages to the sink; all of them when `flush`. */
static enum cqa_status move_pages(struct cqa_opus_writer *writer, int flush,
                                  struct cqa_error *error)
{
    ogg_page page;

    while (flush ? ogg_stream_flush(&writer->stream, &page)
                 : ogg_stream_pageout(&writer->stream, &page)) {
        cqa_buffer_add(writer->sink, page.header, (size_t)page.header_len);
        cqa_buffer_add(writer->sink, page.body, (size_t)page.body_len);
    }
    return writer->sink->failed ? cqa_fail(error, CQA_E_LIMIT, "the clip is too large") : CQA_OK;
}

static enum cqa_status put_packet(struct cqa_opus_writer *writer, unsigned char *bytes, long size,
                                  int64_t position, int is_last, struct cqa_error *error)
{
    ogg_packet packet = {.packet = bytes,
                         .bytes = size,
                         .b_o_s = writer->number == 0,
                         .e_o_s = is_last,
                         .granulepos = position,
                         .packetno = writer->number};

    writer->number++;
    return ogg_stream_packetin(&writer->stream, &packet) == 0
               ? CQA_OK
               : cqa_fail(error, CQA_E_NOMEM, "out of memory");
}

/* RFC 7845, 5: each header on pages of its own. */
static enum cqa_status put_headers(struct cqa_opus_writer *writer, struct cqa_error *error)
{
    const int skip = writer->lookahead * FACTOR;
    unsigned char head[HEAD_BYTES + 1] = "OpusHead";
    unsigned char tags[] =
        "OpusTags\6\0\0\0callqa\0\0\0"; /* and the terminating NUL: no comments */

    head[8] = 1;
    head[9] = (unsigned char)writer->channels;
    head[10] = (unsigned char)(skip & 0xff);
    head[11] = (unsigned char)(skip >> 8);
    head[12] = CQA_AUDIO_RATE_HZ & 0xff;
    head[13] = CQA_AUDIO_RATE_HZ >> 8;
    enum cqa_status status = put_packet(writer, head, HEAD_BYTES, 0, 0, error);
    if (status == CQA_OK)
        status = move_pages(writer, 1, error);
    if (status == CQA_OK)
        status = put_packet(writer, tags, sizeof tags, 0, 0, error);
    return status == CQA_OK ? move_pages(writer, 1, error) : status;
}

enum cqa_status cqa_opus_writer_create(struct cqa_opus_writer **out, int channels, int serial,
                                       struct cqa_buffer *sink, struct cqa_error *error)
{
    struct cqa_opus_writer *writer = calloc(1, sizeof *writer);
    opus_int32 lookahead = 0;
    int code = OPUS_OK;

    if (writer == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    writer->channels = channels;
    writer->sink = sink;
    writer->encoder =
        opus_encoder_create(CQA_AUDIO_RATE_HZ, channels, OPUS_APPLICATION_VOIP, &code);
    if (writer->encoder == NULL || ogg_stream_init(&writer->stream, serial) != 0) {
        cqa_opus_writer_destroy(writer);
        return cqa_fail(error, CQA_E_NOMEM, "no Opus encoder: %s", opus_strerror(code));
    }
    opus_encoder_ctl(writer->encoder, OPUS_SET_BITRATE(BITS_PER_S * channels));
    opus_encoder_ctl(writer->encoder, OPUS_GET_LOOKAHEAD(&lookahead));
    writer->lookahead = lookahead;
    const enum cqa_status status = put_headers(writer, error);
    if (status == CQA_OK)
        *out = writer;
    else
        cqa_opus_writer_destroy(writer);
    return status;
}

/* Where a packet's last sample lies; on the last page, where the audio is to be cut. */
static int64_t position_of(const struct cqa_opus_writer *writer, int is_last)
{
    return is_last ? (writer->lookahead + writer->put) * FACTOR : writer->encoded * FACTOR;
}

static enum cqa_status encode_frame(struct cqa_opus_writer *writer, int is_last,
                                    struct cqa_error *error)
{
    unsigned char packet[PACKET_BYTES_MAX];
    const opus_int32 size =
        opus_encode_float(writer->encoder, writer->frame, FRAME, packet, sizeof packet);

    if (size < 0)
        return cqa_fail(error, CQA_E_BADDATA, "Opus: %s", opus_strerror(size));
    writer->encoded += FRAME;
    writer->waiting = 0;
    const enum cqa_status status =
        put_packet(writer, packet, size, position_of(writer, is_last), is_last, error);
    return status == CQA_OK ? move_pages(writer, is_last, error) : status;
}

enum cqa_status cqa_opus_writer_add(struct cqa_opus_writer *writer, const float *frames,
                                    size_t count, struct cqa_error *error)
{
    const size_t stride = (size_t)writer->channels;

    while (count > 0) {
        const size_t room = FRAME - writer->waiting;
        const size_t taken = count < room ? count : room;
        memcpy(writer->frame + writer->waiting * stride, frames, taken * stride * sizeof *frames);
        writer->waiting += taken;
        writer->put += (int64_t)taken;
        frames += taken * stride;
        count -= taken;
        if (writer->waiting < FRAME)
            break;
        const enum cqa_status status = encode_frame(writer, 0, error);
        if (status != CQA_OK)
            return status;
    }
    return CQA_OK;
}

enum cqa_status cqa_opus_writer_end(struct cqa_opus_writer *writer, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;
    int is_last = 0;

    /* What still is in the encoder comes out behind it: silence pushes it through. */
    while (status == CQA_OK && !is_last) {
        const size_t stride = (size_t)writer->channels;
        memset(writer->frame + writer->waiting * stride, 0,
               (FRAME - writer->waiting) * stride * sizeof writer->frame[0]);
        is_last = writer->encoded + FRAME >= writer->put + writer->lookahead;
        status = encode_frame(writer, is_last, error);
    }
    return status;
}

void cqa_opus_writer_destroy(struct cqa_opus_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->encoder != NULL)
        opus_encoder_destroy(writer->encoder);
    ogg_stream_clear(&writer->stream);
    free(writer);
}
