/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/decoder.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libsndfile, through virtual I/O only: given a path or a descriptor it opens other paths when it
 * is unsure. */
struct sndfile {
    struct cqa_decoder base;
    struct cqa_source *source;
    SNDFILE *file;
    int64_t offset;    /* of the virtual file */
    int64_t announced; /* frames the header speaks of, where a shortfall means a cut file; -1: it
                          does not say */
    int64_t limit;     /* frames, where the last block is padded; -1: none */
    int64_t frames;    /* read so far */
    bool has_no_end;   /* as a stream from a pipe: see virtual_seek */
};

static sf_count_t virtual_length(void *user)
{
    const struct sndfile *sndfile = user;

    return (sf_count_t)sndfile->source->bytes;
}

/*
 * MPEG audio of variable bit rate without a table of its frames: the length that libmpg123 guesses
 * from the file's size is where libsndfile stops reading. Where there is no size, both read on to
 * the end.
 */
static sf_count_t virtual_seek(sf_count_t offset, int whence, void *user)
{
    struct sndfile *sndfile = user;
    const int64_t length = (int64_t)sndfile->source->bytes;
    const int64_t base = whence == SEEK_CUR ? sndfile->offset : whence == SEEK_END ? length : 0;

    if (offset < -base || (whence == SEEK_END && sndfile->has_no_end))
        return -1;
    sndfile->offset = offset > length - base ? length : base + offset;
    return sndfile->offset;
}

static sf_count_t virtual_read(void *bytes, sf_count_t count, void *user)
{
    struct sndfile *sndfile = user;

    if (count <= 0)
        return 0;
    const ptrdiff_t got =
        cqa_source_read(sndfile->source, (uint64_t)sndfile->offset, bytes, (size_t)count);
    if (got <= 0)
        return 0;
    sndfile->offset += got;
    return got;
}

static sf_count_t virtual_tell(void *user)
{
    const struct sndfile *sndfile = user;

    return sndfile->offset;
}

static const struct {
    int format;
    const char *word;
} encodings[] = {
    {SF_FORMAT_PCM_S8, "PCM_S8"},
    {SF_FORMAT_PCM_16, "PCM_16"},
    {SF_FORMAT_PCM_24, "PCM_24"},
    {SF_FORMAT_PCM_32, "PCM_32"},
    {SF_FORMAT_PCM_U8, "PCM_U8"},
    {SF_FORMAT_FLOAT, "FLOAT"},
    {SF_FORMAT_DOUBLE, "DOUBLE"},
    {SF_FORMAT_ULAW, "ULAW"},
    {SF_FORMAT_ALAW, "ALAW"},
    {SF_FORMAT_IMA_ADPCM, "IMA_ADPCM"},
    {SF_FORMAT_MS_ADPCM, "MS_ADPCM"},
    {SF_FORMAT_GSM610, "GSM610"},
    {SF_FORMAT_VOX_ADPCM, "VOX_ADPCM"},
    {SF_FORMAT_G721_32, "G721_32"},
    {SF_FORMAT_G723_24, "G723_24"},
    {SF_FORMAT_G723_40, "G723_40"},
    {SF_FORMAT_VORBIS, "VORBIS"},
    {SF_FORMAT_OPUS, "OPUS"},
    {SF_FORMAT_ALAC_16, "ALAC_16"},
    {SF_FORMAT_ALAC_20, "ALAC_20"},
    {SF_FORMAT_ALAC_24, "ALAC_24"},
    {SF_FORMAT_ALAC_32, "ALAC_32"},
    {SF_FORMAT_MPEG_LAYER_I, "MPEG_LAYER_I"},
    {SF_FORMAT_MPEG_LAYER_II, "MPEG_LAYER_II"},
    {SF_FORMAT_MPEG_LAYER_III, "MPEG_LAYER_III"},
};

static const char *encoding_word(int format)
{
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
        if (encodings[i].format == (format & SF_FORMAT_SUBMASK))
            return encodings[i].word;
    }
    return "OTHER";
}

static ptrdiff_t sndfile_read(struct cqa_decoder *decoder, float *frames, size_t capacity,
                              struct cqa_failure *failure)
{
    struct sndfile *sndfile = (struct sndfile *)decoder;

    if (sndfile->limit >= 0 && (uint64_t)(sndfile->limit - sndfile->frames) < capacity)
        capacity = (size_t)(sndfile->limit - sndfile->frames);
    if (capacity == 0)
        return 0;
    const sf_count_t got = sf_readf_float(sndfile->file, frames, (sf_count_t)capacity);
    if (sndfile->source->sys_errno != 0) {
        cqa_source_unreadable(sndfile->source, failure);
        return -1;
    }
    sndfile->frames += got > 0 ? got : 0;
    const bool failed = got < 0 || sf_error(sndfile->file) != SF_ERR_NO_ERROR;
    /* A decoder that loses its way when there is nothing left to read was not given the rest. */
    const bool at_end = (uint64_t)sndfile->offset == sndfile->source->bytes;
    if (sndfile->frames < sndfile->announced && (failed ? at_end : got == 0)) {
        cqa_failure_set(failure, CQA_FAILURE_TRUNCATED,
                        "the header announces %lld frames, the file holds %lld",
                        (long long)sndfile->announced, (long long)sndfile->frames);
        return -1;
    }
    if (failed) {
        cqa_failure_set(failure, CQA_FAILURE_DECODE, "at frame %lld: %s",
                        (long long)sndfile->frames, sf_strerror(sndfile->file));
        return -1;
    }
    cqa_decoder_tame(frames, (size_t)got * (size_t)decoder->channels);
    return (ptrdiff_t)got;
}

static void sndfile_close(struct cqa_decoder *decoder)
{
    struct sndfile *sndfile = (struct sndfile *)decoder;

    if (sndfile->file != NULL)
        sf_close(sndfile->file);
    free(sndfile);
}

/* libsndfile knows headerless files only if told. */
static SF_INFO info_of(const struct cqa_probe *probe)
{
    SF_INFO info = {0};

    if (probe->coding == CQA_CODING_GSM610 || probe->coding == CQA_CODING_VOX) {
        info.format = SF_FORMAT_RAW |
                      (probe->coding == CQA_CODING_VOX ? SF_FORMAT_VOX_ADPCM : SF_FORMAT_GSM610);
        info.channels = probe->channels;
        info.samplerate = probe->rate_hz;
    }
    return info;
}

static enum cqa_status refused(const struct sndfile *sndfile, const struct cqa_probe *probe,
                               struct cqa_failure *failure)
{
    const char *const reason =
        sf_error(NULL) == SF_ERR_UNSUPPORTED_ENCODING ? CQA_FAILURE_CODEC : CQA_FAILURE_DECODE;

    if (sndfile->source->sys_errno != 0)
        return cqa_source_unreadable(sndfile->source, failure);
    return cqa_failure_set(failure, reason, "%s: %s", probe->container, sf_strerror(NULL));
}

/* What encoders and decoders of MPEG audio add: the filters' delay, and in layer III the encoder's
 * look ahead, which with LAME is this. Only LAME's table tells, and only files that were written
 * where one can go back have it. */
static int lead_of(int format, const struct cqa_probe *probe)
{
    enum { LAYER_II_FILTERS = 481, LAYER_III_FILTERS = 529, LOOK_AHEAD = 576 };

    switch (format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_MPEG_LAYER_III:
        return probe->tells_lead ? 0 : LAYER_III_FILTERS + LOOK_AHEAD;
    case SF_FORMAT_MPEG_LAYER_II:
    case SF_FORMAT_MPEG_LAYER_I:
        return LAYER_II_FILTERS;
    default:
        return 0;
    }
}

enum cqa_status cqa_sndfile_open(struct cqa_decoder **out, struct cqa_source *source,
                                 const struct cqa_probe *probe, struct cqa_failure *failure)
{
    SF_VIRTUAL_IO io = {.get_filelen = virtual_length,
                        .seek = virtual_seek,
                        .read = virtual_read,
                        .tell = virtual_tell};
    SF_INFO info = info_of(probe);
    struct sndfile *sndfile = calloc(1, sizeof *sndfile);

    if (sndfile == NULL) {
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
        return CQA_E_NOMEM;
    }
    sndfile->source = source;
    sndfile->has_no_end = strcmp(probe->container, "MP3") == 0;
    sndfile->file = sf_open_virtual(&io, SFM_READ, &info, sndfile);
    enum cqa_status status = CQA_OK;
    if (sndfile->file == NULL)
        status = refused(sndfile, probe, failure);
    if (status == CQA_OK)
        status = cqa_probe_layout(info.channels, info.samplerate, failure);
    if (status != CQA_OK) {
        sndfile_close(&sndfile->base);
        return status;
    }
    sndfile->base = (struct cqa_decoder){.channels = info.channels,
                                         .rate_hz = info.samplerate,
                                         .file_rate_hz = info.samplerate,
                                         .read = sndfile_read,
                                         .close = sndfile_close};
    snprintf(sndfile->base.encoding, sizeof sndfile->base.encoding, "%s",
             encoding_word(info.format));
    sndfile->limit = probe->frames;
    sndfile->announced = -1;
    if ((info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC && info.frames < SF_COUNT_MAX)
        sndfile->announced = info.frames;
    sndfile->base.lead = lead_of(info.format, probe);
    *out = &sndfile->base;
    return CQA_OK;
}
