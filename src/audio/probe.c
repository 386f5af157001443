/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/probe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "audio/audio.h"
#include "audio/bytes.h"
#include "audio/likeness.h"
#include "audio/probe_forms.h"

enum { HEAD_BYTES = 64, RATE_HZ_MIN = 8000, RATE_HZ_MAX = 192000, G722_RATE_HZ = 16000 };

enum cqa_status cqa_probe_layout(long channels, long rate_hz, struct cqa_failure *failure)
{
    if (channels < 1 || channels > 2)
        return cqa_failure_set(failure, CQA_FAILURE_LAYOUT, "%ld channels; 1 or 2 are read",
                               channels);
    if (rate_hz < RATE_HZ_MIN || rate_hz > RATE_HZ_MAX)
        return cqa_failure_set(failure, CQA_FAILURE_LAYOUT, "%ld Hz; %d to %d are read", rate_hz,
                               RATE_HZ_MIN, RATE_HZ_MAX);
    return CQA_OK;
}

enum cqa_status cqa_probe_extent(struct cqa_probe *out, const struct cqa_source *source,
                                 const struct cqa_announced *announced, struct cqa_failure *failure)
{
    const uint64_t available =
        announced->start < source->bytes ? source->bytes - announced->start : 0;
    const char *const container = out->container;

    out->data_start = announced->start;
    out->data_end = announced->start + available;
    if (announced->length == 0 && !announced->unknown) {
        if (!announced->closed)
            return cqa_failure_set(failure, CQA_FAILURE_UNFINISHED,
                                   "%s header without lengths: still being written", container);
        if (available > 0 && !announced->tail_is_chunks)
            return cqa_failure_set(failure, CQA_FAILURE_UNFINISHED,
                                   "%s header announces no audio and %" PRIu64
                                   " bytes follow: still being written",
                                   container, available);
        return cqa_failure_set(failure, CQA_FAILURE_EMPTY,
                               "%s header announces no audio and none follows", container);
    }
    if (announced->unknown && available == 0)
        return cqa_failure_set(failure, CQA_FAILURE_UNFINISHED,
                               "%s header without lengths and no audio yet", container);
    if (announced->unknown)
        return CQA_OK;
    if (available == 0 ||
        (announced->length > available && announced->length - available > announced->slack))
        return cqa_failure_set(failure, CQA_FAILURE_TRUNCATED,
                               "%s header announces %" PRIu64
                               " bytes of audio, the file holds %" PRIu64,
                               container, announced->length, available);
    if (announced->length < available)
        out->data_end = announced->start + announced->length;
    return CQA_OK;
}

/* Formats that only their names tell, as Asterisk names them. Of those with a `codec` either FFmpeg
 * has a `demuxer`, or nobody decodes them. */
static const struct raw {
    const char *ending;
    enum cqa_coding coding;
    int rate_hz;
    const char *codec;
    bool is_vague; /* recorders write other things under this ending too */
    const char *demuxer;
    int code_bits;
} raws[] = {
    {"gsm", CQA_CODING_GSM610, 8000, NULL, false, NULL, 0},
    {"vox", CQA_CODING_VOX, 8000, NULL, false, NULL, 0},
    {"ulaw", CQA_CODING_ULAW, 8000, NULL, false, NULL, 0},
    {"ul", CQA_CODING_ULAW, 8000, NULL, false, NULL, 0},
    {"mu", CQA_CODING_ULAW, 8000, NULL, false, NULL, 0},
    {"pcm", CQA_CODING_ULAW, 8000, NULL, true, NULL, 0},
    {"alaw", CQA_CODING_ALAW, 8000, NULL, false, NULL, 0},
    {"al", CQA_CODING_ALAW, 8000, NULL, false, NULL, 0},
    {"sln", CQA_CODING_PCM16, 8000, NULL, false, NULL, 0},
    {"slin", CQA_CODING_PCM16, 8000, NULL, false, NULL, 0},
    {"raw", CQA_CODING_PCM16, 8000, NULL, true, NULL, 0},
    {"sln12", CQA_CODING_PCM16, 12000, NULL, false, NULL, 0},
    {"sln16", CQA_CODING_PCM16, 16000, NULL, false, NULL, 0},
    {"sln24", CQA_CODING_PCM16, 24000, NULL, false, NULL, 0},
    {"sln32", CQA_CODING_PCM16, 32000, NULL, false, NULL, 0},
    {"sln44", CQA_CODING_PCM16, 44100, NULL, false, NULL, 0},
    {"sln48", CQA_CODING_PCM16, 48000, NULL, false, NULL, 0},
    {"sln96", CQA_CODING_PCM16, 96000, NULL, false, NULL, 0},
    {"sln192", CQA_CODING_PCM16, 192000, NULL, false, NULL, 0},
    {"g722", CQA_CODING_G722, G722_RATE_HZ, NULL, false, NULL, 0},
    {"g729", CQA_CODING_MORE, 0, "G.729", false, "g729", 0},
    {"g723", CQA_CODING_MORE, 0, "G.723.1", false, "g723_1", 0},
    {"g723sf", CQA_CODING_MORE, 0, "G.723.1", false, "g723_1", 0},
    {"g726-40", CQA_CODING_MORE, 0, "G.726", false, "g726le", 5},
    {"g726-32", CQA_CODING_MORE, 0, "G.726", false, "g726le", 4},
    {"g726-24", CQA_CODING_MORE, 0, "G.726", false, "g726le", 3},
    {"g726-16", CQA_CODING_MORE, 0, "G.726", false, "g726le", 2},
    {"g719", CQA_CODING_MORE, 0, "G.719", false, NULL, 0},
    {"siren7", CQA_CODING_MORE, 0, "G.722.1", false, NULL, 0},
    {"siren14", CQA_CODING_MORE, 0, "G.722.1C", false, NULL, 0},
};

static const struct raw *find_raw(const char *name)
{
    const char *dot = name != NULL ? strrchr(name, '.') : NULL;

    for (size_t i = 0; dot != NULL && i < sizeof raws / sizeof raws[0]; i++) {
        if (strcasecmp(dot + 1, raws[i].ending) == 0)
            return &raws[i];
    }
    return NULL;
}

static const enum cqa_coding raw_codings[CQA_RAW_COUNT] = {
    CQA_CODING_SNDFILE, CQA_CODING_PCM16, CQA_CODING_ULAW, CQA_CODING_ALAW, CQA_CODING_G722};
static const char *const raw_words[CQA_RAW_COUNT] = {"", "slin", "ulaw", "alaw", "g722"};

/* What the ending leaves open is as somebody says who knows the recorder. */
static struct raw as_said(const struct raw *raw, const struct cqa_raw *said)
{
    struct raw out = raw != NULL ? *raw
                                 : (struct raw){.ending = "",
                                                .coding = CQA_CODING_PCM16,
                                                .rate_hz = CQA_AUDIO_RATE_HZ,
                                                .is_vague = true};

    if (out.is_vague && said->encoding != CQA_RAW_UNSAID)
        out.coding = raw_codings[said->encoding];
    if (out.is_vague && said->rate_hz > 0)
        out.rate_hz = said->rate_hz;
    if (out.coding == CQA_CODING_G722)
        out.rate_hz = G722_RATE_HZ; /* there is no other */
    return out;
}

/*
 * Holds what ending and profile say against the samples. Where neither says how many channels a
 * .raw has, the samples do: MixMonitor writes one or two into it. 0: refused, `failure` says why.
 */
static int raw_channels(const struct raw *raw, const struct cqa_likeness *like, int said,
                        struct cqa_failure *failure)
{
    const int channels = said > 0 ? said : 1;

    if (like->is_noise) {
        cqa_failure_set(failure, CQA_FAILURE_NOT_AUDIO,
                        "no header, and the bytes are like no samples: compressed or encrypted, "
                        "not as the ending or the recorder profile says");
        return 0;
    }
    if (like->encoding != CQA_RAW_UNSAID && raw_codings[like->encoding] != raw->coding) {
        cqa_failure_set(failure, CQA_FAILURE_NOT_AUDIO,
                        "no header, and the samples are like {encoding: %s, channels: %d}, not as "
                        "the ending or the recorder profile says: set raw: in the profile",
                        raw_words[like->encoding], like->channels == 2 ? 2 : 1);
        return 0;
    }
    if (like->channels == 0 || like->channels == channels || raw->coding == CQA_CODING_G722)
        return channels;
    if (said == 0 && raw->is_vague)
        return like->channels;
    cqa_failure_set(failure, CQA_FAILURE_LAYOUT,
                    "no header, and the samples are like channels: %d, where the ending or the "
                    "recorder profile says %d: set raw: in the profile",
                    like->channels, channels);
    return 0;
}

static enum cqa_raw_encoding encoding_of(enum cqa_coding coding)
{
    int encoding = CQA_RAW_UNSAID;

    while (encoding < CQA_RAW_COUNT && raw_codings[encoding] != coding)
        encoding++;
    return (enum cqa_raw_encoding)encoding;
}

/* For FFmpeg, where it is there; `demuxer` NULL: nobody decodes it. */
static enum cqa_status leave_to_more(struct cqa_probe *out, const char *demuxer, const char *what,
                                     struct cqa_failure *failure)
{
    if (demuxer == NULL)
        return cqa_failure_set(failure, CQA_FAILURE_CODEC, "%s, which is not decoded", what);
    out->coding = CQA_CODING_MORE;
    out->demuxer = demuxer;
    out->what = what;
    return CQA_OK;
}

static enum cqa_status probe_raw(struct cqa_probe *out, struct cqa_source *source,
                                 const struct raw *known, const struct cqa_raw *said,
                                 struct cqa_failure *failure)
{
    const struct raw raw = as_said(known, said);
    struct cqa_likeness like;

    snprintf(out->container, sizeof out->container, "RAW");
    if (raw.codec != NULL) {
        out->code_bits = raw.code_bits;
        return leave_to_more(out, raw.demuxer, raw.codec, failure);
    }
    out->coding = raw.coding;
    out->channels = 1;
    out->rate_hz = raw.rate_hz;
    out->data_end = source->bytes;
    if (raw.coding == CQA_CODING_GSM610 || raw.coding == CQA_CODING_VOX)
        return CQA_OK;
    const enum cqa_status status =
        cqa_likeness_measure(source, encoding_of(raw.coding), &like, failure);
    if (status != CQA_OK)
        return status;
    out->channels = raw_channels(&raw, &like, said->channels, failure);
    return out->channels > 0 ? CQA_OK : CQA_E_BADDATA;
}

/* Containers by their magic at `offset`: for FFmpeg, or (without a `demuxer`) for nobody. */
static const struct foreign {
    const char *magic;
    unsigned length;
    unsigned offset;
    const char *what;
    const char *container;
    const char *demuxer;
} foreigns[] = {
    {"#!AMR", 5, 0, "AMR", "AMR", "amr"},
    {"ftyp", 4, 4, "AAC or ALAC in MPEG-4 (M4A)", "MP4", "mov"},
    {"\x30\x26\xB2\x75\x8E\x66\xCF\x11", 8, 0, "Windows Media Audio (ASF)", "ASF", "asf"},
    {"\x1A\x45\xDF\xA3", 4, 0, "WebM or Matroska", "MATROSKA", "matroska"},
    {"#!iLBC", 6, 0, "iLBC", "ILBC", "ilbc"},
    {"NIST_1A", 7, 0, "NIST SPHERE", "NIST", "nistsphere"},
    {"Creative Voice File", 19, 0, "Creative VOC", "VOC", "voc"},
    {"wvpk", 4, 0, "WavPack", "WAVPACK", "wv"},
    {"MAC ", 4, 0, "Monkey's Audio", "APE", "ape"},
    {"TTA1\x01\x00", 6, 0, "True Audio", "TTA", "tta"},
    {".ra\xFD", 4, 0, "RealAudio", "REAL", "rm"},
    {".RMF", 4, 0, "RealMedia", "REAL", "rm"},
    {"FLV\x01", 4, 0, "Flash video", "FLV", "flv"},
    {"#!SILK_V3", 9, 0, "SILK", "", NULL},
    {"\x02#!SILK_V3", 10, 0, "SILK", "", NULL},
    {"#!EVS", 5, 0, "EVS", "", NULL},
    {"ADIF", 4, 0, "AAC (ADIF)", "", NULL},
};

/* What lies beside recordings, and is none. */
static const struct stranger {
    const char *magic;
    unsigned length;
    const char *what; /* a CQA_N */
} strangers[] = {
    {"\xD4\xC3\xB2\xA1", 4, CQA_N("a capture of network packets (pcap)")},
    {"\xA1\xB2\xC3\xD4", 4, CQA_N("a capture of network packets (pcap)")},
    {"\x4D\x3C\xB2\xA1", 4, CQA_N("a capture of network packets (pcap)")},
    {"\xA1\xB2\x3C\x4D", 4, CQA_N("a capture of network packets (pcap)")},
    {"\x0A\x0D\x0D\x0A", 4, CQA_N("a capture of network packets (pcapng)")},
    {"#!rtpplay1.0", 12, CQA_N("a capture of network packets (rtpdump)")},
    {"PK\x03\x04", 4, CQA_N("an archive (zip)")},
    {"\x1F\x8B", 2, CQA_N("a compressed file (gzip)")},
    {"\xFD\x37zXZ", 5, CQA_N("a compressed file (xz)")},
    {"Rar!", 4, CQA_N("an archive (rar)")},
    {"7z\xBC\xAF", 4, CQA_N("an archive (7z)")},
};

static const struct foreign *find_foreign(const unsigned char head[HEAD_BYTES])
{
    for (size_t i = 0; i < sizeof foreigns / sizeof foreigns[0]; i++) {
        if (memcmp(head + foreigns[i].offset, foreigns[i].magic, foreigns[i].length) == 0)
            return &foreigns[i];
    }
    return NULL;
}

static const char *find_stranger(const unsigned char head[HEAD_BYTES])
{
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        if (memcmp(head, strangers[i].magic, strangers[i].length) == 0)
            return strangers[i].what;
    }
    return NULL;
}

/* Containers with a magic that no other file has by chance. `*known` is false where there is none.
 */
static enum cqa_status probe_magic(struct cqa_probe *out, struct cqa_source *source,
                                   const unsigned char head[HEAD_BYTES], bool *known,
                                   struct cqa_failure *failure)
{
    *known = true;
    if (memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WAVE", 4) == 0)
        return cqa_probe_wav(out, source, CQA_CHUNKS_RIFF, false, failure);
    if (memcmp(head, "RF64", 4) == 0 && memcmp(head + 8, "WAVE", 4) == 0)
        return cqa_probe_wav(out, source, CQA_CHUNKS_RIFF, true, failure);
    if (memcmp(head, "RIFX", 4) == 0 && memcmp(head + 8, "WAVE", 4) == 0)
        return cqa_probe_wav(out, source, CQA_CHUNKS_RIFX, false, failure);
    if (memcmp(head, cqa_w64_magic, sizeof cqa_w64_magic) == 0)
        return cqa_probe_wav(out, source, CQA_CHUNKS_W64, false, failure);
    if (memcmp(head, "caff", 4) == 0)
        return cqa_probe_caf(out, source, failure);
    if (memcmp(head, "FORM", 4) == 0 && memcmp(head + 8, "AIF", 3) == 0)
        return cqa_probe_aiff(out, source, failure);
    if (memcmp(head, ".snd", 4) == 0 || memcmp(head, "dns.", 4) == 0)
        return cqa_probe_au(out, source, failure);
    if (memcmp(head, "fLaC", 4) == 0)
        return cqa_probe_flac(out, source, failure);
    if (memcmp(head, "OggS", 4) == 0)
        return cqa_probe_ogg(out, source, failure);
    if (source->bytes < 12 && (memcmp(head, "RIFF", 4) == 0 || memcmp(head, "RF64", 4) == 0))
        return cqa_failure_set(failure, CQA_FAILURE_TRUNCATED,
                               "the file ends within its WAV header");
    *known = false;
    return CQA_OK;
}

/* ID3 tags come before MPEG audio; their length is 4 times 7 bits. */
static uint64_t after_id3(const unsigned char head[HEAD_BYTES])
{
    if (memcmp(head, "ID3", 3) != 0)
        return 0;
    const uint64_t length = (uint64_t)(head[6] & 0x7F) << 21 | (uint64_t)(head[7] & 0x7F) << 14 |
                            (uint64_t)(head[8] & 0x7F) << 7 | (head[9] & 0x7F);
    return 10 + length + (head[5] & 0x10 ? 10 : 0);
}

static enum cqa_status probe_stream(struct cqa_probe *out, struct cqa_source *source,
                                    const unsigned char head[HEAD_BYTES],
                                    struct cqa_failure *failure)
{
    const uint64_t start = after_id3(head);
    unsigned char sync[2] = {0};
    bool is_mpeg;

    if (start > source->bytes)
        return cqa_failure_set(failure, CQA_FAILURE_TRUNCATED, "the file ends within its ID3 tag");
    const enum cqa_status status = cqa_probe_mpeg(out, source, start, &is_mpeg, failure);
    if (status != CQA_OK || is_mpeg)
        return status;
    if (cqa_source_read(source, start, sync, sizeof sync) < 0)
        return cqa_source_unreadable(source, failure);
    if (sync[0] == 0xFF && (sync[1] & 0xF6) == 0xF0) {
        snprintf(out->container, sizeof out->container, "ADTS");
        return leave_to_more(out, "aac", "AAC (ADTS)", failure);
    }
    return cqa_failure_set(failure, CQA_FAILURE_NOT_AUDIO, "no audio format that is known");
}

static enum cqa_status probe_foreign(struct cqa_probe *out, struct cqa_source *source,
                                     const struct foreign *foreign, struct cqa_failure *failure)
{
    enum { TOLD_BY_CHANCE = 4 }; /* bytes that a long file may well have somewhere */
    enum cqa_status status = CQA_OK;

    snprintf(out->container, sizeof out->container, "%s", foreign->container);
    if (strcmp(foreign->container, "MP4") == 0)
        status = cqa_probe_mp4(out, source, failure);
    else if (foreign->length > TOLD_BY_CHANCE && foreign->offset == 0)
        status =
            cqa_probe_again(out, source, foreign->length, foreign->magic, foreign->length, failure);
    return status == CQA_OK ? leave_to_more(out, foreign->demuxer, foreign->what, failure) : status;
}

enum cqa_status cqa_probe_file(struct cqa_probe *out, struct cqa_source *source, const char *name,
                               const struct cqa_raw *said, struct cqa_failure *failure)
{
    unsigned char head[HEAD_BYTES] = {0};
    bool known;

    *out = (struct cqa_probe){.coding = CQA_CODING_SNDFILE, .frames = -1};
    if (source->bytes == 0)
        return cqa_failure_set(failure, CQA_FAILURE_UNFINISHED,
                               "no bytes yet: a recorder's placeholder");
    if (cqa_source_read(source, 0, head, sizeof head) < 0)
        return cqa_source_unreadable(source, failure);

    enum cqa_status status = probe_magic(out, source, head, &known, failure);
    if (known)
        return status;
    const struct foreign *const foreign = find_foreign(head);
    if (foreign != NULL)
        return probe_foreign(out, source, foreign, failure);
    const struct raw *const raw = find_raw(name);
    /* The bytes of a file without a header may be any. */
    const char *const stranger = find_stranger(head);
    if (stranger != NULL && (raw == NULL || raw->is_vague) && said->encoding == CQA_RAW_UNSAID)
        return cqa_failure_set(failure, CQA_FAILURE_NOT_AUDIO, "%p, no recording",
                               cqa_words_named(stranger));
    if (raw != NULL)
        return probe_raw(out, source, raw, said, failure);
    status = probe_stream(out, source, head, failure);
    if (status == CQA_OK || said->encoding == CQA_RAW_UNSAID ||
        strcmp(failure->reason, CQA_FAILURE_NOT_AUDIO) != 0)
        return status;
    return probe_raw(out, source, NULL, said, failure);
}
