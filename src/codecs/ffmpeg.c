/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What FFmpeg's libraries decode, through one descriptor and nothing else. */
#include "audio/more.h"

#include <ctype.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audio/audio.h"

enum { IO_BYTES = 32 * 1024, STREAMS_MAX = 32, PROBE_BYTES = 1 << 20, PROBE_S = 20 };

/* Decoders that may run, by FFmpeg's names: what recorders, phones and meeting services write. */
static const char codecs[] =
    "aac,aac_latm,ac3,adpcm_ima_oki,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_yamaha,alac,amrnb,"
    "amrwb,ape,eac3,flac,g722,g723_1,g726,g726le,g729,gsm,gsm_ms,ilbc,mp2,mp2float,mp3,mp3float,"
    "nellymoser,opus,pcm_alaw,pcm_f32be,pcm_f32le,pcm_f64le,pcm_mulaw,pcm_s16be,pcm_s16le,"
    "pcm_s24be,pcm_s24le,pcm_s32le,pcm_s8,pcm_u8,ra_144,real_144,speex,truespeech,tta,vorbis,"
    "wavpack,wmalossless,wmapro,wmav1,wmav2,wmavoice";

struct more {
    struct cqa_decoder base;
    struct cqa_source *source;
    int64_t offset; /* of the next read */
    AVIOContext *io;
    AVFormatContext *format;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *frame;
    int stream;      /* index */
    int64_t origin;  /* time stamp of the first frame, in the stream's unit */
    int64_t given;   /* frames of audio before `frame`, with `silence` */
    int64_t silence; /* frames that lack before `frame` */
    int first;       /* of `frame`, to give next */
    bool ended;
    bool tells_lead; /* the container says what of the beginning is to be left out */
};

/* --- bytes --- */

static int read_bytes(void *user, uint8_t *bytes, int count)
{
    struct more *more = user;
    const ptrdiff_t got =
        cqa_source_read(more->source, (uint64_t)more->offset, bytes, (size_t)count);

    if (got > 0)
        more->offset += got;
    return got > 0 ? (int)got : got == 0 ? AVERROR_EOF : AVERROR(EIO);
}

static int64_t seek_bytes(void *user, int64_t offset, int whence)
{
    struct more *more = user;
    const int64_t bytes = (int64_t)more->source->bytes;

    if ((whence & AVSEEK_SIZE) != 0)
        return bytes;
    if ((whence & ~AVSEEK_FORCE) == SEEK_CUR)
        offset += more->offset;
    else if ((whence & ~AVSEEK_FORCE) == SEEK_END)
        offset += bytes;
    if (offset < 0)
        return AVERROR(EINVAL);
    more->offset = offset;
    return offset;
}

/* Playlists, references to other files, addresses: whatever a container points at stays closed. */
static int open_nothing(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                        AVDictionary **options)
{
    (void)format;
    (void)io;
    (void)url;
    (void)flags;
    (void)options;
    return AVERROR(EPERM);
}

/* --- opening --- */

static enum cqa_status no_memory(struct cqa_failure *failure)
{
    cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
    return CQA_E_NOMEM;
}

static enum cqa_status refused(const struct more *more, const char *what, int code,
                               struct cqa_failure *failure)
{
    char why[AV_ERROR_MAX_STRING_SIZE] = "";

    if (more->source->sys_errno != 0)
        return cqa_source_unreadable(more->source, failure);
    if (code == AVERROR(ENOMEM))
        return no_memory(failure);
    (void)av_strerror(code, why, sizeof why);
    return cqa_failure_set(failure, CQA_FAILURE_DECODE, "%s: %s", what, why);
}

static enum cqa_status make_io(struct more *more, struct cqa_failure *failure)
{
    uint8_t *const buffer = av_malloc(IO_BYTES);

    more->packet = av_packet_alloc();
    more->frame = av_frame_alloc();
    more->format = avformat_alloc_context();
    if (buffer != NULL)
        more->io = avio_alloc_context(buffer, IO_BYTES, 0, more, read_bytes, NULL, seek_bytes);
    if (more->io == NULL)
        av_free(buffer);
    return more->io != NULL && more->packet != NULL && more->frame != NULL && more->format != NULL
               ? CQA_OK
               : no_memory(failure);
}

static enum cqa_status open_format(struct more *more, const struct cqa_probe *probe,
                                   struct cqa_failure *failure)
{
    const AVInputFormat *const container = av_find_input_format(probe->demuxer);
    AVFormatContext *const format = more->format;
    AVDictionary *options = NULL;

    if (container == NULL)
        return cqa_failure_set(failure, CQA_FAILURE_CODEC, "%s, which this FFmpeg does not read",
                               probe->what);
    format->pb = more->io;
    format->flags |= AVFMT_FLAG_CUSTOM_IO;
    format->io_open = open_nothing;
    format->max_streams = STREAMS_MAX;
    format->probesize = PROBE_BYTES;
    format->max_analyze_duration = (int64_t)PROBE_S * AV_TIME_BASE;
    format->codec_whitelist = av_strdup(codecs);
    format->format_whitelist = av_strdup(container->name);
    format->protocol_whitelist = av_strdup("");
    if (format->codec_whitelist == NULL || format->format_whitelist == NULL ||
        format->protocol_whitelist == NULL)
        return no_memory(failure);
    if (probe->code_bits > 0)
        (void)av_dict_set_int(&options, "code_size", probe->code_bits, 0);
    int code = avformat_open_input(&more->format, NULL, container, &options);
    av_dict_free(&options);
    if (code >= 0)
        code = avformat_find_stream_info(more->format, NULL);
    return code >= 0 ? CQA_OK : refused(more, probe->what, code, failure);
}

/* The one audio stream. Pictures and subtitles beside it are nobody's business. */
static enum cqa_status choose_stream(struct more *more, const struct cqa_probe *probe,
                                     struct cqa_failure *failure)
{
    int count = 0;

    for (unsigned i = 0; i < more->format->nb_streams; i++) {
        AVStream *const stream = more->format->streams[i];
        if (stream->codecpar->codec_type != AVMEDIA_TYPE_AUDIO) {
            stream->discard = AVDISCARD_ALL;
            continue;
        }
        more->stream = (int)i;
        count++;
    }
    if (count == 0)
        return cqa_failure_set(failure, CQA_FAILURE_EMPTY, "%s without an audio stream",
                               probe->what);
    if (count > 1)
        return cqa_failure_set(failure, CQA_FAILURE_LAYOUT,
                               "%d streams side by side in one file; one is read", count);
    return CQA_OK;
}

static bool is_allowed(const AVCodec *codec)
{
    const char *at = codecs;
    const size_t length = strlen(codec->name);

    while (at != NULL) {
        at += *at == ',';
        if (strncmp(at, codec->name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
        at = strchr(at, ',');
    }
    return false;
}

static enum cqa_status open_codec(struct more *more, const struct cqa_probe *probe,
                                  struct cqa_failure *failure)
{
    AVStream *const stream = more->format->streams[more->stream];
    const char *const name = avcodec_get_name(stream->codecpar->codec_id);
    const AVCodec *const codec = avcodec_find_decoder(stream->codecpar->codec_id);

    if (codec == NULL || !is_allowed(codec))
        return cqa_failure_set(failure, CQA_FAILURE_CODEC, "%s in %s, which is not decoded", name,
                               probe->container);
    more->codec = avcodec_alloc_context3(codec);
    if (more->codec == NULL)
        return no_memory(failure);
    int code = avcodec_parameters_to_context(more->codec, stream->codecpar);
    more->codec->thread_count = 1; /* the sandbox has no more */
    more->codec->pkt_timebase = stream->time_base;
    if (code >= 0)
        code = avcodec_open2(more->codec, codec, NULL);
    return code >= 0 ? CQA_OK : refused(more, name, code, failure);
}

/* --- samples --- */

/* A stream stops before the length that its container wrote at the end. */
static int check_end(const struct more *more, struct cqa_failure *failure)
{
    const AVStream *const stream = more->format->streams[more->stream];
    const double is_s = (double)more->given / more->base.rate_hz;
    double said_s = 0;

    if (stream->duration > 0)
        said_s = (double)stream->duration * av_q2d(stream->time_base);
    else if (more->format->nb_streams == 1 && more->format->duration > 0)
        said_s = (double)more->format->duration / AV_TIME_BASE;
    if (more->format->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE ||
        is_s + 1 >= said_s)
        return 0;
    cqa_failure_set(failure, CQA_FAILURE_TRUNCATED,
                    "the header announces %.1f s of audio, the file holds %.1f s", said_s, is_s);
    return -1;
}

/* Damage in the last packet of all is a file that was cut. */
static int failed_inside(struct more *more, int code, struct cqa_failure *failure)
{
    char why[AV_ERROR_MAX_STRING_SIZE] = "";
    const double at_s = more->base.rate_hz > 0 ? (double)more->given / more->base.rate_hz : 0;

    if (more->source->sys_errno != 0) {
        cqa_source_unreadable(more->source, failure);
        return -1;
    }
    if (code == AVERROR_INVALIDDATA && av_read_frame(more->format, more->packet) == AVERROR_EOF) {
        cqa_failure_set(failure, CQA_FAILURE_TRUNCATED,
                        "it stops within its last frame; %.1f s of audio are there", at_s);
        return -1;
    }
    (void)av_strerror(code, why, sizeof why);
    cqa_failure_set(failure, CQA_FAILURE_DECODE, "at %.1f s: %s", at_s, why);
    return -1;
}

/* Whether FFmpeg leaves something of it out, because the container says so. */
static bool is_cut(const AVPacket *packet)
{
    return (packet->flags & AV_PKT_FLAG_DISCARD) != 0 ||
           av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, NULL) != NULL;
}

/* Gives the decoder its next packet, or the end. */
static int feed(struct more *more)
{
    int code;

    while ((code = av_read_frame(more->format, more->packet)) >= 0) {
        const bool ours = more->packet->stream_index == more->stream;
        if (ours) {
            more->tells_lead |= is_cut(more->packet);
            code = avcodec_send_packet(more->codec, more->packet);
        }
        av_packet_unref(more->packet);
        if (ours)
            return code;
    }
    return code == AVERROR_EOF ? avcodec_send_packet(more->codec, NULL) : code;
}

/* Where the container says that the frame begins, against what was given: discontinuous
 * transmission and lost packets leave gaps. Stamps in ms are not exact. */
static int find_gap(struct more *more, struct cqa_failure *failure)
{
    enum { EXACT_TO = 20 }; /* a part of a second: 50 ms */
    const int rate_hz = more->frame->sample_rate;
    const int64_t stamp = more->frame->best_effort_timestamp;

    more->silence = 0;
    if (stamp == AV_NOPTS_VALUE)
        return 0;
    if (more->origin == AV_NOPTS_VALUE)
        more->origin = stamp;
    const AVRational unit = more->codec->pkt_timebase;
    const int64_t begins =
        av_rescale_q(stamp - more->origin, unit, (AVRational){1, rate_hz}) - more->given;
    if (begins > (int64_t)CQA_AUDIO_HOURS_MAX * 3600 * rate_hz) {
        cqa_failure_set(failure, CQA_FAILURE_TOO_LONG, "longer than %d hours", CQA_AUDIO_HOURS_MAX);
        return -1;
    }
    if (begins > rate_hz / EXACT_TO) {
        more->silence = begins;
        more->given += begins;
    }
    return 0;
}

static bool is_convertible(int format)
{
    const enum AVSampleFormat packed = av_get_packed_sample_fmt(format);

    return packed == AV_SAMPLE_FMT_FLT || packed == AV_SAMPLE_FMT_S16 ||
           packed == AV_SAMPLE_FMT_S32 || packed == AV_SAMPLE_FMT_DBL || packed == AV_SAMPLE_FMT_U8;
}

static int check_form(const struct more *more, struct cqa_failure *failure)
{
    const struct cqa_decoder *const base = &more->base;
    const int channels = more->frame->ch_layout.nb_channels;

    if (!is_convertible(more->frame->format)) {
        cqa_failure_set(failure, CQA_FAILURE_CODEC, "%s in %s, which is not decoded",
                        avcodec_get_name(more->codec->codec_id),
                        av_get_bytes_per_sample(more->frame->format) == 8
                            ? "64 bits"
                            : "samples of no known form");
        return -1;
    }
    if (base->channels == 0)
        return cqa_probe_layout(channels, more->frame->sample_rate, failure) == CQA_OK ? 0 : -1;
    if (base->channels == channels && base->rate_hz == more->frame->sample_rate)
        return 0;
    cqa_failure_set(failure, CQA_FAILURE_LAYOUT,
                    "it changes from %d channels at %d Hz to %d at %d within the file",
                    base->channels, base->rate_hz, channels, more->frame->sample_rate);
    return -1;
}

/* 1: `frame` has samples; 0: the file has ended; -1: failure. */
static int next_frame(struct more *more, struct cqa_failure *failure)
{
    int code;

    more->given += more->frame->nb_samples;
    more->first = 0;
    while ((code = avcodec_receive_frame(more->codec, more->frame)) == AVERROR(EAGAIN)) {
        code = feed(more);
        if (code < 0)
            return failed_inside(more, code, failure);
    }
    if (code == AVERROR_EOF) {
        more->ended = true;
        return more->base.rate_hz > 0 ? check_end(more, failure) : 0;
    }
    if (code < 0)
        return failed_inside(more, code, failure);
    return check_form(more, failure) == 0 && find_gap(more, failure) == 0 ? 1 : -1;
}

/* One channel's samples from frame `first` on, `step` apart, as floats `out_step` apart. */
static void convert(const AVFrame *frame, const uint8_t *bytes, size_t first, size_t step,
                    float *out, size_t out_step, size_t count)
{
    const int16_t *const s16 = (const void *)bytes;
    const int32_t *const s32 = (const void *)bytes;
    const float *const flt = (const void *)bytes;
    const double *const dbl = (const void *)bytes;
    const enum AVSampleFormat format = av_get_packed_sample_fmt(frame->format);

    for (size_t i = 0; format == AV_SAMPLE_FMT_FLT && i < count; i++)
        out[i * out_step] = flt[first + i * step];
    for (size_t i = 0; format == AV_SAMPLE_FMT_S16 && i < count; i++)
        out[i * out_step] = (float)s16[first + i * step] * (1.0F / 32768.0F);
    for (size_t i = 0; format == AV_SAMPLE_FMT_S32 && i < count; i++)
        out[i * out_step] = (float)s32[first + i * step] * (1.0F / 2147483648.0F);
    for (size_t i = 0; format == AV_SAMPLE_FMT_DBL && i < count; i++)
        out[i * out_step] = (float)dbl[first + i * step];
    for (size_t i = 0; format == AV_SAMPLE_FMT_U8 && i < count; i++)
        out[i * out_step] = ((float)bytes[first + i * step] - 128.0F) * (1.0F / 128.0F);
}

static void give(const struct more *more, float *out, size_t count)
{
    const AVFrame *const frame = more->frame;
    const size_t channels = (size_t)more->base.channels;
    const size_t first = (size_t)more->first;

    for (size_t k = 0; k < channels; k++) {
        if (av_sample_fmt_is_planar(frame->format))
            convert(frame, frame->extended_data[k], first, 1, out + k, channels, count);
        else
            convert(frame, frame->extended_data[0], first * channels + k, channels, out + k,
                    channels, count);
    }
    cqa_decoder_tame(out, count * channels);
}

static ptrdiff_t more_read(struct cqa_decoder *decoder, float *frames, size_t capacity,
                           struct cqa_failure *failure)
{
    struct more *const more = (struct more *)decoder;

    while (more->silence == 0 && more->first == more->frame->nb_samples) {
        if (more->ended)
            return 0;
        const int found = next_frame(more, failure);
        if (found <= 0)
            return found;
    }
    const int64_t left = more->silence > 0 ? more->silence : more->frame->nb_samples - more->first;
    const size_t count = (uint64_t)left < capacity ? (size_t)left : capacity;
    if (more->silence > 0) {
        memset(frames, 0, count * (size_t)decoder->channels * sizeof *frames);
        more->silence -= (int64_t)count;
    } else {
        give(more, frames, count);
        more->first += (int)count;
    }
    return (ptrdiff_t)count;
}

static void more_close(struct cqa_decoder *decoder)
{
    struct more *more = (struct more *)decoder;

    avcodec_free_context(&more->codec);
    avformat_close_input(&more->format);
    if (more->io != NULL)
        av_freep(&more->io->buffer);
    avio_context_free(&more->io);
    av_packet_free(&more->packet);
    av_frame_free(&more->frame);
    free(more);
}

/*
 * What encoders of these codings add at least: the overlap of their transform, or the filters of
 * MPEG audio and LAME's look ahead. Containers that tell it (an edit list of MP4) have FFmpeg leave
 * it out.
 */
static int lead_of(const struct more *more)
{
    enum { AAC_FRAME = 1024, LAYER_II_FILTERS = 481, LAYER_III = 529 + 576 };

    if (more->tells_lead)
        return 0;
    switch (more->codec->codec_id) {
    case AV_CODEC_ID_AAC:
    case AV_CODEC_ID_AAC_LATM:
        return AAC_FRAME;
    case AV_CODEC_ID_MP2:
        return LAYER_II_FILTERS;
    case AV_CODEC_ID_MP3:
        return LAYER_III;
    default:
        return 0;
    }
}

/* FFmpeg's word in the style of the others: AAC, AMR_NB, G726. */
static void name_encoding(struct more *more)
{
    const char *name = avcodec_get_name(more->codec->codec_id);
    char *out = more->base.encoding;

    if (strncmp(name, "adpcm_g7", 8) == 0)
        name += strlen("adpcm_");
    snprintf(out, sizeof more->base.encoding, "%s", name);
    for (; *out != '\0'; out++)
        *out = (char)toupper((unsigned char)*out);
}

/* Only the first samples tell rate and channels for sure: headers of AAC speak of its core. */
static enum cqa_status start(struct more *more, const struct cqa_probe *probe,
                             struct cqa_failure *failure)
{
    const int found = next_frame(more, failure);

    if (found < 0)
        return CQA_E_BADDATA;
    if (found == 0)
        return cqa_failure_set(failure, CQA_FAILURE_EMPTY, "%s without any audio", probe->what);
    more->base.channels = more->frame->ch_layout.nb_channels;
    more->base.rate_hz = more->frame->sample_rate;
    more->base.file_rate_hz = more->base.rate_hz;
    more->base.lead = lead_of(more);
    name_encoding(more);
    return CQA_OK;
}

enum cqa_status cqa_more_open(struct cqa_decoder **out, struct cqa_source *source,
                              const struct cqa_probe *probe, struct cqa_failure *failure)
{
    struct more *more = calloc(1, sizeof *more);

    if (more == NULL)
        return no_memory(failure);
    av_log_set_level(AV_LOG_QUIET);
    more->base = (struct cqa_decoder){.read = more_read, .close = more_close};
    more->source = source;
    more->origin = AV_NOPTS_VALUE;
    enum cqa_status status = make_io(more, failure);
    if (status == CQA_OK)
        status = open_format(more, probe, failure);
    if (status == CQA_OK)
        status = choose_stream(more, probe, failure);
    if (status == CQA_OK)
        status = open_codec(more, probe, failure);
    if (status == CQA_OK)
        status = start(more, probe, failure);
    if (status != CQA_OK) {
        more_close(&more->base);
        return status;
    }
    *out = &more->base;
    return CQA_OK;
}
